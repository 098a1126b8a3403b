"""Real projects of REDCap, read as they were exported.

Question columns are counted by hand from the first line of each file: all columns, without the
first one (the record id), those that start with ``redcap_``, and those that end in ``_timestamp``
or ``_complete``.
"""

from pathlib import Path

import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms import PLATFORMS
from pipeline.ingest.platforms.redcap_dictionary import read_dictionary
from pipeline.ingest.read_file import read_sheet
from pipeline.problems import InputError

SPECIMENS = Path(__file__).parents[3] / ".." / "shared" / "specimens"
REDCAP = SPECIMENS / "redcap"
pytestmark = pytest.mark.skipif(not REDCAP.is_dir(), reason="real exports are not here")

PROJECTS = {
    # name: (dictionary, columns, questions, rows, forms)
    "checkboxes-1": ("checkboxes-1__dictionary.csv", 13, 10, 4, 2),
    "decimal-comma": ("decimal-comma__dictionay.csv", 6, 4, 4, 1),
    "potentially-problematic-values": (
        "potentially-problematic-values__dictionary.csv",
        *(5, 3, 2, 1),
    ),
    "repeating-instruments": ("repeating-instruments__dictionary.csv", 15, 10, 6, 2),
    "survey": ("survey__dictionary.csv", 33, 24, 2, 4),
}
"""13 - 1 id - 2 statuses; 6 - 1 - 1; 5 - 1 - 1; 15 - 1 - 2 repeat columns - 2 statuses;
33 - 1 - 1 survey identifier - 3 timestamps - 4 statuses."""


def read(name, with_dictionary):
    path = REDCAP / f"{name}__data.csv"
    definition = REDCAP / PROJECTS[name][0] if with_dictionary else None
    source = ExportSource(path, None, definition=definition)
    sheet = read_sheet(path)
    return platform_of(sheet, source).read(sheet, source)


def cells(raw, heading):
    position = next(c.position for c in raw.columns if c.heading == heading)
    return raw.cells[position].tolist()


@pytest.mark.parametrize("with_dictionary", [False, True])
@pytest.mark.parametrize("name", PROJECTS)
def test_every_row_and_question_is_read(name, with_dictionary):
    _, n_columns, n_questions, n_rows, n_forms = PROJECTS[name]
    raw = read(name, with_dictionary)
    assert raw.platform == "redcap"
    assert (len(raw.columns), len(raw.questions), len(raw.cells)) == (
        *(n_columns, n_questions),
        n_rows,
    )
    assert len(raw.form_status) == n_forms
    assert raw.record["response_id"].is_unique
    assert raw.notes == ()
    assert all(column.code and column.form for column in raw.questions)


@pytest.mark.parametrize("name", PROJECTS)
def test_the_dictionary_changes_no_name_and_agrees_about_the_forms(name):
    told, untold = read(name, True), read(name, False)
    for first, second in zip(told.columns, untold.columns, strict=True):
        assert (first.code, first.subcode) == (second.code, second.subcode)
        assert (first.form, first.is_record) == (second.form, second.is_record)
    assert all(column.question for column in told.questions)


@pytest.mark.parametrize("name", PROJECTS)
def test_every_dictionary_is_accepted_and_is_no_export(name):
    path = REDCAP / PROJECTS[name][0]
    dictionary = read_dictionary(path)
    assert len(dictionary.forms) == PROJECTS[name][4]
    with pytest.raises(InputError, match="is the data dictionary"):
        PLATFORMS["redcap"].read(read_sheet(path), ExportSource(path, None))


def test_boxes_have_the_code_of_their_choice():
    raw = read("checkboxes-1", True)
    boxes = [(c.code, c.subcode, c.part) for c in raw.questions[:5]]
    assert boxes == [
        ("check_one", "1", ("one",)),
        ("check_one", "2", ("two",)),
        ("check_one", "3", ("three",)),
        ("check_one", "4", ("four",)),
        ("check_two", "a", ("A",)),
    ]
    assert cells(raw, "check_two___c") == ["1", "0", "0", "0"]


def test_decimal_commas_and_odd_values_stay_as_they_are():
    assert cells(read("decimal-comma", True), "height") == ["1,54", "1,84", "1,95", "1,61"]
    odd = read("potentially-problematic-values", True)
    assert cells(odd, "time_1") == ["2010-01-02", "55:02"]
    assert cells(odd, "integer_before_validation") == ["before validation 1"] * 2


def test_repetitions_are_told_from_their_record():
    record = read("repeating-instruments", True).record
    assert record["record"].tolist() == ["1", "1", "1", "1", "2", "2"]
    told = record["instance"].astype(object).where(record["instance"].notna(), None)
    assert told.tolist() == [None, "bp\x1f1", "bp\x1f2", "bp\x1f3", None, "bp\x1f1"]


def test_a_survey_tells_its_days_choices_and_personal_columns():
    raw = read("survey", True)
    assert raw.record["day"].tolist() == ["2018-03-06", "2018-03-06"]
    assert cells(raw, "participant_morale_questionnaire_timestamp") == ["[not completed]", ""]
    by_name = {column.heading: column for column in raw.columns}
    assert by_name["pmq1"].labels["1"] == ("5-10",)
    assert by_name["has_diabetes"].labels["0"] == ("False",)
    assert by_name["consent___1"].part == ("I consent",)
    personal = {"redcap_survey_identifier", "email", "first_name", "last_name", "telephone_1"}
    assert personal <= {name for name, column in by_name.items() if column.is_personal}


def test_files_of_other_platforms_do_not_look_like_redcap():
    tables = (".csv", ".xlsx", ".tsv")
    others = [p for p in sorted(SPECIMENS.rglob("*")) if p.suffix in tables]
    others = [path for path in others if path.parent != REDCAP]
    assert others
    for path in others:
        try:
            sheet = read_sheet(path)
        except InputError:
            continue
        assert PLATFORMS["redcap"].signature(sheet).points <= 1, path.name
