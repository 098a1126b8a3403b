"""How closely the members of each group agree: rwg, rwg(j), r*wg(j) and average deviation."""

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.agreement.answers import category_counts, grouped_answers
from pipeline.psychometrics.agreement.null_variance import (
    SLIGHTLY_SKEWED_VARIANCE,
    uniform_variance,
)
from pipeline.psychometrics.agreement.spread import (
    mean_deviation,
    mean_variance,
    median_deviation,
    out_of_range,
    rwg_j,
    spread_of,
)
from pipeline.psychometrics.result import Result

AGREEING = 0.70
"""From this value of rwg(j) on a group is usually said to agree (James et al. 1993; LeBreton &
Senter 2008 call .71 to .90 strong)."""

INDICES = ("rwg_j_uniform", "rwg_j_slightly_skewed", "rwg_j_lindell")
"""Indices that are 1 where all give the same answers."""

DEVIATIONS = ("ad_mean", "ad_median")
"""Indices that are 0 where all give the same answers."""


@dataclass(frozen=True, slots=True)
class AgreementSummary:
    """One index over all groups of two or more.

    Attributes
    ----------
    statistic : str
        Name of the index.
    mean, median : float
        Over the groups, each index as it falls.
    mean_zeroed, median_zeroed : float
        The same with indices outside 0 to 1 counted as 0, as James et al. (1984) advise. Average
        deviations have no such range, so both are as above.
    share_agreeing : float
        Share of the groups at AGREEING to 1, or with an average deviation up to the limit.
    n_out_of_range : int
        Groups whose index lies outside 0 to 1.
    n_groups : int
        Groups with two or more respondents.
    """

    statistic: str
    mean: float
    median: float
    mean_zeroed: float
    median_zeroed: float
    share_agreeing: float
    n_out_of_range: int
    n_groups: int


@dataclass(frozen=True, slots=True, eq=False)
class WithinGroupAgreement(Result):
    """How closely the members of each group agree on one scale.

    Attributes
    ----------
    groups : tuple of str
        The groups in their order.
    n : ndarray, shape (n_groups,)
        Respondents of the group who answered every item.
    variance : ndarray, shape (n_groups,)
        Mean over items of the variance within the group.
    rwg_j_uniform, rwg_j_slightly_skewed : ndarray, shape (n_groups,)
        rwg(j) against a uniform and a slightly skewed null, as they fall; of one item it is rwg.
    rwg_j_lindell : ndarray, shape (n_groups,)
        r*wg(j) of Lindell against a uniform null, as it falls.
    ad_mean, ad_median : ndarray, shape (n_groups,)
        Average deviation about the mean and about the median.
    summaries : tuple of AgreementSummary
        Each index over all groups.
    uniform_variance, slightly_skewed_variance : float
        What the variances were held against; the latter is missing where none is published.
    ad_limit : float
        Average deviation up to which a group is said to agree: categories / 6.
    n_items : int
        Items of the scale.
    n_respondents, n_total : int
        Respondents with every answer and a group, and respondents given.
    method : str
        How it was computed.
    condition : str or None
        ``too_few_respondents``: no group has two. ``no_published_null``: no slightly skewed null.
    """

    groups: tuple[str, ...]
    n: IntArray
    variance: FloatArray
    rwg_j_uniform: FloatArray
    rwg_j_slightly_skewed: FloatArray
    rwg_j_lindell: FloatArray
    ad_mean: FloatArray
    ad_median: FloatArray
    summaries: tuple[AgreementSummary, ...]
    uniform_variance: float
    slightly_skewed_variance: float
    ad_limit: float
    n_items: int
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    def by_group(self) -> pd.DataFrame:
        """One row a group, in their order: name, n, every index and what stood in the way.

        The condition is ``too_few_respondents`` for groups of fewer than two and
        ``agreement_out_of_range`` where rwg(j) with the uniform null lies outside 0 to 1.
        """
        columns = {name: getattr(self, name) for name in ("n", "variance", *INDICES, *DEVIATIONS)}
        conditions = pd.array(self._conditions("rwg_j_uniform"), dtype="string")
        groups = pd.array(list(self.groups), dtype="string")
        return pd.DataFrame({"group": groups, **columns, "condition": conditions})

    def to_rows(self) -> pd.DataFrame:
        """What holds over all groups, then a row a group (in the column item) and index."""
        rows = [row for summary in self.summaries for row in self._rows_of_summary(summary)]
        rows += [
            {
                "item": group,
                "statistic": name,
                "estimate": value,
                "condition": word,
                "n_respondents": n,
            }
            for name in ("variance", *INDICES, *DEVIATIONS)
            for group, value, word, n in zip(
                self.groups, getattr(self, name), self._conditions(name), self.n, strict=True
            )
        ]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )

    def _rows_of_summary(self, summary: AgreementSummary) -> list[dict[str, object]]:
        told = ("mean", "median", "mean_zeroed", "median_zeroed", "share_agreeing")
        return [
            {
                "statistic": f"{summary.statistic}_{name}",
                "estimate": getattr(summary, name),
                "condition": self._condition_of(summary.statistic),
            }
            for name in told
        ]

    def _condition_of(self, statistic: str) -> str | None:
        """What stood in the way of one index in every group."""
        concerned = statistic == "rwg_j_slightly_skewed" or self.condition != "no_published_null"
        return self.condition if concerned else None

    def _conditions(self, statistic: str) -> list[str | None]:
        """What stood in the way of one index in each group."""
        whole = self._condition_of(statistic)
        outside = np.zeros(len(self.n), dtype=bool)
        if statistic in INDICES and whole is None:
            outside = out_of_range(getattr(self, statistic), self.variance)
        words = np.where(outside, "agreement_out_of_range", whole or "")
        return [str(word) or None for word in np.where(self.n < 2, "too_few_respondents", words)]


