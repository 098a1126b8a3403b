"""Delimited text as columns of cells: the delimiter found, every quotation mark understood.

There are two ways to the same cells. The strict one reads row by row and tells what is wrong where.
The fast one is taken for long texts in which every quotation mark stands where RFC 4180 has it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from pipeline.ingest.sheet import Sheet, coded
from pipeline.ingest.wording import without_invisible
from pipeline.problems import InputError, Problem, refuse_if_any

DELIMITERS = (",", ";", "\t", "|")
MOST_LOOKED_AT = 200_000
MOST_PROBLEMS = 5
LONG = 2_000_000
"""Bytes from which on the fast way is worth its while."""
ROWS_AT_ONCE = 20_000
BYTES_AT_ONCE = 1 << 22
LONGEST_CELL = 16_000_000
Codes = NDArray[np.integer[Any]]
DOUBLED_LINE_END = "\r\r\n"
_HINT = re.compile(r"\ufeff?\"?sep=([,;\t|])\"?(?:\r\n|\n|\r)", re.IGNORECASE)
"""What Excel writes into the first line to tell the delimiter."""


def sheet_of_text(text: str, file: str, notes: tuple[str, ...] = ()) -> Sheet:
    """The cells of a delimited text, every row with its number in a spreadsheet.

    A quoted line break starts no new row. Cells without content beyond the last heading are cut.

    Raises
    ------
    InputError
        If a row has another width than the headings, or a quotation mark is not closed.
    """
    lines = text.replace(DOUBLED_LINE_END, "\r\n")
    hint = _HINT.match(lines)
    delimiter = _delimiter(lines) if hint is None else hint[1]
    skipped = 0 if hint is None else 1
    body = lines if hint is None else lines[hint.end() :]
    return _strict_sheet(body, delimiter, file, skipped, notes)


# ----------------------------------------------------------------------------- the strict way


def _strict_sheet(
    text: str, delimiter: str, file: str, skipped: int, notes: tuple[str, ...]
) -> Sheet:
    """Row by row; tells every row that is too wide or too narrow."""
    numbers: list[int] = []
    parts: list[tuple[pd.Categorical, ...]] = []
    wrong: list[tuple[int, int]] = []
    width = 0
    for batch in _batches(_numbered(text, delimiter, file, skipped)):
        width = width or len(batch[0][1])
        fitting = []
        for number, cells in batch:
            cut = cells if len(cells) <= width else _without_empty_end(cells, width)
            if len(cut) == width:
                numbers.append(number)
                fitting.append(cut)
            else:
                wrong.append((number, len(cells)))
        if fitting:
            parts.append(tuple(map(coded, zip(*fitting, strict=True))))
    refuse_if_any(_width_problems(wrong, width, file))
    return Sheet(file, np.array(numbers, dtype=np.int64), _joined(parts), notes=notes)


def _numbered(
    text: str, delimiter: str, file: str, skipped: int
) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold something, with their number."""
    number = skipped
    try:
        for cells in _parse(text, delimiter):
            number += 1
            if any(cells) and any(map(without_invisible, cells)):
                yield number, cells
    except csv.Error as error:
        cure = f"this row cannot be read ({error}); look for a quotation mark that is not closed"
        raise InputError([Problem(file, cure, row=number + 1)]) from error


def _batches(
    rows: Iterator[tuple[int, list[str]]],
) -> Iterator[list[tuple[int, list[str]]]]:
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        yield batch


