"""Qualtrics: CSV or TSV with rows of names, wordings and import ids above the answers, or SPSS."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from pipeline.ingest.platforms.qualtrics_columns import columns_of, facts_in
from pipeline.ingest.platforms.qualtrics_definition import Survey, read_survey
from pipeline.ingest.platforms.qualtrics_layout import (
    DISTINCTIVE,
    FINISHED,
    ONLY_IN_OLDEST,
    RESPONSE_ID,
    STATUS,
    Layout,
    fact_named,
    has_numbered_headings,
    layout_of,
    row_of_import_ids,
)
from pipeline.ingest.platforms.qualtrics_record import record_from, status_problems
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
from pipeline.ingest.wording import without_invisible
from pipeline.problems import refuse_if_any

SEEN_UNANSWERED = "-99"
BETWEEN_TICKS = ","
LEAST_USUAL = 3
_RESPONSE_ID = re.compile(r"R_[A-Za-z0-9]{13,17}")


def signature(sheet: Sheet) -> Signature:
    """A row of import ids decides; numbered or usual headings and ids also speak for Qualtrics."""
    usual, has_ids = _usual_headings(sheet), row_of_import_ids(sheet) is not None
    is_usual = len(usual) >= LEAST_USUAL and bool(DISTINCTIVE & set(usual))
    return signature_of(
        (4, has_ids, "a third row of import ids"),
        (4, has_numbered_headings(sheet), "headings V1 to V10 above ResponseID"),
        (2, is_usual, "the usual headings of a response"),
        (2, is_usual and bool(sheet.variables), "labels of variables"),
        (
            3,
            not has_ids and is_usual and _has_response_ids(sheet, usual),
            "ids of responses that begin with R_",
        ),
    )


def read(sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of a Qualtrics export in any of its layouts, with the QSF where there is one.

    Raises
    ------
    InputError
        If rows of headings were taken out, a status is not known, or the QSF is not one or is of
        another survey.
    """
    layout = layout_of(sheet)
    cells = cells_below(sheet, layout.heading_rows)
    facts = facts_in(layout)
    refuse_if_any(status_problems(sheet.file, cells, facts))
    survey = None if source.definition is None else read_survey(source.definition)
    columns, about_columns = columns_of(sheet, layout, survey)
    record, about_record = record_from(cells, facts, None if survey is None else survey.language)
    seen, about_seen = _seen_texts(columns)
    return RawExport(
        file=sheet.file,
        platform="qualtrics",
        columns=columns,
        cells=cells,
        record=record,
        layout=_in_words(layout, cells, facts, survey),
        seen_texts=seen,
        tick_separator=BETWEEN_TICKS if _may_join_ticks(layout) else None,
        notes=(*about_columns, *about_record, *about_seen),
    )


def _usual_headings(sheet: Sheet) -> dict[str, int]:
    """Place of what Qualtrics notes about a response, where a heading without spaces says so."""
    named = ((fact_named(heading), place) for place, heading in enumerate(sheet.headings))
    return {
        fact: place
        for fact, place in named
        if fact is not None
        and fact not in ONLY_IN_OLDEST
        and (" " not in sheet.headings[place] or "(" in sheet.headings[place])
    }


def _has_response_ids(sheet: Sheet, usual: Mapping[str, int]) -> bool:
    if RESPONSE_ID not in usual:
        return False
    texts = (without_invisible(text) for text in sheet.texts_below(usual[RESPONSE_ID]))
    return any(map(_RESPONSE_ID.fullmatch, texts))


def _seen_texts(columns: Sequence[ExportColumn]) -> tuple[frozenset[str], tuple[str, ...]]:
    """What stands for seen and left; nothing where a real answer has that number."""
    answers = [column.heading for column in columns if SEEN_UNANSWERED in column.labels]
    if not answers:
        return frozenset({SEEN_UNANSWERED}), ()
    note = (
        f"{SEEN_UNANSWERED} is the number of an answer in column '{answers[0]}', "
        "so it is nowhere read as seen and left unanswered"
    )
    return frozenset(), (note,)


def _may_join_ticks(layout: Layout) -> bool:
    """Whether some column stands for a whole question, all of whose ticks could be in its cells."""
    if all(told is None for told in layout.ids):
        return not layout.by_choice_id
    asked = (told for told in layout.ids if told is not None and told.question is not None)
    return any(not told.parts for told in asked)


def _in_words(
    layout: Layout, cells: pd.DataFrame, facts: Mapping[str, int], survey: Survey | None
) -> str:
    """The layout for people: rows of headings, numbers or wordings, with the QSF or without."""
    told = [cells[facts[fact]].unique() for fact in (STATUS, FINISHED) if fact in facts]
    texts = {without_invisible(str(text)) for values in told for text in values} - {""}
    numbers = all(text.isdecimal() for text in texts)
    answers = f", answers as {'numbers' if numbers else 'texts'}" if texts else ""
    return f"{layout.name}{answers}{'' if survey is None else ', with QSF'}"


QUALTRICS = Platform(
    name="qualtrics",
    signature=signature,
    read=read,
    decisive="a third row with an ImportId in every cell",
    has_unique_ids=True,
)
