from __future__ import annotations

import math
import re
from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pipeline.benchmark.comparison.funnel import funnel_at
from pipeline.report.charts import FunnelChart, FunnelDatum, FunnelSpread, funnel_chart, is_outside
from pipeline.report.charts.funnel import LETTER, LINE, NARROWEST, PLOT_HEIGHT, PLOT_TOP
from tests.report.number_formats import ENGLISH

SPREAD = FunnelSpread(centre=3.0, within=0.6, added=0.04)


def drawn(sites: list[FunnelDatum], spread: FunnelSpread = SPREAD) -> FunnelChart:
    return funnel_chart("f", "title", "description", "people", sites, spread, (1.0, 5.0), ENGLISH)


def sites_of(number: int, spread: float, seed: int = 1) -> list[FunnelDatum]:
    rng = np.random.default_rng(seed)
    people = 5 * rng.integers(2, 60, number)
    means = 3 + spread * rng.standard_normal(number)
    return [
        FunnelDatum(f"A site with a name {place}", float(n), float(round(mean, 2)))
        for place, (n, mean) in enumerate(zip(people, means, strict=True))
    ]


@pytest.mark.parametrize("added", [0.0, 0.04])
def test_limits_are_those_of_the_comparison(added: float):
    spread, people = FunnelSpread(3.2, 0.7, added), np.array([5.0, 30.0, 400.0])
    limits = funnel_at(people, 3.2, 0.7, added)
    assert_allclose([3.2 - spread.half_width(n, 0.95) for n in people], limits.low_95)
    assert_allclose([3.2 + spread.half_width(n, 0.998) for n in people], limits.high_998)


def test_a_site_is_outside_only_beyond_the_inner_limit():
    limit = 3 + SPREAD.half_width(30, 0.95)
    assert not is_outside(FunnelDatum("", 30, limit - 1e-9), SPREAD)
    assert is_outside(FunnelDatum("", 30, limit + 1e-9), SPREAD)
    assert is_outside(FunnelDatum("", 30, limit - 1e-9), SPREAD.of_chance())


def test_only_sites_outside_have_their_names_written():
    chart = drawn([FunnelDatum("Inside", 30, 3.1), FunnelDatum("Outside", 30, 4.2)])
    assert [mark.label for mark in chart.marks] == ["", "Outside"]
    assert [mark.is_outside for mark in chart.marks] == [False, True]


@pytest.mark.parametrize("number", [9, 49, 1000])
def test_no_label_lies_over_another(number: int):
    chart = drawn(sites_of(number, spread=0.7))
    boxes = [box_of(mark) for mark in chart.marks if mark.label]
    assert boxes
    for (left, right, y), (other_left, other_right, other_y) in combinations(boxes, 2):
        apart = abs(y - other_y) >= LINE - 0.11 or right < other_left or other_right < left
        assert apart


def box_of(mark) -> tuple[float, float, float]:
    start = float(mark.x.rstrip("%")) / 100 * NARROWEST + mark.label_dx
    width = len(mark.label) * LETTER
    left, right = (start, start + width) if mark.anchor == "start" else (start - width, start)
    return left, right, float(mark.label_y)


@pytest.mark.parametrize("number", [1, 9, 49, 1000])
def test_everything_is_drawn_inside_the_plot(number: int):
    chart = drawn(sites_of(number, spread=0.6))
    for mark in chart.marks:
        assert 0 <= float(mark.x.rstrip("%")) <= 88
        assert PLOT_TOP <= float(mark.y) <= PLOT_HEIGHT
        if mark.label:
            left, right, y = box_of(mark)
            assert left >= 0 and right <= NARROWEST and 0 < y < PLOT_HEIGHT
    for curve in chart.curves:
        heights = [float(y) for y in re.findall(r"[\d.]+ ([\d.]+)", curve.path)]
        assert min(heights) >= PLOT_TOP and max(heights) <= PLOT_HEIGHT


def test_limits_narrow_with_people_and_chance_is_narrowest():
    chart = drawn([FunnelDatum("a", 10, 3.0), FunnelDatum("b", 300, 3.0)])
    upper = {curve.kind: curve.path for curve in chart.curves[::2]}
    at_start = {k: float(path[1:].split("L")[0].split()[1]) for k, path in upper.items()}
    at_end = {k: float(path.split("L")[-1].split()[1]) for k, path in upper.items()}
    assert at_start["outer"] < at_start["inner"] < at_start["chance"]
    assert at_end["outer"] < at_end["inner"] < at_end["chance"]
    assert all(at_start[kind] < at_end[kind] for kind in upper)


def test_sites_that_all_have_the_same_mean_and_size_are_drawn():
    chart = drawn([FunnelDatum("a", 20, 3.0)] * 3, FunnelSpread(3.0, 1e-9, 0.0))
    assert len(chart.y_ticks) >= 2
    assert all(math.isfinite(float(tick.at)) for tick in chart.y_ticks)


def test_the_order_of_sites_moves_no_mark():
    sites = sites_of(20, spread=0.3)
    places = [{(m.x, m.y) for m in drawn(order).marks} for order in (sites, sites[::-1])]
    assert places[0] == places[1]


def test_sites_inside_the_limits_are_drawn_together_each_place_once():
    sites = sites_of(1000, spread=0.3)
    chart = drawn([*sites, *sites])
    inside = [site for site in sites if not is_outside(site, SPREAD)]
    assert len(chart.outside) == 2 * (1000 - len(inside))
    places = chart.inside.split("M")[1:]
    assert len(places) == len({(site.n, site.value) for site in inside})
    assert all(0 <= float(place.split()[0]) <= 1000 for place in places)
