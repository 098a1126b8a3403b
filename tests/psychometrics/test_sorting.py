"""Where people put items who are told only what the scales are about."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import binomtest
from statsmodels.stats.inter_rater import fleiss_kappa

from pipeline.psychometrics import placement_rates

HOME = {"a": "X", "b": "X", "c": "Y", "d": "Z"}


@pytest.fixture
def placements(rng):
    return pd.DataFrame(
        {
            item: rng.choice(["X", "Y", "Z", "none"], size=15, p=[0.5, 0.3, 0.1, 0.1])
            for item in HOME
        }
    )


def placed(counts):
    """One item a row of counts, with places named by the number of the column."""
    columns = {
        f"item{row}": np.repeat([f"place{i}" for i in range(len(numbers))], numbers)
        for row, numbers in enumerate(counts)
    }
    return pd.DataFrame(columns)


def test_rate_is_the_share_at_home_with_wilsons_interval(placements):
    for item in placement_rates(placements, HOME, 0.70).items:
        at_home = int((placements[item.item] == item.home).sum())
        expected = binomtest(at_home, 15).proportion_ci(0.95, method="wilson")
        assert item.at_home.rate == at_home / 15
        assert_allclose((item.at_home.ci_low, item.at_home.ci_high), expected, atol=1e-12)


def test_rate_of_a_scale_is_over_all_placements_of_its_items(placements):
    found = placement_rates(placements, HOME, 0.70)
    by_scale = {scale.scale: scale for scale in found.scales}
    assert by_scale["X"].at_home.rate == (placements[["a", "b"]] == "X").mean(axis=None)
    assert by_scale["X"].n_items == 2
    at_home = sum(scale.at_home.n_at_home for scale in found.scales)
    assert found.overall.rate == at_home / (15 * 4)


def test_the_most_frequent_wrong_places_are_named_with_their_share():
    sorts = pd.DataFrame({"a": ["X", "Y", "Y", "none"], "c": ["Y", "X", "Z", "Y"], "d": ["Z"] * 4})
    found = placement_rates(sorts, HOME, 0.70)
    assert [item.wrong_places for item in found.items] == [("Y",), ("X", "Z"), ()]
    assert [item.wrong_share for item in found.items] == [0.5, 0.25, 0]
    rows = found.to_rows().query("statistic == 'wrong_place_share'")
    assert rows["factor"].tolist() == ["Y", "X", "Z"]


def test_agreement_is_that_of_fleiss_worked_example():
    """Ten subjects, fourteen raters, five categories: kappa is printed as .210."""
    counts = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    sorts = placed(counts)
    found = placement_rates(sorts, dict.fromkeys(sorts, "place0"), 0.70)
    assert round(found.fleiss_kappa, 3) == 0.210
    assert found.fleiss_kappa == pytest.approx(fleiss_kappa(np.array(counts)), abs=1e-12)


def test_agreement_is_that_of_statsmodels(placements):
    counts = [placements[item].value_counts().reindex(["X", "Y", "Z", "none"]) for item in HOME]
    expected = fleiss_kappa(np.nan_to_num(np.array(counts, dtype=float)))
    found = placement_rates(placements, HOME, 0.70)
    assert found.fleiss_kappa == pytest.approx(expected, abs=1e-12)


def test_order_of_sorters_and_items_and_names_of_places_do_not_matter(placements, rng):
    one = placement_rates(placements, HOME, 0.70)
    other = placement_rates(
        "p" + placements.iloc[rng.permutation(15), ::-1],
        {item: f"p{place}" for item, place in HOME.items()},
        0.70,
    )
    rates = {item.item: item.at_home for item in one.items}
    assert {item.item: item.at_home for item in other.items} == rates
    assert other.overall == one.overall
    assert other.fleiss_kappa == pytest.approx(one.fleiss_kappa)


def test_doubling_the_sorters_changes_no_rate_and_shortens_the_interval(placements):
    one, two = (placement_rates(pd.concat([placements] * n), HOME, 0.70) for n in (1, 2))
    assert two.overall.rate == one.overall.rate
    assert one.overall.ci_low < two.overall.ci_low < two.overall.ci_high < one.overall.ci_high


def test_everything_at_home_has_rate_and_agreement_one():
    sorts = pd.DataFrame([HOME] * 5)
    found = placement_rates(sorts, HOME, 0.70)
    assert found.overall.rate == found.overall.ci_high == found.fleiss_kappa == 1
    assert not any(scale.at_home.below_criterion for scale in found.scales)


def test_seven_of_ten_meet_a_criterion_of_seventy_per_cent():
    sorts = pd.DataFrame({"a": ["X"] * 7 + ["Y"] * 3, "c": ["Y"] * 6 + ["X"] * 4})
    first, second = placement_rates(sorts, HOME, 0.70).items
    assert not first.at_home.below_criterion
    assert second.at_home.below_criterion


def test_items_that_a_sorter_was_not_given_are_left_out():
    sorts = pd.DataFrame({"a": ["X", "Y", None, None], "c": ["Y", "Y", "Y", None], "d": [None] * 4})
    found = placement_rates(sorts, HOME, 0.70)
    assert [item.at_home.n_sorters for item in found.items] == [2, 3, 0]
    assert [item.at_home.condition for item in found.items] == [
        "too_few_raters",
        None,
        "item_without_ratings",
    ]
    assert [scale.scale for scale in found.scales] == ["X", "Y"]
    assert (found.overall.n_sorters, found.overall.fewest_sorters) == (3, 2)


def test_agreement_is_missing_where_everything_is_in_one_place():
    assert np.isnan(placement_rates(pd.DataFrame({"a": ["X", "X"]}), HOME, 0.70).fleiss_kappa)


@pytest.mark.parametrize(
    ("sorts", "told"),
    [
        (pd.DataFrame({"e": ["X"]}), "no home scale"),
        (pd.DataFrame([["X", "X"]], columns=["a", "a"]), "same name"),
        (pd.DataFrame(), "no items"),
    ],
)
def test_misuse_is_refused(sorts, told):
    with pytest.raises(ValueError, match=told):
        placement_rates(sorts, HOME, 0.70)
