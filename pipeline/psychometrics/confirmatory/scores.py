"""Where each respondent stands on the factors of a fitted model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, IntArray, to_numbers
from pipeline.psychometrics._rows import in_group, long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.confirmatory.implied import (
    GroupModel,
    Matrices,
    at_moments,
    implied_covariance,
    residual_variances,
)
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares
from pipeline.psychometrics.confirmatory.posterior import FactorMoments, Posterior
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.result import Result

BoolArray = npt.NDArray[np.bool_]
ScoreMethod = Literal["regression", "bartlett", "mode"]

PATTERNS_AT_ONCE = 8192
"""Different answers of ordered items that are scored together; bounds the memory they take."""

WORDS = {
    "regression": "regression factor scores",
    "bartlett": "Bartlett factor scores",
    "mode": "factor scores at the mode of the posterior",
}


@dataclass(frozen=True, slots=True, eq=False)
class FactorScores(Result):
    """Scores of respondents on factors.

    Attributes
    ----------
    factors : tuple of str
        The factors.
    index : pandas.Index
        Row of each respondent in the data (not part of the JSON).
    values, se : ndarray, shape (n_rows, n_factors)
        Scores and their standard errors; NaN for who answered nothing that tells of the factor.
    determinacies : ndarray, shape (n_groups, n_factors)
        Correlation of the scores with the factor: of complete answers, or of ordered items on
        average over the respondents.
    groups : tuple of str
        Groups (one empty name without groups).
    n_respondents : int
        Respondents with a score.
    method, condition : str
        How they were computed; that of the solution, ``factor_without_items``: no Bartlett scores
        of a factor above others.
    """

    factors: tuple[str, ...]
    index: "pd.Index[Any]" = field(metadata={"in_json": False})
    values: FloatArray
    se: FloatArray
    determinacies: FloatArray
    groups: tuple[str, ...]
    n_respondents: int
    method: str
    condition: str | None

    def scores(self) -> pd.DataFrame:
        """A row a respondent with the index of the data, a column a factor."""
        return pd.DataFrame(self.values, index=self.index, columns=list(self.factors))

    def to_rows(self) -> pd.DataFrame:
        """Determinacy, mean, spread and mean error of each factor; nobody's own score."""
        return long_table(
            self._rows(),
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )

    def _rows(self) -> Iterator[dict[str, Any]]:
        for j, factor in enumerate(self.factors):
            own, errors = (part[np.isfinite(part[:, j]), j] for part in (self.values, self.se))
            summary = {
                "factor_score_mean": own.mean() if len(own) else nan,
                "factor_score_sd": own.std(ddof=1) if len(own) > 1 else nan,
                "factor_score_mean_se": errors.mean() if len(errors) else nan,
            }
            for name, value in summary.items():
                yield {"factor": factor, "statistic": name, "estimate": float(value)}
            for group, determinacy in zip(self.groups, self.determinacies[:, j], strict=True):
                yield {
                    "factor": in_group(factor, group),
                    "statistic": "factor_determinacy",
                    "estimate": float(determinacy),
                }


def factor_scores(
    solution: ConfirmatorySolution,
    data: pd.DataFrame,
    method: Literal["regression", "bartlett"] = "regression",
    group: str | None = None,
) -> FactorScores:
    r"""Scores of respondents on the factors of a fitted model.

    Parameters
    ----------
    solution : ConfirmatorySolution
        A fitted model.
    data : DataFrame
        Answers to its items; not necessarily those it was fitted to.
    method : {"regression", "bartlett"}, optional
        Of continuous items. Scores of ordered items are always modes of the posterior.
    group : str, optional
        Column of groups, if the model has several.

    Returns
    -------
    FactorScores
        Missing answers are passed over: scores rest on those there are.

    Raises
    ------
    ValueError
        With all that does not go with the model: items or groups that are missing or unknown,
        answers that were not there when it was fitted.

    Notes
    -----
    With :math:`\Phi` the covariances of the factors and, for a respondent, :math:`\Lambda, \Sigma,
    \Theta` and :math:`y` of the items that were answered,

    .. math::
        \hat\eta_{regression} &= \mu_\eta + \Phi \Lambda' \Sigma^{-1} (y - \mu), \\
        \hat\eta_{Bartlett} &= \mu_\eta +
        (\Lambda' \Theta^{-1} \Lambda)^{-1} \Lambda' \Theta^{-1} (y - \mu)

    [1]_. Ordered items: the highest point of the normal distribution of the factors times the
    probabilities of the answers, found by Newton's steps for all answer patterns together;
    correlated residuals are not allowed for, and impossible solutions give no scores. Agrees with
    lavaan's ``lavPredict`` ("regression", "Bartlett", "EBM"): ``tests/oracles/lavaan_read_off``.

    References
    ----------
    .. [1] Skrondal & Laake (2001). Psychometrika, 66(4), 563-575.

    Examples
    --------
    >>> from pipeline.psychometrics.confirmatory.estimate import cfa
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> table = pd.DataFrame(answers, columns=list("abcd"))
    >>> found = factor_scores(cfa({"f": list("abcd")}, table, estimator="ML"), table)
    >>> found.scores().shape, found.determinacies.round(1)
    ((500, 1), array([[0.9]]))
    """
    _require_fitting(solution, data, method, group)
    table = solution.table
    answers = to_numbers(data[list(table.items)])
    numbers = _group_numbers(solution, data, group)
    latent = [place for place, name in enumerate(table.factors) if name not in table.items]
    values, se = np.full((2, len(answers), len(latent)), nan)
    determinacies = np.full((len(solution.groups), len(latent)), nan)
    own_method: ScoreMethod = "mode" if table.is_ordered else method
    for number in range(len(solution.groups)):
        rows = np.flatnonzero(numbers == number)
        found = _of_group(solution, number, answers[rows], own_method)
        values[rows], se[rows] = found.values[:, latent], found.se[:, latent]
        determinacies[number] = found.determinacy[latent]
    above = own_method == "bartlett" and any(
        not any(row.matrix == "lambda" and row.column == place for row in table.rows)
        for place in latent
    )
    return FactorScores(
        factors=table.latent,
        index=data.index,
        values=values,
        se=se,
        determinacies=determinacies,
        groups=solution.groups,
        n_respondents=int(np.isfinite(values).any(axis=1).sum()),
        method=f"{WORDS[own_method]}; {solution.method}",
        condition=joined([solution.condition, "factor_without_items" if above else None]),
    )


