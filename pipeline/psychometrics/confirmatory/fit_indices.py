"""How well a model fits: every index under the name of its kind, naive, scaled or robust."""

from dataclasses import dataclass, fields
from math import isnan, log, nan, sqrt
from typing import NamedTuple

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
        Corrected statistic: plain / factor + shift; NaN if the estimator corrects nothing.
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
    is_ordered : bool
        Whether items are ordered categories.
    method, condition : str
        Estimator; what stood in the way.

    Notes
    -----
    Flat on purpose: the names are those of lavaan's ``fitMeasures`` with ``_`` for the point, so
    that ``fit.cfi_robust`` is its ``cfi.robust``. :meth:`reported` picks the kind to report.
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

    @property
    def is_corrected(self) -> bool:
        """Whether the chi-square is corrected for answers that are not normal."""
        return not isnan(self.chi_square_scaled)

    def reported(self, name: str) -> float:
        """An index by its plain name, of the corrected statistic where there is one.

        Examples
        --------
        >>> import numpy as np
        >>> from pipeline.psychometrics.confirmatory.estimate import cfa
        >>> rng = np.random.default_rng(1)
        >>> answers = rng.normal(size=(300, 1)) + rng.normal(size=(300, 4))
        >>> fit = cfa({"f": list("abcd")}, pd.DataFrame(answers, columns=list("abcd")), "MLR").fit
        >>> fit.reported("cfi") == fit.cfi_scaled, fit.reported("srmr") == fit.srmr
        (True, True)
        """
        corrected = getattr(self, f"{name}_scaled", nan) if self.is_corrected else nan
        return float(getattr(self, name) if isnan(corrected) else corrected)

    def to_rows(self) -> pd.DataFrame:
        """A row per index that exists; those in HIDDEN_OF_ORDERED are left out of ordered items."""
        hidden = HIDDEN_OF_ORDERED if self.is_ordered else ()
        values = {name: float(getattr(self, name)) for name in STATISTICS if name not in hidden}
        rows = [
            {"statistic": name, "estimate": value, **self._interval_of(name)}
            for name, value in values.items()
            if not isnan(value)
        ]
        return long_table(
            rows,
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )

    def _interval_of(self, name: str) -> dict[str, float]:
        """Limits of an index that has an interval."""
        if not hasattr(self, f"{name}_low"):
            return {}
        limits = {"ci_low": getattr(self, f"{name}_low"), "ci_high": getattr(self, f"{name}_high")}
        return {**limits, "confidence_level": RMSEA_LEVEL}


_NO_STATISTICS = {"n_respondents", "is_ordered", "method", "condition"}

