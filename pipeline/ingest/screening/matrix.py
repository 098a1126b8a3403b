"""Answers as a matrix, worked through a block of respondents at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Answers = npt.NDArray[np.float64] | npt.NDArray[np.float32]

BLOCK = 20_000
"""Respondents worked on at a time, so that a million of them need little memory."""


def to_matrix(answers: pd.DataFrame) -> Answers:
    """Answers with NaN where there is none; single precision holds the codes of answers exactly."""
    return answers.to_numpy(dtype=np.float32, na_value=np.nan)


def blocks(n_people: int, size: int = BLOCK) -> Iterator[slice]:
    """Slices that together cover everybody once, in order."""
    yield from (slice(start, start + size) for start in range(0, n_people, size))


def in_blocks(function: Callable[[FloatArray], FloatArray], answers: Answers) -> FloatArray:
    """What `function` gives for each respondent, where it looks at each one alone.

    Parameters
    ----------
    function : callable
        From answers in double precision, shape (n, n_items), to a number each, shape (n,).
    answers : ndarray, shape (n_people, n_items)
        Everybody.
    """
    result = np.full(len(answers), np.nan)
    for block in blocks(len(answers)):
        result[block] = function(answers[block].astype(np.float64))
    return result


def column_means(answers: Answers) -> FloatArray:
    """Mean of each item over those who answered it; NaN where nobody did."""
    n, sums = np.zeros((2, answers.shape[1]))
    for block in blocks(len(answers)):
        given = ~np.isnan(answers[block])
        n += given.sum(axis=0)
        sums += np.where(given, answers[block], 0).sum(axis=0, dtype=np.float64)
    return np.where(n > 0, sums / np.maximum(n, 1), np.nan)


def row_means(values: FloatArray) -> FloatArray:
    """Mean of what was answered in each row; NaN where nothing was."""
    answered = ~np.isnan(values)
    sums = np.where(answered, values, 0.0).sum(axis=1)
    n = answered.sum(axis=1)
    return np.where(n > 0, sums / np.maximum(n, 1), np.nan)


def row_correlations(x: FloatArray, y: FloatArray, least: int) -> FloatArray:
    """Pearson correlation within each row over the places where both have a number.

    Parameters
    ----------
    x, y : ndarray, shape (n_people, n_places)
        Two numbers a place; NaN where there is none.
    least : int
        Fewest places for a correlation.

    Returns
    -------
    ndarray, shape (n_people,)
        NaN below `least` places, and where one of the two does not vary.
    """
    both = ~(np.isnan(x) | np.isnan(y))
    a, a_varies = _centred(x, both)
    b, b_varies = _centred(y, both)
    defined = (both.sum(axis=1) >= least) & a_varies & b_varies
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    correlations = (a * b).sum(axis=1) / np.where(defined, scale, 1.0)
    return np.where(defined, np.clip(correlations, -1.0, 1.0), np.nan)


def _centred(values: FloatArray, used: BoolArray) -> tuple[FloatArray, BoolArray]:
    """Deviations from the mean of each row, 0 where not used; and whether the row varies."""
    means = np.where(used, values, 0.0).sum(axis=1) / np.maximum(used.sum(axis=1), 1)
    deviations = np.where(used, values - means[:, None], 0.0)
    highest = np.max(values, axis=1, where=used, initial=-np.inf)
    lowest = np.min(values, axis=1, where=used, initial=np.inf)
    return deviations, np.asarray(highest - lowest > 1e-12 * np.maximum(1.0, np.abs(highest)))
