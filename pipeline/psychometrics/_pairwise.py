"""Covariances and correlations of every pair of items over those who answered both.

All pairs at once, as products of matrices in which a missing answer counts nothing.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray

SMALLEST_EIGENVALUE = 1e-6
"""Below this a correlation matrix counts as not positive definite, and is raised to it."""

ROWS_AT_ONCE = 8192
"""Respondents in one product; larger products wait for memory."""

SMALLEST_RELATIVE_VARIANCE = 1e-13
"""A variance smaller than this part of the mean square is rounding error of a constant."""


class PairwiseMoments(NamedTuple):
    """Moments of items i and j over the respondents who answered both."""

    n: IntArray
    covariance: FloatArray
    variance: FloatArray
    """Row i, column j: the variance of item i among those who answered j as well."""


def pairwise_moments(values: FloatArray) -> PairwiseMoments:
    """Number of respondents, covariance and variances of every pair; missing where undefined."""
    mean = _means(values)
    n, sums, squares, products = _sums_of_pairs(values, mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = (products - sums * sums.T / n) / (n - 1)
        variance = (squares - sums**2 / n) / (n - 1)
    mean_square = mean**2 + np.diag(squares) / np.maximum(np.diag(n), 1)
    variance[variance <= SMALLEST_RELATIVE_VARIANCE * mean_square[:, None]] = 0
    undefined = n < 2
    covariance[undefined] = variance[undefined] = np.nan
    return PairwiseMoments(n.round().astype(np.int64), covariance, variance)


def _means(values: FloatArray) -> FloatArray:
    """Mean of the answers to each item; zero where there are none."""
    answered, total = np.zeros((2, values.shape[1]))
    for chunk in _chunks(values):
        known = ~np.isnan(chunk)
        answered += known.sum(axis=0)
        total += np.where(known, chunk, 0).sum(axis=0)
    return np.asarray(total / np.maximum(answered, 1))


def _sums_of_pairs(values: FloatArray, mean: FloatArray) -> FloatArray:
    """Of items i and j over those who answered both, with the means taken off.

    Respondents, sum of item i, sum of its squares, sum of products: shape (4, n_items, n_items).
    """
    found = np.zeros((4, values.shape[1], values.shape[1]))
    for chunk in _chunks(values):
        answered = ~np.isnan(chunk)
        centred = np.where(answered, chunk - mean, 0.0)
        if answered.all():
            found[0] += len(chunk)
            found[1] += centred.sum(axis=0)[:, None]
            found[2] += (centred**2).sum(axis=0)[:, None]
        else:
            mask = answered.astype(np.float64)
            found[0] += mask.T @ mask
            found[1] += centred.T @ mask
            found[2] += (centred**2).T @ mask
        found[3] += centred.T @ centred
    return found


def _chunks(values: FloatArray) -> Iterator[FloatArray]:
    """Some respondents at a time, few enough to stay in fast memory."""
    for start in range(0, len(values), ROWS_AT_ONCE):
        yield np.ascontiguousarray(values[start : start + ROWS_AT_ONCE])


def pairwise_correlations(values: FloatArray) -> tuple[FloatArray, IntArray]:
    """Pearson correlations, missing where one of the two items does not vary, and their n."""
    moments = pairwise_moments(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlations = moments.covariance / np.sqrt(moments.variance * moments.variance.T)
    correlations[~np.isfinite(correlations)] = np.nan
    correlations = np.clip((correlations + correlations.T) / 2, -1, 1)
    varies = np.diag(moments.variance) > 0
    np.fill_diagonal(correlations, np.where(varies, 1.0, np.nan))
    return correlations, moments.n


def smoothed(correlations: FloatArray) -> FloatArray:
    """The matrix itself if positive definite, else with its small eigenvalues raised.

    After raising them the diagonal is brought back to one, as R psych's ``cor.smooth`` does.
    """
    if _is_positive_definite(correlations):
        return correlations
    eigenvalues, vectors = np.linalg.eigh(correlations)
    raised = (vectors * np.maximum(eigenvalues, SMALLEST_EIGENVALUE)) @ vectors.T
    scale = np.sqrt(np.diag(raised))
    result: FloatArray = raised / np.outer(scale, scale)
    np.fill_diagonal(result, 1.0)
    return (result + result.T) / 2


def _is_positive_definite(correlations: FloatArray) -> bool:
    """Whether no eigenvalue is below the smallest allowed; a tenth of the time eigenvalues take."""
    try:
        np.linalg.cholesky(correlations - SMALLEST_EIGENVALUE * np.eye(len(correlations)))
    except np.linalg.LinAlgError:
        return False
    return True
