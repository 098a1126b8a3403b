"""How well the items of a scale hold together, and how exact a score from them is."""

from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import (
    chi_square_quantile,
    f_quantile,
    normal_quantile,
    tails,
)
from pipeline.psychometrics._pairwise import pairwise_correlations, pairwise_moments
from pipeline.psychometrics._pingouin import coefficient_alpha
from pipeline.psychometrics._responses import (
    FloatArray,
    complete_rows,
    labels_of,
    to_numbers,
    unusable,
)
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.one_factor import OneFactorModel, fit_one_factor
from pipeline.psychometrics.result import Result

Missing = Literal["listwise", "pairwise"]

OPPOSITE = -1 + 1e-12
"""Two items with this correlation or less cancel out, so their sum has no reliability."""

SMALLEST_EIGENVALUE = 1e-8
"""Items whose correlations have a smaller eigenvalue than this determine one another."""


@dataclass(frozen=True, slots=True)
class CronbachAlpha(Result):
    """Coefficient alpha of a scale.

    Attributes
    ----------
    estimate, ci_low, ci_high : float
        Alpha and Feldt's interval.
    confidence_level : float
        Coverage of the interval.
    n_respondents, n_total : int
        Respondents the estimate rests on, and respondents given.
    n_items : int
        Number of items.
    method : str
        Treatment of missing answers, and kind of interval.
    condition : str or None
        ``item_without_answers``, ``too_few_respondents``, ``constant_item``, ``no_variation``,
        ``undefined_correlation``: no estimate.
    """

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
        return _interval_rows(self, "cronbach_alpha")


@dataclass(frozen=True, slots=True)
class StandardErrorOfMeasurement(Result):
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
        return _interval_rows(self, "standard_error_of_measurement")


