"""Whether a solution can be true of anything: no negative variances, no correlations above 1."""

from collections.abc import Iterable

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.implied import residual_variances
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares
from pipeline.psychometrics.confirmatory.maximum_likelihood import NormalTheory

TOLERANCE = 1e-6
"""Variances, and roots of correlations, so little below 0 count as 0."""


def why_inadmissible(objective: NormalTheory | LeastSquares, values: FloatArray) -> Iterable[str]:
    """Words of the conditions that the solution meets in any group."""
    for model in objective.models:
        at = model.matrices(values)
        residual = residual_variances(at, model.table)
        if (residual < -TOLERANCE).any():
            yield "negative_residual_variance"
        elif not _is_semidefinite(_with_diagonal(at.residual, residual)):
            yield "residuals_not_positive_definite"
        if (np.diag(at.factor) < -TOLERANCE).any():
            yield "negative_factor_variance"
        elif not _is_semidefinite(at.factor):
            yield "factors_not_positive_definite"


def _with_diagonal(matrix: FloatArray, diagonal: FloatArray) -> FloatArray:
    """A matrix with other numbers on its diagonal."""
    return np.asarray(matrix - np.diag(np.diag(matrix)) + np.diag(diagonal))


def _is_semidefinite(matrix: FloatArray) -> bool:
    """Whether no combination of the variables has a negative variance; zero ones are left out."""
    deviation = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    scaled = matrix / np.outer(deviation, deviation)
    zero = np.diag(matrix) <= TOLERANCE
    scaled[zero] = scaled[:, zero] = 0
    return bool(np.linalg.eigvalsh(scaled)[0] >= -TOLERANCE)
