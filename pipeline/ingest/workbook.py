"""The cells of an XLSX workbook as text, with limits on what it may unpack to."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

from pipeline.problems import InputError, Problem

ZIP_MARK = b"PK\x03\x04"
OLD_EXCEL_MARK = b"\xd0\xcf\x11\xe0"
MOST_UNPACKED_BYTES = 1024**3
HIGHEST_RATIO = 200
RATIO_COUNTS_FROM = 1024**2
MOST_CELLS = 100_000_000
ANSWERS = "answers"
OF_A_REPEAT = "_parent_index"
"""Heading of the sheets in which KoBoToolbox puts what was asked several times."""
_CELL_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")


def rows_of_workbook(content: bytes, file: str) -> list[tuple[int, list[str]]]:
    """Every row of the sheet with the answers, with its number in a spreadsheet.

    That is the only sheet that holds something, or the one called ``answers``, or the first one
    when all others hold repeated groups of KoBoToolbox. Numbers and dates become text; the text of
    a formula is never seen, only its stored result.

    Raises
    ------
    InputError
        If it is no workbook, unpacks to too much, or several sheets hold something.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

    _refuse_bombs(content, file)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
    except (CalamineError, PasswordError, XmlError, ZipError) as error:
        raise InputError([Problem(file, "is not a workbook; save it as XLSX again")]) from error
    filled = [sheet for sheet in sheets if sheet.total_height > 0]
    chosen = _with_answers(filled)
    if len(chosen) > 1:
        cure = f"{len(filled)} sheets hold something; keep only the one with the answers"
        raise InputError([Problem(file, cure)])
    return [row for sheet in chosen for row in _rows_of_sheet(sheet)]


def _with_answers(sheets: list[Any]) -> list[Any]:
    """The sheet with the answers, or all of them where it cannot be told."""
    named = [sheet for sheet in sheets if sheet.name.casefold() == ANSWERS]
    if len(named) == 1:
        return named
    repeats = all(_is_repeat(sheet) for sheet in sheets[1:])
    return sheets[:1] if repeats else sheets


def _is_repeat(sheet: Any) -> bool:
    rows = sheet.to_python(skip_empty_area=False, nrows=1)
    return any(str(heading) == OF_A_REPEAT for row in rows for heading in row)


def _rows_of_sheet(sheet: Any) -> list[tuple[int, list[str]]]:
    rows = sheet.to_python(skip_empty_area=False)
    return [(number, [_as_text(cell) for cell in row]) for number, row in enumerate(rows, start=1)]


def _as_text(cell: object) -> str:
    """A cell as it would stand in a text export."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell.total_seconds())
    return str(cell)


def _refuse_bombs(content: bytes, file: str) -> None:
    """Refuse an archive that unpacks to much more than it is, or a sheet of absurd extent."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            allowed = max(RATIO_COUNTS_FROM, HIGHEST_RATIO * len(content))
            if unpacked > min(MOST_UNPACKED_BYTES, allowed):
                cure = "unpacks to far more than its size; save the answers as CSV UTF-8 instead"
                raise InputError([Problem(file, cure)])
            sheets = [archive.read(name) for name in archive.namelist() if _is_sheet(name)]
            if archive.testzip() is not None:
                raise zipfile.BadZipFile
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError([Problem(file, "is damaged; save it as XLSX again")]) from error
    if any(_extent(xml) > MOST_CELLS for xml in sheets):
        cure = "has a cell far from the others; copy the answers into a new workbook"
        raise InputError([Problem(file, cure)])


def _is_sheet(name: str) -> bool:
    return "worksheets/" in name and name.endswith(".xml")


def _extent(xml: bytes) -> int:
    """Cells of the rectangle that holds every cell of a sheet."""
    places = _CELL_PLACE.findall(xml)
    if not places:
        return 0
    columns = {_column_number(letters) for letters, _ in places}
    return max(columns) * max(int(row) for _, row in places)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
