"""From a file to cells of text: encoding, delimiter and size, nothing guessed about types."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from pipeline.ingest.raw import Sheet
from pipeline.ingest.wording import without_invisible
from pipeline.ingest.workbook import ZIP_MARK, rows_of_workbook
from pipeline.problems import InputError, Problem, refuse_if_any

MOST_BYTES = 512 * 1024**2
MOST_PROBLEMS = 5
MOST_LOOKED_AT = 200_000
DELIMITERS = (",", ";", "\t", "|")
OLD_EXCEL_MARK = b"\xd0\xcf\x11\xe0"


def read_sheet(path: Path) -> Sheet:
    """The cells of a delimited text file or workbook.

    Raises
    ------
    InputError
        If the file does not exist, is empty, too large, neither UTF-8 nor UTF-16, or has a row
        of another width than its headings.
    """
    file = path.as_posix()
    content = _read_bytes(path)
    if content.startswith(ZIP_MARK):
        rows = rows_of_workbook(content, file)
    else:
        rows = _rows_of_text(_decode(content, file), file)
    filled = [(number, cells) for number, cells in rows if _has_content(cells)]
    if not filled:
        raise InputError([Problem(file, "is empty; export it again with responses")])
    refuse_if_any(_width_problems(filled, file))
    return Sheet(file, tuple(number for number, _ in filled), [cells for _, cells in filled])


def read_text(path: Path) -> str:
    """A whole text file in UTF-8 or UTF-16; raises InputError as :func:`read_sheet` does."""
    return _decode(_read_bytes(path), path.as_posix())


def _read_bytes(path: Path) -> bytes:
    if not path.is_file():
        cure = "this file does not exist; correct its name in the configuration or put it there"
        raise InputError([Problem(path.as_posix(), cure)])
    if path.stat().st_size > MOST_BYTES:
        cure = f"is larger than {MOST_BYTES // 1024**2} MB; split the export into smaller files"
        raise InputError([Problem(path.as_posix(), cure)])
    return path.read_bytes()


def _decode(content: bytes, file: str) -> str:
    if content.startswith(OLD_EXCEL_MARK):
        cure = "is a workbook of an old or protected kind; save it as XLSX without a password"
        raise InputError([Problem(file, cure)])
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        skipped = len(content) - len(error.object)  # the mark in front is not counted by decode
        raise InputError([_not_text(content, error.start + skipped, file)]) from error
    if "\x00" in text:
        raise InputError([_not_text(content, content.index(b"\x00"), file)])
    return text


def _not_text(content: bytes, place: int, file: str) -> Problem:
    line = content.count(b"\n", 0, place) + 1
    cure = (
        f"is not UTF-8 or UTF-16 text (byte 0x{content[place]:02x} in line {line}); "
        "save it as CSV UTF-8"
    )
    return Problem(file, cure)


def _rows_of_text(text: str, file: str) -> list[tuple[int, list[str]]]:
    """Every row with its number in a spreadsheet, where a quoted line break is no new row."""
    lines = text.replace("\r\r\n", "\r\n")
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in _parse(lines, _delimiter(lines)):
            rows.append((len(rows) + 1, cells))
    except csv.Error as error:
        cure = f"this row cannot be read ({error}); look for a quotation mark that is not closed"
        raise InputError([Problem(file, cure, row=len(rows) + 1)]) from error
    return rows


def _parse(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first rows into the most cells, equally many in each."""

    def fitness(delimiter: str) -> tuple[bool, float, int]:
        widths = _first_widths(text, delimiter)
        if not widths:
            return False, 0.0, 0
        return widths[0] > 1, widths.count(widths[0]) / len(widths), widths[0]

    return max(DELIMITERS, key=fitness)


def _first_widths(text: str, delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for cells in islice(_parse(_beginning(text), delimiter), 30):
            if cells:
                widths.append(len(cells))
    except csv.Error:
        return widths
    return widths


def _beginning(text: str) -> str:
    """The first lines of a text; enough to tell its delimiter."""
    return text if len(text) <= MOST_LOOKED_AT else text[: text.rfind("\n", 0, MOST_LOOKED_AT) + 1]


def _has_content(cells: Sequence[str]) -> bool:
    return any(cells) and any(without_invisible(cell) for cell in cells)


def _width_problems(rows: Sequence[tuple[int, list[str]]], file: str) -> list[Problem]:
    width = len(rows[0][1])
    wrong = [(number, len(cells)) for number, cells in rows if len(cells) != width]
    problems = [
        Problem(file, _width_cure(found, width), row=row) for row, found in wrong[:MOST_PROBLEMS]
    ]
    if len(wrong) > MOST_PROBLEMS:
        more = len(wrong) - MOST_PROBLEMS
        problems.append(Problem(file, f"{more} more rows have too many or too few cells"))
    return problems


def _width_cure(found: int, width: int) -> str:
    if found > width:
        cause = "a text with the delimiter in it is probably not in quotation marks"
    else:
        cause = "a line break that is not in quotation marks has probably cut it"
    return f"has {found} cells but there are {width} headings: {cause}; export the file again"
