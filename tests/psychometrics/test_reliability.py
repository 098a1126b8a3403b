import numpy as np
import pandas as pd
import pingouin
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from pipeline.psychometrics import (
    cronbach_alpha,
    inter_item_correlation,
    omega_total,
    standard_error_of_measurement,
)
from pipeline.psychometrics.one_factor import fit_one_factor

CASES = ["lq_lead", "lq_tsig", *(f"bfi_{scale}" for scale in "ACENO")]


@pytest.fixture(params=CASES)
def case(request, lq, bfi, reference):
    """Answers of a scale and what R says of it."""
    expected = reference("psych_reliability")[request.param]
    data = lq if request.param.startswith("lq") else bfi
    return data[expected["input"]["items"]], expected


@pytest.mark.parametrize(
    ("missing", "name"), [("listwise", "alpha_complete"), ("pairwise", "alpha_pairwise")]
)
def test_alpha_and_feldt_interval_agree_with_psych(case, missing, name):
    answers, expected = case
    result, expected = cronbach_alpha(answers, missing=missing), expected[name]
    assert result.n_respondents == expected["n"]
    assert result.n_total == len(answers)
    interval = expected["feldt_ci"]
    assert_allclose(
        [result.estimate, result.ci_low, result.ci_high],
        [expected["raw_alpha"], interval["lower.ci"], interval["upper.ci"]],
        rtol=1e-10,
    )


@pytest.mark.parametrize("level", [0.80, 0.95, 0.99])
def test_feldt_interval_is_that_of_pingouin_before_rounding(items, level):
    result = cronbach_alpha(items, level)
    estimate, interval = pingouin.cronbach_alpha(items.dropna(), ci=level)
    assert result.estimate == pytest.approx(estimate, rel=1e-12)
    assert_allclose([result.ci_low, result.ci_high], interval, atol=0.5e-3 + 1e-12)


def test_omega_agrees_with_lavaan_on_both_denominators(case):
    answers, expected = case
    expected = expected["cfa_ml"]
    result = omega_total(answers)
    assert result.condition is None
    assert result.model_implied == pytest.approx(expected["omega_congeneric_modelvar"], abs=5e-6)
    assert result.observed == pytest.approx(expected["omega_congeneric_obsvar"], abs=5e-6)
    loadings = list(result.standardised_loadings.values())
    assert_allclose(loadings, list(expected["std_loadings"].values()), atol=5e-6)


def statistics(answers):
    omega = omega_total(answers)
    return [cronbach_alpha(answers).estimate, omega.model_implied, omega.observed]


def test_order_of_items_and_rows_does_not_matter(items, rng):
    shuffled = items.iloc[rng.permutation(len(items)), ::-1]
    assert_allclose(statistics(shuffled), statistics(items), atol=1e-7)


def test_unit_origin_and_reflection_of_all_items_do_not_matter(items):
    assert_allclose(statistics(100 - 25 * items), statistics(items), atol=1e-7)


def test_duplicated_rows_narrow_the_interval_and_keep_the_estimate(items):
    one, four = cronbach_alpha(items), cronbach_alpha(pd.concat([items] * 4))
    assert four.estimate == pytest.approx(one.estimate)
    ratio = (one.ci_high - one.ci_low) / (four.ci_high - four.ci_low)
    assert ratio == pytest.approx(2, abs=0.05)


def test_parallel_items_have_alpha_and_omega_by_spearman_brown(exact_sample):
    covariance = np.full((4, 4), 0.4) + 0.6 * np.eye(4)
    answers = exact_sample(covariance)
    assert_allclose(statistics(answers), 4 * 0.4 / (1 + 3 * 0.4), atol=1e-7)


def test_one_factor_model_gives_its_loadings_back():
    loadings = np.array([0.9, 0.7, 0.5, 0.3, -0.2]) * [1, 2, 3, 4, 5]
    unique = np.array([0.5, 1.0, 2.0, 3.0, 4.0])
    model = fit_one_factor(np.outer(loadings, loadings) + np.diag(unique))
    assert_allclose(model.loadings, loadings, atol=1e-6)
    assert_allclose(model.unique_variances, unique, atol=1e-5)
    assert model.converged and not model.at_bound


def test_omega_is_recovered_from_simulated_answers(rng):
    loadings = np.array([0.8, 0.7, 0.6, 0.5])
    true = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    found = []
    for _ in range(100):
        noise = rng.normal(size=(400, 4)) * np.sqrt(1 - loadings**2)
        found.append(omega_total(pd.DataFrame(rng.normal(size=(400, 1)) * loadings + noise)))
    estimates = np.array([result.model_implied for result in found])
    monte_carlo_error = estimates.std() / np.sqrt(len(estimates))
    assert estimates.mean() == pytest.approx(true, abs=4 * monte_carlo_error)


