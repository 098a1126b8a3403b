"""Whether a solution can be true of anything: no negative variances, no correlations above 1."""

from collections.abc import Iterable

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.implied import Matrices
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares
from pipeline.psychometrics.confirmatory.maximum_likelihood import NormalTheory

TOLERANCE = 1e-6


def why_inadmissible(objective: NormalTheory | LeastSquares, values: FloatArray) -> Iterable[str]:
    """Words of the conditions that the solution meets in any group."""
    is_delta = objective.table.is_ordered and objective.table.parameterization == "delta"
    for model in objective.models:
        at = model.matrices(values)
        residual = residual_variances(at) if is_delta else np.diag(at.residual)
        if (residual < -TOLERANCE).any():
            yield "negative_residual_variance"
        elif not _is_semidefinite(_with_diagonal(at.residual, residual)):
            yield "residuals_not_positive_definite"
        if (np.diag(at.factor) < -TOLERANCE).any():
            yield "negative_factor_variance"
        elif not _is_semidefinite(at.factor):
            yield "factors_not_positive_definite"


def residual_variances(at: Matrices) -> FloatArray:
    """What factors leave unexplained of ordered items whose scales are parameters."""
    passed = at.loadings @ at.total_effect
    return np.asarray(1 / at.scale**2 - np.diag(passed @ at.factor @ passed.T))


def _with_diagonal(matrix: FloatArray, diagonal: FloatArray) -> FloatArray:
    return np.asarray(matrix - np.diag(np.diag(matrix)) + np.diag(diagonal))


def _is_semidefinite(matrix: FloatArray) -> bool:
    deviation = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    scaled = matrix / np.outer(deviation, deviation)
    zero = np.diag(matrix) <= TOLERANCE
    scaled[zero] = scaled[:, zero] = 0
    return bool(np.linalg.eigvalsh(scaled)[0] >= -TOLERANCE)
