"""Each rule of disclosure control as a sentence."""

import io
from dataclasses import replace

import pandas as pd
import pytest

from pipeline.benchmark import estimate_programme, estimate_sites
from pipeline.benchmark.disclosure import DisclosureRules, Rule, counting_sites, disclose
from tests.benchmark.conftest import make_study

RULES = DisclosureRules()
SIZES = [(20, 20, 0), (6, 6, 0), (12, 13, 0), (3, 2, 0), (20, 8, 0), (18, 17, 4), (60, 60, 1)]
IDENTITY = ["wave", "site", "group", "scale", "item", "factor", "statistic"]


def estimated(instrument, sizes, change=None, rules=RULES, **options):
    responses, missing, scores = make_study(instrument, sizes, 2, **options)
    if change:
        responses, scores = change(responses, scores)
    sites = estimate_sites(responses, missing, scores, instrument, 0.95)
    return sites, estimate_programme(sites, counting_sites(sites, rules), 0.95)


@pytest.fixture(scope="module")
def estimates(instrument):
    return estimated(instrument, SIZES, dk=0.0)


@pytest.fixture(scope="module")
def disclosed(estimates):
    return disclose(*estimates, RULES)


def statistics(frame, site):
    return set(frame.loc[frame["site"] == site, "statistic"])


def rules_of(disclosed, **wanted):
    rows = disclosed.withheld
    for column, value in wanted.items():
        rows = rows[rows[column].isna() if value is None else rows[column] == value]
    return set(rows["rule"])


def test_minimum_below_five_is_refused_whatever_the_reason():
    with pytest.raises(ValueError, match="minimum_n"):
        DisclosureRules(minimum_n=4, override_reason="the board wants it")


def test_minimum_below_eleven_needs_a_reason():
    with pytest.raises(ValueError, match="override_reason"):
        DisclosureRules(minimum_n=7)


def test_reason_is_carried_to_the_report(estimates, instrument):
    rules = DisclosureRules(minimum_n=7, override_reason="agreed with all sites")
    sites, _ = estimates
    programme = estimate_programme(sites, counting_sites(sites, rules), 0.95)
    assert disclose(sites, programme, rules).override_reason == "agreed with all sites"


@pytest.mark.parametrize(
    "loose",
    [
        {"class_share": 0.99},
        {"mean_unit": 0.001},
        {"coarse_mean_unit": 0.01},
        {"protected_width": 0.1},
        {"round_counts_to": 1},
        {"five_categories_from": 12},
    ],
)
def test_other_rules_cannot_be_loosened(loose):
    with pytest.raises(ValueError):
        DisclosureRules(**loose)


def test_site_below_the_minimum_shows_nothing(disclosed):
    assert statistics(disclosed.released, "s03") == set()


def test_site_of_eleven_to_nineteen_shows_scale_means_and_codes_only(disclosed):
    found = statistics(disclosed.released, "s01")
    assert {"mean", "mean_counters", "share_DK", "respondents"} == found - {"share_PNA"}
    assert disclosed.released.query("site == 's01'")["item"].dropna().str.startswith("sum").all()
    assert Rule.LADDER in rules_of(disclosed, site="s01", item="aaa1")


def test_site_of_twenty_to_twenty_nine_shows_three_categories_but_not_five(disclosed):
    found = statistics(disclosed.released, "s02")
    assert {"share_low", "share_middle", "share_high"} <= found
    assert "share_3" not in found


def test_site_of_thirty_shows_five_categories(disclosed):
    assert {"share_2", "share_3", "dispersion"} <= statistics(disclosed.released, "s00")


def test_spread_and_standard_errors_are_never_released(disclosed):
    assert not disclosed.released["statistic"].isin(["sd", "sd_counters", "answers_put"]).any()
    assert "se" not in disclosed.released.columns
    assert rules_of(disclosed, statistic="sd") == {Rule.NOT_RELEASED}


