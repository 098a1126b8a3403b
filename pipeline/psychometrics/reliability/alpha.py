"""Coefficient alpha."""

from dataclasses import dataclass
from math import nan
from typing import ClassVar

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import f_quantile, tails
from pipeline.psychometrics._pairwise import pairwise_moments
from pipeline.psychometrics._pingouin import coefficient_alpha
from pipeline.psychometrics._responses import FEWEST_RESPONDENTS, FloatArray, unusable
from pipeline.psychometrics.counts import AnswerCounts, Missing
from pipeline.psychometrics.reliability.interval import IntervalEstimate
from pipeline.psychometrics.reliability.usable_answers import (
    covariance_problem,
    several_items,
    used_answers,
)


@dataclass(frozen=True, slots=True)
class CronbachAlpha(IntervalEstimate):
    """Coefficient alpha of a scale.

    Attributes
    ----------
    estimate, ci_low, ci_high : float
        Alpha and Feldt's interval.
    confidence_level : float
        Coverage of the interval.
    n_respondents, n_total : int
        Respondents the estimate rests on, and respondents given.
    n_items : int
        Number of items.
    method : str
        Treatment of missing answers, and kind of interval.
    condition : str or None
        ``item_without_answers``, ``too_few_respondents``, ``constant_item``, ``no_variation``,
        ``undefined_correlation``: no estimate.
    """

    statistic: ClassVar[str] = "cronbach_alpha"


def cronbach_alpha(
    items: pd.DataFrame, confidence_level: float = 0.95, missing: Missing = "listwise"
) -> CronbachAlpha:
    r"""Coefficient alpha of a set of keyed items.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers, numbers or missing; two items or more.
    confidence_level : float, optional
        Coverage of the interval.
    missing : {"listwise", "pairwise"}, optional
        Use respondents who answered every item, or every pair of answers. Feldt's interval holds
        for complete answers; pairwise it takes all respondents as n, as R psych does.

    Returns
    -------
    CronbachAlpha

    Raises
    ------
    ValueError
        If there are fewer than two items, answers are not numbers, or an option is unknown.

    Notes
    -----
    .. math:: \alpha = \frac{k}{k-1}\left(1 - \frac{\operatorname{tr} S}{1'S1}\right)

    with :math:`S` the covariance matrix of the :math:`k` items [1]_. Feldt's interval [2]_ is

    .. math:: 1 - (1 - \alpha) F_{1 - p},\quad p \in \{(1 - c)/2, (1 + c)/2\}

    with :math:`F` on :math:`n - 1` and :math:`(n - 1)(k - 1)` degrees of freedom and :math:`c` the
    confidence level. The estimate is pingouin's, whose interval is rounded; the interval is
    computed here. Agrees with R psych's ``alpha``: ``tests/oracles/psych_reliability``.

    References
    ----------
    .. [1] Cronbach (1951). Psychometrika, 16(3), 297-334.
    .. [2] Feldt, Woodruff & Salih (1987). Applied Psychological Measurement, 11(1), 93-103.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 3, 4], "b": [2, 3, 5]})
    >>> round(cronbach_alpha(answers).estimate, 3)
    0.963
    """
    probabilities = tails(confidence_level)
    numbers = several_items(items)
    used = used_answers(numbers, missing)
    condition = unusable(numbers, used) or covariance_problem(pairwise_moments(used).covariance)
    estimate = nan if condition else coefficient_alpha(used, missing)
    low, high = feldt_interval(estimate, used.shape, probabilities) if not condition else (nan, nan)
    return CronbachAlpha(
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        confidence_level=confidence_level,
        n_respondents=len(used),
        n_total=len(numbers),
        n_items=numbers.shape[1],
        method=f"Cronbach's alpha, {missing}; Feldt interval",
        condition=condition,
    )


