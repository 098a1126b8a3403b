r"""Observed information of a two-level model: second slopes of minus the log-likelihood, exactly.

On the common axes a size of cluster enters only through a diagonal matrix, so sums over clusters
come before products with parameters: the cost does not depend on the number of clusters.
"""

from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.implied import GroupModel
from pipeline.psychometrics.two_level.likelihood import Point, slopes_at
from pipeline.psychometrics.two_level.objective import TwoLevelLikelihood, mean_slopes
from pipeline.psychometrics.two_level.structure import slopes_on_axes


def observed_information(likelihood: TwoLevelLikelihood, values: FloatArray) -> FloatArray:
    """Second slopes of minus the log-likelihood, shape (n_free, n_free).

    Raises
    ------
    ValueError
        If the likelihood is not defined at these values.
    """
    within, between = likelihood.structure.moments(values)
    point = likelihood.point(values)
    if point is None:
        raise ValueError("the likelihood is not defined at these values")
    inverse, k = point.basis.inverse, likelihood.n_free
    slopes = _Slopes(
        slopes_on_axes(within, inverse, k),
        slopes_on_axes(between, inverse, k),
        mean_slopes(between, inverse, k),
    )
    result = _of_covariances(likelihood, point, slopes)
    crossed = _of_means_and_covariances(likelihood, point, slopes)
    weights = (likelihood.moments.counts * likelihood.moments.sizes)[:, None] / point.scale
    result += (slopes.mean * weights.sum(axis=0)) @ slopes.mean.T + crossed + crossed.T
    return result + _of_bent_moments(likelihood, point, values)


class _Slopes(NamedTuple):
    within: FloatArray
    between: FloatArray
    mean: FloatArray


def _of_covariances(likelihood: TwoLevelLikelihood, point: Point, slopes: _Slopes) -> FloatArray:
    r"""What covariances add, as if they were straight in the parameters.

    Notes
    -----
    A covariance matrix C with sums of products S of :math:`\nu` answers adds
    :math:`-\frac\nu2\operatorname{tr}(C^{-1}AC^{-1}B) + \operatorname{tr}(C^{-1}AC^{-1}SC^{-1}B)`.
    """
    moments = likelihood.moments
    freedom = moments.n_respondents - moments.n_groups
    w, b = slopes.within, slopes.between
    inverse = 1 / point.scale
    powers = [(moments.counts * moments.sizes**q)[:, None] * inverse for q in range(3)]
    flat_w, flat_b = w.reshape(len(w), -1), b.reshape(len(b), -1)
    ww, wb, bb = (-(inverse.T @ power).reshape(-1) / 2 for power in powers)
    result = (flat_w * (ww - freedom / 2)) @ flat_w.T + (flat_b * bb) @ flat_b.T
    across = (flat_w * wb) @ flat_b.T
    result += across + across.T + freedom * (w @ point.within).reshape(len(w), -1) @ flat_w.T
    rows = np.sqrt(point.row_size)[:, None] * point.rows / point.row_scale
    for axis in range(moments.n_items):
        own_w, own_b = w[:, axis, :], b[:, axis, :]
        for q, (first, second) in enumerate(((own_w, own_w), (own_w, own_b), (own_b, own_b))):
            weight = point.row_size**q / point.row_scale[:, axis]
            product = first @ ((rows * weight[:, None]).T @ rows) @ second.T
            result += product + product.T if q == 1 else product
    return np.asarray(result)


def _of_means_and_covariances(
    likelihood: TwoLevelLikelihood, point: Point, slopes: _Slopes
) -> FloatArray:
    """Parameters of the means in rows, those of the covariances in columns."""
    moments = likelihood.moments
    inverse = 1 / point.scale
    pulls = point.distance * inverse
    by_within, by_between = (
        ((moments.counts * moments.sizes**power)[:, None] * inverse).T @ pulls for power in (1, 2)
    )
    moved = (slopes.within * by_within).sum(axis=2) + (slopes.between * by_between).sum(axis=2)
    return np.asarray(slopes.mean @ moved.T)


def _of_bent_moments(
    likelihood: TwoLevelLikelihood, point: Point, values: FloatArray
) -> FloatArray:
    """What the curvature of the moments themselves adds."""
    structure = likelihood.structure
    slopes = slopes_at(likelihood.moments, point).in_items(point.basis)
    order = [structure.items.index(item) for item in structure.between.items]
    result = np.zeros((likelihood.n_free, likelihood.n_free))
    no_mean = np.zeros(len(order))
    for model, slope, of_mean in (
        (structure.models[0], slopes.within, no_mean),
        (structure.models[1], slopes.between[np.ix_(order, order)], slopes.mean[order]),
    ):
        result += second_slopes_of_moments(model, values, slope, of_mean)
    return result


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
