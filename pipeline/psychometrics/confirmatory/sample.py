"""The answers of each group as a model sees them.

Means and covariances, or thresholds and correlations of ordered items with the covariances of
their errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.counts import Missing
from pipeline.psychometrics.polychoric import PolychoricCovariance, polychoric_covariance


@dataclass(frozen=True, slots=True, eq=False)
class ContinuousSample:
    """Complete answers of one group.

    ``rows`` (n, p) answers, ``mean`` (p,), ``covariance`` (p, p) with divisor n, ``clusters`` (n,)
    the number of the cluster of each respondent, or None.
    """

    rows: FloatArray
    mean: FloatArray
    covariance: FloatArray
    clusters: IntArray | None

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.rows)

    @classmethod
    def of(cls, rows: FloatArray, clusters: IntArray | None) -> "ContinuousSample":
        """Moments of the answers."""
        mean = rows.mean(axis=0)
        centred = rows - mean
        return cls(rows, mean, centred.T @ centred / len(rows), clusters)


@dataclass(frozen=True, slots=True, eq=False)
class OrderedSample:
    """Ordered answers of one group.

    ``moments`` (m,) thresholds item by item, then correlations; ``variance`` (m, m) covariances of
    their errors; ``threshold_item`` (t,) the item of each threshold and ``threshold_place`` (t,)
    its number from 0; ``n`` respondents counted.
    """

    moments: FloatArray
    variance: FloatArray
    threshold_item: IntArray
    threshold_place: IntArray
    n: int
    polychoric: PolychoricCovariance

    @property
    def n_thresholds(self) -> int:
        """Thresholds of all items."""
        return len(self.threshold_item)

    def correlations(self) -> FloatArray:
        """Polychoric correlations as they were estimated, shape (p, p)."""
        return self.polychoric.polychoric.unsmoothed

    @classmethod
    def of(
        cls,
        answers: pd.DataFrame,
        missing: Missing,
        clusters: "pd.Series[Any] | None",
    ) -> "OrderedSample":
        """Moments of the answers; groups of one cluster or one person are refused upstream."""
        found = polychoric_covariance(answers, missing=missing, clusters=clusters)
        thresholds = found.polychoric.thresholds
        return cls(
            moments=found.estimates,
            variance=found.values,
            threshold_item=_numbered([len(own) for own in thresholds.values()]),
            threshold_place=np.concatenate([np.arange(len(own)) for own in thresholds.values()]),
            n=found.n_respondents,
            polychoric=found,
        )


def _numbered(lengths: Sequence[int]) -> IntArray:
    return np.repeat(np.arange(len(lengths)), lengths)
