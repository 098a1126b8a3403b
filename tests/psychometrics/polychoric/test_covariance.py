"""Sampling covariances of thresholds and polychoric correlations."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.polychoric import polychoric_covariance

from .test_polychoric import draw


@pytest.fixture(params=[0.0, 0.15], ids=["complete", "with missing answers"])
def answers(request, rng):
    correlation = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    table = draw(rng, correlation, 3000)
    return table.mask(rng.random(table.shape) < request.param)


def test_the_diagonal_is_that_of_the_tables(answers):
    found = polychoric_covariance(answers)
    se = np.sqrt(np.diag(found.values))
    thresholds = np.concatenate(list(found.polychoric.threshold_se.values()))
    first, second = np.triu_indices(4, k=1)
    assert_allclose(se[: len(thresholds)], thresholds, rtol=1e-12)
    assert_allclose(se[len(thresholds) :], found.polychoric.se[first, second], rtol=1e-12)


def test_moments_are_named_in_the_order_of_the_estimates(answers):
    found = polychoric_covariance(answers)
    assert found.moments[:5] == (*(("i0", str(k)) for k in range(1, 5)), ("i1", "1"))
    assert found.moments[-6:] == (
        ("i0", "i1"),
        ("i0", "i2"),
        ("i0", "i3"),
        ("i1", "i2"),
        ("i1", "i3"),
        ("i2", "i3"),
    )
    assert found.estimates[-1] == found.polychoric.unsmoothed[2, 3]
    assert len(found.moments) == len(found.estimates) == len(found.values)


def by_jackknife(answers, n_blocks=300):
    """The covariance from leaving out one block of respondents after the other."""
    blocks = np.arange(len(answers)) % n_blocks
    drawn = np.array(
        [polychoric_covariance(answers[blocks != b]).estimates for b in range(n_blocks)]
    )
    apart = drawn - drawn.mean(axis=0)
    return (n_blocks - 1) / n_blocks * apart.T @ apart


def test_leaving_out_respondents_gives_the_same_covariance(answers):
    """A second route; 300 blocks leave an error of 1 / sqrt(300), about 6 %, of a variance."""
    found = polychoric_covariance(answers).values
    expected = by_jackknife(answers)
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.abs((found - expected) / scale).max() < 0.25
    assert np.abs((found - expected) / scale).mean() < 0.06


def test_it_is_positive_semidefinite(answers):
    values = polychoric_covariance(answers).values
    assert np.linalg.eigvalsh(values)[0] > -1e-12
    assert_allclose(values, values.T)


def test_chunks_make_no_difference(answers):
    whole = polychoric_covariance(answers).values
    order = np.random.default_rng(3).permutation(len(answers))
    assert_allclose(polychoric_covariance(answers.iloc[order]).values, whole, atol=1e-15)


def test_listwise_is_that_of_complete_rows(answers):
    found = polychoric_covariance(answers, missing="listwise")
    expected = polychoric_covariance(answers.dropna())
    assert_allclose(found.values, expected.values)
    assert found.n_respondents == len(answers.dropna())


def test_correlations_at_the_boundary_have_no_covariances():
    answers = pd.DataFrame({"a": [1, 2, 3] * 20, "b": [1, 2, 3] * 20, "c": [1, 2, 2, 3] * 15})
    found = polychoric_covariance(answers)
    undefined = np.isnan(found.values).all(axis=0)
    assert [found.moments[k] for k in np.flatnonzero(undefined)] == [("a", "b")]
    assert "correlation_at_boundary" in found.condition


def test_categories_nobody_chose_make_no_difference(answers):
    with_more = polychoric_covariance(answers, categories=range(0, 9))
    assert "empty_category" in with_more.condition
    assert_allclose(with_more.values, polychoric_covariance(answers).values, rtol=1e-9)


def test_clusters_of_one_respondent_change_nothing(answers):
    alone = pd.Series(range(len(answers)))
    found = polychoric_covariance(answers, clusters=alone)
    assert_allclose(found.values, polychoric_covariance(answers).values, rtol=1e-9)
    assert "3000 clusters" in found.method


def test_respondents_given_twice_are_one_cluster(answers):
    """Twins in clusters tell as much as one of each; the factor n / (n - 1) counts clusters."""
    twins = pd.concat([answers, answers], ignore_index=True)
    pairs = pd.Series(list(range(len(answers))) * 2)
    found = polychoric_covariance(twins, clusters=pairs).values
    assert_allclose(found, polychoric_covariance(answers).values, rtol=1e-9)


def test_clusters_must_name_every_respondent(answers):
    for clusters in (pd.Series(["x"]), pd.Series([None] * len(answers))):
        with pytest.raises(ValueError, match="one cluster for every respondent"):
            polychoric_covariance(answers, clusters=clusters)


@pytest.mark.slow
def test_standard_errors_with_clusters_are_those_of_repeated_samples():
    """600 draws of 40 sites of 15 people: the mean standard error against the spread (3 %)."""
    rng, n_draws = np.random.default_rng(5), 600
    site = pd.Series(np.repeat(range(40), 15))
    estimates, with_sites, without = [], [], []
    for _ in range(n_draws):
        common = np.sqrt(0.3) * rng.normal(size=(40, 2))[site]
        latent = common + np.sqrt(0.7) * rng.normal(size=(600, 2))
        latent[:, 1] = 0.6 * latent[:, 0] + 0.8 * latent[:, 1]
        answers = pd.DataFrame(np.digitize(latent, [-1, 0, 1]), columns=["a", "b"])
        found = polychoric_covariance(answers, clusters=site)
        estimates.append(found.estimates[-1])
        with_sites.append(found.values[-1, -1])
        without.append(polychoric_covariance(answers).values[-1, -1])
    spread = np.var(estimates)
    assert np.mean(with_sites) == pytest.approx(spread, rel=0.15)
    assert np.mean(without) < 0.8 * spread


def test_one_item_has_thresholds_and_no_correlation():
    answers = pd.DataFrame({"a": [1, 1, 2, 3, 3, 3, np.nan]})
    found = polychoric_covariance(answers)
    assert found.moments == (("a", "1"), ("a", "2"))
    assert_allclose(np.sqrt(np.diag(found.values)), found.polychoric.threshold_se["a"])
    sites = pd.Series([1, 1, 2, 2, 3, 3, 3])
    assert polychoric_covariance(answers, clusters=sites).values.shape == (2, 2)


@pytest.mark.filterwarnings("error")
def test_pairs_at_the_boundary_have_no_covariance_and_leave_the_others_theirs():
    rng = np.random.default_rng(4)
    latent = rng.normal(size=(200, 1)) + rng.normal(size=(200, 2))
    free = pd.DataFrame(np.digitize(latent, [-1, 0, 1]), columns=["a", "b"])
    sites = pd.Series(np.arange(200) % 20)
    for clusters in (None, sites):
        own = polychoric_covariance(free, clusters=clusters)
        both = polychoric_covariance(free.assign(c=free["a"]), clusters=clusters)
        place = both.moments.index(("a", "b"))
        assert both.values[place, place] == pytest.approx(own.values[-1, -1], rel=1e-12)
        assert np.isnan(both.values[both.moments.index(("a", "c"))]).all()
