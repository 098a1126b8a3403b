"""Two items: their correlation, and the reliability of their sum."""

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from pipeline.psychometrics._fisher import fisher_interval
from pipeline.psychometrics._pairwise import pairwise_correlations
from pipeline.psychometrics._responses import complete_rows, unusable
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.reliability.usable_answers import several_items
from pipeline.psychometrics.result import Result

OPPOSITE = -1 + 1e-12
"""Two items with this correlation or less cancel out, so their sum has no reliability."""


@dataclass(frozen=True, slots=True)
class InterItemCorrelation(Result):
    """Correlation of the two items of a scale, and the reliability of their sum.

    Attributes
    ----------
    estimate, ci_low, ci_high : float
        Pearson correlation and Fisher's interval.
    spearman_brown, spearman_brown_low, spearman_brown_high : float
        Reliability of the sum of the two, and the same interval on that scale.
    confidence_level : float
        Coverage of the intervals.
    n_respondents, n_total : int
        Respondents who answered both items, and respondents given.
    method : str
        How it was computed.
    condition : str or None
        ``item_without_answers``, ``too_few_respondents``, ``constant_item``: no estimate.
        ``too_few_respondents`` with an estimate: three, too few for an interval.
        ``no_variation``: the two cancel out, and their sum has no reliability.
    """

    estimate: float
    ci_low: float
    ci_high: float
    spearman_brown: float
    spearman_brown_low: float
    spearman_brown_high: float
    confidence_level: float
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row for the correlation and one for the reliability."""
        correlation = {
            "statistic": "inter_item_correlation",
            "estimate": self.estimate,
            "ci_low": self.ci_low,
            "ci_high": self.ci_high,
        }
        reliability = {
            "statistic": "spearman_brown",
            "estimate": self.spearman_brown,
            "ci_low": self.spearman_brown_low,
            "ci_high": self.spearman_brown_high,
        }
        return long_table(
            [correlation, reliability],
            confidence_level=self.confidence_level,
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


def inter_item_correlation(
    items: pd.DataFrame, confidence_level: float = 0.95
) -> InterItemCorrelation:
    r"""Correlation of the two items of a scale, and the reliability of their sum.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, 2)
        Keyed answers, numbers or missing.
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    InterItemCorrelation

    Raises
    ------
    ValueError
        If there are not exactly two items or answers are not numbers.

    Notes
    -----
    .. math:: \tanh\left(\operatorname{artanh} r \pm \frac{z}{\sqrt{n - 3}}\right),
              \qquad r_{SB} = \frac{2r}{1 + r}

    the interval being Fisher's [1]_, and the reliability of two items best told by Spearman and
    Brown's formula [2]_. It equals alpha where the two variances are equal.

    References
    ----------
    .. [1] Fisher (1921). Metron, 1, 3-32.
    .. [2] Eisinga, te Grotenhuis & Pelzer (2013). International Journal of Public Health, 58(4),
       637-642.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 3, 2, 4]})
    >>> result = inter_item_correlation(answers)
    >>> round(result.estimate, 3), round(result.spearman_brown, 3)
    (0.8, 0.889)
    """
    numbers = several_items(items)
    if numbers.shape[1] != 2:
        raise ValueError(f"need exactly 2 items, got {numbers.shape[1]}")
    used = complete_rows(numbers)
    condition = unusable(numbers, used)
    estimate = nan if condition else float(pairwise_correlations(used)[0][0, 1])
    se_of_z = 1 / np.sqrt(len(used) - 3) if len(used) > 3 else nan
    low, high = (float(end) for end in fisher_interval(estimate, se_of_z, confidence_level))
    if condition is None and len(used) <= 3:
        condition = "too_few_respondents"
    if estimate <= OPPOSITE:
        condition = joined([condition, "no_variation"])
    return InterItemCorrelation(
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        spearman_brown=spearman_brown(estimate),
        spearman_brown_low=spearman_brown(low),
        spearman_brown_high=spearman_brown(high),
        confidence_level=confidence_level,
        n_respondents=len(used),
        n_total=len(numbers),
        method="Pearson, listwise; Fisher interval",
        condition=condition,
    )


def spearman_brown(correlation: float) -> float:
    """Reliability of the sum of two halves with this correlation."""
    return nan if correlation <= OPPOSITE else 2 * correlation / (1 + correlation)
