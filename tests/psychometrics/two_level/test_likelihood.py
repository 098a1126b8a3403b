"""The likelihood of clustered answers, by two routes, and its slopes, by two routes."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import multivariate_normal

from pipeline.psychometrics.two_level.clusters import cluster_moments, clustered_answers
from pipeline.psychometrics.two_level.estimate import cluster_scores
from pipeline.psychometrics.two_level.likelihood import (
    at_point,
    best_mean,
    common_basis,
    log_likelihood,
    slopes_at,
)
from pipeline.psychometrics.two_level.objective import TwoLevelLikelihood
from pipeline.psychometrics.two_level.observed import observed_information
from pipeline.psychometrics.two_level.structure import TwoLevelStructure

ITEMS = ["a", "b", "c", "d"]
WITHIN = """
f =~ a + b + e ; g =~ c + d + x*f1 ; h =~ f + g ; p =~ q + r + s ; p ~ h ; a ~~ d
h ~~ 1*h
"""
BETWEEN = """
p =~ q + r + s ; f =~ c + b + x*f1 + a ; g =~ d + e + y*a ; g ~ f ; p ~ y*g + f
f ~ 0.2*1 ; q ~ 0*1 ; p ~ 1 ; g ~ 1 ; d ~ 0.1*1
"""


@pytest.fixture
def moments(sites):
    return cluster_moments(clustered_answers(sites, ITEMS, "site"))


def some_covariance(rng, p, scale):
    root = rng.normal(size=(p, 2 * p))
    return root @ root.T / (2 * p) * scale


def whole_clusters(rows, sizes, within, between, mean):
    """The density of each cluster as one long normal vector."""
    total, start = 0.0, 0
    for size in sizes:
        own = rows[start : start + size].reshape(-1)
        covariance = np.kron(np.eye(size), within) + np.kron(np.ones((size, size)), between)
        total += multivariate_normal(np.tile(mean, size), covariance).logpdf(own)
        start += size
    return total


def test_the_likelihood_is_that_of_whole_clusters(sites, moments, rng):
    answers = clustered_answers(sites, ITEMS, "site")
    within, between = some_covariance(rng, 4, 1.0), some_covariance(rng, 4, 0.2)
    mean = np.array([3.0, 2.9, 3.2, 3.1])
    expected = whole_clusters(answers.rows, answers.sizes, within, between, mean)
    assert_allclose(log_likelihood(moments, within, between, mean), expected, rtol=1e-12)


def test_the_likelihood_allows_a_negative_variance_between_sites(sites, moments):
    answers = clustered_answers(sites, ITEMS, "site")
    within, between, mean = np.eye(4), np.diag([0.2, 0.1, -0.02, 0.0]), np.full(4, 3.0)
    expected = whole_clusters(answers.rows, answers.sizes, within, between, mean)
    assert_allclose(log_likelihood(moments, within, between, mean), expected, rtol=1e-12)
    assert log_likelihood(moments, within, -between, mean) == -np.inf
    assert log_likelihood(moments, -within, between, mean) == -np.inf


def test_slopes_are_those_of_the_likelihood(moments, rng):
    within, between = some_covariance(rng, 4, 1.0), some_covariance(rng, 4, 0.2)
    mean = np.array([3.0, 2.9, 3.2, 3.1])
    point = at_point(moments, within, between, mean)
    slopes = slopes_at(moments, point).in_items(point.basis)
    for row in range(4):
        for column in range(row, 4):
            step = np.zeros((4, 4))
            step[row, column] = step[column, row] = 1e-6
            twice = 1 if row == column else 2
            for slope, move in (
                (slopes.within, (step, 0 * step)),
                (slopes.between, (0 * step, step)),
            ):
                high = log_likelihood(moments, within + move[0], between + move[1], mean)
                low = log_likelihood(moments, within - move[0], between - move[1], mean)
                assert_allclose(
                    twice * slope[row, column], -(high - low) / 2e-6, rtol=1e-6, atol=1e-3
                )


def test_the_best_means_have_no_slope(moments, rng):
    within, between = some_covariance(rng, 4, 1.0), some_covariance(rng, 4, 0.2)
    mean = best_mean(moments, common_basis(within, between))
    assert_allclose(slopes_at(moments, at_point(moments, within, between, mean)).mean, 0, atol=1e-9)


@pytest.fixture
def bent(rng):
    """A model with every kind of parameter at both levels, and a place to look at it."""
    structure = TwoLevelStructure.of(WITHIN, BETWEEN)
    p = len(structure.items)
    sizes = rng.integers(1, 9, 40)
    site = np.repeat(np.arange(40), sizes)
    data = pd.DataFrame(
        rng.normal(size=(len(site), p)) + rng.normal(size=(40, p))[site],
        columns=list(structure.items),
    ).assign(site=site)
    answers = clustered_answers(data, structure.items, "site")
    values = rng.uniform(0.2, 0.6, size=structure.n_free)
    for table in structure.tables():
        for row in table.rows:
            if row.free >= 0 and row.matrix in ("theta", "psi") and row.row == row.column:
                values[row.free] += 0.7
            if row.free >= 0 and row.matrix == "beta":
                values[row.free] /= 3
    return TwoLevelLikelihood(structure, cluster_moments(answers)), values, answers


def differences(function, values, step=1e-5):
    columns = []
    for place in range(len(values)):
        move = np.zeros(len(values))
        move[place] = step
        columns.append((function(values + move) - function(values - move)) / (2 * step))
    return np.stack(columns, axis=-1)


def test_slopes_in_the_parameters_are_those_of_the_likelihood(bent):
    likelihood, values, _ = bent
    assert_allclose(
        likelihood.gradient(values), differences(likelihood.value, values), rtol=1e-6, atol=1e-4
    )


def test_observed_information_is_the_slope_of_the_slopes(bent):
    likelihood, values, _ = bent
    expected = differences(likelihood.gradient, values)
    assert_allclose(observed_information(likelihood, values), expected, rtol=1e-6, atol=1e-4)


def test_scores_of_clusters_sum_to_the_slopes(bent):
    likelihood, values, answers = bent
    scores = cluster_scores(likelihood, values, answers)
    assert scores.shape == (40, likelihood.n_free)
    assert_allclose(-scores.sum(axis=0), likelihood.gradient(values), rtol=1e-9, atol=1e-9)


def test_expected_information_is_the_mean_of_the_observed(draw_sites, rng):
    structure = TwoLevelStructure.of({"w": ITEMS}, {"v": ITEMS})
    truth = np.array(
        [0.8, 1.1, 0.9, 0.6, 0.7, 0.5, 0.8, 1.0, 0.8, 1.1, 0.9, *[0.1] * 4, 0.3, *[3] * 4]
    )
    observed, sizes = [], np.repeat([3, 10], 20)
    for _ in range(300):
        data = draw_sites(rng, sizes, icc=0.3 / 1.3, residual=0.1)
        answers = clustered_answers(data, structure.items, "site")
        likelihood = TwoLevelLikelihood(structure, cluster_moments(answers))
        observed.append(observed_information(likelihood, truth))
    expected = likelihood.expected_information(truth)
    spread = np.std(observed, axis=0) / np.sqrt(300)
    assert (np.abs(np.mean(observed, axis=0) - expected) < 4.5 * spread + 1e-6).all()
