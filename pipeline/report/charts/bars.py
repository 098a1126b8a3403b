"""Bars from nought, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report import formatting
from pipeline.report.charts.axis import LABEL_OFFSET
from pipeline.report.formatting import NumberFormat


@dataclass(frozen=True, slots=True)
class BarRow:
    """A bar with its label above it."""

    label: str
    value: str
    label_y: int
    bar_y: int
    width: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars from nought, a row each."""

    id: str
    title: str
    description: str
    height: int
    rows: tuple[BarRow, ...]


def bar_chart(
    chart_id: str,
    title: str,
    description: str,
    shares: Sequence[tuple[str, float]],
    numbers: NumberFormat,
) -> BarChart:
    """Shares as bars; the longest possible bar is 100 %."""
    rows = tuple(
        BarRow(
            label=label,
            value=numbers.percent(share),
            label_y=40 * index + LABEL_OFFSET,
            bar_y=40 * index + 21,
            width=formatting.percentage(100 * share),
        )
        for index, (label, share) in enumerate(shares)
    )
    return BarChart(chart_id, title, description, 40 * len(rows), rows)
