"""Limits by the number of people."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pipeline.benchmark.comparison.funnel import draw_funnel, funnel_at, place_in_funnel
from tests.benchmark.comparison.simulated import normal_sites, sizes


def test_limits_worked_by_hand():
    plain = funnel_at([4, 100], 3.0, 1.0)
    assert_allclose(plain.low_95, [3 - 1.959964 * 0.5, 3 - 1.959964 * 0.1], atol=1e-6)
    assert_allclose(plain.high_998, [3 + 3.090232 * 0.5, 3 + 3.090232 * 0.1], atol=1e-6)
    wider = funnel_at([4], 3.0, 1.0, 0.11)
    assert_allclose(wider.high_95, [3 + 1.959964 * 0.6], atol=1e-6)


def test_limits_close_in_on_the_centre_by_chance_alone_and_stay_open_where_sites_differ():
    assert funnel_at([1e12], 3.0, 1.0).high_95[0] == pytest.approx(3.0, abs=1e-5)
    assert funnel_at([1e12], 3.0, 1.0, 0.25).high_95[0] == pytest.approx(3 + 1.959964 * 0.5)


def test_curves_run_from_the_smallest_to_the_largest_site():
    curve = draw_funnel([40, 11, 300], 3.0, 0.64, 0.01)
    assert len(curve.n) == 100
    assert_allclose([curve.n[0], curve.n[-1]], [11, 300])
    assert (np.diff(curve.high_95) < 0).all()
    assert (curve.high_998 > curve.high_95).all()
    at_sites = funnel_at(curve.n, 3.0, 0.64, 0.01)
    assert_allclose(curve.low_998, at_sites.low_998)


def test_one_size_makes_a_curve_of_one_place():
    curve = draw_funnel([20, 20], 3.0, 0.64)
    assert_allclose(curve.n, 20)


def test_sites_outside_are_told_by_how_far():
    limits = funnel_at([25, 25, 25, 25], 3.0, 1.0)
    places = place_in_funnel([3.1, 3.5, 2.5, 3.7], limits)
    assert places.tolist() == ["inside", "outside_95", "outside_95", "outside_998"]


def test_one_site_in_twenty_lies_outside_by_chance():
    rng = np.random.default_rng(7)
    n = sizes(rng, 20_000)
    _, mean, within = normal_sites(rng, n, 0.3)
    places = place_in_funnel(mean, funnel_at(n, 3.4, within, 0.09))
    assert np.mean(places != "inside") == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 2e4))
    assert np.mean(places == "outside_998") == pytest.approx(0.002, abs=4 * np.sqrt(0.002 / 2e4))


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="1 or more"):
        funnel_at([0, 3], 3.0, 1.0)
    with pytest.raises(ValueError, match="variances"):
        funnel_at([3], 3.0, 1.0, -0.1)
    with pytest.raises(ValueError, match="no number of people"):
        draw_funnel([], 3.0, 1.0)
