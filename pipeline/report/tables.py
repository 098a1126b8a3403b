"""Tables as they are shown: text cells, a caption, headings with their scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A column heading; numbers are set to the right."""

    text: str
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """What the row is about, and its cells."""

    head: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table with its caption; the first heading is that of the row heads."""

    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A table of statistics with its method and the meaning of its remarks."""

    table: ShownTable
    method: str
    remarks: tuple[str, ...]


def shown_table(
    caption: str,
    headings: Sequence[str],
    rows: Sequence[tuple[str, Sequence[str]]],
    words: Sequence[int] = (),
) -> ShownTable:
    """A table whose columns hold numbers, but for the first and those listed in `words`."""
    return ShownTable(
        caption=caption,
        headings=tuple(
            Heading(text, numeric=place not in (0, *words)) for place, text in enumerate(headings)
        ),
        rows=tuple(Row(head, tuple(cells)) for head, cells in rows),
    )