def test_group_needs_enough_people_and_so_does_the_rest(disclosed):
    assert rules_of(disclosed, site="s04", group="lived", statistic="mean") == {
        Rule.GROUP_MINIMUM_N
    }
    assert "gap" not in statistics(disclosed.released, "s04")


def test_few_people_in_neither_group_keep_the_groups_withheld(disclosed):
    assert Rule.PRECISION in rules_of(disclosed, site="s05", group="lived", statistic="mean")
    assert "gap" not in statistics(disclosed.released, "s05")


def test_one_person_in_neither_group_is_hidden_by_rounding_more(disclosed):
    rows = disclosed.released.query("site == 's06' and scale == 'AAA' and statistic == 'mean'")
    rows = rows[rows["group"].notna()]
    assert len(rows) == 2
    assert ((rows["estimate"] * 10).astype(float) % 1 < 1e-9).all()
    assert (rows["condition"] == "spread_of_site").all()


def test_gap_is_that_of_the_released_means(disclosed):
    rows = disclosed.released.query("site == 's00' and scale == 'AAA'")
    means = rows[rows["group"].notna() & (rows["statistic"] == "mean")].set_index("group")
    gap = rows[rows["statistic"] == "gap"].iloc[0]
    expected = means.loc["lived", "estimate"] - means.loc["professional", "estimate"]
    assert gap["estimate"] == pytest.approx(expected)
    assert gap["ci_high"] - gap["estimate"] == pytest.approx(gap["estimate"] - gap["ci_low"])


def test_counts_are_multiples_of_five(disclosed):
    assert (disclosed.released["n_respondents"] % 5 == 0).all()
    heads = disclosed.released.query("statistic == 'respondents'")["estimate"]
    assert (heads % 5 == 0).all()


def test_few_people_of_hidden_sites_do_not_count(instrument):
    sites, _ = estimated(instrument, [(20, 20, 0), (3, 2, 0), (15, 15, 0)], dk=0.0)
    counting = counting_sites(sites, RULES)
    scores = counting[(counting["scale"] == "AAA") & (counting["statistic"] == "mean")]
    assert not scores.loc[scores["site"] == "s01", "counts"].any()
    assert scores.loc[scores["site"] == "s00", "counts"].all()


def test_many_people_of_hidden_sites_count(instrument):
    sites, _ = estimated(instrument, [(20, 20, 0), *[(3, 4, 0)] * 6], dk=0.0)
    counting = counting_sites(sites, RULES)
    of_scale = counting["item"].isna() & (counting["scale"] == "AAA") & counting["group"].isna()
    scores = counting[of_scale & (counting["statistic"] == "mean")]
    assert scores["counts"].all()
    assert scores["shown"].sum() == 1


def all_agree(responses, scores):
    """Everyone of one site gives the highest answer to one item."""
    here = responses["site"] == "s00"
    return responses.assign(aaa1=responses["aaa1"].mask(here, 5)), scores


def test_distribution_with_nearly_all_alike_is_withheld(instrument):
    sizes = [(25, 20, 0), (20, 20, 0), (30, 20, 0), (25, 25, 0)]
    found = disclose(*estimated(instrument, sizes, all_agree, dk=0.0), RULES)
    here = found.released.query("site == 's00' and item == 'aaa1'")
    assert not here["statistic"].str.startswith("share_").any() or set(here["statistic"]) <= {
        "share_DK",
        "share_PNA",
    }
    assert Rule.CLASS_DISCLOSURE in rules_of(found, site="s00", item="aaa1", statistic="share_5")


def test_a_second_site_is_withheld_so_that_the_first_cannot_be_worked_out(instrument):
    sizes = [(25, 20, 0), (20, 20, 0), (30, 20, 0), (25, 25, 0)]
    found = disclose(*estimated(instrument, sizes, all_agree, dk=0.0), RULES)
    assert rules_of(found, site="s01", item="aaa1", statistic="share_5") == {Rule.COMPLEMENT}
    programme = found.released[found.released["site"].isna()]
    assert "share_5" in set(programme.loc[programme["item"] == "aaa1", "statistic"])


