"""Differences between groups, within sites and without."""

import numpy as np
import pandas as pd
import pingouin
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.claims import Asked, ClaimSample, estimate_claim

NAMES = ("a", "b", "c")
GROUPS = {"high": "h", "low": "l"}


def drawn(n=400, n_sites=1, seed=1, effects=(0.5, 0.2, 0.0)):
    rng = np.random.default_rng(seed)
    sites, is_high = rng.integers(0, n_sites, n), rng.random(n) < 0.4
    values = rng.normal(size=(n, 3)) + np.outer(is_high, effects)
    values += rng.normal(size=(n_sites, 3))[sites]
    members = pd.DataFrame({"h": is_high, "l": ~is_high})
    return ClaimSample(pd.DataFrame(values, columns=list(NAMES)), sites, members, 11)


def only(asked, own, level=0.95):
    (found,) = estimate_claim(asked, own, level)
    return found


def test_one_difference_and_its_interval_are_those_of_pingouin():
    own = drawn()
    found = only(Asked("mean_difference", ("a",), **GROUPS), own)
    high, low = (own.values["a"][own.in_group(group)] for group in "hl")
    expected = pingouin.compute_effsize(high, low, eftype="cohen")
    assert found.estimate == pytest.approx(expected, abs=1e-12)
    ends = pingouin.compute_esci(expected, len(high), len(low), eftype="cohen", decimals=8)
    assert_allclose([found.ci_low, found.ci_high], ends, atol=1e-7)


def test_within_sites_it_is_the_weight_in_a_regression_on_sites_and_group():
    own = drawn(n_sites=15)
    found = only(Asked("mean_difference", ("a",), **GROUPS), own)
    dummies = pd.get_dummies(own.strata).to_numpy(dtype=float)
    table = np.column_stack([own.members["h"].to_numpy(dtype=float), dummies])
    weights, squares, *_ = np.linalg.lstsq(table, own.numbers("a"))
    spread = np.sqrt(squares[0] / (400 - table.shape[1]))
    assert found.estimate == pytest.approx(weights[0] / spread, abs=1e-9)


def test_what_sites_differ_by_does_not_matter():
    own = drawn(n_sites=15)
    moved = own.values + np.random.default_rng(2).normal(0, 9, (15, 3))[own.strata]
    other = ClaimSample(moved, own.strata, own.members, 11)
    for kind in ("mean_difference", "rate_difference"):
        asked = Asked(kind, NAMES, **GROUPS)
        assert_allclose(
            [one.estimate for one in estimate_claim(asked, own)],
            [one.estimate for one in estimate_claim(asked, other)],
            atol=1e-9,
        )


def test_exchanged_groups_turn_the_sign():
    own = drawn(n_sites=5)
    there = only(Asked("mean_difference", ("a",), high="h", low="l"), own)
    back = only(Asked("mean_difference", ("a",), high="l", low="h"), own)
    assert (there.estimate, there.ci_low) == pytest.approx((-back.estimate, -back.ci_high))


def test_an_equivalence_has_the_interval_of_two_one_sided_tests():
    own = drawn()
    wide = only(Asked("mean_difference", ("c",), **GROUPS), own)
    narrow = only(Asked("equivalence", ("c",), **GROUPS), own)
    assert narrow.confidence_level == pytest.approx(0.90)
    assert wide.ci_low < narrow.ci_low < narrow.ci_high < wide.ci_high


def test_a_difference_of_differences_has_the_error_of_the_bootstrap():
    own = drawn(n=600)
    found = only(Asked("difference_of_differences", ("a",), ("b",), **GROUPS), own)
    each = [only(Asked("mean_difference", (name,), **GROUPS), own).estimate for name in "ab"]
    assert found.estimate == pytest.approx(each[0] - each[1])
    rng, again = np.random.default_rng(4), []
    for _ in range(1500):
        drawn_again = rng.integers(0, 600, 600)
        numbers, high = own.values.to_numpy()[drawn_again], own.in_group("h")[drawn_again]
        two = [
            pingouin.compute_effsize(numbers[high, place], numbers[~high, place], eftype="cohen")
            for place in (0, 1)
        ]
        again.append(two[0] - two[1])
    assert (found.ci_high - found.ci_low) / 3.92 == pytest.approx(np.std(again), rel=0.08)


def test_nineteen_intervals_of_twenty_hold_the_true_difference_within_sites():
    asked = Asked("mean_difference", ("a",), **GROUPS)
    found = [only(asked, drawn(n=150, n_sites=10, seed=seed)) for seed in range(400)]
    held = np.mean([one.ci_low <= 0.5 <= one.ci_high for one in found])
    assert held == pytest.approx(0.95, abs=0.035)  # three standard errors of 400 draws
    assert np.mean([one.estimate for one in found]) == pytest.approx(0.5, abs=0.03)


def test_places_of_differences_and_of_rates_are_those_of_the_sorted_numbers():
    own = drawn(n=4000)
    for place, name in enumerate(NAMES, start=1):
        found = only(Asked("rank_of_difference", (name,), NAMES, **GROUPS), own)
        assert (found.estimate, found.ci_low, found.ci_high) == (place, place, place)
    order = own.values.mean().sort_values(ascending=False).index
    for place, name in enumerate(order, start=1):
        found = only(Asked("rank_of_rate", (name,), NAMES), own)
        assert found.estimate == place
        assert found.ci_low <= place <= found.ci_high


def test_a_difference_of_rates_is_that_of_the_means():
    own = drawn()
    found = only(Asked("rate_difference", ("a",), **GROUPS), own)
    high, low = (own.values["a"][own.in_group(group)] for group in "hl")
    assert found.estimate == pytest.approx(high.mean() - low.mean())
    expected = pingouin.ttest(high, low, correction=True)
    ends = next(expected[name].iloc[0] for name in ("CI95", "CI95%") if name in expected)
    assert_allclose([found.ci_low, found.ci_high], ends, atol=0.02)


def test_a_trend_says_whether_means_rise_with_every_answer():
    rng = np.random.default_rng(5)
    answers = np.repeat([1, 2, 3], 20)
    for means, condition in (([0, 1, 2], None), ([0, 3, 2], "not_rising")):
        values = pd.DataFrame({"a": np.repeat(means, 20) + rng.normal(0, 0.1, 60), "by": answers})
        own = ClaimSample(values, np.zeros(60, int), pd.DataFrame(index=values.index), 5)
        found = only(Asked("trend", ("a",), ordered_by="by", order=(1, 2, 3)), own)
        assert found.condition == condition
        first, last = values["a"][answers == 1], values["a"][answers == 3]
        assert found.estimate == pytest.approx(pingouin.compute_effsize(last, first))


@pytest.mark.parametrize(
    "kind",
    [
        "mean_difference",
        "equivalence",
        "rate_difference",
        "difference_of_differences",
        "rank_of_difference",
    ],
)
def test_each_group_needs_enough_people(kind):
    own = drawn()
    few = own.members.assign(h=np.arange(400) < 10)
    small = ClaimSample(own.values, own.strata, few.assign(l=~few["h"]), 11)
    found = only(Asked(kind, ("a",), ("b",), **GROUPS), small)
    assert found.condition == "too_few"
    assert np.isnan(found.estimate)


def test_groups_that_are_never_at_the_same_site_cannot_be_compared_within_sites():
    own = drawn(n_sites=2)
    apart = pd.DataFrame({"h": own.strata == 0, "l": own.strata == 1})
    small = ClaimSample(own.values, own.strata, apart, 11)
    assert only(Asked("mean_difference", ("a",), **GROUPS), small).condition == "no_variation"
