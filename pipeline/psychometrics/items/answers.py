"""How an item was answered, from how often each answer was given."""

from collections.abc import Sequence
from math import nan
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FEWEST_RESPONDENTS, FloatArray, IntArray

SPARSE_SHARE = 0.05
"""A category that fewer chose says little about what separates it from its neighbours."""

LARGE_SHARE = 0.15
"""More than this in the lowest or highest category is a floor or ceiling effect."""


class Answers(NamedTuple):
    """The different answers to an item in ascending order, how often each, and how many none."""

    values: FloatArray
    counts: IntArray
    n_missing: int

    @property
    def n(self) -> int:
        """Number of answers."""
        return int(self.counts.sum())


class Moments(NamedTuple):
    """Location, spread and shape; missing where undefined."""

    mean: float
    sd: float
    skewness: float
    excess_kurtosis: float


def count_column(column: FloatArray) -> Answers:
    """The answers to an item, NaN where there is none."""
    places, values = pd.factorize(column, sort=True)
    counts = np.bincount(places + 1, minlength=len(values) + 1)
    return Answers(np.asarray(values, dtype=np.float64), counts[1:], int(counts[0]))


def moments(answers: Answers) -> Moments:
    """Mean, standard deviation (n - 1), skewness and excess kurtosis of type 3."""
    n, counts = answers.n, answers.counts
    if n == 0:
        return Moments(nan, nan, nan, nan)
    mean = float(counts @ answers.values / n)
    if n == 1:
        return Moments(mean, nan, nan, nan)
    if len(counts) == 1:
        return Moments(mean, 0.0, nan, nan)
    centred = answers.values - mean
    sd = float(np.sqrt(counts @ centred**2 / (n - 1)))
    standard = centred / sd
    return Moments(mean, sd, float(counts @ standard**3 / n), float(counts @ standard**4 / n - 3))


def category_counts(answers: Answers, offered: Sequence[float]) -> dict[float, int]:
    """How often each category on offer was chosen."""
    given = dict(zip(answers.values.tolist(), answers.counts.tolist(), strict=True))
    return {category: given.get(category, 0) for category in offered}


def category_shares(answers: Answers, offered: Sequence[float]) -> dict[float, float]:
    """Share of each category on offer in all answers; missing where there are none."""
    n = answers.n
    counts = category_counts(answers, offered)
    return {category: count / n if n else nan for category, count in counts.items()}


def flag_of_share(share: float) -> str | None:
    """Whether nobody or few chose a category."""
    if share == 0:
        return "empty_category"
    return "sparse_category" if share < SPARSE_SHARE else None


def flag_of_extreme(share: float, word: str) -> str | None:
    """The word for too many answers in an extreme category, if there are."""
    return word if share > LARGE_SHARE else None


def are_outside(answers: Answers, offered: Sequence[float]) -> bool:
    """Whether an answer is not on offer."""
    return not np.isin(answers.values, offered).all()


def too_little(answers: Answers) -> str | None:
    """Why an item with these answers has no correlations, if so."""
    if not answers.n:
        return "item_without_answers"
    if answers.n < FEWEST_RESPONDENTS:
        return "too_few_respondents"
    return "constant_item" if len(answers.values) == 1 else None
