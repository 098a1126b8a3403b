"""The columns of an export of KoBoToolbox: its own, and those of questions and choices."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from pipeline.ingest.platforms.kobo_headings import (
    BETWEEN_NAMES,
    Heading,
    Headings,
    take_apart,
)
from pipeline.ingest.platforms.odk_definition import FormColumn, FormColumns, described_column
from pipeline.ingest.platforms.xlsform import XlsForm
from pipeline.ingest.raw import ExportColumn, folded_set

SUBMISSION_HEADINGS = frozenset(
    (
        *("_id", "_uuid", "_submission_time", "_validation_status", "_submitted_by", "_index"),
        *("__version__", "_tags", "_notes", "_status", "meta/rootUuid"),
    )
)
RECORD_HEADINGS = folded_set(
    (
        *SUBMISSION_HEADINGS,
        *("_parent_index", "_parent_table_name", "_review_status", "_percentage_complete"),
        *("_edited", "_last_edited", "_date_modified", "start", "end", "today"),
    )
)
LEGACY_HEADINGS = folded_set(
    (
        *("_xform_id", "_xform_id_string", "_duration", "_bamboo_dataset_id", "_version"),
        *("_total_media", "_media_count", "_media_all_received"),
    )
)
PERSONAL_HEADINGS = folded_set(
    (
        *("_submitted_by", "_notes", "_tags", "_geolocation", "_attachments", "_review_comment"),
        *("deviceid", "username", "phonenumber", "email", "simserial", "subscriberid", "audit"),
        *("background-audio", "background_audio", "start-geopoint", "start_geopoint"),
    )
)
_VERSION = re.compile(r"_{1,2}version_{1,2}(?:_?[0-9]{3})*", re.IGNORECASE)
_META = re.compile(r"(?:meta|formhub)\W\w+", re.IGNORECASE)
_META_NAME = re.compile(r"meta\W(?:instancename|audit)", re.IGNORECASE)
_PLACE_PART = re.compile(r"(?:.*\W)?_(.+)_(?:latitude|longitude|altitude|precision)", re.DOTALL)
_OTHER_TEXT = re.compile(r"(\S+)_other")
TIMES_ASKED = re.compile(r"\[[0-9]+\]")


@dataclass(frozen=True, slots=True)
class KoboColumns:
    """The columns of an export.

    Attributes
    ----------
    columns : tuple of ExportColumn
        In the order of the file.
    apart : Headings
        The headings of the questions, taken apart.
    unknown : tuple of str
        Headings that the form does not tell, because it has none such or several.
    """

    columns: tuple[ExportColumn, ...]
    apart: Headings
    unknown: tuple[str, ...]


def kobo_columns(headings: Sequence[str], cells: pd.DataFrame, form: XlsForm | None) -> KoboColumns:
    """Every column of an export, told by the form where it is given and else by its heading.

    Parameters
    ----------
    headings : sequence of str
        Of every column.
    cells : DataFrame of Categorical
        Columns are positions, from 1.
    form : XlsForm, optional
        The definition of the survey.
    """
    derived = _derived(headings)
    own = {
        position: column
        for position, heading in enumerate(headings, start=1)
        if (column := _own_column(position, heading, derived)) is not None
    }
    asked = {p: h for p, h in enumerate(headings, start=1) if p not in own}
    apart = take_apart(asked, cells)
    signs = dict.fromkeys([apart.separator, BETWEEN_NAMES])
    found = {} if form is None else FormColumns.of(form, tuple(signs)).find_all(asked)
    single = {part.question for part in apart.parts.values() if part.choice is None}
    columns = tuple(
        own[p] if p in own else _asked_column(p, heading, apart, found.get(p), single)
        for p, heading in enumerate(headings, start=1)
    )
    return KoboColumns(
        columns=_with_personal(columns, apart),
        apart=apart,
        unknown=() if form is None else tuple(h for p, h in asked.items() if p not in found),
    )


def _own_column(position: int, heading: str, derived: Collection[str]) -> ExportColumn | None:
    """A column that KoBoToolbox adds: about the submission, the device, a place or a link."""
    folded = heading.casefold()
    if folded in PERSONAL_HEADINGS or heading in derived or _META_NAME.fullmatch(heading):
        return ExportColumn(position, heading, is_record=True, is_personal=True)
    about = folded in RECORD_HEADINGS | LEGACY_HEADINGS or _META.fullmatch(heading) is not None
    return ExportColumn(position, heading, is_record=True) if about or is_version(heading) else None


def is_version(heading: str) -> bool:
    """Whether a column tells the version of the form; a form may have several such columns."""
    return _VERSION.fullmatch(heading) is not None


def _derived(headings: Sequence[str]) -> frozenset[str]:
    """Headings of places, of their latitude and so on, and of links to recordings and pictures."""
    parts = {h: part[1] for h in headings if (part := _PLACE_PART.fullmatch(h)) is not None}
    stems = tuple(set(parts.values()))
    places = {h for h in headings if h.endswith(stems) and _ends_with_name(h, stems)}
    links = {f"{heading}_URL" for heading in headings}
    return frozenset({*parts, *places, *(h for h in headings if h in links)})


def _ends_with_name(heading: str, names: Sequence[str]) -> bool:
    """Whether a heading is one of some names, or ends with one after the sign for groups."""
    return any(
        heading.endswith(name) and not heading[: len(heading) - len(name)][-1:].isalnum()
        for name in names
    )


def _asked_column(
    position: int,
    heading: str,
    apart: Headings,
    found: FormColumn | None,
    single: Collection[str],
) -> ExportColumn:
    """A column of a question: as the form has it, or as its heading tells."""
    if found is not None:
        return described_column(position, heading, found)
    part = apart.parts[position]
    if apart.are_names and TIMES_ASKED.search(heading):
        return ExportColumn(position, heading)
    worded = not apart.are_names
    return ExportColumn(
        position=position,
        heading=heading,
        code=part.question,
        subcode=part.choice,
        other_names=_other_names(heading, apart.separator, part, single),
        question=(part.question, *part.otherwise) if worded else (),
        part=(part.choice,) if worded and part.choice is not None else (),
    )


def _other_names(
    heading: str, separator: str, part: Heading, single: Collection[str]
) -> tuple[str, ...]:
    """The heading without some or all of its groups, as a map of names has it.

    What looks like a choice may be a question of a group where no column has the name before it.
    """
    pieces = heading.split(separator)
    is_choice = part.choice is not None and part.question in single
    shortest = 2 if is_choice else 1
    paths = (pieces[first:] for first in range(len(pieces) - shortest + 1))
    return tuple(BETWEEN_NAMES.join(path) for path in paths)


def _with_personal(columns: tuple[ExportColumn, ...], apart: Headings) -> tuple[ExportColumn, ...]:
    """The columns with free text beside a question, and recordings and pictures, as personal."""
    headings = {column.heading for column in columns}
    names = {column.code for column in columns}
    return tuple(
        replace(column, is_personal=True)
        if _is_other_text(column, names, apart) or f"{column.heading}_URL" in headings
        else column
        for column in columns
    )


def _is_other_text(column: ExportColumn, names: set[str | None], apart: Headings) -> bool:
    """Whether people wrote there what they mean by another answer; it never has a label."""
    found = _OTHER_TEXT.fullmatch(column.code or "")
    return found is not None and (found[1] in names or not apart.are_names)
