"""REDCap: every way in which a project leaves the platform."""

import csv
import io
import re

import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms import PLATFORMS
from pipeline.ingest.read_file import read_sheet
from pipeline.problems import InputError

PAGE_HEADINGS = [
    *("Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label"),
    *("Choices, Calculations, OR Slider Labels", "Field Note"),
    *("Text Validation Type OR Show Slider Number", "Text Validation Min", "Text Validation Max"),
    *("Identifier?", "Branching Logic (Show field only if...)", "Required Field?"),
    *("Custom Alignment", "Question Number (surveys only)", "Matrix Group Name"),
    *("Matrix Ranking?", "Field Annotation"),
]
API_HEADINGS = [
    *("field_name", "form_name", "section_header", "field_type", "field_label"),
    *("select_choices_or_calculations", "field_note"),
    *("text_validation_type_or_show_slider_number", "text_validation_min", "text_validation_max"),
    *("identifier", "branching_logic", "required_field", "custom_alignment", "question_number"),
    *("matrix_group_name", "matrix_ranking", "field_annotation"),
]
AGREE = "1, Disagree | 2, Neither, or both | 3, Agree"
FIELDS = [
    # name, form, type, label, choices, section header, identifier, matrix
    ("study_id", "start", "text", "Study ID", "", "", "", ""),
    ("welcome", "start", "descriptive", "Thank you", "", "", "", ""),
    (
        "role",
        "start",
        "checkbox",
        "Your <b>role</b>",
        "1, Staff | -1, None | A.b, Some(one)",
        *3 * ("",),
    ),
    ("name", "start", "text", "Name", "", "", "y", ""),
    ("age", "start", "text", "Age", "", "", "", ""),
    ("listen", "views", "radio", "They listen", AGREE, "How far do you agree?", "", "grid"),
    ("act", "views", "radio", "They act", AGREE, "", "", "grid"),
    ("name_views", "views", "text", "Name", "", "", "", ""),
    ("again", "views", "yesno", "Would you come again?", "", "", "", ""),
    ("true_so", "views", "truefalse", "Is it so?", "", "", "", ""),
    ("sure", "views", "slider", "How sure?", "Not | Half | Very", "", "", ""),
    ("total", "views", "calc", "Total", "[listen] + [act]", "", "", ""),
    ("why", "views", "notes", "Why?", "", "", "", ""),
]
BOXES = [("role___1", "1"), ("role____1", "-1"), ("role___a_b", "A.b")]
NAMES = [
    *("study_id", "redcap_survey_identifier", "start_timestamp", *(name for name, _ in BOXES)),
    *("name", "age", "start_complete", "views_timestamp", "listen", "act", "name_views"),
    *("again", "true_so", "sure", "total", "why", "views_complete"),
]
LABELS = [
    *("Study ID", "Survey Identifier", "Survey Timestamp", "Your role (choice=Staff)"),
    *("Your role (choice=None)", "Your role (choice=Some(one))", "Name", "Age", "Complete?"),
    *("Survey Timestamp", "They listen", "They act", "Name", "Would you come again?"),
    *("Is it so?", "How sure?", "Total", "Why?", "Complete?"),
]
CODED = [
    [
        "1",
        "a@example.org",
        "2026-03-01 10:00:00",
        "1",
        "0",
        "0",
        "Ada",
        "41",
        "2",
        "[not completed]",
        "3",
        "",
        "Ada L.",
        "1",
        "0",
        "50",
        "3",
        "",
        "0",
    ],
    [
        "2",
        "",
        "2026-03-02 11:30:00",
        "0",
        "0",
        "1",
        "Bo",
        "before, 1",
        "2",
        "2026-03-02 11:45:00",
        "1",
        "-999",
        "Bo",
        "0",
        "1",
        "7,5",
        "",
        "text, long",
        "2",
    ],
]
WORDED = [
    [
        "1",
        "a@example.org",
        "2026-03-01 10:00:00",
        "Checked",
        "Unchecked",
        "Unchecked",
        "Ada",
        "41",
        "Complete",
        "[not completed]",
        "Agree",
        "",
        "Ada L.",
        "Yes",
        "False",
        "50",
        "3",
        "",
        "Incomplete",
    ],
    [
        "2",
        "",
        "2026-03-02 11:30:00",
        "Unchecked",
        "Unchecked",
        "Checked",
        "Bo",
        "before, 1",
        "Complete",
        "2026-03-02 11:45:00",
        "Disagree",
        "-999",
        "Bo",
        "No",
        "True",
        "7,5",
        "",
        "text, long",
        "Complete",
    ],
]
QUESTIONS = [name for name in NAMES if not re.search("study_id|redcap|_complete|_timestamp", name)]


