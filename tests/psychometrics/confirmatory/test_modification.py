"""Modification indices and score tests: as lavaan's, and against models that are refitted."""

import timeit

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.modification import modification_indices, score_tests
from tests.psychometrics.confirmatory.read_off import (
    CASES,
    FITTED,
    VISUAL,
    by_school,
    fitted,
    key_of,
    table_of,
)

WITH_INDICES = [
    (name, estimator)
    for name, estimator in FITTED
    if "modification_indices" in CASES[name]["estimators"][estimator]
]


@pytest.mark.parametrize(("name", "estimator"), WITH_INDICES)
def test_indices_and_expected_changes_equal_lavaans(name, estimator):
    found = {
        key_of(row["left"], row["operator"], row["right"]): row
        for row in modification_indices(fitted(name, estimator)).parameters().to_dict("records")
    }
    expected = CASES[name]["estimators"][estimator]["modification_indices"]
    for left, operator, right, index, change, standardised in expected:
        own = found[key_of(left, operator, right)]
        assert_allclose(own["index"], index, rtol=1e-4)
        assert_allclose(own["change"], change, atol=2e-4)
        if np.isnan(own["standardised_change"]):  # lavaan takes the root of a negative variance
            assert fitted(name, estimator).condition == "negative_residual_variance"
        else:
            assert_allclose(own["standardised_change"], standardised, atol=2e-4)


@pytest.mark.parametrize(("name", "estimator"), WITH_INDICES)
def test_none_is_missed_that_lavaan_finds_large(name, estimator):
    ours = modification_indices(fitted(name, estimator)).parameters()["index"].to_numpy()
    theirs = [row[3] for row in CASES[name]["estimators"][estimator]["modification_indices"]]
    assert_allclose(ours[: len(theirs)], theirs, rtol=1e-4)


def simulated(n=4000, seed=2):
    rng = np.random.default_rng(seed)
    answers = 0.7 * rng.normal(size=(n, 1)) + 0.7 * rng.normal(size=(n, 6))
    answers[:, 1] += 0.06 * answers[:, 0]
    return pd.DataFrame(answers, columns=list("abcdeh"))


@pytest.mark.parametrize("estimator", ["ML", "MLR", "WLSMV", "ULSMV", "fiml"])
def test_an_index_foretells_what_the_chi_square_loses(estimator):
    table = simulated()
    setting = {"estimator": estimator}
    if estimator in ("WLSMV", "ULSMV"):
        table = table.apply(lambda column: np.digitize(column, [-1, 0, 1]))
    if estimator == "fiml":
        setting = {"estimator": "ML", "missing": "fiml"}
        table = table.mask(np.random.default_rng(1).random(table.shape) < 0.1)
    text = "f =~ a + b + c + d + e + h"
    first = cfa(text, table, **setting)
    found = modification_indices(first).parameters()
    own = found[(found["left"] == "a") & (found["right"] == "b")].iloc[0]
    second = cfa(f"{text}\na ~~ b", table, **setting)
    lost = first.fit.chi_square - second.fit.chi_square
    parameters = second.parameters()
    change = parameters[(parameters["left"] == "a") & (parameters["right"] == "b")]["estimate"]
    assert_allclose(own["index"], lost, rtol=0.15)
    assert_allclose(own["change"], change.iloc[0], rtol=0.15)


def test_the_scaled_index_is_that_over_the_factor_of_the_chi_square():
    robust = modification_indices(fitted("cfa_hs_3f", "MLR"))
    factor = fitted("cfa_hs_3f", "MLR").fit.scaling_factor
    assert_allclose(robust.scaled, robust.indices / factor)
    assert np.isnan(modification_indices(fitted("cfa_hs_3f", "ML")).scaled).all()


def test_power_is_the_level_for_no_information_and_grows_with_respondents():
    small = modification_indices(cfa(VISUAL, table_of("hs1939.csv"), estimator="ML"))
    twice = pd.concat([table_of("hs1939.csv")] * 2, ignore_index=True)
    large = modification_indices(cfa(VISUAL, twice, estimator="ML"))
    assert (small.power > 0.05).all()
    assert (large.power > small.power).all()
    assert_allclose(large.indices, 2 * small.indices, rtol=1e-3)


