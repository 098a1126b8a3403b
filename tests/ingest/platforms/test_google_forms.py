"""Sheets of answers as Google Forms writes them."""

import pandas as pd
import pytest
import xlsxwriter

from pipeline.ingest import ExportSource
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms import PLATFORMS
from pipeline.ingest.platforms.google_forms import GOOGLE_FORMS, split_grid
from pipeline.ingest.read_file import read_sheet
from pipeline.problems import InputError
from tests.ingest.layouts import (
    INSTRUMENT,
    ITEMS,
    PEOPLE,
    SUMS,
    TICKS,
    limesurvey_rows,
    qualtrics_rows,
    redcap_rows,
    write_csv,
)

HEADINGS = ["Timestamp", "Age?", "Tools?", "How often? [Excel]", "How often? [R, the language]"]
ROWS = [
    ["2/13/2026 9:05:00", "30", "Excel, R", "Never", "Often"],
    ["2/14/2026 19:05:00", "", "", "", ""],
]


def raw_of(folder, rows, name="export.csv", **options):
    path = write_csv(folder / name, rows, **options)
    return GOOGLE_FORMS.read(read_sheet(path), ExportSource(path, None))


def points(folder, rows):
    return GOOGLE_FORMS.signature(read_sheet(write_csv(folder / "any.csv", rows))).points


def only(raw, heading):
    return next(column for column in raw.columns if column.heading == heading)


def form_rows(people=PEOPLE, language="en"):
    """The people of the other tests as a form of questions in words, with a grid for the sums."""
    statements = [_statement(item, language) for item in INSTRUMENT.items.values()]
    parts = INSTRUMENT.allocation_columns.values()
    prompts = [
        f"{asked.prompt.by_language[language]} [{p.title.by_language[language]}]"
        for asked, p in parts
    ]
    main, here = INSTRUMENT.person_questions
    texts = [question.text.by_language[language] for question in (main, here)]
    rows = [["Timestamp", "Where do you work?", *statements, *prompts, *texts]]
    options = [*INSTRUMENT.scales[0].response_scale.options, *INSTRUMENT.special_codes]
    boxes = [option.label.by_language[language] for option in here.options]
    for one in people:
        row = ["2026/02/13 9:05:00 AM GMT+1", one.site]
        row += [_label(one.answers[name], options, language) for name in ITEMS]
        row += [one.answers[name] for name in SUMS]
        row.append(
            _label(one.answers["bgmain"], [*main.options, *INSTRUMENT.special_codes], language)
        )
        row.append(", ".join(b for n, b in zip(TICKS, boxes, strict=True) if one.answers[n] == "1"))
        rows.append(row)
    return rows


def _statement(item, language):
    """A statement in words, with its code in front where another scale has the same words."""
    wording = item.text.by_language[language]
    repeated = [other for other in INSTRUMENT.items.values() if str(other.text) == str(item.text)]
    return wording if len(repeated) == 1 else f"{item.id}. {wording}"


def _label(answer, options, language):
    labels = {str(option.value): option.label.by_language[language] for option in options}
    return labels[answer] if answer else ""


# ------------------------------------------------------------------------------ the layouts


def test_a_form_is_found_and_split_into_record_and_questions(folder):
    raw = raw_of(folder, [HEADINGS, *ROWS])
    assert [column.heading for column in raw.questions] == HEADINGS[1:]
    assert raw.record["finished"].all()
    assert raw.record["response_id"].isna().all()
    assert raw.record["day"].tolist() == ["2026-02-13", "2026-02-14"]
    assert raw.layout == "one heading row, answers as text, rows of grids in brackets"
    assert raw.tick_separator == ","
    assert raw.notes == ()


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_every_delimiter_gives_the_same_cells(delimiter, folder):
    cells = raw_of(folder, [HEADINGS, *ROWS], delimiter=delimiter).cells
    assert cells.astype(str).to_numpy().tolist() == ROWS


