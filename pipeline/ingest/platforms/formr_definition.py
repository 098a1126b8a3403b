"""The item sheet of a survey on formr: its questions, and the choices of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.ingest.definition import DefinedColumn, Definition
from pipeline.ingest.definition_tables import tables_of_definition
from pipeline.ingest.wording import did_you_mean
from pipeline.problems import InputError, Problem, refuse_if_any

MOST_BYTES = 20 * 1024**2
SURVEY, CHOICES = "survey", "choices"
NOT_AN_ITEM_SHEET = (
    "is not an item sheet of formr, which is a workbook with a sheet 'survey' that has the "
    "headings type, name and label; download the item sheet as XLSX from formr"
)
WITH_CHOICES = frozenset(
    {
        *("mc", "mc_button", "mc_heading", "mc_multiple", "mc_multiple_button"),
        *("select_one", "select_multiple", "select_or_add_one", "select_or_add_multiple"),
    }
)
WITHOUT_ANSWER = frozenset({"note", "note_iframe", "submit", "block", "blank"})
PERSONAL = frozenset(
    {
        *("email", "tel", "url", "ip", "geopoint", "server", "get", "referrer", "cc"),
        *("select_or_add_one", "select_or_add_multiple", "file", "image", "audio", "video"),
    }
)
FREE_TEXT = frozenset({"text", "textarea", "letters"})
_INLINE = re.compile(r"choice([0-9]{1,2})")

Row = Mapping[str, str]
Cell = tuple[int, Row]
"""Row of the sheet, and its cells by heading in small letters."""


def read_item_sheet(path: Path) -> Definition:
    """The questions of an item sheet, with their wordings and the labels of their choices.

    Raises
    ------
    InputError
        If it is no item sheet, or a list of choices is not there.
    """
    file = path.as_posix()
    tables = tables_of_definition(path, MOST_BYTES, NOT_AN_ITEM_SHEET)
    survey = _rows(tables.get(SURVEY, []))
    if not survey or not {"type", "name", "label"} <= set(survey[0][1]):
        raise InputError([Problem(file, NOT_AN_ITEM_SHEET)])
    items = [(number, row) for number, row in survey if row["name"] and row["type"]]
    lists = _lists(_rows(tables.get(CHOICES, [])))
    refuse_if_any(list(_list_problems(items, lists, file)))
    columns = (_column(row, lists) for _, row in items if _kind(row) not in WITHOUT_ANSWER)
    return Definition(file, tuple(columns))


def _column(row: Row, lists: Mapping[str, Mapping[str, str]]) -> DefinedColumn:
    kind, arguments = _kind(row), _arguments(row)
    has_length_only = not arguments or arguments.isdecimal()
    return DefinedColumn(
        names=(row["name"],),
        question=(row["label"],) if row["label"] else (),
        labels={code: (label,) for code, label in _choices(row, lists).items()},
        is_personal=kind in PERSONAL or (kind in FREE_TEXT and has_length_only),
    )


def _kind(row: Row) -> str:
    return row["type"].split()[0].casefold()


def _arguments(row: Row) -> str:
    return " ".join(row["type"].split()[1:])


def _choices(row: Row, lists: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Label of each choice by its code; choices in the row itself are numbered."""
    if _kind(row) not in WITH_CHOICES:
        return {}
    inline = {
        match[1]: text
        for heading, text in row.items()
        if text and (match := _INLINE.fullmatch(heading)) is not None
    }
    return inline or lists.get(_arguments(row), {})


def _lists(choices: Sequence[Cell]) -> dict[str, dict[str, str]]:
    """Label of each choice by its code, by list; the name of a list stands in its first row."""
    lists: dict[str, dict[str, str]] = {}
    name = ""
    for _, row in choices:
        name = row.get("list_name", "") or name
        code, label = row.get("name", ""), row.get("label", "")
        if name and code and label:
            lists.setdefault(name, {})[code] = label
    return lists


def _list_problems(
    items: Sequence[Cell], lists: Mapping[str, Mapping[str, str]], file: str
) -> Iterator[Problem]:
    for number, row in items:
        wanted = _arguments(row)
        if _kind(row) in WITH_CHOICES and wanted and not _choices(row, lists):
            hint = did_you_mean(wanted, lists)
            cure = f"the sheet 'choices' has no list '{wanted}'{hint or '; add it'}"
            yield Problem(file, cure, row=number, column="type")


# ----------------------------------------------------------------------------- the workbook


def _rows(table: Sequence[Sequence[str]]) -> list[Cell]:
    """The filled rows below the first one, which holds the headings."""
    filled = [(number, row) for number, row in enumerate(table, start=1) if any(row)]
    if len(filled) < 2:
        return []
    headings = [cell.casefold() for cell in filled[0][1]]
    return [(number, dict(zip(headings, row, strict=False))) for number, row in filled[1:]]
