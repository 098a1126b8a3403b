"""Analyses of all answers together give no small site away."""

import pandas as pd
import pytest

from pipeline.benchmark import estimate_programme, estimate_sites
from pipeline.benchmark.disclosure import (
    DisclosureRules,
    counting_sites,
    disclose,
    release_pooled,
)
from pipeline.tables import ESTIMATES, conform, gather_rows
from tests.benchmark.conftest import make_study

RULES = DisclosureRules()
ONE_TINY_SITE = [(20, 20, 0), (15, 15, 0), (2, 2, 0)]
TINY_SITES_TOGETHER_ENOUGH = [(20, 20, 0), (4, 4, 0), (4, 3, 0), (3, 4, 0)]


def pooled_rows(responses, **changed):
    items = [name for name in responses.columns if name.startswith("aaa")]
    rows = [
        {"scale": "AAA", "item": item, "statistic": statistic, "estimate": value}
        for item in items
        for statistic, value in (
            ("mean", responses[item].mean()),
            ("share_of_answer_3", (responses[item] == 3).mean()),
            ("n_missing", 7),
            ("item_rest_correlation", 0.41),
        )
    ]
    rows.append({"scale": "AAA", "statistic": "cronbach_alpha", "estimate": 0.8, "ci_low": 0.7})
    frame = pd.DataFrame(rows).assign(n_respondents=len(responses), wave="1")
    frame["method"] = [f"method {place}" for place in range(len(frame))]
    return conform(gather_rows([frame.assign(**changed)]), ESTIMATES)


def released(instrument, sizes, **changed):
    responses, missing, scores = make_study(instrument, sizes, seed=4, dk=0.0)
    sites = estimate_sites(responses, missing, scores, instrument, 0.95)
    return release_pooled(pooled_rows(responses, **changed), sites, RULES)


def shown(frame, statistic):
    return frame.loc[frame["statistic"] == statistic, "estimate"].notna()


def test_distributions_are_held_back_where_a_small_site_could_be_subtracted(instrument):
    frame = released(instrument, ONE_TINY_SITE)
    for statistic in ("mean", "share_of_answer_3", "n_missing"):
        assert not shown(frame, statistic).any()
    assert (frame.loc[frame["estimate"].isna(), "condition"] == "withheld").all()


def test_how_answers_go_together_may_be_shown_all_the_same(instrument):
    frame = released(instrument, ONE_TINY_SITE)
    assert shown(frame, "item_rest_correlation").all()
    assert shown(frame, "cronbach_alpha").all()


def test_how_sites_vary_may_be_shown_and_the_mean_over_sites_may_not(instrument):
    responses, missing, scores = make_study(instrument, ONE_TINY_SITE, seed=4, dk=0.0)
    sites = estimate_sites(responses, missing, scores, instrument, 0.95)
    shared = {"wave": "1", "scale": "AAA", "estimate": 0.4, "n_respondents": 37, "method": "REML"}
    open_names = ["icc1_reml", "icc2_reml_mean", "icc2_reml_at_mean_n", "variance_between"]
    open_names += ["variance_within", "design_effect", "n_for_reliability_70", "n_groups_reml"]
    rows = [{**shared, "statistic": name} for name in [*open_names, "programme_mean_reml"]]
    frame = release_pooled(conform(gather_rows([pd.DataFrame(rows)]), ESTIMATES), sites, RULES)
    assert all(shown(frame, name).all() for name in open_names)
    assert not shown(frame, "programme_mean_reml").any()


def test_distributions_are_shown_where_small_sites_together_are_enough(instrument):
    frame = released(instrument, TINY_SITES_TOGETHER_ENOUGH)
    assert shown(frame, "mean").all()


def test_distributions_are_rounded_and_counts_are_multiples_of_five(instrument):
    frame = released(instrument, TINY_SITES_TOGETHER_ENOUGH)
    means = frame.loc[frame["statistic"] == "mean", "estimate"].astype(float)
    assert (means - means.round(2)).abs().max() < 1e-12
    assert (frame["n_respondents"] % 5 == 0).all()
    assert (frame.loc[frame["statistic"] == "n_missing", "estimate"] == 5).all()


def test_an_item_nearly_all_answer_alike_has_its_distribution_held_back(instrument):
    frame = released(instrument, TINY_SITES_TOGETHER_ENOUGH, estimate=0.95)
    assert not shown(frame, "share_of_answer_3").any()
    assert not shown(frame, "mean").any()
    assert shown(frame, "cronbach_alpha").all()


@pytest.mark.parametrize("changed", [{"statistic": "median"}, {"n_respondents": 10}])
def test_unknown_statistics_and_few_people_are_held_back(instrument, changed):
    frame = released(instrument, TINY_SITES_TOGETHER_ENOUGH, **changed)
    assert frame["estimate"].isna().all()


def test_items_the_programme_rounds_more_have_their_distribution_held_back(instrument):
    responses, missing, scores = make_study(instrument, TINY_SITES_TOGETHER_ENOUGH, 4, dk=0.0)
    sites = estimate_sites(responses, missing, scores, instrument, 0.95)
    programme = estimate_programme(sites, counting_sites(sites, RULES), 0.95)
    figures = disclose(sites, programme, RULES).figures
    of_item = figures["site"].isna() & (figures["item"] == "aaa1")
    coarse = figures.assign(unit=figures["unit"].mask(of_item, RULES.coarse_mean_unit))
    plain = release_pooled(pooled_rows(responses), sites, RULES, figures)
    guarded = release_pooled(pooled_rows(responses), sites, RULES, coarse)
    assert shown(plain, "mean").all()
    means = guarded[guarded["statistic"] == "mean"].set_index("item")["estimate"]
    assert list(means.index[means.isna()]) == ["aaa1"]


def test_no_row_is_lost(instrument):
    responses, *_ = make_study(instrument, ONE_TINY_SITE, seed=4, dk=0.0)
    assert len(released(instrument, ONE_TINY_SITE)) == len(pooled_rows(responses))


def test_thresholds_and_distributions_of_a_group_are_held_back(instrument):
    thresholds = released(instrument, TINY_SITES_TOGETHER_ENOUGH, statistic="threshold")
    assert thresholds["estimate"].isna().all()
    of_group = released(instrument, TINY_SITES_TOGETHER_ENOUGH, group="lived_experience")
    assert not shown(of_group, "mean").any()
    assert not shown(of_group, "share_of_answer_3").any()
    assert shown(of_group, "cronbach_alpha").all()


@pytest.mark.parametrize(("n", "is_shown"), [(99, False), (100, True)])
def test_correlations_of_single_items_need_a_hundred_people(instrument, n, is_shown):
    frame = released(
        instrument,
        TINY_SITES_TOGETHER_ENOUGH,
        item="aaa1 with aaa2",
        statistic="polychoric_correlation",
        n_respondents=n,
    )
    assert frame["estimate"].notna().all() == is_shown


def test_an_analysis_without_rows_is_released_without_rows(instrument):
    responses, missing, scores = make_study(instrument, ONE_TINY_SITE, seed=4, dk=0.0)
    sites = estimate_sites(responses, missing, scores, instrument, 0.95)
    assert len(release_pooled(pooled_rows(responses)[:0], sites, RULES)) == 0
