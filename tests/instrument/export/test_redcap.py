"""The data dictionary for REDCap: accepted by strict rules that accept real dictionaries too."""

import csv
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from pipeline.instrument.export.questionnaire import (
    Answer,
    Choice,
    Counters,
    Grid,
    OpenText,
    Page,
    Row,
    Ticks,
    WholeNumber,
)
from pipeline.instrument.export.redcap import REDCAP
from tests.instrument.export.checkers.redcap_dictionary import HEADINGS, faults
from tests.instrument.export.every_kind import ROOT, ROWS, every_kind, real_forms, with_entries

SPECIMENS = ROOT.parent / "shared" / "specimens" / "redcap"


def text_of(questionnaire):
    return REDCAP.write(questionnaire).files["data_dictionary.csv"].decode("utf-8")


def fields_of(questionnaire):
    return list(csv.DictReader(StringIO(text_of(questionnaire))))


def field(name):
    return next(row for row in fields_of(every_kind()) if row["Variable / Field Name"] == name)


@pytest.mark.parametrize(
    "questionnaire", [every_kind(), *real_forms()], ids=lambda q: f"{q.instrument_id}-{q.form}"
)
def test_our_dictionaries_keep_every_rule(questionnaire):
    assert REDCAP.problems(questionnaire) == []
    assert faults(text_of(questionnaire)) == []


@pytest.mark.skipif(not SPECIMENS.is_dir(), reason="the real dictionaries are not here")
def test_the_checker_accepts_real_dictionaries():
    paths = sorted(SPECIMENS.glob("*dictiona*y.csv"))
    assert len(paths) >= 5
    for path in paths:
        assert faults(Path(path).read_text(encoding="utf-8-sig")) == [], path.name


SOUND = [
    ["record_id", "first", "", "text", "Record ID"],
    ["age", "first", "", "text", "Age", "", "", "integer", "0", "99"],
    ["m1", "first", "Head", "radio", "One", "1, a, or b | 2, c", *[""] * 9, "grid"],
    ["m2", "first", "", "radio", "Two", "1, a, or b | 2, c", *[""] * 9, "grid"],
    ["tick", "second", "", "checkbox", "Which", "1, a | 2, b", *[""] * 11, "@MAXCHECKED=1"],
    ["more", "second", "", "notes", "More", *[""] * 6, "([age] > 17) and [tick(2)] = '1'"],
    ["twice", "second", "", "calc", "Sum", "sum([age], [age])"],
]
BREAKS = {
    "headings": (None, 0, "field_name"),
    "record id": ("record_id", "Field Type", "notes"),
    "name": ("age", "Variable / Field Name", "Age"),
    "name too long": ("age", "Variable / Field Name", "a" * 101),
    "name comes twice": ("m2", "Variable / Field Name", "m1"),
    "form name": ("age", "Form Name", "First form"),
    "form is scattered": ("twice", "Form Name", "first"),
    "type": ("age", "Field Type", "txt"),
    "no label": ("age", "Field Label", " "),
    "choices": ("tick", "Choices, Calculations, OR Slider Labels", "1, a | 2"),
    "code of a choice": ("tick", "Choices, Calculations, OR Slider Labels", "1, a | b c, d"),
    "code comes twice": ("tick", "Choices, Calculations, OR Slider Labels", "1, a | 1, b"),
    "choices of a type without": ("more", "Choices, Calculations, OR Slider Labels", "1, a"),
    "calculation": ("twice", "Choices, Calculations, OR Slider Labels", ""),
    "validation": ("age", "Text Validation Type OR Show Slider Number", "whole"),
    "validation of a type without": (
        "more",
        "Text Validation Type OR Show Slider Number",
        "integer",
    ),
    "limit without validation": ("age", "Text Validation Type OR Show Slider Number", ""),
    "limit is no number": ("age", "Text Validation Max", "many"),
    "limits the wrong way round": ("age", "Text Validation Min", "100"),
    "flag": ("age", "Required Field?", "yes"),
    "alignment": ("age", "Custom Alignment", "left"),
    "most ticks": ("tick", "Field Annotation", "@MAXCHECKED=some"),
    "type in a matrix": ("more", "Matrix Group Name", "grid2"),
    "name of a matrix": ("m2", "Matrix Group Name", "My grid"),
    "matrix with unlike rows": ("m2", "Choices, Calculations, OR Slider Labels", "1, a | 2, d"),
    "matrix in two forms": ("m2", "Form Name", "second"),
    "header inside a matrix": ("m2", "Section Header", "Head"),
    "ranking without a matrix": ("age", "Matrix Ranking?", "y"),
    "brackets of branching": ("more", "Branching Logic (Show field only if...)", "([age] > 17"),
    "unknown field in branching": ("more", "Branching Logic (Show field only if...)", "[old]=1"),
    "brackets of calculation": (
        "twice",
        "Choices, Calculations, OR Slider Labels",
        "sum([age], [age]",
    ),
    "unknown field in calculation": (
        "twice",
        "Choices, Calculations, OR Slider Labels",
        "sum([old])",
    ),
}


