"""Unrotated factors of a correlation matrix.

Written here because a bootstrap needs the same solution hundreds of times. factor_analyzer finds
the same loadings with numerical derivatives, fifty times as slowly; the tests compare the two.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.psychometrics._responses import FloatArray

ExtractionMethod = Literal["minres", "ml", "pa"]
EXTRACTION_METHODS: tuple[ExtractionMethod, ...] = ("minres", "ml", "pa")

SMALLEST_UNIQUENESS = 0.005
"""Uniquenesses are not sought below this, as in R psych's ``fa``."""

LARGEST_GRADIENT = 1e-8
"""The search has arrived when no slope that leads out of the bounds is left above this."""

MOST_STEPS = 200
MOST_HALVINGS = 30

PRINCIPAL_AXIS_STEPS = 50
PRINCIPAL_AXIS_CHANGE = 0.001
"""Principal axis stops at a smaller change in the sum of communalities, as R psych's ``fa``."""


class Extraction(NamedTuple):
    """Unrotated loadings and how the search for them ended."""

    loadings: FloatArray
    """Shape (n_items, n_factors); columns by decreasing eigenvalue, their sums not negative."""
    uniquenesses: FloatArray
    """Shape (n_items,); the parts of the variances that the factors leave unexplained."""
    discrepancy: float
    """The least value found of what the method makes small."""
    converged: bool
    at_bound: bool
    """Whether a uniqueness was held at .005, or is negative (a Heywood case)."""


class _Point(NamedTuple):
    """The discrepancy at some uniquenesses, with its slope and curvature."""

    value: float
    slope: FloatArray
    curvature: Callable[[], tuple[FloatArray, FloatArray]]
    """The exact matrix of second derivatives, and one that is never negative definite."""


_Discrepancy = Callable[[FloatArray], _Point]


def extract(
    correlations: FloatArray,
    n_factors: int,
    method: ExtractionMethod = "minres",
    start: FloatArray | None = None,
) -> Extraction:
    r"""Loadings of items on uncorrelated, unrotated factors.

    Parameters
    ----------
    correlations : ndarray, shape (n_items, n_items)
        Correlations without holes; positive definite for ``ml``.
    n_factors : int
        Number of factors, fewer than there are items.
    method : {"minres", "ml", "pa"}, optional
        Least squares of the residual correlations, maximum likelihood, or iterated principal axis.
    start : ndarray, shape (n_items,), optional
        Uniquenesses to start from, such as those of a similar matrix; not used by ``pa``.

    Returns
    -------
    Extraction

    Raises
    ------
    ValueError
        If the matrix is not square or has holes, is not positive definite for ``ml``, there are
        as many factors as items, or the method is unknown.

    Notes
    -----
    For given uniquenesses :math:`\Psi` the best loadings are known, and what is left to minimise is

    .. math:: F_{minres} = \tfrac12 \sum_{m > k} \theta_m^2, \qquad
              F_{ml} = \sum_{m > k} (\theta_m - \ln \theta_m - 1)

    with :math:`\theta_m` the eigenvalues, largest first, of :math:`R - \Psi` and of
    :math:`\Psi^{-1/2} R \Psi^{-1/2}` [1]_, [2]_. The search takes Newton steps with exact second
    derivatives [3]_ between the bounds .005 and 1, for ``ml`` over :math:`\ln \Psi`. Principal axis
    puts the communalities of one step on the diagonal of the next and stops where R psych's
    ``fa`` does, at a change of .001 in their sum or after 50 steps; carried on, it comes to minres.

    References
    ----------
    .. [1] Harman & Jones (1966). Psychometrika, 31(3), 351-368.
    .. [2] Joreskog (1967). Psychometrika, 32(4), 443-482.
    .. [3] Clarke (1970). British Journal of Mathematical and Statistical Psychology, 23(1), 43-52.

    Examples
    --------
    >>> weights = np.array([0.8, 0.7, 0.6, 0.5])
    >>> correlations = np.outer(weights, weights)
    >>> np.fill_diagonal(correlations, 1.0)
    >>> extract(correlations, n_factors=1).loadings.ravel().round(3).tolist()
    [0.8, 0.7, 0.6, 0.5]
    """
    correlations = np.asarray(correlations, dtype=np.float64)
    _check(correlations, n_factors, method)
    if method == "pa":
        return _principal_axis(correlations, n_factors)
    first = _starting_uniquenesses(correlations, n_factors) if start is None else start
    bounded = np.clip(first, SMALLEST_UNIQUENESS, 1.0)
    if method == "minres":
        return _minres(correlations, n_factors, bounded)
    return _maximum_likelihood(correlations, n_factors, bounded)


