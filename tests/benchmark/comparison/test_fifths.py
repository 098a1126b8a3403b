"""Probabilities of the highest and lowest fifth, and intervals of ranks."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, stats

from pipeline.benchmark.comparison.fifths import (
    FifthsAndRanks,
    fifths_and_ranks,
    spreads_left_open,
)
from tests.benchmark.comparison.simulated import five_point_sites, normal_sites, sizes

MEAN = np.array([3.1, 3.9, 3.4, 3.6, 2.9, 3.5, 3.3, 4.2])
N = np.array([3, 8, 40, 300, 12, 5, 90, 30])
WITHIN = 0.64


def given(mean, n, tau):
    """Logarithm of the density of a spread, the centre integrated out by quadrature."""
    spread = np.sqrt(WITHIN / n + tau**2)
    density = integrate.quad(
        lambda centre: np.exp(stats.norm.logpdf(mean, centre, spread).sum() + 10),
        -40,
        47,
        points=[3, 4],
        epsabs=0,
    )[0]
    return np.log(density)


def test_the_posterior_of_the_spread_is_that_of_quadrature():
    spreads = spreads_left_open(MEAN, WITHIN / N)
    cells = np.array([10, 60, 120])
    ours = np.log(spreads.weight[cells])
    other = np.array([given(MEAN, N, tau) for tau in spreads.tau[cells]])
    assert_allclose(np.diff(ours), np.diff(other), atol=1e-6)
    assert spreads.weight.sum() == pytest.approx(1)
    assert spreads.tau[0] > 0


def test_the_grid_holds_all_but_a_negligible_part():
    for mean, n in ((MEAN, N), (np.full(30, 3.0), np.full(30, 20)), (MEAN, N * 10_000)):
        spreads = spreads_left_open(np.asarray(mean, float), WITHIN / np.asarray(n, float))
        assert spreads.weight[-1] < 1e-4 * spreads.weight.max()
        assert (spreads.weight > 1e-3 * spreads.weight.max()).sum() > 30


def importance_sampled_fifth(rng, n_draws=400_000):
    """Probability of the two highest of eight, without a grid: spreads and centres at random."""
    tau, centre = rng.uniform(0, 6, n_draws), rng.normal(3.5, 1.0, n_draws)
    density = np.zeros(n_draws)
    for mean, n in zip(MEAN, N, strict=True):
        density += stats.norm.logpdf(mean, centre, np.sqrt(WITHIN / n + tau**2))
    weight = np.exp(density - stats.norm.logpdf(centre, 3.5, 1.0))
    chosen = rng.choice(n_draws, 100_000, p=weight / weight.sum())
    between, error = tau[chosen, None] ** 2, WITHIN / N
    variance = 1 / (1 / between + 1 / error)
    middle = variance * (centre[chosen, None] / between + MEAN / error)
    drawn = middle + np.sqrt(variance) * rng.standard_normal(middle.shape)
    rank = (-drawn).argsort(axis=1).argsort(axis=1) + 1
    return (rank <= 2).mean(axis=0), np.quantile(rank, [0.05, 0.95], axis=0)


def test_probabilities_are_those_of_importance_sampling():
    found = fifths_and_ranks(MEAN, N, WITHIN, np.random.default_rng(1), n_draws=40_000)
    probability, ranks = importance_sampled_fifth(np.random.default_rng(2))
    assert found.n_in_fifth == 2
    assert_allclose(found.top_fifth, probability, atol=0.012)
    assert_allclose([found.rank_low, found.rank_high], ranks, atol=1)


def test_precise_means_have_certain_ranks():
    mean = np.array([3.0, 4.0, 2.0, 3.5, 2.5, 4.5, 1.5, 5.0, 1.0, 3.2])
    found = fifths_and_ranks(mean, np.full(10, 1e6), WITHIN, np.random.default_rng(3))
    rank = (-mean).argsort().argsort() + 1
    assert_array_equal(found.rank_low, rank)
    assert_array_equal(found.rank_high, rank)
    assert_array_equal(found.top_fifth, rank <= 2)
    assert_array_equal(found.bottom_fifth, rank >= 9)
    assert not found.says_nothing.any()


def test_equal_means_have_equal_chances_and_ranks_that_say_nothing():
    found = fifths_and_ranks(np.full(20, 3.3), np.full(20, 30), WITHIN, np.random.default_rng(4))
    assert_allclose(found.top_fifth, 0.2, atol=4 * found.monte_carlo_error)
    assert_allclose(found.bottom_fifth, 0.2, atol=4 * found.monte_carlo_error)
    assert found.says_nothing.all()


def test_one_person_says_little_about_a_site():
    n = np.full(20, 200)
    n[0] = 1
    mean = np.linspace(3, 4, 20)
    mean[0] = 5.0
    found = fifths_and_ranks(mean, n, WITHIN, np.random.default_rng(5))
    assert found.rank_high[0] - found.rank_low[0] > 5
    assert found.top_fifth[0] < found.top_fifth[-1]


def test_places_in_fifths_add_up():
    found = fifths_and_ranks(MEAN, N, WITHIN, np.random.default_rng(6))
    assert found.top_fifth.sum() == pytest.approx(2)
    assert found.bottom_fifth.sum() == pytest.approx(2)


@pytest.mark.parametrize(("n_sites", "expected"), [(5, 1), (7, 1), (8, 2), (12, 2), (49, 10)])
def test_a_fifth_is_the_nearest_whole_number_of_sites(n_sites, expected):
    found = fifths_and_ranks(
        np.linspace(3, 4, n_sites), np.full(n_sites, 30), WITHIN, np.random.default_rng(7), 10
    )
    assert found.n_in_fifth == expected


def test_turning_the_scale_round_turns_fifths_and_ranks_round():
    one = fifths_and_ranks(MEAN, N, WITHIN, np.random.default_rng(8), 20_000)
    other = fifths_and_ranks(-MEAN, N, WITHIN, np.random.default_rng(9), 20_000)
    assert_allclose(one.top_fifth, other.bottom_fifth, atol=0.02)
    assert_allclose(one.rank_low, 9 - other.rank_high, atol=1)


def test_the_same_seed_gives_the_same_numbers():
    one, other = (fifths_and_ranks(MEAN, N, WITHIN, np.random.default_rng(10)) for _ in range(2))
    assert_array_equal(one.top_fifth, other.top_fifth)
    assert_array_equal(one.rank_high, other.rank_high)


def test_an_interval_that_holds_half_of_the_sites_says_nothing():
    low, high = np.array([1.0, 1.0, 4.0, 5.0] * 2), np.array([3.0, 4.0, 8.0, 6.0] * 2)
    found = FifthsAndRanks(low, low, low, high, 2, 0.9, 100)
    assert found.says_nothing.tolist() == [False, True, True, False] * 2


def test_four_sites_have_no_fifth():
    with pytest.raises(ValueError, match="5 sites or more"):
        fifths_and_ranks(MEAN[:4], N[:4], WITHIN, np.random.default_rng(11))
    with pytest.raises(ValueError, match="n_draws"):
        fifths_and_ranks(MEAN, N, WITHIN, np.random.default_rng(11), 0)


# ------------------------------------------------------------------------------- calibration

EDGES = np.array([0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0001])


def promised_and_kept(draw, seed, n_sites, tau, n_studies):
    """Probabilities given, whether they came true, and coverage of the intervals of ranks."""
    rng = np.random.default_rng(seed)
    promised, kept, held = [], [], []
    for _ in range(n_studies):
        n = sizes(rng, n_sites)
        true, mean, within = draw(rng, n, tau)
        found = fifths_and_ranks(mean, n, within, rng, n_draws=1000)
        rank = (-true).argsort().argsort() + 1
        promised += [found.top_fifth, found.bottom_fifth]
        kept += [rank <= found.n_in_fifth, rank > n_sites - found.n_in_fifth]
        held.append(np.mean((found.rank_low <= rank) & (rank <= found.rank_high)))
    return np.concatenate(promised), np.concatenate(kept), np.mean(held)


def refuse_if_miscalibrated(promised, kept):
    """In each range of probabilities, the share that came true, within Monte-Carlo error.

    Sites of one study depend on each other a little, so the binomial error is taken half as large
    again, and .01 is left for rounding by 1,000 draws.
    """
    place = np.digitize(promised, EDGES)
    for cell in np.unique(place):
        own = place == cell
        expected = promised[own].mean()
        error = 1.5 * np.sqrt(expected * (1 - expected) / own.sum())
        assert abs(kept[own].mean() - expected) < 3 * error + 0.01, (expected, kept[own].mean())


def test_probabilities_come_true_as_often_as_they_say():
    promised, kept, held = promised_and_kept(normal_sites, 12, 24, 0.2, 60)
    refuse_if_miscalibrated(promised, kept)
    assert held > 0.88


@pytest.mark.slow
@pytest.mark.parametrize("draw", [normal_sites, five_point_sites])
@pytest.mark.parametrize(("n_sites", "n_studies"), [(10, 600), (24, 300), (49, 150), (200, 40)])
@pytest.mark.parametrize("tau", [0.1, 0.3])
def test_probabilities_are_calibrated_for_sites_of_3_to_300(draw, n_sites, n_studies, tau):
    promised, kept, held = promised_and_kept(draw, 13, n_sites, tau, n_studies)
    refuse_if_miscalibrated(promised, kept)
    assert held > 0.885  # intervals of whole ranks hold more than their level where sites are few


@pytest.mark.slow
@pytest.mark.parametrize("draw", [normal_sites, five_point_sites])
@pytest.mark.parametrize(("n_sites", "n_studies"), [(10, 300), (49, 60), (200, 15)])
def test_sites_that_do_not_differ_are_hardly_ever_put_into_a_fifth(draw, n_sites, n_studies):
    """Without differences no site is in a fifth; a flat prior cannot say so, but stays modest."""
    promised, _, _ = promised_and_kept(draw, 14, n_sites, 0.0, n_studies)
    assert (promised > 0.5).mean() < 0.02
    assert (promised > 0.8).mean() < 0.001
