import factor_analyzer
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import omega_total
from pipeline.psychometrics.one_factor import OneFactorModel, fit_one_factor
from pipeline.psychometrics.reliability.omega import omegas_of
from pipeline.psychometrics.reliability.one_factor_slopes import (
    discrepancy_slopes,
    refit_one_factor,
    slope_in_covariance,
)


def test_omega_agrees_with_lavaan_on_both_denominators(case):
    answers, expected = case
    expected = expected["cfa_ml"]
    result = omega_total(answers)
    assert result.condition is None
    assert result.model_implied == pytest.approx(expected["omega_congeneric_modelvar"], abs=5e-6)
    assert result.observed == pytest.approx(expected["omega_congeneric_obsvar"], abs=5e-6)
    loadings = list(result.standardised_loadings.values())
    assert_allclose(loadings, list(expected["std_loadings"].values()), atol=5e-6)


def test_omega_of_standardised_items_agrees_with_factor_analyzer(items):
    complete = items.dropna()
    standardised = (complete - complete.mean()) / complete.std()
    fitted = factor_analyzer.FactorAnalyzer(1, rotation=None, method="ml").fit(standardised)
    loadings = fitted.loadings_[:, 0]
    common = loadings.sum() ** 2
    expected = common / (common + fitted.get_uniquenesses().sum())
    assert omega_total(standardised).model_implied == pytest.approx(expected, abs=1e-4)


def statistics(answers, clusters=None):
    omega = omega_total(answers, clusters=clusters)
    return [omega.model_implied, omega.observed, omega.model_implied_se, omega.observed_low]


def test_order_of_items_and_rows_does_not_matter(items, rng):
    shuffled = items.iloc[rng.permutation(len(items)), ::-1]
    assert_allclose(statistics(shuffled), statistics(items), atol=1e-7)


def test_unit_origin_and_reflection_of_all_items_do_not_matter(items):
    assert_allclose(statistics(100 - 25 * items), statistics(items), atol=1e-7)


def test_parallel_items_have_omega_by_spearman_brown(exact_sample):
    answers = exact_sample(np.full((4, 4), 0.4) + 0.6 * np.eye(4))
    assert_allclose(statistics(answers)[:2], 4 * 0.4 / (1 + 3 * 0.4), atol=1e-7)


def test_one_factor_model_gives_its_loadings_back():
    loadings = np.array([0.9, 0.7, 0.5, 0.3, -0.2]) * [1, 2, 3, 4, 5]
    unique = np.array([0.5, 1.0, 2.0, 3.0, 4.0])
    model = fit_one_factor(np.outer(loadings, loadings) + np.diag(unique))
    assert_allclose(model.loadings, loadings, atol=1e-6)
    assert_allclose(model.unique_variances, unique, atol=1e-5)
    assert model.converged and not model.at_bound


@pytest.fixture
def sample(rng):
    """A covariance matrix that one factor does not fit, and the model fitted to it."""
    answers = rng.normal(size=(300, 1)) * [0.9, 0.5, 0.7, 1.2] + rng.normal(size=(300, 4))
    covariance = np.cov(answers, rowvar=False)
    covariance[0, 1] = covariance[1, 0] = covariance[0, 1] + 0.2
    return covariance, fit_one_factor(covariance)


def test_slopes_of_the_discrepancy_are_its_differences(sample):
    covariance, model = sample
    values, step = np.concatenate([model.loadings, model.unique_variances]) * 1.1, 1e-6
    found = discrepancy_slopes(*np.split(values, 2), covariance)
    for place, unit in enumerate(np.eye(8)):
        above, below = (
            discrepancy_slopes(*np.split(values + sign * step * unit, 2), covariance)
            for sign in (1, -1)
        )
        slope = (above.value - below.value) / (2 * step)
        assert found.first[place] == pytest.approx(slope, abs=1e-7)
        assert_allclose(found.second[place], (above.first - below.first) / (2 * step), atol=1e-7)


def test_omega_changes_with_the_covariances_as_its_slope_says(sample):
    covariance, model = sample
    loading_sum, unique_sum = model.loadings.sum(), model.unique_variances.sum()
    total = (loading_sum**2 + unique_sum) ** 2
    of_model = np.repeat([2 * loading_sum * unique_sum / total, -(loading_sum**2) / total], 4)
    slope = slope_in_covariance(model, covariance, of_model)
    change = np.array([[1, 0.5, 0, 0], [0.5, 0, 0, 0.2], [0, 0, 0, 0.3], [0, 0.2, 0.3, -1]]) * 1e-4
    above, below = (fit_one_factor(covariance + sign * change) for sign in (1, -1))
    moved = [
        omegas_of(fit.loadings, fit.unique_variances, covariance).model_implied
        for fit in (above, below)
    ]
    assert np.trace(slope @ change) == pytest.approx((moved[0] - moved[1]) / 2, rel=1e-3)


