import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import cronbach_alpha
from pipeline.psychometrics.counts import count_answers
from pipeline.psychometrics.polychoric import polychoric_correlations, polychoric_covariance
from pipeline.psychometrics.reliability import categorical_omega, ordinal_alpha
from pipeline.psychometrics.reliability.categorical_omega import _slopes, _variances
from pipeline.psychometrics.reliability.ordered_one_factor import (
    fit_ordered_one_factor,
    slope_in_correlations,
)
from pipeline.psychometrics.reliability.ordinal_sum import (
    cut_variables,
    score_covariances,
    score_variances,
)


def test_ordinal_alpha_agrees_with_that_of_lavcor(case):
    answers, expected = case
    result = ordinal_alpha(answers)
    assert result.estimate == pytest.approx(expected["alpha_polychoric"], abs=1e-6)
    assert result.ci_low < result.estimate < result.ci_high


def test_categorical_omega_agrees_with_semtools_on_both_denominators(case):
    answers, expected = case
    expected = expected["cfa_ordinal"]
    result = categorical_omega(answers)
    assert result.condition is None
    assert result.observed == pytest.approx(expected["omega_green_yang_ordinal"], abs=1e-5)
    assert result.model_implied == pytest.approx(expected["omega_green_yang_modelvar"], abs=1e-5)
    loadings = list(result.standardised_loadings.values())
    assert_allclose(loadings, list(expected["std_loadings"].values()), atol=1e-5)


def test_categorical_omega_is_the_agreement_of_two_parallel_sums():
    """By definition: the correlation of sums that share the factor and nothing else."""
    rng, loadings = np.random.default_rng(1), np.array([0.9, 0.7, 0.5])
    cuts = [np.array([-1.0, 0.5]), np.array([0.3]), np.array([-0.5, 0.0, 1.0])]
    answers = [(1, 2, 4), (0, 1), (1, 2, 3, 4)]
    n, sums = 1_000_000, []
    factor = rng.normal(size=n)
    for _ in range(2):
        total = np.zeros(n)
        for loading, cut, own in zip(loadings, cuts, answers, strict=True):
            latent = loading * factor + np.sqrt(1 - loading**2) * rng.normal(size=n)
            total += np.asarray(own)[np.digitize(latent, cut)]
        sums.append(total)
    implied = np.outer(loadings, loadings)
    np.fill_diagonal(implied, 1.0)
    expected = _variances(cut_variables(cuts, answers), loadings, implied)
    assert expected.observed == pytest.approx(expected.implied)
    assert np.var(sums[0]) == pytest.approx(expected.implied, rel=5e-3)
    omega = expected.common / expected.implied
    assert np.corrcoef(*sums)[0, 1] == pytest.approx(omega, abs=4 * (1 - omega**2) / np.sqrt(n))


def test_variance_of_a_cut_variable_is_that_of_its_shares():
    cut = cut_variables([np.array([-1.0, 0.5])], [(1, 2, 5)])
    shares = np.diff([0, 0.15865525393145707, 0.6914624612740131, 1])
    mean = shares @ [1, 2, 5]
    assert score_variances(cut)[0] == pytest.approx(shares @ (np.array([1, 2, 5]) - mean) ** 2)
    assert score_covariances(cut, np.array([[1 - 1e-9]]))[0, 0] == pytest.approx(
        score_variances(cut)[0], rel=1e-4
    )


def test_slopes_of_the_variances_are_their_differences():
    cut = cut_variables(
        [np.array([-1, 0, 0.5]), np.array([-0.3]), np.array([-0.5, 0.7]), np.array([0.0, 1.0])],
        [(1, 2, 3, 5), (0, 1), (1, 2, 4), (1, 2, 3)],
    )
    pairs = np.triu_indices(4, k=1)
    correlations, se = np.eye(4), np.eye(4)
    correlations[pairs] = correlations.T[pairs] = [0.5, 0.35, 0.6, 0.33, 0.4, 0.3]
    se[pairs] = se.T[pairs] = [0.03, 0.05, 0.04, 0.06, 0.05, 0.04]

    def variances(values):
        n_cuts = cut.real.sum()
        thresholds, matrix = cut.thresholds.copy(), np.eye(4)
        thresholds[cut.real] = values[:n_cuts]
        matrix[pairs] = matrix.T[pairs] = values[n_cuts:]
        loadings = fit_ordered_one_factor(matrix, se).loadings
        return np.array(_variances(cut._replace(thresholds=thresholds), loadings, matrix))

    values, step = np.concatenate([cut.thresholds[cut.real], correlations[pairs]]), 1e-3
    differences = [
        (variances(values + step * unit) - variances(values - step * unit)) / (2 * step)
        for unit in np.eye(len(values))
    ]
    model = fit_ordered_one_factor(correlations, se)
    moved = slope_in_correlations(model, correlations)
    slopes = _slopes(cut, model.loadings, correlations, moved)
    assert_allclose(np.array(slopes).T, differences, atol=1e-4)


def test_standard_error_of_ordinal_alpha_comes_from_all_correlations(ordered):
    covariance = polychoric_covariance(ordered)
    found = ordinal_alpha(ordered)
    drawn = np.random.default_rng(1).multivariate_normal(
        covariance.estimates[-6:], covariance.values[-6:, -6:], size=20_000
    )
    alphas = 4 / 3 * (1 - 4 / (4 + 2 * drawn.sum(axis=1)))
    low, high = np.quantile(alphas, [0.025, 0.975])
    assert found.ci_low == pytest.approx(low, abs=2e-3)
    assert found.ci_high == pytest.approx(high, abs=2e-3)


