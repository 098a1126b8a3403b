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
    whole: tuple[Numbers, Numbers, Mask] | None = None,
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
        People and values of the site each row is a part of, and whether they are published. What
        is left of a published site is then protected too: the pool may not locate it better than
        the site alone does, unless half the range remains.
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
    published = whole[2][present]
    rest = (whole[0][present] - n)[published]
    sums = (whole[0][:, None] * whole[1])[present][published]
    n, low, high = n[published], low[published], high[published]
    bounds = n[:, None] * measure.low, n[:, None] * measure.high
    with_pool = _left(sums, low, high, rest, measure)
    without = _left(sums, *bounds, rest, measure)
    narrowed = (with_pool[1] - with_pool[0] < without[1] - without[0] - TOLERANCE).any(axis=1)
    with_pool = with_pool[0][narrowed], with_pool[1][narrowed]
    return _is_wide(*with_pool, rest[narrowed], measure, rules)


def _left(
    sums: Numbers, low: Numbers, high: Numbers, rest: Numbers, measure: Measure
) -> tuple[Numbers, Numbers]:
    """Lowest and highest possible sum of the rest of a site whose part lies between two sums."""
    return (
        np.maximum(sums - high, rest[:, None] * measure.low),
        np.minimum(sums - low, rest[:, None] * measure.high),
    )


def _is_wide(
    low: Numbers, high: Numbers, n: Numbers, measure: Measure, rules: DisclosureRules
) -> bool:
    """Whether every row of 1 to ``minimum_n - 1`` people stays within an interval wide enough."""
    few = (n > 0) & (n < rules.minimum_n)
    width = (high - low)[few] / n[few][:, None]
    return bool((width >= rules.protected_width * measure.width - TOLERANCE).all())
