import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pipeline.psychometrics import parallel_analysis, pearson_correlations
from pipeline.psychometrics.efa.extraction import extract
from pipeline.psychometrics.polychoric import polychoric_correlations
from pipeline.psychometrics.retention.eigenvalues import (
    component_and_factor_eigenvalues,
    one_factor_communalities,
)
from pipeline.psychometrics.retention.permutation import null_correlations, shuffled


def test_components_agree_with_psych(case, rng):
    answers, expected = case
    found = parallel_analysis(answers, rng, n_replications=100).components
    assert_allclose(found.observed, expected["parallel_pearson"]["pc_values"], rtol=1e-10)
    for drawn in (
        expected["parallel_pearson"]["pc_sim_mean"],
        expected["parallel_pearson_resample"]["pc_simr_mean"],
    ):
        assert_allclose(found.simulated_mean, drawn, atol=0.01)
    assert found.suggested_by_mean == expected["parallel_pearson"]["ncomp"]


def test_factors_agree_with_psych(case, rng):
    answers, expected = case
    found = parallel_analysis(answers, rng).factors
    assert_allclose(found.observed, expected["parallel_pearson"]["fa_values"], atol=1e-6)
    drawn = expected["parallel_pearson"]["fa_sim_mean"]
    assert_allclose(found.simulated_mean[1:], drawn[1:], atol=0.01)
    assert found.simulated_mean[0] == pytest.approx(drawn[0], abs=0.03)
    assert found.suggested_by_mean == expected["parallel_pearson"]["nfact"]


def test_polychoric_components_agree_with_permutations_in_lavaan(case, rng):
    answers, expected = case
    theirs = expected["poly"]["parallel"]
    found = parallel_analysis(answers, rng, n_replications=100, correlation="polychoric").components
    assert_allclose(found.observed, theirs["pc_values"], atol=1e-5)
    assert_allclose(found.simulated_mean, theirs["sim_mean"], atol=0.02)
    assert_allclose(found.simulated_percentile, theirs["sim_q95"], atol=0.03)
    clear = np.abs(np.array(theirs["pc_values"]) - theirs["sim_mean"]) > 0.01
    above = np.array(theirs["pc_values"]) > theirs["sim_mean"]
    assert_array_equal((found.observed > found.simulated_mean)[clear], above[clear])


def test_factors_with_multiple_correlations_have_those_of_psych_on_the_diagonal(case, rng):
    answers, expected = case
    reduced = answers.corr().to_numpy(copy=True)
    np.fill_diagonal(reduced, list(expected["smc"].values()))
    result = parallel_analysis(
        answers, rng, n_replications=1, communalities="multiple_correlations"
    )
    assert_allclose(result.factors.observed, np.linalg.eigvalsh(reduced)[::-1], atol=1e-10)
    assert "squared multiple correlations" in result.method


@pytest.mark.parametrize(("n", "n_items"), [(500, 20), (60, 30), (100, 5), (40, 3), (50, 2)])
def test_communalities_of_many_matrices_are_nearly_always_those_of_each_alone(n, n_items, rng):
    stack = np.stack([np.corrcoef(rng.normal(size=(n_items, n))) for _ in range(40)])
    values, vectors = np.linalg.eigh(stack)
    found = one_factor_communalities(stack, values[:, -1], vectors[:, :, -1])
    if n_items == 2:
        assert_allclose(found, np.abs(stack[:, [0, 1], [1, 0]]))
        return
    alone = np.array([1 - extract(matrix, 1).uniquenesses for matrix in stack])
    same = np.isclose(found, alone, atol=1e-3).all(axis=1)
    assert same.mean() > 0.9


def test_shuffling_keeps_the_answers_of_each_item_and_who_gave_one(items, rng):
    answers = items.to_numpy().T
    drawn = shuffled(answers, ~np.isnan(answers), rng)
    assert_array_equal(np.isnan(drawn), np.isnan(answers))
    assert_array_equal(np.sort(drawn, axis=1), np.sort(answers, axis=1))
    assert (drawn != answers).mean() > 0.3


@pytest.mark.parametrize("kind", ["pearson", "polychoric"])
def test_items_without_missing_answers_have_the_same_null_by_both_routes(items, rng, kind):
    complete = items.dropna()
    one_gap = complete.copy()
    one_gap.iloc[0, 0] = np.nan
    means = [
        next(null_correlations(table, kind, np.random.default_rng(1), 100)).std(axis=0)
        for table in (complete, one_gap)
    ]
    apart = ~np.eye(6, dtype=bool)
    assert_allclose(means[0][apart].mean(), means[1][apart].mean(), rtol=0.1)
    expected = {"pearson": 1.0, "polychoric": 1.09}[kind] / np.sqrt(len(complete) - 1)
    assert_allclose(means[0][apart].mean(), expected, rtol=0.1)


def test_many_replications_are_drawn_in_stacks_of_bounded_size(items, rng):
    stacks = list(null_correlations(items, "pearson", rng, 300))
    assert sum(len(stack) for stack in stacks) == 300
    assert max(len(stack) for stack in stacks) <= 128


