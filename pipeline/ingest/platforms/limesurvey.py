"""LimeSurvey: responses headed by codes, by question texts or by both, and as R and SPSS data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.ingest.definition import Definition, described
from pipeline.ingest.platforms.limesurvey_answers import (
    answers_are_texts,
    blank_texts,
    with_single_signs,
    with_yes_and_no,
)
from pipeline.ingest.platforms.limesurvey_definition import SurveyDefinition, read_definition
from pipeline.ingest.platforms.limesurvey_headings import coded_by_wording, columns_of, is_shortened
from pipeline.ingest.platforms.limesurvey_layout import (
    CODED_NAMES,
    Layout,
    bracketed,
    layout_of,
    with_parts,
    without_texts,
    worded_names,
)
from pipeline.ingest.platforms.limesurvey_record import record_told
from pipeline.ingest.platforms.limesurvey_words import NOT_SHOWN_IN_VV
from pipeline.ingest.raw import (
    ExportColumn,
    Platform,
    RawExport,
    Signature,
    cells_below,
    signature_of,
)
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import wording_key
from pipeline.problems import InputError, Problem

WORKBOOKS = (".xls", ".xlsx")
LEAST_AGREEING = 0.5


def signature(sheet: Sheet) -> Signature:
    """Headings of a response by code or in words, and sub-questions in square brackets."""
    sheet, texts = without_texts(sheet)
    headings = sheet.headings
    layout = layout_of(sheet)
    separator = layout.separator or " "
    beginnings = {heading.casefold().partition(separator)[0] for heading in headings}
    worded = worded_names(sheet) if layout.headings == "question texts" else {}
    return signature_of(
        (3, len(CODED_NAMES & beginnings) >= 2, "the usual headings of a response"),
        (3, len(CODED_NAMES & set(worded.values())) >= 2, "the usual columns of a response"),
        (2, bool(texts), "a row of question texts above the codes"),
        (3, len(bracketed(headings)) >= 2, "sub-questions in square brackets behind a code"),
        (1, len(with_parts(headings)) >= 2, "headings that end in square brackets"),
    )


def read(sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of a LimeSurvey export.

    Raises
    ------
    InputError
        If there are no rows, or the definition cannot be read or belongs to another export.
    """
    told = None if source.definition is None else read_definition(source.definition)
    sheet, texts = without_texts(sheet)
    layout = layout_of(sheet)
    columns, places = columns_of(sheet, layout, _variables(sheet, layout, told))
    columns = _worded(columns, texts)
    cells = cells_below(sheet, 1)
    if source.file.suffix.casefold() in WORKBOOKS:
        cells = with_single_signs(cells)
    columns = _defined(columns, layout, told)
    record, notes = record_told(cells, places)
    return RawExport(
        file=sheet.file,
        platform="limesurvey",
        columns=with_yes_and_no(columns, sheet),
        cells=cells,
        record=record,
        layout="VV, question texts above codes" if texts else _in_words(layout, columns, sheet),
        blank_texts=blank_texts(columns, sheet) | ({NOT_SHOWN_IN_VV} if texts else set()),
        notes=(*sheet.notes, *notes, *_notes_on_shortened(columns)),
    )


def _worded(columns: Sequence[ExportColumn], texts: Sequence[str]) -> tuple[ExportColumn, ...]:
    """The columns with the texts that stand above their codes."""
    return tuple(
        replace(column, question=(texts[column.position - 1],))
        if texts and texts[column.position - 1] and not column.is_record
        else column
        for column in columns
    )


def _variables(sheet: Sheet, layout: Layout, told: SurveyDefinition | None) -> tuple[str, ...]:
    """Names of the columns from the R syntax, where the data are headed by question texts."""
    if told is None or not told.in_order or layout.headings != "question texts":
        return ()
    file = told.definition.file
    if len(told.in_order) != len(sheet.columns):
        cure = (
            f"describes {len(told.in_order)} columns but {sheet.file} has {len(sheet.columns)}; "
            "give the syntax file of the same export"
        )
        raise InputError([Problem(file, cure)])
    labelled = [
        (wording_key(label), wording_key(heading))
        for defined, heading in zip(told.definition.columns, sheet.headings, strict=True)
        for label in defined.question
        if label not in defined.names and heading
    ]
    agreeing = [heading for label, heading in labelled if label in heading]
    if len(agreeing) < LEAST_AGREEING * len(labelled):
        cure = f"its questions are not those of {sheet.file}; give the syntax of the same export"
        raise InputError([Problem(file, cure)])
    return told.in_order


def _defined(
    columns: Sequence[ExportColumn], layout: Layout, told: SurveyDefinition | None
) -> tuple[ExportColumn, ...]:
    definition: Definition | None = None if told is None else told.definition
    if told is not None and not told.in_order and layout.headings == "question texts":
        columns = coded_by_wording(columns, told.definition)
    return described(columns, definition)


def _in_words(layout: Layout, columns: Sequence[ExportColumn], sheet: Sheet) -> str:
    if layout.headings == "variables":
        return "statistics file"
    is_cut = any(map(is_shortened, sheet.headings)) and layout.headings != "codes"
    shortened = "shortened " if is_cut else ""
    answers = "texts" if answers_are_texts(columns, sheet) else "codes"
    return f"{shortened}{layout.headings} as headings, answers as {answers}"


def _notes_on_shortened(columns: Sequence[ExportColumn]) -> tuple[str, ...]:
    lost = [column for column in columns if not column.is_record and column.code is None]
    if not lost:
        return ()
    return (
        f"headings that are shortened and tell no question: {len(lost)}; export with question "
        "codes, or give a map of names",
    )


LIMESURVEY = Platform(
    name="limesurvey",
    signature=signature,
    read=read,
    decisive="headings submitdate, lastpage and startlanguage, in words or as codes",
)
