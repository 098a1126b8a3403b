"""Places of the marks of every chart. Nothing here knows a colour; nothing here judges.

Horizontal places are percentages of the width of the drawing, so that a chart fits a phone, a
screen and paper without its letters changing size; vertical places are pixels.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.report import formatting

ROW_HEIGHT = 46
LABEL_OFFSET = 14
TRACK_OFFSET = 30
PAIR_OFFSET = 6
AXIS_HEIGHT = 24
TRACK = (2.0, 98.0)

STRIP_HEIGHT = 22
STRIP_TRACK = (36.0, 98.0)
STRIP_LABEL = 30

BAR_HEIGHT = 22
PLOT_HEIGHT = 260
PLOT = (8.0, 98.0)


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from `low` to `high`, with the values that are written below the chart."""

    low: float
    high: float
    ticks: tuple[float, ...]
    places: int = 0

    def at(self, value: float, track: tuple[float, float] = TRACK) -> str:
        """Where a value is drawn."""
        return formatting.along(value, self.low, self.high, *track)


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its interval; `series` tells shapes apart."""

    value: float
    interval: tuple[float, float] | None
    series: int = 0
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class DotDatum:
    """A row of a dot chart, before it is drawn."""

    label: str
    value: str
    points: tuple[Point, ...]
    band: tuple[float, float] | None = None
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A value written along an axis."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A point as it is drawn."""

    x: str
    y: float
    start: str | None
    end: str | None
    series: int
    quiet: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of a row."""

    x: str
    width: str


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
    chart_id: str, title: str, description: str, axis: Axis, data: Sequence[DotDatum]
) -> DotChart:
    """Rows of dots, each row with its label above it."""
    plot_height = ROW_HEIGHT * len(data)
    return DotChart(
        id=chart_id,
        title=title,
        description=description,
        height=plot_height + AXIS_HEIGHT,
        plot_height=plot_height,
        ticks=_ticks(axis, TRACK),
        track_start=formatting.percentage(TRACK[0]),
        track_end=formatting.percentage(TRACK[1]),
        rows=tuple(_dot_row(index, datum, axis) for index, datum in enumerate(data)),
    )


def _ticks(axis: Axis, track: tuple[float, float]) -> tuple[Tick, ...]:
    return tuple(
        Tick(axis.at(value, track), formatting.decimals(value, axis.places)) for value in axis.ticks
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
            _mark(point, track_y + offset, axis, TRACK)
            for point, offset in zip(datum.points, offsets, strict=False)
        ),
        band=None if datum.band is None else _band(*datum.band, axis, TRACK),
        reference=None if datum.reference is None else axis.at(datum.reference),
    )


def _mark(point: Point, y: float, axis: Axis, track: tuple[float, float]) -> Mark:
    low, high = point.interval or (None, None)
    return Mark(
        x=axis.at(point.value, track),
        y=y,
        start=None if low is None else axis.at(low, track),
        end=None if high is None else axis.at(high, track),
        series=point.series,
        quiet=point.quiet,
    )


def _band(low: float, high: float, axis: Axis, track: tuple[float, float]) -> Band:
    start, end = (_fraction(value, axis) for value in (low, high))
    length = track[1] - track[0]
    return Band(
        formatting.percentage(track[0] + length * start),
        formatting.percentage(length * (end - start)),
    )


def _fraction(value: float, axis: Axis) -> float:
    return (min(max(value, axis.low), axis.high) - axis.low) / (axis.high - axis.low)


# ------------------------------------------------------------------ one scale over all sites


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
) -> StripChart:
    """A thin row for each site, with a line through all rows at the reference value."""
    plot_height = STRIP_HEIGHT * len(sites)
    return StripChart(
        id=chart_id,
        title=title,
        description=description,
        height=plot_height + AXIS_HEIGHT,
        plot_height=plot_height,
        ticks=_ticks(axis, STRIP_TRACK),
        track_start=formatting.percentage(STRIP_TRACK[0]),
        track_end=formatting.percentage(STRIP_TRACK[1]),
        rows=tuple(_strip_row(index, *site, axis) for index, site in enumerate(sites)),
        reference=None if reference is None else axis.at(reference, STRIP_TRACK),
    )


def _strip_row(index: int, label: str, point: Point, axis: Axis) -> StripRow:
    y = STRIP_HEIGHT * index + STRIP_HEIGHT // 2
    mark = _mark(point, y, axis, STRIP_TRACK)
    return StripRow(formatting.shorten(label, STRIP_LABEL), y, mark)


# ------------------------------------------------------------------ bars


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar; `kind` says which answer or part it stands for."""

    x: str
    width: str
    middle: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class DivergingBar:
    """Shares of ordered answers around a centre: lower answers left, higher answers right."""

    id: str
    title: str
    description: str
    height: int
    segments: tuple[Segment, ...]


SMALLEST_REACH = 0.6
"""A half bar stands for at least this share, so that long bars stay long."""


def reach_of(bars: Iterable[Sequence[float]]) -> float:
    """The share that half the width of a drawing stands for, so that each of `bars` fits."""
    sides = [side for shares in bars for side in _sides(_in_proportion(shares))]
    return max([SMALLEST_REACH, *sides])


