"""Gates: what a number means for a gate, and that nothing a closed gate forbids gets out."""

import pandas as pd
import pytest

from pipeline.benchmark import estimate_programme, estimate_sites
from pipeline.benchmark.disclosure import DisclosureRules, Rule, counting_sites, disclose
from pipeline.benchmark.gates import (
    SitesNeeded,
    cannot_be_fitted,
    count_sites,
    every_gate,
    gates_of_waves,
    groups_missing,
    judge_aggregation,
    judge_groups,
    judge_reliability,
    judge_sites_gate,
    judge_structure,
    sites_missing,
    without_counts,
)
from pipeline.tables import GATE_FORBIDS, GATE_NAMES, GATES, conform
from tests.benchmark.conftest import make_study

RULES = DisclosureRules()
WAVE = "1"


@pytest.fixture(scope="module")
def estimates(instrument):
    responses, missing, scores = make_study(instrument, [(40, 40, 0)] * 4, 2, dk=0.0)
    sites = estimate_sites(responses, missing, scores, instrument, 0.95)
    return sites, estimate_programme(sites, counting_sites(sites, RULES), 0.95)


def gate_table(estimated, /, **verdicts):
    """One scale with the named verdicts."""
    wave, scale = estimated.dropna(subset="scale").iloc[0][["wave", "scale"]]
    rows = [
        {"wave": wave, "scale": scale, "gate": gate, "verdict": verdict, "reason": "So it is."}
        for gate, verdict in verdicts.items()
    ]
    return scale, conform(pd.DataFrame(rows).reindex(columns=GATES.column_names), GATES)


def shown(released, scale, statistic, site=None, group=None):
    rows = released[(released["scale"] == scale) & released["item"].isna()]
    rows = rows[rows["statistic"].str.fullmatch(statistic)]
    rows = rows[rows["site"].notna() if site else rows["site"].isna()] if site is not None else rows
    if group is not None:
        rows = rows[rows["group"].notna() if group else rows["group"].isna()]
    return len(rows)


def fit(scale, n_respondents=500, **numbers):
    columns = ["scale", "item", "statistic", "estimate", "n_respondents"]
    rows = [(scale, None, name, number, n_respondents) for name, number in numbers.items()]
    return pd.DataFrame(rows, columns=columns)


def ladder(**verdicts):
    rows = [
        {"step": step, "verdict": verdict, "change_cfi": -0.001 * place}
        for place, (step, verdict) in enumerate({"configural": "baseline", **verdicts}.items())
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("cfi", "srmr", "verdict"),
    [
        (0.96, 0.05, "open"),
        (0.95, 0.08, "open"),
        (0.96, 0.09, "caution"),
        (0.85, 0.05, "caution"),
        (0.92, 0.09, "caution"),
        (0.85, 0.12, "closed"),
    ],
)
def test_structure_is_closed_only_if_both_indices_say_so(cfi, srmr, verdict):
    found = judge_structure(fit("A", cfi_scaled=cfi, srmr=srmr), ["A"], WAVE)
    assert list(found["verdict"]) == [verdict]
    assert f"{cfi:.2f}" in found["reason"][0]


def test_a_scale_without_a_model_is_untested_and_says_what_is_missing():
    found = judge_structure(fit("A", cfi_scaled=0.96, srmr=0.05), ["A", "B"], WAVE)
    assert list(found["verdict"]) == ["open", "untested"]
    assert "four or more items" in found["needs"][1]


def test_a_model_without_a_usable_solution_is_untested():
    found = judge_structure(fit("A", cfi_scaled=None, srmr=0.05), ["A"], WAVE)
    assert list(found["verdict"]) == ["untested"]


@pytest.mark.parametrize(
    ("number", "verdict"), [(0.70, "open"), (0.60, "caution"), (0.40, "closed")]
)
def test_reliability_has_two_limits(number, verdict):
    table = fit("A", categorical_omega_observed=number)
    found = judge_reliability(table, ["A", "B"], WAVE)
    assert list(found["verdict"]) == [verdict, "untested"]


def test_what_is_judged_keeps_the_contract():
    structure = judge_structure(fit("A", cfi_scaled=0.96, srmr=0.05), ["A", "B"], WAVE)
    conform(structure, GATES)
    conform(judge_reliability(fit("A", cronbach_alpha=0.8), ["A", "B"], WAVE), GATES)


