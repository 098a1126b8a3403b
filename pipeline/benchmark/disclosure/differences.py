"""What subtracting releases tells about the few people in whom they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.pools import TOLERANCE, Measure
from pipeline.benchmark.disclosure.rules import DisclosureRules

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

SWEEPS = 4
"""Rounds in which what is known about one set of people narrows what is known of the others."""


@dataclass(frozen=True, slots=True)
class Classes:
    """People who are in the same releases at the same place: only their sum can ever be had.

    Attributes
    ----------
    of_atom : ndarray of int, shape (n_atoms,)
        The class of each atom.
    sizes : ndarray, shape (n_classes,)
        Atoms in each.
    """

    of_atom: Integers
    sizes: Numbers


@dataclass(frozen=True, slots=True)
class Difference:
    """The sum of a figure in one release minus that in another.

    Attributes
    ----------
    weights : ndarray, shape (n_classes,)
        1 for classes that only the second has, -1 for those that only the first has.
    low, high : ndarray, shape (n_columns,)
        Between which the difference lies.
    people : int
        How many people make it.
    few : bool
        Whether they may be fewer than ``minimum_n``.
    """

    weights: Numbers
    low: Numbers
    high: Numbers
    people: int
    few: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """How far apart one person's lowest and highest contribution are, and what is protected."""

    measure: Measure
    lowest: float
    highest: float
    rules: DisclosureRules


def classes_of(site: NDArray[np.object_], group: NDArray[np.object_], present: Integers) -> Classes:
    """Put together the atoms of the same site, group and releases."""
    labels = pd.concat(
        [pd.DataFrame({"site": site, "group": group}), pd.DataFrame(present)], axis=1
    )
    of_atom = labels.groupby(list(labels.columns), sort=True).ngroup().to_numpy()
    return Classes(of_atom.astype(np.int64), np.bincount(of_atom).astype(float))


def difference(
    present: tuple[Integers, Integers],
    ends: tuple[tuple[Numbers, Numbers], tuple[Numbers, Numbers]],
    atoms: tuple[NDArray[np.object_], Classes],
    rules: DisclosureRules,
) -> Difference | None:
    """The difference of two releases, None where they are of the same people.

    Parameters
    ----------
    present : pair of ndarray
        Which atoms are part of the figure in the first and in the second release.
    ends : pair of pairs of ndarray
        Lowest and highest sum in each of the two.
    atoms : ndarray, Classes
        Whose they are; their classes.
    """
    person, classes = atoms
    weight = present[1] - present[0]
    if not weight.any():
        return None
    weights = np.zeros(len(classes.sizes))
    weights[classes.of_atom] = weight
    at_least = max(int((weight > 0).sum()), int((weight < 0).sum()))
    (first_low, first_high), (second_low, second_high) = ends
    return Difference(
        weights,
        second_low - first_high,
        second_high - first_low,
        len(np.unique(person[weight != 0].astype(str))),
        at_least < rules.minimum_n,
    )


def is_protected(
    known: Sequence[Difference], added: Sequence[Difference], classes: Classes, limits: Limits
) -> bool:
    """Whether nobody is located when some more differences are known.

    No class of fewer than ``minimum_n`` people, and no few people who make a difference, may be
    located within half the range on average; of a share, both having and not having chosen the
    answer must remain possible. What was already known as well without the added differences is
    not held against them.
    """
    before = _bounds(known, classes, limits)
    after = _bounds([*known, *added], classes, limits)
    narrowed = (after[1] - after[0] < before[1] - before[0] - TOLERANCE).any(axis=1)
    few = classes.sizes < limits.rules.minimum_n
    if (few & narrowed & ~_open_classes(after, classes, limits)).any():
        return False
    together = _same_people([*known, *added])
    return all(_is_open(together[_people(one)], after, limits) for one in added if one.few)


def _people(one: Difference) -> bytes:
    """The same for two differences that are made by the same people."""
    return bytes((one.weights * one.weights[np.flatnonzero(one.weights)[0]]).tobytes())


def _same_people(known: Sequence[Difference]) -> dict[bytes, Difference]:
    """What all differences that are made by the same people tell about them together."""
    together: dict[bytes, Difference] = {}
    for one in known:
        other = together.get(_people(one), one)
        low, high = one.low, one.high
        if (one.weights != other.weights).any():
            low, high = -one.high, -one.low
        together[_people(one)] = replace(
            other, low=np.maximum(other.low, low), high=np.minimum(other.high, high)
        )
    return together


def _open_classes(
    bounds: tuple[Numbers, Numbers], classes: Classes, limits: Limits
) -> NDArray[np.bool_]:
    low, high = bounds
    size = classes.sizes[:, None]
    half = limits.rules.protected_width
    if limits.measure.shares:
        return np.asarray(((high - low >= 1 - TOLERANCE) & (low <= half * size)).all(axis=1))
    need = half * limits.measure.width * size
    return np.asarray((high - low >= need - TOLERANCE).all(axis=1))


def _is_open(one: Difference, bounds: tuple[Numbers, Numbers], limits: Limits) -> bool:
    """Whether the people who make a difference are not located.

    Divided among ``minimum_n - 1`` people at most: more may be two keys for one person. For
    shares the width is the one before any count is known: that nobody of many chose a rare
    answer says so of everyone.
    """
    people = min(one.people, limits.rules.minimum_n - 1)
    width = one.high - one.low
    if not limits.measure.shares:
        low, high = _sums(one.weights, bounds)
        width = np.minimum(one.high, high) - np.maximum(one.low, low)
    need = limits.rules.protected_width * limits.measure.width * people
    return bool((width >= need - TOLERANCE).all())


def _sums(weights: Numbers, bounds: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
    lows, highs = _signed(weights[weights != 0], *(end[weights != 0] for end in bounds))
    return lows.sum(axis=0), highs.sum(axis=0)


def _signed(weights: Numbers, low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
    plus = (weights > 0)[:, None]
    return np.where(plus, low, -high), np.where(plus, high, -low)


def _bounds(
    known: Sequence[Difference], classes: Classes, limits: Limits
) -> tuple[Numbers, Numbers]:
    """Lowest and highest sum of each class, from its size and all differences together."""
    columns = known[0].low.shape[0] if known else 1
    low = np.repeat(classes.sizes[:, None] * limits.lowest, columns, axis=1)
    high = np.repeat(classes.sizes[:, None] * limits.highest, columns, axis=1)
    for _ in range(SWEEPS if len(known) > 1 else 1):
        for one in known:
            inside = one.weights != 0
            ends = _signed(one.weights[inside], low[inside], high[inside])
            narrow = _narrowed(*ends, one)
            low[inside], high[inside] = _signed(one.weights[inside], *narrow)
    return low, high


def _narrowed(low: Numbers, high: Numbers, one: Difference) -> tuple[Numbers, Numbers]:
    """Each term between the difference minus the highest and the lowest of all others."""
    others_low, others_high = low.sum(axis=0) - low, high.sum(axis=0) - high
    return np.maximum(low, one.low - others_high), np.minimum(high, one.high - others_low)


def pairs_of(releases: int) -> Iterator[tuple[int, int]]:
    """All pairs of releases, the earlier one first."""
    return ((first, second) for second in range(releases) for first in range(second))
