"""Whether what was expected of the answers was found, as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import isnan
from typing import Any

import pandas as pd

from pipeline.instrument.hypotheses.model import (
    RANKING_KINDS,
    Claim,
    Hypotheses,
    Hypothesis,
    SupportRule,
)
from pipeline.tables.catalogue import CLAIMS, HYPOTHESES
from pipeline.tables.claims_in_words import absence_in_words, expected_in_words, said_once

AGREES, DIRECTION_ONLY, AGAINST, NOT_JUDGED = (
    "agrees",
    "direction only",
    "does not agree",
    "not judged",
)
PARTLY = "partly judged"

NUMBERS = (
    "about",
    "estimate",
    "ci_low",
    "ci_high",
    "confidence_level",
    "n",
    "method",
    "reliability",
)

REASONS = {
    "too_few": "too few {unit}",
    "no_variation": "answers do not differ",
    "undefined": "corrected correlations contradict one another",
    "not_rising": "means do not rise from answer to answer",
    "uneven": "cannot be corrected alike: {names}",
}
"""What stood in the way, or speaks against a claim besides its number."""


# ------------------------------------------------------------------ claims


def judge_claim(
    claim: Claim,
    estimates: Sequence[Mapping[str, Any]],
    absent: Mapping[str, str],
    **labels: str,
) -> pd.DataFrame:
    """A claim held against its numbers, by the contract CLAIMS.

    Parameters
    ----------
    claim : Claim
        What was expected, with everything that is ranked named in `against`.
    estimates : sequence of mapping
        With ``about``, ``estimate``, ``ci_low``, ``ci_high``, ``confidence_level``, ``n``,
        ``method``, ``reliability``, ``uncorrected`` and ``condition``; none where there are no
        numbers.
    absent : mapping of str to str
        Variables that are not at hand, with the reason.
    **labels : str
        ``wave``, ``hypothesis``, ``statistic``, ``scales`` and ``shortfall``.

    Returns
    -------
    DataFrame
        A row for each number, or a single one that says why there is none.
    """
    shared = {
        **{name: text or None for name, text in labels.items()},
        "claim": claim.id,
        "kind": claim.kind,
        "level": claim.level,
        "exploratory": claim.exploratory,
        "expected": expected_in_words(claim),
        "unit": "sites" if claim.level == "site" else "people",
    }
    rows = [{**shared, **_judged(claim, one)} for one in estimates]
    if not rows:
        reason = absence_in_words(absent, claim)
        rows = [{**shared, "verdict": NOT_JUDGED, "reason": reason}]
    return pd.DataFrame(rows, columns=CLAIMS.column_names)


def _judged(claim: Claim, found: Mapping[str, Any]) -> dict[str, Any]:
    unit = "sites" if claim.level == "site" else "people"
    verdict = verdict_of(claim, found)
    contradicted = claim.contradicted_outside
    names = ", ".join(found["uncorrected"])
    reasons = []
    if found["condition"]:
        reasons.append(REASONS[found["condition"]].format(unit=unit, names=names))
    elif names:
        reasons.append(f"too small, not corrected for: {names}")
    if verdict != NOT_JUDGED and contradicted and not contradicted.holds(found["estimate"]):
        reasons.append("contradicts the whole structure")
    numbers = {name: found[name] for name in NUMBERS}
    return {**numbers, "verdict": verdict, "reason": "; ".join(reasons) or None}


def verdict_of(claim: Claim, found: Mapping[str, Any]) -> str:
    """Whether a number agrees with a claim, with its direction only, or with neither.

    The estimate decides; of an equivalence the whole interval has to lie in the band, and where a
    claim says so the upper end of the interval has to lie below a limit.
    """
    value = float(found["estimate"])
    if isnan(value) or found["condition"] == "uneven":
        return NOT_JUDGED
    if _is_in_band(claim, found) and found["condition"] != "not_rising":
        return AGREES
    return DIRECTION_ONLY if _has_direction(claim, value) else AGAINST


def _is_in_band(claim: Claim, found: Mapping[str, Any]) -> bool:
    if claim.kind == "equivalence":
        return claim.band.holds(found["ci_low"]) and claim.band.holds(found["ci_high"])
    is_below = claim.interval_below is None or found["ci_high"] < claim.interval_below
    return claim.band.holds(found["estimate"]) and is_below


def _has_direction(claim: Claim, value: float) -> bool:
    """Whether a number that does not agree is right in its direction at least."""
    if claim.kind in RANKING_KINDS:
        return claim.direction != "none" and 2 * value <= _n_ranked(claim)
    if claim.direction == "none" or claim.kind == "equivalence":
        return False
    return value > 0 if claim.direction == "positive" else value < 0


def _n_ranked(claim: Claim) -> int:
    """How many are ranked, the claim's own among them."""
    if claim.kind == "rank_of_pair":
        return len(list(combinations(claim.against, 2)))
    if claim.kind == "rank_of_correlation":
        return len({*claim.against, claim.variables[1]} - {claim.variables[0]})
    return len({*claim.against, claim.variables[0]})


