"""The workbook holds the released tables and nothing else, each cell as what it is."""

import io
from dataclasses import replace

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from pipeline.report.office import workbook
from pipeline.report.office.workbook import CONTRACTS, make_workbook
from tests.report.fabricated_study import Fabricated

HOSTILE = ("=1+1", "+SUM(A1)", "-2", "@cmd", "https://example.org", "\t=1", "=HYPERLINK(1)")
SIXTEEN_DIGITS = 1e-15
"""The format writes numbers with 16 digits."""


def is_number(cell: object) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def tables_of(made: Fabricated) -> dict[str, pd.DataFrame]:
    return {"released": made.released, "withheld": made.withheld, **made.compared}


def made_from(made: Fabricated) -> bytes:
    return make_workbook(tables_of(made), made.sites, made.instrument, made.study)


@pytest.fixture
def book(study: Fabricated) -> CalamineWorkbook:
    return opened(made_from(study))


def opened(content: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(content))


def rows_of(book: CalamineWorkbook, name: str) -> list[list[object]]:
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def test_notes_come_first_and_every_table_has_a_sheet(book):
    assert book.sheet_names == ["Notes", "Columns", "Names", *CONTRACTS]


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_cell_is_that_of_the_table(study: Fabricated, book, name):
    table, (headings, *rows) = tables_of(study)[name], rows_of(book, name)
    assert headings == CONTRACTS[name].column_names
    assert len(rows) == len(table)
    wanted = table.astype(object).where(table.notna(), "").to_numpy().tolist()
    for row, wanted_row in zip(rows, wanted, strict=True):
        assert row == [
            pytest.approx(cell, rel=SIXTEEN_DIGITS, abs=0) if is_number(cell) else cell
            for cell in wanted_row
        ]
    assert name in ("withheld", "gates") or any(map(is_number, wanted[-1]))


def test_text_is_never_a_formula_a_link_or_a_number(study: Fabricated):
    for text in HOSTILE:
        sites = study.sites.assign(label=text)
        made = study.with_(
            sites=sites,
            study=replace(study.study, title=text),
            released=study.released.assign(method=text),
        )
        content = made_from(made)
        book = opened(content)
        place = CONTRACTS["released"].column_names.index("method")
        assert {row[place] for row in rows_of(book, "released")[1:]} == {text}
        assert text in {row[2] for row in rows_of(book, "Names")}
        assert rows_of(book, "Notes")[0][0] == text


def test_notes_say_what_the_numbers_are_and_under_which_rules(study: Fabricated):
    loosened = replace(study.study, override_reason="All sites agreed.", synthetic=True)
    notes = rows_of(opened(made_from(study.with_(study=loosened))), "Notes")
    told = " ".join(str(cell) for row in notes for cell in row)
    for part in (
        "All sites agreed.",
        "Synthetic demonstration data",
        "fewer than 11 people",
        study.study.product_version,
        study.instrument.citation,
        CONTRACTS["released"].description,
    ):
        assert part in told


def test_every_column_is_explained(book):
    explained = {(row[0], row[1]) for row in rows_of(book, "Columns")[1:]}
    for name, table in CONTRACTS.items():
        assert {(name, column) for column in table.column_names} <= explained


def test_every_rule_that_holds_something_back_is_told_in_words(study: Fabricated, book):
    told = {row[1]: row[2] for row in rows_of(book, "Names")[1:] if row[0] == "rule"}
    assert set(told) == set(study.withheld["rule"])
    assert all(words.endswith(".") and " " in words for words in told.values())


def test_a_table_longer_than_a_sheet_goes_on_on_the_next(study: Fabricated, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 40)
    book = opened(made_from(study))
    parts = [name for name in book.sheet_names if name.split()[0] == "released"]
    rows = [row for name in parts for row in rows_of(book, name)[1:]]
    assert len(parts) > 2
    assert len(rows) == len(study.released)


def test_the_same_tables_make_the_same_bytes(study: Fabricated):
    assert made_from(study) == made_from(study)


def test_names_of_sheets_fit_in_every_language(studies: dict[str, Fabricated]):
    made = studies["main"]
    in_swedish = made.with_(study=replace(made.study, language="sv"))
    assert all(len(name) <= 31 for name in opened(made_from(in_swedish)).sheet_names)
