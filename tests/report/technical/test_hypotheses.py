from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.report.technical.hypotheses import outcome_of
from pipeline.tables import catalogue
from tests.report.fabricated_study import WAVE, Fabricated, framed
from tests.report.reading_html import Element
from tests.report.technical.changing import part, with_models


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (["no", "yes", "not judged"], "yes"),
        (["no", "no"], "no"),
        (["no", "not judged"], "not judged"),
        (["not judged"], "not judged"),
    ],
)
def test_one_case_is_enough_to_find_a_falsifier_and_all_are_needed_to_clear_it(found, outcome):
    assert outcome_of(found) == outcome


def judged(sample: str, name: str, found: str, about: str = "A") -> dict[str, str]:
    """A falsifier in a sample, as the models judged it."""
    return {
        "wave": WAVE,
        "scale": "climate",
        "falsifier": name,
        "about": about,
        "sample": sample,
        "statement": "Made up.",
        "found": found,
        "words": "made up",
        "consequence": "None.",
    }


def test_falsifiers_are_counted_by_sample(study: Fabricated):
    rows = [judged("all", "F1", "no"), judged("all", "F1", "yes", "B"), judged("all", "F2", "no"),
            judged("confirming", "F1", "not judged")]  # fmt: skip
    made = with_models(study, falsifiers=framed(rows, catalogue.FALSIFIERS))
    shown = part(made, "hypotheses").text
    assert "2 falsifiers. Found: 1. Not found: 1. Not judged: 0." in shown
    assert "1 falsifiers. Found: 0. Not found: 0. Not judged: 1." in shown
    assert "are not judged by this report" in shown


def test_without_falsifiers_the_page_says_so(study: Fabricated):
    shown = part(study, "hypotheses").text
    assert "judges nothing that was written down before the data" in shown


# ------------------------------------------------------------------ hypotheses


def claim(name: str, **changes: Any) -> dict[str, Any]:
    """A claim as it leaves."""
    row = {
        "wave": WAVE, "hypothesis": name.split(".")[0], "claim": name, "about": "A with B",
        "scales": "A B", "kind": "correlation", "level": "within_site", "exploratory": False,
        "statistic": "correlation of A and B", "expected": "at least 0.50", "estimate": 0.561,
        "ci_low": 0.482, "ci_high": 0.634, "confidence_level": 0.95, "n": 605, "unit": "people",
        "method": "made up", "verdict": "agrees",
    }  # fmt: skip
    return row | changes


def hypothesis(name: str | None, **changes: Any) -> dict[str, Any]:
    """A hypothesis, or all together, as judged."""
    row = {
        "wave": WAVE, "hypothesis": name, "statement": f"What {name} says.", "n_claims": 3,
        "n_judged": 2, "n_agreeing": 2, "n_direction": 0, "verdict": "partly judged",
        "counted": True, "points": None, "most_points": 1.0, "reason": "not asked: C",
    }  # fmt: skip
    return row | changes


def expected(made: Fabricated, *claims: dict[str, Any], **of_all: Any) -> Fabricated:
    """The study with one hypothesis, these claims, and what is said of all together."""
    all_together = {"verdict": "not judged", "points": 0.5, "points_needed": 0.75} | of_all
    rows = [hypothesis("H1"), hypothesis(None, **all_together)]
    return with_models(
        made,
        claims=framed(list(claims), catalogue.CLAIMS),
        hypotheses=framed(rows, catalogue.HYPOTHESES),
    )


def table(made: Fabricated, place: int) -> list[list[str]]:
    found: Element = part(made, "hypotheses").all("table")[place]
    return [[cell.text for cell in row.all("th", "td")] for row in found.all("tr")]


def test_a_hypothesis_has_its_claims_counted_and_a_verdict(study: Fabricated):
    _, row = table(expected(study, claim("H1.1")), 0)
    assert row == [
        "H1", "What H1 says.", "2", "0", "2 of 3", "partly judged", "\N{EN DASH}", "not asked: C",
    ]  # fmt: skip


