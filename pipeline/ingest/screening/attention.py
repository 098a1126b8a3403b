"""Questions that ask for one certain answer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd


def fail_attention(answers: pd.DataFrame, expected: Mapping[str, float]) -> pd.Series:
    """Whether a respondent gave another answer than the one asked for.

    Parameters
    ----------
    answers : DataFrame
        Has the columns named in `expected`, as numbers.
    expected : mapping of str to float
        The answer asked for, by column.

    Returns
    -------
    Series of boolean
        Missing where none of the columns was answered; a blank one is passed over.

    References
    ----------
    .. [1] Meade & Craig (2012). Psychological Methods, 17(3), 437-455.
    """
    columns = list(expected)
    given = answers[columns].to_numpy(dtype=np.float64, na_value=np.nan)
    wanted = np.asarray([expected[column] for column in columns], dtype=np.float64)
    answered = ~np.isnan(given)
    failed = pd.Series((answered & (given != wanted)).any(axis=1), index=answers.index)
    return failed.astype("boolean").where(answered.any(axis=1), pd.NA)
