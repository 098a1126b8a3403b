"""The workbook of an XLSForm as text, every sheet of it, with limits on its size."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from pipeline.ingest.wording import without_invisible
from pipeline.problems import InputError, Problem

MOST_BYTES = 50 * 1024**2
MOST_UNPACKED_BYTES = 200 * 1024**2
NOT_A_FORM = (
    "is not an XLSForm, which is a workbook with a sheet 'survey' and a sheet 'choices'; "
    "download the form as XLSX from the platform"
)


def tables_of_form(path: Path) -> dict[str, list[list[str]]]:
    """The cells of every sheet as text, by the name of the sheet in small letters.

    Raises
    ------
    InputError
        If there is no such file, it is no workbook, or it is far too large.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

    file = path.as_posix()
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(_bytes_of(path)))
        return {
            name.strip().casefold(): [
                [_as_text(cell) for cell in row]
                for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
            for name in workbook.sheet_names
        }
    except (CalamineError, PasswordError, XmlError, ZipError) as error:
        raise InputError([Problem(file, NOT_A_FORM)]) from error


def _bytes_of(path: Path) -> bytes:
    """The file, which must be small and must not unpack to much."""
    file = path.as_posix()
    if not path.is_file():
        cure = "this file does not exist; correct its name in the configuration or put it there"
        raise InputError([Problem(file, cure)])
    content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
    if not content or _unpacked(content, file) > MOST_UNPACKED_BYTES:
        cure = "is empty or far too large for an XLSForm; download it again"
        raise InputError([Problem(file, cure)])
    return content


def _unpacked(content: bytes, file: str) -> int:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return len(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise InputError([Problem(file, "is damaged; download the form again")]) from error


def _as_text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).casefold()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return without_invisible(str(cell))
