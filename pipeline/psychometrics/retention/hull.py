"""Hull method: where fit stops to improve much with more factors."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from math import inf, nan
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.correlation import CorrelationMatrix
from pipeline.psychometrics.efa.extraction import ExtractionMethod
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


@dataclass(frozen=True, slots=True, eq=False)
class HullCurve:
    """Fit against number of factors, and where its upper hull bends most.

    Attributes
    ----------
    values : ndarray, shape (n_models,)
        Fit with 0, 1, 2, ... factors.
    scree_ratio : ndarray, shape (n_models,)
        How many times more a parameter improves the fit up to this number than after it; infinite
        where none does after it, NaN off the hull and at its ends.
    suggested : int or None
        The number of factors with the largest ratio; None if the hull has no point between its
        ends.
    """

    values: FloatArray
    scree_ratio: FloatArray
    suggested: int | None


@dataclass(frozen=True, slots=True, eq=False)
class HullComparison(Result):
    """The Hull method with two measures of fit.

    Attributes
    ----------
    cfi : HullCurve
        With the comparative fit index.
    caf : HullCurve
        With the share of the common part accounted for.
    degrees_of_freedom : ndarray of int, shape (n_models,)
        Of the models with 0, 1, 2, ... factors.
    n_respondents : int
        Respondents counted with.
    method : str
        Extraction, which correlations, and which n.
    condition : str or None
        That of the correlations; ``not_converged`` (such models are left out) or ``heywood_case``
        for models tried; ``no_number_suggested``. ``undefined_correlation``, ``one_item``,
        ``two_items``, ``too_many_factors``, ``too_few_respondents``: no answer.
    """

    cfi: HullCurve
    caf: HullCurve
    degrees_of_freedom: IntArray
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """The two suggestions, and rows of fit per number of factors."""
        curves = {"hull_cfi": self.cfi, "hull_caf": self.caf}
        rows: list[Mapping[str, Any]] = [
            suggested_row(name, curve.suggested) for name, curve in curves.items()
        ]
        for name, curve in curves.items():
            rows += values_by_number(f"{name}_value", curve.values)
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


def hull_method(
    correlation: CorrelationMatrix,
    most_factors: int,
    n: int | None = None,
    method: ExtractionMethod = "ml",
) -> HullComparison:
    r"""The number of factors after which more of them improve the fit least.

    Parameters
    ----------
    correlation : CorrelationMatrix
        Correlations of at least four items.
    most_factors : int
        The largest number tried; the authors advise one more than parallel analysis suggests.
    n : int, optional
        Number of respondents; the smallest pairwise number unless given.
    method : {"ml", "minres", "pa"}, optional
        Extraction.

    Returns
    -------
    HullComparison

    Raises
    ------
    ValueError
        If `most_factors` is negative or `n` is less than one.

    Notes
    -----
    Of the models with 0 to `most_factors` factors those are kept that lie on the upper convex hull
    of fit :math:`f` against degrees of freedom :math:`d`. Suggested is the one with the largest
    [1]_

    .. math:: st_m = \frac{(f_m - f_{m-}) / (d_{m-} - d_m)}{(f_{m+} - f_m) / (d_m - d_{m+})}

    with :math:`m-` and :math:`m+` its neighbours on the hull. Fit is CFI, or

    .. math:: CAF = 1 - KMO(R - L L')

    with ones on the diagonal of the residual matrix. Neither end of the hull can be suggested, so
    there is no answer of 0, and none at all where parallel analysis finds nothing. A model that
    fits worse than a simpler one counts as fitting as well: the article leaves it out, which makes
    the right number the end of the hull whenever one factor more happens to fit a little worse.

    References
    ----------
    .. [1] Lorenzo-Seva, Timmerman & Kiers (2011). Multivariate Behavioral Research, 46(2), 340-364.

    Examples
    --------
    >>> from pipeline.psychometrics.correlation import pearson_correlations
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(300, 1)) + rng.normal(size=(300, 6)))
    >>> hull_method(pearson_correlations(answers), most_factors=2).cfi.suggested
    1
    """
    if most_factors < 0:
        raise ValueError(f"most_factors must be at least 0, got {most_factors}")
    used = respondents_of(correlation, n)
    problem = reason_against_models(correlation, used)
    models: list[FactorModel] = []
    if problem is None:
        most = min(most_factors, most_factors_of(len(correlation.labels), used))
        models = list(islice(factor_models(correlation.values, used, method, most), most + 1))
    cfi = _curve(models, [model.fit.cfi for model in models])
    caf = _curve(models, [model.common_part for model in models])
    silent = problem is None and (cfi.suggested is None or caf.suggested is None)
    return HullComparison(
        cfi=cfi,
        caf=caf,
        degrees_of_freedom=np.array([model.fit.df for model in models], dtype=np.int64),
        n_respondents=used,
        method=f"Hull, {method}, {source_of_n(n)}; {correlation.method}",
        condition=joined(
            [
                correlation.condition,
                problem,
                *(model.reservation for model in models),
                "no_number_suggested" if silent else None,
            ]
        ),
    )


def _curve(models: list[FactorModel], fit: list[float]) -> HullCurve:
    values = np.array(fit, dtype=np.float64)
    parameters = -np.array([model.fit.df for model in models], dtype=np.float64)
    converged = np.array([model.converged for model in models], dtype=bool)
    best_so_far = np.maximum.accumulate(np.where(converged, values, -inf))
    ratio = np.full(len(values), nan)
    hull = _upper_hull(np.flatnonzero(converged).tolist(), parameters, best_so_far)
    for before, place, after in zip(hull, hull[1:], hull[2:], strict=False):
        rise = _rise(before, place, parameters, best_so_far)
        flat = _rise(place, after, parameters, best_so_far)
        ratio[place] = rise / flat if flat > 0 else inf
    suggested = None if np.isnan(ratio).all() else int(np.nanargmax(ratio))
    return HullCurve(values, ratio, suggested)


def _upper_hull(usable: list[int], parameters: FloatArray, values: FloatArray) -> list[int]:
    """The points that no line between two others passes above."""
    hull: list[int] = []
    for place in usable:
        while len(hull) > 1 and _rise(hull[-2], hull[-1], parameters, values) <= _rise(
            hull[-1], place, parameters, values
        ):
            hull.pop()
        hull.append(place)
    return hull


def _rise(start: int, end: int, parameters: FloatArray, values: FloatArray) -> float:
    """Improvement of fit per parameter between two models."""
    return float((values[end] - values[start]) / (parameters[end] - parameters[start]))
