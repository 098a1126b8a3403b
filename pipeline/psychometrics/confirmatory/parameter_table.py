"""The complete model: every parameter of every group, what is fixed, what is free, what is equal.

What a text leaves unsaid is added by the rules of lavaan's ``cfa``: residual variances, variances
and covariances of factors, thresholds or intercepts, and what fixes the scale of each factor.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from pipeline.psychometrics._responses import IntArray
from pipeline.psychometrics.confirmatory.model_text import Operator, Parameter, parameters_of

Equal = Literal[
    "loadings",
    "intercepts",
    "thresholds",
    "residuals",
    "residual_covariances",
    "factor_variances",
    "factor_covariances",
    "means",
    "regressions",
]
"""What can be set equal in all groups."""

Matrix = Literal["lambda", "theta", "psi", "beta", "nu", "alpha", "tau", "delta"]
"""Loadings, residual and factor (co)variances, regressions, intercepts of items and of factors,
thresholds, and the scales of ordered items (the inverse of their standard deviations)."""

Parameterization = Literal["delta", "theta"]


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
    structure = _Structure.of(named, n_categories, has_means)
    structure.require_possible(n_groups)
    setting = _Setting(
        n_groups,
        std_lv,
        orthogonal,
        structure.has_means,
        parameterization,
        frozenset(group_equal),
        frozenset("".join(entry.split()) for entry in group_partial),
    )
    complete = list(_completed(structure, setting))
    return _numbered(complete, structure, setting)


class _Setting(NamedTuple):
    n_groups: int
    std_lv: bool
    orthogonal: bool
    has_means: bool
    parameterization: Parameterization
    group_equal: frozenset[str]
    group_partial: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Structure:
    """Which variables a model has and which part each plays."""

    named: tuple[Parameter, ...]
    latent: tuple[str, ...]
    items: tuple[str, ...]
    regressed: tuple[str, ...]
    n_categories: Mapping[str, int] | None
    has_means: bool

    @classmethod
    def of(
        cls,
        named: tuple[Parameter, ...],
        n_categories: Mapping[str, int] | None,
        has_means: bool,
    ) -> "_Structure":
        latent = tuple(dict.fromkeys(p.left for p in named if p.operator == "=~"))
        seen: dict[str, None] = {}
        for p in sorted(named, key=lambda p: p.operator != "=~"):
            sides = (p.right,) if p.operator == "=~" else (p.left, p.right)
            if p.operator in ("~1", "|"):
                sides = (p.left,)
            seen.update(dict.fromkeys(side for side in sides if side not in latent))
        items = tuple(seen)
        regressed = tuple(
            name
            for name in items
            if any(p.operator == "~" and name in (p.left, p.right) for p in named)
        )
        means = has_means or any(p.operator == "~1" for p in named)
        return cls(named, latent, items, regressed, n_categories, means)

    @property
    def factors(self) -> tuple[str, ...]:
        return (*self.latent, *self.regressed)

    @property
    def n_thresholds(self) -> tuple[int, ...]:
        if self.n_categories is None:
            return ()
        return tuple(self.n_categories[item] - 1 for item in self.items)

    def require_possible(self, n_groups: int) -> None:
        """Refuse what cannot be estimated whatever the answers are."""
        faults = [*self._faults_of_parts(), *self._faults_of_groups(n_groups)]
        if faults:
            raise ValueError("the model cannot be estimated:\n" + "\n".join(faults))

    def _faults_of_parts(self) -> Iterable[str]:
        if not self.latent:
            yield "no factor is measured; write for instance 'factor =~ item1 + item2 + item3'"
        if self.n_categories is None:
            for p in self.named:
                if p.operator == "|":
                    yield f"{_where(p)}{p.left} is not an ordered item, so it has no thresholds"
        else:
            for item in self.regressed:
                yield (
                    f"{item} is an ordered item and stands in a regression, which is not "
                    "supported; let a factor stand for it"
                )
            yield from self._faults_of_thresholds()
        if cycle := _cycle({(p.left, p.right) for p in self.named if p.operator == "=~"}):
            yield f"factors measure one another in a circle: {' =~ '.join(cycle)}"

    def _faults_of_thresholds(self) -> Iterable[str]:
        for p in self.named:
            if p.operator != "|" or p.left not in (self.n_categories or {}):
                continue
            n = (self.n_categories or {})[p.left] - 1
            if int(p.right[1:]) > n or int(p.right[1:]) < 1:
                yield f"{_where(p)}{p.left} has {n} thresholds, so there is no {p.right}"

    def _faults_of_groups(self, n_groups: int) -> Iterable[str]:
        for p in self.named:
            for entries in (p.values, p.labels, p.starts):
                if len(entries) not in (1, n_groups):
                    yield (
                        f"{_where(p)}{p.left} {p.operator} {p.right} says something of "
                        f"{len(entries)} groups, but there are {n_groups}"
                    )


def _where(parameter: Parameter) -> str:
    return f"line {parameter.line}: " if parameter.line else ""


def _cycle(edges: set[tuple[str, str]]) -> list[str]:
    """Factors that measure one another, if there are such."""
    below: dict[str, list[str]] = {}
    for left, right in edges:
        below.setdefault(left, []).append(right)

    def search(path: list[str]) -> list[str]:
        for step in below.get(path[-1], ()):
            if step in path:
                return [*path[path.index(step) :], step]
            if found := search([*path, step]):
                return found
        return []

    return next((found for start in below if (found := search([start]))), [])


def _completed(structure: _Structure, setting: _Setting) -> Iterable[tuple[Parameter, int]]:
    """Every parameter with the number of its group; values, labels and starts are single."""
    defaults = {_key(p): p for p in _defaults(structure, setting)}
    for group in range(setting.n_groups):
        said = {_key(p): _of_group(p, group) for p in structure.named}
        own = {**said, **{key: p for key, p in defaults.items() if key not in said}}
        own = {key: p for key, p in own.items() if p is not None}
        scaled = _scaled(own, frozenset(said), structure, setting, group)
        for key, p in scaled.items():
            yield _equalled(p, key, structure, setting), group


def _key(p: Parameter) -> tuple[str, str, str]:
    sides = sorted((p.left, p.right)) if p.operator == "~~" else (p.left, p.right)
    return sides[0], p.operator, sides[1]


def _of_group(p: Parameter, group: int) -> Parameter:
    """What is said of a parameter in one group."""
    return replace(
        p,
        values=(p.values[group if len(p.values) > 1 else 0],),
        labels=(p.labels[group if len(p.labels) > 1 else 0],),
        starts=(p.starts[group if len(p.starts) > 1 else 0],),
    )


def _free(left: str, operator: Operator, right: str) -> Parameter:
    return Parameter(left, operator, right)


def _fixed(left: str, operator: Operator, right: str, value: float) -> Parameter:
    return Parameter(left, operator, right, values=(value,))


def _defaults(structure: _Structure, setting: _Setting) -> Iterable[Parameter]:
    """Parameters that no text needs to name."""
    ordered = structure.n_categories is not None
    for item in structure.items:
        if ordered and setting.parameterization == "theta":
            yield _fixed(item, "~~", item, 1.0)
        elif not ordered:
            yield _free(item, "~~", item)
    for factor in structure.latent:
        yield _free(factor, "~~", factor)
    if not setting.orthogonal:
        yield from _factor_covariances(structure)
    if structure.n_categories is not None:
        for item in structure.items:
            for place in range(1, structure.n_categories[item]):
                yield _free(item, "|", f"t{place}")
            yield _fixed(item, "~1", "", 0.0)
    elif structure.has_means:
        for item in structure.items:
            yield _free(item, "~1", "")
    if ordered or structure.has_means:
        for factor in structure.latent:
            yield _fixed(factor, "~1", "", 0.0)


def _factor_covariances(structure: _Structure) -> Iterable[Parameter]:
    """Covariances of factors that nothing explains, and of residuals of what explains nothing."""
    named = structure.named
    explained = {p.right for p in named if p.operator == "=~"}
    regressed = {p.left for p in named if p.operator == "~"}
    explaining = {p.right for p in named if p.operator == "~"}
    exogenous = [f for f in structure.factors if f not in explained | regressed]
    last = [f for f in structure.factors if f in regressed and f not in explaining | explained]
    for group in (exogenous, last):
        for place, first in enumerate(group):
            for second in group[place + 1 :]:
                yield _free(first, "~~", second)


def _scaled(
    own: Mapping[tuple[str, str, str], Parameter],
    said: frozenset[tuple[str, str, str]],
    structure: _Structure,
    setting: _Setting,
    group: int,
) -> dict[tuple[str, str, str], Parameter]:
    """With the scale of each factor fixed, and freed in later groups where equality fixes it."""
    result = dict(own)
    later = group > 0
    for factor in structure.latent:
        loadings = [key for key in own if key[0] == factor and key[1] == "=~"]
        variance = (factor, "~~", factor)
        if setting.std_lv:
            released = later and "loadings" in setting.group_equal and _is_measured(loadings, own)
            if not released:
                _fix_unless_said(result, variance, 1.0)
        elif loadings:
            _fix_unless_said(result, loadings[0], 1.0)
    freed_means = {"intercepts", "thresholds"} & setting.group_equal
    if later and freed_means and "means" not in setting.group_equal:
        for factor in _measured_by_items(structure):
            _release(result, (factor, "~1", ""), said)
    thresholds_equal = structure.n_categories is not None and "thresholds" in setting.group_equal
    if later and thresholds_equal and "residuals" not in setting.group_equal:
        for item in structure.items:
            if setting.parameterization == "theta":
                _release(result, (item, "~~", item), said)
            else:
                result[item, "~*~", item] = _free(item, "~*~", item)
    return result


def _is_measured(
    loadings: list[tuple[str, str, str]], own: Mapping[tuple[str, str, str], Parameter]
) -> bool:
    return any(_value(own[key]) is None for key in loadings)


def _measured_by_items(structure: _Structure) -> list[str]:
    """Factors that no other factor explains by being measured, and that items measure."""
    items = set(structure.items)
    return [
        factor
        for factor in structure.latent
        if any(
            p.operator == "=~" and p.left == factor and p.right in items for p in structure.named
        )
    ]


def _value(p: Parameter) -> float | None:
    return p.values[0]


def _fix_unless_said(
    own: dict[tuple[str, str, str], Parameter], key: tuple[str, str, str], value: float
) -> None:
    p = own[key]
    if not p.is_free and _value(p) is None and p.labels[0] is None and p.starts[0] is None:
        own[key] = replace(p, values=(value,))


def _release(
    own: dict[tuple[str, str, str], Parameter],
    key: tuple[str, str, str],
    said: frozenset[tuple[str, str, str]],
) -> None:
    """Free what is fixed by default; what the model says stays."""
    if key in own and key not in said:
        own[key] = replace(own[key], values=(None,))


_EQUAL_OF_OPERATOR = {"=~": "loadings", "|": "thresholds", "~": "regressions"}


def _equalled(
    p: Parameter, key: tuple[str, str, str], structure: _Structure, setting: _Setting
) -> Parameter:
    """With a label that all groups share, if it is to be equal in them."""
    kind = _kind(p, structure)
    if setting.n_groups == 1 or kind not in setting.group_equal or p.labels[0] is not None:
        return p
    if "".join((p.left, p.operator, p.right)) in setting.group_partial:
        return p
    return replace(p, labels=("=".join(key),))


def _kind(p: Parameter, structure: _Structure) -> str:
    if p.operator in _EQUAL_OF_OPERATOR:
        return _EQUAL_OF_OPERATOR[p.operator]
    latent = p.left in structure.latent
    if p.operator == "~*~":
        return "scales"
    if p.operator == "~1":
        return "means" if latent else "intercepts"
    same = p.left == p.right
    if latent:
        return "factor_variances" if same else "factor_covariances"
    return "residuals" if same else "residual_covariances"


def _numbered(
    complete: list[tuple[Parameter, int]], structure: _Structure, setting: _Setting
) -> ParameterTable:
    """With a place in a matrix and among the free parameters for each."""
    places: dict[str | int, int] = {}
    rows = []
    fixed_by_label = {
        p.labels[0]: _value(p)
        for p, _ in complete
        if p.labels[0] is not None and _value(p) is not None
    }
    for number, (p, group) in enumerate(complete):
        label = p.labels[0]
        value = _value(p) if label is None else fixed_by_label.get(label, _value(p))
        matrix, row, column = _place(p, structure)
        free = -1 if value is not None else places.setdefault(label or number, len(places))
        rows.append(
            Row(
                p.left,
                p.operator,
                p.right,
                group,
                matrix,
                row,
                column,
                free,
                0.0 if value is None else value,
                label or "",
                p.starts[0],
            )
        )
    for item in structure.regressed:
        place = (structure.items.index(item), structure.factors.index(item))
        rows += [
            Row(item, "=~", item, group, "lambda", *place, -1, 1.0, "")
            for group in range(setting.n_groups)
        ]
    return ParameterTable(
        tuple(sorted(rows, key=lambda row: row.group)),
        structure.items,
        structure.factors,
        structure.n_thresholds,
        setting.n_groups,
        len(places),
        structure.has_means or structure.n_categories is not None,
        setting.parameterization,
    )


def _place(p: Parameter, structure: _Structure) -> tuple[Matrix, int, int]:
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


def free_places(rows: Iterable[Row]) -> IntArray:
    """Place of each row among the free parameters, -1 for fixed ones."""
    return np.array([row.free for row in rows], dtype=np.int64)