def alpha_from_counts(counts: AnswerCounts, confidence_level: float = 0.95) -> CronbachAlpha:
    r"""Coefficient alpha from two-way tables, such as those of several sites added up.

    Parameters
    ----------
    counts : AnswerCounts
        Counts of the answers to two keyed items or more.
    confidence_level : float, optional
        Coverage of the interval.

    Returns
    -------
    CronbachAlpha

    Raises
    ------
    ValueError
        If there are no `AnswerCounts`, or of fewer than two items.

    Notes
    -----
    As :func:`cronbach_alpha`, on the covariances of the answers as they were counted, pairwise or
    listwise; the same numbers, without the answers.

    Examples
    --------
    >>> from pipeline.psychometrics.counts import count_answers
    >>> counts = count_answers(pd.DataFrame({"a": [1, 3, 4], "b": [2, 3, 5]}))
    >>> round(alpha_from_counts(counts).estimate, 3)
    0.963
    """
    probabilities = tails(confidence_level)
    if not isinstance(counts, AnswerCounts):
        raise ValueError(f"need the counts of count_answers, got {type(counts).__name__}")
    n_items = len(counts.items)
    if n_items < 2:
        raise ValueError("reliability needs at least 2 items, got 1")
    condition, estimate, low, high = _counting_problem(counts), nan, nan, nan
    if condition is None:
        covariance = _covariance_of(counts)
        condition = covariance_problem(covariance)
        if condition is None:
            estimate = float(alpha_of(covariance))
            shape = (counts.n_respondents, n_items)
            low, high = feldt_interval(estimate, shape, probabilities)
    return CronbachAlpha(
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        confidence_level=confidence_level,
        n_respondents=counts.n_respondents,
        n_total=counts.n_total,
        n_items=n_items,
        method=f"Cronbach's alpha, {counts.missing}, from counts; Feldt interval",
        condition=condition,
    )


def alpha_of(covariance: FloatArray) -> FloatArray:
    """Alpha of one covariance matrix, or of each in a stack of them, shape (..., k, k)."""
    k = covariance.shape[-1]
    diagonal = np.trace(covariance, axis1=-2, axis2=-1)
    return np.asarray(k / (k - 1) * (1 - diagonal / covariance.sum(axis=(-2, -1))))


def feldt_interval(
    estimate: float, shape: tuple[int, ...], probabilities: tuple[float, float]
) -> tuple[float, float]:
    """Feldt's interval of alpha from respondents and items, and the tails of the interval."""
    df = shape[0] - 1, (shape[0] - 1) * (shape[1] - 1)
    low_tail, high_tail = probabilities
    low = 1 - (1 - estimate) * f_quantile(high_tail, *df)
    high = 1 - (1 - estimate) * f_quantile(low_tail, *df)
    return low, high


def _counting_problem(counts: AnswerCounts) -> str | None:
    """Why the answers counted cannot carry a covariance, if they cannot."""
    if "item_without_answers" in (counts.condition or ""):
        return "item_without_answers"
    if counts.n_respondents < FEWEST_RESPONDENTS:
        return "too_few_respondents"
    chosen = np.add.reduceat(np.diag(counts.table) > 0, counts.starts[:-1], dtype=np.int64)
    return "constant_item" if (chosen < 2).any() else None


def _covariance_of(counts: AnswerCounts) -> FloatArray:
    """Covariance of every two items over those who answered both; missing where undefined."""
    starts = counts.starts[:-1]
    answers = np.concatenate([np.asarray(own) for own in counts.categories])
    n_of_answer = np.diag(counts.table)
    means = np.add.reduceat(answers * n_of_answer, starts) / np.add.reduceat(n_of_answer, starts)
    centred = answers - np.repeat(means, counts.n_categories)
    weighted = np.add.reduceat(centred[:, None] * counts.table, starts, axis=0)
    sums = np.add.reduceat(weighted, starts, axis=1)
    products = np.add.reduceat(weighted * centred, starts, axis=1)
    n = counts.pair_n.astype(np.float64)
    n[n < 2] = nan
    return np.asarray((products - sums * sums.T / n) / (n - 1))
