"""The item sheet for formr, against the rules of its importer."""

import copy

import pytest

from pipeline.instrument.export.formr import problems, write
from pipeline.instrument.export.questionnaire import (
    Answer,
    Choice,
    Grid,
    OpenText,
    Row,
    Ticks,
    WholeNumber,
)

from .checkers.formr_sheet import faults
from .checkers.workbooks import read_sheets
from .workbook_cases import (
    AGREEMENT,
    AWKWARD,
    EVERY_KIND,
    SPECIMENS,
    real_questionnaires,
    with_entries,
)

ALL = {"every-kind": EVERY_KIND, **dict(real_questionnaires())}
SPECIMEN = SPECIMENS / "formr" / "all_widgets_with_values.xlsx"
needs_specimen = pytest.mark.skipif(not SPECIMEN.exists(), reason="the specimen is not there")


def sheets_of(questionnaire):
    (content,) = write(questionnaire).files.values()
    return read_sheets(content)


def row_named(name, questionnaire=EVERY_KIND):
    return next(row for row in sheets_of(questionnaire)["survey"] if row["name"] == name)


@pytest.fixture(params=ALL)
def questionnaire(request):
    return ALL[request.param]


def test_every_form_can_be_written(questionnaire):
    assert problems(questionnaire) == []


def test_the_rules_of_formr_find_nothing_in_any_form(questionnaire):
    assert faults(sheets_of(questionnaire)) == []


def test_every_answer_column_has_a_question_of_its_name_or_shares_that_of_its_boxes(questionnaire):
    columns = write(questionnaire).columns
    assert tuple(columns) == questionnaire.columns
    silent = {"note", "submit"}
    rows = [row for row in sheets_of(questionnaire)["survey"] if row["type"] not in silent]
    assert list(dict.fromkeys(columns.values())) == [row["name"] for row in rows]
    assert all(row["optional"] == "*" for row in rows)


def test_boxes_are_written_as_their_numbers_in_one_column():
    made = write(EVERY_KIND)
    assert made.columns["also_1"] == made.columns["also_3"] == "also"
    assert made.codes["also_3"] == {1: "3", 0: ""}
    assert set(made.codes) == {"also_1", "also_3", "few_1", "few_2"}


def test_the_same_questionnaire_gives_the_same_bytes():
    assert write(EVERY_KIND).files == write(EVERY_KIND).files


def test_formr_can_name_a_survey_after_the_file():
    assert list(write(EVERY_KIND).files) == ["small_example_tiny_en.xlsx"]


def test_awkward_texts_come_back_unchanged():
    assert row_named("abc101")["label"] == AWKWARD


def test_special_answers_keep_their_numbers():
    choices = sheets_of(EVERY_KIND)["choices"]
    assert ("98", "Don't know") in {(choice["name"], choice["label"]) for choice in choices}


def test_notes_stand_before_the_first_question():
    labels = [row["label"] for row in sheets_of(EVERY_KIND)["survey"]]
    assert max(map(labels.index, EVERY_KIND.notes)) < labels.index("Site")


def test_every_page_ends_with_a_button():
    kinds = [row["type"] for row in sheets_of(EVERY_KIND)["survey"]]
    assert kinds.count("submit") == len(EVERY_KIND.pages)
    assert kinds[-1] == "submit"


def test_a_number_that_may_be_zero_is_asked_as_digits():
    assert row_named("people")["type"] == "text [0-9]{1,3}"
    assert row_named("sharea")["type"] == "text [0-9]{1,2}"
    assert row_named("years")["type"] == "number 1,10000000,1"


def test_a_limit_of_ticks_is_told_in_words():
    assert row_named("few")["label"] == "Few\n\nAt most 1."


