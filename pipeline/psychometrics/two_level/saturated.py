"""What a model is held against: any two covariance matrices, or items without relations."""

from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.two_level.clusters import ClusterMoments
from pipeline.psychometrics.two_level.likelihood import (
    Basis,
    Point,
    Slopes,
    Weights,
    at_point,
    best_mean,
    common_basis,
    deviance,
    expected_weights,
    slopes_at,
)

MOST_STEPS = 2000
MOST_HALVINGS = 12
SMALLEST_GAIN = 1e-12
"""Of the deviance, relative to respondents times items; less than this ends the search."""

AT_BOUNDARY = 1e-6
"""Smallest variance between groups, relative to that within, that counts as any."""


class Saturated(NamedTuple):
    """Most likely covariances within (p, p) and between (p, p) and means (p,).

    ``n_at_boundary`` is the number of directions in which the groups do not differ; there the
    covariance between them is singular.
    """

    within: FloatArray
    between: FloatArray
    mean: FloatArray
    log_likelihood: float
    n_at_boundary: int
    converged: bool


def fit_saturated(moments: ClusterMoments) -> Saturated:
    r"""The two covariance matrices that make the answers most likely.

    Parameters
    ----------
    moments : ClusterMoments
        Of answers whose pooled covariance within clusters has an inverse.

    Returns
    -------
    Saturated

    Notes
    -----
    The covariance between clusters is kept non-negative definite, as by the EM algorithm of other
    programs; where it would not be, it comes out singular. Without that bound the likelihood of
    clusters of unequal size can grow without end. Steps are by expected information, in which on
    the common axes an element of one matrix is tied only to the same element of the other; the
    part that would be negative is cut off, and where a step gains nothing, one of the EM algorithm
    is taken.
    """
    within, between = _start(moments)
    point = _settled(moments, within, between)
    best = deviance(moments, point)
    enough = SMALLEST_GAIN * moments.n_respondents * moments.n_items
    converged = False
    for _ in range(MOST_STEPS):
        following = _better(moments, point, best)
        gain = best - deviance(moments, following)
        if gain > 0:
            point, best = following, best - gain
        if gain <= enough:
            converged = True
            break
    return _saturated(moments, point, converged)


def _saturated(moments: ClusterMoments, point: Point, converged: bool) -> Saturated:
    root, ratios = point.basis.root, point.basis.ratios
    return Saturated(
        root @ root.T,
        (root * np.maximum(ratios, 0.0)) @ root.T,
        best_mean(moments, point.basis),
        -deviance(moments, point) / 2,
        int((ratios < AT_BOUNDARY).sum()),
        converged,
    )


def _start(moments: ClusterMoments) -> tuple[FloatArray, FloatArray]:
    """Pooled covariance within, and that of the means less what they owe to it."""
    share = moments.counts / moments.n_groups
    centred = moments.centres - share @ moments.centres
    of_means = moments.spread.T @ moments.spread / moments.n_groups
    of_means += (share[:, None] * centred).T @ centred
    owed = moments.within * float(share @ (1 / moments.sizes))
    basis = common_basis(moments.within, of_means - owed)
    if basis is None:
        raise ValueError("the covariance within clusters has no inverse")
    kept = np.maximum(basis.ratios, 1e-3)
    return moments.within, (basis.root * kept) @ basis.root.T


def _settled(moments: ClusterMoments, within: FloatArray, between: FloatArray) -> Point:
    """The point with the best means; between is cleared of rounding below zero."""
    basis = common_basis(within, between)
    if basis is None:
        raise ValueError("the covariance within clusters has no inverse")
    kept = np.maximum(basis.ratios, 0.0)
    clean = (basis.root * kept) @ basis.root.T
    point = at_point(moments, within, clean, best_mean(moments, basis._replace(ratios=kept)))
    if point is None:
        raise ValueError("the covariance within clusters has no inverse")
    return point


def _better(moments: ClusterMoments, point: Point, best: float) -> Point:
    """The next point: by expected information, or else by the EM algorithm."""
    step = _scoring_step(slopes_at(moments, point), expected_weights(moments, point), point.basis)
    length = 1.0
    for _ in range(MOST_HALVINGS):
        following = _moved(moments, point.basis, step, length)
        if following is not None and deviance(moments, following) < best:
            return following
        length /= 3
    return _em_step(moments, point)


class _Step(NamedTuple):
    """Change of both matrices on the common axes."""

    within: FloatArray
    between: FloatArray


def _scoring_step(slopes: Slopes, weights: Weights, basis: Basis) -> _Step:
    """Newton's step with expected information, cut off where between would be negative."""
    determinant = weights.within * weights.between - weights.both**2
    wanted = weights.both * slopes.within - weights.within * slopes.between
    between = _not_negative(np.diag(basis.ratios) + wanted / determinant) - np.diag(basis.ratios)
    within = -(slopes.within + weights.both * between) / weights.within
    return _Step(within, between)


def _not_negative(matrix: FloatArray) -> FloatArray:
    values, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((axes * np.maximum(values, 0.0)) @ axes.T)


def _moved(moments: ClusterMoments, basis: Basis, step: _Step, length: float) -> Point | None:
    within = np.eye(len(basis.ratios)) + length * step.within
    if np.linalg.eigvalsh(within)[0] <= 1e-8:
        return None
    between = np.diag(basis.ratios) + length * step.between
    root = basis.root
    return _settled(moments, root @ within @ root.T, root @ between @ root.T)


def _em_step(moments: ClusterMoments, point: Point) -> Point:
    """One step of the EM algorithm with the cluster effects as what is missing."""
    ratios, root = point.basis.ratios, point.basis.root
    shrinkage = ratios * point.row_size[:, None] / point.row_scale
    effects = shrinkage * point.rows
    uncertainty = moments.counts[:, None] * ratios / point.scale
    n, j = moments.n_respondents, moments.n_groups
    left = np.sqrt(point.row_size)[:, None] * (point.rows - effects)
    between = (effects.T @ effects + np.diag(uncertainty.sum(axis=0))) / j
    scatter = (n - j) * point.within + left.T @ left
    within = (scatter + np.diag((moments.sizes[:, None] * uncertainty).sum(axis=0))) / n
    return _settled(moments, root @ within @ root.T, root @ between @ root.T)


def fit_independence(moments: ClusterMoments) -> float:
    """Largest log-likelihood of items that have nothing to do with one another."""
    return sum(
        fit_saturated(moments.of_items([item])).log_likelihood for item in range(moments.n_items)
    )
