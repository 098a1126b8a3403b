"""Known parameters come out of simulated scores within Monte Carlo error."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics._distributions import normal_reach
from pipeline.psychometrics.multilevel import case_mix, intraclass_correlation, random_intercept

REACH = normal_reach(0.95)


def sizes_from_3_to_300(rng, n_groups):
    """Sites of every size, small ones more often."""
    return np.rint(np.exp(rng.uniform(np.log(3), np.log(300), n_groups))).astype(int)


def simulate(rng, codes, between):
    effects = rng.normal(size=codes[-1] + 1) * np.sqrt(between)
    return effects, pd.Series(3 + effects[codes] + rng.normal(size=len(codes)))


def within_error(values, truth, n_errors=4):
    values = np.asarray(values, dtype=float)
    return abs(values.mean() - truth) < n_errors * values.std(ddof=1) / np.sqrt(len(values))


def recovered(between, n_groups, n_replications, seed):
    """Estimates and coverage, a row a replication."""
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(n_groups), sizes_from_3_to_300(rng, n_groups))
    share, rows = between / (between + 1), []
    for _ in range(n_replications):
        effects, scores = simulate(rng, codes, between)
        found = random_intercept(scores, pd.Series(codes))
        distance = np.abs(found.shrunken_mean - 3 - effects)
        rows.append(
            {
                "between": found.variance_between,
                "within": found.variance_within,
                "icc1_covered": found.icc1_ci_low <= share <= found.icc1_ci_high,
                "mean_covered": found.intercept_ci_low < 3 < found.intercept_ci_high,
                "sites_covered": (distance < REACH * found.prediction_se).mean(),
            }
        )
    return pd.DataFrame(rows).astype(float)


def test_variances_are_found_and_intervals_hold_the_truth():
    found = recovered(between=0.1, n_groups=60, n_replications=120, seed=3)
    assert within_error(found["between"], 0.1)
    assert within_error(found["within"], 1.0)
    # Monte Carlo error of a coverage of .95 in 120 replications: .020
    assert found["icc1_covered"].mean() == pytest.approx(0.95, abs=0.06)
    assert found["sites_covered"].mean() == pytest.approx(0.95, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("n_groups", [30, 100])
@pytest.mark.parametrize("between", [0.05, 0.1, 0.3])
def test_coverage_with_sites_of_3_to_300_people(between, n_groups):
    found = recovered(between, n_groups, 1000, seed=11)
    assert within_error(found["between"], between)
    assert within_error(found["within"], 1.0)
    # Monte Carlo error .007 each; intervals that take variances as known are a little short
    for name in ("icc1_covered", "mean_covered", "sites_covered"):
        assert 0.925 < found[name].mean() < 0.970, name


@pytest.mark.slow
def test_with_ten_sites_the_interval_of_the_correlation_still_holds():
    found = recovered(0.1, 10, 1000, seed=12)
    assert 0.925 < found["icc1_covered"].mean() < 0.975
    assert 0.925 < found["mean_covered"].mean() < 0.975
    # ten sites say little about the variance between them, which these intervals take as known
    assert 0.87 < found["sites_covered"].mean() < 0.95


@pytest.mark.slow
@pytest.mark.parametrize("n_groups", [10, 50])
def test_without_differences_the_interval_reaches_zero_nearly_always(n_groups):
    found = recovered(0.0, n_groups, 1000, seed=13)
    assert found["icc1_covered"].mean() > 0.965
    # on the boundary half of the replications or more give exactly 0
    assert (found["between"] == 0).mean() > 0.5
    assert found["between"].mean() < 0.005


@pytest.mark.slow
def test_where_sizes_differ_much_the_profile_interval_holds_what_the_f_interval_misses():
    rng = np.random.default_rng(14)
    codes = np.repeat(np.arange(60), sizes_from_3_to_300(rng, 60))
    covered = {"profile": 0, "f": 0}
    for _ in range(500):
        _, scores = simulate(rng, codes, 0.3)
        profile = random_intercept(scores, pd.Series(codes))
        exact = intraclass_correlation(scores, pd.Series(codes))
        covered["profile"] += profile.icc1_ci_low < 0.3 / 1.3 < profile.icc1_ci_high
        covered["f"] += exact.icc1_ci_low < 0.3 / 1.3 < exact.icc1_ci_high
    # Monte Carlo error .010 and .017
    assert covered["profile"] / 500 == pytest.approx(0.95, abs=0.03)
    assert covered["f"] / 500 < 0.90


@pytest.mark.slow
def test_intervals_of_adjusted_means_and_coefficients_hold_the_truth():
    rng = np.random.default_rng(15)
    codes = np.repeat(np.arange(40), sizes_from_3_to_300(rng, 40))
    share = rng.uniform(0.1, 0.9, 40)
    of_sites, of_slope = [], []
    for _ in range(500):
        staff = rng.random(len(codes)) < share[codes]
        effects, scores = simulate(rng, codes, 0.1)
        found = case_mix(
            scores + 0.5 * staff, pd.Series(codes), pd.DataFrame({"staff": staff.astype(float)})
        )
        truth = 3 + effects + 0.5 * staff.mean()
        of_sites.append((np.abs(found.adjusted_mean - truth) < REACH * found.adjusted_se).mean())
        slope = found.coefficients[0]
        of_slope.append(slope.ci_low < 0.5 < slope.ci_high)
    # Monte Carlo error .002 and .010; site sizes are far from equal, so robust errors are rough
    assert np.mean(of_sites) == pytest.approx(0.95, abs=0.01)
    assert 0.91 < np.mean(of_slope) < 0.98
