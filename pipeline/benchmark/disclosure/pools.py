"""People whose sum can be had by subtraction, and whether that gives anyone away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.rules import DisclosureRules

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Measure:
    """What the numbers of a figure are: means between two limits, or shares of one whole."""

    low: float
    high: float
    shares: bool

    @property
    def width(self) -> float:
        """The range."""
        return self.high - self.low


SHARES = Measure(0.0, 1.0, shares=True)


def all_alike(values: Numbers, measure: Measure, rules: DisclosureRules) -> Mask:
    """Which rows say that nearly everyone gave one answer.

    A distribution does when a category has ``class_share`` or more; a mean of whole-number
    answers does when it is so close to an end of the scale that this share must be at the end.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        Shares of categories, or means.
    """
    known = np.nan_to_num(values, nan=(measure.low + measure.high) / 2)
    if measure.shares:
        known = np.nan_to_num(values, nan=0.0)
        return np.asarray((known >= rules.class_share - TOLERANCE).any(axis=1))
    margin = 1 - rules.class_share + TOLERANCE
    at_end = (known <= measure.low + margin) | (known >= measure.high - margin)
    return np.asarray(at_end.any(axis=1))


def pooled(n: Numbers, values: Numbers) -> Numbers:
    """Values of all rows together, shape (1, n_columns)."""
    weights = n / n.sum()
    return np.asarray((weights[:, None] * np.nan_to_num(values)).sum(axis=0, keepdims=True))


def located(n: Numbers, values: Numbers, measure: Measure) -> tuple[Numbers, Numbers]:
    """Lowest and highest possible sum of each row when only the sum of all rows is known."""
    total = (n[:, None] * np.nan_to_num(values)).sum(axis=0, keepdims=True)
    others = (n.sum() - n)[:, None]
    low = np.maximum(n[:, None] * measure.low, total - others * measure.high)
    high = np.minimum(n[:, None] * measure.high, total - others * measure.low)
    return low, high


def is_enough(
    n: Numbers,
    values: Numbers,
    measure: Measure,
    minimum: int,
    rules: DisclosureRules,
    whole: tuple[Numbers, Numbers] | None = None,
) -> bool:
    """Whether the sum of a pool may be known although its rows are hidden.

    It may when the pool is empty; or when it has two rows or more, enough people, and no row of
    fewer than ``minimum_n`` people can be located within half the range of the scale. For shares
    the width is the one before any count is known: that nobody of many chose a rare answer says
    so of everyone.

    Parameters
    ----------
    n, values : ndarray
        People and values of each row of the pool.
    minimum : int
        Fewest people by the ladder.
    whole : tuple of ndarray, optional
        People and values of the site each row is a part of; what is left of the site is then
        protected in the same way.
    """
    present = n > 0
    if not present.any():
        return True
    if present.sum() < 2 or n.sum() < max(minimum, rules.smallest_pool):
        return False
    n, values = n[present], values[present]
    if measure.shares or values.shape[1] == 0:
        return True
    low, high = located(n, values, measure)
    if not _is_wide(low, high, n, measure, rules):
        return False
    if whole is None:
        return True
    rest = whole[0][present] - n
    sums = (whole[0][:, None] * whole[1])[present]
    rest_low = np.maximum(sums - high, rest[:, None] * measure.low)
    rest_high = np.minimum(sums - low, rest[:, None] * measure.high)
    return _is_wide(rest_low, rest_high, rest, measure, rules)


def _is_wide(
    low: Numbers, high: Numbers, n: Numbers, measure: Measure, rules: DisclosureRules
) -> bool:
    """Whether every row of 1 to ``minimum_n - 1`` people stays within an interval wide enough."""
    few = (n > 0) & (n < rules.minimum_n)
    width = (high - low)[few] / n[few][:, None]
    return bool((width >= rules.protected_width * measure.width - TOLERANCE).all())
