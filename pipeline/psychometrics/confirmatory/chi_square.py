"""Chi-square statistics of a model, plain and corrected for answers that are not normal."""

from collections.abc import Sequence
from math import isfinite, nan, sqrt
from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._distributions import chi_square_tail
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares, OrderedMoments
from pipeline.psychometrics.confirmatory.maximum_likelihood import (
    NormalTheory,
    inverted,
    of_clusters,
    saturated_trace,
)
from pipeline.psychometrics.confirmatory.sample import ContinuousSample, OrderedSample
from pipeline.psychometrics.confirmatory.scoring import Curvature


class ModelTest(NamedTuple):
    """A chi-square of a model.

    ``naive`` the plain statistic with ``df``; ``scaled`` = ``naive`` / ``factor`` + ``shift``, NaN
    if the estimator has no correction. ``for_robust`` and ``correction`` are what the robust CFI,
    TLI and RMSEA are made of: a normal-theory chi-square and its expected value per degree of
    freedom.
    """

    naive: float
    df: int
    scaled: float = nan
    factor: float = nan
    shift: float = 0.0
    for_robust: float = nan
    correction: float = nan

    @property
    def p_value(self) -> float:
        """Probability of a larger plain statistic; NaN without degrees of freedom."""
        return chi_square_tail(self.naive, self.df) if self.df > 0 else nan

    @property
    def p_value_scaled(self) -> float:
        """Probability of a larger corrected statistic."""
        return chi_square_tail(self.scaled, self.df) if self.df > 0 else nan


class SandwichParts(NamedTuple):
    """What the robust errors of maximum likelihood are made of.

    ``bread`` (q, q) the inverse information of all respondents and ``meat`` (q, q) the sum of
    products of their scores, or of those of clusters.
    """

    bread: FloatArray
    meat: FloatArray

    def covariance(self) -> FloatArray:
        """Sampling covariances of the parameters."""
        return self.bread @ self.meat @ self.bread


def sandwich_of_likelihood(objective: NormalTheory, values: FloatArray) -> SandwichParts:
    """Bread and meat of the robust errors of maximum likelihood.

    Raises
    ------
    NotPositiveDefiniteError
        If the observed information has no inverse.
    """
    blocks = objective.observed_information(values)
    bread = Curvature(blocks, objective.n_free).inverse() / objective.n
    meat = np.zeros((objective.n_free, objective.n_free))
    for model, sample, scores in zip(
        objective.models, objective.samples, objective.scores(values), strict=True
    ):
        own = of_clusters(scores, sample.clusters)
        meat[np.ix_(model.free, model.free)] += own.T @ own
    return SandwichParts(bread, meat)


def yuan_bentler(
    objective: NormalTheory, values: FloatArray, parts: SandwichParts, naive: float, df: int
) -> ModelTest:
    r"""The chi-square of Yuan and Bentler (2000) with the factor that Mplus and lavaan use.

    .. math:: c = [\operatorname{tr}(I_1^{-1} J_1) - \operatorname{tr}(I_0^{-1} J_0)] / df

    of the saturated model and of the model at hand; :math:`T / c` is the statistic.
    """
    saturated = sum(
        saturated_trace(sample, inverted(sample.covariance), objective.table.has_means)
        for sample in objective.samples
    )
    own = float(np.sum(parts.bread * parts.meat.T))
    return _scaled(naive, df, saturated - own)


def likelihood_baseline(samples: Sequence[ContinuousSample], robust: bool) -> ModelTest:
    """The model in which no two items are correlated, with free means."""
    p = len(samples[0].mean)
    df = len(samples) * p * (p - 1) // 2
    naive = sum(
        -sample.n * _log_determinant_of_correlations(sample.covariance) for sample in samples
    )
    if not robust:
        return ModelTest(naive, df)
    trace = 0.0
    for sample in samples:
        trace += saturated_trace(sample, inverted(sample.covariance), True)
        trace -= _independence_trace(sample)
    return _scaled(naive, df, trace)


