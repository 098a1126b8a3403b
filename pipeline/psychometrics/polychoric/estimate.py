"""Thresholds and polychoric correlations of all pairs of items at once, from their tables."""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from pipeline.psychometrics._responses import FEWEST_RESPONDENTS, FloatArray, IntArray
from pipeline.psychometrics.counts import CodeArray, two_way_tables
from pipeline.psychometrics.polychoric.bivariate import (
    BEYOND,
    bivariate_normal_cdf,
    bivariate_normal_density,
)

EmptyCells = Literal["two_by_two", "all", "none"]
BoolArray = npt.NDArray[np.bool_]

LARGEST_CORRELATION = 1 - 1e-6
"""The search stays within plus and minus this."""

BOUNDARY = 0.9999
"""Beyond this a correlation has no standard error that means anything."""

NEAR_BOUNDARY = 0.9
"""Beyond this it is asked whether the boundary makes a table as probable as the estimate."""

SAME_LIKELIHOOD = 1e-6
"""Log-likelihoods that differ by less are the same."""

SMALLEST_PROBABILITY = 1e-12
"""A cell counts as this probable at least, so that no logarithm or ratio runs away."""

SMALLEST_STEP = 1e-6
"""Newton's steps shrink to their square, so what is left is far smaller."""
MOST_STEPS = 60
PAIRS_AT_ONCE = 2048


class Margins(NamedTuple):
    """What is known of each item alone; items with fewer categories are filled up.

    ``counts`` (n_items, C) and ``thresholds`` (n_items, C - 1); what is filled up has no
    respondents and lies beyond every threshold.
    """

    counts: FloatArray
    thresholds: FloatArray


class Pairs(NamedTuple):
    """Two-way tables of pairs of items, counts (n_pairs, C, C), and where their items are."""

    first: IntArray
    second: IntArray
    counts: FloatArray


class PairEstimates(NamedTuple):
    """Correlation of each pair; NaN where its table has none."""

    correlation: FloatArray
    at_boundary: BoolArray
    converged: BoolArray


class Cells(NamedTuple):
    """Probabilities of the cells of each table, and two derivatives in the correlation."""

    probability: FloatArray
    slope: FloatArray
    curvature: FloatArray


def correlations_of_codes(
    codes: CodeArray, n_categories: IntArray, empty_cells: EmptyCells = "two_by_two"
) -> FloatArray:
    """Polychoric correlations of encoded answers, for resampling; see `polychoric_correlations`.

    Parameters
    ----------
    codes : ndarray of int8, shape (n_respondents, n_items)
        Place of each answer among the categories of its item, -1 where there is none.
    n_categories : ndarray of int, shape (n_items,)
        Number of categories of each item; who uses fewer loses the others.
    empty_cells : {"two_by_two", "all", "none"}, optional
        See :func:`polychoric_correlations`.

    Returns
    -------
    ndarray, shape (n_items, n_items)
        Not smoothed; NaN where undefined.
    """
    table = two_way_tables(codes, n_categories, complete=bool((codes >= 0).all()))
    return correlations_of_table(table, n_categories, empty_cells)


def correlations_of_table(
    table: IntArray, n_categories: IntArray, empty_cells: EmptyCells = "two_by_two"
) -> FloatArray:
    """Polychoric correlations from all tables as blocks of one matrix."""
    margins, pairs = stacked(table, n_categories, empty_cells)
    found = estimate_pairs(pairs, margins)
    return as_matrix(found.correlation, pairs, diagonal_of(margins))


def diagonal_of(margins: Margins) -> FloatArray:
    """One for every item that varies, else NaN."""
    return np.where((margins.counts > 0).sum(axis=1) > 1, 1.0, np.nan)


def as_matrix(values: FloatArray, pairs: Pairs, diagonal: FloatArray) -> FloatArray:
    """A symmetric matrix from a value for each pair."""
    matrix = np.diag(diagonal)
    matrix[pairs.first, pairs.second] = matrix[pairs.second, pairs.first] = values
    return matrix


def stacked(
    table: IntArray, n_categories: IntArray, empty_cells: EmptyCells
) -> tuple[Margins, Pairs]:
    """Margins and pair tables over the categories that somebody chose, filled up to one size."""
    n_items, used = len(n_categories), np.diag(table) > 0
    item = np.repeat(np.arange(n_items), n_categories)[used]
    place = np.arange(len(item)) - np.searchsorted(item, item)
    size = int(place.max(initial=0)) + 1
    blocks = np.zeros((n_items, size, n_items, size))
    rows, columns = np.ix_(item, item), np.ix_(place, place)
    blocks[rows[0], columns[0], rows[1], columns[1]] = table[np.ix_(used, used)]
    everyone = np.arange(n_items)
    counts = blocks[everyone, :, everyone, :][:, np.arange(size), np.arange(size)]
    first, second = np.triu_indices(n_items, k=1)
    pairs = blocks[first, :, second, :]
    sizes = (counts > 0).sum(axis=1)
    _fill_empty_cells(pairs, sizes[first], sizes[second], empty_cells)
    return Margins(counts, thresholds_of(counts)), Pairs(first, second, pairs)


