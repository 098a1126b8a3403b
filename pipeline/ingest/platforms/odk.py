"""ODK: CSV of the submissions from Central or Briefcase, with or without the names of groups."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import pandas as pd

from pipeline.ingest.platforms.odk_definition import (
    FormColumn,
    FormColumns,
    described_column,
    kept_elsewhere,
    names_of_kind,
)
from pipeline.ingest.platforms.xlsform import XlsForm, read_xlsform
from pipeline.ingest.raw import (
    ExportColumn,
    Platform,
    RawExport,
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
    translate_told,
)
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import without_invisible, wording_key
from pipeline.problems import InputError, Problem

BETWEEN_GROUPS = "-"
BEFORE_CHOICE = "/"
OWN_HEADINGS = frozenset(
    (
        *("SubmissionDate", "KEY", "Status", "ReviewState", "Edits", "FormVersion"),
        *("AttachmentsPresent", "AttachmentsExpected", "isValidated", "SubmitterID"),
        *("SubmitterName", "DeviceID"),
    )
)
"""Columns of ODK itself, as it writes them; a question may be called ``status`` all the same."""

RECORD_HEADINGS = folded_set(["start", "end", "today", "instanceID", "deprecatedID"])
PERSONAL_HEADINGS = folded_set(
    (
        *("deviceid", "instanceName", "username", "phonenumber", "email", "simserial"),
        *("subscriberid", "audit", "background-audio", "background_audio"),
    )
)
PERSONAL_OWN_HEADINGS = frozenset({"SubmitterID", "SubmitterName", "DeviceID"})
REJECTED = frozenset({"rejected"})
OTHER_STATES = frozenset({"", "received", "edited", "hasissues", "has issues", "approved"})
OF_A_REPEAT = "PARENT_KEY"
REPEATS = "SET-OF-"
_META = re.compile(r"meta-.+", re.IGNORECASE)
_META_NAME = re.compile(r"meta-(?:.*-)?(?:instancename|audit|label)", re.IGNORECASE)
_PLACE = re.compile(r".+[-:](?:Latitude|Longitude|Altitude|Accuracy)", re.DOTALL)
_MOMENT = re.compile(
    r"([A-Z][a-z]{2}) ([0-9]{1,2}), ([0-9]{4}),? ([0-9]{1,2}):([0-9]{2}):([0-9]{2})"
    r"[ \u00a0\u202f]?([AP]M)?"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def signature(sheet: Sheet) -> Signature:
    """Headings that ODK adds to every submission, or to every row of a repeated group."""
    headings = set(sheet.headings)
    own = OWN_HEADINGS - {"SubmissionDate", "KEY", "Status"}
    return signature_of(
        (3, {"SubmissionDate", "KEY"} <= headings, "the key and date of a submission"),
        (2, len(own & headings) >= 2, "what ODK notes about a submission"),
        (5, _is_repeat(headings), "rows that belong to a submission"),
    )


def read(sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of an export; every row is a questionnaire that was sent in.

    Raises
    ------
    InputError
        If it holds no submissions, or the definition is no XLSForm.
    """
    _refuse_repeats(sheet)
    cells = cells_below(sheet, 1)
    form = None if source.definition is None else read_xlsform(source.definition)
    columns = _columns(sheet.headings, form)
    return RawExport(
        file=sheet.file,
        platform="odk",
        columns=columns,
        cells=cells,
        record=_record(sheet.headings, cells, form),
        layout=_layout(columns),
        tick_separator=" ",
        notes=(*sheet.notes, *_notes(columns, cells, form)),
    )


def _is_repeat(headings: Collection[str]) -> bool:
    return OF_A_REPEAT in headings and "KEY" in headings and "SubmissionDate" not in headings


def _refuse_repeats(sheet: Sheet) -> None:
    if _is_repeat(sheet.headings):
        cure = (
            "holds the answers of a repeated group, several rows a submission; "
            "give the file of the submissions instead, which has the name of the form only"
        )
        raise InputError([Problem(sheet.file, cure, column=OF_A_REPEAT)])


# ----------------------------------------------------------------------------- columns


def _columns(headings: Sequence[str], form: XlsForm | None) -> tuple[ExportColumn, ...]:
    own = {
        position: column
        for position, heading in enumerate(headings, start=1)
        if (column := _own_column(position, heading)) is not None
    }
    asked = {p: heading for p, heading in enumerate(headings, start=1) if p not in own}
    known = {} if form is None else FormColumns.of(form, (BETWEEN_GROUPS,)).find_all(asked)
    columns = [
        own[p] if p in own else _asked_column(p, heading, known.get(p))
        for p, heading in enumerate(headings, start=1)
    ]
    names = {column.code for column in columns}
    return tuple(
        replace(column, is_personal=True) if _is_other_text(column, names) else column
        for column in columns
    )


def _own_column(position: int, heading: str) -> ExportColumn | None:
    """A column that ODK adds: about the submission, the device or a place."""
    folded = heading.casefold()
    personal = folded in PERSONAL_HEADINGS or heading in PERSONAL_OWN_HEADINGS
    if personal or _PLACE.fullmatch(heading) or _META_NAME.fullmatch(heading):
        return ExportColumn(position, heading, is_record=True, is_personal=True)
    told = heading in OWN_HEADINGS or folded in RECORD_HEADINGS or heading.startswith(REPEATS)
    if told or _META.fullmatch(heading):
        return ExportColumn(position, heading, is_record=True)
    return None


