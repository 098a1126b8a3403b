from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from pipeline.psychometrics.agreement import (
    agreement_by_chance,
    by_chance,
    deals,
    within_group_agreement,
)
from pipeline.psychometrics.agreement.answers import category_counts, grouped_answers
from pipeline.psychometrics.agreement.deals import (
    DRAWS_OF_AN_ORDER,
    FEWEST_BLOCKS,
    in_blocks,
    plan_of,
    random_deals,
)

STATISTICS = ("variance", "rwg_j_uniform", "ad_mean", "ad_mean_by_people")


def drawn_answers(rng, sizes, share_between=0.0, n_items=3):
    """Five-point answers with one factor; groups differ by a share of its variance."""
    groups = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    site = rng.normal(size=(len(sizes), 1))[groups] * np.sqrt(share_between)
    factor = site + rng.normal(size=(len(groups), 1)) * np.sqrt(1 - share_between)
    latent = 3.3 + 0.8 * factor + 0.7 * rng.normal(size=(len(groups), n_items))
    answers = np.clip(np.rint(latent), 1, 5).astype(np.int8)
    return pd.DataFrame(answers, columns=list("abcdefgh")[:n_items]), pd.Series(groups)


def means_of(items, groups):
    """Means over groups, by the other function."""
    found = within_group_agreement(items, groups, 1, 5)
    known = found.n > 1
    agreement = found.rwg_j_uniform[known]
    inside = (agreement >= 0) & (agreement <= 1)
    return (
        found.variance[known].mean(),
        np.where(inside, agreement, 0).mean(),
        found.ad_mean[known].mean(),
        np.average(found.ad_mean[known], weights=found.n[known]),
    )


def comparisons(result):
    return {own.statistic: own for own in result.programme}


def means_of_draws(answers, plan, rng, n_draws):
    """Means over groups of the statistics of each draw."""
    drawn = list(by_chance._drawn(answers, plan, rng, n_draws))
    return by_chance._means(drawn[0], answers)


def test_chances_are_those_of_all_ways_to_deal(rng):
    items = pd.DataFrame({"a": [1, 2, 5, 4, 3, 3, 1], "b": [1, 1, 4, 5, 5, 2, 4]})
    groups = pd.Series(list("aaabbcc"))
    every = [
        (means_of(dealt, groups), within_group_agreement(dealt, groups, 1, 5))
        for order in permutations(range(7))
        if order[0] < order[1] < order[2] and order[3] < order[4] and order[5] < order[6]
        for dealt in [items.iloc[list(order)].reset_index(drop=True)]
    ]
    assert len(every) == 210
    means = np.array([own for own, _ in every])
    observed = means_of(items, groups)
    n_draws = 4000
    found = agreement_by_chance(items, groups, 1, 5, rng, n_draws)
    for place, own in enumerate(found.programme):
        closer = -1 if own.statistic == "rwg_j_uniform" else 1
        exact = (closer * (means[:, place] - observed[place]) <= 1e-9).mean()
        assert own.statistic == STATISTICS[place]
        assert own.observed == pytest.approx(observed[place])
        assert own.p_value == pytest.approx(exact, abs=4 * np.sqrt(exact / n_draws) + 1 / n_draws)
        spread = means[:, place].std()
        assert own.random_mean == pytest.approx(means[:, place].mean(), abs=4 * spread / 63)
        assert own.random_sd == pytest.approx(spread, rel=0.06)
    for place, own in enumerate(found.groups):
        first = found.groups.index(own)
        variances = np.array([dealt.variance[first] for _, dealt in every])
        exact = (variances <= found.variance[place] + 1e-9).mean()
        error = 4 * np.sqrt(exact * (1 - exact) / n_draws)
        assert found.p_variance[place] == pytest.approx(exact, abs=error + 1 / n_draws)
        deviations = np.array([dealt.ad_mean[first] for _, dealt in every])
        exact = (deviations <= found.ad_mean[place] + 1e-9).mean()
        assert found.p_ad_mean[place] == pytest.approx(exact, abs=4 * 0.5 / np.sqrt(n_draws))


def test_random_groups_are_those_of_shuffled_names(lq, rng):
    items, groups = lq[["TSIG01", "TSIG02", "TSIG03"]], lq["COMPID"]
    found = comparisons(agreement_by_chance(items, groups, 1, 5, rng, 1000))
    shuffled = np.array(
        [means_of(items, pd.Series(rng.permutation(groups), items.index)) for _ in range(300)]
    )
    for place, name in enumerate(STATISTICS):
        sd = shuffled[:, place].std(ddof=1)
        error = sd * np.sqrt(1 / 300 + 1 / 1000)
        assert found[name].random_mean == pytest.approx(shuffled[:, place].mean(), abs=4 * error)
        assert found[name].random_sd == pytest.approx(sd, rel=4 * np.sqrt(0.5 / 300 + 0.5 / 1000))
        assert found[name].observed == pytest.approx(means_of(items, groups)[place])


