"""ODK Central: CSV of the submissions, headings with or without the names of groups."""

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
    translate_told,
)
from pipeline.ingest.source import ExportSource
from pipeline.instrument import Instrument

BETWEEN_GROUPS = "-"
BEFORE_CHOICE = "/"
RECORD_HEADINGS = folded_set(
    (
        *("SubmissionDate", "KEY", "Status", "ReviewState", "Edits", "FormVersion"),
        *("AttachmentsPresent", "AttachmentsExpected", "meta-instanceID", "instanceID"),
        *("start", "end", "today"),
    )
)
PERSONAL_HEADINGS = folded_set(
    (
        *("SubmitterID", "SubmitterName", "DeviceID", "meta-instanceName", "instanceName"),
        *("username", "phonenumber", "email", "simserial", "subscriberid", "audit", "meta-audit"),
    )
)
OWN_HEADINGS = frozenset(
    {"SubmitterID", "SubmitterName", "AttachmentsPresent", "ReviewState", "FormVersion", "Edits"}
)
REJECTED = frozenset({"rejected"})


def signature(sheet: Sheet) -> Signature:
    """Headings that ODK Central adds to every submission."""
    headings = set(sheet.headings)
    return signature_of(
        (3, {"SubmissionDate", "KEY"} <= headings, "the key and date of a submission"),
        (2, len(OWN_HEADINGS & headings) >= 2, "what ODK Central notes about a submission"),
    )


def read(sheet: Sheet, source: ExportSource, instrument: Instrument) -> RawExport:
    """The rows of an export; every row is a questionnaire that was sent in."""
    cells = cells_below(sheet, 1)
    headings = sheet.headings
    return RawExport(
        file=sheet.file,
        platform="odk",
        columns=tuple(_column(place, heading) for place, heading in enumerate(headings, start=1)),
        cells=cells,
        record=_record(headings, cells),
        joins_ticks=True,
    )


def _column(position: int, heading: str) -> ExportColumn:
    """A question, with a choice after a slash; the groups it stands in come before."""
    if heading.casefold() in RECORD_HEADINGS:
        return ExportColumn(position, heading, is_record=True)
    if heading.casefold() in PERSONAL_HEADINGS:
        return ExportColumn(position, heading, is_personal=True)
    question, slash, choice = heading.partition(BEFORE_CHOICE)
    path = question.split(BETWEEN_GROUPS)
    shorter = tuple(
        BETWEEN_GROUPS.join(path[first:]) + slash + choice for first in range(1, len(path))
    )
    return ExportColumn(position, heading, path[-1], choice or None, other_names=shorter)


def _record(headings: Sequence[str], cells: pd.DataFrame) -> pd.DataFrame:
    start, end = (column_named(cells, headings, name) for name in ("start", "end"))
    key = column_named(cells, headings, "KEY")
    return record_of(
        cells.index,
        response_id=translate_told(key, text_or_missing, "string"),
        finished=pd.Series(True, index=cells.index),
        seconds=seconds_between(start, end),
        excluded=rejected(column_named(cells, headings, "ReviewState"), REJECTED),
        day=first_day(column_named(cells, headings, "SubmissionDate"), end, start),
    )


ODK = Platform(
    name="odk",
    signature=signature,
    read=read,
    decisive="headings SubmissionDate and KEY",
)
