"""Intervals of means and of differences of means, for many cells at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

NO_ANSWERS = "no_answers"
ONE_RESPONDENT = "one_respondent"
NO_SPREAD = "no_spread"
MEANING_OF_CONDITION: dict[str, str] = {
    NO_ANSWERS: "Nobody gave a usable answer, so there is no estimate.",
    ONE_RESPONDENT: "One person cannot show how much people differ, so there is no interval.",
    NO_SPREAD: "All answers are the same, so the estimate says nothing about uncertainty.",
}

T_INTERVAL = "mean with t interval"
WELCH = "difference of means, first group minus second, with Welch interval"
HEDGES = (
    "Hedges g = (1 - 3 / (4 (n1 + n2 - 2) - 1)) (mean1 - mean2) / pooled sd, "
    "with its large-sample interval"
)


@dataclass(frozen=True, slots=True)
class Interval:
    """Estimates with standard errors and ends of intervals; an array each, missing as NaN."""

    estimate: Numbers
    se: Numbers
    ci_low: Numbers
    ci_high: Numbers


def t_half_width(sd: Numbers, n: Numbers, confidence_level: float) -> Numbers:
    """Half the width of the t interval of a mean: ``t(n - 1) sd / sqrt(n)``; NaN below n = 2."""
    from scipy import stats

    usable = np.where(n >= 2, n, np.nan)
    quantile = stats.t.ppf((1 + confidence_level) / 2, usable - 1)
    return np.asarray(quantile * sd / np.sqrt(usable), dtype=float)


def mean_interval(n: Numbers, mean: Numbers, sd: Numbers, confidence_level: float) -> Interval:
    """Means with their t intervals."""
    half = t_half_width(sd, n, confidence_level)
    se = sd / np.sqrt(np.where(n >= 2, n, np.nan))
    return Interval(mean, se, mean - half, mean + half)


def welch_half_width(
    sd: tuple[Numbers, Numbers], n: tuple[Numbers, Numbers], confidence_level: float
) -> tuple[Numbers, Numbers]:
    """Standard error and half width of the difference of two means, unequal variances.

    Degrees of freedom by Welch (1947), Biometrika, 34(1-2), 28-35.
    """
    from scipy import stats

    parts = [
        s**2 / np.where(k >= 2, k, np.nan) for s, k in zip(sd, n, strict=True)
    ]  # squared standard errors
    variance = parts[0] + parts[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        df = variance**2 / (parts[0] ** 2 / (n[0] - 1) + parts[1] ** 2 / (n[1] - 1))
    df = np.where(variance == 0, n[0] + n[1] - 2, df)
    se = np.sqrt(variance)
    return se, np.asarray(stats.t.ppf((1 + confidence_level) / 2, df) * se, dtype=float)


def hedges_se(g: Numbers, n: tuple[Numbers, Numbers]) -> Numbers:
    """Large-sample standard error of Hedges' g.

    ``sqrt((n1 + n2) / (n1 n2) + g^2 / (2 (n1 + n2)))``: Hedges & Olkin (1985), Statistical
    methods for meta-analysis, chapter 5.
    """
    first, second = (np.where(k > 0, k, np.nan) for k in n)
    total = first + second
    return np.asarray(np.sqrt(total / (first * second) + g**2 / (2 * total)), dtype=float)


def hedges_g(
    mean: tuple[Numbers, Numbers],
    sd: tuple[Numbers, Numbers],
    n: tuple[Numbers, Numbers],
    confidence_level: float,
) -> Interval:
    """Standardised difference of two means, corrected for small samples (Hedges, 1981)."""
    from scipy import stats

    df = n[0] + n[1] - 2
    usable = (n[0] >= 2) & (n[1] >= 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = np.sqrt(((n[0] - 1) * sd[0] ** 2 + (n[1] - 1) * sd[1] ** 2) / df)
        g = (1 - 3 / (4 * df - 1)) * (mean[0] - mean[1]) / pooled
    g = np.where(usable & (pooled > 0), g, np.nan)
    se = hedges_se(g, n)
    half = stats.norm.ppf((1 + confidence_level) / 2) * se
    return Interval(g, se, g - half, g + half)


def condition_of(n: Numbers, sd: Numbers) -> NDArray[np.object_]:
    """The word for what stands in the way of an interval; None where nothing does."""
    words = np.full(len(n), None, dtype=object)
    words[sd == 0] = NO_SPREAD
    words[n == 1] = ONE_RESPONDENT
    words[n == 0] = NO_ANSWERS
    return words
