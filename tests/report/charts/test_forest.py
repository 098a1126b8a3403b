from __future__ import annotations

import pytest

from pipeline.report.charts import ForestDatum, Point, coefficient_axis, forest_chart, forest_panels
from pipeline.report.charts.panels import TALLEST, in_panels
from tests.report.number_formats import ENGLISH


def percent(text: str) -> float:
    return float(text.removesuffix("%"))


def datum(label: str, *values: float) -> ForestDatum:
    points = (Point(value, (value - 0.05, value + 0.05), kind) for kind, value in enumerate(values))
    return ForestDatum(label, "n = 9", tuple(points))


def test_marks_of_a_scale_keep_their_shape_and_lie_in_rows_of_their_own():
    chart = forest_chart(
        "f", "t", "d", coefficient_axis([]), [datum("A", 0.8, 0.7, 0.9)], (), ENGLISH
    )
    marks = chart.rows[0].marks
    assert [mark.series for mark in marks] == [0, 1, 2]
    assert len({mark.y for mark in marks}) == 3
    assert all(percent(m.start or "") < percent(m.x) < percent(m.end or "") for m in marks)


def test_scales_do_not_overlap():
    data = [datum("A", 0.8, 0.7), datum("B", 0.6), datum("C", 0.9, 0.9, 0.9)]
    rows = forest_chart("f", "t", "d", coefficient_axis([0.55]), data, (), ENGLISH).rows
    places = [y for row in rows for y in (row.label_y, *(mark.y for mark in row.marks))]
    assert places == sorted(places) and len(set(places)) == len(places)


def test_reference_lines_lie_where_marks_of_that_value_lie():
    axis = coefficient_axis([])
    chart = forest_chart("f", "t", "d", axis, [datum("A", 0.7, 0.8)], (0.7, 0.8), ENGLISH)
    assert [mark.x for mark in chart.rows[0].marks] == list(chart.references)


@pytest.mark.parametrize(
    ("smallest", "low"), [(0.95, 0.6), (0.6, 0.6), (0.43, 0.4), (0.0, 0.0), (-0.7, 0.0)]
)
def test_the_axis_reaches_down_to_the_smallest_coefficient_but_not_below_zero(smallest, low):
    axis = coefficient_axis([smallest])
    assert (axis.low, axis.high) == (low, 1.0)
    assert axis.ticks[-1] == 1.0 and len(axis.ticks) <= 7


def test_a_long_forest_is_put_on_several_pages_in_order():
    data = [datum(str(place), *([0.8] * 8)) for place in range(30)]
    panels = forest_panels(data)
    assert len(panels) > 1
    assert [one.label for panel in panels for one in panel] == [one.label for one in data]
    for panel in panels:
        chart = forest_chart("f", "t", "d", coefficient_axis([]), panel, (), ENGLISH)
        assert chart.plot_height <= TALLEST


def test_a_part_that_is_too_tall_for_a_page_stands_alone():
    assert in_panels([5, 200, 5, 5], lambda height: height, tallest=10) == ((5,), (200,), (5, 5))
    assert in_panels([], lambda height: height) == ()
