"""Which items people left without an answer, together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.ingest.screening.matrix import Answers, BoolArray, IntArray


class Patterns(NamedTuple):
    """Respondents sorted by which items they answered.

    Attributes
    ----------
    answered : ndarray of bool, shape (n_patterns, n_items)
        The patterns.
    of_person : ndarray of int, shape (n_people,)
        Pattern of each respondent.
    n : ndarray of int, shape (n_patterns,)
        Respondents with each pattern.
    """

    answered: BoolArray
    of_person: IntArray
    n: IntArray

    def people(self) -> list[IntArray]:
        """Rows of the respondents with each pattern."""
        order = np.argsort(self.of_person, kind="stable")
        return np.split(order, np.cumsum(self.n)[:-1])


def answer_patterns(answers: Answers) -> Patterns:
    """The patterns of answered items, in a fixed order."""
    answered = ~np.isnan(answers)
    packed = np.ascontiguousarray(np.packbits(answered, axis=1))
    if answered.size == 0:
        return Patterns(answered[:1], np.zeros(len(answers), dtype=np.int64), _count(len(answers)))
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, of_person, n = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    return Patterns(answered[first], of_person.astype(np.int64), n.astype(np.int64))


def missing_patterns(answers: pd.DataFrame, at_most: int = 20) -> pd.DataFrame:
    """Which items are missing together, and for how many people.

    Parameters
    ----------
    answers : DataFrame
        Answers, a row a respondent; missing where there is none.
    at_most : int
        Patterns with a row of their own; all others share the last row.

    Returns
    -------
    DataFrame
        ``n`` (people), ``share`` (of everybody), ``n_patterns`` (1, or how many share the row),
        ``n_missing`` (items; missing in the last row) and ``missing`` (their names, ``; `` joined,
        empty for complete answers; missing in the last row). Most frequent first, then by items.
    """
    patterns = answer_patterns(answers.to_numpy(dtype=np.float32, na_value=np.nan))
    counts = patterns.n[: len(patterns.answered)]
    ranked = np.lexsort((*(~patterns.answered).T[::-1], -counts))
    shown, others = ranked[:at_most], ranked[at_most:]
    names = np.asarray(answers.columns, dtype=object)
    lacking = [names[~patterns.answered[row]] for row in shown]
    table = pd.DataFrame(
        {
            "n": counts[shown],
            "n_patterns": np.ones(len(shown), dtype=np.int64),
            "n_missing": pd.array([len(items) for items in lacking], dtype="Int64"),
            "missing": pd.array(["; ".join(map(str, items)) for items in lacking], dtype="string"),
        }
    )
    if len(others):
        rest = [counts[others].sum(), len(others), pd.NA, pd.NA]
        last = pd.DataFrame([rest], columns=table.columns).astype(table.dtypes.to_dict())
        table = pd.concat([table, last], ignore_index=True)
    table.insert(1, "share", table["n"] / max(len(answers), 1))
    return table


def _count(n_people: int) -> IntArray:
    return np.full(min(n_people, 1), n_people, dtype=np.int64)
