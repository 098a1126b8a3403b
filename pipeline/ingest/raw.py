"""An export as its platform wrote it, before the questionnaire gives its cells a meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Literal

import numpy as np
import pandas as pd

from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import without_invisible, wording_key
from pipeline.instrument import Instrument
from pipeline.problems import InputError, Problem

YES_WORDS = frozenset({"1", "y", "yes", "true", "checked", "finished", "complete", "completed"})
NO_WORDS = frozenset(
    {"0", "n", "no", "false", "unchecked", "unfinished", "incomplete", "not finished"}
)
RecordKind = Literal["string", "boolean", "Float64"]
_NUMBER = re.compile(r"[0-9]{1,12}([.,][0-9]+)?")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a file as text, without its empty rows.

    Attributes
    ----------
    file : str
        The file, as the study names it.
    numbers : tuple of int
        Row of a spreadsheet for each entry of `cells`; the first is that of the headings.
    cells : list of list of str
        All of the width of the headings.
    """

    file: str
    numbers: tuple[int, ...]
    cells: list[list[str]]

    @property
    def headings(self) -> list[str]:
        """The first row, without invisible marks."""
        return [without_invisible(heading) for heading in self.cells[0]]


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column of an export.

    Attributes
    ----------
    position : int
        Place in the file, from 1.
    heading : str
        Heading in the file.
    code, subcode : str, optional
        Name of the question, and of the row or choice within it; no code where the column can
        never hold an answer of the questionnaire.
    is_record : bool
        Describes the response rather than holding an answer (id, dates, language).
    is_personal : bool
        Known by the platform to hold personal data or free text.
    other_names : tuple of str
        What else the column is called in a map of names: without the names of the groups it
        stands in, or without a question text after its code.
    """

    position: int
    heading: str
    code: str | None = None
    subcode: str | None = None
    is_record: bool = False
    is_personal: bool = False
    other_names: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The heading, and what else the column is called."""
        return (self.heading, *self.other_names)


@dataclass(frozen=True, slots=True)
class RawExport:
    """The rows of one export.

    Attributes
    ----------
    file, platform : str
        Where the rows come from.
    columns : tuple of ExportColumn
        In the order of the file.
    cells : DataFrame
        Text; index is the row of a spreadsheet, columns are positions.
    record : DataFrame
        Same index; ``response_id``, ``finished``, ``seconds``, ``language``, ``day`` (of the
        response, such as 2026-03-01), and ``excluded``, the reason for which the platform itself
        sets a row apart.
    blank_texts : frozenset of str
        Texts that stand for an empty cell.
    seen_texts : frozenset of str
        Texts that stand for a question that was seen and left unanswered.
    site_heading : str, optional
        Heading of the platform's own column for sites.
    joins_ticks : bool
        The platform may write all ticks of a question into one cell, as the numbers of the boxes.
    """

    file: str
    platform: str
    columns: tuple[ExportColumn, ...]
    cells: pd.DataFrame
    record: pd.DataFrame
    blank_texts: frozenset[str] = frozenset()
    seen_texts: frozenset[str] = frozenset()
    site_heading: str | None = None
    joins_ticks: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """How much a file looks like the export of a platform: points, each with its reason."""

    points: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Platform:
    """A survey platform the pipeline can read.

    Attributes
    ----------
    name : str
        As written in the configuration.
    signature : callable
        How much a sheet looks like it.
    read : callable
        The rows of a sheet; raises InputError.
    decisive : str
        What in a file would settle that it comes from this platform.
    """

    name: str
    signature: Callable[[Sheet], Signature]
    read: Callable[[Sheet, ExportSource, Instrument], RawExport]
    decisive: str


def signature_of(*clues: tuple[int, bool, str]) -> Signature:
    """The clues that hold, added up; each is its points, whether it holds, and its reason."""
    held = [(points, reason) for points, holds, reason in clues if holds]
    return Signature(sum(points for points, _ in held), tuple(reason for _, reason in held))


def cells_below(sheet: Sheet, heading_rows: int) -> pd.DataFrame:
    """The rows of answers, indexed by spreadsheet row, columns by position.

    Raises
    ------
    InputError
        If there are no rows of answers.
    """
    rows = sheet.cells[heading_rows:]
    if not rows:
        cure = "has headings but no rows of answers; export it again with responses"
        raise InputError([Problem(sheet.file, cure)])
    return pd.DataFrame(
        np.array(rows, dtype=object),
        index=pd.Index(sheet.numbers[heading_rows:], name="row"),
        columns=range(1, len(rows[0]) + 1),
        dtype=object,
    )


