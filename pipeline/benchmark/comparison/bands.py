"""Five words for where the mean of a site lies among the sites of its programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.benchmark.comparison.conditions import (
    FEWEST_FOR_BAND,
    FEWEST_SITES,
    GATE_UNTESTED,
    LEAST_RELIABILITY,
    MEAN_NOT_RELIABLE,
    TOO_FEW_FOR_BAND,
    TOO_FEW_SITES,
)
from pipeline.benchmark.comparison.precision import sampling_variances, studentised

Numbers = NDArray[np.float64]

CLEAR_BELOW, UNUSUAL_BELOW = 0.002, 0.05
"""Adjusted p below which a site is called clearly higher or lower, and higher or lower: the
counterparts of limits at 99.8 % and 95 %."""


@dataclass(frozen=True, slots=True)
class Unusualness:
    """How unusual each site is among all.

    Attributes
    ----------
    z : ndarray, shape (n_sites,)
        Distance from the centre in standard errors that hold differences between sites as well.
    p_value : ndarray, shape (n_sites,)
        Two-sided, by Student's t.
    """

    z: Numbers
    p_value: Numbers


def unusualness(
    mean: ArrayLike, n: ArrayLike, variance_within: float, variance_added: float
) -> Unusualness:
    r"""How unusual the mean of each site is among those of all sites.

    Parameters
    ----------
    mean, n : array_like, shape (n_sites,)
        Mean of each site and the people behind it.
    variance_within : float
        Variance :math:`\sigma^2` of people within sites.
    variance_added : float
        Variance :math:`\tau^2` between unremarkable sites
        (:func:`~pipeline.benchmark.comparison.over_dispersion.over_dispersion`).

    Returns
    -------
    Unusualness
        Missing for fewer than three sites.

    Raises
    ------
    ValueError
        If there is no site, shapes differ, a mean is missing, a site has nobody, or people within
        sites do not differ.

    Notes
    -----
    With :math:`v_i = \sigma^2 / n_i + \tau^2`, :math:`w_i = 1 / v_i` and the mean :math:`c` of
    sites weighted by :math:`w_i`,

    .. math:: z_i = \frac{m_i - c}{\sqrt{v_i - 1 / \sum_j w_j}}

    the studentised residual of random-effects meta-analysis [1]_. Its p is that of Student's t
    with :math:`S - 2` degrees of freedom, one each for the centre and for :math:`\tau^2`. By
    simulation (``tests/benchmark/comparison/test_bands.py``) the normal distribution gives words
    to more than one ordinary site in twenty where sites are few; t does not.

    References
    ----------
    .. [1] Viechtbauer & Cheung (2010). Research Synthesis Methods, 1(2), 112-125.
    """
    from scipy.special import stdtr

    variances = sampling_variances(mean, n, variance_within) + variance_added
    if len(variances) < 3:
        missing = np.full(len(variances), np.nan)
        return Unusualness(missing, missing)
    z = studentised(np.asarray(mean, dtype=float), variances)
    return Unusualness(z, np.asarray(2 * stdtr(len(z) - 2, -np.abs(z)), dtype=float))


def adjust_for_many(p_values: ArrayLike) -> Numbers:
    """P values with the false discovery rate controlled over those that are there.

    Parameters
    ----------
    p_values : array_like, shape (n_sites, n_scales)
        A row is the family of one site; what is missing is no part of it.

    Returns
    -------
    ndarray, shape (n_sites, n_scales)
        Missing where p is.

    Notes
    -----
    The k-th smallest of K values becomes the smallest of p K / k over itself and all larger ones
    (Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B, 57(1), 289-300).

    Examples
    --------
    >>> adjust_for_many([[0.01, 0.04, 0.03, float("nan")]]).round(3).tolist()
    [[0.03, 0.04, 0.04, nan]]
    """
    given = np.asarray(p_values, dtype=float)
    size = (~np.isnan(given)).sum(axis=1, keepdims=True)
    order = np.argsort(given, axis=1, kind="stable")  # missing ones come last
    stretched = np.take_along_axis(given, order, axis=1) * size / np.arange(1, given.shape[1] + 1)
    smallest = np.fmin.accumulate(stretched[:, ::-1], axis=1)[:, ::-1]
    adjusted = np.full(given.shape, np.nan)
    np.put_along_axis(adjusted, order, smallest, axis=1)
    return np.where(np.isnan(given), np.nan, np.minimum(adjusted, 1.0))


def words_of(z: ArrayLike, p_adjusted: ArrayLike) -> NDArray[np.object_]:
    """The word for each site; None where the adjusted p is missing."""
    distance, chance = np.asarray(z, dtype=float), np.asarray(p_adjusted, dtype=float)
    words: NDArray[np.object_] = np.full(chance.shape, "like_programme", dtype=object)
    words[np.isnan(chance)] = None
    for limit, prefix in ((UNUSUAL_BELOW, ""), (CLEAR_BELOW, "clearly_")):
        words[(chance < limit) & (distance > 0)] = f"{prefix}higher"
        words[(chance < limit) & (distance < 0)] = f"{prefix}lower"
    return words


def reasons_without_word(
    n: ArrayLike, reliability: ArrayLike, may_have_words: bool = True
) -> NDArray[np.object_]:
    """Why the sites of a scale get no word, given how many there are; None where nothing forbids.

    Parameters
    ----------
    n, reliability : array_like, shape (n_sites,)
        People behind each mean, and its reliability.
    may_have_words : bool, optional
        Whether the gates that words need have been passed.
    """
    people, share = np.asarray(n, dtype=float), np.asarray(reliability, dtype=float)
    reasons = np.full(len(people), None, dtype=object)
    reasons[~(share >= LEAST_RELIABILITY)] = MEAN_NOT_RELIABLE
    reasons[people < FEWEST_FOR_BAND] = TOO_FEW_FOR_BAND
    if not may_have_words:
        reasons[:] = GATE_UNTESTED
    if len(people) < FEWEST_SITES:
        reasons[:] = TOO_FEW_SITES
    return reasons
