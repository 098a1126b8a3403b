import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from pipeline.psychometrics import analyse_items, cronbach_alpha, inter_item_correlation
from pipeline.psychometrics.polyserial import polyserial_correlation

CASES = ["lq_lead", "lq_tsig", *(f"bfi_{scale}" for scale in "ACENO")]
FIVE = range(1, 6)


def column(analysis, field):
    return [getattr(item, field) for item in analysis.items]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_agrees_with_psych(case, missing, lq, bfi, reference):
    expected = reference("psych_reliability")[case]
    answers = (lq if case.startswith("lq") else bfi)[expected["input"]["items"]]
    if missing == "listwise":
        answers = answers.dropna()
    expected = expected["alpha_complete" if missing == "listwise" else "alpha_pairwise"]
    options = FIVE if case.startswith("lq") else range(1, 7)
    analysis = analyse_items(answers, options, missing)
    for field, name in [
        ("n_answered", "item_n"),
        ("mean", "mean"),
        ("sd", "sd"),
        ("item_rest_correlation", "r.drop"),
        ("alpha_if_dropped", "alpha_drop"),
    ]:
        assert_allclose(column(analysis, field), expected[name], rtol=1e-10)
    shares = [list(shares.values()) for shares in column(analysis, "category_shares")]
    assert_allclose(shares, np.array(expected["response_freq"]["values"])[:, :-1], atol=1e-12)


def test_moments_are_those_of_scipy_in_units_of_the_sample_standard_deviation(items):
    for entry, (_, answers) in zip(analyse_items(items, FIVE).items, items.items(), strict=True):
        known = answers.dropna()
        shrink = (len(known) - 1) / len(known)
        assert entry.skewness == pytest.approx(stats.skew(known) * shrink**1.5)
        expected = stats.kurtosis(known, fisher=False) * shrink**2 - 3
        assert entry.excess_kurtosis == pytest.approx(expected)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_alpha_if_dropped_is_alpha_of_the_other_items(items, missing):
    complete = items.dropna() if missing == "listwise" else items
    for entry in analyse_items(complete, FIVE, missing).items:
        others = cronbach_alpha(complete.drop(columns=entry.item), missing=missing)
        assert entry.alpha_if_dropped == pytest.approx(others.estimate, rel=1e-12)


def test_item_rest_correlation_is_that_with_the_sum_of_the_others(items):
    complete = items.dropna()
    for entry in analyse_items(complete, FIVE).items:
        rest = complete.drop(columns=entry.item).sum(axis=1)
        assert entry.item_rest_correlation == pytest.approx(complete[entry.item].corr(rest))


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_interval_of_alpha_if_dropped_is_that_of_alpha_of_the_other_items(items, missing):
    complete = items.dropna() if missing == "listwise" else items
    for entry in analyse_items(complete, FIVE, missing, confidence_level=0.9).items:
        others = cronbach_alpha(complete.drop(columns=entry.item), 0.9, missing)
        found = entry.alpha_of_rest
        assert (found.ci_low, found.ci_high) == pytest.approx((others.ci_low, others.ci_high))
        assert found.n_respondents == others.n_respondents


def test_interval_of_the_item_rest_correlation_is_fishers(items):
    pair = items[["a", "b"]]
    expected = inter_item_correlation(pair)
    for entry in analyse_items(pair, FIVE).items:
        assert entry.with_rest.estimate == pytest.approx(expected.estimate)
        assert entry.with_rest.ci_low == pytest.approx(expected.ci_low)
        assert entry.with_rest.ci_high == pytest.approx(expected.ci_high)
        assert entry.with_rest.n_respondents == expected.n_respondents


def test_polyserial_item_rest_correlation_is_that_with_the_sum_of_the_others(lq):
    answers = lq.filter(like="LEAD")
    for entry in analyse_items(answers, FIVE).items:
        rest = answers.drop(columns=entry.item).sum(axis=1)
        expected = polyserial_correlation(answers[entry.item], rest)
        found = entry.with_rest_polyserial
        assert found.estimate == pytest.approx(expected.estimate, abs=1e-9)
        assert found.se == pytest.approx(expected.se, rel=1e-7)
        assert (found.ci_low, found.ci_high) == pytest.approx((expected.ci_low, expected.ci_high))
        assert found.estimate > entry.item_rest_correlation


def test_pairwise_the_polyserial_rest_is_the_mean_where_half_the_others_were_answered(items):
    items.loc[:30, list("cdef")] = np.nan
    found = analyse_items(items, FIVE, "pairwise").items[0].with_rest_polyserial
    others = items.drop(columns="a")
    rest = others.mean(axis=1).where(others.notna().sum(axis=1) >= 2.5)
    expected = polyserial_correlation(items["a"], rest)
    assert found.estimate == pytest.approx(expected.estimate, abs=1e-9)
    assert found.n_respondents == expected.n_respondents


