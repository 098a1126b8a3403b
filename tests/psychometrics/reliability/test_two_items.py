import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from pipeline.psychometrics import cronbach_alpha, inter_item_correlation


def test_two_items_have_a_correlation_with_the_interval_of_scipy(items):
    pair = items[["a", "b"]]
    result = inter_item_correlation(pair)
    assert result.estimate == pytest.approx(pair.corr().loc["a", "b"])
    assert result.spearman_brown == pytest.approx(2 * result.estimate / (1 + result.estimate))
    expected = stats.pearsonr(*pair.dropna().to_numpy().T).confidence_interval(0.95)
    assert_allclose([result.ci_low, result.ci_high], expected, rtol=1e-10)


def test_spearman_brown_is_alpha_where_the_variances_are_equal(exact_sample):
    answers = exact_sample(np.array([[2.0, 1.0], [1.0, 2.0]]))
    expected = cronbach_alpha(answers).estimate
    assert inter_item_correlation(answers).spearman_brown == pytest.approx(expected)


def test_what_cannot_be_estimated_is_named(unusable):
    answers, condition = unusable
    result = inter_item_correlation(answers[["a", "b"]])
    assert result.condition == condition
    assert result.to_rows()["estimate"].isna().all()


def test_two_items_that_cancel_out_have_no_reliability(items):
    a = items["a"].dropna()
    result = inter_item_correlation(pd.DataFrame({"a": a, "b": -a}))
    assert result.condition == "no_variation"
    assert np.isnan(result.spearman_brown)


def test_only_two_items_are_a_pair(items):
    with pytest.raises(ValueError, match="exactly 2"):
        inter_item_correlation(items)
