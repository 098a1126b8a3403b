"""Slopes, curvatures and scores of what is made small, each by a second route."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics.confirmatory.least_squares import LeastSquares
from pipeline.psychometrics.confirmatory.maximum_likelihood import NormalTheory, saturated_trace
from pipeline.psychometrics.confirmatory.parameter_table import parameter_table
from pipeline.psychometrics.confirmatory.sample import ContinuousSample, OrderedSample
from pipeline.psychometrics.confirmatory.scoring import Curvature, gathered

MODEL = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nx1 ~~ x4"
ITEMS = [f"x{place}" for place in range(1, 7)]


def near_start(table, rng):
    values = np.empty(table.n_free)
    for row in table.rows:
        if row.free >= 0:
            values[row.free] = {"tau": row.column - 1.5, "nu": 3.0, "alpha": 0.1}.get(
                row.matrix, 1.0 if row.row == row.column else 0.2
            )
    return values + rng.uniform(-0.05, 0.05, len(values))


def numeric_slopes(value, at, step=1e-6):
    found = np.empty(len(at))
    for place in range(len(at)):
        high, low = at.copy(), at.copy()
        high[place] += step
        low[place] -= step
        found[place] = (value(high) - value(low)) / (2 * step)
    return found


@pytest.fixture
def likelihood(hs):
    groups = [own[ITEMS].to_numpy() for _, own in hs.groupby("school")]
    table = parameter_table(
        MODEL, n_groups=2, has_means=True, group_equal=["loadings", "intercepts"]
    )
    return NormalTheory(table, [ContinuousSample.of(own, None) for own in groups])


@pytest.fixture(params=["delta", "theta"])
def least_squares(hs_ordinal, request):
    answers = hs_ordinal[[*ITEMS, "school"]]
    table = parameter_table(
        MODEL,
        n_groups=2,
        n_categories=dict.fromkeys(ITEMS, 5),
        parameterization=request.param,
        group_equal=["loadings", "thresholds"],
    )
    samples = [
        OrderedSample.of(own[ITEMS], "listwise", None) for _, own in answers.groupby("school")
    ]
    return LeastSquares(table, samples, "diagonal")


def test_slopes_of_the_likelihood_are_those_of_its_value(likelihood, rng):
    at = near_start(likelihood.table, rng)
    found = gathered(likelihood.parts(at), likelihood.n_free)
    np.testing.assert_allclose(found, numeric_slopes(likelihood.value, at), atol=1e-6)


def test_slopes_of_least_squares_are_those_of_its_value(least_squares, rng):
    at = near_start(least_squares.table, rng)
    found = gathered(least_squares.parts(at), least_squares.n_free)
    numeric = numeric_slopes(least_squares.value, at)
    np.testing.assert_allclose(found, numeric, rtol=1e-5, atol=1e-4)


def test_slopes_of_ordered_moments_are_those_of_their_values(least_squares, rng):
    at = near_start(least_squares.table, rng)
    for group, own in enumerate(least_squares.slopes(at)):
        for column, free in enumerate(own.free):
            high, low = at.copy(), at.copy()
            high[free] += 1e-6
            low[free] -= 1e-6
            above = least_squares.slopes(high)[group].values
            below = least_squares.slopes(low)[group].values
            np.testing.assert_allclose(own.slopes[:, column], (above - below) / 2e-6, atol=1e-7)


def test_scores_of_respondents_add_up_to_the_slope(likelihood, rng):
    at = near_start(likelihood.table, rng)
    total = np.zeros(likelihood.n_free)
    for model, scores in zip(likelihood.models, likelihood.scores(at), strict=True):
        total[model.free] += scores.sum(axis=0)
    slope = gathered(likelihood.parts(at), likelihood.n_free)
    np.testing.assert_allclose(total, -likelihood.n * slope / 2, atol=1e-7)


def test_observed_information_is_the_slope_of_the_slopes(likelihood, rng):
    at = near_start(likelihood.table, rng)
    total = np.zeros((likelihood.n_free, likelihood.n_free))
    for free, block in likelihood.observed_information(at):
        total[np.ix_(free, free)] += block
    step = 1e-5
    for place in range(likelihood.n_free):
        high, low = at.copy(), at.copy()
        high[place] += step
        low[place] -= step
        above = gathered(likelihood.parts(high), likelihood.n_free)
        below = gathered(likelihood.parts(low), likelihood.n_free)
        np.testing.assert_allclose(total[:, place], (above - below) / (4 * step), atol=1e-6)


def test_expected_information_is_the_mean_product_of_scores_of_many_drawn_from_the_model(rng):
    table = parameter_table({"f": ITEMS}, has_means=True)
    objective = NormalTheory(table, [ContinuousSample.of(rng.normal(size=(50, 6)), None)])
    at = near_start(table, rng)
    moments = objective.models[0].moments(at)
    n = 200_000
    rows = rng.multivariate_normal(moments.mean, moments.covariance, size=n)
    drawn = NormalTheory(table, [ContinuousSample.of(rows, None)])
    scores = drawn.scores(at)[0]
    expected = drawn.parts(at)[0].curvature / 2
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    np.testing.assert_allclose((scores.T @ scores / n - expected) / scale, 0, atol=0.02)


def test_a_border_with_blocks_solves_and_inverts_as_the_whole_matrix(rng):
    blocks, total = [], np.zeros((9, 9))
    for free in ([0, 1, 2, 3], [2, 3, 4, 5, 6], [3, 7, 8]):
        root = rng.normal(size=(len(free), len(free) + 3))
        blocks.append((np.array(free), root @ root.T))
        total[np.ix_(free, free)] += root @ root.T
    curvature = Curvature(blocks, 9)
    right = rng.normal(size=9)
    np.testing.assert_allclose(curvature.solve(right), np.linalg.solve(total, right), atol=1e-10)
    np.testing.assert_allclose(curvature.inverse(), np.linalg.inv(total), atol=1e-9)


@pytest.mark.parametrize("clustered", [False, True])
def test_the_trace_of_the_saturated_model_is_that_of_its_matrices(hs, clustered):
    rows = hs[ITEMS].to_numpy()
    clusters = np.arange(len(rows)) % 30 if clustered else None
    sample = ContinuousSample.of(rows, clusters)
    p = len(ITEMS)
    first, second = np.triu_indices(p)
    centred = rows - rows.mean(axis=0)
    moments = np.hstack([centred, centred[:, first] * centred[:, second]])
    moments[:, p:] -= sample.covariance[first, second]
    inverse = np.linalg.inv(sample.covariance)
    weight = np.zeros((p + len(first), p + len(first)))
    weight[:p, :p] = inverse
    pairs = inverse[np.ix_(first, first)] * inverse[np.ix_(second, second)]
    pairs += inverse[np.ix_(first, second)] * inverse[np.ix_(second, first)]
    half = np.where(first == second, 0.5, 1.0)
    weight[p:, p:] = pairs * np.outer(half, half)
    n = len(rows)
    if clustered:
        moments = pd.DataFrame(moments).groupby(clusters).sum().to_numpy() * np.sqrt(30 / 29)
    whole = float(np.trace(weight @ moments.T @ moments)) / n
    assert saturated_trace(sample, inverse, has_means=True) == pytest.approx(whole, rel=1e-10)


def test_without_clusters_it_is_half_of_mardias_kurtosis_and_of_the_items(hs):
    rows = hs[ITEMS].to_numpy()
    sample = ContinuousSample.of(rows, None)
    inverse = np.linalg.inv(sample.covariance)
    centred = rows - sample.mean
    kurtosis = np.mean(((centred @ inverse) * centred).sum(axis=1) ** 2)
    expected = (kurtosis + len(ITEMS)) / 2
    assert saturated_trace(sample, inverse, has_means=True) == pytest.approx(expected, rel=1e-12)