def test_many_samples_are_fitted_as_each_of_them(items, rng):
    complete = items.dropna().to_numpy()
    model = fit_one_factor(np.cov(complete, rowvar=False))
    drawn = [complete[rng.integers(len(complete), size=40)] for _ in range(30)]
    covariances = np.array([np.cov(rows, rowvar=False) for rows in drawn])
    loadings, unique = refit_one_factor(covariances, model)
    for place, covariance in enumerate(covariances):
        alone = fit_one_factor(covariance)
        assert_allclose(loadings[place], alone.loadings, atol=1e-5)
        assert_allclose(unique[place], alone.unique_variances, atol=1e-5)


def test_a_sample_without_solution_is_left_out_of_many():
    start = OneFactorModel(np.full(3, 0.7), np.full(3, 0.51), True, False)
    good = np.full((3, 3), 0.5) + 0.5 * np.eye(3)
    loadings, _ = refit_one_factor(
        np.array([good, np.ones((3, 3)), np.full((3, 3), np.nan)]), start
    )
    assert np.isfinite(loadings).all(axis=1).tolist() == [True, False, False]


def test_clusters_of_one_respondent_change_little_and_twins_widen_the_interval(items):
    complete = items.dropna().reset_index(drop=True)
    alone = omega_total(complete)
    own = omega_total(complete, clusters=pd.Series(complete.index))
    assert own.model_implied_se == pytest.approx(alone.model_implied_se)
    twins = pd.concat([complete, complete], ignore_index=True)
    clustered = omega_total(twins, clusters=pd.Series(np.tile(complete.index, 2)))
    assert clustered.n_clusters == len(complete)
    assert clustered.model_implied_se == pytest.approx(
        alone.model_implied_se, rel=1 / len(complete)
    )
    assert omega_total(twins).model_implied_se < 0.75 * alone.model_implied_se


def test_respondents_without_cluster_are_left_out(items):
    sites = pd.Series(np.arange(len(items)) % 10, index=items.index).mask(items.index < 50)
    result = omega_total(items, clusters=sites)
    assert result.n_respondents == len(items[50:].dropna())
    assert result.n_clusters == 10
    assert "10 clusters" in result.method


def test_one_cluster_gives_an_estimate_without_interval(items):
    result = omega_total(items, clusters=pd.Series("x", index=items.index))
    assert result.condition == "too_few_groups"
    assert 0 < result.model_implied < 1
    assert np.isnan(result.observed_low)


def test_what_cannot_be_estimated_is_named(unusable):
    answers, condition = unusable
    for result in (omega_total(answers), omega_total(answers.astype("Int8"))):
        assert result.condition == condition
        assert result.to_rows()["estimate"].isna().all()


def test_two_items_and_an_item_given_twice_have_no_omega(items):
    complete = items.dropna()
    assert omega_total(items[["a", "b"]]).condition == "two_items"
    answers = complete.assign(again=complete["a"])
    assert omega_total(answers).condition == "not_positive_definite"


def test_a_heywood_case_is_named_and_has_no_interval(exact_sample):
    correlation = np.array([[1, 0.9, 0.8], [0.9, 1, 0.3], [0.8, 0.3, 1]])
    correlation = 0.75 * correlation + 0.25 * np.eye(3)
    result = omega_total(exact_sample(correlation))
    assert result.condition == "heywood_case"
    assert 0 < result.model_implied < 1
    assert np.isnan(result.model_implied_low)


def test_loadings_that_the_answers_leave_open_give_no_interval(exact_sample):
    correlation = np.eye(3)
    correlation[0, 1] = correlation[1, 0] = 0.5
    result = omega_total(exact_sample(correlation))
    assert "not_identified" in result.condition or "heywood_case" in result.condition
    assert np.isnan(result.model_implied_low)


def test_clusters_of_other_respondents_are_refused(items):
    with pytest.raises(ValueError, match="same respondents"):
        omega_total(items, clusters=pd.Series([1, 2, 3]))
