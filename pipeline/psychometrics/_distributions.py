"""Tails and quantiles of the F, chi-square (also noncentral) and normal distributions.

``scipy.special`` rather than ``scipy.stats``: the same numbers, and half a second less to load.
"""

import numpy as np
import numpy.typing as npt
import scipy


def f_tail(value: float, df1: float, df2: float) -> float:
    """Probability of a larger F."""
    return float(scipy.special.fdtrc(df1, df2, value))


def f_quantile(probability: float, df1: float, df2: float) -> float:
    """The F below which lies `probability`."""
    return float(scipy.special.fdtri(df1, df2, probability))


def chi_square_tail(value: float, df: float) -> float:
    """Probability of a larger chi-square."""
    return float(scipy.special.chdtrc(df, value))


def chi_square_quantile(probability: float, df: float) -> float:
    """The chi-square below which lies `probability`."""
    return float(scipy.special.chdtri(df, 1 - probability))


def noncentral_chi_square_below(value: float, df: float, noncentrality: float) -> float:
    """Probability of a smaller noncentral chi-square; 0 below 0, where a shifted one can lie."""
    if value <= 0:
        return 0.0
    return float(scipy.special.chndtr(value, df, noncentrality))


def noncentrality_placing(value: float, df: float, probability: float) -> float:
    """The noncentrality for which a smaller chi-square than `value` has this probability.

    It is 0 where even the central chi-square has less below `value`.
    """

    def excess(noncentrality: float) -> float:
        return noncentral_chi_square_below(value, df, noncentrality) - probability

    if excess(0.0) <= 0:
        return 0.0
    high = value + df
    while excess(high) > 0:
        high *= 2
    return float(scipy.optimize.brentq(excess, 0.0, high, xtol=1e-10, rtol=1e-14))


def normal_quantile(probability: float) -> float:
    """The standard normal value below which lies `probability`."""
    return float(scipy.special.ndtri(probability))


def normal_below(value: float) -> float:
    """Probability of a smaller standard normal value."""
    return float(scipy.special.ndtr(value))


def student_quantile(probability: float, df: float) -> float:
    """The value of Student's t below which lies `probability`."""
    return float(scipy.special.stdtrit(df, probability))


def normal_density(value: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Height of the standard normal curve at each value."""
    return np.asarray(np.exp(-np.square(value) / 2) / np.sqrt(2 * np.pi), dtype=np.float64)


def tails(confidence_level: float) -> tuple[float, float]:
    """Lower and upper probability between which an interval of this level lies.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1.
    """
    if not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level must lie between 0 and 1, got {confidence_level}")
    return (1 - confidence_level) / 2, (1 + confidence_level) / 2


def normal_reach(confidence_level: float) -> float:
    """How many standard errors an interval of this level reaches on either side.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1.
    """
    return normal_quantile(tails(confidence_level)[1])
