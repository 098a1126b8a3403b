"""Heterotrait-monotrait ratios: agreement, invariances, intervals and refusals."""

import timeit

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pipeline.psychometrics.heterotrait import heterotrait_monotrait
from pipeline.psychometrics.heterotrait.acceleration import accelerations, corrected_probabilities
from pipeline.psychometrics.heterotrait.blocks import Blocks
from pipeline.psychometrics.heterotrait.replications import used_answers

PREFIXES = {
    "lq": {"lead": "LEAD", "tsig": "TSIG", "host": "HOSTIL"},
    "bfi": {f"{letter}f": letter for letter in "ACENO"},
}
TWO = {"X": list("abc"), "Y": list("def")}


@pytest.fixture(params=["lq", "bfi"])
def case(request, reference):
    own = reference("semtools_validity")[request.param]
    scales = {
        name: [item for item in own["items"] if item.startswith(prefix)]
        for name, prefix in PREFIXES[request.param].items()
    }
    return own, request.getfixturevalue(request.param)[own["items"]], scales


@pytest.mark.parametrize(
    ("key", "setting", "tolerance"),
    [
        ("htmt", {}, 1e-9),
        ("htmt2", {"ratio": "htmt2"}, 1e-9),
        ("htmt_polychoric", {"correlations": "polychoric"}, 1e-6),
    ],
)
def test_ratios_equal_those_of_semtools(case, key, setting, tolerance):
    own, answers, scales = case
    found = heterotrait_monotrait(answers, scales, **setting)
    assert list(found.scales) == own[key]["rows"]
    assert_allclose(found.values, own[key]["values"], atol=tolerance)
    assert found.n_respondents == own["n"]
    assert np.isnan(found.ci_low).all()


def simulated(correlation, n=600, seed=3):
    rng = np.random.default_rng(seed)
    factors = rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], size=n)
    answers = factors[:, [0, 0, 0, 1, 1, 1]] + rng.normal(size=(n, 6))
    return pd.DataFrame(answers, columns=list("abcdef"))


def test_a_ratio_is_the_formula_written_out():
    table = simulated(0.5)
    r = np.abs(np.corrcoef(table.to_numpy(), rowvar=False))
    within = [r[0, 1], r[0, 2], r[1, 2]], [r[3, 4], r[3, 5], r[4, 5]]
    arithmetic = r[:3, 3:].mean() / np.sqrt(np.mean(within[0]) * np.mean(within[1]))
    geometric = np.prod(r[:3, 3:]) ** (1 / 9) / np.prod(within) ** (1 / 6)
    assert_allclose(heterotrait_monotrait(table, TWO).values[0, 1], arithmetic)
    assert_allclose(heterotrait_monotrait(table, TWO, "htmt2").values[0, 1], geometric)


def test_order_unit_and_sign_of_items_do_not_matter():
    table = simulated(0.4)
    other = table[list("fbdaec")] * [2.0, -1.0, 3.0, 1.0, 0.5, 1.0]
    mixed = {"Y": list("edf"), "X": list("cba")}
    for ratio in ("htmt", "htmt2"):
        assert_allclose(
            heterotrait_monotrait(other, mixed, ratio).values,
            heterotrait_monotrait(table, TWO, ratio).values,
        )


def test_the_seed_decides_the_interval_and_the_true_ratio_lies_in_it():
    table = simulated(0.6)
    first, second = (
        heterotrait_monotrait(table, TWO, rng=np.random.default_rng(1)) for _ in range(2)
    )
    assert first.to_json() == second.to_json()
    assert first.ci_low[0, 1] < 0.6 < first.ci_high[0, 1]
    assert first.n_replications == 1000


def test_the_spread_of_replications_is_that_of_new_samples():
    new = [heterotrait_monotrait(simulated(0.5, seed=s), TWO).values[0, 1] for s in range(300)]
    found = heterotrait_monotrait(simulated(0.5), TWO, rng=np.random.default_rng(1))
    assert_allclose(found.se[0, 1], np.std(new), rtol=0.2)


@pytest.mark.parametrize("ratio", ["htmt", "htmt2"])
def test_the_acceleration_is_that_of_leaving_respondents_out(ratio):
    table = simulated(0.5, n=60)
    correlations = np.corrcoef(table.to_numpy(), rowvar=False)
    found = accelerations(used_answers(table, None), correlations, Blocks.of([3, 3]), ratio)
    left_out = [
        np.log(heterotrait_monotrait(table.drop(index=row), TWO, ratio).values[0, 1])
        for row in table.index
    ]
    moved = np.mean(left_out) - np.array(left_out)
    expected = (moved**3).sum() / (6 * (moved**2).sum() ** 1.5)
    assert_allclose(found[0, 1], expected, atol=0.01)


def test_a_corrected_interval_beside_a_single_item_is_that_without_it():
    table = simulated(0.5)
    scales = {**TWO, "Z": ["z"]}
    setting = {"n_replications": 40, "interval": "bca"}
    alone = heterotrait_monotrait(table, TWO, rng=np.random.default_rng(1), **setting)
    beside = heterotrait_monotrait(
        table.assign(z=table["a"] + table["d"]), scales, rng=np.random.default_rng(1), **setting
    )
    assert_allclose(beside.ci_low[0, 1], alone.ci_low[0, 1])
    assert np.isnan(beside.ci_low[0, 2])


