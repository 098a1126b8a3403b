"""A real export of SurveyMonkey, where it is kept beside the repository."""

from pathlib import Path

import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms.surveymonkey import SURVEYMONKEY
from pipeline.ingest.read_file import read_sheet

FOLDER = Path(__file__).parents[3] / ".." / "shared" / "specimens" / "surveymonkey"
STEAK = FOLDER / "steak-risk-survey.csv"

pytestmark = pytest.mark.skipif(not STEAK.is_file(), reason="the real export is not here")


@pytest.fixture(scope="module")
def raw():
    return SURVEYMONKEY.read(read_sheet(STEAK), ExportSource(STEAK, None))


def test_the_platform_is_found():
    assert platform_of(read_sheet(STEAK), ExportSource(STEAK, None)) is SURVEYMONKEY


def test_every_response_and_question_is_there(raw):
    """The file has 552 rows, two of them headings, and 15 columns, the first of them the id."""
    assert len(raw.cells) == 550
    assert [column.position for column in raw.questions] == list(range(2, 16))
    assert raw.record["response_id"].is_unique
    assert raw.layout == "two rows of headings, answers as text"


def test_the_word_below_a_question_is_no_part_of_it(raw):
    assert all(column.part == () for column in raw.columns)
    assert raw.columns[1].question[0].endswith("would you play Lottery A or Lottery B?")
    assert raw.columns[10].question == ("Gender",)


def test_cells_are_kept_as_they_stand(raw):
    """The first response is short; 546 of 550 chose a lottery, counted with the csv module."""
    assert raw.cells.loc[3].tolist() == ["3237565956", "Lottery B", *[""] * 13]
    assert raw.cells.loc[4, 12] == "> 60"
    assert raw.cells.loc[4, 13] == "$50,000 - $99,999"
    assert (raw.cells[2] != "").sum() == 546
    assert set(raw.cells[9].unique()) == {"", "Yes", "No"}