def test_a_workbook_with_real_dates_is_read_like_text(folder):
    book = xlsxwriter.Workbook(folder / "book.xlsx")
    sheet = book.add_worksheet("Form Responses 1")
    sheet.write_row(0, 0, HEADINGS)
    for place, row in enumerate(ROWS, start=1):
        moment = pd.Timestamp(row[0]) + pd.Timedelta(milliseconds=123)
        stamp = book.add_format({"num_format": "m/d/yyyy h:mm:ss.000"})
        sheet.write_datetime(place, 0, moment.to_pydatetime(), stamp)
        sheet.write_row(place, 1, row[1:])
    book.close()
    path = folder / "book.xlsx"
    raw = GOOGLE_FORMS.read(read_sheet(path), ExportSource(path, None))
    assert raw.record["day"].tolist() == ["2026-02-13", "2026-02-14"]
    assert raw.cells[3].tolist() == ["Excel, R", ""]


def test_the_row_of_a_grid_is_a_part_of_its_question(folder):
    column = only(raw_of(folder, [HEADINGS, *ROWS]), "How often? [R, the language]")
    assert (column.code, column.subcode) == ("How often?", "R, the language")
    assert (column.question, column.part) == (("How often?",), ("R, the language",))


@pytest.mark.parametrize(
    ("heading", "split"),
    [
        ("A [b]", ("A", "b")),
        ("A\nsecond line [b]", ("A\nsecond line", "b")),
        ("A [b] [c]", ("A [b]", "c")),
        ("A [b [c]]", ("A", "b [c]")),
        ("A [b", ("A [b", None)),
        ("A b]", ("A b]", None)),
        ("[b]", ("[b]", None)),
        ("A []", ("A []", None)),
        ("A", ("A", None)),
        ("", ("", None)),
    ],
)
def test_a_heading_is_split_at_its_last_bracket(heading, split):
    assert split_grid(heading) == split


@pytest.mark.parametrize(
    "heading",
    [
        *("Marca temporal", "Horodateur", "Zeitstempel", "Tidsstämpel", "Carimbo de data/hora"),
        *("Informazioni cronologiche", "Tijdstempel", "Tidsstempel", "Aikaleima", "タイムスタンプ"),
        *("timestamp", "\ufeffTimestamp "),
    ],
)
def test_the_first_heading_is_known_in_many_languages(heading, folder):
    rows = [[heading, *HEADINGS[1:]], *ROWS]
    assert points(folder, rows) >= 5
    assert only(raw_of(folder, rows), heading.strip("\ufeff ")).is_record


def test_a_language_that_is_not_known_is_told_by_the_times_in_front(folder):
    worded = ["Stämpelur", "How old are you?", "Which tools?", *HEADINGS[3:]]
    assert points(folder, [worded, *ROWS]) >= 3
    assert only(raw_of(folder, [worded, *ROWS]), "Stämpelur").is_record


@pytest.mark.parametrize("first", ["Submission Date", "start", "Start Date"])
def test_times_in_front_under_the_name_of_another_platform_tell_nothing(first, folder):
    assert points(folder, [[first, "How old are you?", "Which tools?", *HEADINGS[3:]], *ROWS]) == 0


def test_times_in_front_of_codes_tell_nothing(folder):
    assert points(folder, [["when", "q1", "q2", "q3", "q4"], *ROWS]) == 0


@pytest.mark.parametrize("rows", [qualtrics_rows, limesurvey_rows, redcap_rows])
def test_files_of_other_platforms_give_no_points(rows, folder):
    assert points(folder, rows(PEOPLE)) == 0


def test_no_other_platform_claims_a_form(folder):
    path = write_csv(folder / "export.csv", [HEADINGS, *ROWS])
    sheet = read_sheet(path)
    others = [known for known in PLATFORMS.values() if known is not GOOGLE_FORMS]
    assert all(known.signature(sheet).points <= 1 for known in others)
    assert platform_of(sheet, ExportSource(path, None)) is GOOGLE_FORMS


# ------------------------------------------------------------------------ what Google notes


@pytest.mark.parametrize("heading", ["Email Address", "Username", "Adresse e-mail", "Whatever"])
def test_the_address_after_the_moment_is_personal(heading, folder):
    rows = [["Timestamp", heading, "Age?"], ["2/13/2026 9:05:00", "ada@example.org", "30"]]
    column = only(raw_of(folder, rows), heading)
    assert column.is_record and column.is_personal and column.code is None


