"""Tables of sites: searched and sorted by a script, complete without it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pandas as pd
import pytest

from pipeline.report import SiteCluster
from pipeline.report.inline_script import inline_script
from pipeline.report.site_map import around, marked_cell, reach_of
from pipeline.report.site_tables import LONG, Stretch, site_table, stretch_of
from pipeline.report.tables import shown_table

from .fabricated_study import Fabricated, fabricate
from .reading_html import Element, read, words_of
from .test_comparative_page import cells_of, heat_map, page_of

SORTS = {"name", "text", "count", "side", "band", "verdict"}
CLUSTERS = (SiteCluster("North", ("s00", "s01")), SiteCluster("Valley", ("s00",)))


def of_sites(page: str) -> list[Element]:
    tables = read(page).all("table")
    return [one for one in tables if "of-sites" in one.attributes["class"].split()]


@pytest.fixture(scope="module")
def thousand(studies) -> str:
    return page_of(fabricate(studies["groups"].instrument, n_sites=1000))


# ------------------------------------------------------------------ what may be sorted


def test_no_table_may_be_sorted_by_a_mean_a_range_a_chance_or_a_place(study: Fabricated):
    forbidden = re.compile(r"ean|range|hance|places|Change", re.IGNORECASE)
    headings = [th for table in of_sites(page_of(study)) for th in table.all("tr")[0].all("th")]
    sorts = {(th.text, th.attributes.get("data-sort", "")) for th in headings}
    assert {sort for _, sort in sorts} == {"", *SORTS} - {"text"}
    assert not [text for text, sort in sorts if sort and forbidden.search(text)]


def test_every_table_of_sites_begins_with_their_names_in_order(study: Fabricated):
    tables = of_sites(page_of(study))
    assert len(tables) > 5
    for table in tables:
        first = table.all("tr")[0].all("th")[0]
        assert first.attributes["data-sort"] == "name"
        names = [row.all("th")[0].text for row in table.all("tbody")[-1].all("tr")]
        assert names == sorted(names, key=str.casefold)


def test_the_words_that_are_sorted_are_those_of_the_tables(study: Fabricated):
    page = page_of(study)
    finder = next(one for one in read(page).all("div") if one.attributes.get("id") == "finder")
    assert finder.attributes["data-band"].split("|")[0] == "clearly higher"
    for kind in ("band", "verdict"):
        words = finder.attributes[f"data-{kind}"].split("|")
        told = [cell.text for table in of_sites(page) for cell in table.all("td")]
        assert set(words) & set(told)


# ------------------------------------------------------------------ the script and its policy


def test_the_policy_allows_the_script_of_the_page_and_no_other(study: Fabricated):
    page = page_of(study)
    (script,) = read(page).all("script")
    digest = hashlib.sha256("".join(script.pieces).encode()).digest()
    source = f"'sha256-{base64.b64encode(digest).decode()}'"
    assert source == inline_script("site_tables.js").source
    assert f"script-src {source}" in page
    assert not script.attributes


def test_the_script_asks_for_nothing_and_writes_no_markup():
    text = inline_script("site_tables.js").text
    for word in ("fetch", "XMLHttp", "import", "innerHTML", "eval", "http", "storage", "</"):
        assert word not in text


def test_without_the_script_nothing_of_it_is_seen(study: Fabricated):
    finder = next(
        one for one in read(page_of(study)).all("div") if one.attributes.get("id") == "finder"
    )
    assert "hidden" in finder.attributes
    assert not read(page_of(study)).all("button")


# ------------------------------------------------------------------ what is known about sites


def test_clusters_people_and_response_stand_beside_the_names(study: Fabricated):
    made = study.with_(study=replace(study.study, clusters=CLUSTERS))
    table = heat_map(page_of(made))
    headings = [th.text for th in table.all("tr")[0].all("th")]
    assert headings[:4] == ["Site", "Cluster", "People (about)", "Answered, of those invited"]
    facts = {
        row.all("th")[0].text: [cell.text for cell in row.all("td")[:3]]
        for row in table.all("tr")[1:]
    }
    assert facts["Mill Street 1"][0] == "North, Valley"
    assert facts["Harbour & Hill 1"][0] == "North"
    assert facts["Old Orchard 1"][0] == "\N{EN DASH}"
    assert facts["Whole programme"][1:] == ["200", "65%"]


def test_what_is_not_known_of_any_site_has_no_column(study: Fabricated):
    bare = {**study.compared, "response": study.compared["response"].iloc[:0]}
    headings = heat_map(page_of(study.with_(compared=bare))).all("tr")[0].all("th")
    assert [th.attributes["data-sort"] for th in headings][:2] == ["name", "side"]


def test_a_withheld_cell_says_why_and_the_reason_is_told_below(study: Fabricated):
    own = study.released["site"].eq("s00") & study.released["scale"].eq("LEAD")
    own &= study.released["item"].isna() & study.released["group"].isna()
    row = {"wave": study.study.wave, "site": "s00", "scale": "LEAD", "statistic": "mean"}
    held = pd.DataFrame([{**row, "rule": "complement"}]).reindex(columns=study.withheld.columns)
    withheld = pd.concat([study.withheld, held.astype(study.withheld.dtypes)], ignore_index=True)
    page = page_of(study.with_(released=study.released[~own], withheld=withheld))
    cell = cells_of(heat_map(page), "Mill Street")[0]
    assert (cell.text, cell.attributes["class"]) == ("protects others", "none")
    assert "“protects others”: Together with other numbers" in words_of(page)


# ------------------------------------------------------------------ how sure a cell is


def test_a_range_lies_on_a_line_with_the_value_to_compare_in_its_middle():
    line = around(3.0, 2.0)
    assert stretch_of((2.5, 3.5), line, 100) == Stretch(38, 24)
    assert stretch_of((0.0, 9.0), line, 100) == Stretch(0, 100)
    assert stretch_of((9.0, 9.5), line, 100) == Stretch(99, 1)
    assert reach_of([((2.0, 3.5), 3.0), ((1.0, 2.0), 2.5)]) == 1.5
    assert reach_of([]) == 1.0


def test_a_cell_is_quiet_unless_its_range_leaves_out_the_mean_of_the_programme(study: Fabricated):
    released = study.released.copy()
    own = released["site"].eq("s00") & released["scale"].eq("LEAD") & released["item"].isna()
    own &= released["statistic"].eq("mean") & released["group"].isna()
    whole = released["site"].isna() & released["scale"].eq("LEAD") & released["item"].isna()
    whole &= released["statistic"].eq("mean") & released["group"].isna()
    released.loc[whole, "estimate"] = 3.0
    for ends, kind in (((2.9, 3.3), ""), ((3.0, 3.4), ""), ((3.1, 3.5), "apart")):
        released.loc[own, ["estimate", "ci_low", "ci_high"]] = (3.2, *ends)
        compared = study.compared["site_comparisons"].assign(band=None)
        made = study.with_(
            released=released, compared={**study.compared, "site_comparisons": compared}
        )
        cell = cells_of(heat_map(page_of(made)), "Mill Street")[0]
        assert cell.attributes.get("class", "") == kind
        assert "--w:" in cell.attributes["style"]


def test_a_mark_says_what_it_means_to_those_who_do_not_see_it():
    assert marked_cell("3.1", 1, "higher").words == "higher"
    assert marked_cell("3.1", -1, "lower", is_clear=True).kind == "lower clear"
    assert (marked_cell("3.1", 0, "").kind, marked_cell("3.1", 0, "").words) == ("like", "")


# ------------------------------------------------------------------ many sites


def test_columns_of_words_are_counted_as_they_stand_on_the_page():
    shown = shown_table("c", ["Site", "People", "Word"], [("a", ("1", "x"))], words=[2])
    assert site_table(shown, {}).places_of_words == (3,)
    assert not site_table(shown, {}).is_long


def test_a_thousand_sites_are_not_drawn_one_by_one(thousand: str):
    page = read(thousand)
    assert not [
        svg for svg in page.all("svg") if "sites-" in svg.attributes.get("aria-labelledby", "")
    ]
    assert len(page.all("text")) < 500
    assert len(page.all("circle")) < 2000
    assert sum(len(table.all("tbody")[-1].all("tr")) > 700 for table in of_sites(thousand)) >= 5


def test_a_long_table_has_a_window_of_its_own_and_a_short_one_has_none(
    thousand: str, study: Fabricated
):
    def windows(page: str) -> set[tuple[bool, bool]]:
        found = set()
        for table in of_sites(page):
            assert table.parent is not None
            is_window = "window" in table.parent.attributes["class"]
            found.add((len(table.all("tbody")[-1].all("tr")) >= LONG, is_window))
        return found

    assert windows(thousand) == {(True, True)}
    assert windows(page_of(study)) == {(False, False)}


def test_a_site_costs_hardly_more_than_its_numbers(thousand: str, studies: dict[str, Fabricated]):
    """Two of three topics are compared here: 700 letters each, with the change of each."""
    hundred = page_of(fabricate(studies["groups"].instrument, n_sites=100))
    assert (len(thousand.encode()) - len(hundred.encode())) / 900 < 2 * 700
