"""Standard deviations of everything in a model, and parameters as powers of them.

What is standardised is a parameter times powers of standard deviations that the model implies: of
factors, items, and the residuals of both.
"""

from typing import Literal, NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.implied import (
    GroupModel,
    Matrices,
    Moments,
    implied_moments,
)
from pipeline.psychometrics.confirmatory.maximum_likelihood import summed
from pipeline.psychometrics.confirmatory.parameter_table import Matrix, ParameterTable, Row

Unit = Literal["factor", "item", "residual", "disturbance"]
"""Whose standard deviation: a disturbance is what other factors leave unexplained of a factor."""

Side = Literal["row", "column"]

POWERS: dict[str, tuple[tuple[Unit, Side, float], ...]] = {
    "lambda": (("factor", "column", 1.0), ("item", "row", -1.0)),
    "beta": (("factor", "column", 1.0), ("factor", "row", -1.0)),
    "psi": (("factor", "row", -1.0), ("factor", "column", -1.0)),
    "psi pair": (("disturbance", "row", -1.0), ("disturbance", "column", -1.0)),
    "theta": (("item", "row", -1.0), ("item", "column", -1.0)),
    "theta pair": (("residual", "row", -1.0), ("residual", "column", -1.0)),
    "alpha": (("factor", "row", -1.0),),
    "nu": (("item", "row", -1.0),),
    "tau": (("item", "row", -1.0),),
    "delta": (),
}
"""What standardises an entry of each matrix; covariances of residuals become correlations."""


class LogDeviations(NamedTuple):
    """Logarithms of standard deviations (u,) and their slopes (u, k)."""

    logarithm: FloatArray
    slopes: FloatArray


def powers_of(row: Row, table: ParameterTable, with_items: bool) -> FloatArray:
    """Powers of the standard deviations of factors, items, residuals of items and of factors.

    Without those of items, only factors are standardised. Shape (2m + 2p,).
    """
    m, p = len(table.factors), len(table.items)
    begin = {"factor": 0, "item": m, "residual": m + p, "disturbance": m + 2 * p}
    is_pair = row.matrix in ("psi", "theta") and row.row != row.column
    result = np.zeros(2 * (m + p))
    for unit, side, power in POWERS[f"{row.matrix} pair" if is_pair else row.matrix]:
        place = row.row if side == "row" else row.column
        is_item = unit in ("item", "residual") or table.factors[place] in table.items
        if with_items or not is_item:
            result[begin[unit] + place] += power
    return result


def product_of_powers(powers: FloatArray, of_units: FloatArray) -> FloatArray:
    """Powers times units, in which a missing unit spoils only what depends on it."""
    lost = np.isnan(of_units).any(axis=tuple(range(1, of_units.ndim)))
    result = np.asarray(powers @ np.where(np.isnan(of_units), 0.0, of_units))
    result[(powers[:, lost] != 0).any(axis=1)] = np.nan
    return result


def log_deviations(model: GroupModel, values: FloatArray) -> LogDeviations:
    """Standard deviations of factors, items and of the residuals of both, as logarithms."""
    at = model.matrices(values)
    moments = implied_moments(at, model)
    of_factors, factor_slopes = _factor_variances(at, model)
    of_items, item_slopes = _item_variances(at, model, moments)
    if model.table.has_scales:
        residual, residual_slopes = unexplained_variances(model, values)
    else:
        residual, residual_slopes = _diagonal(model, "theta", at.residual)
    disturbance, disturbance_slopes = _diagonal(model, "psi", at.factor)
    variances = np.concatenate([of_factors, of_items, residual, disturbance])
    slopes = np.vstack([factor_slopes, item_slopes, residual_slopes, disturbance_slopes])
    positive = np.where(variances > 0, variances, np.nan)
    return LogDeviations(np.log(positive) / 2, slopes / (2 * positive[:, None]))


def _factor_variances(at: Matrices, model: GroupModel) -> tuple[FloatArray, FloatArray]:
    """Variances of factors and their slopes."""
    found = factor_products(at, model)
    slopes = summed(2 * found.left * found.right, found.free, model.free)
    return np.diag(found.covariance), slopes


class FactorProducts(NamedTuple):
    """Covariances of the factors (m, m), and the vectors (m, columns) their slopes are made of.

    As in :class:`Moments`: the slopes are ``left right' + right left'``, summed over columns of
    the same parameter ``free``.
    """

    covariance: FloatArray
    left: FloatArray
    right: FloatArray
    free: IntArray


def factor_products(at: Matrices, model: GroupModel) -> FactorProducts:
    """Covariances of the factors of one group, by the products that also make those of items."""
    total = at.total_effect
    covariance = total @ at.factor @ total.T
    psi, beta = model.entries("psi"), model.entries("beta")
    half = np.where(psi.row == psi.column, 0.5, 1.0)
    return FactorProducts(
        covariance,
        np.hstack([total[:, psi.row], total[:, beta.row]]),
        np.hstack([total[:, psi.column] * half, covariance[:, beta.column]]),
        np.concatenate([psi.free, beta.free]),
    )


def _item_variances(
    at: Matrices, model: GroupModel, moments: Moments
) -> tuple[FloatArray, FloatArray]:
    """Variances of the items, or of what ordered items stand for, and their slopes."""
    if not model.table.has_scales:
        slopes = summed(2 * moments.left * moments.right, moments.free, model.free)
        return np.diag(moments.covariance), slopes
    slopes = np.zeros((len(at.scale), len(model.free)))
    scales = model.entries("delta")
    slopes[scales.row, np.searchsorted(model.free, scales.free)] = -2 / at.scale[scales.row] ** 3
    return 1 / at.scale**2, slopes


def unexplained_variances(model: GroupModel, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What factors leave unexplained of ordered items whose scales are parameters."""
    at = model.matrices(values)
    moments = implied_moments(at, model)
    variance, slopes = _item_variances(at, model, moments)
    common = np.diag(moments.covariance) - np.diag(at.residual)
    return variance - common, slopes - summed(
        2 * moments.left * moments.right, moments.free, model.free
    )


def _diagonal(model: GroupModel, name: Matrix, matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Variances that are parameters, and their slopes."""
    own = model.entries(name)
    slopes = np.zeros((len(matrix), len(model.free)))
    free = own.row == own.column
    slopes[own.row[free], np.searchsorted(model.free, own.free[free])] = 1.0
    return np.diag(matrix), slopes
