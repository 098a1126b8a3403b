"""Shares of ordered answers around a centre."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.report.charts.segments import Segment, segment_of

BAR_HEIGHT = 22
SMALLEST_REACH = 0.6
"""A half bar stands for at least this share, so that long bars stay long."""


@dataclass(frozen=True, slots=True)
class DivergingBar:
    """Shares of ordered answers around a centre: lower answers left, higher answers right."""

    id: str
    title: str
    description: str
    height: int
    segments: tuple[Segment, ...]


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
    that add up to more than one are drawn in proportion. An answer nobody gave has no segment.
    """
    drawn = _in_proportion(shares)
    start = 0.5 - _sides(drawn)[0] / reach / 2
    segments = []
    for share, kind in zip(drawn, kinds, strict=True):
        if share:
            segments.append(segment_of(start, share / reach / 2, kind, ""))
        start += share / reach / 2
    return DivergingBar(chart_id, title, description, BAR_HEIGHT, tuple(segments))


def _in_proportion(shares: Sequence[float]) -> list[float]:
    whole = max(1.0, sum(shares))
    return [share / whole for share in shares]


def _sides(shares: Sequence[float]) -> tuple[float, float]:
    half = len(shares) // 2
    middle = shares[half] / 2 if len(shares) % 2 else 0.0
    return sum(shares[:half]) + middle, sum(shares[len(shares) - half :]) + middle
