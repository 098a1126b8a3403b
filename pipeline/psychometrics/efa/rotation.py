"""Turning factors to simple structure, obliquely, by gradient projection.

Many rotations run side by side: from several starts where a criterion has several optima, and of
the many solutions of a bootstrap.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.efa._factor_analyzer import promax, varimax

BoolArray = npt.NDArray[np.bool_]

Rotation = Literal["oblimin", "promax", "promax_unweighted", "geomin", "target", "varimax", "none"]
ROTATIONS: tuple[Rotation, ...] = (
    "oblimin",
    "promax",
    "promax_unweighted",
    "geomin",
    "target",
    "varimax",
    "none",
)

GEOMIN_EPSILON = 0.01
"""Added to squared loadings, so that geomin stays smooth where a loading is zero."""

PROMAX_POWER = 4
"""The target of promax is the varimax loading to this power, with its sign."""

N_STARTS = 30
"""Starts of a search: one that suggests itself, the others random.

The axes as extracted are not enough: where two factors are alike item by item, they lie exactly
between them, and the slope of every criterion is zero there.
"""

SMALLEST_FACTOR = 1e-3
"""An unrotated factor whose loadings have a smaller root sum of squares is none."""

SAME_OPTIMUM = 1e-4
"""Optima whose criteria differ by less than this part of them count as one."""

LARGEST_SLOPE = 1e-6
"""A rotation has arrived when the length of its projected gradient is below this."""

STALLED_SLOPE = 1e-4
"""A rotation that finds no lower point counts as arrived when its gradient is below this."""

LEAST_GAIN = 1e-3
"""A step has to lower the criterion by this part of what its slope promises."""

MOST_STEPS = 3000
MOST_HALVINGS = 20


class Rotated(NamedTuple):
    """Pattern loadings, factor correlations, and how the search for them went."""

    pattern: FloatArray
    factor_correlations: FloatArray
    converged: bool
    n_starts: int = 1
    n_optima: int = 1
    """Different optima among the starts that arrived; the lowest is the one reported."""
    criterion: float = float("nan")
    """The value made small; NaN where no criterion is searched."""


class Descent(NamedTuple):
    """Where a stack of rotations ended; a first axis with a rotation each."""

    pattern: FloatArray
    turned: FloatArray
    """Shape (n_rotations, n_factors, n_factors): the new axes, in columns of length one."""
    value: FloatArray
    converged: BoolArray

    @property
    def factor_correlations(self) -> FloatArray:
        """Correlations of the new factors."""
        return np.swapaxes(self.turned, -1, -2) @ self.turned


Criterion = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""From a stack of patterns to the value of each and its slope in every loading."""


def rotate(
    loadings: FloatArray,
    rotation: Rotation,
    target: FloatArray | None = None,
    rng: np.random.Generator | None = None,
    n_starts: int = N_STARTS,
) -> Rotated:
    r"""Loadings turned to simple structure; as they are for one factor or no rotation.

    They also stay as they are, named as not converged, where a factor has no loadings.

    Parameters
    ----------
    loadings : ndarray, shape (n_items, n_factors)
        Unrotated loadings.
    rotation : str
        ``oblimin`` is that with gamma 0 (quartimin); ``geomin`` has epsilon .01; ``promax`` weighs
        all items alike throughout, as R psych's "promax"; ``promax_unweighted`` does so for its
        varimax only, as R's ``stats::promax``; ``target`` comes as near to `target` as it can.
    target : ndarray, shape (n_items, n_factors), optional
        Loadings aimed at; NaN where a loading may be anything.
    rng : Generator, optional
        Draws the starts of ``oblimin``, ``geomin`` and ``target``; seeded with 0 where none is
        given.
    n_starts : int, optional
        Number of these starts.

    Returns
    -------
    Rotated

    Raises
    ------
    ValueError
        If the rotation is unknown, or a target is missing, not needed or of another shape.

    Notes
    -----
    With pattern :math:`L = A (T')^{-1}` and factor correlations :math:`T'T`, columns of :math:`T`
    of length one, gradient projection [1]_ makes small

    .. math::
        f_{quartimin} &= \tfrac14 \sum_i \sum_{j \ne k} l_{ij}^2 l_{ik}^2 \\
        f_{geomin} &= \sum_i \Big(\prod_j (l_{ij}^2 + \epsilon)\Big)^{1/k} \\
        f_{target} &= \sum_{ij \text{ aimed at}} (l_{ij} - b_{ij})^2

    the first two from [2]_, the third from [3]_; loadings are not normalised. There
    can be several optima, most often of geomin: the lowest of many starts is taken, and how many
    different ones there were is reported. Varimax and promax are factor_analyzer's, and stop
    where R's do.

    References
    ----------
    .. [1] Jennrich (2002). Psychometrika, 67(1), 7-19.
    .. [2] Browne (2001). Multivariate Behavioral Research, 36(1), 111-150.
    .. [3] Browne (1972). British Journal of Mathematical and Statistical Psychology, 25, 207-212.

    Examples
    --------
    >>> simple = np.array([[0.8, 0.0], [0.7, 0.0], [0.0, 0.7], [0.0, 0.6]])
    >>> turned = simple @ np.array([[0.8, 0.6], [-0.6, 0.8]])
    >>> found = rotate(turned, "oblimin").pattern
    >>> np.sort(np.abs(found), axis=1).round(3).tolist()
    [[0.0, 0.8], [0.0, 0.7], [0.0, 0.7], [0.0, 0.6]]
    """
    _check(loadings, rotation, target)
    n_factors = loadings.shape[1]
    if rotation == "none" or n_factors == 1:
        return Rotated(np.array(loadings), np.eye(n_factors), True)
    if has_empty_factor(loadings):
        return Rotated(np.array(loadings), np.eye(n_factors), False)
    if rotation == "varimax":
        return Rotated(varimax(loadings), np.eye(n_factors), True)
    if rotation == "promax":
        return Rotated(*promax(loadings, PROMAX_POWER), True)
    if rotation == "promax_unweighted":
        return Rotated(*_promax_of(varimax(loadings)), True)
    criterion = criterion_of(rotation, target)
    return _search(loadings, criterion, _starts(loadings, target, rng, n_starts))