def _require_fitting(
    solution: ConfirmatorySolution, data: pd.DataFrame, method: str, group: str | None
) -> None:
    """Refuse data, a method or a column of groups that do not go with the model."""
    if not isinstance(data, pd.DataFrame):
        raise ValueError(
            f"data must be a DataFrame with a row a respondent, got {type(data).__name__}"
        )
    faults = [
        f"item {item!r} of the model is no column of the data; add it, empty if it was not asked"
        for item in solution.table.items
        if item not in data.columns
    ]
    if method not in ("regression", "bartlett"):
        faults.append(f"method must be 'regression' or 'bartlett', got {method!r}")
    if group is not None and group not in data.columns:
        faults.append(f"{group!r}, named as the column of groups, is no column of the data")
    if group is None and len(solution.groups) > 1:
        faults.append("the model has several groups; name their column as `group`")
    if faults:
        raise ValueError("the data do not go with the model:\n" + "\n".join(faults))


def _group_numbers(
    solution: ConfirmatorySolution, data: pd.DataFrame, group: str | None
) -> IntArray:
    """Number of the group of each respondent, -1 where it is missing."""
    if group is None or len(solution.groups) == 1:
        return np.zeros(len(data), dtype=np.int64)
    place = {name: number for number, name in enumerate(solution.groups)}
    known = data[group].notna()
    unknown = sorted({str(name) for name in data.loc[known, group]} - set(place))
    if unknown:
        raise ValueError(
            f"groups {unknown} were not there when the model was fitted; leave them out, or fit "
            "the model with them"
        )
    return np.array(
        [place[str(name)] if there else -1 for name, there in zip(data[group], known, strict=True)],
        dtype=np.int64,
    )


class _Scored(NamedTuple):
    """Scores and errors (n, m) of all factors, and determinacies (m,)."""

    values: FloatArray
    se: FloatArray
    determinacy: FloatArray


def _of_group(
    solution: ConfirmatorySolution, group: int, answers: FloatArray, method: ScoreMethod
) -> _Scored:
    """Scores of the respondents of one group."""
    objective, model = solution.objective, solution.objective.models[group]
    if isinstance(objective, LeastSquares):
        codes = _codes(solution, objective.samples[group].categories(), answers)
        return _at_mode(model, solution.values, codes)
    if solution.table.has_means:
        mean = at_moments(model.matrices(solution.values))[1]
    else:
        mean = objective.samples[group].mean
    return _linear(model, solution.values, answers - mean, method)


def _linear(
    model: GroupModel, values: FloatArray, centred: FloatArray, method: ScoreMethod
) -> _Scored:
    """Scores that are weighted sums of the answers, pattern by pattern of what was answered."""
    at = model.matrices(values)
    found = _Weighing(at, FactorMoments.of(at), implied_covariance(at, model.table))
    weigh = found.by_regression if method == "regression" else found.by_bartlett
    known = ~np.isnan(centred)
    patterns, pattern_of = np.unique(known, axis=0, return_inverse=True)
    scores, se = np.full((2, len(centred), len(found.factors.mean)), nan)
    for number, pattern in enumerate(patterns):
        if not pattern.any():
            continue
        rows = np.flatnonzero(pattern_of.ravel() == number)
        weights, variance = weigh(pattern)
        scores[rows] = found.factors.mean + centred[np.ix_(rows, pattern)] @ weights.T
        se[rows] = _root(variance)
    _, variance = weigh(np.ones(centred.shape[1], dtype=np.bool_))
    spread = np.diag(found.factors.covariance)
    share = 1 - variance / spread if method == "regression" else spread / (spread + variance)
    return _Scored(scores, se, _root(np.where(share <= 1, share, nan)))


