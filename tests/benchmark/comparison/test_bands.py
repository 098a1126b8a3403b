"""Five words, and who gets none."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from pipeline.benchmark.comparison.bands import (
    adjust_for_many,
    reasons_without_word,
    unusualness,
    words_of,
)
from pipeline.benchmark.comparison.over_dispersion import over_dispersion
from tests.benchmark.comparison.simulated import normal_sites, sizes

N_SCALES = 9


def test_z_worked_by_hand():
    found = unusualness([1.0, 2.0, 3.0], [4, 4, 4], 1.0, 0.25)
    # v = .5, and the share of a site in the centre takes a third of it.
    assert_allclose(found.z, np.array([-1, 0, 1]) / np.sqrt(0.5 * 2 / 3))
    assert_allclose(found.p_value, 2 * stats.t.sf(np.abs(found.z), 1))


def test_z_is_the_difference_from_the_others_in_its_standard_error():
    rng = np.random.default_rng(11)
    n = sizes(rng, 12)
    _, mean, within = normal_sites(rng, n, 0.2)
    found = unusualness(mean, n, within, 0.04)
    weight = 1 / (within / n + 0.04)
    for site in range(12):
        rest = np.delete(np.arange(12), site)
        others = np.average(mean[rest], weights=weight[rest])
        se = np.sqrt(1 / weight[site] + 1 / weight[rest].sum())
        assert found.z[site] == pytest.approx((mean[site] - others) / se)


@pytest.mark.parametrize("n_sites", [1, 2])
def test_fewer_than_three_sites_have_no_z(n_sites):
    found = unusualness(np.arange(n_sites), np.full(n_sites, 30), 0.64, 0.0)
    assert np.isnan(found.z).all()
    assert np.isnan(found.p_value).all()


def test_equal_means_are_not_unusual():
    found = unusualness(np.full(12, 3.3), np.arange(1, 13), 0.64, 0.0)
    assert_allclose(found.p_value, 1)


def test_adjusted_p_are_those_of_scipy():
    rng = np.random.default_rng(12)
    given = rng.random((50, N_SCALES)) ** 3
    assert_allclose(adjust_for_many(given), stats.false_discovery_control(given, axis=1))


def test_what_is_missing_is_no_part_of_the_family():
    given = np.array([[0.01, np.nan, 0.02, 0.5], [np.nan] * 4])
    found = adjust_for_many(given)
    assert_allclose(found[0, [0, 2, 3]], stats.false_discovery_control([0.01, 0.02, 0.5]))
    assert np.isnan(found[0, 1])
    assert np.isnan(found[1]).all()


def test_equal_p_get_equal_adjusted_p():
    assert_allclose(adjust_for_many([[0.04, 0.04, 0.04]]), 0.04)


def test_words_follow_the_adjusted_p_and_the_side():
    z = [4, 2.5, 1, -1, -2.5, -4, 3, 3, 3]
    p = [0.0019, 0.049, 0.3, 0.3, 0.049, 0.0019, 0.05, 0.002, np.nan]
    assert words_of(z, p).tolist() == [
        "clearly_higher",
        "higher",
        "like_programme",
        "like_programme",
        "lower",
        "clearly_lower",
        "like_programme",
        "higher",
        None,
    ]


def test_small_and_unreliable_means_get_a_reason_in_place_of_a_word():
    n, reliability = np.full(10, 30.0), np.full(10, 0.70)
    n[1], reliability[2] = 29, 0.69
    n[3], reliability[3] = 29, 0.69
    reliability[4] = np.nan
    reasons = reasons_without_word(n, reliability).tolist()
    few, weak = "too_few_for_band", "mean_not_reliable"
    assert reasons == [None, few, weak, few, weak, None, None, None, None, None]


def test_nine_sites_are_too_few():
    reasons = reasons_without_word(np.full(9, 100.0), np.full(9, 0.9))
    assert set(reasons) == {"too_few_sites"}


# ------------------------------------------------------------------ what words do to many sites


def share_with_word(seed, n_sites, tau, n_studies, moved=0.0):
    """Share of ordinary sites with any word over nine scales, its error, and power.

    Released means and counts: rounded to .01 and to 5. `moved` is how much one more site of 60
    people differs on four of the scales.
    """
    rng = np.random.default_rng(seed)
    ordinary, found = [], []
    for _ in range(n_studies):
        n = sizes(rng, n_sites, fewest=11)
        n[0] = 60
        counts = np.maximum(10, 5 * np.round(n / 5))
        p_values = np.empty((n_sites, N_SCALES))
        for scale in range(N_SCALES):
            _, mean, within = normal_sites(rng, n, tau)
            mean[0] += moved * (scale < 4)
            mean = mean.round(2)
            added = over_dispersion(mean, counts, within).variance_added
            p_values[:, scale] = unusualness(mean, counts, within, added).p_value
        unusual = adjust_for_many(p_values) < 0.05
        ordinary.append(unusual[1:].any(axis=1)[counts[1:] >= 30].mean())
        found.append(unusual[0, :4].mean())
    error = np.std(ordinary) / np.sqrt(n_studies)
    return np.mean(ordinary), error, np.mean(found)


def test_hardly_a_site_gets_a_word_where_sites_do_not_differ():
    share, error, _ = share_with_word(13, 24, 0.0, 12)
    assert share < 0.05 + 3 * error


@pytest.mark.slow
@pytest.mark.parametrize(("n_sites", "n_studies"), [(10, 600), (24, 400), (49, 250), (200, 80)])
@pytest.mark.parametrize("tau", [0.0, 0.1, 0.3])
def test_one_ordinary_site_in_twenty_gets_any_word_over_nine_scales(n_sites, n_studies, tau):
    """Whether sites do not differ at all or differ as sites do; Monte-Carlo error below .004."""
    share, error, _ = share_with_word(14, n_sites, tau, n_studies)
    assert error < 0.004
    assert share < 0.05 + 3 * error


@pytest.mark.slow
@pytest.mark.parametrize(("n_sites", "least"), [(10, 0.35), (24, 0.70), (49, 0.80), (200, 0.80)])
@pytest.mark.parametrize(("tau", "moved"), [(0.1, 0.6), (0.3, 1.2)])
def test_a_site_four_to_six_spreads_away_is_mostly_found(n_sites, least, tau, moved):
    """Power on each of four scales; Monte-Carlo error below .04."""
    share, error, power = share_with_word(15, n_sites, tau, 150 if n_sites < 100 else 40, moved)
    assert power > least
    assert share < 0.05 + 3 * error
