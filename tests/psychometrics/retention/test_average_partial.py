import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import pearson_correlations
from pipeline.psychometrics.retention import minimum_average_partial


def test_averages_agree_with_psych(matrix_case):
    correlation, expected = matrix_case
    found = minimum_average_partial(correlation)
    theirs = expected["map"]["map"]
    assert_allclose(found.squared[1 : len(theirs) + 1], theirs, rtol=1e-6)
    assert found.suggested_squared == expected["map"]["n_factors"]


def test_both_powers_agree_with_regression_residuals_on_component_scores(case):
    answers, _ = case
    scores = (answers - answers.mean()) / answers.std(ddof=0)
    _, vectors = np.linalg.eigh(np.corrcoef(scores.T))
    found = minimum_average_partial(pearson_correlations(answers))
    apart = ~np.eye(answers.shape[1], dtype=bool)
    for number in (0, 1, 3, 6):
        components = scores.to_numpy() @ vectors[:, ::-1][:, :number]
        fitted = components @ np.linalg.lstsq(components, scores, rcond=None)[0]
        partial = np.corrcoef((scores - fitted).T)[apart]
        assert found.squared[number] == pytest.approx((partial**2).mean(), rel=1e-9)
        assert found.fourth[number] == pytest.approx((partial**4).mean(), rel=1e-9)


def test_items_without_anything_in_common_have_no_factor(matrix):
    found = minimum_average_partial(matrix(np.eye(8)))
    assert (found.suggested_squared, found.suggested_fourth) == (0, 0)
    assert found.squared[0] == 0


def test_three_factors_of_the_population_are_found(matrix, three_factors):
    found = minimum_average_partial(matrix(three_factors))
    assert (found.suggested_squared, found.suggested_fourth) == (3, 3)


def test_order_and_reflection_of_items_do_not_matter(items):
    one = minimum_average_partial(pearson_correlations(items))
    other = minimum_average_partial(
        pearson_correlations(items.iloc[:, ::-1] * [1, -1, 1, -1, 1, -1])
    )
    assert_allclose(one.squared, other.squared)
    assert_allclose(one.fourth, other.fourth)


def test_nothing_is_left_where_items_are_too_alike(items):
    complete = items.dropna()
    answers = pd.concat([complete, complete.add_prefix("again_")], axis=1)
    found = minimum_average_partial(pearson_correlations(answers))
    assert found.condition == "not_positive_definite_smoothed"
    assert found.suggested_squared is not None


def test_two_items_have_an_answer_and_one_has_not(items):
    two = minimum_average_partial(pearson_correlations(items[["a", "b"]]))
    assert two.suggested_squared == 0
    one = minimum_average_partial(pearson_correlations(items[["a"]]))
    assert (one.condition, one.suggested_squared) == ("one_item", None)
    assert one.to_rows()["estimate"].isna().all()


def test_a_hole_in_the_matrix_is_named(items):
    found = minimum_average_partial(pearson_correlations(items.assign(a=1.0)))
    assert found.condition == "constant_item undefined_correlation"