def _root(values: FloatArray) -> FloatArray:
    """Square roots; missing of negative numbers, as in impossible solutions."""
    return np.asarray(np.sqrt(np.where(values >= 0, values, nan)))


class _Weighing(NamedTuple):
    """How the items that were answered are weighed: ``covariance`` (p, p) is that of all items."""

    at: Matrices
    factors: FactorMoments
    covariance: FloatArray

    def by_regression(self, known: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Weights (m, k) of the answers and variances (m,) of the factors given them."""
        reach = self.factors.loadings[known] @ self.factors.covariance
        weights = np.asarray(np.linalg.solve(self.covariance[np.ix_(known, known)], reach)).T
        return weights, np.diag(self.factors.covariance) - (weights * reach.T).sum(axis=1)

    def by_bartlett(self, known: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Weights and sampling variances of scores; missing where no item tells of the factor.

        Items without a residual, such as observed predictors, have no part in it.
        """
        all_loadings, all_residuals = self.factors.loadings, self.at.residual
        m, answered = all_loadings.shape[1], np.flatnonzero(known)
        weights, variance = np.full((m, len(answered)), nan), np.full(m, nan)
        usable = np.diag(all_residuals)[answered] != 0
        own = answered[usable]
        told = np.flatnonzero((all_loadings[own] != 0).any(axis=0))
        loadings, residual = all_loadings[np.ix_(own, told)], all_residuals[np.ix_(own, own)]
        if not len(told) or np.linalg.matrix_rank(residual) < len(own):
            return weights, variance
        weighted = np.linalg.solve(residual, loadings)
        precision = loadings.T @ weighted
        if np.linalg.matrix_rank(precision) == len(told):
            inverse = np.linalg.inv(precision)
            weights[told] = 0.0
            weights[np.ix_(told, usable)] = inverse @ weighted.T
            variance[told] = np.diag(inverse)
        return weights, variance


def _codes(
    solution: ConfirmatorySolution,
    categories: Mapping[str, Sequence[float]],
    answers: FloatArray,
) -> IntArray:
    """Answers as numbers of categories from 0, -1 where there is none."""
    result = np.full(answers.shape, -1, dtype=np.int64)
    faults = []
    for place, item in enumerate(solution.table.items):
        values = _merged(answers[:, place], item, solution)
        own = np.array(categories[item], dtype=np.float64)
        known = np.asarray(~np.isnan(values))
        given = np.asarray(values[known], dtype=np.float64)
        number = np.minimum(np.searchsorted(own, given), len(own) - 1)
        strange = np.unique(given[np.asarray(own[number] != given)])
        if len(strange):
            faults.append(
                f"{item} has answers that were not there when the model was fitted: "
                f"{strange.tolist()}; correct them or make them missing"
            )
        result[known, place] = number
    if faults:
        raise ValueError("the data do not go with the model:\n" + "\n".join(faults))
    return result


def _merged(values: FloatArray, item: str, solution: ConfirmatorySolution) -> FloatArray:
    """Answers with the categories merged as they were when the model was fitted."""
    result = values.copy()
    for one in solution.merged:
        if one.item == item:
            result[result == one.category] = one.merged_into
    return result


def _at_mode(model: GroupModel, values: FloatArray, codes: IntArray) -> _Scored:
    """The most likely factor values given the answers, once for each pattern of answers."""
    at = model.matrices(values)
    factors = FactorMoments.of(at)
    patterns, pattern_of = np.unique(codes, axis=0, return_inverse=True)
    scores, variance = np.full((2, len(patterns), len(factors.mean)), nan)
    residual = residual_variances(at, model.table)
    if residual.min() > 0 and np.linalg.eigvalsh(factors.covariance)[0] > 0:
        for begin in range(0, len(patterns), PATTERNS_AT_ONCE):
            own = slice(begin, begin + PATTERNS_AT_ONCE)
            posterior = Posterior.of(model, at, factors, patterns[own], np.sqrt(residual))
            scores[own], curvature = posterior.highest()
            variance[own] = np.diagonal(np.linalg.inv(curvature), axis1=1, axis2=2)
    silent = (patterns < 0).all(axis=1)
    scores[silent] = variance[silent] = nan
    number = pattern_of.ravel()
    counts = np.bincount(number, minlength=len(patterns))[~silent]
    mean_variance = variance[~silent].T @ counts / max(counts.sum(), 1)
    determinacy = _root(1 - mean_variance / np.diag(factors.covariance))
    return _Scored(scores[number], _root(variance)[number], determinacy)
