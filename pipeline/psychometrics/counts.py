"""How often each answer was given, alone and together with each answer to every other item.

One pass over the answers, in chunks; everything that needs only the two-way tables (polychoric
correlations, item analysis, factor analysis) costs the same for a thousand respondents and for a
million. Counts of two groups of respondents add up.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.psychometrics._responses import (
    FloatArray,
    IntArray,
    is_no_number,
    require_items,
    require_series,
)
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics._threads import in_threads
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.result import Result

CodeArray = npt.NDArray[np.int8]
Missing = Literal["pairwise", "listwise"]
Categories = Sequence[float] | Mapping[str, Sequence[float]]

MOST_CATEGORIES = 100
"""An item with more different answers than this is not an ordered item."""

MANY_ROWS = 50_000
"""From here on the work is shared out between threads."""

ROWS_AT_ONCE = 8192
"""Counts of one chunk stay far below 2**24, up to which float32 holds every integer."""


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """Answers as places in the categories of their items.

    Attributes
    ----------
    items : tuple of str
        The items.
    categories : tuple of tuple of float
        The categories of each item in ascending order.
    values : ndarray of int8, shape (n_respondents, n_items)
        Place of each answer among the categories of its item, from 0; -1 where there is none.
    """

    items: tuple[str, ...]
    categories: tuple[tuple[float, ...], ...]
    values: CodeArray

    @property
    def n_categories(self) -> IntArray:
        """Number of categories of each item."""
        return np.array([len(own) for own in self.categories], dtype=np.int64)

    def rows(self, chosen: npt.NDArray[Any]) -> "Codes":
        """The codes of some of the respondents, by a mask or by positions."""
        return Codes(self.items, self.categories, np.asfortranarray(self.values[chosen]))

    def complete(self) -> "Codes":
        """The codes of those who answered every item."""
        answered = np.asarray((self.values >= 0).all(axis=1))
        return self if answered.all() else self.rows(answered)


@dataclass(frozen=True, slots=True, eq=False)
class AnswerCounts(Result):
    """One-way and all two-way tables of a set of ordered items.

    Attributes
    ----------
    items : tuple of str
        The items.
    categories : tuple of tuple of float
        The categories of each item in ascending order.
    table : ndarray of int64, shape (n_categories_of_all, n_categories_of_all)
        Row and column of each category of each item: respondents who gave both answers. The blocks
        on the diagonal hold the one-way tables.
    n_respondents : int
        Respondents counted: with an answer to at least one item, or to every item if `missing` is
        "listwise".
    n_complete : int
        Those of them who answered every item.
    n_total : int
        Respondents given.
    missing : str
        "pairwise" or "listwise".
    method : str
        How it was counted.
    condition : str or None
        ``empty_category``: nobody chose one of the categories. ``item_without_answers``.
    """

    items: tuple[str, ...]
    categories: tuple[tuple[float, ...], ...]
    table: IntArray
    n_respondents: int
    n_complete: int
    n_total: int
    missing: Missing
    method: str
    condition: str | None

    @property
    def n_categories(self) -> IntArray:
        """Number of categories of each item."""
        return np.array([len(own) for own in self.categories], dtype=np.int64)

    @property
    def starts(self) -> IntArray:
        """Where the categories of each item begin in the table, and where the last ends."""
        return np.concatenate([[0], np.cumsum(self.n_categories)])

    @property
    def pair_n(self) -> IntArray:
        """Respondents who answered both items, shape (n_items, n_items)."""
        starts = self.starts[:-1]
        return np.add.reduceat(np.add.reduceat(self.table, starts, axis=0), starts, axis=1)

    def of_item(self, item: str) -> pd.Series:
        """How many chose each category of an item."""
        start, end = self._place(item)
        counts = np.diag(self.table)[start:end]
        return pd.Series(counts, index=self._categories_of(item), name=item)

    def of_pair(self, first: str, second: str) -> pd.DataFrame:
        """The two-way table of two items, categories of the first in rows."""
        rows, columns = self._place(first), self._place(second)
        return pd.DataFrame(
            self.table[rows[0] : rows[1], columns[0] : columns[1]],
            index=pd.Index(self._categories_of(first), name=first),
            columns=pd.Index(self._categories_of(second), name=second),
        )

    def __add__(self, other: "AnswerCounts") -> "AnswerCounts":
        """Counts of both groups of respondents together.

        Raises
        ------
        ValueError
            If items, categories or treatment of missing answers differ.
        """
        for name in ("items", "categories", "missing"):
            if getattr(self, name) != getattr(other, name):
                raise ValueError(f"counts with different {name} cannot be added up")
        return _counts(
            self.items,
            self.categories,
            self.table + other.table,
            self.n_respondents + other.n_respondents,
            self.n_complete + other.n_complete,
            self.n_total + other.n_total,
            self.missing,
        )

    def to_rows(self) -> pd.DataFrame:
        """A row per item and category, with the number who chose it."""
        counts = iter(np.diag(self.table).tolist())
        return long_table(
            [
                {"item": item, "statistic": f"n_of_answer_{answer:g}", "estimate": next(counts)}
                for item, own in zip(self.items, self.categories, strict=True)
                for answer in own
            ],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )

    def _place(self, item: str) -> tuple[int, int]:
        if item not in self.items:
            raise ValueError(f"there is no item {item!r}; there are {list(self.items)}")
        starts, place = self.starts, self.items.index(item)
        return int(starts[place]), int(starts[place + 1])

    def _categories_of(self, item: str) -> list[float]:
        return list(self.categories[self.items.index(item)])


def encode(responses: pd.DataFrame, categories: Categories | None = None) -> Codes:
    """Answers as places in the categories of their items.

    Parameters
    ----------
    responses : DataFrame, shape (n_respondents, n_items)
        Numbers or missing.
    categories : sequence of float, or mapping of str to sequence of float, optional
        The categories of all items, or of each; those that occur in the answers unless given.

    Returns
    -------
    Codes

    Raises
    ------
    ValueError
        If answers are not numbers, an answer is none of the categories given, an item has more
        than 100 categories, or an item has no categories given.

    Examples
    --------
    >>> encode(pd.DataFrame({"a": [1, 5, None]})).values.ravel().tolist()
    [0, 1, -1]
    """
    labels = require_items(responses)
    values = np.empty(responses.shape, dtype=np.int8, order="F")

    def encode_item(place: int) -> tuple[float, ...]:
        answers = _numbers(responses.iloc[:, place], labels[place])
        own = _categories_of(labels[place], categories, answers)
        values[:, place] = _places(answers, own, labels[place])
        return tuple(own.tolist())

    places = range(len(labels))
    few = len(responses) < MANY_ROWS
    found = map(encode_item, places) if few else in_threads(encode_item, places)
    return Codes(labels, tuple(found), values)


def count_answers(
    responses: pd.DataFrame,
    categories: Categories | None = None,
    missing: Missing = "pairwise",
) -> AnswerCounts:
    """One-way and all two-way tables of a set of ordered items, in one pass.

    Parameters
    ----------
    responses : DataFrame, shape (n_respondents, n_items)
        Numbers or missing.
    categories : sequence of float, or mapping of str to sequence of float, optional
        The categories of all items, or of each; those that occur in the answers unless given. Give
        them if counts are to be added up.
    missing : {"pairwise", "listwise"}, optional
        Count every pair of answers, or only respondents who answered every item.

    Returns
    -------
    AnswerCounts

    Raises
    ------
    ValueError
        As :func:`encode` does, or if `missing` is unknown.

    Notes
    -----
    With an indicator for each category of each item in the columns of :math:`Z`, all tables are
    the blocks of :math:`Z'Z`. The product is taken over chunks of respondents in float32, which
    holds these integers exactly, and summed up as int64.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 2], "b": [1, 1, None]})
    >>> count_answers(answers).of_pair("a", "b")[1.0].tolist()
    [1, 1]
    """
    return count_codes(encode(responses, categories), missing)


def count_answers_by_group(
    responses: pd.DataFrame,
    groups: "pd.Series[Any]",
    categories: Categories | None = None,
    missing: Missing = "pairwise",
) -> dict[Hashable, AnswerCounts]:
    """The tables of each group of respondents; they add up to those of all who have a group.

    Parameters
    ----------
    responses, categories, missing
        As for :func:`count_answers`; the categories are the same in every group.
    groups : Series, shape (n_respondents,)
        Group of each respondent, in the order of `responses`; who has none is not counted.

    Returns
    -------
    dict of AnswerCounts, by group in the order of their names

    Raises
    ------
    ValueError
        As :func:`count_answers` does, or if the two do not have the same length.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 2]})
    >>> counts = count_answers_by_group(answers, pd.Series(["x", "y", "y"]))
    >>> counts["y"].of_item("a").tolist()
    [0, 2]
    """
    require_series(groups, "groups")
    if len(groups) != len(responses):
        raise ValueError(f"need a group a respondent: {len(groups)} for {len(responses)}")
    codes = encode(responses, categories)
    numbers, names = pd.factorize(groups, sort=True)
    order = np.argsort(numbers, kind="stable")
    ends = np.searchsorted(numbers[order], np.arange(len(names) + 1))
    return {
        name: count_codes(codes.rows(order[ends[place] : ends[place + 1]]), missing)
        for place, name in enumerate(names)
    }


def count_codes(codes: Codes, missing: Missing = "pairwise") -> AnswerCounts:
    """The tables of answers that are already encoded; see :func:`count_answers`."""
    if missing not in ("pairwise", "listwise"):
        raise ValueError(f"missing must be 'pairwise' or 'listwise', got {missing!r}")
    used = codes.complete() if missing == "listwise" else codes
    answered = used.values >= 0
    n_complete = int(answered.all(axis=1).sum())
    n_respondents = n_complete if n_complete == len(answered) else int(answered.any(axis=1).sum())
    return _counts(
        codes.items,
        codes.categories,
        two_way_tables(used.values, codes.n_categories, complete=n_complete == len(answered)),
        n_respondents,
        n_complete,
        len(codes.values),
        missing,
    )


def two_way_tables(codes: CodeArray, n_categories: IntArray, complete: bool) -> IntArray:
    """All two-way tables as blocks of one matrix; see :class:`AnswerCounts`.

    Where nothing is missing the last category of each item is not counted but follows from the
    others: a smaller product gives the same tables.
    """
    indicators = _Indicators(n_categories, complete)

    def products(start: int) -> npt.NDArray[np.float32]:
        rows = indicators.of(codes[start : start + ROWS_AT_ONCE])
        return np.asarray(rows @ rows.T)

    total = np.zeros((indicators.n_rows, indicators.n_rows), dtype=np.int64)
    starts = range(0, len(codes), ROWS_AT_ONCE)
    for part in map(products, starts) if len(codes) < MANY_ROWS else in_threads(products, starts):
        total += part.astype(np.int64)
    return indicators.to_categories(total)


class _Indicators:
    """Columns of zeros and ones from which the tables of all categories follow."""

    def __init__(self, n_categories: IntArray, complete: bool) -> None:
        self.n_categories = n_categories
        self.complete = complete
        self.item = np.repeat(np.arange(len(n_categories)), n_categories - complete)
        self.category = np.concatenate(
            [np.arange(n - complete) for n in n_categories], dtype=np.int8
        )
        self.n_rows = len(self.item) + complete

    def of(self, codes: CodeArray) -> npt.NDArray[np.float32]:
        """The indicators of some respondents, shape (n_rows, n_respondents)."""
        columns = np.ascontiguousarray(codes.T)
        chunk = np.ones((self.n_rows, len(codes)), dtype=np.float32)
        for place, (item, category) in enumerate(zip(self.item, self.category, strict=True)):
            np.equal(columns[item], category, out=chunk[place])
        return chunk

    def to_categories(self, total: IntArray) -> IntArray:
        """The tables of all categories from the products of the indicators."""
        if not self.complete:
            return total
        rows = self._with_last_category(total)
        return self._with_last_category(rows.T).T

    def _with_last_category(self, total: IntArray) -> IntArray:
        """Rows for all categories: that of the last is everybody less the others of its item."""
        ends = np.cumsum(self.n_categories - 1)
        so_far = np.vstack([np.zeros_like(total[:1]), np.cumsum(total[:-1], axis=0)])
        others = so_far[ends] - so_far[ends - (self.n_categories - 1)]
        return np.insert(total[:-1], ends, total[-1] - others, axis=0)


def _counts(
    items: tuple[str, ...],
    categories: tuple[tuple[float, ...], ...],
    table: IntArray,
    n_respondents: int,
    n_complete: int,
    n_total: int,
    missing: Missing,
) -> AnswerCounts:
    table.setflags(write=False)
    starts = np.concatenate([[0], np.cumsum([len(own) for own in categories])])[:-1]
    n_of_category = np.diag(table)
    silent = np.add.reduceat(n_of_category, starts) == 0
    words = [
        "item_without_answers" if silent.any() else None,
        "empty_category" if (n_of_category == 0).any() else None,
    ]
    return AnswerCounts(
        items=items,
        categories=categories,
        table=table,
        n_respondents=n_respondents,
        n_complete=n_complete,
        n_total=n_total,
        missing=missing,
        method=f"counted, {missing}",
        condition=joined(words),
    )


def _numbers(answers: "pd.Series[Any]", item: str) -> npt.NDArray[Any]:
    """The answers to an item as integers where they are, else as floats with NaN."""
    if is_no_number(answers.dtype):
        raise ValueError(
            f"{item}: answers must be numbers or missing, not times or complex numbers"
        )
    if isinstance(answers.dtype, np.dtype) and answers.dtype.kind in "iuf":
        numbers = answers.to_numpy()
    else:
        try:
            numbers = answers.to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{item}: answers must be numbers or missing: {error}") from error
    if numbers.dtype.kind == "f" and np.isinf(numbers).any():
        raise ValueError(f"{item}: an answer is infinite; answers must be numbers or missing")
    return numbers


def _occurring(answers: npt.NDArray[Any]) -> FloatArray:
    """The different answers, in ascending order."""
    small, whole = _as_bytes(answers)
    if not whole.all() and not (whole | np.isnan(answers)).all():
        return np.unique(answers[~np.isnan(answers)]).astype(np.float64)
    given = small if whole.all() else small[whole]
    if not len(given):
        return np.array([])
    between = np.arange(given.min(), int(given.max()) + 1, dtype=np.int16)
    return np.array([answer for answer in between if (given == answer).any()], dtype=np.float64)


def _places(answers: npt.NDArray[Any], own: FloatArray, item: str) -> CodeArray:
    """The place of each answer among the categories; -1 where there is none."""
    small, whole = _as_bytes(answers)
    bytes_of_own, own_is_whole = _as_bytes(own)
    if own_is_whole.all():
        places = np.full(256, -1, dtype=np.int8)
        places[bytes_of_own.view(np.uint8)] = np.arange(len(own))
        codes = places[small.view(np.uint8)]
        codes[~whole] = -1
    else:
        near = np.minimum(np.searchsorted(own, answers), len(own) - 1)
        codes = np.where(own[near] == answers, near, -1).astype(np.int8)
    wrong = codes < 0
    if wrong.any() and answers.dtype.kind == "f":
        wrong &= ~np.isnan(answers)
    if wrong.any():
        strange = sorted(set(answers[wrong].tolist()))[:5]
        raise ValueError(f"{item}: answers {strange} are none of its categories {own.tolist()}")
    return codes


def _as_bytes(answers: npt.NDArray[Any]) -> tuple[CodeArray, npt.NDArray[np.bool_]]:
    """The answers as one-byte integers, and which of them are such an integer."""
    with np.errstate(invalid="ignore"):
        small = answers.astype(np.int8)
    return small, small == answers


def _categories_of(
    item: str, categories: Categories | None, answers: npt.NDArray[Any]
) -> FloatArray:
    if isinstance(categories, Mapping):
        if item not in categories:
            raise ValueError(f"no categories are given for {item}")
        given: Iterable[float] = categories[item]
    else:
        given = _occurring(answers) if categories is None else categories
    try:
        own = np.unique(np.asarray(list(given), dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{item}: categories must be numbers: {error}") from error
    if not np.isfinite(own).all():
        raise ValueError(f"{item}: categories must be numbers, got {own.tolist()}")
    if len(own) > MOST_CATEGORIES:
        raise ValueError(
            f"{item} has {len(own)} different answers; an ordered item has at most "
            f"{MOST_CATEGORIES}"
        )
    return own if len(own) else np.array([0.0])
