"""Sentences about a site, made from the same results that its charts are drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.instrument.model import ResponseScale
from pipeline.report import formatting
from pipeline.report.pages import Setting
from pipeline.report.results import (
    GroupDifference,
    ResultGroup,
    ScaleResult,
    furthest_apart,
    least_visible,
    lowest,
)
from pipeline.report.site_place import PLAIN, Places, common_reason, why_no_word

LOWEST_TOPICS = 2
"""How many of the lowest means are put forward for a talk."""


@dataclass(frozen=True, slots=True)
class Start:
    """A topic put forward for a talk, and why."""

    result: ScaleResult
    reasons: tuple[str, ...]


def headlines(groups: Sequence[ResultGroup], places: Places, setting: Setting) -> tuple[str, ...]:
    """Two to five sentences that sum up the charts of `groups`, and what has no chart."""
    shown = [result for group in groups for result in group.shown]
    sentences = [
        *(_spread(group.shown, setting) for group in groups if len(group.shown) > 1),
        _beside_programme(shown, places, setting),
        _groups(shown, setting),
        _visibility(shown, setting),
        _absent(groups, setting),
    ]
    return tuple(sentence for sentence in sentences if sentence)


def starts(groups: Sequence[ResultGroup], setting: Setting) -> tuple[Start, ...]:
    """Topics to talk about first, by one rule for every site; each topic once."""
    shown = [result for group in groups for result in group.shown]
    reasons: dict[str, list[str]] = {}
    for result, reason in _reasons(shown, setting):
        reasons.setdefault(result.scale.id, []).append(reason)
    return tuple(
        Start(result, tuple(reasons[result.scale.id]))
        for result in shown
        if result.scale.id in reasons
    )


def _reasons(shown: Sequence[ScaleResult], setting: Setting) -> Iterator[tuple[ScaleResult, str]]:
    for result in lowest(shown, LOWEST_TOPICS):
        if result.own is not None:
            mean = setting.numbers.score(result.own.value)
            chosen = len(shown) > LOWEST_TOPICS
            yield result, setting.say("start.lowest" if chosen else "start.shown", mean=mean)
    if (apart := furthest_apart(shown)) and apart.groups:
        points = setting.numbers.distance(apart.groups.difference.value)
        if apart.groups.difference.excludes(0.0):
            yield apart, setting.say("start.apart", points=points)
        else:
            yield apart, setting.say("start.apart_unclear", points=points)
    if unseen := least_visible(shown):
        code = unseen.codes[0]
        share = setting.numbers.percent(code.share)
        yield unseen, setting.say("start.unseen", share=share, answer=code.label)


def ends_of(answers: ResponseScale, setting: Setting) -> tuple[str, str]:
    """The lowest and highest answer of a response scale, as number and words."""
    options = sorted(answers.options, key=lambda option: option.value)
    low, high = (
        _end(option.value, setting.wording.of(option.label))
        for option in (
            options[0],
            options[-1],
        )
    )
    return low, high


def _end(value: int, label: str) -> str:
    return label if label.startswith(str(value)) else f"{value} = {label}"


def _spread(shown: Sequence[ScaleResult], setting: Setting) -> str:
    ordered = sorted(shown, key=lambda result: result.place)
    low, high = ordered[0], ordered[-1]
    if low.own is None or high.own is None:
        return ""
    values = {
        "number": setting.numbers.count(len(shown)),
        "low": setting.numbers.score(low.own.value),
        "high": setting.numbers.score(high.own.value),
    }
    if _overlap(low, high):
        return setting.say("headline.close", **values)
    return setting.say("headline.spread", **values, lowest=low.title, highest=high.title)


def _overlap(low: ScaleResult, high: ScaleResult) -> bool:
    if low.own is None or high.own is None:
        return True
    if low.own.interval is None or high.own.interval is None:
        return low.own.value == high.own.value
    return low.own.interval[1] >= high.own.interval[0]


def _beside_programme(shown: Sequence[ScaleResult], places: Places, setting: Setting) -> str:
    scales = [result.scale.id for result in shown]
    if reason := common_reason(scales, places):
        return setting.say("headline.no_word", why=why_no_word(reason, setting))
    known = {scale: place for scale in scales if (place := places.get((scale, PLAIN)))}
    sides = [
        (result.title, known[result.scale.id].side)
        for result in shown
        if result.scale.id in known and known[result.scale.id].band
    ]
    if not sides:
        return ""
    higher = [title for title, side in sides if side > 0]
    lower = [title for title, side in sides if side < 0]
    if not higher and not lower:
        key = "headline.like_programme" if len(sides) == len(known) else "headline.like_where_told"
        return setting.say(key)
    parts = [_sides(higher, lower, setting)]
    if len(higher) + len(lower) < len(sides):
        parts.append(setting.say("headline.rest_like_programme"))
    return " ".join(parts)


def _sides(higher: Sequence[str], lower: Sequence[str], setting: Setting) -> str:
    above, below = (in_words(topics, setting) for topics in (higher, lower))
    if not lower:
        return setting.say("headline.higher", higher=above)
    if not higher:
        return setting.say("headline.lower", lower=below)
    return setting.say("headline.both", higher=above, lower=below)


def _groups(shown: Sequence[ScaleResult], setting: Setting) -> str:
    compared = [r for r in shown if r.groups]
    clear = [r for r in compared if r.groups and r.groups.difference.excludes(0.0)]
    apart = furthest_apart(clear)
    if apart and apart.groups:
        sentence = group_sentence(apart.groups, setting)
        return setting.say("headline.apart", topic=apart.title, sentence=sentence)
    first = compared[0].groups if compared else None
    if first is None:
        return ""
    return setting.say("headline.not_apart", first=first.first, second=first.second)


def group_sentence(groups: GroupDifference, setting: Setting) -> str:
    """Which of the two groups answered higher, and by how much."""
    value = groups.difference.value
    if not formatting.is_shown(value):
        return setting.say("groups.same", first=groups.first, second=groups.second)
    points = setting.numbers.distance(value)
    higher, lower = (groups.first, groups.second) if value > 0 else (groups.second, groups.first)
    return setting.say("groups.higher", higher=higher, lower=lower, points=points)


def _visibility(shown: Sequence[ScaleResult], setting: Setting) -> str:
    unseen = least_visible(shown)
    if unseen is None:
        return ""
    code = unseen.codes[0]
    share = setting.numbers.percent(code.share)
    return setting.say("headline.unseen", topic=unseen.title, share=share, answer=code.label)


def _absent(groups: Sequence[ResultGroup], setting: Setting) -> str:
    """Topics of a response scale on which no mean is shown; a chart names its own absent ones."""
    topics = [result.title for group in groups if not group.shown for result in group.results]
    return setting.say("headline.absent", topics=in_words(topics, setting)) if topics else ""


def in_words(parts: Sequence[str], setting: Setting) -> str:
    """Several names in a sentence."""
    return formatting.in_words(parts, setting.say("word.and"))
