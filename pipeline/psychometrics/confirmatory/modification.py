"""What a model would gain from a parameter it leaves out, or from an equality it gives up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import nan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy

from pipeline.psychometrics._distributions import chi_square_tail, normal_quantile
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.confirmatory.deviations import (
    log_deviations,
    powers_of,
    product_of_powers,
)
from pipeline.psychometrics.confirmatory.directions import (
    Directions,
    directions,
    inverse_information,
)
from pipeline.psychometrics.confirmatory.implied import GroupModel
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares
from pipeline.psychometrics.confirmatory.parameter_names import (
    ParameterName,
    kind_in_deviations,
    place_of,
)
from pipeline.psychometrics.confirmatory.parameter_table import Row
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.result import Result

SIGNIFICANCE_LEVEL = 0.05
CHANGE_TO_DETECT = 0.1
"""The power is that for a change of this size at this level."""

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
                **_columns_of(self.names),
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
        columns = {
            "modification_index": self.indices,
            "expected_change": self.changes,
            "standardised_expected_change": self.standardised_changes,
        }
        return long_table(
            _rows_of_parameters(self.names, columns),
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
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
                **_columns_of(self.names),
                "statistic": self.statistics,
                "p_value": self.p_values,
                "change": self.changes,
            }
        )

    def to_rows(self) -> pd.DataFrame:
        """The test of all, then two rows a parameter: the statistic and its p."""
        of_all = {
            "score_test": self.total,
            "score_test_df": float(self.total_df),
            "score_test_p_value": self.total_p_value,
        }
        columns = {"score_test": self.statistics, "score_test_p_value": self.p_values}
        rows = [{"statistic": name, "estimate": value} for name, value in of_all.items()]
        return long_table(
            [*rows, *_rows_of_parameters(self.names, columns)],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


def _rows_of_parameters(
    names: Sequence[ParameterName], columns: Mapping[str, FloatArray]
) -> Iterator[dict[str, Any]]:
    """A row for each parameter and column; columns (n_parameters,) by what they are called."""
    latent = {name.left for name in names if name.operator == "=~"}
    for place, name in enumerate(names):
        where, kind = place_of(name, latent), kind_in_deviations(name, latent)
        for word, values in columns.items():
            yield {**where, "statistic": f"{word}_{kind}", "estimate": float(values[place])}


def _columns_of(names: Sequence[ParameterName]) -> dict[str, list[str]]:
    """What each parameter relates, as columns of a table."""
    return {part: [getattr(name, part) for name in names] for part in ParameterName._fields}


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
    inverse = inverse_information(solution)
    groups = [_of_group(solution, number, inverse) for number in range(len(solution.groups))]
    indices, changes, standardised = (
        np.concatenate([getattr(own, part) for own in groups])
        for part in ("indices", "changes", "standardised")
    )
    factor = solution.fit.scaling_factor if solution.fit.shift == 0 else nan
    return ModificationIndices(
        names=tuple(name for own in groups for name in own.names),
        indices=indices,
        scaled=indices / factor,
        changes=changes,
        standardised_changes=standardised,
        power=_power(indices, changes),
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
        raise ValueError(
            "no parameters of the model are held equal, so no equality can be tested; give "
            "parameters the same label, or use group_equal"
        )
    inverse = inverse_information(solution)
    found = [
        directions(solution, number, [row for row in later if row.group == number], True)
        for number in range(len(solution.groups))
    ]
    score = np.concatenate([own.score for own in found])
    information = _together(found, solution.objective.models, inverse)
    own = np.diag(information)
    total, df = _quadratic_form(score, information)
    order = [row for number in range(len(found)) for row in later if row.group == number]
    names = solution.groups
    possible = own > 0
    statistics = np.divide(score**2, own, out=np.full_like(score, nan), where=possible)
    return ScoreTests(
        names=tuple(ParameterName.of(row, names[row.group]) for row in order),
        held_equal_to=tuple(
            ParameterName.of(first[row.free], names[first[row.free].group]) for row in order
        ),
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


def _equalities(rows: Sequence[Row]) -> tuple[dict[int, Row], list[Row]]:
    """The first of each set of equal parameters, by its place, and all the others."""
    first: dict[int, Row] = {}
    later = []
    for row in rows:
        if row.free >= 0 and first.setdefault(row.free, row) is not row:
            later.append(row)
    return first, later


def _power(indices: FloatArray, changes: FloatArray) -> FloatArray:
    """Probability that a change of CHANGE_TO_DETECT would be noticed, of each parameter."""
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.sqrt(indices / changes**2) * CHANGE_TO_DETECT
    needed = normal_quantile(1 - SIGNIFICANCE_LEVEL / 2)
    tails = scipy.special.ndtr(distance - needed) + scipy.special.ndtr(-distance - needed)
    return np.asarray(tails)


class _Gains(NamedTuple):
    """What parameters of one group would gain, as in :class:`ModificationIndices`."""

    names: list[ParameterName]
    indices: FloatArray
    changes: FloatArray
    standardised: FloatArray


def _of_group(solution: ConfirmatorySolution, group: int, inverse: FloatArray) -> _Gains:
    """What the parameters that a group leaves out would gain."""
    model = solution.objective.models[group]
    candidates = list(_candidates(model))
    found = directions(solution, group, candidates, False)
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
    names = [ParameterName.of(row, solution.groups[row.group]) for row in kept]
    return _Gains(names, stretch * score**2 / left, changes, changes * scale)


def _stretch(solution: ConfirmatorySolution) -> float:
    """What lavaan multiplies by for least squares, which counts n - 1 respondents in a group."""
    if not isinstance(solution.objective, LeastSquares):
        return 1.0
    return (solution.n_respondents - len(solution.groups)) / solution.n_respondents


def _candidates(model: GroupModel) -> Iterator[Row]:
    """Loadings and covariances of a group that are fixed or that it does not have."""
    present = {(row.matrix, *_sorted_place(row)) for row in model.rows}
    for row in model.rows:
        is_own = row.operator == "=~" and row.left == row.right
        if not row.is_free and row.matrix in ("lambda", "psi", "theta") and not is_own:
            yield row
    for row in _all_pairs(model):
        if (row.matrix, row.row, row.column) not in present:
            yield row


def _all_pairs(model: GroupModel) -> Iterator[Row]:
    """Every loading, covariance of two residuals and covariance of two factors of a group."""
    items, factors = model.table.items, model.table.factors
    latent = [place for place, name in enumerate(factors) if name not in items]
    own = [place for place, name in enumerate(items) if name not in factors]
    group = model.rows[0].group
    for j, i in product(latent, own):
        yield Row(factors[j], "=~", items[i], group, "lambda", i, j, -1, 0.0, "")
    for i, j in combinations(own, 2):
        yield Row(items[i], "~~", items[j], group, "theta", i, j, -1, 0.0, "")
    for i, j in combinations(latent, 2):
        yield Row(factors[i], "~~", factors[j], group, "psi", i, j, -1, 0.0, "")


def _sorted_place(row: Row) -> tuple[int, int]:
    """Where in its matrix a parameter stands, above the diagonal of symmetric ones."""
    if row.matrix in ("theta", "psi"):
        return min(row.row, row.column), max(row.row, row.column)
    return row.row, row.column


def _together(
    found: Sequence[Directions], models: Sequence[GroupModel], inverse: FloatArray
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