def has_empty_factor(loadings: FloatArray) -> bool:
    """Whether an unrotated factor explains nothing, so that no rotation is defined."""
    return bool((np.sqrt((loadings**2).sum(axis=0)) < SMALLEST_FACTOR).any())


def criterion_of(rotation: Rotation, target: FloatArray | None) -> Criterion:
    """The criterion that a rotation makes small.

    Raises
    ------
    ValueError
        If the rotation is not one that makes a criterion small, or has no target.
    """
    if rotation == "oblimin":
        return _quartimin
    if rotation == "geomin":
        return _geomin
    if rotation == "target" and target is not None:
        return _distance_from(target)
    raise ValueError(f"no criterion for {rotation!r}")


def descend(loadings: FloatArray, starts: FloatArray, criterion: Criterion) -> Descent:
    """Gradient projection of many oblique rotations at once, with Barzilai-Borwein steps.

    `loadings` has shape (n_rotations, n_items, n_factors); `starts` (n_rotations, n_factors,
    n_factors), with columns of length one.
    """
    place = _place(loadings, starts, criterion)
    step, running = np.ones(len(starts)), np.arange(len(starts))
    for _ in range(MOST_STEPS):
        running = running[_length(place.gradient[running]) >= LARGEST_SLOPE]
        if not len(running):
            break
        before = _Place(*(part[running] for part in place))
        after, lower = _go_down(loadings[running], before, step[running], criterion)
        step[running] = _next_step(before, after, step[running])
        for part, moved in zip(place, after, strict=True):
            part[running] = moved
        running = running[lower]
    arrived = _length(place.gradient) < STALLED_SLOPE
    return Descent(place.pattern, place.turned, place.value, arrived)


def towards(loadings: FloatArray, aim: FloatArray) -> FloatArray:
    """Axes that bring a stack of unrotated loadings near to the pattern `aim`."""
    weights = np.linalg.pinv(loadings) @ aim
    axes = np.swapaxes(np.linalg.pinv(weights), -1, -2)
    return _of_length_one(axes)


class _Place(NamedTuple):
    """Axes of a stack of rotations, the patterns they give, and how the criterion lies there."""

    turned: FloatArray
    pattern: FloatArray
    value: FloatArray
    gradient: FloatArray
    """Projected: along it the axes keep their length."""


def _place(loadings: FloatArray, turned: FloatArray, criterion: Criterion) -> _Place:
    inverse = np.linalg.inv(turned)
    pattern = loadings @ np.swapaxes(inverse, 1, 2)
    value, slope = criterion(pattern)
    gradient = -np.swapaxes(np.swapaxes(pattern, 1, 2) @ slope @ inverse, 1, 2)
    outward = (turned * gradient).sum(axis=1, keepdims=True)
    return _Place(np.array(turned), pattern, value, gradient - turned * outward)


def _go_down(
    loadings: FloatArray, before: _Place, step: FloatArray, criterion: Criterion
) -> tuple[_Place, BoolArray]:
    """A lower place for each rotation, and whether one was found within some halvings."""
    after, steepness = _Place(*map(np.array, before)), _length(before.gradient) ** 2
    length, waiting = step.copy(), np.arange(len(step))
    for _ in range(MOST_HALVINGS):
        moved = before.turned[waiting] - length[waiting, None, None] * before.gradient[waiting]
        tried = _place(loadings[waiting], _of_length_one(moved), criterion)
        needed = LEAST_GAIN * steepness[waiting] * length[waiting]
        enough = before.value[waiting] - tried.value >= needed
        for part, found in zip(after, tried, strict=True):
            part[waiting[enough]] = found[enough]
        waiting = waiting[~enough]
        if not len(waiting):
            break
        length[waiting] /= 2
    return after, ~np.isin(np.arange(len(step)), waiting)


