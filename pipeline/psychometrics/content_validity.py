"""What raters say about the content of items: how many agree, and how far."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, isnan, nan
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import tails
from pipeline.psychometrics._proportions import score_interval
from pipeline.psychometrics._responses import FloatArray, labels_of, to_numbers
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.result import Result

RATINGS = (1, 2, 3, 4)
AGREEING = (3, 4)
"""Ratings that speak for an item, on the four-point scale of the content validity index."""

FEWEST_RATERS = 3
"""The content validity index is meant for three raters and more."""

ITEM_CRITERION = 0.78
SCALE_CRITERION = 0.90


@dataclass(frozen=True, slots=True)
class ItemContentValidity:
    """What the raters say about one item.

    Attributes
    ----------
    item : str
        The item.
    n_raters, n_agreeing : int
        Raters who rated it, and those of them who gave a 3 or a 4.
    i_cvi, i_cvi_ci_low, i_cvi_ci_high : float
        Content validity index of the item, the share who agree, with Wilson's interval.
    chance_agreement : float
        Probability that just as many would agree if each rater tossed a coin.
    modified_kappa : float
        The index corrected for this chance.
    aiken_v, aiken_v_ci_low, aiken_v_ci_high : float
        Aiken's V, the mean rating as a place between the lowest and the highest, with its score
        interval.
    below_criterion : bool
        The index, to two decimals, is lower than the criterion of items.
    confidence_level : float
        Coverage of the intervals.
    condition : str or None
        ``item_without_ratings``: no estimates. ``too_few_raters``: there are fewer than three.
    """

    item: str
    n_raters: int
    n_agreeing: int
    i_cvi: float
    i_cvi_ci_low: float
    i_cvi_ci_high: float
    chance_agreement: float
    modified_kappa: float
    aiken_v: float
    aiken_v_ci_low: float
    aiken_v_ci_high: float
    below_criterion: bool
    confidence_level: float
    condition: str | None

    def entries(self) -> list[dict[str, Any]]:
        """The rows of this item in the long table."""
        level = self.confidence_level
        below = "below_criterion" if self.below_criterion else None
        shared = {
            "item": self.item,
            "n_respondents": self.n_raters,
            "condition": self.condition,
        }
        index = {
            "ci_low": self.i_cvi_ci_low,
            "ci_high": self.i_cvi_ci_high,
            "confidence_level": level,
            "condition": joined([below, self.condition]),
        }
        v = {
            "ci_low": self.aiken_v_ci_low,
            "ci_high": self.aiken_v_ci_high,
            "confidence_level": level,
        }
        return [
            {**shared, "statistic": "i_cvi", "estimate": self.i_cvi, **index},
            {**shared, "statistic": "chance_agreement", "estimate": self.chance_agreement},
            {**shared, "statistic": "modified_kappa", "estimate": self.modified_kappa},
            {**shared, "statistic": "aiken_v", "estimate": self.aiken_v, **v},
        ]


@dataclass(frozen=True, slots=True)
class ContentValidity(Result):
    """What the raters say about a set of items.

    Attributes
    ----------
    items : tuple of ItemContentValidity
        Each item.
    s_cvi_ave, s_cvi_ua : float
        Mean of the item indices, and share of items on which all their raters agree, over the
        items that were rated.
    n_items_rated, n_items_below_criterion : int
        Items with a rating, and those of them below their criterion.
    n_raters, fewest_raters : int
        People who rated any item, and the fewest behind any rated item.
    item_criterion, scale_criterion : float
        What an item index and the mean index are held against.
    method : str
        How it was computed.
    condition : str or None
        Conditions of any of the items; ``below_criterion``: the mean index is lower than its
        criterion.
    """

    items: tuple[ItemContentValidity, ...]
    s_cvi_ave: float
    s_cvi_ua: float
    n_items_rated: int
    n_items_below_criterion: int
    n_raters: int
    fewest_raters: int
    item_criterion: float
    scale_criterion: float
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """Four rows an item, then those of the set."""
        entries = [entry for item in self.items for entry in item.entries()]
        names = (
            "s_cvi_ave",
            "s_cvi_ua",
            "n_items_rated",
            "n_items_below_criterion",
            "fewest_raters",
        )
        of_the_set = [
            {
                "statistic": name,
                "estimate": getattr(self, name),
                "n_respondents": self.n_raters,
                "condition": self.condition
                if name == "s_cvi_ave" or isnan(getattr(self, name))
                else None,
            }
            for name in names
        ]
        return long_table([*entries, *of_the_set], method=self.method)


def content_validity_index(
    ratings: pd.DataFrame,
    confidence_level: float = 0.95,
    item_criterion: float = ITEM_CRITERION,
    scale_criterion: float = SCALE_CRITERION,
) -> ContentValidity:
    r"""How far raters hold the items of a set to be relevant, or clear.

    Parameters
    ----------
    ratings : DataFrame, shape (n_raters, n_items)
        Whole numbers from 1 to 4, or missing. A missing rating leaves its rater out for that item
        only.
    confidence_level : float, optional
        Coverage of the intervals.
    item_criterion, scale_criterion : float, optional
        What the item index and the mean index are held against; the defaults are those of [1]_
        and [2]_.

    Returns
    -------
    ContentValidity

    Raises
    ------
    ValueError
        If there is no item, a rating is not one of 1, 2, 3 and 4, or the confidence level does not
        lie between 0 and 1.

    Notes
    -----
    .. math::
        \text{I-CVI} = \frac{A}{N}, \qquad
        p_c = \binom{N}{A} 0.5^N, \qquad
        \kappa^* = \frac{\text{I-CVI} - p_c}{1 - p_c}

    with :math:`A` the raters who give a 3 or a 4 out of the :math:`N` who rate the item [1]_.
    S-CVI/Ave is the mean of I-CVI over the rated items, S-CVI/UA the share of them with an I-CVI
    of one [2]_.

    .. math:: V = \frac{\bar x - 1}{4 - 1}

    is Aiken's index [3]_. Its interval [4]_ is Wilson's score interval [5]_ for :math:`3N` trials;
    that of I-CVI is the same for :math:`N`. The item index is compared with its criterion to two
    decimals, as it is published: seven of nine raters, .778, meet .78.

    References
    ----------
    .. [1] Polit, Beck & Owen (2007). Research in Nursing & Health, 30(4), 459-467.
    .. [2] Polit & Beck (2006). Research in Nursing & Health, 29(5), 489-497.
    .. [3] Aiken (1985). Educational and Psychological Measurement, 45(1), 131-142.
    .. [4] Penfield & Giacobbi (2004). Measurement in Physical Education and Exercise Science,
       8(4), 213-225.
    .. [5] Wilson (1927). Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    >>> ratings = pd.DataFrame({"a": [4, 4, 3, 3, 4, 2], "b": [4, 4, 4, 3, 3, None]})
    >>> result = content_validity_index(ratings)
    >>> item = result.items[0]
    >>> round(item.i_cvi, 2), round(item.chance_agreement, 3), round(item.modified_kappa, 2)
    (0.83, 0.094, 0.82)
    >>> round(result.s_cvi_ave, 3), result.s_cvi_ua, result.items[1].n_raters
    (0.917, 0.5, 5)
    """
    tails(confidence_level)
    numbers = to_numbers(ratings)
    if not np.isin(numbers[~np.isnan(numbers)], RATINGS).all():
        raise ValueError("a rating is not one of 1, 2, 3 and 4")
    items = tuple(
        _item(label, column[~np.isnan(column)], confidence_level, item_criterion)
        for label, column in zip(labels_of(ratings), numbers.T, strict=True)
    )
    rated = [item for item in items if item.n_raters]
    average = _mean([item.i_cvi for item in rated])
    below = "below_criterion" if average < scale_criterion - 1e-12 else None
    return ContentValidity(
        items=items,
        s_cvi_ave=average,
        s_cvi_ua=_mean([float(item.n_agreeing == item.n_raters) for item in rated]),
        n_items_rated=len(rated),
        n_items_below_criterion=sum(item.below_criterion for item in rated),
        n_raters=int((~np.isnan(numbers)).any(axis=1).sum()),
        fewest_raters=min((item.n_raters for item in rated), default=0),
        item_criterion=item_criterion,
        scale_criterion=scale_criterion,
        method="ratings of 3 and 4 agree; Wilson's interval for I-CVI, the score interval for "
        f"Aiken's V; criteria: I-CVI {item_criterion:.2f}, S-CVI/Ave {scale_criterion:.2f}",
        condition=joined([below, *(item.condition for item in items)]),
    )


def _item(
    label: str, ratings: FloatArray, confidence_level: float, criterion: float
) -> ItemContentValidity:
    n, agreeing = len(ratings), int(np.isin(ratings, AGREEING).sum())
    index = agreeing / n if n else nan
    chance = comb(n, agreeing) / 2**n if n else nan
    steps = RATINGS[-1] - RATINGS[0]
    v = float(ratings.sum() - n * RATINGS[0]) / (n * steps) if n else nan
    index_low, index_high = score_interval(index, n, confidence_level)
    v_low, v_high = score_interval(v, n * steps, confidence_level)
    return ItemContentValidity(
        item=label,
        n_raters=n,
        n_agreeing=agreeing,
        i_cvi=index,
        i_cvi_ci_low=index_low,
        i_cvi_ci_high=index_high,
        chance_agreement=chance,
        modified_kappa=(index - chance) / (1 - chance) if n else nan,
        aiken_v=v,
        aiken_v_ci_low=v_low,
        aiken_v_ci_high=v_high,
        below_criterion=bool(n) and _to_two_decimals(agreeing, n) < criterion,
        confidence_level=confidence_level,
        condition=_condition(n),
    )


def _condition(n_raters: int) -> str | None:
    if not n_raters:
        return "item_without_ratings"
    return "too_few_raters" if n_raters < FEWEST_RATERS else None


def _to_two_decimals(agreeing: int, n_raters: int) -> float:
    """The share, rounded half up by whole numbers so that no rounding error decides."""
    return (200 * agreeing + n_raters) // (2 * n_raters) / 100


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else nan
