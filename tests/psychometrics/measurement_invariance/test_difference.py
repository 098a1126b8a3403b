"""Difference tests by way of the constraints themselves, and how they behave under the null."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import scipy

from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.measurement_invariance.difference import difference_test
from pipeline.psychometrics.measurement_invariance.ladder import invariance

MODEL = {"f": ["x1", "x2", "x3"], "g": ["x4", "x5", "x6"]}


def whole(objective, values):
    """Slopes of the moments of all groups, one below the other."""
    slopes = objective.slopes(values)
    result = np.zeros((sum(len(own.values) for own in slopes), objective.n_free))
    at = 0
    for own in slopes:
        result[at : at + len(own.values), own.free] = own.slopes
        at += len(own.values)
    return result


def test_the_statistic_is_that_of_the_constraints_written_out(hs_ordinal):
    model = {"g": ["x4", "x5", "x6"], "s": ["x7", "x8", "x9"]}
    ladder = invariance(model, hs_ordinal, group="school")
    for before, after in pairwise(ladder.steps):
        if after.difference.df == 0:
            continue
        general, restricted = before.solution, after.solution
        objective = general.objective
        slopes = whole(objective, general.values)
        weight = np.diag(np.concatenate(objective.weights))
        gamma = scipy.linalg.block_diag(*[sample.variance for sample in objective.samples])
        information = slopes.T @ weight @ slopes
        projection = np.linalg.lstsq(
            slopes, whole(restricted.objective, restricted.values), rcond=None
        )[0]
        constraints = scipy.linalg.null_space(projection.T).T
        inverse = np.linalg.inv(information)
        inner = np.linalg.pinv(constraints @ inverse @ constraints.T)
        middle = inverse @ constraints.T @ inner @ constraints @ inverse
        product = weight @ slopes @ middle @ slopes.T @ weight @ gamma
        df = after.difference.df
        assert len(constraints) == df
        stretch = np.sqrt(df / np.trace(product @ product))
        plain = restricted.fit.chi_square - general.fit.chi_square
        expected = plain * stretch + df - stretch * np.trace(product)
        assert after.difference.chi_square == pytest.approx(max(expected, 0), rel=1e-6, abs=1e-6)


def test_plain_likelihood_subtracts(hs):
    general = cfa(MODEL, hs, estimator="ML")
    restricted = cfa(MODEL, hs, estimator="ML", orthogonal=True)
    found = difference_test(restricted, general)
    assert found.df == 1
    assert found.chi_square == restricted.fit.chi_square - general.fit.chi_square


def test_both_corrections_agree_with_the_plain_test_where_answers_are_normal(rng):
    n = 20_000
    factor = rng.multivariate_normal([0, 0], [[1, 0.02], [0.02, 1]], size=n)
    data = pd.DataFrame(
        np.repeat(factor, 3, axis=1) * 0.7 + rng.normal(size=(n, 6)) * 0.7,
        columns=["x1", "x2", "x3", "x4", "x5", "x6"],
    )
    plain = difference_test(
        cfa(MODEL, data, estimator="ML", orthogonal=True), cfa(MODEL, data, estimator="ML")
    )
    general = cfa(MODEL, data, estimator="MLR")
    restricted = cfa(MODEL, data, estimator="MLR", orthogonal=True)
    for method in ("satorra_2000", "satorra_bentler_2001"):
        found = difference_test(restricted, general, method=method)
        assert found.chi_square == pytest.approx(plain.chi_square, rel=0.05)


def test_what_cannot_be_compared_is_refused(hs, hs_ordinal):
    general = cfa(MODEL, hs, estimator="ML")
    restricted = cfa(MODEL, hs, estimator="ML", orthogonal=True)
    with pytest.raises(ValueError, match="more restricted"):
        difference_test(general, restricted)
    with pytest.raises(ValueError, match="same answers"):
        difference_test(cfa(MODEL, hs_ordinal), general)
    with pytest.raises(ValueError, match="same answers"):
        difference_test(cfa({"f": ["x1", "x2", "x3"]}, hs, estimator="ML"), general)


def test_models_with_the_same_degrees_of_freedom_have_nothing_to_test(hs):
    found = difference_test(
        cfa(MODEL, hs, estimator="ML"), cfa(MODEL, hs, estimator="ML", std_lv=True)
    )
    assert (found.df, found.method) == (0, "nothing to test")


@pytest.mark.slow
def test_under_the_null_the_statistics_of_all_steps_reject_five_percent():
    """Two equal groups of 500, five items of five categories, 600 replications: 5 % +- 1.8 %."""
    rng = np.random.default_rng(20260101)
    loadings = np.array([0.6, 0.66, 0.72, 0.78, 0.84])
    n, replications = 1000, 600
    rejected, statistics = np.zeros(4), []
    for _ in range(replications):
        latent = rng.normal(size=(n, 1)) * loadings
        latent = latent + rng.normal(size=(n, 5)) * np.sqrt(1 - loadings**2)
        answers = pd.DataFrame(np.digitize(latent, [-1.5, -0.7, 0.2, 1.1]), columns=list("abcde"))
        answers["group"] = np.repeat(["x", "y"], n // 2)
        steps = invariance({"t": list("abcde")}, answers, group="group").steps[1:]
        rejected += [step.difference.p_value < 0.05 for step in steps]
        statistics.append([step.difference.chi_square for step in steps])
    error = np.sqrt(0.05 * 0.95 / replications)
    assert (np.abs(rejected / replications - 0.05) < 2.6 * error).all()
    df = [step.difference.df for step in steps]
    np.testing.assert_allclose(np.mean(statistics, axis=0) / df, 1, atol=0.12)


def test_a_correction_that_does_not_exist_or_cannot_be_is_refused(hs):
    holes = hs.assign(x1=hs["x1"].mask(hs.index % 9 == 0))
    general, restricted = (
        cfa(MODEL, holes, "MLR", "fiml", orthogonal=orthogonal) for orthogonal in (False, True)
    )
    assert difference_test(restricted, general).df == 1
    with pytest.raises(ValueError, match="needs complete answers"):
        difference_test(restricted, general, "satorra_2000")
    with pytest.raises(ValueError, match="method must be one of"):
        difference_test(restricted, general, "satorra_1988")
    with pytest.raises(ValueError, match="exchange the two"):
        difference_test(general, restricted)
    with pytest.raises(ValueError, match="of the same answers"):
        difference_test(cfa(MODEL, hs, "MLR", orthogonal=True), general)
