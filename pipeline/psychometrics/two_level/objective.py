"""What is minimised in a two-level model: minus the log-likelihood, with slopes and curvature."""

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.implied import Moments
from pipeline.psychometrics.confirmatory.scoring import Part
from pipeline.psychometrics.two_level.clusters import ClusterMoments
from pipeline.psychometrics.two_level.likelihood import (
    Point,
    at_point,
    deviance,
    expected_weights,
    slopes_at,
)
from pipeline.psychometrics.two_level.structure import TwoLevelStructure, slopes_on_axes

LOWEST_SCALE = 0.03
"""Of the variance that the mean of a cluster has from its respondents, the least that may be left
by negative variances between clusters."""


class TwoLevelLikelihood:
    """Minus the log-likelihood of a structure, as a function of its free parameters.

    Where clusters differ in size it has no largest value: it grows without end where the mean of
    the largest cluster would have no variance. The search is kept away from there.
    """

    def __init__(self, structure: TwoLevelStructure, moments: ClusterMoments) -> None:
        self.structure = structure
        self.moments = moments

    @property
    def n_free(self) -> int:
        """Free parameters."""
        return self.structure.n_free

    def point(self, values: FloatArray) -> Point | None:
        """The data on the common axes of what the model implies."""
        within, between = self.structure.moments(values)
        return self._point(within, between)

    def _point(self, within: Moments, between: Moments) -> Point | None:
        return at_point(self.moments, within.covariance, between.covariance, between.mean)

    def value(self, values: FloatArray) -> float:
        """Minus the log-likelihood; infinite where the model is impossible, or almost."""
        with np.errstate(all="ignore"):
            point = self.point(values)
        if point is None or point.scale.min() < LOWEST_SCALE:
            return np.inf
        return deviance(self.moments, point) / 2

    def parts(self, values: FloatArray) -> list[Part]:
        """Slopes and expected information of all parameters."""
        within, between = self.structure.moments(values)
        point = self._point(within, between)
        if point is None:
            raise ValueError("the likelihood is not defined at these values")
        gradient = self._gradient(within, between, point)
        information = self._information(within, between, point)
        return [Part(np.arange(self.n_free), gradient, information)]

    def gradient(self, values: FloatArray) -> FloatArray:
        """Slopes of minus the log-likelihood, shape (n_free,)."""
        return self.parts(values)[0].gradient

    def expected_information(self, values: FloatArray) -> FloatArray:
        """Expected information of all answers, shape (n_free, n_free)."""
        return self.parts(values)[0].curvature

    def _gradient(self, within: Moments, between: Moments, point: Point) -> FloatArray:
        slopes = slopes_at(self.moments, point).in_items(point.basis)
        result = np.zeros(self.n_free)
        for level, slope in ((within, slopes.within), (between, slopes.between)):
            own = 2 * (level.left * (slope @ level.right)).sum(axis=0)
            np.add.at(result, level.free, own)
        np.add.at(result, between.free, slopes.mean @ between.mean_slope)
        return result

    def _information(self, within: Moments, between: Moments, point: Point) -> FloatArray:
        weights = expected_weights(self.moments, point)
        inverse, k = point.basis.inverse, self.n_free
        first, second = np.triu_indices(self.moments.n_items)
        twice = np.where(first == second, 1.0, 2.0)
        w = slopes_on_axes(within, inverse, k)[:, first, second]
        b = slopes_on_axes(between, inverse, k)[:, first, second]
        pairs = (weights.within, weights.both, weights.between)
        ww, wb, bb = (twice * weight[first, second] for weight in pairs)
        mean = mean_slopes(between, inverse, k)
        own_w, own_b = np.unique(within.free), np.unique(between.free)
        result = (mean * weights.mean) @ mean.T
        result[np.ix_(own_w, own_w)] += (w[own_w] * ww) @ w[own_w].T
        result[np.ix_(own_b, own_b)] += (b[own_b] * bb) @ b[own_b].T
        across = (w[own_w] * wb) @ b[own_b].T
        result[np.ix_(own_w, own_b)] += across
        result[np.ix_(own_b, own_w)] += across.T
        return np.asarray(result)


def mean_slopes(moments: Moments, inverse: FloatArray, n_free: int) -> FloatArray:
    """Slopes of the means on other axes, shape (n_free, p)."""
    result = np.zeros((n_free, len(inverse)))
    np.add.at(result, moments.free, (inverse @ moments.mean_slope).T)
    return result
