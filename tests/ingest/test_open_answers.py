"""What people wrote in their own words stays apart from everything else about them."""

from dataclasses import fields, replace

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from pipeline.ingest import ExportSource, LedgerError, ScreeningRules, ingest_exports
from pipeline.ingest.codebook import ANSWERED, REFUSED, codebook_of
from pipeline.ingest.ledger import RowsRead
from pipeline.ingest.open_answers import check_open_answers
from pipeline.instrument import Question, Text

from .layouts import INSTRUMENT, PEOPLE, qualtrics_rows, write_csv

WORDS = Question("words", Text({"en": "Anything else?"}), "text")
YEARS = Question("years", Text({"en": "How many?"}), "number", lowest=0, highest=60)
ASKED = replace(INSTRUMENT, person_questions=(*INSTRUMENT.person_questions, YEARS, WORDS))
TEXTS = ["=1+1", 'Zwei\r\nZeilen; "so"', "", "-99", "Canary 7Q", "Canary 7Q"]


def rows_with(texts=TEXTS, years=("0", "60", "", "7", "12.0", "3")):
    rows = qualtrics_rows(PEOPLE)
    place = rows[0].index("remarks")
    for row, text in zip(rows, ["words", "Text", '{"ImportId":"QID9"}', *texts], strict=True):
        row[place] = text
    heads = ["years", "Text", '{"ImportId":"QID8"}']
    return [[*row, cell] for row, cell in zip(rows, [*heads, *years], strict=True)]


def ingest_rows(folder, rows):
    source = ExportSource(write_csv(folder / "q.csv", rows), "Site")
    return ingest_exports([source], ASKED, None, "spring", ScreeningRules())


def test_texts_are_kept_with_their_site_and_question_only(folder):
    read = ingest_rows(folder, rows_with()).open_answers
    assert list(read.columns) == ["site", "wave", "question", "text"]
    assert read.to_numpy().tolist() == [
        ["north", "spring", "words", "=1+1"],
        ["north", "spring", "words", "Canary 7Q"],
        ["north", "spring", "words", "Canary 7Q"],
        ["south", "spring", "words", 'Zwei\nZeilen; "so"'],
    ]


def test_their_order_does_not_tell_the_order_of_the_rows(folder):
    rows = rows_with()
    first = ingest_rows(folder, rows).open_answers
    assert_frame_equal(ingest_rows(folder, [*rows[:3], *rows[:2:-1]]).open_answers, first)


def test_texts_stand_in_no_other_table(folder):
    read = ingest_rows(folder, rows_with())
    for field in fields(read):
        told = getattr(read, field.name).to_csv()
        assert ("Canary 7Q" in told) == (field.name == "open_answers")


def test_texts_of_rows_that_are_left_out_are_left_out(folder):
    rows = rows_with()
    rows[-1][2] = "1"
    texts = ingest_rows(folder, rows).open_answers["text"].tolist()
    assert texts.count("Canary 7Q") == 1


def test_texts_are_counted(folder):
    rows = rows_with()
    rows[-1][2] = "1"
    read = ingest_rows(folder, rows)
    cells = read.ledger_cells[read.ledger_cells["column"] == "words"]
    counts = cells.set_index("outcome")["cells"].to_dict()
    assert counts == {"KEPT_APART": 3, "NO_TEXT": 2, "EXCLUDED_ROW": 1}
    columns = read.ledger_columns.set_index("heading")
    assert columns.loc["words", ["use", "answer_column"]].tolist() == ["open_answer", "words"]


def test_without_a_column_nothing_happens(folder):
    rows = rows_with()
    rows[0][rows[0].index("words")] = "remarks"
    read = ingest_rows(folder, rows)
    assert read.open_answers.empty
    assert "words" not in set(read.ledger_cells["column"])


def test_a_text_shows_how_far_somebody_came(folder):
    rows = rows_with()
    stopped = 3 + next(place for place, one in enumerate(PEOPLE) if not one.finished)
    rows[stopped][rows[0].index("words")] = "I stop here."
    read = ingest_rows(folder, rows)
    reasons = read.missing.groupby("column")["reason"].agg(set)
    assert "NOT_REACHED" not in reasons["bbb101"]


def test_a_lost_text_is_noticed(folder):
    read = ingest_rows(folder, rows_with())
    booked = read.ledger_cells[read.ledger_cells["column"] == "words"]
    told = {"q.csv": RowsRead(len(PEOPLE), 0, 32)}
    check_open_answers(told, read.ledger_columns, booked, len(read.open_answers))
    with pytest.raises(LedgerError, match="does not add up"):
        check_open_answers(told, read.ledger_columns, booked, len(read.open_answers) - 1)
    with pytest.raises(LedgerError, match="does not add up"):
        check_open_answers(told, read.ledger_columns, booked.iloc[1:], len(read.open_answers))


def test_whole_numbers_in_their_range_are_answers(folder):
    years = ingest_rows(folder, rows_with()).responses["years"]
    assert sorted(years.dropna()) == [0, 3, 7, 12, 60]


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("60", 60), ("61", None), ("-1", None), ("2.5", None), ("97", "NAP"), ("x", None)],
)
def test_numbers_outside_their_range_are_refused(text, value):
    reading = codebook_of("years", ASKED).read(text)
    if value is None:
        assert reading.outcome == REFUSED
    elif value == "NAP":
        assert reading.outcome > ANSWERED
        assert pd.isna(reading.value)
    else:
        assert reading.value == value


def test_a_number_without_an_end_takes_any():
    endless = replace(YEARS, highest=None)
    asked = replace(INSTRUMENT, person_questions=(*INSTRUMENT.person_questions, endless))
    assert codebook_of("years", asked).read("98").value == 98
    assert codebook_of("years", asked).allowed == "whole numbers from 0"
