"""The cells of an XLSX workbook as text, with limits on what it may unpack to."""

from __future__ import annotations

import codecs
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers import expat

from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import one_line
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
NO_WORKBOOK = "is not a workbook; save it as XLSX again"
BINARY_BOOK = "xl/workbook.bin"
MOST_ENTRIES = 10_000
SPARSE_FROM = 10_000_000
MOST_SPARSE = 100
"""A sheet of more cells than `SPARSE_FROM` holds something in one of a hundred at least."""
OPEN_ROW = "table:table-row"
OPEN_CELLS = ("table:table-cell", "table:covered-table-cell")
_ENTRY = b"PK\x01\x02"
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
"""What unpacking raises over bytes that are no archive."""
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*\bt="e"|<(?:\w+:)?c\b[^>]*\bt="e"[^>]*\br="([A-Z]{1,3}[0-9]{1,7})\""""
)
"""A cell with an error, of which no trace is left once the cells are read."""
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")


def sheet_of_workbook(content: bytes, file: str) -> Sheet:
    """The cells of the sheet with the answers; notes name the sheets that are not read.

    That is the only sheet that holds something, or the one called ``answers``, or the first one
    when all others hold repeated groups of KoBoToolbox. Numbers and dates become text; the text of
    a formula is never seen, only its stored result.

    Raises
    ------
    InputError
        If it is no workbook, unpacks to too much, or several sheets hold something.
    """
    _refuse_bombs(content, file)
    filled = [sheet for sheet in _sheets(content, file, NO_WORKBOOK) if sheet.total_height > 0]
    chosen = _with_answers(filled)
    if len(chosen) > 1:
        cure = f"{len(filled)} sheets hold something; keep only the one with the answers"
        raise InputError([Problem(file, cure)])
    rows = [row for sheet in chosen for row in _rows_of_sheet(sheet)]
    others = [one_line(sheet.name) for sheet in filled if sheet not in chosen]
    notes = tuple(f"the sheet '{name}' is not read" for name in others)
    return replace(Sheet.of_rows(file, rows), notes=notes)


def cells_by_sheet(content: bytes, file: str, otherwise: str) -> dict[str, list[list[object]]]:
    """The cells of every sheet of a workbook, by its name; with the limits of an export.

    Parameters
    ----------
    content, file
        The workbook, and its name for messages.
    otherwise : str
        What to tell the person if it is no workbook.

    Raises
    ------
    InputError
        If it is no workbook, or unpacks to too much.
    """
    if zipfile.is_zipfile(io.BytesIO(content)):
        _refuse_bombs(content, file)
    return {
        sheet.name: sheet.to_python(skip_empty_area=False)
        for sheet in _sheets(content, file, otherwise)
    }


def _sheets(content: bytes, file: str, otherwise: str) -> list[Any]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
    except (CalamineError, PasswordError, XmlError, ZipError) as error:
        raise InputError([Problem(file, otherwise)]) from error


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
    """Refuse an archive that unpacks to much more than it is, or a sheet of absurd extent.

    What reads the cells makes room for all of them at once, so nothing it cannot hold may reach it.
    """
    if content.count(_ENTRY) > MOST_ENTRIES:
        cure = "holds too many files for a workbook; save it as XLSX again"
        raise InputError([Problem(file, cure)])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_entries(archive.infolist(), len(content), file)
            for entry in archive.infolist():
                _refuse_part(entry.filename, archive.read(entry), file)
    except (*_DAMAGE, struct.error) as error:
        raise InputError([Problem(file, "is damaged; save it as XLSX again")]) from error


def _refuse_entries(entries: Sequence[zipfile.ZipInfo], size: int, file: str) -> None:
    """Refuse by the list of an archive, before anything is unpacked."""
    allowed = max(RATIO_COUNTS_FROM, HIGHEST_RATIO * size)
    if sum(entry.file_size for entry in entries) > min(MOST_UNPACKED_BYTES, allowed):
        cure = "unpacks to far more than its size; save the answers as CSV UTF-8 instead"
        raise InputError([Problem(file, cure)])
    if any(entry.flag_bits & 1 for entry in entries):
        cure = "is protected with a password; save it as XLSX without one"
        raise InputError([Problem(file, cure)])
    if any(entry.filename == BINARY_BOOK for entry in entries):
        raise InputError([Problem(file, NO_WORKBOOK)])


