"""Two sites compared: intervals whose overlap can be read by eye, and a named pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.benchmark.comparison.precision import sampling_variances

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairIntervals:
    """Intervals of means that are made for comparing two sites by eye.

    Attributes
    ----------
    multiplier : float
        Standard errors from the mean to either end.
    low, high : ndarray, shape (n_sites,)
        Ends of the intervals.
    significance_level : float
        Share of pairs of equal sites, on average, whose intervals do not overlap.
    """

    multiplier: float
    low: Numbers
    high: Numbers
    significance_level: float


@dataclass(frozen=True, slots=True)
class PairComparison:
    """The first of two sites minus the second.

    Attributes
    ----------
    difference, se : float
        Difference of the means and its standard error.
    ci_low, ci_high, confidence_level : float
        Its interval.
    p_value : float
        Two-sided, if the sites were equal.
    """

    difference: float
    se: float
    ci_low: float
    ci_high: float
    confidence_level: float
    p_value: float


def pair_multiplier(n: ArrayLike, significance_level: float = 0.05) -> float:
    r"""How many standard errors intervals for comparing pairs reach on either side.

    Parameters
    ----------
    n : array_like, shape (n_sites,)
        People behind each mean; the variance within sites is one for all, so that standard errors
        are in proportion to :math:`n^{-1/2}`.
    significance_level : float, optional
        Share of pairs of equal sites that may seem to differ.

    Raises
    ------
    ValueError
        If there are fewer than two sites, a site has nobody, or the level is not between 0 and 1.

    Notes
    -----
    Intervals :math:`m_i \pm c\, s_i` and :math:`m_j \pm c\, s_j` of equal sites do not overlap with
    probability

    .. math:: 2 \left[1 - \Phi\left(c\, \frac{s_i + s_j}{\sqrt{s_i^2 + s_j^2}}\right)\right].

    The multiplier c makes its average over all pairs the significance level [1]_; it is solved
    for numerically and lies between z / sqrt(2) (equal errors: 1.386 at .05) and z.

    References
    ----------
    .. [1] Goldstein & Healy (1995). Journal of the Royal Statistical Society A, 158(1), 175-177.

    Examples
    --------
    >>> round(pair_multiplier([20, 20, 20]), 3)
    1.386
    """
    from scipy.optimize import brentq
    from scipy.special import ndtr, ndtri

    people = np.asarray(n, dtype=float)
    if people.size < 2 or not (people >= 1).all():
        raise ValueError("pairs need two sites or more, each with at least one person")
    if not 0 < significance_level < 1:
        raise ValueError(f"significance_level must lie between 0 and 1, got {significance_level}")
    reach, share = _reach_of_pairs(people)

    def excess(multiplier: float) -> float:
        return float(2 * share @ ndtr(-multiplier * reach)) - significance_level

    z = float(-ndtri(significance_level / 2))
    return float(brentq(excess, 0.999 * z / np.sqrt(2), 1.001 * z, xtol=1e-12, rtol=1e-12))


def _reach_of_pairs(people: Numbers) -> tuple[Numbers, Numbers]:
    """Sum of two errors in units of the error of their difference, and the share of such pairs.

    Sites with the same number of people are alike, so each two numbers are looked at once.
    """
    sizes, count = np.unique(people, return_counts=True)
    error = 1 / np.sqrt(sizes)
    reach = (error[:, None] + error) / np.hypot(error[:, None], error)
    pairs = count[:, None] * count - np.diag(count)
    return reach.ravel(), pairs.ravel() / pairs.sum()


def pair_intervals(
    mean: ArrayLike, n: ArrayLike, variance_within: float, significance_level: float = 0.05
) -> PairIntervals:
    r"""Intervals that, when they do not overlap, say that two sites differ.

    The ends are :math:`m_i \pm c\, \sqrt{\sigma^2 / n_i}` with the multiplier of
    :func:`pair_multiplier`. They are no intervals of single means, and they are right for one pair
    chosen beforehand, not for the most distant of many.

    Raises
    ------
    ValueError
        If there are fewer than two sites, shapes differ, a mean is missing, a site has nobody, or
        people within sites do not differ.
    """
    half = np.sqrt(sampling_variances(mean, n, variance_within))
    multiplier = pair_multiplier(n, significance_level)
    means = np.asarray(mean, dtype=float)
    low, high = means - multiplier * half, means + multiplier * half
    return PairIntervals(multiplier, low, high, significance_level)


def compare_pair(
    mean: tuple[float, float],
    n: tuple[float, float],
    variance_within: float,
    confidence_level: float = 0.95,
) -> PairComparison:
    r"""The first of two named sites minus the second, with interval and p.

    The standard error is :math:`\sqrt{\sigma^2 (1/n_1 + 1/n_2)}` with the variance within all
    sites, so that the normal distribution serves even where both are small.

    Raises
    ------
    ValueError
        If a mean is missing, a site has nobody, or people within sites do not differ.
    """
    from scipy.special import ndtr, ndtri

    se = float(np.sqrt(sampling_variances(mean, n, variance_within).sum()))
    difference = float(mean[0] - mean[1])
    half = float(ndtri((1 + confidence_level) / 2)) * se
    p_value = float(2 * ndtr(-abs(difference) / se))
    low, high = difference - half, difference + half
    return PairComparison(difference, se, low, high, confidence_level, p_value)
