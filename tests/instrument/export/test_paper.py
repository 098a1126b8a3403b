"""The printed form: every answer once, nothing that depends on the machine, wordings as data."""

import json
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace

import pytest

from pipeline.instrument.export import typesetting
from pipeline.instrument.export.paper import PAPER, problems, write
from pipeline.instrument.export.printed import as_data, printed_columns, printed_pages
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
from pipeline.instrument.export.typesetting import font_folder, open_template, typeset

from .every_kind import every_kind, real_forms

TEMPLATES = ("questionnaire", "large_print")
PHRASES = real_forms()[0].phrases
SMALL = replace(every_kind(), form="every kind", phrases=PHRASES)
ALL = {f"{form.form}-{form.language}": form for form in (SMALL, *real_forms())}
LONG = "long-en"
POINTS = (Answer(1, "Disagree"), Answer(2, "Agree"))
DONT_KNOW = Answer(98, "Don't know", special=True)
JOINED_LATER = Answer(96, "I joined later", special=True)
RATHER_NOT = Answer(95, "Prefer not to answer", special=True)
needs_pdftotext = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext is not there"
)


def with_entries(*entries):
    page = Page("page02", "Questions", "", entries)
    return replace(SMALL, pages=(SMALL.pages[0], page))


def grid(code, statement, *special, prompt="Think of now.", points=POINTS):
    return Grid(code, prompt, (Row(statement, f"Statement {statement}."),), points + special)


def places_of(questionnaire, template):
    """Column and number of every box and line that the pages really hold."""
    found = open_template(template, as_data(questionnaire)).query("<answer>", field="value")
    return Counter((place["column"], place["value"]) for place in json.loads(found))


def places_wanted(questionnaire):
    wanted = Counter()
    for entry in questionnaire.entries:
        if isinstance(entry, Grid):
            wanted.update((row.column, a.value) for row in entry.rows for a in entry.answers)
        elif isinstance(entry, Choice):
            wanted.update((entry.column, answer.value) for answer in entry.answers)
        elif isinstance(entry, Ticks):
            wanted.update((row.column, 1) for row in entry.rows)
        elif isinstance(entry, Counters):
            wanted.update((row.column, None) for row in entry.rows)
        else:
            wanted[entry.column, None] += 1
    return wanted


def text_of(pdf, tmp_path):
    path = tmp_path / "form.pdf"
    path.write_bytes(pdf)
    read = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(read.stdout.split())


def every_form_on_paper():
    """Every form by every template; in large print most of them on demand."""
    for form in ALL:
        for template in TEMPLATES:
            often = template != "large_print" or form in (f"{SMALL.form}-{SMALL.language}", LONG)
            marks = () if often else pytest.mark.slow
            yield pytest.param(form, template, marks=marks, id=f"{form}-{template}")


@pytest.mark.parametrize(("form", "template"), every_form_on_paper())
def test_every_answer_has_exactly_one_place_on_the_printed_form(form, template):
    assert places_of(ALL[form], template) == places_wanted(ALL[form])


@pytest.mark.parametrize("form", ALL)
def test_every_form_can_be_printed_and_typed_in(form):
    assert problems(ALL[form]) == []
    made = write(ALL[form])
    assert set(made.files) == {
        "questionnaire.pdf",
        "questionnaire_large_print.pdf",
        "data_entry.xlsx",
    }
    assert dict(made.columns) == {column: column for column in ALL[form].columns}
    assert not made.codes


def test_the_same_questionnaire_gives_the_same_bytes():
    assert write(SMALL).files == write(SMALL).files


def test_the_bytes_do_not_depend_on_where_the_templates_lie(tmp_path, monkeypatch):
    before = typeset("questionnaire", as_data(SMALL))
    shutil.copytree(typesetting.TEMPLATES, tmp_path / "elsewhere")
    monkeypatch.setattr(typesetting, "TEMPLATES", tmp_path / "elsewhere")
    monkeypatch.chdir(tmp_path)
    assert typeset("questionnaire", as_data(SMALL)) == before


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_pdf_carries_no_date_and_says_its_language_and_title(template):
    pdf = typeset(template, as_data(SMALL))
    assert b"CreationDate" not in pdf
    assert b"ModDate" not in pdf
    assert b"xmp:CreateDate" not in pdf
    assert b"/Lang(en)" in pdf
    assert b"pdfuaid" in pdf
    assert b"A tiny questionnaire: Long form" in pdf


@pytest.mark.parametrize("template", TEMPLATES)
def test_only_the_typeface_that_comes_along_is_used(template):
    pdf = typeset(template, as_data(SMALL))
    names = {part.split(b"/")[0] for part in pdf.split(b"/BaseFont/")[1:]}
    assert names
    assert all(b"DejaVuSans" in name for name in names)
    assert (font_folder() / "DejaVuSans.ttf").is_file()


@needs_pdftotext
@pytest.mark.parametrize("template", TEMPLATES)
def test_wordings_are_set_as_they_stand_and_never_read_as_code(template, tmp_path):
    wording = '#pagebreak() *bold* $x^2$ <label> @cite `raw` \\ [a] = b "quoted" // no comment'
    asked = with_entries(Choice("role", wording, (Answer(1, "#sys.version"),)))
    text = text_of(typeset(template, as_data(asked)), tmp_path)
    assert wording in text
    assert "#sys.version" in text


