"""How alike two sets of loadings are."""

import numpy as np
import numpy.typing as npt

from pipeline.psychometrics._responses import FloatArray


def tucker_congruence(a: npt.ArrayLike, b: npt.ArrayLike) -> FloatArray:
    r"""Congruence of every column of `a` with every column of `b`.

    Parameters
    ----------
    a : array_like, shape (n_items, n_factors_a)
        Loadings.
    b : array_like, shape (n_items, n_factors_b)
        Loadings of the same items in the same order.

    Returns
    -------
    ndarray, shape (n_factors_a, n_factors_b)
        Between -1 and 1; 0 where one of the columns is zero.

    Raises
    ------
    ValueError
        If the two are not two-dimensional with the same number of rows, or a loading is missing.

    Notes
    -----
    .. math:: \phi_{jk} = \frac{\sum_i a_{ij} b_{ik}}{\sqrt{\sum_i a_{ij}^2 \sum_i b_{ik}^2}}

    From .85 fairly similar, from .95 practically equal [1]_.

    References
    ----------
    .. [1] Lorenzo-Seva & ten Berge (2006). Methodology, 2(2), 57-64.

    Examples
    --------
    >>> tucker_congruence([[0.8], [0.6]], [[0.4, -0.6], [0.3, 0.8]]).round(3).tolist()
    [[1.0, 0.0]]
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.ndim != 2 or second.ndim != 2 or len(first) != len(second):
        raise ValueError(f"need the same items twice, got shapes {first.shape} and {second.shape}")
    if np.isnan(first).any() or np.isnan(second).any():
        raise ValueError("a loading is missing; leave out the items without loadings")
    scale = np.outer(np.sqrt((first**2).sum(axis=0)), np.sqrt((second**2).sum(axis=0)))
    products = first.T @ second
    return np.divide(products, scale, out=np.zeros_like(products), where=scale > 0)
