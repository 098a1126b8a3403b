from __future__ import annotations

import pandas as pd
import pytest

from pipeline.report import render_technical_page

from .fabricated_study import Fabricated
from .reading_html import Element, read, words_of


def page_of(made: Fabricated) -> str:
    return render_technical_page(
        made.ledger_rows,
        made.ledger_cells,
        made.ledger_columns,
        made.screening,
        made.psychometrics,
        made.content,
        made.withheld,
        made.instrument,
        made.study,
        made.models,
    )


def table_of(page: str, caption: str) -> Element:
    return next(
        table for table in read(page).all("table") if caption in table.all("caption")[0].text
    )


def rows_of(table: Element) -> list[list[str]]:
    return [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")]


def test_rows_read_are_those_analysed_and_those_excluded(study: Fabricated):
    *_, total = rows_of(table_of(page_of(study), "Rows read"))
    raw, analysed, excluded = (int(number) for number in total[2:])
    assert raw == len(study.ledger_rows) == analysed + excluded


def test_cells_add_up_to_all_cells(study: Fabricated):
    *_, total = rows_of(table_of(page_of(study), "Answer cells"))
    cells, *parts = (int(number.replace(",", "")) for number in total[1:])
    assert cells == sum(parts) == study.ledger_cells["cells"].sum()


def test_numbers_by_export_do_not_give_small_sites_away(study: Fabricated):
    rows = rows_of(table_of(page_of(study), "Rows read"))
    cells = rows_of(table_of(page_of(study), "Answer cells"))
    assert rows[5] == ["Export 5", "generic", "under 11", "under 11", "<5"]
    assert set(cells[5][1:]) == {"not shown"}
    assert all(int(row[3]) % 5 == 0 for row in rows[1:5])


def test_every_table_of_statistics_names_its_method(study: Fabricated):
    assert words_of(page_of(study)).count("Method: made up.") >= 8


def test_an_estimate_that_is_missing_is_told_with_its_reason(study: Fabricated):
    page = page_of(study)
    rows = rows_of(table_of(page, "LEAD, Leadership climate: how each item goes"))
    assert "not computed" in rows[1] and "too few respondents" in rows[1]
    assert "too few respondents: Too few respondents gave usable answers." in words_of(page)


@pytest.mark.parametrize(
    "missing",
    [
        "item_analysis",
        "reliability",
        "correlations",
        "factorability",
        "retention",
        "factors",
        "variance",
    ],
)
def test_a_table_that_is_absent_or_empty_is_told_as_not_computed(study: Fabricated, missing: str):
    without = {name: f for name, f in study.psychometrics.items() if name != missing}
    empty = {**study.psychometrics, missing: study.psychometrics[missing].iloc[:0]}
    pages = [page_of(study.with_(psychometrics=tables)) for tables in (without, empty)]
    assert pages[0] == pages[1]
    assert "not computed" in words_of(pages[0])


def test_fitness_for_factor_analysis_may_stand_with_the_number_of_factors(study: Fabricated):
    tables = dict(study.psychometrics)
    both = pd.concat([tables.pop("factorability"), tables["retention"]], ignore_index=True)
    page = page_of(study.with_(psychometrics={**tables, "retention": both}))
    assert rows_of(table_of(page, "Kaiser-Meyer-Olkin"))[1][2] == "0.91"


def test_no_data_at_all_still_makes_a_page(study: Fabricated):
    empty = {
        name: getattr(study, name).iloc[:0]
        for name in ("ledger_rows", "ledger_cells", "ledger_columns", "withheld")
    }
    page = page_of(study.with_(**empty, psychometrics={}, screening={}, models={}))
    assert "0 rows were read" in words_of(page)
    assert "Nothing was held back." in words_of(page)


def test_settings_and_seeds_are_listed(study: Fabricated):
    rows = rows_of(table_of(page_of(study), "What these pages were made with"))
    assert ["Seed", "20260401"] in rows
    assert ["Replications of the bootstrap", "1,000"] in rows
    assert ["Confidence level", "0.95"] in rows


def test_eigenvalues_that_could_not_be_computed_draw_no_chart(study: Fabricated):
    retention = study.psychometrics["retention"].assign(estimate=pd.NA)
    retention["condition"] = "too_few_respondents"
    made = study.with_(psychometrics={**study.psychometrics, "retention": retention})
    assert "too few respondents" in words_of(page_of(made))
    captions = [figure.text for figure in read(page_of(made)).all("figcaption")]
    assert not [caption for caption in captions if "Eigenvalues" in caption]


def test_agreement_and_the_mixed_model_have_tables_of_their_own(study: Fabricated):
    page = page_of(study)
    mixed = rows_of(table_of(page, "Sites as a random part of the score"))
    assert "23" in mixed[1]
    agreement = rows_of(table_of(page, "Agreement of people at the same site"))
    assert "0.67" in agreement[1]


def test_coefficients_of_case_mix_are_shown_only_where_means_were_adjusted(study: Fabricated):
    caption = "What people of a category answer"
    assert caption not in words_of(page_of(study))
    scale = study.instrument.scored_scales[0].id
    row = {
        "wave": study.study.wave,
        "scale": scale,
        "item": "invlength: long",
        "statistic": "case_mix_coefficient",
        "estimate": 0.123,
        "n_respondents": 400,
    }
    columns = study.psychometrics["variance"].columns
    table = (
        pd.DataFrame([row]).reindex(columns=columns).astype(study.psychometrics["variance"].dtypes)
    )
    page = page_of(study.with_(psychometrics={**study.psychometrics, "case_mix": table}))
    assert "0.12" in rows_of(table_of(page, caption))[1]
