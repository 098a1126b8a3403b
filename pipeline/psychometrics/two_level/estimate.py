"""The most likely parameters of a two-level structure, and what may be said of them."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._threads import one_blas_thread
from pipeline.psychometrics.confirmatory.implied import Matrices
from pipeline.psychometrics.confirmatory.scoring import minimise
from pipeline.psychometrics.two_level.clusters import (
    ClusteredAnswers,
    ClusterMoments,
    cluster_moments,
)
from pipeline.psychometrics.two_level.objective import TwoLevelLikelihood, mean_slopes
from pipeline.psychometrics.two_level.observed import observed_information
from pipeline.psychometrics.two_level.saturated import Saturated, fit_independence, fit_saturated
from pipeline.psychometrics.two_level.structure import TwoLevelStructure

StandardErrors = Literal["standard", "robust"]

MOST_SCORING_STEPS = 120
MOST_NEWTON_STEPS = 20
STEEPNESS = 1e-10
"""Twice the gain that a Newton step promises, relative to the log-likelihood, at the end."""

TOLERANCE = 1e-6
"""A variance smaller than minus this is negative."""


class Sites(NamedTuple):
    """Answers with what every model of them is held against."""

    answers: ClusteredAnswers
    moments: ClusterMoments
    saturated: Saturated
    independence: float


class Estimate(NamedTuple):
    """Free parameters (k,) with their log-likelihood and sampling covariances (k, k)."""

    values: FloatArray
    log_likelihood: float
    covariance: FloatArray
    words: tuple[str, ...]


def condensed(answers: ClusteredAnswers) -> Sites:
    """Answers that can be used, with the saturated and the independence model."""
    with one_blas_thread():
        moments = cluster_moments(answers)
        return Sites(answers, moments, fit_saturated(moments), fit_independence(moments))


def estimate(
    structure: TwoLevelStructure,
    sites: Sites,
    standard_errors: StandardErrors = "standard",
    start: FloatArray | None = None,
) -> Estimate:
    """The most likely parameters, their sampling covariances and what stands in their way.

    Notes
    -----
    Steps by expected information, then Newton's. Sampling covariances are the inverse of the
    observed information, or the sandwich of it and the products of the scores of clusters.
    """
    with one_blas_thread():
        likelihood = TwoLevelLikelihood(structure, sites.moments)
        if start is None or not np.isfinite(likelihood.value(start)):
            start = _possible_start(likelihood, sites.saturated)
        found = minimise(likelihood, start, most_steps=MOST_SCORING_STEPS)
        values, settled = _polished(likelihood, found.values)
        settled = settled or (found.converged and _is_level(likelihood, values))
        covariance = _inverse(observed_information(likelihood, values))
        words = list(_why_inadmissible(structure, values))
        if not settled:
            words.append("not_converged")
        if np.isnan(covariance).any():
            words.append("not_identified")
        if standard_errors == "robust":
            scores = cluster_scores(likelihood, values, sites.answers)
            covariance = covariance @ (scores.T @ scores) @ covariance
        return Estimate(values, -likelihood.value(values), covariance, tuple(words))


def _possible_start(likelihood: TwoLevelLikelihood, saturated: Saturated) -> FloatArray:
    """Values at which the likelihood is defined: with ever larger residual variances."""
    own = likelihood.structure.start(saturated.within, saturated.between, saturated.mean)
    for factor in (1.0, 2.0, 5.0, 20.0, 100.0):
        values = own.copy()
        values[_residual_variances(likelihood.structure)] *= factor
        if np.isfinite(likelihood.value(values)):
            return values
    raise ValueError(
        "no values were found from which the search can start; give starting values, for instance "
        "'factor =~ start(0.5)*item'"
    )


def _residual_variances(structure: TwoLevelStructure) -> list[int]:
    return [
        row.free
        for table in structure.tables()
        for row in table.rows
        if row.matrix == "theta" and row.row == row.column and row.free >= 0
    ]


def _polished(likelihood: TwoLevelLikelihood, values: FloatArray) -> tuple[FloatArray, bool]:
    """Newton steps to the very minimum, and whether it was reached."""
    best = likelihood.value(values)
    for _ in range(MOST_NEWTON_STEPS):
        gradient = likelihood.gradient(values)
        try:
            root = np.linalg.cholesky(observed_information(likelihood, values))
        except np.linalg.LinAlgError:
            return values, False
        step = -np.linalg.solve(root.T, np.linalg.solve(root, gradient))
        promised = float(-gradient @ step)
        following = values + step
        found = likelihood.value(following)
        if not found <= best + 1e-12 * abs(best):
            return values, promised <= STEEPNESS * abs(best)
        values, best = following, found
        if promised <= STEEPNESS * TOLERANCE * abs(best):
            return values, True
    return values, False


def _is_level(likelihood: TwoLevelLikelihood, values: FloatArray) -> bool:
    """Whether a step by expected information would gain nothing: there is no wall in its way."""
    part = likelihood.parts(values)[0]
    step, *_ = np.linalg.lstsq(part.curvature, part.gradient)
    return bool(part.gradient @ step <= STEEPNESS * abs(likelihood.value(values)))


def _inverse(information: FloatArray) -> FloatArray:
    """The inverse; not a number where a direction has no information."""
    if not len(information):
        return information
    deviation = np.sqrt(np.abs(np.diag(information)))
    if (deviation == 0).any():
        return np.full_like(information, np.nan)
    scaled = information / np.outer(deviation, deviation)
    if np.linalg.eigvalsh(scaled)[0] <= 1e-10:
        return np.full_like(information, np.nan)
    return np.asarray(np.linalg.inv(scaled) / np.outer(deviation, deviation))


def _why_inadmissible(structure: TwoLevelStructure, values: FloatArray) -> Iterable[str]:
    """Words of what cannot be true of anything, at either level."""
    for model in structure.models:
        at: Matrices = model.matrices(values)
        if (np.diag(at.residual) < -TOLERANCE).any():
            yield "negative_residual_variance"
        elif _is_indefinite(at.residual):
            yield "residuals_not_positive_definite"
        if (np.diag(at.factor) < -TOLERANCE).any():
            yield "negative_factor_variance"
        elif _is_indefinite(at.factor):
            yield "factors_not_positive_definite"


def _is_indefinite(matrix: FloatArray) -> bool:
    """Whether a covariance matrix has a direction of negative variance."""
    deviation = np.sqrt(np.maximum(np.diag(matrix), TOLERANCE**2))
    scaled = matrix / np.outer(deviation, deviation)
    return bool(np.linalg.eigvalsh(scaled)[0] < -TOLERANCE)


def cluster_scores(
    likelihood: TwoLevelLikelihood, values: FloatArray, answers: ClusteredAnswers
) -> FloatArray:
    r"""Slopes of the log-likelihood of each cluster, shape (n_groups, n_free).

    Notes
    -----
    On the common axes a cluster of n adds for :math:`d\Sigma = lr' + rl'` within
    :math:`\sum_i x_i'l \cdot x_i'r - (n - 1) l'r` from its deviations x, and
    :math:`y'l \cdot y'r - l'(I + nD)^{-1}r` from its mean, y being :math:`\sqrt n (I + nD)^{-1}`
    times its distance from the means of the model; between, n times the latter.
    """
    within, between = likelihood.structure.moments(values)
    point = likelihood.point(values)
    if point is None:
        raise ValueError("the likelihood is not defined at these values")
    inverse, n = point.basis.inverse, answers.sizes[:, None].astype(np.float64)
    scale = 1 + n * point.basis.ratios
    pulls = (answers.means() - between.mean) @ inverse.T / scale
    rows = np.sqrt(n) * pulls
    result = np.zeros((answers.n_groups, likelihood.n_free))
    for level, factor in ((within, np.ones_like(n)), (between, n)):
        left, right = inverse @ level.left, inverse @ level.right
        own = (rows @ left) * (rows @ right) - (1 / scale) @ (left * right)
        if level is within:
            deviations = answers.deviations() @ inverse.T
            products = (deviations @ left) * (deviations @ right)
            own += np.add.reduceat(products, answers.starts())
            own -= (n - 1) * (left * right).sum(axis=0)
        np.add.at(result.T, level.free, (factor * own).T)
    result += (n * pulls) @ mean_slopes(between, inverse, likelihood.n_free).T
    return result
