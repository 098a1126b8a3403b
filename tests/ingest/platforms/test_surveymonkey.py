"""SurveyMonkey: its layouts, and what each says about questions and responses."""

import csv

import pandas as pd
import pyreadstat
import pytest
import xlsxwriter

from pipeline.ingest import ExportSource, ScreeningRules, ingest_exports
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms.surveymonkey import SURVEYMONKEY
from pipeline.ingest.read_file import read_sheet
from pipeline.problems import InputError
from tests.ingest.layouts import INSTRUMENT, ITEMS, LABELS, PEOPLE

USUAL = [
    *("Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address"),
    *("First Name", "Last Name", "Custom Data 1"),
]
TITLES = [
    *("Do you take part?", "", "Which? Tick all, please", "", "", "Rank these", ""),
    *("How are they?", "", "Anything else?"),
]
PARTS = [
    *("Response", "Other (please specify)", "Meetings", "Plans, and reports", "None"),
    *("Meetings", "Plans", "Leaders", "Members", "Open-Ended Response"),
]
ANSWERS = [
    ["Yes", "", "Meetings", "Plans, and reports", "", "1", "2", "Very good", "N/A", "words"],
    ["Other (please specify)", "mine", "", "", "None", "2", "1", "Poor", "Poor", ""],
]


def record(number, start="07/31/2023 04:21:36 PM", end="07/31/2023 04:25:36 PM"):
    return [f"1189123456{number}", "440011", start, end, "192.0.2.7", "a@example.org", "A", "B", ""]


def usual_rows(answers=ANSWERS, titles=TITLES, parts=PARTS):
    rows = [[*USUAL, *titles], [*[""] * len(USUAL), *parts]]
    return rows + [[*record(place), *cells] for place, cells in enumerate(answers)]


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(rows, name="export.csv", delimiter=",", encoding="utf-8"):
        path = tmp_path / name
        with path.open("w", newline="", encoding=encoding) as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)
        return path.relative_to(tmp_path)

    return write


@pytest.fixture
def export(write):
    """The export that is read from some rows; it must be known as one of SurveyMonkey."""

    def read(rows, **options):
        return read_file(write(rows, **options))

    return read


def read_file(path):
    source, sheet = ExportSource(path, None), read_sheet(path)
    assert platform_of(sheet, source) is SURVEYMONKEY
    return SURVEYMONKEY.read(sheet, source)


def refusal_of(path):
    with pytest.raises(InputError) as caught:
        SURVEYMONKEY.read(read_sheet(path), ExportSource(path, None))
    return str(caught.value)


def told(raw):
    """Question and part of each column that is asked."""
    return [(*column.question, *column.part) for column in raw.questions]


def test_a_question_goes_on_over_blank_cells_of_the_first_row(export):
    raw = export(usual_rows())
    assert told(raw) == [
        ("Do you take part?",),
        ("Do you take part?", "Other (please specify)"),
        ("Which? Tick all, please", "Meetings"),
        ("Which? Tick all, please", "Plans, and reports"),
        ("Which? Tick all, please", "None"),
        ("Rank these", "Meetings"),
        ("Rank these", "Plans"),
        ("How are they?", "Leaders"),
        ("How are they?", "Members"),
        ("Anything else?",),
    ]
    assert raw.layout == "two rows of headings, answers as text"


def test_no_row_or_cell_is_lost(export):
    raw = export(usual_rows())
    assert raw.cells.index.tolist() == [3, 4]
    assert raw.cells.iloc[1, 9:].tolist() == ANSWERS[1]


def test_what_describes_a_response_is_no_question(export):
    raw = export(usual_rows())
    records = [column for column in raw.columns if column.is_record]
    assert [column.heading for column in records] == USUAL
    assert [column.heading for column in records if column.is_personal] == USUAL[4:]
    assert raw.record["response_id"].tolist() == ["11891234560", "11891234561"]
    assert raw.record["day"].tolist() == ["2023-07-31"] * 2
    assert raw.record["seconds"].tolist() == [240.0] * 2
    assert raw.record["finished"].isna().all()


def test_added_words_are_personal_and_no_answer(export):
    columns = export(usual_rows()).columns
    assert columns[10].heading == "Do you take part? [Other (please specify)]"
    assert columns[10].is_personal and columns[10].code is None
    assert columns[18].is_personal and columns[18].code is not None


def test_ticks_hold_their_choice(export):
    columns = export(usual_rows()).columns
    assert columns[11].labels == {"Meetings": ("Meetings", "Yes")}
    assert columns[15].labels == {}


