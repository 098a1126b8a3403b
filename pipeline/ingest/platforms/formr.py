"""formr: CSV, TSV or XLSX of the results of a survey, all ticks of a question in one cell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import pandas as pd

from pipeline.ingest.definition import described
from pipeline.ingest.moments import days_of, is_ambiguous, moments_of
from pipeline.ingest.platforms.formr_definition import read_item_sheet
from pipeline.ingest.raw import (
    ExportColumn,
    Platform,
    RawExport,
    Signature,
    cells_below,
    column_named,
    folded_set,
    record_of,
    signature_of,
    text_or_missing,
    translate,
    translate_told,
)
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.source import ExportSource

MOMENTS = frozenset({"created", "modified", "ended", "expired"})
RECORD_HEADINGS = MOMENTS | folded_set(["session", "session_id", "study_id", "iteration"])


def signature(sheet: Sheet) -> Signature:
    """The session, and when it was opened, changed, finished or given up."""
    headings = set(sheet.headings)
    return signature_of(
        (3, "session" in headings and len(MOMENTS & headings) >= 3, "the moments of a session"),
        (1, "expired" in headings, "when a session ran out"),
    )


def read(sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of an export; a session that was never ended is not finished.

    Raises
    ------
    InputError
        If there are no rows of answers, or the definition is no item sheet.
    """
    definition = None if source.definition is None else read_item_sheet(source.definition)
    cells = cells_below(sheet, 1)
    headings = sheet.headings
    columns = [_column(place, heading) for place, heading in enumerate(headings, start=1)]
    return RawExport(
        file=sheet.file,
        platform="formr",
        columns=described(columns, definition),
        cells=cells,
        record=_record(headings, cells),
        layout="one heading row, item names and codes of answers",
        tick_separator=",",
        notes=_notes(headings, cells),
    )


def _column(position: int, heading: str) -> ExportColumn:
    if heading.casefold() in RECORD_HEADINGS:
        return ExportColumn(position, heading, is_record=True)
    return ExportColumn(position, heading, code=heading, question=(heading,))


def _record(headings: Sequence[str], cells: pd.DataFrame) -> pd.DataFrame:
    session = column_named(cells, headings, "session")
    ended = column_named(cells, headings, "ended")
    return record_of(
        cells.index,
        response_id=None if session is None else _response_id(session, headings, cells),
        finished=translate_told(ended, _is_told, "boolean"),
        seconds=_seconds(headings, cells),
        day=_day(headings, cells),
    )


def _times(headings: Sequence[str], cells: pd.DataFrame) -> dict[str, pd.Series]:
    """The moments of a session that the export tells, the last one first."""
    named = {name: column_named(cells, headings, name) for name in ("ended", "modified", "created")}
    return {name: told for name, told in named.items() if told is not None}


def _seconds(headings: Sequence[str], cells: pd.DataFrame) -> pd.Series | None:
    times = _times(headings, cells)
    if not {"created", "ended"} <= set(times):
        return None
    moments = {name: moments_of(told, *times.values()) for name, told in times.items()}
    seconds = (moments["ended"] - moments["created"]).dt.total_seconds()
    return seconds.where(seconds >= 0)


def _day(headings: Sequence[str], cells: pd.DataFrame) -> pd.Series | None:
    """The day on which a session ended, or was last touched."""
    times = _times(headings, cells)
    if not times:
        return None
    days = [days_of(told, *times.values()) for told in times.values()]
    return reduce(lambda told, others: told.fillna(others), days)


def _notes(headings: Sequence[str], cells: pd.DataFrame) -> tuple[str, ...]:
    times = _times(headings, cells)
    if not is_ambiguous(*times.values()):
        return ()
    return (
        "the dates could have the day or the month first, so days and times taken are missing; "
        "export the results again without saving them in a spreadsheet",
    )


def _response_id(session: pd.Series, headings: Sequence[str], cells: pd.DataFrame) -> pd.Series:
    """The session; a survey that is asked again in one session has a row for each time."""
    ids = translate(session, text_or_missing, "string")
    for name in ("session_id", "iteration"):
        told = column_named(cells, headings, name)
        if told is not None:
            ids = ids + "\x1f" + told.astype("string")
    return ids


def _is_told(text: str) -> object:
    """Whether a cell tells a moment; other programs write ``NA`` or ``NULL`` for none."""
    return any(char.isdigit() for char in text)


FORMR = Platform(
    name="formr",
    signature=signature,
    read=read,
    decisive="headings session, created, modified and ended",
)
