import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics import cronbach_alpha, standard_error_of_measurement
from pipeline.psychometrics.reliability import smallest_detectable_change


def test_standard_error_of_measurement_is_the_spread_of_scores_that_alpha_leaves(items):
    complete = items.dropna()
    result = standard_error_of_measurement(items)
    spread = complete.mean(axis=1).std() * np.sqrt(1 - cronbach_alpha(items).estimate)
    assert result.estimate == pytest.approx(spread)
    assert result.ci_low < result.estimate < result.ci_high


def test_interval_of_the_standard_error_covers_as_often_as_it_says(rng):
    true, covered = 1 / np.sqrt(5), 0
    for _ in range(400):
        scores = rng.normal(size=(30, 1)) + rng.normal(size=(30, 5))
        result = standard_error_of_measurement(pd.DataFrame(scores), 0.90)
        covered += result.ci_low < true < result.ci_high
    assert covered / 400 == pytest.approx(0.90, abs=3 * np.sqrt(0.9 * 0.1 / 400))


def test_smallest_detectable_change_is_exceeded_by_few_who_did_not_change(rng):
    true, errors = rng.normal(size=(40_000, 1)), rng.normal(size=(2, 40_000, 5))
    first, second = (pd.DataFrame(true + error) for error in errors)
    detectable = smallest_detectable_change(first).of_person
    change = (second - first).mean(axis=1).abs()
    assert (change > detectable).mean() == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 4e4))


def test_a_mean_of_a_hundred_shows_a_tenth_of_the_change_of_a_person(items):
    result = smallest_detectable_change(items, n_persons=100)
    assert_allclose(
        [result.of_mean, result.of_mean_low, result.of_mean_high],
        np.array([result.of_person, result.of_person_low, result.of_person_high]) / 10,
    )
    rows = result.to_rows()
    assert list(rows["statistic"]) == [
        "smallest_detectable_change",
        "smallest_detectable_change_of_mean",
    ]
    assert "mean of 100 persons" in rows["method"].iloc[1]
    assert len(smallest_detectable_change(items).to_rows()) == 1


def test_what_cannot_be_estimated_is_named(unusable):
    answers, condition = unusable
    for result in (standard_error_of_measurement(answers), smallest_detectable_change(answers)):
        assert result.condition == condition
        assert result.to_rows()["estimate"].isna().all()


def test_nobody_has_no_mean(items):
    with pytest.raises(ValueError, match="n_persons"):
        smallest_detectable_change(items, n_persons=0)
