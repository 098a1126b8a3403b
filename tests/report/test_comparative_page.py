from __future__ import annotations

import pandas as pd

from pipeline.report import render_comparative_page, render_index

from .fabricated_study import Fabricated, fabricate
from .reading_html import Element, read, words_of


def page_of(made: Fabricated, variance: pd.DataFrame | None = None) -> str:
    return render_comparative_page(
        made.released,
        made.withheld,
        made.sites,
        made.psychometrics["variance"] if variance is None else variance,
        made.instrument,
        made.study,
    )


def heat_map(page: str) -> Element:
    return next(
        table for table in read(page).all("table") if table.attributes.get("class") == "heat"
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


def test_a_cell_is_marked_only_if_its_interval_leaves_out_the_programme(study: Fabricated):
    released = study.released.copy()
    of_scale = released["statistic"].eq("mean") & released["scale"].eq("LEAD")
    of_scale &= released["item"].isna() & released["group"].isna()
    programme, own = of_scale & released["site"].isna(), of_scale & released["site"].eq("s00")
    released.loc[programme, "estimate"] = 3.0
    for ends, kind in (((2.0, 3.1), "like"), ((2.0, 2.9), "lower"), ((3.1, 3.9), "higher")):
        released.loc[own, ["estimate", "ci_low", "ci_high"]] = [sum(ends) / 2, *ends]
        table = heat_map(page_of(study.with_(released=released)))
        row = next(row for row in table.all("tr") if "Mill Street" in row.text)
        assert row.all("td")[0].attributes["class"] == kind
        assert (kind in row.all("td")[0].text) == (kind != "like")


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
