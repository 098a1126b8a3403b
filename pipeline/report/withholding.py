"""What was held back, in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.report.estimates import in_order, of_round, words_in
from pipeline.report.pages import Setting
from pipeline.report.tables import ShownTable, shown_table

ABOUT = ("site", "group", "scale", "item", "statistic", "rule")


@dataclass(frozen=True, slots=True)
class HeldBack:
    """One number that may not be shown."""

    site: str | None
    group: str | None
    scale: str | None
    item: str | None
    statistic: str
    rule: str

    @property
    def kind(self) -> str:
        """What sort of number it is; there is a phrase for each sort."""
        if self.statistic.startswith("gap"):
            return "gap"
        if self.statistic == "respondents":
            return "count"
        if self.statistic in ("mean_counters", "dispersion"):
            return "counters"
        if self.statistic != "mean" and not self.statistic.startswith("share_"):
            return "working"
        if self.group is not None:
            return "group"
        if self.item is not None:
            return "item_mean" if self.statistic == "mean" else "item_answers"
        return "scale"


@dataclass(frozen=True, slots=True)
class Withholding:
    """Everything that was held back in a survey round, by site; None is the whole programme."""

    by_site: Mapping[str | None, tuple[HeldBack, ...]]

    def at(self, site: str | None) -> tuple[HeldBack, ...]:
        """What was held back of a site."""
        return self.by_site.get(site, ())

    def rule_for(self, site: str | None, scale: str, kinds: Sequence[str]) -> str | None:
        """The rule that held back most numbers of these sorts of a scale."""
        found = (held for held in self.at(site) if held.scale == scale and held.kind in kinds)
        numbers = Counter(held.rule for held in found)
        return min(numbers, key=lambda rule: (-numbers[rule], rule), default=None)


def withholding_of(frame: pd.DataFrame, wave: str) -> Withholding:
    """What was held back in a survey round; the order of rows does not matter."""
    told = of_round(frame, wave)[list(ABOUT)].drop_duplicates()
    words = zip(*(words_in(told, name) for name in ABOUT), strict=True)
    by_site: dict[str | None, list[HeldBack]] = {}
    for site, group, scale, item, statistic, rule in sorted(words, key=in_order):
        held = HeldBack(site, group, scale, item, str(statistic), str(rule))
        by_site.setdefault(site, []).append(held)
    return Withholding({site: tuple(held) for site, held in by_site.items()})


def reason(rule: str, setting: Setting) -> str:
    """Why a rule holds numbers back, in plain words."""
    key = f"rule.{rule}"
    minimum = setting.numbers.count(setting.study.minimum_n)
    if setting.phrases.has(key):
        return setting.phrases.say(key, minimum=minimum)
    return setting.say("rule.unnamed", rule=rule.replace("_", " "), minimum=minimum)


def apart_from_working_numbers(held: Sequence[HeldBack]) -> tuple[HeldBack, ...]:
    """What a reader might have wished to see; steps on the way to other numbers left out."""
    return tuple(one for one in held if one.kind != "working")


def withheld_table(held: Sequence[HeldBack], setting: Setting) -> ShownTable | None:
    """How many numbers of which sort each rule held back; None where nothing was."""
    if not held:
        return None
    numbers = Counter((one.kind, one.rule) for one in held)
    rows = [
        (
            setting.phrases.say(f"kind.{kind}"),
            (setting.numbers.count(number), reason(rule, setting)),
        )
        for (kind, rule), number in sorted(numbers.items())
    ]
    headings = [setting.say(f"withheld.{name}") for name in ("what", "number", "why")]
    return shown_table(setting.say("withheld.caption"), headings, rows, words=[2])
