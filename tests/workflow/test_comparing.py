"""Comparison of sites and rounds in a whole run: made from what is released, and nothing else."""

import numpy as np
import pandas as pd
import pytest

BENCHMARK = "data/4_benchmark"
NOW, BEFORE = "2026 autumn", "2025 autumn"


@pytest.fixture(scope="module")
def tables(example_run):
    folder, run = example_run
    assert run.status == 0, run.said
    names = (
        "released", "gates", "site_comparisons", "scale_comparisons", "site_changes", "response",
        "clusters",
    )  # fmt: skip
    found = {name: pd.read_csv(folder / BENCHMARK / f"{name}.csv") for name in names}
    variance = pd.read_csv(folder / BENCHMARK / "psychometrics/variance.csv")
    return {**found, "variance": variance}


def released_means(tables, wave):
    rows = tables["released"]
    own = rows[(rows["statistic"] == "mean") & rows["item"].isna() & (rows["wave"] == wave)]
    return own[own["scale"].notna()]


def test_the_mean_of_everybody_is_the_released_one(tables):
    means = released_means(tables, NOW)
    of_sites = means[means["site"].notna() & means["group"].isna()]
    plain = tables["site_comparisons"].query("basis == 'plain'")
    joined = plain.merge(of_sites, on=["site", "scale"], how="left", suffixes=("", "_released"))
    assert len(plain) > 50
    assert joined["mean"].tolist() == joined["estimate"].tolist()
    assert joined["ci_low"].tolist() == joined["ci_low_released"].tolist()


def test_a_reader_can_compute_the_funnel_and_the_shrunken_means_again(tables):
    sites = tables["site_comparisons"].query("basis == 'plain' and reliability.notna()")
    scales = tables["scale_comparisons"].query("basis == 'plain'").set_index("scale")
    variance = tables["variance"].set_index(["scale", "statistic"])["estimate"]
    for scale, own in sites.groupby("scale"):
        within, between = (variance[scale, f"variance_{name}"] for name in ("within", "between"))
        n, mean = own["n_respondents"].to_numpy(float), own["mean"].to_numpy()
        n = np.where((n == 30) & (own["condition"] == "too_few_for_band"), 29, n)
        added = scales.loc[scale, "variance_added"]
        weight = 1 / (within / n + added)
        centre = (weight * mean).sum() / weight.sum()
        assert scales.loc[scale, "centre"] == pytest.approx(centre)
        reliability = n * between / (n * between + within)
        np.testing.assert_allclose(own["reliability"], reliability)
        shrunken = centre + reliability * (mean - centre)
        np.testing.assert_allclose(own["shrunken_mean"], shrunken)


def test_models_of_leadership_are_not_compared(tables):
    assert not set(tables["site_comparisons"]["scale"]) & {"IND", "JNT", "COL", "STD", "STF", "DEL"}


def test_nothing_is_compared_where_a_gate_is_closed(tables):
    gates, sites = tables["gates"], tables["site_comparisons"]
    closed = gates[
        (gates["verdict"] == "closed") & gates["gate"].isin(["structure", "aggregation"])
    ]
    barred = sites[sites["scale"].isin(closed["scale"])]
    assert barred[["band", "z", "top_fifth"]].isna().all(axis=None)


def test_words_need_thirty_people_and_a_reliable_mean(tables):
    worded = tables["site_comparisons"].dropna(subset="band")
    assert len(worded) > 10
    assert worded["n_respondents"].min() >= 30
    assert worded["reliability"].min() >= 0.70


def test_intervals_of_ranks_that_span_half_the_sites_are_withheld(tables):
    sites = tables["site_comparisons"].merge(
        tables["scale_comparisons"][["scale", "basis", "n_sites"]], on=["scale", "basis"]
    )
    told = sites.dropna(subset="rank_low")
    assert ((told["rank_high"] - told["rank_low"] + 1) < told["n_sites"] / 2).all()


def test_change_is_the_difference_of_released_means(tables):
    now, before = (
        released_means(tables, wave).query("group.isna()").set_index(["site", "scale"])["estimate"]
        for wave in (NOW, BEFORE)
    )
    changes = tables["site_changes"].query("basis == 'plain' and change.notna()")
    assert len(changes) > 50
    for row in changes.itertuples():
        expected = now[(row.site, row.scale)] - before[(row.site, row.scale)]
        assert row.change == pytest.approx(expected)


def test_change_that_was_put_into_the_example_is_found(tables):
    linked = tables["site_changes"].query("basis == 'linked' and site == 'copper-lane'")
    told = linked.set_index("scale")["verdict"]
    assert told["POW"] == "higher"
    assert told.isin(["higher", "no_clear_change"]).all()


def test_small_sites_are_shown_over_two_rounds_together_and_not_by_themselves(tables):
    released = tables["released"]
    together = set(released.loc[released["wave"] == f"{BEFORE} + {NOW}", "site"])
    assert together == {"thornfield", "yarrow-park"}
    alone = released[released["wave"].isin([NOW, BEFORE]) & released["site"].isin(together)]
    assert alone.empty


def test_a_response_rate_does_not_tell_how_many_answered(tables):
    rates = tables["response"].dropna(subset="response_rate")
    assert len(rates) > 10
    twentieths = rates["response_rate"] * 20
    np.testing.assert_allclose(twentieths, twentieths.round())
    assert (rates["respondents"] % 5 == 0).all()


def test_every_cluster_of_the_tree_has_its_sites_counted(tables):
    rows = tables["clusters"].query("statistic == 'n_sites'")
    counted = rows[rows["wave"] == NOW].set_index("cluster")["estimate"]
    assert counted["Hills"] == counted["North Hills"] + counted["South Hills"]
    assert counted["Hills"] + counted["Riverside"] == 24
