"""What SurveyMonkey notes about each response: its id, its day, how long it took."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from pipeline.ingest.moments import are_moments, days_of, is_ambiguous, moments_of
from pipeline.ingest.platforms.surveymonkey_headings import Heading
from pipeline.ingest.platforms.surveymonkey_layouts import record_key
from pipeline.ingest.raw import record_of, translate_told
from pipeline.ingest.wording import without_invisible
from pipeline.problems import Problem

PLAIN_KEYS = frozenset({"respondentid", "collectorid", "startdate", "enddate"})
"""What describes a response and tells nothing about the person."""
_LONG_NUMBER = re.compile(r"[0-9]{6,15}")
ROUNDED_MARK = "E+"
_ROUNDED = re.compile(r"[0-9]([.,][0-9]+)?E\+[0-9]{1,2}")
_WITH_SECONDS = re.compile(r"[0-9]:[0-9]{2}:[0-9]{2}")


def texts_in(cells: pd.Series) -> set[str]:
    """Every text in a column that is more than space."""
    return {plain for text in cells.unique() if (plain := without_invisible(str(text)))}


def told_about_responses(
    headings: Sequence[Heading], cells: pd.DataFrame
) -> Mapping[str, pd.Series]:
    """The columns that describe a response, by what they tell.

    In other languages they are known by what they hold: long numbers all different, then dates.
    """
    records = [heading for heading in headings if not heading.number and heading.heading]
    told = {record_key(heading.heading): cells[heading.position] for heading in records}
    if told.keys() & {"respondentid", "startdate", "enddate"}:
        return {key: told[key] for key in sorted(PLAIN_KEYS & told.keys())}
    columns = [cells[heading.position] for heading in records]
    ids = [column for column in columns if _are_ids(column)]
    dates = [column for column in columns if texts_in(column) and are_moments(column)]
    named = {"respondentid": ids[:1], "startdate": dates[:1], "enddate": dates[1:2]}
    return {key: found[0] for key, found in named.items() if found}


def _are_ids(cells: pd.Series) -> bool:
    texts = texts_in(cells)
    return len(texts) == len(cells) and all(_LONG_NUMBER.fullmatch(text) for text in texts)


def record_from(index: pd.Index, told: Mapping[str, pd.Series]) -> pd.DataFrame:
    """The record of each response; SurveyMonkey does not tell who answered to the end."""
    start, end = told.get("startdate"), told.get("enddate")
    return record_of(
        index,
        response_id=translate_told(told.get("respondentid"), _id, "string"),
        seconds=_seconds(start, end),
        day=_day(start, end),
    )


def _id(text: str) -> object:
    """An id without the decimals that a program gave it; missing when empty."""
    return without_invisible(text).removesuffix(".0") or pd.NA


def _seconds(start: pd.Series | None, end: pd.Series | None) -> pd.Series | None:
    """From opening to the end; untold where the times have no seconds."""
    if start is None or end is None or not (_has_seconds(start) and _has_seconds(end)):
        return None
    passed: pd.Series = (moments_of(end, start) - moments_of(start, end)).dt.total_seconds()
    return passed.where(passed >= 0)


def _has_seconds(cells: pd.Series) -> bool:
    return any(_WITH_SECONDS.search(text) for text in cells.cat.categories)


def _day(start: pd.Series | None, end: pd.Series | None) -> pd.Series | None:
    """Day of the end, or of the start where there is no end."""
    told = [cells for cells in (end, start) if cells is not None]
    if not told:
        return None
    days = [days_of(cells, *told) for cells in told]
    return days[0] if len(days) == 1 else days[0].fillna(days[1])


def date_notes(told: Mapping[str, pd.Series]) -> Iterator[str]:
    """What a person should know about the dates."""
    dates = [told[key] for key in ("startdate", "enddate") if key in told]
    if dates and is_ambiguous(*dates):
        yield "nothing in the dates tells whether the day or the month stands first; no day is kept"
    if len(dates) > 1 and not (_has_seconds(dates[0]) and _has_seconds(dates[1])):
        yield "the times have no seconds, so how long people took is not told"


def id_problems(file: str, headings: Sequence[Heading], cells: pd.DataFrame) -> Iterator[Problem]:
    """Ids that a spreadsheet rounded, so that different responses have the same one."""
    for heading in headings:
        if heading.number or record_key(heading.heading) != "respondentid":
            continue
        ids = cells[heading.position]
        rounded = ids.isin([text for text in ids.cat.categories if _is_rounded(text)])
        if rounded.any():
            cure = (
                "a spreadsheet rounded the ids of the respondents; export again and do not save "
                "the file from a spreadsheet program"
            )
            yield Problem(file, cure, row=int(rounded.index[rounded][0]), column=heading.heading)


def _is_rounded(text: str) -> bool:
    return ROUNDED_MARK in text and _ROUNDED.fullmatch(without_invisible(text)) is not None