def thresholds_of(counts: FloatArray) -> FloatArray:
    """Normal quantiles of the cumulative shares of the categories, shape (n_items, C - 1)."""
    total = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shares = np.cumsum(counts, axis=1)[:, :-1] / total
    return np.asarray(np.clip(scipy.special.ndtri(np.minimum(shares, 1.0)), -BEYOND, BEYOND))


def estimate_pairs(pairs: Pairs, margins: Margins) -> PairEstimates:
    """Correlation that makes each table most probable, given the thresholds."""
    found = PairEstimates(
        np.full(len(pairs.first), np.nan),
        np.zeros(len(pairs.first), dtype=bool),
        np.ones(len(pairs.first), dtype=bool),
    )
    usable = np.flatnonzero(_have_correlation(pairs.counts))
    for start in range(0, len(usable), PAIRS_AT_ONCE):
        chosen = usable[start : start + PAIRS_AT_ONCE]
        part = Pairs(pairs.first[chosen], pairs.second[chosen], pairs.counts[chosen])
        for whole, own in zip(found, _search(part, margins), strict=True):
            whole[chosen] = own
    return found


def cells_of(correlation: FloatArray, row: FloatArray, column: FloatArray) -> Cells:
    """Probabilities of all cells and their derivatives, shape (n_pairs, C, C).

    Parameters
    ----------
    correlation : ndarray, shape (n_pairs,)
        Correlation of each pair.
    row, column : ndarray, shape (n_pairs, C - 1)
        Thresholds of its two items.
    """
    rho = correlation[:, None, None]
    h, k = row[:, :, None], column[:, None, :]
    size = row.shape[1] + 2
    below = np.zeros((len(rho), size, size))
    below[:, 1:-1, 1:-1] = bivariate_normal_cdf(h, k, rho)
    below[:, 1:-1, -1] = scipy.special.ndtr(row)
    below[:, -1, 1:-1] = scipy.special.ndtr(column)
    below[:, -1, -1] = 1
    slope, curvature = np.zeros((2, *below.shape))
    density = bivariate_normal_density(h, k, rho)
    slope[:, 1:-1, 1:-1] = density
    curvature[:, 1:-1, 1:-1] = density * _growth_of_density(h, k, rho)
    probability = np.maximum(_cells(below), SMALLEST_PROBABILITY)
    return Cells(probability, _cells(slope), _cells(curvature))


def _growth_of_density(h: FloatArray, k: FloatArray, rho: FloatArray) -> FloatArray:
    """Slope of the logarithm of the bivariate normal density in the correlation."""
    rest = 1 - rho**2
    return np.asarray((rho + (h * k * (1 + rho**2) - rho * (h**2 + k**2)) / rest) / rest)


def _cells(corners: FloatArray) -> FloatArray:
    """Differences over rows and columns: what lies between four corners."""
    rows = corners[:, 1:] - corners[:, :-1]
    return np.asarray(rows[:, :, 1:] - rows[:, :, :-1])


def _search(pairs: Pairs, margins: Margins) -> PairEstimates:
    """Newton's steps kept between two bounds that close in on the root of the slope."""
    row, column = margins.thresholds[pairs.first], margins.thresholds[pairs.second]
    rho = _start(pairs.counts, row, column)
    low, high = np.full(len(rho), -LARGEST_CORRELATION), np.full(len(rho), LARGEST_CORRELATION)
    active = np.arange(len(rho))
    for _ in range(MOST_STEPS):
        slope, information = _score(rho[active], pairs.counts[active], row[active], column[active])
        rising = slope > 0
        low[active] = np.where(rising, rho[active], low[active])
        high[active] = np.where(rising, high[active], rho[active])
        aim = rho[active] + slope / information
        inside = (aim > low[active]) & (aim < high[active])
        aim = np.where(inside, aim, (low[active] + high[active]) / 2)
        step = np.abs(aim - rho[active])
        rho[active] = aim
        active = active[step > SMALLEST_STEP]
        if not len(active):
            break
    rho = _moved_to_bound(rho, active, pairs, margins)
    perfect = _perfect_two_by_two(pairs, margins)
    rho = np.where(perfect != 0, perfect, rho)
    at_boundary = np.abs(rho) > BOUNDARY
    converged = at_boundary.copy()
    converged[np.setdiff1d(np.arange(len(rho)), active)] = True
    return PairEstimates(rho, at_boundary, converged)


