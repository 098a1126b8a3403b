"""Headings of an export in the way in which they may be shown."""

from __future__ import annotations

from pipeline.ingest.ledger import LONGEST_OF_AN_ANSWER
from pipeline.ingest.raw import ExportColumn
from pipeline.ingest.wording import may_identify, one_line


def shown_heading(column: ExportColumn) -> str:
    """The heading, cut where it is long; the place of the column where it could tell a person."""
    heading = one_line(column.heading)
    if not heading or may_identify(heading):
        return f"column {column.position}"
    return shortened(heading)


def shortened(heading: str) -> str:
    """A text cut where it is long."""
    long = len(heading) > LONGEST_OF_AN_ANSWER
    return f"{heading[:LONGEST_OF_AN_ANSWER].rstrip()}..." if long else heading