def _check(correlations: FloatArray, n_factors: int, method: str) -> None:
    if correlations.ndim != 2 or len(correlations) != correlations.shape[1]:
        raise ValueError(f"need a square matrix, got shape {correlations.shape}")
    if not np.isfinite(correlations).all():
        raise ValueError("a correlation is missing; leave out the items without correlations")
    if not 1 <= n_factors < len(correlations):
        raise ValueError(
            f"n_factors must be at least 1 and less than the {len(correlations)} items, "
            f"got {n_factors}"
        )
    if method not in EXTRACTION_METHODS:
        raise ValueError(f"unknown method {method!r}; there are {', '.join(EXTRACTION_METHODS)}")
    if method == "ml" and np.linalg.eigvalsh(correlations)[0] <= 0:
        raise ValueError("the matrix is not positive definite; maximum likelihood needs that")


def _starting_uniquenesses(correlations: FloatArray, n_factors: int) -> FloatArray:
    """A little less than what the other items leave unexplained of each (Joreskog, 1967)."""
    left = 1 / np.diag(np.linalg.pinv(correlations, hermitian=True))
    start: FloatArray = (1 - 0.5 * n_factors / len(correlations)) * left
    return start


def _minres(correlations: FloatArray, n_factors: int, start: FloatArray) -> Extraction:
    def discrepancy(uniquenesses: FloatArray) -> _Point:
        return _least_squares(correlations, uniquenesses, n_factors)

    low, high = SMALLEST_UNIQUENESS, 1.0
    uniquenesses, value, converged = _minimise(discrepancy, start, low, high)
    eigenvalues, vectors = np.linalg.eigh(correlations - np.diag(uniquenesses))
    loadings = vectors * np.sqrt(np.maximum(eigenvalues, 0))
    at_bound = bool((uniquenesses <= SMALLEST_UNIQUENESS).any())
    return Extraction(_leading(loadings, n_factors), uniquenesses, value, converged, at_bound)


def _maximum_likelihood(correlations: FloatArray, n_factors: int, start: FloatArray) -> Extraction:
    def discrepancy(logarithms: FloatArray) -> _Point:
        return _likelihood(correlations, logarithms, n_factors)

    low = float(np.log(SMALLEST_UNIQUENESS))
    logarithms, value, converged = _minimise(discrepancy, np.log(start), low, 0.0)
    eigenvalues, vectors = _scaled_eigen(correlations, logarithms)
    lengths = np.sqrt(np.maximum(eigenvalues - 1, 0))
    loadings = np.exp(logarithms / 2)[:, None] * vectors * lengths
    at_bound = bool((logarithms <= low).any())
    return Extraction(_leading(loadings, n_factors), np.exp(logarithms), value, converged, at_bound)


def _principal_axis(correlations: FloatArray, n_factors: int) -> Extraction:
    reduced = np.array(correlations)
    communalities = 1 - 1 / np.diag(np.linalg.pinv(correlations, hermitian=True))
    change, steps = np.inf, 0
    while change > PRINCIPAL_AXIS_CHANGE and steps < PRINCIPAL_AXIS_STEPS:
        np.fill_diagonal(reduced, communalities)
        eigenvalues, vectors = np.linalg.eigh(reduced)
        loadings = _leading(vectors * np.sqrt(np.maximum(eigenvalues, 0)), n_factors)
        before, communalities = communalities, (loadings**2).sum(axis=1)
        change, steps = abs(float(communalities.sum() - before.sum())), steps + 1
    apart = (correlations - loadings @ loadings.T)[np.triu_indices(len(correlations), k=1)]
    return Extraction(
        loadings=loadings,
        uniquenesses=1 - communalities,
        discrepancy=float((apart**2).sum()),
        converged=change <= PRINCIPAL_AXIS_CHANGE,
        at_bound=bool((communalities >= 1 - SMALLEST_UNIQUENESS).any()),
    )


def _leading(loadings: FloatArray, n_factors: int) -> FloatArray:
    """The columns of the largest eigenvalues, largest first, each turned to a positive sum."""
    leading = loadings[:, : -n_factors - 1 : -1]
    turned: FloatArray = leading * np.where(leading.sum(axis=0) < 0, -1.0, 1.0)
    return turned


