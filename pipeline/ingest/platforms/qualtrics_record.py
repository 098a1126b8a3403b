"""What Qualtrics notes about each response: id, status, end, language, time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import pandas as pd

from pipeline.ingest.platforms.qualtrics_layout import (
    CHANNEL,
    END,
    FINISHED,
    LANGUAGE,
    PROGRESS,
    RECORDED,
    RESPONSE_ID,
    SECONDS,
    START,
    STATUS,
)
from pipeline.ingest.raw import (
    first_day,
    language_code,
    record_of,
    seconds_between,
    seconds_in,
    text_or_missing,
    translate,
    translate_told,
    yes_or_no,
)
from pipeline.ingest.wording import without_invisible, wording_key
from pipeline.problems import Problem

COUNTED_STATUS = (
    *("0", "4", "16", "32", "36", "48"),
    *("ip address", "imported", "offline", "offline response", "ex", "ex imported", "imported ex"),
    *("ex offline", "ip adresse", "adresse ip", "dirección ip", "ip adres", "ip adress"),
    *("indirizzo ip", "endereço ip", "importiert", "importé", "importado", "geïmporteerd"),
    *("importerad", "importeret", "importert", "importato"),
)
"""Answers of respondents, also where the interface is in another language."""

REASON_OF_STATUS: dict[str, str | None] = {
    **dict.fromkeys(COUNTED_STATUS, None),
    **dict.fromkeys(("1", "9", "17"), "PREVIEW"),
    **dict.fromkeys(("survey preview", "survey preview spam"), "PREVIEW"),
    **dict.fromkeys(("offline survey preview", "offline response preview"), "PREVIEW"),
    **dict.fromkeys(("vorschau der umfrage", "aperçu de l enquête", "aperçu d enquête"), "PREVIEW"),
    **dict.fromkeys(("vista previa de la encuesta", "voorbeeld van enquête"), "PREVIEW"),
    **dict.fromkeys(("enquêtevoorbeeld", "förhandsgranskning av enkät"), "PREVIEW"),
    **dict.fromkeys(("2", "survey test", "umfragetest", "test d enquête"), "TEST"),
    **dict.fromkeys(("prueba de encuesta", "enquêtetest", "enkättest"), "TEST"),
    **dict.fromkeys(("8", "12", "40", "spam", "imported spam", "ex spam"), "SPAM"),
}
"""Why a row is set apart, by number or label of its status; nothing for an answer that counts."""

YES = frozenset({"wahr", "vrai", "verdadero", "waar", "sant", "vero", "verdadeiro", "sand", "tosi"})
NO = frozenset(
    {"falsch", "faux", "falso", "onwaar", "falskt", "falsk", "epätosi", "niet waar", "unwahr"}
)
WHOLE = "100"
_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?!\d)")


def record_from(
    cells: pd.DataFrame, facts: Mapping[str, int], language: str | None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The record of each response, and what a person should know about it.

    Parameters
    ----------
    cells : DataFrame
        The rows of answers.
    facts : mapping
        Position of the column of each thing that Qualtrics notes.
    language : str, optional
        The only language of the survey, for exports that do not tell one.
    """
    told = {fact: cells[position] for fact, position in facts.items()}
    languages = translate_told(told.get(LANGUAGE), language_code, "string")
    if languages is None and language is not None:
        languages = pd.Series(language.lower(), index=cells.index, dtype="string")
    days, notes = _days([told[fact] for fact in (RECORDED, END, START) if fact in told])
    record = record_of(
        cells.index,
        response_id=translate_told(told.get(RESPONSE_ID), text_or_missing, "string"),
        finished=_finished(told),
        language=languages,
        seconds=_seconds(told),
        excluded=_excluded(cells.index, told),
        day=days,
    )
    return record, notes


