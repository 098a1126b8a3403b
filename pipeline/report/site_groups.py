"""The two groups of respondents side by side, on one scale."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report.charts import DotChart, DotDatum, Point, dot_chart
from pipeline.report.headlines import ends_of, group_sentence
from pipeline.report.pages import Setting
from pipeline.report.results import GroupDifference, ScaleResult, compared_groups
from pipeline.report.site_data import SiteData
from pipeline.report.site_overview import axis_of, span, value_with_interval
from pipeline.report.tables import ShownTable, shown_table
from pipeline.report.withholding import reason

SMALL, MEDIUM, LARGE = 0.2, 0.5, 0.8
"""Standardised differences from which a difference is called small, medium and large (Cohen
1988)."""


@dataclass(frozen=True, slots=True)
class GroupChart:
    """Two groups side by side."""

    chart: DotChart
    keys: tuple[str, ...]
    low_end: str
    high_end: str
    table: ShownTable


def group_sentences(result: ScaleResult, data: SiteData, setting: Setting) -> tuple[str, ...]:
    """How far apart the groups are and how sure that is, or why it is not shown."""
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


def _size_in_words(result: ScaleResult, data: SiteData, setting: Setting) -> tuple[str, ...]:
    found = data.released.at("gap_standardised", site=data.site, scale=result.scale.id)
    if found is None:
        return ()
    size = round(abs(found.value), 6)
    words = ((LARGE, "large"), (MEDIUM, "medium"), (SMALL, "small"))
    word = next((word for least, word in words if size >= least), "very_small")
    return (setting.say(f"size.{word}", size=setting.numbers.distance(found.value)),)


def group_chart(result: ScaleResult, setting: Setting) -> GroupChart | None:
    """The means of both groups in a chart; None unless both are released."""
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