def _next_step(before: _Place, after: _Place, step: FloatArray) -> FloatArray:
    """The step length of Barzilai and Borwein, or twice the last where that has no meaning."""
    way = after.turned - before.turned
    bend = (way * (after.gradient - before.gradient)).sum(axis=(1, 2))
    length = (way**2).sum(axis=(1, 2))
    usable = (bend > 0) & (length > 0)
    ratio = np.divide(length, bend, out=2 * step, where=usable)
    return np.asarray(np.clip(ratio, 1e-6, 1e6), dtype=np.float64)


def _length(gradient: FloatArray) -> FloatArray:
    """The length of each gradient."""
    return np.asarray(np.sqrt((gradient**2).sum(axis=(1, 2))), dtype=np.float64)


def _of_length_one(axes: FloatArray) -> FloatArray:
    unit: FloatArray = axes / np.sqrt((axes**2).sum(axis=-2, keepdims=True))
    return unit


def _quartimin(pattern: FloatArray) -> tuple[FloatArray, FloatArray]:
    squared = pattern**2
    others = squared.sum(axis=2, keepdims=True) - squared
    return (squared * others).sum(axis=(1, 2)) / 4, pattern * others


def _geomin(pattern: FloatArray) -> tuple[FloatArray, FloatArray]:
    squared = pattern**2 + GEOMIN_EPSILON
    means = np.exp(np.log(squared).mean(axis=2, keepdims=True))
    return means.sum(axis=(1, 2)), 2 / pattern.shape[2] * pattern / squared * means


def _distance_from(target: FloatArray) -> Criterion:
    aimed_at, aim = ~np.isnan(target), np.nan_to_num(target)

    def distance(pattern: FloatArray) -> tuple[FloatArray, FloatArray]:
        apart = (pattern - aim) * aimed_at
        return (apart**2).sum(axis=(1, 2)), 2 * apart

    return distance


def _starts(
    loadings: FloatArray,
    target: FloatArray | None,
    rng: np.random.Generator | None,
    n_starts: int,
) -> FloatArray:
    """Axes to start from, a stack: those extracted or near the target, and random ones."""
    n_factors = loadings.shape[1]
    first = (np.eye(n_factors) if target is None else _towards_target(loadings, target))[None]
    draw = np.random.default_rng(0) if rng is None else rng
    random = np.linalg.qr(draw.normal(size=(n_starts - 1, n_factors, n_factors)))[0]
    return np.concatenate([first, random])


def _towards_target(loadings: FloatArray, target: FloatArray) -> FloatArray:
    """Axes near to the target, where a loading that may be anything counts as typical."""
    typical = np.sqrt((loadings**2).sum(axis=1).mean())
    weights = np.linalg.pinv(loadings) @ np.where(np.isnan(target), typical, target)
    if np.linalg.matrix_rank(weights) < len(weights):
        return np.eye(len(weights))
    return _of_length_one(np.linalg.inv(weights).T)


def _search(loadings: FloatArray, criterion: Criterion, starts: FloatArray) -> Rotated:
    """The lowest of the optima that are reached from the starts."""
    stack = np.broadcast_to(loadings, (len(starts), *loadings.shape))
    found = descend(stack, starts, criterion)
    eligible = found.converged if found.converged.any() else np.ones(len(starts), dtype=np.bool_)
    values = np.where(eligible, found.value, np.inf)
    best = int(np.argmax(values <= values.min() + 1e-8 * abs(values.min())))
    return Rotated(
        pattern=found.pattern[best],
        factor_correlations=_with_unit_diagonal(found.factor_correlations[best]),
        converged=bool(found.converged[best]),
        n_starts=len(starts),
        n_optima=_number_different(found.value[eligible]),
        criterion=float(found.value[best]),
    )


def _number_different(values: FloatArray) -> int:
    ordered = np.sort(values)
    return 1 + int((np.diff(ordered) > SAME_OPTIMUM * np.abs(ordered[1:])).sum())


def _with_unit_diagonal(values: FloatArray) -> FloatArray:
    result = (values + values.T) / 2
    np.fill_diagonal(result, 1.0)
    return result


def _promax_of(orthogonal: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Loadings brought near to their own power, which leaves large ones large (Hendrickson)."""
    aim = orthogonal * np.abs(orthogonal) ** (PROMAX_POWER - 1)
    weights = np.linalg.pinv(orthogonal) @ aim
    inverse = np.linalg.inv(weights)
    length = np.sqrt((inverse**2).sum(axis=1))
    axes = inverse / length[:, None]
    return orthogonal @ (weights * length), axes @ axes.T


def _check(loadings: FloatArray, rotation: str, target: FloatArray | None) -> None:
    if rotation not in ROTATIONS:
        raise ValueError(f"unknown rotation {rotation!r}; there are {', '.join(ROTATIONS)}")
    if (rotation == "target") != (target is not None):
        raise ValueError("give a target with rotation 'target', and with no other")
    if target is not None and target.shape != loadings.shape:
        raise ValueError(f"need a target of shape {loadings.shape}, got {target.shape}")