def dictionary(broken=None):
    rows = [HEADINGS] + [row + [""] * (len(HEADINGS) - len(row)) for row in SOUND]
    rows = [list(row) for row in rows]
    if broken is not None:
        name, heading, cell = broken
        line = 0 if name is None else [row[0] for row in rows].index(name)
        rows[line][heading if name is None else HEADINGS.index(heading)] = cell
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def test_the_checker_accepts_a_sound_dictionary():
    assert faults(dictionary()) == []


@pytest.mark.parametrize("kind", BREAKS)
def test_the_checker_refuses_a_broken_copy_for_the_right_reason(kind):
    assert kind in {fault.kind for fault in faults(dictionary(BREAKS[kind]))}


def test_the_checker_refuses_a_row_that_is_short_and_a_matrix_that_is_scattered():
    short = dictionary().replace("record_id,first,,", "record_id,first,")
    assert {fault.kind for fault in faults(short)} == {"number of cells"}
    lines = dictionary().splitlines(keepends=True)
    scattered = "".join(
        [*lines[:3], lines[4], lines[2].replace("age", "old"), lines[3], *lines[5:]]
    )
    assert {fault.kind for fault in faults(scattered)} == {
        "matrix is scattered",
        "header inside a matrix",
    }


@pytest.mark.parametrize("questionnaire", [every_kind(), *real_forms()])
def test_every_answer_column_comes_back_under_a_field_or_a_box_of_the_dictionary(questionnaire):
    made = REDCAP.write(questionnaire)
    assert tuple(made.columns) == questionnaire.columns
    assert made.codes == {}
    exported = set()
    for row in fields_of(questionnaire):
        name = row["Variable / Field Name"]
        if row["Field Type"] == "checkbox":
            choices = row["Choices, Calculations, OR Slider Labels"].split(" | ")
            exported |= {f"{name}___{choice.split(',')[0]}" for choice in choices}
        elif row["Field Type"] != "descriptive":
            exported.add(name)
    assert len(set(made.columns.values())) == len(made.columns)
    totals = {f"{e.code}_total" for e in questionnaire.entries if isinstance(e, Counters)}
    assert exported - set(made.columns.values()) == {"record_id", *totals}


def test_every_number_and_label_stands_in_the_choices():
    assert field("bbb101")["Choices, Calculations, OR Slider Labels"] == (
        '1, No, never | 3, So "so" | 5, Ja, größtenteils<br>(zweite Zeile) | 97, Does not apply'
    )
    assert field("also")["Choices, Calculations, OR Slider Labels"] == "1, a, b | 12, c"


def test_each_page_after_the_first_opens_with_one_section_header():
    headers = [row["Section Header"] for row in fields_of(every_kind()) if row["Section Header"]]
    assert headers == [
        "Statements<br><br>Think of last month.<br><br>People here:",
        "Statements",
        "Questions, facts",
    ]


def test_what_has_to_be_said_is_the_first_thing_respondents_see():
    first = fields_of(every_kind())[1]
    assert first["Field Type"] == "descriptive"
    for words in ("A tiny questionnaire", "Development version.", "Entwurf", "Please read."):
        assert words in first["Field Label"]


