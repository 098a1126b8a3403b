"""How far the mean of a site can be relied on, and the mean drawn in accordingly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.benchmark.comparison.precision import Centre, sampling_variances

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ShrunkenMeans:
    """Means of sites drawn towards the centre by their unreliability, with intervals."""

    reliability: Numbers
    mean: Numbers
    low: Numbers
    high: Numbers


def reliability_of_means(n: ArrayLike, variance_within: float, variance_between: float) -> Numbers:
    r"""Share of the variance of a mean that is between sites.

    .. math:: \lambda_i = \frac{n_i \tau^2}{n_i \tau^2 + \sigma^2}

    (Raudenbush & Bryk 2002, Hierarchical linear models, chapter 3).
    """
    signal = np.asarray(n, dtype=float) * variance_between
    return np.asarray(signal / (signal + variance_within), dtype=float)


def shrink_means(
    mean: ArrayLike,
    n: ArrayLike,
    variance_within: float,
    variance_between: float,
    centre: Centre,
    confidence_level: float = 0.95,
) -> ShrunkenMeans:
    r"""Means of sites drawn towards the centre.

    Parameters
    ----------
    mean, n : array_like, shape (n_sites,)
        Mean of each site and the people behind it.
    variance_within, variance_between : float
        Variance of people within sites and of true means between sites.
    centre : Centre
        What the means are drawn towards, with the share of each site in it.
    confidence_level : float, optional
        Coverage of the intervals.

    Raises
    ------
    ValueError
        If there is no site, shapes differ, a mean is missing, a site has nobody, or people within
        sites do not differ.

    Notes
    -----
    With reliability :math:`\lambda_i`, weights :math:`a_j` of the centre :math:`c` and
    :math:`s_j^2 = \sigma^2 / n_j`,

    .. math::

        \hat\theta_i = c + \lambda_i (m_i - c), \qquad
        \operatorname{var}(\hat\theta_i - \theta_i) = \lambda_i s_i^2
        + (1 - \lambda_i)^2 \sum_j a_j^2 (s_j^2 + \tau^2),

    the prediction variance for known components: that the centre is estimated is allowed for, that
    the components are is not [1]_.

    References
    ----------
    .. [1] Robinson (1991). Statistical Science, 6(1), 15-32.
    """
    from scipy.special import ndtri

    variances = sampling_variances(mean, n, variance_within)
    share = reliability_of_means(n, variance_within, variance_between)
    shrunken = centre.estimate + share * (np.asarray(mean, dtype=float) - centre.estimate)
    of_centre = float(centre.weights**2 @ (variances + variance_between))
    half = ndtri((1 + confidence_level) / 2) * np.sqrt(
        share * variances + (1 - share) ** 2 * of_centre
    )
    return ShrunkenMeans(share, shrunken, shrunken - half, shrunken + half)
