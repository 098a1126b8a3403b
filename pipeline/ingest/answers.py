"""The answers of the rows that count, as numbers, and what became of every cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.ingest.codebook import (
    ANSWERED,
    BLANK,
    NOT_ASKED,
    NOT_REACHED,
    NOT_SHOWN,
    REFUSED,
    SEEN,
    SKIPPED,
    UNKNOWN,
    Reading,
)
from pipeline.ingest.mapped import Book, books_of
from pipeline.ingest.match import Matching
from pipeline.ingest.name_map import NameMap
from pipeline.ingest.raw import RawExport, translate
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import may_identify, one_line, without_invisible
from pipeline.instrument import Instrument
from pipeline.problems import Problem, refuse_if_any

MOST_PROBLEMS = 5
MOST = 999_999_999
"""The highest number that a cell can say."""
LONGEST_SHOWN = 12
MOST_DISTINCT_SHOWN = 5


@dataclass(frozen=True, slots=True)
class TypedAnswers:
    """Answers of one export.

    Attributes
    ----------
    rows : Index
        Spreadsheet row of each response.
    columns : tuple of str
        Answer columns of the questionnaire, all of them.
    values : ndarray of int, shape (n_rows, n_columns)
        The answer where the outcome is that there is one, else 0; every column lies together in
        memory.
    outcomes : ndarray of int, shape (n_rows, n_columns)
        Index into :func:`~pipeline.ingest.codebook.outcome_names`.
    """

    rows: pd.Index
    columns: tuple[str, ...]
    values: NDArray[np.integer[Any]]
    outcomes: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class RefusedCells:
    """The cells of a column that are no answer.

    Attributes
    ----------
    column : str
        Its heading.
    position : int
        Its place in the file, from 1.
    cells : Series
        What stands in them; index is the row of a spreadsheet.
    allowed : str
        The answers in words.
    """

    column: str
    position: int
    cells: pd.Series
    allowed: str


def type_answers(
    raw: RawExport,
    matching: Matching,
    rows: pd.Index,
    instrument: Instrument,
    source: ExportSource,
    names: NameMap | None = None,
) -> TypedAnswers:
    """The answers of some rows of an export, in the codes of a map of names where there is one.

    A part of a constant sum left blank beside others counts 0; parts that do not add up are
    unknown. A tick box left blank counts 0 once its question was reached. Every other blank cell
    is skipped, or not reached where the respondent stopped before it and did not finish.

    Raises
    ------
    InputError
        If a cell holds something that is not an answer.
    """
    typed, refused, recoded = read_answers(raw, matching, rows, instrument, source, names)
    refuse_if_any([*recoded, *refusal_problems(raw.file, refused)])
    return typed


def read_answers(
    raw: RawExport,
    matching: Matching,
    rows: pd.Index,
    instrument: Instrument,
    source: ExportSource,
    names: NameMap | None = None,
) -> tuple[TypedAnswers, list[RefusedCells], list[Problem]]:
    """The answers of :func:`type_answers`, the cells it would refuse, and recoded answers.

    A refused cell holds no value, and its outcome is ``REFUSED``.
    """
    columns = tuple(instrument.answer_columns)
    shape = len(rows), len(columns)
    typed = TypedAnswers(
        rows,
        columns,
        np.zeros(shape, dtype=smallest_type(instrument), order="F"),
        np.full(shape, NOT_ASKED, dtype=np.int8, order="F"),
    )
    books, recoded = books_of(raw, matching, instrument, source, names)
    refused = _read_cells(raw, matching, typed, books)
    finished = raw.record["finished"].loc[rows]
    reach = _reach(raw, typed, matching, instrument)
    _complete_sums(typed, instrument)
    _complete_ticks(typed, reach, finished, instrument, raw.writes_empty_boxes)
    _explain_blanks(typed, reach, finished)
    return typed, refused, recoded


def smallest_type(instrument: Instrument) -> type[np.signedinteger[Any]]:
    """The smallest type that holds every answer; numbers without a limit have nine digits."""
    limits = [instrument.highest_answer(column) for column in instrument.answer_columns]
    highest = max((MOST if limit is None else limit for limit in limits), default=0)
    return next(kind for kind in (np.int8, np.int16, np.int32) if highest <= np.iinfo(kind).max)


def _read_cells(
    raw: RawExport, matching: Matching, typed: TypedAnswers, books: Mapping[str, Book]
) -> list[RefusedCells]:
    """Fill in what each exported cell says; hands back the cells that say nothing known."""
    rows = raw.cells.index.get_indexer(typed.rows)
    is_all = len(rows) == len(raw.cells)
    found: list[RefusedCells] = []
    for name, position in matching.answers.items():
        place = typed.columns.index(name)
        cells = raw.cells[position] if is_all else raw.cells[position].iloc[rows]
        codes = cells.cat.codes.to_numpy().astype(np.intp)
        readings = [_read(str(text), raw, books[name]) for text in cells.cat.categories]
        outcomes = np.array([reading.outcome for reading in readings], dtype=np.int8)
        numbers = [int(r.value) if r.outcome == ANSWERED else 0 for r in readings]
        typed.values[:, place] = np.array(numbers, dtype=typed.values.dtype).take(codes)
        typed.outcomes[:, place] = outcomes.take(codes)
        if (outcomes == REFUSED).any():
            refused = typed.outcomes[:, place] == REFUSED
            if not refused.any():
                continue
            column = one_line(raw.columns[position - 1].heading)
            offending = cells[refused]
            found.append(RefusedCells(column, position, offending, books[name].allowed))
    return found


def refusal_problems(file: str, refused: Sequence[RefusedCells]) -> list[Problem]:
    """What the person has to mend in cells that are no answer."""
    return [
        problem
        for column in refused
        for problem in _refusals(file, column.column, column.cells, column.allowed)
    ]


def _read(text: str, raw: RawExport, book: Book) -> Reading:
    plain = without_invisible(text)
    if plain == "" or plain in raw.blank_texts:
        return Reading(np.nan, BLANK)
    if plain in raw.seen_texts:
        return Reading(np.nan, SEEN)
    return book.read(plain)


def _refusals(file: str, column: str, cells: pd.Series, allowed: str) -> Iterator[Problem]:
    """The first few cells that are no answer, and how many more there are."""
    shown = may_be_shown(cells)
    for row, text in list(cells.items())[:MOST_PROBLEMS]:
        what = f"answer '{one_line(text)}'" if shown else "answer"
        cure = (
            f"{what} outside the scale: allowed are {allowed}; correct the export or the instrument"
        )
        yield Problem(file, cure, row=int(str(row)), column=column)
    if len(cells) > MOST_PROBLEMS:
        more = len(cells) - MOST_PROBLEMS
        yield Problem(file, f"{more} more answers outside the scale", column=column)


def may_be_shown(cells: pd.Series) -> bool:
    """Whether the offending texts are few and short, so that they cannot be personal."""
    texts = [without_invisible(str(text)) for text in cells.unique()[: MOST_DISTINCT_SHOWN + 1]]
    return len(texts) <= MOST_DISTINCT_SHOWN and all(
        len(text) <= LONGEST_SHOWN and not may_identify(text) for text in texts
    )


@dataclass(frozen=True, slots=True)
class _Reach:
    """Place of each answer column in the order of the export, and the last one answered."""

    order: NDArray[np.int32]
    last: NDArray[np.int32]


def _reach(
    raw: RawExport, typed: TypedAnswers, matching: Matching, instrument: Instrument
) -> _Reach:
    """How far each respondent came; a tick box left empty is no sign of having come there."""
    order = np.array([matching.answers.get(name, -1) for name in typed.columns], dtype=np.int32)
    ticks = {name for group in _tick_groups(instrument) for name in group}
    last = np.full(len(typed.rows), -1, dtype=np.int32)
    for place, name in enumerate(typed.columns):
        if order[place] < 0:
            continue
        outcomes = typed.outcomes[:, place]
        responded = (outcomes == ANSWERED) | (outcomes > UNKNOWN) | (outcomes == SEEN)
        if name in ticks:
            responded &= (typed.values[:, place] != 0) | (outcomes != ANSWERED)
        np.maximum(last, np.where(responded, order[place], -1), out=last)
    for position in matching.open_answers.values():
        written = translate(raw.cells.loc[typed.rows, position], _is_written, "boolean")
        np.maximum(last, np.where(written, position, -1), out=last)
    return _Reach(order, last)


def _is_written(text: str) -> object:
    return without_invisible(text) != ""


def _complete_sums(typed: TypedAnswers, instrument: Instrument) -> None:
    for allocation in instrument.allocations:
        places = _places(typed, list(allocation.columns))
        values, outcomes = typed.values[:, places], typed.outcomes[:, places]
        given = (outcomes == ANSWERED).any(axis=1, keepdims=True)
        left = given & ((outcomes == BLANK) | (outcomes == SEEN))
        values[left], outcomes[left] = 0, ANSWERED
        wrong = given & (values.sum(axis=1, keepdims=True) != allocation.total)
        unknown = wrong & (outcomes == ANSWERED)
        values[unknown], outcomes[unknown] = 0, UNKNOWN
        typed.values[:, places], typed.outcomes[:, places] = values, outcomes


def _complete_ticks(
    typed: TypedAnswers,
    reach: _Reach,
    finished: pd.Series,
    instrument: Instrument,
    writes_empty_boxes: bool,
) -> None:
    """Boxes left empty count 0 once their question was reached, and are blank before.

    Where the platform writes out boxes that were left empty, a question whose boxes are all blank
    has no answer.
    """
    done = finished.fillna(False).to_numpy(dtype=bool)
    for group in _tick_groups(instrument):
        places = _places(typed, group)
        reached = done | (reach.last > reach.order[places].max())
        blank = np.ones(len(done), dtype=bool)
        for place in places:
            values, outcomes = typed.values[:, place], typed.outcomes[:, place]
            reached |= ((values == 1) & (outcomes == ANSWERED)) | (outcomes > UNKNOWN)
            reached |= outcomes == SEEN
            blank &= outcomes == BLANK
        if writes_empty_boxes:
            reached &= ~blank
        for place in places:
            values, outcomes = typed.values[:, place], typed.outcomes[:, place]
            is_open = ((values == 0) & (outcomes == ANSWERED)) | (outcomes == BLANK)
            is_open |= outcomes == SEEN
            outcomes[is_open] = np.where(reached[is_open], ANSWERED, BLANK)


def _explain_blanks(typed: TypedAnswers, reach: _Reach, finished: pd.Series) -> None:
    """Give every blank cell its reason; unknown where the platform does not tell the end.

    Where an export marks questions that were seen and left, a blank one was not shown.
    """
    done = finished.fillna(False).to_numpy(dtype=bool)
    unmarked = NOT_SHOWN if (typed.outcomes == SEEN).any() else SKIPPED
    after_the_end = np.where(finished.isna().to_numpy(dtype=bool), UNKNOWN, NOT_REACHED)
    for place in range(len(typed.columns)):
        outcomes = typed.outcomes[:, place]
        blank = np.flatnonzero(outcomes == BLANK)
        passed = done[blank] | (reach.last[blank] > reach.order[place])
        outcomes[blank] = np.where(passed, unmarked, after_the_end[blank])
        outcomes[outcomes == SEEN] = SKIPPED


def _tick_groups(instrument: Instrument) -> list[list[str]]:
    return [
        list(question.columns)
        for question in instrument.person_questions
        if question.kind == "multiple"
    ]


def _places(typed: TypedAnswers, names: Sequence[str]) -> list[int]:
    index: Mapping[str, int] = {name: place for place, name in enumerate(typed.columns)}
    return [index[name] for name in names]
