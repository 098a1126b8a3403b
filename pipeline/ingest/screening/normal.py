"""Mean and covariance of answers with gaps: maximum likelihood under normality, by EM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipeline.ingest.screening.matrix import Answers, FloatArray, IntArray
from pipeline.ingest.screening.patterns import answer_patterns

FREQUENT = 30
"""Patterns with as many people are worked one by one, the others many at a time."""

GATHERED = 2_000_000
"""Numbers in the small matrices that are worked at a time."""

SINGULAR = 1e-9
"""A correlation matrix with a smaller eigenvalue is singular for our purposes."""


@dataclass(frozen=True, slots=True)
class NormalMoments:
    """Maximum-likelihood mean and covariance of a normal distribution.

    Attributes
    ----------
    mean : ndarray, shape (n_items,)
        Means.
    covariance : ndarray, shape (n_items, n_items)
        Covariance with n in the denominator.
    n : int
        People with at least one answer.
    n_iterations : int
        Steps of the EM algorithm.
    converged : bool
        Whether the last step changed no mean or covariance by more than the tolerance, in units of
        the standard deviations.
    reason : str
        Why there is no estimate, empty where there is one: ``too_few_people``,
        ``item_without_answers``, ``constant_item``, ``singular`` or ``not_converged``.
    """

    mean: FloatArray
    covariance: FloatArray
    n: int
    n_iterations: int
    converged: bool
    reason: str = ""

    @property
    def unbiased_covariance(self) -> FloatArray:
        """Covariance with n - 1 in the denominator."""
        return self.covariance * (self.n / (self.n - 1))


class SamePlaces(NamedTuple):
    """People who have the same number of gaps, and the columns of these.

    `columns` has one row for all of them where the gaps are the same, else a row a person.
    """

    people: IntArray
    columns: IntArray


def estimate_normal(
    answers: Answers, tolerance: float = 1e-8, max_iterations: int = 1000
) -> NormalMoments:
    r"""Mean and covariance from everybody who answered something.

    Parameters
    ----------
    answers : ndarray, shape (n_people, n_items)
        NaN for no answer.
    tolerance : float
        Largest change of the last step, in units of the standard deviations.
    max_iterations : int
        Most steps.

    Notes
    -----
    The EM algorithm of Little and Rubin [1]_ (section 11.2). With :math:`K` the inverse of the
    covariance, :math:`m` the gaps of a person and :math:`z` the deviations from the mean with 0 in
    the gaps, the gaps have conditional covariance :math:`K_{mm}^{-1}` and mean
    :math:`-K_{mm}^{-1} (K z)_m`. It starts from the means and variances of what was
    answered; from correlations it settles far more slowly where items were never asked together.

    References
    ----------
    .. [1] Little & Rubin (2002). Statistical analysis with missing data, 2nd ed. Wiley.
    """
    values = answers[~np.isnan(answers).all(axis=1)].astype(np.float64)
    reason = _why_not(values)
    if reason:
        return _no_estimate(values, reason)
    mean, variance = np.nanmean(values, axis=0), np.nanvar(values, axis=0)
    covariance = np.diag(variance)
    gaps = group_by_gaps(values)
    for iteration in range(1, max_iterations + 1):
        if _is_singular(covariance):
            return _no_estimate(values, "singular", iteration)
        shift, updated = _one_step(values - mean, covariance, gaps)
        sd = np.sqrt(variance)
        change = max(
            np.abs(shift / sd).max(), np.abs((updated - covariance) / np.outer(sd, sd)).max()
        )
        mean, covariance = mean + shift, updated
        if change <= tolerance:
            if _is_singular(covariance):
                return _no_estimate(values, "singular", iteration)
            return NormalMoments(mean, covariance, len(values), iteration, converged=True)
    return NormalMoments(mean, covariance, len(values), max_iterations, False, "not_converged")


def group_by_gaps(values: Answers) -> list[SamePlaces]:
    """Everybody with a gap, so that those with the same or as many gaps are worked together."""
    patterns = answer_patterns(values)
    n_gaps = (~patterns.answered).sum(axis=1)
    groups = []
    rare = np.ones(len(patterns.answered), dtype=bool)
    frequent = np.flatnonzero((patterns.n >= FREQUENT) & (n_gaps > 0))
    people = patterns.people() if len(frequent) else []
    for pattern in frequent:
        columns = np.flatnonzero(~patterns.answered[pattern])
        groups.append(SamePlaces(people[pattern], columns[None, :]))
        rare[pattern] = False
    n_gaps_of_person = np.where(rare, n_gaps, 0)[patterns.of_person]
    for n in np.unique(n_gaps_of_person[n_gaps_of_person > 0]):
        rows = np.flatnonzero(n_gaps_of_person == n)
        size = max(1, GATHERED // int(n * n))
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            places = np.nonzero(np.isnan(values[some]))[1]
            groups.append(SamePlaces(some, places.reshape(len(some), n)))
    return groups


def invert(matrices: FloatArray) -> FloatArray:
    """The inverse of a matrix, or of each of several."""
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


def blocks_of(matrix: FloatArray, columns: IntArray) -> FloatArray:
    """The square part of `matrix` at each row of `columns`; shape (n, k, k)."""
    return matrix[columns[:, :, None], columns[:, None, :]]


def _one_step(
    deviations: FloatArray, covariance: FloatArray, gaps: list[SamePlaces]
) -> tuple[FloatArray, FloatArray]:
    """How far the mean moves, and the new covariance."""
    filled = np.nan_to_num(deviations)
    precision = invert(covariance)
    n_items = len(covariance)
    uncertain = np.zeros(n_items * n_items)
    for people, columns in gaps:
        conditional = invert(blocks_of(precision, columns))
        rows = people[:, None]
        pull = np.take_along_axis(
            filled[people] @ precision, np.broadcast_to(columns, (len(people), columns.shape[1])), 1
        )
        if len(columns) == 1:
            filled[rows, columns] = -pull @ conditional[0]
            conditional = conditional * len(people)
        else:
            filled[rows, columns] = -np.einsum("nij,nj->ni", conditional, pull)
        places = columns[:, :, None] * n_items + columns[:, None, :]
        uncertain += np.bincount(places.ravel(), conditional.ravel(), minlength=n_items**2)
    shift = filled.mean(axis=0)
    products = filled.T @ filled + uncertain.reshape(n_items, n_items)
    updated = products / len(filled) - np.outer(shift, shift)
    return shift, (updated + updated.T) / 2


def _why_not(values: FloatArray) -> str:
    if values.shape[0] < 3 or values.shape[1] == 0:
        return "too_few_people"
    answered = ~np.isnan(values)
    if not answered.any(axis=0).all():
        return "item_without_answers"
    if (np.nanmax(values, axis=0) == np.nanmin(values, axis=0)).any():
        return "constant_item"
    return ""


def _is_singular(covariance: FloatArray) -> bool:
    variances = np.diag(covariance)
    if not (np.isfinite(covariance).all() and (variances > 0).all()):
        return True
    sd = np.sqrt(variances)
    return bool(np.linalg.eigvalsh(covariance / np.outer(sd, sd))[0] < SINGULAR)


def _no_estimate(values: FloatArray, reason: str, n_iterations: int = 0) -> NormalMoments:
    k = values.shape[1]
    empty = np.full((k, k), np.nan)
    return NormalMoments(np.full(k, np.nan), empty, len(values), n_iterations, False, reason)
