"""The same answers in more than one row."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.ingest.screening.matrix import Answers, BoolArray, IntArray, blocks

Codes = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint64]

HASH_SEED = 20_240_229
"""Draws the multipliers of the hash; any other gives the same groups."""

MOST_CODES = 250
"""Different whole numbers an answer may have."""

SPARE = 1
"""Differences beyond those the share allows, for a blank here and an answer there."""

LEAST_IN_KEY = 8
"""Answers in two bands together; with fewer they say too little to look any further."""

MOST_NEIGHBOURS = 50
"""A row is compared with as many rows before and after it that share the same two bands."""


@dataclass(frozen=True, slots=True)
class DuplicateGroups:
    """How many rows, this one included, have the same or nearly the same answers.

    Attributes
    ----------
    exact, near : ndarray of int, shape (n_people,)
        Size of the group of each row; 1 where it is alone, 0 where it was not looked at.
    """

    exact: IntArray
    near: IntArray


def find_duplicates(
    answers: Answers,
    compared: BoolArray,
    least_items: int = 20,
    near_share: float = 0.95,
) -> DuplicateGroups:
    """Groups of rows with the same answers, and with nearly the same.

    Parameters
    ----------
    answers : ndarray, shape (n_people, n_items)
        Whole numbers; NaN for no answer.
    compared : ndarray of bool, shape (n_people,)
        Rows to look at, such as :func:`are_varied`; of these the ones with `least_items` answers.
    least_items : int
        Fewest answers, and fewest items that both rows of a near pair answered.
    near_share : float
        Share of the items both answered on which a near pair agrees.

    Raises
    ------
    ValueError
        If an answer is not a whole number, or the range of answers exceeds 250.

    Notes
    -----
    Exact means the same answers and the same blanks. Near groups are chains of near pairs (single
    linkage) and hold the exact ones. Not every two rows are compared. Let a near pair differ in at
    most :math:`d` columns. The columns are dealt into :math:`d + 2` bands; each difference spoils
    one band at most, so at least two bands are the same in both rows, and the two rows meet when
    all rows are sorted by a hash of those two bands. This is done for every two bands, and rows
    that meet are compared in full. Here :math:`d` is the share allowed of the largest number
    answered, rounded down, plus one for a blank in one row where the other has an answer. A pair
    can therefore be missed only if its blanks differ in more columns than that, if two bands hold
    fewer than eight answers, or if more than 50 rows share two bands and the two are not among 50
    neighbours. A shared share of .85 has been proposed as a sign of copying [1]_ and criticised for
    its false alarms [2]_.

    References
    ----------
    .. [1] Kuriakose & Robbins (2016). Statistical Journal of the IAOS, 32(3), 283-291.
    .. [2] Simmons, Mercer, Schwarzer & Kennedy (2016). Statistical Journal of the IAOS, 32(3),
       327-338.
    """
    codes = _to_codes(answers)
    rows = np.flatnonzero(compared & ((codes > 0).sum(axis=1) >= least_items))
    exact, near = np.zeros((2, len(answers)), dtype=np.int64)
    group, first = _same_rows(codes[rows])
    sizes = np.bincount(group, minlength=len(first))
    exact[rows] = sizes[group]
    chain = _near_rows(codes[rows[first]], least_items, near_share)
    near[rows] = np.bincount(chain, sizes)[chain][group]
    return DuplicateGroups(exact, near)


def are_varied(answers: Answers, most_same: float = 0.8) -> BoolArray:
    """Whether no single answer makes up more than this share of what a respondent answered.

    Two people who agree with everything have the same answers without having copied.
    """
    codes = _to_codes(answers)
    most = np.zeros(len(codes), dtype=np.int64)
    for code in range(1, int(codes.max(initial=0)) + 1):
        most = np.maximum(most, (codes == code).sum(axis=1))
    return np.asarray(most <= most_same * (codes > 0).sum(axis=1))


def _to_codes(answers: Answers) -> Codes:
    """Answers as small numbers from 1 on; 0 for none."""
    given = ~np.isnan(answers)
    lowest = float(np.min(answers, where=given, initial=np.inf))
    highest = float(np.max(answers, where=given, initial=-np.inf))
    if highest - lowest >= MOST_CODES:
        raise ValueError(f"answers range from {lowest} to {highest}; at most {MOST_CODES} apart")
    codes = np.zeros(answers.shape, dtype=np.uint8)
    for block in blocks(len(answers)):
        some = np.where(given[block], answers[block] - (lowest - 1), 0) if given.any() else 0
        if np.any(some != np.rint(some)):
            raise ValueError("answers must be whole numbers or missing")
        codes[block] = some
    return codes


def _hash_columns(codes: Codes, band_of: IntArray, n_bands: int) -> Hashes:
    """A number for the answers in each band; shape (n_rows, n_bands).

    Sums of the codes times random odd numbers, modulo 2 ** 64; bands add up to their union.
    """
    rng = np.random.default_rng(HASH_SEED)
    odd = rng.integers(0, 2**63, size=len(band_of), dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    hashes = np.zeros((len(codes), n_bands), dtype=np.uint64)
    for column, band in enumerate(band_of):
        hashes[:, band] += codes[:, column].astype(np.uint64) * odd[column]
    return hashes


def _same_rows(codes: Codes) -> tuple[IntArray, IntArray]:
    """Number of the group of each row, and the first row of each group."""
    hashes = _hash_columns(codes, np.zeros(codes.shape[1], dtype=np.int64), 1)[:, 0]
    order = np.argsort(hashes, kind="stable")
    starts = np.ones(len(codes), dtype=bool)
    starts[1:] = (codes[order[1:]] != codes[order[:-1]]).any(axis=1)
    group = np.empty(len(codes), dtype=np.int64)
    group[order] = np.cumsum(starts) - 1
    return group, order[starts]


def _near_rows(codes: Codes, least_items: int, near_share: float) -> IntArray:
    """Number of the chain of near pairs that each row is part of."""
    n_rows, n_columns = codes.shape
    answered = codes > 0
    most = int(answered.sum(axis=1).max(initial=0))
    n_bands = int((1 - near_share) * most + 1e-9) + SPARE + 2
    band_of = np.arange(n_columns) % n_bands
    hashes = _hash_columns(codes, band_of, n_bands)
    filled = np.stack([answered[:, band_of == band].sum(axis=1) for band in range(n_bands)], 1)
    pairs = [np.empty((0, 2), dtype=np.int64)]
    for a, b in combinations(range(n_bands), 2):
        rows = np.flatnonzero(filled[:, a] + filled[:, b] >= LEAST_IN_KEY)
        for left, right in _meetings(hashes[rows, a] + hashes[rows, b]):
            met = np.stack([rows[left], rows[right]], axis=1)
            pairs.append(met[_are_near(codes, met, least_items, near_share)])
    left, right = np.concatenate(pairs).T
    links = coo_array((np.ones(len(left), dtype=bool), (left, right)), shape=(n_rows, n_rows))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _meetings(keys: Hashes) -> list[tuple[IntArray, IntArray]]:
    """Places with the same key, two by two, among the nearest of each."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    found = []
    for distance in range(1, MOST_NEIGHBOURS + 1):
        same = np.flatnonzero(ordered[distance:] == ordered[:-distance])
        if not len(same):
            break
        found.append((order[same], order[same + distance]))
    return found


def _are_near(codes: Codes, pairs: IntArray, least_items: int, near_share: float) -> BoolArray:
    result = np.zeros(len(pairs), dtype=bool)
    for block in blocks(len(pairs), 200_000):
        one, other = codes[pairs[block, 0]], codes[pairs[block, 1]]
        both = (one > 0) & (other > 0)
        n_both = both.sum(axis=1)
        n_same = (both & (one == other)).sum(axis=1)
        result[block] = (n_both >= least_items) & (n_same >= near_share * n_both - 1e-9)
    return result