@needs_pdftotext
@pytest.mark.parametrize("template", TEMPLATES)
def test_state_translation_credit_and_every_wording_are_on_the_form(template, tmp_path):
    text = text_of(typeset(template, as_data(SMALL)), tmp_path)
    assert all(note in text for note in SMALL.notes)
    assert SMALL.citation in text
    for entry in SMALL.entries:
        assert " ".join(entry.text.split()) in text
        for row in getattr(entry, "rows", ()):
            assert " ".join(row.text.split()) in text


def test_grids_of_a_page_with_the_same_prompt_and_points_become_one_table():
    asked = with_entries(
        grid("g1", "aaa1", DONT_KNOW),
        grid("g2", "bbb1", prompt="Think of the start."),
        grid("g3", "aaa2", DONT_KNOW, RATHER_NOT),
        grid("g4", "ccc1", points=(Answer(1, "No"), Answer(2, "Yes"))),
    )
    tables = [block.printed for block in printed_pages(asked)[1]]
    rows = [[row.column for row in table.rows] for table in tables]
    assert rows == [["aaa1", "aaa2"], ["bbb1"], ["ccc1"]]
    assert tables[0].answers == (*POINTS, DONT_KNOW, RATHER_NOT)


def test_a_row_of_a_merged_table_offers_only_its_own_answers():
    asked = with_entries(grid("g1", "aaa1", DONT_KNOW), grid("g2", "aaa2", RATHER_NOT))
    (table,) = as_data(asked)["pages"][0]["blocks"]
    heads = [*table["points"], *table["special"]]
    offered = [[heads[place]["value"] for place in row["offered"]] for row in table["rows"]]
    assert sorted(offered[0]) == [1, 2, 98]
    assert sorted(offered[1]) == [1, 2, 95]


def test_special_answers_stand_in_one_order_in_every_table():
    asked = with_entries(
        grid("g1", "aaa1", DONT_KNOW, RATHER_NOT),
        grid("g2", "aaa2", DONT_KNOW, JOINED_LATER, RATHER_NOT),
    )
    (table,) = as_data(asked)["pages"][0]["blocks"]
    assert [head["value"] for head in table["special"]] == [98, 96, 95]


def test_statements_and_questions_are_numbered_through_and_the_site_is_not():
    numbers = printed_columns(SMALL)
    assert numbers["site"] is None
    first_of_each = list(dict.fromkeys(number for number in numbers.values() if number))
    assert first_of_each == list(range(1, len(first_of_each) + 1))
    assert numbers["aaa102"] == 2
    assert numbers["sumsa"] == numbers["sumsb"]


def test_a_title_is_printed_only_where_a_section_begins():
    titles = [page["title"] for page in as_data(SMALL)["pages"]]
    assert titles == ["Statements", "", "Questions, facts"]


def test_the_range_of_a_number_and_the_most_ticks_are_told():
    asked = with_entries(
        WholeNumber("years", "Years?", 2, 40),
        Ticks("few", "Few?", (Row("few_1", "a"), Row("few_2", "b")), (1, 2), 1),
    )
    years, few = as_data(asked)["pages"][0]["blocks"]
    assert "2" in years["hint"]
    assert "40" in years["hint"]
    assert few["hint"] == PHRASES["at_most"].replace("{number}", "1")


@needs_pdftotext
def test_large_print_has_18_points_or_more_but_for_what_is_not_for_respondents(tmp_path):
    path = tmp_path / "form.pdf"
    path.write_bytes(typeset("large_print", as_data(SMALL)))
    read = subprocess.run(
        ["pdftotext", "-bbox-layout", path, "-"], capture_output=True, text=True, check=True
    )
    words = re.findall(r'yMin="([0-9.]+)"[^>]*yMax="([0-9.]+)">([^<]+)</word>', read.stdout)
    small = {word for top, bottom, word in words if float(bottom) - float(top) < 17.9}
    allowed = set(SMALL.columns) | {"1", "3", "5", "97", "·", *PHRASES["form_number"].split()}
    allowed |= set(" ".join((SMALL.title, SMALL.form_title, SMALL.version, "en")).split())
    assert len(words) > 100
    assert small <= allowed


def test_a_phrase_that_is_lacking_is_named():
    phrases = {name: text for name, text in PHRASES.items() if name != "mistake"}
    (problem,) = problems(replace(SMALL, phrases=phrases))
    assert problem.column == "mistake"


def test_a_letter_without_a_sign_in_the_typeface_is_refused_with_its_question():
    (problem,) = problems(with_entries(OpenText("wish", "どう")))
    assert problem.column == "wish"
    assert "U+3069" in problem.cure


def test_two_columns_of_one_name_are_refused():
    asked = with_entries(OpenText("wish", "A"), OpenText("WISH", "B"))
    assert {problem.column for problem in problems(asked)} == {"wish", "WISH"}


def test_a_column_named_like_the_number_of_the_form_is_refused():
    (problem,) = problems(with_entries(OpenText("form_number", "A")))
    assert problem.column == "form_number"


def test_two_answers_with_one_number_are_refused():
    (problem,) = problems(with_entries(Choice("role", "R", (Answer(1, "a"), Answer(1, "b")))))
    assert problem.column == "role"


def test_more_answers_than_fit_side_by_side_are_refused():
    many = tuple(Answer(value, f"Point {value}") for value in range(1, 14))
    (problem,) = problems(with_entries(Grid("g1", "", (Row("aaa1", "x"),), many)))
    assert problem.column == "aaa1"
    assert "13 answers" in problem.cure


def test_the_exporter_says_how_paper_is_used():
    assert PAPER.name == "paper"
    told = " ".join(PAPER.steps)
    assert all(word in told for word in ("envelope", "interpreter", "second person", "generic"))
