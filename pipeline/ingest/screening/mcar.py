"""Little's test of whether answers are missing completely at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2

from pipeline.ingest.screening.matrix import FloatArray
from pipeline.ingest.screening.normal import NormalMoments, estimate_normal
from pipeline.ingest.screening.patterns import Patterns, answer_patterns


@dataclass(frozen=True, slots=True)
class MCARTest:
    """Little's test.

    Attributes
    ----------
    statistic, df, p : float, int, float
        Chi-square, its degrees of freedom and upper tail probability; NaN, 0 and NaN where the test
        cannot be made.
    n : int
        People with at least one answer.
    n_patterns : int
        Different patterns of missing answers among them.
    converged : bool
        Whether the estimate of mean and covariance settled.
    n_iterations : int
        Steps of the EM algorithm.
    reason : str
        Why there is no result, else empty: ``one_pattern``, ``items_never_answered_together``, or
        a reason of :class:`~pipeline.ingest.screening.normal.NormalMoments`.
    """

    statistic: float
    df: int
    p: float
    n: int
    n_patterns: int
    converged: bool
    n_iterations: int
    reason: str = ""


def little_mcar(
    answers: pd.DataFrame, tolerance: float = 1e-8, max_iterations: int = 1000
) -> MCARTest:
    r"""Test that answers are missing completely at random, against means that differ by pattern.

    Parameters
    ----------
    answers : DataFrame
        Answers as numbers, missing where there is none.
    tolerance : float
        When EM has settled: largest change in units of the standard deviations.
    max_iterations : int
        Most steps of EM; without convergence there is no result.

    Notes
    -----
    With :math:`J` patterns, :math:`n_j` people and :math:`k_j` items answered in pattern :math:`j`:

    .. math:: d^2 = \sum_j n_j (\bar y_j - \hat\mu_j)' \tilde\Sigma_{jj}^{-1} (\bar y_j -
        \hat\mu_j), \qquad \tilde\Sigma = \frac{n}{n - 1} \hat\Sigma

    with maximum-likelihood :math:`\hat\mu, \hat\Sigma` under normality; about chi-square on
    :math:`\sum_j k_j - k` degrees of freedom [1]_. With many patterns of one person the
    approximation is rough, and answers in few categories are not normal: read it as a description.

    References
    ----------
    .. [1] Little (1988). Journal of the American Statistical Association, 83(404), 1198-1202.
    """
    values = answers.to_numpy(dtype=np.float64, na_value=np.nan)
    values = values[~np.isnan(values).all(axis=1)]
    patterns = answer_patterns(values)
    n_patterns = len(np.unique(patterns.of_person))
    reason = _why_not(values, n_patterns)
    if reason:
        return _no_result(len(values), n_patterns, reason)
    moments = estimate_normal(values, tolerance, max_iterations)
    if moments.reason:
        return _no_result(len(values), n_patterns, moments.reason, moments.n_iterations)
    statistic = _weighted_distance(values, patterns, moments)
    df = int(patterns.answered.sum()) - values.shape[1]
    p = float(chi2.sf(statistic, df))
    return MCARTest(statistic, df, p, len(values), n_patterns, True, moments.n_iterations)


def _weighted_distance(values: FloatArray, patterns: Patterns, moments: NormalMoments) -> float:
    """Squared distance of the means of each pattern, times its people, summed."""
    covariance = moments.unbiased_covariance
    sums = np.zeros(patterns.answered.shape)
    np.add.at(sums, patterns.of_person, np.nan_to_num(values - moments.mean))
    total = 0.0
    for answered, n, deviations in zip(patterns.answered, patterns.n, sums, strict=True):
        deviation = deviations[answered]
        total += deviation @ np.linalg.solve(covariance[np.ix_(answered, answered)], deviation) / n
    return float(total)


def _why_not(values: FloatArray, n_patterns: int) -> str:
    if n_patterns == 1:
        return "one_pattern"
    given = (~np.isnan(values)).astype(np.float64)
    never = given.T @ given == 0
    asked = given.any(axis=0)
    if never[np.ix_(asked, asked)].any():
        return "items_never_answered_together"
    return ""


def _no_result(n: int, n_patterns: int, reason: str, n_iterations: int = 0) -> MCARTest:
    return MCARTest(np.nan, 0, np.nan, n, n_patterns, False, n_iterations, reason)
