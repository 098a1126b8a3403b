"""Signs of careless answering."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.ingest.source import ScreeningRules
from pipeline.instrument import Instrument

LEAST_ITEMS = 10
STRONG_FLAGS = ("straight_line", "speeding")


def screen(
    answers: pd.DataFrame, seconds: pd.Series, instrument: Instrument, rules: ScreeningRules
) -> pd.DataFrame:
    """Signs of careless answering, a row a respondent.

    Parameters
    ----------
    answers : DataFrame
        Answers to the items as stored, before keying; missing where there is none.
    seconds : Series
        Time taken, same index.
    instrument : Instrument
        Tells which items are reversed.
    rules : ScreeningRules
        When a respondent is left out.

    Returns
    -------
    DataFrame
        Same index; ``n_answered``, ``longest_run`` (of identical answers, over the items in the
        order of the questionnaire, blanks passed over), ``individual_sd`` (n - 1 in the
        denominator), ``seconds_per_item``, the strong flags and ``excluded``. A flag is missing
        where it cannot be judged: ``straight_line`` below ten answers or without a reversed one,
        ``speeding`` without a time or an answer.
    """
    items = answers[list(instrument.items)]
    n_answered = items.notna().sum(axis=1)
    per_item = seconds.astype("Float64") / n_answered.where(n_answered > 0).astype("Int64")
    signs = pd.DataFrame(
        {
            "n_answered": n_answered,
            "longest_run": longest_runs(items.to_numpy(dtype=float)),
            "individual_sd": items.std(axis=1, ddof=1),
            "seconds_per_item": per_item,
            "straight_line": _straight_lines(items, instrument),
            "speeding": (per_item < rules.seconds_per_item).astype("boolean"),
        },
        index=answers.index,
    )
    flags = sum(signs[flag].fillna(False).astype(int) for flag in STRONG_FLAGS)
    return signs.assign(excluded=flags >= rules.exclude_from_flags)


def longest_runs(answers: NDArray[np.float64]) -> NDArray[np.int64]:
    """Length of the longest run of identical answers in each row, passing over NaN."""
    rows = answers.shape[0]
    last = np.full(rows, np.nan)
    run = np.zeros(rows, dtype=np.int64)
    longest = np.zeros(rows, dtype=np.int64)
    for column in answers.T:
        given = ~np.isnan(column)
        run = np.where(given, np.where(column == last, run + 1, 1), run)
        last = np.where(given, column, last)
        longest = np.maximum(longest, run)
    return longest


def _straight_lines(items: pd.DataFrame, instrument: Instrument) -> pd.Series:
    reversed_items = [item.id for item in instrument.items.values() if item.keyed == -1]
    enough = items.notna().sum(axis=1) >= LEAST_ITEMS
    judged = enough & items[reversed_items].notna().any(axis=1)
    same = (items.max(axis=1) == items.min(axis=1)).astype("boolean")
    return same.where(judged, pd.NA)
