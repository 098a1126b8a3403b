"""How far sites differ beyond chance, with extreme sites drawn in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.benchmark.comparison.precision import (
    sampling_variances,
    studentised,
    weighted_centre,
)

Numbers = NDArray[np.float64]

WINSORISED_SHARE = 0.10
"""Share of sites drawn in on either side (Spiegelhalter 2005)."""


@dataclass(frozen=True, slots=True)
class OverDispersion:
    """How much more the means of sites differ than by chance.

    Attributes
    ----------
    n_sites : int
        Sites.
    q : float
        Sum of squared distances from the precision-weighted mean in standard errors.
    phi : float
        Over-dispersion: mean of the squared distances after winsorising.
    moment_variance : float
        Variance between sites as Spiegelhalter published it; too small, see Notes of
        :func:`over_dispersion`.
    variance_added : float
        Variance between sites that belongs to unremarkable sites, and is allowed for.
    """

    n_sites: int
    q: float
    phi: float
    moment_variance: float
    variance_added: float


def over_dispersion(mean: ArrayLike, n: ArrayLike, variance_within: float) -> OverDispersion:
    r"""How far sites differ beyond chance.

    Parameters
    ----------
    mean, n : array_like, shape (n_sites,)
        Mean of each site and the people behind it.
    variance_within : float
        Variance of people within sites.

    Returns
    -------
    OverDispersion

    Raises
    ------
    ValueError
        If there is no site, shapes differ, a mean is missing, a site has nobody, or people within
        sites do not differ.

    Notes
    -----
    With :math:`s_i^2 = \sigma^2 / n_i`, :math:`w_i = s_i^{-2}`, the mean :math:`\bar m` of sites
    weighted by :math:`w_i`, and :math:`u_i = (m_i - \bar m) / s_i`,

    .. math::

        Q = \sum_i u_i^2, \qquad \phi = \frac{1}{S} \sum_i \tilde u_i^2, \qquad
        \tau^2_M = \frac{S \phi - (S - 1)}{\sum_i w_i - \sum_i w_i^2 / \sum_i w_i},

    where :math:`\tilde u_i` are the :math:`u_i` drawn in to their .10 and .90 quantiles (linear
    between neighbours), and :math:`\tau^2_M` (`moment_variance`) is 0 if
    :math:`S \phi / (S - 1) \le 1` [1]_ [2]_.

    Drawing in makes even ordinary normal sites look alike: the mean of the squares of a standard
    normal variable becomes .679 instead of 1, so :math:`\tau^2_M` is too small wherever sites
    differ, and a funnel with it leaves an eighth of ordinary sites outside its 95 % limits.
    `variance_added` is therefore the :math:`\tau^2` that gives the distances the mean square they
    have by chance after drawing in,

    .. math:: \frac{1}{S} \sum_i \tilde z_i(\tau^2)^2 = .679,

    with :math:`z_i` studentised by :math:`s_i^2 + \tau^2` (:func:`studentised`), or 0 if they are
    smaller already: the equation of Paule and Mandel [3]_ with winsorised distances. It is right
    for sites of any sizes, and unusual sites do not hide themselves by making it large.

    References
    ----------
    .. [1] Spiegelhalter (2005). Quality and Safety in Health Care, 14(5), 347-351.
    .. [2] Spiegelhalter (2005). Statistics in Medicine, 24(8), 1185-1202.
    .. [3] Paule & Mandel (1982). Journal of Research of the National Bureau of Standards, 87(5),
       377-385.
    """
    means = np.asarray(mean, dtype=float)
    variances = sampling_variances(mean, n, variance_within)
    distances = (means - weighted_centre(means, variances).estimate) / np.sqrt(variances)
    phi = _winsorised_square(distances)
    return OverDispersion(
        n_sites=len(means),
        q=float(distances @ distances),
        phi=phi,
        moment_variance=_moment_variance(phi, 1 / variances),
        variance_added=_variance_added(means, variances),
    )


def winsorise(values: Numbers) -> Numbers:
    """Values with the lowest and the highest tenth drawn in to the quantiles that bound them."""
    low, high = np.quantile(values, [WINSORISED_SHARE, 1 - WINSORISED_SHARE])
    return np.clip(values, low, high)


def _winsorised_square(distances: Numbers) -> float:
    return float(np.mean(winsorise(distances) ** 2))


def winsorised_normal_square() -> float:
    r"""Mean of the squares of a standard normal variable drawn in at both ends, .679.

    :math:`1 - 2 p + 2 c (p c - \varphi(c))` with `p` the share drawn in and `c` its quantile.
    """
    from scipy.special import ndtri

    end = float(-ndtri(WINSORISED_SHARE))
    density = float(np.exp(-(end**2) / 2) / np.sqrt(2 * np.pi))
    return 1 - 2 * WINSORISED_SHARE + 2 * end * (WINSORISED_SHARE * end - density)


def _moment_variance(phi: float, precision: Numbers) -> float:
    n_sites = len(precision)
    if n_sites * phi <= n_sites - 1 or n_sites < 2:
        return 0.0
    total = precision.sum()
    return float((n_sites * phi - (n_sites - 1)) / (total - (precision**2).sum() / total))


def _variance_added(means: Numbers, variances: Numbers) -> float:
    """Root of the winsorised equation; it lies below four times the squared range of the means."""
    from scipy.optimize import brentq

    expected = winsorised_normal_square()

    def excess(added: float) -> float:
        return _winsorised_square(studentised(means, variances + added)) - expected

    if len(means) < 2 or excess(0.0) <= 0:
        return 0.0
    highest = 4 * float(np.ptp(means)) ** 2
    return float(brentq(excess, 0.0, highest, xtol=1e-12, rtol=1e-12))
