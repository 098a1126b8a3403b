r"""Maximum likelihood of polyserial correlations with thresholds and scores held fixed.

With the correlation :math:`\rho = \sin\theta` and a standardised score :math:`z`, an answer lies
between the thresholds :math:`\tau_l` and :math:`\tau_u` with probability :math:`\Phi(u) - \Phi(l)`,

.. math:: u = \frac{\tau_u - z \sin\theta}{\cos\theta}, \qquad
          l = \frac{\tau_l - z \sin\theta}{\cos\theta}

All slopes here are of the logarithm of that probability.
"""

from collections.abc import Iterator, Sequence
from math import asin
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.polyserial.cells import Cells, Pair, end_to_end

LARGEST_CORRELATION = 1 - 1e-6
"""The search stays within plus and minus this."""

LARGEST_ANGLE = asin(LARGEST_CORRELATION)
SMALLEST_STEP = 1e-10
SMALLEST_PROBABILITY = 1e-14
"""What is less probable adds nothing to a standard error."""

NEWTON_STEPS = 20
MOST_STEPS = 60
"""After the steps of Newton's method, enough to halve the widest bracket to the smallest step."""

CELLS_AT_ONCE = 500_000


class PairEstimates(NamedTuple):
    """Correlation and standard error of each pair, and what stood in the way."""

    correlation: FloatArray
    se: FloatArray
    condition: list[str | None]


class _Edge(NamedTuple):
    """One threshold of each cell.

    ``ratio`` is the height of the normal curve at the edge over the probability of the cell,
    ``by_angle`` how fast the edge moves with the angle. An infinite edge has ratio zero.
    """

    threshold: FloatArray
    at: FloatArray
    ratio: FloatArray
    by_angle: FloatArray


class _View(NamedTuple):
    """The cells of several pairs seen at one angle a pair."""

    sine: FloatArray
    cosine: FloatArray
    lower: _Edge
    upper: _Edge

    @property
    def slope(self) -> FloatArray:
        """Slope of each cell in its angle."""
        return self.upper.ratio * self.upper.by_angle - self.lower.ratio * self.lower.by_angle


def estimate_pairs(pairs: Sequence[Pair]) -> PairEstimates:
    """Correlations of pairs, and standard errors of those that are not at the boundary."""
    correlation, se = np.full((2, len(pairs)), np.nan)
    condition = [pair.problem for pair in pairs]
    for batch in _batches(pairs):
        cells = end_to_end([pairs[i] for i in batch])
        angle = _most_likely_angles(cells)
        at_boundary = np.abs(angle) > LARGEST_ANGLE - 10 * SMALLEST_STEP
        correlation[batch] = np.sin(angle)
        for place, i in enumerate(batch):
            if at_boundary[place]:
                condition[i] = "correlation_at_boundary"
            else:
                expected = end_to_end([_expected(pairs[i], angle[place])])
                se[i] = standard_errors(expected, angle[[place]])[0]
    return PairEstimates(correlation, se, condition)


def _batches(pairs: Sequence[Pair]) -> Iterator[list[int]]:
    """Places of the pairs that can be estimated, in batches that fit into memory."""
    batch: list[int] = []
    n_cells = 0
    for i, pair in enumerate(pairs):
        if pair.problem is not None:
            continue
        if batch and n_cells + len(pair.category) > CELLS_AT_ONCE:
            yield batch
            batch, n_cells = [], 0
        batch.append(i)
        n_cells += len(pair.category)
    if batch:
        yield batch


def _most_likely_angles(cells: Cells) -> FloatArray:
    """Newton's method on all pairs at once; where it would leave the bracket, halve the bracket."""
    low, high = _brackets(cells)
    angle = np.clip(_starting_angles(cells), low, high)
    for count in range(MOST_STEPS):
        slope, curvature = _slope_and_curvature(cells, angle)
        low, high = np.where(slope >= 0, angle, low), np.where(slope <= 0, angle, high)
        downwards = curvature < 0
        newton = angle - slope / np.where(downwards, curvature, 1)
        inside = downwards & (low < newton) & (newton < high) & (count < NEWTON_STEPS)
        following = np.where(inside, newton, (low + high) / 2)
        step, angle = np.abs(following - angle), following
        if step.max() < SMALLEST_STEP:
            break
    return angle


def _brackets(cells: Cells) -> tuple[FloatArray, FloatArray]:
    """Where each angle is looked for: at the boundary only if the score tells every answer."""

    def tells_all(score: FloatArray) -> npt.NDArray[np.bool_]:
        missed = (score < cells.lower) | (score > cells.upper)
        return np.asarray(_by_pair(cells, missed.astype(np.float64)) == 0)

    upwards, downwards = tells_all(cells.score), tells_all(-cells.score)
    return (
        np.where(upwards, LARGEST_ANGLE, -LARGEST_ANGLE),
        np.where(downwards, -LARGEST_ANGLE, LARGEST_ANGLE),
    )


def _starting_angles(cells: Cells) -> FloatArray:
    """From the covariance of the score with the number of the category."""
    covariance = _by_pair(cells, cells.slot * cells.score) / cells.n
    heights = np.bincount(cells.pair_of_slot, weights=cells.density)
    return np.asarray(np.arcsin(np.clip(covariance / heights, -0.9, 0.9)))


def _slope_and_curvature(cells: Cells, angle: FloatArray) -> tuple[FloatArray, FloatArray]:
    """First and second derivative of the logarithm of the likelihood of each pair."""
    view = _view(cells, angle)
    return _by_pair(cells, view.slope), _by_pair(cells, _curvature(view))


