"""Intervals of the reliability of ordered answers where respondents sit in sites."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics import categorical_omega, count_answers, omega_total, ordinal_alpha

COEFFICIENTS = (categorical_omega, ordinal_alpha)


def of(result):
    """Estimate and limits of the first row."""
    return result.to_rows()[["estimate", "ci_low", "ci_high"]].iloc[0]


def answers_in_sites(rng, n_sites=40, n_each=15):
    site = pd.Series(np.repeat(range(n_sites), n_each))
    common = np.sqrt(0.3) * rng.normal(size=(n_sites, 1))[site]
    factor = common + np.sqrt(0.7) * rng.normal(size=(len(site), 1))
    latent = 0.7 * factor + np.sqrt(0.51) * rng.normal(size=(len(site), 5))
    return pd.DataFrame(np.digitize(latent, [-1, 0, 1]), columns=list("abcde")), site


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_sites_widen_the_interval_and_leave_the_estimate(coefficient, rng):
    answers, site = answers_in_sites(rng)
    alone, in_sites = of(coefficient(answers)), of(coefficient(answers, clusters=site))
    assert in_sites["estimate"] == alone["estimate"]
    assert in_sites["ci_high"] - in_sites["ci_low"] > alone["ci_high"] - alone["ci_low"]
    assert "40 clusters" in coefficient(answers, clusters=site).method


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_one_site_tells_nothing_about_the_interval(coefficient, rng):
    answers, site = answers_in_sites(rng)
    result = coefficient(answers, clusters=site * 0)
    assert "too_few_groups" in result.condition
    assert np.isnan(of(result)["ci_low"])
    assert np.isfinite(of(result)["estimate"])


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_counts_have_no_sites(coefficient, rng):
    answers, site = answers_in_sites(rng)
    with pytest.raises(ValueError, match="counts have no clusters"):
        coefficient(count_answers(answers), clusters=site)


@pytest.mark.slow
def test_intervals_cover_the_truth_in_sites():
    """400 samples of 40 sites of 15; Monte-Carlo error of the coverage .011."""
    rng = np.random.default_rng(3)
    truth = categorical_omega(answers_in_sites(rng, 4000, 50)[0]).model_implied
    covered = 0
    for _ in range(400):
        answers, site = answers_in_sites(rng)
        row = of(categorical_omega(answers, clusters=site))
        covered += row["ci_low"] < truth < row["ci_high"]
    print(f"coverage {covered / 400:.3f}")
    assert 0.93 - 0.033 <= covered / 400 <= 0.97 + 0.033


@pytest.mark.parametrize("coefficient", [*COEFFICIENTS, omega_total])
def test_few_sites_are_named(coefficient, rng):
    answers, site = answers_in_sites(rng)
    assert coefficient(answers, clusters=site % 9).condition == "few_groups"
    assert coefficient(answers, clusters=site % 10).condition is None
