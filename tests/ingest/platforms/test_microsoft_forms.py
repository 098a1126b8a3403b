"""Workbooks of answers as Microsoft Forms writes them."""

from datetime import datetime

import pytest
import xlsxwriter

from pipeline.ingest import ExportSource
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms import PLATFORMS
from pipeline.ingest.platforms.microsoft_forms import MICROSOFT_FORMS
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

FIVE = ["ID", "Start time", "Completion time", "Email", "Name"]
QUESTIONS = ["Your\u00a0age", "Which tools?", "Statement"]
AS_READ = ["Your age", "Which tools?", "Statement"]
"""The same headings with plain spaces."""
START, END = datetime(2026, 2, 13, 9, 0, 0), datetime(2026, 2, 13, 9, 5, 30)
ROWS = [
    [1, START, END, "anonymous", "", "30", "Excel;R;", "Agree"],
    [2, START, END, "anonymous", "", "", "", ""],
]


def write_book(folder, rows, name="form.xlsx"):
    """A workbook as the platform writes it, with a table named ``Table1``."""
    book = xlsxwriter.Workbook(folder / name)
    sheet = book.add_worksheet("Sheet1")
    stamp = book.add_format({"num_format": "m/d/yy h:mm:ss"})
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(place, column, cell, stamp)
            else:
                sheet.write(place, column, cell)
    book.close()
    return folder / name


def sheet_of(folder, headings, rows=ROWS):
    return read_sheet(write_book(folder, [headings, *rows]))


def raw_of(folder, headings, rows=ROWS):
    sheet = sheet_of(folder, headings, rows)
    return MICROSOFT_FORMS.read(sheet, ExportSource(folder / "form.xlsx", None))


def only(raw, heading):
    return next(column for column in raw.columns if column.heading == heading)


def headings_of(columns):
    return [column.heading for column in columns]


# ------------------------------------------------------------------------------ the layouts


def test_a_form_is_found_and_split_into_record_and_questions(folder):
    raw = raw_of(folder, [*FIVE, *QUESTIONS])
    assert headings_of(raw.questions) == AS_READ
    assert raw.record["response_id"].tolist() == ["1", "2"]
    assert raw.record["seconds"].tolist() == [330, 330]
    assert raw.record["day"].tolist() == ["2026-02-13"] * 2
    assert raw.record["finished"].all()
    assert raw.layout == "one heading row, answers as text"
    assert raw.tick_separator == ";"
    assert raw.notes == ()
    assert raw.cells[7].tolist() == ["Excel;R;", ""]


def test_names_and_addresses_are_personal(folder):
    raw = raw_of(folder, [*FIVE, *QUESTIONS])
    assert headings_of(c for c in raw.columns if c.is_personal) == ["Email", "Name"]
    assert headings_of(c for c in raw.columns if c.is_record) == FIVE


@pytest.mark.parametrize(
    "five",
    [
        ["Id", "Start time", "Completion time", "Email", "Name"],
        ["ID", "Hora de inicio", "Hora de finalización", "Correo electrónico", "Nombre"],
        ["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name"],
        ["ID", "Begintijd", "Tijd van voltooien", "E-mail", "Naam"],
        ["ID", "Hora de início", "Hora de conclusão", "Email", "Nome"],
        ["ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom"],
        ["ID", "Starttid", "Slutförandetid", "E-post", "Namn"],
    ],
)
def test_the_headings_are_known_in_many_languages(five, folder):
    sheet = sheet_of(folder, [*five, *QUESTIONS])
    assert MICROSOFT_FORMS.signature(sheet).points == 5
    raw = raw_of(folder, [*five, *QUESTIONS])
    assert headings_of(raw.questions) == AS_READ
    assert headings_of(c for c in raw.columns if c.is_personal) == five[3:]


@pytest.mark.parametrize("address", ["anonym", "ada@example.org"])
def test_a_language_that_is_not_known_is_told_by_what_stands_in_front(address, folder):
    five = ["Nr", "Byrjun", "Lok", "Netfang", "Nafn"]
    rows = [[*row[:3], address, *row[4:]] for row in ROWS]
    assert MICROSOFT_FORMS.signature(sheet_of(folder, [*five, *QUESTIONS], rows)).points == 5
    assert headings_of(raw_of(folder, [*five, *QUESTIONS], rows).questions) == AS_READ