def _moved_to_bound(
    rho: FloatArray, unfinished: IntArray, pairs: Pairs, margins: Margins
) -> FloatArray:
    """The bound in place of a correlation where it makes the table as probable.

    Towards 1 or -1 some log-likelihoods rise ever more slowly and then stay the same within
    rounding, so that the search ends anywhere on the way.
    """
    doubtful = np.abs(rho) > NEAR_BOUNDARY
    doubtful[unfinished] = True
    chosen = np.flatnonzero(doubtful)
    counts = pairs.counts[chosen]
    row, column = (margins.thresholds[side[chosen]] for side in (pairs.first, pairs.second))
    bound = np.copysign(LARGEST_CORRELATION, rho[chosen])
    found, outermost = (
        (counts * np.log(cells_of(value, row, column).probability)).sum(axis=(1, 2))
        for value in (rho[chosen], bound)
    )
    result = rho.copy()
    result[chosen] = np.where(outermost >= found - SAME_LIKELIHOOD, bound, rho[chosen])
    return result


def _score(
    rho: FloatArray, counts: FloatArray, row: FloatArray, column: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Slope of each log-likelihood, and its curvature turned positive; else what is expected."""
    cells = cells_of(rho, row, column)
    ratio = cells.slope / cells.probability
    slope = np.einsum("pab,pab->p", counts, ratio)
    observed = np.einsum("pab,pab->p", counts, ratio**2 - cells.curvature / cells.probability)
    expected = counts.sum(axis=(1, 2)) * np.einsum("pab,pab->p", cells.slope, ratio)
    return slope, np.maximum(np.where(observed > 0, observed, expected), 1e-300)


def _start(counts: FloatArray, row: FloatArray, column: FloatArray) -> FloatArray:
    """Pearson's correlation of the places, corrected for their coarseness (Olsson, 1979)."""
    places = np.arange(counts.shape[1], dtype=np.float64)
    n = counts.sum(axis=(1, 2))
    rows, columns = counts.sum(axis=2), counts.sum(axis=1)
    mean_row, mean_column = rows @ places / n, columns @ places / n
    product = np.einsum("pab,a,b->p", counts, places, places) / n - mean_row * mean_column
    height = np.exp(-(row**2) / 2).sum(axis=1) * np.exp(-(column**2) / 2).sum(axis=1)
    rho = product * 2 * np.pi / np.maximum(height, 1e-12)
    return np.asarray(np.clip(rho, -0.95, 0.95))


def _have_correlation(counts: FloatArray) -> BoolArray:
    """Whether both items vary among at least three respondents who answered both."""
    enough = counts.sum(axis=(1, 2)) >= FEWEST_RESPONDENTS
    rows, columns = (counts.sum(axis=axis) > 0 for axis in (2, 1))
    return np.asarray(enough & (rows.sum(axis=1) > 1) & (columns.sum(axis=1) > 1))


def _fill_empty_cells(
    counts: FloatArray, n_rows: IntArray, n_columns: IntArray, empty_cells: EmptyCells
) -> None:
    """Add to empty cells as the policy says; in a 2 x 2 table the margins are kept."""
    two = np.flatnonzero((n_rows == 2) & (n_columns == 2))
    if empty_cells != "none" and len(two):
        small = counts[two][:, :2, :2]
        one = (small == 0).sum(axis=(1, 2)) == 1
        on_diagonal = (small[:, 0, 0] == 0) | (small[:, 1, 1] == 0)
        shift = np.where(on_diagonal, 0.5, -0.5)[:, None, None] * [[1, -1], [-1, 1]]
        counts[two[one], :2, :2] += shift[one]
    if empty_cells == "all":
        inside = np.arange(counts.shape[1])
        real = (inside < n_rows[:, None])[:, :, None] & (inside < n_columns[:, None])[:, None, :]
        larger = ((n_rows > 2) | (n_columns > 2))[:, None, None]
        counts[real & larger & (counts == 0)] = 0.5


def _perfect_two_by_two(pairs: Pairs, margins: Margins) -> FloatArray:
    """One or minus one where the only answers lie on a diagonal of a 2 x 2 table, else zero."""
    filled = pairs.counts > 0
    lone = (filled.sum(axis=2) <= 1).all(axis=1) & (filled.sum(axis=1) <= 1).all(axis=1)
    of_two = (margins.counts > 0).sum(axis=1) == 2
    two = lone & (filled.sum(axis=(1, 2)) == 2) & of_two[pairs.first] & of_two[pairs.second]
    direction = np.where(filled[:, 0, 0], 1.0, -1.0)
    return np.where(two, direction, 0.0)
