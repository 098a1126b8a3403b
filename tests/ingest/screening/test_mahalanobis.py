import numpy as np
import pytest
from numpy.testing import assert_allclose

from pipeline.ingest.screening import distances_where_judged, squared_mahalanobis

NAN = np.nan


def draw(n, k, missing=0.0, seed=6):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, k)) @ rng.normal(size=(k, k))
    values[rng.random(values.shape) < missing] = NAN
    return values


def direct(values, mean, covariance):
    """The distance by its definition, one person at a time."""
    result = []
    for row in values:
        o = ~np.isnan(row)
        deviation = (row - mean)[o]
        part = covariance[np.ix_(o, o)]
        result.append(deviation @ np.linalg.solve(part, deviation) if o.any() else NAN)
    return np.array(result)


@pytest.mark.parametrize("missing", [0.0, 0.05, 0.3, 0.8])
def test_the_distance_over_what_was_answered_is_the_definition(missing):
    complete = draw(300, 8)
    mean, covariance = complete.mean(axis=0), np.cov(complete, rowvar=False)
    values = draw(300, 8, missing)
    assert_allclose(
        squared_mahalanobis(values, mean, covariance), direct(values, mean, covariance), rtol=1e-8
    )


def test_repeated_patterns_give_the_same_distances():
    values = draw(400, 6)
    mean, covariance = values.mean(axis=0), np.cov(values, rowvar=False)
    values[:100, :2] = NAN
    values[100:200, :5] = NAN
    assert_allclose(
        squared_mahalanobis(values, mean, covariance), direct(values, mean, covariance), rtol=1e-8
    )


def test_the_unit_of_an_item_does_not_matter():
    values = draw(500, 10, 0.1)
    scaled = values * np.linspace(0.5, 3, 10) + 7
    once, again = distances_where_judged(values), distances_where_judged(scaled)
    assert_allclose(again.squared, once.squared, rtol=1e-5)


def test_normal_answers_have_uniform_probabilities():
    values = np.random.default_rng(7).normal(size=(4000, 12))
    values[np.random.default_rng(8).random(values.shape) < 0.1] = NAN
    p = distances_where_judged(values).p
    judged = p[~np.isnan(p)]
    standard_error = np.sqrt(0.05 * 0.95 / len(judged))
    assert abs((judged < 0.05).mean() - 0.05) < 3 * standard_error


@pytest.mark.parametrize(("n", "k"), [(0, 12), (1, 12), (2, 12), (49, 12), (59, 12), (300, 61)])
def test_few_people_give_no_distance(n, k):
    assert np.isnan(distances_where_judged(draw(n, k)).squared).all()


@pytest.mark.parametrize(("n", "k"), [(60, 12), (305, 61)])
def test_five_people_an_item_are_enough(n, k):
    assert not np.isnan(distances_where_judged(draw(n, k)).squared).any()


def test_booklets_are_judged_on_the_items_they_share():
    values = draw(600, 30)
    values[:300, 20:] = NAN
    values[300:, :10] = NAN
    assert not np.isnan(distances_where_judged(values).squared).any()


def test_a_person_who_answered_items_that_few_had_together_is_not_judged():
    values = draw(600, 30)
    values[:300, 15:] = NAN
    values[300:599, :15] = NAN
    found = distances_where_judged(values).squared
    assert not np.isnan(found[:599]).any()
    assert np.isnan(found[599])
    assert_allclose(found[:599], distances_where_judged(values[:599]).squared, rtol=1e-12)


def test_items_that_say_the_same_give_no_distance():
    values = draw(300, 12)
    values[:, 11] = values[:, 10]
    assert np.isnan(distances_where_judged(values).p).all()
