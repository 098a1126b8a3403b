"""Jisc Online Surveys: answers in words, coded answers with their key, and statistics files."""

import csv

import pandas as pd
import pyreadstat
import pytest

from pipeline.ingest import ExportSource, ScreeningRules, ingest_exports
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms import PLATFORMS
from pipeline.ingest.platforms.jisc import JISC
from pipeline.ingest.platforms.jisc_key import read_key
from pipeline.ingest.read_file import read_sheet
from pipeline.problems import InputError
from tests.ingest.layouts import INSTRUMENT, ITEMS, LABELS, PEOPLE

NUMBER = "356806-356797-3388279{}"
IN_WORDS = [
    *("1. You agree", "2. Best of them", "2.a. If you selected Other, please specify:"),
    *("3. All that apply", "4. Rank these", "4.1. Red", "4.2. Green"),
    *("5. How likely, in 2024?", "5.1.a. To walk", "5.2.a. To run"),
]
WORDS = [
    ["I agree", "Cats", "", "Dogs,Cats", "", "Best", "Second", "", "Likely", "Unlikely"],
    ["I agree", "Other", "A newt", "Cats", "", "Second", "Best", "", "Unlikely", "Likely"],
]
CODED = ["Q1", "Q2", "Q2_a", "Q3_1", "Q3_2", "Q4", "Q4_1", "Q4_2", "Q5", "Q5_1_a", "Q5_2_a"]
CODES = [
    ["1", "2", "", "1", "1", "", "1", "2", "", "1", "2"],
    ["1", "3", "A newt", "0", "1", "", "2", "1", "", "2", "1"],
]
KEY = [
    *(["URN", "Unique Response Number"], ["Q1", "You agree"], ["1", "I agree"]),
    *(["Q2", "Best of them"], ["1", "Dogs"], ["2", "Cats"], ["3", "Other"]),
    *(["Q2_a", "If you selected Other, please specify:"], ["Q3", "All that apply"]),
    *(["1", "Dogs"], ["2", "Cats"], ["Q4", "Rank these"], ["Q4_1", "Red"], ["1", "Best"]),
    *(["2", "Second"], ["Q4_2", "Green"], ["1", "Best"], ["2", "Second"], ["Q5", "How likely?"]),
    *(["Q5_1_a", "To walk"], ["1", "Likely"], ["2", "Unlikely"]),
    *(["Q5_2_a", "To run"], ["1", "Likely"], ["2", "Unlikely"]),
]


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(rows, name="export.csv", delimiter=","):
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)
        return path.relative_to(tmp_path)

    return write


def read_file(path, key=None):
    source, sheet = ExportSource(path, None, definition=key), read_sheet(path)
    assert platform_of(sheet, source) is JISC
    return JISC.read(sheet, source)


def with_numbers(headings, rows, name="Unique Response Number"):
    return [[name, *headings], *([NUMBER.format(n), *row] for n, row in enumerate(rows))]


def told(raw):
    return [(*column.question, *column.part) for column in raw.questions]


EXPECTED = [
    *(("You agree",), ("Best of them",), ("If you selected Other, please specify:",)),
    *(("All that apply",), ("Rank these",), ("Rank these", "Red"), ("Rank these", "Green")),
    *(("How likely, in 2024?",), ("How likely, in 2024?", "To walk")),
    ("How likely, in 2024?", "To run"),
]


def test_rows_of_a_grid_stand_in_the_question_that_has_no_answers(write):
    raw = read_file(write([IN_WORDS, *WORDS]))
    assert told(raw) == EXPECTED
    assert raw.layout == "numbered questions, answers as text"
    assert raw.cells.to_numpy().tolist() == WORDS


def test_the_number_of_a_question_is_its_name(write):
    columns = read_file(write([IN_WORDS, *WORDS])).columns
    assert (columns[3].code, columns[3].subcode) == ("Q3", None)
    assert (columns[8].code, columns[8].subcode) == ("Q5", "1_a")
    assert columns[8].other_names == ("Q5_1_a", "5.1.a")
    assert columns[7].code is None


def test_added_words_are_personal(write):
    columns = read_file(write([IN_WORDS, *WORDS])).columns
    assert [column.position for column in columns if column.is_personal] == [3]


def test_ticks_may_stand_in_one_cell(write):
    assert read_file(write([IN_WORDS, *WORDS])).tick_separator == ","
    assert read_file(write(with_numbers(CODED, CODES))).tick_separator is None


@pytest.mark.parametrize("name", ["Unique Response Number", "Unique response number", "URN"])
def test_the_response_number_is_the_id(name, write):
    raw = read_file(write(with_numbers(IN_WORDS, WORDS, name)))
    assert raw.record["response_id"].tolist() == [NUMBER.format(0), NUMBER.format(1)]
    assert [column.heading for column in raw.columns if column.is_record] == [name]
    assert told(raw) == EXPECTED


