"""Real exports and structures of LimeSurvey, read as they were written.

The set in ``engine_generated`` is one survey of four responses in many formats. By its SOURCES.md
and the first line of each file it has 18 columns: 7 about the response (id to datestamp) and 11 of
questions: a role with its other text, three boxes with their other text, three rows, a comment and
an age.
"""

from pathlib import Path

import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms.limesurvey_definition import read_definition
from pipeline.ingest.read_file import read_sheet

SPECIMENS = Path(__file__).parents[3] / ".." / "shared" / "specimens" / "limesurvey"
ENGINE = SPECIMENS / "engine_generated"
pytestmark = pytest.mark.skipif(not SPECIMENS.is_dir(), reason="real exports are not here")

FILES = {
    # name: layout
    "rpc_csv_code_short.csv": "codes as headings, answers as codes",
    "rpc_csv_code_long.csv": "codes as headings, answers as texts",
    "rpc_csv_full_short.csv": "question texts as headings, answers as codes",
    "rpc_csv_full_long.csv": "question texts as headings, answers as texts",
    "rpc_csv_full_long_de.csv": "question texts as headings, answers as texts",
    "rpc_csv_abbreviated_long.csv": "shortened question texts as headings, answers as texts",
    "rpc_xls_code_short.xlsx": "codes as headings, answers as codes",
    "rpc_json_code_short.json": "codes as headings, answers as codes",
    "rpc_R_data.csv": "codes as headings, answers as codes",
    "rpc_spss.sav": "statistics file",
}
SHORT = [name for name in FILES if "long" not in name and name != "rpc_R_data.csv"]
COMMENT = 9
"""Place of the comment among the questions."""


def read(path, definition=None):
    source = ExportSource(path, None, definition=definition)
    sheet = read_sheet(path)
    platform = platform_of(sheet, source)
    assert platform.name == "limesurvey"
    return platform.read(sheet, source)


def answers(raw):
    return [raw.cells[column.position].astype(str).tolist() for column in raw.questions]


def codes(raw):
    return [(column.code, column.subcode) for column in raw.questions]


@pytest.mark.parametrize("name", FILES)
def test_every_format_of_one_survey_has_its_rows_and_questions(name):
    raw = read(ENGINE / name)
    assert (len(raw.cells), len(raw.columns), len(raw.questions)) == (4, 18, 11)
    assert raw.layout == FILES[name]
    assert raw.record["response_id"].tolist() == ["1", "2", "3", "4"]
    assert raw.record["language"].tolist() == ["en", "de", "en", "en"]
    assert raw.record["seconds"].tolist() == [600.0] * 4


@pytest.mark.parametrize("name", FILES)
def test_the_response_that_stopped_is_unfinished_in_every_format(name):
    record = read(ENGINE / name).record
    assert record["finished"].tolist() == [True, True, False, True]
    assert record["day"].tolist() == ["2026-03-01", "2026-03-01", "2026-03-02", "2026-03-03"]


@pytest.mark.parametrize("name", SHORT)
def test_answers_by_code_are_the_same_in_every_format(name):
    expected = answers(read(ENGINE / "rpc_csv_code_short.csv"))
    found = answers(read(ENGINE / name))
    assert found[:COMMENT] + found[COMMENT + 1 :] == expected[:COMMENT] + expected[COMMENT + 1 :]
    assert expected[0] == ["su", "-oth-", "mg", "pr"]
    assert expected[6] == ["5", "1", "", ""]
    assert found[COMMENT][3] == "N/A"


@pytest.mark.parametrize("name", [name for name in SHORT if not name.endswith(".xlsx")])
def test_a_comment_that_looks_like_a_formula_is_kept(name):
    """In its workbook LimeSurvey makes a formula of it, without a result to read."""
    assert answers(read(ENGINE / name))[COMMENT][1] == "=SUM(A1)"


