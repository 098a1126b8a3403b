"""Correlations within sites, corrected, compared and with others held constant."""

from itertools import combinations

import numpy as np
import pandas as pd
import pingouin
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.claims import Asked, ClaimSample, ScoreReliability, estimate_claim
from pipeline.psychometrics.claims.pairs import within_correlation

NAMES = ("a", "b", "c", "d")


def drawn(n=300, n_sites=1, seed=1, correlation=0.5):
    """Variables with one correlation within sites, and sites that differ."""
    rng = np.random.default_rng(seed)
    sites = rng.integers(0, n_sites, n)
    covariance = np.full((4, 4), correlation) + (1 - correlation) * np.eye(4)
    values = rng.normal(size=(n, 4)) @ np.linalg.cholesky(covariance).T
    return pd.DataFrame(values + rng.normal(size=(n_sites, 4))[sites], columns=list(NAMES)), sites


def sample(values, sites, fewest=11, **reliabilities):
    known = {name: ScoreReliability(own, "made up") for name, own in reliabilities.items()}
    return ClaimSample(values, sites, pd.DataFrame(index=values.index), fewest, known)


def only(asked, own, level=0.95):
    (found,) = estimate_claim(asked, own, level)
    return found


def test_one_correlation_and_its_interval_are_those_of_pingouin():
    values, sites = drawn()
    found = only(Asked("correlation", ("a", "b")), sample(values, sites))
    expected = pingouin.corr(values["a"], values["b"])
    assert found.estimate == pytest.approx(expected["r"].iloc[0], abs=1e-12)
    ends = next(expected[name].iloc[0] for name in ("CI95", "CI95%") if name in expected)
    assert_allclose([found.ci_low, found.ci_high], ends, atol=0.006)


def test_within_sites_it_is_the_correlation_of_what_sites_leave_unexplained():
    values, sites = drawn(n_sites=12)
    values.loc[::7, "a"] = np.nan
    found = only(Asked("correlation", ("a", "b")), sample(values, sites))
    both = values[["a", "b"]].dropna()
    dummies = pd.get_dummies(sites[both.index]).to_numpy(dtype=float)
    left = both.to_numpy() - dummies @ np.linalg.lstsq(dummies, both.to_numpy())[0]
    assert found.estimate == pytest.approx(np.corrcoef(left.T)[0, 1], abs=1e-12)
    half = 1.959964 / np.sqrt(len(both) - 12 - 2)
    ends = np.tanh(np.arctanh(found.estimate) + np.array([-half, half]))
    assert_allclose([found.ci_low, found.ci_high], ends, atol=1e-7)
    assert found.n == len(both)


def test_what_sites_differ_by_does_not_matter():
    values, sites = drawn(n_sites=12)
    moved = values + np.random.default_rng(2).normal(0, 50, (12, 4))[sites]
    for kind in ("mean_correlation", "correlations_among"):
        before, after = (
            estimate_claim(Asked(kind, NAMES), sample(own, sites)) for own in (values, moved)
        )
        assert_allclose(
            [one.estimate for one in before], [one.estimate for one in after], atol=1e-9
        )


def test_a_corrected_correlation_is_divided_by_the_root_of_the_reliabilities_with_its_ends():
    values, sites = drawn()
    own = sample(values, sites, a=0.8, b=0.5)
    plain = only(Asked("correlation", ("a", "b")), own)
    corrected = only(Asked("correlation", ("a", "b"), corrected=True), own)
    for name in ("estimate", "ci_low", "ci_high"):
        assert getattr(corrected, name) == pytest.approx(getattr(plain, name) / np.sqrt(0.4))
    assert corrected.uncorrected == ()
    assert "a 0.80 (made up)" in corrected.reliability


def test_a_variable_of_unknown_reliability_is_named():
    values, sites = drawn()
    found = only(Asked("correlation", ("a", "b"), corrected=True), sample(values, sites, a=0.8))
    assert found.uncorrected == ("b",)


