"""Models with a small fault that is left out of them, and answers drawn from models."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.implied import Matrices
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable

RESIDUAL_CORRELATION = 0.30
"""Between items of a pair, where a model has one factor (McNeish & Wolf 2023)."""

MOST_LEVELS = 3
LEAST_UNIQUE = 0.05
"""Share of an item's variance that an omitted loading leaves to the item alone."""


class Population(NamedTuple):
    """What answers are drawn from: moments, and thresholds of each item if it is ordered."""

    covariance: FloatArray
    mean: FloatArray
    thresholds: tuple[FloatArray, ...]


def drawn_answers(population: Population, n: int, rng: np.random.Generator) -> FloatArray:
    """Answers of `n` people, shape (n, p): normal, or cut into categories 0, 1, ... by thresholds.

    Examples
    --------
    >>> two = Population(np.eye(2), np.zeros(2), (np.array([0.0]), np.array([0.0])))
    >>> drawn_answers(two, 1000, np.random.default_rng(1)).mean(axis=0).round(1)
    array([0.5, 0.5])
    """
    values, vectors = np.linalg.eigh(population.covariance)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    latent = population.mean + rng.standard_normal((n, len(root))) @ root.T
    if not population.thresholds:
        return np.asarray(latent)
    cut = [np.searchsorted(t, y) for t, y in zip(population.thresholds, latent.T, strict=True)]
    return np.column_stack(cut).astype(np.float64)


def levels_of(matrices: Matrices) -> tuple[FloatArray, ...]:
    """Covariances of the items if the model leaves something out, the least serious fault first.

    Notes
    -----
    After McNeish & Wolf (2021, 2023), with our own rule for which parameters: a model with one
    factor of items leaves out correlations of .30 between the residuals of pairs of neighbouring
    items, for a third, two thirds and all of the items. A model with m factors leaves out loadings:
    at level k the weakest items of the first k factors load on the next factor too, as much as the
    weakest item of that factor, or as much as leaves the item 5 % of its variance; k < m and
    at most 3.
    """
    measured = measured_by_items(matrices.loadings)
    if len(measured) < 2:
        p = len(matrices.loadings)
        pairs = [max(ceil(p * level / MOST_LEVELS / 2), 1) for level in range(1, MOST_LEVELS + 1)]
        distinct = sorted({min(n, p // 2) for n in pairs})
        return tuple(_with_residual_correlations(matrices, n) for n in distinct)
    n_levels = min(len(measured) - 1, MOST_LEVELS)
    return tuple(_with_side_loadings(matrices, measured, n + 1) for n in range(n_levels))


def measured_by_items(loadings: FloatArray) -> list[int]:
    """Factors with items, less those whose items all belong to other factors as well."""
    loads = loadings != 0
    own = [
        factor
        for factor in range(loads.shape[1])
        if loads[:, factor].any() and (loads[loads[:, factor]].sum(axis=1) == 1).any()
    ]
    return own or [factor for factor in range(loads.shape[1]) if loads[:, factor].any()]


def _with_residual_correlations(at: Matrices, n_pairs: int) -> FloatArray:
    residual = at.residual.copy()
    for place in range(n_pairs):
        first, second = 2 * place, 2 * place + 1
        size = RESIDUAL_CORRELATION * sqrt(
            max(residual[first, first] * residual[second, second], 0)
        )
        residual[first, second] = residual[second, first] = size
    return covariance_of(at, at.loadings, residual)


def _with_side_loadings(at: Matrices, factors: Sequence[int], n_items: int) -> FloatArray:
    loadings, factor_covariance = at.loadings.copy(), _factor_covariance(at)
    whole = covariance_of(at, at.loadings, at.residual)
    spread = np.sqrt(np.diag(factor_covariance))
    standardised = np.abs(at.loadings) * spread / np.sqrt(np.diag(whole))[:, None]
    for place in range(n_items):
        item = _weakest(standardised[:, factors[place]])
        later = [*factors[place + 1 :], *factors[:place]]
        other = next(factor for factor in later if loadings[item, factor] == 0)
        weakest = standardised[_weakest(standardised[:, other]), other]
        size = weakest * sqrt(whole[item, item]) / spread[other]
        room = _room(loadings[item], factor_covariance, other, whole[item, item])
        loadings[item, other] = min(size, room)
    residual = at.residual.copy()
    explained = np.diag(loadings @ factor_covariance @ loadings.T)
    np.fill_diagonal(residual, np.diag(whole) - explained)
    return covariance_of(at, loadings, residual)


def _weakest(loadings: FloatArray) -> int:
    """The item with the smallest loading that is not zero."""
    return int(np.argmin(np.where(loadings > 0, loadings, np.inf)))


def _room(own: FloatArray, factors: FloatArray, other: int, variance: float) -> float:
    """The largest loading on another factor that leaves the item something of its own."""
    spare = (1 - LEAST_UNIQUE) * variance - float(own @ factors @ own)
    along, size = float(factors[other] @ own), float(factors[other, other])
    return (sqrt(along**2 + size * spare) - along) / size if spare > 0 else 0.0


def _factor_covariance(at: Matrices) -> FloatArray:
    total = at.total_effect
    return np.asarray(total @ at.factor @ total.T)


def with_residuals(at: Matrices, table: ParameterTable) -> Matrices:
    """The matrices with the residual variances that the scales of ordered items imply."""
    if not table.is_ordered or table.parameterization == "theta":
        return at
    explained = np.diag(covariance_of(at, at.loadings, np.zeros_like(at.residual)))
    residual = at.residual.copy()
    np.fill_diagonal(residual, 1 / at.scale**2 - explained)
    return at._replace(residual=residual)


def covariance_of(at: Matrices, loadings: FloatArray, residual: FloatArray) -> FloatArray:
    """Covariances of the items, shape (p, p), with these loadings and residual covariances."""
    return np.asarray(loadings @ _factor_covariance(at) @ loadings.T + residual)
