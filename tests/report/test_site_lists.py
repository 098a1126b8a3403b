"""What helps and what gets in the way, as the page of a site shows it."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.instrument import load_instrument
from pipeline.instrument.model import Item, Option, ResponseScale, Text
from pipeline.report.estimates import estimates_of
from pipeline.report.pages import TEMPLATES, Setting
from pipeline.report.phrases import load_phrases
from pipeline.report.results import CodeShare
from pipeline.report.site_data import SiteData
from pipeline.report.site_lists import (
    AT_MOST,
    HIGH,
    LOW,
    Condition,
    _units,
    is_clearly_more,
    list_views,
    most_often,
    topics_of,
)
from pipeline.report.site_topics import anchor_of
from pipeline.report.withholding import withholding_of
from pipeline.report.wording import wording_of

from .fabricated_study import WAVE, Fabricated, fabricate
from .reading_html import read

INSTRUMENT = Path(__file__).resolve().parents[2] / "instrument"
ALL_DETAILS, THREE_ANSWERS, MEANS_ONLY, NOTHING = "s00", "s02", "s03", "s04"


@pytest.fixture(scope="module")
def made() -> Fabricated:
    """A made-up study that asks what helps and what gets in the way."""
    return fabricate(load_instrument(INSTRUMENT, "field"))


def setting_of(made: Fabricated) -> Setting:
    wording = wording_of(made.instrument, made.study)
    return Setting(made.instrument, made.study, wording, load_phrases("en"))


def data_of(made: Fabricated, site: str) -> SiteData:
    held = withholding_of(made.withheld, WAVE)
    return SiteData(site, estimates_of(made.released, WAVE), held, account="")


def views_of(made: Fabricated, site: str = ALL_DETAILS):
    return list_views(data_of(made, site), setting_of(made))


def shown(views) -> str:
    """The lists as HTML, on a page that has the topics they lead to."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.from_string(
        '{% import "site_lists.html.j2" as lists with context %}'
        "<html><body>{% for view in views %}{{ lists.section(view) }}{% endfor %}</body></html>"
    )
    return template.render(views=views, say=load_phrases("en").say)


def condition(name: str, *shares: float, n: int = 60, unit: float = 0.01) -> Condition:
    item = Item(name, 1, Text({"en": f"{name}."}), 1, (), ())
    return Condition(item, shares, n, unit, (CodeShare("DK", "Don't know", 0.0),))


def with_shares(made: Fabricated, shares: dict[str, tuple[float, float, float]]) -> Fabricated:
    """The study with other answers to some statements at the first site."""
    released = made.released.copy()
    for item, values in shares.items():
        for name, value in zip(("low", "middle", "high"), values, strict=True):
            these = released["site"].eq(ALL_DETAILS) & released["item"].eq(item)
            these &= released["statistic"].eq(f"share_{name}")
            assert these.sum() == 1
            released.loc[these, "estimate"] = value
    return made.with_(released=released)


# ------------------------------------------------------------------ which statements are picked


def test_the_statements_with_the_largest_shares_are_picked_the_largest_first():
    rows = [condition(f"c{n}", 0.9 - n / 20, 0.1, n / 20) for n in range(10)]
    assert [one.item.id for one in most_often(rows, HIGH)] == ["c9", "c8", "c7", "c6"]
    assert [one.item.id for one in most_often(rows, LOW)] == ["c0", "c1", "c2", "c3"]


def test_statements_of_the_same_share_are_picked_together_or_not_at_all():
    shares = [0.5, 0.4, 0.4, 0.3, 0.3, 0.1, 0.1, 0.1]
    rows = [condition(f"c{n}", 1 - share, 0.0, share) for n, share in enumerate(shares)]
    assert [one.item.id for one in most_often(rows, HIGH)] == ["c0", "c1", "c2"]
    level = [condition(f"c{n}", 0.5, 0.0, 0.5) for n in range(8)]
    assert most_often(level, HIGH) == ()


