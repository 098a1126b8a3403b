"""Covariances of scores that arise when normal variables are cut at thresholds."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import scipy

from pipeline.psychometrics._distributions import normal_density
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.polychoric.bivariate import (
    bivariate_normal_cdf,
    bivariate_normal_density,
)


class CutVariables(NamedTuple):
    """Thresholds of ordered items, and by how much the answer grows at each.

    Both of shape (n_items, n_thresholds); where an item has fewer, the step is zero.
    """

    thresholds: FloatArray
    steps: FloatArray
    real: np.typing.NDArray[np.bool_]


def cut_variables(
    thresholds: Iterable[FloatArray], categories: Iterable[Sequence[float]]
) -> CutVariables:
    """Thresholds and the steps between the categories, filled up to one size."""
    cuts, answers = list(thresholds), list(categories)
    size = max(len(own) for own in cuts)
    places = np.zeros((len(cuts), size))
    steps, real = np.zeros_like(places), np.zeros(places.shape, dtype=bool)
    for row, (own, categories_of) in enumerate(zip(cuts, answers, strict=True)):
        places[row, : len(own)] = own
        steps[row, : len(own)] = np.diff(categories_of)
        real[row, : len(own)] = True
    return CutVariables(places, steps, real)


def score_covariances(cut: CutVariables, correlations: FloatArray) -> FloatArray:
    r"""Covariances of the scores of variables with these correlations, shape (k, k).

    .. math:: \operatorname{cov}_{ij} = \sum_{ab} d_{ia} d_{jb}
              \{\Phi_2(\tau_{ia}, \tau_{jb}; \rho_{ij}) - \Phi(\tau_{ia}) \Phi(\tau_{jb})\}

    with the steps :math:`d` at the thresholds :math:`\tau`. The correlations, also those on the
    diagonal, must lie between -1 and 1, both excluded.
    """
    h, k = _facing(cut.thresholds)
    below = scipy.special.ndtr(cut.thresholds)
    first, second = _facing(below)
    joint = bivariate_normal_cdf(h, k, correlations[:, :, None, None])
    return np.asarray(np.einsum("ia,jb,ijab->ij", cut.steps, cut.steps, joint - first * second))


def score_variances(cut: CutVariables) -> FloatArray:
    """Variances of the scores, shape (k,): the covariance of a variable with itself."""
    below = scipy.special.ndtr(cut.thresholds)
    joint = np.minimum(below[:, :, None], below[:, None, :])
    rest = joint - below[:, :, None] * below[:, None, :]
    return np.asarray(np.einsum("ia,ib,iab->i", cut.steps, cut.steps, rest))


def slope_in_correlation(cut: CutVariables, correlations: FloatArray) -> FloatArray:
    """How each covariance changes with its own correlation, shape (k, k)."""
    h, k = _facing(cut.thresholds)
    density = bivariate_normal_density(h, k, correlations[:, :, None, None])
    return np.asarray(np.einsum("ia,jb,ijab->ij", cut.steps, cut.steps, density))


def slope_in_thresholds(
    cut: CutVariables, correlations: FloatArray, with_diagonal: bool
) -> FloatArray:
    """How the sum of all covariances changes with each threshold, shape (k, n_thresholds).

    Without the diagonal only the covariances of different items are summed.
    """
    h, k = _facing(cut.thresholds)
    rho = correlations[:, :, None, None]
    given = scipy.special.ndtr((k - rho * h) / np.sqrt(1 - rho**2))
    rest = given - scipy.special.ndtr(k)
    if not with_diagonal:
        same = np.arange(len(cut.steps))
        rest[same, same] = 0
    pull = np.einsum("jb,ijab->ia", cut.steps, rest)
    return np.asarray(2 * cut.steps * _height(cut) * pull)


def slope_of_variances(cut: CutVariables) -> FloatArray:
    """How the sum of the variances changes with each threshold, shape (k, n_thresholds)."""
    below = scipy.special.ndtr(cut.thresholds)
    above = np.cumsum(cut.steps[:, ::-1], axis=1)[:, ::-1] - cut.steps
    mean = (cut.steps * below).sum(axis=1, keepdims=True)
    return np.asarray(cut.steps * _height(cut) * (cut.steps + 2 * above - 2 * mean))


def _height(cut: CutVariables) -> FloatArray:
    """Density at each threshold."""
    return normal_density(cut.thresholds)


def _facing(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Values of the first item along the third axis, of the second along the fourth."""
    return values[:, None, :, None], values[None, :, None, :]