def test_a_number_two_moments_and_a_mark_are_not_enough(folder):
    rows = [[*row[:3], "7", *row[4:]] for row in ROWS]
    assert MICROSOFT_FORMS.signature(sheet_of(folder, [*"abcdefgh"], rows)).points == 0


def test_later_columns_of_the_form_itself_are_part_of_the_record(folder):
    more = ["Last modified time", "Language"]
    rows = [[*row[:5], "", "Sv-SE", *row[5:]] for row in ROWS]
    raw = raw_of(folder, [*FIVE, *more, *QUESTIONS], rows)
    assert headings_of(raw.questions) == AS_READ
    assert raw.record["language"].tolist() == ["sv-se"] * 2


def test_what_comes_after_the_first_question_is_a_question(folder):
    raw = raw_of(folder, [*FIVE, "Your age", "Language", "Name"])
    assert headings_of(raw.questions) == ["Your age", "Language", "Name"]
    assert raw.record["language"].isna().all()


@pytest.mark.parametrize(
    ("totals", "points", "feedback"),
    [
        (["Total points", "Quiz feedback"], "Points - {}", "Feedback - {}"),
        (["Total points", "Quiz feedback", "Grade posted time"], "Points - {}", "Feedback - {}"),
        (["Total de puntos", "Comentarios del cuestionario"], "Puntos: {}", "Comentarios: {}"),
    ],
)
def test_the_points_of_a_quiz_are_no_answers(totals, points, feedback, folder):
    graded = [points.format("2 + 2?"), feedback.format("2 + 2?")]
    rows = [[1, START, END, "anonymous", "", *("1" for _ in totals), "4", "1", "", "x"]]
    raw = raw_of(folder, [*FIVE, *totals, "2 + 2?", *graded, "Points - of view"], rows)
    assert headings_of(raw.questions) == ["2 + 2?", "Points - of view"]


def test_the_points_of_a_repeated_heading_are_told_by_the_first(folder):
    headings = [*FIVE, "Total points", "Quiz feedback", "Name2", "Points - Name", "Feedback - Name"]
    rows = [[1, START, END, "anonymous", "", "1", "", "Ada", "1", ""]]
    raw = raw_of(folder, headings, rows)
    assert headings_of(raw.questions) == ["Name2"]
    assert raw.layout == "one heading row, answers as text, with the points of a quiz"


def test_an_empty_column_asks_nothing(folder):
    rows = [[*row, ""] for row in ROWS]
    assert headings_of(raw_of(folder, [*FIVE, *QUESTIONS, ""], rows).questions) == AS_READ


def test_a_repeated_heading_also_has_the_wording_that_it_repeats(folder):
    headings = [*FIVE, "Question 1", "Question 12", "Year 2025"]
    raw = raw_of(folder, headings)
    assert only(raw, "Question 12").question == ("Question 12", "Question 1")
    assert only(raw, "Year 2025").question == ("Year 2025",)


def test_a_repeated_heading_with_a_space_that_does_not_break_is_known(folder):
    raw = raw_of(folder, [*FIVE, "Agree\u00a0", "Agree\u00a02", "Last"])
    assert raw.columns[6].question == ("Agree 2", "Agree")


def test_columns_that_somebody_took_out_are_not_missed(folder):
    rows = [[*row[1:3], *row[5:]] for row in ROWS]
    raw = raw_of(folder, [*FIVE[1:3], *QUESTIONS], rows)
    assert headings_of(raw.questions) == AS_READ
    assert raw.record["response_id"].isna().all()
    without_times = [[row[0], *row[3:]] for row in ROWS]
    raw = raw_of(folder, ["ID", "Email", "Name", *QUESTIONS], without_times)
    assert headings_of(raw.questions) == AS_READ
    assert raw.notes == ("no column tells when a response was completed, so the days are missing",)


def test_a_text_file_saved_from_the_workbook_is_read(folder):
    rows = [[*FIVE, *QUESTIONS]]
    rows += [["1", "2/13/26 9:00:00", "2/13/26 9:05:30", *map(str, ROWS[0][3:])]]
    path = write_csv(folder / "form.csv", rows)
    raw = MICROSOFT_FORMS.read(read_sheet(path), ExportSource(path, None))
    assert raw.record["seconds"].tolist() == [330]
    assert raw.record["day"].tolist() == ["2026-02-13"]