@pytest.mark.parametrize(
    ("entry", "column", "words"),
    [
        (OpenText("own site", "Own?"), "own site", "cannot be a name"),
        (OpenText("Site", "Own?"), "Site", "the same name"),
        (OpenText("page02", "Own?"), "page02", "the same name"),
        (OpenText("created", "Own?"), "created", "keeps for itself"),
        (OpenText("own", ""), "own", "no text"),
        (OpenText("own", "It is `r 1 + 1`"), "own", "Markdown"),
        (OpenText("own", "1. first"), "own", "Markdown"),
        (Choice("own", "Own?", (Answer(1, "A"), Answer(1, "B"))), "own", "the number 1"),
        (Choice("own", "Own?", (Answer(1, "A"), Answer(2, "A"))), "own", "called 'A'"),
        (Choice("own", "Own?", (Answer(1, "A"), Answer(999, "B"))), "own", "the answer 999"),
        (Choice("own", "Own?", (Answer(1, "A"), Answer(-1, "B"))), "own", "the answer -1"),
        (Ticks("own", "Own?", (Row("own_0", "A"),), (0,)), "own", "number 0"),
        (WholeNumber("own", "Own?", 0, 99_999_999), "own", "highest"),
        (Grid("grid01", "P", (Row("own", "A"), Row("OWN", "B")), AGREEMENT), "OWN", "same name"),
    ],
)
def test_what_formr_would_refuse_or_change_is_told_with_its_question(entry, column, words):
    (problem,) = problems(with_entries(entry))
    assert (problem.file, problem.column) == ("formr", column)
    assert words in problem.cure


@needs_specimen
def test_the_rules_accept_the_example_sheet_of_formr():
    assert faults(read_sheets(SPECIMEN.read_bytes())) == []


def broken(sheet, of, **cells):
    """Our sheets with some cells of one row changed."""
    sheets = copy.deepcopy(sheets_of(EVERY_KIND))
    next(row for row in sheets[sheet] if row["name"] == of).update(cells)
    return sheets


@pytest.mark.parametrize(
    ("sheets", "fault"),
    [
        (broken("survey", "role", type="mcq answers01"), "type mcq of role"),
        (broken("survey", "role", type="mc answers99"), "list answers99 of role does not exist"),
        (broken("survey", "role", type="mc"), "no choices for role"),
        (broken("survey", "role", choice1="Yes"), "both a list and choices for role"),
        (broken("survey", "role", optional="yes"), "optional flag of role"),
        (broken("survey", "role", name="abc101"), "name abc101 appears twice"),
        (broken("survey", "role", name="ABC101"), "name ABC101 appears twice"),
        (broken("survey", "role", name="1role"), "name 1role"),
        (broken("survey", "role", name="my-role"), "name my-role"),
        (broken("survey", "role", name="ended"), "name ended is not permitted"),
        (broken("survey", "own", choice1="Yes"), "choices for own, whose type has none"),
        (broken("survey", "years", type="number 1..9"), "range of years"),
        (broken("survey", "notes01", label=""), "empty note notes01"),
        (broken("choices", "98", name="1"), "list answers01 has 1 twice"),
        (broken("choices", "98", list_name="too long"), "list name too long"),
    ],
)
def test_the_rules_refuse_a_broken_sheet(sheets, fault):
    assert fault in faults(sheets)


def test_the_rules_refuse_a_list_that_is_torn_apart():
    sheets = sheets_of(EVERY_KIND)
    torn = [*sheets["choices"], {"list_name": "answers01", "name": "77", "label": "Late"}]
    assert faults({**sheets, "choices": torn}) == ["list answers01 is torn apart"]


def test_the_rules_refuse_answers_that_are_called_the_same():
    sheets = sheets_of(EVERY_KIND)
    for row in sheets["choices"]:
        row["label"] = "Same"
    assert "answers of role are called the same" in faults(sheets)


def test_the_rules_refuse_a_workbook_without_its_sheets():
    sheets = sheets_of(EVERY_KIND)
    assert faults({"survey": sheets["survey"]}) == ["no sheet choices"]
