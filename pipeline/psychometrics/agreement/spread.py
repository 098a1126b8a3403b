"""How far apart the answers of a group lie, from its counts of categories.

The numerators are whole numbers, so that groups with the same spread are exactly equal and can be
counted as ties.
"""

from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.agreement.answers import category_values


class Spread(NamedTuple):
    """Numerators of the mean variance of the items and of their mean average deviation."""

    variance: FloatArray
    deviation: FloatArray


def spread_of(counts: IntArray, sizes: IntArray) -> Spread:
    r"""Numerators of the spread of each group.

    Sums over items of :math:`n \sum_i x_i^2 - (\sum_i x_i)^2` and of
    :math:`\sum_i |n x_i - \sum_k x_k|`, with :math:`x` counted from the lowest category.

    Parameters
    ----------
    counts : ndarray, shape (n_groups, n_items, n_categories)
        How many chose each category.
    sizes : ndarray, shape (n_groups,)
        Members of each group.

    Returns
    -------
    Spread
        Arrays of shape (n_groups,).
    """
    values, numbers = category_values(counts.shape[2]), counts.astype(np.float64)
    n = sizes.astype(np.float64)[:, None]
    sums = numbers @ values
    squares = numbers @ values**2
    away = np.abs(n[:, :, None] * values - sums[:, :, None])
    deviation = np.einsum("gic,gic->g", numbers, away)
    return Spread((n * squares - sums**2).sum(axis=1), deviation)


def mean_variance(spread: Spread, sizes: IntArray, n_items: int) -> FloatArray:
    """Mean over items of the variance (divisor n - 1); missing for groups of fewer than two."""
    return _divided(spread.variance, n_items * sizes * (sizes - 1.0))


def mean_deviation(spread: Spread, sizes: IntArray, n_items: int) -> FloatArray:
    """Mean over items of the average deviation about the mean; missing for fewer than two."""
    return _divided(spread.deviation, np.where(sizes > 1, n_items * sizes * (sizes * 1.0), 0))


def median_deviation(counts: IntArray, sizes: IntArray) -> FloatArray:
    """Mean over items of the average deviation about the median; missing for fewer than two."""
    below = 2 * counts.cumsum(axis=2) < sizes[:, None, None]
    median = below.sum(axis=2, keepdims=True)
    away = np.abs(category_values(counts.shape[2]) - median)
    total = (counts * away).sum(axis=(1, 2))
    return _divided(total, np.where(sizes > 1, counts.shape[1] * sizes * 1.0, 0))


def rwg_j(variance: FloatArray, null_variance: float, n_items: int) -> FloatArray:
    r"""Agreement of several items, as it falls: also below 0 and above 1.

    .. math:: r_{wg(j)} = \frac{J (1 - q)}{J (1 - q) + q}, \qquad q = \bar s^2 / \sigma^2

    It is missing where the denominator is 0, at :math:`q = J / (J - 1)`, and above 1 beyond.
    """
    ratio = variance / null_variance
    shared = n_items * (1 - ratio)
    return _divided(shared, shared + ratio)


def out_of_range(agreement: FloatArray, variance: FloatArray) -> np.typing.NDArray[np.bool_]:
    """Whether a group with a variance has an agreement that lies outside 0 to 1."""
    inside = (agreement >= 0) & (agreement <= 1)
    return np.asarray(~np.isnan(variance) & ~inside, dtype=np.bool_)


def _divided(part: FloatArray, whole: FloatArray) -> FloatArray:
    """The quotient; missing where it is undefined."""
    missing = np.full(np.shape(part), np.nan)
    np.divide(part, whole, out=missing, where=np.asarray(whole) != 0)
    return missing
