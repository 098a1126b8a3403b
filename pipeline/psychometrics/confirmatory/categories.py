"""Categories of ordered items that every group must have: empty ones are merged, and said so."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, IntArray


class MergedCategory(NamedTuple):
    """An answer that nobody of some group gave, and the answer it now counts as everywhere."""

    item: str
    category: float
    merged_into: float
    empty_in: tuple[str, ...]

    def __str__(self) -> str:
        """In a sentence, for a log."""
        groups = ", ".join(self.empty_in)
        return (
            f"nobody of {groups} gave the answer {self.category:g} to {self.item}; it counts as "
            f"{self.merged_into:g} in all groups"
        )


def with_shared_categories(
    answers: pd.DataFrame, group_numbers: IntArray, groups: Sequence[str]
) -> tuple[pd.DataFrame, tuple[MergedCategory, ...]]:
    """Answers in which every group uses every category of every item.

    Parameters
    ----------
    answers : DataFrame, shape (n_respondents, n_items)
        Numbers or missing.
    group_numbers : ndarray, shape (n_respondents,)
        Number of the group of each respondent.
    groups : sequence of str
        Their names.

    Returns
    -------
    DataFrame
        Answers, with a category that is empty in a group counted as the next lower one (the lowest
        as the next higher) in all groups.
    tuple of MergedCategory
        What was merged, in order.
    """
    result, merged = {}, []
    for item in answers.columns:
        values, own = _merged(answers[item].to_numpy(np.float64), group_numbers, groups, str(item))
        result[item] = values
        merged += own
    return pd.DataFrame(result, index=answers.index), tuple(merged)


def _merged(
    values: FloatArray, group_numbers: IntArray, groups: Sequence[str], item: str
) -> tuple[FloatArray, list[MergedCategory]]:
    """Answers to one item without categories that a group does not use."""
    values = values.copy()
    merged: list[MergedCategory] = []
    while True:
        categories = np.unique(values[~np.isnan(values)])
        if len(categories) < 2:
            return values, merged
        used = np.array(
            [
                [(values[group_numbers == number] == category).any() for category in categories]
                for number in range(len(groups))
            ]
        )
        empty = np.flatnonzero(~used.all(axis=0))
        if not len(empty):
            return values, merged
        place = int(empty[0])
        into = categories[place - 1] if place else categories[1]
        names = tuple(name for name, row in zip(groups, used, strict=True) if not row[place])
        merged.append(MergedCategory(item, float(categories[place]), float(into), names))
        values[values == categories[place]] = into
