"""The part of a site page that tells about one scale after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.instrument.model import Item, ResponseScale, Scale
from pipeline.report import formatting
from pipeline.report.charts import (
    Axis,
    DivergingBar,
    DotChart,
    DotDatum,
    Point,
    diverging_bar,
    dot_chart,
    reach_of,
)
from pipeline.report.estimates import Estimates
from pipeline.report.headlines import ends_of, group_sentence
from pipeline.report.pages import Setting
from pipeline.report.results import (
    CodeShare,
    GroupDifference,
    ResultGroup,
    ScaleResult,
    code_shares,
    compared_groups,
)
from pipeline.report.site_agreement import agreement_sentence
from pipeline.report.site_change import Changes
from pipeline.report.site_place import (
    BALANCED,
    Places,
    balanced_sentence,
    place_sentence,
)
from pipeline.report.site_response import Response
from pipeline.report.tables import ShownTable, shown_table
from pipeline.report.withholding import Withholding, reason

THREE = ("low-1", "middle", "high-1")


@dataclass(frozen=True, slots=True)
class SiteData:
    """What the page of one site is made from: nothing in it is of another site."""

    site: str
    released: Estimates
    withheld: Withholding
    account: str
    pooled: Estimates | None = None
    places: Places = field(default_factory=dict)
    no_word: str = ""
    """Why no topic has a word for its place, where that is the same for all."""
    changes: Changes = field(default_factory=dict)
    response: Response = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overview:
    """A chart of the means of several scales, its axis in words, and its table.

    `before` tells what the marks of an earlier round are; None where there are none.
    """

    chart: DotChart
    before: str | None
    low_end: str
    high_end: str
    table: ShownTable
    absent: tuple[str, ...]


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
class GroupChart:
    """Two groups side by side."""

    chart: DotChart
    keys: tuple[str, ...]
    low_end: str
    high_end: str
    table: ShownTable


@dataclass(frozen=True, slots=True)
class Idea:
    """Something that others did or advised, and the works it comes from."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A scale as a site reads it."""

    anchor: str
    title: str
    definition: str
    sentences: tuple[str, ...]
    agreement: str
    items: ItemTable | None
    items_note: str | None
    group_sentences: tuple[str, ...]
    group_chart: GroupChart | None
    visibility: tuple[str, ...]
    questions: tuple[str, ...]
    ideas: tuple[Idea, ...]


def anchor_of(scale: Scale) -> str:
    """Where the part about a scale is on a page."""
    return f"topic-{scale.id.lower()}"


def axis_of(answers: ResponseScale) -> Axis:
    """The axis of a response scale, a tick an answer."""
    return Axis(answers.lowest, answers.highest, tuple(float(value) for value in answers.values))


# ------------------------------------------------------------------ overview


def overview(
    group: ResultGroup,
    setting: Setting,
    chart_id: str,
    *,
    beside: bool,
    places: Places | None = None,
    before: Mapping[str, float] | None = None,
) -> Overview | None:
    """The chart of the means of a group of scales; `beside` adds the programme.

    With `places` the table has the means with both groups counting the same; `before` has means
    of the round before by scale.
    """
    if not group.shown:
        return None
    answers = group.results[0].scale.response_scale
    low_end, high_end = ends_of(answers, setting)
    title = setting.say("overview.title", section=setting.wording.of(group.section.title))
    key = "overview.description" if beside else "overview.description_alone"
    earlier = {result.scale.id: (before or {}).get(result.scale.id) for result in group.shown}
    data = [
        _overview_datum(result, setting, earlier[result.scale.id], beside=beside)
        for result in group.shown
    ]
    text = "; ".join(f"{datum.label}: {datum.value}" for datum in data)
    absent = tuple(result.title for result in group.results if result.own is None)
    return Overview(
        chart=dot_chart(
            chart_id, title, f"{setting.say(key)} {text}.", axis_of(answers), data, setting.numbers
        ),
        before=_legend_before(earlier, setting),
        low_end=low_end,
        high_end=high_end,
        table=_overview_table(group.shown, places or {}, earlier, setting),
        absent=absent,
    )


