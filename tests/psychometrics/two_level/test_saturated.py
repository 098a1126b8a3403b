"""The two covariance matrices without a model."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.two_level.clusters import cluster_moments, clustered_answers
from pipeline.psychometrics.two_level.likelihood import at_point, log_likelihood, slopes_at
from pipeline.psychometrics.two_level.saturated import fit_independence, fit_saturated

ITEMS = ["a", "b", "c", "d"]


def moments_of(data):
    items = [name for name in data.columns if name != "site"]
    return cluster_moments(clustered_answers(data, items, "site"))


def assert_best(moments, found):
    """No slope where variances are positive; where they are zero, none would gain by growing."""
    point = at_point(moments, found.within, found.between, found.mean)
    slopes = slopes_at(moments, point)
    inside = point.basis.ratios > 1e-6
    n, j = moments.n_respondents, moments.n_groups
    assert_allclose(slopes.within / n, 0, atol=1e-5)
    assert_allclose(slopes.between[inside] / j / moments.sizes.max(), 0, atol=1e-3)
    assert_allclose(slopes.mean / n, 0, atol=1e-8)
    outside = slopes.between[np.ix_(~inside, ~inside)]
    assert (np.linalg.eigvalsh(outside) > -1e-3 * j).all()


def test_sites_of_one_size_have_the_known_solution(draw_sites, rng):
    data = draw_sites(rng, np.full(50, 10), residual=0.3)
    found = fit_saturated(moments_of(data))
    grouped = data.groupby("site")[ITEMS]
    deviations = data[ITEMS] - grouped.transform("mean")
    within = deviations.T @ deviations / 450
    means = grouped.mean()
    between = np.cov(means, rowvar=False, bias=True) - within / 10
    assert_allclose(found.within, within, rtol=1e-6)
    assert_allclose(found.between, between, atol=1e-6)
    assert_allclose(found.mean, means.mean())
    assert found.n_at_boundary == 0


def test_sites_of_many_sizes_have_a_solution_without_slope(sites):
    moments = moments_of(sites)
    found = fit_saturated(moments)
    assert found.converged
    assert_best(moments, found)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("n_sites", "largest", "n_items"), [(5, 100, 8), (10, 20, 20), (3, 4, 3), (50, 3, 6)]
)
def test_a_singular_covariance_between_sites_is_found_and_named(seed, n_sites, largest, n_items):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, largest + 1, n_sites)
    site = np.repeat(np.arange(n_sites), sizes)
    values = rng.normal(size=(len(site), n_items)) + 0.4 * rng.normal(size=(n_sites, 1))[site]
    if len(site) - n_sites < n_items:
        pytest.fail("the draw is too small to be a test")
    moments = moments_of(pd.DataFrame(values).add_prefix("x").assign(site=site))
    found = fit_saturated(moments)
    assert found.converged
    assert found.n_at_boundary > 0
    assert np.linalg.eigvalsh(found.between)[0] > -1e-10
    assert_best(moments, found)


def test_units_of_items_do_not_matter(sites):
    factors = np.array([1e-4, 1.0, 1e3, 7.0])
    first = fit_saturated(moments_of(sites))
    second = fit_saturated(moments_of(sites.assign(**(sites[ITEMS] * factors))))
    assert_allclose(second.within, first.within * np.outer(factors, factors), rtol=1e-5)
    assert_allclose(second.between, first.between * np.outer(factors, factors), rtol=1e-3)


def test_independent_items_are_as_likely_as_each_alone(sites):
    moments = moments_of(sites)
    alone = [fit_saturated(moments_of(sites[[item, "site"]])) for item in ITEMS]
    diagonal = log_likelihood(
        moments,
        np.diag([own.within[0, 0] for own in alone]),
        np.diag([own.between[0, 0] for own in alone]),
        np.array([own.mean[0] for own in alone]),
    )
    assert_allclose(fit_independence(moments), diagonal, rtol=1e-10)


def test_lavaan_stops_its_search_early(lq, reference):
    """Its EM algorithm, repeated, ends where it says, and below the maximum."""
    expected = reference("lavaan_two_level")["lq_tsig"]
    answers = clustered_answers(lq, expected["input"]["items"], "COMPID")
    moments = cluster_moments(answers)
    told = expected["fit"]["unrestricted.logl"]
    assert_allclose(stopped_em(answers, moments), told, atol=1e-5)
    assert 0.03 < fit_saturated(moments).log_likelihood - told < 0.033


def stopped_em(answers, moments):
    """EM from unit matrices until a step adds less than 1e-4 to the log-likelihood."""
    p, means, sizes = moments.n_items, answers.means(), answers.sizes
    within, between, mean, before = np.eye(p), np.eye(p), np.zeros(p), -np.inf
    while (now := log_likelihood(moments, within, between, mean)) - before >= 1e-4:
        before, effects, left, known = now, [], np.zeros((p, p)), np.zeros((p, p))
        for size, own in zip(sizes, means, strict=True):
            share = size * between @ np.linalg.inv(within + size * between)
            uncertain = between - share @ between
            effects.append(mean + share @ (own - mean))
            known += uncertain + np.outer(effects[-1], effects[-1])
            left += size * uncertain
        rest = answers.rows - np.repeat(effects, sizes, axis=0)
        mean = np.mean(effects, axis=0)
        within = (rest.T @ rest + left) / len(rest)
        between = known / len(sizes) - np.outer(mean, mean)
    return now
