"""Correlations between items, with how many respondents each of them rests on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.psychometrics._pairwise import pairwise_correlations, smoothed
from pipeline.psychometrics._responses import (
    FEWEST_RESPONDENTS,
    FloatArray,
    IntArray,
    is_constant,
    labels_of,
    to_numbers,
)
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.result import Result


@dataclass(frozen=True, slots=True, eq=False)
class CorrelationMatrix(Result):
    """Correlations of items.

    Attributes
    ----------
    labels : tuple of str
        The items, in the order of rows and columns.
    values : ndarray, shape (n_items, n_items)
        Correlations, as smoothed where that was needed; NaN where undefined.
    pair_n : ndarray of int, shape (n_items, n_items)
        Respondents who answered both items.
    n_respondents : int
        Respondents who answered at least one item.
    smallest_pair_n : int
        The smallest `pair_n`.
    method : str
        How the correlations were computed.
    condition : str or None
        ``constant_item``, ``item_without_answers``, ``too_few_respondents``,
        ``undefined_correlation``, ``not_positive_definite_smoothed``.
    largest_change_by_smoothing : float
        Largest absolute difference that smoothing made to a correlation; 0 if none was needed.
    """

    labels: tuple[str, ...]
    values: FloatArray
    pair_n: IntArray
    n_respondents: int
    smallest_pair_n: int
    method: str
    condition: str | None
    largest_change_by_smoothing: float

    @property
    def is_defined(self) -> bool:
        """Whether there is a number for every pair of items."""
        return bool(np.isfinite(self.values).all())

    def to_rows(self) -> pd.DataFrame:
        """A row per pair of items, named "first with second", and one on smoothing."""
        first, second = np.triu_indices(len(self.labels), k=1)
        rows = [
            {
                "item": f"{self.labels[i]} with {self.labels[j]}",
                "statistic": "correlation",
                "estimate": self.values[i, j],
                "n_respondents": self.pair_n[i, j],
            }
            for i, j in zip(first, second, strict=True)
        ]
        change = {
            "statistic": "largest_change_by_smoothing",
            "estimate": self.largest_change_by_smoothing,
            "n_respondents": self.n_respondents,
        }
        return long_table([*rows, change], method=self.method, condition=self.condition)


def require_correlations(correlation: CorrelationMatrix) -> None:
    """Refuse what is no correlation matrix, such as the answers themselves.

    Raises
    ------
    ValueError
        If it is not a `CorrelationMatrix`.
    """
    if not isinstance(correlation, CorrelationMatrix):
        raise ValueError(
            "need a CorrelationMatrix, from pearson_correlations(answers) or "
            f"polychoric_correlations(answers).correlation, got {type(correlation).__name__}"
        )


def pearson_correlations(responses: pd.DataFrame) -> CorrelationMatrix:
    r"""Pearson correlations of every two items over the respondents who answered both.

    Parameters
    ----------
    responses : DataFrame, shape (n_respondents, n_items)
        Numbers or missing.

    Returns
    -------
    CorrelationMatrix

    Raises
    ------
    ValueError
        If the answers are not numbers or two items have the same name.

    Notes
    -----
    .. math:: r_{ij} = \frac{s_{ij}}{s_{i \cdot j} s_{j \cdot i}}

    with covariance and both standard deviations over the respondents who answered :math:`i` and
    :math:`j`, as R's ``cor(use = "pairwise")``. Correlations over different respondents can
    contradict one another, and an item that others determine leaves nothing over: where the
    smallest eigenvalue is below 1e-6, the eigenvalues below it are raised to it and the diagonal
    is brought back to one [1]_. The result says so, and the largest change it made. Pairs with
    fewer than three respondents are left undefined.

    References
    ----------
    .. [1] Knol & Berger (1991). Multivariate Behavioral Research, 26(3), 457-477.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 3, 2, None]})
    >>> matrix = pearson_correlations(answers)
    >>> matrix.values[0, 1].round(3), matrix.smallest_pair_n
    (np.float64(0.5), 3)
    """
    numbers = to_numbers(responses)
    raw, pair_n = pairwise_correlations(numbers)
    raw[pair_n < FEWEST_RESPONDENTS] = np.nan
    values = smoothed(raw) if np.isfinite(raw).all() else raw
    change = float(np.nanmax(np.abs(values - raw), initial=0.0))
    values.setflags(write=False)
    pair_n.setflags(write=False)
    return CorrelationMatrix(
        labels=labels_of(responses),
        values=values,
        pair_n=pair_n,
        n_respondents=int((~np.isnan(numbers)).any(axis=1).sum()),
        smallest_pair_n=int(pair_n.min()),
        method="Pearson, pairwise complete",
        condition=_condition(numbers, raw, pair_n, smoothing=values is not raw),
        largest_change_by_smoothing=change,
    )


def _condition(
    numbers: FloatArray, raw: FloatArray, pair_n: IntArray, smoothing: bool
) -> str | None:
    empty, constant = np.isnan(numbers).all(axis=0), is_constant(numbers)
    usable = ~empty & ~constant
    block = np.ix_(usable, usable)
    few = (pair_n[block] < FEWEST_RESPONDENTS).any()
    hole = (np.isnan(raw[block]) & (pair_n[block] >= FEWEST_RESPONDENTS)).any()
    return joined(
        [
            "item_without_answers" if empty.any() else None,
            "constant_item" if constant.any() else None,
            "too_few_respondents" if few else None,
            "undefined_correlation" if hole else None,
            "not_positive_definite_smoothed" if smoothing else None,
        ]
    )
