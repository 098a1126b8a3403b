import numpy as np
import pytest

from pipeline.psychometrics import cronbach_alpha
from pipeline.psychometrics.reliability import guttman_bounds


def test_both_bounds_agree_with_the_formulas_in_r(case):
    answers, expected = case
    expected = expected["guttman_cov_hand"]
    result = guttman_bounds(answers)
    assert result.condition is None
    assert result.lambda2 == pytest.approx(expected["lambda2"], rel=1e-10)
    assert result.lambda6 == pytest.approx(expected["lambda6"], rel=1e-10)


def test_lambda2_is_never_below_alpha(case):
    answers = case[0]
    assert guttman_bounds(answers).lambda2 >= cronbach_alpha(answers).estimate


def test_items_with_equal_covariances_have_alpha_for_lambda2(exact_sample):
    answers = exact_sample(np.full((4, 4), 0.4) + np.diag([0.6, 0.8, 1.0, 1.2]))
    expected = cronbach_alpha(answers).estimate
    assert guttman_bounds(answers).lambda2 == pytest.approx(expected)


def test_order_unit_and_reflection_do_not_matter(items):
    one, other = guttman_bounds(items), guttman_bounds(7 - 2 * items.iloc[:, ::-1])
    assert (other.lambda2, other.lambda6) == pytest.approx((one.lambda2, one.lambda6))


def test_an_item_given_twice_leaves_lambda2_and_takes_lambda6(items):
    complete = items.dropna()
    result = guttman_bounds(complete.assign(again=complete["a"]))
    assert result.condition == "not_positive_definite"
    assert 0 < result.lambda2 < 1
    assert np.isnan(result.lambda6)


def test_what_cannot_be_estimated_is_named(unusable):
    answers, condition = unusable
    result = guttman_bounds(answers)
    assert result.condition == condition
    assert result.to_rows()["estimate"].isna().all()
