"""The sheet on which people translate and review: source and translation side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml

from pipeline.instrument.checks import Documents
from pipeline.instrument.documents import document, scale_documents, translation_documents
from pipeline.instrument.translation import (
    MOST_NAMED,
    entry_problems,
    source_language,
    source_texts,
)
from pipeline.problems import InputError, Problem, refuse_if_any

HEADINGS = (
    "place",
    "source",
    "translation",
    "state",
    "what it asks",
    "note for translators",
    "reviewer's comment",
)
WIDTHS = (34, 52, 52, 16, 44, 44, 34)
NAME, NOTE = "the language, in the language itself", "what is still owed, in the language itself"
SOURCE_NOTE = "what is still owed, in the source language"
ABOUT = (NAME, NOTE, SOURCE_NOTE)
_CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""A fixed date, so that the same texts give the same bytes."""

EXPLANATION = (
    "One row is one text. Translate the column 'source' into the column 'translation'.",
    "Words in curly brackets, such as {users}, stay as they are: each site puts its own there.",
    "'what it asks' and 'note for translators' say what a wording must and must not mean.",
    "'state' says what to look at: missing, or the source has changed since it was translated.",
    "Change nothing in the columns 'place' and 'source'. Leave no translation empty.",
    "Steps that are owed before a translation is called reviewed: two translations made apart, one "
    "text agreed from both, a check against the source by somebody who has seen neither, and "
    "interviews with service users and with professionals.",
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as it was read from a finished sheet; `number` counts as the spreadsheet does."""

    number: int
    place: str
    source: str
    translation: str


def review_sheet(documents: Documents, language: str) -> bytes:
    """A workbook with every text of the questionnaire and what there is of its translation.

    Parameters
    ----------
    documents : mapping
        The parsed files of the questionnaire.
    language : str
        Code of the language, which may be new.
    """
    from xlsxwriter import Workbook  # only where a workbook is written

    content = BytesIO()
    book = Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": _CREATED})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(language)
    for place, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.set_column(place, place, width, wrap)
        sheet.write_string(0, place, heading, head)
    for number, cells in enumerate(_rows(documents, language), start=1):
        for place, cell in enumerate(cells):
            sheet.write_string(number, place, cell, wrap)
    sheet.freeze_panes(1, 1)
    guide = book.add_worksheet("read me")
    guide.set_column(0, 0, 110, wrap)
    for number, line in enumerate(EXPLANATION):
        guide.write_string(number, 0, line, wrap)
    book.close()
    return content.getvalue()


def read_sheet(path: Path) -> list[SheetRow]:
    """The rows of a finished sheet.

    Raises
    ------
    InputError
        If the file is no workbook, or its first sheet lacks one of the columns.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        cells = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError) as error:
        cure = "cannot be read as an Excel workbook; save the sheet as .xlsx"
        raise InputError([Problem(path.as_posix(), cure)]) from error
    headings = [str(cell).strip() for cell in cells[0]] if cells else []
    missing = [name for name in HEADINGS[:3] if name not in headings]
    cure = "there is no such column; keep the headings of the sheet as they were"
    refuse_if_any([Problem(path.as_posix(), cure, row=1, column=name) for name in missing])
    places = [headings.index(name) for name in HEADINGS[:3]]
    return [
        SheetRow(number, *(str(line[place]).strip() for place in places))
        for number, line in enumerate(cells[1:], start=2)
        if any(str(cell).strip() for cell in line)
    ]


def translation_from(
    documents: Documents, language: str, status: str, rows: Sequence[SheetRow], file: str
) -> dict[str, Any]:
    """The content of a translation file from a finished sheet.

    Raises
    ------
    InputError
        With every row that is empty, unknown, twice there, or belongs to a source text that has
        changed, and every text that has no row.
    """
    sources, source_code = source_texts(documents), source_language(documents)
    wanted = {**dict.fromkeys(ABOUT, ""), **sources}
    told = {row.place: row for row in rows}
    problems = [*_row_problems(rows, wanted, file)]
    for place in wanted:
        if place not in told:
            problems.append(Problem(file, "this text has no row; make a new sheet", column=place))
    refuse_if_any(problems)
    texts = [
        {"place": place, source_code: told[place].source, language: told[place].translation}
        for place in sources
    ]
    refuse_if_any(
        [
            Problem(file, problem.cure, row=told[text["place"]].number, column=text["place"])
            for text in texts
            for problem in entry_problems(file, text, sources[text["place"]], source_code)
        ]
    )
    return {
        "language": language,
        "name": told[NAME].translation,
        "status": status,
        "note": {
            language: told[NOTE].translation,
            source_code: told[SOURCE_NOTE].translation,
        },
        "texts": texts,
    }


def translation_yaml(content: Mapping[str, Any]) -> str:
    """The translation file as it is written; the same content gives the same text."""
    written = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
    return f"# Written by `python -m pipeline translate`; change texts in its sheet.\n{written}"


def _row_problems(
    rows: Sequence[SheetRow], wanted: Mapping[str, str], file: str
) -> Iterator[Problem]:
    seen: set[str] = set()
    for row in rows:
        if row.place not in wanted:
            cure = "there is no such text in the questionnaire; take the row out"
            yield Problem(file, cure, row=row.number, column="place")
        elif row.place in seen:
            yield Problem(file, "this text has two rows; keep one", row=row.number, column="place")
        seen.add(row.place)
    empty = [row.number for row in rows if not row.translation.strip()]
    for number in empty[:MOST_NAMED]:
        yield Problem(file, "is empty; translate it", row=number, column="translation")
    if len(empty) > MOST_NAMED:
        cure = f"{len(empty) - MOST_NAMED} more rows are empty; a translation is complete or absent"
        yield Problem(file, cure, column="translation")


def _rows(documents: Documents, language: str) -> Iterator[tuple[str, ...]]:
    known = next(
        (c for c in translation_documents(documents).values() if c["language"] == language), None
    )
    source_code = source_language(documents)
    yield from _about_rows(known, language, source_code)
    entries = {entry["place"]: entry for entry in (known or {"texts": []})["texts"]}
    notes = _notes(documents)
    for place, source in source_texts(documents).items():
        entry = entries.get(place, {})
        state = _state(entry, source, source_code)
        yield (place, source, entry.get(language, ""), state, *notes.get(place, ("", "")), "")


def _about_rows(
    known: Mapping[str, Any] | None, language: str, source_code: str
) -> Iterator[tuple[str, ...]]:
    note = {} if known is None else known["note"]
    given = ("" if known is None else known["name"], note.get(language, ""))
    for place, text in zip(ABOUT, (*given, note.get(source_code, "")), strict=True):
        yield (place, "", text, "" if text else "missing", "", "", "")


def _state(entry: Mapping[str, str], source: str, source_code: str) -> str:
    if not entry:
        return "missing"
    return "" if entry.get(source_code) == source else "source has changed"


def _notes(documents: Documents) -> dict[str, tuple[str, str]]:
    """Intent and translators' note of each item and question, by the place of its wording."""
    notes: dict[str, tuple[str, str]] = {}
    for content in scale_documents(documents).values():
        for facet in content["facets"]:
            for item in facet["items"]:
                place = f"scales/{content['id']} facets.{facet['id']}.items.{item['id']}.text"
                notes[place] = (item.get("intent", ""), item.get("translation", ""))
    for name in ("respondents", "context"):
        for question in document(documents, name)["questions"]:
            place = f"{name} questions.{question['id']}.text"
            notes[place] = (question.get("intent", ""), question.get("translation", ""))
    return notes
