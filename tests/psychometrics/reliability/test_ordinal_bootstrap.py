"""Intervals of the reliability of ordered answers, and what they are drawn from."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.psychometrics.counts import count_answers
from pipeline.psychometrics.reliability import (
    bootstrap_ordinal_reliability,
    categorical_omega,
    ordinal_alpha,
)
from pipeline.psychometrics.reliability.ordinal_bootstrap import ORDINAL_COEFFICIENTS
from pipeline.psychometrics.reliability.resampling import resampled_tables


def test_estimates_are_those_of_the_whole_sample_and_intervals_near_the_formulas(ordered, rng):
    result = bootstrap_ordinal_reliability(ordered, rng, 150)
    omega, alpha = categorical_omega(ordered), ordinal_alpha(ordered)
    expected = [alpha.estimate, omega.model_implied, omega.observed]
    assert_allclose([own.estimate for own in result.intervals], expected)
    for own, se in zip(
        result.intervals[1:], (omega.model_implied_se, omega.observed_se), strict=True
    ):
        assert own.se == pytest.approx(se, rel=0.25)
        assert own.ci_low < own.estimate < own.ci_high


def test_tables_of_drawn_respondents_are_those_of_as_many(ordered, rng):
    whole = count_answers(ordered)
    tables = np.array(list(resampled_tables(whole, ordered.to_numpy(), None, rng, 300)))
    n_of_first = tables[:, :4, :4].sum(axis=(1, 2))
    assert_allclose(n_of_first, len(ordered))
    error = tables.std(axis=0) / np.sqrt(len(tables))
    assert (np.abs(tables.mean(axis=0) - whole.table) <= 5 * error + 1e-9).all()


def test_tables_of_drawn_clusters_are_sums_of_theirs(ordered, rng):
    groups = (np.arange(len(ordered)) >= 250).astype(np.int64)
    whole = count_answers(ordered)
    parts = [
        count_answers(
            ordered[groups == g], dict(zip(whole.items, whole.categories, strict=True))
        ).table
        for g in (0, 1)
    ]
    possible = [2 * parts[0], parts[0] + parts[1], 2 * parts[1]]
    for table in resampled_tables(whole, ordered.to_numpy(), groups, rng, 20):
        assert min(np.abs(table - other).max() for other in possible) < 1e-9


def test_sites_that_differ_widen_the_interval(rng):
    sites = np.repeat(np.arange(30), 20)
    common = 1.5 * rng.normal(size=(30, 1))[sites] + rng.normal(size=(600, 1))
    answers = pd.DataFrame(np.digitize(common + rng.normal(size=(600, 4)), [-1, 0, 1]))
    names = ["categorical_omega_observed"]
    clustered = bootstrap_ordinal_reliability(answers, rng, 100, names, pd.Series(sites))
    assert clustered.n_clusters == 30
    assert clustered.intervals[0].se > 1.3 * categorical_omega(answers).observed_se


def test_the_same_seed_gives_the_same_bytes(ordered):
    one, same = (
        bootstrap_ordinal_reliability(
            ordered, np.random.default_rng(1), 40, ["ordinal_alpha"]
        ).to_json()
        for _ in range(2)
    )
    assert one == same


def test_two_items_have_ordinal_alpha_and_no_omega(ordered, rng):
    result = bootstrap_ordinal_reliability(ordered[["a", "c"]], rng, 40)
    assert result.of("ordinal_alpha").ci_low > 0
    assert result.of("categorical_omega_observed").condition == "two_items"


def test_what_cannot_be_drawn_is_named(unusable, rng):
    answers, condition = unusable
    result = bootstrap_ordinal_reliability(answers, rng, 40)
    assert result.condition == condition
    assert len(result.intervals) == len(ORDINAL_COEFFICIENTS)
    assert result.to_rows()["estimate"].isna().all()


def test_misuse_is_refused(ordered, rng):
    with pytest.raises(ValueError, match="coefficients"):
        bootstrap_ordinal_reliability(ordered, rng, 40, ["cronbach_alpha"])
    with pytest.raises(ValueError, match="replications"):
        bootstrap_ordinal_reliability(ordered, rng, 10)
    one_site = pd.Series("x", index=ordered.index)
    result = bootstrap_ordinal_reliability(ordered, rng, 40, clusters=one_site)
    assert result.condition == "too_few_groups"
