"""Estimates of sites and of the programme, against direct computation from the answers."""

import io

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from pipeline.benchmark import estimate_programme, estimate_sites
from pipeline.benchmark.composition import replace_zeros
from pipeline.benchmark.rows import KEYS
from tests.benchmark.conftest import make_study

SIZES = [(20, 18, 2), (1, 0, 0), (12, 15, 0), (30, 9, 5)]


@pytest.fixture(scope="module")
def study(instrument):
    return make_study(instrument, SIZES, 5, dk=0.15)


@pytest.fixture(scope="module")
def sites(instrument, study):
    return estimate_sites(*study, instrument, 0.95)


@pytest.fixture(scope="module")
def programme(sites):
    everything = sites[KEYS].assign(counts=True, shown=True)
    return estimate_programme(sites, everything, 0.95)


def one(frame, statistic, site=None, group=None, scale=None, item=None):
    wanted = {"site": site, "group": group, "scale": scale, "item": item}
    for column, value in wanted.items():
        frame = frame[frame[column].isna() if value is None else frame[column] == value]
    rows = frame[frame["statistic"] == statistic]
    assert len(rows) == 1
    return rows.iloc[0]


def test_site_mean_has_the_t_interval(sites, study):
    values = study[2].query("site == 's00'")["AAA"].dropna().to_numpy(dtype=float)
    row = one(sites, "mean", site="s00", scale="AAA")
    expected = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
    assert_allclose([row["ci_low"], row["ci_high"]], expected)
    assert row["n_respondents"] == len(values)


def test_gap_is_first_group_minus_second_with_welch_interval(sites, study):
    scores = study[2].query("site == 's02'")
    first, second = (
        scores.loc[scores["group"] == g, "AAA"].dropna().to_numpy(dtype=float)
        for g in ("lived", "professional")
    )
    row = one(sites, "gap", site="s02", scale="AAA")
    test = stats.ttest_ind(first, second, equal_var=False)
    interval = test.confidence_interval(0.95)
    assert_allclose(row["estimate"], first.mean() - second.mean())
    assert_allclose([row["ci_low"], row["ci_high"]], [interval.low, interval.high])
    assert row["n_respondents"] == len(first) + len(second)


def test_one_respondent_has_a_mean_without_interval_and_a_named_condition(sites):
    row = one(sites, "mean", site="s01", scale="AAA")
    assert row["condition"] == "one_respondent"
    assert pd.isna(row["ci_low"])
    assert pd.notna(row["estimate"])


def test_every_missing_estimate_has_a_condition(sites, programme):
    for frame in (sites, programme):
        assert frame.loc[frame["estimate"].isna(), "condition"].notna().all()


def test_share_of_a_code_is_of_items_put_to_respondents(sites, study, instrument):
    responses, missing, _ = study
    here = responses.query("site == 's00'")
    items = instrument.by_id["AAA"].item_ids
    blanks = missing[missing["respondent"].isin(here["respondent"])]
    blanks = blanks[blanks["column"].isin(items)]
    put = here[items].notna().sum().sum() + (blanks["reason"] != "NOT_REACHED").sum()
    row = one(sites, "share_DK", site="s00", scale="AAA")
    assert_allclose(row["estimate"], (blanks["reason"] == "DK").sum() / put)
    assert one(sites, "answers_put", site="s00", scale="AAA")["estimate"] == put


def test_ungrouped_people_are_counted_only(sites):
    rows = sites[sites["group"] == "ungrouped"]
    assert set(rows["statistic"]) == {"respondents"}
    assert rows["estimate"].sum() == 7


def test_items_are_as_worded(sites, study):
    answers = study[0].query("site == 's00'")["aaa3"].dropna().astype(float)
    assert_allclose(
        one(sites, "mean", site="s00", scale="AAA", item="aaa3")["estimate"], answers.mean()
    )
    low = one(sites, "share_low", site="s00", scale="AAA", item="aaa3")
    assert_allclose(low["estimate"], (answers < 3).mean())


@pytest.mark.parametrize("group", [None, "lived", "professional"])
@pytest.mark.parametrize("scale", ["AAA", "BBB"])
def test_programme_is_that_of_all_respondents_together(programme, study, scale, group):
    scores = study[2]
    values = scores if group is None else scores[scores["group"] == group]
    values = values[scale].dropna().astype(float)
    assert abs(one(programme, "mean", group=group, scale=scale)["estimate"] - values.mean()) < 1e-12
    assert abs(one(programme, "sd", group=group, scale=scale)["estimate"] - values.std()) < 1e-12
    assert one(programme, "mean", group=group, scale=scale)["n_respondents"] == len(values)


def test_programme_shares_are_those_of_all_respondents_together(programme, study, instrument):
    responses, missing, _ = study
    answers = responses["aaa1"].dropna()
    share = one(programme, "share_4", scale="AAA", item="aaa1")["estimate"]
    assert abs(share - (answers == 4).mean()) < 1e-12
    items = instrument.by_id["AAA"].item_ids
    blanks = missing[missing["column"].isin(items)]
    put = responses[items].notna().sum().sum() + (blanks["reason"] != "NOT_REACHED").sum()
    share = one(programme, "share_DK", scale="AAA")["estimate"]
    assert abs(share - (blanks["reason"] == "DK").sum() / put) < 1e-12


def test_programme_pools_only_what_counts(sites, study):
    counting = sites[KEYS].assign(counts=sites["site"] != "s03", shown=True)
    pooled = estimate_programme(sites, counting, 0.95)
    values = study[2].query("site != 's03'")["AAA"].dropna().astype(float)
    assert abs(one(pooled, "mean", scale="AAA")["estimate"] - values.mean()) < 1e-12


def test_counters_of_the_parts_add_up_to_the_total(programme):
    means = programme[programme["statistic"] == "mean_counters"]
    everyone = means[means["group"].isna()]
    assert_allclose(everyone["estimate"].sum(), 10)


def test_people_who_share_out_alike_have_no_dispersion(instrument, study):
    responses, missing, scores = study
    alike = responses.assign(suma=10, sumb=0, sumc=0)
    sites = estimate_sites(alike, missing, scores, instrument, 0.95)
    assert_allclose(one(sites, "dispersion", site="s00", scale="sum")["estimate"], 0, atol=1e-12)


def test_replacing_zeros_keeps_totals_and_ratios():
    replaced = replace_zeros(np.array([[6.0, 3.0, 1.0, 0.0]]))
    assert_allclose(replaced.sum(), 10)
    assert_allclose(replaced[0, 0] / replaced[0, 1], 2)
    assert replaced[0, 3] == 0.5


def test_order_of_rows_does_not_matter(sites, study, instrument):
    shuffled = [frame.sample(frac=1, random_state=1) for frame in study]
    assert as_bytes(estimate_sites(*shuffled, instrument, 0.95)) == as_bytes(sites)


def as_bytes(frame):
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False)
    return buffer.getvalue()


def test_questionnaire_without_groups_has_no_group_rows(study, instrument):
    from dataclasses import replace

    found = estimate_sites(*study, replace(instrument, grouping=None), 0.95)
    assert found["group"].isna().all()
    assert not found["statistic"].isin(["gap", "place_in_gap"]).any()
