"""How the slopes of the moments of a model move with its parameters: second slopes, exactly."""

from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.implied import GroupModel


def second_slopes_of_moments(
    model: GroupModel, values: FloatArray, slope: FloatArray, of_mean: FloatArray
) -> FloatArray:
    r"""Second slopes of :math:`\operatorname{tr}(G\Sigma) + g'\mu` in the parameters.

    Parameters
    ----------
    model : GroupModel
        Of k parameters in `values`.
    values : ndarray, shape (k,)
        Where.
    slope, of_mean : ndarray, shapes (p, p) and (p,)
        :math:`G`, symmetric, and :math:`g`.

    Returns
    -------
    ndarray, shape (k, k)

    Notes
    -----
    With :math:`A = (I - B)^{-1}`, :math:`K = \Lambda A`, :math:`F = A \Psi A'` and
    :math:`\kappa = A\alpha`, from the slopes of :class:`Moments`; only pairs with a loading or a
    regression bend.
    """
    at = model.matrices(values)
    total = at.total_effect
    factor = total @ at.factor @ total.T
    passed = at.loadings @ total
    terms = _Terms(
        total,
        factor,
        total @ at.factor_mean,
        slope,
        slope @ passed,
        slope @ at.loadings @ factor,
        passed.T @ slope @ passed,
        passed.T @ slope @ at.loadings @ factor,
        of_mean,
        passed.T @ of_mean,
    )
    result = np.zeros((len(values), len(values)))
    for first, second, block in _bent_pairs(model, terms):
        np.add.at(result, (first[:, None], second[None, :]), block)
        if first is not second:
            np.add.at(result, (second[:, None], first[None, :]), block.T)
    return result


class _Terms(NamedTuple):
    """Products that the second slopes are made of."""

    total: FloatArray
    factor: FloatArray
    mean: FloatArray
    slope: FloatArray
    slope_passed: FloatArray
    slope_spread: FloatArray
    passed_passed: FloatArray
    passed_spread: FloatArray
    of_mean: FloatArray
    passed_mean: FloatArray


def _bent_pairs(model: GroupModel, t: _Terms) -> list[tuple[IntArray, IntArray, FloatArray]]:
    """Free parameters of two kinds and their second slopes."""
    load, psi, beta, alpha = (model.entries(name) for name in ("lambda", "psi", "beta", "alpha"))
    half = np.where(psi.row == psi.column, 1.0, 2.0)
    (i, j), (k, m) = (load.row, load.column), (beta.row, beta.column)
    u, v = psi.row, psi.column
    passing = t.total[np.ix_(j, k)]
    load_load = 2 * t.slope[np.ix_(i, i)] * t.factor[np.ix_(j, j)]
    load_psi = half * (
        t.total[np.ix_(j, u)] * t.slope_passed[np.ix_(i, v)]
        + t.total[np.ix_(j, v)] * t.slope_passed[np.ix_(i, u)]
    )
    load_beta = passing * (2 * t.slope_spread[np.ix_(i, m)] + np.outer(t.of_mean[i], t.mean[m]))
    load_beta += 2 * t.slope_passed[np.ix_(i, k)] * t.factor[np.ix_(j, m)]
    load_alpha = t.of_mean[i][:, None] * t.total[np.ix_(j, alpha.row)]
    psi_beta = half[:, None] * (
        t.passed_passed[np.ix_(u, k)] * t.total[np.ix_(m, v)].T
        + t.passed_passed[np.ix_(v, k)] * t.total[np.ix_(m, u)].T
    )
    back = t.total[np.ix_(m, k)]
    one_way = back * (2 * t.passed_spread[np.ix_(k, m)] + np.outer(t.passed_mean[k], t.mean[m]))
    beta_beta = one_way + one_way.T
    beta_beta += 2 * t.passed_passed[np.ix_(k, k)] * t.factor[np.ix_(m, m)]
    alpha_beta = t.total[np.ix_(m, alpha.row)].T * t.passed_mean[k]
    return [
        (load.free, load.free, load_load),
        (load.free, psi.free, load_psi),
        (load.free, beta.free, load_beta),
        (load.free, alpha.free, load_alpha),
        (psi.free, beta.free, psi_beta),
        (beta.free, beta.free, beta_beta),
        (alpha.free, beta.free, alpha_beta),
    ]
