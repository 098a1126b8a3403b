"""Several lines over the same numbered places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report import formatting
from pipeline.report.charts.axis import AXIS_HEIGHT, Tick

PLOT_HEIGHT = 260
PLOT = (8.0, 98.0)


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
    spots: tuple[Spot, ...]

    @property
    def line(self) -> str:
        """The line through all its points, in hundredths of the width and in pixels."""
        return "M" + "L".join(f"{spot.x.removesuffix('%')} {spot.y}" for spot in self.spots)


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
    return formatting.place(PLOT_HEIGHT - 8 - fraction * (PLOT_HEIGHT - 24))


def _series(name: str, kind: int, values: Sequence[float], length: int, highest: float) -> Series:
    spots = tuple(
        Spot(_across(place, length), _up(value, highest)) for place, value in enumerate(values)
    )
    return Series(name, kind, spots)