def _legend_before(earlier: Mapping[str, float | None], setting: Setting) -> str | None:
    if not any(mean is not None for mean in earlier.values()):
        return None
    return setting.say("site.legend_before", wave=setting.study.earlier_waves[-1])


def _overview_datum(
    result: ScaleResult, setting: Setting, before: float | None, *, beside: bool
) -> DotDatum:
    if result.own is None:
        raise ValueError(f"{result.scale.id} has no mean to draw")
    return DotDatum(
        label=result.title,
        value=value_with_interval(result.own.value, result.own.interval, setting),
        points=(Point(result.own.value, result.own.interval),),
        band=result.middle_range if beside else None,
        reference=result.programme.value if beside and result.programme else None,
        before=before,
    )


def value_with_interval(
    value: float, interval: tuple[float, float] | None, setting: Setting
) -> str:
    """A mean and its likely range."""
    if interval is None:
        return setting.numbers.score(value)
    low, high = (setting.numbers.score(end) for end in interval)
    return f"{setting.numbers.score(value)} ({low}\N{EN DASH}{high})"


def _overview_table(
    shown: Sequence[ScaleResult],
    places: Places,
    earlier: Mapping[str, float | None],
    setting: Setting,
) -> ShownTable:
    names = ["topic", "mean", "range"]
    if _legend_before(earlier, setting):
        names.append("before")
    if any((result.scale.id, BALANCED) in places for result in shown):
        names.append("balanced")
    has_programme = any(result.programme for result in shown)
    names += ["programme", "middle_range", "people"] if has_programme else ["people"]
    rows = []
    for result in shown:
        cells = _overview_cells(result, places, earlier[result.scale.id], setting)
        rows.append((result.title, [cells[name] for name in names[1:]]))
    key = "overview.table_caption" if has_programme else "overview.table_caption_alone"
    return shown_table(setting.say(key), [setting.say(f"column.{name}") for name in names], rows)


def _overview_cells(
    result: ScaleResult, places: Places, before: float | None, setting: Setting
) -> dict[str, str]:
    own, none = result.own, setting.say("word.not_shown")
    balanced = places.get((result.scale.id, BALANCED))
    return {
        "mean": setting.numbers.score(own.value) if own else none,
        "range": span(own.interval if own else None, setting),
        "before": none if before is None else setting.numbers.score(before),
        "balanced": setting.numbers.score(balanced.mean) if balanced else none,
        "programme": setting.numbers.score(result.programme.value) if result.programme else none,
        "middle_range": span(result.middle_range, setting),
        "people": setting.numbers.count(own.n) if own and own.n is not None else none,
    }


def span(ends: tuple[float, float] | None, setting: Setting) -> str:
    """Two ends in words."""
    if ends is None:
        return setting.say("word.not_shown")
    low, high = (setting.numbers.score(end) for end in ends)
    return setting.say("word.span", low=low, high=high)


# ------------------------------------------------------------------ topics


def topic_of(result: ScaleResult, data: SiteData, setting: Setting, *, questions: bool) -> Topic:
    """Everything the page says about one scale, with or without questions to talk about."""
    scale = result.scale
    items, note = _items(result, data, setting)
    off_scale = (
        *_code_sentences(result.codes, setting),
        _codes_by_group(result, data, setting),
    )
    return Topic(
        anchor=anchor_of(scale),
        title=result.title,
        definition=setting.wording.of(scale.definition),
        sentences=result_sentences(result, data, setting),
        agreement=agreement_sentence(scale, data.site, data.released, setting),
        items=items,
        items_note=note,
        group_sentences=_group_sentences(result, data, setting),
        group_chart=_group_chart(result, setting),
        visibility=tuple(sentence for sentence in off_scale if sentence),
        questions=questions_of(scale, setting) if questions else (),
        ideas=ideas_of(scale, setting) if questions else (),
    )


