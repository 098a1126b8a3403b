"""formr: CSV or XLSX of the results of a survey, all ticks of a question in one cell."""

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
    seconds_between,
    signature_of,
    text_or_missing,
    translate,
    translate_told,
)
from pipeline.ingest.source import ExportSource
from pipeline.instrument import Instrument

MOMENTS = frozenset({"created", "modified", "ended", "expired"})
RECORD_HEADINGS = MOMENTS | folded_set(["session", "session_id", "study_id", "iteration"])


def signature(sheet: Sheet) -> Signature:
    """The session, and when it was opened, changed, finished or given up."""
    headings = set(sheet.headings)
    return signature_of(
        (3, "session" in headings and len(MOMENTS & headings) >= 3, "the moments of a session"),
        (1, "expired" in headings, "when a session ran out"),
    )


def read(sheet: Sheet, source: ExportSource, instrument: Instrument) -> RawExport:
    """The rows of an export; a session that was never ended is not finished."""
    cells = cells_below(sheet, 1)
    headings = sheet.headings
    return RawExport(
        file=sheet.file,
        platform="formr",
        columns=tuple(_column(place, heading) for place, heading in enumerate(headings, start=1)),
        cells=cells,
        record=_record(headings, cells),
        joins_ticks=True,
    )


def _column(position: int, heading: str) -> ExportColumn:
    if heading.casefold() in RECORD_HEADINGS:
        return ExportColumn(position, heading, is_record=True)
    return ExportColumn(position, heading, code=heading)


def _record(headings: Sequence[str], cells: pd.DataFrame) -> pd.DataFrame:
    session = column_named(cells, headings, "session")
    created, ended = (column_named(cells, headings, name) for name in ("created", "ended"))
    return record_of(
        cells.index,
        response_id=None if session is None else _response_id(session, headings, cells),
        finished=translate_told(ended, _is_filled, "boolean"),
        seconds=seconds_between(created, ended),
        day=first_day(ended, column_named(cells, headings, "modified"), created),
    )


def _response_id(session: pd.Series, headings: Sequence[str], cells: pd.DataFrame) -> pd.Series:
    """The session; a survey that is asked again in one session has a row for each time."""
    ids = translate(session, text_or_missing, "string")
    for name in ("session_id", "iteration"):
        told = column_named(cells, headings, name)
        if told is not None:
            ids = ids + "\x1f" + told.astype("string")
    return ids


def _is_filled(text: str) -> object:
    return text_or_missing(text) is not pd.NA


FORMR = Platform(
    name="formr",
    signature=signature,
    read=read,
    decisive="headings session, created, modified and ended",
)
