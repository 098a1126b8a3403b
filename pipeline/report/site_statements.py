"""How people answered each statement of a scale: bars, shares and means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.instrument.model import Item, ResponseScale, Scale
from pipeline.report import formatting
from pipeline.report.charts import DivergingBar, diverging_bar, reach_of
from pipeline.report.estimates import Estimates
from pipeline.report.pages import Setting
from pipeline.report.results import CodeShare, ScaleResult, code_shares
from pipeline.report.site_codes import listed_codes
from pipeline.report.site_data import SiteData
from pipeline.report.withholding import reason

THREE = ("low-1", "middle", "high-1")


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """What a kind of segment stands for."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A statement and its answers."""

    text: str
    turned: str | None
    bar: DivergingBar | None
    shares: tuple[str, ...]
    others: str
    mean: str


@dataclass(frozen=True, slots=True)
class ItemTable:
    """The statements of a scale, their answers as bars and numbers."""

    caption: str
    legend: tuple[LegendEntry, ...]
    share_headings: tuple[str, ...]
    rows: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True)
class AnswerShares:
    """The shares of the answers to one statement, lowest answer first."""

    shares: tuple[float, ...]
    fine: bool

    @property
    def split(self) -> float:
        """The smaller of the shares on the two sides: how much people are of two minds."""
        half = len(self.shares) // 2
        return min(sum(self.shares[:half]), sum(self.shares[-half:])) if half else 0.0


def statements_of(
    result: ScaleResult, data: SiteData, setting: Setting
) -> tuple[ItemTable | None, str | None]:
    """The statements and what people are most of two minds about, or why they are not shown."""
    scale = result.scale
    shares = shares_by_item(scale, data.site, data.released)
    means = any(
        data.released.at("mean", site=data.site, scale=scale.id, item=item.id)
        for item in scale.items
    )
    if not means and not any(shares.values()):
        kinds = ["item_mean", "item_answers"]
        rule = data.withheld.rule_for(data.site, scale.id, kinds)
        why = reason(rule, setting) if rule else setting.say("items.not_computed")
        return None, setting.say("items.not_shown", why=why)
    return _item_table(scale, shares, data, setting), _most_mixed(scale, shares, setting)


def answer_shares(
    item: Item, scale: Scale, site: str | None, released: Estimates, *, fine: bool
) -> AnswerShares | None:
    """Shares of all answers, or of lower, middle and higher; None unless all of them are there."""
    every = [f"share_{value}" for value in scale.response_scale.values]
    names = every if fine else ["share_low", "share_middle", "share_high"]
    found = [released.at(name, site=site, scale=scale.id, item=item.id) for name in names]
    values = tuple(estimate.value for estimate in found if estimate is not None)
    return AnswerShares(values, fine) if len(values) == len(names) else None


def shares_by_item(
    scale: Scale, site: str | None, released: Estimates
) -> dict[str, AnswerShares | None]:
    """All answers if every item that shows anything may show them, else three categories."""
    fine, coarse = (
        {item.id: answer_shares(item, scale, site, released, fine=detail) for item in scale.items}
        for detail in (True, False)
    )
    everything = any(fine.values()) and all(fine[item] or not coarse[item] for item in fine)
    return fine if everything else coarse


def _most_mixed(
    scale: Scale, shares: Mapping[str, AnswerShares | None], setting: Setting
) -> str | None:
    known = [(item, found) for item in scale.items if (found := shares[item.id])]
    if len(known) < 2:
        return None
    item, found = max(known, key=lambda pair: pair[1].split)
    half = len(found.shares) // 2
    low, high = (
        setting.numbers.percent(sum(part)) for part in (found.shares[:half], found.shares[-half:])
    )
    text = setting.wording.of(item.text).rstrip(".")
    return (
        setting.say("items.most_mixed", statement=text, low=low, high=high) if found.split else None
    )


def _item_table(
    scale: Scale, shares: Mapping[str, AnswerShares | None], data: SiteData, setting: Setting
) -> ItemTable:
    fine = any(found.fine for found in shares.values() if found)
    legend = answer_legend(scale.response_scale, setting, fine=fine)
    return ItemTable(
        caption=setting.say("items.caption", topic=setting.wording.of(scale.title)),
        legend=legend,
        share_headings=tuple(entry.text for entry in legend),
        rows=tuple(
            _item_row(item, scale, shares, data, setting, len(legend)) for item in scale.items
        ),
    )


def answer_legend(
    answers: ResponseScale, setting: Setting, *, fine: bool
) -> tuple[LegendEntry, ...]:
    """What the segments of a bar stand for, lowest answer first."""
    options = sorted(answers.options, key=lambda option: option.value)
    labels = [setting.wording.of(option.label) for option in options]
    half = len(labels) // 2
    if fine:
        kinds = _kinds(len(labels))
        return tuple(LegendEntry(kind, text) for kind, text in zip(kinds, labels, strict=True))
    join = setting.say("word.or")
    parts = (labels[:half], labels[half : len(labels) - half], labels[len(labels) - half :])
    return tuple(
        LegendEntry(kind, formatting.in_words(part, join))
        for kind, part in zip(THREE, parts, strict=True)
    )


def _kinds(number: int) -> tuple[str, ...]:
    """Kinds of segments for any number of answers, darker towards the ends."""
    half = number // 2
    low = tuple("low-2" if place == 0 and half > 1 else "low-1" for place in range(half))
    high = tuple(kind.replace("low", "high") for kind in reversed(low))
    return (*low, *(("middle",) if number % 2 else ()), *high)


def _item_row(
    item: Item,
    scale: Scale,
    shares: Mapping[str, AnswerShares | None],
    data: SiteData,
    setting: Setting,
    columns: int,
) -> ItemRow:
    found = shares[item.id]
    reach = reach_of(every.shares for every in shares.values() if every)
    none = setting.say("word.not_shown")
    mean = data.released.at("mean", site=data.site, scale=scale.id, item=item.id)
    codes = code_shares(
        setting.instrument, data.released, setting.wording,
        site=data.site, scale=scale.id, item=item.id,
    )  # fmt: skip
    text = setting.wording.of(item.text)
    return ItemRow(
        text=text,
        turned=setting.say("items.turned") if item.keyed == -1 else None,
        bar=_bar(item, text, found, reach, setting) if found else None,
        shares=_percents(found, setting) if found else (none,) * columns,
        others=_others(codes, setting),
        mean=setting.numbers.score(mean.value) if mean else none,
    )


def _percents(found: AnswerShares, setting: Setting) -> tuple[str, ...]:
    return tuple(setting.numbers.percent(share) for share in found.shares)


def _bar(
    item: Item, text: str, found: AnswerShares, reach: float, setting: Setting
) -> DivergingBar:
    kinds = _kinds(len(found.shares)) if found.fine else THREE
    listed = ", ".join(_percents(found, setting))
    description = setting.say("items.bar_description", listed=listed)
    return diverging_bar(f"item-{item.id}", text, description, found.shares, kinds, reach)


def _others(codes: Sequence[CodeShare], setting: Setting) -> str:
    shown = [
        code for code in codes if setting.numbers.percent(code.share) != setting.numbers.percent(0)
    ]
    return setting.say("items.others", listed=listed_codes(shown, setting)) if shown else ""
