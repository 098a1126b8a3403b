import dataclasses

import numpy as np
import pandas as pd
import pytest
from factor_analyzer import FactorAnalyzer, Rotator
from numpy.testing import assert_allclose, assert_array_equal

from pipeline.psychometrics import align_to_target, explore_factors, pearson_correlations
from tests.psychometrics.efa.matching import TARGET, brought_to, matched

SOLUTIONS = {
    "pearson_minres_none": 1e-4,
    "pearson_minres_oblimin": 1e-4,
    "pearson_minres_quartimin": 1e-4,
    "pearson_minres_varimax": 1e-4,
    "pearson_minres_promax": 1e-4,
    "pearson_minres_Promax": 1e-4,
    "pearson_minres_geominQ": 5e-4,
    "pearson_ml_oblimin": 1e-4,
    "pearson_ml_varimax": 1e-4,
    "pearson_pa_oblimin": 1e-4,
    "polychoric_minres_oblimin": 1e-4,
    "polychoric_minres_promax": 1e-4,
    "polychoric_minres_geominQ": 5e-4,
}
OURS = {"quartimin": "oblimin", "Promax": "promax_unweighted", "geominQ": "geomin"}


@pytest.mark.parametrize("name", SOLUTIONS)
def test_agrees_with_psych(case, name):
    correlations, expected = case
    kind, method, rotation = name.split("_")
    found = explore_factors(
        correlations[kind], expected["n_factors"], method, OURS.get(rotation, rotation)
    )
    expected, tolerance = expected[name], SOLUTIONS[name]
    pattern = np.array(expected["loadings"]["values"])
    order, sign = matched(found.pattern, pattern)
    assert_allclose(found.pattern[:, order] * sign, pattern, atol=tolerance)
    assert_allclose(found.communalities, list(expected["communality"].values()), atol=1e-4)
    assert_allclose(found.uniquenesses, list(expected["uniquenesses"].values()), atol=1e-4)
    assert found.rmsr == pytest.approx(expected["rms"], abs=1e-6)
    assert_allclose(
        found.proportion_of_variance[order],
        expected["vaccounted"]["values"][1],
        atol=tolerance,
    )
    if expected["Phi"]:
        phi = found.factor_correlations[np.ix_(order, order)] * np.outer(sign, sign)
        assert_allclose(phi, expected["Phi"]["values"], atol=tolerance)
    assert found.condition is None


def test_agrees_with_factanal(case):
    correlations, expected = case
    found = explore_factors(
        correlations["pearson"], expected["n_factors"], "ml", "promax_unweighted"
    )
    theirs = np.array(expected["factanal_ml_promax"]["loadings"]["values"])
    assert_allclose(brought_to(found.pattern, theirs), theirs, atol=1e-4)


def test_varimax_stops_where_r_stops_and_would_go_a_little_further(case):
    correlations, expected = case
    found = explore_factors(correlations["pearson"], expected["n_factors"], rotation="varimax")
    unrotated = explore_factors(correlations["pearson"], expected["n_factors"], rotation="none")
    further = Rotator("varimax", tol=1e-12).fit_transform(unrotated.pattern.copy())
    further = brought_to(further, found.pattern)
    assert varimax_criterion(further) >= varimax_criterion(found.pattern)
    assert np.abs(further - found.pattern).max() < 2e-3


def varimax_criterion(loadings):
    share = loadings**2 / (loadings**2).sum(axis=1, keepdims=True)
    return share.var(axis=0).sum()


@pytest.mark.parametrize("method", ["minres", "ml"])
@pytest.mark.parametrize(
    ("rotation", "tolerance"), [("oblimin", 1e-4), ("geomin", 0.01), ("promax", 0.06)]
)
def test_known_factors_are_given_back(three_factors, method, rotation, tolerance):
    """Geomin and promax are not exactly lowest at a perfect simple structure."""
    answers, pattern, phi = three_factors
    solution = explore_factors(pearson_correlations(answers), 3, method, rotation)
    found = align_to_target(solution, TARGET)
    assert_allclose(found.pattern, pattern, atol=tolerance)
    assert_allclose(found.factor_correlations, phi, atol=2 * tolerance)


