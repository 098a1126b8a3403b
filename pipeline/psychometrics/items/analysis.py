"""The items of a scale, one by one and in pairs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan, nan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._pairwise import pairwise_correlations
from pipeline.psychometrics._responses import FloatArray, complete_rows, labels_of, to_numbers
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.counts import Missing
from pipeline.psychometrics.items.answers import (
    Answers,
    are_outside,
    category_counts,
    category_shares,
    count_column,
    flag_of_extreme,
    flag_of_share,
    moments,
    too_little,
)
from pipeline.psychometrics.items.statistics import ItemEstimate, ItemStatistics
from pipeline.psychometrics.items.with_others import compare_with_others
from pipeline.psychometrics.result import Result

SMALLEST_USUAL_CORRELATION = 0.15
"""Two items of one scale that go together less have little in common."""

LARGEST_USUAL_CORRELATION = 0.85
"""Two items that go together more say nearly the same."""


@dataclass(frozen=True, slots=True)
class InterItemPair:
    """Two items whose correlation is smaller or larger than is usual within a scale.

    Attributes
    ----------
    first, second : str
        The items.
    correlation : float
        Their Pearson correlation.
    n_respondents : int
        Respondents who answered both.
    """

    first: str
    second: str
    correlation: float
    n_respondents: int


@dataclass(frozen=True, slots=True)
class ItemAnalysis(Result):
    """The items of a scale.

    Attributes
    ----------
    items : tuple of ItemStatistics
        Each item.
    smallest_inter_item_correlation, largest_inter_item_correlation : float
        Over all pairs of items that have one, each over those who answered both.
    pairs_out_of_range : tuple of InterItemPair
        Pairs with a correlation below .15 or above .85, in the order of the items.
    n_respondents, n_complete : int
        Respondents given, and respondents who answered every item.
    method : str
        Treatment of missing answers and formula of the moments.
    condition : str or None
        Conditions of any of the items; ``one_item``; ``undefined_correlation``.
    flags : str or None
        Flags of any of the items; ``inter_item_out_of_range``.
    """

    items: tuple[ItemStatistics, ...]
    smallest_inter_item_correlation: float
    largest_inter_item_correlation: float
    pairs_out_of_range: tuple[InterItemPair, ...]
    n_respondents: int
    n_complete: int
    method: str
    condition: str | None
    flags: str | None

    def to_rows(self) -> pd.DataFrame:
        """The rows of every item; with two items or more, two of the scale and the pairs named."""
        rows = [entry for item in self.items for entry in item.entries()]
        if len(self.items) > 1:
            rows += self._extreme_entries()
        rows += [
            {
                "item": f"{pair.first} with {pair.second}",
                "statistic": "inter_item_correlation",
                "estimate": pair.correlation,
                "n_respondents": pair.n_respondents,
                "condition": "inter_item_out_of_range",
            }
            for pair in self.pairs_out_of_range
        ]
        return long_table(rows, method=self.method)

    def _extreme_entries(self) -> list[dict[str, Any]]:
        extremes = {
            "smallest_inter_item_correlation": self.smallest_inter_item_correlation,
            "largest_inter_item_correlation": self.largest_inter_item_correlation,
        }
        return [
            {
                "statistic": name,
                "estimate": value,
                "n_respondents": self.n_respondents,
                "condition": joined(
                    [self.condition, "inter_item_out_of_range" if _is_unusual(value) else None]
                ),
            }
            for name, value in extremes.items()
        ]


class _Pairs(NamedTuple):
    """Smallest and largest correlation, the unusual ones, and what stood in the way."""

    smallest: float
    largest: float
    unusual: tuple[InterItemPair, ...]
    problem: str | None


def analyse_items(
    responses: pd.DataFrame,
    categories: Sequence[float],
    missing: Missing = "listwise",
    confidence_level: float = 0.95,
) -> ItemAnalysis:
    r"""How each item of a scale was answered, and how it goes with the others.

    For one group of respondents, give the rows of that group.

    Parameters
    ----------
    responses : DataFrame, shape (n_respondents, n_items)
        Keyed answers of the items of one scale, numbers or missing.
    categories : sequence of float
        The answers on offer.
    missing : {"listwise", "pairwise"}, optional
        Whether alpha if dropped and the item-rest correlations rest on those who answered every
        item, or on every pair of answers; the polyserial one then on those who answered the item
        and at least half of the others. All else takes every answer to the item.
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    ItemAnalysis

    Raises
    ------
    ValueError
        If answers are not numbers, there are no categories, an option is unknown, or the level is
        not between 0 and 1.

    Notes
    -----
    .. math:: b_1 = \frac{m_3}{s^3}, \qquad b_2 - 3 = \frac{m_4}{s^4} - 3

    with central moments :math:`m_j = \sum (x - \bar x)^j / n` and :math:`s` the standard deviation
    with :math:`n - 1` [1]_, which is type 3 of ``skew`` and ``kurtosi`` in R psych and the default
    there.

    .. math:: r_{i, \text{rest}} = \frac{\sum_{j \ne i} s_{ij}}
              {\sqrt{s_{ii} \sum_{j \ne i} \sum_{k \ne i} s_{jk}}}

    with covariances :math:`s`. Agrees with psych's ``alpha`` (``r.drop``, ``raw_alpha`` if dropped,
    means, standard deviations, shares) on both treatments of missing answers:
    ``tests/oracles/psych_reliability``. The polyserial correlation is that of
    :func:`polyserial_correlation` with the mean of the other answers as score. Its interval and
    that of the item-rest correlation are symmetric in Fisher's z; alpha if dropped has Feldt's
    interval for the alpha of the others, an approximation, since which item is dropped was chosen
    after seeing the data. Pairwise, the intervals take as n the respondents with any of the
    answers, as R psych does for alpha, and are somewhat too narrow.

    Categories that fewer than 5 % chose, more than 15 % in the lowest or highest category [2]_, and
    correlations of two items below .15 [3]_ or above .85 are flagged, not judged.

    References
    ----------
    .. [1] Joanes & Gill (1998). The Statistician, 47(1), 183-189.
    .. [2] Terwee et al. (2007). Journal of Clinical Epidemiology, 60(1), 34-42.
    .. [3] Clark & Watson (1995). Psychological Assessment, 7(3), 309-319.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 3], "b": [1, 3, 2, 3], "c": [2, 1, 3, 3]})
    >>> analysis = analyse_items(answers, categories=[1, 2, 3])
    >>> analysis.items[0].ceiling_share, round(analysis.items[0].item_rest_correlation, 3)
    (0.5, 0.944)
    """
    numbers = to_numbers(responses)
    offered = sorted({float(category) for category in categories})
    if not offered:
        raise ValueError("categories is empty; give the answers on offer")
    if missing not in ("listwise", "pairwise"):
        raise ValueError(f"missing must be 'listwise' or 'pairwise', got {missing!r}")
    labels, complete = labels_of(responses), _complete(numbers)
    used = complete if missing == "listwise" else _with_any_answer(numbers)
    items = _describe_all(labels, numbers, offered, used, confidence_level)
    pairs = _compare_pairs(labels, numbers)
    return ItemAnalysis(
        items=items,
        smallest_inter_item_correlation=pairs.smallest,
        largest_inter_item_correlation=pairs.largest,
        pairs_out_of_range=pairs.unusual,
        n_respondents=len(numbers),
        n_complete=len(complete),
        method=f"Pearson and two-step polyserial, {missing}; skewness and kurtosis type 3; "
        "Fisher and Feldt intervals",
        condition=joined([*(item.condition for item in items), pairs.problem]),
        flags=joined(
            [
                *(item.flags for item in items),
                "inter_item_out_of_range" if pairs.unusual else None,
            ]
        ),
    )


def _complete(numbers: FloatArray) -> FloatArray:
    """The respondents who answered every item; without a copy where that is everybody."""
    return complete_rows(numbers) if np.isnan(numbers).any() else numbers


def _with_any_answer(numbers: FloatArray) -> FloatArray:
    nothing = np.isnan(numbers).all(axis=1)
    return numbers[~nothing] if nothing.any() else numbers


def _describe_all(
    labels: tuple[str, ...],
    numbers: FloatArray,
    offered: list[float],
    used: FloatArray,
    confidence_level: float,
) -> tuple[ItemStatistics, ...]:
    others = compare_with_others(used, confidence_level)
    return tuple(
        _describe(label, count_column(column), offered, list(with_others), confidence_level)
        for label, column, *with_others in zip(labels, numbers.T, *others, strict=True)
    )


def _describe(
    label: str,
    answers: Answers,
    offered: list[float],
    with_others: list[ItemEstimate],
    confidence_level: float,
) -> ItemStatistics:
    own = moments(answers)
    shares = category_shares(answers, offered)
    with_rest, with_rest_polyserial, alpha_of_rest = (
        _with_own_reason(found, too_little(answers)) for found in with_others
    )
    obstacles = [found.condition for found in (with_rest, with_rest_polyserial, alpha_of_rest)]
    outside = "answer_outside_categories" if are_outside(answers, offered) else None
    return ItemStatistics(
        item=label,
        n_answered=answers.n,
        n_missing=answers.n_missing,
        mean=own.mean,
        sd=own.sd,
        skewness=own.skewness,
        excess_kurtosis=own.excess_kurtosis,
        category_counts=category_counts(answers, offered),
        category_shares=shares,
        floor_share=shares[offered[0]],
        ceiling_share=shares[offered[-1]],
        n_unused_categories=sum(not n for n in category_counts(answers, offered).values()),
        with_rest=with_rest,
        with_rest_polyserial=with_rest_polyserial,
        alpha_of_rest=alpha_of_rest,
        confidence_level=confidence_level,
        condition=joined([too_little(answers), *obstacles, outside]),
        flags=_flags(shares, offered),
    )


def _with_own_reason(found: ItemEstimate, reason: str | None) -> ItemEstimate:
    """An estimate that is missing for a reason in the item itself says that one."""
    return replace(found, condition=reason) if reason and isnan(found.estimate) else found


def _flags(shares: dict[float, float], offered: list[float]) -> str | None:
    return joined(
        [
            *(flag_of_share(share) for share in shares.values()),
            flag_of_extreme(shares[offered[0]], "floor"),
            flag_of_extreme(shares[offered[-1]], "ceiling"),
        ]
    )


def _compare_pairs(labels: tuple[str, ...], numbers: FloatArray) -> _Pairs:
    """Correlations of all pairs of items, each over those who answered both."""
    if len(labels) < 2:
        return _Pairs(nan, nan, (), "one_item")
    correlations, n = pairwise_correlations(numbers)
    first, second = np.triu_indices(len(labels), k=1)
    pairs = correlations[first, second]
    known = pairs[np.isfinite(pairs)]
    if not len(known):
        return _Pairs(nan, nan, (), "undefined_correlation")
    unusual = tuple(
        InterItemPair(labels[i], labels[j], float(correlations[i, j]), int(n[i, j]))
        for i, j in zip(first, second, strict=True)
        if _is_unusual(correlations[i, j])
    )
    problem = None if len(known) == len(pairs) else "undefined_correlation"
    return _Pairs(float(known.min()), float(known.max()), unusual, problem)


def _is_unusual(correlation: float) -> bool:
    return correlation < SMALLEST_USUAL_CORRELATION or correlation > LARGEST_USUAL_CORRELATION