def ideas_of(scale: Scale, setting: Setting) -> tuple[Idea, ...]:
    """What others did or advised about the topic of a scale, with the works behind it."""
    return tuple(
        Idea(
            setting.wording.of(action.text),
            "; ".join(
                setting.wording.of(work) for work in setting.instrument.works_behind(action)
            ),
        )
        for action in scale.actions
    )


def questions_of(scale: Scale, setting: Setting) -> tuple[str, ...]:
    """Questions to talk about; general ones where the questionnaire has none for this scale."""
    own = tuple(setting.wording.of(text) for text in scale.reflective_questions)
    general = (setting.say(f"start.general_{number}") for number in ("one", "two", "three"))
    return own or tuple(general)


def result_sentences(result: ScaleResult, data: SiteData, setting: Setting) -> tuple[str, ...]:
    """The mean of a scale here and in the programme, in sentences."""
    if result.own is None:
        rule = data.withheld.rule_for(data.site, result.scale.id, ["scale"])
        why = reason(rule, setting) if rule else setting.say("topic.no_answers")
        return (setting.say("topic.no_mean", why=why),)
    own = setting.say("topic.mean", mean=setting.numbers.score(result.own.value))
    likely = setting.say("topic.range", range=span(result.own.interval, setting))
    people = ""
    if result.own.n is not None:
        number = setting.numbers.people(result.own.n, setting.study.minimum_n)
        people = setting.say("topic.people", people=number)
    first = " ".join(part for part in (own, likely if result.own.interval else "", people) if part)
    said = (
        first,
        _programme_sentence(result, setting),
        place_sentence(result.scale.id, data.places, data.no_word, setting),
        balanced_sentence(result.scale.id, data.places, setting),
    )
    return tuple(part for part in said if part)


def _programme_sentence(result: ScaleResult, setting: Setting) -> str:
    if result.programme is None or result.own is None:
        return ""
    mean = setting.say("topic.programme", mean=setting.numbers.score(result.programme.value))
    sites = ""
    if result.middle_range:
        sites = setting.say("topic.middle_range", range=span(result.middle_range, setting))
    return " ".join(part for part in (mean, sites) if part)


def _code_sentences(codes: Sequence[CodeShare], setting: Setting) -> tuple[str, ...]:
    shown = [
        code for code in codes if setting.numbers.percent(code.share) != setting.numbers.percent(0)
    ]
    if not shown:
        return ()
    return (setting.say("topic.codes", listed=_listed(shown, setting)),)


# ------------------------------------------------------------------ groups


def _group_sentences(result: ScaleResult, data: SiteData, setting: Setting) -> tuple[str, ...]:
    if compared_groups(setting.instrument) is None:
        return ()
    if result.groups is None:
        rule = data.withheld.rule_for(data.site, result.scale.id, ["gap", "group"])
        why = reason(rule, setting) if rule else setting.say("groups.not_computed")
        return (setting.say("groups.not_shown", why=why),)
    return (
        group_sentence(result.groups, setting),
        *_certainty(result.groups, setting),
        *_size_in_words(result, data, setting),
    )


def _certainty(groups: GroupDifference, setting: Setting) -> tuple[str, ...]:
    interval = groups.difference.interval
    if interval is None:
        return ()
    low, high = (setting.numbers.signed(end) for end in interval)
    key = "groups.clear" if groups.difference.excludes(0.0) else "groups.unclear"
    return (setting.say(key, low=low, high=high, first=groups.first, second=groups.second),)


SMALL, MEDIUM, LARGE = 0.2, 0.5, 0.8
"""Standardised differences from which a difference is called small, medium and large (Cohen
1988)."""


