import numpy as np
import pytest
from factor_analyzer import FactorAnalyzer
from numpy.testing import assert_allclose
from scipy.optimize import approx_fprime

from pipeline.psychometrics.efa.extraction import _least_squares, _likelihood, extract
from tests.psychometrics.efa.matching import brought_to

HEYWOOD = np.array(
    [[1, 0.675, 0.6, 0.2], [0.675, 1, 0.225, 0.1], [0.6, 0.225, 1, 0.1], [0.2, 0.1, 0.1, 1]]
)


@pytest.fixture
def correlations(rng):
    """Of twelve items with three factors, in a sample of 300."""
    weights = np.kron(np.eye(3), [[0.8], [0.7], [0.6], [0.5]])
    answers = rng.normal(size=(300, 3)) @ weights.T + rng.normal(size=(300, 12))
    return np.corrcoef(answers.T)


@pytest.mark.parametrize("method", ["minres", "ml"])
def test_agrees_with_factor_analyzer(case, method):
    correlation, expected = case
    values, n_factors = correlation["pearson"].values, expected["n_factors"]
    other = FactorAnalyzer(n_factors, rotation=None, method=method, is_corr_matrix=True)
    other.fit(np.array(values))
    found = extract(values, n_factors, method)
    assert_allclose(brought_to(other.loadings_, found.loadings), found.loadings, atol=3e-5)


@pytest.mark.parametrize("method", ["minres", "ml"])
def test_reaches_no_higher_a_discrepancy_than_factor_analyzer(correlations, method):
    other = FactorAnalyzer(3, rotation=None, method=method, is_corr_matrix=True)
    other.fit(correlations.copy())
    there = 1 - (other.loadings_**2).sum(axis=1)
    found = extract(correlations, 3, method)
    values = {
        "minres": lambda u: _least_squares(correlations, u, 3).value,
        "ml": lambda u: _likelihood(correlations, np.log(u), 3).value,
    }
    assert found.discrepancy <= values[method](there) + 1e-12
    assert found.discrepancy == pytest.approx(values[method](found.uniquenesses), abs=1e-12)


@pytest.mark.parametrize("discrepancy", [_least_squares, _likelihood])
def test_slopes_and_curvature_are_those_of_the_discrepancy(correlations, rng, discrepancy):
    place = rng.uniform(0.3, 0.8, 12)
    point = discrepancy(correlations, place, 3)
    slope = approx_fprime(place, lambda x: discrepancy(correlations, x, 3).value, 1e-7)
    bend = approx_fprime(place, lambda x: discrepancy(correlations, x, 3).slope, 1e-7)
    assert_allclose(point.slope, slope, atol=1e-5)
    exact, never_negative = point.curvature()
    assert_allclose(exact, bend, atol=1e-5)
    assert np.linalg.eigvalsh(never_negative)[0] > -1e-12


@pytest.mark.parametrize("method", ["minres", "ml", "pa"])
def test_known_loadings_are_given_back(method):
    loadings = np.array([[0.8], [0.7], [0.6], [0.5], [0.4]])
    correlations = loadings @ loadings.T
    np.fill_diagonal(correlations, 1)
    found = extract(correlations, 1, method)
    assert found.converged
    assert not found.at_bound
    tolerance = 5e-3 if method == "pa" else 1e-8  # principal axis stops by R psych's rule
    assert_allclose(found.loadings, loadings, atol=tolerance)


@pytest.mark.parametrize("method", ["minres", "ml"])
def test_a_start_changes_nothing_but_the_way(correlations, method):
    one = extract(correlations, 3, method)
    other = extract(correlations, 3, method, start=np.full(12, 0.5))
    assert_allclose(other.loadings, one.loadings, atol=1e-7)


@pytest.mark.parametrize("method", ["minres", "ml"])
def test_at_the_solution_residual_variances_are_zero(correlations, method):
    found = extract(correlations, 3, method)
    communalities = (found.loadings**2).sum(axis=1)
    assert_allclose(communalities + found.uniquenesses, 1, atol=1e-7)


@pytest.mark.parametrize("method", ["minres", "ml"])
def test_a_uniqueness_stops_at_its_bound(method):
    found = extract(HEYWOOD, 1, method)
    assert found.at_bound
    assert found.converged
    assert found.uniquenesses.min() == pytest.approx(0.005)


def test_small_samples_with_many_factors_still_arrive():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        answers = 0.8 * rng.normal(size=(60, 1)) + rng.normal(size=(60, 12))
        correlations, n_factors = np.corrcoef(answers.T), int(rng.integers(1, 7))
        assert extract(correlations, n_factors, "minres").converged
        assert extract(correlations, n_factors, "ml").converged


def test_principal_axis_that_does_not_settle_says_so():
    rng = np.random.default_rng(3)
    answers = rng.normal(size=(40, 1)) * 0.3 + rng.normal(size=(40, 8))
    found = extract(np.corrcoef(answers.T), 4, "pa")
    assert not found.converged or found.at_bound


def test_more_factors_never_fit_worse(correlations):
    values = [extract(correlations, k, "ml").discrepancy for k in range(1, 6)]
    assert values == sorted(values, reverse=True)


def test_the_matrix_given_is_not_changed(correlations):
    before = correlations.copy()
    for method in ("minres", "ml", "pa"):
        extract(correlations, 2, method)
    assert (correlations == before).all()


def test_misuse_is_refused(correlations):
    with pytest.raises(ValueError, match="square"):
        extract(correlations[:3], 1)
    with pytest.raises(ValueError, match="missing"):
        extract(np.where(correlations > 0.3, np.nan, correlations), 1)
    with pytest.raises(ValueError, match="n_factors"):
        extract(correlations, 12)
    with pytest.raises(ValueError, match="n_factors"):
        extract(correlations, 0)
    with pytest.raises(ValueError, match="unknown method"):
        extract(correlations, 1, "uls")
    with pytest.raises(ValueError, match="positive definite"):
        extract(np.ones((4, 4)), 1, "ml")
