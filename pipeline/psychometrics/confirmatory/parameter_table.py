"""The complete model: every parameter of every group, whether fixed, free or equal to another."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from pipeline.psychometrics.confirmatory.completion import (
    Equal,
    GroupParameter,
    Parameterization,
    Setting,
    completed,
    value_of,
)
from pipeline.psychometrics.confirmatory.model_text import Parameter, parameters_of
from pipeline.psychometrics.confirmatory.structure import Structure

Matrix = Literal["lambda", "theta", "psi", "beta", "nu", "alpha", "tau", "delta"]
"""Loadings, residual and factor (co)variances, regressions, intercepts of items and of factors,
thresholds, and the scales of ordered items (the inverse of their standard deviations)."""


class Row(NamedTuple):
    """One parameter of one group.

    ``free`` is its place among the free parameters, -1 if it is fixed at ``value``; parameters
    that are equal have the same place. ``row`` and ``column`` are its place in ``matrix``.
    """

    left: str
    operator: str
    right: str
    group: int
    matrix: Matrix
    row: int
    column: int
    free: int
    value: float
    label: str
    start: float | None = None

    @property
    def is_free(self) -> bool:
        """Whether it is estimated."""
        return self.free >= 0

    @property
    def written(self) -> str:
        """As it is written in a model."""
        return f"{self.left} {self.operator} {self.right}".strip()


@dataclass(frozen=True, slots=True)
class ParameterTable:
    """A complete model.

    Attributes
    ----------
    rows : tuple of Row
        All parameters that are not zero by the form of the model, group by group.
    items : tuple of str
        Observed variables.
    factors : tuple of str
        Latent variables, then the observed variables that take part in regressions.
    n_thresholds : tuple of int
        Thresholds of each item; empty for continuous items.
    n_groups : int
        Groups.
    n_free : int
        Free parameters.
    has_means : bool
        Whether means are modelled.
    parameterization : {"delta", "theta"}
        Of ordered items: whether their scales or their residual variances are parameters.
    """

    rows: tuple[Row, ...]
    items: tuple[str, ...]
    factors: tuple[str, ...]
    n_thresholds: tuple[int, ...]
    n_groups: int
    n_free: int
    has_means: bool
    parameterization: Parameterization

    @property
    def is_ordered(self) -> bool:
        """Whether the items are ordered categories."""
        return bool(self.n_thresholds)

    @property
    def has_scales(self) -> bool:
        """Whether the scales of ordered items are parameters, and residual variances follow."""
        return self.is_ordered and self.parameterization == "delta"

    @property
    def latent(self) -> tuple[str, ...]:
        """Latent variables alone."""
        return tuple(factor for factor in self.factors if factor not in self.items)

    def n_moments(self) -> int:
        """Means, variances and covariances, or thresholds and correlations, of all groups."""
        p = len(self.items)
        pairs = p * (p - 1) // 2
        if self.is_ordered:
            return self.n_groups * (pairs + sum(self.n_thresholds))
        return self.n_groups * (pairs + p + (p if self.has_means else 0))

    def degrees_of_freedom(self) -> int:
        """Moments less free parameters."""
        return self.n_moments() - self.n_free

    def of_group(self, group: int) -> tuple[Row, ...]:
        """Parameters of one group."""
        return tuple(row for row in self.rows if row.group == group)


def parameter_table(
    model: str | Mapping[str, Sequence[str]] | tuple[Parameter, ...],
    n_groups: int = 1,
    n_categories: Mapping[str, int] | None = None,
    std_lv: bool = False,
    orthogonal: bool = False,
    has_means: bool = False,
    parameterization: Parameterization = "delta",
    group_equal: Collection[Equal] = (),
    group_partial: Collection[str] = (),
) -> ParameterTable:
    """A model with all its parameters.

    Parameters
    ----------
    model : str, mapping or tuple of Parameter
        As for :func:`parameters_of`.
    n_groups : int
        Groups.
    n_categories : mapping of str to int, optional
        Categories of each item; given if the items are ordered.
    std_lv : bool
        Fix the variances of factors at 1, not their first loadings.
    orthogonal : bool
        Keep factors uncorrelated.
    has_means : bool
        Model the means of continuous items.
    parameterization : {"delta", "theta"}
        Of ordered items.
    group_equal : collection of str
        What is equal in all groups.
    group_partial : collection of str
        Exceptions, written like ``trust =~ item1``.

    Returns
    -------
    ParameterTable

    Raises
    ------
    ValueError
        With all that is wrong with the model.
    """
    named = model if isinstance(model, tuple) else parameters_of(model)
    structure = Structure.of(named, n_categories, has_means)
    structure.require_possible(n_groups)
    _require_known(parameterization, group_equal)
    setting = Setting(
        n_groups,
        std_lv,
        orthogonal,
        parameterization,
        frozenset(group_equal),
        frozenset("".join(entry.split()) for entry in group_partial),
    )
    rows = [*_numbered(list(completed(structure, setting)), structure)]
    rows += _of_regressed_items(structure, n_groups)
    return ParameterTable(
        rows=tuple(sorted(rows, key=lambda row: row.group)),
        items=structure.items,
        factors=structure.factors,
        n_thresholds=structure.n_thresholds,
        n_groups=n_groups,
        n_free=1 + max((row.free for row in rows), default=-1),
        has_means=structure.has_means or n_categories is not None,
        parameterization=parameterization,
    )


def _require_known(parameterization: str, group_equal: Collection[str]) -> None:
    """Refuse words that would otherwise be passed over."""
    kinds: tuple[str, ...] = get_args(Equal)
    equal = () if isinstance(group_equal, str) else group_equal
    faults = [
        f"{kind!r} is nothing that can be equal in groups; group_equal takes {', '.join(kinds)}"
        for kind in equal
        if kind not in kinds
    ]
    if isinstance(group_equal, str):
        faults.append(f"group_equal must be a list, such as [{group_equal!r}]")
    if parameterization not in get_args(Parameterization):
        faults.append(f"parameterization must be 'delta' or 'theta', got {parameterization!r}")
    if faults:
        raise ValueError("\n".join(faults))


def _numbered(complete: Sequence[GroupParameter], structure: Structure) -> Iterator[Row]:
    """With a place in a matrix and among the free parameters for each."""
    places: dict[str | int, int] = {}
    fixed = {
        p.labels[0]: value
        for p, _ in complete
        if p.labels[0] is not None and (value := value_of(p)) is not None
    }
    for number, (p, group) in enumerate(complete):
        label = p.labels[0]
        value = value_of(p) if label is None else fixed.get(label)
        free = -1 if value is not None else places.setdefault(label or number, len(places))
        where = _place(p, structure)
        said = (0.0 if value is None else value, label or "", p.starts[0])
        yield Row(p.left, p.operator, p.right, group, *where, free, *said)


def _of_regressed_items(structure: Structure, n_groups: int) -> Iterator[Row]:
    """Loadings of 1 by which items in regressions stand among the factors."""
    for item in structure.regressed:
        row, column = structure.items.index(item), structure.factors.index(item)
        for group in range(n_groups):
            yield Row(item, "=~", item, group, "lambda", row, column, -1, 1.0, "")


def _place(p: Parameter, structure: Structure) -> tuple[Matrix, int, int]:
    """Where in the matrices of the model a parameter stands."""
    item = {name: place for place, name in enumerate(structure.items)}
    factor = {name: place for place, name in enumerate(structure.factors)}
    if p.operator == "=~":
        if p.right in factor:
            return "beta", factor[p.right], factor[p.left]
        return "lambda", item[p.right], factor[p.left]
    if p.operator == "~":
        return "beta", factor[p.left], factor[p.right]
    if p.operator == "~*~":
        return "delta", item[p.left], 0
    if p.operator == "|":
        return "tau", item[p.left], int(p.right[1:]) - 1
    if p.operator == "~1":
        if p.left in factor:
            return "alpha", factor[p.left], 0
        return "nu", item[p.left], 0
    if p.left in factor and p.right in factor:
        return "psi", factor[p.left], factor[p.right]
    return "theta", item[p.left], item[p.right]
