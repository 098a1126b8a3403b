"""A fitted two-level model as a result: parameters, fit at each level, what stood in the way."""

from dataclasses import dataclass
from math import nan
from typing import Any, Literal

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import normal_below
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.confirmatory.chi_square import ModelTest
from pipeline.psychometrics.confirmatory.deviations import POWERS
from pipeline.psychometrics.confirmatory.fit_indices import (
    FitIndices,
    Likelihoods,
    Residuals,
    fit_indices,
)
from pipeline.psychometrics.confirmatory.implied import Matrices
from pipeline.psychometrics.confirmatory.parameter_table import Row
from pipeline.psychometrics.result import Result
from pipeline.psychometrics.two_level.estimate import Estimate, Sites
from pipeline.psychometrics.two_level.structure import TwoLevelStructure

Level = Literal["within", "between"]

INDICES = (
    "n_free",
    "df",
    "chi_square",
    "p_value",
    "baseline_df",
    "baseline_chi_square",
    "cfi",
    "tli",
    "rmsea",
    "rmsea_close",
    "log_likelihood",
    "log_likelihood_saturated",
    "aic",
    "bic",
    "sabic",
)
"""Indices of fit that exist for two levels."""


@dataclass(frozen=True, slots=True)
class TwoLevelParameter:
    """A parameter of one level.

    ``left operator right`` as in a model text; ``label`` is empty where it has none; ``se``,
    ``z``, ``p_value`` are NaN and the limits equal to the estimate for what is fixed.
    ``standardised``: items and factors of the level with variance 1; NaN where a variance is not
    positive.
    """

    level: Level
    left: str
    operator: str
    right: str
    label: str
    is_free: bool
    estimate: float
    se: float
    z: float
    p_value: float
    ci_low: float
    ci_high: float
    standardised: float


@dataclass(frozen=True, slots=True, eq=False)
class TwoLevelSolution(Result):
    """A confirmatory factor model of respondents within clusters and of clusters.

    Attributes
    ----------
    items : tuple of str
        Items, in the order of the matrices.
    parameters : tuple of TwoLevelParameter
        Of the level within, then of the level between.
    fit : FitIndices or None
        Chi-square, CFI, TLI, RMSEA, log-likelihoods, AIC, BIC; none if nothing was estimated.
    srmr_within, srmr_between : float
        Root mean square of the differences of correlations at each level.
    icc : dict of str to float
        Share of the variance of each item that lies between clusters, from the saturated model.
    within, between, mean : ndarray, shapes (p, p), (p, p), (p,)
        Moments that the model implies.
    saturated_within, saturated_between, saturated_mean : ndarray
        Most likely moments without a model.
    values, covariance : ndarray, shapes (k,), (k, k)
        Free parameters and their sampling covariances.
    n_groups : int
        Clusters.
    mean_group_size : float
        Respondents to a cluster.
    confidence_level : float
        Coverage of the intervals.
    n_respondents, n_total : int
        Respondents with every answer and a cluster, and respondents given.
    method : str
        How it was computed.
    condition : str or None
        What stood in the way.
    """

    items: tuple[str, ...]
    parameters: tuple[TwoLevelParameter, ...]
    fit: FitIndices | None
    srmr_within: float
    srmr_between: float
    icc: dict[str, float]
    within: FloatArray
    between: FloatArray
    mean: FloatArray
    saturated_within: FloatArray
    saturated_between: FloatArray
    saturated_mean: FloatArray
    values: FloatArray
    covariance: FloatArray
    n_groups: int
    mean_group_size: float
    confidence_level: float
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    def estimates(self, level: Level, operator: str) -> dict[tuple[str, str], float]:
        """Estimates of one kind at one level, by what stands left and right."""
        return {
            (own.left, own.right): own.estimate
            for own in self.parameters
            if own.level == level and own.operator == operator
        }

    def to_rows(self) -> pd.DataFrame:
        """A row per parameter, per standardised loading, per index of fit and per item's ICC."""
        rows = [self._row(own) for own in self.parameters]
        rows += [_standardised_row(own) for own in self.parameters if own.operator == "=~"]
        rows += [] if self.fit is None else _fit_rows(self.fit)
        rows += [
            {"statistic": name, "estimate": getattr(self, name)}
            for name in ("srmr_within", "srmr_between", "n_groups", "mean_group_size")
        ]
        rows += [
            {"item": item, "statistic": "icc", "estimate": own} for item, own in self.icc.items()
        ]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )

    def _row(self, own: TwoLevelParameter) -> dict[str, Any]:
        row = {**place_of(own, self.items), "estimate": own.estimate, "se": own.se}
        if own.is_free and not np.isnan(own.se):
            limits = {"ci_low": own.ci_low, "ci_high": own.ci_high}
            row |= {**limits, "confidence_level": self.confidence_level}
        return row


