"""Numbers with what each unit adds to their error, so that they can be added and compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._distributions import normal_quantile, normal_reach
from pipeline.psychometrics._responses import FloatArray


class Interval(NamedTuple):
    """The two ends of an interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Influenced:
    r"""An estimate and what each unit adds to its error.

    Attributes
    ----------
    value : float
        The estimate.
    influence : ndarray, shape (n_units,)
        What each unit moves the estimate by, 0 for units that are not used.
    n : int
        Units behind it.

    Notes
    -----
    With influences :math:`\psi_i` the variance of an estimate is :math:`\sum_i \psi_i^2`, and the
    covariance of two estimates from the same units :math:`\sum_i \psi_i \phi_i`; nothing is assumed
    of the distribution of the answers [1]_. For correlations it is the asymptotic covariance of
    Steiger and Hakstian [2]_.

    References
    ----------
    .. [1] Hampel (1974). Journal of the American Statistical Association, 69(346), 383-393.
    .. [2] Steiger & Hakstian (1982). British Journal of Mathematical and Statistical Psychology,
       35(2), 208-215.
    """

    value: float
    influence: FloatArray
    n: int

    @property
    def se(self) -> float:
        """Standard error."""
        return sqrt(float(self.influence @ self.influence))

    def times(self, factor: float) -> Influenced:
        """The estimate multiplied by a constant."""
        return Influenced(factor * self.value, factor * self.influence, self.n)

    def minus(self, other: Influenced) -> Influenced:
        """The difference of two estimates from the same units."""
        difference = self.influence - other.influence
        return Influenced(self.value - other.value, difference, min(self.n, other.n))

    def magnitude(self) -> Influenced:
        """The estimate with its sign left aside."""
        return self.times(-1.0) if self.value < 0 else self

    def interval(self, confidence_level: float) -> Interval:
        """Symmetric interval with the normal quantile."""
        half = normal_reach(confidence_level) * self.se
        return Interval(self.value - half, self.value + half)


def mean_of(estimates: Sequence[Influenced]) -> Influenced:
    """The mean of several estimates from the same units."""
    return Influenced(
        float(np.mean([one.value for one in estimates])),
        np.asarray(np.mean([one.influence for one in estimates], axis=0)),
        min(one.n for one in estimates),
    )


class Place(NamedTuple):
    """A place in a ranking, 1 for the highest, with the places that chance leaves open."""

    place: int
    low: int
    high: int


def place_of(target: Influenced, others: Sequence[Influenced], confidence_level: float) -> Place:
    r"""The place of an estimate among others, by size.

    Notes
    -----
    The place is 1 and one more for each larger estimate. The interval goes from 1 and one more for
    each other that is larger beyond chance, to the last place less one for each other that is
    smaller beyond chance. Differences are tested with the normal quantile at
    :math:`(1 - c) / 2k`, :math:`c` the confidence level and :math:`k` the number of others, so that
    all tests hold together [1]_.

    References
    ----------
    .. [1] Mogstad, Romano, Shaikh & Wilhelm (2024). Review of Economic Studies, 91(1), 476-518.
    """
    reach = -normal_quantile((1 - confidence_level) / 2 / max(len(others), 1))
    ahead = [other.minus(target) for other in others]
    return Place(
        place=1 + sum(one.value > 0 for one in ahead),
        low=1 + sum(one.value > reach * one.se for one in ahead),
        high=1 + len(others) - sum(-one.value > reach * one.se for one in ahead),
    )
