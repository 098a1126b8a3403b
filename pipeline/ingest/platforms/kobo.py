"""KoBoToolbox: CSV or XLSX with XML names as headings, with or without the names of groups."""

from __future__ import annotations

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
    record_of,
    rejected,
    seconds_between,
    signature_of,
    text_or_missing,
    translate,
)
from pipeline.ingest.source import ExportSource
from pipeline.instrument import Instrument

BETWEEN_NAMES = "/"
OTHER_SEPARATORS = (".", "-", ":", "|")
LEAST_SEPARATED = 3
RECORD_HEADINGS = folded_set(
    (
        *("_id", "_uuid", "_submission_time", "_validation_status", "_status", "_index"),
        *("__version__", "start", "end", "today", "formhub/uuid", "meta/instanceid"),
    )
)
PERSONAL_HEADINGS = folded_set(
    (
        *("_submitted_by", "_notes", "_tags", "_geolocation", "_attachments", "deviceid"),
        *("username", "phonenumber", "email", "simserial", "subscriberid", "audit"),
        *("meta/instancename",),
    )
)
OWN_HEADINGS = frozenset({"_validation_status", "_submitted_by", "_index", "__version__", "_tags"})
NOT_APPROVED = frozenset({"not approved", "validation status not approved"})


def signature(sheet: Sheet) -> Signature:
    """Headings that KoBoToolbox adds to every submission."""
    headings = set(sheet.headings)
    return signature_of(
        (
            3,
            "_submission_time" in headings and bool({"_uuid", "_id"} & headings),
            "the id and time of a submission",
        ),
        (2, len(OWN_HEADINGS & headings) >= 2, "what KoBoToolbox notes about a submission"),
    )


def read(sheet: Sheet, source: ExportSource, instrument: Instrument) -> RawExport:
    """The rows of an export; every row is a questionnaire that was sent in."""
    cells = cells_below(sheet, 1)
    headings = sheet.headings
    separator = _separator(headings)
    return RawExport(
        file=sheet.file,
        platform="kobo",
        columns=tuple(
            _column(place, heading, separator) for place, heading in enumerate(headings, start=1)
        ),
        cells=cells,
        record=_record(headings, cells),
        joins_ticks=True,
    )


def _separator(headings: Sequence[str]) -> str:
    """What stands between groups, questions and choices; whoever exports can choose it."""
    if any(BETWEEN_NAMES in heading for heading in headings):
        return BETWEEN_NAMES
    times = {sign: sum(sign in heading for heading in headings) for sign in OTHER_SEPARATORS}
    most = max(OTHER_SEPARATORS, key=lambda sign: times[sign])
    return most if times[most] >= LEAST_SEPARATED else BETWEEN_NAMES


def _column(position: int, heading: str, separator: str) -> ExportColumn:
    """A question, or a question and a choice; the groups it stands in come before."""
    if heading.casefold() in RECORD_HEADINGS:
        return ExportColumn(position, heading, is_record=True)
    if heading.casefold() in PERSONAL_HEADINGS:
        return ExportColumn(position, heading, is_personal=True)
    names = heading.split(separator)
    shorter = tuple(BETWEEN_NAMES.join(names[first:]) for first in range(len(names)))
    if len(names) == 1:
        return ExportColumn(position, heading, code=heading)
    return ExportColumn(position, heading, names[-2], names[-1], other_names=shorter)


def _record(headings: Sequence[str], cells: pd.DataFrame) -> pd.DataFrame:
    start, end = (column_named(cells, headings, name) for name in ("start", "end"))
    return record_of(
        cells.index,
        response_id=_response_id(headings, cells),
        finished=pd.Series(True, index=cells.index),
        seconds=seconds_between(start, end),
        excluded=rejected(column_named(cells, headings, "_validation_status"), NOT_APPROVED),
        day=first_day(column_named(cells, headings, "_submission_time"), end, start),
    )


def _response_id(headings: Sequence[str], cells: pd.DataFrame) -> pd.Series:
    ids = pd.Series(pd.NA, index=cells.index, dtype="string")
    for name in ("_uuid", "_id"):
        told = column_named(cells, headings, name)
        if told is not None:
            ids = ids.fillna(translate(told, text_or_missing, "string"))
    return ids


KOBO = Platform(
    name="kobo",
    signature=signature,
    read=read,
    decisive="headings _uuid and _submission_time",
)