def test_ticks_may_hold_the_number_of_their_choice(export):
    answers = [
        ["1", "", "1", "2", "", "2", "1", "4", "1", ""],
        ["2", "x", "", "2", "3", *"1234", ""],
    ]
    raw = export(usual_rows(answers))
    assert [column.labels for column in raw.columns[11:14]] == [
        {"1": ("Yes",)},
        {"2": ("Yes",)},
        {"3": ("Yes",)},
    ]
    assert raw.columns[14].labels == raw.columns[16].labels == {}
    assert raw.layout == "two rows of headings, answers as numbers"


@pytest.mark.parametrize("metadata", [USUAL[:1], ["RespondentID"], USUAL[:4], USUAL[1:4]])
def test_columns_of_metadata_may_be_absent(metadata, export):
    places = [[name.replace(" ", "") for name in USUAL].index(m.replace(" ", "")) for m in metadata]
    rows = [[row[place] for place in places] + row[9:] for row in usual_rows()]
    rows[0][: len(metadata)] = metadata
    raw = export(rows)
    assert len(raw.questions) == len(TITLES)
    assert raw.record["response_id"].notna().all() == ("Resp" in metadata[0])


def test_older_headings_are_known(export):
    old = [
        *("RespondentID", "CollectorID", "StartDate", "EndDate", "IP Address", "Email Address"),
        *("First Name", "LastName", "Custom Data"),
    ]
    rows = usual_rows()
    rows[0][:9] = old
    raw = export(rows)
    assert [column.heading for column in raw.columns if column.is_record] == old
    assert raw.record["response_id"].notna().all()


def test_an_export_without_metadata_is_known_by_its_second_row(export):
    raw = export([row[9:] for row in usual_rows()])
    assert told(raw)[-1] == ("Anything else?",)
    assert raw.record["response_id"].isna().all()


def test_a_column_of_row_numbers_in_front_is_no_question(export):
    rows = [[str(place), *row] for place, row in enumerate(usual_rows(), start=-1)]
    rows[0][0] = ""
    raw = export(rows)
    assert len(raw.questions) == len(TITLES)
    assert raw.record["response_id"].tolist() == ["11891234560", "11891234561"]


@pytest.mark.parametrize(("name", "first"), [("Unnamed: {}", 0), ("...{}", 1)])
def test_blank_headings_that_a_program_named_are_blank(name, first, export):
    rows = usual_rows()
    rows[0] = [cell or name.format(place) for place, cell in enumerate(rows[0], start=first)]
    raw = export(rows)
    assert told(raw) == told(export(usual_rows()))
    assert raw.columns[:9] == export(usual_rows()).columns[:9]


@pytest.mark.parametrize(
    ("names", "word", "moment"),
    [
        (
            ["Befragten-ID", "Collector-ID", "Beginn", "Ende", "IP"],
            "Antwort",
            "31.07.2023 16:2{}:36",
        ),
        (["ID", "Collecteur", "Début", "Fin", "IP"], "Réponse", "31/07/2023 16:2{}:36"),
    ],
)
def test_other_languages_are_known_by_where_the_second_row_starts(names, word, moment, export):
    rows = [
        [*names, "Eins?", "Zwei?", "", "Matrix", ""],
        [*[""] * 5, word, word, "…", "Zeile 1", "Zeile 2"],
        *(
            [f"1189123456{n}", "44", moment.format(1), moment.format(5), "192.0.2.7", *"abxyz"]
            for n in range(3)
        ),
    ]
    raw = export(rows)
    assert told(raw) == [
        ("Eins?",),
        ("Zwei?",),
        ("Zwei?", "…"),
        ("Matrix", "Zeile 1"),
        ("Matrix", "Zeile 2"),
    ]
    assert raw.record["seconds"].tolist() == [240.0] * 3
    assert raw.record["response_id"].is_unique
    assert raw.columns[4].is_personal


def test_the_same_question_twice_is_two_questions(export):
    titles = ["Why?", "Why?", ""]
    raw = export(usual_rows([["a", "b", "c"]], titles, ["Open-Ended Response"] * 3))
    assert told(raw) == [("Why?",), ("Why?",), ()]
    assert [column.code for column in raw.questions] == ["Q1", "Q2", "Q3"]


def test_a_matrix_with_menus_keeps_row_and_column_together(export):
    parts = ["Now - Who", "Now - How", "Then - Who"]
    raw = export(usual_rows([["A", "B", "A"]], ["Grid", "", ""], parts))
    assert told(raw) == [("Grid", part) for part in parts]


def test_codes_in_front_of_wordings_are_names(export):
    titles = ["aaa101. Do they ask?", "[grid] Say", ""]
    raw = export(usual_rows([["1", "2", "3"]], titles, ["Response", "aaa102: Yes", "bbb101 No"]))
    names = [(column.code, column.subcode) for column in raw.questions]
    assert names[0] == ("aaa101", None)
    assert [subcode for _, subcode in names[1:]] == ["aaa102", "bbb101"]


