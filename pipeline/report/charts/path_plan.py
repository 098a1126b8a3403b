"""Who stands where in a path diagram: what each item belongs to, and what lies over or across."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

MOST_ACROSS = 2
"""Factors that may lie across all others: a general factor, and one of the way of asking."""

ItemsOf = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Path:
    """One standardised number of a model.

    Attributes
    ----------
    start, end : str
        Factor and item, or factor and factor, of a loading; both sides of a correlation; twice the
        same of a residual variance.
    kind : {"loading", "correlation", "residual"}
        What the number is.
    estimate : float or None
        None where there is no number.
    interval : (float, float) or None
        Of the estimate.
    """

    start: str
    end: str
    kind: Literal["loading", "correlation", "residual"]
    estimate: float | None
    interval: tuple[float, float] | None = None

    @property
    def size(self) -> float:
        """How large the number is, whatever its sign."""
        return abs(self.estimate or 0.0)


@dataclass(frozen=True, slots=True)
class PathPlan:
    """The columns of a diagram from left to right.

    Attributes
    ----------
    above : tuple of str
        Factors of factors.
    homes : tuple of str
        Factors to which items belong.
    items_of : mapping of str to tuple of str
        Items of each home, every item once.
    across : tuple of str
        Factors of items that belong to other factors.
    """

    above: tuple[str, ...]
    homes: tuple[str, ...]
    items_of: ItemsOf
    across: tuple[str, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """All items in the order in which they are drawn."""
        return tuple(item for home in self.homes for item in self.items_of[home])


def plan_of(paths: Sequence[Path]) -> PathPlan:
    """The columns of a diagram, in the order in which factors and items are first named.

    Factors with a factor above them stand together.

    A factor lies across if without it (nearly) every item still belongs to one other factor: the
    general factor of a bifactor model, or one for items that are worded the other way round. An
    item with several factors left belongs to the one on which it loads most.
    """
    loadings = [path for path in paths if path.kind == "loading"]
    factors = dict.fromkeys(path.start for path in loadings)
    own = {
        factor: tuple(p.end for p in loadings if p.start == factor and p.end not in factors)
        for factor in factors
    }
    with_items = {factor: items for factor, items in own.items() if items}
    across = _across(with_items)
    above = tuple(factor for factor in factors if factor not in with_items)
    homes = _homes(loadings, above, [factor for factor in with_items if factor not in across])
    home_of = _home_of([path for path in loadings if path.start in homes])
    return PathPlan(
        above=above,
        homes=homes,
        items_of={h: tuple(i for i, one in home_of.items() if one == h) for h in homes},
        across=across,
    )


def _homes(
    loadings: Sequence[Path], above: Sequence[str], factors: Sequence[str]
) -> tuple[str, ...]:
    """The factors with those of one factor above side by side, so that few arrows cross."""
    together = [
        path.end
        for factor in above
        for path in loadings
        if path.start == factor and path.end in factors
    ]
    return tuple(dict.fromkeys([*together, *factors]))


def _across(items_of: ItemsOf) -> tuple[str, ...]:
    if len(set(map(frozenset, items_of.values()))) == 1:
        return ()
    choices = (
        chosen
        for size in range(min(MOST_ACROSS, len(items_of) - 1) + 1)
        for chosen in combinations(items_of, size)
        if _covers(items_of, chosen)
    )
    return min(choices, key=lambda chosen: (_n_shared(items_of, chosen), len(chosen)), default=())


def _left(items_of: ItemsOf, without: Sequence[str]) -> Counter[str]:
    """How many factors each item has left."""
    return Counter(item for f, items in items_of.items() if f not in without for item in set(items))


def _covers(items_of: ItemsOf, without: Sequence[str]) -> bool:
    return set(_left(items_of, without)) == {i for items in items_of.values() for i in items}


def _n_shared(items_of: ItemsOf, without: Sequence[str]) -> int:
    return sum(number > 1 for number in _left(items_of, without).values())


def _home_of(loadings: Sequence[Path]) -> dict[str, str]:
    strongest: dict[str, Path] = {}
    for path in loadings:
        known = strongest.get(path.end)
        if known is None or path.size > known.size:
            strongest[path.end] = path
    return {item: path.start for item, path in strongest.items()}