def status_problems(file: str, cells: pd.DataFrame, facts: Mapping[str, int]) -> list[Problem]:
    """A status that Qualtrics is not known to write could hide a test; it is not guessed."""
    if STATUS not in facts:
        return []
    status = cells[facts[STATUS]]
    unknown = ~translate(status, wording_key, "string").isin([*REASON_OF_STATUS, ""])
    if not unknown.any():
        return []
    cure = (
        f"{int(unknown.sum())} rows have a status that is not known; "
        "export again with numeric values, in English"
    )
    return [Problem(file, cure, row=int(status.index[unknown][0]), column="Status")]


def _finished(told: Mapping[str, pd.Series]) -> pd.Series | None:
    """Answered to the end; by the progress where that is not told."""
    finished = translate_told(told.get(FINISHED), _is_yes, "boolean")
    progress = translate_told(told.get(PROGRESS), _is_whole, "boolean")
    if finished is None or progress is None:
        return progress if finished is None else finished
    return finished.fillna(progress)


def _is_yes(text: str) -> object:
    key = wording_key(text)
    return True if key in YES else False if key in NO else yes_or_no(text)


def _is_whole(text: str) -> object:
    plain = without_invisible(text).removesuffix("%").strip()
    return plain == WHOLE if plain else pd.NA


def _seconds(told: Mapping[str, pd.Series]) -> pd.Series | None:
    if SECONDS in told:
        return translate(told[SECONDS], seconds_in, "Float64")
    return seconds_between(told.get(START), told.get(END))


def _excluded(index: pd.Index, told: Mapping[str, pd.Series]) -> pd.Series:
    reasons = pd.Series(pd.NA, index=index, dtype="string")
    if CHANNEL in told:
        previewed = translate(told[CHANNEL], wording_key, "string") == "preview"
        reasons = reasons.mask(previewed, "PREVIEW")
    if STATUS in told:
        reasons = translate(told[STATUS], _reason_of_status, "string").fillna(reasons)
    return reasons


def _reason_of_status(status: str) -> object:
    return REASON_OF_STATUS.get(wording_key(status)) or pd.NA


def _days(moments: Sequence[pd.Series]) -> tuple[pd.Series | None, tuple[str, ...]]:
    """Day of each response, also from dates that a spreadsheet program wrote anew."""
    days = first_day(*moments[:1])
    for cells in moments[1:]:
        if days is not None and days.isna().any():
            days = days.fillna(first_day(cells))
    return (days, ()) if days is None or days.notna().all() else _days_written_anew(days, moments)


def _days_written_anew(
    days: pd.Series, moments: Sequence[pd.Series]
) -> tuple[pd.Series, tuple[str, ...]]:
    """The days with those told in another order of day, month and year, and who has none."""
    order = _order_of_dates({str(text) for cells in moments for text in cells.unique()})
    for cells in moments:
        days = days.fillna(translate(cells, lambda text: _day_in(text, order), "string"))
    filled = pd.concat([cells.map(without_invisible) != "" for cells in moments], axis=1)
    unread = int((days.isna() & filled.any(axis=1)).sum())
    note = (
        f"responses whose day cannot be told: {unread}; their dates can be read in two ways or "
        "not at all, so export again and do not save the file in a spreadsheet program"
    )
    return days, (note,) if unread else ()


def _order_of_dates(texts: Iterable[str]) -> str | None:
    """Whether day or month comes first, where some date can be read in one way only."""
    numbers = list(_numbers_of_dates(texts))
    day_first = any(first > 12 or sign == "." for first, sign, _ in numbers)
    month_first = any(second > 12 for _, _, second in numbers)
    if day_first == month_first:
        return None
    return "day" if day_first else "month"


def _numbers_of_dates(texts: Iterable[str]) -> Iterator[tuple[int, str, int]]:
    for text in texts:
        found = _DATE.match(without_invisible(text))
        if found is not None:
            yield int(found[1]), found[2], int(found[3])


def _day_in(text: str, order: str | None) -> object:
    plain = without_invisible(text)
    if found := _YEAR_FIRST.match(plain):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif (found := _DATE.match(plain)) and order is not None:
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        day, month = (first, second) if order == "day" else (second, first)
        year += 2000 if year < 100 else 0
    else:
        return pd.NA
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return pd.NA
