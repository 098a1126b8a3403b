import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import pearson_correlations


def values_of(answers):
    matrix = pearson_correlations(answers)
    return np.array(matrix.values)


def test_agrees_with_pandas_pair_by_pair(bfi):
    answers = bfi.filter(regex="^[ACENO][1-5]$")
    matrix = pearson_correlations(answers)
    assert_allclose(matrix.values, answers.corr(), atol=1e-13)
    answered = answers.notna().astype(int)
    assert (matrix.pair_n == answered.T @ answered).all(axis=None)
    assert matrix.smallest_pair_n == matrix.pair_n.min()
    assert matrix.condition is None
    assert matrix.largest_change_by_smoothing == 0


def test_order_of_items_and_rows_does_not_matter(items, rng):
    shuffled = items.iloc[rng.permutation(len(items)), ::-1]
    assert_allclose(
        values_of(shuffled)[::-1, ::-1],
        values_of(items),
        atol=1e-14,
    )


def test_unit_and_origin_do_not_matter_and_reflection_changes_the_sign(items):
    scaled = items * 20 - 1e4
    scaled["a"] *= -1
    sign = np.where(items.columns == "a", -1, 1)
    assert_allclose(
        values_of(scaled),
        values_of(items) * np.outer(sign, sign),
        atol=1e-9,
    )


def test_duplicated_rows_change_nothing_but_n(items):
    twice = pearson_correlations(pd.concat([items, items]))
    once = pearson_correlations(items)
    assert_allclose(twice.values, once.values, atol=1e-14)
    assert (twice.pair_n == 2 * once.pair_n).all()


def test_nullable_integers_give_the_same_as_floats(items):
    assert_allclose(values_of(items.astype("Int8")), values_of(items))


def test_arguments_are_not_changed(items):
    before = items.copy()
    pearson_correlations(items)
    pd.testing.assert_frame_equal(items, before)


def test_an_item_given_twice_is_smoothed_by_a_named_amount(items):
    complete = items.dropna()
    matrix = pearson_correlations(complete.assign(again=complete["a"]))
    assert matrix.condition == "not_positive_definite_smoothed"
    assert np.linalg.eigvalsh(matrix.values)[0] > 0
    assert_allclose(np.diag(matrix.values), 1)
    assert 0 < matrix.largest_change_by_smoothing < 1e-5


def test_contradicting_pairwise_correlations_are_smoothed():
    x, none = np.arange(10.0), np.full(10, np.nan)
    answers = pd.DataFrame(
        {
            "a": np.concatenate([x, x, none]),
            "b": np.concatenate([x, none, x]),
            "c": np.concatenate([none, x, -x]),
        }
    )
    matrix = pearson_correlations(answers)
    assert matrix.condition == "not_positive_definite_smoothed"
    assert matrix.largest_change_by_smoothing == pytest.approx(0.5, abs=1e-3)
    assert np.linalg.eigvalsh(matrix.values)[0] > 0


@pytest.mark.parametrize(
    ("column", "condition"),
    [
        (lambda n: np.full(n, 0.1), "constant_item"),
        (lambda n: np.full(n, np.nan), "item_without_answers"),
        (lambda n: np.where(np.arange(n) < 2, np.arange(n), np.nan), "too_few_respondents"),
    ],
)
def test_an_item_without_correlations_is_named(items, column, condition):
    matrix = pearson_correlations(items.assign(z=column(len(items))))
    assert matrix.condition == condition
    assert not matrix.is_defined
    assert np.isfinite(np.array(matrix.values)[:6, :6]).all()


def test_two_respondents_are_too_few(items):
    assert pearson_correlations(items.dropna().head(2)).condition.startswith(
        ("too_few", "constant")
    )


def test_rows_hold_every_pair_with_its_n(items):
    rows = pearson_correlations(items).to_rows()
    assert len(rows) == 15 + 1
    first = rows.iloc[0]
    assert first["item"] == "a with b"
    assert first["n_respondents"] == items[["a", "b"]].dropna().shape[0]


@pytest.mark.parametrize(
    "wrong",
    [
        pd.DataFrame({"a": ["yes", "no"]}),
        pd.DataFrame({"a": [1.0, np.inf]}),
        pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]),
        pd.DataFrame(index=[0, 1]),
        np.ones((3, 3)),
    ],
)
def test_what_is_not_a_table_of_numbers_is_refused(wrong):
    with pytest.raises(ValueError):
        pearson_correlations(wrong)
