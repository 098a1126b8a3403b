from __future__ import annotations

import pytest

from pipeline.report.charts import (
    ItemLoading,
    LoadingGroup,
    Point,
    loading_axis,
    loading_panels,
    loading_plot,
)
from pipeline.report.charts.panels import TALLEST
from tests.report.number_formats import ENGLISH

LINES = (-0.40, -0.30, 0.30, 0.40)


def group(label: str, size: int) -> LoadingGroup:
    own, other = Point(0.6, (0.5, 0.7)), Point(-0.2, None, quiet=True)
    return LoadingGroup(label, tuple(ItemLoading(f"{label}{n}", own, other) for n in range(size)))


def test_every_item_has_a_filled_mark_with_its_interval_and_a_hollow_one():
    plot = loading_plot("l", "t", "d", loading_axis([-0.2]), [group("A", 2)], LINES, ENGLISH)
    for row in plot.blocks[0].rows:
        assert row.own and not row.own.quiet and row.own.start and row.own.end
        assert row.other and row.other.quiet and row.other.start is None


def test_items_stand_under_their_group_and_nothing_overlaps():
    plot = loading_plot(
        "l", "t", "d", loading_axis([]), [group("A", 3), group("B", 2)], LINES, ENGLISH
    )
    places = [y for block in plot.blocks for y in (block.label_y, *(row.y for row in block.rows))]
    assert places == sorted(places) and len(set(places)) == len(places)
    assert max(places) < plot.plot_height


def test_lines_outside_the_axis_are_left_out():
    groups = [group("A", 1)]
    assert (
        len(loading_plot("l", "t", "d", loading_axis([0.1]), groups, LINES, ENGLISH).references)
        == 2
    )
    assert (
        len(loading_plot("l", "t", "d", loading_axis([-0.5]), groups, LINES, ENGLISH).references)
        == 4
    )


@pytest.mark.parametrize("values", [[], [0.5], [1.31], [-0.45, 0.9], [-1.0, 1.4]])
def test_the_axis_takes_in_every_loading_and_has_room_for_its_numbers(values):
    axis = loading_axis(values)
    assert all(axis.low <= value <= axis.high for value in (0.0, 1.0, *values))
    assert 2 <= len(axis.ticks) <= 8
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)


@pytest.mark.parametrize(("groups", "size"), [(1, 3), (9, 5), (20, 6)])
def test_every_part_of_a_plot_fits_on_a_page(groups, size):
    data = [group(str(number), size) for number in range(groups)]
    panels = loading_panels(data)
    assert [one for panel in panels for one in panel] == data
    for panel in panels:
        plot = loading_plot("l", "t", "d", loading_axis([]), panel, LINES, ENGLISH)
        assert plot.plot_height <= TALLEST
