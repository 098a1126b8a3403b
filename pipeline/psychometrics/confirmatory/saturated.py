"""Means and covariances of answers of which some are missing, by maximum likelihood.

Respondents are grouped by the items they answered. Everything here is a function of means and
covariances of all items: how likely the answers are, how that changes, and where it is highest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from pipeline.psychometrics._responses import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

NUMBERS_AT_ONCE = 2_000_000
"""Of the inverses of the patterns that are held at the same time; 16 MB."""

EM_STEPS_AT_ONCE = 5
"""Sure but slow steps before the fast ones are tried, and again whenever these fail."""

MOST_EM_STEPS = 5_000
MOST_FAST_STEPS = 20
MOST_HALVINGS = 20

LAST_STEP = 1e-12
"""Decrease per respondent that a fast step promises, at which it is the last one: the error of
these steps is squared with each."""

SMALLEST_ROOT = 1e-10
"""Of the correlations; below, items determine one another and the likelihood has no maximum."""


class Stack(NamedTuple):
    """Rows of patterns one after the other.

    ``rows`` (t, p) with 0 where there is no answer, ``share`` (t,) how often the mean is contained
    in a row, ``bounds`` (k + 1,) where the patterns begin.
    """

    rows: FloatArray
    share: FloatArray
    bounds: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class MissingPatterns:
    """Answers grouped by which items were answered.

    Attributes
    ----------
    answered : ndarray of bool, shape (k, p)
        The items that the respondents of each pattern answered.
    counts : ndarray of int, shape (k,)
        Respondents of each pattern.
    order : ndarray of int, shape (n,)
        Row of the data of each respondent, pattern by pattern.
    respondents, summary : Stack
        The answers, and no more than p + 1 rows of each pattern with the same sums of products.
    n_without_answers : int
        Respondents left out, because they answered nothing.
    """

    answered: BoolArray
    counts: IntArray
    order: IntArray
    respondents: Stack
    summary: Stack
    n_without_answers: int

    @property
    def n(self) -> int:
        """Respondents with at least one answer."""
        return len(self.order)

    @property
    def n_items(self) -> int:
        """Items."""
        return int(self.answered.shape[1])

    @property
    def coverage(self) -> IntArray:
        """How many respondents answered both of two items, shape (p, p)."""
        answered = self.answered.astype(np.int64)
        return np.asarray((answered * self.counts[:, None]).T @ answered)

    @property
    def is_covered(self) -> BoolArray:
        """Whether anybody answered what a mean or covariance is about, shape (p + p*,)."""
        upper = np.triu_indices(self.n_items)
        coverage = self.coverage
        return np.concatenate([np.diag(coverage) > 0, coverage[upper] > 0])

    @classmethod
    def of(cls, rows: FloatArray) -> "MissingPatterns":
        """Group respondents (rows) by the items (columns) that are not NaN."""
        is_answered = ~np.isnan(rows)
        kept = np.flatnonzero(is_answered.any(axis=1))
        packed = np.packbits(is_answered[kept], axis=1)
        _, first, pattern = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        by_pattern = np.argsort(pattern.ravel(), kind="stable")
        counts = np.bincount(pattern.ravel(), minlength=len(first)).astype(np.int64)
        order = kept[by_pattern]
        answered = is_answered[kept][first]
        bounds = np.concatenate([[0], np.cumsum(counts)])
        filled = np.where(is_answered[order], rows[order], 0.0)
        respondents = Stack(filled, np.ones(len(order)), bounds)
        summary = _summary(respondents, answered)
        return cls(answered, counts, order, respondents, summary, len(rows) - len(kept))


def _summary(stack: Stack, answered: BoolArray) -> Stack:
    """Fewer rows with the same sums of products: a mean, and a root of the scatter."""
    rows, shares = [], []
    for items, begin, end in zip(answered, stack.bounds[:-1], stack.bounds[1:], strict=True):
        own = stack.rows[begin:end]
        share = stack.share[begin:end]
        if len(own) > items.sum() + 1:
            own, share = _mean_and_root(own, items)
        rows.append(own)
        shares.append(share)
    bounds = np.concatenate([[0], np.cumsum([len(own) for own in rows])])
    return Stack(np.vstack(rows), np.concatenate(shares), bounds)


def _mean_and_root(rows: FloatArray, items: BoolArray) -> tuple[FloatArray, FloatArray]:
    mean = rows.mean(axis=0)
    root = np.zeros((int(items.sum()), rows.shape[1]))
    root[:, items] = np.linalg.qr((rows - mean)[:, items], mode="r")
    share = np.zeros(len(root) + 1)
    share[0] = np.sqrt(len(rows))
    return np.vstack([share[0] * mean, root]), share


class _Piece(NamedTuple):
    """Some patterns at given means and covariances, see :func:`_pieces`."""

    patterns: slice
    rows: slice
    inverse: FloatArray
    log_determinant: FloatArray
    z: FloatArray


def _pieces(
    patterns: MissingPatterns, stack: Stack, covariance: FloatArray, mean: FloatArray
) -> Iterator[_Piece]:
    """Some patterns at a time.

    Inverses of the covariances of the items of each pattern, (c, p, p) with 0 elsewhere, and
    ``z`` (t, p), the rows less the mean times the inverse.
    """
    k, p = patterns.answered.shape
    at_once = max(1, NUMBERS_AT_ONCE // p**2)
    for begin in range(0, k, at_once):
        own = slice(begin, min(begin + at_once, k))
        inverse, log_determinant = _inverses(patterns.answered[own], covariance)
        bounds = stack.bounds[begin : own.stop + 1]
        rows = slice(int(bounds[0]), int(bounds[-1]))
        items = np.repeat(patterns.answered[own], np.diff(bounds), axis=0)
        z = stack.rows[rows] - stack.share[rows, None] * mean * items
        for each, (first, last) in enumerate(
            zip(bounds[:-1] - rows.start, bounds[1:] - rows.start, strict=True)
        ):
            z[first:last] = z[first:last] @ inverse[each]
        yield _Piece(own, rows, inverse, log_determinant, z)


def _inverses(answered: BoolArray, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """An item without an answer counts as one with variance 1 that goes with no other."""
    both = answered[:, :, None] & answered[:, None, :]
    diagonal = np.arange(len(covariance))
    filled = np.where(both, covariance, 0.0)
    filled[:, diagonal, diagonal] += ~answered
    log_determinant = np.linalg.slogdet(filled)[1]
    return np.linalg.inv(filled) * both, log_determinant


class Likelihood(NamedTuple):
    r"""Minus twice the log-likelihood of a respondent on average, with its slopes.

    ``by_covariance`` (p, p) counts each element of the covariances for itself, ``by_mean`` (p,).
    """

    value: float
    by_covariance: FloatArray
    by_mean: FloatArray


def likelihood(patterns: MissingPatterns, covariance: FloatArray, mean: FloatArray) -> Likelihood:
    r"""How likely the answers are at given means and covariances of all items.

    Returns
    -------
    Likelihood
        Infinite if `covariance` is not positive definite; its slopes are then 0.

    Notes
    -----
    With :math:`W_i` the inverse of the covariances of the items that respondent i answered and
    :math:`z_i = W_i (x_i - \mu_i)`, both filled up with 0:

    .. math:: F = \frac1n \sum_i [p_i \log 2\pi - \log|W_i| + (x_i - \mu_i)'z_i], \quad
              \frac{\partial F}{\partial\Sigma} = \frac1n \sum_i (W_i - z_i z_i'), \quad
              \frac{\partial F}{\partial\mu} = -\frac2n \sum_i z_i
    """
    p = patterns.n_items
    if not _is_positive_definite(covariance):
        return Likelihood(np.inf, np.zeros((p, p)), np.zeros(p))
    value = float(patterns.counts @ patterns.answered.sum(axis=1)) * np.log(2 * np.pi)
    by_covariance, by_mean = np.zeros((p, p)), np.zeros(p)
    stack = patterns.summary
    for piece in _pieces(patterns, stack, covariance, mean):
        counts, share = patterns.counts[piece.patterns], stack.share[piece.rows]
        deviation = stack.rows[piece.rows] - share[:, None] * mean
        value += float(counts @ piece.log_determinant + np.sum(deviation * piece.z))
        by_covariance += np.tensordot(counts, piece.inverse, 1) - piece.z.T @ piece.z
        by_mean -= 2 * share @ piece.z
    n = patterns.n
    return Likelihood(value / n, by_covariance / n, by_mean / n)


def _is_positive_definite(covariance: FloatArray) -> bool:
    if not np.isfinite(covariance).all():
        return False
    try:
        np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        return False
    return True


def expected_moment_information(patterns: MissingPatterns, covariance: FloatArray) -> FloatArray:
    """Expected information of one respondent, if answers are missing as often as here.

    About means and covariances (upper triangle, row by row); shape (p + p*, p + p*).
    """
    return _information(patterns, covariance, None)


def observed_moment_information(
    patterns: MissingPatterns, covariance: FloatArray, mean: FloatArray
) -> FloatArray:
    """Half the second slopes of :func:`likelihood`.

    In means and covariances (upper triangle, row by row); shape (p + p*, p + p*).
    """
    return _information(patterns, covariance, mean)


def _information(
    patterns: MissingPatterns, covariance: FloatArray, mean: FloatArray | None
) -> FloatArray:
    r"""Observed information, or expected information without a mean.

    Notes
    -----
    With :math:`P = \frac1{n_j}\sum_i z_i z_i' - \frac12 W_j` of each pattern, or its expected
    value :math:`\frac12 W_j`, half the second slope in :math:`\sigma_{ab}, \sigma_{cd}` is the
    mean of :math:`W_{bc}P_{da} + W_{bd}P_{ca} + W_{ac}P_{db} + W_{ad}P_{cb}`, that in
    :math:`\mu_a, \sigma_{cd}` is that of :math:`W_{ac}z_d + W_{ad}z_c`, halved for each variance.
    """
    p = patterns.n_items
    first, second = np.triu_indices(p)
    products = np.zeros((len(first), len(first)))
    crossed = np.zeros((len(first), p))
    inverses = np.zeros(len(first))
    centre = np.zeros(p) if mean is None else mean
    for piece in _pieces(patterns, patterns.summary, covariance, centre):
        weights = piece.inverse[:, first, second]
        counted = weights * patterns.counts[piece.patterns, None]
        inverses += counted.sum(axis=0)
        if mean is None:
            products += counted.T @ weights / 2
            continue
        sums, squares = _sums_by_pattern(patterns, piece)
        products += weights.T @ (squares[:, first, second] - counted / 2)
        crossed += weights.T @ sums
    return _assembled(products / patterns.n, crossed / patterns.n, inverses / patterns.n)


def _sums_by_pattern(patterns: MissingPatterns, piece: _Piece) -> tuple[FloatArray, FloatArray]:
    """Sums (c, p) of z and (c, p, p) of its products over the respondents of each pattern."""
    stack = patterns.summary
    begins = stack.bounds[piece.patterns] - piece.rows.start
    sums = np.add.reduceat(stack.share[piece.rows, None] * piece.z, begins, axis=0)
    ends = np.append(begins[1:], len(piece.z))
    squares = np.stack([piece.z[a:b].T @ piece.z[a:b] for a, b in zip(begins, ends, strict=True)])
    return sums, squares


def _assembled(products: FloatArray, crossed: FloatArray, inverses: FloatArray) -> FloatArray:
    p = crossed.shape[1]
    first, second = np.triu_indices(p)
    place = np.zeros((p, p), dtype=np.int64)
    place[first, second] = place[second, first] = np.arange(len(first))
    half = halves(p)

    def product(one: IntArray, other: IntArray, third: IntArray, fourth: IntArray) -> FloatArray:
        return np.asarray(products[place[np.ix_(one, other)], place[np.ix_(fourth, third)]])

    by_covariances = (
        product(second, first, second, first)
        + product(second, second, first, first)
        + product(first, first, second, second)
        + product(first, second, first, second)
    )
    items = np.arange(p)
    by_both = crossed[place[:, first], second] + crossed[place[:, second], first]
    result = np.zeros((p + len(first), p + len(first)))
    result[:p, :p] = inverses[place]
    result[:p, p:] = by_both[items] * half
    result[p:, :p] = result[:p, p:].T
    result[p:, p:] = by_covariances * np.outer(half, half)
    return result


def halves(p: int) -> FloatArray:
    """1/2 for each variance and 1 for each covariance, upper triangle row by row."""
    first, second = np.triu_indices(p)
    return np.where(first == second, 0.5, 1.0)


def moment_scores(
    patterns: MissingPatterns, covariance: FloatArray, mean: FloatArray
) -> Iterator[tuple[IntArray, FloatArray]]:
    """Slopes of the log-likelihood of each respondent, some patterns at a time.

    Rows of the data, and slopes (rows, p + p*) in means and covariances (upper triangle, row by
    row).
    """
    first, second = np.triu_indices(patterns.n_items)
    half = halves(patterns.n_items)
    stack = patterns.respondents
    for piece in _pieces(patterns, stack, covariance, mean):
        bounds = stack.bounds[piece.patterns.start : piece.patterns.stop + 1]
        weights = np.repeat(piece.inverse[:, first, second], np.diff(bounds), axis=0)
        by_covariance = half * (piece.z[:, first] * piece.z[:, second] - weights)
        yield patterns.order[piece.rows], np.hstack([piece.z, by_covariance])


def first_order_information(
    patterns: MissingPatterns,
    covariance: FloatArray,
    mean: FloatArray,
    clusters: IntArray | None = None,
) -> FloatArray:
    """Mean product of the slopes of respondents; shape (p + p*, p + p*).

    With J clusters the slopes of their respondents are added up before, and the sum of products is
    stretched by J / (J - 1); it is still divided by the number of respondents.
    """
    width = patterns.n_items * (patterns.n_items + 3) // 2
    total = np.zeros((width, width))
    if clusters is None:
        for _, scores in moment_scores(patterns, covariance, mean):
            total += scores.T @ scores
        return total / patterns.n
    sums = np.zeros((int(clusters.max()) + 1, width))
    for rows, scores in moment_scores(patterns, covariance, mean):
        np.add.at(sums, clusters[rows], scores)
    return sums.T @ sums / patterns.n * len(sums) / (len(sums) - 1)


class SaturatedMoments(NamedTuple):
    """The most likely means (p,) and covariances (p, p) of all items.

    ``value`` is minus twice their log-likelihood per respondent, ``converged`` whether the search
    ended there.
    """

    mean: FloatArray
    covariance: FloatArray
    value: float
    n_steps: int
    converged: bool


def saturated_moments(patterns: MissingPatterns) -> SaturatedMoments:
    r"""Most likely means and covariances of all items, without any model of them.

    Raises
    ------
    ValueError
        If nobody answered one of the items, or all gave it the same answer.

    Notes
    -----
    EM steps [1]_, :math:`\mu + \delta` and :math:`\Sigma - \Sigma G \Sigma - \delta\delta'` with
    :math:`\delta = \Sigma \bar z` and G the slopes in the covariances; from near the maximum
    Newton's steps, until nothing is gained.

    References
    ----------
    .. [1] Dempster, Laird & Rubin (1977). Journal of the Royal Statistical Society B, 39, 1-38.
    """
    mean, variance = answered_moments(patterns)
    now = SaturatedMoments(mean, np.diag(variance), np.inf, 0, False)
    while now.n_steps < MOST_EM_STEPS:
        before = now.value
        for _ in range(EM_STEPS_AT_ONCE):
            now = _em_step(patterns, now)
        if _is_nearly_singular(now.covariance):
            return now
        now = _newton(patterns, now)
        if now.converged or abs(before - now.value) <= 1e-15 * abs(now.value):
            return now
    return now


def _is_nearly_singular(covariance: FloatArray) -> bool:
    variance = np.diag(covariance)
    if not np.isfinite(covariance).all() or (variance <= 0).any():
        return True
    deviation = np.sqrt(variance)
    roots = np.linalg.eigvalsh(covariance / np.outer(deviation, deviation))
    return bool(roots[0] < SMALLEST_ROOT)


def answered_moments(patterns: MissingPatterns) -> tuple[FloatArray, FloatArray]:
    """Mean and variance (divisor: number of answers) of each item, from those who answered it.

    Raises
    ------
    ValueError
        If nobody answered one of the items, or all gave it the same answer.
    """
    answered = np.repeat(patterns.answered, patterns.counts, axis=0)
    count = answered.sum(axis=0)
    if (count == 0).any():
        raise ValueError("nobody answered one of the items; leave it out")
    rows = patterns.respondents.rows
    mean = rows.sum(axis=0) / count
    variance = (np.where(answered, rows - mean, 0.0) ** 2).sum(axis=0) / count
    if (variance <= 1e-14 * (mean**2 + 1e-300)).any():
        raise ValueError("everybody gave the same answer to one of the items; leave it out")
    return mean, variance


def _em_step(patterns: MissingPatterns, now: SaturatedMoments) -> SaturatedMoments:
    at = likelihood(patterns, now.covariance, now.mean)
    shift = now.covariance @ at.by_mean / -2
    covariance = now.covariance - now.covariance @ at.by_covariance @ now.covariance
    covariance -= np.outer(shift, shift)
    covariance = (covariance + covariance.T) / 2
    return SaturatedMoments(now.mean + shift, covariance, at.value, now.n_steps + 1, False)


def _newton(patterns: MissingPatterns, now: SaturatedMoments) -> SaturatedMoments:
    """Newton's steps from `now` for as long as they help."""
    at = likelihood(patterns, now.covariance, now.mean)
    now = now._replace(value=at.value)
    for _ in range(MOST_FAST_STEPS):
        step, promised = _newton_step(patterns, now, at)
        if step is None:
            return now
        moved = _moved(patterns, now, step, promised)
        if moved is None or moved.converged:
            return moved or now
        now = moved
        at = likelihood(patterns, now.covariance, now.mean)
    return now


def _moved(
    patterns: MissingPatterns, now: SaturatedMoments, step: FloatArray, promised: float
) -> SaturatedMoments | None:
    """As far along a step as the value falls; nowhere if it never does."""
    p = patterns.n_items
    change = np.zeros((p, p))
    change[np.triu_indices(p)] = step[p:]
    change += np.triu(change, 1).T
    for halving in range(MOST_HALVINGS):
        length = 0.5**halving
        mean, covariance = now.mean + length * step[:p], now.covariance + length * change
        value = likelihood(patterns, covariance, mean).value
        is_last = promised <= LAST_STEP and bool(np.isfinite(value))
        if is_last or value < now.value:
            return SaturatedMoments(mean, covariance, value, now.n_steps + 1, is_last)
    return None


def _newton_step(
    patterns: MissingPatterns, now: SaturatedMoments, at: Likelihood
) -> tuple[FloatArray | None, float]:
    """A step and the decrease it promises; no step where the surface is not curved upwards."""
    p, covered = patterns.n_items, patterns.is_covered
    information = observed_moment_information(patterns, now.covariance, now.mean)
    by_covariance = halves(p) * at.by_covariance[np.triu_indices(p)]
    slopes = np.concatenate([at.by_mean / 2, by_covariance])
    try:
        root = scipy.linalg.cho_factor(information[np.ix_(covered, covered)], lower=True)
    except np.linalg.LinAlgError:
        return None, np.inf
    step = np.zeros_like(slopes)
    step[covered] = -scipy.linalg.cho_solve(root, slopes[covered])
    return step, float(-slopes @ step)