def test_standard_error_of_measurement_is_the_spread_of_scores_that_alpha_leaves(items):
    complete = items.dropna()
    result = standard_error_of_measurement(items)
    spread = complete.mean(axis=1).std() * np.sqrt(1 - cronbach_alpha(items).estimate)
    assert result.estimate == pytest.approx(spread)
    assert result.ci_low < result.estimate < result.ci_high


def test_interval_of_the_standard_error_covers_as_often_as_it_says(rng):
    true, covered = 1 / np.sqrt(5), 0
    for _ in range(400):
        scores = rng.normal(size=(30, 1)) + rng.normal(size=(30, 5))
        result = standard_error_of_measurement(pd.DataFrame(scores), 0.90)
        covered += result.ci_low < true < result.ci_high
    assert covered / 400 == pytest.approx(0.90, abs=3 * np.sqrt(0.9 * 0.1 / 400))


def test_two_items_have_a_correlation_and_no_omega(items):
    pair = items[["a", "b"]]
    result = inter_item_correlation(pair)
    assert omega_total(pair).condition == "two_items"
    assert result.estimate == pytest.approx(pair.corr().loc["a", "b"])
    assert result.spearman_brown == pytest.approx(2 * result.estimate / (1 + result.estimate))
    expected = stats.pearsonr(*pair.dropna().to_numpy().T).confidence_interval(0.95)
    assert_allclose([result.ci_low, result.ci_high], expected, rtol=1e-10)


def test_spearman_brown_is_alpha_where_the_variances_are_equal(exact_sample):
    answers = exact_sample(np.array([[2.0, 1.0], [1.0, 2.0]]))
    expected = cronbach_alpha(answers).estimate
    assert inter_item_correlation(answers).spearman_brown == pytest.approx(expected)


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (lambda x: x.assign(a=3.0), "constant_item"),
        (lambda x: x.assign(a=np.nan), "item_without_answers"),
        (lambda x: x.dropna().head(2), "too_few_respondents"),
        (lambda x: x.head(0), "item_without_answers"),
    ],
)
def test_what_cannot_be_estimated_is_named(items, change, condition):
    answers = change(items)
    for result in (
        cronbach_alpha(answers),
        cronbach_alpha(answers.astype("Int8")),
        omega_total(answers),
        standard_error_of_measurement(answers),
        inter_item_correlation(answers[["a", "b"]]),
    ):
        assert result.condition == condition
        rows = result.to_rows()
        assert rows["estimate"].isna().all() and (rows["condition"] == condition).all()


def test_an_item_given_twice_leaves_alpha_and_takes_omega(items):
    complete = items.dropna()
    answers = complete.assign(again=complete["a"])
    assert cronbach_alpha(answers).condition is None
    assert omega_total(answers).condition == "not_positive_definite"


def test_items_that_cancel_out_have_no_reliability(items):
    a = items["a"].dropna()
    answers = pd.DataFrame({"a": a, "b": -a})
    assert cronbach_alpha(answers).condition == "no_variation"
    assert inter_item_correlation(answers).condition == "no_variation"
    assert np.isnan(inter_item_correlation(answers).spearman_brown)


def test_a_heywood_case_is_named(exact_sample):
    correlation = np.array([[1, 0.9, 0.8], [0.9, 1, 0.3], [0.8, 0.3, 1]])
    correlation = 0.75 * correlation + 0.25 * np.eye(3)
    result = omega_total(exact_sample(correlation))
    assert result.condition == "heywood_case"
    assert 0 < result.model_implied < 1


def test_alpha_may_be_negative(rng):
    common = rng.normal(size=(100, 1))
    answers = pd.DataFrame(np.hstack([common, -common]) + 0.5 * rng.normal(size=(100, 2)))
    assert cronbach_alpha(answers).estimate < 0


def test_misuse_is_refused(items):
    with pytest.raises(ValueError, match="2 items"):
        cronbach_alpha(items[["a"]])
    with pytest.raises(ValueError, match="confidence_level"):
        cronbach_alpha(items, confidence_level=95)
    with pytest.raises(ValueError, match="exactly 2"):
        inter_item_correlation(items)
    with pytest.raises(ValueError, match="missing"):
        cronbach_alpha(items, missing="mean")
    with pytest.raises(ValueError, match="3 items"):
        fit_one_factor(np.eye(2))
