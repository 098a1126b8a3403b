"""The search for the best parameters, in steps of expected information (Fisher, Gauss-Newton).

Groups share some parameters and own others, so the information is a border of what is shared and
a block for each group. It is solved block by block: twenty groups cost twenty times one group.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import scipy

from pipeline.psychometrics._responses import FloatArray, IntArray

MOST_STEPS = 300

CONVERGED = 1e-13
"""What steps along each parameter alone would gain, relative to the value plus one."""

ROUNDING = 1e-11
"""A gain so small, relative to the value plus one, is lost in the last digits of the value."""

SMALLEST_GAIN, GOOD_GAIN = 1e-3, 0.6
"""Shares of what a step promised: from the first on it is taken, from the second on the next step
may go further."""

SMALLEST_DAMPING, MOST_DAMPING = 1e-4, 1e8

LAP, LARGEST_MOVE, SMALLEST_WORTH = 30, 0.1, 2e-4
"""Steps after which the search looks back: it runs away if a parameter has changed by more,
relative to its size plus one, and the value by less, relative to its size plus one."""

LARGEST_REST = 0.05
"""A free step from a minimum changes no parameter by more, relative to its size plus one."""


class Part(NamedTuple):
    """What one group adds: slopes (k,) and curvature (k, k) in its free parameters ``free``."""

    free: IntArray
    gradient: FloatArray
    curvature: FloatArray


class Objective(Protocol):
    """What is minimised over the free parameters."""

    @property
    def n_free(self) -> int:
        """Free parameters."""

    def value(self, values: FloatArray) -> float:
        """The value to make small; infinite where the model is impossible."""

    def parts(self, values: FloatArray) -> Sequence[Part]:
        """Slopes and expected curvature, group by group."""


class Minimum(NamedTuple):
    """Where the search ended: the point, its value, steps taken and whether it is a minimum."""

    values: FloatArray
    value: float
    n_steps: int
    converged: bool


class NotPositiveDefiniteError(Exception):
    """A matrix of information has no inverse."""


class Curvature:
    """A sum of blocks of groups, as a matrix to solve with and to invert."""

    def __init__(
        self, blocks: Sequence[tuple[IntArray, FloatArray]], n_free: int, damping: float = 0.0
    ) -> None:
        self.n_free = n_free
        times = np.zeros(n_free, dtype=np.int64)
        for free, _ in blocks:
            times[free] += 1
        is_shared = times != 1 if len(blocks) > 1 else np.zeros(n_free, dtype=bool)
        self.shared: IntArray = np.flatnonzero(is_shared)
        place = np.full(n_free, -1)
        place[self.shared] = np.arange(len(self.shared))
        border = np.zeros((len(self.shared), len(self.shared)))
        self._groups = []
        for free, block in blocks:
            own = ~is_shared[free]
            common = place[free[~own]]
            border[np.ix_(common, common)] += _damped(block[np.ix_(~own, ~own)], damping)
            root = _cholesky(_damped(block[np.ix_(own, own)], damping))
            across = scipy.linalg.solve_triangular(root, block[np.ix_(own, ~own)], lower=True)
            border[np.ix_(common, common)] -= across.T @ across
            self._groups.append((free[own], common, root, across))
        self._border = _cholesky(border)

    def solve(self, right: FloatArray) -> FloatArray:
        """Solution for one right side (n_free,) or several (n_free, k)."""
        result = np.zeros_like(right)
        reduced = right[self.shared].copy()
        halves = []
        for own, common, root, across in self._groups:
            half = scipy.linalg.solve_triangular(root, right[own], lower=True)
            reduced[common] -= across.T @ half
            halves.append(half)
        shared = scipy.linalg.cho_solve((self._border, True), reduced)
        result[self.shared] = shared
        for (own, common, root, across), half in zip(self._groups, halves, strict=True):
            inner = half - across @ shared[common]
            result[own] = scipy.linalg.solve_triangular(root, inner, lower=True, trans=1)
        return result

    def inverse(self) -> FloatArray:
        """The inverse, shape (n_free, n_free)."""
        result = np.zeros((self.n_free, self.n_free))
        border = scipy.linalg.cho_solve((self._border, True), np.eye(len(self.shared)))
        reach = np.zeros((self.n_free, len(self.shared)))
        reach[self.shared] = np.eye(len(self.shared))
        for own, common, root, across in self._groups:
            back = scipy.linalg.solve_triangular(root, np.eye(len(own)), lower=True)
            result[np.ix_(own, own)] = back.T @ back
            reach[np.ix_(own, common)] = -back.T @ across
        return np.asarray(result + reach @ border @ reach.T)


def _damped(block: FloatArray, damping: float) -> FloatArray:
    return np.asarray(block + damping * np.diag(np.diag(block)) if damping else block)


def _cholesky(matrix: FloatArray) -> FloatArray:
    if not len(matrix):
        return matrix
    try:
        return np.asarray(np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        raise NotPositiveDefiniteError from None


def minimise(
    objective: Objective,
    start: FloatArray,
    gives_up: bool = True,
    most_steps: int = MOST_STEPS,
) -> Minimum:
    """Go down from `start` by scoring steps until nothing is gained.

    Parameters
    ----------
    objective : Objective
        What is to be small.
    start : ndarray, shape (n_free,)
        Where the search begins.
    gives_up : bool
        Whether it ends early where it runs away.
    most_steps : int
        Steps after which it ends in any case.

    Notes
    -----
    A step solves the expected curvature, damped (Levenberg and Marquardt) as far as the last step
    gained less than it promised. Some models fit best with a parameter at infinity: the search is
    given up where parameters still move far and hardly anything is gained, and is no minimum where
    the next step would be long.
    """
    values, best = start, objective.value(start)
    if not len(start) or not np.isfinite(best):
        return Minimum(values, best, 0, np.isfinite(best) and not len(start))
    damping, parts, mark = 0.0, objective.parts(values), (values, best)
    for n_steps in range(1, most_steps + 1):
        gradient = gathered(parts, objective.n_free)
        if _slope_size(parts, gradient) <= CONVERGED * (abs(best) + 1):
            return Minimum(values, best, n_steps, _is_at_rest(parts, gradient, values))
        step, damping = _step(parts, gradient, damping)
        promised = _promised(parts, gradient, step)
        found = objective.value(values + step)
        gain = (best - found) / promised if promised > 0 and np.isfinite(found) else -1.0
        if gain > SMALLEST_GAIN:
            values, best = values + step, found
            parts = objective.parts(values)
            if gain > GOOD_GAIN:
                damping = damping / 4 if damping > SMALLEST_DAMPING else 0.0
        elif promised <= ROUNDING * (abs(best) + 1):
            return Minimum(values, best, n_steps, _is_at_rest(parts, gradient, values))
        else:
            damping = max(damping * 6, 10 * SMALLEST_DAMPING)
        if damping > MOST_DAMPING:
            break
        if gives_up and n_steps % LAP == 0:
            if _runs_away(*mark, values, best):
                break
            mark = values, best
    return Minimum(values, best, n_steps, False)


def _runs_away(before: FloatArray, worth: float, values: FloatArray, best: float) -> bool:
    """Whether a lap has brought parameters far and the value nowhere."""
    moved = np.abs(values - before) / (np.abs(before) + 1)
    return bool(moved.max() > LARGEST_MOVE and worth - best < SMALLEST_WORTH * (abs(best) + 1))


def _is_at_rest(parts: Sequence[Part], gradient: FloatArray, values: FloatArray) -> bool:
    """Whether a free step would be short, so that this is a place and not a way to infinity."""
    blocks = [(part.free, part.curvature) for part in parts]
    try:
        step = Curvature(blocks, len(gradient)).solve(gradient)
    except NotPositiveDefiniteError:
        return True
    return bool((np.abs(step) <= LARGEST_REST * (np.abs(values) + 1)).all())


def gathered(parts: Sequence[Part], n_free: int) -> FloatArray:
    """Slopes of all groups together, shape (n_free,)."""
    gradient = np.zeros(n_free)
    for part in parts:
        np.add.at(gradient, part.free, part.gradient)
    return gradient


def _slope_size(parts: Sequence[Part], gradient: FloatArray) -> float:
    """What could be gained along each parameter alone, all together."""
    diagonal = np.zeros(len(gradient))
    for part in parts:
        np.add.at(diagonal, part.free, np.diag(part.curvature))
    return float(np.sum(gradient**2 / np.maximum(diagonal, 1e-300))) / 2


def _promised(parts: Sequence[Part], gradient: FloatArray, step: FloatArray) -> float:
    """How much a step gains if the curvature is as expected."""
    bent = sum(float(step[part.free] @ part.curvature @ step[part.free]) for part in parts)
    return float(-gradient @ step) - bent / 2


def _step(parts: Sequence[Part], gradient: FloatArray, damping: float) -> tuple[FloatArray, float]:
    """A step, and the damping without which there would be none."""
    blocks = [(part.free, part.curvature) for part in parts]
    while damping <= MOST_DAMPING:
        try:
            return -Curvature(blocks, len(gradient), damping).solve(gradient), damping
        except NotPositiveDefiniteError:
            damping = max(10 * damping, 10 * SMALLEST_DAMPING)
    return np.zeros_like(gradient), damping
