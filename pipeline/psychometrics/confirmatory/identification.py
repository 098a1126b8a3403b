"""Whether a model can be estimated at all: enough moments, and no two solutions as good."""

from collections.abc import Sequence

import numpy as np
import scipy

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.full_information import slopes_of_moments
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares, ordered_moments
from pipeline.psychometrics.confirmatory.maximum_likelihood import NormalTheory
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable, Row

SMALLEST_PIVOT = 1e-9
"""Of the slopes of a parameter, the share that is not that of others; below, it is lost."""

SMALLEST_PART = 0.05
"""Parameters are named that have at least this part of the largest in what can be changed."""

MOST_NAMED = 8


def require_identified(objective: NormalTheory | LeastSquares) -> None:
    """Refuse a model of which different parameters imply the same moments.

    Raises
    ------
    ValueError
        Naming the parameters that cannot be told apart.

    Notes
    -----
    The slopes of the moments are independent at almost every point if they are at one: they are
    taken at an arbitrary point.
    """
    table = objective.table
    if table.degrees_of_freedom() < 0:
        raise ValueError(
            f"the model is not identified: it has {table.n_free} free parameters and only "
            f"{table.n_moments()} moments to estimate them from; fix or leave out some parameters"
        )
    blocks = [_slopes(objective, group) for group in range(table.n_groups)]
    undetermined = _undetermined(blocks, table.n_free)
    if len(undetermined):
        names = _names(table, undetermined)
        raise ValueError(
            "the model is not identified: these parameters can be changed together without "
            f"changing what the model implies: {names}. Give each factor three items or a fixed "
            "loading and variance, or fix or leave out some of them"
        )


def _slopes(objective: NormalTheory | LeastSquares, group: int) -> tuple[IntArray, FloatArray]:
    """Slopes of the moments of one group at an arbitrary point, (moments, parameters)."""
    model, at = objective.models[group], _arbitrary_point(objective.table)
    if isinstance(objective, LeastSquares):
        return model.free, ordered_moments(model, at, objective.samples[group]).slopes
    return model.free, slopes_of_moments(model.moments(at), model.free)


def _arbitrary_point(table: ParameterTable) -> FloatArray:
    """Loadings and covariances that are small beside variances, and all different."""
    rng = np.random.default_rng(1)
    values = np.zeros(table.n_free)
    for row in table.rows:
        if row.is_free:
            further = row.column if row.matrix == "tau" else 0
            values[row.free] = rng.uniform(*_range(row)) + further
    return values


def _range(row: Row) -> tuple[float, float]:
    """Between what a parameter lies that is nothing out of the ordinary."""
    is_variance = row.matrix in ("theta", "psi") and row.row == row.column
    if is_variance:
        return 0.7, 1.3
    return {"lambda": (0.5, 1.0), "delta": (0.8, 1.2), "beta": (0.3, 0.6)}.get(
        row.matrix, (0.05, 0.15)
    )


def _undetermined(blocks: Sequence[tuple[IntArray, FloatArray]], n_free: int) -> IntArray:
    """Free parameters that change together without a trace."""
    total = np.zeros((n_free, n_free))
    for free, slopes in blocks:
        total[np.ix_(free, free)] += slopes.T @ slopes
    size = np.sqrt(np.diag(total))
    lost = np.flatnonzero(size == 0)
    if len(lost):
        return lost
    scaled = total / np.outer(size, size)
    _, _, rank, _ = scipy.linalg.lapack.dpstrf(scaled, tol=SMALLEST_PIVOT, lower=1)
    if rank == n_free:
        return np.empty(0, dtype=np.int64)
    _, vectors = np.linalg.eigh(scaled)
    null = np.abs(vectors[:, 0])
    return np.flatnonzero(null > SMALLEST_PART * null.max())


def _names(table: ParameterTable, places: IntArray) -> str:
    """Some of the parameters at these places, as they are written in a model."""
    chosen = set(places.tolist())
    found = dict.fromkeys(row.written for row in table.rows if row.free in chosen)
    named = list(found)[:MOST_NAMED]
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return ", ".join(named) + more
