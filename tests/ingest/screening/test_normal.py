import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from pipeline.ingest.screening import estimate_normal
from pipeline.ingest.screening.normal import FREQUENT

NAN = np.nan


def draw(n, k, missing, seed=5):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(k, k))
    values = rng.normal(size=(n, k)) @ root + 3
    values[rng.random(values.shape) < missing] = NAN
    return values


def deviance(values, mean, covariance):
    """Minus twice the log-likelihood of what was observed, up to a constant."""
    total = 0.0
    for row in values:
        o = ~np.isnan(row)
        part = covariance[np.ix_(o, o)]
        deviation = (row - mean)[o]
        total += np.linalg.slogdet(part)[1] + deviation @ np.linalg.solve(part, deviation)
    return total


def test_without_gaps_it_is_the_mean_and_covariance():
    values = draw(200, 4, 0)
    found = estimate_normal(values)
    assert_allclose(found.mean, values.mean(axis=0))
    assert_allclose(found.unbiased_covariance, np.cov(values, rowvar=False))


def test_one_gap_pattern_has_a_solution_in_closed_form():
    values = draw(60, 2, 0)
    values[40:, 1] = NAN
    found = estimate_normal(values, tolerance=1e-12)
    x, y = values[:40].T
    slope = np.cov(x, y, ddof=0)[0, 1] / x.var()
    mean = y.mean() + slope * (values[:, 0].mean() - x.mean())
    variance = y.var() + slope**2 * (values[:, 0].var() - x.var())
    assert_allclose(found.mean[1], mean, rtol=1e-9)
    assert_allclose(found.covariance[1], [slope * values[:, 0].var(), variance], rtol=1e-8)


def test_no_other_parameters_make_the_answers_more_likely():
    values = draw(80, 3, 0.2)
    found = estimate_normal(values, tolerance=1e-10)

    def at(parameters):
        root = np.zeros((3, 3))
        root[np.tril_indices(3)] = parameters[3:]
        return deviance(values, parameters[:3], root @ root.T)

    start = np.concatenate([found.mean, np.linalg.cholesky(found.covariance)[np.tril_indices(3)]])
    assert minimize(at, start).fun > at(start) - 1e-6
    assert minimize(at, start + 0.3).fun > at(start) - 1e-4


def test_frequent_and_rare_patterns_are_treated_alike():
    values = draw(4 * FREQUENT, 3, 0)
    values[: FREQUENT - 1, 0] = NAN
    values[-FREQUENT // 2 :, 1:] = NAN
    thrice = np.tile(values, (3, 1))
    once, repeated = estimate_normal(values, 1e-12), estimate_normal(thrice, 1e-12)
    assert_allclose(repeated.mean, once.mean, rtol=1e-9)
    assert_allclose(repeated.covariance, once.covariance, rtol=1e-9)


def test_people_without_an_answer_do_not_count():
    values = draw(100, 3, 0.1)
    more = np.vstack([values, np.full((50, 3), NAN)])
    assert estimate_normal(more).n == estimate_normal(values).n
    assert_allclose(estimate_normal(more).mean, estimate_normal(values).mean)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda v: v[:2], "too_few_people"),
        (lambda v: v[:0], "too_few_people"),
        (lambda v: np.where(np.arange(4) == 2, NAN, v), "item_without_answers"),
        (lambda v: np.where(np.arange(4) == 2, 5, v), "constant_item"),
        (lambda v: v[:, [0, 1, 2, 2]], "singular"),
        (lambda v: v[:4], "singular"),
    ],
)
def test_without_an_estimate_it_says_why(change, reason):
    found = estimate_normal(change(draw(100, 4, 0)))
    assert (found.reason, found.converged) == (reason, False)


def test_too_few_steps_are_told():
    found = estimate_normal(draw(100, 4, 0.3), max_iterations=2)
    assert (found.reason, found.n_iterations) == ("not_converged", 2)
