from __future__ import annotations

import pytest

from pipeline.report.charts import (
    Axis,
    DotDatum,
    Point,
    diverging_bar,
    dot_chart,
    line_chart,
    reach_of,
    stacked_chart,
    strip_chart,
)
from tests.report.number_formats import ENGLISH

AXIS = Axis(1, 5, (1.0, 2.0, 3.0, 4.0, 5.0))


def percent(text: str) -> float:
    return float(text.removesuffix("%"))


def test_a_dot_lies_between_the_ends_of_its_interval():
    datum = DotDatum("x", "", (Point(3.2, (2.8, 3.6)),), band=(2, 4), reference=3.0)
    row = dot_chart("c", "t", "d", AXIS, [datum], ENGLISH).rows[0]
    mark = row.marks[0]
    assert mark.start and mark.end and row.band and row.reference
    assert percent(mark.start) < percent(mark.x) < percent(mark.end)
    middle = (percent(mark.start) + percent(mark.end)) / 2
    assert percent(mark.x) == pytest.approx(middle, abs=0.02)
    assert percent(row.band.x) < percent(row.reference)
    assert percent(row.band.width) == pytest.approx(48)


def test_rows_do_not_overlap():
    data = [DotDatum(str(place), "", (Point(3, None),)) for place in range(4)]
    rows = dot_chart("c", "t", "d", AXIS, data, ENGLISH).rows
    ends = [(row.label_y, row.track_y) for row in rows]
    assert ends == sorted(ends)
    assert all(row.marks[0].start is None for row in rows)


def test_the_middle_answer_is_centred_and_both_sides_are_as_long_as_their_shares():
    bar = diverging_bar("b", "t", "d", (0.1, 0.2, 0.4, 0.2, 0.1), "abcde")
    middle = bar.segments[2]
    assert percent(middle.x) + percent(middle.width) / 2 == pytest.approx(50)
    assert sum(percent(segment.width) for segment in bar.segments) == pytest.approx(50)
    assert [segment.kind for segment in bar.segments] == list("abcde")


def test_without_a_middle_answer_the_border_is_at_the_centre():
    bar = diverging_bar("b", "t", "d", (0.3, 0.2, 0.4, 0.1), "abcd")
    assert percent(bar.segments[2].x) == pytest.approx(50)


@pytest.mark.parametrize("shares", [(0, 0, 1), (1, 0, 0), (0.6, 0.6, 0.2), (0.5, 0.0, 0.5)])
def test_every_bar_fits_into_its_drawing(shares):
    bar = diverging_bar("b", "t", "d", shares, "abc", reach_of([shares]))
    assert percent(bar.segments[0].x) >= 0
    last = bar.segments[-1]
    assert percent(last.x) + percent(last.width) <= 100.01


def test_stacked_bars_fill_the_width_and_small_pieces_carry_no_number():
    chart = stacked_chart("s", "t", "d", [("now", [("A", 9.5), ("B", 0.5)])], ENGLISH)
    first, second = chart.rows[0].segments
    assert (percent(first.width), percent(second.width)) == pytest.approx((95, 5))
    assert (first.text, second.text) == ("A 9.5", "")


def test_nobody_having_given_counters_is_no_fault():
    assert stacked_chart("s", "t", "d", [("now", [("A", 0.0)])], ENGLISH).rows[0].segments


def test_a_strip_keeps_the_order_it_is_given():
    sites = [("Beta", Point(4, None)), ("Alpha", Point(2, None))]
    chart = strip_chart("s", "t", "d", AXIS, sites, 3.0, ENGLISH)
    assert [row.label for row in chart.labels] == ["Beta", "Alpha"]
    beta, alpha = (float(mark.split()[0]) for mark in chart.marks.split("M")[1:])
    start, end = percent(chart.track_start), percent(chart.track_end)
    middle = chart.units * (percent(chart.reference or "") - start) / (end - start)
    assert alpha < middle < beta


def test_lines_join_neighbouring_points():
    series = line_chart("l", "t", "d", [("observed", [3.0, 2.0, 1.0])], 3).series[0]
    assert len(series.spots) == 3
    points = [f"{spot.x.removesuffix('%')} {spot.y}" for spot in series.spots]
    assert series.line == f"M{'L'.join(points)}"
    heights = [float(spot.y) for spot in series.spots]
    assert heights == sorted(heights)
