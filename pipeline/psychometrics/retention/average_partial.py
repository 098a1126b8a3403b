"""Minimum average partial: how many components leave the items least correlated."""

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.correlation import CorrelationMatrix, require_correlations
from pipeline.psychometrics.factorability import problem_of
from pipeline.psychometrics.result import Result
from pipeline.psychometrics.retention.suggested import suggested_row, values_by_number

SMALLEST_REMAINDER = 1e-8
"""An item of which components leave a smaller part has no partial correlations."""


@dataclass(frozen=True, slots=True, eq=False)
class MinimumAveragePartial(Result):
    """Velicer's minimum average partial, with squares and with fourth powers.

    Attributes
    ----------
    squared, fourth : ndarray, shape (n_items,)
        Average of the squared, and of the fourth power of the, partial correlations after 0, 1,
        2, ... components; NaN where components leave nothing of an item.
    suggested_squared, suggested_fourth : int or None
        The number of components with the least average; None without an answer.
    n_respondents : int
        Smallest number of respondents behind a correlation.
    method : str
        Which correlations.
    condition : str or None
        That of the correlations; ``undefined_correlation`` or ``one_item`` without an answer.
    """

    squared: FloatArray
    fourth: FloatArray
    suggested_squared: int | None
    suggested_fourth: int | None
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """The two suggestions, and a row per power and number of components."""
        rows = [
            suggested_row("map_squared", self.suggested_squared),
            suggested_row("map_fourth", self.suggested_fourth),
            *values_by_number("map_squared_value", self.squared),
            *values_by_number("map_fourth_value", self.fourth),
        ]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


def minimum_average_partial(correlation: CorrelationMatrix) -> MinimumAveragePartial:
    r"""The number of components after which the items have least in common.

    Parameters
    ----------
    correlation : CorrelationMatrix
        Correlations of at least two items.

    Returns
    -------
    MinimumAveragePartial

    Notes
    -----
    .. math:: f_m = \frac{1}{p (p - 1)} \sum_{i \ne j} |r_{ij \cdot m}|^{q}, \qquad
              q = 2 \text{ or } 4

    with :math:`r_{ij \cdot m}` the correlation of two items from which the first :math:`m`
    principal components are taken out; :math:`q` is 2 in the first version [1]_ and 4 in the
    revised one [2]_. Zero components are tried too, so that items without anything in common give
    0. Squares agree with R psych's ``vss``: ``tests/oracles/psych_factorability``.

    References
    ----------
    .. [1] Velicer (1976). Psychometrika, 41(3), 321-327.
    .. [2] Velicer, Eaton & Fava (2000). In Goffin & Helmes (Eds.), Problems and solutions in
       human assessment, 41-71.

    Examples
    --------
    >>> from pipeline.psychometrics.correlation import pearson_correlations
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(300, 1)) + rng.normal(size=(300, 6)))
    >>> minimum_average_partial(pearson_correlations(answers)).suggested_squared
    1
    """
    require_correlations(correlation)
    problem = problem_of(correlation)
    n_items = len(correlation.labels)
    averages = np.full((2, n_items), nan) if problem else _averages(correlation.values)
    squared, fourth = averages
    return MinimumAveragePartial(
        squared=squared,
        fourth=fourth,
        suggested_squared=None if problem else int(np.nanargmin(squared)),
        suggested_fourth=None if problem else int(np.nanargmin(fourth)),
        n_respondents=correlation.smallest_pair_n,
        method=f"minimum average partial, principal components; {correlation.method}",
        condition=joined([correlation.condition, problem]),
    )


def _averages(correlations: FloatArray) -> FloatArray:
    """Mean squares and mean fourth powers after 0 to p - 1 components, shape (2, n_items)."""
    eigenvalues, vectors = np.linalg.eigh(correlations)
    loadings = (vectors * np.sqrt(np.maximum(eigenvalues, 0)))[:, ::-1]
    apart = ~np.eye(len(correlations), dtype=bool)
    averages = np.full((2, len(correlations)), nan)
    remainder = np.array(correlations)
    for number in range(len(correlations)):
        left = np.diag(remainder)
        if left.min() < SMALLEST_REMAINDER:
            break
        partial = (remainder / np.sqrt(np.outer(left, left)))[apart]
        averages[:, number] = (partial**2).mean(), (partial**4).mean()
        remainder = remainder - np.outer(loadings[:, number], loadings[:, number])
    return averages
