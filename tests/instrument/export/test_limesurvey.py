"""The structure for LimeSurvey: it must come through an importer that never says what it lost."""

import re
from dataclasses import replace

import pytest

from pipeline.instrument.export.limesurvey import LIMESURVEY
from pipeline.instrument.export.questionnaire import (
    Answer,
    Choice,
    Counters,
    Grid,
    OpenText,
    Row,
    Ticks,
    WholeNumber,
)
from tests.instrument.export.checkers.limesurvey_import import (
    DatabaseError,
    as_imported,
    as_written,
    rows_of,
)
from tests.instrument.export.every_kind import ROOT, ROWS, every_kind, real_forms, with_entries

SPECIMENS = ROOT.parent / "shared" / "specimens" / "limesurvey"
IMPORTED = SPECIMENS / "engine_generated" / "structure_imported.txt"
WITH_EVERY_ATTRIBUTE = SPECIMENS / "testing-checkbox-autofix-export.txt"
ALL_FORMS = [every_kind(), *real_forms()]


def content_of(questionnaire):
    return LIMESURVEY.write(questionnaire).files["survey_structure.txt"]


def survey_of(questionnaire):
    return as_imported(content_of(questionnaire), questionnaire.language)


def question(code):
    return next(q for q in survey_of(every_kind()).questions if q.code == code)


def one_line(text):
    return text.replace("\n", "<br>")


@pytest.mark.parametrize("questionnaire", ALL_FORMS, ids=lambda q: f"{q.instrument_id}-{q.form}")
def test_the_import_leaves_everything_as_it_was_written(questionnaire):
    assert LIMESURVEY.problems(questionnaire) == []
    content = content_of(questionnaire)
    language = questionnaire.language
    assert as_imported(content, language) == as_written(content, language)


@pytest.mark.parametrize("questionnaire", ALL_FORMS, ids=lambda q: f"{q.instrument_id}-{q.form}")
def test_the_imported_survey_holds_the_whole_questionnaire(questionnaire):
    survey = survey_of(questionnaire)
    assert [title for title, _ in survey.groups] == [page.title for page in questionnaire.pages]
    notes, *questions = survey.questions
    assert notes.kind == "X"
    for asked, entry in zip(questions, questionnaire.entries, strict=True):
        assert asked.text == one_line(entry.text) or isinstance(entry, Grid)
        if isinstance(entry, Grid | Counters):
            assert asked.subquestions == {row.column: one_line(row.text) for row in entry.rows}
        if isinstance(entry, Ticks):
            texts = [one_line(row.text) for row in entry.rows]
            codes = map(str, entry.values)
            assert asked.subquestions == dict(zip(codes, texts, strict=True))
        if isinstance(entry, Grid | Choice):
            labels = {str(a.value): one_line(a.label) for a in entry.answers}
            assert asked.answers == labels


@pytest.mark.parametrize("questionnaire", ALL_FORMS, ids=lambda q: f"{q.instrument_id}-{q.form}")
def test_every_answer_column_comes_back_under_a_heading_of_the_survey(questionnaire):
    made = LIMESURVEY.write(questionnaire)
    assert tuple(made.columns) == questionnaire.columns
    assert list(made.columns.values()) == list(survey_of(questionnaire).headings)[1:]


def test_types_are_the_letters_of_limesurvey():
    kinds = {q.code: q.kind for q in survey_of(every_kind()).questions}
    assert kinds == {
        **{"notes": "X", "site": "S", "grid01": "F", "grid02": "F", "grid03": "F"},
        **{"sums": "K", "role": "L", "also": "M", "few": "M", "years": "N", "money": "N"},
        "wish": "T",
    }


def test_boxes_come_back_as_y_or_blank():
    made = LIMESURVEY.write(every_kind())
    assert made.columns["also_12"] == "also[12]"
    assert made.columns["aaa101"] == "grid01[aaa101]"
    assert made.codes == {c: {1: "Y", 0: ""} for c in ("also_1", "also_12", "few_1", "few_2")}


def test_limits_and_the_sum_are_attributes_of_the_question():
    assert question("few").attributes == {"max_answers": "2"}
    assert question("also").attributes == {}
    assert question("sums").attributes == {
        "equals_num_value": "10",
        "min_num_value_n": "0",
        "num_value_int_only": "1",
        "value_range_allows_missing": "1",
    }
    assert question("years").attributes == {
        "num_value_int_only": "1",
        "min_num_value_n": "0",
        "max_num_value_n": "99",
    }
    assert question("money").attributes == {"num_value_int_only": "1"}


def test_the_notes_stand_on_the_welcome_page_and_on_the_first_page():
    survey = survey_of(every_kind())
    for text in (survey.texts["surveyls_welcometext"], survey.questions[0].text):
        assert "Development version." in text
        assert "Entwurf, von einer Maschine übersetzt." in text
    assert survey.questions[0].group == "About"
    assert survey.texts["surveyls_endtext"].endswith(every_kind().citation)


def test_one_group_a_page_in_the_language_of_the_survey_without_addresses():
    settings = survey_of(replace(every_kind(), language="de")).settings
    assert settings["format"] == "G"
    assert settings["language"] == "de"
    assert (settings["ipaddr"], settings["refurl"], settings["datestamp"]) == ("N", "N", "Y")


