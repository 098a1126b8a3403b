"""What sums of items are made of: how much of their variance factors explain.

Continuous items, and ordered items in both senses: the answers as they are and what they stand for.
"""

from collections.abc import Mapping
from math import nan
from typing import NamedTuple, Protocol

import numpy as np

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.deviations import log_deviations
from pipeline.psychometrics.confirmatory.factor_effects import Effects, FactorEffects, Sloped
from pipeline.psychometrics.confirmatory.implied import GroupModel, Moments
from pipeline.psychometrics.confirmatory.least_squares import OrderedMoments, ordered_moments
from pipeline.psychometrics.confirmatory.maximum_likelihood import summed
from pipeline.psychometrics.confirmatory.sample import ContinuousSample, OrderedSample
from pipeline.psychometrics.reliability.ordinal_sum import (
    CutVariables,
    cut_variables,
    score_covariances,
    score_variances,
    slope_in_correlation,
    slope_in_thresholds,
    slope_of_variances,
)


class ScaleSums(Protocol):
    """The sums of items in one group of a fitted model."""

    def omegas(self, own: FactorEffects) -> Mapping[str, Sloped]:
        """Reliabilities of the sum of the items that a factor reaches, by name."""
        ...

    def extracted(self, own: FactorEffects) -> Sloped:
        """Average variance that a factor extracts from the items it reaches."""
        ...

    def of_all(self, common: FloatArray) -> Mapping[str, float]:
        """Reliabilities of the sum of all items; ``common`` (p, p) is what factors make up."""
        ...


def scale_sums(
    model: GroupModel, values: FloatArray, sample: ContinuousSample | OrderedSample
) -> ScaleSums:
    """The sums of items in one group."""
    moments = model.moments(values)
    if isinstance(sample, OrderedSample):
        return _OrderedSums.of(model, values, sample)
    return _ContinuousSums(moments, model.free, sample)


class _ContinuousSums(NamedTuple):
    """What the sums of continuous items are made of."""

    moments: Moments
    free: IntArray
    sample: ContinuousSample

    def omegas(self, own: FactorEffects) -> Mapping[str, Sloped]:
        common = own.raw.squared_sum()
        observed = Sloped(float(self.sample.covariance[np.ix_(own.items, own.items)].sum()))
        return {
            "omega_model_implied": common.over(self._variance_of_sum(own.items)),
            "omega_observed": common.over(observed),
        }

    def _variance_of_sum(self, items: IntArray) -> Sloped:
        """Variance of the sum of these items that the model implies."""
        left, right = self.moments.left[items], self.moments.right[items]
        slopes = 2 * left.sum(axis=0) * right.sum(axis=0)
        variance = float(self.moments.covariance[np.ix_(items, items)].sum())
        return Sloped(variance, summed(slopes, self.moments.free, self.free))

    def extracted(self, own: FactorEffects) -> Sloped:
        left, right = self.moments.left[own.items], self.moments.right[own.items]
        whole = Sloped(
            float(np.diag(self.moments.covariance)[own.items].sum()),
            summed(2 * (left * right).sum(axis=0), self.moments.free, self.free),
        )
        return own.raw.sum_of_squares().over(whole)

    def of_all(self, common: FloatArray) -> Mapping[str, float]:
        part = float(common.sum())
        return {
            "omega_model_implied": part / float(self.moments.covariance.sum()),
            "omega_observed": part / float(self.sample.covariance.sum()),
        }


