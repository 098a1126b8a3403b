"""What a LimeSurvey export tells about each response."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.ingest.moments import is_ambiguous, moments_of
from pipeline.ingest.raw import (
    language_code,
    record_of,
    seconds_in,
    text_or_missing,
    translate,
    translate_told,
)
from pipeline.ingest.wording import without_invisible

UNDATED = pd.Timestamp("1980-01-01", tz="UTC")
"""What LimeSurvey writes as the date of every finished response when it does not keep dates."""
MOMENTS = ("submitdate", "datestamp", "startdate")


def record_told(
    cells: pd.DataFrame, places: Mapping[str, int]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The columns of :func:`~pipeline.ingest.raw.record_of`, and what a person should know of them.

    A response is finished when it was submitted. One whose date of submission lies behind its last
    action, while it stopped on an earlier page than others, was given that date later: the
    programming interface of LimeSurvey does so. It is not finished.

    Parameters
    ----------
    cells : DataFrame of Categorical
        The answers, columns are positions.
    places : mapping
        Position of each column about the response, by LimeSurvey's own name.
    """
    told = {name: cells[position] for name, position in places.items()}
    dates = {name: told[name] for name in MOMENTS if name in told}
    moments = _moments(dates)
    filled_in = _filled_in_later(told, moments, cells.index)
    if "submitdate" in moments:
        moments["submitdate"] = moments["submitdate"].mask(filled_in)
    finished = _is_filled(told["submitdate"]) if "submitdate" in told else None
    record = record_of(
        cells.index,
        response_id=translate_told(told.get("id"), text_or_missing, "string"),
        finished=None if finished is None else finished.mask(filled_in, False),
        language=translate_told(told.get("startlanguage"), language_code, "string"),
        seconds=_seconds(told, moments),
        day=_days(moments),
    )
    return record, (*_note_on_filled_in(filled_in), *_note_on_dates(dates, moments))


def _is_filled(cells: pd.Series) -> pd.Series:
    coded = cells.astype("category")
    filled = (coded.cat.categories.str.strip() != "")[coded.cat.codes]
    return pd.Series(filled, index=cells.index).astype("boolean")


def _moments(told: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    """Each column of moments, missing where there is none; all columns are written alike."""
    columns = list(told.values())
    moments = {name: _iso_moments(cells) for name, cells in told.items()}
    if any(found is None for found in moments.values()):
        moments = {name: moments_of(cells, *columns) for name, cells in told.items()}
    return {
        name: found.mask(found == UNDATED) for name, found in moments.items() if found is not None
    }


def _iso_moments(cells: pd.Series) -> pd.Series | None:
    """Moments as LimeSurvey writes them, or None where some are written otherwise."""
    coded = cells.astype("category").cat.remove_unused_categories()
    texts = coded.cat.categories
    told = pd.to_datetime(texts, format="%Y-%m-%d %H:%M:%S", utc=True, errors="coerce")
    if any(map(without_invisible, texts[told.isna()])):
        return None
    return pd.Series(told).reindex(coded.cat.codes).set_axis(cells.index)


def _filled_in_later(
    told: Mapping[str, pd.Series], moments: Mapping[str, pd.Series], index: pd.Index
) -> pd.Series:
    nobody = pd.Series(False, index=index)
    if "lastpage" not in told or not {"submitdate", "datestamp"} <= set(moments):
        return nobody
    page = translate(told["lastpage"], seconds_in, "Float64")
    stopped = (page < page.max()).fillna(False).astype(bool)
    later: pd.Series = stopped & (moments["submitdate"] > moments["datestamp"])
    return later


def _seconds(told: Mapping[str, pd.Series], moments: Mapping[str, pd.Series]) -> pd.Series | None:
    """The time that LimeSurvey measured, else that between the first and the last moment."""
    if "interviewtime" in told:
        return translate(told["interviewtime"], seconds_in, "Float64")
    end = moments.get("datestamp", moments.get("submitdate"))
    start = moments.get("startdate")
    if start is None or end is None:
        return None
    seconds = (end - start).dt.total_seconds()
    return seconds.where(seconds >= 0)


def _days(moments: Mapping[str, pd.Series]) -> pd.Series | None:
    """Day of the first of the moments that a response has."""
    days: pd.Series | None = None
    for name in MOMENTS:
        if name in moments:
            found = moments[name].dt.normalize()
            days = found if days is None else days.fillna(found)
    if days is None:
        return None
    coded = days.astype("category").cat
    texts = pd.array([str(day)[:10] for day in coded.categories], dtype="string")
    return pd.Series(texts.take(coded.codes.to_numpy(), allow_fill=True), index=days.index)


def _note_on_filled_in(filled_in: pd.Series) -> tuple[str, ...]:
    if not filled_in.any():
        return ()
    return (
        "responses that stopped before the last page and were given a date of submission "
        f"afterwards: {int(filled_in.sum())}; they count as not finished",
    )


def _note_on_dates(
    dates: Mapping[str, pd.Series], moments: Mapping[str, pd.Series]
) -> tuple[str, ...]:
    if any(found.notna().any() for found in moments.values()) or not _ambiguous(dates):
        return ()
    return ("the dates do not tell whether day or month stands first; they were left out",)


def _ambiguous(dates: Mapping[str, pd.Series]) -> bool:
    columns = list(dates.values())
    return bool(columns) and is_ambiguous(columns[0], *columns[1:])
