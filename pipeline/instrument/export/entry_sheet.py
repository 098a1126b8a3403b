"""The workbook into which the answers of printed forms are typed, one row a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from pipeline.instrument.export.printed import printed_columns
from pipeline.instrument.export.questionnaire import (
    Choice,
    Counters,
    Entry,
    Grid,
    OpenText,
    Questionnaire,
    Ticks,
)

FORM_NUMBER = "form_number"
ROWS_TO_FILL = 2000
"""How many forms the checks of the sheet reach."""

MOST_LISTED = 255
"""Longest list of numbers and longest message that a spreadsheet takes."""

_FIXED_DATE = datetime(2000, 1, 1)
_CODE_HEADINGS = ("column", "number_on_paper", "question", "part", "may_be", "meaning")
_CODE_WIDTHS = (16, 17, 60, 50, 22, 44)


@dataclass(frozen=True, slots=True)
class Cell:
    """What may be typed into a column.

    Attributes
    ----------
    question, part : str
        What is asked, and the statement or box the column stands for.
    labels : mapping
        The numbers that may be typed and what they mean; empty where there is no such list.
    lowest, highest : int, optional
        Range of a whole number.
    is_text : bool
        Words are typed, not a number.
    """

    question: str
    part: str
    labels: Mapping[int, str]
    lowest: int | None = None
    highest: int | None = None
    is_text: bool = False

    @property
    def rule(self) -> str:
        """What may be typed, in a few words."""
        if self.is_text:
            return "text"
        if self.labels:
            return ", ".join(str(value) for value in self.labels)
        if self.lowest is None and self.highest is None:
            return "a whole number"
        if self.highest is None:
            return f"a whole number, {self.lowest} or more"
        if self.lowest is None:
            return f"a whole number, {self.highest} or less"
        return f"a whole number from {self.lowest} to {self.highest}"


def entry_sheet(questionnaire: Questionnaire) -> bytes:
    """The workbook: sheet ``answers`` to type into, sheet ``codes`` to look things up.

    The columns stand in the order of the printed form.
    """
    from xlsxwriter import Workbook

    content = BytesIO()
    book = Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": questionnaire.title, "created": _FIXED_DATE})
    cells = cells_by_column(questionnaire)
    numbers = printed_columns(questionnaire)
    _write_answers(book, numbers, cells)
    _write_codes(book, numbers, cells, questionnaire)
    book.close()
    return content.getvalue()


def cells_by_column(questionnaire: Questionnaire) -> dict[str, Cell]:
    """What may be typed into each answer column."""
    return {name: cell for entry in questionnaire.entries for name, cell in _cells(entry)}


def _cells(entry: Entry) -> Iterator[tuple[str, Cell]]:
    if isinstance(entry, Grid):
        labels = {answer.value: answer.label for answer in entry.answers}
        yield from ((row.column, Cell(entry.text, row.text, labels)) for row in entry.rows)
    elif isinstance(entry, Choice):
        labels = {answer.value: answer.label for answer in entry.answers}
        yield entry.column, Cell(entry.text, "", labels)
    elif isinstance(entry, Ticks):
        ticked = {1: "cross in the box; leave the cell empty if there is none"}
        yield from ((row.column, Cell(entry.text, row.text, ticked)) for row in entry.rows)
    elif isinstance(entry, Counters):
        for row in entry.rows:
            yield row.column, Cell(entry.text, row.text, {}, 0, entry.total)
    elif isinstance(entry, OpenText):
        yield entry.column, Cell(entry.text, "", {}, is_text=True)
    else:
        yield entry.column, Cell(entry.text, "", {}, entry.lowest, entry.highest)


def _write_answers(book: Any, numbers: Mapping[str, int | None], cells: Mapping[str, Cell]) -> None:
    sheet = book.add_worksheet("answers")
    heading = book.add_format({"bold": True, "bg_color": "#E8E8E8", "bottom": 1, "rotation": 60})
    as_text = book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 70)
    sheet.set_column(0, 0, 14, as_text)
    sheet.write_string(0, 0, FORM_NUMBER, heading)
    for place, name in enumerate(numbers, start=1):
        cell = cells[name]
        sheet.write_string(0, place, name, heading)
        sheet.set_column(place, place, 24 if cell.is_text else 8, as_text if cell.is_text else None)
        if not cell.is_text:
            allowed = _allowed(cell, name, numbers[name])
            sheet.data_validation(1, place, ROWS_TO_FILL, place, allowed)


def _allowed(cell: Cell, name: str, number: int | None) -> dict[str, Any]:
    told = f"{name} may be {cell.rule}. Leave the cell empty if nothing is crossed or written."
    where = "" if number is None else f"Question {number}"
    return {
        **_criterion(cell),
        "ignore_blank": True,
        "error_title": "Not an answer here",
        "error_message": _clipped(told),
        "input_title": where,
        "input_message": _clipped(cell.part or cell.question),
    }


def _criterion(cell: Cell) -> dict[str, Any]:
    if cell.labels:
        return {
            "validate": "list",
            "source": [str(value) for value in cell.labels],
            "dropdown": False,
        }
    if cell.lowest is not None and cell.highest is not None:
        span = {"minimum": cell.lowest, "maximum": cell.highest}
        return {"validate": "integer", "criteria": "between", **span}
    if cell.highest is not None:
        return {"validate": "integer", "criteria": "<=", "value": cell.highest}
    lowest = -(10**9) if cell.lowest is None else cell.lowest
    return {"validate": "integer", "criteria": ">=", "value": lowest}


def _clipped(message: str) -> str:
    plain = " ".join(message.split())
    return plain if len(plain) <= MOST_LISTED else plain[: MOST_LISTED - 3] + "..."


def _write_codes(
    book: Any,
    numbers: Mapping[str, int | None],
    cells: Mapping[str, Cell],
    questionnaire: Questionnaire,
) -> None:
    sheet = book.add_worksheet("codes")
    heading = book.add_format({"bold": True, "bg_color": "#E8E8E8", "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for place, width in enumerate(_CODE_WIDTHS):
        sheet.set_column(place, place, width, wrapped)
    about = [_title(questionnaire), *questionnaire.notes, questionnaire.citation]
    plain = book.add_format({"valign": "top"})
    for row, line in enumerate(about):
        sheet.write_string(row, 0, " ".join(line.split()), plain)
    top = len(about) + 1
    for place, name in enumerate(_CODE_HEADINGS):
        sheet.write_string(top, place, name, heading)
    sheet.freeze_panes(top + 1, 0)
    for row, texts in enumerate(_code_rows(numbers, cells), start=top + 1):
        for place, text in enumerate(texts):
            sheet.write_string(row, place, text, wrapped)


def _title(questionnaire: Questionnaire) -> str:
    of = questionnaire
    return f"{of.title}: {of.form_title}, version {of.version}, language {of.language}"


def _code_rows(
    numbers: Mapping[str, int | None], cells: Mapping[str, Cell]
) -> Iterator[tuple[str, ...]]:
    yield FORM_NUMBER, "", "The number written on the first page of the form", "", "text", ""
    for name, number in numbers.items():
        cell = cells[name]
        shown = "" if number is None else str(number)
        if cell.labels:
            for value, label in cell.labels.items():
                yield name, shown, cell.question, cell.part, str(value), label
        else:
            yield name, shown, cell.question, cell.part, cell.rule, ""
