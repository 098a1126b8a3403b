"""The standardised solution: as lavaan's, its slopes by differences, and its invariances."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.standardised import standardised_solution
from tests.psychometrics.confirmatory.read_off import (
    CASES,
    FITTED,
    VISUAL,
    by_school,
    fitted,
    key_of,
    numerical_slopes,
    table_of,
)


def by_key(found, column):
    return {
        key_of(row.left, row.operator, row.right): getattr(row, column)
        for row in found.parameters().itertuples()
    }


@pytest.mark.parametrize(("name", "estimator"), FITTED)
def test_standardised_estimates_and_their_errors_equal_lavaans(name, estimator):
    expected = CASES[name]["estimators"][estimator]
    found = standardised_solution(fitted(name, estimator))
    estimates, errors = by_key(found, "estimate"), by_key(found, "se")
    compared = 0
    for left, operator, right, estimate, se in expected["standardised"]:
        key = key_of(left, operator, right)
        if key not in estimates or estimate is None:
            assert operator == "~*~" or estimate is None or abs(estimate) < 1e-12
            continue
        assert_allclose(estimates[key], estimate, atol=1e-4)
        assert_allclose(errors[key], se or 0.0, rtol=1e-3, atol=1e-9)
        compared += 1
    assert compared >= len(fitted(name, estimator).values)


@pytest.mark.parametrize(("name", "estimator"), FITTED)
def test_explained_variances_equal_lavaans(name, estimator):
    found = standardised_solution(fitted(name, estimator)).explained
    for variable, value in CASES[name]["estimators"][estimator]["rsquare"].items():
        if value is not None:
            assert_allclose(found[variable], value, atol=1e-4)


@pytest.mark.parametrize(("name", "estimator"), FITTED)
def test_items_can_be_left_as_they_are(name, estimator):
    found = by_key(standardised_solution(fitted(name, estimator)), "with_items_as_they_are")
    for left, operator, right, value in CASES[name]["estimators"][estimator]["std_lv"]:
        if value is not None and key_of(left, operator, right) in found:
            assert_allclose(found[key_of(left, operator, right)], value, atol=2e-4)


@pytest.mark.parametrize(
    "solution",
    [
        lambda: fitted("cfa_hs_second_order", "ML"),
        lambda: fitted("cfa_lq_bifactor", "WLSMV"),
        lambda: by_school("ML"),
        lambda: by_school("WLSMV"),
        lambda: by_school("WLSMV", "theta"),
    ],
)
def test_errors_are_those_of_slopes_by_differences(solution):
    own = solution()
    slopes = numerical_slopes(lambda moved: standardised_solution(moved).estimates, own)
    variance = np.einsum("ij,jk,ik->i", slopes, own.covariance, slopes)
    assert_allclose(standardised_solution(own).se, np.sqrt(np.maximum(variance, 0)), atol=1e-7)


def test_two_ways_to_write_the_scales_give_one_standardised_solution():
    first = standardised_solution(by_school("WLSMV", "delta"))
    second = standardised_solution(by_school("WLSMV", "theta"))
    loading = [name.operator == "=~" for name in first.names]
    other = [name.operator == "=~" for name in second.names]
    assert_allclose(first.estimates[loading], second.estimates[other], atol=1e-5)
    assert_allclose(first.se[loading], second.se[other], atol=1e-5)
    assert set(first.explained) == set(second.explained)
    assert "x1 in Pasteur" in first.explained


def test_units_of_items_and_markers_do_not_matter():
    table = table_of("hs1939.csv")
    first = standardised_solution(cfa(VISUAL, table, estimator="MLR"))
    other = table.assign(x1=10 * table["x1"] + 3, x5=table["x5"] / 7)
    second = standardised_solution(cfa(VISUAL, other, estimator="MLR", std_lv=True))
    for column in ("estimate", "se"):
        own, others = by_key(first, column), by_key(second, column)
        assert_allclose([own[key] for key in own], [others[key] for key in own], atol=2e-5)


def test_a_factor_that_predicts_another_is_standardised_too():
    table = table_of("hs1939.csv")
    text = f"{VISUAL}\nspeed ~ visual + ageyr\nx1 ~~ x4"
    solution = cfa(text, table, estimator="ML")
    found = standardised_solution(solution)
    slopes = numerical_slopes(lambda moved: standardised_solution(moved).estimates, solution)
    variance = np.einsum("ij,jk,ik->i", slopes, solution.covariance, slopes)
    assert_allclose(found.se, np.sqrt(np.maximum(variance, 0)), atol=1e-7)
    assert 0 < found.explained["speed"] < 1
    estimates = by_key(found, "estimate")
    assert -1 < estimates[key_of("x1", "~~", "x4")] < 1


def test_a_negative_variance_spoils_only_what_rests_on_it():
    own = fitted("cfa_hs_bifactor", "ML")
    found = standardised_solution(own)
    assert found.condition == "negative_residual_variance"
    assert np.isfinite(found.estimates).all()
    assert min(found.explained.values()) > 0
    assert max(found.explained.values()) > 1


def test_the_level_widens_the_interval():
    own = fitted("cfa_hs_3f", "ML")
    narrow = standardised_solution(own, 0.5).parameters()
    wide = standardised_solution(own, 0.99).parameters()
    assert ((wide["ci_high"] - narrow["ci_high"])[narrow["se"] > 0] > 0).all()
    with pytest.raises(ValueError, match="confidence_level"):
        standardised_solution(own, 1.5)
