"""Omega of the sum of ordered answers, from the one-factor model of what they stand for."""

from dataclasses import dataclass
from math import nan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FEWEST_RESPONDENTS, FloatArray
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.counts import AnswerCounts, Missing
from pipeline.psychometrics.polychoric import PolychoricCorrelations
from pipeline.psychometrics.reliability.interval import reliability_interval
from pipeline.psychometrics.reliability.omegas import OmegaEstimates, Omegas
from pipeline.psychometrics.reliability.ordered_answers import ordered_answers
from pipeline.psychometrics.reliability.ordered_one_factor import (
    OrderedOneFactor,
    fit_ordered_one_factor,
    slope_in_correlations,
)
from pipeline.psychometrics.reliability.ordinal_sum import (
    CutVariables,
    cut_variables,
    score_covariances,
    score_variances,
    slope_in_correlation,
    slope_in_thresholds,
    slope_of_variances,
)

MODEL = "Green and Yang's omega, one-factor model by diagonally weighted least squares"

NO_ESTIMATE = (
    "item_without_answers",
    "constant_item",
    "too_few_respondents",
    "undefined_correlation",
    "correlation_at_boundary",
)
"""What stands in the way of the polychoric correlations stands in the way of omega."""


@dataclass(frozen=True, slots=True)
class CategoricalOmega(OmegaEstimates):
    """Omega of the sum of ordered answers.

    Attributes
    ----------
    model_implied, model_implied_se, model_implied_low, model_implied_high : float
        Omega with the variance of the sum that the model implies as denominator, its standard
        error and interval.
    observed, observed_se, observed_low, observed_high : float
        Omega with the variance of the sum that the polychoric correlations imply as denominator.
    standardised_loadings : dict of str to float
        Loadings of the variables that the answers stand for.
    confidence_level : float
        Coverage of the intervals.
    n_respondents, n_total : int
        Respondents the estimates rest on, and respondents given.
    n_items : int
        Number of items.
    n_clusters : int or None
        Clusters the standard errors allow for.
    method : str
        How it was computed.
    condition : str or None
        ``heywood_case``, ``not_converged`` or ``not_identified``: an estimate without interval.
        ``empty_category``: left out, an estimate. ``two_items``, ``item_without_answers``,
        ``constant_item``, ``too_few_respondents``, ``undefined_correlation``,
        ``correlation_at_boundary``, ``no_variation``: no estimate.
    """

    statistic = "categorical_omega"
    statistic_of_loading = "ordered_one_factor_loading"


class _Variances(NamedTuple):
    """Variances of the sum: of the common part, and in all by the model and by the answers."""

    common: float
    implied: float
    observed: float


def categorical_omega(
    answers: pd.DataFrame | AnswerCounts,
    confidence_level: float = 0.95,
    missing: Missing = "listwise",
    clusters: "pd.Series[Any] | None" = None,
) -> CategoricalOmega:
    r"""Share of the variance of the sum of ordered answers that one common factor explains.

    Parameters
    ----------
    answers : DataFrame, shape (n_respondents, n_items), or AnswerCounts
        Keyed answers, numbers or missing, or how often they were given; two items or more.
        Intervals need the answers.
    confidence_level : float, optional
        Coverage of the intervals.
    missing : {"listwise", "pairwise"}, optional
        Use respondents who answered every item, or every pair of answers. Counts have been
        counted one way already.
    clusters : Series, shape (n_respondents,), optional
        Site or group of each respondent, by the index of `answers`. The interval then allows for
        respondents of one site being alike.

    Returns
    -------
    CategoricalOmega

    Raises
    ------
    ValueError
        If there are fewer than two items, answers are not numbers, or an item has more than 100
        different answers.

    Notes
    -----
    .. math:: \omega = \frac{\sum_{ij} c_{ij}(\lambda_i \lambda_j)}{\sum_{ij} c_{ij}(\rho_{ij})},
              \qquad c_{ij}(\rho) = \sum_{ab} d_{ia} d_{jb}
              \{\Phi_2(\tau_{ia}, \tau_{jb}; \rho) - \Phi(\tau_{ia}) \Phi(\tau_{jb})\}

    [1]_: :math:`c_{ij}` is the covariance that the answers to two items have if the normal
    variables behind them, cut at the thresholds :math:`\tau`, have the correlation :math:`\rho`;
    :math:`d` is the distance between neighbouring categories. The loadings :math:`\lambda` are
    those of the one-factor model of the polychoric correlations by diagonally weighted least
    squares. The denominator takes for :math:`\rho_{ij}` the polychoric correlations (observed), or
    :math:`\lambda_i \lambda_j` (model-implied), and one for :math:`i = j`. Unlike ordinal alpha
    this is about the sum as it is computed. Agrees with ``semTools::compRelSEM(ord.scale = TRUE)``
    on lavaan: ``tests/oracles/psych_reliability``.

    Intervals by the delta method with the covariances of all thresholds and correlations (see
    :func:`polychoric_covariance`), the weights held, for :math:`\ln(1 - \omega)`.

    References
    ----------
    .. [1] Green & Yang (2009). Psychometrika, 74(1), 155-167.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> latent = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> answers = pd.DataFrame(np.digitize(latent, [-1, 1]), columns=list("abcd"))
    >>> round(categorical_omega(answers).model_implied, 1)
    0.7
    """
    given = ordered_answers(answers, missing, clusters)
    found, covariance = given.polychoric, given.covariance
    width = given.width(confidence_level)
    condition = joined([_problem(found), given.condition])
    estimates = se = Omegas(nan, nan)
    loadings = np.full(len(found.items), nan)
    if _problem(found) is None:
        model = fit_ordered_one_factor(found.unsmoothed, found.se)
        cut = cut_variables(found.thresholds.values(), found.categories.values())
        loadings = model.loadings
        estimates = _omegas(_variances(cut, loadings, found.unsmoothed))
        reserved = _reservation(model)
        if reserved is None and covariance is not None:
            se, reserved = _standard_errors(model, cut, found.unsmoothed, covariance)
        condition = joined([reserved, condition])
    limits = [
        reliability_interval(estimate, own, width)
        for estimate, own in zip(estimates, se, strict=True)
    ]
    return CategoricalOmega(
        estimates.model_implied,
        se.model_implied,
        *limits[0],
        estimates.observed,
        se.observed,
        *limits[1],
        standardised_loadings=dict(zip(found.items, loadings.tolist(), strict=True)),
        confidence_level=confidence_level,
        n_respondents=found.n_respondents,
        n_total=given.n_total,
        n_items=len(found.items),
        n_clusters=given.n_clusters,
        method=f"{MODEL}, {found.method}{given.method_of_interval}",
        condition=condition,
    )


