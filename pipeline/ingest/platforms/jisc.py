"""Jisc Online Surveys, second generation: answers in words, or coded, or as a statistics file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from pipeline.ingest.definition import described
from pipeline.ingest.moments import are_moments, days_of, is_ambiguous
from pipeline.ingest.platforms.jisc_headings import (
    Heading,
    Path,
    coded_name,
    coded_path,
    headings_of,
    is_in_order,
    is_response_number,
    numbered,
    parents_of,
)
from pipeline.ingest.platforms.jisc_key import read_key
from pipeline.ingest.raw import (
    ExportColumn,
    Platform,
    RawExport,
    Signature,
    cells_below,
    record_of,
    signature_of,
    text_or_missing,
    translate_told,
)
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import without_invisible
from pipeline.problems import Problem, refuse_if_any

LEAST_QUESTIONS = 2
RESPONDENT_FIELDS = re.compile(r"user ?name|password|e-?mail( address)?|token|x([1-9]|10)", re.I)
_NAME = re.compile(r"([a-z]\w*)|([A-Za-z]+[0-9]\w*)[\s.:)\]].*", re.DOTALL)
_ADDED_WORDS = re.compile(r"\bplease specify\b|\bif you selected other\b", re.IGNORECASE)


def signature(sheet: Sheet) -> Signature:
    """The unique response number, and questions that are numbered all through."""
    headings = headings_of(sheet)
    asked = [h for h in headings if not is_response_number(h.heading, h.label)]
    has_number = len(asked) < len(headings)
    coded = [path for h in asked if (path := coded_path(h.heading))]
    texts = [h for h in asked if numbered(h.heading)[0]]
    is_coded = LEAST_QUESTIONS <= len(coded) >= len(asked) - 1
    is_numbered = len(texts) >= LEAST_QUESTIONS and is_in_order(headings)
    return signature_of(
        (1, has_number, "a unique response number"),
        (3, has_number and (is_coded or is_numbered), "and every question with its number"),
        (1, is_coded, "names such as Q1 and Q3_1 for all questions"),
        (2, is_coded and any(map(_is_row, coded)), "rows of grids named such as Q14_1_a"),
        (3, is_numbered and _starts_with_one(asked), "all columns numbered from 1 on"),
    )


def _starts_with_one(asked: Sequence[Heading]) -> bool:
    """Whether every column has a number in front of its wording, the first of them 1."""
    return all(numbered(h.heading)[0] for h in asked) and asked[0].path[0] == "1"


def _is_row(path: Path) -> bool:
    """Whether the numbers are those of a row and a column in a grid, such as 14, 1, a."""
    return len(path) == 3 and path[1].isdigit() and path[2].isalpha()


def read(sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of an export; raises InputError where the questions are not numbered."""
    headings = headings_of(sheet)
    refuse_if_any(_heading_problems(sheet.file, headings))
    cells = cells_below(sheet, 1)
    definition = None if source.definition is None else read_key(source.definition)
    in_words = any(numbered(heading.heading)[0] for heading in headings)
    dates = _dates(headings, cells)
    return RawExport(
        file=sheet.file,
        platform="jisc",
        columns=described(_columns(headings, cells), definition),
        cells=cells,
        record=_record(headings, cells, dates),
        layout=_layout(sheet, in_words),
        tick_separator="," if in_words else None,
        notes=(*sheet.notes, *_notes(dates)),
    )


def _layout(sheet: Sheet, in_words: bool) -> str:
    if sheet.variables:
        return "statistics file with labels"
    return "numbered questions, answers as text" if in_words else "coded answers"


def _heading_problems(file: str, headings: Sequence[Heading]) -> list[Problem]:
    if any(heading.path for heading in headings):
        return []
    cure = (
        "no question has a number such as 1. or a name such as Q1; export the responses from "
        "Jisc Online Surveys again and leave the headings as they are"
    )
    return [Problem(file, cure)]


def _columns(headings: Sequence[Heading], cells: pd.DataFrame) -> list[ExportColumn]:
    parents = parents_of(headings)
    return [
        _asked(heading, parents.get(heading.path), headings, cells)
        if heading.path
        else _unnumbered(heading, cells)
        for heading in headings
    ]


