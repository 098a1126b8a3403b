"""Axes: where values lie along the width of a drawing."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report import formatting
from pipeline.report.formatting import NumberFormat

LABEL_OFFSET = 14
AXIS_HEIGHT = 24
TRACK = (2.0, 98.0)


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
class Tick:
    """A value written along an axis."""

    at: str
    label: str


def ticks_of(axis: Axis, track: tuple[float, float], numbers: NumberFormat) -> tuple[Tick, ...]:
    """The values that are written along an axis, with their places."""
    return tuple(
        Tick(axis.at(value, track), numbers.decimals(value, axis.places)) for value in axis.ticks
    )
