"""Careless and missing answers are told without giving away the few who were left out."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from pipeline.benchmark import estimate_programme, estimate_sites
from pipeline.benchmark.disclosure import DisclosureRules, counting_sites, disclose
from pipeline.benchmark.disclosure.screening import (
    release_missing_data,
    release_screening_counts,
    release_screening_effect,
)
from pipeline.tables import MISSING_DATA, SCREENING_COUNTS, SCREENING_EFFECT, conform
from tests.benchmark.conftest import make_study

RULES = DisclosureRules()
LARGE_SITES = [(20, 20, 0), (15, 15, 0)]
ONE_TINY_SITE = [*LARGE_SITES, (2, 2, 0)]
MEANS = ["mean_with", "mean_without"]
ALPHAS = ["alpha_with", "alpha_without"]


def framed(rows, table):
    return conform(pd.DataFrame(rows, columns=table.column_names), table)


# ------------------------------------------------------------------ with and without


@pytest.fixture(scope="module")
def studies(instrument):
    """Estimates of sites and figures of the release, for each list of sizes of sites."""

    def study(sizes):
        responses, missing, scores = make_study(instrument, sizes, seed=4, dk=0.0)
        sites = estimate_sites(responses, missing, scores, instrument, 0.95)
        programme = estimate_programme(sites, counting_sites(sites, RULES), 0.95)
        return sites, disclose(sites, programme, RULES).figures

    return {"open": study(LARGE_SITES), "closed": study(ONE_TINY_SITE)}


def effect_of(kept, left_out, **changed):
    """A row of the exact table, from the scores of those who stay and those left out."""
    everyone = np.concatenate([kept, left_out])
    spread = everyone.std(ddof=1)
    change = kept.mean() - everyone.mean()
    row = {
        "wave": "1", "scale": "AAA", "n_with": len(everyone), "n_without": len(kept),
        "mean_with": everyone.mean(), "mean_without": kept.mean(), "sd_with": spread,
        "difference": change / spread if spread else None,
        "n_complete_with": len(everyone), "n_complete_without": len(kept),
        "alpha_with": 0.8123, "alpha_without": 0.8345,
    }  # fmt: skip
    return framed([{**row, **changed}], SCREENING_EFFECT)


def told(study, exact):
    return release_screening_effect(exact, study[0], RULES, study[1]).iloc[0]


def people(n, mean=3.2, sd=0.8, seed=1):
    return np.clip(np.random.default_rng(seed).normal(mean, sd, n), 1, 5)


def test_where_few_are_left_out_only_the_size_of_the_difference_is_told(studies):
    row = told(studies["open"], effect_of(people(300), people(4, 1.5)))
    assert row[[*MEANS, "alpha_with", "sd_with"]].isna().all()
    assert row["difference"] == 0
    assert row["alpha_without"] == 0.83
    assert row["condition"] == "withheld"
    assert (row["n_with"], row["n_without"]) == (305, 300)


def test_where_enough_are_left_out_both_results_are_told_in_coarse_steps(studies):
    kept, left_out = people(300), people(60, 2)
    exact = effect_of(kept, left_out)
    row = told(studies["open"], exact)
    assert_allclose(
        row[MEANS].astype(float), np.round([exact["mean_with"][0], kept.mean()], 1), atol=1e-9
    )
    assert_allclose(row[ALPHAS].astype(float), [0.81, 0.83])
    assert_allclose(row["difference"], np.round(exact["difference"][0], 1), atol=1e-9)
    assert row["difference"] > 0
    assert pd.isna(row["condition"])


def test_means_stay_back_where_a_small_site_could_be_subtracted(studies):
    row = told(studies["closed"], effect_of(people(300), people(60, 2)))
    assert row[MEANS].isna().all()
    assert row[["difference", *ALPHAS]].notna().all()
    assert row["condition"] == "withheld"


def test_people_who_nearly_all_chose_the_end_of_the_scale_are_protected_like_few(studies):
    row = told(studies["open"], effect_of(people(300), np.full(20, 5.0)))
    assert row[[*MEANS, "alpha_with"]].isna().all()


def test_with_nobody_left_out_both_results_are_the_same(studies):
    exact = effect_of(people(300), people(0))
    row = told(studies["open"], exact)
    assert row["mean_with"] == row["mean_without"]
    assert row["difference"] == 0
    assert pd.isna(row["condition"])


@pytest.mark.parametrize("n", [0, 1, 10])
def test_nothing_is_told_where_few_remain(studies, n):
    exact = effect_of(people(30), people(5)).assign(n_without=n, n_with=n + 20)
    row = told(studies["open"], exact)
    assert row.drop(["wave", "scale", "condition"]).isna().all()


def test_alpha_goes_by_those_who_answered_every_item(studies):
    exact = effect_of(people(300), people(60), n_complete_with=205, n_complete_without=200)
    row = told(studies["open"], exact)
    assert pd.isna(row["alpha_with"]) and row["alpha_without"] == 0.83
    assert row[MEANS].notna().all()


def as_told(difference):
    size = abs(difference)
    return np.where(size < 0.1, 0, np.sign(difference) * np.round(np.rint(size / 0.1) * 0.1, 1))


def test_an_attacker_who_knows_all_but_the_few_cannot_locate_their_mean(studies):
    """Every mean of the few that leads to the same released number, by search."""
    rng = np.random.default_rng(7)
    cases = []
    for seed in range(300):
        n, k = int(rng.integers(11, 400)), int(rng.integers(1, 11))
        left_out = np.clip(rng.normal(rng.uniform(1, 5), 0.3, k), 1, 5)
        cases.append(effect_of(people(n, seed=seed), left_out))
    exact = pd.concat(cases, ignore_index=True)
    sites, figures = studies["open"]
    released = release_screening_effect(exact, sites, RULES, figures)
    assert released[[*MEANS, "alpha_with"]].isna().all(axis=None)
    shown = released.index[released["difference"].notna()]
    assert 50 < len(shown) < 300
    possible = np.linspace(1, 5, 4001)
    for place in shown:
        known = exact.loc[place]
        share = (known["n_with"] - known["n_without"]) / known["n_with"]
        differences = share * (known["mean_without"] - possible) / known["sd_with"]
        fitting = possible[np.isclose(as_told(differences), released["difference"][place])]
        assert np.ptp(fitting) >= 2 - 0.01


def test_a_few_of_few_people_are_not_told_apart_even_by_the_difference(studies):
    row = told(studies["open"], effect_of(people(20), np.full(8, 1.5)))
    assert pd.isna(row["difference"])


def test_no_rows_and_no_spread_are_no_trouble(studies):
    sites, figures = studies["open"]
    empty = release_screening_effect(framed([], SCREENING_EFFECT), sites, RULES, figures)
    assert empty.empty
    row = told(studies["open"], effect_of(np.full(30, 3.0), people(0)))
    assert pd.isna(row["difference"])
    conform(empty, SCREENING_EFFECT)


# ------------------------------------------------------------------ signs


def count_row(judged, flagged, excluded=0, flag="speeding"):
    return {
        "wave": "1", "flag": flag, "strong": True, "families_needed": 2,
        "n_judged": judged, "n_flagged": flagged, "n_excluded": excluded,
    }  # fmt: skip


def counts_told(*rows):
    released = release_screening_counts(framed(rows, SCREENING_COUNTS), RULES)
    return conform(released, SCREENING_COUNTS)


def test_counts_are_in_steps_of_five_and_never_fall_to_nobody():
    row = counts_told(count_row(213, 12, 1)).iloc[0]
    assert row[["n_judged", "n_flagged", "n_excluded"]].tolist() == [215, 10, 5]
    assert counts_told(count_row(213, 0)).iloc[0]["n_flagged"] == 0


def test_a_sign_judged_for_few_is_withheld_and_for_nobody_is_told():
    few, nobody = counts_told(count_row(10, 2), count_row(0, 0, flag="duplicate")).iloc
    assert few[["n_judged", "n_flagged", "n_excluded"]].isna().all()
    assert few["condition"] == "withheld"
    assert nobody["n_judged"] == 0 and pd.isna(nobody["condition"])


def test_a_sign_that_nearly_everybody_shows_is_withheld():
    all_alike, any_flag = counts_told(count_row(100, 90), count_row(100, 95, flag=None)).iloc
    assert all_alike[["n_judged", "n_flagged", "n_excluded"]].isna().all()
    assert any_flag["n_flagged"] == 95


# ------------------------------------------------------------------ missing answers


def pattern(n, names=None, total=200, statistic="respondents_with_pattern"):
    return {
        "wave": "1", "pattern": names, "statistic": statistic, "estimate": n, "n_respondents": total
    }  # fmt: skip


def gaps_told(*rows):
    return conform(release_missing_data(framed(rows, MISSING_DATA), RULES), MISSING_DATA)


def test_patterns_of_few_people_share_a_row():
    told = gaps_told(
        pattern(150, statistic="respondents_complete"), pattern(30, "A"), pattern(10, "B"),
        pattern(3, "C"), pattern(7, statistic="respondents_with_other_pattern"),
    )  # fmt: skip
    assert told[["statistic", "estimate"]].to_numpy().tolist() == [
        ["respondents_complete", 150],
        ["respondents_with_pattern", 30],
        ["respondents_with_other_pattern", 20],
    ]
    assert told["pattern"].dropna().tolist() == ["A"]


def test_a_rest_of_few_people_has_no_number():
    told = gaps_told(pattern(195, statistic="respondents_complete"), pattern(5, "A"))
    rest = told.iloc[-1]
    assert pd.isna(rest["estimate"]) and rest["condition"] == "withheld"


def test_a_pattern_of_nearly_everybody_is_not_named():
    told = gaps_told(pattern(185, "A"), pattern(15, "B"))
    assert told["pattern"].dropna().tolist() == ["B"]


@pytest.mark.parametrize(("n", "shown"), [(10, False), (11, True)])
def test_a_test_needs_the_minimum_of_people(n, shown):
    rows = [
        {"wave": "1", "scale": "AAA", "statistic": name, "estimate": value, "n_respondents": n}
        for name, value in (("little_chi_square", 12.345), ("little_p_value", 0.12345))
    ]
    told = gaps_told(*rows)
    assert told["estimate"].notna().all() == shown
    if shown:
        assert told["estimate"].tolist() == [12.3, 0.123]


def test_nobody_at_all_is_told_as_nobody():
    told = gaps_told()
    assert told.empty
