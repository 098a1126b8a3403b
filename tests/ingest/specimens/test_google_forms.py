"""A real sheet of answers from Google Forms, where it is kept beside the repository."""

from pathlib import Path

import pytest

from pipeline.ingest import ExportSource
from pipeline.ingest.detect import platform_of
from pipeline.ingest.platforms.google_forms import GOOGLE_FORMS
from pipeline.ingest.read_file import read_sheet

FOLDER = Path(__file__).parents[3] / ".." / "shared" / "specimens" / "google_forms"
SHEET = FOLDER / "2019_Spanish_R_Community_Survey_Responses.xlsx"

pytestmark = pytest.mark.skipif(not SHEET.is_file(), reason="the real export is not here")


@pytest.fixture(scope="module")
def raw():
    return GOOGLE_FORMS.read(read_sheet(SHEET), ExportSource(SHEET, None))


def test_the_platform_is_found():
    assert platform_of(read_sheet(SHEET), ExportSource(SHEET, None)) is GOOGLE_FORMS


def test_every_response_and_question_is_there(raw):
    """The sheet has 52 columns and 339 rows; all but the moments and the headings are answers."""
    assert len(raw.cells) == 338
    assert len(raw.columns) == 52
    assert [column.position for column in raw.questions] == list(range(2, 53))


def test_every_response_has_its_day(raw):
    assert raw.record["day"].notna().all()
    assert raw.record["day"].iloc[0] == "2019-12-13"
    assert raw.record["day"].is_monotonic_increasing
    assert raw.record["finished"].all()
    assert raw.notes == ()


def test_cells_are_kept_as_they_stand(raw):
    assert raw.cells.loc[2, 10] == "2018"
    assert raw.cells.loc[2, 20] == "Microsoft Excel, RStudio Desktop (IDE)"
    assert raw.cells.loc[301, 46] == "Argentina"


def test_the_heading_that_stands_twice_is_kept_twice(raw):
    headings = [column.heading for column in raw.columns]
    repeated = {heading for heading in headings if headings.count(heading) > 1}
    assert repeated == {"¿Qué opción refleja mejor la razón principal por la que aprendiste R?"}
