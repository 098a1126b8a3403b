"""Two groups of respondents set side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.intervals import (
    HEDGES,
    NO_ANSWERS,
    NO_SPREAD,
    ONE_RESPONDENT,
    WELCH,
    Interval,
    hedges_g,
    welch_half_width,
)
from pipeline.benchmark.rows import Rows, interval_rows

Numbers = NDArray[np.float64]
Described = tuple[Numbers, Numbers, Numbers]


def gap_rows(
    labels: pd.DataFrame,
    first: Described,
    second: Described,
    confidence_level: float,
    reservation: str = "",
) -> list[Rows]:
    """Rows of the difference of two groups and of its standardised form.

    Parameters
    ----------
    labels : DataFrame
        One row a comparison: wave, site, scale; no group.
    first, second : tuple of ndarray
        Count, mean and standard deviation of each group.
    reservation : str
        Added to the method, for what the reader must know.
    """
    n, mean, sd = zip(first, second, strict=True)
    se, half = welch_half_width(sd, n, confidence_level)
    gap = mean[0] - mean[1]
    plain = Interval(gap, se, gap - half, gap + half)
    standardised = hedges_g(mean, sd, n, confidence_level)
    total = n[0] + n[1]
    words = _conditions(n)
    flat = np.where(
        (words == None) & np.isnan(standardised.estimate),  # noqa: E711
        NO_SPREAD,
        words,
    )
    return [
        interval_rows(labels, "gap", WELCH + reservation, plain, confidence_level, total, words),
        interval_rows(
            labels,
            "gap_standardised",
            HEDGES + reservation,
            standardised,
            confidence_level,
            total,
            flat,
        ),
    ]


def _conditions(n: tuple[Numbers, Numbers]) -> NDArray[np.object_]:
    fewest = np.minimum(n[0], n[1])
    words = np.full(len(fewest), None, dtype=object)
    words[fewest == 1] = ONE_RESPONDENT
    words[fewest == 0] = NO_ANSWERS
    return words