def test_companies_agree_more_closely_than_chance(lq, rng):
    items = lq[[name for name in lq.columns if name.startswith("LEAD")]]
    found = agreement_by_chance(items, lq["COMPID"], 1, 5, rng, 500)
    for own in found.programme:
        assert own.p_value == 1 / 501
        assert own.z > 3 if own.statistic == "rwg_j_uniform" else own.z < -3
    assert found.condition is None


def test_the_variance_within_a_random_group_is_that_of_everybody(lq, rng):
    items = lq[["LEAD01", "LEAD02"]]
    found = agreement_by_chance(items, lq["COMPID"], 1, 5, rng, 1000)
    assert found.expected_variance == pytest.approx(items.var().mean())
    own = comparisons(found)["variance"]
    assert own.random_mean == pytest.approx(
        found.expected_variance, abs=4 * own.random_sd / np.sqrt(1000)
    )


def test_the_spread_of_random_means_is_what_theory_says(rng):
    # groups of one size: only the differences of their means are left to chance
    items, groups = drawn_answers(rng, [40] * 60, n_items=1)
    found = comparisons(agreement_by_chance(items, groups, 1, 5, rng, 2000))["variance"]
    n, n_groups, variance = len(items), 60, items["a"].var()
    theory = variance * np.sqrt(2 * (n_groups - 1)) / (n - n_groups)
    assert found.random_sd == pytest.approx(theory, rel=0.08)


def test_the_same_spread_says_more_of_a_large_group_than_of_a_small_one(rng):
    items, _ = drawn_answers(rng, [556])
    alike = pd.DataFrame({"a": [2, 4, 3, 4], "b": [3, 4, 3, 4], "c": [3, 3, 4, 4]})
    table = pd.concat([alike, *[alike] * 10, items], ignore_index=True)
    groups = pd.Series(np.repeat(["few", "many", "rest"], [4, 40, 556]))
    found = agreement_by_chance(table, groups, 1, 5, rng, 500).by_group().set_index("group")
    assert found.loc["many", "variance"] == pytest.approx(
        found.loc["few", "variance"] * 40 * 3 / 4 / 39
    )
    assert found.loc["many", "p_variance"] < 0.01
    assert found.loc["few", "p_variance"] > 0.05


def test_without_group_differences_the_chances_of_groups_are_uniform(rng):
    items, groups = drawn_answers(rng, rng.integers(15, 60, 500))
    found = agreement_by_chance(items, groups, 1, 5, rng, 300)
    for p_values in (found.p_variance, found.p_ad_mean):
        assert stats.kstest(p_values, "uniform").pvalue > 0.005
        assert (p_values <= 0.05).mean() == pytest.approx(0.05, abs=4 * np.sqrt(0.0475 / 500))


def test_without_group_differences_the_chance_of_the_mean_is_uniform(rng):
    p_values = []
    for _ in range(150):
        items, groups = drawn_answers(rng, [3, 5, 8, 12, 20, 30, 2, 1])
        found = agreement_by_chance(items, groups, 1, 5, rng, 99)
        p_values.append([own.p_value for own in found.programme])
    for column in np.transpose(p_values):
        assert stats.kstest(column, "uniform").pvalue > 0.005


def test_group_differences_are_found_and_the_more_the_larger_they_are(rng):
    shares = []
    for between in (0.0, 0.1, 0.4):
        items, groups = drawn_answers(rng, [60] * 150, between)
        found = agreement_by_chance(items, groups, 1, 5, rng, 100)
        shares.append((found.p_variance <= 0.05).mean())
        if between:
            assert all(own.p_value == 1 / 101 for own in found.programme)
    assert shares[0] < 0.12
    assert shares[0] < shares[1] < shares[2]
    assert shares[2] > 0.4


@pytest.mark.parametrize("sizes", [[1, 2, 3], [5, 40, 41, 90, 3], [400] * 6, [1000, 17]])
@pytest.mark.parametrize("block_size", [1, 2, 7, 20])
def test_every_draw_deals_everybody_once_into_groups_of_the_actual_sizes(rng, sizes, block_size):
    items, groups = drawn_answers(rng, sizes)
    answers = grouped_answers(items, groups, 1, 5)
    plan = in_blocks(answers.sizes, block_size)
    everybody = category_counts(answers.steps, np.zeros_like(answers.codes), 1, 5)[0]
    draws = list(random_deals(answers, plan, rng, DRAWS_OF_AN_ORDER + 2))
    assert len(draws) == DRAWS_OF_AN_ORDER + 2
    for counts in draws:
        assert_array_equal(counts.sum(axis=0), everybody)
        assert_array_equal(counts.sum(axis=2), np.repeat(sizes, 3).reshape(-1, 3))


