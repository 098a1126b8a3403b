"""The answers of each group as a model sees them.

Means and covariances, or thresholds and correlations of ordered items with the covariances of
their errors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import normal_below
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

    def correlations(self) -> FloatArray:
        """Correlations of the answers, shape (p, p)."""
        return as_correlations(self.covariance)

    def deviations(self) -> FloatArray:
        """Standard deviations of the answers with divisor n - 1, shape (p,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance) * self.n / max(self.n - 1, 1)))

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

    def categories(self) -> Mapping[str, tuple[float, ...]]:
        """The answers of each item, from low to high."""
        return self.polychoric.polychoric.categories

    def correlations(self) -> FloatArray:
        """Polychoric correlations as they were estimated, shape (p, p)."""
        return self.polychoric.polychoric.unsmoothed

    def deviations(self) -> FloatArray:
        """Standard deviations of the answers as numbers of categories, shape (p,)."""
        thresholds = self.moments[: self.n_thresholds]
        n_items = int(self.threshold_item[-1]) + 1
        result = [_deviation(thresholds[self.threshold_item == item]) for item in range(n_items)]
        return np.array(result, dtype=np.float64) * sqrt(self.n / max(self.n - 1, 1))

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


def as_correlations(covariance: FloatArray) -> FloatArray:
    """Correlations, with exactly 1 on the diagonal."""
    deviation = np.sqrt(np.diag(covariance))
    result = covariance / np.outer(deviation, deviation)
    np.fill_diagonal(result, 1.0)
    return np.asarray(result)


def _deviation(thresholds: FloatArray) -> float:
    """Standard deviation of the number of the category that thresholds cut a normal variable in."""
    below = np.array([0.0, *(normal_below(float(limit)) for limit in thresholds), 1.0])
    shares, values = np.diff(below), np.arange(len(below) - 1.0)
    return float(np.sqrt(shares @ (values - shares @ values) ** 2))


def _numbered(lengths: Sequence[int]) -> IntArray:
    """The number of each part, as often as it is long."""
    return np.repeat(np.arange(len(lengths)), lengths)
