"""KoBoToolbox: CSV or XLSX with names or labels, with or without groups, of one or more versions.

Read as well: the exports of its older server and of Ona, which write ``n/a`` into empty cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from pipeline.ingest.platforms.kobo_columns import (
    LEGACY_HEADINGS,
    SUBMISSION_HEADINGS,
    TIMES_ASKED,
    KoboColumns,
    kobo_columns,
)
from pipeline.ingest.platforms.kobo_versions import (
    brought_together,
    is_filled,
    repeated_columns,
    version_of,
    versions_in,
)
from pipeline.ingest.platforms.odk_definition import kept_elsewhere, names_of_kind
from pipeline.ingest.platforms.xlsform import XlsForm, read_xlsform
from pipeline.ingest.raw import (
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
)
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import one_line, wording_key
from pipeline.problems import InputError, Problem

OF_A_REPEAT = "_parent_index"
SYNTAX_MARKS = frozenset({"VARIABLE LABELS", "VALUE LABELS"})
LEGACY_BLANK = "n/a"
NOT_APPROVED = frozenset(
    (
        *("not approved", "validation status not approved", "non approuvé", "no aprobado"),
        *("não aprovado", "nicht genehmigt", "rejected"),
    )
)
OTHER_STATUSES = frozenset(
    (
        *("", "approved", "validation status approved", "on hold", "validation status on hold"),
        *("approuvé", "en attente", "aprobado", "en espera", "aprovado", "em espera"),
        *("genehmigt", "zurückgestellt"),
    )
)


def signature(sheet: Sheet) -> Signature:
    """Headings that KoBoToolbox adds to every submission, or to every row of a repeated group."""
    headings = set(sheet.headings)
    identified = "_submission_time" in headings and bool({"_uuid", "_id"} & headings)
    own = SUBMISSION_HEADINGS & headings
    return signature_of(
        (3, identified, "the id and time of a submission"),
        (3, not identified and len(own) >= 3, "several of the columns of a submission"),
        (2, len(own - {"_id", "_uuid", "_submission_time"}) >= 2, "notes about a submission"),
        (5, _is_repeat(headings), "rows that belong to a submission"),
        (5, _is_syntax(sheet), "labels for SPSS"),
    )


def read(sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of an export; every row is a questionnaire that was sent in.

    Raises
    ------
    InputError
        If it holds no submissions, or the definition is no XLSForm.
    """
    _refuse_other_tables(sheet)
    tagged = _has_tags(sheet)
    cells = cells_below(sheet, 2 if tagged else 1)
    form = None if source.definition is None else read_xlsform(source.definition)
    opened = kobo_columns(sheet.headings, cells, form)
    repeated = repeated_columns(opened.columns, cells)
    return RawExport(
        file=sheet.file,
        platform="kobo",
        columns=tuple(
            replace(column, code=None, subcode=None) if column.position in repeated else column
            for column in opened.columns
        ),
        cells=brought_together(cells, repeated),
        record=_record(sheet.headings, cells, form),
        layout=_layout(opened, tagged),
        blank_texts=_blank_texts(sheet.headings),
        tick_separator=" ",
        notes=(*sheet.notes, *_notes(opened, cells, form, repeated)),
    )


# ----------------------------------------------------------------------------- other files


def _is_repeat(headings: set[str]) -> bool:
    return OF_A_REPEAT in headings and any(h.startswith("_submission__") for h in headings)


def _is_syntax(sheet: Sheet) -> bool:
    return bool(sheet.columns) and sheet.headings[0] in SYNTAX_MARKS


def _refuse_other_tables(sheet: Sheet) -> None:
    """Refuse what KoBoToolbox writes besides the table of submissions."""
    if _is_syntax(sheet):
        cure = "holds labels for SPSS and no answers; export again as CSV or XLSX"
        raise InputError([Problem(sheet.file, cure)])
    if _is_repeat(set(sheet.headings)):
        cure = (
            "holds the answers of a repeated group, several rows a submission; "
            "give the table of the submissions instead"
        )
        raise InputError([Problem(sheet.file, cure, column=OF_A_REPEAT)])


