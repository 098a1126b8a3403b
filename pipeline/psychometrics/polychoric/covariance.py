"""The covariance matrix of the sampling errors of thresholds and polychoric correlations."""

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from pipeline.psychometrics._responses import FloatArray, IntArray, few_groups, require_clusters
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.counts import Categories, CodeArray, Missing, count_codes, encode
from pipeline.psychometrics.polychoric.correlations import (
    PolychoricCorrelations,
    polychoric_correlations,
)
from pipeline.psychometrics.polychoric.estimate import (
    BOUNDARY,
    EmptyCells,
    Margins,
    Pairs,
    stacked,
)
from pipeline.psychometrics.polychoric.influence import (
    pair_influence,
    small_sample_factor,
    threshold_influence,
)
from pipeline.psychometrics.result import Result

ROWS_AT_ONCE = 2048

FEWEST_CLUSTERS = 2


@dataclass(frozen=True, slots=True, eq=False)
class PolychoricCovariance(Result):
    """Sampling covariances of thresholds and polychoric correlations.

    Attributes
    ----------
    polychoric : PolychoricCorrelations
        The estimates.
    moments : tuple of (str, str)
        What the rows and columns stand for: item and number of each threshold, item by item, then
        the two items of each correlation, in the order (1, 2), (1, 3), ... (2, 3), ...
    estimates : ndarray, shape (n_moments,)
        Thresholds and correlations (not smoothed).
    values : ndarray, shape (n_moments, n_moments)
        Covariances of the estimates: squared standard errors on the diagonal. Times n - 1 they
        are lavaan's NACOV. NaN for correlations that are undefined or at the boundary.
    n_respondents : int
        Respondents counted.
    n_clusters : int or None
        Clusters they sit in; missing where respondents are independent.
    method : str
        How it was computed.
    condition : str or None
        That of the correlations; ``too_few_groups``: one cluster, which tells nothing;
        ``few_groups``: fewer than ten, which tell little.
    """

    polychoric: PolychoricCorrelations
    moments: tuple[tuple[str, str], ...]
    estimates: FloatArray
    values: FloatArray
    n_respondents: int
    n_clusters: int | None
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row per threshold and correlation, with its standard error."""
        n_thresholds = sum(len(own) for own in self.polychoric.thresholds.values())
        rows = [
            {"item": first, "factor": second, "statistic": "threshold"}
            if place < n_thresholds
            else {"item": f"{first} with {second}", "statistic": "polychoric_correlation"}
            for place, (first, second) in enumerate(self.moments)
        ]
        numbers = zip(self.estimates.tolist(), np.sqrt(np.diag(self.values)).tolist(), strict=True)
        return long_table(
            [
                {**row, "estimate": estimate, "se": se}
                for row, (estimate, se) in zip(rows, numbers, strict=True)
            ],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


def polychoric_covariance(
    responses: pd.DataFrame,
    missing: Missing = "pairwise",
    empty_cells: EmptyCells = "two_by_two",
    categories: Categories | None = None,
    clusters: "pd.Series[Any] | None" = None,
) -> PolychoricCovariance:
    r"""Thresholds and polychoric correlations with the covariances of their sampling errors.

    Parameters
    ----------
    responses : DataFrame, shape (n_respondents, n_items)
        Numbers or missing.
    missing, empty_cells, categories
        As for :func:`polychoric_correlations`.
    clusters : Series, shape (n_respondents,), optional
        Site or group of each respondent, by the index of `responses`. Respondents of one cluster
        may then resemble each other; clusters are taken as independent.

    Returns
    -------
    PolychoricCovariance

    Raises
    ------
    ValueError
        As :func:`polychoric_correlations` does, or if `clusters` does not name one cluster for
        every respondent.

    Notes
    -----
    .. math:: \widehat{\operatorname{Cov}} = \frac{n}{n - 1} \sum_r \psi_r \psi_r'

    with :math:`\psi_r` what respondent :math:`r` adds to the error of each threshold and
    correlation [1]_, looked up by the answers given (see ``influence``). Two passes over the rows:
    one counts, one sums the products, in chunks. With clusters :math:`r` counts clusters,
    :math:`n` is their number and :math:`\psi_r` the sum over the respondents of one. With fewer
    clusters than moments the matrix is singular; with fewer than about 30 it is rough.

    References
    ----------
    .. [1] Muthen (1984). Psychometrika, 49(1), 115-132.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 1, 2, 2, 3, 3, 3], "b": [1, 2, 1, 2, 2, 3, 3]})
    >>> polychoric_covariance(answers).values.shape
    (5, 5)
    """
    codes = encode(responses, categories)
    numbers = None if clusters is None else _cluster_numbers(clusters, responses)
    if missing == "listwise":
        kept = np.asarray((codes.values >= 0).all(axis=1))
        codes, numbers = codes.rows(kept), None if numbers is None else numbers[kept]
    counts = count_codes(codes, missing)
    found = polychoric_correlations(counts, empty_cells=empty_cells)
    margins, pairs = stacked(counts.table, counts.n_categories, empty_cells)
    correlation = found.unsmoothed[pairs.first, pairs.second]
    influence = _Influence(correlation, pairs, margins)
    chosen = _among_used(codes.values, counts.table, codes.n_categories)
    n_clusters = None if numbers is None else len(np.unique(numbers))
    if numbers is None:
        values = _sum_of_products(chosen, influence)
    else:
        sums = _sums_of_clusters(chosen, numbers, influence)
        values = sums.T @ sums
    values *= small_sample_factor(counts.n_respondents if n_clusters is None else n_clusters)
    lone = n_clusters is not None and n_clusters < FEWEST_CLUSTERS
    if lone:
        values[:] = nan
    undefined = np.isnan(found.se[pairs.first, pairs.second]).nonzero()[0] + influence.n_thresholds
    values[undefined] = values[:, undefined] = nan
    thresholds = [
        (item, str(place))
        for item, own in found.thresholds.items()
        for place in range(1, len(own) + 1)
    ]
    labels = [
        (found.items[i], found.items[j]) for i, j in zip(pairs.first, pairs.second, strict=True)
    ]
    return PolychoricCovariance(
        polychoric=found,
        moments=(*thresholds, *labels),
        estimates=np.concatenate([*found.thresholds.values(), correlation]),
        values=values,
        n_respondents=counts.n_respondents,
        n_clusters=n_clusters,
        method=f"sums of products of influences{_in_clusters(n_clusters)}; {found.method}",
        condition=joined([found.condition, "too_few_groups" if lone else few_groups(n_clusters)]),
    )


class _Influence:
    """Tables in which the influence of a respondent is found by the answers given.

    The last row and column of a table of a pair stand for no answer.
    """

    def __init__(self, correlation: FloatArray, pairs: Pairs, margins: Margins) -> None:
        usable = np.abs(correlation) <= BOUNDARY
        both, first_only, second_only = pair_influence(
            np.where(usable, correlation, 0.0), pairs, margins
        )
        self.size = margins.counts.shape[1] + 1
        of_pairs = np.zeros((len(correlation), self.size, self.size))
        of_pairs[:, :-1, :-1] = both
        of_pairs[:, :-1, -1] = first_only
        of_pairs[:, -1, :-1] = second_only
        of_pairs[~usable] = 0
        self.of_pairs = np.nan_to_num(of_pairs.reshape(len(of_pairs), self.size**2))
        self.first, self.second = pairs.first, pairs.second
        used = (margins.counts > 0).sum(axis=1)
        of_items = threshold_influence(margins)
        self.of_thresholds = [
            np.vstack([own[:, : max(n - 1, 0)], np.zeros((1, max(n - 1, 0)))])
            for own, n in zip(of_items, used, strict=True)
        ]
        self.n_thresholds = sum(own.shape[1] for own in self.of_thresholds)

    def of(self, codes: npt.NDArray[np.intp]) -> FloatArray:
        """Influences of some respondents, shape (n_moments, n_respondents)."""
        of_thresholds = [own[codes[place]].T for place, own in enumerate(self.of_thresholds)]
        found = np.empty((self.n_thresholds + len(self.first), codes.shape[1]))
        found[: self.n_thresholds] = np.vstack(of_thresholds)
        lifted = codes * self.size
        for place, (i, j) in enumerate(zip(self.first, self.second, strict=True)):
            np.take(
                self.of_pairs[place],
                lifted[i] + codes[j],
                out=found[self.n_thresholds + place],
                mode="clip",
            )
        return found


def _among_used(codes: CodeArray, table: IntArray, n_categories: IntArray) -> CodeArray:
    """Codes among the categories that somebody chose."""
    chosen = np.diag(table) > 0
    if chosen.all():
        return codes
    ends = np.cumsum(n_categories)
    result = codes.copy()
    for place, (end, n) in enumerate(zip(ends, n_categories, strict=True)):
        new = np.append(np.cumsum(chosen[end - n : end]) - 1, -1).astype(np.int8)
        result[:, place] = new[codes[:, place]]
    return result


def _in_clusters(n_clusters: int | None) -> str:
    return "" if n_clusters is None else f", {n_clusters} clusters"


def _cluster_numbers(clusters: "pd.Series[Any]", responses: pd.DataFrame) -> IntArray:
    """The number of the cluster of each respondent.

    Raises
    ------
    ValueError
        If a respondent has no cluster, or there are clusters of other respondents.
    """
    require_clusters(clusters, responses)
    return np.asarray(pd.factorize(clusters, sort=True)[0], dtype=np.int64)


def _sums_of_clusters(codes: CodeArray, numbers: IntArray, influence: _Influence) -> FloatArray:
    """Influence of all respondents of each cluster together, shape (n_clusters, n_moments)."""
    order = np.argsort(numbers, kind="stable")
    names, numbers = np.unique(numbers[order], return_inverse=True)
    total = np.zeros((len(names), influence.n_thresholds + len(influence.first)))
    for start in range(0, len(codes), ROWS_AT_ONCE):
        chosen = slice(start, start + ROWS_AT_ONCE)
        found = influence.of(_with_missing(codes[order[chosen]], influence))
        present, first = np.unique(numbers[chosen], return_index=True)
        total[present] += np.add.reduceat(found, first, axis=1).T
    return total


def _with_missing(codes: CodeArray, influence: _Influence) -> npt.NDArray[np.intp]:
    """Codes of some respondents, an item a row, with a number for no answer."""
    chunk = codes.T.astype(np.intp)
    chunk[chunk < 0] = influence.size - 1
    return chunk


def _sum_of_products(codes: CodeArray, influence: _Influence) -> FloatArray:
    n_moments = influence.n_thresholds + len(influence.first)
    total = np.zeros((n_moments, n_moments), order="F")
    for start in range(0, len(codes), ROWS_AT_ONCE):
        found = influence.of(_with_missing(codes[start : start + ROWS_AT_ONCE], influence))
        total = scipy.linalg.blas.dsyrk(1.0, found.T, beta=1.0, c=total, trans=1, overwrite_c=1)
    return np.asarray(np.triu(total) + np.triu(total, 1).T)