def test_order_of_items_and_rows_does_not_matter(items, rng):
    one = analyse_items(items, FIVE)
    other = analyse_items(items.iloc[rng.permutation(len(items)), ::-1], FIVE)
    for field in ("mean", "skewness", "item_rest_correlation", "alpha_if_dropped"):
        assert_allclose(column(other, field)[::-1], column(one, field))


def test_reflecting_all_items_swaps_floor_and_ceiling_and_keeps_the_correlations(items):
    one, other = analyse_items(items, FIVE), analyse_items(6 - items, FIVE)
    assert_allclose(column(other, "floor_share"), column(one, "ceiling_share"))
    assert_allclose(column(other, "skewness"), -np.array(column(one, "skewness")), atol=1e-12)
    assert_allclose(column(other, "item_rest_correlation"), column(one, "item_rest_correlation"))


def test_categories_nobody_chose_are_counted():
    answers = pd.DataFrame({"a": [2, 3, 3, 4], "b": [1, 3, 4, 5]})
    analysis = analyse_items(answers, FIVE)
    assert column(analysis, "n_unused_categories") == [2, 1]
    assert column(analysis, "floor_share") == [0, 0.25]


def test_empty_and_sparse_categories_and_floor_and_ceiling_are_flagged():
    often = {"a": [0, 4, 16, 80, 0], "b": [15, 20, 30, 20, 15], "c": [16, 20, 28, 20, 16]}
    answers = pd.DataFrame({name: np.repeat(FIVE, counts) for name, counts in often.items()})
    analysis = analyse_items(answers, FIVE)
    assert column(analysis, "flags") == ["empty_category sparse_category", None, "floor ceiling"]
    assert column(analysis, "category_counts")[0] == dict(zip(FIVE, often["a"], strict=True))
    rows = analysis.to_rows().set_index(["item", "statistic"])["condition"]
    assert rows["a", "share_of_answer_1"] == rows["a", "n_unused_categories"] == "empty_category"
    assert rows["a", "share_of_answer_2"] == "sparse_category"
    assert rows["c", "floor_share"] == "floor"
    assert rows["c", "ceiling_share"] == "ceiling"
    assert rows["b"].isna().all()


def test_pairs_of_items_that_go_together_too_little_or_too_much_are_named(rng, items):
    answers = items.assign(g=items["a"], h=rng.integers(1, 6, size=len(items)))
    analysis = analyse_items(answers, FIVE)
    named = {(pair.first, pair.second): pair.correlation for pair in analysis.pairs_out_of_range}
    expected = answers.corr()
    unusual = (expected < 0.15) | (expected > 0.85)
    every = [(first, second) for first in expected for second in expected if first < second]
    assert list(named) == [pair for pair in every if unusual.loc[pair]]
    assert {("a", "g"), ("b", "h")} <= set(named)
    for pair, correlation in named.items():
        assert correlation == pytest.approx(expected.loc[pair])
    assert "inter_item_out_of_range" in analysis.flags
    rows = analysis.to_rows()
    pairs = rows[rows["statistic"] == "inter_item_correlation"]
    assert pairs["item"].tolist() == [f"{first} with {second}" for first, second in named]
    assert pairs["condition"].eq("inter_item_out_of_range").all()
    extremes = rows[rows["statistic"].str.endswith("est_inter_item_correlation")]
    assert extremes["condition"].eq("inter_item_out_of_range").all()


def test_usual_correlations_are_not_flagged(items):
    analysis = analyse_items(items, FIVE)
    assert analysis.pairs_out_of_range == ()
    assert "inter_item_out_of_range" not in (analysis.flags or "")


def test_a_group_is_analysed_by_giving_its_rows(items, rng):
    groups = pd.Series(rng.choice(["x", "y"], size=len(items)))
    counts = {
        name: analyse_items(own, FIVE).items[0].category_counts
        for name, own in items.groupby(groups)
    }
    whole = analyse_items(items, FIVE).items[0].category_counts
    assert {key: counts["x"][key] + counts["y"][key] for key in whole} == whole


def test_an_item_that_the_others_tell_has_a_polyserial_correlation_at_the_boundary():
    answers = pd.DataFrame({"a": [1, 1, 2, 2, 3, 3], "b": [2, 2, 3, 3, 4, 4]})
    entry = analyse_items(answers, FIVE).items[0]
    assert "correlation_at_boundary" in entry.condition
    rows = analyse_items(answers, FIVE).to_rows()
    row = rows[(rows["item"] == "a") & (rows["statistic"] == "item_rest_polyserial")].iloc[0]
    assert row["condition"] == "correlation_at_boundary"
    assert np.isnan(row["ci_low"])