def _asked_column(position: int, heading: str, found: FormColumn | None) -> ExportColumn:
    """A question, with a choice after a slash; the groups it stands in come before."""
    question, slash, choice = heading.partition(BEFORE_CHOICE)
    path = question.split(BETWEEN_GROUPS)
    shorter = tuple(
        BETWEEN_GROUPS.join(path[first:]) + slash + choice for first in range(1, len(path))
    )
    if found is None:
        return ExportColumn(position, heading, path[-1], choice or None, other_names=shorter)
    column = described_column(position, heading, found)
    names = dict.fromkeys([*column.other_names, *shorter])
    return column if column.is_record else replace(column, other_names=tuple(names))


def _is_other_text(column: ExportColumn, names: Collection[str | None]) -> bool:
    """Whether people wrote there what they mean by another answer."""
    question, other, rest = (column.code or "").rpartition("_other")
    return bool(other) and not rest and question in names


# ----------------------------------------------------------------------------- the record


def _record(headings: Sequence[str], cells: pd.DataFrame, form: XlsForm | None) -> pd.DataFrame:
    start, end = (
        _moments(column_named(cells, headings, *names_of_kind(form, kind), kind))
        for kind in ("start", "end")
    )
    key = _own_cells(headings, cells, "KEY")
    return record_of(
        cells.index,
        response_id=translate_told(key, text_or_missing, "string"),
        finished=pd.Series(True, index=cells.index),
        seconds=seconds_between(start, end),
        excluded=rejected(_own_cells(headings, cells, "ReviewState"), REJECTED),
        day=first_day(_moments(_own_cells(headings, cells, "SubmissionDate")), end, start),
    )


def _own_cells(headings: Sequence[str], cells: pd.DataFrame, name: str) -> pd.Series | None:
    """The cells of a column of ODK itself; of two of that name the one that stands last."""
    places = [position for position, heading in enumerate(headings, start=1) if heading == name]
    return cells[places[-1]] if places else None


def _moments(cells: pd.Series | None) -> pd.Series | None:
    return translate_told(cells, _iso_moment, "string")


def _iso_moment(text: str) -> object:
    """A moment as ISO 8601 has it; Briefcase writes ``Mar 1, 2026 9:05:01 AM``."""
    plain = without_invisible(text)
    found = _MOMENT.fullmatch(plain)
    if found is None or found[1] not in _MONTHS:
        return plain or pd.NA
    month, hour = _MONTHS.index(found[1]) + 1, int(found[4])
    if found[7] is not None:
        hour = hour % 12 + (12 if found[7] == "PM" else 0)
    return f"{found[3]}-{month:02}-{int(found[2]):02}T{hour:02}:{found[5]}:{found[6]}"


# ----------------------------------------------------------------------------- in words


def _layout(columns: Sequence[ExportColumn]) -> str:
    """How the export was made, in words."""
    asked = [column for column in columns if not column.is_record]
    grouped = any(BETWEEN_GROUPS in column.heading for column in asked)
    split = any(column.subcode is not None for column in asked)
    words = [
        "groups joined by '-'" if grouped else "no groups",
        "a column for each choice" if split else "",
    ]
    return ", ".join(word for word in words if word)


def _notes(
    columns: Sequence[ExportColumn], cells: pd.DataFrame, form: XlsForm | None
) -> Iterator[str]:
    if any(column.subcode is not None for column in columns):
        yield (
            "ODK writes 0 into the columns of a question with several answers even where nobody "
            "was asked it; such a 0 is read as not ticked."
        )
    repeated = [c.heading.removeprefix(REPEATS) for c in columns if c.heading.startswith(REPEATS)]
    for group in dict.fromkeys([*kept_elsewhere(form), *repeated]):
        yield f"The group '{group}' is asked several times; its answers are not read."
    headings = [column.heading for column in columns]
    yield from _notes_on_rows(headings, cells)


def _notes_on_rows(headings: Sequence[str], cells: pd.DataFrame) -> Iterator[str]:
    """Rows that are still encrypted, in a state that is not known, or without a date."""
    status = _own_cells(headings, cells, "Status")
    encrypted = 0 if status is None else int((status.map(without_invisible) != "").sum())
    if encrypted:
        yield f"{encrypted} rows are encrypted and hold no answers; export with the passphrase."
    state = _own_cells(headings, cells, "ReviewState")
    if state is not None:
        unknown = ~translate(state, wording_key, "string").isin([*REJECTED, *OTHER_STATES])
        if unknown.any():
            yield f"{int(unknown.sum())} rows have a review state that is not known; they are kept."
    sent = _moments(_own_cells(headings, cells, "SubmissionDate"))
    if sent is not None and (days := first_day(sent)) is not None:
        unread = int((sent.notna() & days.isna()).sum())
        if unread:
            yield f"{unread} rows have a date of submission that cannot be read."


ODK = Platform(
    name="odk",
    signature=signature,
    read=read,
    decisive="headings SubmissionDate and KEY",
    has_unique_ids=True,
)
