"""Confirmatory factor analysis of a table of answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import log, nan, pi
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import normal_below, normal_quantile, tails
from pipeline.psychometrics._responses import FloatArray, few_groups
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.cfa.admissible import why_inadmissible
from pipeline.psychometrics.cfa.answers import (
    GroupedAnswers,
    grouped_answers,
    mapping_of_categories,
)
from pipeline.psychometrics.cfa.categories import MergedCategory
from pipeline.psychometrics.cfa.chi_square import (
    LeastSquaresSandwich,
    ModelTest,
    SandwichParts,
    least_squares_baseline,
    likelihood_baseline,
    sandwich_of_least_squares,
    sandwich_of_likelihood,
    scaled_shifted,
    yuan_bentler,
)
from pipeline.psychometrics.cfa.fit_indices import FitIndices, Likelihoods, Residuals, fit_indices
from pipeline.psychometrics.cfa.full_information import (
    FullInformation,
    IncompleteSample,
    full_information_tests,
)
from pipeline.psychometrics.cfa.identification import require_identified
from pipeline.psychometrics.cfa.least_squares import LeastSquares
from pipeline.psychometrics.cfa.maximum_likelihood import NormalTheory
from pipeline.psychometrics.cfa.model_text import Parameter, parameters_of
from pipeline.psychometrics.cfa.parameter_table import (
    Equal,
    Parameterization,
    ParameterTable,
    parameter_table,
)
from pipeline.psychometrics.cfa.residuals_of_moments import residuals_of
from pipeline.psychometrics.cfa.sample import ContinuousSample, OrderedSample
from pipeline.psychometrics.cfa.scoring import Minimum, NotPositiveDefiniteError, minimise
from pipeline.psychometrics.cfa.starts import Order, starting_values
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.result import Result

Estimator = Literal["ML", "MLR", "ULSMV", "WLSMV"]
Model = str | Mapping[str, Sequence[str]] | tuple[Parameter, ...]

ORDERED: tuple[Estimator, ...] = ("ULSMV", "WLSMV")
MORE_STARTS = 2
"""Other points from which the search begins if the first leads nowhere."""


@dataclass(frozen=True, slots=True, eq=False)
class ConfirmatorySolution(Result):
    """A fitted model.

    Attributes
    ----------
    table : ParameterTable
        The complete model.
    values : ndarray, shape (n_free,)
        Estimates of the free parameters.
    covariance : ndarray, shape (n_free, n_free)
        Covariances of their sampling errors; NaN if they are undetermined.
    groups : tuple of str
        Names of the groups; one empty name if there are none.
    n_of_groups : tuple of int
        Respondents in each group.
    n_respondents, n_left_out, n_clusters : int
        Respondents used and not used; clusters, missing where respondents are independent.
    merged : tuple of MergedCategory
        Categories that were merged because a group did not use them.
    fit : FitIndices
        Fit of the model.
    estimator, missing, confidence_level
        As asked for.
    objective : NormalTheory or LeastSquares
        What was made small, with the answers of each group (not part of the JSON).
    sandwich : SandwichParts or LeastSquaresSandwich or None
        What robust errors are made of (not part of the JSON).
    method, condition : str
        How it was computed; what stood in the way.
    """

    table: ParameterTable
    values: FloatArray
    covariance: FloatArray
    groups: tuple[str, ...]
    n_of_groups: tuple[int, ...]
    n_respondents: int
    n_left_out: int
    n_clusters: int | None
    merged: tuple[MergedCategory, ...]
    fit: FitIndices
    estimator: Estimator
    missing: str
    confidence_level: float
    objective: NormalTheory | LeastSquares = field(metadata={"in_json": False})
    sandwich: SandwichParts | LeastSquaresSandwich | None = field(metadata={"in_json": False})
    method: str
    condition: str | None

    def parameters(self) -> pd.DataFrame:
        """Every parameter with its standard error, z, p and interval; fixed ones without."""
        errors = np.sqrt(np.diag(self.covariance))
        _, upper = tails(self.confidence_level)
        width = normal_quantile(upper)
        rows = []
        for row in self.table.rows:
            is_free = row.free >= 0
            estimate = float(self.values[row.free]) if is_free else row.value
            se = float(errors[row.free]) if is_free else nan
            z = estimate / se if se > 0 else nan
            rows.append(
                {
                    "left": row.left,
                    "operator": row.operator,
                    "right": row.right,
                    "group": self.groups[row.group],
                    "label": row.label,
                    "is_free": is_free,
                    "estimate": estimate,
                    "se": se,
                    "z": z,
                    "p_value": 2 * normal_below(-abs(z)),
                    "ci_low": estimate - width * se,
                    "ci_high": estimate + width * se,
                }
            )
        return pd.DataFrame(rows)

    def to_rows(self) -> pd.DataFrame:
        """Indices of fit, then a row per parameter; ``in`` names the group."""
        table = self.parameters()
        latent = set(self.table.latent)
        names = [
            _row_names(row.left, row.operator, row.right, self.groups[row.group], latent)
            for row in self.table.rows
        ]
        own = long_table(
            [
                {
                    **name,
                    "estimate": p.estimate,
                    "se": p.se,
                    "ci_low": p.ci_low,
                    "ci_high": p.ci_high,
                }
                for name, p in zip(names, table.itertuples(), strict=True)
            ],
            confidence_level=self.confidence_level,
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )
        return pd.concat([self.fit.to_rows(), own], ignore_index=True)


def _row_names(
    left: str, operator: str, right: str, group: str, latent: Collection[str]
) -> dict[str, str]:
    """Item, factor and statistic of a parameter."""
    where = f" in {group}" if group else ""
    if operator == "=~":
        if right in latent:
            return {"factor": f"{left} with {right}{where}", "statistic": "loading"}
        return {"item": right, "factor": left + where, "statistic": "loading"}
    if operator == "~":
        return {"factor": f"{left} with {right}{where}", "statistic": "regression"}
    kind = "factor" if left in latent else "item"
    if operator == "~~":
        name = "variance" if left == right else "covariance"
        sides = left if left == right else f"{left} with {right}"
        prefix = "factor" if kind == "factor" else "residual"
        return {kind: sides + where, "statistic": f"{prefix}_{name}"}
    if operator == "|":
        return {"item": f"{left} {right}{where}", "statistic": "threshold"}
    if operator == "~*~":
        return {"item": left + where, "statistic": "scale"}
    return {kind: left + where, "statistic": "factor_mean" if kind == "factor" else "intercept"}


def cfa(
    model: Model,
    data: pd.DataFrame,
    estimator: Estimator = "WLSMV",
    missing: Literal["listwise", "pairwise", "fiml"] = "listwise",
    group: str | None = None,
    cluster: str | None = None,
    std_lv: bool = False,
    orthogonal: bool = False,
    parameterization: Parameterization = "delta",
    group_equal: Collection[Equal] = (),
    group_partial: Collection[str] = (),
    confidence_level: float = 0.95,
) -> ConfirmatorySolution:
    """Fit a factor model that was decided on beforehand.

    Parameters
    ----------
    model : str or mapping of str to sequence of str
        A text in the notation of lavaan, or the items of each factor.
    data : DataFrame
        A row a respondent: items, and the columns named in `group` and `cluster`.
    estimator : {"WLSMV", "ULSMV", "ML", "MLR"}
        Ordered items: (diagonally weighted) least squares on polychoric correlations with robust
        errors and a scaled and shifted chi-square. Continuous items: maximum likelihood, plain or
        with robust errors and the chi-square of Yuan and Bentler.
    missing : {"listwise", "pairwise", "fiml"}
        Use respondents who answered every item; for ordered items all answers to each pair; for
        ML and MLR all answers (full information), which assumes that they are missing at random.
    group : str, optional
        Column of groups, taken in sorted order (or that of its categories). The first is the group
        that others are held against.
    cluster : str, optional
        Column of sites: errors and chi-square allow for respondents of one site being alike.
    std_lv : bool
        Fix variances of factors at 1 rather than their first loading.
    orthogonal : bool
        Keep factors uncorrelated.
    parameterization : {"delta", "theta"}
        Of ordered items: scales or residual variances are parameters.
    group_equal : collection of str
        What is equal in all groups: "loadings", "intercepts", "thresholds", "residuals",
        "residual_covariances", "factor_variances", "factor_covariances", "means", "regressions".
    group_partial : collection of str
        Exceptions from it, written as ``"trust =~ item1"``.
    confidence_level : float
        Of the intervals of parameters.

    Returns
    -------
    ConfirmatorySolution

    Raises
    ------
    ValueError
        If the model cannot be understood or does not go with the data, is not identified, or the
        answers cannot carry it; everything is told at once.

    Notes
    -----
    Defaults are those of lavaan's ``cfa`` [1]_. Means are modelled for several groups and for
    clusters.
    With `cluster` robust errors are always used for ML.

    References
    ----------
    .. [1] Rosseel (2012). Journal of Statistical Software, 48(2), 1-36.
    """
    named = model if isinstance(model, tuple) else parameters_of(model)
    require_possible(estimator, missing)
    is_ordered = estimator in ORDERED
    tails(confidence_level)
    answers = grouped_answers(data, named, group, cluster, missing != "listwise", is_ordered)
    table = parameter_table(
        named,
        n_groups=len(answers.groups),
        n_categories=mapping_of_categories(answers.answers) if is_ordered else None,
        std_lv=std_lv,
        orthogonal=orthogonal,
        has_means=cluster is not None or len(answers.groups) > 1 or missing == "fiml",
        parameterization=parameterization,
        group_equal=group_equal,
        group_partial=group_partial,
    )
    if missing == "fiml":
        return fit_full_information(table, answers, estimator, confidence_level)
    fitted = fit_least_squares if is_ordered else fit_likelihood
    return fitted(table, answers, estimator, missing, confidence_level)


def require_possible(estimator: str, missing: str) -> None:
    """Refuse estimators that do not exist and treatments of missing answers they do not have.

    Raises
    ------
    ValueError
        Saying which there are.
    """
    known = ("ML", "MLR", *ORDERED)
    if estimator not in known:
        raise ValueError(f"estimator must be one of {', '.join(known)}, got {estimator!r}")
    if missing not in ("listwise", "pairwise", "fiml"):
        raise ValueError(f"missing must be 'listwise', 'pairwise' or 'fiml', got {missing!r}")
    if missing == "fiml" and estimator in ORDERED:
        raise ValueError(
            "missing='fiml' is for ML and MLR; use 'pairwise' or 'listwise' for ordered items"
        )
    if missing == "pairwise" and estimator not in ORDERED:
        raise ValueError("missing='pairwise' is for ordered items (WLSMV, ULSMV)")


class _Fitted(NamedTuple):
    """A minimum with its errors and statistics."""

    minimum: Minimum
    covariance: FloatArray
    sandwich: SandwichParts | LeastSquaresSandwich | None
    test: ModelTest
    baseline: ModelTest
    residuals: Residuals
    likelihoods: Likelihoods
    n_for_rmsea: int
    trouble: str | None


def fit_likelihood(
    table: ParameterTable,
    answers: GroupedAnswers,
    estimator: Estimator,
    missing: str,
    confidence_level: float,
) -> ConfirmatorySolution:
    """Maximum likelihood of a complete model; see :func:`cfa`."""
    objective = NormalTheory(table, likelihood_samples(answers, table.items))
    return fit_likelihood_samples(objective, answers, estimator, missing, confidence_level)


def likelihood_samples(answers: GroupedAnswers, items: Sequence[str]) -> list[ContinuousSample]:
    """Means and covariances of each group.

    Raises
    ------
    ValueError
        If items determine one another in a group.
    """
    samples = [
        ContinuousSample.of(
            answers.of_group(number)[list(items)].to_numpy(np.float64), answers.clusters_of(number)
        )
        for number in range(len(answers.groups))
    ]
    _require_rank(samples, answers.groups)
    return samples


def fit_likelihood_samples(
    objective: NormalTheory,
    answers: GroupedAnswers,
    estimator: Estimator,
    missing: str,
    confidence_level: float,
) -> ConfirmatorySolution:
    """Maximum likelihood from moments that are there already."""
    table, samples = objective.table, objective.samples
    require_identified(objective)
    minimum = _searched(
        objective, table, [s.covariance for s in samples], [s.mean for s in samples], None
    )
    robust = estimator == "MLR" or answers.clusters is not None
    naive, df = max(minimum.value, 0.0) * objective.n, table.degrees_of_freedom()
    test, parts, trouble = ModelTest(naive, df), None, None
    covariance = np.full((table.n_free, table.n_free), nan)
    try:
        if robust:
            parts = sandwich_of_likelihood(objective, minimum.values)
            covariance = parts.covariance()
            test = yuan_bentler(objective, minimum.values, parts, naive, df)
        else:
            covariance = objective.information(minimum.values).inverse() / objective.n
    except NotPositiveDefiniteError:
        trouble = "not_identified"
    fitted = _Fitted(
        minimum,
        covariance,
        parts,
        test,
        likelihood_baseline(samples, robust),
        residuals_of(objective, minimum.values),
        _likelihoods(samples, naive),
        objective.n,
        trouble,
    )
    return _solution(objective, fitted, answers, estimator, missing, confidence_level)


def fit_full_information(
    table: ParameterTable,
    answers: GroupedAnswers,
    estimator: Estimator,
    confidence_level: float,
) -> ConfirmatorySolution:
    """Maximum likelihood of a complete model from all answers; see :func:`cfa`."""
    items = list(table.items)
    samples = [
        IncompleteSample.of(
            answers.of_group(number)[items].to_numpy(np.float64), answers.clusters_of(number)
        )
        for number in range(len(answers.groups))
    ]
    _require_rank(samples, answers.groups)
    objective = FullInformation(table, samples)
    require_identified(objective)
    minimum = _searched(
        objective, table, [s.covariance for s in samples], [s.mean for s in samples], None
    )
    robust = estimator == "MLR" or answers.clusters is not None
    naive, df = max(minimum.value, 0.0) * objective.n, table.degrees_of_freedom()
    test, baseline, parts, trouble = ModelTest(nan, df), ModelTest(nan, 0), None, []
    covariance = np.full((table.n_free, table.n_free), nan)
    try:
        found = sandwich_of_likelihood(objective, minimum.values)
        parts = found if robust else None
        covariance = found.covariance() if robust else found.bread
    except NotPositiveDefiniteError:
        trouble.append("not_identified")
    if all(sample.is_determined() for sample in samples):
        test, baseline = full_information_tests(objective, minimum.values, parts, df)
    else:
        trouble.append("undefined_correlation")
    saturated = sum(sample.log_likelihood() for sample in samples)
    fitted = _Fitted(
        minimum,
        covariance,
        parts,
        test,
        baseline,
        residuals_of(objective, minimum.values),
        Likelihoods(saturated - naive / 2, saturated),
        objective.n,
        joined(
            [None if all(s.saturated.converged for s in samples) else "not_converged", *trouble]
        ),
    )
    return _solution(objective, fitted, answers, estimator, "fiml", confidence_level)


def fit_least_squares(
    table: ParameterTable,
    answers: GroupedAnswers,
    estimator: Estimator,
    missing: Literal["listwise", "pairwise"],
    confidence_level: float,
) -> ConfirmatorySolution:
    """Least squares of a complete model; see :func:`cfa`."""
    samples = ordered_samples(answers, table.items, missing)
    objective = LeastSquares(table, samples, "unit" if estimator == "ULSMV" else "diagonal")
    return fit_ordered_samples(objective, answers, estimator, missing, confidence_level)


def ordered_samples(
    answers: GroupedAnswers, items: Sequence[str], missing: Literal["listwise", "pairwise"]
) -> list[OrderedSample]:
    """Thresholds and polychoric correlations of each group.

    Raises
    ------
    ValueError
        If a correlation is undefined or perfect.
    """
    samples = []
    for number in range(len(answers.groups)):
        own = answers.of_group(number)[list(items)]
        clusters = answers.clusters_of(number)
        series = None if clusters is None else pd.Series(clusters, index=own.index)
        samples.append(OrderedSample.of(own, missing, series))
    _require_moments(samples, answers.groups)
    return samples


def fit_ordered_samples(
    objective: LeastSquares,
    answers: GroupedAnswers,
    estimator: Estimator,
    missing: str,
    confidence_level: float,
) -> ConfirmatorySolution:
    """Least squares on moments that are there already."""
    table, samples = objective.table, objective.samples
    require_identified(objective)
    zeros = [np.zeros(len(table.items)) for _ in samples]
    limits = [_as_table(sample, table) for sample in samples]
    minimum = _searched(objective, table, [s.correlations() for s in samples], zeros, limits)
    df, trouble, parts = table.degrees_of_freedom(), None, None
    test = ModelTest(minimum.value, df)
    covariance = np.full((table.n_free, table.n_free), nan)
    try:
        parts = sandwich_of_least_squares(objective, minimum.values)
        covariance = parts.covariance()
        test = scaled_shifted(objective, parts, minimum.value, df)
    except NotPositiveDefiniteError:
        trouble = "not_identified"
    n = sum(sample.n for sample in samples)
    fitted = _Fitted(
        minimum,
        covariance,
        parts,
        test,
        least_squares_baseline(objective),
        residuals_of(objective, minimum.values),
        Likelihoods(),
        n - len(samples),
        trouble,
    )
    return _solution(objective, fitted, answers, estimator, missing, confidence_level)


def _as_table(sample: OrderedSample, table: ParameterTable) -> FloatArray:
    limits = np.zeros((len(table.items), max(table.n_thresholds)))
    limits[sample.threshold_item, sample.threshold_place] = sample.moments[: sample.n_thresholds]
    return limits


def _searched(
    objective: NormalTheory | LeastSquares,
    table: ParameterTable,
    covariances: Sequence[FloatArray],
    means: Sequence[FloatArray],
    thresholds: Sequence[FloatArray] | None,
) -> Minimum:
    """The best minimum found.

    Where items load on several factors there are often two valleys, and both are searched; other
    starts are tried if the first leads nowhere.
    """
    orders: tuple[Order, ...] = ("widest_first", "narrowest_first")
    found = [
        minimise(objective, starting_values(table, covariances, means, thresholds, order))
        for order in (orders if _shares_items(table) else orders[:1])
    ]
    for seed in range(MORE_STARTS):
        if any(one.converged for one in found):
            break
        rng = np.random.default_rng(seed)
        start = starting_values(table, covariances, means, thresholds, rng=rng)
        found.append(minimise(objective, start))
    return min(found, key=lambda one: (not one.converged, one.value))


def _shares_items(table: ParameterTable) -> bool:
    """Whether an item loads on several factors."""
    items = [row.row for row in table.of_group(0) if row.matrix == "lambda"]
    return len(set(items)) < len(items)


def _likelihoods(samples: Sequence[ContinuousSample], naive: float) -> Likelihoods:
    saturated = 0.0
    for sample in samples:
        p = len(sample.mean)
        determinant = float(np.linalg.slogdet(sample.covariance)[1])
        saturated -= sample.n / 2 * (p * log(2 * pi) + determinant + p)
    return Likelihoods(saturated - naive / 2, saturated)


def _require_rank(samples: Sequence[ContinuousSample], groups: Sequence[str]) -> None:
    """Refuse answers in which items determine one another."""
    faults = []
    for sample, group in zip(samples, groups, strict=True):
        deviation = np.sqrt(np.diag(sample.covariance))
        correlation = sample.covariance / np.outer(deviation, deviation)
        if np.linalg.eigvalsh(correlation)[0] < 1e-10:
            where = f" in group {group!r}" if group else ""
            faults.append(
                f"{sample.n} respondents{where} are too few for {len(deviation)} items, or items "
                "determine one another exactly; leave items out"
            )
    if faults:
        raise ValueError("the model cannot be fitted to these answers:\n" + "\n".join(faults))


def _require_moments(samples: Sequence[OrderedSample], groups: Sequence[str]) -> None:
    """Refuse correlations that are undefined or perfect, which have no weight."""
    faults = []
    for sample, group in zip(samples, groups, strict=True):
        where = f" in group {group!r}" if group else ""
        variance = np.diag(sample.variance)
        faults += [
            f"{first} with {second}{where}: the correlation is undefined or perfect; leave one of "
            "the two items out, or merge categories"
            for (first, second), own in zip(sample.polychoric.moments, variance, strict=True)
            if not own > 0
        ]
    if faults:
        raise ValueError("the model cannot be fitted to these answers:\n" + "\n".join(faults))


def _solution(
    objective: NormalTheory | LeastSquares,
    fitted: _Fitted,
    answers: GroupedAnswers,
    estimator: Estimator,
    missing: str,
    confidence_level: float,
) -> ConfirmatorySolution:
    table = objective.table
    n_clusters = None if answers.clusters is None else len(np.unique(answers.clusters))
    condition = joined(
        [
            None if fitted.minimum.converged else "not_converged",
            fitted.trouble,
            *why_inadmissible(objective, fitted.minimum.values),
            "merged_categories" if answers.merged else None,
            few_groups(n_clusters),
        ]
    )
    method = _method(estimator, missing, n_clusters, answers.groups)
    n_of_groups = tuple(sample.n for sample in objective.samples)
    fit = fit_indices(
        fitted.test,
        fitted.baseline,
        fitted.residuals,
        fitted.likelihoods,
        sum(n_of_groups),
        fitted.n_for_rmsea,
        len(n_of_groups),
        table.n_free,
        table.is_ordered,
        method,
        condition,
    )
    return ConfirmatorySolution(
        table=table,
        values=fitted.minimum.values,
        covariance=fitted.covariance,
        groups=answers.groups,
        n_of_groups=n_of_groups,
        n_respondents=sum(n_of_groups),
        n_left_out=answers.n_left_out,
        n_clusters=n_clusters,
        merged=answers.merged,
        fit=fit,
        estimator=estimator,
        missing=missing,
        confidence_level=confidence_level,
        objective=objective,
        sandwich=fitted.sandwich,
        method=method,
        condition=condition,
    )


_METHODS: dict[str, str] = {
    "ML": "maximum likelihood, expected information",
    "MLR": "maximum likelihood, robust errors, chi-square of Yuan and Bentler",
    "ULSMV": "least squares on polychoric correlations, robust errors, scaled and shifted "
    "chi-square",
    "WLSMV": "diagonally weighted least squares on polychoric correlations, robust errors, scaled "
    "and shifted chi-square",
}


def _method(
    estimator: Estimator, missing: str, n_clusters: int | None, groups: Sequence[str]
) -> str:
    name = _METHODS["MLR" if estimator == "ML" and n_clusters is not None else estimator]
    if missing == "fiml":
        name = name.replace("expected information", "observed information")
    clusters = "" if n_clusters is None else f", {n_clusters} clusters"
    several = f", {len(groups)} groups" if len(groups) > 1 else ""
    return f"{estimator}: {name}, {missing}{several}{clusters}"
