"""Cells joined to the text of a file, quoted the way each platform quotes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pandas as pd

_NEEDS_QUOTES = set(',"\n\r')
_NEEDS_QUOTES_IN_REDCAP = _NEEDS_QUOTES | set(" \t\\")


def quoted(cell: str) -> str:
    """The cell between quotation marks, those inside doubled."""
    return '"' + cell.replace('"', '""') + '"'


def quoted_if_needed(cell: str) -> str:
    """Quoted only where the cell holds a comma, a quotation mark or a line break."""
    return quoted(cell) if _NEEDS_QUOTES & set(cell) else cell


def quoted_as_in_redcap(cell: str) -> str:
    """Quoted also where the cell holds a space."""
    return quoted(cell) if _NEEDS_QUOTES_IN_REDCAP & set(cell) else cell


def joined(
    rows: Iterable[Sequence[str]], quote: Callable[[str], str], separator: str, line_end: str
) -> str:
    """The text of a file: every row ends with `line_end`."""
    return "".join(separator.join(map(quote, row)) + line_end for row in rows)


def whole_numbers(values: pd.Series) -> list[str]:
    """Numbers as text, empty where missing."""
    return ["" if pd.isna(value) else str(int(value)) for value in values]


def moments(values: pd.Series) -> list[str]:
    """Dates and times as ``YYYY-MM-DD HH:MM:SS``, empty where missing."""
    return ["" if pd.isna(value) else f"{value:%Y-%m-%d %H:%M:%S}" for value in values]


def table(columns: dict[str, list[str]]) -> list[tuple[str, ...]]:
    """The rows of a table given by its columns, without headings."""
    return list(zip(*columns.values(), strict=True))
