"""How far sites differ beyond chance."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, stats

from pipeline.benchmark.comparison.over_dispersion import (
    over_dispersion,
    winsorise,
    winsorised_normal_square,
)
from tests.benchmark.comparison.simulated import normal_sites, sizes


def test_a_case_worked_by_hand():
    # Standard errors of .5 make the distances -2, 0, 2. Their .10 quantile lies a fifth of the way
    # from the first to the second: -1.6, so phi = 2 * 2.56 / 3. Weights are 4: 12 - 48 / 12 = 8.
    found = over_dispersion([1, 2, 3], [4, 4, 4], 1.0)
    assert found.n_sites == 3
    assert found.q == pytest.approx(8)
    assert found.phi == pytest.approx(5.12 / 3)
    assert found.moment_variance == pytest.approx((5.12 - 2) / 8)
    # Studentised: squared ends of 1.6 / 2 = .8 of the range over (.25 + tau2) (1 - 1 / 3).
    expected = 2 * 0.8**2 / 3 / (winsorised_normal_square() * 2 / 3) - 0.25
    assert found.variance_added == pytest.approx(expected)


def test_extremes_are_drawn_in_to_the_quantiles():
    drawn_in = winsorise(np.arange(11.0))
    assert_allclose(drawn_in, [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9])


def test_the_expected_square_is_the_integral_over_the_normal_density():
    end = stats.norm.ppf(0.9)
    middle = integrate.quad(lambda x: x**2 * stats.norm.pdf(x), -end, end)[0]
    assert winsorised_normal_square() == pytest.approx(middle + 0.2 * end**2, abs=1e-10)


def test_with_equal_sizes_the_published_formula_is_that_of_dersimonian_and_laird_on_drawn_in_q():
    rng = np.random.default_rng(2)
    mean = 3 + 0.4 * rng.standard_normal(30)
    found = over_dispersion(mean, np.full(30, 25), 0.64)
    s2 = 0.64 / 25
    assert found.moment_variance == pytest.approx(s2 * (30 * found.phi / 29 - 1))
    assert found.q == pytest.approx(29 * mean.var(ddof=1) / s2)


@pytest.mark.parametrize("n_sites", [1, 2, 7])
def test_equal_means_leave_nothing_beyond_chance(n_sites):
    found = over_dispersion(np.full(n_sites, 3.2), np.arange(1, n_sites + 1), 0.64)
    assert_allclose(
        [found.q, found.phi, found.moment_variance, found.variance_added], 0, atol=1e-20
    )


def test_unit_and_origin_of_the_scale_do_not_matter():
    rng = np.random.default_rng(3)
    n = sizes(rng, 40)
    _, mean, within = normal_sites(rng, n, 0.3)
    one, other = over_dispersion(mean, n, within), over_dispersion(10 * mean - 7, n, 100 * within)
    assert_allclose([other.q, other.phi], [one.q, one.phi])
    assert other.variance_added == pytest.approx(100 * one.variance_added)
    assert other.moment_variance == pytest.approx(100 * one.moment_variance)


def test_order_of_sites_does_not_matter():
    rng = np.random.default_rng(4)
    n = sizes(rng, 40)
    _, mean, within = normal_sites(rng, n, 0.3)
    one, other = over_dispersion(mean, n, within), over_dispersion(mean[::-1], n[::-1], within)
    assert other.variance_added == pytest.approx(one.variance_added)


def test_one_remote_site_hardly_changes_what_is_allowed_for():
    rng = np.random.default_rng(5)
    n = sizes(rng, 40)
    n[0] = 60
    _, mean, within = normal_sites(rng, n, 0.2)
    remote = mean.copy()
    remote[0] += 2 if mean[0] < 3.4 else -2
    before, after = (over_dispersion(m, n, within).variance_added for m in (mean, remote))
    assert before < after < 1.5 * before


@pytest.mark.parametrize("tau", [0.1, 0.3])
def test_variance_between_ordinary_sites_is_recovered_where_the_published_one_is_too_small(tau):
    rng = np.random.default_rng(6)
    found = []
    for _ in range(60):
        n = sizes(rng, 200)
        _, mean, within = normal_sites(rng, n, tau)
        result = over_dispersion(mean, n, within)
        found.append((result.variance_added, result.moment_variance))
    added, published = np.mean(found, axis=0)
    error = np.std(found, axis=0)[0] / np.sqrt(len(found))
    assert abs(added - tau**2) < 4 * error + 0.02 * tau**2
    assert published < 0.8 * tau**2