def test_the_mean_is_that_of_every_pair():
    values, sites = drawn()
    found = only(Asked("mean_correlation", NAMES), sample(values, sites))
    pairs = values.corr().to_numpy()[np.triu_indices(4, k=1)]
    assert found.estimate == pytest.approx(pairs.mean(), abs=1e-12)
    assert found.ci_low < found.estimate < found.ci_high


def test_the_error_of_a_normal_correlation_is_the_known_one():
    values, sites = drawn(n=20_000, correlation=0.6)
    found = within_correlation(values["a"].to_numpy(), values["b"].to_numpy(), sites).found
    assert found.se == pytest.approx((1 - 0.6**2) / np.sqrt(20_000), rel=0.03)


def test_the_error_of_a_difference_is_that_of_the_bootstrap():
    values, sites = drawn(n=400)
    asked = Asked("difference_of_correlations", ("a", "b"), ("a", "c"))
    found = only(asked, sample(values, sites))
    rng, numbers = np.random.default_rng(3), values.to_numpy()
    again = []
    for _ in range(2000):
        table = np.corrcoef(numbers[rng.integers(0, 400, 400)].T)
        again.append(table[0, 1] - table[0, 2])
    table = values.corr()
    assert found.estimate == pytest.approx(table.loc["a", "b"] - table.loc["a", "c"])
    assert (found.ci_high - found.ci_low) / 3.92 == pytest.approx(np.std(again), rel=0.08)


def test_nineteen_intervals_of_twenty_hold_the_true_difference():
    asked = Asked("difference_of_correlations", ("a", "b"), ("c", "d"))
    found = [only(asked, sample(*drawn(n=200, n_sites=10, seed=seed))) for seed in range(400)]
    held = np.mean([one.ci_low <= 0 <= one.ci_high for one in found])
    assert held == pytest.approx(0.95, abs=0.035)  # three standard errors of 400 draws


def test_signs_can_be_left_aside():
    values, sites = drawn()
    turned = values.assign(b=-values["b"])
    asked = Asked("difference_of_correlations", ("a", "b"), ("a", "c"), absolute=True)
    assert only(asked, sample(turned, sites)).estimate == pytest.approx(
        only(asked, sample(values, sites)).estimate
    )
    found = only(Asked("correlation", ("a", "b"), absolute=True), sample(turned, sites))
    assert 0 < found.ci_low < found.estimate < found.ci_high


def test_an_interval_around_nothing_begins_at_zero_without_sign():
    values, sites = drawn(correlation=0.0)
    found = only(Asked("correlation", ("a", "b"), absolute=True), sample(values, sites))
    assert found.ci_low == 0 <= found.estimate < found.ci_high


def test_places_are_those_of_the_sorted_correlations():
    values, sites = drawn()
    values["e"] = values["a"] + 0.1 * values["b"]
    names = (*NAMES, "e")
    table = values.corr()
    pairs = sorted(combinations(names, 2), key=lambda pair: -table.loc[pair])
    for place, pair in enumerate(pairs, start=1):
        assert only(Asked("rank_of_pair", pair, names), sample(values, sites)).estimate == place
    found = only(Asked("rank_of_correlation", ("a", "e"), names), sample(values, sites))
    assert (found.estimate, found.ci_low, found.ci_high) == (1, 1, 1)
    found = only(Asked("rank_of_correlation", ("a", "b"), names), sample(values, sites))
    assert found.ci_low == 2 <= found.estimate <= found.ci_high == 4


def test_a_partial_correlation_and_its_interval_are_those_of_pingouin():
    values, sites = drawn()
    found = only(Asked("partial_correlation", ("a", "b"), given=("c", "d")), sample(values, sites))
    expected = pingouin.partial_corr(values, "a", "b", ["c", "d"])
    assert found.estimate == pytest.approx(expected["r"].iloc[0], abs=1e-8)
    ends = next(expected[name].iloc[0] for name in ("CI95", "CI95%") if name in expected)
    assert_allclose([found.ci_low, found.ci_high], ends, atol=0.006)