def test_every_pair_is_as_likely_in_blocks_as_singly(rng):
    # 60 people who can be told apart, in groups of 40, 15 and 5; blocks of two
    items = pd.DataFrame({"q": np.arange(60)})
    groups = pd.Series(np.repeat(["a", "b", "c"], [40, 15, 5]))
    answers = grouped_answers(items, groups, 0, 59)
    plan = in_blocks(answers.sizes, 2)
    assert plan.n_whole_blocks.tolist() == [20, 0, 0]
    together = np.zeros((60, 60))
    owners = np.zeros((3, 60))
    n_draws = 200 * DRAWS_OF_AN_ORDER
    for counts in random_deals(answers, plan, rng, n_draws):
        members = counts[:, 0].astype(float)
        owners += members
        together += members[:1].T @ members[:1]
    for place, size in enumerate((40, 15, 5)):
        expected = n_draws * size / 60
        assert_allclose(owners[place], expected, atol=6 * np.sqrt(expected))
    pairs = together[np.triu_indices(60, 1)] / n_draws
    chance = 40 * 39 / (60 * 59)
    assert pairs.mean() == pytest.approx(chance)
    assert_allclose(pairs, chance, atol=0.07)


@pytest.mark.parametrize("sizes", [[500] * 30, [3, 8, 20, 60, 150, 300, 700] * 8])
def test_dealing_in_blocks_gives_what_dealing_singly_gives(rng, sizes):
    items, groups = drawn_answers(rng, sizes)
    answers = grouped_answers(items, groups, 1, 5)
    n_draws = 1500
    singly = means_of_draws(answers, in_blocks(answers.sizes, 1), rng, n_draws)
    blocks = in_blocks(answers.sizes, 15)
    assert blocks.n_whole_blocks.any()
    dealt = means_of_draws(answers, blocks, rng, n_draws)
    alike = 1 + (DRAWS_OF_AN_ORDER - 1) * blocks.shared_pairs
    for name in STATISTICS:
        sd = singly[name].std(ddof=1)
        error = sd * np.sqrt((1 + alike) / n_draws)
        assert dealt[name].mean() == pytest.approx(singly[name].mean(), abs=4 * error)
        assert dealt[name].std(ddof=1) == pytest.approx(sd, rel=4 * np.sqrt(1 / n_draws))


@pytest.mark.parametrize(
    "sizes", [[300] * 20, [4_000, *[10] * 100], [3, 8, 20, 60, 150, 300, 700] * 4]
)
def test_draws_from_one_order_are_no_more_alike_than_the_error_allows_for(rng, monkeypatch, sizes):
    monkeypatch.setattr(deals, "DEALT_SINGLY_UP_TO", 0)
    items, groups = drawn_answers(rng, sizes)
    answers = grouped_answers(items, groups, 1, 5)
    plan = plan_of(answers.sizes)
    assert plan.n_whole_blocks.any()
    n_orders = 200
    values = means_of_draws(answers, plan, rng, n_orders * DRAWS_OF_AN_ORDER)["variance"]
    means = values.reshape(n_orders, DRAWS_OF_AN_ORDER).mean(axis=1)
    alike = means.var(ddof=1) * DRAWS_OF_AN_ORDER / values.var(ddof=1)
    allowed = 1 + (DRAWS_OF_AN_ORDER - 1) * plan.shared_pairs
    assert allowed < 2
    assert alike < allowed * (1 + 3 * np.sqrt(2 / n_orders))


@pytest.mark.parametrize("sizes", [[400_000, *[50] * 2000], [3000, 19, 18], [29, 31] * 2000])
def test_those_whom_no_block_holds_are_few_among_those_dealt_singly(sizes):
    plan = plan_of(np.array(sizes))
    left_over = sum(sizes) % plan.block_size
    assert left_over <= plan.n_singles.sum() / FEWEST_BLOCKS


def test_a_block_is_a_small_part_of_the_groups_that_take_it_whole(rng):
    for sizes in (rng.integers(3, 300, 1000), np.full(1000, 500), np.array([250_000, 200_000])):
        plan = plan_of(sizes)
        assert_array_equal(plan.block_size * plan.n_whole_blocks + plan.n_singles, sizes)
        assert (plan.n_whole_blocks[plan.n_whole_blocks > 0] >= FEWEST_BLOCKS).all()
        assert plan.cost < in_blocks(sizes, 1).cost / 2
    assert plan_of(np.full(40, 500)).block_size == 1


