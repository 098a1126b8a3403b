"""Limits between which the means of unremarkable sites lie, by the number of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
Place = Literal["inside", "outside_95", "outside_998"]

INNER, OUTER = 0.95, 0.998
"""Coverage of the inner and the outer limits (Spiegelhalter 2005)."""

N_POINTS = 100


@dataclass(frozen=True, slots=True)
class Funnel:
    """Limits around the centre, one entry a number of people.

    Attributes
    ----------
    n : ndarray
        People behind a mean.
    centre : float
        What sites have in common.
    low_95, high_95, low_998, high_998 : ndarray
        Ends of the ranges that hold 95 % and 99.8 % of unremarkable sites.
    """

    n: Numbers
    centre: float
    low_95: Numbers
    high_95: Numbers
    low_998: Numbers
    high_998: Numbers


def funnel_at(
    n: ArrayLike, centre: float, variance_within: float, variance_added: float = 0.0
) -> Funnel:
    r"""Limits of the funnel for given numbers of people.

    Parameters
    ----------
    n : array_like
        People behind a mean, 1 or more.
    centre : float
        What sites have in common.
    variance_within : float
        Variance :math:`\sigma^2` of people within sites.
    variance_added : float, optional
        Variance :math:`\tau^2` between sites that is allowed for; 0 for the funnel of chance alone.

    Raises
    ------
    ValueError
        If a number of people is below 1 or a variance is negative.

    Notes
    -----
    .. math:: \theta \pm z \sqrt{\sigma^2 / n + \tau^2}

    with the normal quantile z of .975 and of .999; the additive form for over-dispersion [1]_.

    References
    ----------
    .. [1] Spiegelhalter (2005). Statistics in Medicine, 24(8), 1185-1202.
    """
    from scipy.special import ndtri

    people = np.asarray(n, dtype=float)
    if not (people >= 1).all():
        raise ValueError("n must be 1 or more; leave out sites without people")
    if not (variance_within >= 0 and variance_added >= 0):
        raise ValueError("variances must be 0 or more")
    spread = np.sqrt(variance_within / people + variance_added)
    inner, outer = (ndtri((1 + level) / 2) * spread for level in (INNER, OUTER))
    return Funnel(people, centre, centre - inner, centre + inner, centre - outer, centre + outer)


def draw_funnel(
    n: ArrayLike,
    centre: float,
    variance_within: float,
    variance_added: float = 0.0,
    n_points: int = N_POINTS,
) -> Funnel:
    """The funnel as curves from the smallest to the largest of the numbers of people.

    Points are evenly spaced in the square root of n, where the curves bend little.

    Raises
    ------
    ValueError
        If there is no number of people, one is below 1, or a variance is negative.
    """
    people = np.asarray(n, dtype=float)
    if not people.size:
        raise ValueError("there is no number of people to draw the funnel for")
    grid = np.linspace(np.sqrt(people.min()), np.sqrt(people.max()), n_points) ** 2
    return funnel_at(grid, centre, variance_within, variance_added)


def place_in_funnel(mean: ArrayLike, limits: Funnel) -> NDArray[np.object_]:
    """Where each mean lies in limits made for its own number of people: a :data:`Place` each."""
    means = np.asarray(mean, dtype=float)
    places = np.full(means.shape, "inside", dtype=object)
    places[(means < limits.low_95) | (means > limits.high_95)] = "outside_95"
    places[(means < limits.low_998) | (means > limits.high_998)] = "outside_998"
    return places
