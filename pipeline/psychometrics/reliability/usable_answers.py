"""Which answers a reliability rests on, and why it may have none."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import (
    FloatArray,
    IntArray,
    complete_rows,
    require_series,
    to_numbers,
)
from pipeline.psychometrics.counts import Missing


def several_items(items: pd.DataFrame) -> FloatArray:
    """Answers to two items or more as numbers.

    Raises
    ------
    ValueError
        If there are fewer than two items or answers are not numbers.
    """
    numbers = to_numbers(items)
    if numbers.shape[1] < 2:
        raise ValueError("reliability needs at least 2 items, got 1")
    return numbers


def used_answers(numbers: FloatArray, missing: Missing) -> FloatArray:
    """The respondents an estimate rests on under this treatment of missing answers.

    Raises
    ------
    ValueError
        If the treatment is unknown.
    """
    if missing == "listwise":
        return complete_rows(numbers)
    if missing == "pairwise":
        return numbers[~np.isnan(numbers).all(axis=1)]
    raise ValueError(f"missing must be 'listwise' or 'pairwise', got {missing!r}")


def covariance_problem(covariance: FloatArray) -> str | None:
    """Why a sum of items that all vary has no reliability: a hole, or no variance."""
    if np.isnan(covariance).any():
        return "undefined_correlation"
    return "no_variation" if covariance.sum() <= 1e-12 * np.trace(covariance) else None


def cluster_numbers(clusters: "pd.Series[Any]", items: pd.DataFrame) -> IntArray:
    """Number of the cluster of each respondent, from 0; -1 where it is missing.

    Raises
    ------
    ValueError
        If the two are not of the same respondents in the same order.
    """
    require_series(clusters, "clusters")
    if len(clusters) != len(items) or not clusters.index.equals(items.index):
        raise ValueError("clusters and items must be of the same respondents in the same order")
    numbers, _ = pd.factorize(clusters, sort=True)
    return numbers.astype(np.int64)
