"""Tables with a row a site, which a script of the page can search and sort.

A column says by what it may be sorted. Means and ranges are never among it: no click makes a list
of sites by their results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.report.tables import Row, ShownTable

NAME, TEXT, COUNT, SIDE = "name", "text", "count", "side"
BAND, VERDICT = "band", "verdict"
"""What a column may be sorted by: names, words, whole numbers, marks, and words in their order."""

LONG = 60
"""Rows from which a table gets a window of its own."""

HUNDREDTHS, THOUSANDTHS = 100, 1000
"""Parts of a line in which a stretch of it is told."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a line that is drawn in a cell: where it starts and how wide it is."""

    start: int
    width: int


def stretch_of(ends: tuple[float, float], line: tuple[float, float], parts: int) -> Stretch:
    """Where an interval lies on a line between two values, in so many parts of the line."""
    length = line[1] - line[0]
    low, high = (round(parts * (end - line[0]) / length) for end in ends)
    start = min(max(low, 0), parts - 1)
    return Stretch(start, max(1, min(high, parts) - start))


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; `sort` is empty where the table may not be sorted by it."""

    text: str
    sort: str = ""
    is_words: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """A drawn column beside the names: a bar for each row, and a line through all of them.

    Attributes
    ----------
    heading : str
        Above the column.
    centre : int or None
        Where the line is, in thousandths of the width.
    stretches : tuple of Stretch or None
        The bars, in thousandths of the width.
    """

    heading: str
    centre: int | None
    stretches: tuple[Stretch | None, ...]


@dataclass(frozen=True, slots=True)
class SiteTable:
    """A row a site, in the order of their names; the first column is that of the names."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    is_long: bool
    bars: Bars | None = None

    @property
    def places_of_words(self) -> tuple[int, ...]:
        """The columns with words besides the first, counted from 1 as they stand on the page."""
        shift = 1 if self.bars is None else 2
        return tuple(
            place + shift for place, column in enumerate(self.columns) if place and column.is_words
        )


def site_table(shown: ShownTable, sorts: Mapping[str, str], bars: Bars | None = None) -> SiteTable:
    """A table of sites; `sorts` tells by heading what it may be sorted by besides names."""
    first, *others = shown.headings
    return SiteTable(
        caption=shown.caption,
        columns=(
            Column(first.text, NAME, is_words=True),
            *(Column(h.text, sorts.get(h.text, ""), not h.numeric) for h in others),
        ),
        rows=shown.rows,
        is_long=is_long(shown.rows),
        bars=bars,
    )


def is_long(rows: Sequence[object]) -> bool:
    """Whether so many rows need a window of their own."""
    return len(rows) >= LONG