def test_what_cannot_be_estimated_is_left_out():
    names = modification_indices(fitted("cfa_hs_3f", "ML")).names
    assert not [name for name in names if name.operator == "~~" and name.left == name.right]
    assert ("visual", "=~", "x1", "") not in names
    assert ("visual", "=~", "x9", "") in names


def test_parameters_of_one_group_alone_are_found_in_groups():
    for own in (by_school("ML"), by_school("WLSMV"), by_school("WLSMV", "theta")):
        found = modification_indices(own)
        largest = found.parameters().iloc[0]
        assert found.names
        assert {name.group for name in found.names} == {"Pasteur", "Grant-White"}
        assert largest["index"] > 10


def test_score_tests_of_equal_parameters_equal_lavaans():
    expected = CASES["score_tests_hs_school"]
    found = score_tests(by_school("ML"))
    ours = {
        name.left + name.operator + name.right: (statistic, p)
        for name, statistic, p in zip(found.names, found.statistics, found.p_values, strict=True)
    }
    for name, statistic, p in expected["uni"]:
        assert_allclose(ours[name][0], statistic, atol=1e-3)
        assert_allclose(ours[name][1], p, atol=1e-4)
    assert_allclose(found.total, expected["total"], atol=1e-3)


def test_the_total_score_test_counts_what_the_model_without_equalities_gains():
    own = by_school("ML")
    table = table_of("hs1939.csv")
    free = cfa(VISUAL, table, estimator="ML", group="school")
    found = score_tests(own)
    assert found.total_df == own.fit.df - free.fit.df == 12
    assert_allclose(found.total, own.fit.chi_square - free.fit.chi_square, rtol=0.1)


def test_score_tests_foretell_what_giving_up_one_equality_gains():
    found = score_tests(by_school("WLSMV"))
    table = table_of("hs1939_ordinal5.csv").copy()
    table["place"] = pd.Categorical(table_of("hs1939.csv")["school"], ["Pasteur", "Grant-White"])
    place = next(
        number for number in np.argsort(-found.statistics) if found.names[number].operator == "=~"
    )
    name = found.names[place]
    freed = cfa(
        VISUAL,
        table,
        group="place",
        group_equal=("loadings", "thresholds"),
        group_partial=[f"{name.left} =~ {name.right}"],
    )
    gained = by_school("WLSMV").fit.chi_square - freed.fit.chi_square
    assert_allclose(found.statistics[place], gained, rtol=0.2)
    assert found.held_equal_to[place].group == "Pasteur"


def test_equal_labels_in_one_group_can_be_given_up_too():
    table = simulated()
    own = cfa("f =~ a + x*b + x*c + x*d + e", table, estimator="ML")
    found = score_tests(own)
    assert [name.right for name in found.names] == ["c", "d"]
    assert found.total_df == 2
    free = cfa("f =~ a + b + c + d + e", table, estimator="ML")
    assert_allclose(found.total, own.fit.chi_square - free.fit.chi_square, rtol=0.1)


def test_a_saturated_model_has_nothing_to_add():
    found = modification_indices(cfa("f =~ a + b + c", simulated(), estimator="ML"))
    assert found.names == ()
    assert found.to_rows().empty


def test_without_equalities_there_is_nothing_to_give_up():
    with pytest.raises(ValueError, match="no parameters of the model are held equal"):
        score_tests(fitted("cfa_hs_3f", "ML"))


def test_nine_factors_with_five_items_take_less_than_a_second():
    rng = np.random.default_rng(1)
    factors = rng.multivariate_normal(np.zeros(9), 0.5 * np.eye(9) + 0.5, size=1000)
    answers = np.clip(np.round(np.repeat(factors, 5, axis=1) + rng.normal(size=(1000, 45))), -2, 2)
    table = pd.DataFrame(answers, columns=[f"i{k}" for k in range(45)])
    solution = cfa({f"s{k}": [f"i{5 * k + j}" for j in range(5)] for k in range(9)}, table)
    assert len(modification_indices(solution).names) == 1350
    assert min(timeit.repeat(lambda: modification_indices(solution), number=1, repeat=3)) < 1.0
