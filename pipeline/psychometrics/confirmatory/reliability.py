"""Reliability and convergent validity of scales, read off a fitted model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import nan, sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import normal_quantile, tails
from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.bifactor import (
    BifactorIndices,
    bifactor_indices,
    construct_replicability,
)
from pipeline.psychometrics.confirmatory.implied import GroupModel, Moments
from pipeline.psychometrics.confirmatory.least_squares import OrderedMoments, ordered_moments
from pipeline.psychometrics.confirmatory.maximum_likelihood import summed
from pipeline.psychometrics.confirmatory.sample import ContinuousSample, OrderedSample
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.confirmatory.standardised import log_deviations
from pipeline.psychometrics.reliability.interval import reliability_interval
from pipeline.psychometrics.reliability.ordinal_sum import (
    CutVariables,
    cut_variables,
    score_covariances,
    score_variances,
    slope_in_correlation,
    slope_in_thresholds,
    slope_of_variances,
)
from pipeline.psychometrics.result import Result

TOTAL = "all factors"
"""Name under which the sum of all items stands."""


@dataclass(frozen=True, slots=True)
class ModelCoefficient:
    """One coefficient of a factor, or of two.

    Attributes
    ----------
    factor : str
        The factor, two joined by ``with``, or ``all factors`` for the sum of all items.
    group : str
        The group; empty without groups.
    statistic : str
        What it is; see :func:`model_reliability`.
    estimate, se, ci_low, ci_high : float
        The estimate with its standard error and interval, missing where there is none.
    """

    factor: str
    group: str
    statistic: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True, eq=False)
class ModelReliability(Result):
    """Reliabilities, variance extracted and factor correlations of a fitted model.

    Attributes
    ----------
    coefficients : tuple of ModelCoefficient
        Group by group, factor by factor.
    confidence_level : float
        Coverage of the intervals.
    n_respondents : int
        Respondents used.
    method, condition : str
        Those of the solution.
    """

    coefficients: tuple[ModelCoefficient, ...]
    confidence_level: float
    n_respondents: int
    method: str
    condition: str | None

    def of(self, factor: str, statistic: str, group: str = "") -> ModelCoefficient:
        """One coefficient.

        Raises
        ------
        ValueError
            If there is none of this name.
        """
        for own in self.coefficients:
            if (own.factor, own.statistic, own.group) == (factor, statistic, group):
                return own
        raise ValueError(f"there is no {statistic!r} of {factor!r} in group {group!r}")

    def to_rows(self) -> pd.DataFrame:
        """A row per coefficient."""
        rows = [
            {
                "factor": own.factor + (f" in {own.group}" if own.group else ""),
                "statistic": own.statistic,
                "estimate": own.estimate,
                "se": own.se,
                "ci_low": own.ci_low,
                "ci_high": own.ci_high,
            }
            for own in self.coefficients
        ]
        return long_table(
            rows,
            confidence_level=self.confidence_level,
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


def model_reliability(
    solution: ConfirmatorySolution, confidence_level: float | None = None
) -> ModelReliability:
    r"""Composite reliability, variance extracted and factor correlations of a fitted model.

    Parameters
    ----------
    solution : ConfirmatorySolution
        A fitted model.
    confidence_level : float, optional
        Coverage of the intervals; that of the solution if not given.

    Returns
    -------
    ModelReliability
        Continuous items: ``omega_model_implied`` and ``omega_observed``. Ordered items:
        ``categorical_omega_...`` of the sum of the answers as they are [2]_, and
        ``latent_response_omega_...`` of what they stand for, both by either denominator. All:
        ``average_variance_extracted`` [3]_, ``construct_replicability`` (H),
        ``factor_correlation``; of several factors also the omegas of the sum of all items.

    Notes
    -----
    With :math:`\lambda_i` the effects of a factor with variance 1 on the items S that it reaches,
    directly or by way of other factors,

    .. math:: \omega = \frac{(\sum_{i \in S} \lambda_i)^2}{1_S' \Sigma 1_S}, \qquad
              \text{AVE} = \frac{\sum_{i \in S} \lambda_i^2}{\sum_{i \in S} \sigma_{ii}}

    [1]_, with the model's covariances :math:`\Sigma` or those observed in the denominator of omega.
    Standard errors by the delta method from those of the parameters, where the coefficient follows
    from these alone: not for observed denominators or the sum of all items. Intervals of
    :math:`\ln(1 - \omega)`, those of correlations symmetric. Agrees with semTools'
    ``compRelSEM`` and ``AVE`` on lavaan: ``tests/oracles/semtools_validity``.

    References
    ----------
    .. [1] McDonald (1999). Test theory: A unified treatment. Erlbaum.
    .. [2] Green & Yang (2009). Psychometrika, 74(1), 155-167.
    .. [3] Fornell & Larcker (1981). Journal of Marketing Research, 18(1), 39-50.

    Examples
    --------
    >>> from pipeline.psychometrics.confirmatory.estimate import cfa
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> table = pd.DataFrame(answers, columns=list("abcd"))
    >>> found = model_reliability(cfa({"f": list("abcd")}, table, estimator="ML"))
    >>> round(found.of("f", "omega_model_implied").estimate, 1)
    0.8
    """
    level = solution.confidence_level if confidence_level is None else confidence_level
    width = normal_quantile(tails(level)[1])
    coefficients = [
        _with_interval(one, solution.groups[number], width)
        for number in range(len(solution.groups))
        for one in _of_group(solution, number)
    ]
    return ModelReliability(
        coefficients=tuple(coefficients),
        confidence_level=level,
        n_respondents=solution.n_respondents,
        method=f"from the model, delta-method intervals; {solution.method}",
        condition=solution.condition,
    )


def bifactor_indices_of(
    solution: ConfirmatorySolution, general: str, group: str = ""
) -> BifactorIndices:
    r"""Bifactor indices of a fitted bifactor or second-order model.

    Parameters
    ----------
    solution : ConfirmatorySolution
        A fitted model in which what factors have of their own is uncorrelated.
    general : str
        The general factor.
    group : str, optional
        The group, if the model has several.

    Returns
    -------
    BifactorIndices

    Raises
    ------
    ValueError
        If there is no such factor or group, or factors are correlated.

    Notes
    -----
    The loadings are those of :math:`\Lambda (I - B)^{-1} \Psi^{1/2}` in standard deviations of the
    items: of a second-order model the transformation of Schmid and Leiman. See
    :func:`bifactor_indices`. Residual covariances count as covariances of unique parts, which the
    indices leave out.

    Examples
    --------
    >>> from pipeline.psychometrics.confirmatory.estimate import cfa
    >>> rng = np.random.default_rng(1)
    >>> factors = rng.normal(size=(2000, 1)) + rng.normal(size=(2000, 3))
    >>> answers = np.repeat(factors, 3, axis=1) + rng.normal(size=(2000, 9))
    >>> table = pd.DataFrame(answers, columns=list("abcdefghi"))
    >>> text = "x =~ a + b + c; y =~ d + e + f; z =~ g + h + i; all =~ x + y + z"
    >>> found = bifactor_indices_of(cfa(text, table, estimator="ML"), "all")
    >>> round(found.general.explained_common_variance, 1)
    0.5
    """
    table = solution.table
    if general not in table.latent or group not in solution.groups:
        raise ValueError(
            f"there is no factor {general!r} in group {group!r}; there are factors "
            f"{list(table.latent)} and groups {list(solution.groups)}"
        )
    model = solution.objective.models[solution.groups.index(group)]
    at = model.matrices(solution.values)
    if (np.abs(at.factor - np.diag(np.diag(at.factor))) > 1e-12).any():
        raise ValueError(
            "bifactor indices need uncorrelated factors; fit the model with orthogonal=True"
        )
    p, m = len(table.items), len(table.factors)
    deviations = np.exp(log_deviations(model, solution.values).logarithm)
    own = np.sqrt(np.where(np.diag(at.factor) >= 0, np.diag(at.factor), nan))
    loadings = at.loadings @ at.total_effect * own / deviations[m : m + p, None]
    latent = [place for place, name in enumerate(table.factors) if name in table.latent]
    return bifactor_indices(
        pd.DataFrame(loadings[:, latent], index=list(table.items), columns=list(table.latent)),
        general,
        n_respondents=solution.n_respondents,
        method=solution.method,
        condition=solution.condition,
    )


class _Estimate(NamedTuple):
    factor: str
    statistic: str
    estimate: float
    se: float = nan


def _with_interval(one: _Estimate, group: str, width: float) -> ModelCoefficient:
    if one.statistic == "factor_correlation":
        limits = one.estimate - width * one.se, one.estimate + width * one.se
    else:
        limits = reliability_interval(one.estimate, one.se, width)
    return ModelCoefficient(one.factor, group, one.statistic, one.estimate, one.se, *limits)


class _Effects(NamedTuple):
    """Effects (s,) of one factor with variance 1 on the items it reaches, with slopes (s, k).

    ``items`` (s,) their numbers; ``standardised`` and its slopes for items of variance 1.
    """

    items: IntArray
    raw: FloatArray
    raw_slopes: FloatArray
    standardised: FloatArray
    standardised_slopes: FloatArray


def effects_of_factor(model: GroupModel, values: FloatArray, factor: int) -> _Effects:
    """Effects of a factor in its standard deviation, direct and by way of other factors."""
    at = model.matrices(values)
    total = at.total_effect
    passed = at.loadings @ total
    slopes = np.zeros((len(passed), len(model.free)))
    loadings, paths = model.entries("lambda"), model.entries("beta")
    direct = np.zeros((len(passed), len(loadings.row)))
    direct[loadings.row, np.arange(len(loadings.row))] = total[loadings.column, factor]
    slopes += summed(direct, loadings.free, model.free)
    slopes += summed(passed[:, paths.row] * total[paths.column, factor], paths.free, model.free)
    spread = log_deviations(model, values)
    items = np.flatnonzero((passed[:, factor] != 0) | (slopes != 0).any(axis=1))
    place = len(model.table.factors) + items
    sizes = np.exp(spread.logarithm)
    raw = passed[items, factor] * sizes[factor]
    raw_slopes = slopes[items] * sizes[factor] + raw[:, None] * spread.slopes[factor]
    scale = 1 / sizes[place]
    return _Effects(
        items,
        raw,
        raw_slopes,
        raw * scale,
        raw_slopes * scale[:, None] - (raw * scale)[:, None] * spread.slopes[place],
    )


def _of_group(solution: ConfirmatorySolution, group: int) -> Iterator[_Estimate]:
    objective, values = solution.objective, solution.values
    model, sample = objective.models[group], objective.samples[group]
    covariance = solution.covariance[np.ix_(model.free, model.free)]
    moments = model.moments(values)
    latent = [j for j, name in enumerate(model.table.factors) if name not in model.table.items]
    effects = {j: effects_of_factor(model, values, j) for j in latent}
    sums: _ContinuousSums | _OrderedSums
    if isinstance(sample, OrderedSample):
        sums = _OrderedSums.of(model, values, moments, sample)
    else:
        sums = _ContinuousSums(moments, model.free, sample)
    for j, own in effects.items():
        name = model.table.factors[j]
        if len(own.items):
            for statistic, found in {**sums.omegas(own), **_validity(own, sums)}.items():
                yield _Estimate(name, statistic, found.estimate, found.se(covariance))
    if len(latent) > 1:
        for statistic, estimate in sums.of_all(_common(model, values, moments)).items():
            yield _Estimate(TOTAL, statistic, estimate)
    yield from _correlations(model, values, latent, covariance)


class _Sloped(NamedTuple):
    """An estimate and its slopes (k,) in the free parameters, or None where it has none."""

    estimate: float
    slopes: FloatArray | None = None

    def se(self, covariance: FloatArray) -> float:
        if self.slopes is None or not np.isfinite(self.estimate):
            return nan
        variance = float(self.slopes @ covariance @ self.slopes)
        return sqrt(variance) if variance >= 0 else nan


def _ratio(part: _Sloped, whole: _Sloped) -> _Sloped:
    """A share, with slopes where both sides have them."""
    if not whole.estimate > 0:
        return _Sloped(nan)
    estimate = part.estimate / whole.estimate
    if part.slopes is None or whole.slopes is None:
        return _Sloped(estimate)
    return _Sloped(estimate, (part.slopes - estimate * whole.slopes) / whole.estimate)


def _squared_sum(effects: FloatArray, slopes: FloatArray) -> _Sloped:
    total = float(effects.sum())
    return _Sloped(total**2, 2 * total * slopes.sum(axis=0))


class _ContinuousSums(NamedTuple):
    """What the sums of continuous items are made of."""

    moments: Moments
    free: IntArray
    sample: ContinuousSample

    def omegas(self, own: _Effects) -> Mapping[str, _Sloped]:
        common = _squared_sum(own.raw, own.raw_slopes)
        left, right = self.moments.left[own.items], self.moments.right[own.items]
        slopes = 2 * left.sum(axis=0) * right.sum(axis=0)
        block = np.ix_(own.items, own.items)
        implied = _Sloped(
            float(self.moments.covariance[block].sum()),
            summed(slopes, self.moments.free, self.free),
        )
        observed = _Sloped(float(self.sample.covariance[block].sum()))
        return {
            "omega_model_implied": _ratio(common, implied),
            "omega_observed": _ratio(common, observed),
        }

    def extracted(self, own: _Effects) -> _Sloped:
        part = _Sloped(float((own.raw**2).sum()), 2 * own.raw @ own.raw_slopes)
        slopes = 2 * (self.moments.left[own.items] * self.moments.right[own.items]).sum(axis=0)
        whole = _Sloped(
            float(np.diag(self.moments.covariance)[own.items].sum()),
            summed(slopes, self.moments.free, self.free),
        )
        return _ratio(part, whole)

    def of_all(self, common: FloatArray) -> Mapping[str, float]:
        part = float(common.sum())
        return {
            "omega_model_implied": part / float(self.moments.covariance.sum()),
            "omega_observed": part / float(self.sample.covariance.sum()),
        }


class _OrderedSums(NamedTuple):
    """What the sums of ordered answers, and of what they stand for, are made of.

    ``cut`` thresholds of each item and the steps between its answers, ``threshold_rows`` where
    the slopes of each threshold stand in ``implied`` (-1 where there is none), ``correlations``
    (p, p) the model's and ``observed`` the polychoric ones.
    """

    cut: CutVariables
    threshold_rows: IntArray
    implied: OrderedMoments
    n_thresholds: int
    correlations: FloatArray
    observed: FloatArray
    scale: FloatArray

    @classmethod
    def of(
        cls, model: GroupModel, values: FloatArray, moments: Moments, sample: OrderedSample
    ) -> "_OrderedSums":
        implied = ordered_moments(model, values, sample)
        n = sample.n_thresholds
        p = len(model.table.items)
        per_item = [implied.values[:n][sample.threshold_item == item] for item in range(p)]
        categories = sample.polychoric.polychoric.categories
        cut = cut_variables(per_item, [categories[item] for item in model.table.items])
        rows = np.full(cut.thresholds.shape, -1, dtype=np.int64)
        rows[sample.threshold_item, sample.threshold_place] = np.arange(n)
        correlations = np.eye(p)
        first, second = np.triu_indices(p, 1)
        correlations[first, second] = correlations[second, first] = implied.values[n:]
        deviations = log_deviations(model, values).logarithm
        m = len(model.table.factors)
        scale = np.exp(-deviations[m : m + p])
        return cls(cut, rows, implied, n, correlations, sample.correlations(), scale)

    def omegas(self, own: _Effects) -> Mapping[str, _Sloped]:
        block = np.ix_(own.items, own.items)
        observed, implied = self.observed[block], self.correlations[block]
        cut = CutVariables(
            self.cut.thresholds[own.items], self.cut.steps[own.items], self.cut.real[own.items]
        )
        of_answers, of_latent = (
            self._common(cut, own),
            _squared_sum(own.standardised, own.standardised_slopes),
        )
        return {
            "categorical_omega_model_implied": _ratio(of_answers, self._implied(cut, own.items)),
            "categorical_omega_observed": _ratio(of_answers, _Sloped(_score_total(cut, observed))),
            "latent_response_omega_model_implied": _ratio(
                of_latent, _Sloped(float(implied.sum()), self._sum_of_slopes(own.items))
            ),
            "latent_response_omega_observed": _ratio(of_latent, _Sloped(float(observed.sum()))),
        }

    def _common(self, cut: CutVariables, own: _Effects) -> _Sloped:
        """Variance of the sum of answers that the factor makes up."""
        shared = np.outer(own.standardised, own.standardised)
        if not (np.abs(np.diag(shared)) < 1).all():
            return _Sloped(nan)
        by_loading = 2 * slope_in_correlation(cut, shared) @ own.standardised
        by_threshold = slope_in_thresholds(cut, shared, with_diagonal=True)
        slopes = by_loading @ own.standardised_slopes
        slopes = slopes + self._by_thresholds(by_threshold, own.items)
        return _Sloped(float(score_covariances(cut, shared).sum()), slopes)

    def _implied(self, cut: CutVariables, items: IntArray) -> _Sloped:
        """Variance of the sum of answers that the model implies."""
        inner = self.correlations[np.ix_(items, items)] * (1 - np.eye(len(items)))
        if not (np.abs(inner) < 1).all():
            return _Sloped(nan)
        by_threshold = slope_in_thresholds(cut, inner, with_diagonal=False)
        slopes = self._by_thresholds(by_threshold + slope_of_variances(cut), items)
        slopes = slopes + self._sum_of_slopes(items, slope_in_correlation(cut, inner))
        return _Sloped(_score_total(cut, inner), slopes)

    def _by_thresholds(self, weights: FloatArray, items: IntArray) -> FloatArray:
        rows = self.threshold_rows[items]
        return np.asarray(weights[rows >= 0] @ self.implied.slopes[rows[rows >= 0]])

    def _sum_of_slopes(self, items: IntArray, weights: FloatArray | None = None) -> FloatArray:
        """Slopes of the sum of the correlations between items, each weighted."""
        first, second = np.triu_indices(len(self.correlations), 1)
        place = np.full(len(self.correlations), -1)
        place[items] = np.arange(len(items))
        own = np.flatnonzero((place[first] >= 0) & (place[second] >= 0))
        weight = np.ones(len(own))
        if weights is not None:
            weight = weights[place[first[own]], place[second[own]]]
        return np.asarray(2 * weight @ self.implied.slopes[self.n_thresholds + own])

    def extracted(self, own: _Effects) -> _Sloped:
        k = len(own.items)
        return _Sloped(
            float((own.standardised**2).sum()) / k,
            2 * own.standardised @ own.standardised_slopes / k,
        )

    def of_all(self, common: FloatArray) -> Mapping[str, float]:
        shared = common * np.outer(self.scale, self.scale)
        usable = bool((np.abs(np.diag(shared)) < 1).all())
        part = float(score_covariances(self.cut, shared).sum()) if usable else nan
        return {
            "categorical_omega_model_implied": part / _score_total(self.cut, self.correlations),
            "categorical_omega_observed": part / _score_total(self.cut, self.observed),
            "latent_response_omega_model_implied": float(shared.sum() / self.correlations.sum()),
            "latent_response_omega_observed": float(shared.sum() / self.observed.sum()),
        }


def _score_total(cut: CutVariables, correlations: FloatArray) -> float:
    """Variance of the sum of answers whose latent responses have these correlations."""
    inner = correlations * (1 - np.eye(len(correlations)))
    if not (np.abs(inner) < 1).all():
        return nan
    covariances = score_covariances(cut, inner)
    return float(covariances.sum() - np.trace(covariances) + score_variances(cut).sum())


def _validity(own: _Effects, sums: _ContinuousSums | _OrderedSums) -> Mapping[str, _Sloped]:
    """Average variance extracted and coefficient H."""
    loadings = own.standardised
    replicability = construct_replicability(loadings)
    slopes = None
    if np.isfinite(replicability):
        by_loading = 2 * loadings / (1 - loadings**2) ** 2 * (1 - replicability) ** 2
        slopes = by_loading @ own.standardised_slopes
    return {
        "average_variance_extracted": sums.extracted(own),
        "construct_replicability": _Sloped(replicability, slopes),
    }


def _common(model: GroupModel, values: FloatArray, moments: Moments) -> FloatArray:
    """Covariances of the items that all factors together make up."""
    return np.asarray(moments.covariance - model.matrices(values).residual)


def _correlations(
    model: GroupModel, values: FloatArray, latent: list[int], covariance: FloatArray
) -> Iterator[_Estimate]:
    """Correlations of factors, with slopes by the same products of two vectors as for items."""
    at = model.matrices(values)
    total = at.total_effect
    factor = total @ at.factor @ total.T
    psi, beta = model.entries("psi"), model.entries("beta")
    half = np.where(psi.row == psi.column, 0.5, 1.0)
    left = np.hstack([total[:, psi.row], total[:, beta.row]])
    right = np.hstack([total[:, psi.column] * half, factor[:, beta.column]])
    free = np.concatenate([psi.free, beta.free])
    spread = log_deviations(model, values)
    for first, j in enumerate(latent):
        for k in latent[first + 1 :]:
            scale = float(np.exp(-spread.logarithm[j] - spread.logarithm[k]))
            estimate = float(factor[j, k]) * scale
            slopes = summed(left[j] * right[k] + right[j] * left[k], free, model.free) * scale
            slopes = slopes - estimate * (spread.slopes[j] + spread.slopes[k])
            name = f"{model.table.factors[j]} with {model.table.factors[k]}"
            se = _Sloped(estimate, slopes).se(covariance)
            yield _Estimate(name, "factor_correlation", estimate, se)
