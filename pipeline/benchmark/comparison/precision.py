"""How precise the means of sites are, and what they have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Centre:
    """The precision-weighted mean of sites.

    Attributes
    ----------
    estimate : float
        The mean.
    weights : ndarray, shape (n_sites,)
        Share of each site in it.
    variance : float
        Its variance, if the variances of the means are true.
    """

    estimate: float
    weights: Numbers
    variance: float


def sampling_variances(mean: ArrayLike, n: ArrayLike, variance_within: float) -> Numbers:
    r"""Variance of the mean of each site by chance, :math:`\sigma^2 / n_i`.

    Parameters
    ----------
    mean, n : array_like, shape (n_sites,)
        Mean of each site and the people behind it.
    variance_within : float
        Variance :math:`\sigma^2` of people within sites, pooled over sites.

    Raises
    ------
    ValueError
        If there is no site, shapes differ, a mean is missing, a site has nobody, or people within
        sites do not differ.
    """
    means, people = np.asarray(mean, dtype=float), np.asarray(n, dtype=float)
    faults = []
    if means.ndim != 1 or means.shape != people.shape or not means.size:
        faults.append(
            f"need one mean and one count a site, got shapes {means.shape}, {people.shape}"
        )
    if not np.isfinite(means).all():
        faults.append("a mean is missing; leave out sites without one")
    if not (np.isfinite(people).all() and (people >= 1).all()):
        faults.append("a count is missing or below 1; leave out sites without people")
    if not (np.isfinite(variance_within) and variance_within > 0):
        faults.append(f"variance_within must be above 0, got {variance_within}")
    if faults:
        raise ValueError("; ".join(faults))
    return np.asarray(variance_within / people, dtype=float)


def weighted_centre(mean: Numbers, variances: Numbers) -> Centre:
    r"""The mean of sites weighted by precision, :math:`\sum_i m_i v_i^{-1} / \sum_i v_i^{-1}`."""
    precision = 1 / variances
    total = float(precision.sum())
    weights = precision / total
    return Centre(float(weights @ mean), weights, 1 / total)


def studentised(mean: Numbers, variances: Numbers) -> Numbers:
    r"""Distances from the centre in standard errors.

    .. math:: z_i = \frac{m_i - \bar m}{\sqrt{v_i - 1 / \sum_j v_j^{-1}}},

    where the second term allows for the share of a site in the centre it is held against
    (Viechtbauer & Cheung 2010, Research Synthesis Methods, 1(2), 112-125). Missing for one site.
    """
    if len(mean) < 2:
        return np.full(len(mean), np.nan)
    centre = weighted_centre(mean, variances)
    spread = np.sqrt(np.maximum(variances * (1 - centre.weights), np.finfo(float).tiny))
    return np.asarray((mean - centre.estimate) / spread, dtype=float)