def _least_squares(correlations: FloatArray, uniquenesses: FloatArray, n_factors: int) -> _Point:
    """Half the sum of the squared eigenvalues that are left over, as the uniquenesses change."""
    eigenvalues, vectors = np.linalg.eigh(correlations - np.diag(uniquenesses))
    rest, kept = eigenvalues[:-n_factors], eigenvalues[-n_factors:]
    left, used = vectors[:, :-n_factors], vectors[:, -n_factors:]

    def curvature() -> tuple[FloatArray, FloatArray]:
        never_negative = (left @ left.T) ** 2
        weights = 2 * rest[:, None] / _apart(rest, kept)
        return never_negative + _mixed(left, used, weights), never_negative

    return _Point(float((rest**2).sum() / 2), -(left**2) @ rest, curvature)


def _likelihood(correlations: FloatArray, logarithms: FloatArray, n_factors: int) -> _Point:
    """The likelihood discrepancy, as the logarithms of the uniquenesses change."""
    eigenvalues, vectors = _scaled_eigen(correlations, logarithms)
    rest, kept = eigenvalues[:-n_factors], eigenvalues[-n_factors:]
    left, used = vectors[:, :-n_factors], vectors[:, -n_factors:]

    def curvature() -> tuple[FloatArray, FloatArray]:
        never_negative = (left @ left.T) * ((left * rest) @ left.T)
        weights = (rest[:, None] - 1) * (rest[:, None] + kept) / _apart(rest, kept)
        return never_negative + _mixed(left, used, weights), never_negative

    value = float((rest - np.log(rest) - 1).sum())
    return _Point(value, -(left**2) @ (rest - 1), curvature)


def _scaled_eigen(
    correlations: FloatArray, logarithms: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Ascending eigenvalues and their vectors once each item has a uniqueness of one."""
    scale = np.exp(-logarithms / 2)
    eigenvalues, vectors = np.linalg.eigh(correlations * np.outer(scale, scale))
    return np.maximum(eigenvalues, np.finfo(np.float64).tiny), vectors


def _apart(rest: FloatArray, kept: FloatArray) -> FloatArray:
    """How far each left-over eigenvalue lies below each of those kept, and never zero."""
    return np.minimum(rest[:, None] - kept, -1e-10)


def _mixed(left: FloatArray, used: FloatArray, weights: FloatArray) -> FloatArray:
    """Sum over left-over vectors m and used vectors n of w_mn v_im v_jm v_in v_jn."""
    per_factor = np.matmul(left * weights.T[:, None, :], left.T)
    summed: FloatArray = np.einsum("in,jn,nij->ij", used, used, per_factor, optimize=True)
    return summed


def _minimise(
    discrepancy: _Discrepancy, start: FloatArray, low: float, high: float
) -> tuple[FloatArray, float, bool]:
    """Newton's method between bounds: the point reached, its value, and whether it is lowest."""
    place, point = start, discrepancy(start)
    for _ in range(MOST_STEPS):
        if _distance_to_go(place, point.slope, low, high) < LARGEST_GRADIENT:
            break
        moved = _step(discrepancy, place, point, low, high)
        if moved is None:
            break
        place, point = moved
    arrived = _distance_to_go(place, point.slope, low, high) < LARGEST_GRADIENT * 100
    return place, point.value, arrived


def _distance_to_go(place: FloatArray, slope: FloatArray, low: float, high: float) -> float:
    """The largest slope that does not lead out of the bounds."""
    return float(np.abs(np.clip(place - slope, low, high) - place).max())


def _step(
    discrepancy: _Discrepancy, place: FloatArray, point: _Point, low: float, high: float
) -> tuple[FloatArray, _Point] | None:
    """A step to a lower point, first tried at full length; None if there is none."""
    held = ((place <= low) & (point.slope > 0)) | ((place >= high) & (point.slope < 0))
    direction = np.zeros_like(place)
    direction[~held] = _newton(point, ~held)
    for _ in range(MOST_HALVINGS):
        moved = np.clip(place + direction, low, high)
        reached = discrepancy(moved)
        if reached.value <= point.value + 1e-4 * float(point.slope @ (moved - place)):
            return moved, reached
        direction = direction / 2
    return None


def _newton(point: _Point, free: npt.NDArray[np.bool_]) -> FloatArray:
    """The way to the lowest point of the parabola, for the uniquenesses that are free to move."""
    block = np.ix_(free, free)
    exact, never_negative = (matrix[block] for matrix in point.curvature())
    try:
        np.linalg.cholesky(exact)
    except np.linalg.LinAlgError:
        exact = never_negative + 1e-8 * np.eye(len(never_negative))
    return -np.asarray(np.linalg.solve(exact, point.slope[free]), dtype=np.float64)
