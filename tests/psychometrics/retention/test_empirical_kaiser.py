import numpy as np
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import pearson_correlations
from pipeline.psychometrics.retention import empirical_kaiser_criterion


def test_eigenvalues_and_references_agree_with_r(matrix_case):
    correlation, expected = matrix_case
    found = empirical_kaiser_criterion(correlation)
    assert_allclose(found.eigenvalues, expected["ekc"]["eigenvalues"], rtol=1e-6)
    assert_allclose(found.reference, expected["ekc"]["reference"], rtol=1e-6)
    assert found.suggested == expected["ekc"]["n_factors"]


def test_the_first_reference_is_the_largest_eigenvalue_that_chance_makes(matrix):
    found = empirical_kaiser_criterion(matrix(np.eye(16), n=400))
    assert found.reference[0] == pytest.approx((1 + np.sqrt(16 / 400)) ** 2)
    assert found.suggested == 0


def test_with_very_many_respondents_it_is_the_old_rule_of_eigenvalues_above_one(
    matrix, three_factors
):
    found = empirical_kaiser_criterion(matrix(three_factors, n=10**12))
    assert found.suggested == (np.linalg.eigvalsh(three_factors) > 1).sum() == 3


def test_noise_has_no_factor_most_of_the_time(matrix, rng):
    drawn = (np.corrcoef(rng.normal(size=(10, 300))) for _ in range(100))
    found = [empirical_kaiser_criterion(matrix(values, n=300)).suggested for values in drawn]
    assert np.mean(np.array(found) == 0) > 0.6


def test_n_can_be_given_and_is_said(items):
    correlation = pearson_correlations(items)
    found = empirical_kaiser_criterion(correlation, n=50)
    assert found.n_respondents == 50
    assert "given by the caller" in found.method
    plain = empirical_kaiser_criterion(correlation)
    assert plain.n_respondents == correlation.smallest_pair_n
    assert found.reference[0] > plain.reference[0]


def test_what_cannot_be_computed_is_named(items):
    one = empirical_kaiser_criterion(pearson_correlations(items[["a"]]))
    assert (one.condition, one.suggested) == ("one_item", None)
    few = empirical_kaiser_criterion(pearson_correlations(items), n=2)
    assert (few.condition, few.suggested) == ("too_few_respondents", None)
    assert few.to_rows()["estimate"].isna().all()
    with pytest.raises(ValueError, match="n must be"):
        empirical_kaiser_criterion(pearson_correlations(items), n=0)