def _has_tags(sheet: Sheet) -> bool:
    """Whether a row of HXL tags, such as ``#date``, follows the headings."""
    told = [cell for cell in sheet.row(1) if cell]
    return bool(told) and all(cell.startswith("#") for cell in told)


# ----------------------------------------------------------------------------- the record


def _record(headings: Sequence[str], cells: pd.DataFrame, form: XlsForm | None) -> pd.DataFrame:
    start, end = (
        column_named(cells, headings, *names_of_kind(form, kind), kind) for kind in ("start", "end")
    )
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
    for name in ("_uuid", "_id", "meta/rootUuid", "meta/instanceID"):
        told = column_named(cells, headings, name)
        if told is not None and ids.isna().any():
            ids = ids.fillna(translate(told, text_or_missing, "string"))
    return ids


def _blank_texts(headings: Sequence[str]) -> frozenset[str]:
    legacy = LEGACY_HEADINGS & folded_set(headings)
    return frozenset({LEGACY_BLANK}) if legacy else frozenset()


# ----------------------------------------------------------------------------- in words


def _layout(opened: KoboColumns, tagged: bool) -> str:
    """How the export was made, in words."""
    apart = opened.apart
    grouped = any(part.groups for part in apart.parts.values())
    words = [
        "XML names as headings" if apart.are_names else "labels as headings",
        f"groups joined by '{apart.separator}'" if grouped else "no groups",
        "a column for each choice" if any(c.subcode for c in opened.columns) else "",
        "a row of tags below the headings" if tagged else "",
    ]
    return ", ".join(word for word in words if word)


def _notes(
    opened: KoboColumns, cells: pd.DataFrame, form: XlsForm | None, repeated: Mapping[int, int]
) -> Iterator[str]:
    headings = {column.position: column.heading for column in opened.columns}
    version = version_of(opened.columns, cells)
    if version is not None:
        yield f"{len(versions_in(version))} versions of the form are in this export."
    answered = {p: first for p, first in repeated.items() if is_filled(cells[p]).any()}
    for position, first in answered.items():
        yield (
            f"Column {position} ('{headings[position]}') asks again what column {first} asks, in "
            "another version of the form; its answers are read together with those."
        )
    shared = _shared_headings(opened, repeated)
    if form is None and shared:
        yield (
            f"{len(shared)} headings stand above several columns, such as '{one_line(shared[0])}'; "
            "give the XLSForm as the definition, or export with XML names or with group names."
        )
    if opened.unknown:
        yield (
            f"The form does not tell what {len(opened.unknown)} columns are, such as "
            f"'{one_line(opened.unknown[0])}'; they are known by their heading only. If it has "
            "several questions of that name, export with XML names or with group names."
        )
    yield from _notes_on_repeats(opened, form)
    yield from _notes_on_status(opened, cells)


def _shared_headings(opened: KoboColumns, repeated: Mapping[int, int]) -> list[str]:
    """Headings of questions that stand above several columns, in one version of the form."""
    asked = [c for c in opened.columns if c.code is not None and c.position not in repeated]
    times = Counter(column.heading for column in asked)
    return [heading for heading, number in times.items() if number > 1]


def _notes_on_repeats(opened: KoboColumns, form: XlsForm | None) -> Iterator[str]:
    for group in kept_elsewhere(form):
        yield f"The group '{group}' is asked several times; its answers are not read."
    times = sum(TIMES_ASKED.search(column.heading) is not None for column in opened.columns)
    if times:
        yield f"{times} columns belong to groups that are asked several times and are not read."


def _notes_on_status(opened: KoboColumns, cells: pd.DataFrame) -> Iterator[str]:
    """Rows whose validation status is in words that are not known."""
    for column in opened.columns:
        if column.heading.casefold() == "_validation_status":
            told = translate(cells[column.position], wording_key, "string")
            unknown = ~told.isin([*NOT_APPROVED, *OTHER_STATUSES])
            if unknown.any():
                yield (
                    f"{int(unknown.sum())} rows have a validation status that is not known; they "
                    "are kept. Export with XML values if some of them were not approved."
                )


KOBO = Platform(
    name="kobo",
    signature=signature,
    read=read,
    decisive="headings _uuid and _submission_time",
    has_unique_ids=True,
)
