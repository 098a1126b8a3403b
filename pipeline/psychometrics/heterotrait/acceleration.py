"""Intervals from replications that are corrected for bias and acceleration (BCa)."""

from itertools import combinations, combinations_with_replacement
from math import nan

import numpy as np
import numpy.typing as npt

from pipeline.psychometrics._distributions import normal_below, normal_quantile
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.heterotrait.blocks import Blocks, Ratio
from pipeline.psychometrics.heterotrait.replications import UsedAnswers

BoolArray = npt.NDArray[np.bool_]


def accelerations(
    used: UsedAnswers, found: FloatArray, blocks: Blocks, ratio: Ratio
) -> dict[tuple[int, int], float]:
    r"""How fast the spread of each ratio of two scales grows with it.

    Parameters
    ----------
    used : UsedAnswers
        Complete answers.
    found : ndarray, shape (k, k)
        Correlations of the items.
    blocks : Blocks
        Which items belong to which scale.
    ratio : {"htmt", "htmt2"}
        Of arithmetic or of geometric means.

    Returns
    -------
    dict of (int, int) to float
        By the numbers of the scales; NaN where there is no ratio.

    Notes
    -----
    A sixth of the skewness of the influence of respondents, or of clusters, on the logarithm of
    the ratio [1]_. A respondent with standardised answers z moves a correlation by
    :math:`z_i z_j - r_{ij}(z_i^2 + z_j^2)/2`.

    References
    ----------
    .. [1] Efron (1987). Journal of the American Statistical Association, 82(397), 171-185.
    """
    z = (used.answers - used.answers.mean(axis=0)) / used.answers.std(axis=0)
    means = blocks.means(np.abs(found)[None])[0]
    moved = {
        (i, j): _movement(z, blocks.of_item == i, blocks.of_item == j, found, means[i, j], ratio)
        for i, j in combinations_with_replacement(range(blocks.n_scales), 2)
    }
    return {
        (i, j): _acceleration(used, moved[i, j] - (moved[i, i] + moved[j, j]) / 2)
        for i, j in combinations(range(blocks.n_scales), 2)
    }


def _movement(
    z: FloatArray, first: BoolArray, second: BoolArray, found: FloatArray, mean: float, ratio: Ratio
) -> FloatArray:
    """How each respondent moves the logarithm of the mean correlation of two scales, (n,)."""
    own = found[np.ix_(first, second)]
    weights = np.sign(own) / mean if ratio == "htmt" else 1 / own
    if (first == second).all():
        weights = weights - np.diag(np.diag(weights))
    n_pairs = np.count_nonzero(weights)
    if not n_pairs or not np.isfinite(mean):
        return np.full(len(z), nan)
    pull = weights * own / 2
    moved = ((z[:, first] @ weights) * z[:, second]).sum(axis=1)
    moved -= z[:, first] ** 2 @ pull.sum(axis=1) + z[:, second] ** 2 @ pull.sum(axis=0)
    return np.asarray(moved / n_pairs)


def _acceleration(used: UsedAnswers, influence: FloatArray) -> float:
    """A sixth of the skewness of the influence of respondents, or of its sums over clusters."""
    parts: FloatArray = influence
    if used.clusters is not None:
        parts = np.bincount(used.clusters, weights=influence).astype(np.float64)
    spread = float((parts**2).sum())
    return 0.0 if spread == 0 else float((parts**3).sum() / (6 * spread**1.5))


def corrected_probabilities(
    estimate: float,
    replications: FloatArray,
    acceleration: float,
    probabilities: tuple[float, float],
) -> tuple[float, float]:
    r"""Which percentiles make an interval that is corrected for bias and acceleration.

    Parameters
    ----------
    estimate : float
        In the whole sample.
    replications : ndarray, shape (n_replications,)
        In the samples drawn; NaN where there was none.
    acceleration : float
        How fast the spread grows with the value.
    probabilities : tuple of float
        Percentiles of the interval without correction.

    Returns
    -------
    tuple of float

    Notes
    -----
    .. math:: \Phi\left(z_0 + \frac{z_0 + z_p}{1 - a(z_0 + z_p)}\right)

    with :math:`z_0` the normal quantile of the share of replications below the estimate (those
    equal to it count half) [1]_.

    References
    ----------
    .. [1] Efron (1987). Journal of the American Statistical Association, 82(397), 171-185.

    Examples
    --------
    >>> low, high = corrected_probabilities(0.0, np.array([-1.0, 1.0]), 0.0, (0.025, 0.975))
    >>> round(low, 3), round(high, 3)
    (0.025, 0.975)
    """
    defined = replications[np.isfinite(replications)]
    if not len(defined) or not np.isfinite(acceleration):
        return probabilities
    below = ((defined < estimate).sum() + (defined == estimate).sum() / 2) / len(defined)
    bias = normal_quantile(float(np.clip(below, 0.5 / len(defined), 1 - 0.5 / len(defined))))
    quantiles = [bias + normal_quantile(p) for p in probabilities]
    low, high = (normal_below(bias + q / (1 - acceleration * q)) for q in quantiles)
    return low, high
