"""Real files of KoBoToolbox, and a real form, counted by hand."""

from pathlib import Path

import pytest

from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms.xlsform import read_xlsform
from pipeline.ingest.read_file import read_sheet
from pipeline.ingest.source import ExportSource
from pipeline.problems import InputError

SPECIMENS = Path(__file__).parents[3] / ".." / "shared" / "specimens" / "kobo_odk"
pytestmark = pytest.mark.skipif(not SPECIMENS.is_dir(), reason="real exports are not here")


def read(name):
    path = SPECIMENS / "engine_generated" / name
    sheet, source = read_sheet(path), ExportSource(path, None)
    return platform_of(sheet, source).read(sheet, source)


def cells(raw, code, subcode=None):
    column = next(c for c in raw.columns if (c.code, c.subcode) == (code, subcode))
    return raw.cells[column.position].tolist()


@pytest.mark.parametrize(
    ("name", "n_rows", "n_questions"),
    [
        # 14 headings, less start, end and the five that begin with an underscore
        ("grouped_translated_names.csv", 3, 7),
        ("grouped_translated_labels_en.csv", 3, 7),
        # 14 headings, less the five that begin with an underscore
        ("or_other_names.csv", 3, 9),
        ("or_other_labels_en.csv", 3, 9),
    ],
)
def test_rows_and_questions_are_those_counted_by_hand(name, n_rows, n_questions):
    raw = read(name)
    assert (raw.platform, len(raw.cells), len(raw.questions)) == ("kobo", n_rows, n_questions)
    assert raw.record["finished"].all()


def test_names_give_the_codes_of_questions_and_choices():
    raw = read("grouped_translated_names.csv")
    assert raw.layout == ("XML names as headings, groups joined by '/', a column for each choice")
    question = "What_kind_of_symmetry_do_you_have"
    assert cells(raw, question) == ["spherical radial bilateral", "bilateral", ""]
    assert cells(raw, question, "radial") == ["1", "0", ""]
    assert cells(raw, "How_many_segments_does_your_body_have") == ["7", "1", ""]
    assert raw.record["seconds"].tolist() == [30, 22, 23]
    assert raw.record["day"].tolist() == ["2017-12-28"] * 3
    assert raw.record["response_id"][4] == "f4b838c8-7253-47fe-9627-c47830b7dc9b"


def test_labels_give_the_wordings_of_questions_and_choices():
    raw = read("grouped_translated_labels_en.csv")
    question = "What kind of symmetry do you have?"
    told = [(c.question[0], c.part) for c in raw.questions]
    assert told[:4] == [
        (question, ()),
        *((question, (choice,)) for choice in ("Spherical", "Radial", "Bilateral")),
    ]
    assert told[4][0] == "How many segments does your body have?"
    assert raw.layout.startswith("labels as headings, groups joined by '/'")


@pytest.mark.parametrize("survey", ["grouped_translated", "or_other"])
def test_both_layouts_of_one_survey_hold_the_same_ticks_and_submissions(survey):
    names, labels = read(f"{survey}_names.csv"), read(f"{survey}_labels_en.csv")
    assert names.record.equals(labels.record)
    ticks = [c.position for c in names.questions if c.subcode]
    assert [c.position for c in labels.questions if c.subcode] == ticks
    assert names.cells[ticks].astype(str).equals(labels.cells[ticks].astype(str))


@pytest.mark.parametrize("name", ["or_other_names.csv", "or_other_labels_en.csv"])
def test_what_people_mean_by_another_answer_is_personal(name):
    personal = [c.heading for c in read(name).columns if c.is_personal]
    assert personal == ["fav_emperor_other", "fav_emperors_other"]


def test_the_form_in_four_languages_is_read():
    form = read_xlsform(SPECIMENS / "demo.xlsx")
    assert set(form.languages) == {"English", "Tigirigna", "Amharic", "Oromiffa"}
    # 79 rows with a type, less the ends and beginnings of four groups and one repeat
    assert len(form.questions) == 69
    asked = {question.name: question for question in form.questions}
    assert [group.name for group in asked["gender"].groups] == ["hh_rpt", "mb_grp"]
    assert asked["gender"].is_repeated
    level = asked["school_level"]
    assert level.kind == "select_one"
    assert [choice.name for choice in level.choices] == [
        *("never", "primary", "secondary", "tertiary", "-99", "technical", "higher", "-88"),
    ]
    assert len(dict(level.choices[0].labels)) == 4


def test_the_labels_for_spss_are_refused():
    path = SPECIMENS / "formpack_long_unicode_SPSS_labels.sps"
    sheet, source = read_sheet(path), ExportSource(path, None)
    with pytest.raises(InputError, match="holds labels for SPSS and no answers"):
        platform_of(sheet, source).read(sheet, source)
