"""How well factors reproduce the correlations they were extracted from."""

from dataclasses import dataclass
from math import isnan, log, nan, sqrt
from typing import Any

import numpy as np

from pipeline.psychometrics._distributions import chi_square_tail, noncentrality_placing, tails
from pipeline.psychometrics._pairwise import smoothed
from pipeline.psychometrics._responses import FloatArray

RMSEA_CONFIDENCE_LEVEL = 0.90
"""The level at which the interval of RMSEA is reported everywhere."""


_PLAIN = (
    "rmsr",
    "corrected_rmsr",
    "objective",
    "chi_square",
    "chi_square_uncorrected",
    "chi_square_empirical",
    "df",
    "p_value",
    "tli",
    "cfi",
    "bic",
)


@dataclass(frozen=True, slots=True)
class FactorFit:
    """Fit of a factor model to correlations; NaN where a number is undefined.

    The condition of a row of `rows` says why: ``no_degrees_of_freedom``, ``too_few_respondents``
    for Bartlett's correction, or, for `tli`, ``uncorrelated_items``.

    Attributes
    ----------
    objective : float
        Likelihood discrepancy between observed and reproduced correlations.
    chi_square : float
        The discrepancy times n - 1, less Bartlett's correction.
    chi_square_uncorrected : float
        The discrepancy times n - 1.
    chi_square_empirical : float
        Sum of the squared residual correlations times n.
    df : int
        Degrees of freedom.
    p_value : float
        Probability of a larger `chi_square` if the model holds.
    rmsea, rmsea_low, rmsea_high : float
        Root mean square error of approximation with its 90 % interval.
    tli, cfi : float
        Tucker-Lewis and comparative fit index.
    bic : float
        ``chi_square - df ln n``; compares numbers of factors, less is better.
    rmsr, corrected_rmsr : float
        Root mean square of the residual correlations; corrected for degrees of freedom.
    """

    objective: float
    chi_square: float
    chi_square_uncorrected: float
    chi_square_empirical: float
    df: int
    p_value: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    tli: float
    cfi: float
    bic: float
    rmsr: float
    corrected_rmsr: float

    def rows(self) -> list[dict[str, Any]]:
        """A row per statistic, in the terms of the long table."""
        numbers = {name: float(getattr(self, name)) for name in _PLAIN}
        if isnan(self.objective):
            numbers["df"] = nan
        plain = [
            {"statistic": name, "estimate": value, "condition": self._reason_against(value)}
            for name, value in numbers.items()
        ]
        rmsea = {
            "statistic": "rmsea",
            "estimate": self.rmsea,
            "ci_low": self.rmsea_low,
            "ci_high": self.rmsea_high,
            "confidence_level": nan if isnan(self.rmsea) else RMSEA_CONFIDENCE_LEVEL,
            "condition": self._reason_against(self.rmsea),
        }
        return [*plain, rmsea]

    def _reason_against(self, value: float) -> str | None:
        """Why a number of a solution that exists is undefined."""
        if not isnan(value) or isnan(self.objective):
            return None
        if self.df <= 0:
            return "no_degrees_of_freedom"
        return "too_few_respondents" if isnan(self.chi_square) else "uncorrelated_items"


def degrees_of_freedom(n_items: int, n_factors: int) -> int:
    """Correlations less free loadings; below zero the model says less than the correlations do."""
    return ((n_items - n_factors) ** 2 - n_items - n_factors) // 2


