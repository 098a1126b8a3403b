from __future__ import annotations

from dataclasses import replace

import pandas as pd

from pipeline.report import ProgrammeTables, render_comparative_page, render_index

from .fabricated_study import Fabricated, fabricate
from .reading_html import Element, read, words_of


def page_of(made: Fabricated, variance: pd.DataFrame | None = None) -> str:
    return render_comparative_page(
        made.released,
        made.withheld,
        made.sites,
        made.psychometrics["variance"] if variance is None else variance,
        ProgrammeTables(**made.compared),
        made.instrument,
        made.study,
    )


def heat_map(page: str) -> Element:
    return next(
        table
        for table in read(page).all("table")
        if "heat" in table.attributes.get("class", "").split()
    )


def sites_in(table: Element) -> list[str]:
    return [row.all("th")[0].text for row in table.all("tr")[2:]]


def test_sites_stand_in_the_order_of_their_names_whatever_their_scores(study: Fabricated):
    names = sites_in(heat_map(page_of(study)))
    assert names == sorted(names)
    released = study.released.copy()
    means = released["statistic"].eq("mean") & released["site"].notna()
    released.loc[means, "estimate"] = 6 - released.loc[means, "estimate"]
    assert sites_in(heat_map(page_of(study.with_(released=released)))) == names


def cells_of(table: Element, site: str) -> list[Element]:
    """The cells with means; before them stand those with what is known about the site."""
    n_topics = sum(th.attributes.get("data-sort") == "side" for th in table.all("tr")[0].all("th"))
    return _row(table, site).all("td")[-n_topics:]


def test_a_cell_is_marked_only_if_the_word_of_the_site_is_higher_or_lower(study: Fabricated):
    comparisons = study.compared["site_comparisons"]
    own = comparisons["scale"].eq("LEAD") & comparisons["site"].eq("s00")
    own &= comparisons["basis"].eq("plain")
    kinds = {
        "clearly_lower": "lower clear", "lower": "lower", "like_programme": "plain",
        "higher": "higher", "clearly_higher": "higher clear", None: "plain",
    }  # fmt: skip
    for band, kind in kinds.items():
        changed = comparisons.copy()
        changed.loc[own, "band"] = band
        made = study.with_(compared={**study.compared, "site_comparisons": changed})
        cell = cells_of(heat_map(page_of(made)), "Mill Street")[0]
        assert cell.attributes.get("class", "") in ({"", "apart"} if kind == "plain" else {kind})
        assert ("at most sites" in cell.text) == (kind != "plain")
        assert ("clearly" in cell.text) == ("clear" in kind)


def _row(table: Element, site: str) -> Element:
    return next(row for row in table.all("tr") if site in row.text)


def test_where_the_gate_for_sites_is_closed_no_mean_stands_beside_another(study: Fabricated):
    page = page_of(study)
    assert cells_of(heat_map(page), "Mill Street")[1].text == "not compared"
    assert "These statements do not mean the same at all sites" in words_of(page)


def test_the_groups_have_the_share_of_the_most_frequent_other_answer_beside_them(studies):
    page = page_of(_with_shares_of_groups(studies["main"]))
    table = next(t for t in read(page).all("table") if "Means of the two groups" in t.text)
    headings = [th.text for th in table.all("tr")[0].all("th")]
    assert len(headings) == 7
    assert [td.text for td in table.all("tr")[1].all("td")[-2:]] == ["4%", "14%"]


def test_groups_that_may_not_be_compared_have_the_reason_in_place_of_a_gap(study: Fabricated):
    last = study.compared["gates"]["scale"].iloc[-1]
    gap = study.released["statistic"].eq("gap") & study.released["scale"].eq(last)
    page = page_of(study.with_(released=study.released[~gap]))
    title = next(str(s.title) for s in study.instrument.scored_scales if s.id == last)
    shown = words_of(page)
    assert f"not set side by side on {title}. The two groups do not understand" in shown


def _with_shares_of_groups(made: Fabricated) -> Fabricated:
    rows = made.released[
        made.released["statistic"].str.startswith("share_") & made.released["site"].isna()
    ]
    rows = rows[rows["item"].isna() & rows["group"].isna()]
    groups = made.instrument.grouping.groups
    shares = [
        rows.assign(group=group.id, estimate=0.04 + 0.1 * place)
        for place, group in enumerate(groups)
    ]
    return made.with_(released=pd.concat([made.released, *shares], ignore_index=True))


def test_parts_without_a_table_are_left_out_of_page_and_contents(study: Fabricated):
    bare = {name: table.iloc[:0] for name, table in study.compared.items()}
    page = page_of(study.with_(compared=bare))
    listed = {link.attributes["href"] for link in read(page).all("nav")[-1].all("a")}
    assert not {"#response", "#clusters"} & listed
    assert "No change since an earlier round can be shown." in words_of(page)
    assert {"#change", "#response", "#clusters"} <= {
        link.attributes["href"] for link in read(page_of(study)).all("a")
    }


def test_a_study_of_one_round_has_no_part_about_change(study: Fabricated):
    page = page_of(study.with_(study=replace(study.study, earlier_waves=())))
    assert "Change since earlier rounds" not in words_of(page)


def test_sites_without_results_are_listed_but_not_drawn(study: Fabricated):
    page = page_of(study)
    assert "1 of 5 sites have no results of their own" in words_of(page)
    assert "Little Green 1" not in sites_in(heat_map(page))
    assert "Little Green 1" in words_of(page)


def test_the_page_says_that_it_cannot_order_sites(study: Fabricated):
    assert "It cannot order sites or people." in words_of(page_of(study))


def test_missing_variance_is_told(study: Fabricated):
    page = page_of(study, study.psychometrics["variance"].iloc[:0])
    assert "How much sites differ was not computed." in words_of(page)


def test_an_instrument_without_groups_and_codes_says_so(studies):
    shown = words_of(page_of(studies["climate"]))
    assert "does not set two groups side by side" in shown
    assert "The questionnaire has no such answers" in shown


def test_nothing_released_at_all_still_makes_both_pages(study: Fabricated):
    bare = study.with_(released=study.released.iloc[:0])
    assert "5 of 5 sites have no results" in words_of(page_of(bare))
    index = render_index(bare.released, bare.sites, bare.instrument, bare.study)
    assert "0 of 5 sites have results of their own" in words_of(index)


def test_the_index_lists_every_site_by_name_with_its_state(study: Fabricated):
    made = fabricate(study.instrument, n_sites=10)
    index = render_index(made.released, made.sites, made.instrument, made.study)
    listed = next(ul for ul in read(index).all("ul") if ul.attributes.get("class") == "sites")
    names = [link.text for link in listed.all("a")]
    assert names == sorted(made.sites["label"].tolist())
    states = [item.all("span")[0].text for item in listed.all("li")]
    assert states.count("too few answers to show") == 2
