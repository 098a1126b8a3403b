"""Intervals of correlations."""

import numpy as np
import numpy.typing as npt

from pipeline.psychometrics._distributions import normal_quantile, tails
from pipeline.psychometrics._responses import FloatArray


def fisher_interval(
    correlation: npt.ArrayLike, se_of_z: npt.ArrayLike, confidence_level: float
) -> tuple[FloatArray, FloatArray]:
    r"""Intervals of correlations, symmetric in Fisher's z; missing where either number is.

    Notes
    -----
    .. math:: \tanh(\operatorname{artanh} r \pm q \, \mathrm{SE}_z)

    with the normal quantile :math:`q` [1]_. Of a Pearson correlation :math:`\mathrm{SE}_z` is
    :math:`1 / \sqrt{n - 3}`. Where the correlation is 1 or -1, so are both ends.

    References
    ----------
    .. [1] Fisher (1921). Metron, 1, 3-32.

    Examples
    --------
    >>> low, high = fisher_interval(0.5, 0.1, 0.95)
    >>> low.round(3), high.round(3)
    (np.float64(0.339), np.float64(0.632))
    """
    correlation = np.asarray(correlation, dtype=np.float64)
    half = normal_quantile(tails(confidence_level)[1]) * np.asarray(se_of_z, dtype=np.float64)
    perfect = np.abs(correlation) >= 1
    centre = np.arctanh(np.where(perfect, 0, correlation))
    low, high = (np.where(perfect, correlation, np.tanh(centre + side)) for side in (-half, half))
    return np.where(np.isnan(half), np.nan, low), np.where(np.isnan(half), np.nan, high)
