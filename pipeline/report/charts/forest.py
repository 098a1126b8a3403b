"""Several coefficients with their intervals in each row, told apart by the shape of the mark."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report import formatting
from pipeline.report.charts.axis import AXIS_HEIGHT, LABEL_OFFSET, TRACK, Axis, Tick, ticks_of
from pipeline.report.charts.marks import Mark, Point, mark_of
from pipeline.report.charts.panels import in_panels
from pipeline.report.formatting import NumberFormat

HEAD = 26
STEP = 16
FOOT = 8


@dataclass(frozen=True, slots=True)
class ForestDatum:
    """A row before it is drawn; the series of a point is the shape of its mark."""

    label: str
    value: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class ForestRow:
    """A row as it is drawn."""

    label: str
    value: str
    label_y: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Forest:
    """Rows of coefficients on a common axis, with lines through all rows at the references."""

    id: str
    title: str
    description: str
    height: int
    plot_height: int
    ticks: tuple[Tick, ...]
    track_start: str
    track_end: str
    references: tuple[str, ...]
    rows: tuple[ForestRow, ...]


def forest_panels(data: Sequence[ForestDatum]) -> tuple[tuple[ForestDatum, ...], ...]:
    """The rows of each part of a forest that is too tall for a page."""
    return in_panels(data, _height_of)


def forest_chart(
    chart_id: str,
    title: str,
    description: str,
    axis: Axis,
    data: Sequence[ForestDatum],
    references: Sequence[float],
    numbers: NumberFormat,
) -> Forest:
    """Rows of marks, each row with its label above it."""
    heights = [_height_of(datum) for datum in data]
    tops = list(itertools.accumulate(heights, initial=0))
    return Forest(
        id=chart_id,
        title=title,
        description=description,
        height=tops[-1] + AXIS_HEIGHT,
        plot_height=tops[-1],
        ticks=ticks_of(axis, TRACK, numbers),
        track_start=formatting.percentage(TRACK[0]),
        track_end=formatting.percentage(TRACK[1]),
        references=tuple(axis.at(value) for value in references),
        rows=tuple(_row(top, datum, axis) for top, datum in zip(tops, data, strict=False)),
    )


def coefficient_axis(values: Sequence[float]) -> Axis:
    """From the tenth at or below the smallest coefficient, or .60, to 1; never below 0."""
    smallest = min([0.6, *values])
    low = max(0, math.floor(10 * smallest + 1e-9))
    step = 1 if low >= 4 else 2
    return Axis(low / 10, 1.0, tuple(tenth / 10 for tenth in range(10, low - 1, -step))[::-1], 2)


def _height_of(datum: ForestDatum) -> int:
    return HEAD + STEP * len(datum.points) + FOOT


def _row(top: int, datum: ForestDatum, axis: Axis) -> ForestRow:
    return ForestRow(
        label=datum.label,
        value=datum.value,
        label_y=top + LABEL_OFFSET,
        marks=tuple(
            mark_of(point, top + HEAD + STEP * place + STEP // 4, axis, TRACK)
            for place, point in enumerate(datum.points)
        ),
    )
