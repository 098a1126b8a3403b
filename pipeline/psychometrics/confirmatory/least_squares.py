"""Least squares on thresholds and polychoric correlations: ULSMV and WLSMV."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.implied import (
    GroupModel,
    Matrices,
    Moments,
    at_moments,
    implied_moments,
)
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable
from pipeline.psychometrics.confirmatory.sample import OrderedSample
from pipeline.psychometrics.confirmatory.scoring import Curvature, Part

Weights = Literal["diagonal", "unit"]


class OrderedMoments(NamedTuple):
    """Implied thresholds and correlations (m,) and their slopes (m, k) in ``free`` (k,)."""

    values: FloatArray
    slopes: FloatArray
    free: IntArray


class LeastSquares:
    r"""The weighted sum of squared differences of moments, over groups.

    Notes
    -----
    :math:`\sum_g (s_g - \sigma_g(\theta))' W_g (s_g - \sigma_g(\theta))`, the chi-square itself,
    with :math:`W` the inverse variances of the moments (DWLS) or the number of respondents less
    one (ULS).
    """

    def __init__(
        self, table: ParameterTable, samples: Sequence[OrderedSample], weights: Weights
    ) -> None:
        self.table = table
        self.samples = tuple(samples)
        self.models = tuple(GroupModel(table, group) for group in range(table.n_groups))
        self.weights = tuple(_weights(sample, weights) for sample in samples)

    @property
    def n_free(self) -> int:
        """Free parameters."""
        return self.table.n_free

    def value(self, values: FloatArray) -> float:
        """The weighted sum of squares."""
        total = 0.0
        for model, sample, weights in zip(self.models, self.samples, self.weights, strict=True):
            at = model.matrices(values)
            implied = implied_values(at, at_moments(at), sample, self.table)
            if not np.isfinite(implied).all():
                return np.inf
            total += float(weights @ (sample.moments - implied) ** 2)
        return total

    def parts(self, values: FloatArray) -> list[Part]:
        """Slopes and Gauss-Newton curvature of each group."""
        found = []
        for model, sample, weights in zip(self.models, self.samples, self.weights, strict=True):
            implied = ordered_moments(model, values, sample)
            weighted = implied.slopes * weights[:, None]
            found.append(
                Part(
                    implied.free,
                    -2 * weighted.T @ (sample.moments - implied.values),
                    2 * weighted.T @ implied.slopes,
                )
            )
        return found

    def slopes(self, values: FloatArray) -> list[OrderedMoments]:
        """Implied moments and their slopes in each group."""
        return [
            ordered_moments(model, values, sample)
            for model, sample in zip(self.models, self.samples, strict=True)
        ]

    def curvature(self, slopes: Sequence[OrderedMoments]) -> Curvature:
        r"""The sum of :math:`\Delta' W \Delta` over groups."""
        blocks = [
            (own.free, (own.slopes * weights[:, None]).T @ own.slopes)
            for own, weights in zip(slopes, self.weights, strict=True)
        ]
        return Curvature(blocks, self.n_free)


def _weights(sample: OrderedSample, weights: Weights) -> FloatArray:
    """Weights (m,) of the moments of one group."""
    if weights == "unit":
        return np.full(len(sample.moments), float(sample.n - 1))
    return np.asarray(1 / np.diag(sample.variance))


def _scales(at: Matrices, covariance: FloatArray, table: ParameterTable) -> FloatArray:
    """One over the standard deviation of each latent response."""
    if table.parameterization == "delta":
        return at.scale
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(1 / np.sqrt(np.diag(covariance)))


def implied_values(
    at: Matrices,
    moments: tuple[FloatArray, FloatArray],
    sample: OrderedSample,
    table: ParameterTable,
) -> FloatArray:
    r"""Thresholds :math:`d_i (\tau_{ik} - \mu_i)`, correlations :math:`d_i d_j \sigma_{ij}`."""
    covariance, mean = moments
    scale = _scales(at, covariance, table)
    item = sample.threshold_item
    thresholds = scale[item] * (at.thresholds[item, sample.threshold_place] - mean[item])
    first, second = np.triu_indices(len(mean), 1)
    correlation = scale[first] * scale[second] * covariance[first, second]
    return np.concatenate([thresholds, correlation])


def ordered_moments(model: GroupModel, values: FloatArray, sample: OrderedSample) -> OrderedMoments:
    """Implied thresholds and correlations of one group with their slopes."""
    table = model.table
    at = model.matrices(values)
    moments = implied_moments(at, model)
    implied = implied_values(at, (moments.covariance, moments.mean), sample, table)
    slopes = np.zeros((len(implied), len(model.free)))
    column = np.searchsorted(model.free, moments.free)
    np.add.at(slopes.T, column, _slopes_of_moments(at, moments, implied, sample, table).T)
    scale = _scales(at, moments.covariance, table)
    _add_thresholds(slopes, model, scale, sample)
    if table.parameterization == "delta":
        _add_scales(slopes, model, scale, implied, sample)
    return OrderedMoments(implied, slopes, model.free)


def _slopes_of_moments(
    at: Matrices,
    moments: Moments,
    implied: FloatArray,
    sample: OrderedSample,
    table: ParameterTable,
) -> FloatArray:
    """Slopes by way of the covariances and means of the latent responses, (m, columns)."""
    scale = _scales(at, moments.covariance, table)
    left, right = moments.left * scale[:, None], moments.right * scale[:, None]
    first, second = np.triu_indices(len(scale), 1)
    item, n = sample.threshold_item, sample.n_thresholds
    result = np.empty((len(implied), left.shape[1]))
    result[:n] = -scale[item, None] * moments.mean_slope[item]
    result[n:] = left[first] * right[second] + right[first] * left[second]
    if table.parameterization == "theta":
        half = left * right
        result[:n] -= implied[:n, None] * half[item]
        result[n:] -= implied[n:, None] * (half[first] + half[second])
    return result


def _add_thresholds(
    slopes: FloatArray, model: GroupModel, scale: FloatArray, sample: OrderedSample
) -> None:
    """Add the slopes in thresholds."""
    own = model.entries("tau")
    place = {
        (int(item), int(number)): row
        for row, (item, number) in enumerate(
            zip(sample.threshold_item, sample.threshold_place, strict=True)
        )
    }
    rows = [place[int(i), int(k)] for i, k in zip(own.row, own.column, strict=True)]
    slopes[rows, np.searchsorted(model.free, own.free)] += scale[own.row]


def _add_scales(
    slopes: FloatArray,
    model: GroupModel,
    scale: FloatArray,
    implied: FloatArray,
    sample: OrderedSample,
) -> None:
    """Add the slopes in scales of items that are parameters."""
    first, second = np.triu_indices(len(scale), 1)
    own = model.entries("delta")
    for item, free in zip(own.row, own.free, strict=True):
        share = np.concatenate([sample.threshold_item == item, (first == item) | (second == item)])
        slopes[:, np.searchsorted(model.free, free)] += share * implied / scale[item]
