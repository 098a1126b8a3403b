"""Every export opened: its platform, its columns and its sites, before its answers are read."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.ingest.detect import platform_of
from pipeline.ingest.match import Matching, match_columns
from pipeline.ingest.name_map import NameMap, read_name_map
from pipeline.ingest.raw import RawExport, text_or_missing, translate
from pipeline.ingest.read_text import read_sheet
from pipeline.ingest.rows import exclude_before_reading
from pipeline.ingest.source import ExportSource
from pipeline.instrument import Instrument
from pipeline.problems import InputError, Problem


class OtherVersionWarning(UserWarning):
    """A form was made from another version of the questionnaire than the present one."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An export whose columns are known and whose answers are not read yet.

    Attributes
    ----------
    source : ExportSource
        What the study says about it.
    raw : RawExport
        Its rows.
    names : NameMap, optional
        The map of names, where the study gives one.
    matching : Matching
        What its columns are.
    site_names : Series
        Name of the site of each row, as it is written.
    reasons : Series
        Why rows are left out; missing for those that count.
    problems : tuple of Problem
        What keeps it from being read.
    """

    source: ExportSource
    raw: RawExport
    names: NameMap | None
    matching: Matching
    site_names: pd.Series
    reasons: pd.Series
    problems: tuple[Problem, ...]

    @property
    def site_heading(self) -> str | None:
        """Heading of the column that tells the site, where there is one."""
        site = self.matching.site
        return None if site is None else self.raw.columns[site - 1].heading


def open_all(
    sources: Sequence[ExportSource], instrument: Instrument, problems: list[Problem]
) -> list[Opened]:
    """Every export that can be opened; adds the problems of all of them."""
    opened = []
    for source in sources:
        try:
            export = _open(source, instrument)
        except InputError as error:
            problems.extend(error.problems)
        else:
            problems.extend(export.problems)
            opened.append(export)
    return opened


def _open(source: ExportSource, instrument: Instrument) -> Opened:
    sheet = read_sheet(source.file)
    raw = platform_of(sheet, source).read(sheet, source, instrument)
    names = _names(source, instrument)
    matching = match_columns(raw, instrument, source.site_column, names)
    sites = site_names(raw, matching, source)
    reasons, problems = exclude_before_reading(raw, sites)
    return Opened(source, raw, names, matching, sites, reasons, tuple(problems))


def _names(source: ExportSource, instrument: Instrument) -> NameMap | None:
    """The map of names of an export; tells when it was made for another version."""
    if source.name_map is None:
        return None
    names = read_name_map(source.name_map, instrument)
    if names.version != instrument.version:
        told = (
            f"{names.file}: the form was made from version {names.version} of the questionnaire; "
            f"its answers are read with version {instrument.version}"
        )
        warnings.warn(told, OtherVersionWarning, stacklevel=2)
    return names


def site_names(raw: RawExport, matching: Matching, source: ExportSource) -> pd.Series:
    """Name of the site of each row: from its column, or the name of the file."""
    if matching.site is None:
        return pd.Series(source.file.stem, index=raw.cells.index, dtype="string")
    return translate(raw.cells[matching.site], text_or_missing, "string")


def listed_twice(sources: Sequence[ExportSource]) -> list[Problem]:
    """A problem for each file that the study names more than once."""
    times = Counter(source.name for source in sources)
    return [
        Problem(name, f"this export is listed {n} times; list it once")
        for name, n in times.items()
        if n > 1
    ]
