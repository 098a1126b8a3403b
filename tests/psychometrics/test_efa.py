import numpy as np
import pandas as pd
import pytest
from factor_analyzer import FactorAnalyzer, Rotator
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import linear_sum_assignment

from pipeline.psychometrics import (
    align_to_target,
    explore_factors,
    pearson_correlations,
    tucker_congruence,
)

SOLUTIONS = [
    ("pearson_minres_none", 1e-4),
    ("pearson_minres_oblimin", 1e-4),
    ("pearson_ml_oblimin", 1e-4),
    ("pearson_minres_varimax", 2e-3),
]


@pytest.fixture(scope="module", params=["lq_3", "bfi_5"])
def case(request, lq, bfi, reference):
    """Correlations of complete answers and what R psych says of them."""
    expected = reference("psych_efa")[request.param]
    answers = (lq if request.param == "lq_3" else bfi)[expected["items"]].dropna()
    return pearson_correlations(answers), expected


@pytest.fixture(scope="module")
def three_factors(exact_sample):
    """Correlations of nine items, three to a factor, with correlated factors, and their truth."""
    pattern = np.kron(np.eye(3), [[0.8], [0.7], [0.6]])
    phi = np.array([[1, 0.5, 0.1], [0.5, 1, 0.3], [0.1, 0.3, 1]])
    values = pattern @ phi @ pattern.T
    np.fill_diagonal(values, 1)
    answers = exact_sample(values).set_axis(list("abcdefghi"), axis=1)
    return answers, pattern, phi


TARGET = {"X": list("abc"), "Y": list("def"), "Z": list("ghi")}


def matched(found, pattern):
    """The order and the signs that bring the columns of `found` to those of `pattern`."""
    congruence = tucker_congruence(pattern, found)
    order = linear_sum_assignment(-np.abs(congruence))[1]
    return order, np.sign(congruence[np.arange(len(order)), order])


@pytest.mark.parametrize(("name", "tolerance"), SOLUTIONS)
def test_agrees_with_psych(case, name, tolerance):
    correlation, expected = case
    _, method, rotation = name.split("_")
    found = explore_factors(correlation, expected["n_factors"], method, rotation)
    expected = expected[name]
    pattern = np.array(expected["loadings"]["values"])
    order, sign = matched(found.pattern, pattern)
    assert_allclose(found.pattern[:, order] * sign, pattern, atol=tolerance)
    assert_allclose(found.communalities, list(expected["communality"].values()), atol=1e-4)
    assert found.rmsr == pytest.approx(expected["rms"], abs=1e-6)
    assert_allclose(
        found.proportion_of_variance[order], expected["vaccounted"]["values"][1], atol=tolerance
    )
    if expected["Phi"]:
        phi = found.factor_correlations[np.ix_(order, order)] * np.outer(sign, sign)
        assert_allclose(phi, expected["Phi"]["values"], atol=tolerance)
    assert found.condition is None


def test_varimax_differs_from_r_because_r_stops_earlier(case):
    correlation, expected = case
    found = explore_factors(correlation, expected["n_factors"], rotation="varimax").pattern
    unrotated = explore_factors(correlation, expected["n_factors"], rotation="none").pattern
    by_r = np.array(expected["pearson_minres_varimax"]["loadings"]["values"])
    stopped_as_r = Rotator("varimax", tol=1e-5).fit_transform(unrotated.copy())
    order, sign = matched(stopped_as_r, by_r)
    assert_allclose(stopped_as_r[:, order] * sign, by_r, atol=1e-4)
    assert varimax_criterion(found) > varimax_criterion(by_r)


def varimax_criterion(loadings):
    share = loadings**2 / (loadings**2).sum(axis=1, keepdims=True)
    return share.var(axis=0).sum()


def test_known_factors_are_given_back(three_factors):
    answers, pattern, phi = three_factors
    found = align_to_target(explore_factors(pearson_correlations(answers), 3), TARGET)
    assert_allclose(found.pattern, pattern, atol=1e-4)
    assert_allclose(found.factor_correlations, phi, atol=1e-4)


