"""The one-factor model of ordered items, fitted to their polychoric correlations."""

from typing import NamedTuple

import numpy as np
import scipy

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.one_factor import SMALLEST_UNIQUENESS

LARGEST_LOADING = np.sqrt(1 - SMALLEST_UNIQUENESS)
LARGEST_SLOPE = 1e-7
SMALLEST_CURVATURE = 1e-8
"""A direction whose curvature is less than this part of the largest is not determined."""


class OrderedOneFactor(NamedTuple):
    """Loadings of the variables that ordered answers stand for, each with variance one."""

    loadings: FloatArray
    weights: FloatArray
    """Weight of each correlation, zero on the diagonal."""
    converged: bool
    at_bound: bool
    """Whether a loading was held at its bound (a Heywood case)."""


def fit_ordered_one_factor(correlations: FloatArray, se: FloatArray) -> OrderedOneFactor:
    r"""Loadings by diagonally weighted least squares.

    Parameters
    ----------
    correlations, se : ndarray, shape (n_items, n_items)
        Polychoric correlations of three items or more and their standard errors.

    Returns
    -------
    OrderedOneFactor

    Notes
    -----
    .. math:: F(\lambda) = \sum_{i < j} w_{ij} (r_{ij} - \lambda_i \lambda_j)^2, \qquad
              w_{ij} = 1 / \mathrm{SE}_{ij}^2

    With one factor and all thresholds free this is what lavaan's WLSMV minimises [1]_.

    References
    ----------
    .. [1] Muthen, du Toit & Spisic (1997). Robust inference using weighted least squares.

    Examples
    --------
    >>> weights = np.array([0.8, 0.7, 0.6])
    >>> fit = fit_ordered_one_factor(np.outer(weights, weights), np.full((3, 3), 0.1))
    >>> fit.loadings.round(6).tolist()
    [0.8, 0.7, 0.6]
    """
    weights = _weights(se)
    first, second = np.triu_indices(len(correlations), k=1)
    root, given = np.sqrt(weights[first, second]), correlations[first, second]
    rows = np.arange(len(first))

    def misfit(loadings: FloatArray) -> FloatArray:
        return np.asarray(root * (loadings[first] * loadings[second] - given))

    def slope(loadings: FloatArray) -> FloatArray:
        jacobian = np.zeros((len(first), len(loadings)))
        jacobian[rows, first] = root * loadings[second]
        jacobian[rows, second] = root * loadings[first]
        return jacobian

    found = scipy.optimize.least_squares(
        misfit,
        _start(correlations),
        jac=slope,
        bounds=(-LARGEST_LOADING, LARGEST_LOADING),
        xtol=1e-13,
        ftol=1e-15,
        gtol=1e-13,
        max_nfev=2000,
    )
    loadings = found.x if found.x.sum() >= 0 else -found.x
    at_bound = np.abs(loadings) > LARGEST_LOADING - 1e-6
    arrived = np.abs(slope(found.x).T @ misfit(found.x))[~at_bound].max(initial=0) < LARGEST_SLOPE
    return OrderedOneFactor(loadings, weights, bool(arrived), bool(at_bound.any()))


def slope_in_correlations(model: OrderedOneFactor, correlations: FloatArray) -> FloatArray | None:
    """How the loadings change with the correlations, weights held, shape (n_items, n_pairs).

    The pairs are in the order (1, 2), (1, 3), ... (2, 3), ...; None where the correlations do not
    determine the loadings.
    """
    loadings, weights = model.loadings, model.weights
    curvature = weights * (2 * np.outer(loadings, loadings) - correlations)
    np.fill_diagonal(curvature, weights @ loadings**2)
    eigenvalues = np.linalg.eigvalsh(curvature)
    if eigenvalues[0] < SMALLEST_CURVATURE * eigenvalues[-1]:
        return None
    first, second = np.triu_indices(len(loadings), k=1)
    pull = np.zeros((len(loadings), len(first)))
    pairs = np.arange(len(first))
    pull[first, pairs] = weights[first, second] * loadings[second]
    pull[second, pairs] = weights[first, second] * loadings[first]
    return np.asarray(np.linalg.solve(curvature, pull))


def _weights(se: FloatArray) -> FloatArray:
    """One over the squared standard errors, with mean one; zero on the diagonal."""
    off = ~np.eye(len(se), dtype=bool)
    weights = np.zeros_like(se)
    weights[off] = 1 / se[off] ** 2
    return np.asarray(weights / weights[off].mean())


def _start(correlations: FloatArray) -> FloatArray:
    """Loadings on the first principal axis, a little less."""
    eigenvalues, vectors = np.linalg.eigh(correlations)
    start = vectors[:, -1] * np.sqrt(eigenvalues[-1]) * 0.9
    return np.asarray(np.clip(start, -0.95, 0.95))
