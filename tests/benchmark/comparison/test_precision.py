"""Precision of means and the centre of sites."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pipeline.benchmark.comparison.precision import (
    sampling_variances,
    studentised,
    weighted_centre,
)


def test_variances_by_chance_are_those_of_people_over_their_number():
    assert_allclose(sampling_variances([3, 4], [4, 16], 0.64), [0.16, 0.04])


def test_the_centre_weighs_sites_by_their_precision():
    centre = weighted_centre(np.array([1.0, 2.0]), np.array([0.5, 0.25]))
    assert centre.estimate == pytest.approx((2 * 1 + 4 * 2) / 6)
    assert_allclose(centre.weights, [1 / 3, 2 / 3])
    assert centre.variance == pytest.approx(1 / 6)


def test_studentised_distances_have_unit_variance():
    rng = np.random.default_rng(1)
    variances = np.array([0.01, 0.1, 0.5, 1.0])
    drawn = rng.standard_normal((40_000, 4)) * np.sqrt(variances)
    z = np.array([studentised(row, variances) for row in drawn])
    assert_allclose(z.var(axis=0), 1, atol=4 * np.sqrt(2 / len(z)))


def test_one_site_has_no_distance_from_itself():
    assert np.isnan(studentised(np.array([3.0]), np.array([0.1]))).all()


@pytest.mark.parametrize(
    ("mean", "n", "within", "named"),
    [
        ([], [], 1.0, "one mean and one count"),
        ([3.0], [5, 6], 1.0, "one mean and one count"),
        ([3.0, np.nan], [5, 6], 1.0, "mean is missing"),
        ([3.0, 4.0], [5, 0], 1.0, "below 1"),
        ([3.0, 4.0], [5, np.nan], 1.0, "count is missing"),
        ([3.0, 4.0], [5, 6], 0.0, "variance_within"),
        ([3.0, 4.0], [5, 6], np.nan, "variance_within"),
    ],
)
def test_unusable_sites_are_refused_with_what_is_wrong(mean, n, within, named):
    with pytest.raises(ValueError, match=named):
        sampling_variances(mean, n, within)


def test_all_faults_are_told_at_once():
    with pytest.raises(ValueError, match=r"mean is missing.*; .*below 1.*; variance_within"):
        sampling_variances([np.nan, 3.0], [5, 0], -1.0)