def test_free_texts_may_be_left_out_of_the_export(write):
    kept = [row[2:] for row in with_numbers(IN_WORDS, WORDS)]
    numbers = [row[:1] for row in with_numbers(IN_WORDS, WORDS)]
    raw = read_file(write([first + row for first, row in zip(numbers, kept, strict=True)]))
    assert told(raw) == EXPECTED[1:]


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_coded_answers_are_known_by_their_names(delimiter, write):
    raw = read_file(write(with_numbers(CODED, CODES, "URN"), delimiter=delimiter))
    assert raw.layout == "coded answers"
    assert len(raw.questions) == len(CODED)
    assert (raw.columns[4].code, raw.columns[4].subcode) == ("Q3", "1")
    assert raw.record["finished"].isna().all()


def test_coded_answers_without_response_numbers_are_known_by_their_grids(write):
    assert len(read_file(write([CODED, *CODES])).questions) == len(CODED)


def test_plain_names_alone_are_no_sign_of_it(write):
    sheet = read_sheet(write([["Q1", "Q2", "Q3"], ["1", "2", "3"]]))
    assert JISC.signature(sheet).points <= 1


def test_numbered_questions_of_other_platforms_are_not_taken(write):
    headings = ["Timestamp", "1. One?", "2. Two?", "3. Three?"]
    sheet = read_sheet(write([headings, ["13/12/2019 12:02:32", "a", "b", "c"]]))
    assert JISC.signature(sheet).points == 0


def test_dates_and_lists_of_respondents_describe_the_response(write):
    headings = ["Unique Response Number", "Submitted", "Username", "x1", *IN_WORDS]
    rows = [["a", "20/04/2018", "ada", "North", *WORDS[0]], ["b", "9/4/2018", "", "", *WORDS[1]]]
    raw = read_file(write([headings, *rows]))
    assert [column.position for column in raw.columns if column.is_record] == [1, 2, 3, 4]
    assert [column.position for column in raw.columns if column.is_personal] == [3, 4, 7]
    assert raw.record["day"].tolist() == ["2018-04-20", "2018-04-09"]


def test_a_column_that_was_renamed_is_still_a_question(write):
    rows = with_numbers([*IN_WORDS, "Site"], [[*row, "North"] for row in WORDS])
    last = read_file(write(rows)).columns[-1]
    assert (last.code, last.is_record) == ("Site", False)


def test_ambiguous_dates_are_said(write):
    rows = [["Unique Response Number", "Sent", *IN_WORDS], ["a", "05/04/2018", *WORDS[0]]]
    raw = read_file(write(rows))
    assert raw.record["day"].isna().all()
    assert raw.notes[0].startswith("nothing in the dates tells")


def test_the_key_tells_wordings_and_choices(write):
    key = write(KEY, "key.csv")
    raw = read_file(write(with_numbers(CODED, CODES, "URN")), key)
    by_name = {column.heading: column for column in raw.columns}
    assert by_name["Q2"].labels == {"1": ("Dogs",), "2": ("Cats",), "3": ("Other",)}
    assert by_name["Q2_a"].question == ("If you selected Other, please specify:",)
    assert by_name["Q3_2"].question == ("All that apply",)
    assert by_name["Q3_2"].part == ("Cats",)
    assert by_name["Q5_2_a"].question == ("How likely?",)
    assert by_name["Q5_2_a"].part == ("To run",)
    assert by_name["Q5_2_a"].labels == {"1": ("Likely",), "2": ("Unlikely",)}


def test_codes_that_start_from_zero_keep_their_choices(write):
    key = write([["Q1", "Best"], ["0", "Dogs"], ["1", "Cats"]], "key.csv")
    (first, *_) = read_key(key).columns
    assert first.labels == {"0": ("Dogs",), "1": ("Cats",)}


@pytest.mark.parametrize(
    ("rows", "cure"),
    [
        ([["Name", "Wording"], ["a", "b"]], "key.csv: is not the key of a coded export"),
        ([["Q1"], ["Q2"]], "key.csv: is not the key of a coded export"),
        ([["URN", "Unique Response Number"]], "key.csv: is not the key of a coded export"),
        ([["Q1", "Best"], ["1", "Dogs"], ["1", "Cats"]], "key.csv, row 3: this code stands twice"),
    ],
)
def test_another_file_is_no_key(rows, cure, write):
    with pytest.raises(InputError) as caught:
        read_key(write(rows, "key.csv"))
    assert cure in str(caught.value)


