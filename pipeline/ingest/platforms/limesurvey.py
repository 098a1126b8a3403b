"""LimeSurvey: response CSV with question codes as headings, such as ``prac[ini101]``."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from pipeline.ingest.raw import (
    ExportColumn,
    Platform,
    RawExport,
    Sheet,
    Signature,
    cells_below,
    column_named,
    first_day,
    folded_set,
    language_code,
    record_of,
    seconds_between,
    seconds_in,
    signature_of,
    text_or_missing,
    translate,
    translate_told,
)
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import without_invisible
from pipeline.instrument import Instrument
from pipeline.problems import InputError, Problem

RECORD_HEADINGS = folded_set(
    ["id", "submitdate", "lastpage", "startlanguage", "startdate", "datestamp", "interviewtime"]
)
CODED_HEADINGS = folded_set(["submitdate", "lastpage", "startlanguage", "startdate", "datestamp"])
USUAL_HEADINGS = CODED_HEADINGS | {"seed"}
WORDED_HEADINGS = folded_set(["Response ID", "Date submitted", "Last page", "Start language"])
PERSONAL_HEADINGS = folded_set(["ipaddr", "refurl", "token"])
UNDATED = "1980-01-01 00:00:00"
"""What LimeSurvey writes as the date of every finished response when it does not keep dates."""
_CODE = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?:\[([^\]]*)\])?(?:\.(?: |_\.).*)?", re.DOTALL)
_OPEN_ANSWER = re.compile(r"(other|.*comment)", re.IGNORECASE)


def signature(sheet: Sheet) -> Signature:
    """Headings of a response, and sub-questions in square brackets."""
    headings = folded_set(sheet.headings)
    bracketed = [heading for heading in sheet.headings if _subcode(heading) is not None]
    return signature_of(
        (3, len(USUAL_HEADINGS & headings) >= 2, "the usual headings of a response"),
        (3, len(WORDED_HEADINGS & headings) >= 3, "question texts as headings"),
        (2, len(bracketed) >= 2, "sub-questions in square brackets"),
    )


def read(sheet: Sheet, source: ExportSource, instrument: Instrument) -> RawExport:
    """The rows of a LimeSurvey export; raises InputError when headings are question texts."""
    headings = sheet.headings
    if not CODED_HEADINGS & folded_set(headings) and not any(map(_subcode, headings)):
        cure = "the headings are question texts; export again with question codes as headings"
        raise InputError([Problem(sheet.file, cure)])
    cells = cells_below(sheet, 1)
    return RawExport(
        file=sheet.file,
        platform="limesurvey",
        columns=tuple(_column(place, heading) for place, heading in enumerate(headings, start=1)),
        cells=cells,
        record=_record(headings, cells),
    )


def _subcode(heading: str) -> str | None:
    found = _CODE.fullmatch(heading)
    return None if found is None else found[2]


def _column(position: int, heading: str) -> ExportColumn:
    if heading.casefold() in RECORD_HEADINGS:
        return ExportColumn(position, heading, is_record=True)
    found = _CODE.fullmatch(heading)
    if found is None:
        return ExportColumn(position, heading)
    code, subcode = found.groups()
    is_open = subcode is not None and _OPEN_ANSWER.fullmatch(subcode) is not None
    is_personal = is_open or heading.casefold() in PERSONAL_HEADINGS
    name = code if subcode is None else f"{code}[{subcode}]"
    return ExportColumn(
        position, heading, code, subcode, is_personal=is_personal, other_names=(name,)
    )


def _record(headings: Sequence[str], cells: pd.DataFrame) -> pd.DataFrame:
    response_id = column_named(cells, headings, "id")
    submitted = column_named(cells, headings, "submitdate")
    language = column_named(cells, headings, "startlanguage")
    return record_of(
        cells.index,
        response_id=translate_told(response_id, text_or_missing, "string"),
        finished=translate_told(submitted, _is_filled, "boolean"),
        language=translate_told(language, language_code, "string"),
        seconds=_seconds(headings, cells),
        day=_day(headings, cells),
    )


def _is_filled(text: str) -> object:
    return without_invisible(text) != ""


def _seconds(headings: Sequence[str], cells: pd.DataFrame) -> pd.Series | None:
    timed = column_named(cells, headings, "interviewtime")
    if timed is not None:
        return translate(timed, seconds_in, "Float64")
    start = column_named(cells, headings, "startdate")
    end = column_named(cells, headings, "datestamp", "submitdate")
    return seconds_between(start, None if end is None else end.mask(end == UNDATED))


def _day(headings: Sequence[str], cells: pd.DataFrame) -> pd.Series | None:
    named = (column_named(cells, headings, n) for n in ("submitdate", "datestamp", "startdate"))
    moments = [moment for moment in named if moment is not None]
    return first_day(*(moment.mask(moment == UNDATED, "") for moment in moments))


LIMESURVEY = Platform(
    name="limesurvey",
    signature=signature,
    read=read,
    decisive="headings submitdate, lastpage and startlanguage",
)