def test_a_grid_without_a_prompt_says_how_to_answer():
    assert question("grid02").text == "One answer in each row."
    assert question("few").help == "Tick at most 2."


def test_the_file_is_the_same_every_time_and_starts_with_a_byte_order_mark():
    assert content_of(every_kind()) == content_of(every_kind())
    assert content_of(every_kind()).startswith(b"\xef\xbb\xbfid\t")


@pytest.mark.skipif(not IMPORTED.is_file(), reason="the imported structure is not here")
def test_the_shape_is_that_of_a_structure_limesurvey_imported():
    known, ours = rows_of(IMPORTED.read_bytes()), rows_of(content_of(every_kind()))
    assert list(ours[0])[: len(known[0])] == list(known[0])

    letters = {"S": "s", "SL": "l", "G": "g", "Q": "q", "SQ": "u", "A": "a"}
    for rows in (known, ours):
        order = "".join(letters[row["class"]] for row in rows)
        assert re.fullmatch("s+l+(g(qu*a*)+)+", order)
    filled = {
        kind: {name for row in known for name, cell in row.items() if row["class"] == kind and cell}
        for kind in ("S", "SL", "G", "SQ", "A")
    }
    for row in ours:
        if row["class"] in filled and row["class"] != "G":
            assert {name for name, cell in row.items() if cell} <= filled[row["class"]]
    for language in ("en", "de"):
        content = IMPORTED.read_bytes()
        assert as_imported(content, language) == as_written(content, language)


@pytest.mark.skipif(not WITH_EVERY_ATTRIBUTE.is_file(), reason="the full structure is not here")
def test_every_heading_is_one_that_limesurvey_writes_itself():
    known = {heading.strip() for heading in rows_of(WITH_EVERY_ATTRIBUTE.read_bytes())[0]}
    assert set(rows_of(content_of(every_kind()))[0]) <= known


ANSWERS = (Answer(1, "a"), Answer(2, "b"))
DAMAGED = {
    "an answer code that is too long": ([Choice("role", "?", (Answer(123456, "a"),))], "role"),
    "an answer code with a minus sign": ([Grid("g1", "?", ROWS, (Answer(-99, "a"),))], "g1"),
    "a sign in a question code": ([OpenText("wish_1", "?")], "wish_1"),
    "a hyphen in a question code": ([OpenText("wish-1", "?")], "wish-1"),
    "two codes that meet without their signs": (
        [OpenText("p1_11", "?"), OpenText("p11_1", "?")],
        "p11_1",
    ),
    "two codes that differ by case": ([OpenText("q1", "?"), OpenText("Q1", "?")], "Q1"),
    "a digit first": ([WholeNumber("1p", "?", None, None)], "1p"),
    "the same code twice": ([OpenText("p1", "?"), OpenText("p1", "!")], "p1"),
    "a text between quotation marks": ([OpenText("wish", '"Led" is not "leading"')], "wish"),
    "an answer between quotation marks": ([Choice("role", "?", (Answer(1, '"a"'),))], "role"),
    "the code of the notes": ([OpenText("notes", "?")], "notes"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_what_the_import_damages_without_a_word_is_refused_with_the_place(case):
    entries, place = DAMAGED[case]
    questionnaire = with_entries(*entries)
    content = content_of(questionnaire)
    assert as_imported(content, "en") != as_written(content, "en")
    problems = LIMESURVEY.problems(questionnaire)
    assert place in {problem.column for problem in problems}
    assert {problem.file for problem in problems} == {"limesurvey"}


def test_a_code_that_the_database_cannot_hold_is_refused():
    questionnaire = with_entries(OpenText("w" * 21, "?"))
    with pytest.raises(DatabaseError):
        survey_of(questionnaire)
    assert [problem.column for problem in LIMESURVEY.problems(questionnaire)] == ["w" * 21]


REFUSED = {
    "a sign in a statement": (Grid("g1", "?", (Row("x_1", "one"),), ANSWERS), "x_1"),
    "a part that is too long": (Counters("sums", "?", (Row("s" * 21, "a"),), 10), "s" * 21),
    "two statements that differ by case": (
        Grid("g1", "?", (Row("x1", "one"), Row("X1", "two")), ANSWERS),
        "X1",
    ),
    "a box below zero": (Ticks("also", "?", ROWS, (-1, 2)), "x1"),
    "the same box twice": (Ticks("also", "?", ROWS, (1, 1)), "x2"),
    "the same answer twice": (Choice("role", "?", (Answer(1, "a"), Answer(1, "b"))), "role"),
    "a word of its formulas": (OpenText("Token", "?"), "Token"),
    "a heading of its own": (OpenText("seed", "?"), "seed"),
    "a statement called other": (Grid("g1", "?", (Row("other", "one"),), ANSWERS), "other"),
    "a formula": (OpenText("wish", "What do {users} wish?"), "wish"),
    "a backslash": (OpenText("wish", 'A "quote\\" goes on'), "wish"),
    "the end of a text inside the survey": (OpenText("wish", "a ]]> b"), "wish"),
    "HTML": (OpenText("wish", "a &amp; b"), "wish"),
    "no text": (Ticks("also", "?", (Row("also_1", ""),), (1,)), "also_1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_limesurvey_refuses_or_reads_otherwise_is_refused_with_the_place(case):
    entry, place = REFUSED[case]
    assert place in {problem.column for problem in LIMESURVEY.problems(with_entries(entry))}
