"""Expected answers of people of one level of a factor, and how far two groups differ in them.

Arrays in, arrays out. A curve is the expected answer to an item as a function of the factor in one
group; what two groups differ by is weighed by how the factor is distributed in one of them.
"""

from typing import NamedTuple

import numpy as np
import scipy

from pipeline.psychometrics._distributions import normal_below, normal_density
from pipeline.psychometrics._responses import FloatArray

N_POINTS = 8001
WIDEST = 8.0
"""Standard deviations on either side over which curves of ordered items are integrated, and points
on the way: sums over equal steps, exact to nine digits for smooth curves and to six for
absolute values."""


class Item(NamedTuple):
    """How an item measures the factor in one group.

    ``loading`` and ``intercept`` of the answer, or of the latent response if there are
    ``thresholds`` (K - 1,); then ``residual_sd`` is that of the latent response and ``values``
    (K,) are the answers.
    """

    loading: float
    intercept: float
    thresholds: FloatArray | None = None
    residual_sd: float = 1.0
    values: FloatArray | None = None

    def expected(self, factor: FloatArray) -> FloatArray:
        r"""Expected answers at levels of the factor, in the same shape.

        Notes
        -----
        :math:`\nu + \lambda\eta`, or :math:`v_0 + \sum_k (v_k - v_{k-1})
        \Phi\{(\nu + \lambda\eta - \tau_k) / \sigma\}` for ordered answers.
        """
        response = self.intercept + self.loading * factor
        if self.thresholds is None or self.values is None:
            return np.asarray(response)
        above = (response[..., None] - self.thresholds) / self.residual_sd
        return np.asarray(self.values[0] + scipy.special.ndtr(above) @ np.diff(self.values))


class Line(NamedTuple):
    """A straight difference of two groups, intercept and slope in the factor."""

    intercept: float
    slope: float


class Differences(NamedTuple):
    """What is left of a difference between curves when it is averaged over people."""

    signed: float
    unsigned: float
    root_mean_square: float


def differences_of_line(line: Line, mean: float, sd: float) -> Differences:
    r"""Averages of a straight difference over a normal factor, in closed form.

    Notes
    -----
    The difference of a person is normal with mean :math:`m = a + b\mu` and standard deviation
    :math:`s = |b|\sigma`; its square averages to :math:`m^2 + s^2`, and its size, folded normal, to
    :math:`s\sqrt{2/\pi}\,e^{-m^2/2s^2} + m\{1 - 2\Phi(-m/s)\}`.
    """
    centre, spread = line.intercept + line.slope * mean, abs(line.slope) * sd
    unsigned = abs(centre)
    if spread > 0:
        ratio = centre / spread
        unsigned = 2 * spread * float(normal_density(ratio))
        unsigned += centre * (1 - 2 * normal_below(-ratio))
    return Differences(centre, unsigned, float(np.hypot(centre, spread)))


def differences_of_curves(difference: FloatArray, weights: FloatArray) -> Differences:
    """Averages of a difference at the points of :func:`levels`."""
    return Differences(
        float(weights @ difference),
        float(weights @ np.abs(difference)),
        float(np.sqrt(weights @ difference**2)),
    )


def levels(mean: float, sd: float) -> tuple[FloatArray, FloatArray]:
    """Equally spaced levels of a normal factor and their weights, which add up to 1."""
    standard = np.linspace(-WIDEST, WIDEST, N_POINTS)
    weights = normal_density(standard)
    return mean + sd * standard, np.asarray(weights / weights.sum())