@pytest.mark.parametrize("judge", [judge_structure, judge_reliability])
def test_few_people_decide_no_gate(judge):
    numbers = {"cfi_scaled": 0.5, "srmr": 0.2, "cronbach_alpha": 0.1}
    few, enough = (judge(fit("A", n, **numbers), ["A"], WAVE) for n in (99, 100))
    assert (list(few["verdict"]), list(enough["verdict"])) == (["untested"], ["closed"])
    assert "100 people" in few["needs"][0]


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        ({"thresholds": "holds", "metric": "holds", "scalar": "holds", "strict": "fails"}, "open"),
        ({"thresholds": "holds", "metric": "small", "scalar": "holds"}, "caution"),
        ({"thresholds": "small", "metric": "holds", "scalar": "fails"}, "closed"),
        ({"thresholds": "untested", "metric": "fails", "scalar": "fails"}, "closed"),
        ({"thresholds": "holds", "metric": "holds", "scalar": "untested"}, "untested"),
        ({"metric": "holds", "scalar": "holds"}, "open"),
        ({}, "untested"),
    ],
)
def test_means_are_compared_if_no_step_up_to_equal_intercepts_fails(steps, verdict):
    found = judge_groups(ladder(**steps), WAVE, "A", "role")
    assert list(found["verdict"]) == [verdict]
    conform(found, GATES)


def test_the_first_step_that_fails_is_named_with_its_number():
    found = judge_groups(
        ladder(thresholds="holds", metric="fails", scalar="fails"), WAVE, "A", "language"
    )
    assert "(step metric)" in found["reason"][0]
    assert found["number"][0] == -0.002


def test_what_is_missing_is_told_without_the_size_of_any_group():
    found = groups_missing(1, 200, WAVE, "A", "platform")
    assert list(found["verdict"]) == ["untested"]
    told = "two survey platforms with at least 200 respondents each; one has so many"
    assert found["needs"][0] == told


def test_an_obstacle_loses_its_numbers_of_people():
    found = cannot_be_fitted(WAVE, "A", "sites", "9 respondents are too few for 50 items")
    assert found["needs"][0] == "so many respondents are too few for 50 items"
    assert without_counts("item a101 is constant") == "item a101 is constant"


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ("yes", "open"),
        ("with caution", "caution"),
        ("no", "closed"),
        ("cannot be told", "untested"),
    ],
)
def test_the_model_in_two_levels_decides_on_sites(told, verdict):
    found = judge_sites_gate(told, "So it is.", float("nan"), WAVE, "A")
    assert list(found["verdict"]) == [verdict]
    assert found["number"].isna().all()
    conform(found, GATES)


def test_sites_count_with_enough_complete_answers():
    items = pd.DataFrame({"a": [1, 2, 3, 4, None], "b": [1, 2, 3, 4, 5]})
    sites = pd.Series(["x", "x", "y", "y", "y"])
    assert count_sites(items, sites, 2) == (2, 2)
    assert count_sites(items, sites, 3) == (0, 2)
    found = sites_missing(SitesNeeded(2, 2, 40, 8), WAVE, "A")
    assert (
        found["needs"][0] == "40 sites with at least 8 complete answers each; 2 of 2 have so many"
    )


def test_every_scale_has_every_gate_once_in_order():
    part = judge_sites_gate("no", "So it is.", 0.4, WAVE, "B")
    found = every_gate([part], ["A", "B"], WAVE)
    assert list(zip(found["scale"], found["gate"], strict=True)) == [
        (scale, gate) for scale in "AB" for gate in GATE_NAMES
    ]
    assert (found["verdict"] == "closed").sum() == 1
    conform(found, GATES)


def test_every_gate_governs_something_and_has_a_rule():
    assert tuple(GATE_FORBIDS) == GATE_NAMES
    assert {f"gate_{gate}" for gate in GATE_NAMES} <= {rule.value for rule in Rule}


@pytest.mark.parametrize("verdict", ["open", "caution", "untested"])
def test_a_gate_that_is_not_closed_forbids_nothing(estimates, verdict):
    _, gates = gate_table(estimates[0], **dict.fromkeys(GATE_NAMES, verdict))
    with_gates, without = disclose(*estimates, RULES, gates=gates), disclose(*estimates, RULES)
    pd.testing.assert_frame_equal(with_gates.released, without.released)


def test_a_closed_role_gate_takes_the_gap_and_both_groups_and_leaves_everyone(estimates):
    scale, gates = gate_table(estimates[0], role="closed", sites="open")
    released = disclose(*estimates, RULES, gates=gates).released
    assert shown(released, scale, "gap|gap_standardised") == 0
    assert shown(released, scale, "mean", group=True) == 0
    assert shown(released, scale, "mean", site=True, group=False) > 0


@pytest.mark.parametrize("gate", ["sites", "language", "platform", "structure"])
def test_a_gate_between_sites_takes_their_means_and_leaves_the_programme(estimates, gate):
    scale, gates = gate_table(estimates[0], **{gate: "closed"})
    released = disclose(*estimates, RULES, gates=gates).released
    assert shown(released, scale, "mean", site=True) == 0
    assert shown(released, scale, "site_p10|site_p90|n_sites") == 0
    assert shown(released, scale, "mean", site=False, group=False) == 1
    items = released[(released["scale"] == scale) & released["item"].notna()]
    assert items["site"].notna().any()


