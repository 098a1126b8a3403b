"""Answers as numbers, and whether there are enough of them to say anything."""

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FEWEST_RESPONDENTS = 3
"""With two respondents every correlation is 1 or -1 and says nothing."""

FEW_GROUPS = 10
"""From fewer groups than this standard errors and intervals that rest on them are rough."""


def few_groups(n_groups: int | None) -> str | None:
    """What to say of an interval that rests on so many groups; nothing without groups."""
    return "few_groups" if n_groups is not None and n_groups < FEW_GROUPS else None


def to_numbers(responses: pd.DataFrame) -> FloatArray:
    """Answers as an array of shape (n_respondents, n_items), with NaN where there is none.

    Raises
    ------
    ValueError
        If `responses` is not a table with items under different names, an answer is not a number,
        or it is infinite.
    """
    require_items(responses)
    if any(is_no_number(dtype) for dtype in responses.dtypes):
        raise ValueError("answers must be numbers or missing, not dates, times or complex numbers")
    try:
        values = responses.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValueError(f"answers must be numbers or missing: {error}") from error
    if np.isinf(values).any():
        raise ValueError("an answer is infinite; answers must be numbers or missing")
    return values


def require_items(responses: pd.DataFrame) -> tuple[str, ...]:
    """Names of the items of a table that has some, each under its own name.

    Raises
    ------
    ValueError
        If it is not such a table.
    """
    if not isinstance(responses, pd.DataFrame):
        raise ValueError(
            f"need a DataFrame with an item per column, got {type(responses).__name__}"
        )
    if responses.shape[1] == 0:
        raise ValueError("the table has no items")
    labels = labels_of(responses)
    repeated = [label for label, times in Counter(labels).items() if times > 1]
    if repeated:
        raise ValueError(f"two columns have the same name: {repeated}")
    return labels


def is_no_number(dtype: Any) -> bool:
    """Whether a column holds what can be turned into a number and is none: times, complex."""
    return getattr(dtype, "kind", "O") in "cmM"


def require_series(values: Any, meaning: str) -> None:
    """Refuse what says something of each respondent without saying of which.

    Raises
    ------
    ValueError
        If it is no Series.
    """
    if not isinstance(values, pd.Series):
        raise ValueError(
            f"{meaning} must be a Series with the index of the answers, such as a column of the "
            f"same table, got {type(values).__name__}"
        )


def require_clusters(clusters: Any, responses: pd.DataFrame) -> None:
    """Refuse clusters that do not name one for each of the respondents.

    Raises
    ------
    ValueError
        If they are no Series, are those of other respondents, or a respondent has none.
    """
    require_series(clusters, "clusters")
    if not clusters.index.equals(responses.index):
        raise ValueError(
            "clusters must name one cluster for every respondent, with the rows of responses in "
            "the same order"
        )
    if clusters.isna().any():
        raise ValueError(
            "a respondent has no cluster; clusters must name one cluster for every respondent, so "
            "leave out who belongs to none"
        )


def labels_of(responses: pd.DataFrame) -> tuple[str, ...]:
    """Names of the items."""
    return tuple(str(column) for column in responses.columns)


def complete_rows(values: FloatArray) -> FloatArray:
    """The respondents who answered every item."""
    return values[~np.isnan(values).any(axis=1)]


def is_constant(values: FloatArray) -> npt.NDArray[np.bool_]:
    """Whether each item was given one and the same answer by everybody who answered."""
    answered = ~np.isnan(values)
    high = np.max(values, axis=0, where=answered, initial=-np.inf)
    low = np.min(values, axis=0, where=answered, initial=np.inf)
    return np.asarray(answered.any(axis=0) & (high == low))


def unusable(values: FloatArray, used: FloatArray) -> str | None:
    """Why the answers `used` out of all `values` cannot carry a covariance, if they cannot."""
    if np.isnan(values).all(axis=0).any():
        return "item_without_answers"
    if len(used) < FEWEST_RESPONDENTS:
        return "too_few_respondents"
    if is_constant(used).any():
        return "constant_item"
    return None
