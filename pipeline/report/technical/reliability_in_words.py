"""What the reliability of a scale means, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.instrument.model import Scale
from pipeline.report.estimates import Absent, Estimate, Estimates
from pipeline.report.pages import Setting
from pipeline.report.technical.evidence import conditions, is_withheld, meaning, people

TOLD = (
    "categorical_omega_observed",
    "categorical_omega_model_implied",
    "omega_total_observed",
    "omega_total_model_implied",
    "cronbach_alpha",
    "spearman_brown",
)
"""The first of these with an interval is told in words; without intervals, the first."""

REFERENCES = (0.70, 0.80)
"""From here on items hold together closely enough to compare groups, and closely."""

SURE_FOR_ONE = 0.90
"""From here on, the score of one person is called fairly sure (Nunnally & Bernstein, 1994)."""

CHANGE = "smallest_detectable_change"
TOO_FEW = "too_few_respondents"
UNFIT = frozenset({TOO_FEW, "not_converged"})
"""Conditions of an estimate from which nothing is said in words."""


def in_words(scale: Scale, table: Estimates, setting: Setting) -> str:
    """How well the items of a scale hold together and what that allows, or why it is not known."""
    told = _told(scale.id, table)
    if told is None:
        return _why_unknown(scale, table, setting)
    name, found = told
    told_change = table.on_record(CHANGE, scale=scale.id)
    sentences = [
        setting.phrases.say(f"reliability.{_grip(found)}"),
        _number(name, found, setting),
    ]
    if isinstance(told_change, Estimate):
        change = setting.numbers.coefficient(told_change.value)
        sentences.append(setting.say("reliability.change", points=change))
    return " ".join(sentences)


def _told(scale: str, table: Estimates) -> tuple[str, Estimate] | None:
    found = [(name, table.on_record(name, scale=scale)) for name in TOLD]
    known = [(name, one) for name, one in found if isinstance(one, Estimate) and _is_fit(one)]
    sure = [(name, one) for name, one in known if one.interval is not None]
    return next(iter([*sure, *known]), None)


def _is_fit(found: Estimate) -> bool:
    return not UNFIT & set(found.condition.split())


def _grip(found: Estimate) -> str:
    """Where the interval lies; without one, where the number lies."""
    low, high = found.interval or (found.value, found.value)
    enough, close = REFERENCES
    levels = (("sure", low >= SURE_FOR_ONE), ("close", low >= close), ("enough", low >= enough))
    reached = [name for name, holds in levels if holds]
    return [*reached, "loose" if high < enough else "unsure"][0]


def _number(name: str, found: Estimate, setting: Setting) -> str:
    words = {
        "coefficient": setting.phrases.say(f"statistic.{name}"),
        "value": setting.numbers.coefficient(found.value),
        "people": people([found], setting),
    }
    if found.interval is None:
        return setting.say("reliability.number_alone", **words)
    low, high = (setting.numbers.coefficient(end) for end in found.interval)
    return setting.say("reliability.number", **words, low=low, high=high)


def _why_unknown(scale: Scale, table: Estimates, setting: Setting) -> str:
    found = [table.on_record(name, scale=scale.id) for name in TOLD]
    known = [one for one in found if one is not None]
    if not scale.has_score:
        return setting.say("reliability.no_score")
    if not known:
        return setting.say("reliability.not_computed")
    if any(_is_too_small(one, setting) for one in known):
        return _too_few(known, setting)
    if any(is_withheld(one) for one in known):
        return setting.say("reliability.withheld")
    reasons = [meaning(word, setting) for word in conditions(known)]
    return " ".join([setting.say("reliability.no_number"), *reasons])


def _is_too_small(found: Estimate | Absent, setting: Setting) -> bool:
    few = found.n is not None and found.n < setting.study.minimum_n
    return TOO_FEW in found.condition.split() or (is_withheld(found) and few)


def _too_few(found: Sequence[Estimate | Absent], setting: Setting) -> str:
    """How many people there are and how many are needed, where both are known."""
    needed = setting.study.minimum_n
    numbers = [one.n for one in found if one.n is not None]
    if not numbers or max(numbers) >= needed:
        return setting.say("reliability.too_few", needed=setting.numbers.count(needed))
    there = setting.numbers.count(max(numbers))
    return setting.say("reliability.too_few_of", n=there, needed=setting.numbers.count(needed))
