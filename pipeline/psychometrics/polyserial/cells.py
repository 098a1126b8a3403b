"""An item against a score, as a table of how often each answer went with each value."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy

from pipeline.psychometrics._distributions import normal_density
from pipeline.psychometrics._responses import FEWEST_RESPONDENTS, FloatArray, IntArray


class Coded(NamedTuple):
    """A column as its different values in ascending order, and the place of each entry in them.

    The place of a missing entry is -1.
    """

    places: IntArray
    values: FloatArray


class Pair(NamedTuple):
    """An item and a score over those who have both.

    A cell is a category together with a value of the score that goes with it. ``category``,
    ``weight`` (respondents) and ``score`` (in standard deviations from the mean) have an entry a
    cell; ``thresholds`` one between each two of the ``categories`` that somebody chose.
    """

    category: IntArray
    weight: FloatArray
    score: FloatArray
    categories: FloatArray
    thresholds: FloatArray
    n: int
    problem: str | None


class Cells(NamedTuple):
    """The cells of several pairs, laid end to end, with the thresholds on either side of each.

    ``slot`` is the place of a category of a pair among all categories of all pairs; ``below`` and
    ``density`` have an entry a slot: the share of answers up to it, and the height of the normal
    curve at its upper threshold (zero for the highest category).
    """

    pair: IntArray
    slot: IntArray
    weight: FloatArray
    score: FloatArray
    lower: FloatArray
    upper: FloatArray
    pair_of_slot: IntArray
    below: FloatArray
    density: FloatArray
    n: FloatArray


def coded(column: FloatArray) -> Coded:
    """A column of numbers or NaN as places in its different values."""
    places, values = pd.factorize(column, sort=True)
    return Coded(places, np.asarray(values, dtype=np.float64))


def pair_of(item: Coded, score: Coded) -> Pair:
    """The cells of an item and a score, or why they have no correlation."""
    width = len(score.values) + 1
    counts = np.bincount(
        (item.places + 1) * width + score.places + 1, minlength=(len(item.values) + 1) * width
    ).reshape(-1, width)[1:, 1:]
    chosen = counts.sum(axis=1) > 0
    category, value = np.nonzero(counts[chosen])
    weight = counts[chosen][category, value].astype(np.float64)
    n = int(weight.sum())
    problem = _problem(item, n, int(chosen.sum()), len(np.unique(value)))
    return Pair(
        category=category,
        weight=weight,
        score=_standardised(score.values[value], weight) if problem is None else weight,
        categories=item.values[chosen],
        thresholds=_thresholds(counts.sum(axis=1)[chosen]),
        n=n,
        problem=problem,
    )


def _problem(item: Coded, n: int, n_categories: int, n_scores: int) -> str | None:
    if not len(item.values):
        return "item_without_answers"
    if n < FEWEST_RESPONDENTS:
        return "too_few_respondents"
    if n_categories < 2:
        return "constant_item"
    return "no_variation" if n_scores < 2 else None


def _standardised(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Scores in standard deviations (divisor n, the maximum-likelihood one) from their mean."""
    centred = values - np.average(values, weights=weight)
    return np.asarray(centred / np.sqrt(np.average(centred**2, weights=weight)))


def _thresholds(counts: IntArray) -> FloatArray:
    """Where the normal curve has to be cut to leave these counts between the cuts."""
    return np.asarray(scipy.special.ndtri(np.cumsum(counts)[:-1] / max(counts.sum(), 1)))


def end_to_end(pairs: Sequence[Pair]) -> Cells:
    """The cells of pairs that have no problem, as one."""
    sizes = [len(pair.categories) for pair in pairs]
    first_slot = np.cumsum([0, *sizes[:-1]])
    upper = np.concatenate([np.append(pair.thresholds, np.inf) for pair in pairs])
    lower = np.concatenate([np.append(-np.inf, pair.thresholds) for pair in pairs])
    slot = np.concatenate(
        [pair.category + start for pair, start in zip(pairs, first_slot, strict=True)]
    )
    return Cells(
        pair=np.repeat(np.arange(len(pairs)), [len(pair.category) for pair in pairs]),
        slot=slot,
        weight=np.concatenate([pair.weight for pair in pairs]),
        score=np.concatenate([pair.score for pair in pairs]),
        lower=lower[slot],
        upper=upper[slot],
        pair_of_slot=np.repeat(np.arange(len(pairs)), sizes),
        below=scipy.special.ndtr(upper),
        density=normal_density(upper),
        n=np.array([pair.n for pair in pairs], dtype=np.float64),
    )
