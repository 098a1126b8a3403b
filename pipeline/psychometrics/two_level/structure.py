"""A model of each level as one: a model within clusters and a model between them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.implied import GroupModel, Moments
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable, Row, parameter_table
from pipeline.psychometrics.confirmatory.starts import starting_values

ModelText = str | Mapping[str, Sequence[str]]


class TwoLevelStructure:
    """Two models with one vector of free parameters; what has the same label is equal.

    ``within`` and ``between`` are the tables of both, numbered together; ``items`` those of the
    model within, in its order, to which the moments of both levels are arranged.
    """

    __slots__ = ("_order", "between", "items", "models", "n_free", "within")

    def __init__(self, within: ParameterTable, between: ParameterTable) -> None:
        _require_same_items(within, between)
        self.within = within
        self.between, self.n_free = _numbered_after(within, between)
        self.items = within.items
        self.models = GroupModel(self.within, 0), GroupModel(self.between, 0)
        self._order = [between.items.index(item) for item in within.items]

    @classmethod
    def of(
        cls, within: ModelText, between: ModelText, std_lv: bool = False, orthogonal: bool = False
    ) -> "TwoLevelStructure":
        """The structure of two models as texts or mappings of factors to items."""
        tables = []
        faults = []
        for level, model, has_means in (("within", within, False), ("between", between, True)):
            try:
                tables.append(
                    parameter_table(
                        model, std_lv=std_lv, orthogonal=orthogonal, has_means=has_means
                    )
                )
            except ValueError as fault:
                faults.append(f"{level}: {fault}")
        if faults:
            raise ValueError("\n".join(faults))
        return cls(*tables)

    def tables(self) -> tuple[ParameterTable, ParameterTable]:
        """The tables within and between."""
        return self.within, self.between

    def moments(self, values: FloatArray) -> tuple[Moments, Moments]:
        """Implied moments of both levels with their slopes, items in the same order."""
        within, between = (model.moments(values) for model in self.models)
        return within, _arranged(between, self._order)

    def degrees_of_freedom(self) -> int:
        """Two matrices of covariances and one set of means, less free parameters."""
        p = len(self.items)
        return p * (p + 1) + p - self.n_free

    def start(self, within: FloatArray, between: FloatArray, mean: FloatArray) -> FloatArray:
        """A point to begin from, shape (n_free,), from the moments of both levels."""
        order = self._inverse_order()
        tables = replace(self.within, n_free=self.n_free), self.between
        arranged = between[np.ix_(order, order)]
        arranged = arranged + 0.05 * np.diag(np.maximum(np.diag(arranged), 0.02 * np.diag(within)))
        own = starting_values(tables[0], [within], [np.zeros_like(mean)], None)
        other = starting_values(tables[1], [arranged], [mean[order]], None)
        free = np.zeros(self.n_free, dtype=bool)
        free[self.models[0].free] = True
        return np.where(free, own, other)

    def _inverse_order(self) -> list[int]:
        return [self.items.index(item) for item in self.between.items]


def _require_same_items(within: ParameterTable, between: ParameterTable) -> None:
    own, other = set(within.items), set(between.items)
    faults = [f"{item!r} is only in the model within clusters" for item in sorted(own - other)]
    faults += [f"{item!r} is only in the model between clusters" for item in sorted(other - own)]
    if faults:
        cure = "every item must be in both, measured by a factor or with a variance (a ~~ a)"
        raise ValueError("the models of the two levels differ:\n" + "\n".join([*faults, cure]))
    if within.has_means:
        raise ValueError(
            "means are those of clusters: take '~ 1' out of the model within clusters, and put it "
            "into the model between them"
        )


def _numbered_after(within: ParameterTable, between: ParameterTable) -> tuple[ParameterTable, int]:
    """The table between with free parameters that follow those within, or share their labels."""
    labels = {row.label: row.free for row in within.rows if row.label and row.free >= 0}
    fixed = {row.label: row.value for row in within.rows if row.label and row.free < 0}
    places: dict[int, int] = {}
    n_free = within.n_free
    rows: list[Row] = []
    for row in between.rows:
        if row.label in fixed and row.free >= 0:
            rows.append(row._replace(free=-1, value=fixed[row.label]))
            continue
        if row.free >= 0 and row.free not in places:
            places[row.free] = labels.get(row.label, n_free)
            n_free += places[row.free] == n_free
        rows.append(row._replace(free=places.get(row.free, -1)))
    return replace(between, rows=tuple(rows), n_free=n_free), n_free


def _arranged(moments: Moments, order: Sequence[int]) -> Moments:
    return Moments(
        moments.covariance[np.ix_(order, order)],
        moments.mean[order],
        moments.left[order],
        moments.right[order],
        moments.mean_slope[order],
        moments.free,
    )


def slopes_on_axes(moments: Moments, inverse: FloatArray, n_free: int) -> FloatArray:
    """Slopes of a covariance matrix on other axes, shape (n_free, p, p)."""
    left, right = inverse @ moments.left, inverse @ moments.right
    half = left.T[:, :, None] * right.T[:, None, :]
    result = np.zeros((n_free, len(inverse), len(inverse)))
    np.add.at(result, moments.free, half + half.transpose(0, 2, 1))
    return result
