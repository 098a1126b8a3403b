import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from pipeline.psychometrics import analyse_items, cronbach_alpha

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
