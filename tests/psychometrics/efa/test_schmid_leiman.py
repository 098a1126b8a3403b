import numpy as np
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import explore_factors, pearson_correlations
from pipeline.psychometrics.efa import omega_hierarchical, schmid_leiman
from tests.psychometrics.efa.matching import brought_to


@pytest.fixture(scope="module", params=["lq_3", "bfi_5"])
def omega_case(request, lq, bfi, reference):
    """Correlations of complete answers and what R psych's omega says of them."""
    expected = reference("psych_omega")[request.param]
    answers = (lq if request.param == "lq_3" else bfi)[expected["items"]].dropna()
    return pearson_correlations(answers), expected["n_factors"], expected["omega"]


@pytest.fixture(scope="module")
def second_order(exact_sample):
    """Nine items whose three factors have exactly one factor above them, and the truth."""
    above = np.array([0.9, 0.7, 0.6])
    pattern = np.kron(np.eye(3), [[0.8], [0.7], [0.6]])
    phi = np.outer(above, above)
    np.fill_diagonal(phi, 1)
    values = pattern @ phi @ pattern.T
    np.fill_diagonal(values, 1)
    return exact_sample(values), pattern, above


def test_omegas_agree_with_psych(omega_case):
    correlation, n_factors, expected = omega_case
    found = omega_hierarchical(correlation, n_factors)
    assert found.estimate == pytest.approx(expected["omega_h"], abs=5e-5)
    assert found.omega_total == pytest.approx(expected["omega_tot"], abs=5e-5)
    assert found.omega_limit == pytest.approx(expected["omega_lim"], abs=5e-5)
    assert found.explained_common_variance == pytest.approx(expected["ECV"]["g"], abs=5e-5)
    ours = {
        (group.omega_total, group.omega_general, group.omega_hierarchical) for group in found.groups
    }
    theirs = expected["group"]
    of_groups = zip(theirs["total"][1:], theirs["general"][1:], theirs["group"][1:], strict=True)
    assert_allclose(sorted(ours), sorted(of_groups), atol=5e-5)


def test_schmid_leiman_loadings_agree_with_psych(omega_case):
    correlation, n_factors, expected = omega_case
    found = omega_hierarchical(correlation, n_factors).schmid_leiman
    theirs = np.array(expected["schmid"]["values"])
    assert_allclose(found.general, theirs[:, 0], atol=5e-5)
    group = theirs[:, 1 : n_factors + 1]
    assert_allclose(brought_to(found.group, group), group, atol=5e-5)
    assert_allclose(found.communalities, theirs[:, n_factors + 1], atol=5e-5)
    assert_allclose(found.uniquenesses, theirs[:, n_factors + 2], atol=5e-5)
    assert_allclose(found.general_share, theirs[:, n_factors + 3], atol=5e-5)


def test_a_general_factor_that_is_there_is_found(second_order):
    answers, pattern, above = second_order
    solution = explore_factors(pearson_correlations(answers), 3)
    found = schmid_leiman(solution)
    assert_allclose(found.general, pattern @ above, atol=1e-4)
    group = pattern * np.sqrt(1 - above**2)
    assert_allclose(brought_to(found.group, group), group, atol=1e-4)
    total = (np.sum(pattern @ above)) ** 2 / np.corrcoef(answers.T).sum()
    omega = omega_hierarchical(pearson_correlations(answers), 3)
    assert omega.estimate == pytest.approx(total, abs=1e-5)
    assert {len(entry.items) for entry in omega.groups} == {3}


def test_general_and_group_loadings_reproduce_what_the_factors_do(second_order):
    answers, _, _ = second_order
    solution = explore_factors(pearson_correlations(answers), 3)
    found = schmid_leiman(solution)
    reproduced = np.outer(found.general, found.general) + found.group @ found.group.T
    assert_allclose(reproduced, solution.reproduced, atol=1e-5)
    squares = (found.general**2 + (found.group**2).sum(axis=1)).sum()
    assert found.explained_common_variance == pytest.approx((found.general**2).sum() / squares)


def test_turning_every_item_round_leaves_omega_alone(second_order):
    answers, _, _ = second_order
    one = omega_hierarchical(pearson_correlations(answers), 3)
    other = omega_hierarchical(pearson_correlations(-answers), 3)
    assert other.estimate == pytest.approx(one.estimate)


def test_two_factors_share_the_general_factor_equally(second_order):
    answers, _, _ = second_order
    solution = explore_factors(pearson_correlations(answers.iloc[:, :6]), 2)
    found = schmid_leiman(solution)
    assert found.condition == "two_factors"
    assert_allclose(found.second_order, np.sqrt(solution.factor_correlations[0, 1]))
    reproduced = np.outer(found.general, found.general) + found.group @ found.group.T
    assert_allclose(reproduced, solution.reproduced, atol=1e-10)


@pytest.mark.parametrize(
    ("n_factors", "rotation", "condition"),
    [
        (1, "oblimin", "one_factor"),
        (3, "varimax", "uncorrelated_factors"),
        (3, "none", "uncorrelated_factors"),
        (6, "oblimin", "too_many_factors"),
    ],
)
def test_without_a_general_factor_numbers_are_missing_and_why(
    second_order, n_factors, rotation, condition
):
    answers, _, _ = second_order
    found = omega_hierarchical(pearson_correlations(answers), n_factors, rotation=rotation)
    assert found.condition == condition
    assert not found.schmid_leiman.is_defined
    assert np.isnan(found.estimate)
    hierarchical = found.to_rows().query("statistic.str.contains('hierarchical')")
    assert hierarchical["estimate"].isna().all()
    assert np.isnan(found.explained_common_variance)