def test_counts_give_the_estimates_without_intervals(ordered):
    counts = count_answers(ordered, missing="listwise")
    for estimate in (ordinal_alpha, categorical_omega):
        rows, whole = estimate(counts).to_rows(), estimate(ordered).to_rows()
        assert_allclose(rows["estimate"], whole["estimate"], rtol=1e-9)
        assert rows["ci_low"].isna().all()
        assert "delta" not in rows["method"].iloc[0]


def statistics(answers):
    omega = categorical_omega(answers)
    return [
        ordinal_alpha(answers).estimate,
        omega.model_implied,
        omega.observed,
        omega.model_implied_se,
        omega.observed_se,
    ]


def test_order_of_items_and_rows_does_not_matter(ordered, rng):
    shuffled = ordered.iloc[rng.permutation(len(ordered)), ::-1]
    assert_allclose(statistics(shuffled), statistics(ordered), atol=1e-7)


def test_unit_origin_and_reflection_of_all_items_do_not_matter(ordered):
    assert_allclose(statistics(100 - 25 * ordered), statistics(ordered), atol=1e-7)


def test_distances_between_categories_matter_to_the_sum_only(ordered):
    stretched = ordered.replace({"a": {4.0: 9.0}})
    assert ordinal_alpha(stretched).estimate == pytest.approx(ordinal_alpha(ordered).estimate)
    one, other = categorical_omega(ordered), categorical_omega(stretched)
    assert other.standardised_loadings == pytest.approx(one.standardised_loadings)
    assert abs(other.observed - one.observed) > 1e-3


def test_duplicated_rows_keep_estimates_and_halve_standard_errors(ordered):
    one, four = categorical_omega(ordered), categorical_omega(pd.concat([ordered] * 4))
    assert four.model_implied == pytest.approx(one.model_implied)
    assert four.model_implied_se == pytest.approx(one.model_implied_se / 2, rel=1 / len(ordered))


def test_pairwise_answers_use_everybody(items):
    result = categorical_omega(items, missing="pairwise")
    assert result.n_respondents == len(items)
    assert result.model_implied_se < categorical_omega(items).model_implied_se
    assert "pairwise" in result.method


def test_many_categories_bring_omega_close_to_alpha_of_parallel_items(rng):
    latent = rng.normal(size=(5000, 1)) + rng.normal(size=(5000, 4))
    answers = pd.DataFrame(np.round(latent * 4).clip(-12, 12))
    expected = cronbach_alpha(answers).estimate
    assert categorical_omega(answers).observed == pytest.approx(expected, abs=5e-3)


def test_ordered_model_gives_its_loadings_back():
    loadings = np.array([0.9, 0.7, 0.5, 0.3, -0.2])
    correlations = np.outer(loadings, loadings)
    np.fill_diagonal(correlations, 1.0)
    se = np.linspace(0.01, 0.1, 25).reshape(5, 5)
    model = fit_ordered_one_factor(correlations, (se + se.T) / 2)
    assert_allclose(model.loadings, loadings, atol=1e-9)
    assert model.converged and not model.at_bound


def test_a_heywood_case_is_named_and_has_no_interval(rng):
    latent = rng.multivariate_normal(
        np.zeros(3), [[1, 0.85, 0.8], [0.85, 1, 0.4], [0.8, 0.4, 1]], size=2000
    )
    result = categorical_omega(pd.DataFrame(np.digitize(latent, [-1, 0, 1])))
    assert result.condition == "heywood_case"
    assert 0 < result.model_implied < 1
    assert np.isnan(result.model_implied_low)


def test_a_category_that_nobody_chose_is_left_out_and_named(ordered):
    counts = count_answers(ordered, range(1, 8))
    result = categorical_omega(counts)
    assert result.condition == "empty_category"
    assert result.observed == pytest.approx(categorical_omega(ordered).observed)


def test_two_items_have_ordinal_alpha_and_no_omega(ordered):
    pair = ordered[["a", "c"]]
    rho = polychoric_correlations(pair).unsmoothed[0, 1]
    assert ordinal_alpha(pair).estimate == pytest.approx(2 * rho / (1 + rho))
    result = categorical_omega(pair)
    assert result.condition == "two_items"
    assert result.to_rows()["estimate"].isna().all()


def test_two_equal_yes_no_items_are_at_the_boundary(ordered):
    answers = ordered.assign(again=ordered["b"])
    assert "correlation_at_boundary" in categorical_omega(answers).condition
    assert np.isnan(categorical_omega(answers).observed)
    alpha = ordinal_alpha(answers)
    assert "correlation_at_boundary" in alpha.condition
    assert 0 < alpha.estimate < 1 and np.isnan(alpha.ci_low)


def test_what_cannot_be_estimated_is_named(unusable):
    answers, condition = unusable
    for result in (
        ordinal_alpha(answers),
        categorical_omega(answers),
        categorical_omega(answers.astype("Int8")),
    ):
        assert condition in result.condition.split()
        assert result.to_rows()["estimate"].isna().all()


def test_misuse_is_refused(ordered):
    for estimate in (ordinal_alpha, categorical_omega):
        with pytest.raises(ValueError, match="2 items"):
            estimate(ordered[["a"]])
        with pytest.raises(ValueError, match="confidence_level"):
            estimate(ordered, confidence_level=95)
        with pytest.raises(ValueError, match="missing"):
            estimate(ordered, missing="mean")
