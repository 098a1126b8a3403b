"""What a factor does to the items, directly and by way of other factors, with slopes."""

from math import nan, sqrt
from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.deviations import log_deviations
from pipeline.psychometrics.confirmatory.implied import GroupModel
from pipeline.psychometrics.confirmatory.maximum_likelihood import summed


class Sloped(NamedTuple):
    """An estimate and its slopes (k,) in the free parameters, or None where it has none."""

    estimate: float
    slopes: FloatArray | None = None

    def se(self, covariance: FloatArray) -> float:
        """Standard error by the delta method from the covariances (k, k) of the parameters."""
        if self.slopes is None or not np.isfinite(self.estimate):
            return nan
        variance = float(self.slopes @ covariance @ self.slopes)
        return sqrt(variance) if variance >= 0 else nan

    def over(self, whole: "Sloped") -> "Sloped":
        """The share of a whole, with slopes where both sides have them."""
        if not whole.estimate > 0:
            return Sloped(nan)
        share = self.estimate / whole.estimate
        if self.slopes is None or whole.slopes is None:
            return Sloped(share)
        return Sloped(share, (self.slopes - share * whole.slopes) / whole.estimate)


class Effects(NamedTuple):
    """Effects (s,) on the items that a factor reaches, with slopes (s, k)."""

    values: FloatArray
    slopes: FloatArray

    def squared_sum(self) -> Sloped:
        """The square of their sum: the variance that the factor gives the sum of the items."""
        total = float(self.values.sum())
        return Sloped(total**2, 2 * total * self.slopes.sum(axis=0))

    def sum_of_squares(self) -> Sloped:
        """The sum of their squares: the variance that the factor gives all items together."""
        return Sloped(float((self.values**2).sum()), 2 * self.values @ self.slopes)


class FactorEffects(NamedTuple):
    """Effects of one factor with variance 1 on the items it reaches.

    ``items`` (s,) their numbers; ``raw`` on items as they are, ``standardised`` on items of
    variance 1.
    """

    items: IntArray
    raw: Effects
    standardised: Effects


def effects_of_factor(model: GroupModel, values: FloatArray, factor: int) -> FactorEffects:
    """Effects of a factor in its standard deviation, direct and by way of other factors."""
    at = model.matrices(values)
    passed = at.loadings @ at.total_effect
    slopes = _slopes_of_effects(model, values, factor)
    spread = log_deviations(model, values)
    items = np.flatnonzero((passed[:, factor] != 0) | (slopes != 0).any(axis=1))
    places = len(model.table.factors) + items
    sizes = np.exp(spread.logarithm)
    raw = passed[items, factor] * sizes[factor]
    raw_slopes = slopes[items] * sizes[factor] + raw[:, None] * spread.slopes[factor]
    scale = 1 / sizes[places]
    own = raw * scale
    own_slopes = raw_slopes * scale[:, None] - own[:, None] * spread.slopes[places]
    return FactorEffects(items, Effects(raw, raw_slopes), Effects(own, own_slopes))


def _slopes_of_effects(model: GroupModel, values: FloatArray, factor: int) -> FloatArray:
    """Slopes of the effects of a factor on all items, as they are, (p, k)."""
    at = model.matrices(values)
    total = at.total_effect
    passed = at.loadings @ total
    loadings, paths = model.entries("lambda"), model.entries("beta")
    direct = np.zeros((len(passed), len(loadings.row)))
    direct[loadings.row, np.arange(len(loadings.row))] = total[loadings.column, factor]
    by_way = passed[:, paths.row] * total[paths.column, factor]
    result = summed(direct, loadings.free, model.free) + summed(by_way, paths.free, model.free)
    return np.asarray(result)
