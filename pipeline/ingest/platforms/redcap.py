"""REDCap: CSV with field names or field labels as headings, with or without the data dictionary."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pipeline.ingest.platforms.redcap_columns import columns_of
from pipeline.ingest.platforms.redcap_dictionary import dictionary_places, read_dictionary
from pipeline.ingest.platforms.redcap_headings import Headings, headings_of
from pipeline.ingest.platforms.redcap_notes import notes_of
from pipeline.ingest.platforms.redcap_project import Dictionary
from pipeline.ingest.platforms.redcap_signs import (
    EVENT,
    INSTANCE,
    INSTRUMENT,
    OWN_LABELS,
    SENT_IN,
    SITE,
    checkbox_labels,
    checkbox_names,
    status_labels,
    status_names,
)
from pipeline.ingest.raw import (
    ExportColumn,
    Platform,
    RawExport,
    Signature,
    cells_below,
    first_day,
    folded_set,
    record_of,
    signature_of,
    text_or_missing,
    translate,
)
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.source import ExportSource
from pipeline.problems import InputError, Problem

BETWEEN = "\x1f"
"""Parts the record from event and repetition, and the form from the number of a repetition."""
LONG_HEADINGS = frozenset({"record", "field_name", "value"})


def signature(sheet: Sheet) -> Signature:
    """Headings REDCap adds: its own, boxes to tick, and the status of every form."""
    headings = folded_set(sheet.headings)
    boxes = "choices written with three underscores"
    return signature_of(
        (3, any(h.startswith("redcap_") for h in headings), "headings starting with redcap_"),
        (3, bool(checkbox_names(sheet)), boxes),
        (3, bool(status_names(sheet)), "a column ending in _complete with 0, 1 or 2"),
        (3, bool(status_labels(sheet)), "a column 'Complete?' with the status of a form"),
        (3, bool(checkbox_labels(sheet)), "choices written as (choice=...)"),
        (3, len(headings & set(OWN_LABELS)) >= 2, "the labels of columns that REDCap adds"),
        (4, dictionary_places(sheet) is not None, "the headings of a data dictionary"),
        (3, headings >= LONG_HEADINGS, "a row for each value"),
    )


def read(sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of a REDCap export, with names or labels as headings and codes or labels as answers.

    Raises
    ------
    InputError
        If it is the data dictionary itself, or has a row for each value; if the dictionary is none
        or describes another project.
    """
    _refuse_other_files(sheet)
    dictionary = None if source.definition is None else read_dictionary(source.definition)
    heads = headings_of(sheet, dictionary)
    columns = columns_of(sheet, heads, dictionary)
    _refuse_other_project(sheet, heads, columns, dictionary)
    cells = cells_below(sheet, 1)
    sites = heads.places_of(SITE)
    return RawExport(
        file=sheet.file,
        platform="redcap",
        columns=tuple(columns),
        cells=cells,
        record=_record(heads, cells),
        layout=_layout(heads),
        site_heading=sheet.headings[sites[0]] if sites else None,
        tick_separator=",",
        writes_empty_boxes=True,
        form_status={form: place + 1 for place, form in heads.statuses.items()},
        notes=tuple(notes_of(sheet, heads, columns, cells)),
    )


def _refuse_other_files(sheet: Sheet) -> None:
    if dictionary_places(sheet) is not None:
        cure = (
            "is the data dictionary, which holds no answers; give the export of the data as the "
            "file and the dictionary as its `definition`"
        )
        raise InputError([Problem(sheet.file, cure)])
    if folded_set(sheet.headings) >= LONG_HEADINGS:
        cure = "has a row for each value; export again with a row for each record (type 'flat')"
        raise InputError([Problem(sheet.file, cure)])


def _refuse_other_project(
    sheet: Sheet, heads: Headings, columns: Sequence[ExportColumn], dictionary: Dictionary | None
) -> None:
    """A dictionary that knows none of the columns is that of another project."""
    if dictionary is None or heads.fields or all(column.is_record for column in columns):
        return
    cure = (
        f"describes none of the columns of {sheet.file}; give the data dictionary of the project "
        "that the export comes from"
    )
    raise InputError([Problem(dictionary.file, cure)])


def _layout(heads: Headings) -> str:
    headings = "field labels" if heads.in_words else "field names"
    answers = "labels" if heads.has_labels else "codes"
    several = " of several events" if heads.places_of(EVENT) else ""
    repeated = heads.places_of(INSTRUMENT) or heads.places_of(INSTANCE)
    more = ", with repetitions" if repeated else ""
    return f"{headings} as headings, {answers} as answers, rows{several or ' of records'}{more}"


# --------------------------------------------------------------------------------- the responses


def _record(heads: Headings, cells: pd.DataFrame) -> pd.DataFrame:
    record = None if heads.record is None else _told(cells, heads.record)
    event = _own_cells(heads, cells, EVENT)
    instance = _instance(heads, cells)
    return record_of(
        cells.index,
        response_id=_joined_ids(record, event, instance),
        day=first_day(*(cells[place + 1] for place in heads.places_of(SENT_IN))),
        record=record,
        occasion=event,
        instance=instance,
    )


def _told(cells: pd.DataFrame, place: int) -> pd.Series:
    return translate(cells[place + 1], text_or_missing, "string")


def _own_cells(heads: Headings, cells: pd.DataFrame, what: str) -> pd.Series | None:
    places = heads.places_of(what)
    return _told(cells, places[0]) if places else None


def _instance(heads: Headings, cells: pd.DataFrame) -> pd.Series | None:
    """Form and number of a repetition; no form where a whole event is repeated."""
    number = _own_cells(heads, cells, INSTANCE)
    if number is None:
        return None
    form = _own_cells(heads, cells, INSTRUMENT)
    return BETWEEN + number if form is None else form.fillna("") + BETWEEN + number


def _joined_ids(
    record: pd.Series | None, event: pd.Series | None, instance: pd.Series | None
) -> pd.Series | None:
    """Record id, with event and repetition where a record has several rows."""
    if record is None:
        return None
    ids = record
    for part in (event, instance):
        if part is not None:
            ids = ids + (BETWEEN + part).fillna("")
    return ids


REDCAP = Platform(
    name="redcap",
    signature=signature,
    read=read,
    decisive="a heading redcap_data_access_group, <form>_complete or Complete?",
)
