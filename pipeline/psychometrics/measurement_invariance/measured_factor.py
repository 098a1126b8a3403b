"""A factor of a fitted model as its items show it: a curve of expected answers in each group."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._distributions import normal_below
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.sample import ContinuousSample, OrderedSample
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.measurement_invariance.expected_scores import Item


class MeasuredFactor(NamedTuple):
    """A factor in several groups on one scale.

    ``curves`` by item, a curve a group; ``means``, ``sds`` (G,) of the factor; ``item_sds``
    (G, p) standard deviations of the answers; ``n_of_groups`` (G,).
    """

    name: str
    groups: tuple[str, ...]
    curves: Mapping[str, Sequence[Item]]
    means: FloatArray
    sds: FloatArray
    item_sds: FloatArray
    n_of_groups: tuple[int, ...]


def measured_factors(solution: ConfirmatorySolution) -> list[MeasuredFactor]:
    """The factors of a model that items measure, with their curves in every group."""
    table = solution.table
    result = []
    for factor in table.latent:
        items = [
            row.right
            for row in table.of_group(0)
            if row.operator == "=~" and row.left == factor and row.right in table.items
        ]
        if items:
            result.append(_measured(solution, factor, items))
    return result


def _measured(solution: ConfirmatorySolution, factor: str, items: Sequence[str]) -> MeasuredFactor:
    table, objective = solution.table, solution.objective
    place = table.factors.index(factor)
    curves: dict[str, list[Item]] = {item: [] for item in items}
    means, sds, item_sds = [], [], []
    samples: Sequence[ContinuousSample | OrderedSample] = objective.samples
    for model, sample in zip(objective.models, samples, strict=True):
        at = model.matrices(solution.values)
        total = at.total_effect
        spread = total @ at.factor @ total.T
        common = np.einsum("ij,jk,ik->i", at.loadings, spread, at.loadings)
        means.append(float((total @ at.factor_mean)[place]))
        sds.append(float(np.sqrt(max(spread[place, place], 0.0))))
        if table.parameterization == "delta" and table.is_ordered:
            residual = 1 / at.scale**2 - common
        else:
            residual = np.diag(at.residual)
        item_sds.append(_item_sds(sample, [table.items.index(item) for item in items]))
        for item in items:
            own = table.items.index(item)
            thresholds = None
            if table.is_ordered:
                thresholds = at.thresholds[own, : table.n_thresholds[own]]
            curves[item].append(
                Item(
                    float(at.loadings[own, place]),
                    float(at.intercept[own]),
                    thresholds,
                    float(np.sqrt(max(residual[own], 0.0))) or 1e-12,
                    None if thresholds is None else np.arange(len(thresholds) + 1.0),
                )
            )
    return MeasuredFactor(
        factor,
        solution.groups,
        curves,
        np.array(means),
        np.array(sds),
        np.array(item_sds),
        solution.n_of_groups,
    )


def _item_sds(sample: ContinuousSample | OrderedSample, places: Sequence[int]) -> FloatArray:
    """Standard deviations of the answers of one group."""
    if isinstance(sample, ContinuousSample):
        variance = np.diag(sample.covariance) * sample.n / max(sample.n - 1, 1)
        return np.asarray(np.sqrt(variance[list(places)]))
    result = []
    for place in places:
        limits = sample.moments[: sample.n_thresholds][sample.threshold_item == place]
        below = np.array([0.0, *(normal_below(float(limit)) for limit in limits), 1.0])
        shares, values = np.diff(below), np.arange(len(below) - 1.0)
        mean = shares @ values
        variance = shares @ (values - mean) ** 2 * sample.n / max(sample.n - 1, 1)
        result.append(np.sqrt(variance))
    return np.array(result)