def within_group_agreement(
    items: pd.DataFrame, groups: pd.Series, lowest: int, highest: int
) -> WithinGroupAgreement:
    r"""How closely the members of each group agree on the items of one scale.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers, whole numbers from `lowest` to `highest`, or missing.
    groups : Series, shape (n_respondents,)
        The group of each respondent, or missing. Groups are told in sorted order, those of a
        categorical Series in the order of its categories; with many scales over the same groups a
        categorical Series saves sorting them again for each.
    lowest, highest : int
        Lowest and highest category of the items.

    Returns
    -------
    WithinGroupAgreement

    Raises
    ------
    ValueError
        If the two are of different respondents, or an answer is not a whole number from `lowest`
        to `highest`; every such item is named.

    Notes
    -----
    With :math:`\bar s^2` the mean over the :math:`J` items of the variance in the group
    (divisor :math:`n - 1`), :math:`\sigma^2` the variance if nobody agreed, and
    :math:`q = \bar s^2 / \sigma^2`:

    .. math::
        r_{wg(j)} = \frac{J (1 - q)}{J (1 - q) + q}, \qquad r^{*}_{wg(j)} = 1 - q, \qquad
        AD_{M(j)} = \frac{1}{J n} \sum_j \sum_i |x_{ij} - \bar x_j|

    [1]_ [2]_ [3]_; :math:`AD_{Md(j)}` has the median in place of the mean. For one item
    :math:`r_{wg(j)}` is :math:`r_{wg}`. The uniform null has :math:`\sigma^2 = (A^2 - 1) / 12` for
    :math:`A` categories; that of slightly skewed answers is published for 5 to 11 categories [4]_.

    Values are told as they fall. Where a group disagrees more than the null, :math:`r_{wg(j)}` is
    negative; at :math:`q = J / (J - 1)` it is undefined, and beyond that it is *above 1*, which is
    disagreement as well: such groups carry ``agreement_out_of_range`` and do not count as agreeing.
    R multilevel sets them to 0; so do `mean_zeroed` and `median_zeroed`. A group agrees practically
    where the average deviation is at most :math:`A / 6` [5]_.

    Respondents without a group or with a missing answer to any of the items are left out, as in R
    multilevel, and can be counted from `n_total`. Groups of fewer than two have no agreement.
    Agrees with R multilevel: ``tests/oracles/multilevel_agreement``.

    References
    ----------
    .. [1] James, Demaree & Wolf (1984). Journal of Applied Psychology, 69(1), 85-98.
    .. [2] Lindell, Brandt & Whitney (1999). Applied Psychological Measurement, 23(2), 127-135.
    .. [3] Burke, Finkelstein & Dusig (1999). Organizational Research Methods, 2(1), 49-68.
    .. [4] LeBreton & Senter (2008). Organizational Research Methods, 11(4), 815-852.
    .. [5] Burke & Dunlap (2002). Organizational Research Methods, 5(2), 159-172.

    Examples
    --------
    >>> items = pd.DataFrame({"q1": [4, 4, 5, 1, 3, 5], "q2": [4, 5, 5, 2, 3, 4]})
    >>> found = within_group_agreement(items, pd.Series(list("aaabbb")), 1, 5)
    >>> found.by_group()[["group", "n", "rwg_j_uniform", "ad_mean"]].round(2)
      group  n  rwg_j_uniform  ad_mean
    0     a  3           0.91     0.44
    1     b  3          -0.67     1.00
    """
    answers = grouped_answers(items, groups, lowest, highest)
    counts = category_counts(
        answers.steps, answers.codes, len(answers.groups), answers.n_categories
    )
    n_items, sizes = len(answers.steps), answers.sizes
    spread = spread_of(counts, sizes)
    variance = mean_variance(spread, sizes, n_items)
    uniform = uniform_variance(answers.n_categories)
    skewed = SLIGHTLY_SKEWED_VARIANCE.get(answers.n_categories, nan)
    limit = answers.n_categories / 6
    found = {
        "rwg_j_uniform": rwg_j(variance, uniform, n_items),
        "rwg_j_slightly_skewed": rwg_j(variance, skewed, n_items),
        "rwg_j_lindell": 1 - variance / uniform,
        "ad_mean": mean_deviation(spread, sizes, n_items),
        "ad_median": median_deviation(counts, sizes),
    }
    return WithinGroupAgreement(
        groups=answers.groups,
        n=sizes,
        variance=variance,
        **found,
        summaries=tuple(_summary(name, own, limit, variance) for name, own in found.items()),
        uniform_variance=uniform,
        slightly_skewed_variance=skewed,
        ad_limit=limit,
        n_items=n_items,
        n_respondents=int(sizes.sum()),
        n_total=answers.n_total,
        method=f"agreement of complete answers to {n_items} item{'s' if n_items > 1 else ''}",
        condition=_condition(sizes, skewed),
    )


def _condition(sizes: IntArray, skewed: float) -> str | None:
    if not (sizes > 1).any():
        return "too_few_respondents"
    return "no_published_null" if np.isnan(skewed) else None


def _summary(name: str, values: FloatArray, limit: float, variance: FloatArray) -> AgreementSummary:
    """One index over the groups that have a variance."""
    known = ~np.isnan(variance)
    outside = out_of_range(values, variance)[known]
    own = values[known]
    undefined = not np.isfinite(own).any()
    if name in DEVIATIONS:
        outside, agreeing = np.zeros_like(outside), own <= limit
    else:
        agreeing = (own >= AGREEING) & (own <= 1)
    zeroed = np.where(outside, 0.0, own)
    defined = own[np.isfinite(own)]
    return AgreementSummary(
        statistic=name,
        mean=nan if undefined else float(defined.mean()),
        median=nan if undefined else float(np.median(defined)),
        mean_zeroed=nan if undefined else float(zeroed.mean()),
        median_zeroed=nan if undefined else float(np.median(zeroed)),
        share_agreeing=nan if undefined else float(agreeing.mean()),
        n_out_of_range=0 if undefined else int(outside.sum()),
        n_groups=int(known.sum()),
    )
