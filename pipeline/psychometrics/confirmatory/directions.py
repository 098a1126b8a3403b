"""Slopes of the fit in directions that a model does not take: new parameters, or given-up equality.

Everything is computed at the solution; no further model is fitted.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.full_information import FullInformation, slopes_of_moments
from pipeline.psychometrics.confirmatory.implied import GroupModel, Moments
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares, ordered_moments
from pipeline.psychometrics.confirmatory.maximum_likelihood import (
    NormalTheory,
    expected_information,
    inverted,
    summed,
)
from pipeline.psychometrics.confirmatory.parameter_table import Row
from pipeline.psychometrics.confirmatory.saturated import expected_moment_information, likelihood
from pipeline.psychometrics.confirmatory.scoring import NotPositiveDefiniteError
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution


class Directions(NamedTuple):
    """Slopes of the log-likelihood in new directions of one group.

    ``score`` (e,), ``crossed`` (k, e) information shared with the free parameters of the group,
    ``information`` (e,) their own, or (e, e) where it was asked for.
    """

    score: FloatArray
    crossed: FloatArray
    information: FloatArray


class _Point(NamedTuple):
    """A group at the solution: its ``model`` with free parameters at ``values``.

    ``extended`` is the model with everything fixed there but the new directions, which are ``at``;
    ``together``: whether the information they share with one another is needed.
    """

    model: GroupModel
    values: FloatArray
    extended: GroupModel
    at: FloatArray
    together: bool

    def crossed(self, slopes: FloatArray, weighted: FloatArray) -> FloatArray:
        """Products of slopes in the directions with weighted ones: all, or each with its own."""
        if self.together:
            return slopes.T @ weighted
        return np.asarray((slopes * weighted).sum(axis=0))


def directions(
    solution: ConfirmatorySolution, group: int, rows: Sequence[Row], together: bool
) -> Directions:
    """Slopes in each of these parameters of one group alone.

    Parameters
    ----------
    solution : ConfirmatorySolution
        A fitted model.
    group : int
        Number of the group.
    rows : sequence of Row
        Parameters that the model fixes or does not have, or that it holds equal to others.
    together : bool
        Whether the information they share with one another is needed.

    Returns
    -------
    Directions
    """
    objective, values = solution.objective, solution.values
    model = objective.models[group]
    if not rows:
        k = len(model.free)
        return Directions(np.empty(0), np.empty((k, 0)), np.empty((0, 0) if together else 0))
    point = _Point(model, values, *_only_free(model, rows, values), together)
    if isinstance(objective, LeastSquares):
        return _by_least_squares(objective, group, point)
    if isinstance(objective, FullInformation):
        return _by_full_information(objective, group, point)
    return _by_likelihood(objective, group, point)


def inverse_information(solution: ConfirmatorySolution) -> FloatArray:
    """Inverse of the information of all respondents in the free parameters, (n_free, n_free).

    Raises
    ------
    ValueError
        If the answers leave parameters of the model undetermined.
    """
    objective, values = solution.objective, solution.values
    try:
        if isinstance(objective, LeastSquares):
            return objective.curvature(objective.slopes(values)).inverse()
        return objective.information(values).inverse() / objective.n
    except NotPositiveDefiniteError:
        raise ValueError(
            "the answers leave parameters of the model undetermined, so nothing can be said of "
            "further ones; simplify the model first"
        ) from None


def _only_free(
    model: GroupModel, rows: Sequence[Row], values: FloatArray
) -> tuple[GroupModel, FloatArray]:
    """The model with everything fixed where it is but these parameters, and their values."""
    place = {(row.matrix, row.row, row.column): number for number, row in enumerate(rows)}

    def with_value(row: Row, free: int) -> Row:
        value = float(values[row.free]) if row.is_free else row.value
        return row._replace(value=value, free=free)

    fixed = [
        with_value(row, -1) for row in model.rows if (row.matrix, row.row, row.column) not in place
    ]
    free = [with_value(row, number) for number, row in enumerate(rows)]
    table = replace(model.table, rows=tuple(fixed + free), n_free=len(rows))
    return GroupModel(table, rows[0].group), np.array([row.value for row in free])


def _by_least_squares(objective: LeastSquares, group: int, point: _Point) -> Directions:
    """By the slopes of thresholds and correlations."""
    sample, weights = objective.samples[group], objective.weights[group]
    here = ordered_moments(point.model, point.values, sample)
    new = ordered_moments(point.extended, point.at, sample).slopes
    weighted = new * weights[:, None]
    return Directions(
        weighted.T @ (sample.moments - here.values),
        here.slopes.T @ weighted,
        point.crossed(new, weighted),
    )


def _by_full_information(objective: FullInformation, group: int, point: _Point) -> Directions:
    """By the slopes of the moments, over patterns of missing answers."""
    sample, extended = objective.samples[group], point.extended
    here, new = point.model.moments(point.values), extended.moments(point.at)
    at = likelihood(sample.patterns, here.covariance, here.mean)
    by_column = 2 * (new.left * (at.by_covariance @ new.right)).sum(axis=0)
    by_column += at.by_mean @ new.mean_slope
    information = expected_moment_information(sample.patterns, here.covariance)
    slopes = slopes_of_moments(new, extended.free)
    weighted = information @ slopes
    return Directions(
        -sample.n / 2 * summed(by_column, new.free, extended.free),
        sample.n * slopes_of_moments(here, point.model.free).T @ weighted,
        sample.n * point.crossed(slopes, weighted),
    )


def _by_likelihood(objective: NormalTheory, group: int, point: _Point) -> Directions:
    """By products of vectors: many new parameters are cheap, no slopes of moments are stored."""
    sample, has_means = objective.samples[group], objective.table.has_means
    here, new = point.model.moments(point.values), _in_order(point.extended.moments(point.at))
    inverse = inverted(here.covariance)
    difference = sample.mean - here.mean if has_means else np.zeros(len(here.mean))
    spread = sample.covariance + np.outer(difference, difference)
    slope = inverse @ spread @ inverse - inverse
    score = (new.left * (slope @ new.right)).sum(axis=0)
    if has_means:
        score = score + (inverse @ difference) @ new.mean_slope
    crossed = _shared_information(here, new, inverse, has_means)
    own_of = expected_information if point.together else _own_information
    return Directions(
        sample.n * score,
        sample.n * summed(crossed.T, here.free, point.model.free).T,
        sample.n * own_of(new, inverse, has_means),
    )


def _in_order(moments: Moments) -> Moments:
    """With one column for each direction, in their order."""
    order = np.argsort(moments.free, kind="stable")
    return moments._replace(
        left=moments.left[:, order],
        right=moments.right[:, order],
        mean_slope=moments.mean_slope[:, order],
        free=moments.free[order],
    )


def _shared_information(
    here: Moments, new: Moments, inverse: FloatArray, has_means: bool
) -> FloatArray:
    """Expected information that two sets of columns share, (columns, columns)."""
    by_left, by_right = inverse @ new.left, inverse @ new.right
    result = (here.left.T @ by_left) * (here.right.T @ by_right)
    result += (here.left.T @ by_right) * (here.right.T @ by_left)
    if has_means:
        result += here.mean_slope.T @ inverse @ new.mean_slope
    return np.asarray(result)


def _own_information(new: Moments, inverse: FloatArray, has_means: bool) -> FloatArray:
    """Expected information of each column alone, (columns,)."""
    by_left, by_right = inverse @ new.left, inverse @ new.right
    result = (new.left * by_left).sum(axis=0) * (new.right * by_right).sum(axis=0)
    result += (new.left * by_right).sum(axis=0) ** 2
    if has_means:
        result += (new.mean_slope * (inverse @ new.mean_slope)).sum(axis=0)
    return np.asarray(result)