def test_markup_and_line_breaks_stay_in_headings(export):
    raw = export(usual_rows([["1"]], ["<b>Why</b>,<br>\nand how?"], ["Response"]))
    assert told(raw) == [("<b>Why</b>,<br>\nand how?",)]


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("cp1252", ","), ("utf-8-sig", ";"), ("utf-16", "\t")]
)
def test_encodings_and_separators_are_found(encoding, delimiter, export):
    titles = ["Où êtes-vous, d\u2019habitude?", *TITLES[1:]]
    raw = export(usual_rows(titles=titles), encoding=encoding, delimiter=delimiter)
    assert told(raw)[0] == (titles[0],)


def test_a_workbook_is_read_like_a_text(write, export, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "export.xlsx") as book:
        page = book.add_worksheet()
        for place, row in enumerate(usual_rows()):
            page.write_row(place, 0, row)
    workbook = read_file(write([], "other.csv").with_name("export.xlsx"))
    assert workbook.columns == export(usual_rows()).columns
    assert workbook.record["day"].tolist() == ["2023-07-31"] * 2


@pytest.mark.parametrize(
    ("start", "end", "day", "seconds", "notes"),
    [
        ("5/13/18 4:01", "5/13/18 4:06", "2018-05-13", None, ["the times have no seconds"]),
        ("2023-07-01 10:00:00", "2023-07-01 10:01:00", "2023-07-01", 60.0, []),
        ("07/31/2023 10:00:00 AM", "07/31/2023 09:00:00 AM", "2023-07-31", None, []),
        ("05/06/2023 10:00:00", "05/06/2023 10:05:00", None, None, ["nothing in the dates"]),
    ],
)
def test_dates_are_read_by_the_whole_column(start, end, day, seconds, notes, export):
    rows = [*usual_rows()[:2], [*record(1, start, end), *ANSWERS[0]]]
    raw = export(rows)
    assert raw.record["day"].astype(object).where(raw.record["day"].notna(), None).tolist() == [day]
    assert (None if raw.record["seconds"].isna()[3] else raw.record["seconds"][3]) == seconds
    assert [note[: len(start)] for note, start in zip(raw.notes, notes, strict=True)] == notes


ONE_ROW = [
    *("RespondentID", "Do you?", "Main dish?", "Main dish? - Other (please specify)"),
    *("Sides? All that apply. - Corn", "Sides? All that apply. - Fruit - fresh"),
    *("Sides? All that apply. - Other (please specify)",) * 2,
    *("City - or town?", "Region"),
]


def test_one_row_of_headings_joins_question_and_choice(export):
    answers = [
        ["4337954960", "Yes", "Soup", "", "Corn", "", "", "", "City", "x"],
        [
            "4337954961",
            "No",
            "Other",
            "Goose",
            "",
            "Fruit - fresh",
            ONE_ROW[6][25:],
            "beans",
            "",
            "",
        ],
    ]
    raw = export([ONE_ROW, *answers])
    assert raw.layout == "one row of headings, answers as text"
    assert told(raw)[1:7] == [
        ("Main dish?",),
        ("Main dish?", "Other (please specify)"),
        ("Sides? All that apply.", "Corn"),
        ("Sides? All that apply.", "Fruit - fresh"),
        ("Sides? All that apply.", "Other (please specify)"),
        ("Sides? All that apply.", "Other (please specify)"),
    ]
    assert told(raw)[7] == ("City - or town?",)
    assert [c.position for c in raw.columns if c.is_personal] == [4, 8]
    assert raw.cells.index.tolist() == [2, 3]


def statistics_rows():
    return [
        ["", "StartDate", "EndDate", "q0001", "q0002_0001", "q0002_0002", "q0002_other", "weight"],
        ["1", "5/13/18 4:01", "5/13/18 4:06", "Very", "Not selected", "Plans", "", "1.2"],
        ["2", "5/10/18 4:01", "5/10/18 4:06", "No answer", "NA", "NA", "NA", "0.8"],
    ]


def test_names_of_the_statistics_export_are_codes(export):
    raw = export(statistics_rows())
    assert [(column.code, column.subcode) for column in raw.questions] == [
        ("q0001", None),
        ("q0002", "0001"),
        ("q0002", "0002"),
        (None, None),
        ("weight", None),
    ]
    assert raw.columns[4].other_names == ("q2_1",)
    assert raw.layout == "names of a statistics export, answers as text"


def test_not_selected_is_no_tick_and_a_blank_was_not_asked(export):
    raw = export(statistics_rows())
    assert raw.columns[4].labels == {"Not selected": ("No",)}
    assert raw.columns[5].labels == {"Plans": ("Plans", "Yes")}
    assert raw.blank_texts == {"NA"}
    assert raw.seen_texts == {"No answer"}


