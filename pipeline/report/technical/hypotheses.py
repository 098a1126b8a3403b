"""What was written down before the data, and how far this report judges it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.report.pages import Setting
from pipeline.report.table_words import say_expectation, say_of_table
from pipeline.report.tables import Evidence, Record, evidence_of, number_range, shown_table
from pipeline.report.technical.evidence import factor_label
from pipeline.report.technical.model_tables import rows_of_round
from pipeline.tables import said_once

FOUND, NOT_FOUND, NOT_JUDGED = "yes", "no", "not judged"
VERDICTS = ("does not agree", NOT_JUDGED, "direction only", "agrees")
"""Of the numbers of a claim the first of these holds for the claim."""

PLACES = "rank_of_"
"""How kinds of claims begin whose numbers are places."""

RATES = "rate_difference"
"""The kind of claim whose numbers are points of per cent."""


@dataclass(frozen=True, slots=True)
class HypothesesShown:
    """What the page says of expectations.

    Attributes
    ----------
    sentences : tuple of str
        How many there are, by which rule they are judged, and what follows.
    table : Evidence or None
        The hypotheses with their verdicts.
    claims : Evidence or None
        The claims that were judged; its file has all of them.
    falsifiers : tuple of str
        What would prove the structure wrong, in words.
    """

    sentences: tuple[str, ...]
    table: Evidence | None
    claims: Evidence | None
    falsifiers: tuple[str, ...]


def hypotheses_of(models: Mapping[str, pd.DataFrame], setting: Setting) -> HypothesesShown:
    """Hypotheses, their claims and the falsifiers of a survey round.

    Parameters
    ----------
    models : mapping of str to DataFrame
        Any of ``hypotheses``, ``claims`` and ``falsifiers``, by their contracts, after disclosure
        control.
    setting : Setting
        As everywhere.
    """
    wave = setting.study.wave
    judged = rows_of_round(models.get("hypotheses"), wave)
    claims = rows_of_round(models.get("claims"), wave)
    falsifiers = falsifiers_in_words(rows_of_round(models.get("falsifiers"), wave), setting)
    if not judged or not claims:
        return HypothesesShown((setting.say("hypotheses.others"),), None, None, falsifiers)
    return HypothesesShown(
        sentences=_sentences(judged, setting),
        table=_hypothesis_table([row for row in judged if row["hypothesis"]], setting),
        claims=_claim_table(claims, setting),
        falsifiers=falsifiers,
    )


# ------------------------------------------------------------------ hypotheses


def _sentences(rows: Sequence[Mapping[str, str]], setting: Setting) -> tuple[str, ...]:
    together = next(row for row in rows if not row["hypothesis"])
    told = [
        setting.say("hypotheses.judged", number=setting.numbers.count(len(rows) - 1)),
        setting.say("hypotheses.rule"),
        setting.say(
            f"hypotheses.together_{_key(together['verdict'])}", **_points(together, setting)
        ),
    ]
    shortfall = said_once(row["shortfall"] for row in rows if row["shortfall"])
    if shortfall:
        lacking = say_of_table(shortfall, setting)
        told.append(setting.say("hypotheses.short", shortfall=lacking))
    if setting.study.synthetic:
        told.append(setting.say("hypotheses.synthetic"))
    return tuple(told)


def _points(row: Mapping[str, str], setting: Setting) -> dict[str, str]:
    numbers = setting.numbers
    return {
        "judged": numbers.count(float(row["n_judged"])),
        "claims": numbers.count(float(row["n_claims"])),
        "points": numbers.score(float(row["points"])),
        "most": numbers.score(float(row["most_points"])),
        "needed": numbers.decimals(float(row["points_needed"]), 2),
    }


def _key(verdict: str) -> str:
    return verdict.replace(" ", "_")


def _hypothesis_table(rows: Sequence[Mapping[str, str]], setting: Setting) -> Evidence:
    shown = [(row["hypothesis"], _hypothesis_cells(row, setting)) for row in rows]
    names = ("hypothesis", "statement", "agree", "direction", "judged", "verdict", "points", "why")
    headings = [setting.phrases.say(f"hypotheses.of_{name}") for name in names]
    caption = setting.say("hypotheses.caption")
    table = shown_table(caption, headings, shown, words=(1, 5, 7))
    method = setting.say("hypotheses.method")
    return evidence_of("hypotheses", table, setting, methods=[method], records=rows)


def _hypothesis_cells(row: Mapping[str, str], setting: Setting) -> tuple[str, ...]:
    counts = (row[name] for name in ("n_agreeing", "n_direction"))
    points = "\N{EN DASH}"
    if row["points"]:
        points = setting.numbers.score(float(row["points"]))
    return (
        say_expectation(row["statement"], setting),
        *(setting.numbers.count(float(number)) for number in counts),
        setting.say(
            "hypotheses.judged_of",
            judged=setting.numbers.count(float(row["n_judged"])),
            claims=setting.numbers.count(float(row["n_claims"])),
        ),
        say_of_table(row["verdict"], setting),
        points,
        say_of_table(row["reason"], setting) or setting.say("word.none"),
    )


# ------------------------------------------------------------------ claims


def _claim_table(rows: Sequence[Record], setting: Setting) -> Evidence:
    """The claims that have a number, several numbers of one claim in one row."""
    by_claim: dict[str, list[Record]] = {}
    for row in rows:
        by_claim.setdefault(row["claim"], []).append(row)
    judged = {name: own for name, own in by_claim.items() if any(row["estimate"] for row in own)}
    shown = [(name, _claim_cells(own, setting)) for name, own in judged.items()]
    names = ("claim", "statistic", "value", "n", "expected", "verdict", "remark")
    headings = [setting.phrases.say(f"hypotheses.of_{name}") for name in names]
    caption = setting.say("hypotheses.claims_caption")
    table = shown_table(caption, headings, shown, words=(1, 2, 4, 5, 6))
    own = [row for each in judged.values() for row in each]
    people = [int(row["n"]) for row in own if row["unit"] == "people" and row["n"]]
    methods = [row["method"] for row in own]
    return evidence_of("claims", table, setting, methods=methods, people=people, records=rows)


def _claim_cells(rows: Sequence[Record], setting: Setting) -> tuple[str, ...]:
    first = rows[0]
    known = [row for row in rows if row["estimate"]]
    about = _about(first["about"], setting)
    if len(rows) > 1:
        about = setting.say("hypotheses.numbers", number=setting.numbers.count(len(rows)))
    kind = setting.phrases.say(f"hypotheses.kind_{first['kind']}")
    remark = said_once(row["reason"] for row in rows if row["reason"])
    return (
        setting.say("hypotheses.kind_about", kind=kind, about=about),
        _value(known, setting),
        number_range(sorted(int(row["n"]) for row in known), setting),
        say_of_table(first["expected"], setting),
        say_of_table(_worst(rows), setting),
        say_of_table(remark, setting) or setting.say("word.none"),
    )


def _about(text: str, setting: Setting) -> str:
    """The variables of a number, with the words between them in the language of the report."""
    for joint in ("minus", "given"):
        first, found, second = text.partition(f" {joint} ")
        if found:
            sides = {"first": _about(first, setting), "second": _about(second, setting)}
            return setting.say(f"hypotheses.{joint}", **sides)
    return factor_label(text, setting)


def _worst(rows: Sequence[Record]) -> str:
    verdicts = [row["verdict"] for row in rows]
    return next(verdict for verdict in VERDICTS if verdict in verdicts)


def _value(rows: Sequence[Record], setting: Setting) -> str:
    """The number with its interval; of several the smallest and the largest."""
    if len(rows) == 1:
        value, low, high = (
            _written(rows[0], name, setting) for name in ("estimate", "ci_low", "ci_high")
        )
        return setting.say("word.with_range", value=value, low=low, high=high)
    ordered = sorted(rows, key=lambda row: float(row["estimate"]))
    low, high = (_written(row, "estimate", setting) for row in (ordered[0], ordered[-1]))
    return setting.say("hypotheses.from_to", low=low, high=high)


def _written(row: Record, name: str, setting: Setting) -> str:
    value = float(row[name])
    if row["kind"].startswith(PLACES):
        return setting.numbers.count(value)
    return setting.numbers.decimals(value, 0 if row["kind"] == RATES else 2)


# ------------------------------------------------------------------ falsifiers


def falsifiers_in_words(
    falsifiers: Sequence[Mapping[str, str]], setting: Setting
) -> tuple[str, ...]:
    """How many falsifiers were found, not found and not judged.

    Parameters
    ----------
    falsifiers : sequence of mapping of str to str
        Rows by the contract FALSIFIERS, as text.
    setting : Setting
        As everywhere.
    """
    if not falsifiers:
        return (setting.say("hypotheses.none"),)
    told = [
        _counted(sample, [row for row in falsifiers if row["sample"] == sample], setting)
        for sample in sorted({row["sample"] for row in falsifiers})
    ]
    return (setting.say("hypotheses.intro"), *told, setting.say("hypotheses.where"))


def outcome_of(found: Sequence[str]) -> str:
    """What holds for a falsifier with several cases: found if any is, not found if none can be."""
    if FOUND in found:
        return FOUND
    return NOT_FOUND if set(found) == {NOT_FOUND} else NOT_JUDGED


def _counted(sample: str, rows: Sequence[Mapping[str, str]], setting: Setting) -> str:
    names = {(row["scale"], row["falsifier"]) for row in rows}
    outcomes = [
        outcome_of([row["found"] for row in rows if (row["scale"], row["falsifier"]) == name])
        for name in sorted(names)
    ]
    found, not_found, not_judged = (
        setting.numbers.count(outcomes.count(one)) for one in (FOUND, NOT_FOUND, NOT_JUDGED)
    )
    return setting.say(
        "hypotheses.counted",
        sample=setting.phrases.say(f"models.sample_{sample}"),
        number=setting.numbers.count(len(outcomes)),
        found=found,
        not_found=not_found,
        not_judged=not_judged,
    )
