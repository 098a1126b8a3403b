from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import cronbach_alpha, inter_item_correlation, pearson_correlations
from pipeline.psychometrics.reliability import odd_even, split_halves


def splits_that_psych_tried(coefficients, k):
    """Of an odd number of items the first half; of three the first two, divided by 1.5."""
    if k % 2 == 0:
        return coefficients, len(coefficients)
    return coefficients[: max(len(coefficients) // 2, 2)], len(coefficients) / 2


def test_split_halves_agree_with_psych(case):
    answers, expected = case[0], case[1]["split_half"]
    result = split_halves(answers)
    tried, divisor = splits_that_psych_tried(result.coefficients, answers.shape[1])
    assert result.all_splits
    assert_allclose(
        [tried.max(), tried.min(), tried.sum() / divisor],
        [expected["maxrb"], expected["minrb"], expected["meanr"]],
        rtol=1e-10,
    )


@pytest.mark.parametrize("k", [2, 4, 5, 6])
def test_every_split_is_tried_once(items, k):
    complete = items.iloc[:, :k].dropna()
    halves = [set(half) for half in combinations(range(k), k // 2)]
    if k % 2 == 0:
        halves = [half for half in halves if 0 in half]
    found = []
    for half in halves:
        first = complete.iloc[:, sorted(half)].sum(axis=1)
        second = complete.sum(axis=1) - first
        found.append(4 * first.cov(second) / complete.sum(axis=1).var())
    result = split_halves(complete, standardised=False)
    assert_allclose(result.coefficients, found)
    assert (result.minimum, result.maximum) == pytest.approx((min(found), max(found)))
    assert (result.mean, result.median) == pytest.approx((np.mean(found), np.median(found)))


@pytest.mark.parametrize("k", [2, 4, 6])
def test_the_mean_over_all_splits_of_an_even_number_of_items_is_alpha(items, k):
    answers = items.iloc[:, :k]
    result = split_halves(answers, standardised=False)
    assert result.mean == pytest.approx(cronbach_alpha(answers).estimate)


def test_two_standardised_items_have_the_reliability_of_spearman_and_brown(items):
    pair = items[["a", "b"]]
    assert split_halves(pair).mean == pytest.approx(inter_item_correlation(pair).spearman_brown)


def test_correlations_give_what_the_answers_give(items):
    complete = items.dropna()
    expected = split_halves(complete).coefficients
    assert_allclose(split_halves(pearson_correlations(complete)).coefficients, expected)


def test_of_many_items_splits_are_drawn_that_tell_the_mean(rng):
    answers = pd.DataFrame(rng.normal(size=(200, 1)) + rng.normal(size=(200, 18)))
    result = split_halves(answers, np.random.default_rng(1), standardised=False)
    again = split_halves(answers, np.random.default_rng(1), standardised=False)
    assert not result.all_splits
    assert "10000 splits drawn" in result.method
    assert_allclose(result.coefficients, again.coefficients, rtol=0)
    error = result.coefficients.std() / np.sqrt(len(result.coefficients))
    assert result.mean == pytest.approx(cronbach_alpha(answers).estimate, abs=4 * error)
    with pytest.raises(ValueError, match="rng"):
        split_halves(answers)


def test_sixteen_items_need_no_drawing(rng):
    answers = pd.DataFrame(rng.normal(size=(50, 1)) + rng.normal(size=(50, 16)))
    assert len(split_halves(answers).coefficients) == 6435


def test_odd_against_even_agrees_with_the_formulas_in_r(case):
    answers, expected = case[0], case[1]["odd_even"]
    result = odd_even(answers)
    assert_allclose(
        [result.correlation, result.spearman_brown, result.horst, result.rulon],
        [
            expected["r"],
            expected["spearman_brown"],
            expected["horst_unequal_length"],
            expected["guttman_flanagan_rulon"],
        ],
        rtol=1e-10,
    )


def test_halves_of_equal_length_need_no_correction_by_horst(items):
    result = odd_even(items)
    assert result.horst == pytest.approx(result.spearman_brown)


def test_halves_that_do_not_vary_or_cancel_out_have_no_reliability(items):
    a, b = items["a"].dropna(), items["b"].dropna()
    flat = pd.DataFrame({"a": a, "b": b, "c": 6 - a}).dropna()
    assert odd_even(flat).condition == "no_variation"
    cancelled = odd_even(pd.DataFrame({"a": a, "b": 6 - a}))
    assert cancelled.condition == "no_variation"
    assert cancelled.correlation == pytest.approx(-1)
    assert split_halves(pd.DataFrame({"a": a, "b": 6 - a})).condition == "no_variation"


def test_what_cannot_be_estimated_is_named(unusable):
    answers, condition = unusable
    for result in (split_halves(answers), odd_even(answers)):
        assert result.condition == condition
        assert result.to_rows()["estimate"].isna().all()


def test_correlations_with_a_hole_have_no_halves(items):
    result = split_halves(pearson_correlations(items.assign(a=3.0)))
    assert result.condition == "undefined_correlation"


def test_one_item_has_no_halves(items):
    for answers in (items[["a"]], pearson_correlations(items[["a"]])):
        with pytest.raises(ValueError, match="2 items"):
            split_halves(answers)
