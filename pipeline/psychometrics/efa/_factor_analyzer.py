"""What is borrowed from factor_analyzer: unrotated loadings, and their rotation.

factor_analyzer takes more than a second to load, so it is loaded when first used. Four things in
version 0.5.1 are kept away from the results:

- its ``fit`` writes into the matrix it is given: it gets a copy;
- it sorts rotated loadings by variance without sorting the factor correlations: its rotation is
  called on its own, and ``explore`` sorts both;
- its communalities after an oblique rotation leave the factor correlations out: ``explore``
  computes them;
- its oblique rotation stops without a word when it has not arrived: here it is asked for more
  steps, and whether the point reached is stationary is checked.
"""

import warnings
from typing import Literal, NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray

Extraction = Literal["minres", "ml"]
Rotation = Literal["oblimin", "varimax", "none"]

SMALLEST_UNIQUENESS = 0.005
"""factor_analyzer does not look for smaller unique variances."""

LARGEST_SLOPE = 1e-4
"""Oblimin has arrived when turning a factor changes its criterion no faster than this."""


class Rotated(NamedTuple):
    """Pattern loadings, factor correlations, and whether the rotation arrived."""

    pattern: FloatArray
    factor_correlations: FloatArray
    converged: bool


def extract(
    correlations: FloatArray, n_factors: int, method: Extraction
) -> tuple[FloatArray, bool]:
    """Unrotated loadings, and whether the search for them arrived."""
    from factor_analyzer import FactorAnalyzer

    analyser = FactorAnalyzer(
        n_factors=n_factors,
        rotation=None,
        method=method,
        is_corr_matrix=True,
        bounds=(SMALLEST_UNIQUENESS, 1),
    )
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        analyser.fit(np.array(correlations))
    failed = any("converge" in str(warning.message) for warning in raised)
    return np.asarray(analyser.loadings_, dtype=np.float64), not failed


def rotate(loadings: FloatArray, rotation: Rotation) -> Rotated:
    """Loadings turned to simple structure; as they are for one factor or no rotation."""
    n_factors = loadings.shape[1]
    if rotation == "none" or n_factors == 1:
        return Rotated(loadings, np.eye(n_factors), True)
    from factor_analyzer import Rotator

    rotator = Rotator(method=rotation, tol=1e-7, max_iter=5000)
    pattern = np.asarray(rotator.fit_transform(loadings.copy()), dtype=np.float64)
    if rotation == "varimax":
        return Rotated(pattern, np.eye(n_factors), True)
    factor_correlations = np.asarray(rotator.phi_, dtype=np.float64)
    slope = _oblimin_slope(pattern, factor_correlations)
    return Rotated(pattern, factor_correlations, slope < LARGEST_SLOPE)


def _oblimin_slope(pattern: FloatArray, factor_correlations: FloatArray) -> float:
    """How steeply the quartimin criterion still falls when the factors are turned.

    At a stationary point L' G P is diagonal, with G the slope of the criterion in the loadings L
    and P the inverse of the factor correlations (Jennrich, 2002, Psychometrika, 67(1), 7-19).
    """
    squared = pattern**2
    slope_in_loadings = pattern * (squared.sum(axis=1, keepdims=True) - squared)
    product = pattern.T @ slope_in_loadings @ np.linalg.inv(factor_correlations)
    return float(np.abs(product - np.diag(np.diag(product))).max())
