"""The standard bivariate normal distribution."""

import numpy as np
import numpy.typing as npt
import scipy

from pipeline.psychometrics._responses import FloatArray

BEYOND = 40.0
"""No normal probability in double precision lies further out; stands in for infinity."""

_NEARLY_ZERO = 1e-300


def bivariate_normal_cdf(h: npt.ArrayLike, k: npt.ArrayLike, rho: npt.ArrayLike) -> FloatArray:
    r"""Probability that both of two standard normal variables stay below a limit.

    Parameters
    ----------
    h, k : array_like
        The limits.
    rho : array_like
        Correlation of the two variables, between -1 and 1, both excluded.

    Returns
    -------
    ndarray, of the shape to which the three are broadcast

    Notes
    -----
    .. math:: \Phi_2(h, k; \rho) = \tfrac12 \{\Phi(h) + \Phi(k) - \delta\}
              - T\left(h, \frac{k - \rho h}{h\sqrt{1 - \rho^2}}\right)
              - T\left(k, \frac{h - \rho k}{k\sqrt{1 - \rho^2}}\right)

    with Owen's function :math:`T` [1]_ and :math:`\delta = 1` where :math:`h` and :math:`k` have
    different signs. Exact to about 1e-15, also for correlations close to one.

    References
    ----------
    .. [1] Owen (1956). Annals of Mathematical Statistics, 27(4), 1075-1090.

    Examples
    --------
    >>> bivariate_normal_cdf(0, 0, 0.5).round(6)
    np.float64(0.333333)
    """
    first, second = _within_reach(h), _within_reach(k)
    rho = np.asarray(rho, dtype=np.float64)
    root = np.sqrt(1 - rho**2)
    with np.errstate(over="ignore"):
        tails = scipy.special.owens_t(first, (second / first - rho) / root)
        tails += scipy.special.owens_t(second, (first / second - rho) / root)
    both = scipy.special.ndtr(first) + scipy.special.ndtr(second)
    return np.asarray((both - ((first < 0) != (second < 0))) / 2 - tails)


def bivariate_normal_density(h: npt.ArrayLike, k: npt.ArrayLike, rho: npt.ArrayLike) -> FloatArray:
    r"""Density of two standard normal variables, which is the slope of their cdf in `rho`.

    Parameters
    ----------
    h, k, rho : array_like
        As for :func:`bivariate_normal_cdf`.

    Returns
    -------
    ndarray, of the shape to which the three are broadcast

    Notes
    -----
    .. math:: \phi_2(h, k; \rho) = \frac{1}{2\pi\sqrt{1 - \rho^2}}
              \exp\left\{-\frac{h^2 - 2\rho hk + k^2}{2(1 - \rho^2)}\right\}

    Examples
    --------
    >>> bivariate_normal_density(0, 0, 0).round(6)
    np.float64(0.159155)
    """
    h, k = np.asarray(h, dtype=np.float64), np.asarray(k, dtype=np.float64)
    rest = 1 - np.asarray(rho, dtype=np.float64) ** 2
    exponent = (h**2 + k**2 - 2 * np.asarray(rho) * h * k) / (-2 * rest)
    return np.asarray(np.exp(exponent) / (2 * np.pi * np.sqrt(rest)))


def _within_reach(limit: npt.ArrayLike) -> FloatArray:
    """Infinite limits brought to where nothing lies beyond, and zero moved off a division."""
    clipped = np.clip(np.asarray(limit, dtype=np.float64), -BEYOND, BEYOND)
    return np.where(clipped == 0, _NEARLY_ZERO, clipped)