def _scaled(naive: float, df: int, trace: float) -> ModelTest:
    """A statistic over its factor; without the correction where the factor is not positive."""
    if df <= 0 or not trace > 0:
        return ModelTest(naive, df)
    factor = trace / df
    return ModelTest(naive, df, naive / factor, factor, 0.0, naive, factor)


def _log_determinant_of_correlations(covariance: FloatArray) -> float:
    deviation = np.sqrt(np.diag(covariance))
    return float(np.linalg.slogdet(covariance / np.outer(deviation, deviation))[1])


def _independence_trace(sample: ContinuousSample) -> float:
    """Trace of inverse information and variance of scores of means and variances."""
    variance = np.diag(sample.covariance)
    z = (sample.rows - sample.mean) / np.sqrt(variance)
    scores = np.hstack([z, (z**2 - 1) / sqrt(2)])
    own = of_clusters(scores, sample.clusters)
    return float(np.sum(own**2)) / sample.n


class LeastSquaresSandwich(NamedTuple):
    """What the robust errors and corrected statistics of least squares are made of.

    ``slopes`` of the moments, ``bread`` (q, q) inverse curvature, ``spread`` a (m, k) matrix
    V W D for each group and ``meat`` (q, q) the sum of D' W V W D.
    """

    slopes: tuple[OrderedMoments, ...]
    bread: FloatArray
    spread: tuple[FloatArray, ...]
    meat: FloatArray

    def covariance(self) -> FloatArray:
        """Sampling covariances of the parameters."""
        return self.bread @ self.meat @ self.bread


def sandwich_of_least_squares(objective: LeastSquares, values: FloatArray) -> LeastSquaresSandwich:
    """Bread and meat of the robust errors of least squares.

    Raises
    ------
    NotPositiveDefiniteError
        If the curvature has no inverse.
    """
    slopes = tuple(objective.slopes(values))
    bread = objective.curvature(slopes).inverse()
    meat = np.zeros_like(bread)
    spread = []
    for own, sample, weights in zip(slopes, objective.samples, objective.weights, strict=True):
        weighted = own.slopes * weights[:, None]
        reached = sample.variance @ weighted
        meat[np.ix_(own.free, own.free)] += weighted.T @ reached
        spread.append(reached)
    return LeastSquaresSandwich(slopes, bread, tuple(spread), meat)


def scaled_shifted(
    objective: LeastSquares, parts: LeastSquaresSandwich, naive: float, df: int
) -> ModelTest:
    r"""The scaled and shifted chi-square of Asparouhov and Muthen (2010).

    .. math:: T^* = a T + df - a \operatorname{tr}(U\Gamma), \quad
              a = \sqrt{df / \operatorname{tr}[(U\Gamma)^2]}

    so that mean and variance are those of a chi-square with df degrees of freedom.
    """
    first = second = 0.0
    crossed = np.zeros_like(parts.bread)
    for own, reached, sample, weights in zip(
        parts.slopes, parts.spread, objective.samples, objective.weights, strict=True
    ):
        first += float(weights @ np.diag(sample.variance))
        second += _sum_of_squares(sample.variance, weights)
        crossed[np.ix_(own.free, own.free)] += (reached * weights[:, None]).T @ reached
    projected = parts.bread @ parts.meat
    first -= float(np.trace(projected))
    second += -2 * float(np.sum(parts.bread * crossed)) + float(np.sum(projected * projected.T))
    statistic, correction = normal_theory_of_polychorics(objective, parts)
    return _scaled_shifted(naive, df, first, second, statistic, correction)


def _scaled_shifted(
    naive: float, df: int, first: float, second: float, statistic: float, correction: float
) -> ModelTest:
    if df <= 0 or second <= 0:
        return ModelTest(naive, df)
    scale = sqrt(df / second)
    shift = df - scale * first
    return ModelTest(naive, df, naive * scale + shift, 1 / scale, shift, statistic, correction / df)


