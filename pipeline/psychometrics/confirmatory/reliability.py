"""Reliability and convergent validity of scales, read off a fitted model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import nan
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import normal_reach
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import in_group, long_table
from pipeline.psychometrics.bifactor import (
    BifactorIndices,
    bifactor_indices,
    construct_replicability,
)
from pipeline.psychometrics.confirmatory.deviations import factor_products, log_deviations
from pipeline.psychometrics.confirmatory.factor_effects import (
    FactorEffects,
    Sloped,
    effects_of_factor,
)
from pipeline.psychometrics.confirmatory.implied import GroupModel
from pipeline.psychometrics.confirmatory.maximum_likelihood import summed
from pipeline.psychometrics.confirmatory.scale_sums import ScaleSums, scale_sums
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.reliability.interval import reliability_interval
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
        known = list(dict.fromkeys(own.statistic for own in self.coefficients))
        raise ValueError(
            f"there is no {statistic!r} of {factor!r} in group {group!r}; statistics are {known}"
        )

    def to_rows(self) -> pd.DataFrame:
        """A row per coefficient."""
        rows = [
            {
                "factor": in_group(own.factor, own.group),
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
    reach = normal_reach(level)
    coefficients = [
        _with_interval(one, solution.groups[number], reach)
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
    """A coefficient before its interval."""

    factor: str
    statistic: str
    estimate: float
    se: float = nan


def _with_interval(one: _Estimate, group: str, reach: float) -> ModelCoefficient:
    """With limits that lie `reach` standard errors away, on the scale that suits the statistic."""
    if one.statistic == "factor_correlation":
        limits = one.estimate - reach * one.se, one.estimate + reach * one.se
    else:
        limits = reliability_interval(one.estimate, one.se, reach)
    return ModelCoefficient(one.factor, group, one.statistic, one.estimate, one.se, *limits)


def _of_group(solution: ConfirmatorySolution, group: int) -> Iterator[_Estimate]:
    """All coefficients of one group: of each factor, of all items, of every two factors."""
    model, values = solution.objective.models[group], solution.values
    covariance = solution.covariance_in(group)
    sums = scale_sums(model, values, solution.objective.samples[group])
    latent = [model.table.factors.index(name) for name in model.table.latent]
    for factor in latent:
        own = effects_of_factor(model, values, factor)
        if len(own.items):
            for statistic, found in {**sums.omegas(own), **_validity(own, sums)}.items():
                name = model.table.factors[factor]
                yield _Estimate(name, statistic, found.estimate, found.se(covariance))
    if len(latent) > 1:
        for statistic, estimate in sums.of_all(_common(model, values)).items():
            yield _Estimate(TOTAL, statistic, estimate)
    for pair, found in _correlations(model, values, latent):
        yield _Estimate(pair, "factor_correlation", found.estimate, found.se(covariance))


def _validity(own: FactorEffects, sums: ScaleSums) -> Mapping[str, Sloped]:
    """Average variance extracted and coefficient H."""
    loadings, slopes = own.standardised
    replicability = construct_replicability(loadings)
    moved = None
    if np.isfinite(replicability):
        by_loading = 2 * loadings / (1 - loadings**2) ** 2 * (1 - replicability) ** 2
        moved = by_loading @ slopes
    return {
        "average_variance_extracted": sums.extracted(own),
        "construct_replicability": Sloped(replicability, moved),
    }


def _common(model: GroupModel, values: FloatArray) -> FloatArray:
    """Covariances of the items that all factors together make up, (p, p)."""
    at = model.matrices(values)
    passed = at.loadings @ at.total_effect
    return np.asarray(passed @ at.factor @ passed.T)


def _correlations(
    model: GroupModel, values: FloatArray, latent: Sequence[int]
) -> Iterator[tuple[str, Sloped]]:
    """Correlation of every two factors, with its name."""
    found = factor_products(model.matrices(values), model)
    spread = log_deviations(model, values)
    for j, k in combinations(latent, 2):
        scale = float(np.exp(-spread.logarithm[j] - spread.logarithm[k]))
        estimate = float(found.covariance[j, k]) * scale
        products = found.left[j] * found.right[k] + found.right[j] * found.left[k]
        slopes = summed(products, found.free, model.free) * scale
        slopes = slopes - estimate * (spread.slopes[j] + spread.slopes[k])
        yield f"{model.table.factors[j]} with {model.table.factors[k]}", Sloped(estimate, slopes)
