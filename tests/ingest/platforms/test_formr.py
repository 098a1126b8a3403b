"""Results of a survey on formr, with and without its item sheet."""

from pathlib import Path

import pytest
import xlsxwriter

from pipeline.ingest import ExportSource
from pipeline.ingest.platforms.formr import FORMR
from pipeline.ingest.platforms.formr_definition import read_item_sheet
from pipeline.ingest.read_file import read_sheet
from pipeline.problems import InputError
from tests.ingest.layouts import write_csv

RECORD = ["session", "created", "modified", "ended", "expired"]
HEADINGS = [*RECORD, "mood", "tools", "age", "story"]
TIMES = ["2026-02-13 09:00:00", "2026-02-13 09:05:00"]
ROWS = [
    ["abc", *TIMES, TIMES[1], "", "2", "1, 3", "30", "Once upon"],
    ["def", *TIMES, "", "", "", "", "", ""],
]
SURVEY = [
    ["type", "name", "label", "optional", "choice1", "choice2"],
    ["note", "hello", "# Welcome"],
    ["mc moods", "mood", "How do you feel?"],
    ["", "", "", "", "", ""],
    ["mc_multiple", "tools", "**Which** tools?", "*", "Excel", "R"],
    ["text [0-9]{1,3}", "age", "Your age?"],
    ["textarea", "story", "Your story?"],
    ["email", "mail", "Your address?"],
    ["rating_button 1,5,1", "like", "Like it?", "", "no", "yes"],
    ["submit", "next", "On"],
]
CHOICES = [["list_name", "name", "label"], ["moods", 1, "good"], ["", 2, "bad"], ["sizes", 1, "S"]]


def write_items(folder, **sheets):
    book = xlsxwriter.Workbook(folder / "items.xlsx")
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    book.close()
    return folder / "items.xlsx"


def raw_of(folder, rows=(HEADINGS, *ROWS), definition=None, **options):
    path = write_csv(folder / "results.csv", rows, **options)
    return FORMR.read(read_sheet(path), ExportSource(path, None, definition=definition))


def defined(path):
    return {column.names[0]: column for column in read_item_sheet(path).columns}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_results_are_found_and_split_into_record_and_questions(delimiter, folder):
    path = write_csv(folder / "results.csv", [HEADINGS, *ROWS], delimiter)
    assert FORMR.signature(read_sheet(path)).points == 4
    raw = raw_of(folder, delimiter=delimiter)
    assert [column.heading for column in raw.questions] == HEADINGS[5:]
    assert raw.record["finished"].tolist() == [True, False]
    assert raw.record["seconds"].tolist()[0] == 300
    assert raw.record["day"].tolist() == ["2026-02-13"] * 2
    assert raw.record["response_id"].tolist() == ["abc", "def"]
    assert raw.cells[7].tolist() == ["1, 3", ""]
    assert raw.tick_separator == ","


def test_a_session_that_never_ended_and_was_saved_with_na_is_not_finished(folder):
    rows = [HEADINGS, [*ROWS[0][:3], "NA", *ROWS[0][4:]]]
    raw = raw_of(folder, rows)
    assert raw.record["finished"].tolist() == [False]
    assert raw.record["day"].tolist() == ["2026-02-13"]


def test_dates_that_a_spreadsheet_rewrote_are_read_or_told(folder):
    def rewritten(day):
        times = [f"{day} 9:00", f"{day} 9:05", f"{day} 9:05"]
        return [HEADINGS, [ROWS[0][0], *times, *ROWS[0][4:]]]

    known = raw_of(folder, rewritten("13/02/2026"))
    assert known.record["day"].tolist() == ["2026-02-13"]
    assert known.record["seconds"].tolist() == [300]
    open_order = raw_of(folder, rewritten("03/02/2026"))
    assert open_order.record["day"].isna().all()
    assert "could have the day or the month first" in open_order.notes[0]


def test_the_item_sheet_tells_wordings_and_labels(folder):
    items = write_items(folder, survey=SURVEY, choices=CHOICES)
    columns = {column.heading: column for column in raw_of(folder, definition=items).columns}
    assert columns["mood"].question == ("mood", "How do you feel?")
    assert dict(columns["mood"].labels) == {"1": ("good",), "2": ("bad",)}
    assert dict(columns["tools"].labels) == {"1": ("Excel",), "2": ("R",)}
    assert columns["session"].question == ()


def test_free_text_and_addresses_are_personal_and_typed_numbers_are_not(folder):
    columns = defined(write_items(folder, survey=SURVEY, choices=CHOICES))
    assert [name for name, column in columns.items() if column.is_personal] == ["story", "mail"]


def test_notes_and_buttons_leave_no_column(folder):
    columns = defined(write_items(folder, survey=SURVEY, choices=CHOICES))
    assert list(columns) == ["mood", "tools", "age", "story", "mail", "like"]


def test_the_ends_of_a_scale_are_not_its_answers(folder):
    columns = defined(write_items(folder, survey=SURVEY, choices=CHOICES))
    assert columns["like"].labels == {}


def test_a_list_of_choices_that_is_not_there_is_told(folder):
    items = write_items(folder, survey=SURVEY, choices=[CHOICES[0], ["mods", 1, "good"]])
    with pytest.raises(InputError) as caught:
        read_item_sheet(items)
    assert str(caught.value) == (
        "items.xlsx, row 3, column 'type': the sheet 'choices' has no list 'moods'; "
        "did you mean 'mods'?"
    )


@pytest.mark.parametrize("sheets", [{"survey": [["a", "b"], ["1", "2"]]}, {"answers": SURVEY}])
def test_another_workbook_is_refused_as_item_sheet(sheets, folder):
    items = write_items(folder, **sheets)
    with pytest.raises(InputError, match=r"items.xlsx: is not an item sheet of formr"):
        raw_of(folder, definition=items)


def test_a_text_and_a_missing_file_are_refused_as_item_sheet(folder):
    Path(folder / "items.csv").write_text("type,name,label\n", encoding="utf-8")
    with pytest.raises(InputError, match="is not an item sheet of formr"):
        read_item_sheet(folder / "items.csv")
    with pytest.raises(InputError, match="this file does not exist"):
        read_item_sheet(folder / "no.xlsx")


SPECIMEN = (
    Path(__file__).parents[3]
    / ".."
    / "shared"
    / "specimens"
    / "formr"
    / "all_widgets_with_values.xlsx"
)


@pytest.mark.skipif(not SPECIMEN.is_file(), reason="the real item sheet is not here")
def test_the_example_of_formr_is_read():
    """By hand: 44 rows have a name and a type; 2 of them are notes and 1 is a button."""
    columns = defined(SPECIMEN)
    assert len(columns) == 41
    assert dict(columns["multiplechoice_several"].labels)["3"] == ("semi-cool",)
    assert dict(columns["studiengang"].labels) == {"jura": ("jurassic",), "triassic": ("triassic",)}
    assert columns["ip_address"].is_personal
