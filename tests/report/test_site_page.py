"""What the page of a site says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipeline.instrument.model import Allocation
from pipeline.problems import InputError
from pipeline.report import render_site_pages

from .fabricated_study import Fabricated, tables_of_sites
from .reading_html import read, words_of


def page_of(made: Fabricated, site: str = "s00") -> str:
    pages = render_site_pages(
        [site],
        made.released,
        made.withheld,
        made.sites,
        made.site_context,
        made.ledger_rows,
        tables_of_sites(made),
        made.instrument,
        made.study,
    )
    return next(iter(pages.values()))


def with_value(
    made: Fabricated, value: float, statistic: str = "mean", **where: str | None
) -> Fabricated:
    """The study with one released estimate changed."""
    chosen = made.released["statistic"] == statistic
    for name in ("site", "group", "scale", "item"):
        wanted = where.get(name)
        column = made.released[name]
        chosen &= column.isna() if wanted is None else (column == wanted).fillna(False)
    assert chosen.sum() == 1
    released = made.released.copy()
    released.loc[chosen, "estimate"] = value
    for end in ("ci_low", "ci_high"):
        if not released.loc[chosen, end].isna().any():
            shift = -0.01 if end == "ci_low" else 0.01
            released.loc[chosen, end] = value + shift
    return made.with_(released=released)


def overview_place(page: str, title: str) -> str:
    """Where the dot of a scale is drawn in the first chart."""
    chart = page[page.index('<svg class="chart"') :]
    row = chart[chart.index(f">{title}</text>") :]
    found = re.search(r'<circle class="series-0 dot" cx="([^"]+)"', row)
    assert found
    return found.group(1)


def test_headline_and_chart_are_made_from_the_same_number(study: Fabricated):
    scale = study.instrument.scales[0]
    changed = with_value(study, 4.9, site="s00", scale=scale.id)
    before, after = page_of(study), page_of(changed)
    assert "highest for Leadership climate (4.9)" in words_of(after)
    assert "highest for Leadership climate (4.9)" not in words_of(before)
    assert overview_place(after, str(scale.title)) == "95.6%"
    assert overview_place(before, str(scale.title)) != "95.6%"


def test_means_that_overlap_are_not_put_in_an_order(study: Fabricated):
    released = study.released.copy()
    means = released["statistic"].eq("mean") & released["site"].eq("s00") & released["item"].isna()
    released.loc[means, ["estimate", "ci_low", "ci_high"]] = [3.0, 2.5, 3.5]
    shown = words_of(page_of(study.with_(released=released)))
    assert "Their order may be due to chance." in shown
    assert "the mean is lowest for" not in shown


def test_a_difference_between_groups_is_told_the_right_way_round(study: Fabricated):
    for value, sentence in (
        (0.8, "“First group” answered 0.8 points higher than “Second group”."),
        (-0.8, "“Second group” answered 0.8 points higher than “First group”."),
        (0.0, "“First group” and “Second group” have the same mean"),
    ):
        changed = with_value(study, value, "gap", site="s00", scale="LEAD")
        assert sentence in words_of(page_of(changed))


def test_a_difference_that_takes_in_zero_is_called_uncertain(study: Fabricated):
    released = study.released.copy()
    gaps = released["statistic"].eq("gap") & released["site"].eq("s00")
    released.loc[gaps, ["estimate", "ci_low", "ci_high"]] = [0.3, -0.1, 0.7]
    shown = words_of(page_of(study.with_(released=released)))
    assert shown.count("It takes in zero, so the difference may be due to chance.") == 3
    assert "no difference is larger than chance may bring" in shown
    assert "It leaves out zero" not in shown


def test_topics_for_a_talk_follow_the_stated_rule(study: Fabricated):
    changed = study
    for scale, mean in (("LEAD", 4.5), ("TSIG", 4.4), ("HOSTIL", 0.2)):
        changed = with_value(changed, mean, site="s00", scale=scale)
    changed = with_value(changed, 1.5, "gap", site="s00", scale="LEAD")
    page = page_of(changed)
    cards = [card.text for card in read(page).all("li") if card.attributes.get("class") == "card"]
    topics = [card for card in cards if "the two" in card]
    assert len(topics) == 3
    assert "One of the two lowest means (0.2)." in " ".join(topics)
    assert "The largest difference between the two groups (1.5 points)." in " ".join(topics)


def test_topics_without_a_chart_are_named_and_few_means_are_not_called_the_lowest(
    study: Fabricated,
):
    shown = words_of(page_of(study))
    assert "No mean can be shown for" not in shown and "few means" not in shown
    agreement = study.released["scale"].isin(["LEAD", "TSIG"])
    own = study.released["site"].eq("s00") & study.released["statistic"].eq("mean")
    gone = own & agreement & study.released["item"].isna() & study.released["group"].isna()
    shown = words_of(page_of(study.with_(released=study.released[~gone])))
    named = "Leadership climate and Task significance"
    assert f"No mean can be shown for {named}. The part on each topic tells why." in shown
    assert "One of the few means that can be shown" in shown
    assert "One of the two lowest means" not in shown


def test_a_site_with_nothing_released_gets_a_kind_page_without_results(studies):
    for made in studies.values():
        shown = words_of(page_of(made, "s04"))
        assert "Too few answers to show results" in shown
        assert "What can be done" in shown
        assert "At a glance" not in shown
        assert "<svg" not in page_of(made, "s04")


def test_items_are_shown_only_where_released_and_the_reason_stands_in_their_place(study):
    full, three, means = (page_of(study, site) for site in ("s00", "s02", "s03"))
    assert 'class="segment low-2"' in full
    assert 'class="segment low-2"' not in three and 'class="segment low-1"' in three
    assert 'class="items"' not in means
    assert "Such fine detail needs more people than answered here." in words_of(means)


def test_a_group_difference_that_is_held_back_gives_its_reason(study: Fabricated):
    shown = words_of(page_of(study, "s03"))
    assert "The two groups cannot be set side by side. Such fine detail needs more people" in shown


def test_a_statement_worded_the_other_way_round_is_marked(studies):
    made = studies["main"]
    page = page_of(made)
    turned = sum(len(scale.reversed_ids) for scale in made.instrument.scales)
    assert turned > 0
    assert page.count('<span class="turned">worded the other way round</span>') == turned


def test_a_withheld_value_never_appears(study: Fabricated):
    hidden = study.withheld.assign(site="s00", statistic="share_0.123456", scale="CANARY")
    page = page_of(study.with_(withheld=hidden))
    assert "0.123456" not in page and "CANARY" not in page


def test_numbers_of_another_site_do_not_appear(study: Fabricated):
    changed = with_value(study, 1.2345, site="s01", scale="LEAD")
    assert page_of(changed, "s00") == page_of(study, "s00")


def test_a_page_takes_nothing_but_its_own_rows_of_the_comparisons(study: Fabricated):
    of_sites = {name: table for name, table in study.compared.items() if "site" in table}
    own = {name: table[table["site"] == "s00"] for name, table in of_sites.items()}
    assert all(len(own[name]) < len(table) for name, table in of_sites.items())
    assert page_of(study.with_(compared={**study.compared, **own})) == page_of(study)


def test_the_size_of_a_difference_between_groups_is_said_in_words(study: Fabricated):
    for size, word in ((0.1, "very small"), (-0.2, "small"), (0.5, "medium"), (-0.8, "large")):
        changed = with_value(study, size, "gap_standardised", site="s00", scale="LEAD")
        said = f"this is a {word} difference ({abs(size)} standard deviations)."
        assert said in words_of(page_of(changed))


def test_answers_off_the_scale_are_told_for_each_group_only_where_both_are_released(studies):
    made = studies["main"]
    first, second = (str(group.title) for group in made.instrument.grouping.groups)
    said = f"Answers off the scale, in “{first}”:"
    page = words_of(page_of(made))
    assert page.count(said) == len(made.instrument.scored_scales)
    assert "4%" in page[page.index(said) :].split(f"In “{second}”:")[0]
    codes = {f"share_{code.id}" for code in made.instrument.special_codes}
    one = made.released["group"].eq(made.instrument.grouping.groups[0].id).fillna(value=False)
    kept = made.released[~(one & made.released["statistic"].isin(codes))]
    assert said not in words_of(page_of(made.with_(released=kept)))


def test_counters_of_both_groups_stand_beside_each_other_or_not_at_all(studies):
    made = studies["main"]
    group = made.instrument.grouping.groups[0]
    allocation = made.instrument.allocations[0]
    label = f">{allocation.title} ({group.title})</text>"
    assert label in page_of(made)
    gone = made.released["scale"].eq(allocation.id) & made.released["group"].eq(group.id)
    page = page_of(made.with_(released=made.released[~gone.fillna(False)]))
    assert f">{allocation.title} (" not in page
    assert f">{made.instrument.allocations[1].title} (" in page


def test_shifts_of_counters_are_told_with_their_size(studies):
    made = studies["main"]
    first, second, _ = made.instrument.allocations
    changed = made
    for allocation, counters in ((first, (6, 2, 1, 1)), (second, (3, 4, 2, 1))):
        for column, mean in zip(allocation.columns, counters, strict=True):
            changed = with_value(
                changed, mean, "mean_counters", site="s00", scale=allocation.id, item=column
            )
    titles = [str(part.title) for part in first.parts]
    assert (
        f"From “{first.title}” to “{second.title}”: 2.0 more for “{titles[1]}”, 1.0 more for "
        f"“{titles[2]}” and 3.0 fewer for “{titles[0]}”."
    ) in words_of(page_of(changed))


def test_a_question_with_a_withheld_part_is_left_out_of_the_counters(studies):
    made = studies["main"]
    allocation: Allocation = made.instrument.allocations[0]
    column = next(iter(allocation.columns))
    kept = made.released[~(made.released["item"] == column).fillna(False)]
    page = page_of(made.with_(released=kept))
    bars = page[page.index('id="counters-') :].split("</svg>")[0]
    assert f">{allocation.title}</text>" not in bars
    assert f">{made.instrument.allocations[1].title}</text>" in bars


def test_a_site_without_facts_says_so(study: Fabricated):
    bare = study.with_(site_context=study.site_context.iloc[:0])
    assert "No facts about this site were given." in words_of(page_of(bare))


def test_a_questionnaire_without_the_language_of_the_study_is_refused(study: Fabricated):
    with pytest.raises(InputError, match="the questionnaire is not there in 'sv'"):
        page_of(study.with_(study=replace(study.study, language="sv")))


@pytest.mark.parametrize("site", ["s00", "s02", "s03", "s04"])
@pytest.mark.parametrize("name", ["main", "climate", "groups"])
def test_the_words_of_a_site_page_are_easy_to_read(studies, name, site):
    import textstat

    shown = read(page_of(studies[name], site)).all("main")[0]
    own = [one.text for one in shown.all("p", "li", "dd") if len(one.text.split()) > 4]
    assert textstat.flesch_kincaid_grade(" ".join(own)) <= 8


def test_every_part_of_a_site_page_is_easy_to_read(studies):
    """Grade 8 for each section by itself, so that no easy part makes up for a hard one.

    A piece on a line of its own, such as a fact about the site, is read as a sentence.
    """
    import textstat

    for section in read(page_of(studies["main"])).all("section"):
        own = [one.text for one in section.all("p", "li", "dd") if len(one.text.split()) > 4]
        told = " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in own)
        if len(told.split()) > 100:
            assert textstat.flesch_kincaid_grade(told) <= 9, told[:200]


def test_the_mean_of_the_round_before_stands_in_chart_and_table(study: Fabricated):
    page = page_of(study)
    before = study.compared["site_changes"]
    own = before[
        (before["site"] == "s00") & (before["basis"] == "plain") & before["change"].notna()
    ]
    drawn = [svg for svg in read(page).all("svg") if svg.attributes.get("role") == "img"]
    marks = [c for svg in drawn for c in svg.all("circle") if c.attributes["class"] == "before"]
    assert len(marks) == len(own) > 1
    assert f"mean of this site in {study.study.earlier_waves[-1]}" in words_of(page)
    first = page_of(study.with_(study=replace(study.study, earlier_waves=())))
    assert 'class="before"' not in first


def test_ideas_of_others_stand_with_the_works_they_come_from(studies):
    made = studies["main"]
    (topic,) = (
        s for s in read(page_of(made)).all("section") if s.attributes.get("id") == "topic-pow"
    )
    scale = next(scale for scale in made.instrument.scales if scale.id == "POW")
    for action in scale.actions:
        assert (
            str(action.text).format(users="service users", staff="staff", work="this work")
            in topic.text
        )
    assert topic.text.count("From Kjellström et al. (2024), a review of 73 papers") == 1
    assert "It may or may not fit here." in topic.text


def test_a_questionnaire_without_ideas_has_no_heading_for_them(studies):
    assert "What others did or advised" not in words_of(page_of(studies["climate"]))


def test_the_sheet_for_a_meeting_takes_an_hour_and_the_plan_has_the_topics(studies):
    for site in ("s00", "s04"):
        page = read(page_of(studies["main"], site))
        (hour,) = (dl for dl in page.all("dl") if dl.attributes.get("class") == "hour")
        assert sum(int(term.text.split()[0]) for term in hour.all("dt")) == 60
        (plan,) = (t for t in page.all("table") if t.attributes.get("class") == "plan")
        topics = [row.all("th")[0].text for row in plan.all("tr")[1:]]
        assert topics[-2:] == ["A topic you choose"] * 2
        cards = [li for li in page.all("li") if li.attributes.get("class") == "card"]
        put_forward = [card.all("h3")[0].text for card in cards if not card.inside("ol")]
        own = [topic for topic in topics if topic != "A topic you choose"]
        assert own == (put_forward if site == "s00" else [])
        assert len(topics) >= 4


def test_the_plan_leads_to_the_lists_where_they_are_asked(studies):
    page = read(page_of(studies["main"]))
    lists = [one.attributes["id"] for one in page.all("h2") if "id" in one.attributes]
    lists = [f"#{name}" for name in lists if name.startswith("list-")]
    assert lists == ["#list-ena", "#list-bar"]
    sections = {one.attributes["aria-labelledby"]: one for one in page.all("section")}
    assert [a.attributes["href"] for a in sections["plan"].all("a")] == lists
    assert "may help you to find a step" not in words_of(page_of(studies["main"], "s04"))
    assert "may help you to find a step" not in words_of(page_of(studies["climate"]))


def test_a_mean_that_is_held_back_gives_its_reason_and_leaves_the_chart(study: Fabricated):
    import pandas as pd

    own = study.released["site"].eq("s00") & study.released["scale"].eq("LEAD")
    row = {"wave": study.study.wave, "site": "s00", "scale": "LEAD", "statistic": "mean"}
    held = pd.DataFrame([{**row, "rule": "minimum_n"}]).reindex(columns=study.withheld.columns)
    made = study.with_(
        released=study.released[~own],
        withheld=pd.concat([study.withheld, held.astype(study.withheld.dtypes)]),
    )
    page = page_of(made)
    shown = words_of(page)
    assert "cannot be shown. Fewer than 11 people stand behind these numbers." in shown
    assert "Not shown: Leadership climate" in shown
    assert ">Leadership climate</text>" not in page


def test_the_reason_given_is_the_rule_that_held_back_most(study: Fabricated):
    items = study.withheld["item"].notna() & study.withheld["site"].eq("s03")
    changed = study.withheld.copy()
    changed.loc[changed.index[items][:1], "rule"] = "class_disclosure"
    shown = words_of(page_of(study.with_(withheld=changed), "s03"))
    reason = "Answers to single statements cannot be shown. Such fine detail needs more people"
    assert shown.count(reason) == 3


def test_every_site_page_tells_in_one_sentence_what_became_of_its_questionnaires(study):
    small = study.ledger_rows[study.ledger_rows["site"] == "s00"]
    assert (small["outcome"] == "excluded").any()
    assert "came in from this site. About" in page_of(study)
    whole = replace(study, ledger_rows=small.assign(outcome="analysed", reason=None))
    assert "came in from this site, and all of them are analysed." in page_of(whole)
    none = replace(study, ledger_rows=study.ledger_rows.iloc[:0])
    assert "Every questionnaire that came in from this site is accounted for" in page_of(none)
