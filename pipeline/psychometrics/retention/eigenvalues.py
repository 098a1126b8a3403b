"""Eigenvalues of correlation matrices, as they are and with communalities on the diagonal."""

from typing import Literal

import numpy as np

from pipeline.psychometrics._pairwise import SMALLEST_EIGENVALUE, smoothed
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.efa.extraction import SMALLEST_UNIQUENESS, extract

Communalities = Literal["one_factor", "multiple_correlations"]

LARGEST_SLOPE = 1e-5
"""Loadings have arrived when the sum of squared residuals changes no faster than this."""

MOST_STEPS = 150


def component_and_factor_eigenvalues(
    correlations: FloatArray, communalities: Communalities
) -> FloatArray:
    """Descending eigenvalues of matrices and of the same with communalities on the diagonal.

    Parameters
    ----------
    correlations : ndarray, shape (n_matrices, n_items, n_items)
        Without holes; those that are not positive definite are smoothed first.
    communalities : {"one_factor", "multiple_correlations"}
        Of a minres solution with one factor, or what the other items predict of each.

    Returns
    -------
    ndarray, shape (n_matrices, 2, n_items)
    """
    values, vectors = np.linalg.eigh(correlations)
    usable = np.array(correlations)
    for place in np.flatnonzero(values[:, 0] < SMALLEST_EIGENVALUE):
        usable[place] = smoothed(correlations[place])
        values[place], vectors[place] = np.linalg.eigh(usable[place])
    diagonal = (
        _multiple_correlations(usable)
        if communalities == "multiple_correlations"
        else one_factor_communalities(usable, values[:, -1], vectors[:, :, -1])
    )
    reduced = np.linalg.eigvalsh(_with_diagonal(usable, diagonal))
    return np.stack([values, reduced], axis=1)[:, :, ::-1]


def one_factor_communalities(
    correlations: FloatArray, largest: FloatArray, leading: FloatArray
) -> FloatArray:
    """Squared minres loadings on one factor, shape (n_matrices, n_items).

    All matrices at once by steps down the slope, from the first component; their length is that
    of Barzilai and Borwein (1988). Those that have not arrived in time, because a communality
    is at its bound or the solution is flat, are solved one by one.
    Two items share what they have in common equally.
    """
    if correlations.shape[1] == 2:
        return np.repeat(np.abs(correlations[:, :1, 1]), 2, axis=1)
    apart = _with_diagonal(correlations, np.zeros(leading.shape))
    loadings = leading * np.sqrt(np.maximum(largest - 0.8, 0.05))[:, None]
    slope = _slope(loadings, apart)
    length = 1 / (1 + (loadings**2).sum(axis=1, keepdims=True))
    for step in range(MOST_STEPS):
        if np.abs(slope).max() < LARGEST_SLOPE:
            break
        moved = np.clip(loadings - length * slope, -1, 1)
        steeper = _slope(moved, apart)
        length = _length(moved - loadings, steeper - slope, length, odd=bool(step % 2))
        loadings, slope = moved, steeper
    found: FloatArray = loadings**2
    late = ~(np.abs(slope).max(axis=1) < LARGEST_SLOPE)
    outside = (found > 1 - SMALLEST_UNIQUENESS).any(axis=1)
    for place in np.flatnonzero(late | outside):
        found[place] = 1 - extract(correlations[place], 1).uniquenesses
    return found


def _slope(loadings: FloatArray, apart: FloatArray) -> FloatArray:
    """Half the slope of the squared residuals off the diagonal, in the loadings."""
    squared = loadings**2
    pull = np.matmul(apart, loadings[:, :, None])[:, :, 0]
    slope: FloatArray = loadings * (squared.sum(axis=1, keepdims=True) - squared) - pull
    return slope


def _length(moved: FloatArray, turned: FloatArray, before: FloatArray, odd: bool) -> FloatArray:
    """The two step lengths of Barzilai and Borwein in turn; as before where they are undefined."""
    along = (moved * turned).sum(axis=1, keepdims=True)
    over = (moved**2).sum(axis=1, keepdims=True) if odd else along
    under = along if odd else (turned**2).sum(axis=1, keepdims=True)
    defined = (along > 0) & (under > 1e-300)
    return np.asarray(np.divide(over, under, out=before.copy(), where=defined))


def _multiple_correlations(matrices: FloatArray) -> FloatArray:
    """How much of each item the others predict, shape (n_matrices, n_items)."""
    return np.asarray(1 - 1 / np.diagonal(np.linalg.inv(matrices), axis1=1, axis2=2))


def _with_diagonal(matrices: FloatArray, diagonal: FloatArray) -> FloatArray:
    changed = np.array(matrices)
    places = np.arange(changed.shape[1])
    changed[:, places, places] = diagonal
    return changed
