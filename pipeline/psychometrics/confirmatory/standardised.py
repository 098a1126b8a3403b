"""The standardised solution of a fitted model, with errors by the delta method."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import normal_below, normal_reach, tails
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import in_group, long_table
from pipeline.psychometrics.confirmatory.deviations import (
    log_deviations,
    powers_of,
    product_of_powers,
    unexplained_variances,
)
from pipeline.psychometrics.confirmatory.implied import (
    GroupModel,
    implied_covariance,
    residual_variances,
)
from pipeline.psychometrics.confirmatory.parameter_names import (
    ParameterName,
    place_of,
    standardised_statistic,
)
from pipeline.psychometrics.confirmatory.parameter_table import Row
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.result import Result

SMALLEST_ERROR = 1e-10
"""What is fixed by standardisation, such as the variance of a factor, has no error but rounding."""


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
        reach = normal_reach(self.confidence_level)
        z = np.divide(self.estimates, self.se, out=np.full_like(self.se, np.nan), where=self.se > 0)
        return pd.DataFrame(
            {
                **{part: [getattr(n, part) for n in self.names] for part in ParameterName._fields},
                "estimate": self.estimates,
                "se": self.se,
                "z": z,
                "p_value": [2 * normal_below(-abs(value)) for value in z],
                "ci_low": self.estimates - reach * self.se,
                "ci_high": self.estimates + reach * self.se,
                "with_items_as_they_are": self.with_items_as_they_are,
            }
        )

    def to_rows(self) -> pd.DataFrame:
        """A row per parameter, and one per R-square."""
        latent = {name.left for name in self.names if name.operator == "=~"}
        rows = [
            {
                **place_of(name, latent),
                "statistic": standardised_statistic(name, latent),
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
    """The standardised parameters of one group."""

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
    """Standardised parameters of one group with their errors."""
    model = solution.objective.models[group]
    found = standardised_values(model, solution.values)
    variance = np.einsum("ij,ij->i", found.slopes @ solution.covariance_in(group), found.slopes)
    se = np.sqrt(np.maximum(variance, 0))
    name = solution.groups[group]
    return _OfGroup(
        [ParameterName.of(row, name) for row in found.rows],
        found.estimates,
        np.where(se < SMALLEST_ERROR, 0.0, se),
        found.of_factors,
        explained_variances(model, solution.values, name),
    )


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


def _rows(model: GroupModel) -> tuple[Row, ...]:
    """Parameters of a group, and residual variances that the scales of ordered items imply."""
    table = model.table
    rows = tuple(row for row in model.rows if row.left != row.right or row.operator != "=~")
    if not table.has_scales:
        return rows
    return rows + tuple(
        Row(item, "~~", item, rows[0].group, "theta", place, place, -1, np.nan, "")
        for place, item in enumerate(table.items)
    )


def _plain_values(
    rows: tuple[Row, ...], model: GroupModel, values: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Parameters as they were estimated and their slopes, one for each row."""
    plain = np.array([values[row.free] if row.free >= 0 else row.value for row in rows])
    slopes = np.zeros((len(rows), len(model.free)))
    for place, row in enumerate(rows):
        if row.free >= 0:
            slopes[place, np.searchsorted(model.free, row.free)] = 1.0
    if model.table.has_scales:
        derived = len(rows) - len(model.table.items)
        plain[derived:], slopes[derived:] = unexplained_variances(model, values)
    return plain, slopes


def explained_variances(model: GroupModel, values: FloatArray, group: str) -> dict[str, float]:
    """R-square of the items, and of the factors that something predicts."""
    table, at = model.table, model.matrices(values)
    variances = np.diag(implied_covariance(at, table))
    total = at.total_effect
    with np.errstate(divide="ignore", invalid="ignore"):
        of_items = 1 - residual_variances(at, table) / variances
        of_factors = 1 - np.diag(at.factor) / np.diag(total @ at.factor @ total.T)
    predicted = {row.row for row in model.rows if row.matrix == "beta"}
    items = {
        item: of_items[place] for place, item in enumerate(table.items) if item not in table.factors
    }
    factors = {table.factors[place]: of_factors[place] for place in sorted(predicted)}
    return {in_group(name, group): float(value) for name, value in {**items, **factors}.items()}
