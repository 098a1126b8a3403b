"""Models of ordered items fitted again and again to drawn answers, without what stays the same.

Where every threshold is a parameter of its own, thresholds fit whatever is drawn and take no part
in the misfit: the model of the correlations alone has the same minimum, chi-square and indices.
"""

from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.chi_square import (
    least_squares_baseline,
    sandwich_of_least_squares,
    scaled_shifted,
)
from pipeline.psychometrics.confirmatory.fit_indices import FitIndices, Likelihoods, fit_indices
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares, Weights
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable, Row
from pipeline.psychometrics.confirmatory.residuals_of_moments import residuals_of
from pipeline.psychometrics.confirmatory.sample import OrderedSample
from pipeline.psychometrics.confirmatory.scoring import NotPositiveDefiniteError, minimise
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.polychoric import polychoric_covariance


class CorrelationModel:
    """A fitted model of ordered items without its thresholds, ready to be fitted again.

    Parameters
    ----------
    solution : ConfirmatorySolution
        A fitted model of one group for which :func:`has_free_thresholds` holds; the search for
        each new solution begins at its estimates.
    """

    __slots__ = ("_df", "_start", "_table", "_weights")

    def __init__(self, solution: ConfirmatorySolution) -> None:
        table = solution.table
        kept = sorted({row.free for row in table.rows if row.free >= 0 and row.operator != "|"})
        place = {free: new for new, free in enumerate(kept)}
        rows = tuple(_without_threshold(row, place) for row in table.rows)
        self._table: ParameterTable = replace(table, rows=rows, n_free=len(kept))
        self._start: FloatArray = solution.values[kept]
        self._df = table.degrees_of_freedom()
        self._weights: Weights = "unit" if solution.estimator == "ULSMV" else "diagonal"

    def fit_to(self, answers: FloatArray) -> FitIndices | None:
        """Fit of the model to answers.

        Parameters
        ----------
        answers : ndarray, shape (n_respondents, n_items)
            Categories; where some are missing, all answers to each pair are used.

        Returns
        -------
        FitIndices or None
            As of :func:`cfa`, but for the number of parameters and the CRMR; None if these answers
            do not allow a solution.
        """
        sample = _sample_of(pd.DataFrame(answers, columns=self._table.items))
        if sample is None:
            return None
        objective = LeastSquares(self._table, [sample], self._weights)
        minimum = minimise(objective, self._start)
        if not minimum.converged:
            return None
        try:
            parts = sandwich_of_least_squares(objective, minimum.values)
            test = scaled_shifted(objective, parts, minimum.value, self._df)
        except NotPositiveDefiniteError:
            return None
        return fit_indices(
            test,
            least_squares_baseline(objective),
            residuals_of(objective, minimum.values),
            Likelihoods(),
            n_respondents=sample.n,
            n_for_rmsea=sample.n - 1,
            n_groups=1,
            n_free=self._table.n_free,
            is_ordered=True,
            method="",
            condition=None,
        )


def has_free_thresholds(table: ParameterTable) -> bool:
    """Whether each threshold of each item is a parameter of its own, and no mean is one."""
    free = [row.free for row in table.rows if row.operator == "|"]
    is_free = len(free) == sum(table.n_thresholds) and len(set(free)) == len(free)
    has_means = any(row.free >= 0 and row.operator == "~1" for row in table.rows)
    return table.is_ordered and is_free and min(free) >= 0 and not has_means


def _without_threshold(row: Row, place: dict[int, int]) -> Row:
    return row._replace(free=place.get(row.free, -1))


def _sample_of(answers: pd.DataFrame) -> OrderedSample | None:
    """Correlations of the answers; None if one is undefined or perfect."""
    try:
        is_complete = not answers.isna().to_numpy().any()
        found = polychoric_covariance(answers, missing="listwise" if is_complete else "pairwise")
    except ValueError:
        return None
    first = len(found.estimates) - answers.shape[1] * (answers.shape[1] - 1) // 2
    variance = found.values[first:, first:]
    if not (np.diag(variance) > 0).all():
        return None
    none = np.zeros(0, dtype=np.int64)
    return OrderedSample(found.estimates[first:], variance, none, none, found.n_respondents, found)


def indices_of(fit: FitIndices | None, names: tuple[str, ...]) -> FloatArray:
    """Some indices of fit, shape (n_names,); NaN where there is no solution."""
    return np.array([nan if fit is None else getattr(fit, name) for name in names])