def test_a_target_gives_known_factors_back_in_its_order(three_factors):
    answers, pattern, phi = three_factors
    correlation = pearson_correlations(answers)
    backwards = dict(reversed(TARGET.items()))
    found = explore_factors(correlation, 3, rotation="target", target=backwards)
    assert_allclose(found.pattern, pattern[:, ::-1], atol=1e-5)
    assert_allclose(found.factor_correlations, phi[::-1, ::-1], atol=1e-5)
    table = pd.DataFrame(pattern, index=list("abcdefghi")).sample(frac=1, random_state=1)
    assert_allclose(
        explore_factors(correlation, 3, rotation="target", target=table).pattern,
        pattern,
        atol=1e-5,
    )


def test_an_item_outside_the_target_may_load_anywhere(three_factors):
    answers, pattern, _ = three_factors
    target = {**TARGET, "X": list("ab")}
    found = explore_factors(pearson_correlations(answers), 3, rotation="target", target=target)
    assert_allclose(found.pattern, pattern, atol=1e-5)


@pytest.mark.parametrize("rotation", ["oblimin", "geomin", "varimax", "promax"])
def test_structure_and_communalities_follow_from_pattern_and_factor_correlations(case, rotation):
    correlations, expected = case
    found = explore_factors(correlations["pearson"], expected["n_factors"], rotation=rotation)
    assert_allclose(found.structure, found.pattern @ found.factor_correlations)
    implied = found.pattern @ found.factor_correlations @ found.pattern.T
    assert_allclose(found.reproduced, implied)
    assert_allclose(found.communalities, np.diag(implied))
    assert_allclose(found.uniquenesses, 1 - found.communalities)
    assert found.proportion_of_variance.sum() == pytest.approx(found.communalities.mean())
    assert_allclose(np.diag(found.factor_correlations), 1)


def test_rotation_leaves_communalities_and_fit_alone(case):
    correlations, expected = case
    solutions = [
        explore_factors(correlations["pearson"], expected["n_factors"], rotation=rotation)
        for rotation in ("none", "varimax", "oblimin", "promax", "promax_unweighted", "geomin")
    ]
    for other in solutions[1:]:
        assert_allclose(other.communalities, solutions[0].communalities, atol=1e-10)
        assert other.rmsr == pytest.approx(solutions[0].rmsr)
        assert other.fit.chi_square == pytest.approx(solutions[0].fit.chi_square)


def test_the_number_of_respondents_changes_the_test_and_not_the_loadings(three_factors):
    answers, _, _ = three_factors
    one = explore_factors(pearson_correlations(answers), 2)
    other = explore_factors(pearson_correlations(pd.concat([answers] * 3)), 2)
    assert_allclose(other.pattern, one.pattern, atol=1e-8)
    assert other.fit.chi_square > 2.9 * one.fit.chi_square


def test_geomin_reports_its_starts_and_its_optima(case):
    correlations, expected = case
    found = explore_factors(correlations["pearson"], expected["n_factors"], rotation="geomin")
    assert found.n_starts == 30
    assert found.n_optima >= 1
    rows = found.to_rows().set_index("statistic")["estimate"]
    assert rows["rotation_optima"] == found.n_optima
    assert rows["rotation_criterion"] == found.rotation_criterion
    again = explore_factors(correlations["pearson"], expected["n_factors"], rotation="geomin")
    assert_array_equal(again.pattern, found.pattern)


def test_a_heywood_case_is_named(exact_sample):
    correlation = np.array(
        [[1, 0.675, 0.6, 0.2], [0.675, 1, 0.225, 0.1], [0.6, 0.225, 1, 0.1], [0.2, 0.1, 0.1, 1]]
    )
    for method in ("minres", "ml"):
        found = explore_factors(pearson_correlations(exact_sample(correlation)), 1, method)
        assert found.condition == "heywood_case"
        assert found.communalities.max() >= 0.995 - 1e-6


