"""Which people changed by more than measurement error."""

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import normal_reach, student_quantile, tails
from pipeline.psychometrics._proportions import score_interval
from pipeline.psychometrics._responses import FloatArray, IntArray, require_series, to_numbers
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.result import Result

CATEGORIES = ("higher", "lower", "no_clear_change")
ROUNDING = 1e-9
"""A change that reaches the threshold but for rounding, in points, does not exceed it."""


@dataclass(frozen=True, slots=True, eq=False)
class ReliableChange(Result):
    """Change of the same people between two occasions.

    Attributes
    ----------
    change : ndarray, shape (n_total,)
        Score now minus score before of each person; missing where one of them is.
    direction : ndarray of int, shape (n_total,)
        1 where it exceeds the threshold upwards, -1 downwards, else 0.
    threshold : float
        Change that error alone would rarely exceed, in points of the score.
    share_higher, share_lower, share_no_clear_change : float
        Shares of the people with both scores.
    intervals : tuple of (float, float)
        Score intervals of these shares, in this order.
    mean_change, mean_change_low, mean_change_high : float
        Mean of the changes with its paired t interval.
    sd_change : float
        Standard deviation of the changes.
    standardised_response_mean : float
        Mean over standard deviation of the changes.
    standard_error : float
        Standard error of measurement that was given.
    confidence_level : float
        Coverage of the intervals, and share of unchanged people within the threshold.
    n_respondents, n_total : int
        People with both scores, and people given.
    method : str
        How it was computed.
    condition : str or None
        ``too_few_respondents``: no estimate, or with one person no interval. ``no_variation``: all
        changed alike, so nothing is standardised.
    """

    change: FloatArray
    direction: IntArray
    threshold: float
    share_higher: float
    share_lower: float
    share_no_clear_change: float
    intervals: tuple[tuple[float, float], ...]
    mean_change: float
    mean_change_low: float
    mean_change_high: float
    sd_change: float
    standardised_response_mean: float
    standard_error: float
    confidence_level: float
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """Rows of the mean change, of the three shares and of what they rest on."""
        level = self.confidence_level
        rows: list[dict[str, object]] = [
            {
                "statistic": "mean_change",
                "estimate": self.mean_change,
                "ci_low": self.mean_change_low,
                "ci_high": self.mean_change_high,
                "confidence_level": level,
            }
        ]
        for name, (low, high) in zip(CATEGORIES, self.intervals, strict=True):
            share = getattr(self, f"share_{name}")
            ends = {"ci_low": low, "ci_high": high, "confidence_level": level}
            rows.append({"statistic": f"share_{name}", "estimate": share, **ends})
        for name in ("sd_change", "standardised_response_mean", "threshold"):
            rows.append({"statistic": name, "estimate": getattr(self, name)})
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


def reliable_change(
    before: pd.Series, now: pd.Series, standard_error: float, confidence_level: float = 0.95
) -> ReliableChange:
    r"""Shares of people whose score rose or fell by more than measurement error, and mean change.

    Parameters
    ----------
    before, now : Series, shape (n_persons,)
        Scores of the same people in the same order, numbers or missing.
    standard_error : float
        Standard error of measurement of one score, in its points, above 0.
    confidence_level : float, optional
        Coverage of the intervals, and share of unchanged people that stays within the threshold.

    Returns
    -------
    ReliableChange

    Raises
    ------
    ValueError
        If the two are not of the same people, scores are not numbers, or the standard error is not
        above 0.

    Notes
    -----
    A change is reliable if it exceeds the smallest detectable change of one person,

    .. math:: |x_2 - x_1| > z_{(1 + c) / 2} \sqrt{2}\, \mathrm{SEM},

    that is, if the reliable change index of Jacobson and Truax [1]_ exceeds the normal quantile.
    Intervals of shares are score intervals; the mean has the paired t interval. The standardised
    response mean is the mean over the standard deviation of the changes [2]_. The standard error is
    taken as known: where it comes from one occasion only (from alpha), what people differ by from
    one day to another counts as change.

    References
    ----------
    .. [1] Jacobson & Truax (1991). Journal of Consulting and Clinical Psychology, 59(1), 12-19.
    .. [2] Liang, Fossel & Larson (1990). Medical Care, 28(7), 632-642.

    Examples
    --------
    >>> found = reliable_change(pd.Series([2.0, 3.0, 3.0]), pd.Series([3.5, 3.2, 2.9]), 0.3)
    >>> round(found.threshold, 2), found.direction.tolist(), round(found.mean_change, 2)
    (0.83, [1, 0, 0], 0.53)
    """
    probabilities = tails(confidence_level)
    _refuse_unusable(before, now, standard_error)
    scores = to_numbers(pd.DataFrame({"before": before, "now": now}))
    change = scores[:, 1] - scores[:, 0]
    threshold = normal_reach(confidence_level) * sqrt(2) * standard_error
    direction = np.where(np.abs(change) > threshold + ROUNDING, np.sign(change), 0.0)
    direction = np.nan_to_num(direction).astype(np.int64)
    known = change[~np.isnan(change)]
    n = len(known)
    counts = [int((direction == sign).sum()) for sign in (1, -1)]
    shares = [count / n if n else nan for count in (*counts, n - sum(counts))]
    mean, sd = (float(known.mean()) if n else nan, float(known.std(ddof=1)) if n > 1 else nan)
    half = student_quantile(probabilities[1], n - 1) * sd / sqrt(n) if n > 1 else nan
    return ReliableChange(
        change=change,
        direction=direction,
        threshold=threshold,
        share_higher=shares[0],
        share_lower=shares[1],
        share_no_clear_change=shares[2],
        intervals=tuple(score_interval(share, n, confidence_level) for share in shares),
        mean_change=mean,
        mean_change_low=mean - half,
        mean_change_high=mean + half,
        sd_change=sd,
        standardised_response_mean=mean / sd if n > 1 and sd > ROUNDING else nan,
        standard_error=standard_error,
        confidence_level=confidence_level,
        n_respondents=n,
        n_total=len(before),
        method="reliable change index; paired t interval, score intervals of shares",
        condition=_condition(n, sd),
    )


def _refuse_unusable(before: pd.Series, now: pd.Series, standard_error: float) -> None:
    require_series(before, "before")
    require_series(now, "now")
    faults = []
    if len(before) != len(now) or not before.index.equals(now.index):
        faults.append("before and now must be of the same people in the same order")
    if not standard_error > 0 or np.isinf(standard_error):
        faults.append(f"standard_error must be above 0, got {standard_error}")
    if faults:
        raise ValueError("; ".join(faults))


def _condition(n: int, sd: float) -> str | None:
    if n < 2:
        return "too_few_respondents"
    return None if sd > ROUNDING else "no_variation"