def test_other_scales_are_left_alone(estimates):
    scale, gates = gate_table(estimates[0], structure="closed")
    others = [
        frame[frame["scale"] != scale].reset_index(drop=True)
        for frame in (
            disclose(*estimates, RULES, gates=gates).released,
            disclose(*estimates, RULES).released,
        )
    ]
    pd.testing.assert_frame_equal(*others)


def test_the_gate_stands_as_the_reason_and_every_estimate_is_accounted_for(estimates):
    scale, gates = gate_table(estimates[0], sites="closed")
    found, without = disclose(*estimates, RULES, gates=gates), disclose(*estimates, RULES)
    rules = found.withheld[found.withheld["scale"] == scale]["rule"]
    assert Rule.GATE_SITES in set(rules)
    n_known = len(without.released) + len(without.withheld)
    assert len(found.released) + len(found.withheld) == n_known


def test_privacy_stays_the_reason_where_both_forbid_a_number(estimates, instrument):
    responses, missing, scores = make_study(instrument, [(40, 40, 0), (4, 3, 0)] * 2, 2, dk=0.0)
    sites = estimate_sites(responses, missing, scores, instrument, 0.95)
    programme = estimate_programme(sites, counting_sites(sites, RULES), 0.95)
    _, gates = gate_table(sites, sites="closed")
    before = disclose(sites, programme, RULES).withheld
    after = disclose(sites, programme, RULES, gates=gates).withheld
    keys = [name for name in before.columns if name != "rule"]
    joined = before.merge(after, on=keys, how="left", suffixes=("", "_with_gates"))
    assert (joined["rule"] == joined["rule_with_gates"]).all()


def test_the_record_of_a_release_holds_no_number_that_a_gate_took(estimates):
    scale, gates = gate_table(estimates[0], sites="closed")
    figures = disclose(*estimates, RULES, gates=gates).figures
    taken = figures[(figures["scale"] == scale) & (figures["rule"] == Rule.GATE_SITES)]
    assert len(taken)
    assert taken["estimate"].isna().all()


# ------------------------------------------------------------------ one number for a site


def aggregation(icc1_low=0.05, icc2=0.75, chance=0.001, n_groups=24):
    variance = pd.DataFrame(
        [
            ("A", "icc1_anova_n0", 0.1, icc1_low),
            ("A", "icc2_anova", icc2, None),
            ("A", "n_groups", n_groups, None),
        ],
        columns=["scale", "statistic", "estimate", "ci_low"],
    )
    agreement = pd.DataFrame(
        [
            ("A", None, "ad_mean_by_people_mean_p_value", chance),
            ("A", "s1", "ad_mean_by_people_mean_p_value", 0.9),
        ],
        columns=["scale", "site", "statistic", "estimate"],
    )
    return judge_aggregation(variance, agreement, ["A"], WAVE).iloc[0]


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        ({}, "open"),
        ({"icc2": 0.70}, "open"),
        ({"icc2": 0.65}, "caution"),
        ({"icc2": 0.60}, "caution"),
        ({"icc2": 0.59}, "closed"),
        ({"icc1_low": 0.0}, "closed"),
        ({"icc1_low": -0.02}, "closed"),
        ({"chance": 0.05}, "closed"),
        ({"chance": float("nan")}, "untested"),
        ({"icc2": float("nan")}, "untested"),
        ({"n_groups": 9}, "untested"),
    ],
)
def test_one_number_stands_for_a_site_only_if_sites_differ_and_their_people_agree(numbers, verdict):
    assert aggregation(**numbers)["verdict"] == verdict


def test_a_gate_that_was_not_tested_says_what_is_missing():
    assert "10 sites" in aggregation(n_groups=3)["needs"]


def test_the_reason_of_the_gate_is_a_sentence_with_its_number():
    assert aggregation(icc2=0.55)["reason"] == (
        "What site means differ by is too much chance (ICC(2) = 0.55)."
    )


def test_the_gates_of_a_round_hold_for_earlier_rounds_shown_beside_it(estimates):
    _, gates = gate_table(estimates[0], sites="closed")
    both = gates_of_waves(gates, ["0", "1"])
    assert list(both["wave"]) == ["0", "1"]
    assert set(both["verdict"]) == {"closed"}


def test_a_closed_gate_of_aggregation_keeps_site_means_back_and_shows_the_programme(estimates):
    scale, gates = gate_table(estimates[0], aggregation="closed")
    outcome = disclose(*estimates, RULES, gates=gates)
    assert shown(outcome.released, scale, "mean", site=True) == 0
    assert shown(outcome.released, scale, "mean", site=False) > 0
    held = outcome.withheld
    assert Rule.GATE_AGGREGATION in set(held.loc[held["scale"] == scale, "rule"])
