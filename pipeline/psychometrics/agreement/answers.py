"""Answers to the items of one scale, by group: read, checked, and counted by category."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.psychometrics._grouping import grouping_of
from pipeline.psychometrics._responses import (
    FloatArray,
    IntArray,
    require_items,
    require_series,
    to_numbers,
)


class GroupedAnswers(NamedTuple):
    """The complete answers to a scale and the group of each respondent.

    Attributes
    ----------
    steps : ndarray, shape (n_items, n_respondents)
        How many categories above the lowest each answer lies.
    codes : ndarray, shape (n_respondents,)
        Place of the respondent's group in `groups`.
    groups : tuple of str
        Names of the groups in their order, also of those without a complete answer.
    sizes : ndarray, shape (n_groups,)
        Respondents of each group.
    n_categories : int
        Categories of the items.
    n_total : int
        Respondents given.
    """

    steps: npt.NDArray[np.unsignedinteger[Any]]
    codes: IntArray
    groups: tuple[str, ...]
    sizes: IntArray
    n_categories: int
    n_total: int


def grouped_answers(
    items: pd.DataFrame, groups: pd.Series, lowest: int, highest: int
) -> GroupedAnswers:
    """Respondents with every answer and a group.

    Raises
    ------
    ValueError
        If the two are of different respondents, or an answer is not a whole number from `lowest`
        to `highest`.
    """
    names = require_items(items)
    require_series(groups, "groups")
    if not items.index.equals(groups.index):
        raise ValueError("items and groups must be of the same respondents in the same order")
    if not lowest < highest or int(lowest) != lowest or int(highest) != highest:
        raise ValueError(
            f"lowest and highest must be whole numbers, the lower first, got {lowest}, {highest}"
        )
    lowest, highest = int(lowest), int(highest)
    columns = [_item(items, place, lowest) for place in range(len(names))]
    _require_in_range(names, columns, lowest, highest)
    codes, labels, sizes = _present_groups(groups)
    used = _used(columns, codes)
    steps = _steps_above(lowest, columns, used, np.min_scalar_type(highest - lowest))
    if used is not None:
        codes = codes[used]
        sizes = np.bincount(codes, minlength=len(labels))
    return GroupedAnswers(steps, codes, labels, sizes, highest - lowest + 1, len(items))


def category_counts(
    steps: npt.NDArray[np.unsignedinteger[Any]],
    codes: npt.NDArray[np.integer[Any]],
    n_groups: int,
    n_categories: int,
) -> IntArray:
    """How many of each group chose each category, shape (n_groups, n_items, n_categories)."""
    first_cell = codes.astype(np.intp, copy=False) * n_categories
    counts = np.empty((n_groups, len(steps), n_categories), np.int64)
    for place, own in enumerate(steps):
        cells = np.bincount(first_cell + own, minlength=n_groups * n_categories)
        counts[:, place] = cells.reshape(n_groups, n_categories)
    return counts


class _Item(NamedTuple):
    """Answers to one item, the lowest standing in where there is none, and where that is."""

    numbers: npt.NDArray[Any]
    missing: npt.NDArray[np.bool_] | None


def _item(items: pd.DataFrame, place: int, lowest: int) -> _Item:
    own = items.iloc[:, place]
    kind = own.dtype.kind if isinstance(own.dtype, np.dtype) else "O"
    if kind in "iu":
        return _Item(own.to_numpy(), None)
    numbers = own.to_numpy() if kind == "f" else to_numbers(items.iloc[:, [place]])[:, 0]
    missing = np.isnan(numbers)
    if not missing.any():
        return _Item(numbers, None)
    return _Item(np.where(missing, lowest, numbers), missing)


def _steps_above(
    lowest: int,
    columns: list[_Item],
    used: npt.NDArray[np.bool_] | None,
    kind: np.dtype[np.unsignedinteger[Any]],
) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Steps of those used, as the type `kind`, in which each step fits; it counts in a circle."""
    origin = np.array(lowest).astype(kind)
    n_used = len(columns[0].numbers) if used is None else int(used.sum())
    steps = np.empty((len(columns), n_used), kind)
    for place, column in enumerate(columns):
        own = column.numbers if used is None else column.numbers[used]
        whole = own.astype(np.int64) if own.dtype.kind == "f" else own
        np.subtract(whole.astype(kind), origin, out=steps[place])
    return steps


def _require_in_range(
    names: tuple[str, ...], columns: list[_Item], lowest: int, highest: int
) -> None:
    faults = [
        f"item '{name}' has the answer {fault:g}"
        for name, column in zip(names, columns, strict=True)
        if (fault := _first_fault(column.numbers, lowest, highest)) is not None
    ]
    if faults:
        raise ValueError(
            f"answers must be whole numbers from {lowest} to {highest} or missing: "
            f"{', '.join(faults)}"
        )


def _first_fault(numbers: npt.NDArray[Any], lowest: int, highest: int) -> float | None:
    """The first answer that is no category, if there is one."""
    whole = numbers.dtype.kind in "iu" or bool((np.rint(numbers) == numbers).all())
    if not len(numbers) or (whole and numbers.min() >= lowest and numbers.max() <= highest):
        return None
    wrong = (numbers < lowest) | (numbers > highest) | (np.rint(numbers) != numbers)
    return float(numbers[wrong.argmax()])


def _present_groups(groups: pd.Series) -> tuple[IntArray, tuple[str, ...], IntArray]:
    """Place of each respondent's group, -1 without one; names and sizes of groups with anybody."""
    codes, labels = grouping_of(groups)
    sizes = np.bincount(codes + 1, minlength=len(labels) + 1)[1:]
    present = sizes > 0
    new_place = np.concatenate([np.cumsum(present) - 1, [-1]])
    names = tuple(name for name, is_present in zip(labels, present, strict=True) if is_present)
    return new_place[codes], names, sizes[present]


def _used(columns: list[_Item], codes: IntArray) -> npt.NDArray[np.bool_] | None:
    """Who answered every item and has a group; None where all do."""
    missing = codes < 0
    for column in columns:
        if column.missing is not None:
            missing |= column.missing
    return ~missing if missing.any() else None


def category_values(n_categories: int) -> FloatArray:
    """Steps above the lowest category."""
    return np.arange(n_categories, dtype=np.float64)