def _unnumbered(heading: Heading, cells: pd.DataFrame) -> ExportColumn:
    """What is noted about the response; an unknown column may be a question that was renamed."""
    position, title = heading.position, heading.heading
    if is_response_number(title, heading.label):
        return ExportColumn(position, title, is_record=True)
    if RESPONDENT_FIELDS.fullmatch(without_invisible(title)):
        return ExportColumn(position, title, is_record=True, is_personal=True)
    if not _is_filled(cells[position]) or _is_date(cells[position]):
        return ExportColumn(position, title, is_record=True)
    question = (heading.label,) if heading.label else ()
    labels = {text: (label,) for text, label in heading.labels.items()}
    return ExportColumn(position, title, code=title, question=question, labels=labels)


def _is_filled(cells: pd.Series) -> bool:
    return any(without_invisible(str(text)) for text in cells.unique())


def _is_date(cells: pd.Series) -> bool:
    return _is_filled(cells) and are_moments(cells)


def _asked(
    heading: Heading,
    parent: Heading | None,
    headings: Sequence[Heading],
    cells: pd.DataFrame,
) -> ExportColumn:
    """A question, or a row or choice of one."""
    question, part = _wordings(heading, parent, cells)
    is_stem = _is_stem(heading, headings) and not _is_filled(cells[heading.position])
    code, subcode = _names(heading)
    return ExportColumn(
        position=heading.position,
        heading=heading.heading,
        code=None if is_stem else code,
        subcode=None if is_stem else subcode,
        is_personal=_ADDED_WORDS.search(heading.label) is not None,
        other_names=_other_names(heading),
        question=(question,) if question else (),
        part=(part,) if part else (),
        labels={text: (label,) for text, label in heading.labels.items()},
    )


def _is_stem(heading: Heading, headings: Sequence[Heading]) -> bool:
    """Whether other columns stand in this question."""
    length = len(heading.path)
    return any(h.path[:length] == heading.path and len(h.path) > length for h in headings)


def _wordings(heading: Heading, parent: Heading | None, cells: pd.DataFrame) -> tuple[str, str]:
    """Wording of the question, and of the row or choice.

    A row stands in a question that has no answers of its own. A box to tick has its choice as the
    label of the ticked value. What is asked after a choice is a question by itself.
    """
    if len(heading.path) == 1:
        return heading.label, ""
    if parent is not None and not _is_filled(cells[parent.position]):
        return parent.label, heading.label
    choice = heading.labels.get("1", "")
    is_box = len(heading.path) == 2 and heading.path[1].isdigit()
    if is_box and choice and choice != heading.label and set(heading.labels) <= {"0", "1"}:
        return heading.label, choice
    return ("", heading.label) if is_box else (heading.label, "")


def _names(heading: Heading) -> tuple[str, str | None]:
    """Names of question and part: one small word, or letters and digits in front of a wording."""
    found = _NAME.fullmatch(heading.label)
    name = None if found is None else found[1] or found[2]
    if len(heading.path) == 1:
        return name or coded_name(heading.path), None
    return coded_name(heading.path[:1]), name or "_".join(heading.path[1:])


def _other_names(heading: Heading) -> tuple[str, ...]:
    names = (coded_name(heading.path), ".".join(heading.path))
    return tuple(name for name in names if name != heading.heading)


def _dates(headings: Sequence[Heading], cells: pd.DataFrame) -> list[pd.Series]:
    """The columns that tell when a response was sent."""
    unnumbered = [cells[heading.position] for heading in headings if not heading.path]
    return [column for column in unnumbered if _is_date(column)]


def _record(
    headings: Sequence[Heading], cells: pd.DataFrame, dates: Sequence[pd.Series]
) -> pd.DataFrame:
    numbers = (h.position for h in headings if is_response_number(h.heading, h.label))
    position = next(numbers, None)
    response_id = None if position is None else cells[position]
    return record_of(
        cells.index,
        response_id=translate_told(response_id, text_or_missing, "string"),
        day=days_of(dates[-1], *dates) if dates else None,
    )


def _notes(dates: Sequence[pd.Series]) -> Iterator[str]:
    if dates and is_ambiguous(*dates):
        yield "nothing in the dates tells whether the day or the month stands first; no day is kept"


JISC = Platform(
    name="jisc",
    signature=signature,
    read=read,
    decisive="a heading Unique Response Number or URN, and questions numbered from 1 on",
    has_unique_ids=True,
)
