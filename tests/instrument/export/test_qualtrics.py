"""The text for Qualtrics: strict grammar, nothing lost, nothing changed without a word."""

from dataclasses import replace

import pytest

from pipeline.instrument.export.qualtrics import QUALTRICS
from pipeline.instrument.export.questionnaire import (
    Answer,
    Choice,
    Counters,
    Grid,
    OpenText,
    Ticks,
    WholeNumber,
)
from tests.instrument.export.checkers.qualtrics_text import NotTheFormatError, read_text
from tests.instrument.export.every_kind import ROWS, every_kind, real_forms, with_entries


def text_of(questionnaire):
    return QUALTRICS.write(questionnaire).files["questionnaire.txt"].decode("utf-8")


def pages_of(questionnaire):
    return [page for block in read_text(text_of(questionnaire)) for page in block.pages]


def one_line(text):
    return text.replace("\n", "<br>")


def as_read(entry, phrases):
    """What the reader should find of an entry: type, code, words in the text, lists."""
    if isinstance(entry, Grid):
        statements = {n: one_line(row.text) for n, row in enumerate(entry.rows, start=1)}
        answers = {answer.value: one_line(answer.label) for answer in entry.answers}
        text = entry.text or phrases["one_in_each_row"]
        return [("Matrix", entry.code, text, {"Choice": statements, "Answer": answers})]
    if isinstance(entry, Choice):
        answers = {answer.value: one_line(answer.label) for answer in entry.answers}
        return [("MC:SingleAnswer:Vertical", entry.column, entry.text, {"Choice": answers})]
    if isinstance(entry, Ticks):
        boxes = {v: one_line(row.text) for v, row in zip(entry.values, entry.rows, strict=True)}
        return [("MC:MultipleAnswer:Vertical", entry.code, entry.text, {"Choice": boxes})]
    if isinstance(entry, Counters):
        parts = [("TE:SingleLine", row.column, row.text, {}) for row in entry.rows]
        return [("DB", entry.code, entry.text, {}), *parts]
    is_long = isinstance(entry, OpenText) and entry.long
    return [("TE:Essay" if is_long else "TE:SingleLine", entry.column, entry.text, {})]


@pytest.mark.parametrize(
    "questionnaire", [every_kind(), *real_forms()], ids=lambda q: f"{q.instrument_id}-{q.form}"
)
def test_the_text_read_back_holds_the_whole_questionnaire(questionnaire):
    assert QUALTRICS.problems(questionnaire) == []
    pages = pages_of(questionnaire)
    assert len(pages) == len(questionnaire.pages)
    for number, (read, page) in enumerate(zip(pages, questionnaire.pages, strict=True)):
        heading, *questions = read[1:] if number == 0 else read
        assert (heading.kind, heading.code) == ("DB", page.code)
        assert page.title in heading.text
        assert one_line(page.intro) in heading.text
        expected = [
            found for entry in page.entries for found in as_read(entry, questionnaire.phrases)
        ]
        assert [(q.kind, q.code, q.lists) for q in questions] == [
            (kind, code, lists) for kind, code, _, lists in expected
        ]
        for question, (_, _, words, _) in zip(questions, expected, strict=True):
            assert question.text.startswith(one_line(words))


def test_the_notes_come_first_of_all():
    first = pages_of(every_kind())[0][0]
    assert first.kind == "DB"
    assert "Development version." in first.text
    assert "Entwurf, von einer Maschine übersetzt." in first.text


def test_pages_with_one_title_are_one_block_with_page_breaks():
    blocks = read_text(text_of(every_kind()))
    assert [(block.title, len(block.pages)) for block in blocks] == [
        ("About", 1),
        ("Statements", 2),
        ("Questions, facts", 1),
    ]


def test_instructions_stand_under_the_question():
    texts = {q.code: q.text for page in pages_of(every_kind()) for q in page}
    assert texts["few"] == "Which two?<br><br>Tick at most 2."
    assert texts["sums"] == "Share out ten.<br><br>Together the numbers must be 10."


