"""How well a model fits: every index under the name of its kind, naive, scaled or robust."""

from dataclasses import dataclass, fields
from math import log, nan, sqrt

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import (
    noncentral_chi_square_below,
    noncentrality_placing,
)
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.confirmatory.chi_square import ModelTest
from pipeline.psychometrics.result import Result

CLOSE_FIT = 0.05
"""The RMSEA of a close fit (Browne & Cudeck 1993)."""

RMSEA_LEVEL = 0.90
"""Customary level of the interval of the RMSEA."""

HIDDEN_OF_ORDERED = ("cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "rmsea_close", "p_value")
"""What is not shown of a model of ordered items: these indices are far too good (or a p that
belongs to no distribution) if the statistic is not corrected."""


@dataclass(frozen=True, slots=True)
class FitIndices(Result):
    """Fit of a model; NaN where an index does not exist for the estimator.

    Attributes
    ----------
    n_respondents, n_free, df : int
        Respondents, free parameters and degrees of freedom.
    chi_square, p_value : float
        Plain statistic.
    chi_square_scaled, p_value_scaled, scaling_factor, shift : float
        Corrected statistic: plain / factor + shift.
    baseline_chi_square, baseline_chi_square_scaled, baseline_scaling_factor : float
        Of the model in which items are uncorrelated; `baseline_df` its degrees of freedom.
    cfi, tli, rmsea, rmsea_low, rmsea_high, rmsea_close : float
        Of the plain statistic; interval of 90 % and p of close fit.
    cfi_scaled, tli_scaled, rmsea_scaled, ... : float
        Of the corrected statistic.
    cfi_robust, tli_robust, rmsea_robust, ... : float
        Consistent for what normal-theory maximum likelihood would give.
    srmr, crmr : float
        Root mean square of the residual correlations, with and without the diagonal.
    log_likelihood, log_likelihood_saturated, aic, bic, sabic : float
        Of maximum likelihood; `sabic` with n adjusted by sample size.
    method, condition : str
        Estimator; what stood in the way.
    """

    n_respondents: int
    n_free: int
    df: int
    chi_square: float
    p_value: float
    chi_square_scaled: float
    p_value_scaled: float
    scaling_factor: float
    shift: float
    baseline_df: int
    baseline_chi_square: float
    baseline_chi_square_scaled: float
    baseline_scaling_factor: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    rmsea_close: float
    cfi_scaled: float
    tli_scaled: float
    rmsea_scaled: float
    rmsea_scaled_low: float
    rmsea_scaled_high: float
    rmsea_scaled_close: float
    cfi_robust: float
    tli_robust: float
    rmsea_robust: float
    rmsea_robust_low: float
    rmsea_robust_high: float
    srmr: float
    crmr: float
    log_likelihood: float
    log_likelihood_saturated: float
    aic: float
    bic: float
    sabic: float
    is_ordered: bool
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row per index; those in HIDDEN_OF_ORDERED are left out for ordered items."""
        hidden = HIDDEN_OF_ORDERED if self.is_ordered else ()
        intervals = {"rmsea", "rmsea_scaled", "rmsea_robust"}
        rows = []
        for field in fields(self):
            name, value = field.name, getattr(self, field.name)
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not is_number or name in hidden or name.endswith(("_low", "_high")):
                continue
            if name == "n_respondents" or (isinstance(value, float) and np.isnan(value)):
                continue
            row: dict[str, object] = {"statistic": name, "estimate": float(value)}
            if name in intervals:
                row |= {
                    "ci_low": getattr(self, f"{name}_low"),
                    "ci_high": getattr(self, f"{name}_high"),
                    "confidence_level": RMSEA_LEVEL,
                }
            rows.append(row)
        return long_table(
            rows,
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


@dataclass(frozen=True, slots=True)
class Residuals:
    """Root mean square residuals."""

    srmr: float
    crmr: float


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """Log-likelihood of a model and of the saturated one."""

    model: float = nan
    saturated: float = nan


def fit_indices(
    test: ModelTest,
    baseline: ModelTest,
    residuals: Residuals,
    likelihoods: Likelihoods,
    n_respondents: int,
    n_for_rmsea: int,
    n_groups: int,
    n_free: int,
    is_ordered: bool,
    method: str,
    condition: str | None,
) -> FitIndices:
    r"""All indices of fit that the statistics allow.

    Notes
    -----
    With :math:`T, df` of the model, :math:`T_b, df_b` of the baseline, n respondents and G groups:
    CFI :math:`= 1 - \max(T - df, 0) / \max(T - df, T_b - df_b, 0)`, TLI
    :math:`= (T_b / df_b - T / df) / (T_b / df_b - 1)`, RMSEA
    :math:`= \sqrt{G \max(T - df, 0) / (n\,df)}`. Scaled: of the corrected statistics. Robust:
    :math:`T - c\,df` in place of :math:`T - df`, T the normal-theory statistic and c its expected
    value per degree of freedom (Brosseau-Liard & Savalei 2014; Savalei 2021 for ordered items).
    n is less by one a group for least squares, as in lavaan.
    """
    plain = _rmsea(test.naive, test.df, n_for_rmsea, n_groups)
    scaled = _rmsea_scaled(test, n_for_rmsea, n_groups)
    robust = _rmsea_robust(test, n_for_rmsea, n_groups)
    n = n_respondents
    return FitIndices(
        n_respondents=n,
        n_free=n_free,
        df=test.df,
        chi_square=test.naive,
        p_value=test.p_value,
        chi_square_scaled=test.scaled,
        p_value_scaled=test.p_value_scaled,
        scaling_factor=test.factor,
        shift=test.shift,
        baseline_df=baseline.df,
        baseline_chi_square=baseline.naive,
        baseline_chi_square_scaled=baseline.scaled,
        baseline_scaling_factor=baseline.factor,
        cfi=_cfi(test.naive, test.df, baseline.naive, baseline.df),
        tli=_tli(test.naive, test.df, baseline.naive, baseline.df),
        rmsea=plain[0],
        rmsea_low=plain[1],
        rmsea_high=plain[2],
        rmsea_close=plain[3],
        cfi_scaled=_cfi(test.scaled, test.df, baseline.scaled, baseline.df),
        tli_scaled=_tli(test.scaled, test.df, baseline.scaled, baseline.df),
        rmsea_scaled=scaled[0],
        rmsea_scaled_low=scaled[1],
        rmsea_scaled_high=scaled[2],
        rmsea_scaled_close=scaled[3],
        cfi_robust=_cfi(
            test.for_robust,
            test.correction * test.df,
            baseline.for_robust,
            baseline.correction * baseline.df,
        ),
        tli_robust=_tli_robust(test, baseline),
        rmsea_robust=robust[0],
        rmsea_robust_low=robust[1],
        rmsea_robust_high=robust[2],
        srmr=residuals.srmr,
        crmr=residuals.crmr,
        log_likelihood=likelihoods.model,
        log_likelihood_saturated=likelihoods.saturated,
        aic=-2 * likelihoods.model + 2 * n_free,
        bic=-2 * likelihoods.model + log(n) * n_free,
        sabic=-2 * likelihoods.model + log((n + 2) / 24) * n_free,
        is_ordered=is_ordered,
        method=method,
        condition=condition,
    )


def _cfi(statistic: float, expected: float, baseline: float, baseline_expected: float) -> float:
    own = max(statistic - expected, 0.0)
    most = max(statistic - expected, baseline - baseline_expected, 0.0)
    if np.isnan(statistic) or np.isnan(baseline):
        return nan
    return 1.0 if most == 0 else 1 - own / most


def _tli(statistic: float, df: int, baseline: float, baseline_df: int) -> float:
    if df == 0 or baseline_df == 0:
        return nan if baseline_df == 0 else 1.0
    below = baseline / baseline_df - 1
    return (baseline / baseline_df - statistic / df) / below if below else nan


def _tli_robust(test: ModelTest, baseline: ModelTest) -> float:
    if test.df == 0 or baseline.df == 0:
        return nan
    own = (test.for_robust - test.correction * test.df) / test.df
    below = (baseline.for_robust - baseline.correction * baseline.df) / baseline.df
    return 1 - own / below if below else nan


def _rmsea_scaled(test: ModelTest, n: int, n_groups: int) -> tuple[float, float, float, float]:
    """Of the corrected statistic.

    If that is the plain one over a factor, the interval takes the plain statistic with its
    expected value as degrees of freedom, as lavaan does.
    """
    point = _rmsea(test.scaled, test.df, n, n_groups)
    if np.isnan(test.scaled) or test.df == 0 or test.shift != 0:
        return point
    return (point[0], *_rmsea(test.naive, test.df * test.factor, n, n_groups)[1:])


def _rmsea(statistic: float, df: float, n: int, n_groups: int) -> tuple[float, float, float, float]:
    """RMSEA, its interval and the probability of a larger statistic if it were .05."""
    if np.isnan(statistic):
        return nan, nan, nan, nan
    if df == 0:
        return 0.0, 0.0, 0.0, nan
    per_unit = n * df / n_groups
    low = noncentrality_placing(statistic, df, (1 + RMSEA_LEVEL) / 2)
    high = noncentrality_placing(statistic, df, (1 - RMSEA_LEVEL) / 2)
    return (
        sqrt(max(statistic - df, 0.0) / per_unit),
        sqrt(low / per_unit),
        sqrt(high / per_unit),
        1 - noncentral_chi_square_below(statistic, df, CLOSE_FIT**2 * per_unit),
    )


def _rmsea_robust(test: ModelTest, n: int, n_groups: int) -> tuple[float, float, float]:
    """Robust RMSEA and its interval, from the statistic over its correction."""
    if np.isnan(test.for_robust) or test.df == 0 or not test.correction > 0:
        return nan, nan, nan
    statistic = test.for_robust / test.correction
    point, low, high, _ = _rmsea(statistic, test.df, n, n_groups)
    stretch = sqrt(test.correction)
    return point * stretch, low * stretch, high * stretch
