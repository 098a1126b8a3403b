"""Sites by topics: a table in which a number says how sure it is, and few of them stand out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.report.pages import Link
from pipeline.report.site_tables import Column, Stretch


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A number of a site and how it stands out.

    Attributes
    ----------
    text : str
        The number, or why there is none.
    kind : str
        higher or lower, each also clear; apart where only its own likely range leaves out what it
        is compared with; like where not even that; none without a number.
    words : str
        What marks it, for those who do not see the mark; empty where nothing does.
    stretch : Stretch or None
        Its likely range.
    """

    text: str
    kind: str
    words: str = ""
    stretch: Stretch | None = None


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A site in the table of all sites: what is known about it, and its numbers."""

    link: Link
    facts: tuple[str, ...]
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """All sites by all scales of a section.

    Attributes
    ----------
    caption : str
        Above the table.
    facts, topics : tuple of Column
        What is known about sites, and the scales.
    whole_facts, whole : tuple of str
        The same of the programme, first in the table.
    rows : tuple of HeatRow
        The sites by name.
    is_long : bool
        Whether the table has a window of its own.
    remarks : tuple of str
        What the short reasons for missing numbers mean.
    """

    caption: str
    facts: tuple[Column, ...]
    topics: tuple[Column, ...]
    whole_facts: tuple[str, ...]
    whole: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    is_long: bool
    remarks: tuple[str, ...] = ()

    @property
    def places_of_words(self) -> tuple[int, ...]:
        """The columns with words besides the first, counted from 1."""
        return tuple(place for place, fact in enumerate(self.facts, start=2) if fact.is_words)


def untold_cell(why: str) -> HeatCell:
    """A cell without a number."""
    return HeatCell(why, "none")


def marked_cell(
    text: str,
    side: int,
    words: str,
    *,
    is_clear: bool = False,
    is_apart: bool = False,
    stretch: Stretch | None = None,
) -> HeatCell:
    """A cell that is marked up (1), down (-1) or not at all (0), clearly so or not."""
    if side == 0:
        return HeatCell(text, "apart" if is_apart else "like", stretch=stretch)
    kind = "higher" if side > 0 else "lower"
    return HeatCell(text, f"{kind} clear" if is_clear else kind, words, stretch)


def reach_of(pairs: Iterable[tuple[tuple[float, float], float]]) -> float:
    """How far from the value it is compared with the furthest end of an interval lies."""
    distances = (abs(end - middle) for ends, middle in pairs for end in ends)
    return max(distances, default=0.0) or 1.0


def around(middle: float, reach: float) -> tuple[float, float]:
    """The ends of a line with a value in its middle."""
    return middle - reach, middle + reach
