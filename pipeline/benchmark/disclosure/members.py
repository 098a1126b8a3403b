"""Who stands behind each figure of a release, and with what answer: kept in its record."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.tables import RELEASE_MEMBERS, conform

PERSON = ["wave", "site", "group", "respondent"]


def members_of(
    responses: pd.DataFrame,
    missing: pd.DataFrame,
    scores: pd.DataFrame,
    instrument: Instrument,
) -> pd.DataFrame:
    """By the contract RELEASE_MEMBERS: scores, answers, counters and codes of every respondent.

    Left out is what stands behind no figure: items that were not put to a respondent, and
    counters that do not add up to their total.
    """
    rows = pd.concat(
        [
            *_scores(scores, instrument),
            *_answers(responses, instrument),
            *_counters(responses, instrument),
            _codes(responses, missing, instrument),
        ],
        ignore_index=True,
    )
    known = None if instrument.grouping is None else [g.id for g in instrument.grouping.groups]
    rows["group"] = rows["group"].where(rows["group"].isin(known or []))
    keys = ["wave", "respondent", "scale", "item"]
    rows = rows.reindex(columns=RELEASE_MEMBERS.column_names).sort_values(keys, kind="stable")
    return conform(rows, RELEASE_MEMBERS)


def _long(people: pd.DataFrame, column: str, **labels: str) -> pd.DataFrame:
    rows = people.loc[people[column].notna(), [*PERSON, column]]
    return rows.rename(columns={column: "value"}).astype({"value": "Float64"}).assign(**labels)


def _scores(scores: pd.DataFrame, instrument: Instrument) -> Iterator[pd.DataFrame]:
    for scale in instrument.scored_scales:
        yield _long(scores, scale.id, kind="score", scale=scale.id)


def _answers(responses: pd.DataFrame, instrument: Instrument) -> Iterator[pd.DataFrame]:
    for scale in instrument.scales:
        for item in scale.item_ids:
            yield _long(responses, item, kind="item", scale=scale.id, item=item)


def _counters(responses: pd.DataFrame, instrument: Instrument) -> Iterator[pd.DataFrame]:
    for allocation in instrument.allocations:
        columns = list(allocation.columns)
        total = responses[columns].sum(axis=1, skipna=False)
        complete = responses[(total == allocation.total).fillna(False)]
        for column in columns:
            yield _long(complete, column, kind="counter", scale=allocation.id, item=column)


def _codes(responses: pd.DataFrame, missing: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    scale_of = {item: scale.id for scale in instrument.scales for item in scale.item_ids}
    put = {code.id for code in instrument.special_codes} | {"SKIPPED"}
    rows = missing[missing["reason"].isin(put) & missing["column"].isin(list(scale_of))]
    rows = rows.rename(columns={"column": "item"}).merge(responses[PERSON], on="respondent")
    return rows.assign(kind="item", scale=rows["item"].map(scale_of).astype("string"))
