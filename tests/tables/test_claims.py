"""Claims held against numbers, and what follows for hypotheses."""

from dataclasses import asdict, replace

import pandas as pd
import pytest

from pipeline.instrument import load_hypotheses, load_instrument
from pipeline.instrument.hypotheses.model import Band
from pipeline.psychometrics.claims import ClaimEstimate
from pipeline.tables import (
    CLAIMS,
    HYPOTHESES,
    conform,
    gather_rows,
    judge_claim,
    judge_hypotheses,
    statistic_in_words,
)

DECLARED = load_hypotheses("instrument", load_instrument("instrument"))
CLAIM = {claim.id: claim for claim in DECLARED.claims}
LABELS = {"wave": "1", "hypothesis": "H", "scales": "POW", "statistic": "made up", "shortfall": ""}


def number(estimate, low=None, high=None, **more):
    ends = (estimate - 0.05 if low is None else low, estimate + 0.05 if high is None else high)
    return asdict(ClaimEstimate("A with B", estimate, *ends, 0.95, 600, "made up", **more))


def judged(claim, *numbers, absent=None, **labels):
    return conform(judge_claim(claim, numbers, absent or {}, **(LABELS | labels)), CLAIMS)


def verdict(claim, *args, **more):
    return judged(claim, number(*args, **more))["verdict"].iloc[0]


@pytest.mark.parametrize(
    ("estimate", "expected"),
    [(0.50, "agrees"), (0.70, "agrees"), (0.49, "direction only"), (0.71, "direction only"),
     (0.0, "does not agree"), (-0.6, "does not agree")],
)  # fmt: skip
def test_the_estimate_decides_and_both_ends_of_the_band_agree(estimate, expected):
    claim = CLAIM["H2.1"]
    assert (claim.band, claim.direction) == (Band(0.50, 0.70), "positive")
    assert verdict(claim, estimate) == expected


def test_a_negative_claim_is_right_in_direction_below_zero():
    assert verdict(CLAIM["H10.1"], -0.2) == "direction only"
    assert verdict(CLAIM["H10.1"], 0.2) == "does not agree"


def test_where_no_direction_is_expected_the_value_has_to_agree():
    assert verdict(CLAIM["H3.1"], 0.1) == "agrees"
    assert verdict(CLAIM["H3.1"], 0.21) == "does not agree"


def test_the_upper_end_of_the_interval_can_speak_against_a_claim():
    assert CLAIM["H4.1"].interval_below == 0.90
    assert verdict(CLAIM["H4.1"], 0.80, 0.7, 0.89) == "agrees"
    assert verdict(CLAIM["H4.1"], 0.80, 0.7, 0.90) == "direction only"


def test_an_equivalence_needs_the_whole_interval_in_the_band():
    assert verdict(CLAIM["KG1.2"], 0.1, 0.0, 0.3) == "agrees"
    assert verdict(CLAIM["KG1.2"], 0.1, 0.0, 0.31) == "does not agree"


@pytest.mark.parametrize(
    ("claim", "place", "expected"),
    [("H2.3", 1, "agrees"), ("H2.3", 4, "direction only"), ("H2.3", 5, "does not agree"),
     ("H4.2", 3, "agrees"), ("H4.2", 18, "direction only"), ("H4.2", 19, "does not agree"),
     ("KG8.2", 4, "direction only"), ("KG8.2", 5, "does not agree")],
)  # fmt: skip
def test_a_place_in_the_better_half_is_right_in_direction(claim, place, expected):
    assert verdict(CLAIM[claim], place) == expected


def test_a_trend_whose_means_do_not_rise_is_right_in_direction_only():
    assert verdict(CLAIM["KG2.1"], 0.6) == "agrees"
    assert verdict(CLAIM["KG2.1"], 0.6, condition="not_rising") == "direction only"


@pytest.mark.parametrize(
    ("condition", "reason"),
    [("too_few", "too few people"), ("no_variation", "answers do not differ"),
     ("undefined", "corrected correlations contradict one another")],
)  # fmt: skip
def test_without_a_number_the_reason_is_told(condition, reason):
    found = judged(CLAIM["H2.1"], number(float("nan"), condition=condition)).iloc[0]
    assert (found["verdict"], found["reason"]) == ("not judged", reason)


def test_what_cannot_be_corrected_alike_is_not_judged_though_there_is_a_number():
    found = judged(CLAIM["H5.3"], number(0.2, condition="uneven", uncorrected=("SUP.5",))).iloc[0]
    assert found["verdict"] == "not judged"
    assert found["estimate"] == 0.2
    assert found["reason"] == "cannot be corrected alike: SUP.5"


def test_a_number_that_could_not_be_corrected_is_called_too_small():
    found = judged(CLAIM["H10.1"], number(-0.2, uncorrected=("bar06",))).iloc[0]
    assert found["reason"] == "too small, not corrected for: bar06"


def test_a_number_that_contradicts_the_whole_structure_says_so():
    found = judged(CLAIM["H1.1"], number(0.5), number(0.95) | {"about": "A with C"})
    assert list(found["reason"].isna()) == [True, False]
    assert found["reason"].iloc[1] == "contradicts the whole structure"