def test_dates_that_could_be_either_order_are_told(folder):
    rows = [[*FIVE, *QUESTIONS]]
    rows += [["1", "2/3/26 9:00:00", "2/3/26 9:05:30", *map(str, ROWS[0][3:])]]
    path = write_csv(folder / "form.csv", rows)
    raw = MICROSOFT_FORMS.read(read_sheet(path), ExportSource(path, None))
    assert raw.record[["day", "seconds"]].isna().all(axis=None)
    assert "'Completion time' could have the day or the month first" in raw.notes[0]


def test_a_completion_before_the_start_has_no_time_taken(folder):
    raw = raw_of(folder, [*FIVE, *QUESTIONS], [[1, END, START, *ROWS[0][3:]]])
    assert raw.record["seconds"].isna().all()


@pytest.mark.parametrize("rows", [qualtrics_rows, limesurvey_rows, redcap_rows])
def test_files_of_other_platforms_give_no_points(rows, folder):
    sheet = read_sheet(write_csv(folder / "any.csv", rows(PEOPLE)))
    assert MICROSOFT_FORMS.signature(sheet).points == 0


def test_no_other_platform_claims_a_form(folder):
    sheet = sheet_of(folder, [*FIVE, *QUESTIONS])
    others = [known for known in PLATFORMS.values() if known is not MICROSOFT_FORMS]
    assert all(known.signature(sheet).points <= 1 for known in others)
    assert platform_of(sheet, ExportSource(folder / "form.xlsx", None)) is MICROSOFT_FORMS


def test_a_form_without_responses_is_refused(folder):
    with pytest.raises(InputError, match="export it again with responses"):
        raw_of(folder, [*FIVE, *QUESTIONS], [])


# --------------------------------------------------------------------- through to the answers


def form_rows(people=PEOPLE):
    """The people of the other tests; each row of a grid is a column with its statement only."""
    statements = [_statement(item, "en") for item in INSTRUMENT.items.values()]
    prompts = [
        f"{asked.prompt.by_language['en']} {part.title.by_language['en']}"
        for asked, part in INSTRUMENT.allocation_columns.values()
    ]
    main, here = INSTRUMENT.person_questions
    texts = [question.text.by_language["en"] for question in (main, here)]
    rows = [[*FIVE, "Where?", *statements, *prompts, *texts]]
    options = [*INSTRUMENT.scales[0].response_scale.options, *INSTRUMENT.special_codes]
    for number, one in enumerate(people, start=1):
        row = [number, START, END, "anonymous", "", one.site]
        row += [_label(one.answers[name], options) for name in ITEMS]
        row += [one.answers[name] for name in SUMS]
        row.append(_label(one.answers["bgmain"], [*main.options, *INSTRUMENT.special_codes]))
        boxes = zip(TICKS, here.options, strict=True)
        row.append("".join(f"{o.label.by_language['en']};" for n, o in boxes if one.answers[n]))
        rows.append(row)
    return rows


def _statement(item, language):
    """A statement in words, with its code in front where another scale has the same words."""
    wording = item.text.by_language[language]
    repeated = [other for other in INSTRUMENT.items.values() if str(other.text) == str(item.text)]
    return wording if len(repeated) == 1 else f"{item.id}. {wording}"


def _label(answer, options):
    return {str(option.value): option.label.by_language["en"] for option in options}.get(answer, "")


def test_answers_in_words_are_read_as_their_numbers(folder, ingest):
    read = ingest(ExportSource(write_book(folder, form_rows()), "Where?")).responses
    told = read.sort_values(["aaa101", "aaa102"])
    assert told["aaa106"].tolist() == [5] * 6
    assert told["bgmain"].fillna(0).tolist() == [1, 3, 0, 4, 2, 0]
    assert set(told["seconds"]) == {330}
    assert [1, 1, 0] in told[TICKS].to_numpy().tolist()


def test_two_columns_of_one_wording_are_refused_and_not_guessed(folder, refusal):
    rows = form_rows()
    rows[0][7] = rows[0][6] + "2"
    told = refusal(ExportSource(write_book(folder, rows), "Where?"))
    assert rows[0][6] in told
