"""How often each answer was given, alone and together."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from pipeline.psychometrics.counts import (
    ROWS_AT_ONCE,
    count_answers,
    count_answers_by_group,
    encode,
)


@pytest.fixture(params=[0.0, 0.2], ids=["complete", "with missing answers"])
def answers(request, rng):
    """Five items with two to six categories, answered by more than one chunk of respondents."""
    n = ROWS_AT_ONCE + 700
    table = pd.DataFrame({f"i{k}": rng.integers(1, k + 1, n).astype(float) for k in range(2, 7)})
    return table.mask(rng.random(table.shape) < request.param)


def test_every_table_is_that_of_pandas(answers):
    counts = count_answers(answers)
    for first in answers:
        assert_array_equal(counts.of_item(first), answers[first].value_counts().sort_index())
        for second in answers.columns.drop(first):
            expected = pd.crosstab(answers[first], answers[second])
            pd.testing.assert_frame_equal(
                counts.of_pair(first, second), expected, check_names=True, check_dtype=False
            )


def test_counts_are_integers_whatever_the_type_of_the_answers(answers):
    expected = count_answers(answers)
    assert expected.table.dtype == np.int64
    for kind in ("Int16", "float32", "Float64"):
        assert_array_equal(count_answers(answers.astype(kind)).table, expected.table)


@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "int64", "bool"])
def test_answers_may_be_plain_integers(kind, rng):
    answers = pd.DataFrame(rng.integers(0, 2, (100, 3)).astype(kind), columns=list("abc"))
    expected = count_answers(answers.astype(float))
    assert_array_equal(count_answers(answers).table, expected.table)


def test_answers_may_be_any_numbers_in_order():
    answers = pd.DataFrame({"a": [-1000.0, 0.5, 0.5, None], "b": [300, 7, 7, 300]})
    counts = count_answers(answers)
    assert counts.categories == ((-1000.0, 0.5), (7.0, 300.0))
    assert counts.of_pair("a", "b").to_numpy().tolist() == [[0, 1], [2, 0]]


def test_counts_of_groups_add_up_to_those_of_all(answers, rng):
    groups = pd.Series(rng.choice(["x", "y", "z"], len(answers)))
    categories = {item: range(1, 7) for item in answers}
    parts = count_answers_by_group(answers, groups, categories)
    assert list(parts) == ["x", "y", "z"]
    together = parts["x"] + parts["y"] + parts["z"]
    whole = count_answers(answers, categories)
    assert_array_equal(together.table, whole.table)
    for name in ("n_respondents", "n_complete", "n_total", "condition", "method"):
        assert getattr(together, name) == getattr(whole, name)


def test_who_has_no_group_is_in_none(answers):
    groups = pd.Series(["x"] * 10 + [None] * (len(answers) - 10))
    parts = count_answers_by_group(answers, groups)
    assert list(parts) == ["x"]
    assert parts["x"].n_total == 10


def test_counts_that_do_not_belong_together_are_not_added(answers):
    counts = count_answers(answers)
    for other in (
        count_answers(answers[["i2", "i3"]]),
        count_answers(answers, range(1, 7)),
        count_answers(answers, missing="listwise"),
    ):
        with pytest.raises(ValueError, match="cannot be added up"):
            counts + other


def test_listwise_counts_are_those_of_complete_rows(answers):
    complete = answers.dropna()
    counts = count_answers(answers, missing="listwise")
    expected = count_answers(complete, dict(zip(counts.items, counts.categories, strict=True)))
    assert_array_equal(counts.table, expected.table)
    assert counts.n_respondents == counts.n_complete == len(complete)
    assert counts.n_total == len(answers)


def test_numbers_of_respondents_are_those_who_answered(answers):
    counts = count_answers(answers)
    assert counts.n_respondents == answers.notna().any(axis=1).sum()
    assert counts.n_complete == len(answers.dropna())
    given = answers.notna().to_numpy().astype(int)
    assert_array_equal(counts.pair_n, given.T @ given)


def test_categories_nobody_chose_are_counted_and_named():
    counts = count_answers(pd.DataFrame({"a": [1, 3, 3]}), categories=[1, 2, 3])
    assert counts.of_item("a").to_dict() == {1.0: 1, 2.0: 0, 3.0: 2}
    assert counts.condition == "empty_category"


def test_an_item_nobody_answered_is_named():
    counts = count_answers(pd.DataFrame({"a": [np.nan, np.nan], "b": [1.0, 2.0]}))
    assert counts.condition == "item_without_answers empty_category"
    assert counts.of_item("a").sum() == 0


def test_a_constant_item_has_one_category():
    counts = count_answers(pd.DataFrame({"a": [4, 4, 4], "b": [1, 2, 2]}))
    assert counts.of_pair("a", "b").to_numpy().tolist() == [[1, 2]]


def test_the_order_of_respondents_does_not_matter(answers, rng):
    shuffled = answers.iloc[rng.permutation(len(answers))]
    assert_array_equal(count_answers(shuffled).table, count_answers(answers).table)


def test_nobody_at_all_is_counted_as_nobody():
    counts = count_answers(pd.DataFrame({"a": [], "b": []}, dtype=float), categories=[1, 2])
    assert counts.table.sum() == counts.n_respondents == 0


@pytest.mark.parametrize(
    ("table", "categories", "message"),
    [
        ({"a": [1, 2, 9]}, [1, 2], r"a: answers \[9\] are none of its categories"),
        ({"a": [1.0, 2.5, None]}, [1, 2], r"a: answers \[2.5\] are none of its categories"),
        ({"a": [1, 300]}, [1, 44], r"a: answers \[300\] are none of its categories"),
        ({"a": [1, 2]}, {"b": [1, 2]}, "no categories are given for a"),
        ({"a": list(range(101))}, None, "a has 101 different answers"),
        ({"a": ["x", "y"]}, None, "a: answers must be numbers or missing"),
        ({"a": [1.0, np.inf]}, None, "a: an answer is infinite"),
        ({}, None, "the table has no items"),
    ],
)
def test_what_cannot_be_counted_is_told(table, categories, message):
    with pytest.raises(ValueError, match=message):
        encode(pd.DataFrame(table), categories)


def test_misuse_is_told(answers):
    with pytest.raises(ValueError, match="missing must be"):
        count_answers(answers, missing="pair")
    with pytest.raises(ValueError, match="a group a respondent"):
        count_answers_by_group(answers, pd.Series(["x"]))
    with pytest.raises(ValueError, match="there is no item 'q'"):
        count_answers(answers).of_item("q")


@pytest.mark.parametrize("categories", [[1, 2, float("nan")], [1, 2, float("inf")], ["a", "b"]])
def test_categories_that_are_no_numbers_are_refused(categories):
    with pytest.raises(ValueError, match="categories must be numbers"):
        count_answers(pd.DataFrame({"a": [1, 2]}), categories)
