"""What leaves about claims: numbers about many people, and comparisons that no gate forbids."""

import pandas as pd
import pytest

from pipeline.benchmark.disclosure import DisclosureRules
from pipeline.benchmark.disclosure.claims import release_claims
from pipeline.tables import CLAIMS, GATES, conform

RULES = DisclosureRules()


def claims(**changes):
    row = {
        "wave": "1", "hypothesis": "H1", "claim": "H1.1", "about": "A with B", "scales": "A B",
        "kind": "correlation", "level": "within_site", "exploratory": False, "statistic": "made up",
        "expected": "made up", "estimate": 0.123456, "ci_low": 0.0123, "ci_high": 0.2345,
        "confidence_level": 0.95, "n": 603, "unit": "people", "verdict": "agrees",
    }  # fmt: skip
    return conform(pd.DataFrame([row | changes], columns=CLAIMS.column_names), CLAIMS)


def gates(gate="role", verdict="open", scale="A"):
    row = {"wave": "1", "scale": scale, "gate": gate, "verdict": verdict, "reason": "made up"}
    return conform(pd.DataFrame([row], columns=GATES.column_names), GATES)


def released(**changes):
    return release_claims(claims(**changes), gates(), RULES).iloc[0]


def test_correlations_leave_in_full_and_people_are_rounded():
    found = released()
    assert (found["estimate"], found["n"]) == (0.123456, 605)
    assert found["verdict"] == "agrees"


def test_numbers_of_sites_are_known_and_stay():
    assert released(unit="sites", n=13, level="site")["n"] == 13


@pytest.mark.parametrize(
    ("kind", "n"), [("mean_difference", 10), ("rank_of_rate", 10), ("correlation", 99)]
)
def test_a_row_about_fewer_people_than_needed_stays_and_is_not_judged(kind, n):
    found = released(kind=kind, n=n)
    assert found[["estimate", "ci_low", "ci_high"]].isna().all()
    assert (found["verdict"], found["reason"]) == ("not judged", "too few people")
    assert found["n"] == 5 * round(n / 5)


@pytest.mark.parametrize(("kind", "n"), [("mean_difference", 11), ("correlation", 100)])
def test_as_many_people_as_needed_are_enough(kind, n):
    assert released(kind=kind, n=n)["verdict"] == "agrees"


def test_rates_leave_in_whole_points():
    found = released(kind="rate_difference", estimate=13.4, ci_low=7.6, ci_high=19.2)
    assert list(found[["estimate", "ci_low", "ci_high"]]) == [13, 8, 19]


@pytest.mark.parametrize(
    ("gate", "level", "leaves"),
    [("role", "within_site", False), ("role", "site", True), ("aggregation", "site", False),
     ("aggregation", "within_site", True), ("structure", "site", False)],
)  # fmt: skip
def test_means_are_compared_only_where_no_closed_gate_forbids_it(gate, level, leaves):
    own = claims(kind="mean_difference", level=level)
    found = release_claims(own, gates(gate, "closed"), RULES).iloc[0]
    assert pd.notna(found["estimate"]) == leaves
    assert (found["verdict"] == "agrees") == leaves


def test_gates_of_other_scales_and_open_gates_forbid_nothing():
    own = claims(kind="equivalence")
    for table in (
        gates("role", "closed", "C"),
        gates("role", "caution"),
        gates("role", "untested"),
    ):
        assert release_claims(own, table, RULES).iloc[0]["verdict"] == "agrees"


def test_correlations_and_rates_need_no_gate():
    for kind in ("correlation", "rate_difference", "rank_of_rate"):
        found = release_claims(claims(kind=kind), gates("structure", "closed"), RULES).iloc[0]
        assert found["verdict"] == "agrees"


def test_what_is_given_is_not_changed():
    own = claims(n=10)
    before = own.copy()
    release_claims(own, gates(), RULES)
    pd.testing.assert_frame_equal(own, before)
