import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pipeline.psychometrics import parallel_analysis


@pytest.mark.parametrize("case", ["lq", "bfi"])
def test_components_agree_with_psych(case, lq, bfi, reference, rng):
    expected = reference("psych_factorability")[case]
    answers = (lq if case == "lq" else bfi)[expected["items"]].dropna()
    found = parallel_analysis(answers, rng, n_replications=100).components
    assert_allclose(found.observed, expected["parallel_pearson"]["pc_values"], rtol=1e-10)
    for drawn in (
        expected["parallel_pearson"]["pc_sim_mean"],
        expected["parallel_pearson_resample"]["pc_simr_mean"],
    ):
        assert_allclose(found.simulated_mean, drawn, atol=0.01)
    assert found.suggested_by_mean == expected["parallel_pearson"]["ncomp"]


def test_factors_are_eigenvalues_with_multiple_correlations_on_the_diagonal(bfi, reference, rng):
    expected = reference("psych_factorability")["bfi"]
    answers = bfi[expected["items"]].dropna()
    reduced = answers.corr().to_numpy(copy=True)
    np.fill_diagonal(reduced, list(expected["smc"].values()))
    found = parallel_analysis(answers, rng, n_replications=1).factors
    assert_allclose(found.observed, np.linalg.eigvalsh(reduced)[::-1], atol=1e-10)


def test_the_same_seed_gives_the_same_result(items):
    one = parallel_analysis(items, np.random.default_rng(3), n_replications=10)
    other = parallel_analysis(items, np.random.default_rng(3), n_replications=10)
    assert_array_equal(one.components.simulated_mean, other.components.simulated_mean)
    pd.testing.assert_frame_equal(one.to_rows(), other.to_rows())


def test_order_of_items_and_rows_does_not_matter_beyond_chance(items, rng):
    one = parallel_analysis(items, rng)
    other = parallel_analysis(items.iloc[::-1, ::-1], rng)
    assert_allclose(one.components.observed, other.components.observed)
    assert_allclose(one.components.simulated_mean, other.components.simulated_mean, atol=0.03)


def test_three_simulated_factors_are_found_by_all_four_rules(rng):
    factors = np.repeat(rng.normal(size=(500, 3)), 5, axis=1)
    answers = pd.DataFrame(factors + rng.normal(size=(500, 15)))
    result = parallel_analysis(answers.mask(rng.random(answers.shape) < 0.1), rng)
    for found in (result.components, result.factors):
        assert found.suggested_by_percentile == 3
    assert result.components.suggested_by_mean == 3
    assert result.factors.suggested_by_mean >= 3


def test_the_percentile_rule_finds_nothing_in_noise_nineteen_times_out_of_twenty(rng):
    found = [
        parallel_analysis(pd.DataFrame(rng.normal(size=(100, 6))), rng, n_replications=60)
        for _ in range(60)
    ]
    share = np.mean([result.components.suggested_by_percentile > 0 for result in found])
    assert share <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (lambda x: x.assign(a=3.0), "constant_item undefined_correlation"),
        (lambda x: x.assign(a=np.nan), "item_without_answers undefined_correlation"),
        (lambda x: x[["a"]], "one_item"),
    ],
)
def test_what_cannot_be_computed_is_named(items, rng, change, condition):
    result = parallel_analysis(change(items), rng, n_replications=2)
    assert result.condition == condition
    assert result.components.suggested_by_mean is None
    assert result.to_rows()["estimate"].isna().all()


def test_an_item_given_twice_is_no_obstacle(items, rng):
    complete = items.dropna()
    result = parallel_analysis(complete.assign(again=complete["a"]), rng, n_replications=10)
    assert result.condition == "not_positive_definite_smoothed"
    assert result.components.suggested_by_mean >= 1


def test_misuse_is_refused(items, rng):
    with pytest.raises(ValueError, match="n_replications"):
        parallel_analysis(items, rng, n_replications=0)
    with pytest.raises(ValueError, match="percentile"):
        parallel_analysis(items, rng, percentile=950)
