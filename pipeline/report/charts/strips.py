"""One scale over all sites, in the order of the site list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report import formatting
from pipeline.report.charts.axis import AXIS_HEIGHT, Axis, Tick, ticks_of
from pipeline.report.charts.marks import Mark, Point, mark_of
from pipeline.report.formatting import NumberFormat

STRIP_HEIGHT = 22
STRIP_TRACK = (36.0, 98.0)
STRIP_LABEL = 30


@dataclass(frozen=True, slots=True)
class StripRow:
    """A site in a strip."""

    label: str
    y: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class StripChart:
    """The mean of every site on one scale, in the order of the site list."""

    id: str
    title: str
    description: str
    height: int
    plot_height: int
    ticks: tuple[Tick, ...]
    track_start: str
    track_end: str
    rows: tuple[StripRow, ...]
    reference: str | None


def strip_chart(
    chart_id: str,
    title: str,
    description: str,
    axis: Axis,
    sites: Sequence[tuple[str, Point]],
    reference: float | None,
    numbers: NumberFormat,
) -> StripChart:
    """A thin row for each site, with a line through all rows at the reference value."""
    plot_height = STRIP_HEIGHT * len(sites)
    return StripChart(
        id=chart_id,
        title=title,
        description=description,
        height=plot_height + AXIS_HEIGHT,
        plot_height=plot_height,
        ticks=ticks_of(axis, STRIP_TRACK, numbers),
        track_start=formatting.percentage(STRIP_TRACK[0]),
        track_end=formatting.percentage(STRIP_TRACK[1]),
        rows=tuple(_strip_row(index, *site, axis) for index, site in enumerate(sites)),
        reference=None if reference is None else axis.at(reference, STRIP_TRACK),
    )


def _strip_row(index: int, label: str, point: Point, axis: Axis) -> StripRow:
    y = STRIP_HEIGHT * index + STRIP_HEIGHT // 2
    mark = mark_of(point, y, axis, STRIP_TRACK)
    return StripRow(formatting.shorten(label, STRIP_LABEL), y, mark)
