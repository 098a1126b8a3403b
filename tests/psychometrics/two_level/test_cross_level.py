"""Whether the factor of sites is that of respondents."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import intraclass_correlation
from pipeline.psychometrics.two_level import cross_level_invariance, two_level_cfa

ITEMS = ["a", "b", "c", "d"]
MODEL = {"practice": ITEMS}


@pytest.fixture
def ladder(sites):
    return cross_level_invariance(MODEL, sites, "site")


def test_steps_are_the_models_written_by_hand(sites, ladder):
    tied = "practice =~ a + x*b + y*c + z*d"
    without = tied + "; " + "; ".join(f"{item} ~~ 0*{item}" for item in ITEMS)
    pairs = {"configural": (MODEL, MODEL), "metric": (tied, tied), "strong": (tied, without)}
    for name, (within, between) in pairs.items():
        by_hand, step = two_level_cfa(within, between, sites, "site"), ladder.step(name)
        assert by_hand.fit.df == step.df
        assert_allclose(step.log_likelihood, by_hand.fit.log_likelihood, rtol=1e-10)
        assert_allclose(step.cfi, by_hand.fit.cfi, atol=1e-8)
        assert_allclose(step.srmr_between, by_hand.srmr_between, atol=1e-5)


def test_changes_are_differences_of_the_steps(ladder):
    configural, metric, strong = ladder.steps
    for before, after in ((configural, metric), (metric, strong)):
        assert_allclose(after.cfi_change, after.cfi - before.cfi)
        assert_allclose(
            after.chi_square_difference, after.chi_square - before.chi_square, atol=1e-6
        )
        assert after.df_difference == after.df - before.df
        assert after.chi_square_difference > -1e-8
    assert np.isnan(configural.p_value_difference)


def test_a_variance_fixed_by_the_text_is_freed_between_sites(sites, ladder):
    text = "practice =~ NA*a + b + c + d; practice ~~ 1*practice"
    unit = cross_level_invariance(text, sites, "site")
    for own, other in zip(unit.steps, ladder.steps, strict=True):
        assert own.df == other.df
        assert_allclose(own.log_likelihood, other.log_likelihood, rtol=1e-9)


def test_labels_of_a_text_hold_within_each_level(sites):
    text = "practice =~ a + same*b + same*c + d"
    assert [step.df for step in cross_level_invariance(text, sites, "site").steps] == [6, 8, 12]


def test_unequal_loadings_are_found(draw_sites, rng):
    data = draw_sites(rng, np.full(200, 20), between=np.array([1.0, 1.6, 0.2, 0.9]))
    assert cross_level_invariance(MODEL, data, "site").step("metric").p_value_difference < 1e-4


def test_items_that_sites_use_differently_are_found(draw_sites, rng):
    data = draw_sites(rng, np.full(200, 20))
    clean = cross_level_invariance(MODEL, data, "site")
    data["b"] += rng.normal(size=200)[data["site"]] * 0.4
    biased = cross_level_invariance(MODEL, data, "site")
    assert clean.step("strong").p_value_difference > 0.001
    assert biased.step("strong").p_value_difference < 1e-6
    shares = biased.residual_share_between
    assert max(shares, key=shares.get) == "b"
    assert shares["b"] > 0.3


def test_icc_of_an_item_is_near_that_of_the_analysis_of_variance(draw_sites, rng):
    data = draw_sites(rng, np.full(80, 12), icc=0.2, residual=0.1)
    found = {own.name: own for own in cross_level_invariance(MODEL, data, "site").icc}
    for item in ITEMS:
        anova = intraclass_correlation(data[item], data["site"])
        assert_allclose(found[item].estimate, anova.icc1_anova_n0, atol=5e-3)
        assert_allclose(found[item].ci_low, anova.icc1_ci_low, atol=2e-2)
        assert_allclose(found[item].ci_high, anova.icc1_ci_high, atol=3e-2)
        assert_allclose(found[item].design_effect, 1 + 11 * found[item].estimate)
    assert found["practice"].is_factor


def test_omega_of_each_level_is_made_of_its_parameters(sites, ladder):
    solution = two_level_cfa(MODEL, MODEL, sites, "site")
    for level, implied in (("within", solution.within), ("between", solution.between)):
        loadings = sum(solution.estimates(level, "=~").values())
        variance = solution.estimates(level, "~~")["practice", "practice"]
        own = next(omega for omega in ladder.omega if omega.level == level)
        assert_allclose(own.estimate, loadings**2 * variance / implied.sum(), rtol=1e-5)
        assert own.ci_low < own.estimate < own.ci_high


def test_where_nothing_can_be_estimated_the_ladder_is_empty(sites):
    ladder = cross_level_invariance(MODEL, sites.assign(site=0), "site")
    assert (ladder.steps, ladder.condition) == ((), "too_few_groups")
    assert json.loads(ladder.to_json())["n_groups"] == 1
    assert len(ladder.to_rows()) == 1


def test_several_factors_have_a_ladder(lq):
    model = {
        "significance": ["TSIG01", "TSIG02", "TSIG03"],
        "hostility": ["HOSTIL01", "HOSTIL02", "HOSTIL03", "HOSTIL04"],
    }
    ladder = cross_level_invariance(model, lq, "COMPID")
    assert [own.name for own in ladder.icc[-2:]] == ["significance", "hostility"]
    assert [step.df for step in ladder.steps] == [26, 31, 38]


def test_where_twenty_small_sites_leave_no_most_likely_model_that_is_told():
    rng = np.random.default_rng(0)
    site = np.repeat(np.arange(20), np.maximum(2, rng.poisson(3, 20)))
    loadings = np.array([0.7, 0.6, 0.8, 0.5, 0.7])
    practice = rng.normal(size=len(site)) + 0.14 * rng.normal(size=20)[site]
    answers = practice[:, None] * loadings
    answers += rng.normal(size=answers.shape) * np.sqrt(1 - loadings**2)
    answers += 0.1 * rng.normal(size=(20, 5))[site]
    table = pd.DataFrame(answers, columns=list("abcde")).assign(site=site)
    ladder = cross_level_invariance({"practice": list("abcde")}, table, "site")
    assert "not_converged" in ladder.step("configural").condition
    assert ladder.step("strong").condition == "between_groups_at_boundary"
    fits = [step.log_likelihood for step in ladder.steps]
    assert fits[0] - fits[2] < 20  # not on the way to infinity