def statistics_file(folder):
    frame = pd.DataFrame(
        {
            **{"URN": [NUMBER.format(0), NUMBER.format(1)], "Q1": [1.0, 2.0]},
            **{"Q2_1": [1.0, None], "Q2_2": [1.0, 1.0], "Q3": ["", ""]},
            **{"Q3_1_a": [1.0, 2.0], "Q3_2_a": [2.0, None], "Q4": ["some", "words"]},
        }
    )
    likely = {1.0: "Likely", 2.0: "Unlikely"}
    labels = {
        **{"URN": "Unique Response Number", "Q1": "Best of them", "Q2_1": "All that apply"},
        **{"Q2_2": "All that apply", "Q3": "How likely?", "Q3_1_a": "To walk"},
        **{"Q3_2_a": "To run", "Q4": "Why?"},
    }
    values = {"Q1": {1.0: "Dogs", 2.0: "Cats"}, "Q2_1": {1.0: "Dogs"}, "Q2_2": {1.0: "Cats"}}
    values |= {"Q3_1_a": likely, "Q3_2_a": likely}
    pyreadstat.write_sav(
        frame, str(folder / "e.sav"), column_labels=labels, variable_value_labels=values
    )


def test_a_statistics_file_tells_wordings_and_labels(write, tmp_path):
    path = write([], "unused.csv").with_name("e.sav")
    statistics_file(tmp_path)
    raw = read_file(path)
    assert told(raw) == [
        ("Best of them",),
        ("All that apply", "Dogs"),
        ("All that apply", "Cats"),
        ("How likely?",),
        ("How likely?", "To walk"),
        ("How likely?", "To run"),
        ("Why?",),
    ]
    assert raw.columns[1].labels == {"1": ("Dogs",), "2": ("Cats",)}
    assert raw.columns[5].labels == {"1": ("Likely",), "2": ("Unlikely",)}
    assert raw.layout == "statistics file with labels"
    assert raw.record["response_id"].tolist() == [NUMBER.format(0), NUMBER.format(1)]


def test_names_given_as_alternative_wordings_are_used(write):
    headings = ["1. bgmain", "2. Statements", "2.1.a. aaa101", "2.2.a. bbb101. They ask", "3. Age"]
    raw = read_file(write([headings, ["1", "", "4", "5", "30"]]))
    assert [(column.code, column.subcode) for column in raw.columns] == [
        ("bgmain", None),
        (None, None),
        ("Q2", "aaa101"),
        ("Q2", "bbb101"),
        ("Q3", None),
    ]


def test_headings_without_numbers_are_refused(write):
    path = write([["Unique Response Number", "Best"], ["1", "Dogs"]])
    with pytest.raises(InputError) as caught:
        JISC.read(read_sheet(path), ExportSource(path, None))
    assert "export.csv: no question has a number such as 1. or a name such as Q1" in str(
        caught.value
    )


def test_only_one_platform_claims_each_layout(write):
    for place, rows in enumerate([[IN_WORDS, *WORDS], with_numbers(CODED, CODES, "URN")]):
        sheet = read_sheet(write(rows, f"{place}.csv"))
        points = {name: p.signature(sheet).points for name, p in PLATFORMS.items() if p is not JISC}
        assert max(points.values()) <= 1


def test_answers_to_a_questionnaire_are_found_by_name_and_by_wording(write):
    """The whole way: statements by their alternative wording, ticks in one cell by their labels."""
    grid = [f"2.{place}.a. {item}" for place, item in enumerate(ITEMS, start=1)]
    sums = ["3. Share out ten.", "3.1. One", "3.2. Few", "3.3. Other"]
    headings = ["1. Site", "2. Say", *grid, *sums, "4. Who are you?", "5. What do you do?"]
    main = {"1": "I use the service", "2": "Carer, family", "3": "Professional", "4": "Other"}
    boxes = ["Meetings", "Planning", "None of these"]
    rows = []
    for one in PEOPLE:
        given = [one.answers[name] for name in INSTRUMENT.answer_columns]
        items = [LABELS[int(value)] if value else "" for value in given[: len(ITEMS)]]
        ticks = ",".join(box for value, box in zip(given[-3:], boxes, strict=True) if value)
        who = main.get(given[-4], "Don't know" if given[-4] else "")
        rows.append([one.site, "", *items, "", *given[len(ITEMS) : len(ITEMS) + 3], who, ticks])
    source = ExportSource(write(with_numbers(headings, rows)), "1. Site")
    read = ingest_exports([source], INSTRUMENT, None, "spring", ScreeningRules())
    responses = read.responses.sort_values(["aaa101", "aaa102"])
    assert len(responses) == len(PEOPLE)
    assert responses["aaa106"].tolist() == [5] * 6
    assert responses["modnowoth"].iloc[3] == 10
    assert responses["bgmain"].iloc[:2].tolist() == [1, 3]
    assert responses[["fnhere_1", "fnhere_2", "fnhere_3"]].iloc[4].tolist() == [1, 1, 0]