def test_an_answer_that_nobody_gave_picks_nothing():
    rows = [condition(f"c{n}", 1.0, 0.0, 0.0) for n in range(2)]
    more = [condition(f"d{n}", 0.8, 0.0, 0.2) for n in range(9)]
    assert most_often([*rows, *more], HIGH) == ()


def test_no_more_than_half_of_the_statements_are_picked():
    rows = [condition(f"c{n}", 0.5, 0.4 - n / 10, 0.1 + n / 10) for n in range(4)]
    assert len(most_often(rows, HIGH)) == 2


def test_the_order_in_which_statements_are_asked_decides_nothing():
    rows = [condition(f"c{n}", 0.5, 0.5 - share, share) for n, share in enumerate((0.1, 0.4, 0.3))]
    rows += [condition(f"d{n}", 0.6, 0.3, 0.1) for n in range(4)]
    picked = {one.item.id for one in most_often(rows, HIGH)}
    for order in itertools.permutations(rows):
        assert {one.item.id for one in most_often(order, HIGH)} == picked


# ------------------------------------------------------------------ what may be chance


def test_a_statement_is_never_clearly_more_than_itself_or_than_a_larger_one():
    small, large = condition("a", 0.9, 0.0, 0.1, n=400), condition("b", 0.2, 0.0, 0.8, n=400)
    assert not is_clearly_more(small, small, HIGH, 1)
    assert not is_clearly_more(small, large, HIGH, 1)
    assert is_clearly_more(large, small, HIGH, 1)
    assert is_clearly_more(small, large, LOW, 1)


def test_the_same_difference_is_clear_with_many_people_and_not_with_few():
    few = [condition(name, 1 - high, 0.0, high, n=20) for name, high in (("a", 0.47), ("b", 0.23))]
    many = [replace(one, n=400) for one in few]
    assert not is_clearly_more(*few, HIGH, 231)
    assert is_clearly_more(*many, HIGH, 231)


def test_shares_in_coarse_units_leave_room_for_what_rounding_hides():
    fine = [condition(f"c{high}", 1 - high, 0.0, high, n=200) for high in (0.4, 0.2)]
    assert is_clearly_more(*fine, HIGH, 60)
    assert not is_clearly_more(*(replace(one, unit=0.1) for one in fine), HIGH, 60)


def test_people_who_are_not_told_make_nothing_clear():
    unknown = [condition(name, 1 - high, 0.0, high, n=0) for name, high in (("a", 1.0), ("b", 0.0))]
    assert not is_clearly_more(*unknown, HIGH, 1)