@pytest.mark.parametrize("kind", ["pearson", "polychoric"])
def test_the_same_seed_gives_the_same_result(items, kind):
    one, other = (
        parallel_analysis(items, np.random.default_rng(3), n_replications=10, correlation=kind)
        for _ in range(2)
    )
    assert_array_equal(one.components.simulated_mean, other.components.simulated_mean)
    pd.testing.assert_frame_equal(one.to_rows(), other.to_rows())
    assert one.to_json() == other.to_json()


def test_order_of_items_and_rows_does_not_matter_beyond_chance(items, rng):
    one = parallel_analysis(items, rng)
    other = parallel_analysis(items.iloc[::-1, ::-1], rng)
    assert_allclose(one.components.observed, other.components.observed)
    assert_allclose(one.components.simulated_mean, other.components.simulated_mean, atol=0.03)


def test_unit_and_reflection_do_not_matter_beyond_chance(items, rng):
    one = parallel_analysis(items, rng)
    other = parallel_analysis(items * [1, -1, 10, -3, 1, 0.5], rng)
    for kind in ("components", "factors"):
        mine, theirs = getattr(one, kind), getattr(other, kind)
        assert_allclose(mine.observed, theirs.observed, atol=1e-7)
        assert mine.suggested_by_percentile == theirs.suggested_by_percentile


@pytest.mark.parametrize("kind", ["pearson", "polychoric"])
def test_a_matrix_at_hand_is_taken_as_it_is(items, kind):
    make = {
        "pearson": pearson_correlations,
        "polychoric": lambda answers: polychoric_correlations(answers).correlation,
    }[kind]
    given, made = (
        parallel_analysis(
            items, np.random.default_rng(1), 5, correlation=kind, observed=observed
        ).to_rows()
        for observed in (make(items), None)
    )
    pd.testing.assert_frame_equal(given, made)
    assert given["method"].str.endswith(make(items).method).all()


def test_a_matrix_of_other_answers_is_refused(items, rng):
    observed = pearson_correlations(items)
    with pytest.raises(ValueError, match="same items"):
        parallel_analysis(items[list("fedcba")], rng, observed=observed)
    with pytest.raises(ValueError, match="other respondents"):
        parallel_analysis(items.dropna(), rng, observed=observed)
    with pytest.raises(ValueError, match="observed is 'Pearson"):
        parallel_analysis(items, rng, observed=observed, correlation="polychoric")


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


@pytest.mark.parametrize("kind", ["pearson", "polychoric"])
@pytest.mark.parametrize(
    ("change", "conditions"),
    [
        (lambda x: x.assign(a=3.0), {"constant_item", "undefined_correlation"}),
        (lambda x: x.assign(a=np.nan), {"item_without_answers", "undefined_correlation"}),
        (lambda x: x[["a"]], {"one_item"}),
        (lambda x: x.head(2).fillna(1), {"undefined_correlation"}),
    ],
)
def test_what_cannot_be_computed_is_named(items, rng, change, conditions, kind):
    result = parallel_analysis(change(items), rng, n_replications=2, correlation=kind)
    assert conditions <= set(result.condition.split())
    assert result.components.suggested_by_mean is None
    assert result.to_rows()["estimate"].isna().all()


@pytest.mark.parametrize("kind", ["pearson", "polychoric"])
def test_an_item_given_twice_is_no_obstacle(items, rng, kind):
    complete = items.dropna()
    twice = complete.assign(again=complete["a"])
    result = parallel_analysis(twice, rng, n_replications=10, correlation=kind)
    assert {"not_positive_definite_smoothed", "correlation_at_boundary"} & set(
        result.condition.split()
    )
    assert result.components.suggested_by_mean >= 1


@pytest.mark.parametrize("kind", ["pearson", "polychoric"])
def test_few_respondents_and_rare_answers_are_no_obstacle(rng, kind):
    answers = pd.DataFrame((rng.random(size=(25, 8)) < 0.12).astype(float))
    answers.iloc[[0, 1]] = 1.0
    result = parallel_analysis(answers, rng, n_replications=20, correlation=kind)
    assert np.isfinite(result.components.simulated_percentile).all()
    assert np.isfinite(result.factors.simulated_percentile).all()


def test_more_items_than_respondents_are_no_obstacle(rng):
    result = parallel_analysis(pd.DataFrame(rng.normal(size=(12, 20))), rng, n_replications=5)
    assert result.condition == "not_positive_definite_smoothed"
    assert_allclose(result.components.simulated_mean.sum(), 20)


def test_components_of_a_stack_add_up_to_the_number_of_items(rng):
    stack = np.stack([np.corrcoef(rng.normal(size=(7, 50))) for _ in range(3)])
    found = component_and_factor_eigenvalues(stack, "multiple_correlations")
    assert_allclose(found[:, 0].sum(axis=1), 7)
    assert (np.diff(found, axis=2) <= 0).all()


def test_misuse_is_refused(items, rng):
    with pytest.raises(ValueError, match="n_replications"):
        parallel_analysis(items, rng, n_replications=0)
    with pytest.raises(ValueError, match="percentile"):
        parallel_analysis(items, rng, percentile=950)
    with pytest.raises(ValueError, match="correlation must be"):
        parallel_analysis(items, rng, correlation="spearman")
    with pytest.raises(ValueError, match="communalities must be"):
        parallel_analysis(items, rng, communalities="one")
