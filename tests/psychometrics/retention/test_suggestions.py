import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics.polychoric import polychoric_correlations
from pipeline.psychometrics.retention import suggest_factors

RULES = [
    "parallel_components_mean",
    "parallel_components_percentile",
    "parallel_factors_mean",
    "parallel_factors_percentile",
    "map_squared",
    "map_fourth",
    "empirical_kaiser",
    "hull_cfi",
    "hull_caf",
    "sequential_chi_square",
    "sequential_rmsea",
]


@pytest.mark.parametrize("kind", ["pearson", "polychoric"])
def test_three_factors_are_found_by_nearly_every_rule(ordinal, three_factors, rng, kind):
    answers = ordinal(three_factors, 600, rng)
    found = suggest_factors(answers, rng, kind, n_replications=40).suggested
    right = [rule for rule, number in found.items() if number == 3]
    assert list(found) == RULES
    assert len(right) >= 9
    assert {"parallel_components_mean", "map_squared", "empirical_kaiser", "hull_cfi"} <= set(right)


def test_independent_items_have_no_factor_by_the_rules_that_can_say_so(ordinal, rng):
    answers = ordinal(np.eye(10), 500, rng)
    found = suggest_factors(answers, rng, n_replications=100)
    assert found.suggested["map_squared"] == 0
    assert found.suggested["map_fourth"] == 0
    assert found.suggested["parallel_components_percentile"] <= 1
    assert found.suggested["sequential_rmsea"] == 0
    assert found.suggested["sequential_chi_square"] <= 1
    assert found.suggested["hull_cfi"] in (None, 1)


def test_correlations_close_to_one_and_sparse_tables_are_no_obstacle(rng):
    behind = rng.normal(size=(400, 2)).repeat(4, axis=1)
    close = np.sqrt(0.95) * behind + np.sqrt(0.05) * rng.normal(size=behind.shape)
    answers = pd.DataFrame(np.digitize(close, [-2.3, -1.8, 1.9, 2.6]))
    found = suggest_factors(answers, rng, n_replications=20)
    assert found.suggested["parallel_components_mean"] == 2
    assert found.suggested["map_squared"] == 2


def test_every_rule_works_on_the_matrix_that_is_given(items, rng):
    observed = polychoric_correlations(items).correlation
    found = suggest_factors(items, rng, n_replications=5, observed=observed)
    rows = found.to_rows()
    assert rows["method"].str.endswith(observed.method).all()
    assert found.parallel.components.observed == pytest.approx(
        np.linalg.eigvalsh(observed.values)[::-1]
    )


def test_rows_hold_the_suggestions_and_what_a_scree_plot_needs(items, rng):
    found = suggest_factors(items, rng, n_replications=5)
    rows = found.to_rows()
    rules = rows[rows["statistic"] == "suggested_factors"]
    assert rules["factor"].tolist() == RULES
    assert not rows.duplicated(["item", "factor", "statistic"]).any()
    numbered = set(rows.loc[rows["factor"] == "1", "statistic"])
    assert {
        "observed_eigenvalue_components",
        "simulated_mean_eigenvalue_components",
        "simulated_percentile_eigenvalue_factors",
        "map_squared_value",
        "map_fourth_value",
        "ekc_reference_eigenvalue",
        "hull_cfi_value",
        "hull_caf_value",
        "rmsea_value",
        "chi_square_value",
    } <= numbered


def test_the_summary_names_every_rule_and_no_winner(items, rng):
    printed = str(suggest_factors(items, rng, n_replications=5))
    for rule in RULES:
        assert rule in printed
    assert "n = 300" in printed
    assert "best" not in printed


def test_the_same_seed_gives_the_same_bytes(items):
    one, other = (
        suggest_factors(items, np.random.default_rng(8), n_replications=5).to_json()
        for _ in range(2)
    )
    assert one == other


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (lambda x: x[["a"]], "one_item"),
        (lambda x: x.assign(a=1.0), "undefined_correlation"),
        (lambda x: x.assign(a=np.nan), "item_without_answers"),
        (lambda x: x.head(2), "undefined_correlation"),
    ],
)
def test_what_cannot_be_computed_is_named(items, rng, change, condition):
    found = suggest_factors(change(items), rng, n_replications=3)
    assert condition in found.condition.split()
    assert set(found.suggested.values()) == {None}
    assert "none" in str(found)


@pytest.mark.parametrize("n_items", [2, 3, 4])
def test_few_items_get_what_answers_there_are(items, rng, n_items):
    found = suggest_factors(items.iloc[:, :n_items], rng, n_replications=10)
    assert found.suggested["parallel_components_mean"] == 1
    named = {2: "two_items", 3: "too_many_factors", 4: None}[n_items]
    assert (named in (found.condition or "").split()) == (named is not None)
    assert found.suggested["map_squared"] is not None


@pytest.mark.slow
def test_how_often_each_rule_finds_three_factors_behind_ordinal_answers(
    ordinal, three_factors, rng
):
    found = pd.DataFrame(
        [
            suggest_factors(ordinal(three_factors, 500, rng), rng, n_replications=40).suggested
            for _ in range(40)
        ]
    )
    right = (found == 3).mean()
    assert right[["parallel_components_mean", "map_squared", "hull_cfi"]].min() >= 0.9
    assert right.drop(["sequential_chi_square", "sequential_rmsea"]).min() >= 0.85
