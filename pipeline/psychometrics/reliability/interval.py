"""One reliability with its interval, and how an interval is made from a standard error."""

from dataclasses import dataclass
from math import nan
from typing import ClassVar

import numpy as np
import pandas as pd

from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.result import Result


@dataclass(frozen=True, slots=True)
class IntervalEstimate(Result):
    """A number about a scale with its interval; see the classes made from it."""

    statistic: ClassVar[str]

    estimate: float
    ci_low: float
    ci_high: float
    confidence_level: float
    n_respondents: int
    n_total: int
    n_items: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """One row."""
        return long_table(
            [{"statistic": self.statistic, "estimate": self.estimate}],
            ci_low=self.ci_low,
            ci_high=self.ci_high,
            confidence_level=self.confidence_level,
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


def reliability_interval(estimate: float, se: float, width: float) -> tuple[float, float]:
    r"""Interval of a reliability from its standard error.

    Parameters
    ----------
    estimate, se : float
        The reliability and its standard error.
    width : float
        Quantile of the normal or t distribution.

    Returns
    -------
    tuple of float
        Both limits; NaN where the reliability is 1 or either number is missing.

    Notes
    -----
    .. math:: 1 - (1 - \hat\rho) \exp\left(\pm \frac{z\,\mathrm{SE}}{1 - \hat\rho}\right)

    an interval for :math:`\ln(1 - \rho)`, whose distribution is closer to normal than that of a
    reliability near 1 [1]_. The limits never exceed 1.

    References
    ----------
    .. [1] Bonett (2002). Journal of Educational and Behavioral Statistics, 27(4), 335-340.

    Examples
    --------
    >>> low, high = reliability_interval(0.8, 0.02, 1.96)
    >>> round(low, 3), round(high, 3)
    (0.757, 0.836)
    """
    if not (np.isfinite(estimate) and np.isfinite(se)) or estimate >= 1:
        return nan, nan
    part = 1 - estimate
    with np.errstate(over="ignore"):
        factor = np.exp(width * se / part)
    return float(1 - part * factor), float(1 - part / factor)
