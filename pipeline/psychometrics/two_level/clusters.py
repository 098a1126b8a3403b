"""Answers of respondents in clusters, condensed to what a two-level likelihood needs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import (
    FEWEST_RESPONDENTS,
    FloatArray,
    IntArray,
    is_constant,
    to_numbers,
)


@dataclass(frozen=True, slots=True, eq=False)
class ClusteredAnswers:
    """Complete answers, ordered by cluster.

    ``rows`` (n, p) answers; ``sizes`` (j,) respondents of each cluster, in the order of the rows;
    ``n_total`` respondents given, complete or not.
    """

    items: tuple[str, ...]
    rows: FloatArray
    sizes: IntArray
    n_total: int

    @property
    def n_respondents(self) -> int:
        """Respondents with every answer and a cluster."""
        return len(self.rows)

    @property
    def n_groups(self) -> int:
        """Clusters."""
        return len(self.sizes)

    def starts(self) -> IntArray:
        """First row of each cluster."""
        return np.asarray(np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(np.int64))

    def means(self) -> FloatArray:
        """Mean of each cluster, shape (j, p)."""
        return np.asarray(np.add.reduceat(self.rows, self.starts()) / self.sizes[:, None])

    def deviations(self) -> FloatArray:
        """Answers less the mean of their cluster, shape (n, p)."""
        return np.asarray(self.rows - np.repeat(self.means(), self.sizes, axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class ClusterMoments:
    """Sufficient statistics of clustered answers, by size of cluster.

    ``within`` (p, p) pooled covariance within clusters with divisor n - j; ``sizes`` (s,) the
    different sizes of clusters and ``counts`` (s,) how many have each; ``centres`` (s, p) mean of
    their means. ``spread`` (m, p) rows whose sum of products is the scatter of the cluster means
    around the centre of their size, at most p for each size; ``spread_size`` (m,) which size.
    """

    within: FloatArray
    sizes: FloatArray
    counts: FloatArray
    centres: FloatArray
    spread: FloatArray
    spread_size: IntArray

    @property
    def n_respondents(self) -> float:
        """Respondents."""
        return float(self.sizes @ self.counts)

    @property
    def n_groups(self) -> float:
        """Clusters."""
        return float(self.counts.sum())

    @property
    def n_items(self) -> int:
        """Items."""
        return len(self.within)

    def of_items(self, chosen: Sequence[int]) -> "ClusterMoments":
        """The same of some of the items."""
        columns = list(chosen)
        return ClusterMoments(
            self.within[np.ix_(columns, columns)],
            self.sizes,
            self.counts,
            self.centres[:, columns],
            self.spread[:, columns],
            self.spread_size,
        )


def clustered_answers(data: pd.DataFrame, items: Sequence[str], cluster: str) -> ClusteredAnswers:
    """Respondents who answered every item and have a cluster.

    Raises
    ------
    ValueError
        If a column is not in the table, the cluster is one of the items, or answers are not
        numbers.
    """
    _require_columns(data, items, cluster)
    values = to_numbers(data[list(items)])
    codes, _ = pd.factorize(data[cluster])
    used = (codes >= 0) & ~np.isnan(values).any(axis=1)
    order = np.argsort(codes[used], kind="stable")
    _, sizes = np.unique(codes[used], return_counts=True)
    return ClusteredAnswers(
        tuple(items), values[used][order], np.asarray(sizes, dtype=np.int64), len(data)
    )


def _require_columns(data: pd.DataFrame, items: Sequence[str], cluster: str) -> None:
    if not isinstance(data, pd.DataFrame):
        raise ValueError(f"need a DataFrame with an item per column, got {type(data).__name__}")
    absent = [name for name in (*items, cluster) if name not in data.columns]
    repeated = [name for name in (*items, cluster) if list(data.columns).count(name) > 1]
    faults = [f"the data have no column {name!r}" for name in absent]
    faults += [f"the data have two columns called {name!r}" for name in repeated]
    if cluster in items:
        faults.append(f"{cluster!r} cannot be both the cluster and an item")
    if faults:
        raise ValueError("the data do not fit the model:\n" + "\n".join(faults))


def cluster_moments(answers: ClusteredAnswers) -> ClusterMoments:
    """Sufficient statistics of the answers, in one pass."""
    within = answers.deviations()
    means = answers.means()
    sizes, which = np.unique(answers.sizes, return_inverse=True)
    counts = np.bincount(which)
    centres = np.stack([means[which == place].mean(axis=0) for place in range(len(sizes))])
    roots = [_root(means[which == place] - centres[place]) for place in range(len(sizes))]
    return ClusterMoments(
        within=within.T @ within / max(answers.n_respondents - answers.n_groups, 1),
        sizes=sizes.astype(np.float64),
        counts=counts.astype(np.float64),
        centres=centres,
        spread=np.vstack(roots),
        spread_size=np.repeat(np.arange(len(sizes)), [len(root) for root in roots]),
    )


def _root(rows: FloatArray) -> FloatArray:
    """As few rows as possible with the same sums of products; none for a single cluster."""
    if len(rows) == 1:
        return rows[:0]
    return rows if len(rows) <= rows.shape[1] else np.asarray(np.linalg.qr(rows, mode="r"))


def unusable_clusters(answers: ClusteredAnswers) -> str | None:
    """Why nothing can be said of two levels, if that is so."""
    if answers.n_respondents < FEWEST_RESPONDENTS:
        return "too_few_respondents"
    if answers.n_groups < 2:
        return "too_few_groups"
    if answers.sizes.max() < 2:
        return "no_repeated_groups"
    if is_constant(answers.rows).any():
        return "constant_item"
    return _unusable_within(answers)


SMALLEST_EIGENVALUE = 1e-8
"""Items whose correlations within clusters have a smaller eigenvalue determine one another."""


def _unusable_within(answers: ClusteredAnswers) -> str | None:
    deviations = answers.deviations()
    scatter = deviations.T @ deviations
    spread = np.sqrt(np.diag(scatter))
    if (spread <= 1e-10 * np.abs(answers.rows).max(axis=0)).any():
        return "no_variation_within_groups"
    if answers.n_respondents - answers.n_groups < len(scatter):
        return "too_few_respondents"
    smallest = np.linalg.eigvalsh(scatter / np.outer(spread, spread))[0]
    return "not_positive_definite" if smallest < SMALLEST_EIGENVALUE else None
