"""The sheet into which paper forms are typed: one row a form, checked cells, no formulas."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from pipeline.ingest import ExportSource, ScreeningRules, ingest_exports
from pipeline.instrument import load_instrument
from pipeline.instrument.export import lay_out
from pipeline.instrument.export.entry_sheet import (
    FORM_NUMBER,
    MOST_LISTED,
    ROWS_TO_FILL,
    cells_by_column,
    entry_sheet,
)
from pipeline.instrument.export.printed import printed_columns
from pipeline.instrument.export.questionnaire import (
    Answer,
    Choice,
    Grid,
    OpenText,
    Page,
    Row,
    WholeNumber,
)

from .every_kind import ROOT, every_kind, real_forms

SMALL = replace(every_kind(), form="every kind")
ALL = {f"{form.form}-{form.language}": form for form in (SMALL, *real_forms())}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet(content, name):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def part(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode("utf-8")


def place_of(letters):
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def checks(content):
    """What may be typed, as the spreadsheet was told, by place of the column."""
    root = ElementTree.fromstring(part(content, "xl/worksheets/sheet1.xml"))
    found = {}
    for check in root.iter(f"{MAIN}dataValidation"):
        first, last = check.get("sqref").split(":")
        letters, row = re.fullmatch(r"([A-Z]+)(\d+)", first).groups()
        assert (row, last) == ("2", f"{letters}{ROWS_TO_FILL + 1}")
        found[place_of(letters)] = check
    return found


def check_of(questionnaire, column):
    content = entry_sheet(questionnaire)
    (heading,) = sheet(content, "answers")
    return checks(content)[heading.index(column)]


def formulas(check):
    return [check.findtext(f"{MAIN}formula{number}") for number in (1, 2)]


def with_entries(*entries):
    return replace(SMALL, pages=(SMALL.pages[0], Page("page02", "Questions", "", entries)))


@pytest.fixture(params=ALL)
def questionnaire(request):
    return ALL[request.param]


def test_the_sheet_has_one_heading_row_with_every_answer_column_once(questionnaire):
    (heading,) = sheet(entry_sheet(questionnaire), "answers")
    assert heading[:2] == [FORM_NUMBER, "site"]
    assert sorted(heading[1:]) == sorted(questionnaire.columns)


def test_the_columns_stand_in_the_order_of_the_paper(questionnaire):
    (heading,) = sheet(entry_sheet(questionnaire), "answers")
    assert heading[1:] == list(printed_columns(questionnaire))


def test_every_column_that_takes_a_number_is_checked_and_no_other(questionnaire):
    content = entry_sheet(questionnaire)
    (heading,) = sheet(content, "answers")
    texts = {e.column for e in questionnaire.entries if isinstance(e, OpenText)}
    wanted = [at for at, name in enumerate(heading) if at and name not in texts]
    assert sorted(checks(content)) == wanted


def test_the_same_questionnaire_gives_the_same_bytes():
    assert entry_sheet(SMALL) == entry_sheet(SMALL)


def test_there_is_no_formula_even_where_a_wording_looks_like_one():
    content = entry_sheet(with_entries(OpenText("wish", '=HYPERLINK("x")')))
    assert all("<f>" not in part(content, f"xl/worksheets/sheet{n}.xml") for n in (1, 2))
    assert any('=HYPERLINK("x")' in row for row in sheet(content, "codes"))


def test_a_statement_takes_the_numbers_of_its_answers_only():
    check = check_of(SMALL, "bbb101")
    assert check.get("type") == "list"
    assert formulas(check)[0] == '"1,3,5,97"'
    assert "bbb101" in check.get("error")


def test_a_box_takes_a_1_or_nothing():
    check = check_of(SMALL, "also_12")
    assert formulas(check)[0] == '"1"'
    assert check.get("allowBlank") == "1"


def test_counters_take_whole_numbers_up_to_their_total():
    check = check_of(SMALL, "sumsa")
    assert check.get("type") == "whole"
    assert formulas(check) == ["0", "10"]


@pytest.mark.parametrize(
    ("lowest", "highest", "operator", "numbers"),
    [
        (2, 40, None, ["2", "40"]),
        (2, None, "greaterThanOrEqual", ["2", None]),
        (None, 40, "lessThanOrEqual", ["40", None]),
        (None, None, "greaterThanOrEqual", ["-1000000000", None]),
    ],
)
def test_a_whole_number_is_checked_against_the_range_it_has(lowest, highest, operator, numbers):
    check = check_of(with_entries(WholeNumber("years", "Years?", lowest, highest)), "years")
    assert check.get("type") == "whole"
    assert check.get("operator") == operator
    assert formulas(check) == numbers


def test_a_long_wording_is_cut_to_what_a_spreadsheet_shows_and_is_whole_on_the_other_sheet():
    wording = "very " * 100 + "long?"
    content = entry_sheet(with_entries(Choice("role", wording, (Answer(1, "Yes"),))))
    check = checks(content)[2]
    assert len(check.get("prompt")) == MOST_LISTED
    assert any(wording in row for row in sheet(content, "codes"))


def test_the_codes_tell_every_number_with_its_meaning_and_place_on_paper():
    rows = [row[:6] for row in sheet(entry_sheet(SMALL), "codes")]
    grid = next(entry for entry in SMALL.entries if isinstance(entry, Grid))
    number = str(printed_columns(SMALL)["aaa101"])
    for answer in grid.answers:
        wanted = ["aaa101", number, grid.text, grid.rows[0].text, str(answer.value), answer.label]
        assert wanted in rows
    assert ["sumsa", "6", "Share out ten.", "A", "a whole number from 0 to 10", ""] in rows


def test_state_translation_and_credit_stand_above_the_codes():
    top = [row[0] for row in sheet(entry_sheet(SMALL), "codes")[:5]]
    assert set(SMALL.notes) <= set(top)
    assert SMALL.citation in top


def test_a_row_is_labelled_by_its_own_statement_in_a_table_of_merged_grids():
    points = (Answer(1, "No"), Answer(2, "Yes"))
    special = Answer(98, "Don't know", special=True)
    asked = with_entries(
        Grid("g1", "", (Row("aaa1", "One"),), points),
        Grid("g2", "", (Row("aaa2", "Two"),), (*points, special)),
    )
    cells = cells_by_column(asked)
    assert list(cells["aaa1"].labels) == [1, 2]
    assert list(cells["aaa2"].labels) == [1, 2, 98]


def test_a_typed_sheet_saved_as_csv_is_read_by_the_pipeline(tmp_path, monkeypatch):
    whole = load_instrument(ROOT / "instrument")
    form = next(form for form in whole.forms if form.id == "long")
    asked = whole.form(form.id)
    questionnaire = lay_out(asked, form, "en", {})
    cells = cells_by_column(questionnaire)
    (heading,) = sheet(entry_sheet(questionnaire), "answers")
    typed = [first_answer(cells[name]) if name in cells else "7" for name in heading]
    with (tmp_path / "typed.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([heading, typed, typed])
    monkeypatch.chdir(tmp_path)
    source = ExportSource(Path("typed.csv"), site_column="site", platform="generic")
    read = ingest_exports([source], asked, None, "wave", ScreeningRules())
    used = read.ledger_columns.set_index("heading")["use"]
    assert used["site"] == "site"
    assert used[FORM_NUMBER] == "dropped"
    closed = [name for name in heading if name in asked.answer_columns]
    assert closed
    assert (used[closed] == "answer").all()
    assert len(read.responses) == 2


def first_answer(cell):
    if cell.labels:
        return str(next(iter(cell.labels)))
    return "North" if cell.is_text else ""
