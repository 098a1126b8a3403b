"""Estimates as rows of the table of estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.intervals import (
    NO_ANSWERS,
    T_INTERVAL,
    Interval,
    condition_of,
    mean_interval,
)
from pipeline.tables import ESTIMATES, conform

Numbers = NDArray[np.float64]
KEYS = ["wave", "site", "group", "scale", "item", "factor", "statistic", "method"]
SD = "standard deviation, n - 1"


@dataclass(frozen=True, slots=True)
class Rows:
    """Some columns of the table of estimates, one row a cell.

    Attributes
    ----------
    labels : DataFrame, shape (n_cells, any)
        Columns that say what the estimates belong to.
    values : mapping of str to ndarray or scalar
        Further columns; a scalar stands for every row.
    """

    labels: pd.DataFrame
    values: Mapping[str, object]

    def but(self, **values: object) -> Rows:
        """The same rows with other values in some columns."""
        return Rows(self.labels, {**self.values, **values})

    def column(self, name: str) -> NDArray[np.object_]:
        """The cells of a column, empty ones where the rows do not have it."""
        cells = np.empty(len(self.labels), dtype=object)
        known = self.labels[name].to_numpy() if name in self.labels.columns else None
        cells[:] = self.values.get(name, known)
        return cells


def rows(
    labels: pd.DataFrame, statistic: object, method: str, estimate: Numbers, n: Numbers
) -> Rows:
    """A row a cell for one statistic without an interval."""
    condition = np.full(len(n), None, dtype=object)
    condition[n == 0] = NO_ANSWERS
    values = {"estimate": estimate, "n_respondents": n, "condition": condition}
    return Rows(labels, {"statistic": statistic, "method": method, **values})


def interval_rows(
    labels: pd.DataFrame,
    statistic: str,
    method: str,
    interval: Interval,
    confidence_level: float,
    n: Numbers,
    condition: NDArray[np.object_],
) -> Rows:
    """A row a cell for one statistic with its interval."""
    return rows(labels, statistic, method, interval.estimate, n).but(
        se=interval.se,
        ci_low=interval.ci_low,
        ci_high=interval.ci_high,
        confidence_level=np.where(np.isnan(interval.ci_low), np.nan, confidence_level),
        condition=condition,
    )


def mean_rows(
    labels: pd.DataFrame,
    described: tuple[Numbers, Numbers, Numbers],
    confidence_level: float,
    names: tuple[str, str] = ("mean", "sd"),
    method: str = T_INTERVAL,
) -> list[Rows]:
    """Rows of the mean with its interval and of the standard deviation."""
    n, mean, sd = described
    condition = condition_of(n, sd)
    interval = mean_interval(n, mean, sd, confidence_level)
    return [
        interval_rows(labels, names[0], method, interval, confidence_level, n, condition),
        rows(labels, names[1], SD, sd, n).but(condition=condition),
    ]


def estimates_table(parts: Iterable[Rows]) -> pd.DataFrame:
    """All rows as one table of estimates, in an order that depends on their keys only."""
    filled = [part for part in parts if len(part.labels)]
    columns: dict[str, object] = {
        name: np.concatenate([part.column(name) for part in filled]) if filled else []
        for name in ESTIMATES.column_names
    }
    return in_order(conform(pd.DataFrame(columns), ESTIMATES))


def in_order(estimates: pd.DataFrame) -> pd.DataFrame:
    """Rows sorted by their keys; empty cells come first, so everyone stands before a group."""
    return estimates.sort_values(KEYS, na_position="first", kind="stable", ignore_index=True)
