"""Correlations of the items in samples drawn anew, of respondents or of whole clusters."""

from collections.abc import Iterator
from math import nan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._kinds import CorrelationKind
from pipeline.psychometrics._responses import FloatArray, IntArray, to_numbers, unusable
from pipeline.psychometrics.counts import count_answers
from pipeline.psychometrics.polychoric.estimate import (
    as_matrix,
    diagonal_of,
    estimate_pairs,
    stacked,
)
from pipeline.psychometrics.reliability.omega import complete_with_clusters
from pipeline.psychometrics.reliability.resampling import (
    resampled_cluster_covariances,
    resampled_covariances,
    resampled_tables,
)

SMALLEST_SHARE = 1e-12
"""Of the largest variance of an item in any replication; below, the item does not vary."""


class UsedAnswers(NamedTuple):
    """Complete answers, the cluster of each respondent, and why they may not be usable."""

    answers: FloatArray
    clusters: IntArray | None
    problem: str | None

    @property
    def n_clusters(self) -> int | None:
        """Clusters; None where there are none."""
        return None if self.clusters is None else int(self.clusters.max(initial=-1)) + 1

    @property
    def n_units(self) -> int:
        """What is drawn: respondents or clusters."""
        return len(self.answers) if self.n_clusters is None else self.n_clusters

    def words(self, n_replications: int) -> str:
        """So many replications of what is drawn, in words."""
        units = "respondents" if self.n_clusters is None else f"{self.n_clusters} clusters"
        return f"{n_replications} replications of {units}"


def used_answers(items: pd.DataFrame, clusters: "pd.Series[Any] | None") -> UsedAnswers:
    """The respondents who answered every item, and have a cluster where there are any."""
    numbers = to_numbers(items)
    used, groups = complete_with_clusters(numbers, items, clusters)
    return UsedAnswers(used, groups, unusable(numbers, used))


def drawn_correlations(
    used: UsedAnswers, kind: CorrelationKind, rng: np.random.Generator, n_replications: int
) -> Iterator[FloatArray]:
    """Correlations of the items in every replication, in stacks (n, k, k) of some of them."""
    if kind == "polychoric":
        yield from _polychoric(used, rng, n_replications)
    elif used.clusters is None:
        yield _as_correlations(resampled_covariances(used.answers, rng, n_replications))
    else:
        yield _as_correlations(
            resampled_cluster_covariances(used.answers, used.clusters, rng, n_replications)
        )


def _polychoric(
    used: UsedAnswers, rng: np.random.Generator, n_replications: int
) -> Iterator[FloatArray]:
    """From the two-way tables of each replication."""
    whole = count_answers(pd.DataFrame(used.answers))
    for drawn in resampled_tables(whole, used.answers, used.clusters, rng, n_replications):
        table = drawn.round().astype(np.int64)
        margins, pairs = stacked(table, whole.n_categories, "two_by_two")
        estimated = estimate_pairs(pairs, margins).correlation
        yield as_matrix(estimated, pairs, diagonal_of(margins))[None]


def _as_correlations(covariances: FloatArray) -> FloatArray:
    """Correlations of a stack of covariances; NaN where an item does not vary."""
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    varies = variances > SMALLEST_SHARE * variances.max(axis=0)
    scale = np.where(varies, variances, nan) ** -0.5
    return np.asarray(covariances * scale[:, :, None] * scale[:, None, :])
