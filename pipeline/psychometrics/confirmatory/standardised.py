"""The standardised solution of a fitted model, with errors by the delta method."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import normal_below, normal_quantile, tails
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.confirmatory.implied import (
    GroupModel,
    Matrices,
    Moments,
    implied_moments,
)
from pipeline.psychometrics.confirmatory.maximum_likelihood import summed
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable, Row
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.result import Result

SMALLEST_ERROR = 1e-10
"""What is fixed by standardisation, such as the variance of a factor, has no error but rounding."""


class ParameterName(NamedTuple):
    """What a parameter relates, in one group (an empty name without groups)."""

    left: str
    operator: str
    right: str
    group: str


@dataclass(frozen=True, slots=True, eq=False)
class StandardisedSolution(Result):
    """A solution in standard deviations.

    Attributes
    ----------
    names : tuple of ParameterName
        The parameters; for ordered items whose scales are parameters also the residual variances
        that follow from the others.
    estimates : ndarray, shape (n_parameters,)
        Items and factors in standard deviations (lavaan's ``std.all``); of covariances of
        residuals the correlation.
    se : ndarray, shape (n_parameters,)
        Standard errors of `estimates` by the delta method.
    with_items_as_they_are : ndarray, shape (n_parameters,)
        Only factors in standard deviations (``std.lv``).
    explained : dict of str to float
        Part of the variance of each item, and of each factor with predictors, that is explained
        (R-square); in several groups the name is followed by ``in`` and the group.
    confidence_level : float
        Coverage of the intervals.
    n_respondents : int
        Respondents used.
    method, condition : str
        Those of the solution.
    """

    names: tuple[ParameterName, ...]
    estimates: FloatArray
    se: FloatArray
    with_items_as_they_are: FloatArray
    explained: dict[str, float]
    confidence_level: float
    n_respondents: int
    method: str
    condition: str | None

    def parameters(self) -> pd.DataFrame:
        """Every parameter with standard error, z, p and interval."""
        width = normal_quantile(tails(self.confidence_level)[1])
        z = np.divide(self.estimates, self.se, out=np.full_like(self.se, np.nan), where=self.se > 0)
        return pd.DataFrame(
            {
                **{part: [getattr(n, part) for n in self.names] for part in ParameterName._fields},
                "estimate": self.estimates,
                "se": self.se,
                "z": z,
                "p_value": [2 * normal_below(-abs(value)) for value in z],
                "ci_low": self.estimates - width * self.se,
                "ci_high": self.estimates + width * self.se,
                "with_items_as_they_are": self.with_items_as_they_are,
            }
        )

    def to_rows(self) -> pd.DataFrame:
        """A row per parameter, and one per R-square."""
        latent = {name.left for name in self.names if name.operator == "=~"}
        rows = [
            {
                **statistic_of(name, latent),
                "estimate": p.estimate,
                "se": p.se,
                "ci_low": p.ci_low,
                "ci_high": p.ci_high,
                "confidence_level": self.confidence_level,
            }
            for name, p in zip(self.names, self.parameters().itertuples(), strict=True)
        ]
        rows += [
            {
                "factor" if name.split(" in ")[0] in latent else "item": name,
                "statistic": "explained_variance",
                "estimate": value,
            }
            for name, value in self.explained.items()
        ]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


def statistic_of(name: ParameterName, latent: set[str]) -> dict[str, str]:
    """Item, factor and statistic of a standardised parameter."""
    where = f" in {name.group}" if name.group else ""
    own, kind = name.left + where, "factor" if name.left in latent else "item"
    pair = f"{name.left} with {name.right}{where}"
    if name.operator == "=~" and name.right not in latent:
        return {"item": name.right, "factor": own, "statistic": "standardised_loading"}
    if name.operator in ("=~", "~"):
        word = "loading" if name.operator == "=~" else "regression"
        return {"factor": pair, "statistic": f"standardised_{word}"}
    if name.operator == "~~" and name.left == name.right:
        return {kind: own, "statistic": f"unexplained_{kind}_variance"}
    if name.operator == "~~":
        word = "factor" if kind == "factor" else "residual"
        return {kind: pair, "statistic": f"{word}_correlation"}
    if name.operator == "|":
        return {
            "item": f"{name.left} {name.right}{where}",
            "statistic": "standardised_threshold",
        }
    word = "scale" if name.operator == "~*~" else "mean" if kind == "factor" else "intercept"
    return {kind: own, "statistic": f"standardised_{word}"}


def standardised_solution(
    solution: ConfirmatorySolution, confidence_level: float | None = None
) -> StandardisedSolution:
    r"""Estimates in standard deviations of items and factors, with standard errors.

    Parameters
    ----------
    solution : ConfirmatorySolution
        A fitted model.
    confidence_level : float, optional
        Coverage of the intervals; that of the solution if not given.

    Returns
    -------
    StandardisedSolution

    Notes
    -----
    Every standardised value is the parameter times powers of standard deviations that the model
    implies, :math:`s = v \prod_u \sigma_u^{e_u}`, so that

    .. math:: \frac{\partial s}{\partial\theta} = \prod_u \sigma_u^{e_u}
              \frac{\partial v}{\partial\theta} + s \sum_u e_u
              \frac{\partial \log \sigma_u}{\partial\theta}

    and errors follow from those of the parameters (delta method). Missing where a variance is
    negative. Agrees with lavaan's ``standardizedSolution``: ``tests/oracles/lavaan_read_off``.

    Examples
    --------
    >>> from pipeline.psychometrics.confirmatory.estimate import cfa
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> table = pd.DataFrame(answers, columns=list("abcd"))
    >>> found = standardised_solution(cfa({"f": list("abcd")}, table, estimator="ML"))
    >>> found.estimates[0].round(1), found.se[0].round(2)
    (np.float64(0.7), np.float64(0.03))
    """
    level = solution.confidence_level if confidence_level is None else confidence_level
    tails(level)
    groups = [_standardised(solution, number) for number in range(len(solution.groups))]
    return StandardisedSolution(
        names=tuple(name for own in groups for name in own.names),
        estimates=np.concatenate([own.estimates for own in groups]),
        se=np.concatenate([own.se for own in groups]),
        with_items_as_they_are=np.concatenate([own.of_factors for own in groups]),
        explained={name: value for own in groups for name, value in own.explained.items()},
        confidence_level=level,
        n_respondents=solution.n_respondents,
        method=f"standardised, delta-method errors; {solution.method}",
        condition=solution.condition,
    )


class _OfGroup(NamedTuple):
    names: list[ParameterName]
    estimates: FloatArray
    se: FloatArray
    of_factors: FloatArray
    explained: dict[str, float]


class StandardisedValues(NamedTuple):
    """Standardised parameters of one group, in the order of `rows`.

    ``estimates`` and ``of_factors`` (r,), ``slopes`` (r, k) of the estimates in the free
    parameters ``GroupModel.free``.
    """

    rows: tuple[Row, ...]
    estimates: FloatArray
    of_factors: FloatArray
    slopes: FloatArray


def _standardised(solution: ConfirmatorySolution, group: int) -> _OfGroup:
    model = solution.objective.models[group]
    found = standardised_values(model, solution.values)
    covariance = solution.covariance[np.ix_(model.free, model.free)]
    variance = np.einsum("ij,ij->i", found.slopes @ covariance, found.slopes)
    se = np.sqrt(np.maximum(variance, 0))
    name = solution.groups[group]
    return _OfGroup(
        [ParameterName(row.left, row.operator, row.right, name) for row in found.rows],
        found.estimates,
        np.where(se < SMALLEST_ERROR, 0.0, se),
        found.of_factors,
        explained_variances(model, solution.values, name),
    )


class LogDeviations(NamedTuple):
    """Logarithms of standard deviations (u,) and their slopes (u, k)."""

    logarithm: FloatArray
    slopes: FloatArray


def standardised_values(model: GroupModel, values: FloatArray) -> StandardisedValues:
    """Standardised parameters of one group with their slopes in its free parameters."""
    table = model.table
    rows = _rows(model)
    spread = log_deviations(model, values)
    all_powers = np.array([powers_of(row, table, True) for row in rows])
    of_factors = np.array([powers_of(row, table, False) for row in rows])
    plain, plain_slopes = _plain_values(rows, model, values)
    with np.errstate(invalid="ignore"):
        scale = np.exp(product_of_powers(all_powers, spread.logarithm))
        scale_of_factors = np.exp(product_of_powers(of_factors, spread.logarithm))
    estimates = plain * scale
    slopes = scale[:, None] * plain_slopes
    slopes += estimates[:, None] * product_of_powers(all_powers, spread.slopes)
    return StandardisedValues(rows, estimates, plain * scale_of_factors, slopes)


def product_of_powers(powers: FloatArray, of_units: FloatArray) -> FloatArray:
    """Powers times units, in which a missing unit spoils only what depends on it."""
    lost = np.isnan(of_units).any(axis=tuple(range(1, of_units.ndim)))
    result = np.asarray(powers @ np.where(np.isnan(of_units), 0.0, of_units))
    result[(powers[:, lost] != 0).any(axis=1)] = np.nan
    return result


def _rows(model: GroupModel) -> tuple[Row, ...]:
    """Parameters of a group, and residual variances that the scales of ordered items imply."""
    table = model.table
    rows = tuple(row for row in model.rows if row.left != row.right or row.operator != "=~")
    if not _has_scales(table):
        return rows
    return rows + tuple(
        Row(item, "~~", item, rows[0].group, "theta", place, place, -1, np.nan, "")
        for place, item in enumerate(table.items)
    )


def _has_scales(table: ParameterTable) -> bool:
    return table.is_ordered and table.parameterization == "delta"


def _plain_values(
    rows: tuple[Row, ...], model: GroupModel, values: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Parameters as they were estimated and their slopes, one for each row."""
    plain = np.array([values[row.free] if row.free >= 0 else row.value for row in rows])
    slopes = np.zeros((len(rows), len(model.free)))
    for place, row in enumerate(rows):
        if row.free >= 0:
            slopes[place, np.searchsorted(model.free, row.free)] = 1.0
    if _has_scales(model.table):
        derived = len(rows) - len(model.table.items)
        plain[derived:], slopes[derived:] = _residual_variances(model, values)
    return plain, slopes


def powers_of(row: Row, table: ParameterTable, with_items: bool) -> FloatArray:
    """Powers of the standard deviations of factors, items, residuals of items and of factors."""
    m, p = len(table.factors), len(table.items)
    result = np.zeros(2 * (m + p))
    item, residual, disturbance = m, m + p, m + 2 * p

    def add(unit: int, power: float, is_item: bool) -> None:
        if with_items or not is_item:
            result[unit] += power

    def of_factor(place: int, power: float) -> None:
        add(place, power, table.factors[place] in table.items)

    if row.matrix == "lambda":
        of_factor(row.column, 1.0)
        add(item + row.row, -1.0, True)
    elif row.matrix == "beta":
        of_factor(row.column, 1.0)
        of_factor(row.row, -1.0)
    elif row.matrix == "psi" and row.row == row.column:
        of_factor(row.row, -2.0)
    elif row.matrix == "psi":
        for place in (row.row, row.column):
            add(disturbance + place, -1.0, table.factors[place] in table.items)
    elif row.matrix == "theta" and row.row == row.column:
        add(item + row.row, -2.0, True)
    elif row.matrix == "theta":
        add(residual + row.row, -1.0, True)
        add(residual + row.column, -1.0, True)
    elif row.matrix == "alpha":
        of_factor(row.row, -1.0)
    elif row.matrix in ("nu", "tau"):
        add(item + row.row, -1.0, True)
    return result


def log_deviations(model: GroupModel, values: FloatArray) -> LogDeviations:
    """Standard deviations of factors, items and of the residuals of both, as logarithms."""
    at = model.matrices(values)
    moments = implied_moments(at, model)
    of_factors, factor_slopes = _factor_variances(at, model)
    of_items, item_slopes = _item_variances(at, model, moments)
    if _has_scales(model.table):
        residual, residual_slopes = _residual_variances(model, values)
    else:
        residual, residual_slopes = _diagonal(model, "theta", at.residual)
    disturbance, disturbance_slopes = _diagonal(model, "psi", at.factor)
    variances = np.concatenate([of_factors, of_items, residual, disturbance])
    slopes = np.vstack([factor_slopes, item_slopes, residual_slopes, disturbance_slopes])
    positive = np.where(variances > 0, variances, np.nan)
    return LogDeviations(np.log(positive) / 2, slopes / (2 * positive[:, None]))


def _factor_variances(at: Matrices, model: GroupModel) -> tuple[FloatArray, FloatArray]:
    """Variances of factors and their slopes, by the same products of two vectors as for items."""
    total = at.total_effect
    factor = total @ at.factor @ total.T
    slopes = np.zeros((len(factor), len(model.free)))
    psi, beta = model.entries("psi"), model.entries("beta")
    half = np.where(psi.row == psi.column, 1.0, 2.0)
    by_psi = total[:, psi.row] * total[:, psi.column] * half
    by_beta = 2 * total[:, beta.row] * factor[:, beta.column]
    slopes += summed(by_psi, psi.free, model.free)
    slopes += summed(by_beta, beta.free, model.free)
    return np.diag(factor), slopes


def _item_variances(
    at: Matrices, model: GroupModel, moments: Moments
) -> tuple[FloatArray, FloatArray]:
    if not _has_scales(model.table):
        slopes = summed(2 * moments.left * moments.right, moments.free, model.free)
        return np.diag(moments.covariance), slopes
    slopes = np.zeros((len(at.scale), len(model.free)))
    scales = model.entries("delta")
    slopes[scales.row, np.searchsorted(model.free, scales.free)] = -2 / at.scale[scales.row] ** 3
    return 1 / at.scale**2, slopes


def _residual_variances(model: GroupModel, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What factors leave unexplained of ordered items whose scales are parameters."""
    at = model.matrices(values)
    moments = implied_moments(at, model)
    variance, slopes = _item_variances(at, model, moments)
    common = np.diag(moments.covariance) - np.diag(at.residual)
    return variance - common, slopes - summed(
        2 * moments.left * moments.right, moments.free, model.free
    )


def _diagonal(model: GroupModel, name: str, matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Variances that are parameters, and their slopes."""
    own = model.entries(name)  # type: ignore[arg-type]
    slopes = np.zeros((len(matrix), len(model.free)))
    free = own.row == own.column
    slopes[own.row[free], np.searchsorted(model.free, own.free[free])] = 1.0
    return np.diag(matrix), slopes


def explained_variances(model: GroupModel, values: FloatArray, group: str) -> dict[str, float]:
    """R-square of the items, and of the factors that something predicts."""
    table, at = model.table, model.matrices(values)
    where = f" in {group}" if group else ""
    total = at.total_effect
    factor = np.diag(total @ at.factor @ total.T)
    if _has_scales(table):
        residual, variance = _residual_variances(model, values)[0], 1 / at.scale**2
    else:
        residual = np.diag(at.residual)
        variance = np.diag(implied_moments(at, model).covariance)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_items, of_factors = 1 - residual / variance, 1 - np.diag(at.factor) / factor
    predicted = {row.row for row in model.rows if row.matrix == "beta"}
    own = {
        item + where: float(of_items[place])
        for place, item in enumerate(table.items)
        if item not in table.factors
    }
    return own | {
        name + where: float(of_factors[place])
        for place, name in enumerate(table.factors)
        if place in predicted
    }