def test_unknown_statistic_is_never_released(estimates):
    sites, programme = estimates
    extra = sites[sites["statistic"] == "mean"].head(5).assign(statistic="median")
    found = disclose(pd.concat([sites, extra]), programme, RULES)
    assert "median" not in set(found.released["statistic"])
    assert rules_of(found, statistic="median") == {Rule.NOT_RELEASED}


def test_every_number_is_released_or_withheld_and_none_twice(estimates, disclosed):
    given = pd.concat(estimates)[IDENTITY]
    out = pd.concat([disclosed.released[IDENTITY], disclosed.withheld[IDENTITY]])
    assert len(out) == len(given)
    assert not out.duplicated().any()
    assert len(out.merge(given, on=IDENTITY)) == len(given)
    assert set(disclosed.withheld["rule"]) <= set(Rule)


def test_programme_pooled_over_other_sites_is_refused(estimates):
    sites, _ = estimates
    everything = counting_sites(sites, RULES).assign(counts=True)
    with pytest.raises(ValueError, match="not pooled over the sites"):
        disclose(sites, estimate_programme(sites, everything, 0.95), RULES)


def as_bytes(disclosed):
    buffer = io.StringIO()
    disclosed.released.to_csv(buffer, index=False)
    disclosed.withheld.to_csv(buffer, index=False)
    return buffer.getvalue()


def test_same_input_same_bytes_and_order_of_rows_does_not_matter(estimates, disclosed):
    shuffled = [frame.sample(frac=1, random_state=3) for frame in estimates]
    assert as_bytes(disclose(*estimates, RULES)) == as_bytes(disclosed)
    assert as_bytes(disclose(*shuffled, RULES)) == as_bytes(disclosed)


def test_arguments_are_not_changed(estimates):
    before = [frame.copy() for frame in estimates]
    disclose(*estimates, RULES)
    for frame, copy in zip(estimates, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def test_questionnaire_with_neither_groups_nor_constant_sums_is_released(instrument):
    plain = replace(instrument, allocations=(), grouping=None)
    study = make_study(instrument, [(20, 20, 0), (15, 15, 0)], 2)
    sites = estimate_sites(*study, plain, 0.95)
    programme = estimate_programme(sites, counting_sites(sites, RULES), 0.95)
    found = disclose(sites, programme, RULES).released
    assert {"mean", "share_high", "n_sites"} <= set(found["statistic"])
    assert found["group"].isna().all()


@pytest.mark.parametrize("sizes", [[(1, 0, 0)], [(5, 5, 0)]])
def test_study_of_a_few_people_releases_nothing(instrument, sizes):
    assert disclose(*estimated(instrument, sizes), RULES).released.empty


def test_site_that_was_not_asked_a_scale_still_shows_the_others(instrument):
    responses, missing, scores = make_study(instrument, [(20, 20, 0), (15, 15, 0)], 2)
    here = (responses["site"] == "s00").to_numpy()
    items = instrument.by_id["BBB"].item_ids
    responses[items] = responses[items].mask(here[:, None].repeat(len(items), axis=1))
    scores["BBB"] = scores["BBB"].mask(here)
    missing = missing[~missing["column"].isin(items)]
    sites = estimate_sites(responses, missing, scores, instrument, 0.95)
    programme = estimate_programme(sites, counting_sites(sites, RULES), 0.95)
    found = disclose(sites, programme, RULES).released.query("site == 's00'")
    assert "AAA" in set(found["scale"])
    assert "BBB" not in set(found["scale"])


def test_study_without_respondents_releases_nothing(instrument):
    study = [frame.head(0) for frame in make_study(instrument, [(3, 3, 0)], 2)]
    sites = estimate_sites(*study, instrument, 0.95)
    programme = estimate_programme(sites, counting_sites(sites, RULES), 0.95)
    assert disclose(sites, programme, RULES).released.empty
