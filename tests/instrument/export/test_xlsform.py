"""The XLSForm: converted by pyxform, accepted by ODK Validate, read back cell by cell."""

import shutil
from dataclasses import replace

import pytest
from pyxform.validators.odk_validate import ODKValidateError, check_xform
from pyxform.xls2xform import convert

from pipeline.instrument.export.questionnaire import Answer, Choice, Grid, OpenText, Row
from pipeline.instrument.export.xlsform import problems, write

from .checkers.workbooks import read_sheets
from .checkers.xlsform_sheet import faults
from .workbook_cases import (
    AGREEMENT,
    AWKWARD,
    EVERY_KIND,
    SPECIMENS,
    real_questionnaires,
    with_entries,
)

ALL = {"every-kind": EVERY_KIND, **dict(real_questionnaires())}
needs_java = pytest.mark.skipif(not shutil.which("java"), reason="ODK Validate needs Java")
DEMO = SPECIMENS / "kobo_odk" / "demo.xlsx"


def workbook_of(questionnaire):
    (content,) = write(questionnaire).files.values()
    return content


def survey_of(questionnaire):
    return read_sheets(workbook_of(questionnaire))["survey"]


def row_named(name, questionnaire=EVERY_KIND):
    return next(row for row in survey_of(questionnaire) if row["name"] == name)


@pytest.fixture(params=ALL)
def questionnaire(request):
    return ALL[request.param]


def test_every_form_can_be_written(questionnaire):
    assert problems(questionnaire) == []