def test_a_claim_has_its_number_beside_what_was_expected(study: Fabricated):
    _, row = table(expected(study, claim("H1.1")), 1)
    assert row == [
        "H1.1", "correlation: A with B", "0.56 (0.48 to 0.63)", "605", "at least 0.50", "agrees",
        "none",
    ]  # fmt: skip


def test_several_numbers_of_a_claim_are_told_by_their_ends_and_all_have_to_agree(
    study: Fabricated,
):
    other = {"about": "A with C", "estimate": 0.2, "n": 400, "verdict": "direction only"}
    _, row = table(expected(study, claim("H1.1"), claim("H1.1", **other)), 1)
    assert row[1:4] == ["correlation: 2 numbers", "0.20 to 0.56", "400\N{EN DASH}605"]
    assert row[5] == "direction only"


def test_places_are_whole_numbers_and_rates_whole_points(study: Fabricated):
    place = {"kind": "rank_of_pair", "estimate": 3, "ci_low": 1, "ci_high": 7}
    rate = {"kind": "rate_difference", "estimate": 12, "ci_low": 7, "ci_high": 18}
    _, *rows = table(expected(study, claim("H1.1", **place), claim("H1.2", **rate)), 1)
    assert [row[2] for row in rows] == ["3 (1 to 7)", "12 (7 to 18)"]


def test_claims_without_a_number_stand_in_the_file_alone(study: Fabricated):
    none = dict.fromkeys(("about", "estimate", "ci_low", "ci_high", "n", "method"))
    told = {"verdict": "not judged", "reason": "not asked: C"}
    made = expected(study, claim("H1.1"), claim("H1.2", **none, **told))
    assert [row[0] for row in table(made, 1)[1:]] == ["H1.1"]


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        ("not judged", "Nothing is said yet of all hypotheses together"),
        ("supported", "the hypotheses are supported together"),
        ("not supported", "the hypotheses are not supported together"),
    ],
)
def test_what_holds_for_all_together_is_said_with_the_points(
    study: Fabricated, verdict: str, sentence: str
):
    shown = part(expected(study, claim("H1.1"), verdict=verdict), "hypotheses").text
    assert sentence in shown
    assert "0.5 points" in shown
    assert "0.75" in shown


def test_less_evidence_than_was_laid_down_makes_it_a_first_look(study: Fabricated):
    short = expected(study, claim("H1.1"), shortfall="fewer than 40 sites")
    assert "fewer than 40 sites. So all verdicts here are a first look" in " ".join(
        part(short, "hypotheses").text.split()
    )
    assert "first look" not in part(expected(study, claim("H1.1")), "hypotheses").text


def test_agreement_of_answers_that_were_made_up_shows_nothing(study: Fabricated):
    made = expected(study, claim("H1.1"))
    for synthetic in (True, False):
        own = made.with_(study=replace(made.study, synthetic=synthetic))
        said = "Agreement shows that the computing works" in part(own, "hypotheses").text
        assert said == synthetic


def test_without_hypotheses_the_page_says_so(study: Fabricated):
    made = with_models(
        study,
        claims=framed([], catalogue.CLAIMS),
        hypotheses=framed([], catalogue.HYPOTHESES),
    )
    assert "are not judged by this report" in part(made, "hypotheses").text
    assert not part(made, "hypotheses").all("table")


def test_in_another_language_verdicts_reasons_and_methods_are_told_in_it(
    studies: dict[str, Fabricated],
):
    method = "Pearson correlation; Fisher's z interval"
    made = expected(
        studies["main"], claim("H1.1", method=method, reason="too small, not corrected for: B")
    )
    swedish = made.with_(study=replace(made.study, language="sv"))
    shown = part(swedish, "hypotheses").text
    for word in ("stämmer", "minst 0,50", "inte frågat: C", "för litet, inte rättat för: B",
                 "Fishers z-intervall", "A med B"):  # fmt: skip
        assert word in shown, word
