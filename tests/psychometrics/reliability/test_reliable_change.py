"""Which people changed by more than measurement error."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from pipeline.psychometrics import reliable_change


def scores(*values):
    return pd.Series(values, dtype=float)


def test_a_change_counts_where_the_reliable_change_index_exceeds_the_normal_quantile():
    before, now = scores(3, 3, 3, 3), scores(4.2, 4.1, 2.9, 1.5)
    found = reliable_change(before, now, 0.4)
    index = (now - before) / (np.sqrt(2) * 0.4)
    expected = np.where(index.abs() > stats.norm.ppf(0.975), np.sign(index), 0)
    assert found.direction.tolist() == expected.tolist()
    assert (found.share_higher, found.share_lower, found.share_no_clear_change) == (0.25, 0.25, 0.5)


def test_the_mean_change_has_the_interval_of_the_paired_t_test():
    rng = np.random.default_rng(2)
    before = pd.Series(rng.normal(3, 1, 40))
    now = before + rng.normal(0.2, 0.5, 40)
    found = reliable_change(before, now, 0.3, 0.9)
    other = stats.ttest_rel(now, before).confidence_interval(0.9)
    assert_allclose([found.mean_change_low, found.mean_change_high], [other.low, other.high])
    assert found.standardised_response_mean == pytest.approx(
        (now - before).mean() / (now - before).std()
    )


def test_the_threshold_is_the_smallest_detectable_change_of_a_person():
    assert reliable_change(scores(1, 2), scores(2, 2), 0.5).threshold == pytest.approx(
        1.96 * 2**0.5 * 0.5, rel=1e-4
    )


def test_a_change_of_just_the_threshold_is_not_beyond_it():
    threshold = reliable_change(scores(1, 2), scores(2, 2), 0.25).threshold
    found = reliable_change(scores(1.0, 1.0), scores(1.0 + threshold, 1.0 - threshold), 0.25)
    assert found.direction.tolist() == [0, 0]


def test_exchanging_the_occasions_turns_every_number_round():
    rng = np.random.default_rng(3)
    before, now = (pd.Series(rng.normal(3, 1, 60)) for _ in range(2))
    one, other = reliable_change(before, now, 0.3), reliable_change(now, before, 0.3)
    assert one.share_higher == other.share_lower
    assert one.mean_change == pytest.approx(-other.mean_change)
    assert one.mean_change_low == pytest.approx(-other.mean_change_high)


def test_people_without_both_scores_are_left_out_and_can_be_counted():
    found = reliable_change(scores(1, np.nan, 3, 2), scores(2, 2, np.nan, 2), 0.3)
    assert (found.n_respondents, found.n_total) == (2, 4)
    assert found.direction.tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("values", "condition"),
    [([], "too_few_respondents"), ([2.0], "too_few_respondents"), ([2.0, 2.0], "no_variation")],
)
def test_what_stands_in_the_way_is_told(values, condition):
    found = reliable_change(scores(*values), scores(*values), 0.3)
    assert found.condition == condition


@pytest.mark.parametrize("error", [0.0, -1.0, np.nan, np.inf])
def test_an_error_of_measurement_that_is_none_is_refused(error):
    with pytest.raises(ValueError, match="standard_error must be above 0"):
        reliable_change(scores(1, 2), scores(1, 2), error)


def test_scores_of_other_people_are_refused():
    with pytest.raises(ValueError, match="same people"):
        reliable_change(scores(1, 2), scores(1, 2, 3), 0.3)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_of_people_who_did_not_change_the_stated_share_is_called_changed(level):
    rng = np.random.default_rng(5)
    true = rng.normal(3, 0.7, 40_000)
    before, now = (pd.Series(true + rng.normal(0, 0.35, len(true))) for _ in range(2))
    found = reliable_change(before, now, 0.35, level)
    expected = (1 - level) / 2
    error = np.sqrt(expected * (1 - expected) / len(true))
    assert abs(found.share_higher - expected) < 4 * error
    assert abs(found.share_lower - expected) < 4 * error
