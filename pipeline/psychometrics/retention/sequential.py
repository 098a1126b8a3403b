"""Sequential fit: the first number of factors whose model is not rejected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.correlation import CorrelationMatrix
from pipeline.psychometrics.efa.extraction import ExtractionMethod
from pipeline.psychometrics.efa.fit import RMSEA_CONFIDENCE_LEVEL
from pipeline.psychometrics.result import Result
from pipeline.psychometrics.retention.models import (
    FactorModel,
    factor_models,
    most_factors_of,
    reason_against_models,
)
from pipeline.psychometrics.retention.suggested import (
    respondents_of,
    source_of_n,
    suggested_row,
    values_by_number,
)

CLOSE_FIT = 0.05
"""Up to this RMSEA a model fits closely (Browne & Cudeck, 1993)."""


@dataclass(frozen=True, slots=True, eq=False)
class SequentialFit(Result):
    """Fit of models with 0, 1, 2, ... factors, up to the one that every rule accepts.

    Attributes
    ----------
    chi_square, p_value : ndarray, shape (n_models,)
        Test statistic of each model with Bartlett's correction, and its p value.
    degrees_of_freedom : ndarray of int, shape (n_models,)
        Those of the models.
    rmsea, rmsea_low, rmsea_high : ndarray, shape (n_models,)
        Root mean square error of approximation with its 90 % interval.
    suggested_by_chi_square : int or None
        The first number of factors that the test does not reject.
    suggested_by_rmsea : int or None
        The first whose RMSEA is .05 at most.
    suggested_by_rmsea_high : int or None
        The first whose RMSEA is .05 at most even at the upper end of its interval.
    significance_level : float
        That of the test.
    n_respondents : int
        Respondents counted with.
    method : str
        Extraction, which correlations, and which n.
    condition : str or None
        That of the correlations; ``not_converged`` (such models are passed over) or
        ``heywood_case`` for models tried; ``no_number_suggested``. ``undefined_correlation``,
        ``one_item``, ``two_items``, ``too_many_factors``, ``too_few_respondents``: no answer.
    """

    chi_square: FloatArray
    p_value: FloatArray
    degrees_of_freedom: IntArray
    rmsea: FloatArray
    rmsea_low: FloatArray
    rmsea_high: FloatArray
    suggested_by_chi_square: int | None
    suggested_by_rmsea: int | None
    suggested_by_rmsea_high: int | None
    significance_level: float
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """The suggestions, and rows per number of factors: chi-square, its p value and RMSEA."""
        rows = [
            self._suggestion("sequential_chi_square", self.suggested_by_chi_square),
            self._suggestion("sequential_rmsea", self.suggested_by_rmsea),
            self._suggestion("sequential_rmsea_upper", self.suggested_by_rmsea_high),
            *values_by_number("chi_square_value", self.chi_square),
            *values_by_number("chi_square_df", self.degrees_of_freedom.astype(np.float64)),
            *values_by_number("chi_square_p_value", self.p_value),
            *self._rmsea_rows(),
        ]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )

    def _suggestion(self, rule: str, number: int | None) -> Mapping[str, Any]:
        silent = number is None and len(self.chi_square) > 0
        named = joined([self.condition, "no_number_suggested" if silent else None])
        return suggested_row(rule, number, condition=named)

    def _rmsea_rows(self) -> Iterator[Mapping[str, Any]]:
        ends = zip(self.rmsea_low.tolist(), self.rmsea_high.tolist(), strict=True)
        rows = values_by_number("rmsea_value", self.rmsea)
        for row, (low, high) in zip(rows, ends, strict=True):
            level = {"confidence_level": RMSEA_CONFIDENCE_LEVEL}
            yield {**row, "ci_low": low, "ci_high": high, **level}


def sequential_fit(
    correlation: CorrelationMatrix,
    n: int | None = None,
    method: ExtractionMethod = "ml",
    significance_level: float = 0.05,
    most_factors: int | None = None,
) -> SequentialFit:
    r"""The smallest number of factors with which a model fits.

    Parameters
    ----------
    correlation : CorrelationMatrix
        Correlations of at least four items.
    n : int, optional
        Number of respondents; the smallest pairwise number unless given.
    method : {"ml", "minres", "pa"}, optional
        Extraction.
    significance_level : float, optional
        That of the chi-square test.
    most_factors : int, optional
        The largest number tried; half the number of items unless given, and never more than can
        be tested.

    Returns
    -------
    SequentialFit

    Raises
    ------
    ValueError
        If `most_factors` is negative, `n` is less than one, or `significance_level` is not between
        0 and 1.

    Notes
    -----
    Models with 0, 1, 2, ... factors are estimated until every rule has accepted one. The chi-square
    test accepts where :math:`p` is not below the significance level [1]_, RMSEA where it is .05 or
    less [2]_, [3]_; formulas are those of :func:`factor_fit`. The test finds the more factors the
    more respondents there are. It holds for maximum likelihood on Pearson correlations of normal
    answers; with polychoric correlations the chi-square is too large and both rules take too many
    factors.

    References
    ----------
    .. [1] Lawley (1940). Proceedings of the Royal Society of Edinburgh, 60(1), 64-82.
    .. [2] Browne & Cudeck (1993). In Bollen & Long (Eds.), Testing structural equation models,
       136-162.
    .. [3] Preacher, Zhang, Kim & Mels (2013). Multivariate Behavioral Research, 48(1), 28-56.

    Examples
    --------
    >>> from pipeline.psychometrics.correlation import pearson_correlations
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(300, 1)) + rng.normal(size=(300, 6)))
    >>> sequential_fit(pearson_correlations(answers)).suggested_by_rmsea
    1
    """
    if most_factors is not None and most_factors < 0:
        raise ValueError(f"most_factors must be at least 0, got {most_factors}")
    if not 0 < significance_level < 1:
        raise ValueError(f"significance_level must lie between 0 and 1, got {significance_level}")
    used, n_items = respondents_of(correlation, n), len(correlation.labels)
    problem = reason_against_models(correlation, used)
    tried: list[FactorModel] = []
    if problem is None:
        wanted = n_items // 2 if most_factors is None else most_factors
        most = min(wanted, most_factors_of(n_items, used))
        models = factor_models(correlation.values, used, method, most)
        tried = _until_accepted(models, significance_level)
    return _result(tried, correlation, n, method, significance_level, problem)


def _until_accepted(models: Iterator[FactorModel], significance_level: float) -> list[FactorModel]:
    tried: list[FactorModel] = []
    for model in models:
        tried.append(model)
        if None not in _suggestions(tried, significance_level):
            break
    return tried


def _suggestions(
    tried: list[FactorModel], significance_level: float
) -> tuple[int | None, int | None, int | None]:
    """By chi-square, by RMSEA, and by the upper end of its interval."""
    usable = [model for model in tried if model.converged]
    by_test = (m.n_factors for m in usable if m.fit.p_value >= significance_level)
    close = (m.n_factors for m in usable if m.fit.rmsea <= CLOSE_FIT)
    surely_close = (m.n_factors for m in usable if m.fit.rmsea_high <= CLOSE_FIT)
    return next(by_test, None), next(close, None), next(surely_close, None)


def _result(
    tried: list[FactorModel],
    correlation: CorrelationMatrix,
    n: int | None,
    method: ExtractionMethod,
    significance_level: float,
    problem: str | None,
) -> SequentialFit:
    by_test, close, surely_close = _suggestions(tried, significance_level)
    silent = problem is None and None in (by_test, close)
    reservations = [model.reservation for model in tried]
    return SequentialFit(
        chi_square=_array([model.fit.chi_square for model in tried]),
        p_value=_array([model.fit.p_value for model in tried]),
        degrees_of_freedom=np.array([model.fit.df for model in tried], dtype=np.int64),
        rmsea=_array([model.fit.rmsea for model in tried]),
        rmsea_low=_array([model.fit.rmsea_low for model in tried]),
        rmsea_high=_array([model.fit.rmsea_high for model in tried]),
        suggested_by_chi_square=by_test,
        suggested_by_rmsea=close,
        suggested_by_rmsea_high=surely_close,
        significance_level=significance_level,
        n_respondents=respondents_of(correlation, n),
        method=f"sequential fit, {method}, significance level {significance_level:g}, "
        f"{source_of_n(n)}; {correlation.method}",
        condition=joined(
            [
                correlation.condition,
                problem,
                *reservations,
                "no_number_suggested" if silent else None,
            ]
        ),
    )


def _array(values: list[float]) -> FloatArray:
    return np.array(values, dtype=np.float64)
