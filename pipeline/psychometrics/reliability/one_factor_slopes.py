"""Slopes of the one-factor discrepancy, for standard errors and for many samples at once.

Every array may have leading dimensions: one model, or a stack of them.
"""

from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.one_factor import (
    SMALLEST_UNIQUENESS,
    OneFactorModel,
    fit_one_factor,
)

MOST_STEPS = 12
LARGEST_SLOPE = 1e-8
SMALLEST_CURVATURE = 1e-8
"""A direction whose curvature is less than this part of the largest is not determined."""


class Slopes(NamedTuple):
    """First and second slopes of the discrepancy, loadings first and unique variances after."""

    value: FloatArray
    first: FloatArray
    second: FloatArray


def discrepancy_slopes(
    loadings: FloatArray, unique_variances: FloatArray, covariance: FloatArray
) -> Slopes:
    r"""Discrepancy of the one-factor model and its first and second slopes.

    Parameters
    ----------
    loadings, unique_variances : ndarray, shape (..., k)
        Of each model.
    covariance : ndarray, shape (..., k, k)
        The matrix each model is to fit.

    Returns
    -------
    Slopes
        Of shape (...), (..., 2k) and (..., 2k, 2k).

    Notes
    -----
    With :math:`\Sigma = \lambda\lambda' + \Psi`, :math:`V = \Sigma^{-1}`, :math:`P = VSV`,
    :math:`M = V - P` and :math:`Q = P - V/2` the discrepancy
    :math:`F = \ln|\Sigma| + \operatorname{tr} SV` has the slopes :math:`2M\lambda` and
    :math:`\operatorname{diag} M`; the second follow from
    :math:`dM = V\,d\Sigma\,Q + Q\,d\Sigma\,V`.

    Examples
    --------
    >>> weights = np.array([0.8, 0.7, 0.6])
    >>> covariance = np.outer(weights, weights) + np.diag(1 - weights**2)
    >>> slopes = discrepancy_slopes(weights, 1 - weights**2, covariance)
    >>> np.abs(slopes.first).max() < 1e-12
    np.True_
    """
    v, log_determinant = _inverse(loadings, unique_variances)
    vs = v @ covariance
    p = vs @ v
    m, q = v - p, p - v / 2
    v_l, q_l = _times(v, loadings), _times(q, loadings)
    lvl, lql = ((loadings * part).sum(axis=-1)[..., None, None] for part in (v_l, q_l))
    mixed = 2 * (v * q_l[..., :, None] + q * v_l[..., :, None])
    both = _outer(v_l, q_l)
    upper = 2 * m + 2 * (v * lql + q * lvl + both + np.swapaxes(both, -1, -2))
    second = np.concatenate(
        [
            np.concatenate([upper, np.swapaxes(mixed, -1, -2)], axis=-1),
            np.concatenate([mixed, 2 * v * q], axis=-1),
        ],
        axis=-2,
    )
    diagonal = np.diagonal(m, axis1=-2, axis2=-1)
    first = np.concatenate([2 * _times(m, loadings), diagonal], axis=-1)
    return Slopes(log_determinant + np.trace(vs, axis1=-2, axis2=-1), first, second)


def slope_in_covariance(
    model: OneFactorModel, covariance: FloatArray, of_estimates: FloatArray
) -> FloatArray | None:
    r"""How a number computed from the estimates changes with the covariances they came from.

    Parameters
    ----------
    model : OneFactorModel
        Fitted to `covariance`.
    covariance : ndarray, shape (k, k)
        The sample.
    of_estimates : ndarray, shape (2k,)
        Slope of the number in loadings and unique variances.

    Returns
    -------
    ndarray, shape (k, k), or None
        The symmetric :math:`D` with :math:`d\omega = \operatorname{tr}(D\,dS)`; None where the
        answers do not determine the estimates.

    Notes
    -----
    The estimates are where the first slopes :math:`g` vanish, so they move by
    :math:`-H^{-1} dg`. This holds whether or not the model is true.
    """
    second = discrepancy_slopes(model.loadings, model.unique_variances, covariance).second
    unit = 1 / np.sqrt(np.abs(np.diag(second)))
    curvature = np.linalg.eigvalsh(second * np.outer(unit, unit))
    if curvature[0] < SMALLEST_CURVATURE * curvature[-1]:
        return None
    moved = np.linalg.solve(second, of_estimates)
    k = len(model.loadings)
    v, _ = _inverse(model.loadings, model.unique_variances)
    cross = np.outer(v @ model.loadings, v @ moved[:k])
    return np.asarray(cross + cross.T + (v * moved[k:]) @ v)