def _size_in_words(result: ScaleResult, data: SiteData, setting: Setting) -> tuple[str, ...]:
    found = data.released.at("gap_standardised", site=data.site, scale=result.scale.id)
    if found is None:
        return ()
    size = round(abs(found.value), 6)
    words = ((LARGE, "large"), (MEDIUM, "medium"), (SMALL, "small"))
    word = next((word for least, word in words if size >= least), "very_small")
    return (setting.say(f"size.{word}", size=setting.numbers.distance(found.value)),)


def _codes_by_group(result: ScaleResult, data: SiteData, setting: Setting) -> str:
    """Answers off the scale, such as not knowing, in each of the two groups.

    Only those whose share is released for both; empty where there are none.
    """
    groups, compared = result.groups, compared_groups(setting.instrument)
    if groups is None or compared is None:
        return ""
    first, second = (
        {
            code.code: code
            for code in code_shares(
                setting.instrument, data.released, setting.wording,
                site=data.site, group=group.id, scale=result.scale.id,
            )
        }
        for group in compared
    )  # fmt: skip
    zero = setting.numbers.percent(0)
    both = [
        (first[code.code], second[code.code])
        for code in result.codes
        if code.code in first and code.code in second
    ]
    shown = [
        pair for pair in both if any(setting.numbers.percent(code.share) != zero for code in pair)
    ]
    if not shown:
        return ""
    first_listed, second_listed = (
        _listed([pair[place] for pair in shown], setting) for place in (0, 1)
    )
    return setting.say(
        "groups.codes",
        first=groups.first,
        first_listed=first_listed,
        second=groups.second,
        second_listed=second_listed,
    )


def _listed(codes: Sequence[CodeShare], setting: Setting) -> str:
    return ", ".join(
        setting.say("topic.code", answer=code.label, share=setting.numbers.percent(code.share))
        for code in codes
    )


def _group_chart(result: ScaleResult, setting: Setting) -> GroupChart | None:
    groups = result.groups
    if groups is None or groups.first_mean is None or groups.second_mean is None:
        return None
    means = (groups.first_mean, groups.second_mean)
    low_end, high_end = ends_of(result.scale.response_scale, setting)
    title = setting.say("groups.chart_title", topic=result.title)
    points = tuple(Point(mean.value, mean.interval, place) for place, mean in enumerate(means))
    apart = setting.say("groups.apart", points=setting.numbers.distance(groups.difference.value))
    datum = DotDatum(setting.say("groups.row"), apart, points)
    description = setting.say("groups.chart_description", first=groups.first, second=groups.second)
    axis = axis_of(result.scale.response_scale)
    chart_id = f"groups-{result.scale.id.lower()}"
    names = (groups.first, groups.second)
    return GroupChart(
        chart=dot_chart(chart_id, title, description, axis, [datum], setting.numbers),
        keys=tuple(
            setting.say(
                "groups.key",
                group=name,
                mean=value_with_interval(mean.value, mean.interval, setting),
            )
            for name, mean in zip(names, means, strict=True)
        ),
        low_end=low_end,
        high_end=high_end,
        table=_group_table(groups, setting),
    )


def _group_table(groups: GroupDifference, setting: Setting) -> ShownTable:
    named = ((groups.first, groups.first_mean), (groups.second, groups.second_mean))
    none = setting.say("word.not_shown")
    rows = [
        (
            name,
            (
                setting.numbers.score(mean.value),
                span(mean.interval, setting),
                none if mean.n is None else setting.numbers.count(mean.n),
            ),
        )
        for name, mean in named
        if mean
    ]
    names = ["group", "mean", "range", "people"]
    headings = [setting.say(f"column.{name}") for name in names]
    return shown_table(setting.say("groups.table_caption"), headings, rows)


# ------------------------------------------------------------------ statements


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


def _items(
    result: ScaleResult, data: SiteData, setting: Setting
) -> tuple[ItemTable | None, str | None]:
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
    return setting.say("items.others", listed=_listed(shown, setting)) if shown else ""