def test_a_perfectly_reliable_partial_correlation_needs_no_correction():
    values, sites = drawn(n=5000)
    asked = {"kind": "partial_correlation", "variables": ("a", "b"), "given": ("c",)}
    own = sample(values, sites, a=1.0, b=1.0, c=1.0)
    plain, corrected = (only(Asked(**asked, corrected=one), own) for one in (False, True))
    assert corrected.estimate == pytest.approx(plain.estimate)
    assert corrected.ci_high - corrected.ci_low == pytest.approx(
        plain.ci_high - plain.ci_low, rel=0.05
    )


def test_what_is_held_constant_has_to_be_corrected_too():
    values, sites = drawn()
    asked = Asked("partial_correlation", ("a", "b"), given=("c",), corrected=True)
    assert only(asked, sample(values, sites, a=0.9, b=0.9)).condition == "uneven"


def test_corrected_correlations_that_contradict_one_another_give_no_number():
    values, sites = drawn(correlation=0.8)
    asked = Asked("partial_correlation", ("a", "b"), given=("c",), corrected=True)
    assert only(asked, sample(values, sites, a=0.6, b=0.6, c=0.6)).condition == "undefined"


def test_sides_that_cannot_be_corrected_alike_are_not_compared():
    values, sites = drawn()
    asked = Asked("difference_of_correlations", ("a", "b"), ("a", "c"), corrected=True)
    assert only(asked, sample(values, sites, a=0.8, c=0.8)).condition == "uneven"
    assert only(asked, sample(values, sites, b=0.8, c=0.8)).condition is None
    ranked = Asked("rank_of_correlation", ("a", "b"), NAMES, corrected=True)
    assert only(ranked, sample(values, sites, b=0.8, c=0.8)).condition == "uneven"
    assert only(ranked, sample(values, sites, b=0.8, c=0.8, d=0.8)).condition is None


def test_the_weight_of_a_product_is_that_of_least_squares():
    values, sites = drawn()
    values["c"] += 0.3 * values["a"] * values["b"]
    found = only(Asked("interaction", ("a", "b"), ("c",)), sample(values, sites))
    standard = (values - values.mean()) / values.std()
    standard["ab"] = standard["a"] * standard["b"]
    expected = pingouin.linear_regression(standard[["a", "b", "ab"]], standard["c"]).iloc[-1]
    assert found.estimate == pytest.approx(expected["coef"], abs=1e-6)
    limits = [expected[name] for name in expected.index if str(name).startswith("CI")]
    assert_allclose([found.ci_low, found.ci_high], limits, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "variables", "against"),
    [
        ("correlation", ("a", "b"), ()),
        ("mean_correlation", NAMES, ()),
        ("difference_of_correlations", ("a", "b"), ("a", "c")),
        ("rank_of_pair", ("a", "b"), NAMES),
        ("interaction", ("a", "b"), ("c",)),
    ],
)
def test_too_few_answers_or_answers_all_alike_give_no_number(kind, variables, against):
    values, sites = drawn()
    asked = Asked(kind, variables, against)
    few = values.assign(a=values["a"].where(np.arange(300) < 10))
    alike = values.assign(a=3.0)
    nearly = values.assign(a=(np.arange(300) < 10).astype(float))
    assert only(asked, sample(few, sites)).condition == "too_few"
    assert only(asked, sample(alike, sites)).condition == "no_variation"
    assert only(asked, sample(nearly, sites)).condition == "too_few"
    assert np.isnan(only(asked, sample(few, sites)).estimate)


def test_kinds_that_answers_cannot_tell_give_nothing():
    values, sites = drawn()
    assert estimate_claim(Asked("interview_share", ("a",)), sample(values, sites)) == ()
