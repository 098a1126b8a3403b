r"""Observed information of a two-level model: second slopes of minus the log-likelihood, exactly.

On the common axes a size of cluster enters only through a diagonal matrix, so sums over clusters
come before products with parameters: the cost does not depend on the number of clusters.
"""

from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.second_slopes import second_slopes_of_moments
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