def test_structure_and_communalities_follow_from_pattern_and_factor_correlations(case):
    correlation, expected = case
    found = explore_factors(correlation, expected["n_factors"])
    assert_allclose(found.structure, found.pattern @ found.factor_correlations)
    implied = found.pattern @ found.factor_correlations @ found.pattern.T
    assert_allclose(found.communalities, np.diag(implied))
    assert found.proportion_of_variance.sum() == pytest.approx(found.communalities.mean())


def test_rotation_leaves_communalities_and_residuals_alone(case):
    correlation, expected = case
    solutions = [
        explore_factors(correlation, expected["n_factors"], rotation=rotation)
        for rotation in ("none", "varimax", "oblimin")
    ]
    for other in solutions[1:]:
        assert_allclose(other.communalities, solutions[0].communalities, atol=1e-10)
        assert other.rmsr == pytest.approx(solutions[0].rmsr)


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


def test_order_of_items_does_not_matter(case):
    correlation, expected = case
    one = explore_factors(correlation, expected["n_factors"])
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
    other = explore_factors(shuffled, expected["n_factors"])
    assert_allclose(other.pattern, one.pattern[order], atol=1e-4)


def test_reflecting_an_item_reflects_its_loadings(three_factors):
    answers, _, _ = three_factors
    one = explore_factors(pearson_correlations(answers), 3)
    other = explore_factors(pearson_correlations(answers.assign(a=5 - answers["a"])), 3)
    order, sign = matched(other.pattern, one.pattern * np.array([-1] + [1] * 8)[:, None])
    assert_allclose((other.pattern[:, order] * sign)[0], -one.pattern[0], atol=1e-4)


def test_the_correlations_given_are_not_changed(case):
    correlation, _ = case
    before = np.array(correlation.values)
    explore_factors(correlation, 2)
    assert_array_equal(correlation.values, before)


def test_one_factor_needs_no_rotation_and_points_to_its_items(items):
    found = explore_factors(pearson_correlations(items), 1)
    assert (found.pattern > 0).all()
    assert found.factor_correlations == 1


def test_a_heywood_case_is_named(exact_sample):
    correlation = np.array(
        [[1, 0.675, 0.6, 0.2], [0.675, 1, 0.225, 0.1], [0.6, 0.225, 1, 0.1], [0.2, 0.1, 0.1, 1]]
    )
    for method in ("minres", "ml"):
        found = explore_factors(pearson_correlations(exact_sample(correlation)), 1, method)
        assert found.condition == "heywood_case"
        assert found.communalities.max() >= 0.995 - 1e-6


@pytest.mark.parametrize(
    ("change", "n_factors", "condition"),
    [
        (lambda x: x.assign(a=3.0), 2, "constant_item undefined_correlation"),
        (lambda x: x.assign(a=np.nan), 2, "item_without_answers undefined_correlation"),
        (lambda x: x, 4, "too_many_factors"),
        (lambda x: x[["a", "b"]], 1, "too_many_factors"),
    ],
)
def test_what_has_no_solution_is_named(items, change, n_factors, condition):
    found = explore_factors(pearson_correlations(change(items)), n_factors)
    assert found.condition == condition
    assert not found.is_defined
    assert found.to_rows()["estimate"].isna().all()
    aligned = align_to_target(found, {"X": ["a", "b"]})
    assert condition in aligned.condition
    assert np.isnan(aligned.congruence["X"])


def test_an_item_given_twice_is_named_and_solved(items):
    complete = items.dropna()
    correlation = pearson_correlations(complete.assign(again=complete["a"]))
    found = explore_factors(correlation, 1)
    assert "not_positive_definite_smoothed" in found.condition
    assert found.is_defined


def test_misuse_is_refused(items):
    correlation = pearson_correlations(items)
    with pytest.raises(ValueError, match="n_factors"):
        explore_factors(correlation, 0)
    with pytest.raises(ValueError, match="unknown"):
        explore_factors(correlation, 1, rotation="promax")


