"""Each item of a scale: how it was answered, and how it goes with the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan, nan, sqrt
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._pairwise import pairwise_correlations, pairwise_moments
from pipeline.psychometrics._responses import (
    FEWEST_RESPONDENTS,
    FloatArray,
    complete_rows,
    is_constant,
    labels_of,
    to_numbers,
)
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.reliability import Missing
from pipeline.psychometrics.result import Result


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """How one item was answered, and how it goes with the others.

    Attributes
    ----------
    item : str
        The item.
    n_answered, n_missing : int
        Respondents with and without an answer.
    mean, sd : float
        Mean and standard deviation (n - 1).
    skewness, excess_kurtosis : float
        Third and fourth moment in units of that standard deviation, the fourth minus 3.
    category_shares : dict of float to float
        Share of the answers in each category.
    floor_share, ceiling_share : float
        Share in the lowest and in the highest category.
    n_unused_categories : int
        Categories nobody chose.
    item_rest_correlation : float
        Correlation with the sum of the other items (corrected item-total correlation).
    alpha_if_dropped : float
        Alpha of the other items.
    n_with_others : int
        Respondents behind `item_rest_correlation` and `alpha_if_dropped`.
    condition : str or None
        ``item_without_answers``, ``constant_item`` (this or another), ``too_few_respondents``,
        ``one_item``, ``two_items`` (which leave one if one is dropped),
        ``undefined_correlation``: some statistics are missing. ``answer_outside_categories``:
        shares do not add up to one.
    """

    item: str
    n_answered: int
    n_missing: int
    mean: float
    sd: float
    skewness: float
    excess_kurtosis: float
    category_shares: dict[float, float]
    floor_share: float
    ceiling_share: float
    n_unused_categories: int
    item_rest_correlation: float
    alpha_if_dropped: float
    n_with_others: int
    condition: str | None

    def entries(self) -> list[dict[str, Any]]:
        """The rows of this item in the long table."""
        shares = {f"share_of_answer_{key:g}": share for key, share in self.category_shares.items()}
        values = {
            "n_missing": self.n_missing,
            "mean": self.mean,
            "sd": self.sd,
            "skewness": self.skewness,
            "excess_kurtosis": self.excess_kurtosis,
            **shares,
            "floor_share": self.floor_share,
            "ceiling_share": self.ceiling_share,
            "n_unused_categories": self.n_unused_categories,
            "item_rest_correlation": self.item_rest_correlation,
            "alpha_if_dropped": self.alpha_if_dropped,
        }
        n = dict.fromkeys(("item_rest_correlation", "alpha_if_dropped"), self.n_with_others)
        rows: list[dict[str, Any]] = [
            {"statistic": name, "estimate": value, "n_respondents": n.get(name, self.n_answered)}
            for name, value in values.items()
        ]
        for row in rows:
            row["item"] = self.item
            row["condition"] = self._condition_of(row["statistic"], row["estimate"])
        next(row for row in rows if row["statistic"] == "mean")["se"] = self._se_of_mean
        return rows

    @property
    def _se_of_mean(self) -> float:
        return self.sd / sqrt(self.n_answered) if self.n_answered else nan

    def _condition_of(self, statistic: str, estimate: float) -> str | None:
        """The condition, on rows without an estimate and on shares that leave answers out."""
        outside = "answer_outside_categories" in (self.condition or "")
        return self.condition if isnan(estimate) or (outside and "share" in statistic) else None


@dataclass(frozen=True, slots=True)
class ItemAnalysis(Result):
    """The items of a scale.

    Attributes
    ----------
    items : tuple of ItemStatistics
        Each item.
    smallest_inter_item_correlation, largest_inter_item_correlation : float
        Over all pairs of items that have one, each over those who answered both.
    n_respondents, n_complete : int
        Respondents given, and respondents who answered every item.
    method : str
        Treatment of missing answers and formula of the moments.
    condition : str or None
        Conditions of any of the items; ``one_item``; ``undefined_correlation``.
    """

    items: tuple[ItemStatistics, ...]
    smallest_inter_item_correlation: float
    largest_inter_item_correlation: float
    n_respondents: int
    n_complete: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """The rows of every item, then two of the scale if it has more than one item."""
        scale = {
            "smallest_inter_item_correlation": self.smallest_inter_item_correlation,
            "largest_inter_item_correlation": self.largest_inter_item_correlation,
        }
        shared = {"n_respondents": self.n_respondents, "condition": self.condition}
        extremes = [
            {"statistic": name, "estimate": value, **shared}
            for name, value in scale.items()
            if len(self.items) > 1
        ]
        entries = [entry for item in self.items for entry in item.entries()]
        return long_table([*entries, *extremes], method=self.method)


def analyse_items(
    responses: pd.DataFrame, categories: Sequence[float], missing: Missing = "listwise"
) -> ItemAnalysis:
    r"""How each item of a scale was answered, and how it goes with the others.

    Parameters
    ----------
    responses : DataFrame, shape (n_respondents, n_items)
        Keyed answers of the items of one scale, numbers or missing.
    categories : sequence of float
        The answers on offer.
    missing : {"listwise", "pairwise"}, optional
        Whether alpha if dropped and the item-rest correlation take the covariances of those who
        answered every item, or of every pair of answers. All else takes every answer to the item.

    Returns
    -------
    ItemAnalysis

    Raises
    ------
    ValueError
        If answers are not numbers, there are no categories, or an option is unknown.

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
    ``tests/oracles/psych_reliability``.

    References
    ----------
    .. [1] Joanes & Gill (1998). The Statistician, 47(1), 183-189.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 3], "b": [1, 3, 2, 3], "c": [2, 1, 3, 3]})
    >>> analysis = analyse_items(answers, categories=[1, 2, 3])
    >>> analysis.items[0].ceiling_share, round(analysis.items[0].item_rest_correlation, 3)
    (0.5, 0.944)
    """
    numbers = to_numbers(responses)
    offered = sorted(float(category) for category in categories)
    if not offered:
        raise ValueError("categories is empty; give the answers on offer")
    if missing not in ("listwise", "pairwise"):
        raise ValueError(f"missing must be 'listwise' or 'pairwise', got {missing!r}")
    used = complete_rows(numbers) if missing == "listwise" else numbers
    others = _with_others(used)
    items = tuple(
        _describe(label, numbers[:, i], offered, others, i)
        for i, label in enumerate(labels_of(responses))
    )
    smallest, largest, problem = _extremes(numbers)
    return ItemAnalysis(
        items=items,
        smallest_inter_item_correlation=smallest,
        largest_inter_item_correlation=largest,
        n_respondents=len(numbers),
        n_complete=len(complete_rows(numbers)),
        method=f"Pearson, {missing}; skewness and kurtosis type 3",
        condition=joined([*(item.condition for item in items), problem]),
    )


class _WithOthers(NamedTuple):
    """What each item shows together with the others, and why some of it may be missing."""

    item_rest: FloatArray
    alpha_if_dropped: FloatArray
    n: int
    reason: str


def _describe(
    label: str, column: FloatArray, offered: list[float], others: _WithOthers, i: int
) -> ItemStatistics:
    item_rest, dropped = float(others.item_rest[i]), float(others.alpha_if_dropped[i])
    answers = column[~np.isnan(column)]
    mean, sd, skewness, kurtosis = _moments(answers)
    shares = _shares(answers, offered)
    return ItemStatistics(
        item=label,
        n_answered=len(answers),
        n_missing=len(column) - len(answers),
        mean=mean,
        sd=sd,
        skewness=skewness,
        excess_kurtosis=kurtosis,
        category_shares=shares,
        floor_share=shares[offered[0]],
        ceiling_share=shares[offered[-1]],
        n_unused_categories=sum(not (answers == category).any() for category in offered),
        item_rest_correlation=item_rest,
        alpha_if_dropped=dropped,
        n_with_others=others.n,
        condition=_condition(
            answers, offered, others.reason if isnan(item_rest + dropped) else None
        ),
    )


def _moments(answers: FloatArray) -> tuple[float, float, float, float]:
    """Mean, standard deviation, skewness and excess kurtosis."""
    if len(answers) < 2:
        return (float(answers.mean()) if len(answers) else nan), nan, nan, nan
    mean, sd = answers.mean(), answers.std(ddof=1)
    if is_constant(answers[:, None])[0]:
        return float(mean), 0.0, nan, nan
    standard = (answers - mean) / sd
    return float(mean), float(sd), float((standard**3).mean()), float((standard**4).mean() - 3)


def _shares(answers: FloatArray, offered: Iterable[float]) -> dict[float, float]:
    if not len(answers):
        return dict.fromkeys(offered, nan)
    return {category: float((answers == category).mean()) for category in offered}


def _with_others(used: FloatArray) -> _WithOthers:
    """Item-rest correlations, and alpha without each item; missing where undefined."""
    reason = _reason(used)
    if reason in ("one_item", "too_few_respondents"):
        absent = np.full(used.shape[1], nan)
        return _WithOthers(absent, absent, len(used), reason)
    covariance = pairwise_moments(used).covariance
    constant = is_constant(used)
    covariance[constant] = covariance[:, constant] = 0
    others_vary = constant.sum() - constant.astype(int) == 0
    dropped = np.where(others_vary, _alpha_if_dropped(covariance), nan)
    return _WithOthers(_item_rest_correlations(covariance), dropped, len(used), reason)


def _reason(used: FloatArray) -> str:
    """Why a statistic of an item with the others would be missing, if it is."""
    if used.shape[1] == 1:
        return "one_item"
    if len(used) < FEWEST_RESPONDENTS:
        return "too_few_respondents"
    if is_constant(used).any():
        return "constant_item"
    return "two_items" if used.shape[1] == 2 else "undefined_correlation"


def _alpha_if_dropped(covariance: FloatArray) -> FloatArray:
    """Alpha of the items without each of them in turn."""
    k, variance = len(covariance) - 1, np.diag(covariance)
    rest_variance = covariance.sum() - 2 * covariance.sum(axis=0) + variance
    defined = rest_variance > 0
    if k < 2:
        return np.full(k + 1, nan)
    share = (variance.sum() - variance) / np.where(defined, rest_variance, 1)
    return np.where(defined, k / (k - 1) * (1 - share), nan)


def _item_rest_correlations(covariance: FloatArray) -> FloatArray:
    variance, total = np.diag(covariance), covariance.sum(axis=0)
    rest_variance = covariance.sum() - 2 * total + variance
    product = variance * rest_variance
    defined = product > 0
    scale = np.sqrt(np.where(defined, product, 1))
    return np.where(defined, (total - variance) / scale, nan)


def _condition(answers: FloatArray, offered: list[float], missing: str | None) -> str | None:
    outside = not np.isin(answers, offered).all()
    return joined(
        [
            _condition_of_answers(answers) or missing,
            "answer_outside_categories" if outside else None,
        ]
    )


def _condition_of_answers(answers: FloatArray) -> str | None:
    if not len(answers):
        return "item_without_answers"
    if len(answers) < FEWEST_RESPONDENTS:
        return "too_few_respondents"
    return "constant_item" if is_constant(answers[:, None])[0] else None


def _extremes(numbers: FloatArray) -> tuple[float, float, str | None]:
    """Smallest and largest correlation between items, and what stood in the way."""
    if numbers.shape[1] < 2:
        return nan, nan, "one_item"
    correlations, _ = pairwise_correlations(numbers)
    pairs = correlations[np.triu_indices(len(correlations), k=1)]
    known = pairs[np.isfinite(pairs)]
    if not len(known):
        return nan, nan, "undefined_correlation"
    problem = None if len(known) == len(pairs) else "undefined_correlation"
    return float(known.min()), float(known.max()), problem
