"""How much each answer moves the thresholds and correlations: the way to their standard errors."""

from typing import NamedTuple

import numpy as np
import scipy

from pipeline.psychometrics._distributions import normal_density
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.polychoric.estimate import Margins, Pairs, cells_of

SMALLEST_INFORMATION = 1e-12
"""With less a respondent says nothing about a correlation, which then has no standard error."""


class PairInfluence(NamedTuple):
    """What one respondent adds to the error of each correlation, by the answers given.

    ``both`` (n_pairs, C, C) for respondents who answered both items, ``first_only`` (n_pairs, C)
    and ``second_only`` (n_pairs, C) for those who answered one, and so moved its thresholds.
    """

    both: FloatArray
    first_only: FloatArray
    second_only: FloatArray


def threshold_influence(margins: Margins) -> FloatArray:
    r"""What one respondent adds to the error of each threshold, shape (n_items, C, C - 1).

    A threshold is the normal quantile of a cumulative share :math:`c_k`, so an answer :math:`a`
    adds :math:`(1[a \le k] - c_k) / (n \phi(\tau_k))`. Zero for thresholds that are filled up.
    """
    n = margins.counts.sum(axis=1)
    size = margins.counts.shape[1]
    share = np.cumsum(margins.counts, axis=1)[:, :-1] / np.maximum(n, 1)[:, None]
    height = normal_density(margins.thresholds)
    real = (share > 0) & (share < 1)
    weight = np.where(real, 1 / np.where(real, height, 1) / np.maximum(n, 1)[:, None], 0)
    at_most = np.tri(size, size - 1, -1) < 0.5
    return np.asarray((at_most[None] - share[:, None, :]) * weight[:, None, :])


def pair_influence(correlation: FloatArray, pairs: Pairs, margins: Margins) -> PairInfluence:
    r"""What one respondent adds to the error of each correlation.

    Parameters
    ----------
    correlation : ndarray, shape (n_pairs,)
        The estimates.
    pairs : Pairs
        Their tables.
    margins : Margins
        Tables and thresholds of the items.

    Returns
    -------
    PairInfluence

    Notes
    -----
    With :math:`s_\rho` and :math:`s_\tau` the slopes of the log-likelihood of a pair of answers,

    .. math:: \psi = \frac{s_\rho / n_{ij} - \sum_\tau A_{\rho\tau} \psi_\tau}{A_{\rho\rho}},
              \quad A_{\rho\rho} = \overline{s_\rho^2}, \quad
              A_{\rho\tau} = \overline{s_\rho s_\tau}

    the means being over the respondents of the pair [1]_. The sum of squares over all respondents,
    times n / (n - 1) as in lavaan, is the squared standard error.

    References
    ----------
    .. [1] Muthen (1984). Psychometrika, 49(1), 115-132.
    """
    row, column = margins.thresholds[pairs.first], margins.thresholds[pairs.second]
    cells = cells_of(correlation, row, column)
    n = np.maximum(pairs.counts.sum(axis=(1, 2)), 1)[:, None, None]
    score = cells.slope / cells.probability
    pull = pairs.counts / n * score / cells.probability
    information = (pull * cells.slope).sum(axis=(1, 2))[:, None, None]
    of_thresholds = threshold_influence(margins)
    first = _through(of_thresholds[pairs.first], _slope_in_row(correlation, row, column), pull)
    second = _through(
        of_thresholds[pairs.second],
        _slope_in_row(correlation, column, row),
        pull.transpose(0, 2, 1),
    )
    information[information < SMALLEST_INFORMATION] = np.nan
    both = (score / n - first[:, :, None] - second[:, None, :]) / information
    alone = [-part / information[:, :, 0] for part in (first, second)]
    return PairInfluence(both, *alone)


def variance_of_pairs(influence: PairInfluence, pairs: Pairs, margins: Margins) -> FloatArray:
    """Squared standard error of each correlation, from the tables alone."""
    rows, columns = pairs.counts.sum(axis=2), pairs.counts.sum(axis=1)
    first_only = np.maximum(margins.counts[pairs.first] - rows, 0)
    second_only = np.maximum(margins.counts[pairs.second] - columns, 0)
    return np.asarray(
        (pairs.counts * influence.both**2).sum(axis=(1, 2))
        + (first_only * influence.first_only**2).sum(axis=1)
        + (second_only * influence.second_only**2).sum(axis=1)
    )


def variance_of_thresholds(margins: Margins) -> FloatArray:
    """Squared standard error of each threshold, shape (n_items, C - 1)."""
    return np.asarray(np.einsum("ia,iak->ik", margins.counts, threshold_influence(margins) ** 2))


def small_sample_factor(n_respondents: int) -> float:
    """By how much lavaan makes a sampling variance larger than the sum of squares: n / (n - 1)."""
    return n_respondents / max(n_respondents - 1, 1)


def _slope_in_row(correlation: FloatArray, row: FloatArray, column: FloatArray) -> FloatArray:
    """Slope in each row threshold of the cells below it, shape (n_pairs, C - 1, C).

    The cells in the row above the threshold lose what those below gain.
    """
    rho = correlation[:, None, None]
    root = np.sqrt(np.maximum(1 - rho**2, 1e-300))
    below = np.zeros((len(rho), row.shape[1], column.shape[1] + 2))
    below[:, :, 1:-1] = scipy.special.ndtr((column[:, None, :] - rho * row[:, :, None]) / root)
    below[:, :, -1] = 1
    return np.asarray(np.diff(below, axis=2) * normal_density(row)[:, :, None])


def _through(of_thresholds: FloatArray, slope: FloatArray, pull: FloatArray) -> FloatArray:
    """Effect of each answer on the correlation by way of the thresholds, shape (n_pairs, C)."""
    cross = (slope * (pull[:, :-1] - pull[:, 1:])).sum(axis=2)
    return np.asarray((of_thresholds @ cross[:, :, None])[:, :, 0])
