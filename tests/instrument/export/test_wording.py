"""The words of a questionnaire, and what platforms that read HTML would make of them."""

import re
from dataclasses import replace

import pytest

from pipeline.instrument.export.questionnaire import Choice, Grid, OpenText
from pipeline.instrument.export.wording import (
    code_of,
    forbidden_sign,
    in_lines,
    instruction,
    prompt_of,
    wording_problems,
    wordings,
)
from tests.instrument.export.every_kind import POINTS, ROWS, every_kind, with_entries


def entry_of(code):
    return next(entry for entry in every_kind().entries if code_of(entry) == code)


def test_every_text_is_named_with_its_place():
    found = {(wording.place, wording.text) for wording in wordings(every_kind())}
    for place, text in (
        ("title", "A tiny questionnaire"),
        ("notes", "Development version."),
        ("closing", "Thank you."),
        ("page02", "Statements"),
        ("page02", "Think of last month."),
        ("grid01", "People here:"),
        ("grid01", "No, never"),
        ("aaa102", 'A "quoted" word'),
        ("also_12", "c"),
        ("sumsb", "B"),
        ("few", "Tick at most 2."),
        ("wish", "What do you wish for?"),
    ):
        assert (place, text) in found


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("few", "Tick at most 2."),
        ("also", ""),
        ("sums", "Together the numbers must be 10."),
        ("years", "Write a whole number."),
        ("wish", "In your own words."),
        ("site", ""),
        ("role", ""),
    ],
)
def test_an_instruction_is_given_where_a_screen_does_not_show_it(name, words):
    assert instruction(entry_of(name), every_kind()) == words


def test_a_phrase_that_is_not_there_leaves_no_instruction():
    bare = replace(every_kind(), phrases={})
    assert instruction(entry_of("few"), bare) == ""
    assert prompt_of(Grid("g", "", ROWS, POINTS), bare) == ""


def test_a_grid_keeps_its_own_prompt():
    assert prompt_of(Grid("g", "People:", ROWS, POINTS), every_kind()) == "People:"


def test_texts_in_lines_lose_no_word_and_hold_no_line_break():
    assert in_lines("one\ntwo", "", "three") == "one<br>two<br><br>three"


@pytest.mark.parametrize("text", ["<b>bold</b>", "if <5", "</p>", "R&amp;D", "&#8364;"])
def test_a_text_that_reads_as_html_is_a_problem(text):
    problems = list(wording_problems(with_entries(OpenText("wish", text)), "somewhere"))
    assert [(problem.file, problem.column) for problem in problems] == [("somewhere", "wish")]


@pytest.mark.parametrize("text", ["R & D; and more", "less < more", "5 > 3", "AT&T or so"])
def test_signs_that_are_only_signs_are_no_problem(text):
    assert list(wording_problems(with_entries(OpenText("wish", text)), "somewhere")) == []


def test_a_prompt_may_be_missing_and_an_answer_may_not():
    grid = Grid("g", "", ROWS, POINTS)
    choice = Choice("role", "?", (replace(POINTS[0], label=""),))
    problems = list(wording_problems(with_entries(grid, choice), "somewhere"))
    assert [problem.column for problem in problems] == ["role"]


def test_a_forbidden_sign_is_told_with_its_reason():
    questionnaire = with_entries(OpenText("wish", "a {b}"))
    (problem,) = forbidden_sign(questionnaire, "somewhere", re.compile(r"\{"), "starts a formula")
    assert problem.column == "wish"
    assert problem.cure == "'{' starts a formula; write the text without it"
