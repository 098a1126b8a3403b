"""Keying items and scoring scales."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pandas as pd

from pipeline.instrument import Instrument, Scale

FEWEST_ITEMS_FOR_FIT = 4
"""A factor of three items fits whatever the answers are."""

FEWEST_ITEMS_OF_FACTOR = 3
"""They determine a factor, so that it can be held against that of others."""


def key_items(responses: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Turn reverse-keyed items around, so that high always means more of the construct."""
    keyed = responses[scale.item_ids].astype("Float64")
    keyed[scale.reversed_ids] = scale.response_scale.reflection - keyed[scale.reversed_ids]
    return keyed


def score_scale(
    responses: pd.DataFrame, scale: Scale, n_asked: pd.Series[int] | None = None
) -> pd.Series[float]:
    """Mean of the keyed items that were answered; missing where too few were answered.

    Parameters
    ----------
    responses : DataFrame
        Answers, a row a respondent.
    scale : Scale
        The scale.
    n_asked : Series, optional
        How many of its items each respondent was asked, by the index of `responses`; all of them
        where it is left out.
    """
    keyed = key_items(responses, scale)
    answered = keyed.notna().sum(axis=1)
    needed = scale.min_answered if n_asked is None else n_asked.map(scale.answers_needed)
    return keyed.mean(axis=1).where(answered >= needed).rename(scale.id)


def items_asked(
    responses: pd.DataFrame, missing: pd.DataFrame, instrument: Instrument
) -> pd.DataFrame:
    """How many items of each scored scale a respondent was asked; a booklet asks only some of them.

    Parameters
    ----------
    responses : DataFrame
        Answers, a row a respondent.
    missing : DataFrame
        Why answers are missing: respondent, column, reason.
    instrument : Instrument
        The questionnaire.

    Returns
    -------
    DataFrame
        A column for each scale that has a score, by the index of `responses`.
    """
    scale_of = {item: scale.id for item, scale in instrument.scale_of_item.items()}
    left_out = missing[missing["reason"] == "NOT_ASKED"]
    times = pd.crosstab(left_out["respondent"], left_out["column"].map(scale_of))
    sizes = pd.Series({scale.id: len(scale.items) for scale in instrument.scored_scales})
    not_asked = times.reindex(index=responses["respondent"], columns=sizes.index, fill_value=0)
    return (sizes - not_asked).set_axis(responses.index).astype("int64")


def score_responses(
    responses: pd.DataFrame, missing: pd.DataFrame, instrument: Instrument
) -> pd.DataFrame:
    """The score of every scale that has one, beside key, site, wave and group of the respondent."""
    who = responses[["respondent", "site", "wave", "group"]]
    asked = items_asked(responses, missing, instrument)
    scores = [score_scale(responses, s, asked[s.id]) for s in instrument.scored_scales]
    return pd.concat([who, *scores], axis=1)


def keyed_scales(responses: pd.DataFrame, instrument: Instrument) -> dict[str, pd.DataFrame]:
    """The keyed items of every scale, by scale id, as floats with NaN where missing."""
    return {scale.id: key_items(responses, scale).astype("float64") for scale in instrument.scales}


def items_read_together(
    responses: pd.DataFrame, instrument: Instrument
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Keyed items with their scale id: all items of a scored scale, each item of another alone."""
    for scale_id, items in keyed_scales(responses, instrument).items():
        if instrument.by_id[scale_id].has_score:
            yield scale_id, items
        else:
            yield from ((scale_id, items[[item]]) for item in items.columns)


def factor_items(responses: pd.DataFrame, instrument: Instrument) -> dict[str, pd.DataFrame]:
    """The keyed items of every section that expects one factor a scale, by section id."""
    keyed = keyed_scales(responses, instrument)
    return {
        section.id: pd.concat([keyed[scale_id] for scale_id in section.scale_ids], axis=1)
        for section in instrument.sections
        if section.factor_model
    }


def scales_with_factor(
    responses: pd.DataFrame, instrument: Instrument, fewest_items: int = FEWEST_ITEMS_OF_FACTOR
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Keyed items of each reflective scale that has so many items with different answers."""
    for scale_id, keyed in keyed_scales(responses, instrument).items():
        items = items_that_vary(keyed)
        if (
            instrument.by_id[scale_id].treatment == "reflective"
            and len(items.columns) >= fewest_items
        ):
            yield scale_id, items


def items_that_vary(items: pd.DataFrame) -> pd.DataFrame:
    """The items that got at least two different answers; no model can use the others."""
    return items.loc[:, items.max() > items.min()]


def treatment_of_missing(items: pd.DataFrame) -> Literal["listwise", "pairwise"]:
    """Whether statistics of a scale rest on complete answers, or on every pair of answers.

    Pairwise where fewer than half of those with any answer answered every item: in a field test in
    booklets nearly nobody is asked a whole scale.
    """
    answered = items.notna()
    n_complete, n_any = answered.all(axis=1).sum(), answered.any(axis=1).sum()
    return "listwise" if 2 * n_complete >= n_any else "pairwise"
