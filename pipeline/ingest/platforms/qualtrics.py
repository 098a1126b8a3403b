"""Qualtrics: CSV or TSV with rows of names, question texts and import ids above the answers."""

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
    yes_or_no,
)
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import wording_key
from pipeline.instrument import Instrument
from pipeline.problems import InputError, Problem, refuse_if_any

SEEN_UNANSWERED = "-99"
RECORD_HEADINGS = folded_set(
    (
        *("ResponseId", "StartDate", "EndDate", "Status", "Duration (in seconds)", "Finished"),
        *("DistributionChannel", "UserLanguage"),
    )
)
USUAL_HEADINGS = RECORD_HEADINGS | folded_set(
    ["ResponseSet", "RecordedDate", "Progress", "IPAddress", "LocationLatitude"]
)
NUMBERED_HEADINGS = [f"V{number}" for number in range(1, 11)]
REASON_OF_STATUS: dict[str, str | None] = {
    **dict.fromkeys(("0", "4", "16", "32", "48"), None),
    **dict.fromkeys(("ip address", "imported", "offline", "offline response"), None),
    **dict.fromkeys(("ex", "ex offline"), None),
    **dict.fromkeys(("1", "9", "17"), "PREVIEW"),
    **dict.fromkeys(("survey preview", "survey preview spam"), "PREVIEW"),
    **dict.fromkeys(("offline survey preview", "offline response preview"), "PREVIEW"),
    **dict.fromkeys(("2", "survey test"), "TEST"),
    **dict.fromkeys(("8", "12", "40", "spam", "imported spam", "ex spam"), "SPAM"),
}
_IMPORT_ID = re.compile(r"""["']ImportId["']""")
_DISPLAY_ORDER = re.compile(r"_DO(_|$)")
_NEVER_AN_ANSWER = re.compile(r"_TEXT(_|$)|_NPS_GROUP$| - (Topics|Sentiment)", re.IGNORECASE)


def signature(sheet: Sheet) -> Signature:
    """A row of import ids decides; numbered or usual headings also speak for Qualtrics."""
    usual = USUAL_HEADINGS & folded_set(sheet.headings)
    return signature_of(
        (4, _has_import_ids(sheet), "a third row of import ids"),
        (4, _has_numbered_headings(sheet), "headings V1 to V10 above ResponseID"),
        (2, len(usual) >= 3, "the usual headings of a response"),
    )


def read(sheet: Sheet, source: ExportSource, instrument: Instrument) -> RawExport:
    """The rows of a Qualtrics export; two rows of headings in the oldest form, three since."""
    headings = _headings(sheet)
    cells = cells_below(sheet, 3 if _has_import_ids(sheet) else 2)
    refuse_if_any(_status_problems(sheet.file, headings, cells))
    return RawExport(
        file=sheet.file,
        platform="qualtrics",
        columns=tuple(_column(place, heading) for place, heading in enumerate(headings, start=1)),
        cells=cells,
        record=_record(headings, cells),
        seen_texts=frozenset({SEEN_UNANSWERED}),
    )


def _has_import_ids(sheet: Sheet) -> bool:
    return len(sheet.cells) > 2 and any(_IMPORT_ID.search(cell) for cell in sheet.cells[2])


def _has_numbered_headings(sheet: Sheet) -> bool:
    below = sheet.cells[1][:1] if len(sheet.cells) > 1 else []
    return sheet.headings[:10] == NUMBERED_HEADINGS and below == ["ResponseID"]


def _headings(sheet: Sheet) -> list[str]:
    if _has_import_ids(sheet):
        return sheet.headings
    if _has_numbered_headings(sheet):
        return [*sheet.cells[1][:10], *sheet.headings[10:]]
    cure = "the third row with the import ids is missing; export again and leave the top rows as is"
    raise InputError([Problem(sheet.file, cure)])


def _column(position: int, heading: str) -> ExportColumn:
    if heading.casefold() in RECORD_HEADINGS:
        return ExportColumn(position, heading, is_record=True)
    if _DISPLAY_ORDER.search(heading):
        return ExportColumn(position, heading, is_record=True)
    if _NEVER_AN_ANSWER.search(heading):
        return ExportColumn(position, heading, is_personal=True)
    question, _, statement = heading.rpartition("_")
    if not question:
        return ExportColumn(position, heading, code=heading)
    return ExportColumn(position, heading, code=question, subcode=statement)


def _record(headings: Sequence[str], cells: pd.DataFrame) -> pd.DataFrame:
    response_id = column_named(cells, headings, "ResponseId")
    finished = column_named(cells, headings, "Finished")
    language = column_named(cells, headings, "UserLanguage")
    return record_of(
        cells.index,
        response_id=translate_told(response_id, text_or_missing, "string"),
        finished=translate_told(finished, yes_or_no, "boolean"),
        language=translate_told(language, language_code, "string"),
        seconds=_seconds(headings, cells),
        excluded=_excluded(headings, cells),
        day=first_day(
            *(column_named(cells, headings, n) for n in ("RecordedDate", "EndDate", "StartDate"))
        ),
    )


def _seconds(headings: Sequence[str], cells: pd.DataFrame) -> pd.Series | None:
    duration = column_named(cells, headings, "Duration (in seconds)")
    if duration is not None:
        return translate(duration, seconds_in, "Float64")
    start, end = (column_named(cells, headings, name) for name in ("StartDate", "EndDate"))
    return seconds_between(start, end)


def _excluded(headings: Sequence[str], cells: pd.DataFrame) -> pd.Series:
    reasons = pd.Series(pd.NA, index=cells.index, dtype="string")
    channel = column_named(cells, headings, "DistributionChannel")
    if channel is not None:
        previewed = translate(channel, wording_key, "string") == "preview"
        reasons = reasons.mask(previewed, "PREVIEW")
    status = column_named(cells, headings, "Status")
    if status is not None:
        told = translate(status, _reason_of_status, "string")
        reasons = told.fillna(reasons)
    return reasons


def _reason_of_status(status: str) -> object:
    return REASON_OF_STATUS.get(wording_key(status)) or pd.NA


def _status_problems(file: str, headings: Sequence[str], cells: pd.DataFrame) -> list[Problem]:
    """A status that Qualtrics is not known to write could hide a test; it is not guessed."""
    status = column_named(cells, headings, "Status")
    if status is None:
        return []
    unknown = ~translate(status, wording_key, "string").isin([*REASON_OF_STATUS, ""])
    if not unknown.any():
        return []
    cure = (
        f"{int(unknown.sum())} rows have a status that is not known; "
        "export again with numeric values, in English"
    )
    return [Problem(file, cure, row=int(status.index[unknown][0]), column="Status")]


QUALTRICS = Platform(
    name="qualtrics",
    signature=signature,
    read=read,
    decisive="a third row with an ImportId in every cell",
)
