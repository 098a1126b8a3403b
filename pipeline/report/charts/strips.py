"""One scale over all sites, in the order of the site list.

All bars of a chart are one path, and all marks another, so that programmes of many sites stay
small: a site costs a few letters and its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report import formatting
from pipeline.report.charts.axis import AXIS_HEIGHT, Axis, Tick, ticks_of
from pipeline.report.charts.marks import Point
from pipeline.report.formatting import NumberFormat

STRIP_HEIGHT = 22
STRIP_TRACK = (36.0, 98.0)
STRIP_LABEL = 30
UNITS = 1000
"""Units from the left to the right end of the track."""


@dataclass(frozen=True, slots=True)
class StripLabel:
    """The name of a site, as far as there is room."""

    label: str
    y: int


@dataclass(frozen=True, slots=True)
class StripChart:
    """The mean of every site on one scale, in the order of the site list.

    Attributes
    ----------
    id, title, description : str
        As in every chart.
    height, plot_height : int
        Pixels.
    ticks : tuple of Tick
        Values below the plot.
    track_start, track_end, track_width : str
        The plot, in per cent of the width.
    units : int
        Width of the plot in the units of the paths.
    lines, bars, marks : str
        Paths: a thin line, a bar and a point for each site.
    labels : tuple of StripLabel
        The names of the sites.
    reference : str or None
        A line through all rows, in per cent of the width.
    """

    id: str
    title: str
    description: str
    height: int
    plot_height: int
    ticks: tuple[Tick, ...]
    track_start: str
    track_end: str
    track_width: str
    units: int
    lines: str
    bars: str
    marks: str
    labels: tuple[StripLabel, ...]
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
    rows = [
        (STRIP_HEIGHT * place + STRIP_HEIGHT // 2, label, point)
        for place, (label, point) in enumerate(sites)
    ]
    return StripChart(
        id=chart_id,
        title=title,
        description=description,
        height=plot_height + AXIS_HEIGHT,
        plot_height=plot_height,
        ticks=ticks_of(axis, STRIP_TRACK, numbers),
        track_start=formatting.percentage(STRIP_TRACK[0]),
        track_end=formatting.percentage(STRIP_TRACK[1]),
        track_width=formatting.percentage(STRIP_TRACK[1] - STRIP_TRACK[0]),
        units=UNITS,
        lines="".join(f"M0 {y}H{UNITS}" for y, _, _ in rows),
        bars="".join(_bar(y, point.interval, axis) for y, _, point in rows),
        marks="".join(f"M{_across(point.value, axis)} {y}h.01" for y, _, point in rows),
        labels=tuple(StripLabel(formatting.shorten(label, STRIP_LABEL), y) for y, label, _ in rows),
        reference=None if reference is None else axis.at(reference, STRIP_TRACK),
    )


def _bar(y: int, ends: tuple[float, float] | None, axis: Axis) -> str:
    if ends is None:
        return ""
    low, high = (_across(end, axis) for end in ends)
    return f"M{low} {y}H{high}"


def _across(value: float, axis: Axis) -> int:
    """Units from the left end of the track; what lies outside is drawn at its end."""
    inside = min(max(value, axis.low), axis.high)
    return round(UNITS * (inside - axis.low) / (axis.high - axis.low))
