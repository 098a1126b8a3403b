"""How often each answer and each special code was given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.instrument import Instrument, Scale

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BlankAnswers:
    """Items that were put to respondents and got no number: a special code, or left blank.

    Attributes
    ----------
    person : ndarray of int
        Row of the respondent.
    item, reason : ndarray of str
        Which item, and the special code or SKIPPED.
    n_people : int
        Number of respondents there are.
    """

    person: NDArray[np.intp]
    item: NDArray[np.object_]
    reason: NDArray[np.object_]
    n_people: int

    def count(self, items: list[str], reason: str | None = None) -> Numbers:
        """Per respondent, how many of `items` got this reason, or any."""
        wanted = np.isin(self.item, items)
        if reason is not None:
            wanted &= self.reason == reason
        return np.bincount(self.person[wanted], minlength=self.n_people).astype(float)


def blank_answers(
    missing: pd.DataFrame, respondents: pd.Series, instrument: Instrument
) -> BlankAnswers:
    """The rows of `missing` that are an answer to an item that was put to the respondent."""
    put = {code.id for code in instrument.special_codes} | {"SKIPPED"}
    kept = missing[missing["reason"].isin(put) & missing["column"].isin(list(instrument.items))]
    person = pd.Index(respondents).get_indexer(pd.Index(kept["respondent"]))
    known = person >= 0
    return BlankAnswers(
        person[known],
        kept["column"].to_numpy(dtype=object)[known],
        kept["reason"].to_numpy(dtype=object)[known],
        len(respondents),
    )


def answers_of(people: pd.DataFrame, column: str) -> Numbers:
    """One column of answers as numbers, NaN where there is none."""
    return people[column].to_numpy(dtype=float, na_value=np.nan)


def items_put(people: pd.DataFrame, blanks: BlankAnswers, scale: Scale) -> Numbers:
    """Per respondent, the items of a scale that were answered, coded or skipped."""
    answered = people[scale.item_ids].notna().sum(axis=1).to_numpy(dtype=float)
    return answered + blanks.count(scale.item_ids)
