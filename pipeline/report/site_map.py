"""Sites by topics: a table whose marked cells stand out."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report.pages import Link

SIDES = {1: "higher", -1: "lower", 0: "like"}
SIGNS = {1: "\N{BLACK UP-POINTING TRIANGLE}", -1: "\N{BLACK DOWN-POINTING TRIANGLE}", 0: ""}


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A number of a site, and on which side it stands out; `words` say it to who cannot see."""

    text: str
    side: str
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A site in the table of all sites."""

    link: Link
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """All sites by all scales of a section."""

    caption: str
    headings: tuple[str, ...]
    programme: tuple[str, ...]
    rows: tuple[HeatRow, ...]


def marked_cell(text: str, side: int, words: str) -> HeatCell:
    """A cell that is marked up (1), down (-1) or not at all (0)."""
    return HeatCell(text, SIDES[side], SIGNS[side], words)
