import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from pipeline.psychometrics import cronbach_alpha, omega_total
from pipeline.psychometrics.reliability import bootstrap_reliability, guttman_bounds
from pipeline.psychometrics.reliability.bootstrap import COEFFICIENTS, expanded_tails
from pipeline.psychometrics.reliability.resampling import (
    distinct_answers,
    resampled_cluster_covariances,
    resampled_covariances,
)


def test_estimates_are_those_of_the_whole_sample(items, rng):
    result = bootstrap_reliability(items, rng, 40)
    omega = omega_total(items)
    expected = {
        "cronbach_alpha": cronbach_alpha(items).estimate,
        "guttman_lambda2": guttman_bounds(items).lambda2,
        "omega_total_model_implied": omega.model_implied,
        "omega_total_observed": omega.observed,
    }
    assert {own.coefficient: own.estimate for own in result.intervals} == pytest.approx(expected)


def test_the_same_seed_gives_the_same_bytes(items):
    one, same, other = (
        bootstrap_reliability(items, np.random.default_rng(seed), 50).to_json()
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other


def test_order_of_the_rows_does_not_matter(items):
    one, other = (
        bootstrap_reliability(answers, np.random.default_rng(1), 50).to_rows()["ci_low"]
        for answers in (items, items.iloc[::-1])
    )
    assert_allclose(other, one, rtol=1e-9)


def test_moments_of_drawn_sets_are_those_of_their_respondents(rng):
    """Every drawn matrix of three respondents is one of the few that three can make."""
    values = np.array([[1.0, 2.0], [2.0, 5.0], [4.0, 1.0]])
    drawn = resampled_covariances(values, rng, 200)
    places = np.array(np.meshgrid([0, 1, 2], [0, 1, 2], [0, 1, 2])).reshape(3, -1).T
    possible = np.array([np.cov(values[chosen], rowvar=False) for chosen in places])
    distance = np.abs(drawn[:, None] - possible[None]).max(axis=(2, 3)).min(axis=1)
    assert distance.max() < 1e-12
    single = (np.abs(drawn).max(axis=(1, 2)) < 1e-12).mean()
    assert single == pytest.approx(1 / 9, abs=4 * np.sqrt(1 / 9 * 8 / 9 / 200))


def test_clusters_are_drawn_whole(rng):
    values = np.array([[1.0, 2.0], [2.0, 5.0], [4.0, 1.0], [5.0, 5.0], [2.0, 3.0]])
    clusters = np.array([0, 0, 1, 1, 1])
    drawn = resampled_cluster_covariances(values, clusters, rng, 50)
    halves = [values[:2], values[2:]]
    possible = np.array([np.cov(np.vstack([a, b]), rowvar=False) for a in halves for b in halves])
    distance = np.abs(drawn[:, None] - possible[None]).max(axis=(2, 3)).min(axis=1)
    assert distance.max() < 1e-12


@pytest.mark.parametrize("decimals", [0, 6])
def test_covariances_vary_as_over_samples_drawn_row_by_row(rng, decimals):
    values = np.round(rng.normal(size=(500, 1)) + rng.normal(size=(500, 3)), decimals)
    fast = resampled_covariances(values, rng, 2000)
    slow = np.array(
        [np.cov(values[rng.integers(500, size=500)], rowvar=False) for _ in range(2000)]
    )
    error = slow.std(axis=0) / np.sqrt(2000)
    assert (np.abs(fast.mean(axis=0) - slow.mean(axis=0)) < 6 * error).all()
    assert_allclose(fast.std(axis=0), slow.std(axis=0), rtol=0.1)


def test_distinct_answers_are_counted(rng):
    values = rng.integers(1, 4, size=(200, 3)).astype(float)
    expected, counts = np.unique(values, axis=0, return_counts=True)
    found = distinct_answers(values)
    assert_allclose(found.rows, expected)
    assert_allclose(found.counts, counts)


def test_intervals_agree_with_those_from_formulas(lq, rng):
    answers = lq.filter(like="LEAD")
    result = bootstrap_reliability(answers, rng, 2000)
    omega = omega_total(answers)
    own = result.of("omega_total_observed")
    assert own.se == pytest.approx(omega.observed_se, rel=0.08)
    assert own.ci_low == pytest.approx(omega.observed_low, abs=5 * own.monte_carlo_error_low)
    assert own.ci_high == pytest.approx(omega.observed_high, abs=5 * own.monte_carlo_error_high)


def test_monte_carlo_error_is_the_spread_of_the_limits_over_seeds(items):
    drawn = [
        bootstrap_reliability(items, np.random.default_rng(seed), 400, ["cronbach_alpha"])
        for seed in range(60)
    ]
    limits = [result.of("cronbach_alpha").ci_low for result in drawn]
    told = np.mean([result.of("cronbach_alpha").monte_carlo_error_low for result in drawn])
    assert np.std(limits, ddof=1) == pytest.approx(told, rel=0.35)


def test_few_clusters_take_limits_further_out():
    few, many = expanded_tails(0.95, 10), expanded_tails(0.95, 100_000)
    assert few[0] == pytest.approx(stats.norm.cdf(-np.sqrt(10 / 9) * stats.t.ppf(0.975, 9)))
    assert few[0] + few[1] == pytest.approx(1)
    assert_allclose(many, [0.025, 0.975], atol=1e-5)


def test_sites_that_differ_widen_the_interval(rng):
    sites = np.repeat(np.arange(40), 25)
    common = rng.normal(size=(40, 1))[sites] + rng.normal(size=(1000, 1))
    answers = pd.DataFrame(common + rng.normal(size=(1000, 5)))
    clustered = bootstrap_reliability(answers, rng, clusters=pd.Series(sites))
    alone = bootstrap_reliability(answers, rng)
    assert clustered.n_clusters == 40
    assert "40 clusters" in clustered.method
    wide, narrow = (r.of("omega_total_observed").se for r in (clustered, alone))
    assert wide > 1.3 * narrow
    delta = omega_total(answers, clusters=pd.Series(sites)).observed_se
    assert wide == pytest.approx(delta, rel=0.15)


def test_a_coefficient_that_was_not_asked_for_is_not_there(items, rng):
    result = bootstrap_reliability(items, rng, 40, coefficients=["guttman_lambda2"])
    assert [own.coefficient for own in result.intervals] == ["guttman_lambda2"]
    with pytest.raises(ValueError, match="no interval"):
        result.of("cronbach_alpha")


def test_two_items_have_alpha_and_no_omega(items, rng):
    result = bootstrap_reliability(items[["a", "b"]], rng, 60)
    assert result.condition is None
    assert result.of("cronbach_alpha").ci_low > 0
    assert result.of("omega_total_observed").condition == "two_items"
    assert np.isnan(result.of("omega_total_observed").ci_low)


def test_sets_without_a_value_are_counted_and_said(items, rng):
    few = items.dropna().head(8)
    own = bootstrap_reliability(few, rng, 80).of("omega_total_observed")
    assert own.n_undefined == np.isnan(own.replications).sum() > 0
    assert "undefined_replications" in own.condition


def test_what_cannot_be_drawn_is_named(unusable, rng):
    answers, condition = unusable
    result = bootstrap_reliability(answers, rng, 40)
    assert result.condition == condition
    assert {own.condition for own in result.intervals} == {condition}
    assert result.to_rows()["estimate"].isna().all()
    assert len(result.intervals) == len(COEFFICIENTS)


def test_one_site_cannot_be_drawn(items, rng):
    result = bootstrap_reliability(items, rng, 40, clusters=pd.Series("x", index=items.index))
    assert result.condition == "too_few_groups"


def test_misuse_is_refused(items, rng):
    with pytest.raises(ValueError, match="replications"):
        bootstrap_reliability(items, rng, 39)
    with pytest.raises(ValueError, match="coefficients"):
        bootstrap_reliability(items, rng, coefficients=["omega"])
    with pytest.raises(ValueError, match="coefficients"):
        bootstrap_reliability(items, rng, coefficients=[])
    with pytest.raises(ValueError, match="confidence_level"):
        bootstrap_reliability(items, rng, confidence_level=95)
    with pytest.raises(ValueError, match="same respondents"):
        bootstrap_reliability(items, rng, clusters=pd.Series([1, 2]))
