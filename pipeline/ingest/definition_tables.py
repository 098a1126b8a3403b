"""The workbook in which a platform exports the definition of a survey, as text."""

from __future__ import annotations

from pathlib import Path

from pipeline.ingest.read_file import read_bytes
from pipeline.ingest.wording import without_invisible
from pipeline.ingest.workbook import cells_by_sheet
from pipeline.problems import InputError, Problem


def tables_of_definition(path: Path, most_bytes: int, otherwise: str) -> dict[str, list[list[str]]]:
    """The cells of every sheet as text, by the name of the sheet in small letters.

    Parameters
    ----------
    path : Path
        The workbook.
    most_bytes : int
        A larger file holds no definition.
    otherwise : str
        What to tell the person if the file is none.

    Raises
    ------
    InputError
        If there is no such file, it is empty, no workbook, or far too large.
    """
    content = read_bytes(path)
    if not content:
        raise InputError([Problem(path.as_posix(), "is empty; download it again")])
    if len(content) > most_bytes:
        raise InputError([Problem(path.as_posix(), otherwise)])
    cells = cells_by_sheet(content, path.as_posix(), otherwise)
    return {
        name.strip().casefold(): [[_as_text(cell) for cell in row] for row in rows]
        for name, rows in cells.items()
    }


def _as_text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).casefold()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return without_invisible(str(cell))
