"""Points with their intervals, and stretches of a row."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report import formatting
from pipeline.report.charts.axis import Axis


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its interval; `series` tells shapes apart."""

    value: float
    interval: tuple[float, float] | None
    series: int = 0
    quiet: bool = False


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


def mark_of(point: Point, y: float, axis: Axis, track: tuple[float, float]) -> Mark:
    """A point as it is drawn at a height."""
    low, high = point.interval or (None, None)
    return Mark(
        x=axis.at(point.value, track),
        y=y,
        start=None if low is None else axis.at(low, track),
        end=None if high is None else axis.at(high, track),
        series=point.series,
        quiet=point.quiet,
    )


def band_of(low: float, high: float, axis: Axis, track: tuple[float, float]) -> Band:
    """The stretch of a row between two values."""
    start, end = (_fraction(value, axis) for value in (low, high))
    length = track[1] - track[0]
    return Band(
        formatting.percentage(track[0] + length * start),
        formatting.percentage(length * (end - start)),
    )


def _fraction(value: float, axis: Axis) -> float:
    return (min(max(value, axis.low), axis.high) - axis.low) / (axis.high - axis.low)
