"""What is known of one item, and its rows in the long table."""

from dataclasses import dataclass
from math import isnan, nan, sqrt
from typing import Any

from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.items.answers import flag_of_extreme, flag_of_share

_FLAG_OF_EXTREME = {"floor_share": "floor", "ceiling_share": "ceiling"}


@dataclass(frozen=True, slots=True)
class ItemEstimate:
    """An estimate of how an item goes with the others.

    Attributes
    ----------
    estimate, se : float
        The estimate, and its standard error if it has one.
    ci_low, ci_high : float
        Its interval.
    n_respondents : int
        Respondents behind it.
    condition : str or None
        What stood in the way of it or of its interval.
    """

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    n_respondents: int
    condition: str | None


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
    category_counts : dict of float to int
        How often each category was chosen.
    category_shares : dict of float to float
        Share of the answers in each category.
    floor_share, ceiling_share : float
        Share in the lowest and in the highest category.
    n_unused_categories : int
        Categories nobody chose.
    with_rest : ItemEstimate
        Correlation with the sum of the other items (corrected item-total correlation).
    with_rest_polyserial : ItemEstimate
        The same for the normal variable behind the item, with the mean of the other items.
    alpha_of_rest : ItemEstimate
        Alpha of the other items.
    confidence_level : float
        Coverage of the intervals.
    condition : str or None
        ``item_without_answers``, ``constant_item`` (this or another), ``too_few_respondents``,
        ``one_item``, ``two_items`` (which leave one if one is dropped), ``undefined_correlation``,
        ``no_variation`` (of the other items): some statistics are missing.
        ``answer_outside_categories``: shares do not add up to one. ``correlation_at_boundary``:
        the polyserial correlation has no interval.
    flags : str or None
        ``empty_category``, ``sparse_category`` (fewer than 5 %), ``floor`` and ``ceiling`` (more
        than 15 % in the lowest or highest category).
    """

    item: str
    n_answered: int
    n_missing: int
    mean: float
    sd: float
    skewness: float
    excess_kurtosis: float
    category_counts: dict[float, int]
    category_shares: dict[float, float]
    floor_share: float
    ceiling_share: float
    n_unused_categories: int
    with_rest: ItemEstimate
    with_rest_polyserial: ItemEstimate
    alpha_of_rest: ItemEstimate
    confidence_level: float
    condition: str | None
    flags: str | None

    @property
    def item_rest_correlation(self) -> float:
        """Correlation with the sum of the other items."""
        return self.with_rest.estimate

    @property
    def item_rest_polyserial(self) -> float:
        """Polyserial correlation with the mean of the other items."""
        return self.with_rest_polyserial.estimate

    @property
    def alpha_if_dropped(self) -> float:
        """Alpha of the other items."""
        return self.alpha_of_rest.estimate

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
        }
        rows = [self._entry_of_answers(name, value) for name, value in values.items()]
        rows.append(self._entry_with_others("item_rest_correlation", self.with_rest))
        rows.append(self._entry_with_others("item_rest_polyserial", self.with_rest_polyserial))
        rows.append(self._entry_with_others("alpha_if_dropped", self.alpha_of_rest))
        return rows

    def _entry_of_answers(self, statistic: str, value: float) -> dict[str, Any]:
        outside = "answer_outside_categories" in (self.condition or "") and "share" in statistic
        obstacle = self.condition if isnan(value) or outside else None
        se = self.sd / sqrt(self.n_answered) if statistic == "mean" and self.n_answered else nan
        return {
            "item": self.item,
            "statistic": statistic,
            "estimate": value,
            "se": se,
            "n_respondents": self.n_answered,
            "condition": joined([obstacle, _flag(statistic, value)]),
        }

    def _entry_with_others(self, statistic: str, found: ItemEstimate) -> dict[str, Any]:
        return {
            "item": self.item,
            "statistic": statistic,
            "estimate": found.estimate,
            "se": found.se,
            "ci_low": found.ci_low,
            "ci_high": found.ci_high,
            "confidence_level": nan if isnan(found.ci_low) else self.confidence_level,
            "n_respondents": found.n_respondents,
            "condition": found.condition,
        }


def _flag(statistic: str, value: float) -> str | None:
    """What the reader must know about a share."""
    if statistic in _FLAG_OF_EXTREME:
        return flag_of_extreme(value, _FLAG_OF_EXTREME[statistic])
    if statistic.startswith("share_of_answer_"):
        return flag_of_share(value)
    return "empty_category" if statistic == "n_unused_categories" and value else None
