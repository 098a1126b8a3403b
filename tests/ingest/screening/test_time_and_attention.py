import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.ingest.screening import fail_attention, seconds_per_item, share_of_site_median


@pytest.mark.parametrize("kind", ["float64", "Float64", "Int64"])
def test_seconds_are_divided_by_the_answers_given(kind):
    seconds = pd.Series([60, 30, 10, None, -5], dtype="Float64").astype(kind)
    per_item = seconds_per_item(seconds, pd.Series([30, 10, 0, 10, 10]))
    assert_allclose(per_item, [2, 3, np.nan, np.nan, np.nan])


def test_the_median_is_that_of_the_site_and_needs_enough_people():
    per_item = pd.Series([1.0, 2, 3, 8, 9, 5])
    site = pd.Series(["a", "a", "a", "b", "b", None])
    expected = [0.5, 1, 1.5, np.nan, np.nan, np.nan]
    assert_allclose(share_of_site_median(per_item, site, least_people=3), expected)


def test_an_attention_check_is_failed_by_any_other_answer():
    answers = pd.DataFrame({"one": [4, 4, 2, None, None], "two": [1, 2, None, 1, None]})
    failed = fail_attention(answers.astype("Int64"), {"one": 4, "two": 1})
    assert failed.tolist() == [False, True, True, False, pd.NA]


def test_without_attention_checks_nobody_is_judged():
    assert fail_attention(pd.DataFrame(index=range(3)), {}).isna().all()
