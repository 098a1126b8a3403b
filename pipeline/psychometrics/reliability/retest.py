"""How stable scores are from one occasion to another."""

from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import (
    chi_square_quantile,
    f_quantile,
    normal_quantile,
    tails,
)
from pipeline.psychometrics._pingouin import intraclass_correlations
from pipeline.psychometrics._responses import FEWEST_RESPONDENTS, FloatArray, complete_rows
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.reliability.usable_answers import several_items
from pipeline.psychometrics.result import Result

FORMS = (
    "one_way",
    "agreement",
    "consistency",
    "one_way_mean",
    "agreement_mean",
    "consistency_mean",
)
"""The intraclass correlations in the order in which R psych and pingouin print them."""


@dataclass(frozen=True, slots=True)
class RetestCorrelation:
    """One form of the intraclass correlation, with its interval."""

    form: str
    estimate: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True)
class RetestReliability(Result):
    """Stability of scores over occasions.

    Attributes
    ----------
    forms : tuple of RetestCorrelation
        All six intraclass correlations: one-way, (absolute) agreement and consistency, of a single
        occasion and of the mean of all.
    standard_error : float
        Standard error of measurement of one score, shifts of everybody counted as error.
    typical_error, typical_error_low, typical_error_high : float
        The same with shifts of everybody left out, and its chi-square interval.
    smallest_detectable_change : float
        Change of one person that error alone would rarely bring about, from `standard_error`.
    smallest_detectable_change_of_mean : float
        The same for the mean of `n_persons` people.
    n_persons : int
        People in that mean.
    mean_change : float
        Mean of the last occasion less the mean of the first.
    n_occasions : int
        Occasions.
    confidence_level : float
        Coverage of the intervals, and share of unchanged people who differ by less.
    n_respondents, n_total : int
        People with a score on every occasion, and people given.
    method : str
        How it was computed.
    condition : str or None
        ``too_few_respondents``, ``no_variation``: no estimate. ``equal_changes``: no intervals.
    """

    forms: tuple[RetestCorrelation, ...]
    standard_error: float
    typical_error: float
    typical_error_low: float
    typical_error_high: float
    smallest_detectable_change: float
    smallest_detectable_change_of_mean: float
    n_persons: int
    mean_change: float
    n_occasions: int
    confidence_level: float
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    @property
    def agreement(self) -> RetestCorrelation:
        """Absolute agreement of a single occasion, the form to report unless there is a reason."""
        return self.forms[FORMS.index("agreement")]

    def to_rows(self) -> pd.DataFrame:
        """A row per intraclass correlation, agreement first, and per number on error."""
        level = self.confidence_level
        forms = [self.agreement, *(own for own in self.forms if own.form != "agreement")]
        correlations = [
            {
                "statistic": f"icc_retest_{own.form}",
                "estimate": own.estimate,
                "ci_low": own.ci_low,
                "ci_high": own.ci_high,
                "confidence_level": level,
            }
            for own in forms
        ]
        errors = [
            {"statistic": "standard_error_of_measurement", "estimate": self.standard_error},
            {
                "statistic": "typical_error",
                "estimate": self.typical_error,
                "ci_low": self.typical_error_low,
                "ci_high": self.typical_error_high,
                "confidence_level": level,
            },
            {"statistic": "mean_change", "estimate": self.mean_change},
            {
                "statistic": "smallest_detectable_change",
                "estimate": self.smallest_detectable_change,
            },
        ]
        mean = {
            "statistic": "smallest_detectable_change_of_mean",
            "estimate": self.smallest_detectable_change_of_mean,
            "method": f"{self.method}, mean of {self.n_persons} persons",
        }
        return long_table(
            [*correlations, *errors, *([mean] if self.n_persons > 1 else [])],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


class _MeanSquares(NamedTuple):
    """Two-way analysis of variance of persons by occasions."""

    persons: float
    occasions: float
    error: float
    within: float
    """Occasions and error together: within persons."""


def retest_reliability(
    scores: pd.DataFrame, n_persons: int = 1, confidence_level: float = 0.95
) -> RetestReliability:
    r"""Intraclass correlations of scores over occasions, and the error they leave.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_occasions)
        Score of each person on each occasion, in the order of time; numbers or missing.
    n_persons : int, optional
        People whose mean is compared with their own mean at another time.
    confidence_level : float, optional
        Coverage of the intervals, and share of unchanged people who differ by less.

    Returns
    -------
    RetestReliability

    Raises
    ------
    ValueError
        If there are fewer than two occasions or no persons, or scores are not numbers.

    Notes
    -----
    With the mean squares of persons, occasions and error, absolute agreement is

    .. math:: \mathrm{ICC}(A,1) = \frac{MS_P - MS_E}
              {MS_P + (k-1) MS_E + \frac{k}{n} (MS_O - MS_E)}

    and consistency the same without the last term; one-way takes the mean square within persons
    for the error [1]_ [2]_. The estimates are pingouin's, whose intervals are rounded; the F
    intervals are computed here. Further

    .. math:: \mathrm{SEM} = \sqrt{MS_E + \frac{MS_O - MS_E}{n}}, \quad
              \mathrm{TE} = \sqrt{MS_E}, \quad \mathrm{SDC} = z \sqrt{2}\, \mathrm{SEM}

    where the variance of occasions counts as zero if negative [3]_. With two occasions the typical
    error is the standard deviation of the changes over the root of two. Agrees with R psych's
    ``ICC``: ``tests/oracles/psych_retest``. People with a score on every occasion.

    References
    ----------
    .. [1] Shrout & Fleiss (1979). Psychological Bulletin, 86(2), 420-428.
    .. [2] McGraw & Wong (1996). Psychological Methods, 1(1), 30-46.
    .. [3] de Vet, Terwee, Knol & Bouter (2006). Journal of Clinical Epidemiology, 59(10),
       1033-1039.

    Examples
    --------
    >>> scores = pd.DataFrame({"may": [1.0, 2, 3, 4, 5], "june": [1.5, 2, 3.5, 4, 6]})
    >>> round(retest_reliability(scores).agreement.estimate, 3)
    0.948
    """
    if n_persons < 1:
        raise ValueError(f"n_persons must be 1 or more, got {n_persons}")
    _, high_tail = tails(confidence_level)
    numbers = _several_occasions(scores)
    used = complete_rows(numbers)
    squares = _mean_squares(used)
    condition = _problem(used, squares)
    estimates, limits = np.full(6, nan), [(nan, nan)] * 6
    if condition in (None, "equal_changes"):
        estimates = intraclass_correlations(used)
    if condition is None:
        limits = _intervals(squares, used.shape, float(estimates[1]), high_tail)
    error = _errors(squares, used.shape, high_tail)
    detectable = float(normal_quantile(high_tail) * np.sqrt(2) * error.standard)
    return RetestReliability(
        forms=tuple(
            RetestCorrelation(form, estimate, *own)
            for form, estimate, own in zip(FORMS, estimates.tolist(), limits, strict=True)
        ),
        standard_error=error.standard,
        typical_error=error.typical,
        typical_error_low=error.low,
        typical_error_high=error.high,
        smallest_detectable_change=detectable,
        smallest_detectable_change_of_mean=float(detectable / np.sqrt(n_persons)),
        n_persons=n_persons,
        mean_change=float(used[:, -1].mean() - used[:, 0].mean()) if len(used) else nan,
        n_occasions=used.shape[1],
        confidence_level=confidence_level,
        n_respondents=len(used),
        n_total=len(numbers),
        method="two-way analysis of variance, listwise; F intervals",
        condition=condition,
    )


class _Errors(NamedTuple):
    standard: float
    typical: float
    low: float
    high: float


def _several_occasions(scores: pd.DataFrame) -> FloatArray:
    if isinstance(scores, pd.DataFrame) and scores.shape[1] == 1:
        raise ValueError("retest reliability needs at least 2 occasions, got 1")
    return several_items(scores)


def _mean_squares(used: FloatArray) -> _MeanSquares:
    n, k = used.shape
    if n < FEWEST_RESPONDENTS:
        return _MeanSquares(nan, nan, nan, nan)
    centred = used - used.mean()
    persons, occasions = centred.mean(axis=1), centred.mean(axis=0)
    rest = centred - persons[:, None] - occasions
    squares = [k * (persons**2).sum(), n * (occasions**2).sum(), (rest**2).sum()]
    of_persons, of_occasions, of_error = (
        float(part) if part > 1e-14 * (used**2).sum() else 0.0 for part in squares
    )
    return _MeanSquares(
        of_persons / (n - 1),
        of_occasions / (k - 1),
        of_error / ((n - 1) * (k - 1)),
        (of_occasions + of_error) / (n * (k - 1)),
    )


def _problem(used: FloatArray, squares: _MeanSquares) -> str | None:
    if len(used) < FEWEST_RESPONDENTS:
        return "too_few_respondents"
    if squares.persons == 0:
        return "no_variation"
    return "equal_changes" if squares.error == 0 else None


def _intervals(
    squares: _MeanSquares, shape: tuple[int, ...], agreement: float, high_tail: float
) -> list[tuple[float, float]]:
    """Limits of the six forms; those of a mean of occasions by Spearman and Brown's formula."""
    n, k = shape
    single = [
        _f_interval(squares.persons / squares.within, (n - 1, n * (k - 1)), k, high_tail),
        _agreement_interval(squares, shape, agreement, high_tail),
        _f_interval(squares.persons / squares.error, (n - 1, (n - 1) * (k - 1)), k, high_tail),
    ]
    means = [(_stepped_up(low, k), _stepped_up(high, k)) for low, high in single]
    return [*single, *means]


def _f_interval(f: float, df: tuple[int, int], k: int, high_tail: float) -> tuple[float, float]:
    low = f / f_quantile(high_tail, *df)
    high = f * f_quantile(high_tail, *df[::-1])
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _agreement_interval(
    squares: _MeanSquares, shape: tuple[int, ...], agreement: float, high_tail: float
) -> tuple[float, float]:
    """Limits of absolute agreement, with Satterthwaite's degrees of freedom."""
    n, k = shape
    of_occasions = k * agreement * squares.occasions / squares.error
    of_error = n * (1 + (k - 1) * agreement) - k * agreement
    parts = of_occasions**2 / (k - 1) + of_error**2 / ((n - 1) * (k - 1))
    df = (of_occasions + of_error) ** 2 / parts
    f_low, f_high = f_quantile(high_tail, n - 1, df), f_quantile(high_tail, df, n - 1)
    noise = k * squares.occasions + (k * n - k - n) * squares.error
    low = n * (squares.persons - f_low * squares.error) / (f_low * noise + n * squares.persons)
    high = n * (f_high * squares.persons - squares.error) / (noise + n * f_high * squares.persons)
    return low, high


def _stepped_up(correlation: float, k: int) -> float:
    return correlation * k / (1 + correlation * (k - 1))


def _errors(squares: _MeanSquares, shape: tuple[int, ...], high_tail: float) -> _Errors:
    n, k = shape
    if np.isnan(squares.error):
        return _Errors(nan, nan, nan, nan)
    shift = max((squares.occasions - squares.error) / n, 0.0)
    df, typical = (n - 1) * (k - 1), float(np.sqrt(squares.error))
    low = typical * np.sqrt(df / chi_square_quantile(high_tail, df))
    high = typical * np.sqrt(df / chi_square_quantile(1 - high_tail, df))
    return _Errors(float(np.sqrt(squares.error + shift)), typical, float(low), float(high))
