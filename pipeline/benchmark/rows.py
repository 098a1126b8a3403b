"""Estimates as rows of the table of estimates."""

from __future__ import annotations

from collections.abc import Iterable

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


def rows(
    labels: pd.DataFrame, statistic: str, method: str, estimate: Numbers, n: Numbers
) -> pd.DataFrame:
    """A row a cell for one statistic without an interval."""
    condition = np.full(len(n), None, dtype=object)
    condition[n == 0] = NO_ANSWERS
    return labels.assign(
        statistic=statistic, estimate=estimate, n_respondents=n, method=method, condition=condition
    )


def interval_rows(
    labels: pd.DataFrame,
    statistic: str,
    method: str,
    interval: Interval,
    confidence_level: float,
    n: Numbers,
    condition: NDArray[np.object_],
) -> pd.DataFrame:
    """A row a cell for one statistic with its interval."""
    return labels.assign(
        statistic=statistic,
        estimate=interval.estimate,
        se=interval.se,
        ci_low=interval.ci_low,
        ci_high=interval.ci_high,
        confidence_level=np.where(np.isnan(interval.ci_low), np.nan, confidence_level),
        n_respondents=n,
        method=method,
        condition=condition,
    )


def mean_rows(
    labels: pd.DataFrame,
    described: tuple[Numbers, Numbers, Numbers],
    confidence_level: float,
    names: tuple[str, str] = ("mean", "sd"),
    method: str = T_INTERVAL,
) -> list[pd.DataFrame]:
    """Rows of the mean with its interval and of the standard deviation."""
    n, mean, sd = described
    condition = condition_of(n, sd)
    interval = mean_interval(n, mean, sd, confidence_level)
    deviation = rows(labels, names[1], SD, sd, n).assign(condition=condition)
    return [
        interval_rows(labels, names[0], method, interval, confidence_level, n, condition),
        deviation,
    ]


def estimates_table(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All rows as one table of estimates, in an order that depends on their keys only."""
    columns = ESTIMATES.column_names
    filled = [part.reindex(columns=columns).astype(object) for part in parts if len(part)]
    whole = pd.concat(filled) if filled else pd.DataFrame(columns=columns)
    return in_order(conform(whole, ESTIMATES))


def in_order(estimates: pd.DataFrame) -> pd.DataFrame:
    """Rows sorted by their keys; empty cells come first, so everyone stands before a group."""
    return estimates.sort_values(KEYS, na_position="first", kind="stable", ignore_index=True)