def test_an_item_given_twice_is_named_and_solved(items):
    complete = items.dropna()
    correlation = pearson_correlations(complete.assign(again=complete["a"]))
    found = explore_factors(correlation, 1)
    assert "not_positive_definite_smoothed" in found.condition
    assert found.is_defined


def test_one_factor_needs_no_rotation_and_points_to_its_items(items):
    found = explore_factors(pearson_correlations(items), 1)
    assert (found.pattern > 0).all()
    assert found.factor_correlations == 1


def test_factor_analyzer_leaves_factor_correlations_unsorted_and_we_do_not(three_factors):
    """If this fails because factor_analyzer was mended, its own rotation can be used again."""
    answers, _, _ = three_factors
    backwards = pearson_correlations(answers[list("ghiabcdef")])
    own = FactorAnalyzer(3, rotation="oblimin", is_corr_matrix=True)
    own.fit(np.array(backwards.values))
    unsorted = own.loadings_ @ own.phi_ @ own.loadings_.T
    found = explore_factors(backwards, 3)
    sorted_too = found.pattern @ found.factor_correlations @ found.pattern.T
    apart = ~np.eye(9, dtype=bool)
    observed = np.array(backwards.values)
    assert np.abs(unsorted - observed)[apart].max() > 0.05
    assert np.abs(sorted_too - observed)[apart].max() < 1e-4


def test_reflecting_an_item_reflects_its_loadings(three_factors):
    answers, _, _ = three_factors
    one = explore_factors(pearson_correlations(answers), 3)
    other = explore_factors(pearson_correlations(answers.assign(a=5 - answers["a"])), 3)
    order, sign = matched(other.pattern, one.pattern * np.array([-1] + [1] * 8)[:, None])
    assert_allclose((other.pattern[:, order] * sign)[0], -one.pattern[0], atol=1e-4)


@pytest.mark.parametrize("rotation", ["oblimin", "promax", "geomin"])
def test_order_of_items_does_not_matter(case, rotation):
    correlations, expected = case
    correlation = correlations["pearson"]
    one = explore_factors(correlation, expected["n_factors"], rotation=rotation)
    order = np.random.default_rng(5).permutation(len(correlation.labels))
    shuffled = type(correlation)(
        labels=tuple(correlation.labels[i] for i in order),
        values=np.array(correlation.values)[np.ix_(order, order)],
        pair_n=correlation.pair_n[np.ix_(order, order)],
        n_respondents=correlation.n_respondents,
        smallest_pair_n=correlation.smallest_pair_n,
        method=correlation.method,
        condition=correlation.condition,
        largest_change_by_smoothing=0.0,
    )
    other = explore_factors(shuffled, expected["n_factors"], rotation=rotation)
    assert_allclose(other.pattern, one.pattern[order], atol=1e-4)


def test_the_correlations_given_are_not_changed(case):
    correlations, _ = case
    before = np.array(correlations["pearson"].values)
    explore_factors(correlations["pearson"], 2, rotation="geomin")
    assert_array_equal(correlations["pearson"].values, before)


@pytest.mark.parametrize("method", ["minres", "ml", "pa"])
@pytest.mark.parametrize(
    ("change", "n_factors", "condition"),
    [
        (lambda x: x.assign(a=3.0), 2, "constant_item undefined_correlation"),
        (lambda x: x.assign(a=np.nan), 2, "item_without_answers undefined_correlation"),
        (lambda x: x, 4, "too_many_factors"),
        (lambda x: x[["a", "b"]], 1, "too_many_factors"),
        (lambda x: x.head(2), 2, "too_few_respondents undefined_correlation"),
    ],
)
def test_what_has_no_solution_is_named(items, change, n_factors, condition, method):
    found = explore_factors(pearson_correlations(change(items)), n_factors, method)
    assert set(condition.split()) <= set(found.condition.split())
    assert not found.is_defined
    assert found.to_rows()["estimate"].isna().all()
    aligned = align_to_target(found, {"X": ["a", "b"]})
    assert found.condition in aligned.condition
    assert np.isnan(aligned.congruence["X"])


