"""How much people differ in sharing out counters: distances between compositions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

ZERO_REPLACEMENT = 0.5
"""What stands for a part that got no counter: half of the smallest amount that can be given."""


def replace_zeros(counters: Numbers, delta: float = ZERO_REPLACEMENT) -> Numbers:
    r"""Multiplicative replacement of zeros, which keeps totals and the ratios of other parts.

    .. math:: r_j = \delta \text{ if } x_j = 0, \quad
              r_j = x_j (1 - z \delta / T) \text{ otherwise}

    with :math:`z` the number of zeros and :math:`T` the total of the row (Martin-Fernandez,
    Barcelo-Vidal & Pawlowsky-Glahn (2003), Mathematical Geology, 35(3), 253-278).

    Parameters
    ----------
    counters : ndarray, shape (n_respondents, n_parts)
        Not negative, each row with a positive total.
    """
    zero = counters == 0
    shrink = 1 - zero.sum(axis=1) * delta / counters.sum(axis=1)
    return np.where(zero, delta, counters * shrink[:, None])


def centred_log_ratios(parts: Numbers) -> Numbers:
    """Logarithms of the parts minus their mean per row; Euclidean distance is then Aitchison's."""
    logs = np.log(parts)
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))
