"""What the technical page says about the content of the items."""

from __future__ import annotations

import pytest

from pipeline.instrument.evidence import Finding, Rating, Sort
from pipeline.psychometrics import content_validity_index, placement_rates
from pipeline.report import render_technical_page
from pipeline.tables import (
    CONTENT_VALIDITY,
    ITEM_DECISIONS,
    PLACEMENT,
    conform,
    gather_rows,
    item_decisions,
    label_placements,
    label_ratings,
    rating_panels,
    sorting_panels,
)

from .fabricated_study import Fabricated
from .reading_html import Element, read, words_of

NOBODY = "Nobody has rated, sorted or been interviewed about these items yet."
CAPTION = "Ratings of relevance by scale"


def page_with(made: Fabricated, ratings=(), sorts=(), findings=()) -> str:
    instrument = made.instrument
    rated = [
        label_ratings(content_validity_index(panel.ratings).to_rows(), panel)
        for panel in rating_panels(ratings, instrument)
    ]
    placed = [
        label_placements(placement_rates(p.placements, p.home, criterion=0.70).to_rows(), p)
        for p in sorting_panels(sorts, instrument)
    ]
    content = {
        "content_validity": conform(gather_rows(rated, CONTENT_VALIDITY), CONTENT_VALIDITY),
        "placement": conform(gather_rows(placed, PLACEMENT), PLACEMENT),
        "item_decisions": conform(item_decisions(findings, instrument), ITEM_DECISIONS),
    }
    return render_technical_page(
        made.ledger_rows,
        made.ledger_cells,
        made.ledger_columns,
        made.screening,
        made.psychometrics,
        content,
        made.withheld,
        instrument,
        made.study,
    )


def section_of(page: str) -> Element:
    sections = read(page).all("section")
    return next(s for s in sections if s.attributes.get("aria-labelledby") == "content")


def rows_of(page: str, caption: str) -> list[list[str]]:
    tables = section_of(page).all("table")
    table = next(table for table in tables if caption in table.all("caption")[0].text)
    return [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")[1:]]


def rated_by(group: str, *relevances: int, item: str = "lead01") -> list[Rating]:
    return [
        Rating(f"{group}{place}", group, item, 1, relevance, 4)
        for place, relevance in enumerate(relevances)
    ]


def test_with_no_evidence_the_page_says_so_and_shows_no_table(study: Fabricated):
    section = section_of(page_with(study))
    assert NOBODY in section.text
    assert not section.all("table")


def test_ratings_sorts_and_decisions_are_shown(study: Fabricated):
    ratings = [*rated_by("one", 4, 4, 4, 3), *rated_by("two", 4, 2, 2)]
    ratings += rated_by("one", 4, 4, 3, 3, item="tsig01")
    sorts = [
        Sort(f"s{place}", "other", "lead01", 1, name)
        for place, name in enumerate(("LEAD", "TSIG", "TSIG"))
    ]
    decided = Finding("i1", "one", 1, "lead01", 1, "Unclear", "recall", "reword", "Too long")
    page = page_with(study, ratings, sorts, [decided])
    assert NOBODY not in words_of(page)
    assert rows_of(page, CAPTION) == [
        ["LEAD, Leadership climate", "All raters", "7", "1", "0.71", "0.00", "1"],
        ["LEAD, Leadership climate", "First group", "4", "1", "1.00", "1.00", "0"],
        ["LEAD, Leadership climate", "Second group", "3", "1", "0.33", "0.00", "1"],
        ["TSIG, Task significance", "All raters", "4", "1", "1.00", "1.00", "0"],
        ["TSIG, Task significance", "First group", "4", "1", "1.00", "1.00", "0"],
    ]
    (low,) = rows_of(page, "whose ratings of relevance")
    assert low[:2] == ["lead01", "LEAD"]
    assert low[3:6] == ["7", "0.71 (0.36 to 0.92)", "0.66"]
    (none,) = rows_of(page, "whose ratings of clarity")
    assert set(none) == {"none"}
    (misplaced,) = rows_of(page, "too few sorters")
    assert misplaced[-2:] == ["0.33 (0.06 to 0.79)", "TSIG 67%"]
    assert ["Reword", "1"] in rows_of(page, "Decisions after interviews")


def test_a_group_below_three_hides_every_group_of_the_scale(study: Fabricated):
    page = page_with(study, [*rated_by("one", 4, 4, 4, 3), *rated_by("two", 1, 2)])
    assert [row[1] for row in rows_of(page, CAPTION)] == ["All raters"]
    assert "only all raters together" in section_of(page).text


@pytest.mark.parametrize("number", [1, 2])
def test_fewer_than_three_raters_or_sorters_are_not_shown(study: Fabricated, number: int):
    sorts = [Sort(f"s{place}", "other", "lead01", 1, "TSIG") for place in range(number)]
    page = page_with(study, rated_by("one", *[1] * number), sorts)
    assert [row[2:] for row in rows_of(page, CAPTION)] == [["not shown"] * 5]
    assert [row[1:] for row in rows_of(page, "in their own scale, with")] == [["not shown"] * 3]
    assert "lead01" not in section_of(page).text


def test_one_item_with_too_few_sorters_hides_its_scale_and_the_rate_over_all(study: Fabricated):
    sorts = [Sort(f"s{place}", "other", "lead01", 1, "LEAD") for place in range(3)]
    page = page_with(study, sorts=[*sorts, Sort("s0", "other", "tsig01", 1, "LEAD")])
    rows = rows_of(page, "in their own scale, with")
    assert [row[1] for row in rows] == ["3", "not shown"]
    assert "Nobody has rated the present wordings yet." in section_of(page).text


def test_what_was_said_about_an_earlier_wording_is_not_shown(study: Fabricated):
    page = page_with(study, [Rating(f"r{n}", "one", "lead01", 0, 1, 1) for n in range(4)])
    assert not section_of(page).all("table")
    assert "Nobody has rated the present wordings yet." in section_of(page).text


def test_an_item_outside_the_form_is_shown_by_its_id(study: Fabricated):
    from dataclasses import replace

    whole = page_with(study, rated_by("one", 1, 1, 1))
    assert rows_of(whole, "whose ratings of relevance")[0][2] != "not in this form"
    lead = study.instrument.by_id["LEAD"]
    facets = (replace(lead.facets[0], items=lead.facets[0].items[1:]), *lead.facets[1:])
    scales = (replace(lead, facets=facets), *study.instrument.scales[1:])
    panels = rating_panels(rated_by("one", 1, 1, 1), study.instrument)
    rated = [label_ratings(content_validity_index(p.ratings).to_rows(), p) for p in panels]
    content = {
        **study.content,
        "content_validity": conform(gather_rows(rated, CONTENT_VALIDITY), CONTENT_VALIDITY),
    }
    page = render_technical_page(
        study.ledger_rows,
        study.ledger_cells,
        study.ledger_columns,
        study.screening,
        {},
        content,
        study.withheld,
        replace(study.instrument, scales=scales),
        study.study,
    )
    assert rows_of(page, "whose ratings of relevance")[0][:3] == [
        "lead01",
        "LEAD",
        "not in this form",
    ]
