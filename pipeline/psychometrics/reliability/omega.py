"""Omega from the one-factor model of answers taken as numbers."""

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import normal_quantile, student_quantile, tails
from pipeline.psychometrics._responses import FloatArray, IntArray, few_groups, labels_of, unusable
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.one_factor import OneFactorModel, fit_one_factor
from pipeline.psychometrics.reliability.interval import reliability_interval
from pipeline.psychometrics.reliability.omegas import OmegaEstimates, Omegas
from pipeline.psychometrics.reliability.one_factor_slopes import slope_in_covariance
from pipeline.psychometrics.reliability.usable_answers import cluster_numbers, several_items

SMALLEST_EIGENVALUE = 1e-8
"""Items whose correlations have a smaller eigenvalue than this determine one another."""


@dataclass(frozen=True, slots=True)
class OmegaTotal(OmegaEstimates):
    """Omega total of a scale from the one-factor model.

    Attributes
    ----------
    model_implied, model_implied_se, model_implied_low, model_implied_high : float
        Omega with the variance of the sum that the model implies as denominator, its standard
        error and interval.
    observed, observed_se, observed_low, observed_high : float
        Omega with the observed variance of the sum as denominator.
    standardised_loadings : dict of str to float
        Loading of each item, items in standard-deviation units.
    confidence_level : float
        Coverage of the intervals.
    n_respondents, n_total : int
        Respondents who answered every item (and have a cluster), and respondents given.
    n_items : int
        Number of items.
    n_clusters : int or None
        Clusters the standard errors allow for.
    method : str
        How it was computed.
    condition : str or None
        ``heywood_case``, ``not_converged``, ``too_few_groups`` or ``not_identified``: an estimate
        without interval. ``two_items``, ``item_without_answers``, ``too_few_respondents``,
        ``constant_item``, ``not_positive_definite``: no estimate.
    """

    statistic = "omega_total"
    statistic_of_loading = "one_factor_loading"


def omega_total(
    items: pd.DataFrame,
    confidence_level: float = 0.95,
    clusters: "pd.Series[Any] | None" = None,
) -> OmegaTotal:
    r"""Share of the variance of the sum that one common factor explains.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers, numbers or missing; two items or more.
    confidence_level : float, optional
        Coverage of the intervals.
    clusters : Series, shape (n_respondents,), optional
        Site or group of each respondent; the intervals then allow for likeness within it.

    Returns
    -------
    OmegaTotal

    Raises
    ------
    ValueError
        If there are fewer than two items, answers are not numbers, or clusters belong to others.

    Notes
    -----
    .. math:: \omega = \frac{(\sum_i \lambda_i)^2}{(\sum_i \lambda_i)^2 + \sum_i \psi_i}
              \quad\text{or}\quad \frac{(\sum_i \lambda_i)^2}{1'S1}

    with loadings :math:`\lambda` and unique variances :math:`\psi` of the one-factor model by
    maximum likelihood [1]_. The two denominators, model-implied and observed, differ where one
    factor does not fit; both are given under their own names. Two items do not identify the
    model: see :func:`inter_item_correlation`. Respondents who answered every item. Agrees with
    ``semTools::compRelSEM`` on lavaan: ``tests/oracles/psych_reliability``.

    Intervals by the delta method from the respondents' own moments (a sandwich): with :math:`D`
    the slope of omega in the sample covariances, a respondent moves it by
    :math:`\{(x - \bar x)'D(x - \bar x) - \operatorname{tr} DS\} / n`; the standard error is
    the root of the sum of squares, over clusters if there are any. Neither normal answers nor a
    true model are assumed [2]_. The limits are those of :math:`\ln(1 - \omega)`; with clusters
    they come from the t distribution.

    References
    ----------
    .. [1] McDonald (1999). Test theory: A unified treatment. Erlbaum.
    .. [2] Maydeu-Olivares, Coffman & Hartmann (2007). Psychological Methods, 12(2), 157-176.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> factor = rng.normal(size=(500, 1))
    >>> answers = pd.DataFrame(factor + rng.normal(size=(500, 4)), columns=list("abcd"))
    >>> round(omega_total(answers).model_implied, 1)
    0.8
    """
    high_tail = tails(confidence_level)[1]
    numbers = several_items(items)
    used, groups = complete_with_clusters(numbers, items, clusters)
    condition = one_factor_problem(numbers, used)
    estimates = se = low = high = Omegas(nan, nan)
    loadings = np.full(numbers.shape[1], nan)
    if condition is None:
        covariance = np.cov(used, rowvar=False)
        model = fit_one_factor(covariance)
        omegas = omegas_of(model.loadings, model.unique_variances, covariance)
        estimates = Omegas(*(float(value) for value in omegas))
        loadings = model.loadings / np.sqrt(np.diag(covariance))
        condition = reservation_of(model)
        if condition is None:
            se, condition = _standard_errors(model, covariance, used, groups)
        low, high = _limits(estimates, se, _width(high_tail, groups))
    n_clusters = None if groups is None else int(groups.max(initial=-1)) + 1
    if condition is None:
        condition = few_groups(n_clusters)
    return OmegaTotal(
        model_implied=estimates.model_implied,
        model_implied_se=se.model_implied,
        model_implied_low=low.model_implied,
        model_implied_high=high.model_implied,
        observed=estimates.observed,
        observed_se=se.observed,
        observed_low=low.observed,
        observed_high=high.observed,
        standardised_loadings=dict(zip(labels_of(items), loadings.tolist(), strict=True)),
        confidence_level=confidence_level,
        n_respondents=len(used),
        n_total=len(numbers),
        n_items=numbers.shape[1],
        n_clusters=n_clusters,
        method="one-factor maximum likelihood, Pearson, listwise; delta-method interval"
        + ("" if n_clusters is None else f", {n_clusters} clusters"),
        condition=condition,
    )


