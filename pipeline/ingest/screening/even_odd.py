"""Whether the two halves of each scale say the same of a respondent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.ingest.screening.matrix import (
    Answers,
    FloatArray,
    in_blocks,
    row_correlations,
    row_means,
)

FEWEST_SCALES = 3
"""With two scales the correlation is 1 or -1."""


def even_odd_consistency(answers: Answers, scales: Sequence[Sequence[int]]) -> FloatArray:
    r"""Agreement of the two halves of the scales within each respondent; higher is more consistent.

    Parameters
    ----------
    answers : ndarray, shape (n_people, n_items)
        Keyed answers; NaN for none.
    scales : sequence of sequences of int
        Columns of each scale, in the order of its items; scales of one item are passed over.

    Returns
    -------
    ndarray, shape (n_people,)
        NaN where fewer than three scales have an answer in both halves, or the halves do not vary.

    Notes
    -----
    With :math:`r_p` the correlation over the scales of the mean of the first, third, ... item with
    that of the second, fourth, ... item, lengthened by Spearman and Brown's formula [1]_:

    .. math:: c_p = \max\left(-1, \frac{2 r_p}{1 + r_p}\right)

    R ``careless::evenodd`` from version 1.2 on returns :math:`-c_p`, so that high means careless.

    References
    ----------
    .. [1] Johnson (2005). Journal of Research in Personality, 39(1), 103-129.
    """
    split = [np.asarray(scale, dtype=np.int64) for scale in scales if len(scale) > 1]
    return in_blocks(lambda block: _consistency(block, split), answers)


def _consistency(answers: FloatArray, scales: Sequence[np.ndarray]) -> FloatArray:
    if len(scales) < FEWEST_SCALES:
        return np.full(len(answers), np.nan)
    odd = np.stack([row_means(answers[:, scale[0::2]]) for scale in scales], axis=1)
    even = np.stack([row_means(answers[:, scale[1::2]]) for scale in scales], axis=1)
    correlations = row_correlations(odd, even, FEWEST_SCALES)
    opposed = correlations <= -1 / 3
    return np.where(opposed, -1.0, 2 * correlations / (1 + np.where(opposed, 0, correlations)))
