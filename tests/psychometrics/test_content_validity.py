"""What raters say about the content of items."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq
from scipy.stats import binomtest, norm

from pipeline.psychometrics import content_validity_index


def rated(n, agreeing):
    """One item that `agreeing` of `n` raters find relevant."""
    return pd.DataFrame({"item": [4] * agreeing + [1] * (n - agreeing)})


@pytest.fixture
def ratings(rng):
    table = pd.DataFrame(rng.integers(1, 5, size=(12, 6)).astype(float), columns=list("abcdef"))
    return table.mask(rng.random(table.shape) < 0.1)


# Polit, Beck & Owen (2007), table 4, and the published application of it in
# doi:10.1186/s12913-017-2469-8, table 10. Kappa is printed there to two decimals and partly worked
# out from the rounded index, hence a tolerance of one in the second decimal.
@pytest.mark.parametrize(
    ("n", "agreeing", "index", "chance", "kappa"),
    [
        (3, 3, 1.00, 0.125, 1.00),
        (6, 5, 0.83, 0.094, 0.81),
        (9, 7, 0.78, 0.070, 0.76),
        (9, 6, 0.67, 0.164, 0.60),
        (9, 8, 0.89, 0.018, 0.89),
        (10, 10, 1.00, 0.001, 1.00),
        (10, 9, 0.90, 0.010, 0.90),
        (10, 8, 0.80, 0.044, 0.79),
        (10, 7, 0.70, 0.117, 0.66),
    ],
)
def test_index_chance_and_kappa_are_the_published_ones(n, agreeing, index, chance, kappa):
    (item,) = content_validity_index(rated(n, agreeing)).items
    assert item.i_cvi == pytest.approx(index, abs=0.005)
    assert item.chance_agreement == pytest.approx(chance, abs=0.0005)
    assert item.modified_kappa == pytest.approx(kappa, abs=0.0075)


def test_indices_of_a_scale_are_the_published_ones():
    """Twelve items, six raters: table 4 of PMC7253559 prints .97 and .83."""
    table = pd.DataFrame(4.0, index=range(6), columns=[f"item{i}" for i in range(1, 13)])
    table["item6"] = [2, 3, 4, 3, 3, 4]
    table["item9"] = [3, 3, 4, 2, 3, 4]
    found = content_validity_index(table)
    assert round(found.s_cvi_ave, 2) == 0.97
    assert round(found.s_cvi_ua, 2) == 0.83
    assert found.n_items_below_criterion == 0


@pytest.mark.parametrize("level", [0.90, 0.95])
def test_interval_of_the_index_is_wilsons(level):
    for agreeing in range(9):
        (item,) = content_validity_index(rated(8, agreeing), level).items
        expected = binomtest(agreeing, 8).proportion_ci(level, method="wilson")
        assert_allclose((item.i_cvi_ci_low, item.i_cvi_ci_high), expected, atol=1e-12)


def test_interval_of_aikens_v_holds_the_values_that_its_score_test_does_not_refuse():
    """Both ends solve the equation that Penfield & Giacobbi (2004) start from."""
    (item,) = content_validity_index(pd.DataFrame({"a": [4, 3, 3, 2, 4, 4, 1]})).items
    assert item.aiken_v == pytest.approx((21 - 7) / 21)
    steps, z = 7 * 3, norm.ppf(0.975)

    def too_far(value):
        return abs(item.aiken_v - value) - z * np.sqrt(value * (1 - value) / steps)

    assert item.aiken_v_ci_low == pytest.approx(brentq(too_far, 1e-9, item.aiken_v))
    assert item.aiken_v_ci_high == pytest.approx(brentq(too_far, item.aiken_v, 1 - 1e-9))


def test_v_of_two_extreme_ratings_only_is_the_index_with_a_shorter_interval():
    (item,) = content_validity_index(rated(8, 6)).items
    assert item.aiken_v == item.i_cvi
    assert item.i_cvi_ci_low < item.aiken_v_ci_low
    assert item.aiken_v_ci_high < item.i_cvi_ci_high


def test_order_of_raters_and_items_does_not_matter(ratings, rng):
    one = content_validity_index(ratings)
    other = content_validity_index(ratings.iloc[rng.permutation(len(ratings)), ::-1])
    assert {item.item: item for item in other.items} == {item.item: item for item in one.items}
    assert other.s_cvi_ave == pytest.approx(one.s_cvi_ave)
    assert other.s_cvi_ua == one.s_cvi_ua


def test_doubling_the_raters_changes_no_index_and_shortens_the_intervals(ratings):
    one, two = (content_validity_index(pd.concat([ratings] * times)) for times in (1, 2))
    assert (one.s_cvi_ave, one.s_cvi_ua) == (two.s_cvi_ave, two.s_cvi_ua)
    for single, double in zip(one.items, two.items, strict=True):
        assert (single.i_cvi, single.aiken_v) == (double.i_cvi, double.aiken_v)
        assert single.i_cvi_ci_low < double.i_cvi_ci_low or single.i_cvi == 0
        assert single.aiken_v_ci_high > double.aiken_v_ci_high


def test_full_agreement_has_every_index_at_one():
    found = content_validity_index(pd.DataFrame(4, index=range(5), columns=["a", "b"]))
    assert (found.s_cvi_ave, found.s_cvi_ua, found.condition) == (1, 1, None)
    for item in found.items:
        assert (item.i_cvi, item.modified_kappa, item.aiken_v) == (1, 1, 1)
        assert item.i_cvi_ci_high == item.aiken_v_ci_high == 1


def test_a_missing_rating_leaves_its_rater_out_for_that_item_only():
    table = pd.DataFrame({"a": [4, 4, 1, None], "b": [4, 4, 4, 4]})
    found = content_validity_index(table)
    assert [item.n_raters for item in found.items] == [3, 4]
    assert found.items[0].i_cvi == pytest.approx(2 / 3)
    assert (found.n_raters, found.fewest_raters) == (4, 3)


def test_an_item_without_ratings_has_no_index_and_is_named():
    found = content_validity_index(pd.DataFrame({"a": [4.0, 3, 3], "b": [np.nan] * 3}))
    assert np.isnan([found.items[1].i_cvi, found.items[1].aiken_v]).all()
    assert found.items[1].condition == "item_without_ratings"
    assert (found.s_cvi_ave, found.n_items_rated) == (1, 1)


def test_fewer_than_three_raters_are_named():
    found = content_validity_index(pd.DataFrame({"a": [4, 3]}))
    assert found.items[0].condition == "too_few_raters"


def test_nobody_at_all_leaves_nothing_but_the_conditions():
    found = content_validity_index(pd.DataFrame({"a": []}, dtype=float))
    assert np.isnan([found.s_cvi_ave, found.s_cvi_ua]).all()
    assert found.condition == "item_without_ratings"


@pytest.mark.parametrize(
    ("n", "agreeing", "below"), [(9, 7, False), (8, 6, True), (4, 3, True), (40, 31, False)]
)
def test_the_index_meets_its_criterion_to_two_decimals(n, agreeing, below):
    found = content_validity_index(rated(n, agreeing))
    assert found.items[0].below_criterion is below
    assert found.n_items_below_criterion == below


def test_the_mean_index_meets_its_criterion_exactly():
    table = pd.concat([rated(10, 9)] * 3, axis=1)
    table.columns = list("abc")
    assert content_validity_index(table).condition is None
    assert content_validity_index(table, scale_criterion=0.91).condition == "below_criterion"


@pytest.mark.parametrize("wrong", [0, 5, 2.5])
def test_ratings_outside_one_to_four_are_refused(wrong):
    with pytest.raises(ValueError, match="1, 2, 3 and 4"):
        content_validity_index(pd.DataFrame({"a": [4, wrong]}))


def test_a_level_outside_zero_to_one_is_refused():
    with pytest.raises(ValueError, match="confidence_level"):
        content_validity_index(rated(3, 3), confidence_level=95)


def test_an_index_of_nothing_says_why():
    rows = content_validity_index(pd.DataFrame({"a": [np.nan], "b": [np.nan]})).to_rows()
    undefined = rows[rows["estimate"].isna()]
    assert len(undefined) and undefined["condition"].notna().all()
