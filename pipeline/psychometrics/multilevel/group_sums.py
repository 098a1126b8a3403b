"""Scores by group: read, checked, and summed up. Everything else here starts from these sums."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._grouping import Codes, Grouping, grouping_of
from pipeline.psychometrics._responses import FloatArray, to_numbers

EQUAL = 4 * np.finfo(np.float64).eps
"""Relative to the largest score: members of a group that differ less have the same score."""


class GroupSums(NamedTuple):
    """What a score comes to in each group that has it.

    Attributes
    ----------
    groups : tuple of str
        Groups with a score, in their order.
    sizes : ndarray, shape (n_groups,)
        Respondents with a score.
    means : ndarray, shape (n_groups,)
        Their mean, less `origin`.
    squares : ndarray, shape (n_groups,)
        Sum of their squared deviations from it.
    origin : float
        Mean of all respondents with score and group.
    is_constant : bool
        Whether all have the same score.
    n_total : int
        Respondents given.
    """

    groups: tuple[str, ...]
    sizes: FloatArray
    means: FloatArray
    squares: FloatArray
    origin: float
    is_constant: bool
    n_total: int


def require_alike(**named: tuple[Any, type]) -> None:
    """Refuse what is not of its kind, or not of the same respondents in the same order.

    Raises
    ------
    ValueError
        If it is so; all that is wrong is told.
    """
    faults = [
        f"{name} must be a {kind.__name__} with the index of the answers, such as is cut from the "
        f"same table, got {type(value).__name__}"
        for name, (value, kind) in named.items()
        if not isinstance(value, kind)
    ]
    (first, (one, _)), *others = named.items()
    if not faults:
        faults = [
            f"{first} and {name} must be of the same respondents in the same order"
            for name, (value, _) in others
            if not value.index.equals(one.index)
        ]
    if faults:
        raise ValueError("; ".join(faults))


def columns_of(scores: pd.DataFrame) -> list[tuple[str, FloatArray]]:
    """Name and numbers of each score; nothing of a table without columns.

    Raises
    ------
    ValueError
        If `scores` is no table, two scores have one name, or one is not numbers or missing.
    """
    if not scores.shape[1]:
        return []
    values = to_numbers(scores)
    return [(str(name), values[:, place]) for place, name in enumerate(scores.columns)]


def sums_of(values: FloatArray, grouping: Grouping) -> GroupSums:
    """Size, mean and squared deviations of each group that has a score."""
    known = ~np.isnan(values) & (grouping.codes >= 0)
    every = bool(known.all())
    own = values if every else values[known]
    codes = grouping.codes if every else grouping.codes[known]
    if not len(own):
        empty = np.zeros(0)
        return GroupSums((), empty, empty, empty, np.nan, False, len(values))
    origin = float(own.mean())
    sizes = np.bincount(codes, minlength=len(grouping.labels)).astype(np.float64)
    present = sizes > 0
    centred = own - origin
    means = np.bincount(codes, weights=centred, minlength=len(sizes)) / np.where(present, sizes, 1)
    centred -= means[codes]
    centred *= centred
    squares = np.bincount(codes, weights=centred, minlength=len(sizes)).astype(np.float64)
    largest = max(abs(float(own.min())), abs(float(own.max())))
    squares[squares <= sizes * (EQUAL * largest) ** 2] = 0.0
    return GroupSums(
        groups=tuple(name for name, told in zip(grouping.labels, present, strict=True) if told),
        sizes=sizes[present],
        means=means[present],
        squares=squares[present],
        origin=origin,
        is_constant=bool((own == own[0]).all()),
        n_total=len(values),
    )


def sums_of_each(scores: pd.DataFrame, groups: pd.Series) -> list[tuple[str, GroupSums]]:
    """The sums of every score, by its name; the groups are read once.

    Raises
    ------
    ValueError
        If the two are of different respondents, or a score is not numbers or missing.
    """
    require_alike(scores=(scores, pd.DataFrame), groups=(groups, pd.Series))
    grouping = grouping_of(groups)
    return [(name, sums_of(values, grouping)) for name, values in columns_of(scores)]


def adjusted_group_size(sizes: FloatArray) -> float:
    """The size that groups of one size would have, for the variance between them to come out."""
    if len(sizes) < 2:
        return np.nan
    n = sizes.sum()
    return float((n - (sizes**2).sum() / n) / (len(sizes) - 1))


def deviations_of(values: FloatArray, codes: Codes) -> tuple[FloatArray, FloatArray]:
    """Means of each column by group, for groups with respondents, and what is left within groups.

    Parameters
    ----------
    values : ndarray, shape (n_respondents, n_columns)
        Numbers.
    codes : ndarray, shape (n_respondents,)
        Number of the group of each, none of them negative.
    """
    sizes = np.bincount(codes)
    sums = [np.bincount(codes, weights=column) for column in values.T]
    shape = (len(sums), len(sizes))
    means = (np.reshape(sums, shape) / np.where(sizes > 0, sizes, 1)).T
    return means[sizes > 0], values - means[codes]
