"""Pairs of items that most people answer alike, or in opposite ways."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from pipeline.ingest.screening.matrix import (
    Answers,
    FloatArray,
    IntArray,
    blocks,
    column_means,
    in_blocks,
    row_correlations,
)

FEWEST_PAIRS = 3
"""With two pairs the correlation is 1 or -1."""


class ItemCorrelations(NamedTuple):
    """Pearson correlations of items i and j over the people who answered both, and their n."""

    r: FloatArray
    n: FloatArray


def correlate_items(answers: Answers) -> ItemCorrelations:
    """Correlations of every two items over those who answered both; NaN where one is constant.

    Parameters
    ----------
    answers : ndarray, shape (n_people, n_items)
        NaN for no answer.
    """
    n_items = answers.shape[1]
    middle = column_means(answers)
    n, sums, squares, products = np.zeros((4, n_items, n_items))
    for block in blocks(len(answers)):
        values = answers[block].astype(np.float64) - middle
        given = (~np.isnan(values)).astype(np.float64)
        values = np.nan_to_num(values)
        n += given.T @ given
        sums += values.T @ given
        squares += (values**2).T @ given
        products += values.T @ values
    at_least_one = np.maximum(n, 1)
    variance = squares - sums**2 / at_least_one
    variance = np.where(variance > 1e-12 * np.maximum(squares, 1e-12), variance, np.nan)
    r = (products - sums * sums.T / at_least_one) / np.sqrt(variance * variance.T)
    return ItemCorrelations(np.clip(r, -1.0, 1.0), n)


def find_pairs(
    correlations: ItemCorrelations,
    threshold: float,
    kind: Literal["synonyms", "antonyms"] = "synonyms",
    least_people: int = 50,
) -> IntArray:
    """Pairs of items correlated at least as strongly as the threshold.

    Parameters
    ----------
    correlations : ItemCorrelations
        From :func:`correlate_items`.
    threshold : float
        Size of the correlation, above 0; antonyms are at most minus this.
    kind : str
        Which sign the correlation has.
    least_people : int
        Fewest people who answered both.

    Returns
    -------
    ndarray of int, shape (n_pairs, 2)
        Columns of the later and the earlier item of each pair.

    References
    ----------
    .. [1] Meade & Craig (2012). Psychological Methods, 17(3), 437-455 (threshold .60).
    """
    sign = 1.0 if kind == "synonyms" else -1.0
    wanted = (sign * np.nan_to_num(correlations.r) >= threshold) & (correlations.n >= least_people)
    return np.argwhere(np.tril(wanted, k=-1))


def pair_consistency(answers: Answers, pairs: IntArray, least: int = FEWEST_PAIRS) -> FloatArray:
    """Correlation within each respondent over pairs of items, the later item with the earlier.

    High for synonyms and low (negative) for antonyms where the items were read.

    Parameters
    ----------
    answers : ndarray, shape (n_people, n_items)
        Answers as given, before keying; NaN for none.
    pairs : ndarray of int, shape (n_pairs, 2)
        From :func:`find_pairs`.
    least : int
        Fewest pairs answered; at least three.

    Returns
    -------
    ndarray, shape (n_people,)
        NaN below `least` pairs, and where one member of the pairs always has the same answer.

    Notes
    -----
    Agrees with R ``careless::psychsyn(resample_na = FALSE)``, which takes pairs above the threshold
    only. Its default draws lots for rows without variance and cannot be repeated [1]_.

    References
    ----------
    .. [1] Meade & Craig (2012). Psychological Methods, 17(3), 437-455.
    """
    fewest = max(least, FEWEST_PAIRS)
    if len(pairs) < fewest:
        return np.full(len(answers), np.nan)
    later, earlier = pairs.T
    return in_blocks(
        lambda block: row_correlations(block[:, later], block[:, earlier], fewest), answers
    )