def refit_one_factor(
    covariances: FloatArray, start: OneFactorModel
) -> tuple[FloatArray, FloatArray]:
    """Loadings and unique variances of many samples, from a start close to all of them.

    Parameters
    ----------
    covariances : ndarray, shape (n_samples, k, k)
        Covariance matrices; what is not finite or not positive definite has no solution.
    start : OneFactorModel
        Where the search begins, such as the model of the sample they were drawn from.

    Returns
    -------
    tuple of ndarray, each of shape (n_samples, k)
        NaN where there is no solution.

    Notes
    -----
    Newton steps for all samples together. Where they do not arrive, or arrive beyond the bound of
    the unique variances, the sample is fitted alone, as :func:`fit_one_factor` does.
    """
    k = covariances.shape[-1]
    sd = np.sqrt(start.loadings**2 + start.unique_variances)
    scaled = covariances / np.outer(sd, sd)
    found = np.full((len(covariances), 2 * k), np.nan)
    usable = np.flatnonzero(_positive_definite(scaled))
    first = np.concatenate([start.loadings / sd, start.unique_variances / sd**2])
    values = np.tile(first, (len(usable), 1))
    arrived = _newton(values, scaled[usable])
    found[usable] = values
    for place in usable[~arrived]:
        alone = fit_one_factor(scaled[place])
        found[place] = np.concatenate([alone.loadings, alone.unique_variances])
        if not alone.converged:
            found[place] = np.nan
    return found[:, :k] * sd, found[:, k:] * sd**2


def _newton(values: FloatArray, covariances: FloatArray) -> np.typing.NDArray[np.bool_]:
    """Move `values` to where the slopes vanish; whether each arrived at a lower, allowed place."""
    k = covariances.shape[-1]
    least = SMALLEST_UNIQUENESS * np.diagonal(covariances, axis1=-2, axis2=-1)
    arrived = np.zeros(len(values), dtype=bool)
    start = np.full(len(values), np.inf)
    active = np.arange(len(values))
    for step in range(MOST_STEPS):
        slopes = discrepancy_slopes(values[active, :k], values[active, k:], covariances[active])
        if step == 0:
            start = slopes.value
        at_rest = np.abs(slopes.first).max(axis=-1, initial=0) < LARGEST_SLOPE
        arrived[active[at_rest]] = slopes.value[at_rest] <= start[active[at_rest]] + 1e-12
        going = ~at_rest & np.isfinite(slopes.value)
        active, first, second = active[going], slopes.first[going], slopes.second[going]
        if not len(active):
            break
        values[active] -= _solved(second, first)
        active = active[(values[active, k:] > least[active]).all(axis=-1)]
    return arrived


def _solved(second: FloatArray, first: FloatArray) -> FloatArray:
    """Newton's steps; tiny ridges keep flat directions from a division by zero."""
    ridge = 1e-12 * np.trace(second, axis1=-2, axis2=-1)[:, None, None]
    steady = second + ridge * np.eye(second.shape[-1])
    return np.asarray(np.linalg.solve(steady, first[..., None])[..., 0])


def _positive_definite(covariances: FloatArray) -> np.typing.NDArray[np.bool_]:
    finite = np.asarray(np.isfinite(covariances).all(axis=(-2, -1)))
    filled = np.where(finite[:, None, None], covariances, np.eye(covariances.shape[-1]))
    eigenvalues = np.linalg.eigvalsh(filled)
    return np.asarray(finite & (eigenvalues[:, 0] > 1e-8 * eigenvalues[:, -1]))


def _inverse(loadings: FloatArray, unique_variances: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Inverse of the implied matrix, by Sherman and Morrison, and its log-determinant."""
    weights = loadings / unique_variances
    share = 1 + (loadings * weights).sum(axis=-1)
    diagonal = np.zeros((*loadings.shape, loadings.shape[-1]))
    places = np.arange(loadings.shape[-1])
    diagonal[..., places, places] = 1 / unique_variances
    inverse = diagonal - _outer(weights, weights) / share[..., None, None]
    with np.errstate(invalid="ignore"):
        return inverse, np.log(unique_variances).sum(axis=-1) + np.log(share)


def _times(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    return np.asarray((matrix @ vector[..., None])[..., 0])


def _outer(first: FloatArray, second: FloatArray) -> FloatArray:
    return first[..., :, None] * second[..., None, :]
