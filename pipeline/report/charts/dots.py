"""Dots with intervals, a row each, on a common axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report import formatting
from pipeline.report.charts.axis import AXIS_HEIGHT, LABEL_OFFSET, TRACK, Axis, Tick, ticks_of
from pipeline.report.charts.marks import Band, Mark, Point, band_of, mark_of
from pipeline.report.formatting import NumberFormat

ROW_HEIGHT = 46
TRACK_OFFSET = 30
PAIR_OFFSET = 6


@dataclass(frozen=True, slots=True)
class DotDatum:
    """A row of a dot chart, before it is drawn; `before` is the value of an earlier round."""

    label: str
    value: str
    points: tuple[Point, ...]
    band: tuple[float, float] | None = None
    reference: float | None = None
    before: float | None = None


@dataclass(frozen=True, slots=True)
class DotRow:
    """A row as it is drawn."""

    label: str
    value: str
    label_y: int
    track_y: int
    marks: tuple[Mark, ...]
    band: Band | None
    reference: str | None
    before: str | None


@dataclass(frozen=True, slots=True)
class DotChart:
    """Dots with intervals, a row each, on a common axis."""

    id: str
    title: str
    description: str
    height: int
    plot_height: int
    ticks: tuple[Tick, ...]
    track_start: str
    track_end: str
    rows: tuple[DotRow, ...]


def dot_chart(
    chart_id: str,
    title: str,
    description: str,
    axis: Axis,
    data: Sequence[DotDatum],
    numbers: NumberFormat,
) -> DotChart:
    """Rows of dots, each row with its label above it."""
    plot_height = ROW_HEIGHT * len(data)
    return DotChart(
        id=chart_id,
        title=title,
        description=description,
        height=plot_height + AXIS_HEIGHT,
        plot_height=plot_height,
        ticks=ticks_of(axis, TRACK, numbers),
        track_start=formatting.percentage(TRACK[0]),
        track_end=formatting.percentage(TRACK[1]),
        rows=tuple(_dot_row(index, datum, axis) for index, datum in enumerate(data)),
    )


def _dot_row(index: int, datum: DotDatum, axis: Axis) -> DotRow:
    top = ROW_HEIGHT * index
    track_y = top + TRACK_OFFSET
    offsets = (0,) if len(datum.points) == 1 else (-PAIR_OFFSET, PAIR_OFFSET)
    return DotRow(
        label=datum.label,
        value=datum.value,
        label_y=top + LABEL_OFFSET,
        track_y=track_y,
        marks=tuple(
            mark_of(point, track_y + offset, axis, TRACK)
            for point, offset in zip(datum.points, offsets, strict=False)
        ),
        band=None if datum.band is None else band_of(*datum.band, axis, TRACK),
        reference=None if datum.reference is None else axis.at(datum.reference),
        before=None if datum.before is None else axis.at(datum.before),
    )