def test_a_statistics_file_tells_wordings_and_labels(write, tmp_path):
    frame = pd.DataFrame(
        {
            "RespondentID": [1.1891234567e10, 1.1891234568e10],
            **{"q0001": [1.0, 2.0], "q0002_0001": [0.0, 1.0], "q0002_0002": [1.0, None]},
        }
    )
    box = {0.0: "Not selected", 1.0: "Meetings"}
    labels = ["", "Do you take part?", "Which? - Meetings", "Which? - Plans"]
    values = {"q0001": {1.0: "Yes", 2.0: "No"}, "q0002_0001": box, "q0002_0002": box}
    write([], "unused.csv")
    pyreadstat.write_sav(
        frame, str(tmp_path / "e.sav"), column_labels=labels, variable_value_labels=values
    )
    raw = read_file(write([], "unused.csv").with_name("e.sav"))
    assert told(raw) == [("Do you take part?",), ("Which?", "Meetings"), ("Which?", "Plans")]
    assert raw.columns[1].labels == {"1": ("Yes",), "2": ("No",)}
    assert raw.columns[2].labels == {"0": ("No",), "1": ("Meetings", "Yes")}
    assert raw.record["response_id"].tolist() == ["11891234567", "11891234568"]


def test_a_choice_in_every_column_and_never_two_is_noted(export):
    titles, parts = ["Agree?", "", ""], ["Yes", "No", "Maybe"]
    rows = usual_rows([["Yes", "", ""], ["", "No", ""]], titles, parts)
    assert "columns 10 to 11 hold one choice each" in export(rows).notes[0]
    rows = usual_rows([["Yes", "No", ""], ["", "No", ""]], titles, parts)
    assert export(rows).notes == ()


def test_an_empty_column_at_the_end_is_no_question(export):
    raw = export([[*row, ""] for row in usual_rows()])
    assert len(raw.questions) == len(TITLES)


def test_an_empty_column_between_two_questions_parts_them(export):
    titles, parts = ["Why?", "", "How?"], ["Response", "", "Response"]
    raw = export(usual_rows([["a", "", "b"]], titles, parts))
    assert [column.code for column in raw.questions] == ["Q1", "Q2"]


def test_a_second_row_that_was_taken_out_is_refused(write):
    rows = usual_rows()
    assert "column 11 has no heading, as if the second row of headings was taken out" in refusal_of(
        write([rows[0], *rows[2:]])
    )


def test_rounded_ids_are_refused(write):
    rows = usual_rows()
    rows[3][0] = "1.18912E+10"
    text = refusal_of(write(rows))
    assert "export.csv, row 4, column 'Respondent ID': a spreadsheet rounded the ids" in text


def test_a_summary_is_refused(write):
    rows = [["Answer Choices", "Responses", ""], ["Yes", "50.00%", "12"], ["No", "50.00%", "12"]]
    assert "is a summary of the answers; export all individual responses" in refusal_of(write(rows))


def test_headings_without_responses_are_refused(write):
    assert "has headings but no rows of answers" in refusal_of(write(usual_rows([])))


def test_answers_to_a_questionnaire_are_found_by_code_and_by_wording(write):
    """The whole way: statements by the code in front, ticks and sums by their wordings."""
    statements = [f"{item}. {INSTRUMENT.items[item].text}" for item in ITEMS]
    titles = ["Please answer", *[""] * (len(ITEMS) - 1), "Share out ten.", "", "", "Who are you?"]
    titles += ["What do you do?", "", ""]
    parts = [
        *statements,
        "One",
        "Few",
        "Other",
        "Response",
        "Meetings",
        "Planning",
        "None of these",
    ]
    main = {"1": "I use the service", "2": "Carer, family", "3": "Professional", "4": "Other"}
    rows = []
    for one in PEOPLE:
        given = [one.answers[name] for name in INSTRUMENT.answer_columns]
        items = [LABELS[int(value)] if value else "" for value in given[: len(ITEMS)]]
        ticks = [part if value else "" for value, part in zip(given[-3:], parts[-3:], strict=True)]
        who = main.get(given[-4], "Don't know" if given[-4] else "")
        rows.append([*items, *given[len(ITEMS) : len(ITEMS) + 3], who, *ticks])
    path = write(usual_rows(rows, titles, parts))
    source = ExportSource(path, "Collector ID")
    read = ingest_exports([source], INSTRUMENT, None, "spring", ScreeningRules())
    responses = read.responses.sort_values(["aaa101", "aaa102"])
    assert len(responses) == len(PEOPLE)
    assert set(responses["site"].astype(str)) == {"440011"}
    assert responses["aaa106"].tolist() == [5] * 6
    assert responses["modnowoth"].iloc[3] == 10
    assert responses[["fnhere_1", "fnhere_2", "fnhere_3"]].iloc[4].tolist() == [1, 1, 0]
    assert responses["bgmain"].iloc[:2].tolist() == [1, 3]
