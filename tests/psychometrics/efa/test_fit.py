from math import isnan, nan

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_allclose

from pipeline.psychometrics import explore_factors
from pipeline.psychometrics._distributions import noncentrality_placing
from pipeline.psychometrics.efa.fit import degrees_of_freedom, factor_fit, undefined_fit

SOLUTIONS = ["pearson_minres", "pearson_ml", "pearson_pa", "polychoric_minres"]

RELATIVE = {
    "objective": "objective",
    "chi_square": "STATISTIC",
    "chi_square_empirical": "chi_empirical",
    "df": "dof",
    "bic": "BIC",
}


@pytest.mark.parametrize("name", SOLUTIONS)
def test_agrees_with_psych(case, name):
    correlation, expected = case
    kind, method = name.split("_")
    found = explore_factors(correlation[kind], expected["n_factors"], method, "none").fit
    theirs = expected[f"{name}_oblimin"]
    for ours, of_psych in RELATIVE.items():
        assert getattr(found, ours) == pytest.approx(theirs[of_psych], rel=1e-5), ours
    assert found.p_value == pytest.approx(theirs["PVAL"], abs=1e-12)
    assert found.tli == pytest.approx(theirs["TLI"], abs=1e-6)
    assert found.rmsr == pytest.approx(theirs["rms"], abs=1e-6)
    assert found.corrected_rmsr == pytest.approx(theirs["crms"], abs=1e-6)
    rmsea = [found.rmsea, found.rmsea_low, found.rmsea_high]
    assert_allclose(rmsea, theirs["RMSEA"][:3], atol=1e-6)


def test_agrees_with_factanal(case):
    correlation, expected = case
    found = explore_factors(correlation["pearson"], expected["n_factors"], "ml", "none").fit
    theirs = expected["factanal_ml_promax"]
    assert found.chi_square == pytest.approx(theirs["STATISTIC"], rel=1e-6)
    assert found.df == theirs["dof"]


def test_the_uncorrected_chi_square_is_the_objective_times_n_less_one(case):
    correlation, expected = case
    found = explore_factors(correlation["pearson"], expected["n_factors"]).fit
    assert found.chi_square_uncorrected == found.objective * (expected["n"] - 1)


def test_a_model_that_holds_exactly_fits_perfectly():
    loadings = np.array([[0.8], [0.7], [0.6], [0.5]])
    observed = loadings @ loadings.T + np.diag(1 - loadings.ravel() ** 2)
    found = factor_fit(observed, loadings @ loadings.T, 1, 200)
    assert found.chi_square == pytest.approx(0, abs=1e-10)
    assert (found.p_value, found.rmsea, found.rmsea_low, found.rmsea_high) == (1, 0, 0, 0)
    assert found.cfi == 1
    assert found.tli > 1


def test_a_model_without_degrees_of_freedom_is_not_tested():
    loadings = np.array([[0.8], [0.7], [0.6]])
    observed = loadings @ loadings.T + np.diag(1 - loadings.ravel() ** 2)
    found = factor_fit(observed, loadings @ loadings.T, 1, 200)
    assert found.df == degrees_of_freedom(3, 1) == 0
    numbers = (found.p_value, found.rmsea, found.rmsea_low, found.tli, found.corrected_rmsr)
    assert all(map(isnan, numbers))
    assert found.rmsr == pytest.approx(0, abs=1e-12)


def test_so_few_respondents_that_the_correction_leaves_nothing_are_not_tested():
    loadings = np.full((8, 1), 0.7)
    observed = loadings @ loadings.T + np.diag(1 - loadings.ravel() ** 2)
    found = factor_fit(observed, loadings @ loadings.T, 1, 5)
    assert isnan(found.chi_square) and isnan(found.p_value) and isnan(found.bic)
    assert found.rmsr == pytest.approx(0, abs=1e-12)


def test_without_a_solution_every_row_is_missing():
    found = undefined_fit(6, 4)
    assert found.df < 0
    assert all(isnan(row["estimate"]) for row in found.rows())


def test_matrices_of_different_shape_are_refused():
    with pytest.raises(ValueError, match="shapes differ"):
        factor_fit(np.eye(3), np.eye(4), 1, 100)


@pytest.mark.parametrize("value", [3.0, 150.0, 5000.0, 1e6])
@pytest.mark.parametrize("probability", [0.05, 0.95])
def test_the_noncentrality_puts_the_value_at_its_probability(value, probability):
    found = noncentrality_placing(value, 10, probability)
    if found == 0:
        assert scipy.stats.chi2.cdf(value, 10) <= probability
    else:
        assert scipy.stats.ncx2.cdf(value, 10, found) == pytest.approx(probability, abs=1e-8)


def test_undefined_numbers_are_missing_in_the_rows(case):
    correlation, expected = case
    rows = {
        row["statistic"]: row
        for row in explore_factors(correlation["pearson"], expected["n_factors"]).fit.rows()
    }
    assert rows["rmsea"]["confidence_level"] == 0.90
    assert rows["rmsea"]["ci_low"] < rows["rmsea"]["estimate"] < rows["rmsea"]["ci_high"]
    assert rows["df"].get("ci_low", nan) is nan