@pytest.mark.parametrize("method", ["minres", "ml", "pa"])
@pytest.mark.parametrize(
    "rotation", ["oblimin", "promax", "promax_unweighted", "geomin", "varimax"]
)
def test_a_factor_too_many_that_explains_nothing_is_named(exact_sample, method, rotation):
    equal = np.full((6, 6), 0.5) + 0.5 * np.eye(6)
    found = explore_factors(pearson_correlations(exact_sample(equal)), 2, method, rotation)
    assert found.condition == "factor_without_loadings"
    assert_allclose(found.communalities, 0.5, atol=5e-3)


@pytest.mark.parametrize("rotation", ["oblimin", "promax", "varimax"])
def test_items_without_anything_in_common_have_no_factor(exact_sample, rotation):
    correlation = pearson_correlations(exact_sample(np.eye(8)))
    found = explore_factors(correlation, 2, "pa", rotation)
    assert found.condition == "factor_without_loadings"
    assert found.fit.p_value == pytest.approx(1)


def test_a_matrix_that_is_not_positive_definite_has_no_likelihood(items):
    correlation = pearson_correlations(items)
    values = np.array(correlation.values)
    values[0, 1] = values[1, 0] = -0.99
    bent = dataclasses.replace(correlation, values=values)
    assert explore_factors(bent, 1, "ml").condition == "not_positive_definite"
    assert explore_factors(bent, 1, "minres").is_defined


def test_principal_axis_that_runs_out_of_steps_is_named(rng):
    answers = pd.DataFrame(rng.normal(size=(40, 1)) * 0.3 + rng.normal(size=(40, 8)))
    found = explore_factors(pearson_correlations(answers), 4, "pa", "none")
    assert set(found.condition.split()) & {"not_converged", "heywood_case"}


def test_misuse_is_refused(items):
    correlation = pearson_correlations(items)
    with pytest.raises(ValueError, match="n_factors"):
        explore_factors(correlation, 0)
    with pytest.raises(ValueError, match="unknown"):
        explore_factors(correlation, 1, rotation="equamax")
    with pytest.raises(ValueError, match="unknown"):
        explore_factors(correlation, 1, method="uls")
    with pytest.raises(ValueError, match="target"):
        explore_factors(correlation, 2, rotation="target")
    with pytest.raises(ValueError, match="target"):
        explore_factors(correlation, 2, target={"X": ["a"], "Y": ["b"]})
    with pytest.raises(ValueError, match="not in the solution"):
        explore_factors(correlation, 2, rotation="target", target={"X": ["a"], "Y": ["nobody"]})
    with pytest.raises(ValueError, match="each of the 2 factors"):
        explore_factors(correlation, 2, rotation="target", target={"X": ["a"]})


def test_fit_that_cannot_be_tested_says_why():
    rng = np.random.default_rng(3)
    three = pd.DataFrame(rng.normal(size=(90, 1)) + rng.normal(size=(90, 3)), columns=list("abc"))
    noise = pd.DataFrame(np.linalg.qr(rng.normal(size=(90, 6)))[0], columns=list("abcdef"))
    few = pd.DataFrame(rng.normal(size=(5, 1)) + rng.normal(size=(5, 8)), columns=list("abcdefgh"))
    words = {"no_degrees_of_freedom": three, "uncorrelated_items": noise}
    for word, answers in (*words.items(), ("too_few_respondents", few)):
        rows = explore_factors(pearson_correlations(answers), 1).to_rows()
        undefined = rows[rows["estimate"].isna()]
        assert len(undefined) and undefined["condition"].str.contains(word).all()
