"""The variables and groups that hypotheses speak of."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.instrument import load_hypotheses, load_instrument
from pipeline.score import claim_variables

WHOLE = load_instrument("instrument")
FIELD = load_instrument("instrument", "field")
LONG = load_instrument("instrument", "long")
HYPOTHESES = load_hypotheses("instrument", WHOLE)
CLAIMS = {claim.id: claim for claim in HYPOTHESES.claims}
NO_REASONS = pd.DataFrame(columns=["respondent", "column", "reason"], dtype="object")
NO_CONTEXT = pd.DataFrame(columns=["site", "question", "value"])


def responses_with(instrument=FIELD, sites=None, **answers):
    """As many respondents as there are answers, all at one site unless it is told."""
    length = max(len(one) for one in answers.values())
    frame = pd.DataFrame({name: pd.array(own, dtype="Int64") for name, own in answers.items()})
    frame = frame.reindex(columns=instrument.answer_columns).astype("Int64")
    return frame.assign(
        respondent=[f"r{place}" for place in range(length)],
        site=sites or ["s"] * length,
        group=pd.array([None] * length, dtype="string"),
    )


def reasons(rows):
    return pd.DataFrame(rows, columns=["respondent", "column", "reason"])


def context(rows):
    return pd.DataFrame(rows, columns=["site", "question", "value"])


def pictures():
    """The two questions between which a distance is expected to matter."""
    by_id = {allocation.id: allocation for allocation in FIELD.allocations}
    return [by_id[one] for one in HYPOTHESES.derived["wanted_shift"].of]


def known(responses, missing=NO_REASONS, site_context=NO_CONTEXT, instrument=FIELD, fewest=1):
    return claim_variables(responses, missing, site_context, HYPOTHESES, instrument, fewest)


def test_a_facet_is_the_mean_of_its_keyed_items_where_half_of_them_were_answered():
    scale = FIELD.by_id["POW"]
    facet = next(f for f in scale.facets if len(f.items) == 2)
    first, second = facet.items
    found = known(responses_with(**{first.id: [2, 4, None], second.id: [5, None, None]}))
    turned = scale.response_scale.reflection
    keyed = [
        [turned - value if item.keyed == -1 else value for value in own]
        for item, own in ((first, (2, 4)), (second, (5,)))
    ]
    expected = [(keyed[0][0] + keyed[1][0]) / 2, keyed[0][1], np.nan]
    np.testing.assert_allclose(found.people[facet.id], expected)


def test_the_distance_of_two_ways_of_sharing_out_counters_is_aitchisons():
    now, ideal = (
        next(a for a in FIELD.allocations if a.id == one)
        for one in HYPOTHESES.derived["wanted_shift"].of
    )
    answers = dict.fromkeys([*now.columns, *ideal.columns])
    answers.update(zip(now.columns, ([4], [3], [2], [1]), strict=True))
    answers.update(zip(ideal.columns, ([1], [2], [3], [4]), strict=True))
    found = known(responses_with(**answers)).people["wanted_shift"]
    one, other = (np.log(np.array(own)) for own in ([4, 3, 2, 1], [1, 2, 3, 4]))
    expected = np.linalg.norm((one - one.mean()) - (other - other.mean()))
    assert found.iloc[0] == pytest.approx(expected)


def test_a_picture_without_counters_still_has_a_distance_and_no_answer_has_none():
    now, ideal = (
        next(a for a in FIELD.allocations if a.id == one)
        for one in HYPOTHESES.derived["wanted_shift"].of
    )
    answers = dict(zip(now.columns, ([10, None], [0, None], [0, None], [0, None]), strict=True))
    answers |= dict(zip(ideal.columns, ([10, 4], [0, 3], [0, 2], [0, 1]), strict=True))
    found = known(responses_with(**answers)).people["wanted_shift"]
    assert found.iloc[0] == pytest.approx(0)
    assert np.isnan(found.iloc[1])


def test_an_indicator_is_missing_for_somebody_who_did_not_answer():
    found = known(responses_with(helped=[1, 2, 4, None])).people["help_given"]
    np.testing.assert_array_equal(found, [0, 1, 1, np.nan])


def test_a_site_has_the_mean_of_its_people_if_enough_answered():
    sites = ["a"] * 3 + ["b"] * 2
    found = known(responses_with(sites=sites, depth=[1, 2, 6, 4, 4]), fewest=3).sites
    assert found.loc["a", "depth"] == pytest.approx(3)
    assert found.loc["a", "depth_seen"] == 2
    assert found.loc["b", ["depth", "depth_seen"]].isna().all()


def test_shares_of_records_come_from_the_site_form():
    told = context([("s", "da01a", 8), ("s", "da01b", 2)])
    found = known(responses_with(depth=[3]), site_context=told)
    assert found.sites.loc["s", "proposals_answered"] == pytest.approx(0.25)
    none = context([("s", "da01a", 0), ("s", "da01b", 0)])
    found = known(responses_with(depth=[3]), site_context=none)
    assert np.isnan(found.sites.loc["s", "proposals_answered"])


def test_sites_are_grouped_by_what_their_form_says():
    told = context([("s", "ctx09", 5), ("t", "ctx09", 2), ("t", "ctx11", 1)])
    found = known(responses_with(sites=["s", "t", "u"], depth=[1, 5, 5]), site_context=told)
    assert found.sites_in["shared_home"].to_dict() == {"s": True, "t": False, "u": False}
    assert found.sites_in["single_host"].to_dict() == {"s": False, "t": True, "u": False}
    assert found.sites_in["shaping"].to_dict() == {"s": False, "t": True, "u": True}


def test_people_are_grouped_by_what_they_answered():
    found = known(responses_with(joined=[1, 2, 3, None]))
    assert list(found.people_in["joined_later"]) == [False, True, True, False]
    assert list(found.people_in["there_at_start"]) == [True, False, False, False]


def test_a_rate_counts_items_that_were_put_and_offer_the_code():
    facet = next(f for f in FIELD.by_id["POW"].facets if len(f.items) == 2)
    first, second = (item.id for item in facet.items)
    missing = reasons(
        [
            ("r0", first, "DK"),
            ("r1", first, "DK"), ("r1", second, "NOT_ASKED"),
            ("r2", first, "SKIPPED"),
            ("r3", first, "NOT_REACHED"), ("r3", second, "NOT_REACHED"),
        ]
    )  # fmt: skip
    asked = responses_with(**{first: [None] * 4, second: [3, None, 3, None]})
    found = known(asked, missing).rates["DK"][facet.id]
    np.testing.assert_array_equal(found, [50, 100, 0, np.nan])


def test_what_a_form_leaves_out_is_named_with_the_reason():
    found = known(responses_with(LONG, depth=[3], pow101=[3]), instrument=LONG)
    reasons_of = {
        "H6.1": ("OUT03", "not asked"),
        "H6.3": ("proposals_answered", "no site form"),
        "H15.3": ("desirability", "not measured"),
        "KG5.1": ("ctx19", "no site form"),
    }
    for claim, (name, reason) in reasons_of.items():
        assert found.absent_for(CLAIMS[claim])[name] == reason


def test_items_of_one_topic_are_taken_together_for_claims_and_have_no_reliability():
    scale = FIELD.by_id["OUT03"]
    assert (scale.has_score, len(scale.facets), scale.min_answered) == (False, 1, 1)
    first, second = scale.item_ids
    found = known(responses_with(**{first: [2, 4], second: [5, None]}))
    np.testing.assert_allclose(found.people["OUT03"], [3.5, 4])
    assert "OUT03" not in found.items


def test_a_list_of_separate_conditions_has_no_score_to_correlate():
    claim = replace(CLAIMS["H2.1"], variables=("BAR", "POW"))
    assert known(responses_with(pow101=[3])).absent_for(claim)["BAR"] == "no score"


def test_rates_are_ranked_among_the_facets_of_the_scales():
    claim = known(responses_with(pow101=[3])).with_facets(CLAIMS["RP1.1"])
    practices = FIELD.scales_in(FIELD.sections[0])
    assert set(claim.against) == {facet.id for scale in practices for facet in scale.facets}


def test_evidence_that_was_laid_down_is_asked_for():
    claim, need = CLAIMS["KG4.1"], HYPOTHESES.evidence[CLAIMS["KG4.1"].evidence]
    found = known(responses_with(pow101=[3] * 20))
    told = found.shortfall(need, claim)
    assert f"fewer than {need.persons} people" in told
    assert f"fewer than {need.sites} sites" in told
    assert f"fewer than {need.persons_per_group} people in a group" in told
    enough = replace(need, persons=20, sites=1, persons_per_group=None)
    assert found.shortfall(enough, claim) == ""


def test_facts_are_questions_and_what_is_worked_out_from_them_alone():
    facts = known(responses_with(pow101=[3])).facts
    assert {"invlength", "help_given", "proposals_answered", "ctx09"} <= set(facts)
    assert not {"POW", "pow101", "wanted_shift", "desirability"} & set(facts)
