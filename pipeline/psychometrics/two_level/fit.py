"""Two-level confirmatory factor analysis."""

from math import nan

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import normal_quantile, tails
from pipeline.psychometrics._responses import few_groups
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.two_level.clusters import (
    ClusteredAnswers,
    clustered_answers,
    unusable_clusters,
)
from pipeline.psychometrics.two_level.estimate import (
    Estimate,
    Sites,
    StandardErrors,
    condensed,
    estimate,
)
from pipeline.psychometrics.two_level.identification import require_identified
from pipeline.psychometrics.two_level.solution import (
    TwoLevelSolution,
    fit_of,
    icc_of_items,
    parameters_at,
    srmr_of_correlations,
)
from pipeline.psychometrics.two_level.structure import ModelText, TwoLevelStructure


def two_level_cfa(
    within: ModelText,
    between: ModelText,
    data: pd.DataFrame,
    cluster: str,
    std_lv: bool = False,
    orthogonal: bool = False,
    standard_errors: StandardErrors = "standard",
    confidence_level: float = 0.95,
) -> TwoLevelSolution:
    r"""A factor model of respondents within clusters, and one of the clusters.

    Parameters
    ----------
    within, between : str or mapping of str to sequence of str
        The model of each level, as for :func:`cfa`; both of the same items. Parameters with the
        same label are equal, also across levels.
    data : DataFrame
        A respondent per row; answers are taken as continuous.
    cluster : str
        Column that names the cluster of each respondent.
    std_lv : bool
        Fix the variances of factors at 1, not their first loadings.
    orthogonal : bool
        Keep factors uncorrelated.
    standard_errors : {"standard", "robust"}
        From the observed information, or robust to answers that are not normal (the sandwich with
        the scores of clusters).
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    TwoLevelSolution

    Raises
    ------
    ValueError
        With all that is wrong with a model, or if it is not identified, a column is not in the
        data, or answers are not numbers.

    Notes
    -----
    An answer is the sum of two parts, :math:`y_{ij} = u_j + w_{ij}`, with
    :math:`u_j \sim N(\mu, \Sigma_B)` and :math:`w_{ij} \sim N(0, \Sigma_W)`; each covariance
    matrix has its own factor model. Full maximum likelihood for clusters of any sizes [1]_,
    respondents who answered every item. The between level is not kept from negative variances, as
    in lavaan; they are named. The chi-square is twice the difference to the log-likelihood of any
    two covariance matrices, the one between clusters kept non-negative.

    Agrees with lavaan: ``tests/oracles/lavaan_two_level``.

    References
    ----------
    .. [1] McDonald & Goldstein (1989). British Journal of Mathematical and Statistical
       Psychology, 42(2), 215-232.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> site = np.repeat(np.arange(60), 10)
    >>> practice = rng.normal(size=(60, 1))[site] * 0.5 + rng.normal(size=(600, 1))
    >>> answers = pd.DataFrame(practice + rng.normal(size=(600, 4)), columns=list("abcd"))
    >>> answers += rng.normal(size=(60, 4))[site] * 0.3
    >>> model = {"practice": ["a", "b", "c", "d"]}
    >>> solution = two_level_cfa(model, model, answers.assign(site=site), "site")
    >>> solution.fit.df, solution.n_groups
    (4, 60)
    """
    width = normal_quantile(tails(confidence_level)[1])
    structure = TwoLevelStructure.of(within, between, std_lv, orthogonal)
    require_identified(structure)
    answers = clustered_answers(data, structure.items, cluster)
    method = method_of(standard_errors)
    unusable = unusable_clusters(answers)
    if unusable:
        return nothing_estimated(structure, answers, confidence_level, method, unusable)
    sites = condensed(answers)
    found = estimate(structure, sites, standard_errors)
    return solution_of(structure, sites, found, confidence_level, width, method)


def method_of(standard_errors: StandardErrors) -> str:
    """Estimator, missing treatment and kind of standard errors in words."""
    errors = {"standard": "observed information", "robust": "sandwich over clusters"}
    if standard_errors not in errors:
        raise ValueError(f"standard_errors must be one of {list(errors)}, got {standard_errors!r}")
    return f"two-level maximum likelihood, listwise; standard errors: {errors[standard_errors]}"


def solution_of(
    structure: TwoLevelStructure,
    sites: Sites,
    found: Estimate,
    confidence_level: float,
    width: float,
    method: str,
) -> TwoLevelSolution:
    """The result of an estimate."""
    saturated, answers = sites.saturated, sites.answers
    within, between = structure.moments(found.values)
    srmr_within = srmr_of_correlations(saturated.within, within.covariance)
    srmr_between = srmr_of_correlations(saturated.between, between.covariance)
    condition = joined([*found.words, *reservations(structure, sites)])
    return TwoLevelSolution(
        items=structure.items,
        parameters=parameters_at(structure, found, width),
        fit=fit_of(structure, found, sites, srmr_within + srmr_between, method, condition),
        srmr_within=srmr_within,
        srmr_between=srmr_between,
        icc=icc_of_items(saturated.within, saturated.between, structure.items),
        within=within.covariance,
        between=between.covariance,
        mean=between.mean,
        saturated_within=saturated.within,
        saturated_between=saturated.between,
        saturated_mean=saturated.mean,
        values=found.values,
        covariance=found.covariance,
        n_groups=answers.n_groups,
        mean_group_size=answers.n_respondents / answers.n_groups,
        confidence_level=confidence_level,
        n_respondents=answers.n_respondents,
        n_total=answers.n_total,
        method=method,
        condition=condition,
    )


def reservations(structure: TwoLevelStructure, sites: Sites) -> list[str | None]:
    """What is to be said of the clusters, whatever the estimates are."""
    n_groups = sites.answers.n_groups
    few = few_groups(n_groups)
    n_between = len(structure.models[1].free)
    return [
        few,
        "fewer_groups_than_parameters" if n_groups < n_between and not few else None,
        "between_groups_at_boundary" if sites.saturated.n_at_boundary else None,
        None if sites.saturated.converged else "not_converged",
    ]


def nothing_estimated(
    structure: TwoLevelStructure,
    answers: ClusteredAnswers,
    confidence_level: float,
    method: str,
    condition: str,
) -> TwoLevelSolution:
    """The result where the answers allow no estimate."""
    p, k = len(structure.items), structure.n_free
    square, line = np.full((p, p), nan), np.full(p, nan)
    values, covariance = np.full(k, nan), np.full((k, k), nan)
    nothing = Estimate(values, nan, covariance, ())
    return TwoLevelSolution(
        items=structure.items,
        parameters=parameters_at(structure, nothing, nan),
        fit=None,
        srmr_within=nan,
        srmr_between=nan,
        icc=dict.fromkeys(structure.items, nan),
        within=square,
        between=square,
        mean=line,
        saturated_within=square,
        saturated_between=square,
        saturated_mean=line,
        values=values,
        covariance=covariance,
        n_groups=answers.n_groups,
        mean_group_size=answers.n_respondents / max(answers.n_groups, 1),
        confidence_level=confidence_level,
        n_respondents=answers.n_respondents,
        n_total=answers.n_total,
        method=method,
        condition=condition,
    )