def test_range_of_the_inter_item_correlations_is_that_of_the_matrix(items):
    analysis = analyse_items(items, FIVE)
    pairs = items.corr().to_numpy()[np.triu_indices(6, k=1)]
    assert analysis.smallest_inter_item_correlation == pytest.approx(pairs.min())
    assert analysis.largest_inter_item_correlation == pytest.approx(pairs.max())


def test_a_constant_item_is_named_and_the_others_still_have_an_item_rest_correlation(items):
    complete = items.dropna()
    analysis = analyse_items(complete.assign(z=3), FIVE)
    assert analysis.items[-1].condition == "constant_item"
    assert np.isnan(analysis.items[-1].item_rest_correlation)
    without = analyse_items(complete, FIVE)
    assert_allclose(
        column(analysis, "item_rest_correlation")[:-1], column(without, "item_rest_correlation")
    )
    assert analysis.items[-1].alpha_if_dropped == pytest.approx(cronbach_alpha(complete).estimate)


def test_every_missing_estimate_in_the_rows_has_a_condition(items):
    for answers in (
        items.assign(z=np.nan),
        items.assign(z=3.0),
        items[["a", "b"]],
        items[["a"]],
        items.dropna().head(2),
    ):
        rows = analyse_items(answers, FIVE).to_rows()
        assert rows.loc[rows["estimate"].isna(), "condition"].notna().all()


def test_two_items_have_no_alpha_if_one_is_dropped(items):
    analysis = analyse_items(items[["a", "b"]], FIVE)
    assert column(analysis, "condition") == ["two_items", "two_items"]
    assert np.isfinite(column(analysis, "item_rest_correlation")).all()


def test_an_answer_outside_the_categories_is_named(items):
    analysis = analyse_items(items.fillna(9), FIVE)
    assert analysis.condition == "answer_outside_categories"


def test_misuse_is_refused(items):
    with pytest.raises(ValueError, match="categories"):
        analyse_items(items, [])
    with pytest.raises(ValueError, match="missing"):
        analyse_items(items, FIVE, missing="mean")
    with pytest.raises(ValueError, match="confidence_level"):
        analyse_items(items, FIVE, confidence_level=0)


@pytest.mark.slow
def test_intervals_of_item_rest_correlation_and_alpha_if_dropped_cover_what_is_true():
    rng, n_samples, n = np.random.default_rng(5), 1000, 150
    covariance = np.full((6, 6), 0.4) + np.diag(np.full(6, 0.6))
    root = np.linalg.cholesky(covariance)
    true_alpha = 5 / 4 * (1 - 5 / covariance[:5, :5].sum())
    true_rest = 5 * 0.4 / np.sqrt(covariance[:5, :5].sum())
    covered = np.zeros(2)
    for _ in range(n_samples):
        answers = pd.DataFrame(rng.normal(size=(n, 6)) @ root.T)
        entry = analyse_items(answers, FIVE).items[0]
        covered += [
            found.ci_low <= true <= found.ci_high
            for found, true in ((entry.with_rest, true_rest), (entry.alpha_of_rest, true_alpha))
        ]
    share = covered / n_samples
    print(
        f"coverage of item-rest r {share[0]:.3f}, of alpha if dropped {share[1]:.3f} (error .007)"
    )
    assert ((share > 0.93) & (share < 0.97)).all()


@pytest.mark.slow
def test_the_polyserial_item_rest_interval_covers_its_value_in_a_large_sample():
    rng, n_samples = np.random.default_rng(6), 1000

    def draw(n):
        factor = rng.normal(size=(n, 1))
        behind = 0.7 * factor + np.sqrt(1 - 0.7**2) * rng.normal(size=(n, 6))
        return pd.DataFrame(np.searchsorted([-1.5, -0.5, 0.5, 1.5], behind) + 1)

    true = analyse_items(draw(1_000_000), FIVE).items[0].item_rest_polyserial
    found = [analyse_items(draw(300), FIVE).items[0].with_rest_polyserial for _ in range(n_samples)]
    values = np.array([one.estimate for one in found])
    covered = np.mean([one.ci_low <= true <= one.ci_high for one in found])
    print(f"true {true:.4f}, bias {values.mean() - true:.4f}, coverage {covered:.3f} (error .007)")
    assert abs(values.mean() - true) < 0.005
    assert 0.93 <= covered <= 0.97
