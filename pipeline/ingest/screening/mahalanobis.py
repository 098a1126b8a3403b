"""How far a respondent's answers lie from those of all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from pipeline.ingest.screening.matrix import Answers, BoolArray, FloatArray, blocks
from pipeline.ingest.screening.normal import blocks_of, estimate_normal, group_by_gaps, invert

MOST_PEOPLE_TIMES_ITEMS_SQUARED = 20_000_000
MOST_ITEMS = 150
ENOUGH_PEOPLE = 3_000
"""The covariance comes from at most this many people, or more where there are few items."""

TOLERANCE, MOST_ITERATIONS = 1e-3, 100
"""When the estimate for screening is exact enough, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Distances:
    """Squared distance of each respondent, and its upper tail probability under normality.

    Attributes
    ----------
    squared, p : ndarray, shape (n_people,)
        NaN where the distance cannot be judged.
    """

    squared: FloatArray
    p: FloatArray


def squared_mahalanobis(answers: Answers, mean: FloatArray, covariance: FloatArray) -> FloatArray:
    r"""Squared Mahalanobis distance over the items each respondent answered.

    Parameters
    ----------
    answers : ndarray, shape (n_people, n_items)
        NaN for no answer.
    mean : ndarray, shape (n_items,)
        Means, of complete answers or from :func:`estimate_normal`.
    covariance : ndarray, shape (n_items, n_items)
        Covariance, positive definite.

    Returns
    -------
    ndarray, shape (n_people,)
        To be compared with chi-square on as many degrees of freedom as items answered; NaN without
        an answer.

    Notes
    -----
    .. math:: d_p^2 = (x_o - \mu_o)' \Sigma_{oo}^{-1} (x_o - \mu_o)
        = z'Kz - (Kz)_m' K_{mm}^{-1} (Kz)_m

    with :math:`o` the items answered, :math:`m` those not answered, :math:`K = \Sigma^{-1}` and
    :math:`z` the deviations with 0 in the gaps. The second form needs only a system as large as the
    number of gaps. With complete answers and their covariance it is R ``careless::mahad`` [1]_.

    References
    ----------
    .. [1] Meade & Craig (2012). Psychological Methods, 17(3), 437-455.
    """
    precision = invert(covariance)
    result = np.full(len(answers), np.nan)
    for block in blocks(len(answers)):
        result[block] = _distances(answers[block] - mean, covariance, precision)
    return result


@dataclass(frozen=True, slots=True)
class EnoughForCovariance:
    """How many people and answers a distance needs; see :func:`distances_where_judged`."""

    least_people: int
    people_per_item: int
    least_items: int

    def people(self, n_items: float) -> float:
        """Fewest people for so many items."""
        return max(self.least_people, self.people_per_item * n_items)


def distances_where_judged(
    answers: Answers, least_people: int = 50, people_per_item: int = 5, least_items: int = 10
) -> Distances:
    """Distances of those for whose items there are enough people to know a covariance.

    Parameters
    ----------
    answers : ndarray, shape (n_people, n_items)
        NaN for no answer; items that few people were asked may be among them.
    least_people, people_per_item : int
        A respondent is judged if every two of the items answered were answered together by at
        least `least_people` people and by `people_per_item` times the items answered.
    least_items : int
        Fewest items answered.

    Notes
    -----
    Mean and covariance come from :func:`estimate_normal` on people spread evenly over the rows, all
    of them up to about 3,000 (more where there are fewer than 80 items), who can be judged
    themselves: a few who answered what nobody else had together would make it singular. Items that
    too few of them answered, or all in the same way, count as not answered. With more items than
    150 (:data:`MOST_ITEMS`) nobody is judged: the covariance would take minutes to learn.
    """
    enough = EnoughForCovariance(least_people, people_per_item, least_items)
    sample = answers[_spread_evenly(*answers.shape)]
    sample, usable = _people_and_items_to_learn_from(sample, enough)
    squared, n_answered = np.full(len(answers), np.nan), np.zeros(len(answers))
    if np.count_nonzero(usable) > MOST_ITEMS:
        return Distances(squared, squared)
    moments = estimate_normal(sample[:, usable], TOLERANCE, MOST_ITERATIONS)
    if moments.reason:
        return Distances(squared, squared)
    together = _answered_together(sample[:, usable])
    for block in blocks(len(answers)):
        used = answers[block][:, usable]
        judged = _are_judged(used, together, enough)
        distances = squared_mahalanobis(used, moments.mean, moments.unbiased_covariance)
        squared[block] = np.where(judged, distances, np.nan)
        n_answered[block] = (~np.isnan(used)).sum(axis=1)
    return Distances(squared, np.asarray(chi2.sf(squared, n_answered)))


