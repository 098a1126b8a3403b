import time

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from pipeline.psychometrics import kaiser_meyer_olkin, pearson_correlations
from pipeline.psychometrics.halves import equivalent_halves


@pytest.fixture
def answers(rng):
    """Twelve items with three factors, answered by 401, some answers missing."""
    factors = np.repeat(rng.normal(size=(401, 3)), 4, axis=1)
    values = np.round(factors + rng.normal(size=(401, 12)))
    values[rng.random(values.shape) < 0.02] = np.nan
    labels = [f"i{k:02d}" for k in range(12)]
    return pd.DataFrame(values, columns=labels, index=np.arange(1000, 1401))


@pytest.fixture
def sites(answers):
    return pd.Series(np.arange(len(answers)) // 9, index=answers.index)


def test_the_measures_are_those_of_the_halves(answers, rng):
    halves = equivalent_halves(answers, rng)
    first = kaiser_meyer_olkin(pearson_correlations(answers[halves.first]))
    second = kaiser_meyer_olkin(pearson_correlations(answers[~halves.first]))
    assert halves.kmo_first == pytest.approx(first.overall, abs=1e-10)
    assert halves.kmo_second == pytest.approx(second.overall, abs=1e-10)
    largest = max(abs(first.item_adequacy[i] - second.item_adequacy[i]) for i in answers)
    assert halves.largest_msa_difference == pytest.approx(largest, abs=1e-10)
    lower, higher = sorted([first.overall, second.overall])
    assert halves.kmo_ratio == pytest.approx(lower / higher)


def test_halves_share_nobody_and_leave_nobody_out(answers, rng):
    halves = equivalent_halves(answers, rng)
    assert halves.n_first + halves.n_second == len(answers)
    assert abs(halves.n_first - halves.n_second) <= 3
    assert halves.first.index.equals(answers.index)
    assert halves.n_first == halves.first.sum()


def test_the_choice_is_more_equivalent_than_chance(answers):
    chosen = [equivalent_halves(answers, np.random.default_rng(seed)) for seed in range(5)]
    chance = [
        equivalent_halves(answers, np.random.default_rng(seed), n_candidates=1)
        for seed in range(40)
    ]
    assert min(half.kmo_ratio for half in chosen) > np.median([half.kmo_ratio for half in chance])
    assert np.mean([half.communality_ratio for half in chosen]) > np.quantile(
        [half.communality_ratio for half in chance], 0.8
    )


def test_single_correlations_are_left_to_chance(answers):
    """Else the second half would only repeat the first."""
    chosen = [equivalent_halves(answers, np.random.default_rng(seed)) for seed in range(10)]
    chance = [
        equivalent_halves(answers, np.random.default_rng(seed), n_candidates=1)
        for seed in range(10)
    ]
    apart = [
        np.mean([half.largest_correlation_difference for half in halves])
        for halves in (chosen, chance)
    ]
    assert apart[0] > 0.8 * apart[1]


def test_sites_stay_together(answers, sites, rng):
    halves = equivalent_halves(answers, rng, sites)
    assert halves.first.groupby(sites).nunique().eq(1).all()
    assert halves.n_clusters == sites.nunique()
    assert abs(halves.n_first - halves.n_second) <= 9
    assert "clusters kept together" in halves.method


def test_the_same_seed_gives_the_same_halves(answers):
    one, other = (equivalent_halves(answers, np.random.default_rng(3)) for _ in range(2))
    assert one.to_json() == other.to_json()
    third = equivalent_halves(answers, np.random.default_rng(4))
    assert (third.in_first != one.in_first).any()


def test_reflecting_an_item_changes_nothing(answers):
    turned = answers.assign(i03=-answers["i03"])
    one = equivalent_halves(answers, np.random.default_rng(3))
    other = equivalent_halves(turned, np.random.default_rng(3))
    assert_array_equal(one.in_first, other.in_first)


def test_a_hundred_thousand_respondents_take_seconds():
    rng = np.random.default_rng(1)
    answers = pd.DataFrame(rng.normal(size=(100_000, 1)) + rng.normal(size=(100_000, 20)))
    start = time.perf_counter()
    halves = equivalent_halves(answers, rng)
    assert time.perf_counter() - start < 10
    assert halves.kmo_ratio > 0.9999
    assert (halves.n_first, halves.n_second) == (50_000, 50_000)


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (lambda x: x.assign(i00=1.0), "constant_item"),
        (lambda x: x.assign(i00=np.nan), "item_without_answers"),
        (lambda x: x.head(4), "too_few_respondents"),
        (lambda x: x.head(16).fillna(0), "not_positive_definite"),
        (lambda x: x.assign(i00=x["i01"]), "not_positive_definite"),
    ],
)
def test_what_cannot_be_judged_is_split_at_random_and_named(answers, rng, change, condition):
    changed = change(answers)
    halves = equivalent_halves(changed, rng)
    assert halves.condition == condition
    assert np.isnan(halves.kmo_ratio)
    assert abs(halves.n_first - halves.n_second) <= 3


def test_one_site_cannot_be_split(answers, rng):
    halves = equivalent_halves(answers, rng, pd.Series("one", index=answers.index))
    assert halves.condition == "too_few_groups"
    assert {halves.n_first, halves.n_second} == {0, len(answers)}


def test_misuse_is_refused(answers, sites, rng):
    with pytest.raises(ValueError, match="n_candidates"):
        equivalent_halves(answers, rng, n_candidates=0)
    with pytest.raises(ValueError, match="rows of responses"):
        equivalent_halves(answers, rng, sites.iloc[1:])
    with pytest.raises(ValueError, match="no cluster"):
        equivalent_halves(answers, rng, sites.where(sites > 0))


def test_nobody_cannot_be_split():
    with pytest.raises(ValueError, match="no respondents to split"):
        equivalent_halves(pd.DataFrame({"a": [], "b": []}, dtype=float), np.random.default_rng(1))
