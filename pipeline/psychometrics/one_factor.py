"""The one-factor model by maximum likelihood.

Written here because the optimiser of factor_analyzer uses numerical derivatives and stops too early
for an omega that agrees with lavaan in the sixth decimal.
"""

from typing import NamedTuple

import numpy as np
import scipy

from pipeline.psychometrics._responses import FloatArray

SMALLEST_UNIQUENESS = 1e-4
"""Share of an item's variance below which its uniqueness may not fall."""

LARGEST_GRADIENT = 1e-5
"""The search has arrived when no slope of the discrepancy is steeper than this."""


class OneFactorModel(NamedTuple):
    """Loadings and unique variances in the units of the items."""

    loadings: FloatArray
    unique_variances: FloatArray
    converged: bool
    at_bound: bool
    """Whether a unique variance was held at its lower bound (a Heywood case)."""


def fit_one_factor(covariance: FloatArray) -> OneFactorModel:
    r"""Maximum-likelihood loadings of items on one factor with variance one.

    Parameters
    ----------
    covariance : ndarray, shape (n_items, n_items)
        Positive definite covariance matrix of at least three items.

    Returns
    -------
    OneFactorModel

    Raises
    ------
    ValueError
        If the matrix is not square or has fewer than three items.

    Notes
    -----
    Given the uniquenesses :math:`\Psi`, the best loadings follow from the first eigenvector of
    :math:`\Psi^{-1/2} R \Psi^{-1/2}`, and what is left to minimise is [1]_

    .. math:: F(\Psi) = \sum_{m=2}^{p} (\theta_m - \ln \theta_m - 1)

    with :math:`\theta_m` its eigenvalues. The search is over :math:`\ln \Psi`.

    References
    ----------
    .. [1] Joreskog (1967). Psychometrika, 32(4), 443-482.

    Examples
    --------
    >>> weights = np.array([0.8, 0.7, 0.6])
    >>> covariance = np.outer(weights, weights)
    >>> np.fill_diagonal(covariance, 1.0)
    >>> fit_one_factor(covariance).loadings.round(3).tolist()
    [0.8, 0.7, 0.6]
    """
    covariance = np.asarray(covariance, dtype=np.float64)
    if covariance.ndim != 2 or len(covariance) != covariance.shape[1] or len(covariance) < 3:
        raise ValueError(f"need a square matrix of 3 items or more, got shape {covariance.shape}")
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)
    log_uniqueness, converged = _search(correlation)
    loadings = _loadings(log_uniqueness, correlation)
    return OneFactorModel(
        loadings=loadings * sd,
        unique_variances=np.exp(log_uniqueness) * sd**2,
        converged=converged,
        at_bound=bool((np.exp(log_uniqueness) <= SMALLEST_UNIQUENESS * 1.001).any()),
    )


def _search(correlation: FloatArray) -> tuple[FloatArray, bool]:
    """Logarithms of the best uniquenesses, and whether the search arrived."""
    low, high = np.log(SMALLEST_UNIQUENESS), 0.0
    start = np.log(np.clip(0.9 / np.diag(np.linalg.inv(correlation)), SMALLEST_UNIQUENESS, 1))
    found = scipy.optimize.minimize(
        _discrepancy,
        start,
        args=(correlation,),
        jac=True,
        method="L-BFGS-B",
        bounds=[(low, high)] * len(start),
        options={"ftol": 1e-16, "gtol": 1e-9, "maxiter": 2000, "maxfun": 5000},
    )
    _, slope = _discrepancy(found.x, correlation)
    projected = np.clip(found.x - slope, low, high) - found.x
    return found.x, bool(np.abs(projected).max() < LARGEST_GRADIENT)


def _discrepancy(log_uniqueness: FloatArray, correlation: FloatArray) -> tuple[float, FloatArray]:
    """Value and slope of the discrepancy in the logarithms of the uniquenesses."""
    eigenvalues, vectors = _scaled_eigen(log_uniqueness, correlation)
    rest, vectors = eigenvalues[:-1], vectors[:, :-1]
    value = float((rest - np.log(rest) - 1).sum())
    return value, -(vectors**2) @ (rest - 1)


def _loadings(log_uniqueness: FloatArray, correlation: FloatArray) -> FloatArray:
    """Loadings given the uniquenesses, turned so that most of them are positive."""
    eigenvalues, vectors = _scaled_eigen(log_uniqueness, correlation)
    length = np.sqrt(max(eigenvalues[-1] - 1, 0.0))
    loadings: FloatArray = np.exp(log_uniqueness / 2) * vectors[:, -1] * length
    return loadings if loadings.sum() >= 0 else -loadings


def _scaled_eigen(
    log_uniqueness: FloatArray, correlation: FloatArray
) -> tuple[FloatArray, FloatArray]:
    scale = np.exp(-log_uniqueness / 2)
    eigenvalues, vectors = np.linalg.eigh(correlation * np.outer(scale, scale))
    return eigenvalues, vectors
