r"""What the released sums of all releases tell together about a few people.

People who are at the same site, in the same group and in the same releases form a class; only sums
over whole classes are ever released. With :math:`x` the sums of the classes, :math:`A` which of
them each released sum adds up, and :math:`l \le A x \le h` what rounding leaves of it, a set
:math:`q` of people is known to lie between

.. math:: \min q'x \quad\text{and}\quad \max q'x \quad\text{over}\quad l \le A x \le h

where the sum of a class of :math:`n` people lies between :math:`n` times the ends of the scale.
Both ends are had by linear programming (HiGHS). Sums that are shares have no such ends: what is
looked at is the width before any count is known, so only sets whose sum follows from released sums
are located at all, and the ends are those of the shortest way of adding and subtracting these.

Most sets need no such program. Let :math:`d` be what of :math:`q` is at right angles to all
released sums. From a point that agrees with everything that is released, one may go along :math:`d`
either way until a class is at an end of the scale, and still agrees: the set is at least so wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from pipeline.benchmark.disclosure.differences import Limits

Numbers = NDArray[np.float64]
Interval = tuple[Numbers, Numbers]

SLACK = 1e-6
"""Released sums are known no better than this, so that rounding errors contradict nothing."""
NOTHING = 1e-7
"""Weights smaller than this are zero."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Released sums.

    Attributes
    ----------
    weights : ndarray, shape (n_sums, n_classes)
        1 for the classes a sum adds up.
    low, high : ndarray, shape (n_sums, n_columns)
        Between which it lies; infinite where it is not released.
    """

    weights: Numbers
    low: Numbers
    high: Numbers

    def plus(self, other: Sums) -> Sums:
        """These sums and some more."""
        return Sums(
            np.vstack([self.weights, other.weights]),
            np.vstack([self.low, other.low]),
            np.vstack([self.high, other.high]),
        )

    def column(self, place: int) -> Sums:
        """Those that are released in one of the columns."""
        low, high = self.low[:, [place]], self.high[:, [place]]
        told = (np.isfinite(low) & np.isfinite(high))[:, 0]
        return Sums(self.weights[told], low[told], high[told])


@dataclass(frozen=True, slots=True)
class FewPeople:
    """Sets of people who must not be located.

    Attributes
    ----------
    weights : ndarray, shape (n_sets, n_classes)
        1 for the classes of a set; -1 for those that are subtracted.
    people : ndarray, shape (n_sets,)
        How many they are.
    """

    weights: Numbers
    people: Numbers


class ContradictionError(ArithmeticError):
    """No answers of people fit all released sums, or the solver found none."""


def is_nobody_located(
    before: Sums, own: Sums, few: FewPeople, sizes: Numbers, limits: Limits
) -> bool:
    """Whether no few people are located within the protected width by all releases together.

    What the earlier releases tell without the new one, and the new one without them, is not held
    against it: that is for the rules by which each of them was made. Where the records of the
    releases contradict each other, nothing is known to be safe.

    Parameters
    ----------
    before : Sums
        Of all earlier releases.
    own : Sums
        Of the new release, as far as it is decided about.
    few : FewPeople
        Who is protected.
    sizes : ndarray, shape (n_classes,)
        People in each class.
    """
    ends = _ends_of_classes(sizes, limits)
    need = limits.rules.protected_width * limits.measure.width * few.people
    try:
        return not any(
            _is_narrowed(before.column(place), own.column(place), few.weights[row], need[row], ends)
            for place in range(own.low.shape[1])
            for row in _maybe_narrow(before.plus(own).column(place), few, need, ends)
        )
    except ContradictionError:
        return False


def _ends_of_classes(sizes: Numbers, limits: Limits) -> Interval:
    if limits.measure.shares:
        return np.full(len(sizes), -np.inf), np.full(len(sizes), np.inf)
    return sizes * limits.lowest, sizes * limits.highest


def _is_narrowed(before: Sums, own: Sums, query: Numbers, need: float, ends: Interval) -> bool:
    """Whether both together locate a set too well, and better than each by itself."""
    low, high = _located(before.plus(own), query, ends)
    if high - low >= need - SLACK:
        return False
    alone = [_located(sums, query, ends) for sums in (before, own)]
    known = min(one[1] for one in alone) - max(one[0] for one in alone)
    return high - low < known - SLACK


def _located(sums: Sums, query: Numbers, ends: Interval) -> tuple[float, float]:
    """Lowest and highest possible sum of a set; infinite where nothing limits it."""
    if np.isinf(ends[0]).any():
        return _added_up(sums, query)
    lowest, highest = (_lowest(sums, sign * query, ends) for sign in (1.0, -1.0))
    return lowest, -highest


def _added_up(sums: Sums, query: Numbers) -> tuple[float, float]:
    """Ends of the sum of a set that follows by adding and subtracting released sums."""
    times = query @ np.linalg.pinv(sums.weights, rcond=NOTHING)
    if np.abs(times @ sums.weights - query).max(initial=0.0) > NOTHING:
        return -np.inf, np.inf
    times = np.where(np.abs(times) < NOTHING, 0.0, times)
    low, high = sums.low[:, 0], sums.high[:, 0]
    ends = (
        np.where(times > 0, times * low, times * high),
        np.where(times > 0, times * high, times * low),
    )
    return float(ends[0].sum()), float(ends[1].sum())


def _lowest(sums: Sums, query: Numbers, ends: Interval) -> float:
    weights, above = _inequalities(sums)
    solution = optimize.linprog(query, weights, above, bounds=_bounds(ends))
    if solution.fun is None:
        raise ContradictionError(solution.message)
    return float(solution.fun)


def _bounds(ends: Interval) -> list[tuple[float, float]]:
    return [(float(low), float(high)) for low, high in zip(*ends, strict=True)]


def _inequalities(sums: Sums) -> tuple[Numbers, Numbers]:
    weights = np.vstack([sums.weights, -sums.weights])
    return weights, np.concatenate([sums.high[:, 0], -sums.low[:, 0]]) + SLACK


def _maybe_narrow(sums: Sums, few: FewPeople, need: Numbers, ends: Interval) -> NDArray[np.intp]:
    """Sets that are not sure to be wide enough."""
    inverse = np.linalg.pinv(sums.weights, rcond=NOTHING)
    free = few.weights - (few.weights @ inverse) @ sums.weights
    free = np.where(np.abs(free) < NOTHING, 0.0, free)
    moves = (free * few.weights).sum(axis=1)
    if np.isinf(ends[0]).any():
        return np.flatnonzero(moves < NOTHING)
    middle = _middle(sums, ends)
    steps = _steps(free, middle, ends) + _steps(-free, middle, ends)
    return np.flatnonzero((moves < NOTHING) | (steps < need / np.maximum(moves, NOTHING)))


def _middle(sums: Sums, ends: Interval) -> Numbers:
    """Sums of classes that agree with all released sums, as far from the ends as can be.

    The last variable is how far, in parts of the range of each class.
    """
    low, high = ends
    weights, above = _inequalities(sums)
    identity, ranges = np.eye(len(low)), (high - low)[:, None]
    rows = np.vstack(
        [
            np.column_stack([weights, np.zeros(len(weights))]),
            np.column_stack([-identity, ranges]),
            np.column_stack([identity, ranges]),
        ]
    )
    goal = np.append(np.zeros(len(low)), -1.0)
    above = np.concatenate([above, -low, high])
    solution = optimize.linprog(goal, rows, above, bounds=[*_bounds(ends), (0.0, 0.5)])
    if solution.x is None:
        raise ContradictionError(solution.message)
    return np.asarray(solution.x[:-1], dtype=float)


def _steps(directions: Numbers, start: Numbers, ends: Interval) -> Numbers:
    """How far one may go from the start until a class is at an end of its range."""
    low, high = ends
    with np.errstate(divide="ignore"):
        room = np.where(directions > 0, high - start, start - low) / np.abs(directions)
    return np.asarray(np.where(directions == 0, np.inf, room).min(axis=1))