def test_congruence_is_one_with_itself_and_minus_one_with_its_reflection(rng):
    loadings = rng.normal(size=(8, 3))
    assert_allclose(np.diag(tucker_congruence(loadings, -2 * loadings)), -1)
    assert (np.abs(tucker_congruence(loadings, rng.normal(size=(8, 2)))) <= 1).all()
    assert tucker_congruence(loadings, np.zeros((8, 1))).tolist() == [[0.0]] * 3
    with pytest.raises(ValueError, match="same items"):
        tucker_congruence(loadings, loadings[:-1])


def test_order_and_sign_of_factors_do_not_matter_to_the_target(three_factors):
    answers, pattern, phi = three_factors
    turned = -answers[list("ghi")]
    found = explore_factors(pearson_correlations(answers.assign(**turned)), 3)
    backwards = dict(reversed(TARGET.items()))
    aligned = align_to_target(found, backwards)
    assert aligned.factors == ("Z", "Y", "X")
    assert_allclose(aligned.pattern[6:, 0], pattern[6:, 2], atol=1e-4)
    assert aligned.factor_correlations[0, 1] == pytest.approx(-phi[2, 1], abs=1e-4)
    assert all(value > 0.97 for value in aligned.congruence.values())


def aligned_pattern(rows, membership):
    """Alignment of a solution whose pattern is given."""
    answers = pd.DataFrame(np.random.default_rng(1).normal(size=(50, len(rows))))
    answers.columns = [f"i{k}" for k in range(len(rows))]
    base = explore_factors(pearson_correlations(answers), len(rows[0]), rotation="none")
    fields = {name: getattr(base, name) for name in base.__slots__} | {"pattern": np.array(rows)}
    return align_to_target(type(base)(**fields), membership)


def test_a_factor_that_points_away_from_its_target_is_turned():
    rows = [[0.0, 0.7], [0.1, 0.7], [0.0, 0.7], [-0.8, 0.0], [-0.8, 0.0], [0.1, 0.1]]
    membership = {"X": ["i0", "i1", "i2"], "Y": ["i3", "i4"]}
    aligned = aligned_pattern(rows, membership)
    assert aligned.factors == ("X", "Y")
    assert_allclose(aligned.pattern[:, 1], [0, -0.1, 0, 0.8, 0.8, -0.1], atol=1e-12)
    assert_allclose(aligned.pattern[:, 0], np.array(rows)[:, 1])
    assert aligned.congruence["Y"] > 0.9


def test_items_out_of_place_are_flagged():
    rows = [
        [0.70, 0.10],  # i0 in place
        [0.70, -0.32],  # i1 loads on the second factor as well
        [0.45, 0.28],  # i2 has a second loading that is close behind
        [0.35, 0.05],  # i3 weak
        [0.60, 0.05],  # i4 belongs to the other factor
        [0.05, 0.80],  # i5 in place
        [0.00, 0.75],  # i6 in place
        [0.00, 0.20],  # i7 has no target
    ]
    membership = {"X": ["i0", "i1", "i2", "i3"], "Y": ["i4", "i5", "i6"]}
    found = {entry.item: entry.condition for entry in aligned_pattern(rows, membership).flagged}
    assert found == {
        "i0": None,
        "i1": "cross_loading",
        "i2": "cross_loading",
        "i3": "weak_loading",
        "i4": "weak_loading misplaced",
        "i5": None,
        "i6": None,
        "i7": None,
    }


def test_numbers_of_factors_and_targets_may_differ(three_factors):
    answers, _, _ = three_factors
    correlation = pearson_correlations(answers)
    more = align_to_target(explore_factors(correlation, 3), {"X": list("abc"), "Z": list("ghi")})
    assert more.factors == ("X", "Z", "other_1")
    assert more.condition == "factor_without_target"
    fewer = align_to_target(explore_factors(correlation, 2), TARGET)
    assert "target_without_factor" in fewer.condition
    assert sum(np.isnan(list(fewer.congruence.values()))) == 1


def test_membership_must_fit_the_items(three_factors):
    answers, _, _ = three_factors
    found = explore_factors(pearson_correlations(answers), 2)
    for wrong in ({}, {"X": ["a", "nobody"]}, {"X": ["a", "b"], "Y": ["b", "c"]}):
        with pytest.raises(ValueError, match="membership"):
            align_to_target(found, wrong)
