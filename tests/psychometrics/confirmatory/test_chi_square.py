"""Corrected statistics from the large matrices that they are traces of."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics.confirmatory.chi_square import least_squares_baseline
from pipeline.psychometrics.confirmatory.estimate import cfa

MODEL = {"f": ["x1", "x2", "x3"], "g": ["x4", "x5", "x6"]}


def block_diagonal(matrices):
    size = sum(len(matrix) for matrix in matrices)
    total, at = np.zeros((size, size)), 0
    for matrix in matrices:
        total[at : at + len(matrix), at : at + len(matrix)] = matrix
        at += len(matrix)
    return total


@pytest.mark.parametrize("estimator", ["WLSMV", "ULSMV"])
@pytest.mark.parametrize("group", [None, "school"])
def test_the_scaled_and_shifted_statistic_has_the_moments_of_the_whole_matrix(
    hs_ordinal, estimator, group
):
    solution = cfa(MODEL, hs_ordinal, estimator=estimator, group=group)
    objective = solution.objective
    slopes = objective.slopes(solution.values)
    whole = np.zeros((sum(len(own.values) for own in slopes), objective.n_free))
    at = 0
    for own in slopes:
        whole[at : at + len(own.values), own.free] = own.slopes
        at += len(own.values)
    weight = np.diag(np.concatenate(objective.weights))
    gamma = block_diagonal([sample.variance for sample in objective.samples])
    inner = np.linalg.inv(whole.T @ weight @ whole)
    product = (weight - weight @ whole @ inner @ whole.T @ weight) @ gamma
    df = solution.fit.df
    stretch = np.sqrt(df / np.trace(product @ product))
    assert solution.fit.scaling_factor == pytest.approx(1 / stretch, rel=1e-8)
    assert solution.fit.shift == pytest.approx(df - stretch * np.trace(product), rel=1e-6)
    sandwich = inner @ whole.T @ weight @ gamma @ weight @ whole @ inner
    np.testing.assert_allclose(solution.covariance, sandwich, rtol=1e-6, atol=1e-12)


def test_the_baseline_is_the_model_of_one_factor_an_item(hs_ordinal):
    items = [f"x{place}" for place in range(1, 7)]
    alone = "\n".join(f"f{item} =~ {item}\nf{item} ~~ 1*f{item}" for item in items)
    model = cfa(alone, hs_ordinal, orthogonal=True, std_lv=False)
    baseline = least_squares_baseline(model.objective)
    assert baseline.df == model.fit.df
    assert model.fit.chi_square == pytest.approx(baseline.naive, rel=1e-8)
    assert model.fit.chi_square_scaled == pytest.approx(baseline.scaled, rel=1e-8)


def test_the_baseline_of_maximum_likelihood_is_that_model_too(hs):
    items = [f"x{place}" for place in range(1, 7)]
    alone = "\n".join(f"f{item} =~ {item}\n{item} ~~ 0*{item}" for item in items)
    model = cfa(alone, hs, estimator="MLR", orthogonal=True)
    assert model.fit.baseline_df == model.fit.df
    assert model.fit.chi_square == pytest.approx(model.fit.baseline_chi_square, rel=1e-8)
    assert model.fit.chi_square_scaled == pytest.approx(
        model.fit.baseline_chi_square_scaled, rel=1e-6
    )


def test_a_saturated_model_fits_and_has_nothing_to_test(hs_ordinal, hs):
    for data, estimator in ((hs_ordinal, "WLSMV"), (hs, "MLR"), (hs, "ML")):
        fit = cfa({"f": ["x1", "x2", "x3"]}, data, estimator=estimator).fit
        assert fit.df == 0
        assert fit.chi_square == pytest.approx(0, abs=1e-6)
        assert np.isnan(fit.p_value)
        assert (fit.cfi, fit.rmsea) == (pytest.approx(1), 0)


@pytest.mark.parametrize(("seed", "n_sites"), [(1, 3), (0, 2)])
def test_with_few_sites_a_factor_that_is_not_positive_corrects_nothing(seed, n_sites):
    rng = np.random.default_rng(seed)
    answers = rng.normal(size=(100, 1)) * 0.7 + rng.normal(size=(100, 4))
    table = pd.DataFrame(answers, columns=list("abcd")).assign(site=np.arange(100) % n_sites)
    solution = cfa({"f": list("abcd")}, table, estimator="MLR", cluster="site")
    fit = solution.fit
    factors = fit.scaling_factor, fit.baseline_scaling_factor
    assert np.isnan(factors).any()
    assert not any(factor <= 0 for factor in factors)
    assert np.isnan(fit.cfi_scaled)
    assert "no_scaling_factor" in solution.condition
