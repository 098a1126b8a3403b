"""Runs of identical answers in the order of the questionnaire."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.ingest.screening.matrix import Answers, FloatArray, IntArray, blocks


@dataclass(frozen=True, slots=True)
class IdenticalRuns:
    """Runs of identical answers of each respondent.

    Attributes
    ----------
    longest : ndarray of int, shape (n_people,)
        Length of the longest run; 0 without an answer.
    average : ndarray, shape (n_people,)
        Answers divided by runs; NaN without an answer.
    across_keying : ndarray of int, shape (n_people,)
        Length of the longest run that holds an item of either direction; 0 where there is none.
    """

    longest: IntArray
    average: FloatArray
    across_keying: IntArray


def identical_runs(answers: Answers, keyed: IntArray | None = None) -> IdenticalRuns:
    """Longest and average run of identical answers, blanks passed over.

    Parameters
    ----------
    answers : ndarray, shape (n_people, n_items)
        Answers as given, before keying, in the order in which they were asked; NaN for none.
    keyed : ndarray of int, shape (n_items,), optional
        1 or -1 for each item; without it no run is across keying.

    Notes
    -----
    Agrees with R ``careless::longstring(avg = TRUE)`` [1]_, which does not pass over blanks. A run
    across keying cannot be meant: it agrees with a statement and with its opposite.

    References
    ----------
    .. [1] Johnson (2005). Journal of Research in Personality, 39(1), 103-129.
    """
    directions = np.ones(answers.shape[1]) if keyed is None else np.asarray(keyed)
    parts = [_runs_of_block(answers[block], directions) for block in blocks(len(answers))]
    columns = np.concatenate(parts, axis=1) if parts else np.zeros((4, 0), dtype=np.int64)
    longest, n_runs, n_answered, across = columns
    average = np.where(n_runs > 0, n_answered / np.maximum(n_runs, 1), np.nan)
    return IdenticalRuns(longest, average, across)


def _runs_of_block(answers: Answers, directions: FloatArray | IntArray) -> IntArray:
    """Longest run, number of runs, of answers, and longest run across keying; shape (4, n)."""
    last = np.full(len(answers), np.nan)
    run, longest, n_runs, n_answered, across = np.zeros((5, len(answers)), dtype=np.int64)
    seen_up, seen_down = np.zeros((2, len(answers)), dtype=bool)
    for column, direction in zip(answers.T, directions, strict=True):
        given = ~np.isnan(column)
        goes_on = given & (column == last)
        starts = given & ~goes_on
        run = np.where(goes_on, run + 1, np.where(starts, 1, run))
        seen_up = (seen_up & ~starts) | (given & (direction > 0))
        seen_down = (seen_down & ~starts) | (given & (direction < 0))
        last = np.where(given, column, last)
        longest = np.maximum(longest, run)
        across = np.maximum(across, np.where(seen_up & seen_down, run, 0))
        n_runs += starts
        n_answered += given
    return np.stack([longest, n_runs, n_answered, across])