# ------------------------------------------------------------------ hypotheses


def judge_hypotheses(claims: pd.DataFrame, hypotheses: Hypotheses, wave: str) -> pd.DataFrame:
    """Each hypothesis, and all that count together, by the contract HYPOTHESES.

    One point where all claims agree, half a point where only directions are right, none where a
    claim has neither; no points yet while a claim is not judged and none speaks against it.
    Exploratory claims do not count. Those that count are supported together once their points
    reach the share that was laid down of their number, and not supported once they no longer can;
    neither is said where the evidence falls short of what was laid down.

    Parameters
    ----------
    claims : DataFrame
        By the contract CLAIMS, after disclosure control.
    hypotheses : Hypotheses
        What was expected.
    wave : str
        Survey round.
    """
    rule = hypotheses.support
    if rule is None or not hypotheses.hypotheses:
        return pd.DataFrame(columns=HYPOTHESES.column_names)
    rows = [
        {"wave": wave, **_hypothesis_row(one, claims[claims["hypothesis"] == one.id], rule)}
        for one in hypotheses.hypotheses
    ]
    counting = [row for row in rows if row["counted"]]
    together = {"wave": wave, **_together(counting, rule)}
    return pd.DataFrame([*rows, together], columns=HYPOTHESES.column_names)


def _hypothesis_row(
    hypothesis: Hypothesis, claims: pd.DataFrame, rule: SupportRule
) -> dict[str, Any]:
    counted = hypothesis.id in rule.counted
    own = claims[~claims["exploratory"]] if (~claims["exploratory"]).any() else claims
    verdicts = [worst_of(rows["verdict"]) for _, rows in own.groupby("claim", sort=False)]
    verdict = _of_hypothesis(verdicts)
    points = {AGREES: rule.full_points, DIRECTION_ONLY: rule.direction_points}
    reached = points.get(verdict, rule.no_points) if verdict in _CERTAIN else None
    best = rule.direction_points if DIRECTION_ONLY in verdicts else rule.full_points
    unjudged = own[own["verdict"] == NOT_JUDGED]
    return {
        "hypothesis": hypothesis.id,
        "statement": hypothesis.statement,
        "n_claims": len(verdicts),
        "n_judged": len(verdicts) - verdicts.count(NOT_JUDGED),
        "n_agreeing": verdicts.count(AGREES),
        "n_direction": verdicts.count(DIRECTION_ONLY),
        "verdict": verdict,
        "counted": counted,
        "points": reached if counted else None,
        "most_points": (best if reached is None else reached) if counted else 0.0,
        "reason": said_once(unjudged["reason"].dropna()) or None,
        "shortfall": said_once(own["shortfall"].dropna()) or None,
    }


_CERTAIN = (AGREES, DIRECTION_ONLY, AGAINST)


def worst_of(verdicts: Sequence[str] | pd.Series[str]) -> str:
    """What holds for a claim with several numbers: all of them have to agree."""
    order = (AGAINST, NOT_JUDGED, DIRECTION_ONLY, AGREES)
    return next(verdict for verdict in order if verdict in list(verdicts))


def _of_hypothesis(verdicts: Sequence[str]) -> str:
    worst = worst_of(verdicts)
    return PARTLY if worst == NOT_JUDGED and set(verdicts) != {NOT_JUDGED} else worst


def _together(rows: Sequence[Mapping[str, Any]], rule: SupportRule) -> dict[str, Any]:
    """All hypotheses that count, in one row."""
    needed = rule.share_needed * len(rule.counted)
    points = sum(row["points"] or 0.0 for row in rows)
    most = sum(row["most_points"] for row in rows)
    shortfall = said_once(row["shortfall"] for row in rows if row["shortfall"]) or None
    counts = ("n_claims", "n_judged", "n_agreeing", "n_direction")
    return {
        "statement": rule.rule,
        **{name: sum(row[name] for row in rows) for name in counts},
        "verdict": _overall(points, most, needed, shortfall),
        "counted": True,
        "points": points,
        "most_points": most,
        "points_needed": needed,
        "shortfall": shortfall,
    }


def _overall(points: float, most: float, needed: float, shortfall: str | None) -> str:
    if shortfall or most >= needed > points:
        return NOT_JUDGED
    return "supported" if points >= needed else "not supported"
