"""Reliability within sites, and what correcting for it finds again."""

import numpy as np
import pandas as pd
import pingouin
import pytest

from pipeline.psychometrics.claims import (
    Asked,
    ClaimSample,
    estimate_claim,
    reliability_of_means,
    reliability_within,
)


def drawn(seed, n=2000, n_sites=50, correlation=0.6, n_items=5):
    """Two scales whose factors go together so much within sites, and not between them."""
    rng = np.random.default_rng(seed)
    sites = pd.Series(rng.integers(0, n_sites, n).astype(str))
    factors = rng.normal(size=(n, 2)) @ np.linalg.cholesky([[1, correlation], [correlation, 1]]).T
    shift = rng.normal(size=(n_sites, 2))[sites.astype(int)]
    items = [
        pd.DataFrame((factors + shift)[:, [k]] + rng.normal(0, 1.3, (n, n_items))) for k in (0, 1)
    ]
    return items, sites


def test_it_is_alpha_of_answers_minus_the_mean_of_their_site():
    (items, _), sites = drawn(1)
    centred = items - items.groupby(sites).transform("mean")
    expected = pingouin.cronbach_alpha(centred)[0]
    found = reliability_within(items, sites, "listwise")
    assert found.estimate == pytest.approx(expected, abs=1e-9)
    true = 5 / (5 + 1.3**2)
    assert found.estimate == pytest.approx(true, abs=0.02)


def test_of_two_items_it_is_the_spearman_brown_coefficient():
    (items, _), sites = drawn(2, n_items=2)
    centred = items - items.groupby(sites).transform("mean")
    between = centred.corr().iloc[0, 1]
    found = reliability_within(items, sites, "listwise")
    assert found.estimate == pytest.approx(2 * between / (1 + between), abs=1e-9)


def test_one_item_alone_has_none_and_neither_have_items_that_cancel_out():
    (items, _), sites = drawn(3, n_items=2)
    assert reliability_within(items[[0]], sites, "listwise") is None
    assert reliability_within(pd.DataFrame({0: items[0], 1: -items[0]}), sites, "listwise") is None


def test_the_correlation_of_the_factors_is_found_again():
    found = []
    for seed in range(20):
        items, sites = drawn(seed)
        values = pd.DataFrame(
            {name: own.mean(axis=1) for name, own in zip("ab", items, strict=True)}
        )
        known = {
            name: reliability_within(own, sites, "listwise")
            for name, own in zip("ab", items, strict=True)
        }
        members = pd.DataFrame(index=values.index)
        own = ClaimSample(values, pd.factorize(sites)[0].astype(np.int64), members, 11, known)
        (one,) = estimate_claim(Asked("correlation", ("a", "b"), corrected=True), own)
        found.append(one.estimate)
    assert np.mean(found) == pytest.approx(0.6, abs=3 * np.std(found) / np.sqrt(20))


def test_site_means_have_the_reliability_of_an_analysis_of_variance():
    (items, _), sites = drawn(4)
    found = reliability_of_means(items.mean(axis=1), sites)
    n = len(items) / 50
    within = 1 + 1.3**2 / 5
    assert found.estimate == pytest.approx(1 / (1 + within / n), abs=0.02)


def test_site_means_that_differ_by_chance_alone_have_none():
    scores = pd.Series(np.tile([1.0, 2.0, 3.0], 10))
    sites = pd.Series(np.repeat(np.arange(10), 3).astype(str))
    assert reliability_of_means(scores, sites) is None