def test_points_and_feedback_of_a_quiz_are_no_answers(folder):
    headings = ["Timestamp", "Email Address", "Score", "2 + 2?", "2 + 2? [Score]"]
    headings += ["2 + 2? [Feedback]", "Rate us [Score]"]
    row = ["2/13/2026 9:05:00", "ada@example.org", "4 / 5", "4", "1 / 1", "", "good"]
    raw = raw_of(folder, [headings, row])
    assert [column.heading for column in raw.questions] == ["2 + 2?", "Rate us [Score]"]


def test_a_question_about_a_score_further_on_is_a_question(folder):
    rows = [["Timestamp", "Age?", "Where?", "Score"], ["2/13/2026 9:05:00", "30", "here", "7"]]
    assert not only(raw_of(folder, rows), "Score").is_record


def test_an_index_in_front_is_part_of_the_record(folder):
    rows = [["Unnamed: 0", *HEADINGS], ["0", *ROWS[0]], ["1", *ROWS[1]]]
    raw = raw_of(folder, rows)
    assert points(folder, rows) >= 5
    assert [column.heading for column in raw.questions] == HEADINGS[1:]
    assert raw.record["day"].tolist() == ["2026-02-13", "2026-02-14"]


def test_dates_that_could_be_either_order_are_told(folder):
    raw = raw_of(folder, [HEADINGS, ["2/3/2026 9:05:00", *ROWS[0][1:]]])
    assert raw.record["day"].isna().all()
    assert "'Timestamp' could have the day or the month first" in raw.notes[0]


def test_a_form_without_its_first_column_is_read_when_the_platform_is_named(folder):
    raw = raw_of(folder, [HEADINGS[1:], *(row[1:] for row in ROWS)])
    assert len(raw.questions) == 4
    assert raw.notes == ("no column tells when a response came, so the days are missing",)


def test_an_empty_column_asks_nothing_and_a_filled_one_without_heading_is_kept(folder):
    rows = [["Timestamp", "Age?", "", ""], ["2/13/2026 9:05:00", "30", "", "moved"]]
    assert [column.position for column in raw_of(folder, rows).questions] == [2, 4]


def test_repeated_and_replaced_questions_are_all_kept(folder):
    rows = [["Timestamp", "Age?", "Age?", "How old are you?"], ["2/13/2026 9:05:00", "1", "2", "3"]]
    raw = raw_of(folder, rows)
    assert [column.heading for column in raw.questions] == rows[0][1:]
    assert raw.cells.iloc[0].tolist() == rows[1]


def test_headings_without_answers_are_refused(folder):
    with pytest.raises(InputError, match="export it again with responses"):
        raw_of(folder, [HEADINGS])


# --------------------------------------------------------------------- through to the answers


@pytest.mark.parametrize("language", ["en", "de"])
def test_answers_in_words_are_read_as_their_numbers(language, folder, ingest):
    path = write_csv(folder / "form.csv", form_rows(language=language))
    read = ingest(ExportSource(path, "Where do you work?"))
    told = read.responses.sort_values(["aaa101", "aaa102"])
    assert told["aaa106"].tolist() == [5] * 6
    assert told.loc[told["modnowoth"] == 10, "modnowind"].tolist() == [0]
    assert sorted(told["site"].unique()) == ["north", "south"]


def test_ticks_in_one_cell_are_split_by_the_known_labels(folder, ingest):
    path = write_csv(folder / "form.csv", form_rows())
    ticks = ingest(ExportSource(path, "Where do you work?")).responses.sort_values(
        ["aaa101", "aaa102"]
    )[TICKS]
    assert [1, 1, 0] in ticks.to_numpy().tolist()
    assert [0, 0, 1] in ticks.to_numpy().tolist()


def test_an_unknown_answer_is_refused_and_not_guessed(folder, refusal):
    rows = form_rows()
    rows[1][2] = "Agree somewhat"
    path = write_csv(folder / "form.csv", rows)
    assert "row 2, column 'aaa101. Statement 1'" in refusal(
        ExportSource(path, "Where do you work?")
    )


def test_a_question_asked_twice_is_refused_by_both_columns(folder, refusal):
    rows = form_rows()
    rows[0].append(rows[0][2])
    for row in rows[1:]:
        row.append("")
    path = write_csv(folder / "form.csv", rows)
    assert "Statement 1" in refusal(ExportSource(path, "Where do you work?"))
