"""SurveyMonkey: two rows of headings, one row, or the names of its statistics export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from pipeline.ingest.platforms.surveymonkey_columns import (
    NO_ANSWER,
    NOT_ASKED,
    WHOLE,
    columns_of,
    spread_notes,
)
from pipeline.ingest.platforms.surveymonkey_headings import Heading, headings_of
from pipeline.ingest.platforms.surveymonkey_layouts import (
    has_answer_words,
    has_blank_corner,
    has_spss_names,
    has_two_rows,
    record_key,
)
from pipeline.ingest.platforms.surveymonkey_record import (
    date_notes,
    id_problems,
    record_from,
    texts_in,
    told_about_responses,
)
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
from pipeline.problems import Problem, refuse_if_any

SUMMARY_KEYS = frozenset({"answerchoices", "responses"})


def signature(sheet: Sheet) -> Signature:
    """The id of a respondent, a second row of headings, or the names of a statistics export."""
    keys = {record_key(heading) for heading in sheet.headings}
    return signature_of(
        (3, "respondentid" in keys, "a heading Respondent ID"),
        (1, "collectorid" in keys, "a heading Collector ID"),
        (3, has_two_rows(sheet) and has_answer_words(sheet), "a second row that says Response"),
        (3, has_blank_corner(sheet), "a second row of headings that starts below the questions"),
        (4, has_spss_names(sheet), "names such as q0001 and q0002_0001"),
    )


def read(sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of an export; raises InputError where a row of headings was taken out."""
    headings = headings_of(sheet)
    refuse_if_any(list(_heading_problems(sheet, headings)))
    cells = cells_below(sheet, 2 if has_two_rows(sheet) else 1)
    refuse_if_any(list(id_problems(sheet.file, headings, cells)))
    columns = tuple(columns_of(headings, cells))
    told = told_about_responses(headings, cells)
    is_named = has_spss_names(sheet)
    return RawExport(
        file=sheet.file,
        platform="surveymonkey",
        columns=columns,
        cells=cells,
        record=record_from(cells.index, told),
        layout=f"{_rows(sheet)}, {_answers(columns, cells)}",
        blank_texts=frozenset({NOT_ASKED}) if is_named else frozenset(),
        seen_texts=frozenset({NO_ANSWER}) if is_named else frozenset(),
        notes=(*sheet.notes, *date_notes(told), *spread_notes(headings, cells)),
    )


def _heading_problems(sheet: Sheet, headings: Sequence[Heading]) -> Iterator[Problem]:
    """Summaries, and columns that go on with a question and do not say with which part of it."""
    if {record_key(heading) for heading in sheet.headings} >= SUMMARY_KEYS:
        yield Problem(sheet.file, "is a summary of the answers; export all individual responses")
        return
    asked = [heading for heading in headings if heading.number and not heading.heading]
    for heading in () if has_two_rows(sheet) else asked:
        if sheet.texts_below(heading.position - 1) - {""}:
            cure = (
                f"column {heading.position} has no heading, as if the second row of headings "
                "was taken out; export again and leave the top rows as they are"
            )
            yield Problem(sheet.file, cure)
            return


def _rows(sheet: Sheet) -> str:
    if has_spss_names(sheet):
        return "names of a statistics export"
    return "two rows of headings" if has_two_rows(sheet) else "one row of headings"


def _answers(columns: Sequence[ExportColumn], cells: pd.DataFrame) -> str:
    """Whether most questions are answered in numbers."""
    asked = [column for column in columns if not column.is_record and not column.is_personal]
    held = [texts for column in asked if (texts := texts_in(cells[column.position]))]
    numbers = sum(all(WHOLE.fullmatch(text) for text in texts) for texts in held)
    return "answers as numbers" if 2 * numbers > len(held) else "answers as text"


SURVEYMONKEY = Platform(
    name="surveymonkey",
    signature=signature,
    read=read,
    decisive="a heading Respondent ID, and Response in the row below",
    has_unique_ids=True,
)
