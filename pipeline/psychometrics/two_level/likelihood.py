r"""Likelihood of answers in clusters, at any pair of covariance matrices.

A cluster of :math:`n` respondents has the covariance :math:`I_n \otimes \Sigma_W + 1 1' \otimes
\Sigma_B`. Its deviations from its own mean know only :math:`\Sigma_W`; :math:`\sqrt n` times its
mean has the covariance :math:`V_n = \Sigma_W + n \Sigma_B` [1]_. One change of basis makes all of
them diagonal: with :math:`\Sigma_W = T T'` and :math:`\Sigma_B = T D T'`, :math:`V_n = T (I + n D)
T'`. Hence the cost hardly depends on how many sizes of clusters there are.

References
----------
.. [1] McDonald & Goldstein (1989). British Journal of Mathematical and Statistical Psychology,
   42(2), 215-232.
"""

from typing import NamedTuple

import numpy as np
import scipy

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.two_level.clusters import ClusterMoments


class Basis(NamedTuple):
    """Axes on which both matrices are diagonal: within 1, between ``ratios`` (p,).

    ``root`` (p, p) is :math:`T`, ``inverse`` its inverse, ``log_determinant`` that of the
    covariance within.
    """

    root: FloatArray
    inverse: FloatArray
    ratios: FloatArray
    log_determinant: float


def common_basis(within: FloatArray, between: FloatArray) -> Basis | None:
    """Axes that make both matrices diagonal; none if the first is not positive definite."""
    if not (np.isfinite(within).all() and np.isfinite(between).all()):
        return None
    try:
        lower = np.linalg.cholesky(within)
    except np.linalg.LinAlgError:
        return None
    inverse = scipy.linalg.solve_triangular(lower, np.eye(len(lower)), lower=True)
    scaled = inverse @ between @ inverse.T
    ratios, axes = np.linalg.eigh((scaled + scaled.T) / 2)
    log_determinant = 2 * float(np.log(np.diag(lower)).sum())
    return Basis(lower @ axes, axes.T @ inverse, ratios, log_determinant)


class Point(NamedTuple):
    """Everything the likelihood needs at one place, on the common axes.

    ``scale`` (s, p) is 1 + n d for each size; ``within`` (p, p) the pooled covariance; ``rows``
    (m + s, p) the spread of the cluster means and the distance of their centres from the means of
    the model, with ``row_size`` (m + s,) the size of their clusters, ``row_scale`` the scale, and
    a centre times the root of the number of clusters.
    """

    basis: Basis
    scale: FloatArray
    within: FloatArray
    rows: FloatArray
    row_size: FloatArray
    row_scale: FloatArray
    distance: FloatArray


def at_point(
    moments: ClusterMoments, within: FloatArray, between: FloatArray, mean: FloatArray
) -> Point | None:
    """The data on the common axes; none where the likelihood is not defined."""
    basis = common_basis(within, between)
    if basis is None:
        return None
    scale = 1 + moments.sizes[:, None] * basis.ratios
    if (scale <= 1e-12).any():
        return None
    distance = (moments.centres - mean) @ basis.inverse.T
    places = np.concatenate([moments.spread_size, np.arange(len(moments.sizes))])
    centres = np.sqrt(moments.counts)[:, None] * distance
    return Point(
        basis,
        scale,
        basis.inverse @ moments.within @ basis.inverse.T,
        np.vstack([moments.spread @ basis.inverse.T, centres]),
        moments.sizes[places],
        scale[places],
        distance,
    )


def log_likelihood(
    moments: ClusterMoments, within: FloatArray, between: FloatArray, mean: FloatArray
) -> float:
    r"""Logarithm of the normal density of all answers.

    Parameters
    ----------
    moments : ClusterMoments
        Of the answers.
    within, between : ndarray, shape (p, p)
        Covariances of respondents around their cluster and of clusters. The second need not be
        positive definite, only :math:`\Sigma_W + n \Sigma_B` for every size of cluster.
    mean : ndarray, shape (p,)
        Means of the items.

    Returns
    -------
    float
        Minus infinity where a matrix is not positive definite.
    """
    point = at_point(moments, within, between, mean)
    return -np.inf if point is None else -deviance(moments, point) / 2


def deviance(moments: ClusterMoments, point: Point) -> float:
    """Minus twice the log-likelihood."""
    n, j = moments.n_respondents, moments.n_groups
    constant = n * (moments.n_items * np.log(2 * np.pi) + point.basis.log_determinant)
    of_means = float(moments.counts @ np.log(point.scale).sum(axis=1))
    distances = float((point.row_size[:, None] * point.rows**2 / point.row_scale).sum())
    return float(constant + of_means + (n - j) * np.trace(point.within) + distances)


class Slopes(NamedTuple):
    """Slopes of minus the log-likelihood on the common axes.

    ``within`` and ``between`` (p, p), each element counted; ``mean`` (p,).
    """

    within: FloatArray
    between: FloatArray
    mean: FloatArray

    def in_items(self, basis: Basis) -> "Slopes":
        """The same in the items."""
        inverse = basis.inverse
        return Slopes(
            inverse.T @ self.within @ inverse,
            inverse.T @ self.between @ inverse,
            inverse.T @ self.mean,
        )


def slopes_at(moments: ClusterMoments, point: Point) -> Slopes:
    """Slopes of minus the log-likelihood in both covariance matrices and the means."""
    freedom = moments.n_respondents - moments.n_groups
    by_scale = moments.counts[:, None] / point.scale
    rows = np.sqrt(point.row_size)[:, None] * point.rows / point.row_scale
    of_size = np.sqrt(point.row_size)[:, None] * rows
    of_within = freedom * (np.eye(moments.n_items) - point.within) - rows.T @ rows
    weighted = moments.sizes[:, None] * by_scale
    return Slopes(
        (of_within + np.diag(by_scale.sum(axis=0))) / 2,
        (np.diag(weighted.sum(axis=0)) - of_size.T @ of_size) / 2,
        -(weighted * point.distance).sum(axis=0),
    )


class Weights(NamedTuple):
    """Expected information on the common axes, where it has no covariances.

    An element (i, k) of both matrices has ``within``, ``between`` and ``both`` (p, p), each element
    counted once; a mean has ``mean`` (p,).
    """

    within: FloatArray
    both: FloatArray
    between: FloatArray
    mean: FloatArray


def expected_weights(moments: ClusterMoments, point: Point) -> Weights:
    r"""Expected information of elements of the two matrices.

    Notes
    -----
    .. math:: \tfrac12 \sum_n J_n\, n^q / \{(1 + n d_i)(1 + n d_k)\}, \quad q = 0, 1, 2

    for two elements within, one within and one between, and two between; the first gains
    :math:`(N - J) / 2` from deviations within clusters.
    """
    inverse = 1 / point.scale
    freedom = moments.n_respondents - moments.n_groups
    powers = [(moments.counts * moments.sizes**q)[:, None] * inverse for q in range(3)]
    within, both, between = (inverse.T @ power / 2 for power in powers)
    return Weights(within + freedom / 2, both, between, powers[1].sum(axis=0))


def best_mean(moments: ClusterMoments, basis: Basis) -> FloatArray:
    """The means of the items that are most likely, given both covariance matrices."""
    scale = 1 + moments.sizes[:, None] * basis.ratios
    weights = (moments.counts * moments.sizes)[:, None] / scale
    centres = moments.centres @ basis.inverse.T
    return np.asarray(basis.root @ ((weights * centres).sum(axis=0) / weights.sum(axis=0)))
