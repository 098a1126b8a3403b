"""How much a respondent's answers differ among themselves."""

from __future__ import annotations

import numpy as np

from pipeline.ingest.screening.matrix import Answers, FloatArray, in_blocks, row_means


def intra_individual_sd(answers: Answers) -> FloatArray:
    r"""Standard deviation of each respondent's own answers (IRV).

    Parameters
    ----------
    answers : ndarray, shape (n_people, n_items)
        Answers as given, before keying; NaN for none.

    Returns
    -------
    ndarray, shape (n_people,)
        NaN below two answers.

    Notes
    -----
    .. math:: s_p = \sqrt{\frac{1}{k_p - 1} \sum_i (x_{pi} - \bar x_p)^2}

    over the :math:`k_p` items answered [1]_. Agrees with R ``careless::irv(na.rm = TRUE)``.

    References
    ----------
    .. [1] Dunn, Heggestad, Shanock & Theilgard (2018). Journal of Business and Psychology, 33(1),
       105-121.
    """
    return in_blocks(_standard_deviations, answers)


def _standard_deviations(answers: FloatArray) -> FloatArray:
    n = (~np.isnan(answers)).sum(axis=1)
    deviations = np.nan_to_num(answers - row_means(answers)[:, None])
    squares = (deviations**2).sum(axis=1)
    return np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)
