"""The models of the ladder for ordered items, identified after Wu and Estabrook (2016)."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from pipeline.psychometrics.confirmatory.completion import Equal
from pipeline.psychometrics.confirmatory.model_text import Parameter
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable, parameter_table

FEWEST_FOR_SCALE = 2
"""Equal thresholds that fix both the origin and the unit of a latent response."""


def wu_estabrook_table(
    named: Sequence[Parameter],
    n_groups: int,
    n_categories: Mapping[str, int],
    equal: Collection[Equal],
    orthogonal: bool = False,
    free: Collection[str] = (),
) -> ParameterTable:
    r"""A model in which `equal` is equal in all groups, and all that this identifies is free.

    Parameters
    ----------
    named : sequence of Parameter
        Factors and what they measure, without intercepts, thresholds and residual variances.
    n_groups : int
        Groups.
    n_categories : mapping of str to int
        Categories of each item.
    equal : collection of str
        Some of "thresholds", "loadings", "intercepts", "residuals", in this order of the ladder.
    orthogonal : bool
        Keep factors uncorrelated.
    free : collection of str
        Exceptions, written as ``"trust =~ item1"``, ``"item1 |"`` (all its thresholds),
        ``"item1 ~1"`` or ``"item1 ~~ item1"``.

    Returns
    -------
    ParameterTable

    Notes
    -----
    Factors have mean 0 and variance 1, latent responses intercept 0 and residual variance 1, in the
    first group and wherever equality does not identify them. Equal thresholds free intercepts
    and, from two thresholds on, residual variances of the other groups; equal loadings free the
    variances of their factors, equal intercepts (at 0) their means [1]_. The residual variance of
    an item with two categories stays at 1 in all groups.

    References
    ----------
    .. [1] Wu & Estabrook (2016). Psychometrika, 81(4), 1014-1045.
    """
    held = _Held(frozenset(equal), frozenset("".join(entry.split()) for entry in free))
    own = list(named)
    for item, n in n_categories.items():
        intercept, residual = held.later_intercept(item), held.later_residual(item, n)
        own.append(Parameter(item, "~1", "", values=_first_then(0.0, intercept, n_groups)))
        own.append(Parameter(item, "~~", item, values=_first_then(1.0, residual, n_groups)))
    for factor in dict.fromkeys(p.left for p in named if p.operator == "=~"):
        measures_items = any(p.left == factor and p.right in n_categories for p in named)
        later = None if "intercepts" in equal and measures_items else 0.0
        own.append(Parameter(factor, "~1", "", values=_first_then(0.0, later, n_groups)))
    return parameter_table(
        tuple(own),
        n_groups=n_groups,
        n_categories=n_categories,
        std_lv=True,
        orthogonal=orthogonal,
        parameterization="theta",
        group_equal=[name for name in equal if name in ("thresholds", "loadings")],
        group_partial=held.exceptions_of_parameters(n_categories),
    )


class _Held(NamedTuple):
    """What is equal in all groups, and exceptions without blanks."""

    equal: frozenset[str]
    exceptions: frozenset[str]

    def later_intercept(self, item: str) -> float | None:
        """Intercept of an item in the later groups: None where equality identifies it."""
        is_held = "intercepts" in self.equal and f"{item}~1" not in self.exceptions
        return None if self._has_equal_thresholds(item) and not is_held else 0.0

    def later_residual(self, item: str, n_categories: int) -> float | None:
        """Residual variance of an item in the later groups: None where equality identifies it."""
        is_held = "residuals" in self.equal and f"{item}~~{item}" not in self.exceptions
        has_unit = self._has_equal_thresholds(item) and n_categories - 1 >= FEWEST_FOR_SCALE
        return None if has_unit and not is_held else 1.0

    def _has_equal_thresholds(self, item: str) -> bool:
        """Whether the thresholds of an item are equal in all groups."""
        return "thresholds" in self.equal and f"{item}|" not in self.exceptions

    def exceptions_of_parameters(self, n_categories: Mapping[str, int]) -> list[str]:
        """Exceptions as single parameters."""
        thresholds = [
            f"{item}|t{place}"
            for item, n in n_categories.items()
            if f"{item}|" in self.exceptions
            for place in range(1, n)
        ]
        return [*self.exceptions, *thresholds]


def _first_then(
    first: float | None, later: float | None, n_groups: int
) -> tuple[float | None, ...]:
    """One value for the first group and another for all others."""
    return (first, *([later] * (n_groups - 1)))
