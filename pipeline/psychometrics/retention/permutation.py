"""Correlations of data like the answers, but in which no two items have anything in common."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.psychometrics._kinds import CorrelationKind
from pipeline.psychometrics._pairwise import pairwise_correlations
from pipeline.psychometrics._responses import FEWEST_RESPONDENTS, FloatArray, to_numbers
from pipeline.psychometrics._threads import in_threads
from pipeline.psychometrics.counts import encode
from pipeline.psychometrics.polychoric.estimate import correlations_of_codes

MATRICES_AT_ONCE = 128
"""So many correlation matrices are held at the same time, however many are drawn."""

_Draw = Callable[[int], FloatArray]


def null_correlations(
    responses: pd.DataFrame, kind: CorrelationKind, rng: np.random.Generator, n_replications: int
) -> Iterator[FloatArray]:
    """Correlation matrices of shuffled answers, in stacks of shape (n_drawn, n_items, n_items).

    Every item keeps its answers and the respondents who gave one; who gave which is drawn anew.
    Each data set has a seed of its own, taken from `rng`. A pair without a correlation counts as
    uncorrelated.
    """
    draw = _polychoric_draw(responses) if kind == "polychoric" else _pearson_draw(responses)
    seeds = rng.integers(2**63, size=n_replications).tolist()
    for start in range(0, n_replications, MATRICES_AT_ONCE):
        yield np.stack(list(in_threads(draw, seeds[start : start + MATRICES_AT_ONCE])))


def shuffled(
    answers: npt.NDArray[Any], answered: npt.NDArray[np.bool_], rng: np.random.Generator
) -> npt.NDArray[Any]:
    """Answers in random order, an item a row, each item among those who answered it."""
    if answered.all():
        return rng.permuted(answers, axis=1)
    drawn = answers.copy()
    for row, there in zip(drawn, answered, strict=True):
        row[there] = rng.permutation(row[there])
    return drawn


def _pearson_draw(responses: pd.DataFrame) -> _Draw:
    answers = np.ascontiguousarray(to_numbers(responses).T)
    answered = ~np.isnan(answers)
    if answered.all():
        return _complete_pearson_draw(answers)

    def draw(seed: int) -> FloatArray:
        drawn = shuffled(answers, answered, np.random.default_rng(seed))
        correlations, n = pairwise_correlations(drawn.T)
        correlations[n < FEWEST_RESPONDENTS] = np.nan
        return _without_holes(correlations)

    return draw


def _complete_pearson_draw(answers: FloatArray) -> _Draw:
    """Shuffling leaves means and variances alone, so that standard scores can be shuffled."""
    centred = answers - answers.mean(axis=1, keepdims=True)
    lengths = np.sqrt((centred**2).sum(axis=1, keepdims=True))
    scores = np.divide(centred, lengths, out=np.zeros_like(centred), where=lengths > 0)
    answered = np.ones(scores.shape, dtype=bool)

    def draw(seed: int) -> FloatArray:
        drawn = shuffled(scores, answered, np.random.default_rng(seed))
        return _without_holes(drawn @ drawn.T)

    return draw


def _polychoric_draw(responses: pd.DataFrame) -> _Draw:
    codes = encode(responses)
    values = np.ascontiguousarray(codes.values.T)
    answered = values >= 0

    def draw(seed: int) -> FloatArray:
        drawn = shuffled(values, answered, np.random.default_rng(seed))
        return _without_holes(correlations_of_codes(drawn.T, codes.n_categories))

    return draw


def _without_holes(correlations: FloatArray) -> FloatArray:
    filled = np.where(np.isnan(correlations), 0.0, correlations)
    np.fill_diagonal(filled, 1.0)
    return filled
