"""Simulated limits of fit: what is drawn, what is left out, and what the limits mean."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.implied import GroupModel
from pipeline.psychometrics.cutoffs import CORRECTED, PLAIN, simulated_cutoffs
from pipeline.psychometrics.model_faults import (
    LEAST_UNIQUE,
    RESIDUAL_CORRELATION,
    Population,
    covariance_of,
    drawn_answers,
    levels_of,
    with_residuals,
)

ONE = {"LEAD": [f"LEAD{number:02d}" for number in range(1, 7)]}
TWO = {**ONE, "HOSTIL": [f"HOSTIL{number:02d}" for number in range(1, 6)]}
THREE = {**TWO, "TSIG": [f"TSIG{number:02d}" for number in range(1, 4)]}
BIFACTOR = "\n".join(
    [
        *(f"{name} =~ {' + '.join(items)}" for name, items in TWO.items()),
        f"ALL =~ {' + '.join(item for items in TWO.values() for item in items)}",
        "ALL ~~ 0*LEAD",
        "ALL ~~ 0*HOSTIL",
        "LEAD ~~ 0*HOSTIL",
    ]
)


def matrices_of(solution):
    found = GroupModel(solution.table, 0).matrices(solution.values)
    return with_residuals(found, solution.table)


def drawn(solution, n_respondents=300, n_draws=20, seed=1):
    return simulated_cutoffs(solution, n_respondents, n_draws, np.random.default_rng(seed))


# ------------------------------------------------------------------ answers that are drawn


def test_drawn_answers_have_the_covariances_they_are_drawn_from():
    covariance = np.array([[1.0, 0.5, 0.2], [0.5, 2.0, 0.3], [0.2, 0.3, 1.0]])
    population = Population(covariance, np.array([1.0, 2.0, 3.0]), ())
    found = drawn_answers(population, 200_000, np.random.default_rng(1))
    assert_allclose(np.cov(found, rowvar=False), covariance, atol=0.02)
    assert_allclose(found.mean(axis=0), [1, 2, 3], atol=0.02)


def test_drawn_categories_are_as_frequent_as_the_thresholds_say():
    thresholds = (np.array([-1.0, 0.5]), np.array([0.0]))
    population = Population(np.eye(2), np.zeros(2), thresholds)
    found = drawn_answers(population, 200_000, np.random.default_rng(1))
    shares = [(found[:, 0] == answer).mean() for answer in range(3)]
    assert_allclose(shares, [0.1587, 0.5328, 0.3085], atol=0.005)


# ------------------------------------------------------------------ what is left out


@pytest.mark.parametrize("estimator", ["WLSMV", "ML"])
@pytest.mark.parametrize("model", [ONE, TWO, THREE, BIFACTOR])
def test_a_fault_leaves_variances_alone_and_makes_a_possible_matrix(lq, model, estimator):
    at = matrices_of(cfa(model, lq, estimator))
    whole = covariance_of(at, at.loadings, at.residual)
    for covariance in levels_of(at):
        assert_allclose(np.diag(covariance), np.diag(whole), rtol=1e-10)
        assert_allclose(covariance, covariance.T)
        assert np.linalg.eigvalsh(covariance)[0] > 0
        assert np.abs(covariance - whole).max() > 0.01


def test_variances_of_ordered_items_are_one(lq):
    at = matrices_of(cfa(TWO, lq, "WLSMV"))
    assert_allclose(np.diag(covariance_of(at, at.loadings, at.residual)), 1)


def test_one_factor_leaves_out_residual_correlations_of_a_third_two_thirds_and_all(lq):
    at = matrices_of(cfa(ONE, lq, "ML"))
    whole = covariance_of(at, at.loadings, at.residual)
    levels = [np.triu(covariance - whole, 1) for covariance in levels_of(at)]
    assert [int((np.abs(level) > 1e-12).sum()) for level in levels] == [1, 2, 3]
    size = RESIDUAL_CORRELATION * np.sqrt(at.residual[0, 0] * at.residual[1, 1])
    assert_allclose(levels[0][0, 1], size)


def test_several_factors_leave_out_one_more_loading_at_each_level(lq):
    assert [len(levels_of(matrices_of(cfa(m, lq, "ML")))) for m in (TWO, THREE)] == [1, 2]


def test_an_omitted_loading_leaves_the_item_something_of_its_own(lq):
    at = matrices_of(cfa(THREE, lq, "WLSMV"))
    factor = at.total_effect @ at.factor @ at.total_effect.T
    for covariance in levels_of(at):
        changed = np.abs(covariance - covariance_of(at, at.loadings, at.residual)) > 1e-12
        assert changed.any()
        communality = np.diag(at.loadings @ factor @ at.loadings.T)
        assert (communality <= 1 - LEAST_UNIQUE + 1e-9).all()


# ------------------------------------------------------------------ the limits


@pytest.mark.parametrize(("estimator", "names"), [("WLSMV", CORRECTED), ("ML", PLAIN)])
def test_the_indices_are_those_of_the_estimator(lq, estimator, names):
    assert drawn(cfa(ONE, lq, estimator)).indices == names


def test_limits_are_percentiles_of_what_was_drawn(lq):
    found = drawn(cfa(ONE, lq, "ML"))
    assert_allclose(found.limits["cfi"], np.quantile(found.correct["cfi"], 0.05))
    assert_allclose(found.limits["rmsea"], np.quantile(found.correct["rmsea"], 0.95))
    assert_allclose(found.cutoffs["cfi"][0], np.quantile(found.wrong["cfi"][0], 0.95))
    assert_allclose(found.cutoffs["srmr"][1], np.quantile(found.wrong["srmr"][1], 0.05))


def test_a_more_serious_fault_fits_worse(lq):
    found = drawn(cfa(THREE, lq, "ML"))
    assert (np.diff(np.median(found.wrong["cfi"], axis=1)) < 0).all()
    assert np.median(found.correct["cfi"]) > np.median(found.wrong["cfi"][0])


def test_overlap_means_that_a_true_model_may_fit_worse_than_a_wrong_one(lq):
    found = drawn(cfa(ONE, lq, "ML"), n_respondents=80)
    for name in ("cfi", "rmsea"):
        sign = 1 if name == "cfi" else -1
        worse = sign * found.limits[name] <= sign * found.cutoffs[name]
        assert_array_equal(found.overlaps[name], worse)
    assert found.overlaps["cfi"].any()
    told = found.to_rows().dropna(subset="condition")
    assert "overlapping_cutoff" in " ".join(told["condition"])


def test_a_true_model_fits_better_in_larger_samples(lq):
    solution = cfa(ONE, lq, "ML")
    small, large = (drawn(solution, n_respondents=n) for n in (100, 2000))
    assert small.limits["cfi"] < large.limits["cfi"]
    assert small.limits["rmsea"] > large.limits["rmsea"]


def test_the_same_seed_gives_the_same_limits(lq):
    solution = cfa(TWO, lq, "WLSMV")
    pd.testing.assert_frame_equal(drawn(solution).to_rows(), drawn(solution).to_rows())
    other = drawn(solution, seed=2)
    assert other.limits["cfi_scaled"] != drawn(solution).limits["cfi_scaled"]


def test_the_drawn_model_is_the_fitted_one_whatever_fixes_its_scale(lq):
    marker, unit = (drawn(cfa(TWO, lq, "ML", std_lv=std_lv)) for std_lv in (False, True))
    assert_allclose(marker.limits["cfi"], unit.limits["cfi"], atol=1e-4)


def test_equal_loadings_stay_equal(lq):
    equal = "LEAD =~ " + " + ".join(f"same*{item}" for item in ONE["LEAD"])
    free = " + ".join(["NA*LEAD01", *ONE["LEAD"][1:]])
    solutions = [cfa(text, lq, "ML", std_lv=True) for text in (equal, f"LEAD =~ {free}")]
    found = [drawn(solution, n_respondents=2000) for solution in solutions]
    assert found[0].n_failed == 0
    assert found[0].limits["srmr"] > found[1].limits["srmr"]


def test_a_rare_category_that_no_drawn_person_gives_does_no_harm(lq):
    rare = lq[ONE["LEAD"]].copy()
    rare.loc[0, "LEAD01"] = 6
    found = drawn(cfa(ONE, rare, "WLSMV"), n_respondents=200)
    assert found.n_failed == 0


def test_what_cannot_be_simulated_is_told_at_once(lq):
    three = {"LEAD": ONE["LEAD"][:3]}
    with pytest.raises(ValueError) as caught:
        simulated_cutoffs(cfa(three, lq, "ML"), 300, 5, np.random.default_rng(1))
    assert "degrees of freedom" in str(caught.value)
    assert "draw 20 or more" in str(caught.value)


def test_several_groups_are_refused(lq):
    grouped = lq.assign(half=np.arange(len(lq)) % 2)
    solution = cfa(ONE, grouped, "ML", group="half")
    with pytest.raises(ValueError, match="several groups"):
        drawn(solution)


def test_people_who_left_items_out_make_the_limits_wider(lq):
    solution = cfa(ONE, lq, "WLSMV")
    answered = np.random.default_rng(5).random((300, 6)) < 0.6
    rng = np.random.default_rng(1)
    thinned = simulated_cutoffs(solution, 300, 20, rng, answered)
    whole = drawn(solution)
    assert thinned.n_failed == 0
    assert thinned.limits["srmr"] > whole.limits["srmr"]
    assert thinned.limits["rmsea_robust"] > whole.limits["rmsea_robust"]


def test_people_who_answered_everything_change_no_limit(lq):
    solution = cfa(ONE, lq, "WLSMV")
    everything = np.ones((300, 6), dtype=bool)
    found = simulated_cutoffs(solution, 300, 20, np.random.default_rng(1), everything)
    assert found.limits == drawn(solution).limits