def factor_fit(
    correlations: FloatArray, reproduced: FloatArray, n_factors: int, n_respondents: int
) -> FactorFit:
    r"""Fit of an exploratory factor model.

    Parameters
    ----------
    correlations : ndarray, shape (n_items, n_items)
        Observed correlations, positive definite.
    reproduced : ndarray, shape (n_items, n_items)
        Those that the factors imply, :math:`L \Phi L'`; the diagonal is not used.
    n_factors, n_respondents : int
        Number of factors, and of respondents on which the correlations rest.

    Returns
    -------
    FactorFit

    Raises
    ------
    ValueError
        If the two matrices differ in shape.

    Notes
    -----
    With :math:`\Sigma` the reproduced correlations with ones on the diagonal, :math:`p` items,
    :math:`k` factors and :math:`n` respondents

    .. math::
        F &= \operatorname{tr} \Sigma^{-1} R - \ln |\Sigma^{-1} R| - p \\
        \chi^2 &= \left(n - 1 - \frac{2p + 5}{6} - \frac{2k}{3}\right) F, \qquad
        df = \frac{(p - k)^2 - p - k}{2} \\
        RMSEA &= \sqrt{\max\left(\frac{\chi^2}{n\, df} - \frac{1}{n - 1}, 0\right)}, \qquad
        RMSEA_{limit} = \sqrt{\frac{\lambda_{limit}}{(n - 1)\, df}} \\
        TLI &= \frac{\chi^2_0 / df_0 - \chi^2 / df}{\chi^2_0 / df_0 - 1}, \qquad
        CFI = 1 - \frac{\max(\chi^2 - df, 0)}{\max(\chi^2_0 - df_0, \chi^2 - df, 0)} \\
        RMSR &= \sqrt{\frac{\sum_{i<j} e_{ij}^2}{p (p - 1) / 2}}, \qquad
        RMSR_c = \sqrt{\frac{\sum_{i<j} e_{ij}^2}{df}}

    with :math:`\lambda` the noncentralities at which :math:`\chi^2` is the 95th and the 5th
    percentile, and index 0 for the model without factors, whose chi-square has the same correction
    [1]_, [2]_, [3]_. Formulas, also the :math:`n` and the :math:`n - 1` in RMSEA, are those of R
    psych's ``fa``, and the numbers agree: ``tests/oracles/psych_efa``. The distributions
    behind p-value, interval and BIC hold for maximum likelihood on Pearson correlations of normal
    answers; on polychoric correlations these numbers compare models and test nothing.

    References
    ----------
    .. [1] Bartlett (1951). Biometrika, 38(3/4), 337-344.
    .. [2] Steiger & Lind (1980). Paper read at the Psychometric Society, Iowa City.
    .. [3] Tucker & Lewis (1973). Psychometrika, 38(1), 1-10.

    Examples
    --------
    >>> loadings = np.array([[0.8], [0.7], [0.6], [0.5]])
    >>> observed = loadings @ loadings.T + np.diag(1 - loadings.ravel() ** 2)
    >>> factor_fit(observed, loadings @ loadings.T, 1, n_respondents=100).df
    2
    """
    if correlations.shape != reproduced.shape:
        raise ValueError(f"shapes differ: {correlations.shape} and {reproduced.shape}")
    n_items = len(correlations)
    df = degrees_of_freedom(n_items, n_factors)
    objective, null_objective = _discrepancy(correlations, reproduced), _independence(correlations)
    scale = n_respondents - 1 - (2 * n_items + 5) / 6 - 2 * n_factors / 3
    chi_square = max(objective * scale, 0.0)
    tested = df if scale > 0 else 0
    null_chi_square, null_df = null_objective * scale, n_items * (n_items - 1) // 2
    squares = _squared_residuals(correlations, reproduced)
    low, high = _rmsea_interval(chi_square, tested, n_respondents)
    return FactorFit(
        objective=objective,
        chi_square=chi_square if scale > 0 else nan,
        chi_square_uncorrected=objective * (n_respondents - 1),
        chi_square_empirical=2 * squares * n_respondents,
        df=df,
        p_value=chi_square_tail(chi_square, df) if tested > 0 else nan,
        rmsea=_rmsea(chi_square, tested, n_respondents),
        rmsea_low=low,
        rmsea_high=high,
        tli=_tucker_lewis(chi_square, tested, null_chi_square, null_df),
        cfi=_comparative(chi_square - df, null_chi_square - null_df) if scale > 0 else nan,
        bic=chi_square - df * log(n_respondents) if scale > 0 else nan,
        rmsr=sqrt(squares / null_df) if null_df else nan,
        corrected_rmsr=sqrt(squares / df) if df > 0 else nan,
    )


def undefined_fit(n_items: int, n_factors: int) -> FactorFit:
    """The fit of a solution that does not exist."""
    df = degrees_of_freedom(n_items, n_factors)
    return FactorFit(nan, nan, nan, nan, df, *[nan] * (len(FactorFit.__slots__) - 5))


def _discrepancy(correlations: FloatArray, reproduced: FloatArray) -> float:
    implied = np.array(reproduced)
    np.fill_diagonal(implied, np.diag(correlations))
    ratio = np.linalg.solve(smoothed(implied), smoothed(correlations))
    return float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - len(ratio))


def _independence(correlations: FloatArray) -> float:
    """The discrepancy of the model in which no two items have anything in common."""
    return -float(np.linalg.slogdet(smoothed(correlations))[1])


def _squared_residuals(correlations: FloatArray, reproduced: FloatArray) -> float:
    apart = (correlations - reproduced)[np.triu_indices(len(correlations), k=1)]
    return float((apart**2).sum())


def _rmsea(chi_square: float, df: int, n: int) -> float:
    return sqrt(max(chi_square / (df * n) - 1 / (n - 1), 0.0)) if df > 0 else nan


def _rmsea_interval(chi_square: float, df: int, n: int) -> tuple[float, float]:
    if df <= 0:
        return nan, nan
    below, above = tails(RMSEA_CONFIDENCE_LEVEL)
    low = sqrt(noncentrality_placing(chi_square, df, above) / (df * (n - 1)))
    high = sqrt(noncentrality_placing(chi_square, df, below) / (df * (n - 1)))
    return low, high


def _tucker_lewis(chi_square: float, df: int, null_chi_square: float, null_df: int) -> float:
    if df <= 0 or null_chi_square <= null_df:
        return nan
    null_ratio = null_chi_square / null_df
    return (null_ratio - chi_square / df) / (null_ratio - 1)


def _comparative(excess: float, null_excess: float) -> float:
    """CFI from what the two chi-squares are above their degrees of freedom."""
    largest = max(excess, null_excess, 0.0)
    return 1 - max(excess, 0.0) / largest if largest > 0 else 1.0