@dataclass(frozen=True, slots=True)
class OmegaTotal(Result):
    """Omega total of a scale from the one-factor model.

    Attributes
    ----------
    model_implied : float
        Omega with the variance of the sum that the model implies as denominator.
    observed : float
        Omega with the observed variance of the sum as denominator.
    standardised_loadings : dict of str to float
        Loading of each item, items in standard-deviation units.
    n_respondents, n_total : int
        Respondents who answered every item, and respondents given.
    n_items : int
        Number of items.
    method : str
        How it was computed.
    condition : str or None
        ``heywood_case`` or ``not_converged``: an estimate with a reservation. ``two_items``,
        ``item_without_answers``, ``too_few_respondents``, ``constant_item``,
        ``not_positive_definite``: no estimate.
    """

    model_implied: float
    observed: float
    standardised_loadings: dict[str, float]
    n_respondents: int
    n_total: int
    n_items: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row for each of the two omegas and one per loading."""
        omegas = [
            {"statistic": "omega_total_model_implied", "estimate": self.model_implied},
            {"statistic": "omega_total_observed", "estimate": self.observed},
        ]
        loadings = [
            {"item": item, "statistic": "one_factor_loading", "estimate": value}
            for item, value in self.standardised_loadings.items()
        ]
        return long_table(
            [*omegas, *loadings],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


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


def cronbach_alpha(
    items: pd.DataFrame, confidence_level: float = 0.95, missing: Missing = "listwise"
) -> CronbachAlpha:
    r"""Coefficient alpha of a set of keyed items.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers, numbers or missing; two items or more.
    confidence_level : float, optional
        Coverage of the interval.
    missing : {"listwise", "pairwise"}, optional
        Use respondents who answered every item, or every pair of answers. Feldt's interval holds
        for complete answers; pairwise it takes all respondents as n, as R psych does.

    Returns
    -------
    CronbachAlpha

    Raises
    ------
    ValueError
        If there are fewer than two items, answers are not numbers, or an option is unknown.

    Notes
    -----
    .. math:: \alpha = \frac{k}{k-1}\left(1 - \frac{\operatorname{tr} S}{1'S1}\right)

    with :math:`S` the covariance matrix of the :math:`k` items [1]_. Feldt's interval [2]_ is

    .. math:: 1 - (1 - \alpha) F_{1 - p},\quad p \in \{(1 - c)/2, (1 + c)/2\}

    with :math:`F` on :math:`n - 1` and :math:`(n - 1)(k - 1)` degrees of freedom and :math:`c` the
    confidence level. The estimate is pingouin's, whose interval is rounded; the interval is
    computed here. Agrees with R psych's ``alpha``: ``tests/oracles/psych_reliability``.

    References
    ----------
    .. [1] Cronbach (1951). Psychometrika, 16(3), 297-334.
    .. [2] Feldt, Woodruff & Salih (1987). Applied Psychological Measurement, 11(1), 93-103.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 3, 4], "b": [2, 3, 5]})
    >>> round(cronbach_alpha(answers).estimate, 3)
    0.963
    """
    probabilities = tails(confidence_level)
    numbers = _several_items(items)
    used = _used(numbers, missing)
    condition = unusable(numbers, used) or _sum_problem(used)
    estimate = nan if condition else coefficient_alpha(used, missing)
    low, high = (
        _feldt_interval(estimate, used.shape, probabilities) if not condition else (nan, nan)
    )
    return CronbachAlpha(
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        confidence_level=confidence_level,
        n_respondents=len(used),
        n_total=len(numbers),
        n_items=numbers.shape[1],
        method=f"Cronbach's alpha, {missing}; Feldt interval",
        condition=condition,
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


def omega_total(items: pd.DataFrame) -> OmegaTotal:
    r"""Share of the variance of the sum that one common factor explains.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers, numbers or missing; two items or more.

    Returns
    -------
    OmegaTotal

    Raises
    ------
    ValueError
        If there are fewer than two items or answers are not numbers.

    Notes
    -----
    .. math:: \omega = \frac{(\sum_i \lambda_i)^2}{(\sum_i \lambda_i)^2 + \sum_i \psi_i}
              \quad\text{or}\quad \frac{(\sum_i \lambda_i)^2}{1'S1}

    with loadings :math:`\lambda` and unique variances :math:`\psi` of the one-factor model by
    maximum likelihood [1]_. The two denominators, model-implied and observed, differ where one
    factor does not fit; both are given under their own names. Two items do not identify the
    model: see :func:`inter_item_correlation`. Respondents who answered every item. Agrees with
    ``semTools::compRelSEM`` on lavaan: ``tests/oracles/psych_reliability``.

    References
    ----------
    .. [1] McDonald (1999). Test theory: A unified treatment. Erlbaum.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> factor = rng.normal(size=(500, 1))
    >>> answers = pd.DataFrame(factor + rng.normal(size=(500, 4)), columns=list("abcd"))
    >>> round(omega_total(answers).model_implied, 1)
    0.8
    """
    numbers = _several_items(items)
    used = complete_rows(numbers)
    condition = _one_factor_problem(numbers, used)
    model_implied = observed = nan
    loadings = np.full(numbers.shape[1], nan)
    if condition is None:
        covariance = np.cov(used, rowvar=False)
        model = fit_one_factor(covariance)
        model_implied, observed = _omegas(model, covariance)
        loadings = model.loadings / np.sqrt(np.diag(covariance))
        condition = _reservation(model)
    return OmegaTotal(
        model_implied=model_implied,
        observed=observed,
        standardised_loadings=dict(zip(labels_of(items), loadings.tolist(), strict=True)),
        n_respondents=len(used),
        n_total=len(numbers),
        n_items=numbers.shape[1],
        method="one-factor maximum likelihood, Pearson, listwise",
        condition=condition,
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
    _, high_tail = tails(confidence_level)
    numbers = _several_items(items)
    if numbers.shape[1] != 2:
        raise ValueError(f"need exactly 2 items, got {numbers.shape[1]}")
    used = complete_rows(numbers)
    condition = unusable(numbers, used)
    estimate = nan if condition else float(pairwise_correlations(used)[0][0, 1])
    low, high = _fisher_interval(estimate, len(used), normal_quantile(high_tail))
    if condition is None and len(used) <= 3:
        condition = "too_few_respondents"
    if estimate <= OPPOSITE:
        condition = joined([condition, "no_variation"])
    return InterItemCorrelation(
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        spearman_brown=_spearman_brown(estimate),
        spearman_brown_low=_spearman_brown(low),
        spearman_brown_high=_spearman_brown(high),
        confidence_level=confidence_level,
        n_respondents=len(used),
        n_total=len(numbers),
        method="Pearson, listwise; Fisher interval",
        condition=condition,
    )


def _interval_rows(
    result: CronbachAlpha | StandardErrorOfMeasurement, statistic: str
) -> pd.DataFrame:
    row = {"statistic": statistic, "estimate": result.estimate}
    return long_table(
        [row],
        ci_low=result.ci_low,
        ci_high=result.ci_high,
        confidence_level=result.confidence_level,
        n_respondents=result.n_respondents,
        method=result.method,
        condition=result.condition,
    )


def _several_items(items: pd.DataFrame) -> FloatArray:
    numbers = to_numbers(items)
    if numbers.shape[1] < 2:
        raise ValueError("reliability needs at least 2 items, got 1")
    return numbers


def _used(numbers: FloatArray, missing: Missing) -> FloatArray:
    """The respondents an estimate rests on under this treatment of missing answers."""
    if missing == "listwise":
        return complete_rows(numbers)
    if missing == "pairwise":
        return numbers[~np.isnan(numbers).all(axis=1)]
    raise ValueError(f"missing must be 'listwise' or 'pairwise', got {missing!r}")


def _sum_problem(used: FloatArray) -> str | None:
    """Why a sum of items that all vary has no alpha: a hole in the covariances, or no variance."""
    covariance = pairwise_moments(used).covariance
    if np.isnan(covariance).any():
        return "undefined_correlation"
    return "no_variation" if covariance.sum() <= 1e-12 * np.trace(covariance) else None


def _feldt_interval(
    estimate: float, shape: tuple[int, ...], probabilities: tuple[float, float]
) -> tuple[float, float]:
    df = shape[0] - 1, (shape[0] - 1) * (shape[1] - 1)
    low_tail, high_tail = probabilities
    low = 1 - (1 - estimate) * f_quantile(high_tail, *df)
    high = 1 - (1 - estimate) * f_quantile(low_tail, *df)
    return low, high


def _one_factor_problem(numbers: FloatArray, used: FloatArray) -> str | None:
    """Why the one-factor model cannot be estimated, if it cannot."""
    problem = unusable(numbers, used)
    if problem or numbers.shape[1] == 2:
        return problem or "two_items"
    if np.linalg.eigvalsh(np.corrcoef(used, rowvar=False))[0] < SMALLEST_EIGENVALUE:
        return "not_positive_definite"
    return None


def _omegas(model: OneFactorModel, covariance: FloatArray) -> tuple[float, float]:
    common = model.loadings.sum() ** 2
    implied = common + model.unique_variances.sum()
    return float(common / implied), float(common / covariance.sum())


def _reservation(model: OneFactorModel) -> str | None:
    return joined(
        [
            None if model.converged else "not_converged",
            "heywood_case" if model.at_bound else None,
        ]
    )


def _fisher_interval(estimate: float, n: int, width: float) -> tuple[float, float]:
    if np.isnan(estimate) or n <= 3:
        return nan, nan
    with np.errstate(divide="ignore"):
        centre, half = np.arctanh(estimate), width / np.sqrt(n - 3)
    return float(np.tanh(centre - half)), float(np.tanh(centre + half))


def _spearman_brown(correlation: float) -> float:
    return nan if correlation <= OPPOSITE else 2 * correlation / (1 + correlation)