STATISTICS = tuple(
    field.name
    for field in fields(FitIndices)
    if field.name not in _NO_STATISTICS and not field.name.endswith(("_low", "_high"))
)
"""Names of the rows of a fit, in order."""


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

    Parameters
    ----------
    test, baseline : ModelTest
        Chi-squares of the model and of the one in which items are uncorrelated.
    residuals : Residuals
        Of the model.
    likelihoods : Likelihoods
        NaN where nothing is said of likelihoods.
    n_respondents, n_for_rmsea : int
        Respondents, and how many the RMSEA counts.
    n_groups, n_free : int
        Groups and free parameters.
    is_ordered : bool
        Whether items are ordered categories.
    method, condition : str
        Estimator; what stood in the way.

    Returns
    -------
    FitIndices

    Notes
    -----
    With :math:`T, df` of the model, :math:`T_b, df_b` of the baseline, n respondents and G groups:
    CFI :math:`= 1 - \max(T - df, 0) / \max(T - df, T_b - df_b, 0)`, TLI
    :math:`= (T_b / df_b - T / df) / (T_b / df_b - 1)`, RMSEA
    :math:`= \sqrt{G \max(T - df, 0) / (n\,df)}`. Scaled: of the corrected statistics. Robust:
    :math:`T - c\,df` in place of :math:`T - df`, T the normal-theory statistic and c its expected
    value per degree of freedom (Brosseau-Liard & Savalei 2014; Savalei 2021 for ordered items).
    n is less by one a group for least squares, as in lavaan: CFI [1]_, TLI [2]_, RMSEA [3]_.

    References
    ----------
    .. [1] Bentler (1990). Psychological Bulletin, 107(2), 238-246.
    .. [2] Tucker & Lewis (1973). Psychometrika, 38(1), 1-10.
    .. [3] Steiger (1998). Structural Equation Modeling, 5(4), 411-419.
    """
    rmsea = Rmsea.of(test.naive, test.df, n_for_rmsea, n_groups)
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
        shift=nan if isnan(test.scaled) else test.shift,
        baseline_df=baseline.df,
        baseline_chi_square=baseline.naive,
        baseline_chi_square_scaled=baseline.scaled,
        baseline_scaling_factor=baseline.factor,
        cfi=_cfi(test.naive, test.df, baseline.naive, baseline.df),
        tli=_tli(test.naive, test.df, baseline.naive, baseline.df),
        rmsea=rmsea.estimate,
        rmsea_low=rmsea.low,
        rmsea_high=rmsea.high,
        rmsea_close=rmsea.close,
        cfi_scaled=_cfi(test.scaled, test.df, baseline.scaled, baseline.df),
        tli_scaled=_tli(test.scaled, test.df, baseline.scaled, baseline.df),
        rmsea_scaled=scaled.estimate,
        rmsea_scaled_low=scaled.low,
        rmsea_scaled_high=scaled.high,
        rmsea_scaled_close=scaled.close,
        cfi_robust=_cfi_robust(test, baseline),
        tli_robust=_tli_robust(test, baseline),
        rmsea_robust=robust.estimate,
        rmsea_robust_low=robust.low,
        rmsea_robust_high=robust.high,
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


class Rmsea(NamedTuple):
    """An RMSEA, its interval, and the probability of a larger statistic if it were CLOSE_FIT."""

    estimate: float
    low: float
    high: float
    close: float

    @classmethod
    def of(cls, statistic: float, df: float, n: int, n_groups: int) -> "Rmsea":
        """From a chi-square on so many degrees of freedom; missing without it."""
        if isnan(statistic):
            return cls(nan, nan, nan, nan)
        if df == 0:
            return cls(0.0, 0.0, 0.0, nan)
        per_unit = n * df / n_groups
        low = noncentrality_placing(statistic, df, (1 + RMSEA_LEVEL) / 2)
        high = noncentrality_placing(statistic, df, (1 - RMSEA_LEVEL) / 2)
        return cls(
            sqrt(max(statistic - df, 0.0) / per_unit),
            sqrt(low / per_unit),
            sqrt(high / per_unit),
            1 - noncentral_chi_square_below(statistic, df, CLOSE_FIT**2 * per_unit),
        )


def _rmsea_scaled(test: ModelTest, n: int, n_groups: int) -> Rmsea:
    """Of the corrected statistic.

    If that is the plain one over a factor, the interval takes the plain statistic with its
    expected value as degrees of freedom, as lavaan does.
    """
    own = Rmsea.of(test.scaled, test.df, n, n_groups)
    if isnan(test.scaled) or test.df == 0 or test.shift != 0:
        return own
    by_factor = Rmsea.of(test.naive, test.df * test.factor, n, n_groups)
    return by_factor._replace(estimate=own.estimate)


def _rmsea_robust(test: ModelTest, n: int, n_groups: int) -> Rmsea:
    """From the statistic over its correction; the probability of a close fit is not known."""
    if isnan(test.for_robust) or test.df == 0 or not test.correction > 0:
        return Rmsea(nan, nan, nan, nan)
    own = Rmsea.of(test.for_robust / test.correction, test.df, n, n_groups)
    stretch = sqrt(test.correction)
    return Rmsea(own.estimate * stretch, own.low * stretch, own.high * stretch, nan)


def _cfi(statistic: float, expected: float, baseline: float, baseline_expected: float) -> float:
    """Part of the misfit of the baseline that the model does not have."""
    own = max(statistic - expected, 0.0)
    most = max(statistic - expected, baseline - baseline_expected, 0.0)
    if isnan(statistic) or isnan(baseline):
        return nan
    return 1.0 if most == 0 else 1 - own / most


def _cfi_robust(test: ModelTest, baseline: ModelTest) -> float:
    """CFI with what misfit is expected of a true model, per degree of freedom."""
    return _cfi(
        test.for_robust,
        test.correction * test.df,
        baseline.for_robust,
        baseline.correction * baseline.df,
    )


def _tli(statistic: float, df: int, baseline: float, baseline_df: int) -> float:
    """As CFI, per degree of freedom; 1 without any."""
    if isnan(statistic) or isnan(baseline) or baseline_df == 0:
        return nan
    if df == 0:
        return 1.0
    below = baseline / baseline_df - 1
    return (baseline / baseline_df - statistic / df) / below if below else nan


def _tli_robust(test: ModelTest, baseline: ModelTest) -> float:
    """TLI with what misfit is expected of a true model, per degree of freedom."""
    if test.df == 0 or baseline.df == 0:
        return nan
    own = (test.for_robust - test.correction * test.df) / test.df
    below = (baseline.for_robust - baseline.correction * baseline.df) / baseline.df
    return 1 - own / below if below else nan
