"""Covariance matrices and two-way tables of many resampled sets of respondents or clusters.

A respondent drawn twice counts twice, so every moment of a resampled set is a sum of products
weighted with how often each respondent was drawn. Respondents with the same answers are drawn
together: a million respondents with five five-point items have at most 3,125 different answers.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.counts import AnswerCounts

COMMON = 20
"""Answers that more respondents gave than this are drawn as counts, the others one by one."""

COUNTS_AT_ONCE = 4_000_000
"""Replications are drawn in blocks that hold about so many counts (32 MB)."""


class DistinctAnswers(NamedTuple):
    """Different rows of answers, and how many respondents gave each."""

    rows: FloatArray
    counts: IntArray


def distinct_answers(values: FloatArray) -> DistinctAnswers:
    """The different rows, sorted; the order of the respondents leaves no trace."""
    key = np.zeros(len(values), dtype=np.int64)
    rows = values
    for column in values.T:
        codes, answers = pd.factorize(column, sort=True)
        key, _ = pd.factorize(key * len(answers) + codes, sort=True)
    counts = np.bincount(key)
    first = np.zeros(len(counts), dtype=np.int64)
    first[key] = np.arange(len(values))
    return DistinctAnswers(rows[first], counts)


def resampled_covariances(
    values: FloatArray, rng: np.random.Generator, n_replications: int
) -> FloatArray:
    """Covariance matrices of as many respondents drawn with replacement.

    Parameters
    ----------
    values : ndarray, shape (n_respondents, k)
        Complete answers.
    rng : Generator
        Draws the respondents.
    n_replications : int
        How many sets to draw.

    Returns
    -------
    ndarray, shape (n_replications, k, k)
    """
    distinct = distinct_answers(values - values.mean(axis=0))
    products = _products(distinct.rows)
    drawn = drawn_counts(distinct.counts, rng, n_replications)
    return _covariances(np.concatenate([block @ products for block in drawn]), values.shape[1])


def resampled_cluster_covariances(
    values: FloatArray, clusters: IntArray, rng: np.random.Generator, n_replications: int
) -> FloatArray:
    """Covariance matrices of as many clusters drawn with replacement, each with all its members.

    Parameters
    ----------
    values : ndarray, shape (n_respondents, k)
        Complete answers.
    clusters : ndarray of int, shape (n_respondents,)
        Cluster of each respondent, numbered from 0.
    rng, n_replications
        As for :func:`resampled_covariances`.

    Returns
    -------
    ndarray, shape (n_replications, k, k)
    """
    products = _products(values - values.mean(axis=0))
    sums = np.column_stack([np.bincount(clusters, weights=column) for column in products.T])
    return _covariances(drawn_clusters(len(sums), rng, n_replications) @ sums, values.shape[1])


def resampled_tables(
    whole: AnswerCounts,
    values: FloatArray,
    clusters: IntArray | None,
    rng: np.random.Generator,
    n_replications: int,
) -> Iterator[FloatArray]:
    """All two-way tables of as many respondents, or clusters, drawn with replacement.

    Parameters
    ----------
    whole : AnswerCounts
        Counts of all answers; their categories are those of the tables.
    values : ndarray, shape (n_respondents, k)
        Complete answers.
    clusters : ndarray of int, shape (n_respondents,), or None
        Cluster of each respondent, numbered from 0.
    rng, n_replications
        As for :func:`resampled_covariances`.

    Yields
    ------
    ndarray, shape (n_categories, n_categories)
        How often each answer goes with each other one, items one after the other.
    """
    if clusters is None:
        distinct = distinct_answers(values)
        chosen = _indicators(whole, distinct.rows)
        for block in drawn_counts(distinct.counts, rng, n_replications):
            for weights in block:
                yield (chosen * weights[:, None]).T @ chosen
    else:
        chosen = _indicators(whole, values)
        members = [chosen[clusters == cluster] for cluster in range(int(clusters.max()) + 1)]
        tables = np.array([own.T @ own for own in members])
        for weights in drawn_clusters(len(tables), rng, n_replications):
            yield np.tensordot(weights, tables, axes=1)


def _indicators(whole: AnswerCounts, rows: FloatArray) -> FloatArray:
    """A column of zeros and ones for each category of each item."""
    columns = [
        rows[:, place] == answer for place, own in enumerate(whole.categories) for answer in own
    ]
    return np.column_stack(columns).astype(np.float64)


def drawn_clusters(n_clusters: int, rng: np.random.Generator, n_replications: int) -> FloatArray:
    """How often each cluster is drawn, shape (n_replications, n_clusters)."""
    shares = np.full(n_clusters, 1 / n_clusters)
    return rng.multinomial(n_clusters, shares, size=n_replications).astype(np.float64)


def _products(rows: FloatArray) -> FloatArray:
    """One, the answers, and the products of every two of them."""
    first, second = np.triu_indices(rows.shape[1])
    return np.column_stack([np.ones(len(rows)), rows, rows[:, first] * rows[:, second]])


def _covariances(sums: FloatArray, k: int) -> FloatArray:
    """Covariance matrices from sums of the columns of `_products`; missing below two rows."""
    n, totals = sums[:, 0].copy(), sums[:, 1 : k + 1]
    n[n < 2] = np.nan
    first, second = np.triu_indices(k)
    covariances = np.empty((len(sums), k, k))
    covariances[:, first, second] = sums[:, k + 1 :]
    covariances[:, second, first] = sums[:, k + 1 :]
    covariances -= totals[:, :, None] * (totals / n[:, None])[:, None, :]
    return np.asarray(covariances / (n - 1)[:, None, None])


def drawn_counts(
    counts: IntArray, rng: np.random.Generator, n_replications: int
) -> Iterator[FloatArray]:
    """How often each of the distinct rows is drawn, in blocks of replications."""
    n, common = int(counts.sum()), np.flatnonzero(counts > COMMON)
    rare = np.flatnonzero(counts <= COMMON)
    row_of_rare = np.repeat(np.arange(len(rare)), counts[rare])
    shares = np.append(counts[common], len(row_of_rare)) / n
    at_once = max(COUNTS_AT_ONCE // len(counts), 1)
    for start in range(0, n_replications, at_once):
        size = min(at_once, n_replications - start)
        of_common = rng.multinomial(n, shares, size=size)
        block = np.empty((size, len(counts)))
        block[:, common] = of_common[:, :-1]
        if len(rare):
            for drawn, n_rare in zip(block, of_common[:, -1].tolist(), strict=True):
                chosen = row_of_rare[rng.integers(len(row_of_rare), size=n_rare)]
                drawn[rare] = np.bincount(chosen, minlength=len(rare))
        yield block
