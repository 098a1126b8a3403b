"""Means drawn in by their unreliability."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pipeline.benchmark.comparison.precision import sampling_variances, weighted_centre
from pipeline.benchmark.comparison.shrinkage import reliability_of_means, shrink_means
from tests.benchmark.comparison.simulated import normal_sites, sizes


def shrink(mean, n, within, between, level=0.95):
    centre = weighted_centre(np.asarray(mean, float), sampling_variances(mean, n, within) + between)
    return centre, shrink_means(mean, n, within, between, centre, level)


def test_a_case_worked_by_hand():
    centre, found = shrink([3.0, 4.0], [4, 4], 1.0, 0.25)
    assert centre.estimate == pytest.approx(3.5)
    assert_allclose(found.reliability, 0.5)
    assert_allclose(found.mean, [3.25, 3.75])
    # .5 * .25 by chance, and .25 of the variance of the centre, .5 / 2.
    half = 1.959964 * np.sqrt(0.125 + 0.25 * 0.25)
    assert_allclose(found.high - found.mean, half)


def test_reliability_follows_spearman_and_brown():
    one = reliability_of_means([1], 0.64, 0.16)[0]
    assert reliability_of_means([30], 0.64, 0.16)[0] == pytest.approx(30 * one / (1 + 29 * one))


def test_without_differences_between_sites_all_have_the_centre():
    centre, found = shrink([3.0, 3.8, 3.1], [5, 9, 100], 0.64, 0.0)
    assert_allclose(found.mean, centre.estimate)
    assert_allclose(found.high - found.mean, 1.959964 * np.sqrt(centre.variance))


def test_one_site_stays_where_it_is():
    _, found = shrink([3.3], [20], 0.64, 0.1)
    assert_allclose(found.mean, [3.3])


def test_predictions_agree_with_the_mixed_model_equations():
    rng = np.random.default_rng(9)
    n = sizes(rng, 15)
    _, mean, within = normal_sites(rng, n, 0.3)
    _, found = shrink(mean, n, within, 0.09)
    # Henderson's equations for the centre and the effects of sites.
    left = np.zeros((16, 16))
    left[0, 0] = n.sum() / within
    left[0, 1:] = left[1:, 0] = n / within
    left[1:, 1:] = np.diag(n / within + 1 / 0.09)
    right = np.concatenate([[(n * mean).sum()], n * mean]) / within
    solution, inverse = np.linalg.solve(left, right), np.linalg.inv(left)
    assert_allclose(found.mean, solution[0] + solution[1:])
    variance = inverse[0, 0] + 2 * inverse[0, 1:] + np.diag(inverse)[1:]
    assert_allclose(found.high - found.mean, 1.959963985 * np.sqrt(variance), rtol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("n_sites", [2, 10, 49, 200])
@pytest.mark.parametrize("tau", [0.0, 0.1, 0.3])
def test_intervals_hold_the_true_means_of_19_in_20_sites_of_3_to_300(n_sites, tau):
    rng = np.random.default_rng(10)
    held = []
    for _ in range(20_000 // n_sites):
        n = sizes(rng, n_sites)
        true, mean, within = normal_sites(rng, n, tau)
        _, found = shrink(mean, n, within, tau**2)
        held.append(np.mean((found.low <= true) & (true <= found.high)))
    error = np.std(held) / np.sqrt(len(held))
    assert np.mean(held) == pytest.approx(0.95, abs=4 * error)
