"""All sites by all topics: what is known about each site, and how far its means can bear."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.instrument.model import Scale, Section
from pipeline.report.pages import Link, Setting, site_address
from pipeline.report.programme import WHOLE, Programme
from pipeline.report.short_reasons import short_reason
from pipeline.report.site_map import (
    HeatCell,
    HeatMap,
    HeatRow,
    around,
    marked_cell,
    reach_of,
    untold_cell,
)
from pipeline.report.site_page import SiteEntry
from pipeline.report.site_place import CLEAR, PLAIN
from pipeline.report.site_tables import (
    COUNT,
    HUNDREDTHS,
    SIDE,
    TEXT,
    Column,
    Stretch,
    is_long,
    stretch_of,
)
from pipeline.report.withholding import reason

CLOSED = "gate_closed"
NOTHING = "\N{EN DASH}"
OF_MEANS = ("scale",)
"""The sort of numbers that the table shows, as rules that hold back name it."""


def heat_map(section: Section, programme: Programme, setting: Setting) -> HeatMap:
    """The sites with results by the scales of a section, sites by name.

    A mean is marked where its word is higher or lower. Under it lies its likely range on a line
    that has the mean of the programme in its middle and is as long for all topics.
    """
    scales = [scale for scale in setting.instrument.scales_in(section) if scale.has_score]
    means = [programme.released.at("mean", scale=scale.id) for scale in scales]
    reach = _reach(scales, programme)
    facts = _facts(programme, setting)
    known = [place for place, column in enumerate(zip(*facts.values(), strict=True)) if any(column)]
    columns = _columns(setting)
    return HeatMap(
        caption=setting.say("map.caption", section=setting.wording.of(section.title)),
        facts=tuple(columns[place] for place in known),
        topics=tuple(Column(setting.wording.of(scale.title), SIDE) for scale in scales),
        whole_facts=tuple(facts[WHOLE][place] or NOTHING for place in known),
        whole=tuple(
            setting.numbers.score(mean.value) if mean else setting.say("word.not_shown")
            for mean in means
        ),
        rows=tuple(
            HeatRow(
                Link(site_address(entry.slug), entry.label),
                tuple(facts[entry.site][place] or NOTHING for place in known),
                tuple(_cell(entry, scale, reach, programme, setting) for scale in scales),
            )
            for entry in programme.shown
        ),
        is_long=is_long(programme.shown),
        remarks=_remarks(scales, programme, setting),
    )


# ------------------------------------------------------------------ what is known about sites


def _columns(setting: Setting) -> tuple[Column, ...]:
    return (
        Column(setting.say("column.cluster"), TEXT, is_words=True),
        Column(setting.say("column.people"), COUNT),
        Column(setting.say("column.rate"), COUNT),
    )


def _facts(programme: Programme, setting: Setting) -> dict[str, tuple[str, ...]]:
    """Clusters, people and response of every site shown and of the programme; empty if unknown."""
    sites = (WHOLE, *(entry.site for entry in programme.shown))
    return {site: _facts_of(site, programme, setting) for site in sites}


def _facts_of(site: str, programme: Programme, setting: Setting) -> tuple[str, ...]:
    answered = programme.answered(site, setting.study.wave)
    people = answered.respondents if answered else None
    rate = answered.rate if answered else None
    return (
        ", ".join(setting.study.clusters_of(site)),
        "" if people is None else setting.numbers.count(people),
        "" if rate is None else setting.numbers.percent(rate),
    )


# ------------------------------------------------------------------ cells


def _reach(scales: Sequence[Scale], programme: Programme) -> float:
    """How far from the mean of the programme any likely range of a site goes."""
    pairs = (
        (own.interval, middle)
        for scale in scales
        if scale.id not in programme.compared.barred
        if (middle := _middle(scale, programme)) is not None
        for entry in programme.shown
        if (own := programme.released.at("mean", site=entry.site, scale=scale.id))
        if own.interval
    )
    return reach_of(pairs)


def _middle(scale: Scale, programme: Programme) -> float | None:
    """What sites are held against: the mean of the programme, or the centre of all sites."""
    whole = programme.released.at("mean", scale=scale.id)
    spread = programme.compared.spreads.get(scale.id)
    if whole:
        return whole.value
    return spread.centre if spread else None


def _cell(
    entry: SiteEntry, scale: Scale, reach: float, programme: Programme, setting: Setting
) -> HeatCell:
    if scale.id in programme.compared.barred:
        return untold_cell(short_reason(CLOSED, setting))
    mean = programme.released.at("mean", site=entry.site, scale=scale.id)
    if mean is None:
        rule = programme.withheld.rule_for(entry.site, scale.id, OF_MEANS)
        return untold_cell(short_reason(rule or "", setting) or setting.say("word.not_shown"))
    middle = _middle(scale, programme)
    line = None if middle is None else around(middle, reach)
    compared = programme.compared.sites.get((entry.site, scale.id, PLAIN))
    band, side = (compared.band, compared.side) if compared else ("", 0)
    return marked_cell(
        setting.numbers.score(mean.value),
        side,
        setting.say(f"map.{band}") if side else "",
        is_clear=band in CLEAR,
        is_apart=middle is not None and mean.excludes(middle),
        stretch=_stretch(mean.interval, line),
    )


def _stretch(ends: tuple[float, float] | None, line: tuple[float, float] | None) -> Stretch | None:
    return stretch_of(ends, line, HUNDREDTHS) if ends and line else None


def _remarks(scales: Sequence[Scale], programme: Programme, setting: Setting) -> tuple[str, ...]:
    """What the short reasons of the table mean, each once."""
    rules = {
        programme.withheld.rule_for(entry.site, scale.id, OF_MEANS)
        for scale in scales
        if scale.id not in programme.compared.barred
        for entry in programme.shown
        if programme.released.at("mean", site=entry.site, scale=scale.id) is None
    }
    return tuple(
        setting.say("compare.remark", short=short_reason(rule, setting), full=reason(rule, setting))
        for rule in sorted(rule for rule in rules if rule)
    )
