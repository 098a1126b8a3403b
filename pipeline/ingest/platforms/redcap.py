"""REDCap: raw CSV with field names as headings, and the data dictionary of the project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.ingest.codebook import codebook_of
from pipeline.ingest.match import AnswerNames
from pipeline.ingest.raw import (
    ExportColumn,
    Platform,
    RawExport,
    Sheet,
    Signature,
    cells_below,
    first_day,
    record_of,
    signature_of,
    text_or_missing,
    translate,
)
from pipeline.ingest.read_text import read_sheet
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import without_invisible
from pipeline.instrument import Instrument
from pipeline.problems import InputError, Problem, refuse_if_any

ACCESS_GROUP = "redcap_data_access_group"
ID_HEADINGS = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
COMPLETE = "2"
FREE_TEXT_TYPES = frozenset({"text", "notes", "file"})
_CHECKBOX = re.compile(r"([a-z][a-z0-9_]*?)___([a-z0-9_]+)", re.IGNORECASE)
_STATUS_TEXTS = frozenset({"0", "1", "2", ""})
_CHOICE = re.compile(r"\s*([^,]+?)\s*,\s*(.*?)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a data dictionary."""

    name: str
    kind: str
    choices: tuple[tuple[str, str], ...]
    is_identifier: bool


def signature(sheet: Sheet) -> Signature:
    """Headings REDCap adds: its own, checkbox choices, and the status of every form."""
    headings = sheet.headings
    own = [heading for heading in headings if heading.startswith("redcap_")]
    checkboxes = [heading for heading in headings if _CHECKBOX.fullmatch(heading)]
    return signature_of(
        (3, bool(own), "headings starting with redcap_"),
        (2, bool(checkboxes), "choices written with three underscores"),
        (3, bool(_status_positions(sheet)), "a column ending in _complete with 0, 1 or 2"),
    )


def read(sheet: Sheet, source: ExportSource, instrument: Instrument) -> RawExport:
    """The rows of a raw REDCap export; raises InputError for labels instead of codes."""
    if any(" (choice=" in heading or heading == "Complete?" for heading in sheet.headings):
        cure = "this is an export of labels; export again as CSV with raw data"
        raise InputError([Problem(sheet.file, cure)])
    fields = {} if source.dictionary is None else _read_dictionary(source.dictionary)
    refuse_if_any(list(_coding_problems(source, fields, instrument)))
    cells = cells_below(sheet, 1)
    return RawExport(
        file=sheet.file,
        platform="redcap",
        columns=_columns(sheet, fields),
        cells=cells,
        record=_record(sheet, cells, instrument),
        site_heading=ACCESS_GROUP if ACCESS_GROUP in sheet.headings else None,
    )


def _status_positions(sheet: Sheet) -> list[int]:
    """Places, from 0, of the columns that hold the status of a form."""
    return [
        place
        for place, heading in enumerate(sheet.headings)
        if heading.endswith("_complete")
        and {row[place] for row in sheet.cells[1:]} <= _STATUS_TEXTS
    ]


def _timestamp_positions(sheet: Sheet) -> list[int]:
    """Positions of the columns that hold when a form was sent in."""
    statuses = (sheet.headings[place] for place in _status_positions(sheet))
    names = {f"{status.removesuffix('_complete')}_timestamp" for status in statuses}
    return [place for place, heading in enumerate(sheet.headings, start=1) if heading in names]


def _columns(sheet: Sheet, fields: Mapping[str, Field]) -> tuple[ExportColumn, ...]:
    statuses = {sheet.headings[place] for place in _status_positions(sheet)}
    timestamps = {sheet.headings[position - 1] for position in _timestamp_positions(sheet)}
    record = statuses | timestamps | set(ID_HEADINGS)
    return tuple(
        _column(position, heading, position == 1 or heading in record, fields)
        for position, heading in enumerate(sheet.headings, start=1)
    )


