"""All sites on all scales."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from scipy import stats

from pipeline.benchmark.comparison import MEANING_OF_CONDITION, compare, draw_funnel
from pipeline.benchmark.comparison.compare import SCALE_RESULT, SITE_RESULT
from pipeline.tables import BANDS, SCALE_COMPARISONS, SITE_COMPARISONS
from tests.benchmark.comparison.simulated import normal_sites, sizes

SCALES = ["AAA", "BBB", "CCC", "DDD"]


def make_sites(seed=1, n_sites=20, tau=0.3, fewest=11):
    rng = np.random.default_rng(seed)
    n = np.maximum(10, 5 * np.round(sizes(rng, n_sites, fewest=fewest) / 5))
    parts = [
        pd.DataFrame(
            {
                "site": [f"s{number:03d}" for number in range(n_sites)],
                "scale": scale,
                "n_respondents": n,
                "mean": normal_sites(rng, n, tau)[1].round(2),
            }
        )
        for scale in SCALES
    ]
    return pd.concat(parts, ignore_index=True)


def make_components(**changed):
    columns = {
        "scale": SCALES,
        "family": ["one", "one", "one", "other"],
        "variance_within": 0.64,
        "variance_between": 0.09,
        "gate_open": True,
        "may_have_words": True,
    }
    return pd.DataFrame({**columns, **changed})


def run(sites, components=None, seed=0):
    components = make_components() if components is None else components
    return compare(sites, components, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def sites():
    return make_sites()


@pytest.fixture(scope="module")
def found(sites):
    return run(sites)


def of_scale(table, scale):
    return table[table["scale"] == scale].reset_index(drop=True)


def test_columns_are_those_of_the_contracts(found):
    assert list(found.sites.columns) == list(SITE_RESULT)
    assert list(found.scales.columns) == list(SCALE_RESULT)
    elsewhere = {"wave", "basis", "ci_low", "ci_high"}
    assert set(SITE_COMPARISONS.column_names) - set(SITE_RESULT) <= elsewhere
    assert set(SITE_RESULT) <= set(SITE_COMPARISONS.column_names)
    assert set(SCALE_RESULT) | {"wave", "basis"} == set(SCALE_COMPARISONS.column_names)


def test_there_is_a_row_for_each_site_and_scale_in_order_of_ids_never_of_means(found, sites):
    expected = sites.sort_values(["scale", "site"])[["site", "scale"]].reset_index(drop=True)
    assert_frame_equal(found.sites[["site", "scale"]], expected)


def test_a_reader_can_compute_every_number_again_from_the_two_tables(found):
    own, scale = of_scale(found.sites, "BBB"), of_scale(found.scales, "BBB").iloc[0]
    n, mean = own["n_respondents"], own["mean"]
    s2 = scale["variance_within"] / n
    v = s2 + scale["variance_added"]
    centre = np.average(mean, weights=1 / v)
    assert scale["centre"] == pytest.approx(centre)
    z = (mean - centre) / np.sqrt(v - 1 / (1 / v).sum())
    assert_allclose(own["z"], z)
    assert_allclose(own["p_value"], 2 * stats.t.sf(np.abs(z), len(own) - 2))
    reliability = n * 0.09 / (n * 0.09 + 0.64)
    assert_allclose(own["reliability"], reliability)
    assert_allclose(own["shrunken_mean"], centre + reliability * (mean - centre))
    assert_allclose(own["pair_high"] - mean, scale["pair_multiplier"] * np.sqrt(s2))
    about = np.average(mean, weights=n)
    assert scale["q"] == pytest.approx(((mean - about) ** 2 / s2).sum())


def test_false_discoveries_are_controlled_over_the_scales_of_a_family_at_a_site(found):
    own = found.sites[found.sites["condition"].isna()]
    assert own.groupby("scale").size().min() > 5
    for _, rows in own[own["scale"] != "DDD"].groupby("site"):
        expected = stats.false_discovery_control(rows["p_value"])
        assert_allclose(rows["p_adjusted"], expected)
    alone = own[own["scale"] == "DDD"]
    assert_allclose(alone["p_adjusted"], alone["p_value"])


def test_there_is_either_a_word_or_a_reason(found):
    table = found.sites
    assert (table["band"].isna() == table["condition"].notna()).all()
    assert set(table["band"].dropna()) <= set(BANDS)
    words = set(table["condition"].dropna()) | set(table["rank_condition"].dropna())
    assert words <= set(MEANING_OF_CONDITION)
    small = table["n_respondents"] < 30
    assert (table.loc[small, "condition"] == "too_few_for_band").all()
    assert (table["rank_low"].isna() == table["rank_condition"].notna()).all()
    assert table["top_fifth"].notna().all()


def test_a_site_far_from_the_others_gets_the_clear_word_and_the_fifth(sites):
    moved = sites.copy()
    own = moved["site"] == moved.loc[moved["n_respondents"].idxmax(), "site"]
    moved.loc[own, "mean"] = 5.0
    table = run(moved).sites
    assert set(table.loc[own.to_numpy(), "band"]) == {"clearly_higher"}
    assert (table.loc[own.to_numpy(), "top_fifth"] > 0.99).all()
    assert (table.loc[own.to_numpy(), "rank_high"] <= 2).all()


def test_a_closed_gate_leaves_the_mean_and_the_reason(sites):
    found = run(sites, make_components(gate_open=[True, False, True, True]))
    closed = of_scale(found.sites, "BBB")
    assert set(closed["condition"]) == {"gate_closed"} == set(closed["rank_condition"])
    assert closed["mean"].notna().all()
    numbers = [name for name in SITE_RESULT[4:] if not name.endswith("condition")]
    assert closed[numbers].isna().all(axis=None)
    row = of_scale(found.scales, "BBB").iloc[0]
    assert row["condition"] == "gate_closed"
    assert pd.isna(row["centre"])
    # The closed scale is no part of the family any more.
    rows = found.sites[(found.sites["site"] == "s001") & found.sites["condition"].isna()]
    assert "BBB" not in set(rows["scale"])


def test_an_untested_gate_forbids_words_only(sites, found):
    table = run(sites, make_components(may_have_words=[True, False, True, True])).sites
    own, before = of_scale(table, "BBB"), of_scale(found.sites, "BBB")
    assert set(own["condition"]) == {"gate_untested"}
    assert own[["band", "p_adjusted"]].isna().all(axis=None)
    assert_frame_equal(own[["z", "top_fifth", "rank_low"]], before[["z", "top_fifth", "rank_low"]])
    nine = make_sites(n_sites=9)
    assert set(run(nine, make_components(may_have_words=False)).sites["condition"]) == {
        "too_few_sites"
    }


@pytest.mark.parametrize(
    "components",
    [
        {"variance_within": [0.64, np.nan, 0.64, 0.64]},
        {"variance_within": [0.64, 0.0, 0.64, 0.64]},
        {"variance_between": pd.array([0.09, None, 0.09, 0.09], dtype="Float64")},
    ],
)
def test_without_variance_components_nothing_is_compared(sites, components):
    found = run(sites, make_components(**components))
    assert set(of_scale(found.sites, "BBB")["condition"]) == {"no_variance"}
    assert of_scale(found.scales, "BBB").iloc[0]["condition"] == "no_variance"
    assert of_scale(found.sites, "CCC")["z"].notna().all()


def test_sites_that_do_not_differ_have_no_reliable_mean(sites):
    table = run(sites, make_components(variance_between=0.0)).sites
    assert (table["reliability"] == 0).all()
    enough = table["n_respondents"] >= 30
    assert set(table.loc[enough, "condition"]) == {"mean_not_reliable"}


def test_a_site_without_a_mean_keeps_its_row_and_changes_nothing_else(sites):
    hidden = sites.astype({"n_respondents": "Int64", "mean": "Float64"})
    row = (hidden["site"] == "s004") & (hidden["scale"] == "BBB")
    hidden.loc[row, "mean"] = pd.NA
    hidden.loc[(hidden["site"] == "s005") & (hidden["scale"] == "BBB"), "n_respondents"] = pd.NA
    found = run(hidden)
    own = of_scale(found.sites, "BBB").set_index("site")
    assert set(own.loc[["s004", "s005"], "condition"]) == {"no_mean"}
    assert own.loc[["s004", "s005"], "z"].isna().all()
    assert of_scale(found.scales, "BBB").iloc[0]["n_sites"] == 18
    without = run(sites[~row & ~((sites["site"] == "s005") & (sites["scale"] == "BBB"))])
    left = own.drop(["s004", "s005"]).reset_index()[list(SITE_RESULT)]
    assert_frame_equal(left, of_scale(without.sites, "BBB"), check_dtype=False)


def test_a_scale_nobody_has_is_a_row_without_numbers(sites):
    found = run(sites[sites["scale"] != "CCC"])
    assert "CCC" not in set(found.sites["scale"])
    row = of_scale(found.scales, "CCC").iloc[0]
    assert row["n_sites"] == 0
    assert row["condition"] == "too_few_sites"


@pytest.mark.parametrize("n_sites", [1, 2, 3, 9])
def test_few_sites_get_no_word_fifth_or_rank_and_the_reason(n_sites):
    found = run(make_sites(n_sites=n_sites))
    table = found.sites
    assert set(table["condition"]) == {"too_few_sites"} == set(table["rank_condition"])
    assert table[["band", "top_fifth", "rank_low"]].isna().all(axis=None)
    assert table["shrunken_mean"].notna().all()
    assert table["pair_low"].notna().all() == (n_sites > 1)
    assert set(found.scales["condition"]) == {"too_few_sites"}


def test_all_means_equal_are_like_the_programme(sites):
    table = run(sites.assign(mean=3.4, n_respondents=100)).sites
    assert set(table["band"]) == {"like_programme"}
    assert set(table["rank_condition"]) == {"rank_uncertain"}
    assert_allclose(table["top_fifth"], 0.2, atol=0.035)


def test_sites_of_one_person_are_compared_with_little_weight():
    table = run(make_sites().assign(n_respondents=1)).sites
    assert set(table["condition"]) == {"too_few_for_band"}
    assert table[["z", "top_fifth", "shrunken_low"]].notna().all(axis=None)


def test_order_of_rows_does_not_matter(sites, found):
    shuffled = run(sites.sample(frac=1, random_state=3))
    assert_frame_equal(shuffled.sites, found.sites)
    assert_frame_equal(shuffled.scales, found.scales)


def test_the_same_seed_gives_the_same_tables_and_arguments_are_not_changed(sites, found):
    before, components = sites.copy(), make_components()
    again = run(sites, components)
    assert_frame_equal(again.sites, found.sites)
    assert_frame_equal(sites, before)
    assert_frame_equal(components, make_components())


def test_a_funnel_can_be_drawn_from_the_row_of_a_scale(found):
    row, own = found.scales.iloc[0], of_scale(found.sites, "AAA")
    curve = draw_funnel(
        own["n_respondents"], row["centre"], row["variance_within"], row["variance_added"]
    )
    assert curve.low_95[0] < row["centre"] < curve.high_95[0]


def test_all_faults_of_the_input_are_told_at_once(sites):
    with pytest.raises(ValueError, match=r"sites has no column 'mean'; components .* 'family'"):
        run(sites.drop(columns="mean"), make_components().drop(columns="family"))
    doubled = pd.concat([sites, sites.head(1)])
    with pytest.raises(ValueError, match="'DDD' has no variance components; a site is there twice"):
        run(doubled, make_components().head(3))
    with pytest.raises(ValueError, match="a scale twice"):
        run(sites, pd.concat([make_components(), make_components().head(1)]))
    with pytest.raises(ValueError, match="has no scale"):
        run(sites.head(0), make_components().head(0))