def test_pyxform_converts_every_form_without_a_warning(questionnaire, tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(workbook_of(questionnaire))
    assert convert(str(path), validate=False).warnings == []


@needs_java
def test_odk_validate_accepts_every_form(questionnaire, tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(workbook_of(questionnaire))
    xform = tmp_path / "form.xml"
    xform.write_text(convert(str(path), validate=False).xform, encoding="utf-8")
    assert check_xform(str(xform)) == []


@needs_java
def test_odk_validate_refuses_a_form_that_cannot_be_evaluated(tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(workbook_of(EVERY_KIND))
    xform = tmp_path / "form.xml"
    good = convert(str(path), validate=False).xform
    xform.write_text(good.replace("count-selected(.)", "count-selcted(."), encoding="utf-8")
    with pytest.raises(ODKValidateError):
        check_xform(str(xform))


def test_our_own_check_finds_nothing_in_any_form(questionnaire):
    assert faults(read_sheets(workbook_of(questionnaire))) == []


def test_every_answer_column_comes_back_once_under_a_heading_of_the_form(questionnaire):
    columns = write(questionnaire).columns
    assert tuple(columns) == questionnaire.columns
    assert len(set(columns.values())) == len(columns)
    sheets = read_sheets(workbook_of(questionnaire))
    assert set(columns.values()) == set(headings_of_an_export(sheets))


def headings_of_an_export(sheets):
    """Answer columns of an export without group names, with a column for each choice."""
    silent = {"note", "begin_group", "end_group", "calculate", "start", "end"}
    for row in sheets["survey"]:
        kind, _, listed = row["type"].partition(" ")
        if kind == "select_multiple":
            names = [c["name"] for c in sheets["choices"] if c["list_name"] == listed]
            yield from (f"{row['name']}/{name}" for name in names)
        elif kind not in silent:
            yield row["name"]


def test_the_same_questionnaire_gives_the_same_bytes():
    assert workbook_of(EVERY_KIND) == workbook_of(EVERY_KIND)


def test_awkward_texts_come_back_unchanged():
    assert row_named("abc101")["label"] == AWKWARD


def test_special_answers_keep_their_numbers():
    choices = read_sheets(workbook_of(EVERY_KIND))["choices"]
    assert ("98", "Don't know") in {(choice["name"], choice["label"]) for choice in choices}


def test_questions_with_the_same_answers_share_a_list():
    assert row_named("role")["type"] == row_named("abc101")["type"]
    assert row_named("abc103")["type"] != row_named("abc101")["type"]


def test_notes_stand_before_the_first_question():
    labels = [row["label"] for row in survey_of(EVERY_KIND)]
    assert max(map(labels.index, EVERY_KIND.notes)) < labels.index("Site")


def test_each_statement_has_its_own_list_of_answers():
    assert row_named("grid01")["appearance"] == ""
    assert row_named("abc101")["type"].startswith("select_one ")


def test_the_device_notes_when_somebody_began_and_ended():
    assert [row["type"] for row in survey_of(EVERY_KIND)[:2]] == ["start", "end"]


def test_a_limit_of_ticks_is_checked():
    assert row_named("few")["constraint"] == "count-selected(.) <= 1"
    assert row_named("few")["hint"] == "At most 1."
    assert row_named("also")["constraint"] == row_named("also")["hint"] == ""


def test_a_number_is_kept_in_its_range():
    assert row_named("people")["constraint"] == ". >= 0 and . <= 500"
    assert row_named("years")["constraint"] == ". >= 1"


def test_counters_have_to_add_up_once_the_last_is_written():
    assert row_named("sharea")["constraint"] == ". >= 0 and . <= 10"
    expected = ". >= 0 and . <= 10 and coalesce(${sharea}, 0) + . = 10"
    assert row_named("shareb")["constraint"] == expected
    assert row_named("shareb")["constraint_message"] == "Together 10."


def test_the_sum_is_shown_as_soon_as_something_is_written():
    assert row_named("share_check")["label"] == "Together ${share_sum} / 10"
    assert row_named("share_check")["relevant"] == "${sharea} != '' or ${shareb} != ''"


def test_settings_name_the_form_and_its_version():
    (settings,) = read_sheets(workbook_of(EVERY_KIND))["settings"]
    assert settings == {
        "form_title": "Every kind: Tiny form",
        "form_id": "small_example_tiny_en",
        "version": "1.2.0-tiny",
        "default_language": "en",
        "style": "pages",
    }


@pytest.mark.parametrize(
    ("entry", "column", "words"),
    [
        (OpenText("own site", "Own?"), "own site", "cannot be a name"),
        (OpenText("Site", "Own?"), "Site", "the same name"),
        (OpenText("page01", "Own?"), "page01", "the same name"),
        (OpenText("end", "Own?"), "end", "keeps for itself"),
        (OpenText("own", " "), "own", "no text"),
        (OpenText("own", "Why ${site}?"), "own", "another question"),
        (OpenText("own", "A *bold* word"), "own", "Markdown"),
        (OpenText("own", "A <b>bold</b> word"), "own", "HTML"),
        (OpenText("own", "x" * 40000), "own", "shorten"),
        (OpenText("own", "A bell\x07"), "own", "nobody sees"),
        (Choice("own", "Own?", (Answer(1, "A"), Answer(1, "B"))), "own", "the number 1"),
        (Choice("own", "Own?", (Answer(1, ""), Answer(2, "B"))), "own", "no text"),
        (Grid("grid01", "", (Row("own", "A"), Row("OWN", "B")), AGREEMENT), "OWN", "same name"),
    ],
)
def test_what_the_form_cannot_hold_is_told_with_its_question(entry, column, words):
    (problem,) = problems(with_entries(entry))
    assert (problem.file, problem.column) == ("xlsform", column)
    assert words in problem.cure


def test_our_check_finds_texts_with_and_without_a_language():
    sheets = read_sheets(workbook_of(EVERY_KIND))
    mixed = [{**row, "label::English (en)": row["label"]} for row in sheets["choices"]]
    assert faults({**sheets, "choices": mixed}) == [
        "sheet choices mixes texts with and without a language"
    ]


def test_our_check_finds_a_name_that_two_groups_share():
    sheets = read_sheets(workbook_of(EVERY_KIND))
    twice = [*sheets["survey"], {**sheets["survey"][0], "name": "abc101"}]
    assert faults({**sheets, "survey": twice}) == ["name abc101 appears twice"]


def test_our_check_finds_a_question_without_words():
    without = with_entries(OpenText("own", ""))
    assert faults(read_sheets(workbook_of(without))) == ["no label for own"]


@pytest.mark.skipif(not DEMO.exists(), reason="the specimen is not there")
def test_our_check_finds_the_mixture_in_a_real_form_with_four_languages():
    found = [fault for fault in faults(read_sheets(DEMO.read_bytes())) if "language" in fault]
    assert found == ["sheet survey mixes texts with and without a language"]


def test_another_version_shows_in_the_settings():
    later = replace(EVERY_KIND, version="1.3.0")
    (settings,) = read_sheets(workbook_of(later))["settings"]
    assert settings["version"] == "1.3.0-tiny"
