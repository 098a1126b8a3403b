"""Maximum likelihood from all answers there are, with some missing at random (FIML)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.chi_square import ModelTest, SandwichParts
from pipeline.psychometrics.confirmatory.implied import GroupModel, Moments, at_moments
from pipeline.psychometrics.confirmatory.maximum_likelihood import NormalTheory, of_clusters, summed
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable
from pipeline.psychometrics.confirmatory.sample import ContinuousSample
from pipeline.psychometrics.confirmatory.saturated import (
    Likelihood,
    MissingPatterns,
    SaturatedMoments,
    answered_moments,
    expected_moment_information,
    first_order_information,
    likelihood,
    moment_scores,
    observed_moment_information,
    saturated_moments,
)
from pipeline.psychometrics.confirmatory.scoring import Curvature, Part
from pipeline.psychometrics.confirmatory.second_slopes import second_slopes_of_moments


@dataclass(frozen=True, slots=True, eq=False)
class IncompleteSample(ContinuousSample):
    """Answers of one group of which some are missing.

    As of complete answers, ``rows`` (n, p) with NaN where there is no answer, ``mean`` and
    ``covariance`` the most likely ones without a model; with ``patterns`` of answers and what was
    found as ``saturated``.
    """

    patterns: MissingPatterns
    saturated: SaturatedMoments

    @property
    def n(self) -> int:
        """Respondents with at least one answer."""
        return self.patterns.n

    @classmethod
    def of(cls, rows: FloatArray, clusters: IntArray | None) -> "IncompleteSample":
        """Patterns and most likely moments of the answers.

        Raises
        ------
        ValueError
            If nobody answered one of the items, or all gave it the same answer.
        """
        patterns = MissingPatterns.of(rows)
        found = saturated_moments(patterns)
        return cls(rows, found.mean, found.covariance, clusters, patterns, found)

    def is_determined(self) -> bool:
        """Whether the answers determine the covariance of every two items."""
        if not self.patterns.is_covered.all():
            return False
        try:
            np.linalg.cholesky(
                observed_moment_information(self.patterns, self.covariance, self.mean)
            )
        except np.linalg.LinAlgError:
            return False
        return True

    def log_likelihood(self) -> float:
        """Log-likelihood without a model."""
        return -self.n / 2 * self.saturated.value


class FullInformation(NormalTheory):
    r"""The discrepancy that maximum likelihood from all answers makes small.

    Notes
    -----
    .. math:: F = \sum_g \frac{n_g}{n} [F_g(\Sigma_g, \mu_g) - F_g(\tilde\Sigma_g, \tilde\mu_g)]

    with :math:`F_g` minus twice the mean log-likelihood of respondents and
    :math:`\tilde\Sigma, \tilde\mu` the most likely moments without a model [1]_.

    References
    ----------
    .. [1] Arbuckle (1996). In Marcoulides & Schumacker, Advanced structural equation modeling.
    """

    samples: tuple[IncompleteSample, ...]

    def __init__(self, table: ParameterTable, samples: Sequence[IncompleteSample]) -> None:
        if not table.has_means:
            raise ValueError("a model of incomplete answers needs means; set has_means")
        super().__init__(table, samples)

    def _groups(self) -> "list[tuple[GroupModel, IncompleteSample, float]]":
        """Each group with its share of the respondents."""
        return [
            (model, sample, sample.n / self.n)
            for model, sample in zip(self.models, self.samples, strict=True)
        ]

    def value(self, values: FloatArray) -> float:
        """The discrepancy; n times it is the chi-square."""
        total = 0.0
        for model, sample, share in self._groups():
            own = likelihood(sample.patterns, *at_moments(model.matrices(values)))
            if not np.isfinite(own.value):
                return np.inf
            total += share * (own.value - sample.saturated.value)
        return total

    def parts(self, values: FloatArray) -> list[Part]:
        """Slopes and expected curvature of each group."""
        found = []
        for model, sample, share in self._groups():
            moments = model.moments(values)
            at = likelihood(sample.patterns, moments.covariance, moments.mean)
            information = expected_moment_information(sample.patterns, moments.covariance)
            slopes = slopes_of_moments(moments, model.free)
            curvature = 2 * share * slopes.T @ information @ slopes
            found.append(Part(model.free, share * _gradient(moments, at, model.free), curvature))
        return found

    def gradient(self, values: FloatArray) -> list[tuple[IntArray, FloatArray]]:
        """Slopes alone, group by group."""
        found = []
        for model, sample, share in self._groups():
            moments = model.moments(values)
            at = likelihood(sample.patterns, moments.covariance, moments.mean)
            found.append((model.free, share * _gradient(moments, at, model.free)))
        return found

    def observed_information(self, values: FloatArray) -> list[tuple[IntArray, FloatArray]]:
        """Half the matrix of second slopes of each group."""
        blocks = []
        for model, sample, share in self._groups():
            moments = model.moments(values)
            at = likelihood(sample.patterns, moments.covariance, moments.mean)
            information = observed_moment_information(
                sample.patterns, moments.covariance, moments.mean
            )
            slopes = slopes_of_moments(moments, model.free)
            bend = second_slopes_of_moments(model, values, at.by_covariance, at.by_mean)
            block = slopes.T @ information @ slopes + bend[np.ix_(model.free, model.free)] / 2
            blocks.append((model.free, share * (block + block.T) / 2))
        return blocks

    def scores(self, values: FloatArray) -> list[FloatArray]:
        """Slopes of the log-likelihood of each respondent, (n_g, k_g) group by group."""
        found = []
        for model, sample, _ in self._groups():
            moments = model.moments(values)
            slopes = slopes_of_moments(moments, model.free)
            own = np.zeros((len(sample.rows), len(model.free)))
            for rows, scores in moment_scores(sample.patterns, moments.covariance, moments.mean):
                own[rows] = scores @ slopes
            found.append(own)
        return found


def slopes_of_moments(moments: Moments, free: IntArray) -> FloatArray:
    """Slopes of means and covariances (upper triangle, row by row), shape (p + p*, len(free))."""
    first, second = np.triu_indices(len(moments.mean))
    slopes = moments.left[first] * moments.right[second]
    slopes += moments.right[first] * moments.left[second]
    return summed(np.vstack([moments.mean_slope, slopes]), moments.free, free)


def _gradient(moments: Moments, at: Likelihood, free: IntArray) -> FloatArray:
    by_covariance = 2 * (moments.left * (at.by_covariance @ moments.right)).sum(axis=0)
    return summed(by_covariance + at.by_mean @ moments.mean_slope, moments.free, free)


class _Informations(NamedTuple):
    """Of means and covariances in one group at their most likely values, each (p + p*, p + p*).

    ``observed`` and its ``inverse``, ``spread`` of the scores, and what would be observed if
    answers were ``complete``.
    """

    observed: FloatArray
    inverse: FloatArray
    spread: FloatArray
    complete: FloatArray


def _informations(sample: IncompleteSample, is_robust: bool) -> _Informations:
    """Informations of a group; without robust errors scores are taken to be as they should be."""
    patterns, covariance, mean = sample.patterns, sample.covariance, sample.mean
    observed = observed_moment_information(patterns, covariance, mean)
    inverse = np.asarray(np.linalg.inv(observed))
    spread = observed
    if is_robust:
        spread = first_order_information(patterns, covariance, mean, sample.clusters)
    complete = expected_moment_information(MissingPatterns.of(mean[None, :]), covariance)
    return _Informations(observed, inverse, spread, complete)


class _Slopes(NamedTuple):
    """Slopes of the moments of a group, (p + p*, k), in the parameters ``free`` (k,)."""

    free: IntArray
    slopes: FloatArray


class _Model(NamedTuple):
    """A model as its tests see it.

    ``value`` its discrepancy, ``trace`` of its inverse information and the spread of its scores
    (NaN if errors are not robust), ``df``; in each group implied covariances and means, and their
    slopes in ``n_free`` parameters.
    """

    value: float
    trace: float
    df: int
    n_free: int
    implied: tuple[tuple[FloatArray, FloatArray], ...]
    slopes: tuple[_Slopes, ...]


def full_information_tests(
    objective: FullInformation, values: FloatArray, parts: SandwichParts | None, df: int
) -> tuple[ModelTest, ModelTest]:
    r"""Chi-squares of the model and of the one in which items are uncorrelated.

    Every sample must be determined, see :meth:`IncompleteSample.is_determined`.

    Parameters
    ----------
    objective : FullInformation
        What was made small.
    values : ndarray, shape (n_free,)
        The estimates.
    parts : SandwichParts or None
        What robust errors are made of; None for the plain statistic alone.
    df : int
        Degrees of freedom of the model.

    Notes
    -----
    The corrected statistic is that of Yuan and Bentler (2000) with the factor of Mplus and lavaan,
    :math:`c = [\operatorname{tr}(I_1^{-1} J_1) - \operatorname{tr}(I_0^{-1} J_0)] / df`, with
    observed information :math:`I_1` of the saturated model. Robust CFI, TLI and RMSEA rest on the
    chi-square of complete answers with the most likely moments, and on its expected value (their
    versions 3 and, if errors are not robust, 6) [1]_.

    References
    ----------
    .. [1] Zhang & Savalei (2023). Psychological Methods, 28(2), 263-283.
    """
    found = [_informations(sample, parts is not None) for sample in objective.samples]
    own = _Model(
        value=objective.value(values),
        trace=nan if parts is None else float(np.sum(parts.bread * parts.meat.T)),
        df=df,
        n_free=objective.n_free,
        implied=tuple(at_moments(model.matrices(values)) for model in objective.models),
        slopes=tuple(
            _Slopes(model.free, slopes_of_moments(model.moments(values), model.free))
            for model in objective.models
        ),
    )
    baseline = _independence(objective, parts is not None)
    return _test(objective, own, found), _test(objective, baseline, found)


def _independence(objective: FullInformation, is_robust: bool) -> _Model:
    """The model in which items are uncorrelated, with free means and variances."""
    p, n_groups = len(objective.table.items), len(objective.samples)
    alone = [answered_moments(sample.patterns) for sample in objective.samples]
    implied = tuple((np.diag(variance), mean) for mean, variance in alone)
    value = sum(
        sample.n / objective.n * (likelihood(sample.patterns, *at).value - sample.saturated.value)
        for sample, at in zip(objective.samples, implied, strict=True)
    )
    return _Model(
        value=value,
        trace=sum(map(_independence_trace, objective.samples)) if is_robust else nan,
        df=n_groups * p * (p - 1) // 2,
        n_free=2 * p * n_groups,
        implied=implied,
        slopes=_slopes_of_independence(p, n_groups),
    )


def _test(
    objective: FullInformation, model: _Model, informations: Sequence[_Informations]
) -> ModelTest:
    naive, df = max(model.value, 0.0) * objective.n, model.df
    if df == 0:
        return ModelTest(naive, df)
    shares = [sample.n / objective.n for sample in objective.samples]
    for_robust = sum(
        sample.n * _complete_discrepancy(sample, *own)
        for sample, own in zip(objective.samples, model.implied, strict=True)
    )
    correction = _expected_complete(shares, informations, model) / df
    if np.isnan(model.trace):
        return ModelTest(naive, df, for_robust=for_robust, correction=correction)
    saturated = sum(float(np.sum(own.inverse * own.spread)) for own in informations)
    factor = (saturated - model.trace) / df
    scaled = naive / factor if factor > 0 else nan
    return ModelTest(naive, df, scaled, factor, 0.0, for_robust, correction)


def _complete_discrepancy(
    sample: IncompleteSample, covariance: FloatArray, mean: FloatArray
) -> float:
    """Discrepancy of normal theory, with the most likely moments for those of the sample."""
    difference = sample.mean - mean
    spread = sample.covariance + np.outer(difference, difference)
    determinants = np.linalg.slogdet(covariance)[1] - np.linalg.slogdet(sample.covariance)[1]
    return float(determinants + np.trace(np.linalg.solve(covariance, spread)) - len(mean))


def _expected_complete(
    shares: Sequence[float], informations: Sequence[_Informations], model: _Model
) -> float:
    r"""What the discrepancy of normal theory times n is on average if the model is true.

    Notes
    -----
    :math:`\operatorname{tr}(C R \Gamma R')` with C the information of complete answers,
    :math:`\Gamma = W^{-1} J W^{-1}` the sampling variance of the most likely moments and
    :math:`R = I - \Delta (\Delta'W\Delta)^{-1} \Delta'W` what is left of them after the model.
    """
    groups = list(zip(shares, informations, model.slopes, strict=True))
    blocks = [
        (own.free, share * own.slopes.T @ found.observed @ own.slopes)
        for share, found, own in groups
    ]
    bread = Curvature(blocks, model.n_free).inverse()
    meat = np.zeros_like(bread)
    for share, found, own in groups:
        meat[np.ix_(own.free, own.free)] += share * own.slopes.T @ found.spread @ own.slopes
    covariance = bread @ meat @ bread
    total = 0.0
    for share, found, own in groups:
        block = np.ix_(own.free, own.free)
        reached = found.complete @ own.slopes
        crossed = own.slopes.T @ found.spread @ found.inverse @ reached
        total += float(np.sum((found.inverse @ found.complete @ found.inverse) * found.spread))
        total -= 2 * share * float(np.sum(crossed * bread[block]))
        total += share * float(np.sum((own.slopes.T @ reached) * covariance[block]))
    return total


def _slopes_of_independence(p: int, n_groups: int) -> tuple[_Slopes, ...]:
    """Moments of each group in means and variances of its own."""
    first, second = np.triu_indices(p)
    places = np.concatenate([np.arange(p), p + np.flatnonzero(first == second)])
    slopes = np.zeros((p + len(first), 2 * p))
    slopes[places, np.arange(2 * p)] = 1
    return tuple(_Slopes(np.arange(2 * p) + 2 * p * group, slopes) for group in range(n_groups))


def _independence_trace(sample: IncompleteSample) -> float:
    """Trace of inverse information and variance of scores of means and variances."""
    mean, variance = answered_moments(sample.patterns)
    z = (sample.rows - mean) / np.sqrt(variance)
    scores = np.nan_to_num(np.hstack([z, (z**2 - 1) / np.sqrt(2)]))
    counts = np.tile((~np.isnan(z)).sum(axis=0), 2)
    return float(np.sum(of_clusters(scores, sample.clusters) ** 2 / counts))
