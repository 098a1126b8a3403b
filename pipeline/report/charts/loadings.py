"""Loadings of items on the factor they are expected on, beside their largest other loading."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report import formatting
from pipeline.report.charts.axis import AXIS_HEIGHT, LABEL_OFFSET, Axis, Tick, ticks_of
from pipeline.report.charts.marks import Mark, Point, mark_of
from pipeline.report.charts.panels import in_panels
from pipeline.report.formatting import NumberFormat

LOADING_TRACK = (22.0, 98.0)
ITEM_HEIGHT = 18
GROUP_HEIGHT = 30
LONGEST_ITEM = 12
LONGEST_GROUP = 38


@dataclass(frozen=True, slots=True)
class ItemLoading:
    """An item before it is drawn: on its own factor, and the largest of its other loadings."""

    item: str
    own: Point | None
    other: Point | None


@dataclass(frozen=True, slots=True)
class LoadingGroup:
    """The items that are expected on one factor."""

    label: str
    items: tuple[ItemLoading, ...]


@dataclass(frozen=True, slots=True)
class LoadingRow:
    """An item as it is drawn."""

    label: str
    y: int
    own: Mark | None
    other: Mark | None


@dataclass(frozen=True, slots=True)
class LoadingBlock:
    """A group as it is drawn."""

    label: str
    label_y: int
    rows: tuple[LoadingRow, ...]


@dataclass(frozen=True, slots=True)
class LoadingPlot:
    """Items by group on a common axis, with lines through all rows at the references."""

    id: str
    title: str
    description: str
    height: int
    plot_height: int
    ticks: tuple[Tick, ...]
    track_start: str
    track_end: str
    references: tuple[str, ...]
    blocks: tuple[LoadingBlock, ...]


def loading_panels(groups: Sequence[LoadingGroup]) -> tuple[tuple[LoadingGroup, ...], ...]:
    """The groups of each part of a plot that is too tall for a page."""
    return in_panels(groups, _height_of)


def loading_plot(
    chart_id: str,
    title: str,
    description: str,
    axis: Axis,
    groups: Sequence[LoadingGroup],
    references: Sequence[float],
    numbers: NumberFormat,
) -> LoadingPlot:
    """A thin row for each item under the label of its group; references outside are left out."""
    tops = list(itertools.accumulate(map(_height_of, groups), initial=0))
    return LoadingPlot(
        id=chart_id,
        title=title,
        description=description,
        height=tops[-1] + AXIS_HEIGHT,
        plot_height=tops[-1],
        ticks=ticks_of(axis, LOADING_TRACK, numbers),
        track_start=formatting.percentage(LOADING_TRACK[0]),
        track_end=formatting.percentage(LOADING_TRACK[1]),
        references=tuple(
            axis.at(value, LOADING_TRACK) for value in references if axis.low <= value <= axis.high
        ),
        blocks=tuple(_block(top, group, axis) for top, group in zip(tops, groups, strict=False)),
    )


def loading_axis(values: Sequence[float]) -> Axis:
    """From 0 to 1 in steps of a fifth, and further where a loading or an interval goes further."""
    low = math.floor(5 * min([0.0, *values]) + 1e-9)
    high = math.ceil(5 * max([1.0, *values]) - 1e-9)
    step = max(1, -(-(high - low) // 7))
    ticks = [fifth for fifth in range(low, high + 1) if fifth % step == 0]
    return Axis(low / 5, high / 5, tuple(fifth / 5 for fifth in ticks), 1)


def _height_of(group: LoadingGroup) -> int:
    return GROUP_HEIGHT + ITEM_HEIGHT * len(group.items)


def _block(top: int, group: LoadingGroup, axis: Axis) -> LoadingBlock:
    first = top + GROUP_HEIGHT + ITEM_HEIGHT // 2
    return LoadingBlock(
        label=formatting.shorten(group.label, LONGEST_GROUP),
        label_y=top + LABEL_OFFSET + 6,
        rows=tuple(
            _row(first + ITEM_HEIGHT * place, loading, axis)
            for place, loading in enumerate(group.items)
        ),
    )


def _row(y: int, loading: ItemLoading, axis: Axis) -> LoadingRow:
    own, other = (
        None if point is None else mark_of(point, y, axis, LOADING_TRACK)
        for point in (loading.own, loading.other)
    )
    return LoadingRow(formatting.shorten(loading.item, LONGEST_ITEM), y, own, other)
