"""Exports of ODK Central and of Briefcase: one small survey in every way they write it."""

import pytest

from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms import PLATFORMS
from pipeline.ingest.platforms.odk import ODK
from pipeline.ingest.read_file import read_sheet
from pipeline.ingest.source import ExportSource
from pipeline.problems import InputError
from tests.ingest.layouts import write_csv

from .test_xlsform import write_form

AFTER = ["meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent"]
AFTER += ["AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion"]
SURVEY = [
    *(("type", "name", "label::en", "label::sv"), ("start", "start"), ("end", "end")),
    ("select_one yn", "q1", "Well?", "N\u00e5?"),
    *(
        ("begin_group", "g", "A group", "En grupp"),
        ("integer", "a-1", "How many?", "Hur m\u00e5nga?"),
    ),
    *(("select_multiple ab", "q2", "Which?", "Vilka?"), ("end_group", "")),
    ("text", "more", "More?", "Mer?"),
]
CHOICES = [
    *(("list_name", "name", "label::en", "label::sv"), ("yn", "y", "Yes", "Ja")),
    *(
        ("yn", "n", "No", "Nej"),
        ("ab", "a", "Apples", "\u00c4pplen"),
        ("ab", "b", "Beans", "B\u00f6nor"),
    ),
]
ASKED = [("q1", None), ("a-1", None), ("q2", None), ("q2", "a"), ("q2", "b"), ("more", None)]


def submission(number, state="", status=""):
    key = f"uuid:{number}"
    return [key, key, "17", "Ada", "0", "0", status, state, "device", "0", "v1"]


def central(grouped=True, split=True, states=("", "", "")):
    """Rows as Central writes them: 0 in the boxes even of somebody who was not asked."""
    above = "g-" if grouped else ""
    boxes = [f"{above}q2/a", f"{above}q2/b"] if split else []
    rows = [["SubmissionDate", "start", "end", "q1", f"{above}a-1", f"{above}q2", *boxes, "more"]]
    rows[0] += AFTER
    answers = [("y", "3", "a b", "1", "1"), ("n", "", "b", "0", "1"), ("", "", "", "0", "0")]
    for number, (told, state) in enumerate(zip(answers, states, strict=True), start=1):
        moments = [f"2026-03-0{number}T09:05:01.000Z", "2026-03-01T10:00:00.000+01:00"]
        moments += ["2026-03-01T09:05:00.000Z"]
        cells = [*told[:3], *(told[3:] if split else ()), "Thanks"]
        rows.append([*moments, *cells, *submission(number, state)])
    return rows


def read(folder, rows, definition=None):
    path = write_csv(folder / "export.csv", rows)
    return ODK.read(read_sheet(path), ExportSource(path, None, definition=definition))


def form_path(folder, survey=SURVEY):
    return write_form(folder / "form.xlsx", survey=survey, choices=CHOICES)


def codes(raw):
    return [(column.code, column.subcode) for column in raw.questions]


def asked(split):
    return [pair for pair in ASKED if split or pair[1] is None]


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("grouped", [True, False])
def test_questions_and_choices_are_known_by_their_names(grouped, split, tmp_path):
    raw = read(tmp_path, central(grouped, split))
    told = [("1" if code == "a-1" else code, subcode) for code, subcode in asked(split)]
    assert codes(raw) == told
    assert raw.tick_separator == " "
    assert ("a column for each choice" in raw.layout) == split


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("grouped", [True, False])
def test_the_form_tells_names_wordings_and_labels(grouped, split, tmp_path):
    raw = read(tmp_path, central(grouped, split), form_path(tmp_path))
    assert codes(raw) == asked(split)
    columns = {(column.code, column.subcode): column for column in raw.questions}
    assert columns["q1", None].question == ("Well?", "N\u00e5?")
    assert columns["q1", None].labels == {
        **dict.fromkeys(("y", "Yes", "Ja"), ("Yes", "Ja")),
        **dict.fromkeys(("n", "No", "Nej"), ("No", "Nej")),
    }
    assert columns["q2", None].labels["a"] == ("Apples", "\u00c4pplen")
    assert columns["more", None].is_personal
    if split:
        assert columns["q2", "b"].part == ("Beans", "B\u00f6nor")
        assert {"g/q2/b", "q2/b"} <= set(columns["q2", "b"].names)


def test_a_column_without_the_form_is_also_known_without_its_groups(tmp_path):
    raw = read(
        tmp_path, [["SubmissionDate", "g-h-q", "g-h-r/1", *AFTER], ["", "1", "0", *submission(1)]]
    )
    question, box = raw.questions
    assert (question.code, question.other_names) == ("q", ("h-q", "q"))
    assert (box.code, box.subcode, box.other_names) == ("r", "1", ("h-r/1", "r/1"))


def test_what_is_about_the_submission_is_no_question(tmp_path):
    rows = central()
    rows[0] += ["meta-instanceName", "meta-audit", "meta-entity-id", "meta-entity-label"]
    for row in rows[1:]:
        row += ["Ada B", "audit.csv", "e-1", "The house of Ada"]
    raw = read(tmp_path, rows)
    assert len(raw.questions) == len(ASKED)
    personal = {column.heading for column in raw.columns if column.is_personal}
    assert personal == {
        *("SubmitterID", "SubmitterName", "DeviceID", "meta-instanceName", "meta-audit"),
        "meta-entity-label",
    }
    assert raw.record["response_id"].tolist() == ["uuid:1", "uuid:2", "uuid:3"]
    assert raw.record["seconds"].tolist() == [300, 300, 300]
    assert raw.record["day"].tolist() == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert raw.record["finished"].all()