class _OrderedSums(NamedTuple):
    """What the sums of ordered answers, and of what they stand for, are made of.

    ``cut`` thresholds of each item and the steps between its answers, ``threshold_rows`` where
    the slopes of each threshold stand in ``implied`` (-1 where there is none), ``correlations``
    (p, p) the model's and ``observed`` the polychoric ones, ``scale`` (p,) one over the standard
    deviations of what answers stand for.
    """

    cut: CutVariables
    threshold_rows: IntArray
    implied: OrderedMoments
    n_thresholds: int
    correlations: FloatArray
    observed: FloatArray
    scale: FloatArray

    @classmethod
    def of(cls, model: GroupModel, values: FloatArray, sample: OrderedSample) -> "_OrderedSums":
        """Of one group of a model with these free parameters."""
        implied = ordered_moments(model, values, sample)
        n, m, p = sample.n_thresholds, len(model.table.factors), len(model.table.items)
        per_item = [implied.values[:n][sample.threshold_item == item] for item in range(p)]
        categories = sample.categories()
        cut = cut_variables(per_item, [categories[item] for item in model.table.items])
        rows = np.full(cut.thresholds.shape, -1, dtype=np.int64)
        rows[sample.threshold_item, sample.threshold_place] = np.arange(n)
        correlations = np.eye(p)
        first, second = np.triu_indices(p, 1)
        correlations[first, second] = correlations[second, first] = implied.values[n:]
        scale = np.exp(-log_deviations(model, values).logarithm[m : m + p])
        return cls(cut, rows, implied, n, correlations, sample.correlations(), scale)

    def omegas(self, own: FactorEffects) -> Mapping[str, Sloped]:
        block = np.ix_(own.items, own.items)
        observed, implied = self.observed[block], self.correlations[block]
        cut = CutVariables(
            self.cut.thresholds[own.items], self.cut.steps[own.items], self.cut.real[own.items]
        )
        of_answers = self._common(cut, own.items, own.standardised)
        of_latent = own.standardised.squared_sum()
        latent_variance = Sloped(float(implied.sum()), self._sum_of_slopes(own.items))
        return {
            "categorical_omega_model_implied": of_answers.over(self._implied(cut, own.items)),
            "categorical_omega_observed": of_answers.over(Sloped(_score_total(cut, observed))),
            "latent_response_omega_model_implied": of_latent.over(latent_variance),
            "latent_response_omega_observed": of_latent.over(Sloped(float(observed.sum()))),
        }

    def _common(self, cut: CutVariables, items: IntArray, effects: Effects) -> Sloped:
        """Variance of the sum of answers that the factor makes up."""
        shared = np.outer(effects.values, effects.values)
        if not (np.abs(np.diag(shared)) < 1).all():
            return Sloped(nan)
        by_loading = 2 * slope_in_correlation(cut, shared) @ effects.values
        by_threshold = slope_in_thresholds(cut, shared, with_diagonal=True)
        slopes = by_loading @ effects.slopes + self._by_thresholds(by_threshold, items)
        return Sloped(float(score_covariances(cut, shared).sum()), slopes)

    def _implied(self, cut: CutVariables, items: IntArray) -> Sloped:
        """Variance of the sum of answers that the model implies."""
        inner = self.correlations[np.ix_(items, items)] * (1 - np.eye(len(items)))
        if not (np.abs(inner) < 1).all():
            return Sloped(nan)
        by_threshold = slope_in_thresholds(cut, inner, with_diagonal=False)
        slopes = self._by_thresholds(by_threshold + slope_of_variances(cut), items)
        slopes = slopes + self._sum_of_slopes(items, slope_in_correlation(cut, inner))
        return Sloped(_score_total(cut, inner), slopes)

    def _by_thresholds(self, weights: FloatArray, items: IntArray) -> FloatArray:
        """Slopes of a weighted sum of the thresholds of items."""
        rows = self.threshold_rows[items]
        return np.asarray(weights[rows >= 0] @ self.implied.slopes[rows[rows >= 0]])

    def _sum_of_slopes(self, items: IntArray, weights: FloatArray | None = None) -> FloatArray:
        """Slopes of the sum of the correlations between items, each weighted."""
        first, second = np.triu_indices(len(self.correlations), 1)
        place = np.full(len(self.correlations), -1)
        place[items] = np.arange(len(items))
        own = np.flatnonzero((place[first] >= 0) & (place[second] >= 0))
        weight = np.ones(len(own))
        if weights is not None:
            weight = weights[place[first[own]], place[second[own]]]
        return np.asarray(2 * weight @ self.implied.slopes[self.n_thresholds + own])

    def extracted(self, own: FactorEffects) -> Sloped:
        return own.standardised.sum_of_squares().over(
            Sloped(float(len(own.items)), np.zeros(self.implied.slopes.shape[1]))
        )

    def of_all(self, common: FloatArray) -> Mapping[str, float]:
        shared = common * np.outer(self.scale, self.scale)
        usable = bool((np.abs(np.diag(shared)) < 1).all())
        part = float(score_covariances(self.cut, shared).sum()) if usable else nan
        return {
            "categorical_omega_model_implied": part / _score_total(self.cut, self.correlations),
            "categorical_omega_observed": part / _score_total(self.cut, self.observed),
            "latent_response_omega_model_implied": float(shared.sum() / self.correlations.sum()),
            "latent_response_omega_observed": float(shared.sum() / self.observed.sum()),
        }


def _score_total(cut: CutVariables, correlations: FloatArray) -> float:
    """Variance of the sum of answers whose latent responses have these correlations."""
    inner = correlations * (1 - np.eye(len(correlations)))
    if not (np.abs(inner) < 1).all():
        return nan
    covariances = score_covariances(cut, inner)
    return float(covariances.sum() - np.trace(covariances) + score_variances(cut).sum())
