"""What a model would gain from a parameter it leaves out, or from an equality it gives up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy

from pipeline.psychometrics._distributions import chi_square_tail, normal_quantile
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.confirmatory.full_information import FullInformation, slopes_of_moments
from pipeline.psychometrics.confirmatory.implied import GroupModel, Moments
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares, ordered_moments
from pipeline.psychometrics.confirmatory.maximum_likelihood import (
    NormalTheory,
    expected_information,
    summed,
)
from pipeline.psychometrics.confirmatory.parameter_table import Row
from pipeline.psychometrics.confirmatory.saturated import expected_moment_information, likelihood
from pipeline.psychometrics.confirmatory.scoring import NotPositiveDefiniteError
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.confirmatory.standardised import (
    ParameterName,
    log_deviations,
    powers_of,
    product_of_powers,
    statistic_of,
)
from pipeline.psychometrics.result import Result

SIGNIFICANCE_LEVEL = 0.05
CHANGE_TO_DETECT = 0.1

SMALLEST_SHARE = 1e-8
"""A parameter of whose information less than this share is its own cannot be added."""


@dataclass(frozen=True, slots=True, eq=False)
class ModificationIndices(Result):
    """What would change if one fixed or omitted parameter were estimated.

    Attributes
    ----------
    names : tuple of ParameterName
        The parameters; those that the answers could not determine are left out.
    indices : ndarray, shape (n_parameters,)
        Expected decrease of the chi-square; itself a chi-square with one degree of freedom.
    scaled : ndarray, shape (n_parameters,)
        `indices` over the scaling factor of the model's chi-square (MLR); NaN for others.
    changes : ndarray, shape (n_parameters,)
        Expected change of the parameter.
    standardised_changes : ndarray, shape (n_parameters,)
        Expected change in standard deviations of items and factors (``sepc.all``).
    power : ndarray, shape (n_parameters,)
        Probability that a change of 0.1 would be noticed at the 5 % level.
    n_respondents : int
        Respondents used.
    method, condition : str
        Those of the solution.
    """

    names: tuple[ParameterName, ...]
    indices: FloatArray
    scaled: FloatArray
    changes: FloatArray
    standardised_changes: FloatArray
    power: FloatArray
    n_respondents: int
    method: str
    condition: str | None

    def parameters(self, at_least: float = 0.0) -> pd.DataFrame:
        """Parameters with an index of this size or more, the largest first."""
        table = pd.DataFrame(
            {
                **{part: [getattr(n, part) for n in self.names] for part in ParameterName._fields},
                "index": self.indices,
                "scaled": self.scaled,
                "change": self.changes,
                "standardised_change": self.standardised_changes,
                "power": self.power,
            }
        )
        order = np.argsort(-self.indices, kind="stable")
        table = table.iloc[order]
        return table[table["index"] >= at_least].reset_index(drop=True)

    def to_rows(self) -> pd.DataFrame:
        """Three rows a parameter: the index and the expected change, plain and standardised."""
        latent = {name.left for name in self.names if name.operator == "=~"}
        columns = {
            "modification_index": self.indices,
            "expected_change": self.changes,
            "standardised_expected_change": self.standardised_changes,
        }
        rows = []
        for place, name in enumerate(self.names):
            where = statistic_of(name, latent)
            kind = where.pop("statistic").removeprefix("standardised_")
            rows += [
                {**where, "statistic": f"{word}_{kind}", "estimate": float(values[place])}
                for word, values in columns.items()
            ]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTests(Result):
    """What would change if parameters that are held equal were not.

    Attributes
    ----------
    names : tuple of ParameterName
        The parameters, each in the group in which it would be on its own.
    held_equal_to : tuple of ParameterName
        What each is held equal to.
    statistics : ndarray, shape (n_parameters,)
        Expected decrease of the chi-square, with one degree of freedom.
    p_values : ndarray, shape (n_parameters,)
        Probability of a larger one.
    changes : ndarray, shape (n_parameters,)
        Expected distance from those it is held equal to.
    total, total_p_value : float
        The test of all of them together, and its probability.
    total_df : int
        Its degrees of freedom.
    n_respondents : int
        Respondents used.
    method, condition : str
        Those of the solution.
    """

    names: tuple[ParameterName, ...]
    held_equal_to: tuple[ParameterName, ...]
    statistics: FloatArray
    p_values: FloatArray
    changes: FloatArray
    total: float
    total_df: int
    total_p_value: float
    n_respondents: int
    method: str
    condition: str | None

    def parameters(self) -> pd.DataFrame:
        """The parameters in their order, with statistic, p and expected change."""
        return pd.DataFrame(
            {
                **{part: [getattr(n, part) for n in self.names] for part in ParameterName._fields},
                "statistic": self.statistics,
                "p_value": self.p_values,
                "change": self.changes,
            }
        )

    def to_rows(self) -> pd.DataFrame:
        """The test of all, then two rows a parameter: the statistic and its p."""
        latent = {name.left for name in self.names if name.operator == "=~"}
        rows: list[dict[str, object]] = [
            {"statistic": "score_test", "estimate": self.total},
            {"statistic": "score_test_df", "estimate": float(self.total_df)},
            {"statistic": "score_test_p_value", "estimate": self.total_p_value},
        ]
        columns = {"score_test": self.statistics, "score_test_p_value": self.p_values}
        for place, name in enumerate(self.names):
            where = statistic_of(name, latent)
            kind = where.pop("statistic").removeprefix("standardised_")
            rows += [
                {**where, "statistic": f"{word}_{kind}", "estimate": float(values[place])}
                for word, values in columns.items()
            ]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


def modification_indices(solution: ConfirmatorySolution) -> ModificationIndices:
    r"""Expected gain from every loading and covariance that is fixed or left out.

    Parameters
    ----------
    solution : ConfirmatorySolution
        A fitted model.

    Returns
    -------
    ModificationIndices

    Raises
    ------
    ValueError
        If the answers leave parameters of the model undetermined.

    Notes
    -----
    With the slope :math:`s_e` of the log-likelihood in a parameter e, the expected information
    :math:`I` and :math:`V_e = I_{ee} - I_{e\theta} I_{\theta\theta}^{-1} I_{\theta e}`

    .. math:: \text{MI}_e = \frac{s_e^2}{V_e}, \qquad \text{EPC}_e = \frac{s_e}{V_e}

    [1]_; for least squares :math:`\Delta' W \Delta` in place of the information. All parameters
    are taken together: no model is fitted. Agrees with lavaan's ``modindices``
    (``tests/oracles/lavaan_read_off``); for least squares both are multiplied by
    :math:`(n - 1) / n`, as it does. With MLR lavaan takes the observed information instead. The
    power is that of [2]_.

    References
    ----------
    .. [1] Sorbom (1989). Psychometrika, 54(3), 371-384.
    .. [2] Saris, Satorra & van der Veld (2009). Structural Equation Modeling, 16(4), 561-582.

    Examples
    --------
    >>> from pipeline.psychometrics.confirmatory.estimate import cfa
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(500, 1)) + rng.normal(size=(500, 5))
    >>> answers[:, 1] += answers[:, 0]
    >>> table = pd.DataFrame(answers, columns=list("abcde"))
    >>> solution = cfa({"f": list("abcde")}, table, estimator="ML")
    >>> modification_indices(solution).parameters().loc[0, ["left", "right"]].tolist()
    ['a', 'b']
    """
    inverse = _inverse_information(solution)
    groups = [_of_group(solution, number, inverse) for number in range(len(solution.groups))]
    indices, changes, standardised = (
        np.concatenate([getattr(own, part) for own in groups])
        for part in ("indices", "changes", "standardised")
    )
    factor = solution.fit.scaling_factor if solution.fit.shift == 0 else nan
    with np.errstate(invalid="ignore", divide="ignore"):
        noncentrality = np.sqrt(indices / changes**2) * CHANGE_TO_DETECT
    needed = normal_quantile(1 - SIGNIFICANCE_LEVEL / 2)
    tail = scipy.special.ndtr(noncentrality - needed) + scipy.special.ndtr(-noncentrality - needed)
    return ModificationIndices(
        names=tuple(name for own in groups for name in own.names),
        indices=indices,
        scaled=indices / factor,
        changes=changes,
        standardised_changes=standardised,
        power=tail,
        n_respondents=solution.n_respondents,
        method=f"modification indices; {solution.method}",
        condition=solution.condition,
    )


def score_tests(solution: ConfirmatorySolution) -> ScoreTests:
    r"""Expected gain from giving up each equality of parameters, and all of them.

    Parameters
    ----------
    solution : ConfirmatorySolution
        A fitted model in which parameters share a label, or are equal in groups.

    Returns
    -------
    ScoreTests

    Raises
    ------
    ValueError
        If no parameters are held equal, or the answers leave parameters undetermined.

    Notes
    -----
    As :func:`modification_indices`, with the slopes in the parameters of one group alone in place
    of those in new ones; together :math:`s'V^{-1}s`, whose degrees of freedom are the rank of V:
    not all equalities can be given up at once where they fix the scale of a factor. The first
    parameter of those that are equal stays what the others are held against. Agrees with lavaan's
    ``lavTestScore``, which counts every equality as a degree of freedom of the total:
    ``tests/oracles/lavaan_read_off``.

    Examples
    --------
    >>> from pipeline.psychometrics.confirmatory.estimate import cfa
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> table = pd.DataFrame(answers, columns=list("abcd"))
    >>> solution = cfa("f =~ a + same*b + same*c + d", table, estimator="ML")
    >>> score_tests(solution).total_df
    1
    """
    first, later = _equalities(solution.table.rows)
    if not later:
        raise ValueError("no parameters of the model are held equal, so no equality can be tested")
    inverse = _inverse_information(solution)
    found = [
        _directions(solution, number, [row for row in later if row.group == number], True)
        for number in range(len(solution.groups))
    ]
    score = np.concatenate([own.score for own in found])
    information = _together(found, solution.objective.models, inverse)
    own = np.diag(information)
    total, df = _quadratic_form(score, information)
    order = [row for number in range(len(found)) for row in later if row.group == number]
    possible = own > 0
    statistics = np.divide(score**2, own, out=np.full_like(score, nan), where=possible)
    return ScoreTests(
        names=tuple(_name(row, solution) for row in order),
        held_equal_to=tuple(_name(first[row.free], solution) for row in order),
        statistics=statistics,
        p_values=np.array([chi_square_tail(value, 1) for value in statistics]),
        changes=np.divide(score, own, out=np.full_like(score, nan), where=possible),
        total=total,
        total_df=df,
        total_p_value=chi_square_tail(total, df),
        n_respondents=solution.n_respondents,
        method=f"score tests; {solution.method}",
        condition=solution.condition,
    )


def _name(row: Row, solution: ConfirmatorySolution) -> ParameterName:
    return ParameterName(row.left, row.operator, row.right, solution.groups[row.group])


def _equalities(rows: Sequence[Row]) -> tuple[dict[int, Row], list[Row]]:
    """The first of each set of equal parameters, by its place, and all the others."""
    first: dict[int, Row] = {}
    later = []
    for row in rows:
        if row.free >= 0 and first.setdefault(row.free, row) is not row:
            later.append(row)
    return first, later


class _Gains(NamedTuple):
    names: list[ParameterName]
    indices: FloatArray
    changes: FloatArray
    standardised: FloatArray


def _of_group(solution: ConfirmatorySolution, group: int, inverse: FloatArray) -> _Gains:
    model = solution.objective.models[group]
    candidates = list(_candidates(model))
    found = _directions(solution, group, candidates, False)
    block = inverse[np.ix_(model.free, model.free)]
    left = found.information - np.einsum("ij,ij->j", found.crossed, block @ found.crossed)
    possible = left > SMALLEST_SHARE * found.information
    kept = [row for row, keep in zip(candidates, possible, strict=True) if keep]
    score, left = found.score[possible], left[possible]
    powers = np.array([powers_of(row, model.table, True) for row in kept])
    spread = log_deviations(model, solution.values).logarithm
    scale = np.exp(product_of_powers(powers, spread)) if kept else np.empty(0)
    stretch = _stretch(solution)
    changes = stretch * score / left
    names = [_name(row, solution) for row in kept]
    return _Gains(names, stretch * score**2 / left, changes, changes * scale)


def _stretch(solution: ConfirmatorySolution) -> float:
    """What lavaan multiplies by for least squares, which counts n - 1 respondents in a group."""
    if not isinstance(solution.objective, LeastSquares):
        return 1.0
    return (solution.n_respondents - len(solution.groups)) / solution.n_respondents


def _candidates(model: GroupModel) -> Iterable[Row]:
    """Loadings and covariances of a group that are fixed or that it does not have."""
    table, group = model.table, model.rows[0].group
    present = {(row.matrix, *_sorted_place(row)) for row in model.rows}
    fixed = [row for row in model.rows if row.free < 0 and row.matrix in ("lambda", "psi", "theta")]
    yield from (row for row in fixed if row.left != row.right or row.operator == "~~")
    latent = [place for place, name in enumerate(table.factors) if name not in table.items]
    own = [place for place, name in enumerate(table.items) if name not in table.factors]
    for j in latent:
        for i in own:
            if ("lambda", i, j) not in present:
                yield Row(
                    table.factors[j], "=~", table.items[i], group, "lambda", i, j, -1, 0.0, ""
                )
    for first, i in enumerate(own):
        for j in own[first + 1 :]:
            if ("theta", i, j) not in present:
                yield Row(table.items[i], "~~", table.items[j], group, "theta", i, j, -1, 0.0, "")
    for first, i in enumerate(latent):
        for j in latent[first + 1 :]:
            if ("psi", i, j) not in present:
                yield Row(table.factors[i], "~~", table.factors[j], group, "psi", i, j, -1, 0.0, "")


def _sorted_place(row: Row) -> tuple[int, int]:
    if row.matrix in ("theta", "psi"):
        return min(row.row, row.column), max(row.row, row.column)
    return row.row, row.column


class _Directions(NamedTuple):
    """Slopes of the log-likelihood in new directions of one group.

    ``score`` (e,), ``crossed`` (k, e) information shared with the free parameters of the group,
    ``information`` (e,) their own, or (e, e) where it was asked for.
    """

    score: FloatArray
    crossed: FloatArray
    information: FloatArray


def _directions(
    solution: ConfirmatorySolution,
    group: int,
    rows: Sequence[Row],
    together: bool,
) -> _Directions:
    """Slopes in each of these parameters alone, in one group."""
    objective, values = solution.objective, solution.values
    model = objective.models[group]
    if not rows:
        k = len(model.free)
        return _Directions(np.empty(0), np.empty((k, 0)), np.empty((0, 0) if together else 0))
    extended, at = _only_free(model, rows, values)
    if isinstance(objective, LeastSquares):
        return _by_least_squares(objective, group, values, extended, at, together)
    here, new = model.moments(values), extended.moments(at)
    if isinstance(objective, FullInformation):
        return _by_full_information(objective, group, model, here, new, extended, together)
    return _by_likelihood(objective, group, model, here, _in_order(new), together)


def _only_free(
    model: GroupModel, rows: Sequence[Row], values: FloatArray
) -> tuple[GroupModel, FloatArray]:
    """The model with everything fixed where it is, except for these parameters."""
    place = {(row.matrix, row.row, row.column): number for number, row in enumerate(rows)}

    def with_value(row: Row, free: int) -> Row:
        value = float(values[row.free]) if row.free >= 0 else row.value
        return row._replace(value=value, free=free)

    fixed = [
        with_value(row, -1) for row in model.rows if (row.matrix, row.row, row.column) not in place
    ]
    free = [with_value(row, number) for number, row in enumerate(rows)]
    table = replace(model.table, rows=tuple(fixed + free), n_free=len(rows))
    return GroupModel(table, rows[0].group), np.array([row.value for row in free])


def _in_order(moments: Moments) -> Moments:
    """With one column for each direction, in their order; those without a column have zeros."""
    order = np.argsort(moments.free, kind="stable")
    return moments._replace(
        left=moments.left[:, order],
        right=moments.right[:, order],
        mean_slope=moments.mean_slope[:, order],
        free=moments.free[order],
    )


def _by_likelihood(
    objective: NormalTheory,
    group: int,
    model: GroupModel,
    here: Moments,
    new: Moments,
    together: bool,
) -> _Directions:
    sample, has_means = objective.samples[group], objective.table.has_means
    inverse = np.asarray(np.linalg.inv(here.covariance))
    difference = sample.mean - here.mean if has_means else np.zeros(len(here.mean))
    spread = sample.covariance + np.outer(difference, difference)
    slope = inverse @ spread @ inverse - inverse
    score = (new.left * (slope @ new.right)).sum(axis=0)
    if has_means:
        score = score + (inverse @ difference) @ new.mean_slope
    crossed = _shared_information(here, new, inverse, has_means)
    if together:
        own = expected_information(new, inverse, has_means)
    else:
        own = _own_information(new, inverse, has_means)
    return _Directions(
        sample.n * score,
        sample.n * summed(crossed.T, here.free, model.free).T,
        sample.n * own,
    )


def _shared_information(
    here: Moments, new: Moments, inverse: FloatArray, has_means: bool
) -> FloatArray:
    """Expected information that two sets of columns share, (columns, columns)."""
    by_left, by_right = inverse @ new.left, inverse @ new.right
    result = (here.left.T @ by_left) * (here.right.T @ by_right)
    result += (here.left.T @ by_right) * (here.right.T @ by_left)
    if has_means:
        result += here.mean_slope.T @ inverse @ new.mean_slope
    return np.asarray(result)


def _own_information(new: Moments, inverse: FloatArray, has_means: bool) -> FloatArray:
    by_left, by_right = inverse @ new.left, inverse @ new.right
    result = (new.left * by_left).sum(axis=0) * (new.right * by_right).sum(axis=0)
    result += (new.left * by_right).sum(axis=0) ** 2
    if has_means:
        result += (new.mean_slope * (inverse @ new.mean_slope)).sum(axis=0)
    return np.asarray(result)


def _by_full_information(
    objective: FullInformation,
    group: int,
    model: GroupModel,
    here: Moments,
    new: Moments,
    extended: GroupModel,
    together: bool,
) -> _Directions:
    sample = objective.samples[group]
    at = likelihood(sample.patterns, here.covariance, here.mean)
    by_column = 2 * (new.left * (at.by_covariance @ new.right)).sum(axis=0)
    by_column += at.by_mean @ new.mean_slope
    information = expected_moment_information(sample.patterns, here.covariance)
    slopes = slopes_of_moments(new, extended.free)
    weighted = information @ slopes
    own = slopes.T @ weighted if together else (slopes * weighted).sum(axis=0)
    return _Directions(
        -sample.n / 2 * summed(by_column, new.free, extended.free),
        sample.n * slopes_of_moments(here, model.free).T @ weighted,
        sample.n * own,
    )


def _by_least_squares(
    objective: LeastSquares,
    group: int,
    values: FloatArray,
    extended: GroupModel,
    at: FloatArray,
    together: bool,
) -> _Directions:
    sample, weights = objective.samples[group], objective.weights[group]
    here = ordered_moments(objective.models[group], values, sample)
    new = ordered_moments(extended, at, sample).slopes
    weighted = new * weights[:, None]
    own = new.T @ weighted if together else (new * weighted).sum(axis=0)
    return _Directions(
        weighted.T @ (sample.moments - here.values), here.slopes.T @ weighted, np.asarray(own)
    )


def _inverse_information(solution: ConfirmatorySolution) -> FloatArray:
    """Inverse of the information of all respondents in the free parameters.

    Raises
    ------
    ValueError
        If the answers leave parameters of the model undetermined.
    """
    objective, values = solution.objective, solution.values
    try:
        if isinstance(objective, LeastSquares):
            return objective.curvature(objective.slopes(values)).inverse()
        return objective.information(values).inverse() / objective.n
    except NotPositiveDefiniteError:
        raise ValueError(
            "the answers leave parameters of the model undetermined, so nothing can be said of "
            "further ones; simplify the model first"
        ) from None


def _together(
    found: Sequence[_Directions], models: Sequence[GroupModel], inverse: FloatArray
) -> FloatArray:
    """What is left of the information of all directions once the parameters took their share."""
    sizes = np.cumsum([0, *(len(own.score) for own in found)])
    crossed = np.zeros((len(inverse), sizes[-1]))
    result = np.zeros((sizes[-1], sizes[-1]))
    for own, model, begin, end in zip(found, models, sizes[:-1], sizes[1:], strict=True):
        crossed[model.free, begin:end] = own.crossed
        result[begin:end, begin:end] = own.information
    return np.asarray(result - crossed.T @ inverse @ crossed)


def _quadratic_form(score: FloatArray, information: FloatArray) -> tuple[float, int]:
    """The score test of all directions, and how many of them are independent."""
    roots, vectors = np.linalg.eigh(information)
    kept = roots > SMALLEST_SHARE * roots[-1]
    return float(((vectors[:, kept].T @ score) ** 2 / roots[kept]).sum()), int(kept.sum())
