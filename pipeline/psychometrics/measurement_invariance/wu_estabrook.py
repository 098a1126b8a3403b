"""The models of the ladder for ordered items, identified after Wu and Estabrook (2016)."""

from collections.abc import Collection, Mapping, Sequence

from pipeline.psychometrics.confirmatory.model_text import Parameter
from pipeline.psychometrics.confirmatory.parameter_table import (
    Equal,
    ParameterTable,
    parameter_table,
)

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
    exceptions = frozenset("".join(entry.split()) for entry in free)
    factors = dict.fromkeys(p.left for p in named if p.operator == "=~")
    own = list(named)
    for item, n in n_categories.items():
        own.append(Parameter(item, "~1", "", values=_intercept(item, n_groups, equal, exceptions)))
        own.append(
            Parameter(item, "~~", item, values=_residual(item, n, n_groups, equal, exceptions))
        )
    means_free = "intercepts" in equal
    for factor in factors:
        measures_items = any(p.left == factor and p.right in n_categories for p in named)
        later = None if means_free and measures_items else 0.0
        own.append(Parameter(factor, "~1", "", values=_first_then(0.0, later, n_groups)))
    return parameter_table(
        tuple(own),
        n_groups=n_groups,
        n_categories=n_categories,
        std_lv=True,
        orthogonal=orthogonal,
        parameterization="theta",
        group_equal=[name for name in equal if name in ("thresholds", "loadings")],
        group_partial=_partial(exceptions, n_categories),
    )


def _first_then(
    first: float | None, later: float | None, n_groups: int
) -> tuple[float | None, ...]:
    return (first, *([later] * (n_groups - 1)))


def _thresholds_equal(item: str, equal: Collection[str], exceptions: Collection[str]) -> bool:
    return "thresholds" in equal and f"{item}|" not in exceptions


def _intercept(
    item: str, n_groups: int, equal: Collection[str], exceptions: Collection[str]
) -> tuple[float | None, ...]:
    held = "intercepts" in equal and f"{item}~1" not in exceptions
    is_free = _thresholds_equal(item, equal, exceptions) and not held
    return _first_then(0.0, None if is_free else 0.0, n_groups)


def _residual(
    item: str,
    n_categories: int,
    n_groups: int,
    equal: Collection[str],
    exceptions: Collection[str],
) -> tuple[float | None, ...]:
    held = "residuals" in equal and f"{item}~~{item}" not in exceptions
    enough = n_categories - 1 >= FEWEST_FOR_SCALE
    is_free = _thresholds_equal(item, equal, exceptions) and enough and not held
    return _first_then(1.0, None if is_free else 1.0, n_groups)


def _partial(exceptions: Collection[str], n_categories: Mapping[str, int]) -> list[str]:
    """Exceptions as single parameters."""
    thresholds = [
        f"{item}|t{place}"
        for item, n in n_categories.items()
        if f"{item}|" in exceptions
        for place in range(1, n)
    ]
    return [*exceptions, *thresholds]
