"""The correlation of two variables among units of the same stratum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.claims.influence import Influenced


@dataclass(frozen=True, slots=True, eq=False)
class PooledCorrelation:
    """A correlation within strata.

    Attributes
    ----------
    found : Influenced
        The correlation.
    df : int
        Units minus strata.
    """

    found: Influenced
    df: int


def centred(values: FloatArray, strata: IntArray) -> FloatArray:
    """Values minus the mean of their stratum."""
    sizes = np.bincount(strata)
    sums = np.bincount(strata, weights=values)
    return np.asarray(values - (sums / np.maximum(sizes, 1))[strata])


def within_correlation(x: FloatArray, y: FloatArray, strata: IntArray) -> PooledCorrelation:
    r"""Correlation of two variables over the units that have both, within strata.

    Parameters
    ----------
    x, y : ndarray, shape (n_units,)
        Numbers, or NaN where missing.
    strata : ndarray of int, shape (n_units,)
        Codes from 0 upwards.

    Returns
    -------
    PooledCorrelation
        NaN where a variable does not vary within strata.

    Notes
    -----
    .. math:: r = \frac{\sum_i \tilde x_i \tilde y_i}
              {\sqrt{\sum_i \tilde x_i^2 \sum_i \tilde y_i^2}}

    with :math:`\tilde x_i` the value minus the mean of its stratum [1]_. The influence of a unit is
    :math:`(z_x z_y - r (z_x^2 + z_y^2) / 2) / n`, :math:`z` the centred value over the root of the
    mean square, times :math:`\sqrt{n / (n - k)}` for the :math:`k` means of strata.

    References
    ----------
    .. [1] Snijders & Bosker (2012). Multilevel Analysis, 2nd ed., section 3.6.
    """
    both = ~np.isnan(x) & ~np.isnan(y)
    codes = strata[both]
    n, n_strata = int(both.sum()), len(np.unique(codes))
    influence = np.zeros(len(x))
    if n - n_strata < 1:
        return PooledCorrelation(Influenced(np.nan, influence, n), max(n - n_strata, 0))
    first, second = centred(x[both], codes), centred(y[both], codes)
    sizes = np.sqrt((first @ first) / n), np.sqrt((second @ second) / n)
    if min(sizes) < np.sqrt(np.finfo(np.float64).eps):
        return PooledCorrelation(Influenced(np.nan, influence, n), n - n_strata)
    first, second = first / sizes[0], second / sizes[1]
    correlation = float(np.clip((first @ second) / n, -1, 1))
    own = (first * second - correlation * (first**2 + second**2) / 2) / n
    influence[both] = own * np.sqrt(n / (n - n_strata))
    return PooledCorrelation(Influenced(correlation, influence, n), n - n_strata)
