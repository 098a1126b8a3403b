"""What a model leaves unsaid, by the rules of lavaan's ``cfa``, in every group.

Residual variances, variances and covariances of factors, thresholds or intercepts; what fixes the
scale of each factor, and what equality in groups frees; labels of what is equal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from pipeline.psychometrics.confirmatory.model_text import Key, Operator, Parameter
from pipeline.psychometrics.confirmatory.structure import Structure

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

Parameterization = Literal["delta", "theta"]
"""Of ordered items: whether their scales or their residual variances are parameters."""

_EQUAL_OF_OPERATOR = {
    "=~": "loadings",
    "|": "thresholds",
    "~": "regressions",
    "~*~": "scales",
}


class Setting(NamedTuple):
    """How a model is completed; ``group_partial`` without blanks."""

    n_groups: int
    std_lv: bool
    orthogonal: bool
    parameterization: Parameterization
    group_equal: frozenset[str]
    group_partial: frozenset[str]


class GroupParameter(NamedTuple):
    """A parameter, of which single things are said, and the number of its group."""

    parameter: Parameter
    group: int


def completed(structure: Structure, setting: Setting) -> Iterable[GroupParameter]:
    """Every parameter of every group, those that the model names first."""
    defaults = {p.key: p for p in _defaults(structure, setting)}
    for group in range(setting.n_groups):
        said = {p.key: p.of_group(group) for p in structure.named}
        unsaid = {key: p for key, p in defaults.items() if key not in said}
        own = _OfGroup({**said, **unsaid}, frozenset(said), group > 0, structure, setting)
        for p in own.scaled().values():
            yield GroupParameter(_equalled(p, structure, setting), group)


def value_of(p: Parameter) -> float | None:
    """What a parameter of one group is fixed at; None if it is not."""
    return p.values[0]


def _defaults(structure: Structure, setting: Setting) -> Iterable[Parameter]:
    """Parameters that no text needs to name."""
    yield from _default_variances(structure, setting)
    if not setting.orthogonal:
        yield from _default_covariances(structure)
    yield from _default_levels(structure)


def _default_variances(structure: Structure, setting: Setting) -> Iterable[Parameter]:
    """Variances of residuals and of factors."""
    alone = structure.lone_indicators()
    for item in structure.items:
        if structure.n_categories is None:
            yield _fixed(item, "~~", item, 0.0) if item in alone else _free(item, "~~", item)
        elif setting.parameterization == "theta":
            yield _fixed(item, "~~", item, 1.0)
    for factor in structure.latent:
        yield _fixed(factor, "~~", factor, 0.0) if factor in alone else _free(factor, "~~", factor)


def _default_covariances(structure: Structure) -> Iterable[Parameter]:
    """Covariances of factors that nothing explains, and of residuals of what explains nothing."""
    named = structure.named
    explained = {p.right for p in named if p.operator == "=~"}
    regressed = {p.left for p in named if p.operator == "~"}
    explaining = {p.right for p in named if p.operator == "~"}
    exogenous = [f for f in structure.latent if f not in explained | regressed]
    predictors = [f for f in structure.regressed if f in structure.predictors()]
    last = [f for f in structure.factors if f in regressed and f not in explaining | explained]
    for group in (exogenous, predictors, last):
        for place, first in enumerate(group):
            for second in group[place + 1 :]:
                yield _free(first, "~~", second)


def _default_levels(structure: Structure) -> Iterable[Parameter]:
    """Thresholds and intercepts of items, means of factors."""
    if structure.n_categories is not None:
        for item in structure.items:
            for place in range(1, structure.n_categories[item]):
                yield _free(item, "|", f"t{place}")
            yield _fixed(item, "~1", "", 0.0)
    elif structure.has_means:
        for item in structure.items:
            yield _free(item, "~1", "")
    if structure.n_categories is not None or structure.has_means:
        for factor in structure.latent:
            yield _fixed(factor, "~1", "", 0.0)


def _free(left: str, operator: Operator, right: str) -> Parameter:
    """A parameter of which nothing is said."""
    return Parameter(left, operator, right)


def _fixed(left: str, operator: Operator, right: str, value: float) -> Parameter:
    """A parameter at a value in all groups."""
    return Parameter(left, operator, right, values=(value,))


@dataclass(frozen=True, slots=True)
class _OfGroup:
    """The parameters of one group: what the model ``said`` of it, and whether it is a later one."""

    parameters: Mapping[Key, Parameter]
    said: frozenset[Key]
    is_later: bool
    structure: Structure
    setting: Setting

    def scaled(self) -> dict[Key, Parameter]:
        """With what fixes the scale of each factor, and what equality frees in later groups."""
        fixed = {key: self._at(key, 1.0) for key in self._fixing_scale()}
        released = {key: self._released(key) for key in self._freed_by_equality()}
        own = {key: p for key, p in {**fixed, **released}.items() if p is not None}
        return {**self.parameters, **own, **self._scales()}

    def _fixing_scale(self) -> Iterable[Key]:
        """The variance or the first loading of each factor."""
        for factor in self.structure.latent:
            loadings = [key for key in self.parameters if key[:2] == (factor, "=~")]
            if not self.setting.std_lv:
                yield from loadings[:1]
            elif not self._is_scaled_by_equality(loadings):
                yield factor, "~~", factor

    def _is_scaled_by_equality(self, loadings: Iterable[Key]) -> bool:
        """Whether loadings that are equal in all groups fix the variance of a factor here."""
        is_equal = self.is_later and "loadings" in self.setting.group_equal
        return is_equal and any(value_of(self.parameters[key]) is None for key in loadings)

    def _at(self, key: Key, value: float) -> Parameter:
        """Fixed at a value, unless the model gives another or says that it is free."""
        p = self.parameters[key]
        is_told = p.is_free or value_of(p) is not None
        return p if is_told else replace(p, values=(value,))

    def _freed_by_equality(self) -> Iterable[Key]:
        """Means of factors and residual variances that are fixed by default in the first group."""
        equal = self.setting.group_equal
        if self.is_later and {"intercepts", "thresholds"} & equal and "means" not in equal:
            for factor in self.structure.measured_by_items():
                yield factor, "~1", ""
        if self._has_free_scales() and self.setting.parameterization == "theta":
            for item in self.structure.items:
                yield item, "~~", item

    def _released(self, key: Key) -> Parameter | None:
        """Without its default value; what the model says stays."""
        if key not in self.parameters or key in self.said:
            return None
        return replace(self.parameters[key], values=(None,))

    def _has_free_scales(self) -> bool:
        """Whether equal thresholds give the latent responses of this group a scale."""
        equal = self.setting.group_equal
        is_ordered = self.structure.n_categories is not None
        return self.is_later and is_ordered and "thresholds" in equal and "residuals" not in equal

    def _scales(self) -> dict[Key, Parameter]:
        """Scales of ordered items that are parameters."""
        if not self._has_free_scales() or self.setting.parameterization == "theta":
            return {}
        return {(item, "~*~", item): _free(item, "~*~", item) for item in self.structure.items}


def _equalled(p: Parameter, structure: Structure, setting: Setting) -> Parameter:
    """With a label that all groups share, if it is to be equal in them."""
    is_equal = setting.n_groups > 1 and _kind(p, structure) in setting.group_equal
    is_exception = f"{p.left}{p.operator}{p.right}" in setting.group_partial
    if not is_equal or is_exception or p.labels[0] is not None:
        return p
    return replace(p, labels=("=".join(p.key),))


def _kind(p: Parameter, structure: Structure) -> str:
    """Under which name a parameter is set equal in all groups."""
    if p.operator in _EQUAL_OF_OPERATOR:
        return _EQUAL_OF_OPERATOR[p.operator]
    if p.left in structure.predictors():
        return "predictors"
    latent = p.left in structure.latent
    if p.operator == "~1":
        return "means" if latent else "intercepts"
    if latent:
        return "factor_variances" if p.left == p.right else "factor_covariances"
    return "residuals" if p.left == p.right else "residual_covariances"
