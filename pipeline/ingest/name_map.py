"""The map of names of a form: which heading and code of a platform is which answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.ingest.codebook import whole_number
from pipeline.ingest.map_rows import (
    WITHOUT_VALUES,
    MapRow,
    heading_problems,
    kinds_of,
    map_rows,
    row_problems,
    rows_by,
)
from pipeline.ingest.read_file import read_sheet
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import one_line
from pipeline.instrument import Instrument
from pipeline.problems import Problem, refuse_if_any

FORM = "form"
"""Heading of the name of the form in a map."""


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """An answer column as a platform knows it.

    Attributes
    ----------
    name, kind : str
        Answer column or open question, and how it is answered.
    heading : str
        Heading in the export of the platform.
    codes : tuple of (str, int)
        What the platform writes for each of our numbers; it may be nothing for an empty box.
    labels : tuple of (str, int)
        Wordings of the answers in every language of the map.
    """

    name: str
    kind: str
    heading: str
    codes: tuple[tuple[str, int], ...]
    labels: tuple[tuple[str, int], ...]

    @property
    def ticked(self) -> str:
        """What the platform writes for a ticked box."""
        return next((code for code, value in self.codes if value == 1), "")


@dataclass(frozen=True, slots=True)
class NameMap:
    """Every answer column of a form by its name, the version of the questionnaire, and the form.

    The name of the form is empty where the map does not tell it.
    """

    file: str
    version: str
    columns: Mapping[str, MappedColumn]
    form: str = ""


def read_name_map(path: Path, instrument: Instrument) -> NameMap:
    """The map of names that was made together with a form.

    Raises
    ------
    InputError
        With every problem of the file: a heading that is missing, another questionnaire, a column
        or value the questionnaire does not have, and whatever stands for two things.
    """
    sheet = read_sheet(path)
    refuse_if_any(list(heading_problems(sheet)))
    rows = list(map_rows(sheet))
    if not rows:
        refuse_if_any([Problem(sheet.file, "names no answers; write the form again")])
    refuse_if_any(list(row_problems(sheet.file, rows, instrument)))
    kinds = kinds_of(instrument)
    columns = {
        name: _mapped(name, kinds[name], of_it) for name, of_it in rows_by(rows, "column").items()
    }
    return NameMap(sheet.file, rows[0].cells["instrument_version"], columns, _form_in(sheet))


def _form_in(sheet: Sheet) -> str:
    headings = [heading.casefold() for heading in sheet.headings]
    return one_line(sheet.row(1)[headings.index(FORM)]) if FORM in headings else ""


def _mapped(name: str, kind: str, rows: Sequence[MapRow]) -> MappedColumn:
    told = [(row, whole_number(row.cells["value"])) for row in rows if kind not in WITHOUT_VALUES]
    valued = [(row, value) for row, value in told if value is not None]
    codes = [(row.code, value) for row, value in valued]
    labels = [
        (label, value)
        for row, value in valued
        for label in row.labels
        if kind != "tick" or value == 1
    ]
    heading = rows[0].heading
    return MappedColumn(name, kind, heading, tuple(codes), tuple(labels))
