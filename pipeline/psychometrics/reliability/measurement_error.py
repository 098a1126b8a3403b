"""How exact one person's score is, and which difference between two scores is more than error."""

from dataclasses import dataclass
from math import nan
from typing import ClassVar

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import chi_square_quantile, normal_quantile, tails
from pipeline.psychometrics._responses import complete_rows, to_numbers
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.reliability.alpha import cronbach_alpha
from pipeline.psychometrics.reliability.interval import IntervalEstimate
from pipeline.psychometrics.result import Result


@dataclass(frozen=True, slots=True)
class StandardErrorOfMeasurement(IntervalEstimate):
    """Standard error of one person's mean score.

    Attributes
    ----------
    estimate, ci_low, ci_high : float
        Standard error in points of the answer format, and its chi-square interval.
    confidence_level : float
        Coverage of the interval.
    n_respondents, n_total : int
        Respondents who answered every item, and respondents given.
    n_items : int
        Number of items.
    method : str
        How it was computed.
    condition : str or None
        That of alpha: no estimate.
    """

    statistic: ClassVar[str] = "standard_error_of_measurement"


@dataclass(frozen=True, slots=True)
class SmallestDetectableChange(Result):
    """Change of a mean score that measurement error alone would rarely bring about.

    Attributes
    ----------
    of_person, of_person_low, of_person_high : float
        For one person, in points of the answer format, and its chi-square interval.
    of_mean, of_mean_low, of_mean_high : float
        For the mean of `n_persons` people, the same people both times.
    n_persons : int
        People in that mean.
    confidence_level : float
        Coverage of the intervals, and share of unchanged people who differ by less.
    n_respondents, n_total : int
        Respondents who answered every item, and respondents given.
    method : str
        How it was computed.
    condition : str or None
        That of alpha: no estimate.
    """

    of_person: float
    of_person_low: float
    of_person_high: float
    of_mean: float
    of_mean_low: float
    of_mean_high: float
    n_persons: int
    confidence_level: float
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row for a person, and one for the mean of several."""
        person = {
            "statistic": "smallest_detectable_change",
            "estimate": self.of_person,
            "ci_low": self.of_person_low,
            "ci_high": self.of_person_high,
        }
        mean = {
            "statistic": "smallest_detectable_change_of_mean",
            "estimate": self.of_mean,
            "ci_low": self.of_mean_low,
            "ci_high": self.of_mean_high,
            "method": f"{self.method}, mean of {self.n_persons} persons",
        }
        return long_table(
            [person, mean] if self.n_persons > 1 else [person],
            confidence_level=self.confidence_level,
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


def standard_error_of_measurement(
    items: pd.DataFrame, confidence_level: float = 0.95
) -> StandardErrorOfMeasurement:
    r"""How far one person's mean score is off, as alpha has it, in points of the answer format.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers, numbers or missing; two items or more.
    confidence_level : float, optional
        Coverage of the interval.

    Returns
    -------
    StandardErrorOfMeasurement

    Raises
    ------
    ValueError
        If there are fewer than two items or answers are not numbers.

    Notes
    -----
    .. math:: \mathrm{SEM} = s_{\bar x} \sqrt{1 - \alpha}
              = \sqrt{\frac{\mathrm{MS}_{\text{error}}}{k}}

    with :math:`s_{\bar x}` the standard deviation of the mean of the :math:`k` items and the mean
    square of the analysis of variance of respondents by items [1]_. Its
    :math:`(n - 1)(k - 1)` degrees of freedom give a chi-square interval, under the assumptions of
    Feldt's interval for alpha. Respondents who answered every item.

    References
    ----------
    .. [1] Hoyt (1941). Psychometrika, 6(3), 153-160.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 3, 4], "b": [2, 3, 5]})
    >>> round(standard_error_of_measurement(answers).estimate, 3)
    0.289
    """
    low_tail, high_tail = tails(confidence_level)
    reliability = cronbach_alpha(items, confidence_level)
    used = complete_rows(to_numbers(items))
    estimate = low = high = nan
    if reliability.condition is None:
        estimate = float(used.mean(axis=1).std(ddof=1) * np.sqrt(1 - min(reliability.estimate, 1)))
        df = (len(used) - 1) * (used.shape[1] - 1)
        low = estimate * np.sqrt(df / chi_square_quantile(high_tail, df))
        high = estimate * np.sqrt(df / chi_square_quantile(low_tail, df))
    return StandardErrorOfMeasurement(
        estimate=estimate,
        ci_low=float(low),
        ci_high=float(high),
        confidence_level=confidence_level,
        n_respondents=reliability.n_respondents,
        n_total=reliability.n_total,
        n_items=reliability.n_items,
        method="from Cronbach's alpha, listwise, mean score; chi-square interval",
        condition=reliability.condition,
    )


def smallest_detectable_change(
    items: pd.DataFrame, n_persons: int = 1, confidence_level: float = 0.95
) -> SmallestDetectableChange:
    r"""Change of a mean score that measurement error alone would rarely bring about.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers, numbers or missing; two items or more.
    n_persons : int, optional
        People whose mean is compared with their own mean at another time.
    confidence_level : float, optional
        Coverage of the intervals, and share of unchanged people who differ by less.

    Returns
    -------
    SmallestDetectableChange

    Raises
    ------
    ValueError
        If there are fewer than two items or no persons, or answers are not numbers.

    Notes
    -----
    .. math:: \mathrm{SDC} = z \sqrt{2}\, \mathrm{SEM}, \qquad
              \mathrm{SDC}_{\text{mean}} = \frac{\mathrm{SDC}}{\sqrt{n}}

    with the standard error of measurement from alpha [1]_. That error holds for one occasion:
    where answers are there from two, the change seen in people who did not change says more, see
    :func:`retest_reliability`. The mean of :math:`n` carries measurement error only, not that
    these people are a sample.

    References
    ----------
    .. [1] de Vet, Terwee, Mokkink & Knol (2011). Measurement in medicine, ch. 8. Cambridge
       University Press.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 3, 4], "b": [2, 3, 5]})
    >>> round(smallest_detectable_change(answers).of_person, 3)
    0.8
    """
    if n_persons < 1:
        raise ValueError(f"n_persons must be 1 or more, got {n_persons}")
    error = standard_error_of_measurement(items, confidence_level)
    factor = normal_quantile(tails(confidence_level)[1]) * np.sqrt(2)
    person, low, high = (
        float(factor * value) for value in (error.estimate, error.ci_low, error.ci_high)
    )
    root = float(np.sqrt(n_persons))
    return SmallestDetectableChange(
        of_person=person,
        of_person_low=low,
        of_person_high=high,
        of_mean=person / root,
        of_mean_low=low / root,
        of_mean_high=high / root,
        n_persons=n_persons,
        confidence_level=confidence_level,
        n_respondents=error.n_respondents,
        n_total=error.n_total,
        method=f"standard error of measurement {error.method}",
        condition=error.condition,
    )