def _problem(found: PolychoricCorrelations) -> str | None:
    """Why there is no estimate."""
    words = [word for word in (found.condition or "").split() if word in NO_ESTIMATE]
    if found.n_respondents < FEWEST_RESPONDENTS and "item_without_answers" not in words:
        words = ["too_few_respondents"]
    if len(found.items) == 2 and not words:
        words = ["two_items"]
    return joined(words)


def _reservation(model: OrderedOneFactor) -> str | None:
    return joined(
        [
            None if model.converged else "not_converged",
            "heywood_case" if model.at_bound else None,
        ]
    )


def _variances(cut: CutVariables, loadings: FloatArray, correlations: FloatArray) -> _Variances:
    common = score_covariances(cut, np.outer(loadings, loadings))
    own = score_variances(cut).sum()
    between = score_covariances(cut, _hollow(correlations))
    return _Variances(
        float(common.sum()),
        float(common.sum() - np.trace(common) + own),
        float(between.sum() - np.trace(between) + own),
    )


def _omegas(variances: _Variances) -> Omegas:
    with np.errstate(divide="ignore", invalid="ignore"):
        return Omegas(
            float(np.divide(variances.common, variances.implied)),
            float(np.divide(variances.common, variances.observed)),
        )


def _standard_errors(
    model: OrderedOneFactor, cut: CutVariables, correlations: FloatArray, covariance: FloatArray
) -> tuple[Omegas, str | None]:
    """Standard errors of both omegas, and why there are none."""
    moved = slope_in_correlations(model, correlations)
    if moved is None or not np.isfinite(covariance).all():
        return Omegas(nan, nan), "not_identified"
    variances = _variances(cut, model.loadings, correlations)
    slopes = _slopes(cut, model.loadings, correlations, moved)
    common = slopes.common
    found = []
    for name in ("implied", "observed"):
        total = getattr(variances, name)
        slope = (common - variances.common / total * getattr(slopes, name)) / total
        found.append(float(np.sqrt(slope @ covariance @ slope)))
    return Omegas(*found), None


class _Slopes(NamedTuple):
    """How the three variances change with all thresholds and then all correlations."""

    common: FloatArray
    implied: FloatArray
    observed: FloatArray


def _slopes(
    cut: CutVariables, loadings: FloatArray, correlations: FloatArray, moved: FloatArray
) -> _Slopes:
    implied, pairs = np.outer(loadings, loadings), np.triu_indices(len(loadings), k=1)
    in_implied = slope_in_correlation(cut, implied)
    in_observed = 2 * slope_in_correlation(cut, _hollow(correlations))[pairs]
    own = slope_of_variances(cut)
    through_loadings = 2 * in_implied @ loadings
    through_others = through_loadings - 2 * np.diag(in_implied) * loadings
    by_threshold = (
        slope_in_thresholds(cut, implied, with_diagonal=True),
        slope_in_thresholds(cut, implied, with_diagonal=False) + own,
        slope_in_thresholds(cut, _hollow(correlations), with_diagonal=False) + own,
    )
    by_correlation = (through_loadings @ moved, through_others @ moved, in_observed)
    return _Slopes(
        *(
            np.concatenate([of_thresholds[cut.real], of_correlations])
            for of_thresholds, of_correlations in zip(by_threshold, by_correlation, strict=True)
        )
    )


def _hollow(correlations: FloatArray) -> FloatArray:
    """Correlations with zeros on the diagonal, where the bivariate distribution has no density."""
    hollow = correlations.copy()
    np.fill_diagonal(hollow, 0.0)
    return hollow
