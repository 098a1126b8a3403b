"""Who is counted together: the respondents of a site and wave, or of one of its groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

UNGROUPED = "ungrouped"
"""Name, in the column ``group``, of respondents who belong to neither group."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Respondents sorted into cells.

    Attributes
    ----------
    labels : DataFrame
        One row a cell: wave, site, group.
    of_person : ndarray of int, shape (n_respondents,)
        Number of the cell each respondent is in; -1 for none.
    """

    labels: pd.DataFrame
    of_person: NDArray[np.intp]

    def total(self, values: Numbers) -> Numbers:
        """Sum of a number per respondent over each cell; every value must be finite."""
        inside = self.of_person >= 0
        sums = np.bincount(
            self.of_person[inside], weights=values[inside], minlength=len(self.labels)
        )
        return np.asarray(sums, dtype=float)

    def describe(self, values: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Count, mean and standard deviation (n - 1) of the values that are there, per cell.

        The mean is missing for a cell without values, the deviation for one with a single value.
        """
        known = ~np.isnan(values)
        n = self.total(known.astype(float))
        mean = _ratio(self.total(np.where(known, values, 0.0)), n)
        deviations = np.where(known, values - self._of_each(mean), 0.0)
        # A second pass takes the rounding of the first out of the mean.
        mean = mean + _ratio(self.total(np.nan_to_num(deviations)), n)
        deviations = np.where(known, values - self._of_each(mean), 0.0)
        squares = self.total(np.nan_to_num(deviations) ** 2)
        return n, mean, np.sqrt(_ratio(squares, n - 1))

    def _of_each(self, values: Numbers) -> Numbers:
        """A number of its cell for each respondent; missing for those in none."""
        return np.append(values, np.nan)[self.of_person]


def _ratio(numerator: Numbers, denominator: Numbers) -> Numbers:
    out = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=out, where=denominator > 0)
    return out


def cells_by(people: pd.DataFrame, columns: list[str]) -> Cells:
    """Cells of the respondents who have a value in each of `columns` (of wave, site, group)."""
    grouped = people.groupby(columns, sort=True, dropna=True)
    of_person = np.asarray(grouped.ngroup().fillna(-1), dtype=np.intp)
    labels = people.dropna(subset=columns)[columns].drop_duplicates().sort_values(columns)
    return Cells(
        labels.reindex(columns=["wave", "site", "group"]).reset_index(drop=True), of_person
    )