def omegas_of(loadings: FloatArray, unique_variances: FloatArray, covariance: FloatArray) -> Omegas:
    """Both omegas of one model, or of each in a stack of them."""
    common = loadings.sum(axis=-1) ** 2
    implied = common + unique_variances.sum(axis=-1)
    return Omegas(common / implied, common / covariance.sum(axis=(-2, -1)))


def one_factor_problem(numbers: FloatArray, used: FloatArray) -> str | None:
    """Why the one-factor model cannot be estimated, if it cannot."""
    problem = unusable(numbers, used)
    if problem or numbers.shape[1] == 2:
        return problem or "two_items"
    if np.linalg.eigvalsh(np.corrcoef(used, rowvar=False))[0] < SMALLEST_EIGENVALUE:
        return "not_positive_definite"
    return None


def complete_with_clusters(
    numbers: FloatArray, items: pd.DataFrame, clusters: "pd.Series[Any] | None"
) -> tuple[FloatArray, IntArray | None]:
    """Respondents with every answer, and a cluster where there are clusters, numbered anew."""
    complete = ~np.isnan(numbers).any(axis=1)
    if clusters is None:
        return numbers[complete], None
    groups = cluster_numbers(clusters, items)
    complete &= groups >= 0
    _, groups = np.unique(groups[complete], return_inverse=True)
    return numbers[complete], groups.astype(np.int64)


def reservation_of(model: OneFactorModel) -> str | None:
    """What is to be said of a fitted model."""
    return joined(
        [
            None if model.converged else "not_converged",
            "heywood_case" if model.at_bound else None,
        ]
    )


def _standard_errors(
    model: OneFactorModel, covariance: FloatArray, used: FloatArray, groups: IntArray | None
) -> tuple[Omegas, str | None]:
    """Standard errors of both omegas, and why there are none."""
    if groups is not None and groups.max(initial=-1) < 1:
        return Omegas(nan, nan), "too_few_groups"
    slopes = _slopes_in_covariance(model, covariance)
    if slopes is None:
        return Omegas(nan, nan), "not_identified"
    return Omegas(*(_spread(_influence(used, own), groups) for own in slopes)), None


def _limits(estimates: Omegas, se: Omegas, width: float) -> tuple[Omegas, Omegas]:
    """Lower and upper limits of both omegas."""
    pairs = [
        reliability_interval(estimate, own, width)
        for estimate, own in zip(estimates, se, strict=True)
    ]
    return Omegas(*(pair[0] for pair in pairs)), Omegas(*(pair[1] for pair in pairs))


def _slopes_in_covariance(model: OneFactorModel, covariance: FloatArray) -> Omegas | None:
    """Symmetric matrices that turn a change of the covariances into one of either omega."""
    k, loading_sum = len(covariance), model.loadings.sum()
    unique_sum, total = model.unique_variances.sum(), covariance.sum()
    implied = loading_sum**2 + unique_sum
    in_loading = 2 * loading_sum * unique_sum / implied**2
    in_unique = -(loading_sum**2) / implied**2
    of_model = np.repeat([in_loading, in_unique], k)
    of_common = np.repeat([2 * loading_sum / total, 0.0], k)
    by_model = slope_in_covariance(model, covariance, of_model)
    by_common = slope_in_covariance(model, covariance, of_common)
    if by_model is None or by_common is None:
        return None
    return Omegas(by_model, by_common - loading_sum**2 / total**2)


def _influence(used: FloatArray, slope: FloatArray) -> FloatArray:
    """How far each respondent moves an omega."""
    centred = used - used.mean(axis=0)
    moved = ((centred @ slope) * centred).sum(axis=1)
    return np.asarray((moved - moved.mean()) / len(used))


def _spread(influence: FloatArray, groups: IntArray | None) -> float:
    """Root of the sum of squares over respondents or clusters, as from a sample of them."""
    parts = influence if groups is None else np.bincount(groups, weights=influence)
    return float(np.sqrt(len(parts) / (len(parts) - 1) * (parts**2).sum()))


def _width(probability: float, groups: IntArray | None) -> float:
    """Quantile of the normal distribution, or of t with a degree of freedom less than clusters."""
    if groups is None or groups.max(initial=-1) < 1:
        return normal_quantile(probability)
    return student_quantile(probability, int(groups.max()))
