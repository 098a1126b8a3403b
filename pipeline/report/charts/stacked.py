"""Counters shared out among parts, a row a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.charts.axis import LABEL_OFFSET
from pipeline.report.charts.segments import Segment, segment_of
from pipeline.report.formatting import NumberFormat

STACKED_ROW = 66
STACKED_BAR = 30
SMALLEST_LABELLED = 0.09
"""Share of the width below which a segment holds no number; the table has it."""


@dataclass(frozen=True, slots=True)
class StackedRow:
    """One constant-sum question."""

    label: str
    label_y: int
    bar_y: int
    text_y: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class StackedChart:
    """Counters shared out among parts, a row a question."""

    id: str
    title: str
    description: str
    height: int
    bar_height: int
    rows: tuple[StackedRow, ...]


def stacked_chart(
    chart_id: str,
    title: str,
    description: str,
    rows: Sequence[tuple[str, Sequence[tuple[str, float]]]],
    numbers: NumberFormat,
) -> StackedChart:
    """A stacked bar for each question, from its label and the counters of each lettered part."""
    return StackedChart(
        id=chart_id,
        title=title,
        description=description,
        height=STACKED_ROW * len(rows),
        bar_height=STACKED_BAR,
        rows=tuple(_stacked_row(index, *row, numbers) for index, row in enumerate(rows)),
    )


def _stacked_row(
    index: int, label: str, parts: Sequence[tuple[str, float]], numbers: NumberFormat
) -> StackedRow:
    top = STACKED_ROW * index
    total = sum(counters for _, counters in parts) or 1.0
    segments, start = [], 0.0
    for number, (letter, counters) in enumerate(parts, start=1):
        width = counters / total
        text = f"{letter} {numbers.counters(counters)}" if width >= SMALLEST_LABELLED else ""
        segments.append(segment_of(start, width, f"part-{number}", text))
        start += width
    return StackedRow(
        label, top + LABEL_OFFSET, top + 24, top + 24 + STACKED_BAR // 2, tuple(segments)
    )