def _spread_evenly(n_people: int, n_items: int) -> np.ndarray:
    most = max(ENOUGH_PEOPLE, MOST_PEOPLE_TIMES_ITEMS_SQUARED // max(n_items, 1) ** 2)
    if n_people <= most:
        return np.arange(n_people)
    return np.linspace(0, n_people - 1, most).astype(np.int64)


def _people_and_items_to_learn_from(
    sample: Answers, enough: EnoughForCovariance
) -> tuple[Answers, BoolArray]:
    """Those of the sample who can be judged, and the items they say enough about."""
    given = ~np.isnan(sample)
    typical = float(np.median(given.sum(axis=1))) if len(sample) else 0.0
    usable = given.sum(axis=0) >= enough.people(typical)
    used = sample[:, usable]
    kept = sample[_are_judged(used, _answered_together(used), enough)]
    given = ~np.isnan(kept)
    highest = np.max(kept, axis=0, where=given, initial=-np.inf)
    lowest = np.min(kept, axis=0, where=given, initial=np.inf)
    return kept, usable & (given.sum(axis=0) >= enough.least_people) & (highest > lowest)


def _answered_together(sample: Answers) -> FloatArray:
    given = (~np.isnan(sample)).astype(np.float64)
    return given.T @ given


def _are_judged(answers: Answers, together: FloatArray, enough: EnoughForCovariance) -> BoolArray:
    """Who answered enough items, every two of them together with enough people."""
    given = (~np.isnan(answers)).astype(np.float64)
    n_answered = given.sum(axis=1)
    judged = n_answered >= max(enough.least_items, 2)
    for n in np.unique(n_answered[judged]):
        rare = (together < enough.people(n)).astype(np.float64)
        rows = np.flatnonzero(n_answered == n)
        judged[rows] = ((given[rows] @ rare) * given[rows]).sum(axis=1) == 0
    return np.asarray(judged)


def _distances(deviations: FloatArray, covariance: FloatArray, precision: FloatArray) -> FloatArray:
    filled = np.nan_to_num(deviations)
    weighted = filled @ precision
    distances = (weighted * filled).sum(axis=1)
    n_items = deviations.shape[1]
    for people, gaps in group_by_gaps(deviations):
        if gaps.shape[1] == n_items:
            distances[people] = np.nan
        elif 2 * gaps.shape[1] <= n_items:
            excess = np.take_along_axis(weighted[people], _for_each(gaps, len(people)), 1)
            distances[people] -= _quadratic_forms(blocks_of(precision, gaps), excess)
        else:
            given = _other_columns(gaps, n_items)
            answered = np.take_along_axis(filled[people], _for_each(given, len(people)), 1)
            distances[people] = _quadratic_forms(blocks_of(covariance, given), answered)
    return np.asarray(np.maximum(distances, 0.0))


def _quadratic_forms(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    """``v' M^-1 v`` for each row of `vectors`, of one matrix for all or of one each."""
    if len(matrices) == 1:
        return np.asarray((np.linalg.solve(matrices[0], vectors.T).T * vectors).sum(axis=1))
    solved = np.linalg.solve(matrices, vectors[:, :, None])[:, :, 0]
    return np.asarray((solved * vectors).sum(axis=1))


def _for_each(columns: np.ndarray, n_people: int) -> np.ndarray:
    return np.broadcast_to(columns, (n_people, columns.shape[1]))


def _other_columns(gaps: np.ndarray, n_items: int) -> np.ndarray:
    given = np.ones((len(gaps), n_items), dtype=bool)
    np.put_along_axis(given, gaps, False, axis=1)
    return np.nonzero(given)[1].reshape(len(gaps), -1)