def _view(cells: Cells, angle: FloatArray) -> _View:
    sine, cosine = np.sin(angle)[cells.pair], np.cos(angle)[cells.pair]
    lower, upper = ((edge - cells.score * sine) / cosine for edge in (cells.lower, cells.upper))
    logarithm = _log_probability(lower, upper)

    def edge(threshold: FloatArray, at: FloatArray) -> _Edge:
        finite = np.isfinite(threshold)
        at, threshold = np.where(finite, at, 0), np.where(finite, threshold, 0)
        log_ratio = np.where(finite, -(at**2) / 2 - np.log(2 * np.pi) / 2 - logarithm, -np.inf)
        by_angle = (threshold * sine - cells.score) / cosine**2
        return _Edge(threshold, at, np.exp(log_ratio), by_angle)

    return _View(sine, cosine, edge(cells.lower, lower), edge(cells.upper, upper))


def _log_probability(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Logarithm of the normal probability between two limits, exact far out as well."""
    right = lower > 0
    near, far = np.where(right, -lower, upper), np.where(right, -upper, lower)
    log_near = scipy.special.log_ndtr(near)
    return np.asarray(log_near + np.log(-np.expm1(scipy.special.log_ndtr(far) - log_near)))


def _curvature(view: _View) -> FloatArray:
    """How fast the slope of each cell changes with the angle."""

    def of_edge(edge: _Edge) -> FloatArray:
        bend = edge.threshold / view.cosine + 2 * edge.by_angle * view.sine / view.cosine
        return edge.ratio * (bend - edge.at * edge.by_angle**2)

    return of_edge(view.upper) - of_edge(view.lower) - view.slope**2


def _slope_by_threshold(view: _View, edge: _Edge) -> FloatArray:
    """How fast the slope of each cell changes with its upper threshold; the lower has minus it."""
    towards, bend = 1 / view.cosine, view.sine / view.cosine**2
    own = bend - edge.at * towards * edge.by_angle
    return edge.ratio * (own - view.slope * towards)


def _slope_by_score(view: _View) -> FloatArray:
    """How fast the slope of each cell changes with the score."""
    towards, bend = -view.sine / view.cosine, -1 / view.cosine**2

    def of_edge(edge: _Edge) -> FloatArray:
        own = bend - edge.at * towards * edge.by_angle
        return edge.ratio * (own - view.slope * towards)

    return of_edge(view.upper) - of_edge(view.lower)


def _expected(pair: Pair, angle: float) -> Pair:
    """The same scores with the answers that the model expects with each of them."""
    scores, place = np.unique(pair.score, return_inverse=True)
    weight = np.asarray(np.bincount(place, weights=pair.weight), dtype=np.float64)
    edges = np.concatenate([[-np.inf], pair.thresholds, [np.inf]])
    at = (edges[:, None] - scores * np.sin(angle)) / np.cos(angle)
    probability = np.exp(_log_probability(at[:-1], at[1:]))
    category, score = np.nonzero(probability > SMALLEST_PROBABILITY)
    return pair._replace(
        category=category,
        score=scores[score],
        weight=weight[score] * probability[category, score],
    )


def standard_errors(cells: Cells, angle: FloatArray) -> FloatArray:
    """From what each respondent adds to the correlation, thresholds, mean and deviation included.

    The estimates solve equations one after the other; a respondent moves the correlation directly
    and through the thresholds and the standardisation of the score.
    """
    view, z = _view(cells, angle), cells.score
    by_score = _slope_by_score(view)
    by_mean, by_deviation = _by_pair(cells, -by_score), _by_pair(cells, -by_score * z)
    through_score = (by_mean[cells.pair] * z + by_deviation[cells.pair] * (z**2 - 1) / 2) / cells.n[
        cells.pair
    ]
    influence = view.slope + through_score + _through_thresholds(cells, view)[cells.slot]
    information = -_by_pair(cells, _curvature(view))
    return np.asarray(np.cos(angle) * np.sqrt(_by_pair(cells, influence**2)) / information)


def _through_thresholds(cells: Cells, view: _View) -> FloatArray:
    """What an answer in each category adds to the slope of its pair through the thresholds."""
    n_slots = len(cells.pair_of_slot)

    def by_slot(values: FloatArray) -> FloatArray:
        sums = np.bincount(cells.slot, weights=cells.weight * values, minlength=n_slots)
        return np.asarray(sums, dtype=np.float64)

    pull = by_slot(_slope_by_threshold(view, view.upper))
    pull[:-1] -= by_slot(_slope_by_threshold(view, view.lower))[1:]
    last = cells.density == 0
    pull = np.where(last, 0, pull / np.where(last, 1, cells.density))
    upwards = np.cumsum(pull)
    whole = np.bincount(cells.pair_of_slot, weights=pull)
    from_here_on = np.cumsum(whole)[cells.pair_of_slot] - upwards + pull
    average = np.bincount(cells.pair_of_slot, weights=pull * cells.below)
    return (from_here_on - average[cells.pair_of_slot]) / cells.n[cells.pair_of_slot]


def _by_pair(cells: Cells, values: FloatArray) -> FloatArray:
    """Sum over the respondents of each pair."""
    sums = np.bincount(cells.pair, weights=cells.weight * values, minlength=len(cells.n))
    return np.asarray(sums, dtype=np.float64)