def column_named(cells: pd.DataFrame, headings: Sequence[str], *names: str) -> pd.Series | None:
    """The cells of the first column that has one of the names, whatever the case, or None."""
    folded = [heading.casefold() for heading in headings]
    for name in names:
        if name.casefold() in folded:
            return cells[folded.index(name.casefold()) + 1]
    return None


def record_of(
    index: pd.Index,
    response_id: pd.Series | None = None,
    finished: pd.Series | None = None,
    seconds: pd.Series | None = None,
    language: pd.Series | None = None,
    excluded: pd.Series | None = None,
    day: pd.Series | None = None,
) -> pd.DataFrame:
    """The record columns with their types; what a platform does not tell is missing."""
    given: dict[str, tuple[pd.Series | None, RecordKind]] = {
        "response_id": (response_id, "string"),
        "finished": (finished, "boolean"),
        "seconds": (seconds, "Float64"),
        "language": (language, "string"),
        "excluded": (excluded, "string"),
        "day": (day, "string"),
    }
    columns = {
        name: pd.Series(pd.NA, index=index, dtype=kind) if values is None else values.astype(kind)
        for name, (values, kind) in given.items()
    }
    return pd.DataFrame(columns, index=index)


def translate(cells: pd.Series, read: Callable[[str], object], kind: RecordKind) -> pd.Series:
    """Each cell read by a function that is called once for every distinct text."""
    codes, texts = pd.factorize(cells.to_numpy(dtype=object))
    meanings = pd.Series([read(str(text)) for text in texts], dtype=object).astype(kind)
    return pd.Series(meanings.array.take(codes), index=cells.index)


def text_or_missing(text: str) -> object:
    """The text without surrounding space; missing when nothing is left."""
    return without_invisible(text) or pd.NA


def language_code(text: str) -> object:
    """The code of a language in lower case, so that platforms agree; missing when empty."""
    return without_invisible(text).lower() or pd.NA


def yes_or_no(text: str) -> object:
    """True, False, or missing for a word that says neither."""
    key = wording_key(text)
    return True if key in YES_WORDS else False if key in NO_WORDS else pd.NA


def seconds_in(text: str) -> object:
    """A duration in seconds, or missing."""
    plain = without_invisible(text)
    return float(plain.replace(",", ".")) if _NUMBER.fullmatch(plain) else pd.NA


def translate_told(
    cells: pd.Series | None, read: Callable[[str], object], kind: RecordKind
) -> pd.Series | None:
    """A column translated, or None where the export does not have it."""
    return None if cells is None else translate(cells, read, kind)


def rejected(status: pd.Series | None, words: Collection[str]) -> pd.Series | None:
    """``REJECTED`` where somebody set the row apart in review; None where nothing tells it."""
    if status is None:
        return None
    reasons = pd.Series(pd.NA, index=status.index, dtype="string")
    return reasons.mask(translate(status, wording_key, "string").isin(list(words)), "REJECTED")


def seconds_between(start: pd.Series | None, end: pd.Series | None) -> pd.Series | None:
    """Seconds from one moment to a later one; missing where either is not a moment.

    None where the export does not tell one of them. Moments are written as ISO 8601 has them, with
    a time zone or without one in both.
    """
    if start is None or end is None:
        return None
    moments = [
        pd.to_datetime(cells, format="ISO8601", utc=True, errors="coerce") for cells in (start, end)
    ]
    seconds = (moments[1] - moments[0]).dt.total_seconds()
    return seconds.where(seconds >= 0)


def first_day(*moments: pd.Series | None) -> pd.Series | None:
    """Day of each row in the first of some columns that tells one, such as 2026-03-01.

    Only dates that start with year, month and day are read; others are missing.
    """
    told = [translate(cells, _day_in, "string") for cells in moments if cells is not None]
    if not told:
        return None
    return reduce(lambda days, others: days.fillna(others), told)


def _day_in(text: str) -> object:
    day = without_invisible(text)[:10]
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return pd.NA


def folded_set(names: Iterable[str]) -> frozenset[str]:
    """Names without regard to case."""
    return frozenset(name.casefold() for name in names)