def diverging_bar(
    chart_id: str,
    title: str,
    description: str,
    shares: Sequence[float],
    kinds: Sequence[str],
    reach: float = 1.0,
) -> DivergingBar:
    """A bar whose middle answer, or the border between the two middle ones, is at half width.

    Half the width stands for `reach`; bars that are to be compared have the same. Rounded shares
    that add up to more than one are drawn in proportion.
    """
    drawn = _in_proportion(shares)
    start = 0.5 - _sides(drawn)[0] / reach / 2
    segments = []
    for share, kind in zip(drawn, kinds, strict=True):
        segments.append(_segment(start, share / reach / 2, kind, ""))
        start += share / reach / 2
    return DivergingBar(chart_id, title, description, BAR_HEIGHT, tuple(segments))


def _in_proportion(shares: Sequence[float]) -> list[float]:
    whole = max(1.0, sum(shares))
    return [share / whole for share in shares]


def _sides(shares: Sequence[float]) -> tuple[float, float]:
    half = len(shares) // 2
    middle = shares[half] / 2 if len(shares) % 2 else 0.0
    return sum(shares[:half]) + middle, sum(shares[len(shares) - half :]) + middle


def _segment(start: float, width: float, kind: str, text: str) -> Segment:
    return Segment(
        x=formatting.percentage(100 * start),
        width=formatting.percentage(100 * width),
        middle=formatting.percentage(100 * (start + width / 2)),
        kind=kind,
        text=text,
    )


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


STACKED_ROW = 66
STACKED_BAR = 30
SMALLEST_LABELLED = 0.09
"""Share of the width below which a segment holds no number; the table has it."""


def stacked_chart(
    chart_id: str,
    title: str,
    description: str,
    rows: Sequence[tuple[str, Sequence[tuple[str, float]]]],
) -> StackedChart:
    """A stacked bar for each question, from its label and the counters of each lettered part."""
    return StackedChart(
        id=chart_id,
        title=title,
        description=description,
        height=STACKED_ROW * len(rows),
        bar_height=STACKED_BAR,
        rows=tuple(_stacked_row(index, *row) for index, row in enumerate(rows)),
    )


def _stacked_row(index: int, label: str, parts: Sequence[tuple[str, float]]) -> StackedRow:
    top = STACKED_ROW * index
    total = sum(counters for _, counters in parts) or 1.0
    segments, start = [], 0.0
    for number, (letter, counters) in enumerate(parts, start=1):
        width = counters / total
        text = f"{letter} {formatting.counters(counters)}" if width >= SMALLEST_LABELLED else ""
        segments.append(_segment(start, width, f"part-{number}", text))
        start += width
    return StackedRow(
        label, top + LABEL_OFFSET, top + 24, top + 24 + STACKED_BAR // 2, tuple(segments)
    )


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
    chart_id: str, title: str, description: str, shares: Sequence[tuple[str, float]]
) -> BarChart:
    """Shares as bars; the longest possible bar is 100 %."""
    rows = tuple(
        BarRow(
            label=label,
            value=formatting.percent(share),
            label_y=40 * index + LABEL_OFFSET,
            bar_y=40 * index + 21,
            width=formatting.percentage(100 * share),
        )
        for index, (label, share) in enumerate(shares)
    )
    return BarChart(chart_id, title, description, 40 * len(rows), rows)


# ------------------------------------------------------------------ lines


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of a line."""

    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of a line."""

    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Series:
    """A named line; `kind` tells lines apart without colour."""

    name: str
    kind: int
    lines: tuple[Line, ...]
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    """Several lines over the same numbered places."""

    id: str
    title: str
    description: str
    height: int
    plot_height: int
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    plot_start: str
    plot_end: str
    series: tuple[Series, ...]


def line_chart(
    chart_id: str,
    title: str,
    description: str,
    series: Sequence[tuple[str, Sequence[float]]],
    highest: float,
) -> LineChart:
    """Lines over the places 1, 2, 3, ...; the vertical axis runs from 0 to `highest`."""
    length = max((len(values) for _, values in series), default=1)
    return LineChart(
        id=chart_id,
        title=title,
        description=description,
        height=PLOT_HEIGHT + AXIS_HEIGHT,
        plot_height=PLOT_HEIGHT,
        x_ticks=tuple(Tick(_across(place, length), str(place + 1)) for place in _every(length, 12)),
        y_ticks=tuple(
            Tick(_up(value, highest), str(value)) for value in _every(int(highest) + 1, 8)
        ),
        plot_start=formatting.percentage(PLOT[0]),
        plot_end=formatting.percentage(PLOT[1]),
        series=tuple(
            _series(name, kind, values, length, highest)
            for kind, (name, values) in enumerate(series)
        ),
    )


def _every(length: int, most: int) -> range:
    """At most about `most` of the places 0, 1, 2, ..., evenly apart."""
    return range(0, length, max(1, -(-length // most)))


def _across(place: int, length: int) -> str:
    return formatting.along(place, 0, max(length - 1, 1), PLOT[0] + 2, PLOT[1])


def _up(value: float, highest: float) -> str:
    fraction = min(max(value / highest, 0.0), 1.0)
    return formatting.decimals(PLOT_HEIGHT - 8 - fraction * (PLOT_HEIGHT - 24), 1)


def _series(name: str, kind: int, values: Sequence[float], length: int, highest: float) -> Series:
    spots = tuple(
        Spot(_across(place, length), _up(value, highest)) for place, value in enumerate(values)
    )
    lines = tuple(
        Line(here.x, here.y, there.x, there.y) for here, there in itertools.pairwise(spots)
    )
    return Series(name, kind, lines, spots)
