"""How much answers vary where nobody agrees: what agreement is held against."""

from collections.abc import Mapping
from types import MappingProxyType

SLIGHTLY_SKEWED_VARIANCE: Mapping[int, float] = MappingProxyType(
    {5: 1.34, 6: 1.85, 7: 2.90, 8: 3.47, 9: 5.66, 10: 6.30, 11: 7.31}
)
"""Variance of a slightly skewed answer by number of categories: LeBreton & Senter (2008),
Organizational Research Methods, 11(4), 815-852, table 2, as it stands in LeBreton's R package WGA.
There is none for other numbers of categories."""


def uniform_variance(n_categories: int) -> float:
    r"""Variance of an answer drawn from all categories alike, :math:`(A^2 - 1) / 12`.

    Parameters
    ----------
    n_categories : int
        Number of categories :math:`A`.

    Returns
    -------
    float

    Examples
    --------
    >>> uniform_variance(5)
    2.0
    """
    return (n_categories**2 - 1) / 12