def test_pages_with_one_title_are_one_instrument():
    forms = [row["Form Name"] for row in fields_of(every_kind())]
    assert list(dict.fromkeys(forms)) == ["part01", "part02", "part03"]
    assert field("ccc1")["Form Name"] == field("aaa101")["Form Name"] == "part02"


def test_limits_are_set_where_redcap_can_hold_them():
    assert field("few")["Field Annotation"] == "@MAXCHECKED=2"
    assert field("also")["Field Annotation"] == ""
    limits = ("Text Validation Min", "Text Validation Max")
    assert [field("sumsa")[limit] for limit in limits] == ["0", "10"]
    assert [field("years")[limit] for limit in limits] == ["0", "99"]
    assert [field("money")[limit] for limit in limits] == ["", ""]
    total = field("sums_total")
    assert total["Choices, Calculations, OR Slider Labels"] == "sum([sumsa], [sumsb])"


def test_the_file_is_the_same_every_time():
    assert REDCAP.write(every_kind()).files == REDCAP.write(every_kind()).files


ANSWERS = (Answer(1, "a"), Answer(2, "b"))
REFUSED = {
    "capital letters": (OpenText("Wish", "?"), "Wish"),
    "a hyphen": (OpenText("my-wish", "?"), "my-wish"),
    "a digit first": (WholeNumber("1st", "?", None, None), "1st"),
    "an underscore at the end": (OpenText("wish_", "?"), "wish_"),
    "three underscores, as in a box": (OpenText("also___1", "?"), "also___1"),
    "a code that is too long": (OpenText("w" * 101, "?"), "w" * 101),
    "the name of the record": (OpenText("record_id", "?"), "record_id"),
    "a name that REDCap keeps": (OpenText("redcap_event_name", "?"), "redcap_event_name"),
    "the status of a form": (OpenText("part01_complete", "?"), "part01_complete"),
    "a name that is there already": (OpenText("site", "?"), "site"),
    "the name of a total": (
        Counters("sums", "?", (Row("sums_total", "a"), Row("sumsb", "b")), 10),
        "sums_total",
    ),
    "a matrix with a capital letter": (Grid("Grid09", "?", ROWS, ANSWERS), "Grid09"),
    "a pipe in an answer": (Choice("role", "?", (Answer(1, "a|b"),)), "role"),
    "a pipe in a box": (Ticks("also", "?", (Row("also_1", "a | b"),), (1,)), "also"),
    "a number below zero": (Ticks("also", "?", ROWS, (-1, 2)), "also"),
    "the same number twice": (Choice("role", "?", (Answer(1, "a"), Answer(1, "b"))), "role"),
    "a field in square brackets": (OpenText("wish", "Dear [site]"), "wish"),
    "HTML": (Choice("role", "?", (Answer(1, "<5"), Answer(2, "<i>"))), "role"),
    "no text": (OpenText("wish", ""), "wish"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_redcap_would_refuse_or_change_is_refused_with_the_place(case):
    entry, place = REFUSED[case]
    problems = REDCAP.problems(with_entries(entry))
    assert place in {problem.column for problem in problems}
    assert {problem.file for problem in problems} == {"redcap"}


def test_a_pipe_outside_the_answers_is_no_problem():
    assert REDCAP.problems(with_entries(OpenText("wish", "this | that"))) == []


def test_a_page_that_opens_with_a_grid_shows_its_prompt_once():
    prompts = [row for row in fields_of(every_kind()) if "People here:" in str(row.values())]
    assert [row["Variable / Field Name"] for row in prompts] == ["aaa101"]
    known = every_kind()
    grid = Grid("grid04", "Their prompt", (Row("ddd1", "x"),), ANSWERS)
    page = Page("page05", "Last", "", (OpenText("why", "Why?"), grid))
    later = fields_of(replace(known, pages=(*known.pages, page)))
    assert later[-2]["Variable / Field Name"] == "grid04_text"
    assert later[-2]["Field Label"] == "Their prompt"
