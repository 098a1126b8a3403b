"""Every export opened: its platform, its columns and its sites, before its answers are read."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from pipeline.ingest.detect import platform_of
from pipeline.ingest.join_rows import join_rows
from pipeline.ingest.match import Matching, match_columns
from pipeline.ingest.name_map import NameMap, read_name_map
from pipeline.ingest.people import person_column_problems, response_digests
from pipeline.ingest.raw import Platform, RawExport, text_or_missing, translate
from pipeline.ingest.read_file import read_sheet
from pipeline.ingest.rows import exclude_before_reading
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.source import ExportSource
from pipeline.instrument import Instrument
from pipeline.problems import InputError, Problem

FORM_COMPLETE = ("2", "Complete")
"""How a platform says that a form of a project was answered to the end."""


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
        Its responses, one row each.
    names : NameMap, optional
        The map of names, where the study gives one.
    matching : Matching
        What its columns are.
    site_names : Series
        Name of the site of each response, as it is written.
    waves : Series
        Survey round of each row of the file, joined rows as well.
    joined : Index
        Rows of the file that were joined into the first row of their record.
    reasons : Series
        Why responses are left out; missing for those that count.
    digests : Series of uint64
        Of each response, from the file and its id.
    has_unique_ids : bool
        No two responses anywhere on the platform share an id.
    problems : tuple of Problem
        What keeps it from being read.
    """

    source: ExportSource
    raw: RawExport
    names: NameMap | None
    matching: Matching
    site_names: pd.Series
    waves: pd.Series
    joined: pd.Index
    reasons: pd.Series
    digests: pd.Series
    has_unique_ids: bool
    problems: tuple[Problem, ...]

    @property
    def site_heading(self) -> str | None:
        """Heading of the column that tells the site, where there is one."""
        site = self.matching.site
        return None if site is None else self.raw.columns[site - 1].heading

    @property
    def n_rows(self) -> int:
        """Rows of the file, without its headings."""
        return len(self.waves)


def open_all(
    sources: Sequence[ExportSource], instrument: Instrument, wave: str, problems: list[Problem]
) -> list[Opened]:
    """Every export that can be opened; adds the problems of all of them."""
    opened = []
    for source in sources:
        try:
            export = open_export(source, instrument, wave)
        except InputError as error:
            problems.extend(error.problems)
        else:
            problems.extend(export.problems)
            opened.append(export)
    return opened


def open_export(source: ExportSource, instrument: Instrument, wave: str) -> Opened:
    """An export with its columns known; problems of its rows are told, not raised.

    Raises
    ------
    InputError
        If the file cannot be read, or its columns cannot be told.
    """
    sheet = read_sheet(source.file, source.encoding)
    platform = platform_of(sheet, source)
    raw = read_raw(platform, sheet, source)
    names = read_names(source, instrument)
    return opened(platform, raw, names, match_columns(raw, instrument, source, names), source, wave)


def read_raw(platform: Platform, sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of a sheet as its platform wrote them, with what is to be known about the file."""
    raw = platform.read(sheet, source)
    return replace(raw, notes=tuple(dict.fromkeys([*sheet.notes, *raw.notes])))


def opened(
    platform: Platform,
    raw: RawExport,
    names: NameMap | None,
    matching: Matching,
    source: ExportSource,
    wave: str,
) -> Opened:
    """An export whose columns are matched: records joined, sites named, rows set apart."""
    of_source = source.wave or wave
    joining, problems = join_rows(raw, matching, of_source, source.occasions)
    told = with_finished(joining.raw, matching)
    sites = site_names(told, matching, source)
    digests = response_digests(told)
    reasons, repeated = exclude_before_reading(told, sites, digests, platform.has_unique_ids)
    return Opened(
        source=source,
        raw=told,
        names=names,
        matching=matching,
        site_names=sites,
        waves=joining.waves,
        joined=joining.joined,
        reasons=reasons,
        digests=digests,
        has_unique_ids=platform.has_unique_ids,
        problems=(*problems, *repeated, *person_column_problems(raw, source)),
    )


def with_finished(raw: RawExport, matching: Matching) -> RawExport:
    """The export with every response known to be finished of which the status of forms tells it.

    In a project of several forms, every form that holds an answer must be complete.
    """
    held = {raw.columns[position - 1].form for position in matching.answers.values()}
    statuses = [position for form, position in raw.form_status.items() if form in held]
    if not statuses:
        return raw
    done = pd.concat([raw.cells[position].isin(FORM_COMPLETE) for position in statuses], axis=1)
    return replace(raw, record=raw.record.assign(finished=done.all(axis=1).astype("boolean")))


def read_names(source: ExportSource, instrument: Instrument) -> NameMap | None:
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