def dictionary_rows(headings=PAGE_HEADINGS, fields=FIELDS):
    rows = [list(headings)]
    for name, form, kind, label, choices, section, identifier, matrix in fields:
        row = [name, form, section, kind, label, choices, *[""] * 4, identifier]
        rows.append([*row, "", "", "", "", matrix, "", ""])
    return rows


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write rows as a delimited text; returns its path, which is short."""
    monkeypatch.chdir(tmp_path)

    def file(name, rows, delimiter=",", encoding="utf-8"):
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
        path = tmp_path / name
        path.write_bytes(text.getvalue().encode(encoding))
        return path.relative_to(tmp_path)

    return file


@pytest.fixture
def read(write):
    """Write rows as an export and read them, with a dictionary where one is given."""

    def run(rows, dictionary=None, platform=None, **options):
        path = write("export.csv", rows, **options)
        given = None if dictionary is None else write("dictionary.csv", dictionary)
        source = ExportSource(path, None, platform, given)
        sheet = read_sheet(path)
        return platform_of(sheet, source).read(sheet, source)

    return run


@pytest.fixture
def refusal(read):
    """The text of the refusal of an export."""

    def run(*args, **options):
        with pytest.raises(InputError) as caught:
            read(*args, **options)
        return str(caught.value)

    return run


def column(raw, place):
    return raw.columns[place]


def codes(raw):
    return [(column.code, column.subcode) for column in raw.questions]


EXPECTED_CODES = [
    *(("role", code) for _, code in BOXES),
    *((name, None) for name in QUESTIONS if "___" not in name),
]

# ------------------------------------------------------------------------------- field names


def test_names_and_codes_are_read(read):
    raw = read([NAMES, *CODED])
    assert raw.platform == "redcap"
    assert raw.layout == "field names as headings, codes as answers, rows of records"
    assert [column.heading for column in raw.questions] == QUESTIONS
    assert codes(raw)[:2] == EXPECTED_CODES[:2]
    assert codes(raw)[3:] == EXPECTED_CODES[3:]
    assert raw.cells.astype(str).to_numpy().tolist() == CODED
    assert raw.record["response_id"].tolist() == ["1", "2"]
    assert raw.record["day"].tolist() == ["2026-03-01", "2026-03-02"]
    assert raw.form_status == {"start": 9, "views": 19}
    assert raw.blank_texts == raw.seen_texts == frozenset()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_delimiter_and_mark_at_the_start_is_read(delimiter, encoding, read):
    raw = read([NAMES, *CODED], delimiter=delimiter, encoding=encoding)
    assert raw.cells.astype(str).to_numpy().tolist() == CODED
    assert column(raw, 0).heading == "study_id"


def test_the_dictionary_tells_wordings_choices_and_forms(read):
    raw = read([NAMES, *CODED], dictionary_rows())
    by_name = {column.heading: column for column in raw.columns}
    assert codes(raw) == EXPECTED_CODES
    assert by_name["role____1"].question == ("Your <b>role</b>",)
    assert by_name["role____1"].part == ("None",)
    assert by_name["listen"].labels == {
        "1": ("Disagree",),
        "2": ("Neither, or both",),
        "3": ("Agree",),
    }
    assert by_name["again"].labels == {"1": ("Yes",), "0": ("No",)}
    assert by_name["true_so"].labels == {"1": ("True",), "0": ("False",)}
    assert by_name["sure"].labels == by_name["total"].labels == {}
    assert {c.form for c in raw.questions} == {"start", "views"}


def test_rows_of_a_matrix_have_its_header_as_their_question(read):
    raw = read([NAMES, *CODED], dictionary_rows())
    rows = [column for column in raw.columns if column.code in ("listen", "act")]
    assert [column.question for column in rows] == [("How far do you agree?",)] * 2
    assert [column.part for column in rows] == [("They listen",), ("They act",)]


def test_personal_columns_are_told_by_platform_and_dictionary(read):
    named = {c.heading for c in read([NAMES, *CODED]).columns if c.is_personal}
    told = {c.heading for c in read([NAMES, *CODED], dictionary_rows()).columns if c.is_personal}
    assert named == {"redcap_survey_identifier"}
    assert told == named | {"name", "age", "name_views", "why"}


def test_an_identifying_record_id_is_personal(read):
    fields = [("study_id", "start", "text", "Study ID", "", "", "y", ""), *FIELDS[1:]]
    raw = read([NAMES, *CODED], dictionary_rows(fields=fields))
    assert column(raw, 0).is_personal and column(raw, 0).is_record


def test_every_column_belongs_to_its_form(read):
    with_it = read([NAMES, *CODED], dictionary_rows())
    without = read([NAMES, *CODED])
    for raw in (with_it, without):
        forms = {column.heading: column.form for column in raw.columns}
        assert forms["age"] == forms["start_timestamp"] == forms["start_complete"] == "start"
        assert forms["act"] == forms["views_complete"] == "views"


def test_labels_as_answers_below_field_names_are_read(read):
    raw = read([NAMES, *WORDED], dictionary_rows())
    assert raw.layout == "field names as headings, labels as answers, rows of records"
    assert raw.form_status == {"start": 9, "views": 19}
    assert column(raw, 10).labels["Agree"] == ("Agree",)


def test_columns_that_were_not_exported_are_not_missed(read):
    kept = [0, 10, 11]
    rows = [[row[place] for place in kept] for row in [NAMES, *CODED]]
    raw = read(rows, dictionary_rows(), platform="redcap")
    assert [c.code for c in raw.questions] == ["listen", "act"]
    assert raw.record["response_id"].tolist() == ["1", "2"]
    assert raw.record["day"].isna().all()
    assert raw.form_status == {}


def test_without_the_record_id_rows_have_no_id(read):
    rows = [row[3:] for row in [NAMES, *CODED]]
    raw = read(rows, dictionary_rows())
    assert raw.record["record"].isna().all()
    assert column(raw, 0).code == "role"
    assert any("No column holds the id of the record" in note for note in raw.notes)


def test_a_numbering_in_front_of_the_record_id_is_no_question(read):
    rows = [["", *NAMES], *([str(n), *row] for n, row in enumerate(CODED))]
    raw = read(rows)
    assert raw.record["response_id"].tolist() == ["1", "2"]
    assert [column.heading for column in raw.questions] == QUESTIONS


def test_text_in_number_fields_and_codes_for_missing_data_stay_as_they_are(read):
    raw = read([NAMES, *CODED], dictionary_rows())
    assert raw.cells[8].tolist() == ["41", "before, 1"]
    assert raw.cells[12].tolist() == ["", "-999"]
    assert "-999" not in column(raw, 11).labels
    assert raw.cells[16].tolist() == ["50", "7,5"]


def test_a_box_of_a_code_for_missing_data_is_told(read):
    headings = ["record_id", "role___1", "role___2", "role___unk", "start_complete"]
    rows = [["1", "1", "0", "0", "2"], ["2", "", "", "1", "2"], ["3", "", "", "1", "2"]]
    fields = [
        ("record_id", "start", "text", "Record ID", "", "", "", ""),
        ("role", "start", "checkbox", "Role", "1, Staff | 2, Other", "", "", ""),
    ]
    for dictionary in (None, dictionary_rows(fields=fields)):
        raw = read([headings, *rows], dictionary)
        assert codes(raw) == [("role", "1"), ("role", "2"), ("role", "unk")]
        assert raw.cells[2].tolist() == ["1", "", ""]
        assert raw.notes == (
            "'role___unk' is a code for missing data: it is ticked in 2 rows in which all choices "
            "of its question are blank.",
        )


def test_ordinary_boxes_are_no_codes_for_missing_data(read):
    assert read([NAMES, *CODED]).notes == ()


def test_all_ticks_in_one_cell_are_known(read):
    headings = ["study_id", "role", "start_complete"]
    raw = read([headings, ["1", "1,-1", "2"]], dictionary_rows())
    assert raw.tick_separator == ","
    assert codes(raw) == [("role", None)]
    assert column(raw, 1).labels == {"1": ("Staff",), "-1": ("None",), "A.b": ("Some(one)",)}


def test_a_grey_form_has_a_blank_status(read):
    rows = [[*CODED[0][:-1], ""], [*CODED[1][:8], "", *CODED[1][9:]]]
    assert read([NAMES, *rows]).form_status == {"start": 9, "views": 19}


def test_a_field_whose_name_ends_like_a_status_is_a_question(read):
    fields = [*FIELDS, ("task_complete", "views", "yesno", "Task done?", "", "", "", "")]
    headings = [*NAMES[:-1], "task_complete", "views_complete"]
    rows = [[*row[:-1], "1", row[-1]] for row in CODED]
    raw = read([headings, *rows], dictionary_rows(fields=fields))
    assert raw.questions[-1].code == "task_complete"
    assert list(raw.form_status) == ["start", "views"]


def test_an_answer_from_1_to_5_whose_name_ends_like_a_status_is_a_question(read):
    rows = [["record_id", "feels_complete", "a_complete"], ["1", "5", "2"], ["2", "4", "2"]]
    raw = read(rows)
    assert [c.code for c in raw.questions] == ["feels_complete"]


def test_an_odd_status_of_a_form_that_is_named_elsewhere_is_still_a_status(read):
    rows = [
        ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance", "x", "lab_complete"],
        ["1", "lab", "1", "7", "3"],
        ["1", "lab", "2", "8", "2"],
    ]
    raw = read(rows)
    assert raw.form_status == {"lab": 5}
    assert [c.code for c in raw.questions] == ["x"]


def test_times_that_a_spreadsheet_rewrote_are_told(read):
    rows = [[cell.replace("2026-03-01", "3/1/2026") for cell in row] for row in CODED]
    raw = read([NAMES, *rows])
    assert raw.record["day"].tolist()[1] == "2026-03-02"
    assert "The times in 'start_timestamp' do not start with year, month and day" in raw.notes[0]
    assert [column.heading for column in raw.questions] == QUESTIONS


# ----------------------------------------------------------------- events, repetitions, groups

LONGITUDINAL = [
    [
        "record_id",
        "redcap_event_name",
        "redcap_repeat_instrument",
        "redcap_repeat_instance",
        "redcap_data_access_group",
        "ini",
        "views_complete",
    ],
    ["1", "baseline_arm_1", "", "", "north_site", "3", "2"],
    ["1", "baseline_arm_1", "views", "1", "north_site", "4", "2"],
    ["1", "baseline_arm_1", "views", "2", "north_site", "5", "2"],
    ["1", "follow_up_arm_1", "", "1", "north_site", "", "0"],
    ["2", "baseline_arm_1", "", "", "", "2", ""],
]


def test_events_and_repetitions_tell_rows_of_a_record_apart(read):
    raw = read(LONGITUDINAL)
    record = raw.record.astype(object).where(raw.record.notna(), None)
    assert record["record"].tolist() == ["1", "1", "1", "1", "2"]
    assert record["occasion"].tolist() == [
        *(["baseline_arm_1"] * 3),
        "follow_up_arm_1",
        "baseline_arm_1",
    ]
    assert record["instance"].tolist() == [None, "views\x1f1", "views\x1f2", "\x1f1", None]
    assert record["response_id"].is_unique
    assert record["response_id"].tolist()[4] == "2\x1fbaseline_arm_1"
    assert raw.layout.endswith("rows of several events, with repetitions")


def test_the_access_group_is_the_site_and_no_question(read):
    raw = read(LONGITUDINAL)
    assert raw.site_heading == "redcap_data_access_group"
    assert [column.code for column in raw.questions] == ["ini"]


def test_own_columns_have_labels_too(read):
    own = ["Event Name", "Repeat Instrument", "Repeat Instance", "Data Access Group"]
    rows = [
        ["Record ID", *own, "Survey Identifier", "They listen", "Complete?"],
        ["1", "Baseline (Arm 1: All)", "My views", "2", "North site", "x", "Agree", "Complete"],
    ]
    raw = read(rows)
    assert [column.heading for column in raw.questions] == ["They listen"]
    assert raw.site_heading == "Data Access Group"
    assert raw.record["occasion"].tolist() == ["Baseline (Arm 1: All)"]
    assert raw.record["instance"].tolist() == ["My views\x1f2"]
    assert column(raw, 5).is_personal


def test_a_question_that_is_called_like_a_column_of_the_platform_stays_one(read):
    rows = [["Record ID", "Age", "Event Name", "Complete?"], ["1", "3", "Summer fair", "Complete"]]
    raw = read(rows)
    assert [column.heading for column in raw.questions] == ["Age", "Event Name"]
    assert raw.record["occasion"].isna().all()


# ------------------------------------------------------------------------------ field labels


def test_labels_without_a_dictionary_give_wordings_of_question_and_part(read):
    raw = read([LABELS, *WORDED])
    assert raw.layout == "field labels as headings, labels as answers, rows of records"
    assert len(raw.questions) == len(QUESTIONS)
    boxes = raw.questions[:3]
    assert [column.question for column in boxes] == [("Your role",)] * 3
    assert [column.part for column in boxes] == [("Staff",), ("None",), ("Some(one)",)]
    assert raw.questions[5].question == ("They listen",)
    assert raw.form_status == {"form 1": 9, "form 2": 19}
    assert raw.record["day"].tolist() == ["2026-03-01", "2026-03-02"]
    assert raw.cells.astype(str).to_numpy().tolist() == WORDED


def test_labels_with_a_dictionary_are_the_same_columns_as_names(read):
    labelled = read([LABELS, *WORDED], dictionary_rows())
    named = read([NAMES, *CODED], dictionary_rows())
    assert codes(labelled) == codes(named)
    for first, second in zip(labelled.questions, named.questions, strict=True):
        assert (first.question, first.part, first.form) == (
            second.question,
            second.part,
            second.form,
        )
        assert first.is_personal == second.is_personal
        assert second.heading in first.names
    assert labelled.form_status == named.form_status
    assert labelled.record.equals(named.record)
    assert labelled.notes == ()


def test_a_label_that_repeats_is_told_apart_by_its_form(read):
    raw = read([LABELS, *WORDED], dictionary_rows())
    assert [c.code for c in raw.columns if c.heading == "Name"] == ["name", "name_views"]


def test_labels_that_repeat_in_a_form_are_taken_in_its_order(read):
    fields = [FIELDS[0], *((n, "start", "yesno", "Done?", *4 * ("",)) for n in ("one", "two"))]
    rows = [["Study ID", "Done?", "Done?", "Complete?"], ["1", "Yes", "No", "Complete"]]
    assert [c.code for c in read(rows, dictionary_rows(fields=fields)).questions] == ["one", "two"]


def test_some_of_the_labels_that_repeat_are_not_guessed(read):
    fields = [
        *(FIELDS[0], ("age", "start", "text", "Age", *4 * ("",))),
        *((name, "start", "yesno", "Done?", *4 * ("",)) for name in ("one", "two")),
    ]
    rows = [["Study ID", "Age", "Done?", "Complete?"], ["1", "4", "Yes", "Complete"]]
    raw = read(rows, dictionary_rows(fields=fields))
    assert [c.code for c in raw.questions] == ["age", "Done?"]
    assert raw.notes == (
        "The data dictionary does not tell which fields these headings stand for: 'Done?'.",
    )


def test_a_form_that_was_not_exported_does_not_shift_the_others(read):
    second = [0, *range(9, 19)]
    rows = [[row[place] for place in second] for row in [LABELS, *WORDED]]
    raw = read(rows, dictionary_rows())
    assert [c.code for c in raw.columns if c.heading == "Name"] == ["name_views"]
    assert list(raw.form_status) == ["views"]


def test_names_that_a_program_made_unique_are_known(read):
    times = {}
    headings = []
    for heading in LABELS:
        times[heading] = times.get(heading, 0) + 1
        headings.append(heading if times[heading] == 1 else f"{heading}.{times[heading] - 1}")
    assert "Complete?.1" in headings
    assert codes(read([headings, *WORDED], dictionary_rows())) == EXPECTED_CODES


def test_codes_below_labels_are_read_as_codes(read):
    raw = read([LABELS, *CODED], dictionary_rows())
    assert raw.layout == "field labels as headings, codes as answers, rows of records"
    assert column(raw, 10).labels["3"] == ("Agree",)


def test_quotation_marks_and_line_breaks_in_labels_do_not_matter(read):
    fields = [FIELDS[0], ("q", "start", "radio", 'Who\'s\n<i>"leading"</i>?', AGREE, *3 * ("",))]
    rows = [["Study ID", "Whos 'leading'?", "Complete?"], ["1", "Agree", "Complete"]]
    assert [c.code for c in read(rows, dictionary_rows(fields=fields)).questions] == ["q"]


# --------------------------------------------------------------------------- the dictionary


@pytest.mark.parametrize("headings", [PAGE_HEADINGS, API_HEADINGS])
def test_both_heading_sets_of_a_dictionary_are_read(headings, read):
    raw = read([NAMES, *CODED], dictionary_rows(headings))
    assert codes(raw) == EXPECTED_CODES
    assert column(raw, 10).labels["3"] == ("Agree",)
    assert column(raw, 10).question == ("How far do you agree?",)
    assert {"name", "why"} <= {c.heading for c in raw.columns if c.is_personal}


def test_a_dictionary_in_another_language_is_known_by_its_places(read):
    headings = [f"Columna {number}" for number in range(18)]
    assert codes(read([NAMES, *CODED], dictionary_rows(headings))) == EXPECTED_CODES


def test_a_file_that_is_no_dictionary_is_refused(refusal):
    text = refusal([NAMES, *CODED], [["a", "b"], ["1", "2"]])
    assert text.startswith("dictionary.csv: is not a REDCap data dictionary")
    assert "download the data dictionary" in text


def test_the_dictionary_of_another_project_is_refused(refusal):
    fields = [("id", "x", "text", "ID", *4 * ("",)), ("other", "x", "text", "Other", *4 * ("",))]
    text = refusal([NAMES, *CODED], dictionary_rows(fields=fields))
    assert text.startswith("dictionary.csv: describes none of the columns of export.csv")


def test_choices_that_are_not_code_and_label_are_refused(refusal):
    fields = [*FIELDS[:6], ("act", "views", "radio", "They act", "Yes | No", *3 * ("",))]
    text = refusal([NAMES, *CODED], dictionary_rows(fields=fields))
    assert "dictionary.csv, row 8, column 'Choices, Calculations, OR Slider Labels'" in text
    assert "the choices of 'act' are not written as `code, label | code, label`" in text


def test_unknown_types_and_repeated_names_are_all_told(refusal):
    fields = [
        *FIELDS,
        ("odd", "views", "Views", "Odd", *4 * ("",)),
        FIELDS[-1],
        ("", *FIELDS[3][1:]),
    ]
    lines = refusal([NAMES, *CODED], dictionary_rows(fields=fields)).splitlines()
    assert [re.search(r"row (\d+)", line)[1] for line in lines] == ["15", "16", "17"]
    assert "'Views' is no field type of REDCap" in lines[0]
    assert "'why' is also the field of row 14" in lines[1]
    assert "the name of the field is empty" in lines[2]


def test_many_broken_rows_are_counted(refusal):
    fields = [(f"f{number}", "x", "wrong", "", *4 * ("",)) for number in range(9)]
    lines = refusal([NAMES, *CODED], dictionary_rows(fields=fields)).splitlines()
    assert len(lines) == 6
    assert "4 more rows" in lines[-1]


def test_a_dictionary_without_fields_is_refused(refusal):
    assert "describes no field" in refusal([NAMES, *CODED], [PAGE_HEADINGS])


# ------------------------------------------------------------------------- files of other kinds


def test_a_dictionary_in_place_of_the_data_is_refused(refusal):
    text = refusal(dictionary_rows())
    assert text.startswith("export.csv: is the data dictionary, which holds no answers")


def test_an_export_with_a_row_for_each_value_is_refused(refusal):
    text = refusal([["record", "field_name", "value"], ["1", "listen", "3"]])
    assert "export again with a row for each record" in text


def test_headings_without_rows_are_refused(refusal):
    assert "has headings but no rows of answers" in refusal([NAMES])


def test_a_file_for_a_statistics_program_is_read_with_its_labels(tmp_path, monkeypatch):
    pyreadstat = pytest.importorskip("pyreadstat")
    import pandas as pd

    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame(
        {"record_id": ["1", "2"], "race___1": [1.0, 0.0], "sex": [0.0, 1.0], "a_complete": [2.0, 0]}
    )
    labels = {"race___1": "Race (choice=White)", "sex": "Gender", "a_complete": "Complete?"}
    pyreadstat.write_sav(
        frame,
        "export.sav",
        column_labels=[labels.get(name, "") for name in frame],
        variable_value_labels={"sex": {0.0: "Female", 1.0: "Male"}},
    )
    sheet = read_sheet(tmp_path / "export.sav")
    source = ExportSource(tmp_path / "export.sav", None)
    raw = platform_of(sheet, source).read(sheet, source)
    race, sex = raw.questions
    assert (race.code, race.subcode, race.question, race.part) == (
        *("race", "1"),
        *(("Race",), ("White",)),
    )
    assert sex.labels == {"0": ("Female",), "1": ("Male",)}
    assert raw.form_status == {"a": 4}


LAYOUTS = {
    "names": [NAMES, *CODED],
    "names with labels": [NAMES, *WORDED],
    "labels": [LABELS, *WORDED],
    "labels with codes": [LABELS, *CODED],
    "longitudinal": LONGITUDINAL,
    "boxes only": [["id", "role___1", "role___2"], ["1", "0", "1"]],
    "one form": [["id", "x", "form_complete"], ["1", "0", "1"]],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_found_and_no_other_platform_comes_near(layout, write):
    sheet = read_sheet(write("export.csv", LAYOUTS[layout]))
    points = {name: platform.signature(sheet).points for name, platform in PLATFORMS.items()}
    best = points.pop("redcap")
    assert best >= 3
    assert best - max(points.values()) >= 2


@pytest.mark.parametrize(
    "rows",
    [
        [["Timestamp", "Is it complete?", "Role"], ["1/2/2026", "Yes", "Staff"]],
        [["id", "submitdate", "lastpage", "startlanguage", "q[1]"], ["1", "", "2", "en", "Y"]],
        [["_id", "_uuid", "_submission_time", "q/1"], ["1", "x", "2026-01-01", "1"]],
        [["Respondent ID", "Role", "Task_complete"], ["", "Response", "Response"], ["1", "a", "5"]],
        [["ResponseId", "Q1_1", "Q1_2"], ["Response ID", "a", "b"], ["R_1", "1", "2"]],
    ],
)
def test_files_of_other_platforms_do_not_look_like_it(rows, write):
    assert PLATFORMS["redcap"].signature(read_sheet(write("other.csv", rows))).points <= 1
