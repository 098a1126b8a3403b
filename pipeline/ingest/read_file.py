"""From a file to its cells as text, whatever kind of file it is; nothing guessed about types."""

from __future__ import annotations

from pathlib import Path

from pipeline.ingest.delimited import sheet_of_bytes, sheet_of_text
from pipeline.ingest.encoding import decode
from pipeline.ingest.json_responses import looks_like_responses, sheet_of_json
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.statistics_file import STATA_MARKS, sheet_of_sav, sheet_of_stata, trimmed_sav
from pipeline.ingest.wording import one_line, without_invisible
from pipeline.ingest.workbook import OLD_EXCEL_MARK, ZIP_MARK, sheet_of_workbook
from pipeline.problems import InputError, Problem

MOST_BYTES = 512 * 1024**2


def read_sheet(path: Path, encoding: str | None = None) -> Sheet:
    """The cells of a delimited text, a workbook, a statistics file or a list of responses.

    The kind is known by the first bytes, never by the name of the file.

    Parameters
    ----------
    path : Path
        CSV, TSV, XLSX, ODS, SAV, DTA, or the JSON of LimeSurvey.
    encoding : str, optional
        Encoding of a text; found out where it is not given.

    Raises
    ------
    InputError
        If the file does not exist, is empty, too large, damaged, no text, or has a row of another
        width than its headings.
    """
    file = path.as_posix()
    sheet = _sheet_of(path, read_bytes(path), encoding).without_empty_rows()
    if not sheet.n_rows:
        raise InputError([Problem(file, "is empty; export it again with responses")])
    return sheet


def read_text(path: Path, encoding: str | None = None) -> str:
    """A whole text file; raises InputError as :func:`read_sheet` does."""
    return decode(read_bytes(path), path.as_posix(), encoding).text


def _sheet_of(path: Path, content: bytes, encoding: str | None) -> Sheet:
    file = path.as_posix()
    if content.startswith(ZIP_MARK):
        return sheet_of_workbook(content, file)
    if content.startswith(OLD_EXCEL_MARK):
        cure = "is a workbook of an old or protected kind; save it as XLSX without a password"
        raise InputError([Problem(file, cure)])
    if (statistics := trimmed_sav(content)) is not None:
        return sheet_of_sav(statistics, file)
    if content.startswith(STATA_MARKS):
        return sheet_of_stata(content, file)
    if encoding is None and (sheet := sheet_of_bytes(content, file)) is not None:
        return sheet
    text, notes = decode(content, file, encoding)
    if looks_like_responses(text):
        return sheet_of_json(text, file, notes)
    return sheet_of_text(text, file, notes)


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is that of none."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_bytes(path: Path) -> bytes:
    """The content of a file; raises InputError if it does not exist or is too large."""
    told = path.as_posix().strip()
    name = without_invisible(told)
    if len(name) != len(told) or len(name.splitlines()) > 1 or "\t" in name:
        cure = "the name of this file holds a line break or control mark; rename it"
        raise InputError([Problem(one_line(name), cure)])
    if not _is_file(path):
        cure = "this file does not exist; correct its name in the configuration or put it there"
        raise InputError([Problem(path.as_posix(), cure)])
    if path.stat().st_size > MOST_BYTES:
        cure = f"is larger than {MOST_BYTES // 1024**2} MB; split the export into smaller files"
        raise InputError([Problem(path.as_posix(), cure)])
    return path.read_bytes()
