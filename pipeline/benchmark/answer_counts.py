"""How often each answer and each special code was given."""

from __future__ import annotations

from collections.abc import Mapping
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
    persons : mapping
        For each item and reason (a special code or SKIPPED), the rows of the respondents.
    n_people : int
        Number of respondents there are.
    """

    persons: Mapping[tuple[str, str], NDArray[np.intp]]
    n_people: int

    def count(self, items: list[str], reason: str | None = None) -> Numbers:
        """Per respondent, how many of `items` got this reason, or any."""
        chosen = [
            persons
            for (item, why), persons in self.persons.items()
            if item in items and reason in (None, why)
        ]
        total = np.zeros(self.n_people)
        for persons in chosen:
            total += np.bincount(persons, minlength=self.n_people)
        return total


def blank_answers(
    missing: pd.DataFrame, respondents: pd.Series, instrument: Instrument
) -> BlankAnswers:
    """The rows of `missing` that are an answer to an item that was put to the respondent."""
    put = {code.id for code in instrument.special_codes} | {"SKIPPED"}
    kept = missing[missing["reason"].isin(put) & missing["column"].isin(list(instrument.items))]
    person = pd.Index(respondents).get_indexer(pd.Index(kept["respondent"]))
    known = kept.assign(person=person)[person >= 0]
    persons = {
        (str(item), str(reason)): block["person"].to_numpy(dtype=np.intp)
        for (item, reason), block in known.groupby(["column", "reason"], sort=True)
    }
    return BlankAnswers(persons, len(respondents))


def answers_of(people: pd.DataFrame, column: str) -> Numbers:
    """One column of answers as numbers, NaN where there is none."""
    return people[column].to_numpy(dtype=float, na_value=np.nan)


def items_put(people: pd.DataFrame, blanks: BlankAnswers, scale: Scale) -> Numbers:
    """Per respondent, the items of a scale that were answered, coded or skipped."""
    answered = people[scale.item_ids].notna().sum(axis=1).to_numpy(dtype=float)
    return answered + blanks.count(scale.item_ids)