def test_the_method_tells_how_groups_were_dealt(rng):
    items, groups = drawn_answers(rng, [600] * 40, n_items=1)
    large = agreement_by_chance(items, groups, 1, 5, rng, 2)
    assert f"blocks of {plan_of(large.n).block_size} people" in large.method
    small = agreement_by_chance(items[:2000], groups[:2000], 1, 5, rng, 2)
    assert "everybody dealt singly" in small.method


def test_groups_of_one_size_share_their_random_groups(rng):
    items, groups = drawn_answers(rng, [4, 4, 4, 9, 1])
    found = agreement_by_chance(items, groups, 1, 5, rng, 50)
    assert_array_equal(found.n_random, [150, 150, 150, 50, 0])
    assert np.isnan(found.p_variance).tolist() == [False] * 4 + [True]
    assert found.by_group()["condition"].tolist()[-1] == "too_few_respondents"


def test_the_same_seed_gives_the_same_numbers_however_many_are_kept_at_a_time(monkeypatch):
    items, groups = drawn_answers(np.random.default_rng(5), [5, 7, 7, 30])
    one = agreement_by_chance(items, groups, 1, 5, np.random.default_rng(1), 40)
    monkeypatch.setattr(by_chance, "LARGEST_POOL", 12)
    other = agreement_by_chance(items, groups, 1, 5, np.random.default_rng(1), 40)
    assert one.to_json() == other.to_json()
    third = agreement_by_chance(items, groups, 1, 5, np.random.default_rng(2), 40)
    assert one.to_json() != third.to_json()


def test_turning_the_scale_around_or_shifting_it_changes_nothing(rng):
    items, groups = drawn_answers(rng, [5, 7, 7, 30])
    one = agreement_by_chance(items, groups, 1, 5, np.random.default_rng(1), 60)
    other = agreement_by_chance(106 - items, groups, 101, 105, np.random.default_rng(1), 60)
    pd.testing.assert_frame_equal(one.by_group(), other.by_group())
    for own, turned in zip(one.programme, other.programme, strict=True):
        assert own.p_value == turned.p_value
        assert own.z == pytest.approx(turned.z)


def test_observed_numbers_are_those_of_within_group_agreement(rng):
    items, groups = drawn_answers(rng, [5, 7, 2, 30])
    items = items.astype(float).mask(rng.random(items.shape) < 0.1)
    one = agreement_by_chance(items, groups, 1, 5, rng, 10)
    other = within_group_agreement(items, groups, 1, 5)
    assert_array_equal(one.variance, other.variance)
    assert_array_equal(one.ad_mean, other.ad_mean)
    assert one.groups == other.groups
    assert (one.n_respondents, one.n_total) == (other.n_respondents, 44)


def test_the_error_of_a_chance_is_that_of_a_share(rng):
    items, groups = drawn_answers(rng, [10, 20, 30])
    for own in agreement_by_chance(items, groups, 1, 5, rng, 99).programme:
        assert own.p_value_se == pytest.approx(np.sqrt(own.p_value * (1 - own.p_value) / 100))


@pytest.mark.parametrize(
    ("values", "groups", "condition"),
    [
        ([], [], "too_few_respondents"),
        ([np.nan, np.nan], ["a", "b"], "too_few_respondents"),
        ([3.0], ["a"], "too_few_groups"),
        ([3.0, 4.0, 1.0], ["a", "a", "a"], "too_few_groups"),
        ([3.0, 4.0], ["a", "b"], "no_repeated_groups"),
        ([3.0, 3.0, 3.0, 3.0], ["a", "a", "b", "b"], "no_variation"),
    ],
)
def test_what_cannot_be_held_against_chance_is_named(values, groups, condition, rng):
    items = pd.DataFrame({"q": np.array(values, dtype=float)})
    found = agreement_by_chance(items, pd.Series(groups, dtype=object), 1, 5, rng, 20)
    assert found.condition == condition
    assert np.isnan(found.p_variance).all()
    assert np.isnan([own.p_value for own in found.programme]).all()
    assert found.n_random.sum() == 0
    assert found.to_rows()["condition"].isin([condition, "too_few_respondents"]).all()


def test_one_draw_has_a_chance_but_no_spread(rng):
    items, groups = drawn_answers(rng, [10, 20])
    own = agreement_by_chance(items, groups, 1, 5, rng, 1).programme[0]
    assert np.isnan([own.random_sd, own.z]).all()
    assert own.p_value in (0.5, 1.0)


def test_misuse_is_refused(rng):
    items, groups = pd.DataFrame({"q": [1, 7]}), pd.Series(["a", "a"])
    with pytest.raises(ValueError, match="1 or more"):
        agreement_by_chance(items, groups, 1, 7, rng, 0)
    with pytest.raises(ValueError, match="'q' has the answer 7"):
        agreement_by_chance(items, groups, 1, 5, rng)