def test_a_corrected_interval_moves_with_bias_and_acceleration():
    even = np.linspace(-1, 1, 1001)
    low, high = corrected_probabilities(0.0, even, 0.0, (0.025, 0.975))
    assert_allclose([low, high], [0.025, 0.975])
    low, high = corrected_probabilities(0.2, even, 0.0, (0.025, 0.975))
    assert low > 0.025
    assert high > 0.975
    assert corrected_probabilities(0.0, even, 0.1, (0.025, 0.975))[0] > 0.025


def test_whole_sites_are_drawn():
    table = simulated(0.5, n=300)
    alike = pd.concat([table] * 4, ignore_index=True)
    alike["site"] = np.tile(np.arange(300), 4)
    alone = heterotrait_monotrait(table, TWO, rng=np.random.default_rng(1))
    sites = heterotrait_monotrait(alike, TWO, rng=np.random.default_rng(1), cluster="site")
    assert sites.n_clusters == 300
    assert_allclose(sites.values, alone.values)
    assert_allclose(sites.se[0, 1], alone.se[0, 1], rtol=0.15)


def test_polychoric_ratios_have_intervals_too():
    table = simulated(0.5, n=400).apply(lambda column: np.digitize(column, [-1, 0, 1]))
    table["site"] = np.arange(400) % 50
    for cluster in (None, "site"):
        found = heterotrait_monotrait(
            table,
            TWO,
            correlations="polychoric",
            rng=np.random.default_rng(1),
            n_replications=60,
            cluster=cluster,
        )
        assert found.ci_low[0, 1] < found.values[0, 1] < found.ci_high[0, 1]
        assert 0.02 < found.se[0, 1] < 0.1


def test_items_keyed_against_their_scale_and_single_items_are_named():
    table = simulated(0.5)
    turned = table.assign(b=-table["b"])
    found = heterotrait_monotrait(turned, {"X": list("ab"), "Y": list("def"), "Z": ["c"]})
    assert found.pair_conditions[0][1] == "negative_within_scale"
    assert found.pair_conditions[1][2] == "one_item"
    assert np.isnan(found.values[0, 2])
    assert np.isfinite(found.values[0, 1])
    assert found.to_rows()["condition"].str.contains("one_item").sum() == 3


def test_an_uncorrelated_pair_makes_a_geometric_ratio_of_zero():
    base = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [-1, -1, 1, 1], [-1, -1, -1, -1.0]])
    answers = np.vstack([base] * 5) + np.tile(np.eye(4), (5, 1)) * 0.0
    table = pd.DataFrame(answers, columns=list("abcd"))
    found = heterotrait_monotrait(table, {"X": ["a", "b"], "Y": ["c", "d"]}, "htmt2")
    assert_allclose(found.values[0, 1], 0, atol=1e-12)


def test_answers_that_carry_nothing_are_named():
    table = simulated(0.5)
    rng = np.random.default_rng(1)
    assert heterotrait_monotrait(table.assign(a=1), TWO, rng=rng).condition == "constant_item"
    assert heterotrait_monotrait(table.assign(a=np.nan), TWO).condition == "item_without_answers"
    assert heterotrait_monotrait(table.head(2), TWO).condition == "too_few_respondents"
    one = heterotrait_monotrait(table.assign(s=1), TWO, rng=rng, cluster="s")
    assert one.condition == "too_few_groups"
    assert np.isfinite(one.values).all()
    few = table.assign(s=np.arange(600) % 5)
    found = heterotrait_monotrait(few, TWO, rng=rng, n_replications=40, cluster="s")
    assert found.condition == "few_groups"


def test_everything_wrong_is_told_at_once():
    table = simulated(0.5)
    with pytest.raises(ValueError, match=r"no items.*one scale only.*not among the columns"):
        heterotrait_monotrait(table, {"X": ["a", "a"], "Y": [], "Z": ["q"]})
    with pytest.raises(ValueError, match=r"ratio must be.*bca"):
        heterotrait_monotrait(table, TWO, "htmt3", correlations="polychoric", interval="bca")
    with pytest.raises(ValueError, match="at least 2 scales"):
        heterotrait_monotrait(table, {"X": ["a", "b"]})
    with pytest.raises(ValueError, match="must be a list"):
        heterotrait_monotrait(table, {"X": "abc", "Y": ["d", "e"]})
    with pytest.raises(ValueError, match="scales must name"):
        heterotrait_monotrait(table, [["a", "b"], ["c", "d"]])
    with pytest.raises(ValueError, match="no column 'site'"):
        heterotrait_monotrait(table, TWO, cluster="site")
    with pytest.raises(ValueError, match="40 replications"):
        heterotrait_monotrait(table, TWO, rng=np.random.default_rng(1), n_replications=10)


def test_the_answers_are_left_as_they_were():
    table = simulated(0.5)
    before = table.copy()
    heterotrait_monotrait(table, TWO, rng=np.random.default_rng(1), n_replications=40)
    assert_array_equal(table, before)


def test_a_thousand_replications_of_nine_scales_take_less_than_a_second():
    rng = np.random.default_rng(1)
    factors = rng.multivariate_normal(np.zeros(9), 0.5 * np.eye(9) + 0.5, size=1000)
    answers = np.clip(np.round(np.repeat(factors, 5, axis=1) + rng.normal(size=(1000, 45))), -2, 2)
    table = pd.DataFrame(answers, columns=[f"i{k}" for k in range(45)])
    scales = {f"s{k}": [f"i{5 * k + j}" for j in range(5)] for k in range(9)}
    seconds = timeit.repeat(
        lambda: heterotrait_monotrait(table, scales, rng=rng), number=1, repeat=3
    )
    assert min(seconds) < 1.0
