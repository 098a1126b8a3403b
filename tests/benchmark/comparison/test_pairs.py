"""Intervals for comparing pairs."""

from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from pipeline.benchmark.comparison.pairs import compare_pair, pair_intervals, pair_multiplier
from tests.benchmark.comparison.simulated import sizes


def mean_of_pairs(n, multiplier):
    """Average probability that two intervals of equal sites do not overlap, pair by pair."""
    se = 1 / np.sqrt(n)
    chances = [
        2 * stats.norm.sf(multiplier * (one + other) / np.sqrt(one**2 + other**2))
        for one, other in combinations(se, 2)
    ]
    return np.mean(chances)


def test_equal_sites_have_the_published_multiplier():
    assert pair_multiplier([30] * 8) == pytest.approx(1.959964 / np.sqrt(2), abs=1e-6)
    assert pair_multiplier([7, 7]) == pytest.approx(1.386, abs=5e-4)


def test_two_sites_have_the_exact_multiplier_of_their_pair():
    # Errors 1 and 1/2: their sum 1.5 over that of the difference, sqrt(1.25).
    assert pair_multiplier([1, 4]) == pytest.approx(1.959964 * np.sqrt(1.25) / 1.5, abs=1e-6)


@pytest.mark.parametrize("level", [0.05, 0.002])
@pytest.mark.parametrize("n_sites", [3, 10, 49])
def test_the_average_over_all_pairs_is_the_level_by_brute_force(n_sites, level):
    n = sizes(np.random.default_rng(n_sites), n_sites)
    assert mean_of_pairs(n, pair_multiplier(n, level)) == pytest.approx(level, abs=1e-10)


def test_intervals_of_equal_sites_fail_to_overlap_once_in_twenty():
    rng = np.random.default_rng(8)
    n = sizes(rng, 12)
    apart = []
    for _ in range(3000):
        found = pair_intervals(3 + 0.8 / np.sqrt(n) * rng.standard_normal(12), n, 0.64)
        above = found.low[:, None] > found.high
        apart.append(above.sum() / (12 * 11 / 2))
    error = np.std(apart) / np.sqrt(len(apart))
    assert np.mean(apart) == pytest.approx(0.05, abs=4 * error)


def test_ends_are_the_multiplier_times_the_standard_error_away():
    found = pair_intervals([3.0, 4.0], [16, 16], 0.64)
    assert_allclose(found.high - [3.0, 4.0], found.multiplier * 0.2)
    assert_allclose([3.0, 4.0] - found.low, found.multiplier * 0.2)


def test_intervals_of_two_equal_sites_just_touch_where_the_pair_differs_at_the_level():
    se = np.sqrt(0.64 * 2 / 16)
    pair = (3.0, 3.0 + 1.959964 * se)
    intervals = pair_intervals(pair, (16, 16), 0.64)
    assert intervals.high[0] == pytest.approx(intervals.low[1], abs=1e-6)
    assert compare_pair(pair, (16, 16), 0.64).p_value == pytest.approx(0.05, abs=1e-6)


def test_a_named_pair_worked_by_hand():
    found = compare_pair((3.9, 3.5), (25, 100), 1.0)
    se = np.sqrt(1 / 25 + 1 / 100)
    assert found.difference == pytest.approx(0.4)
    assert found.se == pytest.approx(se)
    assert_allclose([found.ci_low, found.ci_high], [0.4 - 1.959964 * se, 0.4 + 1.959964 * se])
    assert found.p_value == pytest.approx(2 * stats.norm.sf(0.4 / se))


def test_the_order_of_a_pair_turns_the_sign_only():
    one, other = compare_pair((3.9, 3.5), (25, 9), 1.0), compare_pair((3.5, 3.9), (9, 25), 1.0)
    assert (one.difference, one.ci_low) == pytest.approx((-other.difference, -other.ci_high))
    assert one.p_value == pytest.approx(other.p_value)


def test_one_site_is_no_pair():
    with pytest.raises(ValueError, match="two sites"):
        pair_multiplier([30])
    with pytest.raises(ValueError, match="significance_level"):
        pair_multiplier([30, 30], 0)
