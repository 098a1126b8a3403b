"""From a complete model and the moments of the answers to a solution."""

from collections.abc import Sequence
from math import log, nan, pi
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, few_groups
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.confirmatory.admissible import why_inadmissible
from pipeline.psychometrics.confirmatory.answers import GroupedAnswers
from pipeline.psychometrics.confirmatory.chi_square import (
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
from pipeline.psychometrics.confirmatory.fit_indices import Likelihoods, Residuals, fit_indices
from pipeline.psychometrics.confirmatory.full_information import (
    FullInformation,
    IncompleteSample,
    full_information_tests,
)
from pipeline.psychometrics.confirmatory.identification import require_identified
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares
from pipeline.psychometrics.confirmatory.maximum_likelihood import NormalTheory
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable
from pipeline.psychometrics.confirmatory.residuals_of_moments import residuals_of
from pipeline.psychometrics.confirmatory.sample import ContinuousSample, OrderedSample
from pipeline.psychometrics.confirmatory.scoring import Minimum, NotPositiveDefiniteError, minimise
from pipeline.psychometrics.confirmatory.solution import (
    ORDERED,
    ConfirmatorySolution,
    Estimator,
    Missing,
)
from pipeline.psychometrics.confirmatory.starts import Order, rescaled, starting_values

Samples = Sequence[ContinuousSample] | Sequence[OrderedSample]

MORE_STARTS = 2
"""Other points from which the search begins if the first leads nowhere."""

OTHER_SHARES = tuple(0.1**power for power in range(1, 8))
"""Of the variance of the item that fixes the scale of a factor: the best is gone on from."""

MOST_STEPS_THERE = 200
"""Of a search that goes on from another scale."""

MANY_STEPS = 40
"""A search that takes more may have ended in the wrong valley."""

MOST_WORK = 40_000
"""Steps times free parameters after which no other point is tried."""


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


def fit_model(
    table: ParameterTable,
    samples: Samples,
    answers: GroupedAnswers,
    estimator: Estimator,
    missing: Missing,
    confidence_level: float,
) -> ConfirmatorySolution:
    """Fit a complete model to the moments of the answers.

    Parameters
    ----------
    table : ParameterTable
        The model.
    samples : sequence
        As from :func:`samples_of`; several models may be fitted to the same.
    answers : GroupedAnswers
        What they are the moments of.
    estimator, missing, confidence_level
        As for :func:`cfa`.

    Raises
    ------
    ValueError
        If the model is not identified.
    """
    objective = _objective(table, samples, estimator, missing)
    require_identified(objective)
    robust = estimator == "MLR" or answers.clusters is not None
    if isinstance(objective, LeastSquares):
        fitted = _by_least_squares(objective)
    elif isinstance(objective, FullInformation):
        fitted = _by_full_information(objective, robust)
    else:
        fitted = _by_likelihood(objective, robust)
    return _solution(objective, fitted, answers, estimator, missing, confidence_level)


def _objective(
    table: ParameterTable, samples: Samples, estimator: Estimator, missing: Missing
) -> NormalTheory | LeastSquares:
    """What the estimator makes small."""
    if estimator in ORDERED:
        ordered = [sample for sample in samples if isinstance(sample, OrderedSample)]
        return LeastSquares(table, ordered, "unit" if estimator == "ULSMV" else "diagonal")
    if missing == "fiml":
        incomplete = [sample for sample in samples if isinstance(sample, IncompleteSample)]
        return FullInformation(table, incomplete)
    return NormalTheory(table, [one for one in samples if isinstance(one, ContinuousSample)])


def samples_of(
    answers: GroupedAnswers, items: Sequence[str], estimator: Estimator, missing: Missing
) -> Samples:
    """Moments of the answers of each group, as the estimator needs them.

    Raises
    ------
    ValueError
        If items determine one another in a group, or a correlation is undefined or perfect.
    """
    if estimator in ORDERED:
        return _ordered_samples(answers, items, "pairwise" if missing == "pairwise" else "listwise")
    kind = IncompleteSample if missing == "fiml" else ContinuousSample
    samples = [
        kind.of(
            answers.of_group(number)[list(items)].to_numpy(np.float64), answers.clusters_of(number)
        )
        for number in range(len(answers.groups))
    ]
    _require_rank(samples, answers.groups)
    return samples


def _by_likelihood(objective: NormalTheory, robust: bool) -> _Fitted:
    table, samples = objective.table, objective.samples
    minimum = _searched(
        objective, table, [s.covariance for s in samples], [s.mean for s in samples], None
    )
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
    baseline = likelihood_baseline(samples, robust)
    if robust and not trouble and any(own.df and np.isnan(own.scaled) for own in (test, baseline)):
        trouble = "no_scaling_factor"
    return _Fitted(
        minimum,
        covariance,
        parts,
        test,
        baseline,
        residuals_of(objective, minimum.values),
        _likelihoods(samples, naive),
        objective.n,
        trouble,
    )


def _by_full_information(objective: FullInformation, robust: bool) -> _Fitted:
    table, samples = objective.table, objective.samples
    minimum = _searched(
        objective, table, [s.covariance for s in samples], [s.mean for s in samples], None
    )
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
    return _Fitted(
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


def _ordered_samples(
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


def _by_least_squares(objective: LeastSquares) -> _Fitted:
    table, samples = objective.table, objective.samples
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
    return _Fitted(
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

    Where items load on several factors there are often two valleys, and both are searched. If the
    search leads nowhere it goes on with factors on another scale, and then from other points; from
    those also if it was slow, which may mean that it ended in the wrong valley.
    """
    orders: tuple[Order, ...] = ("widest_first", "narrowest_first")
    found = [
        minimise(objective, starting_values(table, covariances, means, thresholds, order))
        for order in (orders if _shares_items(table) else orders[:1])
    ]
    found += _on_another_scale(objective, found)
    for seed in range(MORE_STARTS):
        if _is_settled(found) or sum(one.n_steps for one in found) * table.n_free > MOST_WORK:
            break
        rng = np.random.default_rng(seed)
        start = starting_values(table, covariances, means, thresholds, rng=rng)
        found.append(minimise(objective, start))
    return _best(found)


def _best(found: Sequence[Minimum]) -> Minimum:
    return min(found, key=lambda one: (not one.converged, one.value))


def _is_settled(found: Sequence[Minimum]) -> bool:
    """Whether a minimum was found without trouble."""
    return any(one.converged and one.n_steps <= MANY_STEPS for one in found)


def _on_another_scale(
    objective: NormalTheory | LeastSquares, found: Sequence[Minimum]
) -> list[Minimum]:
    """Where the search leads with factors turned over, and else with them only rescaled."""
    result: list[Minimum] = []
    for sign in (-1, 1):
        if any(one.converged for one in (*found, *result)):
            break
        last = _best(found).values
        starts = [rescaled(objective.models, last, sign * share) for share in OTHER_SHARES]
        possible = [start for start in starts if start is not None]
        if possible:
            start = min(possible, key=objective.value)
            result.append(minimise(objective, start, sign > 0, MOST_STEPS_THERE))
    return result


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
            few_groups(answers.fewest_clusters()),
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