def test_a_question_may_have_the_name_of_a_column_of_central_in_small_letters(tmp_path):
    rows = [["SubmissionDate", "status", "edits", "reviewstate", *AFTER]]
    rows.append(["2026-03-01T09:05:01.000Z", "1", "2", "rejected", *submission(1)])
    raw = read(tmp_path, rows)
    assert codes(raw) == [("status", None), ("edits", None), ("reviewstate", None)]
    assert raw.record["excluded"].isna().all()


@pytest.mark.parametrize("sign", ["-", ":"])
def test_places_are_personal(sign, tmp_path):
    parts = [f"g-home{sign}{part}" for part in ("Latitude", "Longitude", "Altitude", "Accuracy")]
    raw = read(
        tmp_path, [["SubmissionDate", *parts, "q", *AFTER], ["", *"1234", "5", *submission(1)]]
    )
    assert codes(raw) == [("q", None)]
    assert {c.heading for c in raw.columns if c.is_personal} >= {*parts}


def test_text_beside_a_question_is_personal(tmp_path):
    rows = [["SubmissionDate", "g-q", "g-q_other", *AFTER], ["", "other", "Mine", *submission(1)]]
    raw = read(tmp_path, rows)
    assert [column.is_personal for column in raw.questions] == [False, True]


def test_rejected_submissions_are_set_apart(tmp_path):
    raw = read(tmp_path, central(states=("rejected", "approved", "hasIssues")))
    assert raw.record["excluded"].fillna("").tolist() == ["REJECTED", "", ""]


def test_states_and_dates_that_are_not_known_are_told(tmp_path):
    rows = central(split=False, states=("doubtful", "", ""))
    rows[2][0] = "1 mars 2026"
    assert read(tmp_path, rows).notes == (
        "1 rows have a review state that is not known; they are kept.",
        "1 rows have a date of submission that cannot be read.",
    )


def test_encrypted_submissions_are_told(tmp_path):
    rows = [["SubmissionDate", "q", *AFTER], ["", "1", *submission(1)]]
    rows.append(["", "", *submission(2, status="not decrypted")])
    raw = read(tmp_path, rows)
    assert raw.notes == ("1 rows are encrypted and hold no answers; export with the passphrase.",)


def test_boxes_of_a_question_nobody_was_asked_are_told(tmp_path):
    raw = read(tmp_path, central())
    boxes = [column.position for column in raw.questions if column.subcode]
    assert raw.cells[boxes].iloc[2].tolist() == ["0", "0"]
    assert "even where nobody was asked" in raw.notes[0]


def test_repeated_groups_are_told_and_not_read(tmp_path):
    survey = [*SURVEY, ("begin_repeat", "pets"), ("text", "pet"), ("end_repeat", "")]
    raw = read(tmp_path, central(split=False), form_path(tmp_path, survey))
    assert raw.notes == ("The group 'pets' is asked several times; its answers are not read.",)


def test_briefcase_is_read_with_its_own_dates(tmp_path):
    rows = [["SubmissionDate", "start", "end", "g-q", "SET-OF-pets", "KEY", "isValidated"]]
    rows.append(["Mar 1, 2026 12:05:01 AM", "Mar 1, 2026 12:00:00 AM", "Mar 1, 2026 12:05:00 AM"])
    rows[1] += ["3", "uuid:1/pets", "uuid:1", "true"]
    rows.append(
        ["Dec 24, 2025, 1:05:01 PM", "Dec 24, 2025, 1:00:00 PM", "Dec 24, 2025, 1:00:30 PM"]
    )
    rows[2] += ["4", "uuid:2/pets", "uuid:2", "true"]
    raw = read(tmp_path, rows)
    assert codes(raw) == [("q", None)]
    assert raw.record["day"].tolist() == ["2026-03-01", "2025-12-24"]
    assert raw.record["seconds"].tolist() == [300, 30]
    assert raw.notes == ("The group 'pets' is asked several times; its answers are not read.",)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["SubmissionDate", "q"], AFTER),
        (["SubmissionDate", "q"], ["KEY"]),
        (["SubmissionDate", "q"], ["meta-instanceID", "KEY", "isValidated"]),
        (["SubmissionDate", "q"], ["instanceID", "KEY", "SubmitterID", "SubmitterName"]),
    ],
)
def test_every_generation_is_recognised_and_nothing_else_claims_it(before, after, tmp_path):
    path = write_csv(tmp_path / "e.csv", [[*before, *after], ["1"] * len([*before, *after])])
    sheet = read_sheet(path)
    assert platform_of(sheet, ExportSource(path, None)) is ODK
    others = [p for p in PLATFORMS.values() if p.name != "odk"]
    assert {p.signature(sheet).points for p in others} == {0}


# ----------------------------------------------------------------------------- what is refused


def test_the_table_of_a_repeated_group_is_refused(tmp_path):
    path = write_csv(
        tmp_path / "pets.csv", [["pet", "PARENT_KEY", "KEY"], ["Bo", "u", "u/pets[1]"]]
    )
    sheet, source = read_sheet(path), ExportSource(path, None)
    with pytest.raises(InputError, match="holds the answers of a repeated group"):
        platform_of(sheet, source).read(sheet, source)


def test_an_export_without_submissions_is_refused(tmp_path):
    with pytest.raises(InputError, match="has headings but no rows of answers"):
        read(tmp_path, [["SubmissionDate", "q", *AFTER]])


def test_a_definition_that_is_no_form_is_refused(tmp_path):
    wrong = write_form(tmp_path / "answers.xlsx", data=central())
    with pytest.raises(InputError, match=r"answers\.xlsx: is not an XLSForm"):
        read(tmp_path, central(), wrong)