def least_squares_baseline(objective: LeastSquares) -> ModelTest:
    """The model in which no two items are correlated, with free thresholds."""
    naive = first = second = statistic = correction = 0.0
    df = 0
    for sample, all_weights in zip(objective.samples, objective.weights, strict=True):
        own = slice(sample.n_thresholds, None)
        weights, variance = all_weights[own], sample.variance[own, own]
        df += len(weights)
        naive += float(weights @ sample.moments[own] ** 2)
        first += float(weights @ np.diag(variance))
        second += _sum_of_squares(variance, weights)
        statistic -= sample.n * _log_determinant(sample.correlations())
        correction += (sample.n - 1) * float(np.trace(variance))
    return _scaled_shifted(naive, df, first, second, statistic, correction)


def _sum_of_squares(variance: FloatArray, weights: FloatArray) -> float:
    r"""Trace of :math:`(W V)^2`."""
    return float(weights @ (variance**2) @ weights)


def normal_theory_of_polychorics(
    objective: LeastSquares, parts: LeastSquaresSandwich
) -> tuple[float, float]:
    r"""The normal-theory statistic of the polychoric correlations and its expected value.

    Notes
    -----
    At the least-squares estimates, with the weights :math:`V_{NT}` of the correlations under
    normality: :math:`n F_{ML}(R, P)` and
    :math:`\operatorname{tr}[(I - \Delta A)' V_{NT} (I - \Delta A) \Gamma]`,
    :math:`A = (\Delta' W \Delta)^{-1} \Delta' W` [1]_. NaN if a matrix is not positive definite.

    References
    ----------
    .. [1] Savalei (2021). Multivariate Behavioral Research, 56(3), 390-407.
    """
    statistic = correction = 0.0
    for group, (own, sample) in enumerate(zip(parts.slopes, objective.samples, strict=True)):
        implied = _as_matrix(own.values[sample.n_thresholds :])
        sampled = sample.correlations()
        difference = _log_determinant(implied) - _log_determinant(sampled)
        if not isfinite(difference):
            return nan, nan
        inverse = inverted(implied)
        statistic += sample.n * (difference + float(np.sum(inverse * sampled)) - len(implied))
        left = _variance_of_residuals(parts, group, sample)
        correction += (sample.n - 1) * float(np.sum(_normal_weights(inverse) * left))
    return statistic, correction


def _variance_of_residuals(
    parts: LeastSquaresSandwich, group: int, sample: OrderedSample
) -> FloatArray:
    """Sampling covariances of the residual correlations of a group."""
    own, reached = parts.slopes[group], parts.spread[group]
    of_correlations = slice(sample.n_thresholds, None)
    block = np.ix_(own.free, own.free)
    slopes = own.slopes[of_correlations]
    crossed = slopes @ parts.bread[block] @ reached[of_correlations].T
    covariance = (parts.bread @ parts.meat @ parts.bread)[block]
    return np.asarray(
        sample.variance[of_correlations, of_correlations]
        - crossed
        - crossed.T
        + slopes @ covariance @ slopes.T
    )


def _normal_weights(inverse: FloatArray) -> FloatArray:
    """Weights of correlations under normality, in the order of the upper triangle."""
    first, second = np.triu_indices(len(inverse), 1)
    return np.asarray(
        inverse[np.ix_(first, first)] * inverse[np.ix_(second, second)]
        + inverse[np.ix_(first, second)] * inverse[np.ix_(second, first)]
    )


def _as_matrix(correlations: FloatArray) -> FloatArray:
    p = round((1 + sqrt(1 + 8 * len(correlations))) / 2)
    matrix = np.eye(p)
    matrix[np.triu_indices(p, 1)] = correlations
    return np.asarray(matrix + np.triu(matrix, 1).T)


def _log_determinant(matrix: FloatArray) -> float:
    try:
        return float(2 * np.log(np.diag(np.linalg.cholesky(matrix))).sum())
    except np.linalg.LinAlgError:
        return nan