def place_of(own: TwoLevelParameter, items: tuple[str, ...]) -> dict[str, str | None]:
    """Item, factor and name of the statistic in the long table."""
    if own.operator == "=~":
        return {"item": own.right, "factor": own.left, "statistic": f"{own.level}_loading"}
    if own.operator == "~":
        return {"item": own.left, "factor": own.right, "statistic": f"{own.level}_regression"}
    of_item = own.left in items
    kind = "residual" if of_item else "factor"
    if own.operator == "~1":
        name = "intercept" if of_item else "factor_mean"
        side = "item" if of_item else "factor"
        return {side: own.left, "statistic": f"{own.level}_{name}"}
    if own.left == own.right:
        side = "item" if of_item else "factor"
        return {side: own.left, "statistic": f"{own.level}_{kind}_variance"}
    pair = f"{own.left} with {own.right}"
    return {"item": pair, "statistic": f"{own.level}_{kind}_covariance"}


def _standardised_row(own: TwoLevelParameter) -> dict[str, Any]:
    return {
        "item": own.right,
        "factor": own.left,
        "statistic": f"{own.level}_standardised_loading",
        "estimate": own.standardised,
    }


def _fit_rows(fit: FitIndices) -> list[dict[str, Any]]:
    """Rows of the plain indices, without the SRMR of both levels together."""
    rows = fit.to_rows()[["statistic", "estimate", "ci_low", "ci_high", "confidence_level"]]
    kept = rows[rows["statistic"].isin(INDICES)]
    return [{str(name): value for name, value in row.items()} for row in kept.to_dict("records")]


def icc_of_items(
    within: FloatArray, between: FloatArray, items: tuple[str, ...]
) -> dict[str, float]:
    """Share of the variance of each item between clusters."""
    share = np.diag(between) / (np.diag(within) + np.diag(between))
    return dict(zip(items, share.tolist(), strict=True))


def parameters_at(
    structure: TwoLevelStructure, found: Estimate, width: float
) -> tuple[TwoLevelParameter, ...]:
    """Every parameter of both levels; `width` is the normal quantile of the intervals."""
    result = []
    levels: tuple[Level, Level] = ("within", "between")
    for level, table, model in zip(levels, structure.tables(), structure.models, strict=True):
        at = model.matrices(found.values)
        for row in table.rows:
            if row.left == row.right and row.operator == "=~":
                continue
            result.append(_parameter(level, row, found, width, _standardised(row, at)))
    return tuple(result)


def _parameter(
    level: Level, row: Row, found: Estimate, width: float, scale: float
) -> TwoLevelParameter:
    is_free = row.free >= 0
    value = float(found.values[row.free]) if is_free else row.value
    se = nan
    if is_free and found.covariance[row.free, row.free] > 0:
        se = float(np.sqrt(found.covariance[row.free, row.free]))
    z = value / se if se else nan
    half = width * se if is_free else 0.0
    return TwoLevelParameter(
        level=level,
        left=row.left,
        operator=row.operator,
        right=row.right,
        label=row.label,
        is_free=is_free,
        estimate=value,
        se=se,
        z=z,
        p_value=2 * normal_below(-abs(z)),
        ci_low=value - half,
        ci_high=value + half,
        standardised=value * scale,
    )


def _standardised(row: Row, at: Matrices) -> float:
    """What turns an estimate into one with all variances of the level 1.

    Covariances of residuals become their correlations, as in lavaan.
    """
    total = at.total_effect
    factor = np.diag(total @ at.factor @ total.T)
    passed = at.loadings @ total
    item = np.diag(passed @ at.factor @ passed.T + at.residual)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = {
            "item": np.sqrt(item),
            "factor": np.sqrt(factor),
            "residual": np.sqrt(np.diag(at.residual)),
            "disturbance": np.sqrt(np.diag(at.factor)),
        }
        is_pair = row.matrix in ("theta", "psi") and row.row != row.column
        scale = np.float64(1.0)
        for unit, side, power in POWERS[f"{row.matrix} pair" if is_pair else row.matrix]:
            scale *= own[unit][row.row if side == "row" else row.column] ** power
    return float(scale)


def fit_of(
    structure: TwoLevelStructure,
    found: Estimate,
    sites: Sites,
    srmr: float,
    method: str,
    condition: str | None,
) -> FitIndices:
    """Indices of fit; the chi-square is held at 0 where the model beats the saturated one."""
    saturated = sites.saturated.log_likelihood
    p = len(structure.items)
    return fit_indices(
        test=ModelTest(
            max(2 * (saturated - found.log_likelihood), 0.0), structure.degrees_of_freedom()
        ),
        baseline=ModelTest(max(2 * (saturated - sites.independence), 0.0), p * (p - 1)),
        residuals=Residuals(srmr, nan),
        likelihoods=Likelihoods(found.log_likelihood, saturated),
        n_respondents=sites.answers.n_respondents,
        n_for_rmsea=sites.answers.n_respondents,
        n_groups=1,
        n_free=structure.n_free,
        is_ordered=False,
        method=method,
        condition=condition,
    )


def srmr_of_correlations(observed: FloatArray, implied: FloatArray) -> float:
    """Root mean square difference of correlations, diagonal included; negative roots set to 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = _correlations(observed) - _correlations(implied)
    rows, columns = np.tril_indices(len(observed))
    return float(np.sqrt(np.mean(difference[rows, columns] ** 2)))


def _correlations(covariance: FloatArray) -> FloatArray:
    roots, axes = np.linalg.eigh(covariance)
    nearest = (axes * np.maximum(roots, 0.0)) @ axes.T
    deviation = np.sqrt(np.diag(nearest))
    return np.asarray(nearest / np.outer(deviation, deviation))
