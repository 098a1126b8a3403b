"""Structures that hold ever more of a model equal within and between clusters."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.model_text import parameters_of
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable, Row, parameter_table
from pipeline.psychometrics.two_level.estimate import Estimate
from pipeline.psychometrics.two_level.structure import ModelText, TwoLevelStructure


class Step(NamedTuple):
    """A structure with its name and what it demands."""

    name: str
    constraint: str
    structure: TwoLevelStructure


def cross_level_steps(model: ModelText) -> tuple[Step, Step, Step]:
    """The same model at both levels; with equal loadings; and without residuals between clusters.

    Raises
    ------
    ValueError
        With all that is wrong with the model.

    Notes
    -----
    The scale of a factor is fixed by its variance, unless the model itself fixes a loading: a first
    item that says little of what differs between clusters would carry all other loadings away.
    """
    named = parameters_of(model)
    std_lv = not any(own.operator == "=~" and any(own.values) for own in named)
    within = parameter_table(named, std_lv=std_lv)
    between = _with_own_labels(parameter_table(named, std_lv=std_lv, has_means=True))
    tied = _with_labelled_loadings(within), _freed(_with_labelled_loadings(between))
    strong = tied[0], _without_residuals(tied[1])
    return (
        Step("configural", "the same model at both levels", TwoLevelStructure(within, between)),
        Step("metric", "loadings equal at both levels", TwoLevelStructure(*tied)),
        Step(
            "strong",
            "loadings equal at both levels, no residual variance between clusters",
            TwoLevelStructure(*strong),
        ),
    )


def _with_own_labels(table: ParameterTable) -> ParameterTable:
    """What is labelled stays equal within the level, and is not tied to the other level."""
    return _mapped(table, lambda row: row._replace(label=row.label and f"{row.label} (between)"))


def _with_labelled_loadings(table: ParameterTable) -> ParameterTable:
    """Free loadings with a label that is the same at both levels."""
    first: dict[int, str] = {}
    for row in table.rows:
        if _is_free_loading(row):
            first.setdefault(row.free, f"{row.left} =~ {row.right}")
    return _mapped(
        table, lambda row: row._replace(label=first[row.free]) if _is_free_loading(row) else row
    )


def _is_free_loading(row: Row) -> bool:
    return row.operator == "=~" and row.free >= 0


def _freed(table: ParameterTable) -> ParameterTable:
    """With a free variance of each factor whose scale the equal loadings now fix."""
    marked = {row.left for row in table.rows if row.operator == "=~" and row.free < 0 and row.value}
    loaded = {row.left for row in table.rows if _is_free_loading(row)}
    places = {name: table.n_free + place for place, name in enumerate(sorted(loaded - marked))}

    def own(row: Row) -> Row:
        is_variance = row.matrix == "psi" and row.row == row.column
        if is_variance and row.free < 0 and row.value and row.left in places:
            return row._replace(free=places[row.left])
        return row

    return replace(_mapped(table, own), n_free=table.n_free + len(places))


def _without_residuals(table: ParameterTable) -> ParameterTable:
    """With residual variances and covariances of items at 0."""
    return _mapped(
        table,
        lambda row: row._replace(free=-1, value=0.0, label="") if row.matrix == "theta" else row,
    )


def _mapped(table: ParameterTable, change: Callable[[Row], Row]) -> ParameterTable:
    return replace(table, rows=tuple(change(row) for row in table.rows))


def carried_over(of: TwoLevelStructure, found: Estimate, to: TwoLevelStructure) -> FloatArray:
    """Estimates of one structure as a point of another of the same model, shape (n_free,)."""
    values = np.zeros(to.n_free)
    for table, other in zip(of.tables(), to.tables(), strict=True):
        known = {
            (row.left, row.operator, row.right): found.values[row.free]
            if row.free >= 0
            else row.value
            for row in table.rows
        }
        for row in other.rows:
            if row.free >= 0:
                values[row.free] = known[row.left, row.operator, row.right]
    return values
