"""An export as its platform wrote it, before the questionnaire gives its cells a meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from typing import Literal

import pandas as pd
import pyarrow as pa

from pipeline.ingest.sheet import Sheet
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import without_invisible, wording_key
from pipeline.problems import InputError, Problem

YES_WORDS = frozenset({"1", "y", "yes", "true", "checked", "finished", "complete", "completed"})
NO_WORDS = frozenset(
    {"0", "n", "no", "false", "unchecked", "unfinished", "incomplete", "not finished"}
)
RecordKind = Literal["string", "boolean", "Float64"]
_NUMBER = re.compile(r"[0-9]{1,12}([.,][0-9]+)?")


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
        Describes the response rather than holding an answer (id, dates, language, address).
    is_personal : bool
        Known by the platform to hold personal data or free text.
    other_names : tuple of str
        What else the column is called in a map of names or a definition of the survey: without
        the names of the groups it stands in, without a question text after its code, by its id.
    question, part : tuple of str
        Wordings of the question, and of the row or choice within it, in every language told.
    labels : mapping
        What the texts of the cells stand for by the account of the file or of the definition of
        the survey: wordings in every language told, by the text as it stands in a cell.
    form : str, optional
        Form of a project of several forms that the column belongs to.
    """

    position: int
    heading: str
    code: str | None = None
    subcode: str | None = None
    is_record: bool = False
    is_personal: bool = False
    other_names: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    part: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form: str | None = None

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
    cells : DataFrame of Categorical
        Text; index is the row of a spreadsheet, columns are positions.
    record : DataFrame
        Same index; the columns of :func:`record_of`.
    layout : str
        Which of the platform's ways of writing an export this is, in words.
    blank_texts : frozenset of str
        Texts that stand for an empty cell.
    seen_texts : frozenset of str
        Texts that stand for a question that was seen and left unanswered.
    site_heading : str, optional
        Heading of the platform's own column for sites.
    tick_separator : str, optional
        What stands between the ticks where the platform may write all ticks of a question into
        one cell, by the codes of the boxes or by their labels.
    writes_empty_boxes : bool
        A box that was left empty is written as such, so that a blank one was not answered.
    form_status : mapping
        Position of the column that tells whether a form is complete, by the form.
    promised : mapping
        Position of each answer column that a mapping file names.
    notes : tuple of str
        What a person should know about how the export was read.
    """

    file: str
    platform: str
    columns: tuple[ExportColumn, ...]
    cells: pd.DataFrame
    record: pd.DataFrame
    layout: str = ""
    blank_texts: frozenset[str] = frozenset()
    seen_texts: frozenset[str] = frozenset()
    site_heading: str | None = None
    tick_separator: str | None = None
    writes_empty_boxes: bool = False
    form_status: Mapping[str, int] = field(default_factory=dict)
    promised: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[ExportColumn, ...]:
        """The columns that hold what people answered, not what the platform notes about them."""
        return tuple(column for column in self.columns if not column.is_record)


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
    has_unique_ids : bool
        No two responses anywhere share an id, so that the same id twice is the same response.
    """

    name: str
    signature: Callable[[Sheet], Signature]
    read: Callable[[Sheet, ExportSource], RawExport]
    decisive: str
    has_unique_ids: bool = False


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
    if sheet.n_rows <= heading_rows:
        cure = "has headings but no rows of answers; export it again with responses"
        raise InputError([Problem(sheet.file, cure)])
    index = pd.Index(sheet.numbers[heading_rows:], name="row")
    below = {
        position: pd.Series(column[heading_rows:], index=index, copy=False)
        for position, column in enumerate(sheet.columns, start=1)
    }
    return pd.DataFrame(below, index=index, copy=False)


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
    record: pd.Series | None = None,
    occasion: pd.Series | None = None,
    instance: pd.Series | None = None,
) -> pd.DataFrame:
    """What the platform tells about each response, with its types; missing where it does not.

    Parameters
    ----------
    index : Index
        Row of a spreadsheet of each response.
    response_id : Series, optional
        What tells responses apart.
    finished : Series of bool, optional
        Answered to the end.
    seconds : Series of float, optional
        Time from opening to submitting.
    language : Series, optional
        Language of the questionnaire, lower case.
    excluded : Series, optional
        Reason for which the platform itself sets a row apart, one of those of the ledger.
    day : Series, optional
        Day of the response, such as 2026-03-01.
    record, occasion, instance : Series, optional
        Where a record may span rows: its id, the occasion that the row is about, and the form
        and number of a repetition (missing for a row that repeats nothing).
    """
    given: dict[str, tuple[pd.Series | None, RecordKind]] = {
        "response_id": (response_id, "string"),
        "finished": (finished, "boolean"),
        "seconds": (seconds, "Float64"),
        "language": (language, "string"),
        "excluded": (excluded, "string"),
        "day": (day, "string"),
        "record": (record, "string"),
        "occasion": (occasion, "string"),
        "instance": (instance, "string"),
    }
    columns = {
        name: _untold(index, kind) if values is None else values.astype(kind)
        for name, (values, kind) in given.items()
    }
    return pd.DataFrame(columns, index=index, copy=False)


def _untold(index: pd.Index, kind: RecordKind) -> pd.Series:
    return no_texts(index) if kind == "string" else pd.Series(pd.NA, index=index, dtype=kind)


def no_texts(index: pd.Index) -> pd.Series:
    """A text that is missing for every row; made without looking at each of them."""
    nothing = pd.array(pa.nulls(len(index), pa.large_string()), dtype="string")
    return pd.Series(nothing, index=index)


def translate(cells: pd.Series, read: Callable[[str], object], kind: RecordKind) -> pd.Series:
    """Each cell read by a function that is called once for every distinct text.

    Cells that are missing stay so.
    """
    coded = cells if isinstance(cells.dtype, pd.CategoricalDtype) else cells.astype("category")
    texts = coded.cat.categories
    if read is text_or_missing and _are_plain(texts):
        blank = texts == ""
        meanings = pd.Series(texts, dtype=kind)
        told = (meanings.mask(blank) if blank.any() else meanings).array
    else:
        told = pd.Series([read(str(text)) for text in texts], dtype=object).astype(kind).array
    codes = coded.cat.codes.to_numpy()
    return pd.Series(told.take(codes, allow_fill=True), index=cells.index)


def _are_plain(texts: pd.Index) -> bool:
    """Whether texts have no invisible marks and no space at their ends, told without a loop."""
    whole = "".join(texts)
    if not (whole.isascii() and whole.isprintable()):
        return False
    return " " not in whole or all(text == text.strip() for text in texts)


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
    moments = [_moments(cells) for cells in (start, end)]
    seconds = (moments[1] - moments[0]).dt.total_seconds()
    return seconds.where(seconds >= 0)


def _moments(cells: pd.Series) -> pd.Series:
    coded = cells.astype("category")
    told = pd.to_datetime(coded.cat.categories, format="ISO8601", utc=True, errors="coerce")
    return pd.Series(told).reindex(coded.cat.codes).set_axis(cells.index)


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