@pytest.mark.parametrize("questionnaire", [every_kind(), *real_forms()])
def test_every_answer_column_has_a_heading_of_its_own(questionnaire):
    made = QUALTRICS.write(questionnaire)
    assert tuple(made.columns) == questionnaire.columns
    assert len({heading.lower() for heading in made.columns.values()}) == len(made.columns)


def test_statements_come_back_as_their_place_in_the_grid_and_boxes_as_their_number():
    made = QUALTRICS.write(every_kind())
    assert made.columns["aaa102"] == "grid01_2"
    assert made.columns["also_12"] == "also_12"
    assert made.columns["sumsb"] == "sumsb"
    assert made.codes == {
        column: {1: "1", 0: ""} for column in ("also_1", "also_12", "few_1", "few_2")
    }


def test_the_file_is_the_same_every_time():
    assert QUALTRICS.write(every_kind()).files == QUALTRICS.write(every_kind()).files


BREAKS = {
    "does not start with its format": ("[[AdvancedFormat]]\n", ""),
    "neither a block": ("[[Block:About]]\n", ""),
    "unknown type": ("[[Question:DB]]", "[[Question:Ranking]]"),
    "no id": ("[[ID:role]]\n", ""),
    "forbidden signs": ("[[ID:role]]", "[[ID:my role]]"),
    "comes twice": ("[[ID:role]]", "[[ID:site]]"),
    "holds a tag": ("Your site", "[[Your site]]"),
    "has no text": ("Your site", ""),
    "list of Choice is missing": ("[[AdvancedChoices]]\n[[Choice:1]]\nUser", "[[Choice:1]]\nUser"),
    "list of Answer is missing": ("[[AdvancedAnswers]]", "[[Answers]]"),
    "Choice 1 comes twice": ("[[Choice:97]]", "[[Choice:1]]"),
    "a page without a question": ("[[PageBreak]]", "[[PageBreak]]\n\n[[PageBreak]]"),
    "a line too many": ("Your site", "Your site\nor its code"),
    "starts or ends with a space": ("Your site", " Your site"),
}


@pytest.mark.parametrize("reason", BREAKS)
def test_the_strict_reader_refuses_a_broken_copy_for_the_right_reason(reason):
    before, after = BREAKS[reason]
    text = text_of(every_kind())
    assert before in text
    with pytest.raises(NotTheFormatError, match=reason):
        read_text(text.replace(before, after, 1))


ANSWERS = (Answer(1, "a"), Answer(2, "b"))
REFUSED = {
    "a code with a sign": (Choice("my-role", "?", ANSWERS), "my-role"),
    "a code that starts with a digit": (WholeNumber("1st", "?", None, None), "1st"),
    "a code of the record": (OpenText("Status", "?"), "Status"),
    "a code of the first text": (OpenText("Start", "?"), "start"),
    "two codes that differ by case": (OpenText("Site", "?"), "site"),
    "a code that meets a statement": (OpenText("grid01_1", "?"), "grid01_1"),
    "a number below zero": (Choice("role", "?", (Answer(-9, "a"),)), "role"),
    "the same number twice": (Choice("role", "?", (Answer(1, "a"), Answer(1, "b"))), "role"),
    "the same box twice": (Ticks("also", "?", ROWS, (1, 1)), "also"),
    "a text that starts with a tag": (OpenText("wish", "Hm\n[[PageBreak]]"), "wish"),
    "a text that Qualtrics fills in": (OpenText("wish", "Dear ${e://Field/Name}"), "wish"),
    "a text with HTML": (OpenText("wish", "a<b>c"), "wish"),
    "an answer without words": (Choice("role", "?", (Answer(1, " "),)), "role"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_qualtrics_would_change_is_refused_with_the_place(case):
    entry, place = REFUSED[case]
    problems = QUALTRICS.problems(with_entries(entry))
    assert place in {problem.column for problem in problems}
    assert {problem.file for problem in problems} == {"qualtrics"}


def test_a_title_that_would_end_its_tag_is_refused():
    known = every_kind()
    page = replace(known.pages[0], title="About ]] us")
    problems = QUALTRICS.problems(replace(known, pages=(page, *known.pages[1:])))
    assert [problem.column for problem in problems] == ["page01"]