def _refuse_part(name: str, part: bytes, file: str) -> None:
    if name.endswith((".xml", ".rels")):
        _refuse_xml(part, file)
    is_sheet = b"sheetData" in part
    if is_sheet and (error := _ERROR.search(part)) is not None:
        place = error[1] or error[2]
        cure = f"the cell {place.decode()} holds an error of Excel; correct or empty it"
        raise InputError([Problem(file, cure, row=int(place.lstrip(_LETTERS)))])
    is_far = is_sheet and _is_far(part)
    if is_far or (OPEN_ROW.encode() in part and _is_far_in_open_document(part)):
        cure = "has a cell far from the others; copy the answers into a new workbook"
        raise InputError([Problem(file, cure)])


def _refuse_xml(part: bytes, file: str) -> None:
    """Refuse what no program for tables writes: other encodings, and entities of one's own."""
    if part.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError([Problem(file, NO_WORKBOOK)])
    if _DECLARATION.search(part):
        cure = "declares entities of its own, which no workbook needs; save it as XLSX again"
        raise InputError([Problem(file, cure)])


def _is_far(xml: bytes) -> bool:
    """Whether the rectangle that holds every cell of a sheet is absurd."""
    places = _PLACE.findall(xml)
    rows = {row for _, row in places}
    letters = {letters for letters, _ in places if letters}
    if any(len(row) > 7 for row in rows) or any(len(name) > 3 for name in letters):
        return True
    n_cells = len(_CELL.findall(xml))
    unplaced = n_cells - sum(1 for name, _ in places if name)
    n_rows = max([xml.count(b"<row"), *map(int, rows)])
    n_columns = max([unplaced, *map(_column_number, letters)])
    return _is_absurd(n_rows, n_columns, n_cells)


def _is_absurd(n_rows: int, n_columns: int, n_cells: int) -> bool:
    extent = n_rows * n_columns
    return extent > MOST_CELLS or extent > max(SPARSE_FROM, MOST_SPARSE * n_cells)


def _is_far_in_open_document(xml: bytes) -> bool:
    """Whether repeated rows and cells of an ODS make an absurd rectangle."""
    extent = _OpenExtent()
    parser = expat.ParserCreate()
    parser.StartElementHandler = extent.start
    parser.CharacterDataHandler = extent.write
    with suppress(expat.ExpatError):  # what reads the cells will tell that it is no XML
        parser.Parse(xml, True)
    return _is_absurd(extent.n_rows, extent.n_columns, extent.n_cells)


@dataclass(slots=True)
class _OpenExtent:
    """Rows and columns up to the last filled cell of an ODS, counted while it is parsed."""

    n_rows: int = 0
    n_columns: int = 0
    n_cells: int = 0
    rows_told: int = 0
    columns_told: int = 0
    is_in_cell: bool = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """A row or a cell begins."""
        if name == OPEN_ROW:
            self.rows_told += _repeats(attributes.get("table:number-rows-repeated"))
            self.columns_told = 0
        elif name in OPEN_CELLS:
            self.columns_told += _repeats(attributes.get("table:number-columns-repeated"))
            self.n_cells += 1
            self.is_in_cell = True
            if any(key.startswith("office:") for key in attributes):
                self.write("")

    def write(self, text: str) -> None:
        """Something stands in the cell."""
        if self.is_in_cell:
            self.n_rows = self.rows_told
            self.n_columns = max(self.n_columns, self.columns_told)


def _repeats(told: str | None) -> int:
    """How often a row or cell stands; what is no number is left to what reads the cells."""
    return int(told) if told is not None and told.isascii() and told.isdigit() else 1


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