def _column(
    position: int, heading: str, is_record: bool, fields: Mapping[str, Field]
) -> ExportColumn:
    if is_record:
        return ExportColumn(position, heading, is_record=True)
    checkbox = _CHECKBOX.fullmatch(heading)
    code, subcode = (heading, None) if checkbox is None else (checkbox[1], checkbox[2])
    field = fields.get(code)
    is_personal = field is not None and (field.is_identifier or field.kind in FREE_TEXT_TYPES)
    return ExportColumn(position, heading, code, subcode, is_personal=is_personal)


def _record(sheet: Sheet, cells: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    return record_of(
        cells.index,
        response_id=translate(_joined_ids(sheet.headings, cells), text_or_missing, "string"),
        finished=_finished(sheet, cells, instrument),
        day=first_day(*(cells[position] for position in _timestamp_positions(sheet))),
    )


def _joined_ids(headings: Sequence[str], cells: pd.DataFrame) -> pd.Series:
    """Record id, with event and instance where a record has several rows."""
    ids = cells[1].astype("string")
    for name in ID_HEADINGS:
        if name in headings:
            part = cells[headings.index(name) + 1].astype("string")
            ids = ids.where(part == "", ids + "\x1f" + part)
    return ids.astype(object)


def _finished(sheet: Sheet, cells: pd.DataFrame, instrument: Instrument) -> pd.Series | None:
    """Whether every form that holds answers is complete; a form ends with its status column."""
    names = AnswerNames.of(instrument)
    answer_places = [
        column.position - 1
        for column in _columns(sheet, {})
        if names.answer_column(column.code, column.subcode) is not None
    ]
    ends = {_end_of_form(place, _status_positions(sheet)) for place in answer_places} - {None}
    if not ends:
        return None
    return pd.concat([cells[end + 1] == COMPLETE for end in ends if end is not None], axis=1).all(
        axis=1
    )


def _end_of_form(place: int, statuses: Sequence[int]) -> int | None:
    return next((status for status in statuses if status > place), None)


def _read_dictionary(path: Path) -> dict[str, Field]:
    sheet = read_sheet(path)
    places = {heading.casefold(): place for place, heading in enumerate(sheet.headings)}
    name = _place(places, "Variable / Field Name", "field_name")
    kind = _place(places, "Field Type", "field_type")
    if name is None or kind is None:
        cure = "is not a REDCap data dictionary; its first heading is 'Variable / Field Name'"
        raise InputError([Problem(sheet.file, cure)])
    choices = _place(
        places, "Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"
    )
    identifier = _place(places, "Identifier?", "identifier")
    fields = (
        Field(
            name=row[name],
            kind=row[kind],
            choices=() if choices is None else _choices(row[choices]),
            is_identifier=identifier is not None and row[identifier].casefold() == "y",
        )
        for row in sheet.cells[1:]
    )
    return {field.name: field for field in fields}


def _place(places: Mapping[str, int], *names: str) -> int | None:
    return next((places[name.casefold()] for name in names if name.casefold() in places), None)


def _choices(text: str) -> tuple[tuple[str, str], ...]:
    found = (_CHOICE.fullmatch(choice) for choice in text.split("|"))
    return tuple((match[1], match[2]) for match in found if match is not None)


def _coding_problems(
    source: ExportSource, fields: Mapping[str, Field], instrument: Instrument
) -> Iterator[Problem]:
    """Answers that REDCap stores under another number than the questionnaire does."""
    if source.dictionary is None:
        return
    whole = AnswerNames.of(instrument).whole
    for field in fields.values():
        answer = whole.get(field.name.casefold())
        if answer is None or field.kind not in ("radio", "dropdown"):
            continue
        codebook = codebook_of(answer, instrument)
        for code, label in field.choices:
            meant = codebook.labels.get(codebook.key(label))
            if meant is not None and meant != codebook.read(without_invisible(code)):
                cure = (
                    f"the code {code} has a label that stands for another number in the "
                    "instrument; make the codes of both the same"
                )
                yield Problem(source.dictionary.as_posix(), cure, column=field.name)
                break


REDCAP = Platform(
    name="redcap",
    signature=signature,
    read=read,
    decisive="a heading redcap_data_access_group or <form>_complete",
)