@pytest.mark.parametrize("together", ["alone", "alike", "against"])
@pytest.mark.parametrize(("n", "unit"), [(22, 0.1), (45, 0.05), (250, 0.01)])
def test_chance_alone_is_seldom_called_clear(together: str, n: int, unit: float):
    """Twelve statements, each chosen by four in ten; the largest against the smallest share."""
    rng = np.random.default_rng(3)
    n_items, n_drawn, wrong = 12, 400, 0
    for _ in range(n_drawn):
        shares = (likings(together, n, n_items, rng) < 0.4).mean(axis=0)
        shares = np.round(np.rint(shares / unit) * unit, 2)
        ends = (shares.max(), shares.min())
        rows = [condition("c", 1 - share, 0.0, share, n=n, unit=unit) for share in ends]
        wrong += is_clearly_more(*rows, HIGH, n_items * (n_items - 1) // 2)
    assert wrong / n_drawn < 0.04


def likings(together: str, n: int, n_items: int, rng: np.random.Generator):
    """Uniform numbers, people by statements: independent, going together, or half against half."""
    own, shared = rng.random((n, n_items)), rng.random((n, 1))
    if together == "alike":
        return np.where(rng.random((n, n_items)) < 0.5, shared, own)
    if together == "against":
        return np.where(np.arange(n_items) % 2, shared, 1 - shared)
    return own


def test_a_large_difference_is_found_in_most_sites_of_eighty():
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(500):
        shares = rng.binomial(80, (0.7, 0.25)) / 80
        shares = np.round(np.rint(shares / 0.05) * 0.05, 2)
        rows = [condition("c", 1 - share, 0.0, share, n=80, unit=0.05) for share in shares]
        found += is_clearly_more(*rows, HIGH, 231)
    assert found / 500 > 0.9


# ------------------------------------------------------------------ the list of a site


def test_lists_are_those_of_the_questionnaire_in_its_order(made: Fabricated):
    sections = [one for one in made.instrument.sections if one.display == "list"]
    titles = [str(scale.title) for one in sections for scale in made.instrument.scales_in(one)]
    assert len(titles) == 2
    assert [view.title for view in views_of(made)] == titles


def test_a_list_of_what_is_there_sets_what_is_present_before_what_is_absent(made: Fabricated):
    scale = made.instrument.by_id["ENA"]
    shares = {item.id: (0.3, 0.4, 0.3) for item in scale.items}
    shares |= {scale.items[1].id: (0.1, 0.1, 0.8), scale.items[7].id: (0.9, 0.05, 0.05)}
    view = next(one for one in views_of(with_shares(made, shares)) if one.anchor == "list-ena")
    assert [entry.text for entry in view.legend] == ["Absent", "Partly there", "Present"]
    present, absent = view.groups
    assert "“Present”" in present.title
    assert "“Absent”" in absent.title
    of = setting_of(made).wording.of
    assert [row.text for row in present.rows] == [of(scale.items[1].text)]
    assert [row.text for row in absent.rows] == [of(scale.items[7].text)]
    assert present.rows[0].links[0].text == "See: Making links"


def test_a_list_repeats_what_stood_above_its_statements(made: Fabricated):
    for view in views_of(made):
        scale = next(one for one in made.instrument.scales if str(one.title) == view.title)
        section = next(one for one in made.instrument.sections if scale.id in one.scale_ids)
        of = setting_of(made).wording.of
        assert view.asked == f"{of(section.intro)} {of(scale.prompt)}"


def test_a_questionnaire_without_lists_has_none(studies: dict[str, Fabricated]):
    assert views_of(studies["climate"]) == ()


def test_every_share_of_a_list_is_one_that_was_released(made: Fabricated):
    numbers = setting_of(made).numbers
    for view in views_of(made):
        assert view.table is not None
        scale = next(one for one in made.instrument.scales if str(one.title) == view.title)
        assert len(view.table.rows) == len(scale.items)
        for item, row in zip(scale.items, view.table.rows, strict=True):
            of_item = made.released[
                made.released["site"].eq(ALL_DETAILS) & made.released["item"].eq(item.id)
            ].set_index("statistic")["estimate"]
            names = ("share_low", "share_middle", "share_high")
            assert row.cells[:3] == tuple(numbers.percent(of_item[name]) for name in names)


def test_nothing_is_added_up_over_the_statements(made: Fabricated):
    of_lists = [scale for scale in made.instrument.scales if scale.treatment == "causal"]
    means = made.released["item"].isna() & made.released["scale"].isin([s.id for s in of_lists])
    without = made.with_(released=made.released[~means])
    assert means.any()
    assert views_of(without) == views_of(made)


def test_no_other_site_and_not_the_programme_changes_a_list(made: Fabricated):
    own = made.with_(released=made.released[made.released["site"].eq(ALL_DETAILS)])
    assert views_of(own) == views_of(made)


def test_a_group_names_its_answer_and_says_how_many_others_come_close(made: Fabricated):
    scale = made.instrument.by_id["BAR"]
    usual = {item.id: (0.61, 0.18, 0.21) for item in scale.items}
    first = scale.items[4]
    shares = usual | {first.id: (0.06, 0.07, 0.87)}
    view = next(one for one in views_of(with_shares(made, shares)) if one.anchor == "list-bar")
    high, low = view.groups
    assert "Much or Very much" in high.title
    assert "Not at all or A little" in low.title
    assert [row.text for row in high.rows] == [setting_of(made).wording.of(first.text)]
    assert high.rows[0].shares == ("6%", "7%", "87%")
    assert "clearly less often" in high.note
    assert low.rows == ()
    assert "none is picked out" in low.note


def test_statements_that_chance_could_exchange_are_said_to_be_close(made: Fabricated):
    scale = made.instrument.by_id["BAR"]
    shares = {item.id: (0.6, 0.2, 0.2) for item in scale.items}
    shares |= {scale.items[0].id: (0.57, 0.2, 0.23), scale.items[1].id: (0.1, 0.01, 0.89)}
    view = next(one for one in views_of(with_shares(made, shares)) if one.anchor == "list-bar")
    assert [row.shares[2] for row in view.groups[0].rows] == ["89%", "23%"]
    assert f"{len(scale.items) - 2} other statements come so close" in view.groups[0].note


def test_a_statement_in_both_groups_is_told_to_divide_people(made: Fabricated):
    scale = made.instrument.by_id["BAR"]
    shares = {item.id: (0.3, 0.5, 0.2) for item in scale.items}
    shares |= {scale.items[0].id: (0.48, 0.04, 0.48)}
    view = next(one for one in views_of(with_shares(made, shares)) if one.anchor == "list-bar")
    assert len(view.mixed) == 1
    text = setting_of(made).wording.of(scale.items[0].text).rstrip(".")
    assert text in view.mixed[0]


def test_not_knowing_is_told_where_it_is_frequent(made: Fabricated):
    item = made.instrument.by_id["BAR"].items[3]
    released = made.released.copy()
    codes = released["scale"].eq("BAR") & released["statistic"].str.fullmatch("share_[A-Z]+")
    released.loc[codes & released["item"].notna(), "estimate"] = 0.02
    these = codes & released["site"].eq(ALL_DETAILS) & released["item"].eq(item.id)
    these &= released["statistic"].eq("share_DK")
    released.loc[these, "estimate"] = 0.34
    view = next(o for o in views_of(made.with_(released=released)) if o.anchor == "list-bar")
    assert len(view.codes) == 1
    assert view.codes[0].startswith("34% chose “Don't know / have not seen this”")


def test_not_knowing_much_of_the_list_is_counted(made: Fabricated):
    released = made.released.copy()
    codes = released["scale"].eq("BAR") & released["statistic"].eq("share_DK")
    released.loc[codes & released["item"].notna(), "estimate"] = 0.5
    view = next(o for o in views_of(made.with_(released=released)) if o.anchor == "list-bar")
    number = len(made.instrument.by_id["BAR"].items)
    assert len(view.codes) == 1
    assert view.codes[0].startswith(f"For {number} statements, one in five people or more")
    assert "“Don't know / have not seen this”" in view.codes[0]


def test_every_link_leads_to_a_topic_that_the_statement_bears_on(made: Fabricated):
    setting = setting_of(made)
    known = {f"#{anchor_of(scale)}": scale for scale in made.instrument.scales if scale.has_score}
    n_links = 0
    for scale in made.instrument.scales:
        for item in scale.items if scale.treatment == "causal" else ():
            links = topics_of(item, setting)
            assert len({link.address for link in links}) == len(links)
            for link in links:
                found = known[link.address]
                names = {found.id, *(facet.id for facet in found.facets)}
                assert names & set(item.bears_on)
                assert link.text == f"See: {found.title}"
                n_links += 1
    assert n_links > 20


def test_a_part_that_the_page_does_not_show_is_not_linked_to(made: Fabricated):
    item = Item("x", 1, Text({"en": "x"}), 1, (), (), bears_on=("OVR", "BAR", "nowhere"))
    assert topics_of(item, setting_of(made)) == ()


@pytest.mark.parametrize("site", [MEANS_ONLY, NOTHING])
def test_too_few_people_see_why_there_is_no_list(made: Fabricated, site: str):
    for view in views_of(made, site):
        assert view.groups == ()
        assert view.table is None
        assert view.absent.startswith("Answers to single statements cannot be shown.")
    assert not read(shown(views_of(made, site))).all("svg", "td")


def test_twenty_people_are_enough_for_a_list(made: Fabricated):
    for view in views_of(made, THREE_ANSWERS):
        assert view.absent == ""
        assert view.table is not None
        assert len(view.groups) == 2


def test_some_statements_that_may_not_be_shown_are_left_out_and_told(made: Fabricated):
    item = made.instrument.by_id["BAR"].items[0]
    of_item = made.released["site"].eq(ALL_DETAILS) & made.released["item"].eq(item.id)
    these = of_item & made.released["statistic"].str.startswith("share_")
    moved = made.released[these]
    held = pd.concat(
        [
            made.withheld,
            moved[[name for name in made.withheld.columns if name in moved]].assign(
                rule="complement"
            ),
        ],
        ignore_index=True,
    )
    changed = made.with_(released=made.released[~these], withheld=held)
    view = next(one for one in views_of(changed) if one.anchor == "list-bar")
    assert view.absent.startswith("Some statements are left out.")
    assert view.table is not None
    assert len(view.table.rows) == len(made.instrument.by_id["BAR"].items) - 1


def test_a_format_without_a_middle_answer_has_two_columns(made: Fabricated):
    scale = made.instrument.by_id["BAR"]
    options = tuple(Option(value, Text({"en": f"word {value}"})) for value in (1, 2, 3, 4))
    even = replace(scale, response_scale=ResponseScale("four", options))
    scales = tuple(even if one.id == scale.id else one for one in made.instrument.scales)
    view = next(
        one
        for one in views_of(made.with_(instrument=replace(made.instrument, scales=scales)))
        if one.anchor == "list-bar"
    )
    assert [entry.text for entry in view.legend] == ["word 1 or word 2", "word 3 or word 4"]
    assert all(len(row.shares) == 2 for group in view.groups for row in group.rows)
    assert view.table is not None
    assert all(len(row.cells) == 4 for row in view.table.rows)


def test_the_unit_of_shares_is_found_from_all_statements_of_as_many_people():
    fives = [((0.6, 0.2, 0.2), 45), ((0.55, 0.25, 0.2), 45)]
    assert _units([*fives, ((0.6, 0.2, 0.2), 20)]) == {45: 0.05, 20: 0.2}
    assert _units([((0.33, 0.33, 0.34), 250)]) == {250: 0.01}


# ------------------------------------------------------------------ how it looks


def test_a_list_is_drawn_in_order_with_a_table_around_every_bar(made: Fabricated):
    page = shown(views_of(made))
    root = read(page)
    assert len(root.all("h2")) == 2
    svgs = [svg for svg in root.all("svg") if svg.attributes.get("aria-hidden") != "true"]
    assert svgs
    assert all(svg.inside("table") for svg in svgs)
    assert all(svg.all("title")[0].text and svg.all("desc")[0].text for svg in svgs)
    assert all(cell.text for cell in root.all("td"))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_no_list_picks_out_more_than_a_few(made: Fabricated):
    for site in (ALL_DETAILS, "s01", THREE_ANSWERS):
        for view in views_of(made, site):
            assert all(len(group.rows) <= AT_MOST for group in view.groups)


def test_questions_to_talk_about_are_those_of_the_scale(made: Fabricated):
    asked = (Text({"en": "Which of these could we change this month?"}),)
    scales = tuple(
        replace(scale, reflective_questions=asked) if scale.id == "BAR" else scale
        for scale in made.instrument.scales
    )
    changed = made.with_(instrument=replace(made.instrument, scales=scales))
    view = next(one for one in views_of(changed) if one.anchor == "list-bar")
    assert view.questions == ("Which of these could we change this month?",)
    assert "Which of these could we change this month?" in read(shown([view])).text