def test_what_is_not_at_hand_is_named_by_reason():
    absent = {"OUT03": "not asked", "OUT08": "not asked", "ctx09": "no site form"}
    found = judged(CLAIM["H7.3"], absent=absent).iloc[0]
    assert found["verdict"] == "not judged"
    assert found["reason"] == "not asked: OUT03, OUT08; no answer of a site form: ctx09"
    assert judged(CLAIM["RP3.1"]).iloc[0]["reason"].startswith("answers do not tell")


def test_every_claim_has_words_for_its_statistic_and_its_band():
    for claim in DECLARED.claims:
        assert "None" not in statistic_in_words(claim)
        assert judged(claim).iloc[0]["expected"]
    assert judged(CLAIM["H2.2"]).iloc[0]["expected"] == "at least 0.10"
    assert judged(CLAIM["H3.1"]).iloc[0]["expected"] == "\N{MINUS SIGN}0.40 to 0.20"
    assert judged(CLAIM["RP1.1"]).iloc[0]["expected"] == "1 to 6"


# ------------------------------------------------------------------ hypotheses


def verdicts_of(hypothesis, verdicts, shortfall=""):
    """Every claim of a hypothesis with a verdict each; the last one goes on for the others."""
    rows = []
    for place, claim in enumerate(hypothesis.claims):
        told = verdicts[min(place, len(verdicts) - 1)]
        labels = LABELS | {"hypothesis": hypothesis.id, "shortfall": shortfall}
        rows.append(judge_claim(claim, [number(0.5)], {}, **labels).assign(verdict=told))
    return gather_rows(rows, CLAIMS)


def hypotheses_with(verdicts, shortfall="", **own):
    rows = [verdicts_of(one, own.get(one.id, verdicts), shortfall) for one in DECLARED.hypotheses]
    claims = conform(gather_rows(rows, CLAIMS), CLAIMS)
    return conform(judge_hypotheses(claims, DECLARED, "1"), HYPOTHESES)


def row_of(found, hypothesis):
    return found[found["hypothesis"].eq(hypothesis).fillna(value=False)].iloc[0]


def together(found):
    return found[found["hypothesis"].isna()].iloc[0]


@pytest.mark.parametrize(
    ("verdicts", "verdict_of_all", "points"),
    [
        (["agrees"], "agrees", 1.0),
        (["agrees", "direction only"], "direction only", 0.5),
        (["agrees", "does not agree"], "does not agree", 0.0),
        (["not judged", "does not agree"], "does not agree", 0.0),
        (["agrees", "not judged"], "partly judged", None),
        (["not judged"], "not judged", None),
    ],
)
def test_all_claims_have_to_agree(verdicts, verdict_of_all, points):
    found = row_of(hypotheses_with(["agrees"], H2=verdicts), "H2")
    assert found["verdict"] == verdict_of_all
    assert (None if pd.isna(found["points"]) else found["points"]) == points


def test_exploratory_claims_do_not_count():
    hypothesis = next(one for one in DECLARED.hypotheses if one.id == "H12")
    verdicts = ["does not agree" if c.exploratory else "agrees" for c in hypothesis.claims]
    found = row_of(hypotheses_with(["agrees"], H12=verdicts), "H12")
    assert found["verdict"] == "agrees"
    assert found["n_claims"] == sum(not claim.exploratory for claim in hypothesis.claims)


def test_hypotheses_that_are_not_counted_get_no_points():
    found = hypotheses_with(["agrees"])
    assert pd.isna(row_of(found, "RP1")["points"])
    assert together(found)["points"] == len(DECLARED.support.counted)


def test_three_quarters_of_the_points_are_needed_and_are_enough():
    assert DECLARED.support.share_needed * len(DECLARED.support.counted) == 11.25
    against = {f"H{number}": ["does not agree"] for number in range(1, 4)}
    assert together(hypotheses_with(["agrees"], **against))["verdict"] == "supported"
    against["H4"] = ["does not agree"]
    found = together(hypotheses_with(["agrees"], **against))
    assert (found["verdict"], found["points"]) == ("not supported", 11.0)


def test_while_points_can_still_be_reached_nothing_is_said():
    unknown = {f"H{number}": ["not judged"] for number in range(1, 5)}
    found = together(hypotheses_with(["agrees"], **unknown))
    assert (found["verdict"], found["points"], found["most_points"]) == ("not judged", 11.0, 15.0)


def test_with_less_evidence_than_was_laid_down_nothing_is_said():
    found = together(hypotheses_with(["agrees"], "fewer than 40 sites"))
    assert (found["verdict"], found["points"]) == ("not judged", 15.0)
    assert found["shortfall"] == "fewer than 40 sites"


def test_a_questionnaire_without_hypotheses_has_none_to_judge():
    empty = conform(pd.DataFrame(columns=CLAIMS.column_names), CLAIMS)
    found = judge_hypotheses(empty, replace(DECLARED, hypotheses=(), support=None), "1")
    assert conform(found, HYPOTHESES).empty