def test_codes_are_the_same_as_headings_and_as_variables():
    assert codes(read(ENGINE / "rpc_spss.sav")) == codes(read(ENGINE / "rpc_csv_code_long.csv"))


def test_boxes_of_a_german_export_are_understood():
    labels = read(ENGINE / "rpc_csv_full_long_de.csv").questions[2].labels
    assert labels == {"Ja": ("Yes",), "Nein": ("No",)}


def test_the_labels_of_a_statistics_file_are_kept():
    row = read(ENGINE / "rpc_spss.sav").questions[6]
    assert (row.question, row.part) == (("Leaders here…",), ("item 1; with semicolon",))
    assert row.labels["98"] == ("Don't know",)


@pytest.mark.parametrize("name", ("rpc_R_data.csv", "rpc_csv_full_short.csv"))
def test_r_syntax_names_and_labels_the_columns(name):
    raw = read(ENGINE / name, ENGINE / "rpc_R_syntax.R.txt")
    assert codes(raw) == codes(read(ENGINE / "rpc_csv_code_short.csv"))
    assert raw.questions[0].labels["mg"] == ('Manager, or "lead"',)
    assert raw.questions[6].labels["98"] == ("Don't know",)


@pytest.mark.parametrize("name", ("rpc_csv_full_long_de.csv", "rpc_csv_full_long.csv"))
def test_a_structure_gives_an_export_in_either_language_its_codes(name):
    raw = read(ENGINE / name, ENGINE / "structure_imported.txt")
    expected = codes(read(ENGINE / "rpc_csv_code_long.csv"))
    found = codes(raw)
    assert [found[place] for place in (0, 2, 3, 4, 6, 7, 8, 9, 10)] == [
        expected[place] for place in (0, 2, 3, 4, 6, 7, 8, 9, 10)
    ]
    assert raw.questions[6].labels["5"] == ("Strongly agree", "DE Strongly agree")


def test_codes_with_texts_are_read_behind_a_column_that_counts_rows():
    """277 headings, the first of them empty; the others begin with 57 different codes."""
    raw = read(SPECIMENS / "rse_2017_zaf_public_data.csv")
    assert (len(raw.cells), len(raw.columns), len(raw.questions)) == (22, 277, 276)
    assert len({column.code for column in raw.questions}) == 57
    by_heading = {(column.code, column.subcode): column for column in raw.questions}
    time = by_heading["likert0", "time2can"]
    assert (time.question, time.part) == (
        (),
        ("In an average month, how much time do you spend on Research",),
    )
    assert by_heading["ukrse2", "2"].part == ("N/A",)
    assert by_heading["socio1", None].question == ("In which country do you work?",)


def test_question_texts_that_repeat_are_read_as_they_stand():
    """646 headings: 7 about the response, 1 total time, 335 times of groups and questions."""
    raw = read(SPECIMENS / "survey_100001_R_data_file.csv")
    assert (len(raw.cells), len(raw.columns)) == (3, 646)
    assert len(raw.questions) == 646 - 7 - 1 - 335
    assert raw.record["seconds"].tolist() == [29.1, 0.0, 75.55]
    hotel = next(c for c in raw.questions if c.heading == "Where are you planning to stay? [Hotel]")
    assert (hotel.question, hotel.part) == (("Where are you planning to stay?",), ("Hotel",))


@pytest.mark.parametrize(
    ("name", "n_columns"),
    [
        ("engine_generated/structure_imported.txt", 11),
        ("testing-checkbox-autofix-export.txt", 2),
        ("export-of-en-and-nl-survey-with-one-question-as-tsv.txt", 1),
        ("survey.lss", 4),
    ],
)
def test_structures_describe_their_columns(name, n_columns):
    """Counted from the lines of the class Q and SQ, and the questions in the XML."""
    columns = read_definition(SPECIMENS / name).definition.columns
    assert len(columns) == n_columns
    assert all(column.question for column in columns)
