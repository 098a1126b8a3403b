"""A factor of a fitted model as its items show it: a curve of expected answers in each group."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.implied import Matrices, residual_variances
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable
from pipeline.psychometrics.confirmatory.sample import ContinuousSample, OrderedSample
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.measurement_invariance.expected_scores import Item

SMALLEST_SD = 1e-12
"""Of the residual of an ordered item that the factor explains completely."""


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
    """One factor, whose curves belong to these items."""
    table, objective = solution.table, solution.objective
    column, rows = table.factors.index(factor), [table.items.index(item) for item in items]
    samples: Sequence[ContinuousSample | OrderedSample] = objective.samples
    every = [model.matrices(solution.values) for model in objective.models]
    spreads = [at.total_effect @ at.factor @ at.total_effect.T for at in every]
    return MeasuredFactor(
        name=factor,
        groups=solution.groups,
        curves={
            item: [_curve(at, table, row, column) for at in every]
            for item, row in zip(items, rows, strict=True)
        },
        means=np.array([(at.total_effect @ at.factor_mean)[column] for at in every]),
        sds=np.sqrt([max(spread[column, column], 0.0) for spread in spreads]),
        item_sds=np.array([sample.deviations()[rows] for sample in samples]),
        n_of_groups=solution.n_of_groups,
    )


def _curve(at: Matrices, table: ParameterTable, row: int, column: int) -> Item:
    """How an item measures a factor in one group."""
    loading, intercept = float(at.loadings[row, column]), float(at.intercept[row])
    if not table.is_ordered:
        return Item(loading, intercept)
    thresholds = at.thresholds[row, : table.n_thresholds[row]]
    residual = max(float(residual_variances(at, table)[row]), 0.0)
    return Item(
        loading,
        intercept,
        thresholds,
        sqrt(residual) or SMALLEST_SD,
        np.arange(len(thresholds) + 1.0),
    )
