"""Whether a respondent's answers fit what is easy and hard to agree with for others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from pipeline.ingest.screening.matrix import (
    Answers,
    BoolArray,
    FloatArray,
    blocks,
    column_means,
    in_blocks,
    row_correlations,
)
from pipeline.ingest.screening.patterns import answer_patterns


@dataclass(frozen=True, slots=True)
class GuttmanErrors:
    """Guttman errors of each respondent on one scale.

    Attributes
    ----------
    errors, maximum : ndarray, shape (n_people,)
        Number of errors, and the largest number that the same total over the same items allows;
        NaN without an answer.
    """

    errors: FloatArray
    maximum: FloatArray

    @property
    def normed(self) -> FloatArray:
        """Errors divided by their maximum: 0 fits perfectly, 1 could not fit worse."""
        possible = self.maximum > 0
        return np.where(possible, self.errors / np.where(possible, self.maximum, 1.0), np.nan)


def person_total_correlations(answers: Answers, least_items: int = 3) -> FloatArray:
    """Correlation of each respondent's answers with the means of the items over everybody.

    Parameters
    ----------
    answers : ndarray, shape (n_people, n_items)
        Answers as given, before keying; NaN for none.
    least_items : int
        Fewest items answered.

    Returns
    -------
    ndarray, shape (n_people,)
        NaN below `least_items` and for those who always answered the same.

    Notes
    -----
    The respondent is among everybody, as in Donlon and Fischer's index [1]_; with more than 50
    people this makes no difference that matters.

    References
    ----------
    .. [1] Donlon & Fischer (1968). Educational and Psychological Measurement, 28(1), 105-113.
    """
    means = column_means(answers)
    return in_blocks(
        lambda block: row_correlations(block, np.broadcast_to(means, block.shape), least_items),
        answers,
    )


def count_guttman_errors(answers: Answers, n_categories: int, lowest: float = 1) -> GuttmanErrors:
    r"""Polytomous Guttman errors of each respondent, with their largest possible number.

    Parameters
    ----------
    answers : ndarray, shape (n_people, n_items)
        Keyed answers to the items of one scale, from `lowest` on; NaN for none.
    n_categories : int
        Number of answers to choose from.
    lowest : float
        The lowest answer.

    Raises
    ------
    ValueError
        If an answer is outside the scale.

    Notes
    -----
    An item with :math:`C` answers is passed in up to :math:`C - 1` steps. The steps of the items a
    respondent answered are put in order by the share of people who take them, most first. A Guttman
    error is a pair of steps of which the less popular is taken and the more popular is not; equally
    popular steps count half, so that the order of the items does not matter. With :math:`r` the
    ranks (from 0, shared by ties) of the :math:`X` steps taken,

    .. math:: G = \sum r - X (X - 1) / 2, \qquad G_{n} = G / \max_{X}(G)

    where the maximum is over all answers with the same :math:`X`, found exactly by dynamic
    programming over the items [1]_. Gaps are handled by taking ranks and maximum over the items
    answered only.

    References
    ----------
    .. [1] Emons (2008). Applied Psychological Measurement, 32(3), 224-247.
    """
    n_steps = n_categories - 1
    if np.any((answers < lowest) | (answers > lowest + n_steps)):
        raise ValueError(f"answers must be between {lowest:g} and {lowest + n_steps:g} or missing")
    popularity = _popularity_of_steps(answers, n_steps, lowest)
    patterns = answer_patterns(answers)
    errors, maximum = np.full((2, len(answers)), np.nan)
    for answered, rows in zip(patterns.answered, patterns.people(), strict=False):
        if not answered.any():
            continue
        ranks = _summed_ranks(popularity, answered)
        taken = np.rint(answers[np.ix_(rows, answered)] - lowest).astype(np.int64)
        total = taken.sum(axis=1)
        pairs = total * (total - 1) / 2
        summed = ranks[np.arange(len(ranks)), taken].sum(axis=1)
        errors[rows] = summed - pairs
        maximum[rows] = _largest_sums(ranks)[total] - pairs
    return GuttmanErrors(errors, maximum)


def _popularity_of_steps(answers: Answers, n_steps: int, lowest: float) -> FloatArray:
    """Share of those who answered an item that take each of its steps; (n_items, n_steps)."""
    n_answered, n_taken = np.zeros(answers.shape[1]), np.zeros((answers.shape[1], n_steps))
    for block in blocks(len(answers)):
        some = answers[block]
        n_answered += (~np.isnan(some)).sum(axis=0)
        for step in range(n_steps):
            n_taken[:, step] += (some > lowest + step).sum(axis=0)
    return n_taken / np.maximum(n_answered, 1)[:, None]


def _summed_ranks(popularity: FloatArray, answered: BoolArray) -> FloatArray:
    """Sum of the ranks of the first 0, 1, ... steps of each answered item; (n_items, C)."""
    of_items = popularity[answered]
    ranks = rankdata(-of_items).reshape(of_items.shape) - 1
    return np.concatenate([np.zeros((len(ranks), 1)), ranks.cumsum(axis=1)], axis=1)


def _largest_sums(ranks: FloatArray) -> FloatArray:
    """Largest sum of ranks for each number of steps taken."""
    n_items, n_categories = ranks.shape
    best = np.full(n_items * (n_categories - 1) + 1, -np.inf)
    best[0] = 0
    for item in ranks:
        options = [best + item[0]]
        for taken in range(1, n_categories):
            options.append(np.concatenate([np.full(taken, -np.inf), best[:-taken] + item[taken]]))
        best = np.max(options, axis=0)
    return best
