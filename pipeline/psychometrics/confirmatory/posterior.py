"""The most likely values of factors given ordered answers, for many patterns of answers at once."""

from typing import NamedTuple

import numpy as np
import scipy

from pipeline.psychometrics._distributions import normal_density
from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.implied import GroupModel, Matrices

MOST_STEPS = 100
MOST_HALVINGS = 20

CONVERGED = 1e-8
"""Steps no longer than this, in units of the factors, are the last."""

SMALLEST_PROBABILITY = 1e-300
"""Of an answer; its logarithm and what is divided by it stay finite."""


class FactorMoments(NamedTuple):
    """Loadings (p, m), covariances (m, m) and means (m,) of the factors."""

    loadings: FloatArray
    covariance: FloatArray
    mean: FloatArray

    @classmethod
    def of(cls, at: Matrices) -> "FactorMoments":
        """Those of all factors, also of what others explain."""
        total = at.total_effect
        return cls(at.loadings, total @ at.factor @ total.T, total @ at.factor_mean)


class Posterior(NamedTuple):
    """What is made high, for every pattern of answers.

    ``loadings`` (p, m) over residual standard deviations, likewise the bounds (t, p) of the latent
    responses ``below`` and ``above``; ``mean`` and ``precision`` of the factors.
    """

    loadings: FloatArray
    below: FloatArray
    above: FloatArray
    mean: FloatArray
    precision: FloatArray

    @classmethod
    def of(
        cls,
        model: GroupModel,
        at: Matrices,
        factors: FactorMoments,
        patterns: IntArray,
        residual_sd: FloatArray,
    ) -> "Posterior":
        """Of patterns (t, p) of numbers of categories, -1 where there is no answer."""
        edges = np.full((len(residual_sd), at.thresholds.shape[1] + 2), np.inf)
        edges[:, 0] = -np.inf
        for item, n in enumerate(model.table.n_thresholds):
            own = at.thresholds[item, :n] - at.intercept[item]
            edges[item, 1 : n + 1] = own / residual_sd[item]
        places = np.arange(len(residual_sd))
        known = patterns >= 0
        return cls(
            at.loadings / residual_sd[:, None],
            np.where(known, edges[places, np.maximum(patterns, 0)], -np.inf),
            np.where(known, edges[places, patterns + 1], np.inf),
            factors.mean,
            np.asarray(np.linalg.inv(factors.covariance), dtype=np.float64),
        )

    def highest(self) -> tuple[FloatArray, FloatArray]:
        """Modes (t, m) by Newton's steps and the curvature (t, m, m) at them."""
        at = np.tile(self.mean, (len(self.below), 1))
        left = np.arange(len(at))
        curvature = np.tile(self.precision, (len(at), 1, 1))
        for _ in range(MOST_STEPS):
            part = self._replace(below=self.below[left], above=self.above[left])
            slope, own = part._slopes(at[left])
            curvature[left] = own
            step = np.asarray(np.linalg.solve(own, slope[:, :, None])[:, :, 0], dtype=np.float64)
            at[left] += part._shortened(at[left], step)
            left = left[np.abs(step).max(axis=1) > CONVERGED]
            if not len(left):
                break
        return at, curvature

    def _heights(self, at: FloatArray) -> FloatArray:
        """Logarithm of the posterior up to a constant, shape (t,)."""
        lower, upper = self._bounds(at)
        distance = at - self.mean
        prior = ((distance @ self.precision) * distance).sum(axis=1) / 2
        return np.asarray(np.log(_probabilities(lower, upper)).sum(axis=1) - prior)

    def _bounds(self, at: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Bounds of the residuals of the latent responses, (t, p)."""
        shift = at @ self.loadings.T
        return self.below - shift, self.above - shift

    def _slopes(self, at: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Slopes (t, m) of the logarithm and its curvature (t, m, m), always positive definite."""
        lower, upper = self._bounds(at)
        probability = _probabilities(lower, upper)
        low, high = normal_density(lower), normal_density(upper)
        pull = (low - high) / probability
        with np.errstate(invalid="ignore"):
            bend = np.where(np.isinf(upper), 0, upper * high) - np.where(
                np.isinf(lower), 0, lower * low
            )
        weight = bend / probability + pull**2
        slope = pull @ self.loadings - (at - self.mean) @ self.precision
        curvature = np.einsum("tp,pi,pj->tij", weight, self.loadings, self.loadings, optimize=True)
        return slope, curvature + self.precision

    def _shortened(self, at: FloatArray, step: FloatArray) -> FloatArray:
        """Steps halved until none leads down."""
        here = self._heights(at)
        result = step.copy()
        for _ in range(MOST_HALVINGS):
            down = self._heights(at + result) < here - 1e-12 * np.abs(here)
            if not down.any():
                break
            result[down] /= 2
        return result


def _probabilities(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Probability between two bounds, on the side where both tails are small."""
    turned = lower > 0
    first = np.where(turned, -upper, lower)
    second = np.where(turned, -lower, upper)
    found = scipy.special.ndtr(second) - scipy.special.ndtr(first)
    return np.asarray(np.maximum(found, SMALLEST_PROBABILITY))
