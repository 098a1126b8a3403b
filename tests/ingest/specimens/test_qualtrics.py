"""Real Qualtrics exports by strangers, where they are kept: everything in them is read.

Question columns were counted by hand in the first row of each file: all headings but those of
what Qualtrics notes (ResponseID to Status or V1 to V10, and the three of the location at the end)
and, in the oldest layout, the empty one behind the last comma.
"""

from pathlib import Path

import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.detect import platform_of
from pipeline.ingest.read_file import read_sheet
from pipeline.ingest.wording import wording_key
from pipeline.problems import InputError

SPECIMENS = Path(__file__).parents[3] / ".." / "shared" / "specimens" / "qualtrics"
pytestmark = pytest.mark.skipif(not SPECIMENS.is_dir(), reason="real exports are not here")

THREE_ROWS = "three heading rows, answers as numbers"
OLDEST = "two heading rows, V1 to V10, answers as numbers"
FILES = {
    "Single_Answer_Matrix_Questions_Insights.csv": (THREE_ROWS, 5, 16),
    "Single_Answer_Matrix_Questions.csv": (OLDEST, 5, 16),
    "Multiple_Answer_MC_Questions_Insights.csv": (THREE_ROWS, 5, 22),
    "Multiple_Answer_MC_Questions.csv": (OLDEST, 5, 22),
    "No_Basis_for_Evaluation_Insights.csv": (THREE_ROWS, 15, 35),
    "Questions_with_Text_Entry_Components.csv": (THREE_ROWS, 15, 26),
}
"""Layout, responses and question columns of each file."""

TWICE = ("Single_Answer_Matrix_Questions", "Multiple_Answer_MC_Questions")
"""Surveys that were exported in both layouts."""


def read(name, definition=None):
    path = SPECIMENS / name
    source = ExportSource(path, None, definition=definition and SPECIMENS / definition)
    sheet = read_sheet(path)
    platform = platform_of(sheet, source)
    assert platform.name == "qualtrics"
    return platform.read(sheet, source)


def qsf_of(name):
    return f"{name.removesuffix('.csv').removesuffix('_Insights')}.qsf"


def by_heading(raw):
    return {column.heading: column for column in raw.columns}


def cells_of(raw, heading):
    return raw.cells[by_heading(raw)[heading].position].astype(str).tolist()


def by_wording(raw):
    """The cells of each question column, in the order of the file, by the wording of its part."""
    cells = {}
    for column in raw.questions:
        if column.code is not None:
            text = wording_key(" ".join([*column.question[-1:], *column.part]))
            cells.setdefault(text, []).append(raw.cells[column.position].astype(str).tolist())
    return cells


@pytest.mark.parametrize("name", FILES)
def test_every_row_and_every_question_is_read(name):
    raw = read(name)
    assert (raw.layout, len(raw.cells), len(raw.questions)) == FILES[name]
    assert len(raw.columns) == len(read_sheet(SPECIMENS / name).headings)
    assert raw.record["response_id"].is_unique
    assert set(raw.record["excluded"]) == {"TEST"}
    assert raw.record["finished"].all()
    assert raw.notes == ()


@pytest.mark.parametrize("name", FILES)
def test_the_qsf_describes_every_question_and_changes_no_cell(name):
    plain, told = read(name), read(name, qsf_of(name))
    assert plain.cells.equals(told.cells)
    assert told.notes == ()
    assert all(c.question for c in told.questions if c.code is not None)
    assert set(told.record["language"]) == {"en"}


@pytest.mark.parametrize("name", TWICE)
def test_both_layouts_of_a_survey_hold_the_same_answers_to_the_same_questions(name):
    old, new = read(f"{name}.csv"), read(f"{name}_Insights.csv")
    assert old.record["response_id"].tolist() == new.record["response_id"].tolist()
    assert by_wording(old) == by_wording(new)


def test_a_box_is_known_by_the_id_of_its_choice_not_by_its_number():
    """In the three rows the boxes of Q5 are numbered 10 to 16, in another order than the ids."""
    told = by_heading(read("Multiple_Answer_MC_Questions_Insights.csv", TWICE[1] + ".qsf"))
    assert told["Q5_11"].other_names == ("QID6-4", "QID6_4")
    assert told["Q5_11"].part == ("Click to write Choice 4",)
    assert told["Q5_14"].part == ("Click to write Statement 2",)


def test_repeated_names_have_the_answers_of_their_own_question():
    """Three grids call their rows question_one to question_three; one of them is not recoded."""
    raw = read(f"{TWICE[0]}.csv", f"{TWICE[0]}.qsf")
    ones = [column for column in raw.questions if column.heading == "question_one"]
    assert [sorted(column.labels) for column in ones] == [
        ["1", "2", "3", "4"],
        ["10", "11", "12", "13"],
        ["10", "11", "12", "13"],
    ]


def test_negative_recodes_are_answers_with_a_label():
    raw = read("No_Basis_for_Evaluation_Insights.csv", "No_Basis_for_Evaluation.qsf")
    columns = by_heading(raw)
    assert cells_of(raw, "Q1") == [*"331", *"13", "-1", "3", "1", "-1", *"322233"]
    assert columns["Q1"].labels["-1"] == ("No opinion",)
    assert columns["Q4_1"].labels["-2"] == ("Never tried it",)
    assert columns["Q2_-1"].part == ("No basis for evaluation",)
    assert columns["Q5_1_-1"].part == ("ate baby food - Did not participate",)
    assert raw.seen_texts == {"-99"}


def test_texts_beside_choices_are_personal_and_unticked_boxes_were_seen():
    raw = read("Questions_with_Text_Entry_Components.csv")
    texts = [column for column in raw.questions if column.code is None]
    assert len(texts) == 12
    assert all(column.is_personal and column.heading.endswith("_TEXT") for column in texts)
    ticks = [cell for n in (1, 2, 3) for cell in cells_of(raw, f"MCMA_text_{n}")]
    beside = [cell for n in (1, 2) for cell in cells_of(raw, f"MCMA_text_{n}_TEXT")]
    assert (ticks.count("-99"), ticks.count("1"), beside.count("-99")) == (8, 37, 4)
    assert by_heading(raw)["SBS_text#2_3"].part == ("Click to write Statement 3",)


def test_the_qsf_of_a_survey_with_other_questions_is_refused():
    with pytest.raises(InputError, match="has no question in common with the export"):
        read("Single_Answer_Matrix_Questions.csv", "No_Basis_for_Evaluation.qsf")
