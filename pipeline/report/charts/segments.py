"""Pieces of a bar."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report import formatting


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar; `kind` says which answer or part it stands for."""

    x: str
    width: str
    middle: str
    kind: str
    text: str


def segment_of(start: float, width: float, kind: str, text: str) -> Segment:
    """A piece of a bar from its start and width as shares of the drawing."""
    return Segment(
        x=formatting.percentage(100 * start),
        width=formatting.percentage(100 * width),
        middle=formatting.percentage(100 * (start + width / 2)),
        kind=kind,
        text=text,
    )