def _parse(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _without_empty_end(cells: list[str], width: int) -> list[str]:
    return cells if any(map(without_invisible, cells[width:])) else cells[:width]


def _joined(parts: Sequence[tuple[pd.Categorical, ...]]) -> tuple[pd.Categorical, ...]:
    if len(parts) <= 1:
        return parts[0] if parts else ()
    union = pd.api.types.union_categoricals
    return tuple(union(list(pieces)) for pieces in zip(*parts, strict=True))


def _width_problems(wrong: Sequence[tuple[int, int]], width: int, file: str) -> list[Problem]:
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


# ------------------------------------------------------------------------------- the fast way


def sheet_of_bytes(content: bytes, file: str) -> Sheet | None:
    """The cells of a long text in UTF-8, all columns at once.

    None where only the strict way can be sure of the same cells: in short texts, other encodings,
    with empty lines, a hint at the delimiter, marks of quotation elsewhere than around a cell, and
    rows of another width.
    """
    if len(content) < LONG:
        return None
    plain = content.removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
    if b"\x00" in plain or (b'"' in plain and _has_empty_lines(plain)):
        return None
    beginning = _beginning(plain[:MOST_LOOKED_AT].decode("utf-8", errors="ignore"))
    delimiter = _delimiter(beginning)
    if _HINT.match(beginning) or not quotes_are_regular(plain, delimiter):
        return None
    headings = next(_parse(beginning, delimiter), [])
    columns = _arrow_columns(plain, delimiter, len(headings))
    if columns is None:
        return None  # a row of another width, or no UTF-8: the strict way tells where
    n_rows = len(columns[0])
    if b'"' not in plain and n_rows != _n_lines(plain):
        return None  # an empty line
    return Sheet(file, np.arange(1, n_rows + 1, dtype=np.int64), columns)


def _n_lines(content: bytes) -> int:
    """Lines of a text whose line ends are all of one kind; none for another text."""
    n_feeds = content.count(b"\n")
    if b"\r" not in content:
        return n_feeds + 1
    n_returns = content.count(b"\r")
    alike = not n_feeds or content.count(b"\r\n") == n_feeds == n_returns
    return n_returns + 1 if alike else -1


def _has_empty_lines(content: bytes) -> bool:
    if b"\r" not in content:
        return b"\n\n" in content or content.startswith(b"\n")
    ends = (b"\n\n", b"\n\r", b"\r\r")
    return content[:1] in b"\r\n" or any(end in content for end in ends)


def _arrow_columns(content: bytes, delimiter: str, width: int) -> tuple[pd.Categorical, ...] | None:
    """Every column, block by block; None where a row is of another width or a text is no UTF-8."""
    texts: list[dict[str, int]] = [{} for _ in range(width)]
    codes: list[list[Codes]] = [[] for _ in range(width)]
    try:
        for batch in _arrow_batches(content, delimiter, width):
            for known, parts, column in zip(texts, codes, batch.columns, strict=True):
                parts.append(_codes(column, known))
    except pa.ArrowInvalid:
        return None
    return tuple(
        pd.Categorical.from_codes(
            np.concatenate(parts),
            categories=pd.Index(list(known), dtype=object),
            validate=False,  # they were made here: every code has its text
        )
        for known, parts in zip(texts, codes, strict=True)
    )


def _arrow_batches(content: bytes, delimiter: str, width: int) -> Iterator[pa.RecordBatch]:
    names = [str(place) for place in range(width)]
    types = dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string()))
    return iter(
        pyarrow.csv.open_csv(
            pa.BufferReader(content),
            read_options=pyarrow.csv.ReadOptions(
                column_names=names, block_size=BYTES_AT_ONCE, use_threads=False
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=b'"' in content
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=types,
                strings_can_be_null=False,
                check_utf8=not content.isascii(),
            ),
        )
    )


def _codes(column: pa.DictionaryArray, known: dict[str, int]) -> Codes:
    """Code of each cell of a block; texts that are new are added to those that are known."""
    own = [known.setdefault(text, len(known)) for text in column.dictionary.to_pylist()]
    kind = np.int8 if len(known) <= np.iinfo(np.int8).max else np.int32
    codes: Codes = np.array(own, dtype=kind).take(column.indices.to_numpy())
    return codes


def quotes_are_regular(content: bytes, delimiter: str, at_once: int = 1 << 24) -> bool:
    """Whether every quotation mark opens or closes a whole cell, or is doubled inside one.

    An opening mark follows the delimiter, a line end, the beginning or another mark; a closing one
    stands before the delimiter, a line end, the end or another mark; and none is left open.
    """
    if b'"' not in content:
        return True
    signs = np.frombuffer(content, dtype=np.uint8)
    beside = np.zeros(256, dtype=bool)
    beside[[ord(delimiter), ord("\n"), ord("\r"), ord('"')]] = True
    odd = 0
    for start in range(0, len(signs), at_once):
        places = np.flatnonzero(signs[start : start + at_once] == ord('"')) + start
        opening, closing = places[odd::2], places[1 - odd :: 2]
        odd ^= len(places) & 1
        before, after = np.maximum(opening - 1, 0), np.minimum(closing + 1, len(signs) - 1)
        if not (beside[signs[before]] | (opening == 0)).all():
            return False
        if not (beside[signs[after]] | (closing == len(signs) - 1)).all():
            return False
    return odd == 0


# ------------------------------------------------------------------------------ the delimiter


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first rows into the most cells, equally many in each."""
    beginning = _beginning(text)

    def fitness(delimiter: str) -> tuple[bool, float, int]:
        widths = _first_widths(beginning, delimiter)
        if not widths:
            return False, 0.0, 0
        return widths[0] > 1, widths.count(widths[0]) / len(widths), widths[0]

    return max(DELIMITERS, key=fitness)


def _first_widths(text: str, delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for cells in islice(_parse(text, delimiter), 30):
            if cells:
                widths.append(len(cells))
    except csv.Error:
        return widths
    return widths


def _beginning(text: str) -> str:
    """The first lines of a text; enough to tell its delimiter."""
    if len(text) <= MOST_LOOKED_AT:
        return text
    end = max(text.rfind(sign, 0, MOST_LOOKED_AT) for sign in "\r\n")
    return text[: end + 1] if end >= 0 else text
