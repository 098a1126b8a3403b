"""Two groups over the programme, and the answers off the scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.instrument.model import SpecialCode
from pipeline.report.charts import (
    Axis,
    BarChart,
    DotChart,
    DotDatum,
    Point,
    bar_chart,
    dot_chart,
)
from pipeline.report.compared_sites import barred_by_gates
from pipeline.report.estimates import Estimate
from pipeline.report.pages import Setting
from pipeline.report.programme import Programme, methods_said, signed_span
from pipeline.report.results import GroupDifference, ScaleResult, compared_groups
from pipeline.report.tables import ShownTable, shown_table


@dataclass(frozen=True, slots=True)
class ChartWithTable:
    """A chart of the programme and its numbers."""

    chart: DotChart | BarChart
    sentence: str
    table: ShownTable
    method: str


@dataclass(frozen=True, slots=True)
class GroupsView:
    """The differences between two groups, or why there are none, and where a gate forbids them."""

    shown: ChartWithTable | None
    absent: str | None
    barred: tuple[str, ...]


def groups_view(programme: Programme, setting: Setting) -> GroupsView:
    """Two groups over the programme, a row a topic."""
    return GroupsView(
        _groups(programme, setting),
        _groups_absent(programme.results, setting),
        _groups_barred(programme, setting),
    )


def _groups(programme: Programme, setting: Setting) -> ChartWithTable | None:
    results = programme.results
    compared = [(result.title, result.groups) for result in results if result.groups]
    if not compared:
        return None
    names = {"first": compared[0][1].first, "second": compared[0][1].second}
    widest = max(_reach(groups.difference) for _, groups in compared)
    limit = max(0.5, -(-widest // 0.5) * 0.5)
    axis = Axis(-limit, limit, (-limit, -limit / 2, 0.0, limit / 2, limit), places=2)
    data = [_gap_datum(title, groups, setting) for title, groups in compared]
    sentence = setting.say("comparative.groups_sentence", **names)
    title = setting.say("comparative.groups_title", **names)
    return ChartWithTable(
        chart=dot_chart("programme-groups", title, sentence, axis, data, setting.numbers),
        sentence=sentence,
        table=_groups_table(programme, setting),
        method=methods_said((groups.difference for _, groups in compared), setting),
    )


def _reach(difference: Estimate) -> float:
    ends = difference.interval or (difference.value, difference.value)
    return max(abs(end) for end in (*ends, difference.value))


def _gap_datum(title: str, groups: GroupDifference, setting: Setting) -> DotDatum:
    difference = groups.difference
    point = Point(difference.value, difference.interval, quiet=not difference.excludes(0.0))
    return DotDatum(title, setting.numbers.signed(difference.value), (point,), reference=0.0)


def _groups_table(programme: Programme, setting: Setting) -> ShownTable:
    """Means and their difference; beside them how often each group answered off the scale."""
    compared = [(result, result.groups) for result in programme.results if result.groups]
    off_scale = [_off_scale(result, programme, setting) for result, _ in compared]
    asked = list(dict.fromkeys(heading for found in off_scale for heading in found))
    none = setting.say("word.not_shown")
    rows = [
        (
            result.title,
            (*_gap_cells(groups, setting), *(found.get(heading, none) for heading in asked)),
        )
        for (result, groups), found in zip(compared, off_scale, strict=True)
    ]
    names = ("topic", "difference", "range")
    topic, difference, likely = (setting.phrases.say(f"column.{name}") for name in names)
    first, second = compared[0][1].first, compared[0][1].second
    headings = [topic, first, second, difference, likely, *asked]
    return shown_table(setting.say("comparative.groups_caption"), headings, rows)


def _off_scale(result: ScaleResult, programme: Programme, setting: Setting) -> dict[str, str]:
    """Share of the most frequent answer off the scale in each group, under its heading."""
    most = _most_frequent(programme.results, setting)
    if most is None:
        return {}
    label = setting.wording.of(most.label)
    found = (
        (group, programme.released.at(f"share_{most.id}", group=group.id, scale=result.scale.id))
        for group in compared_groups(setting.instrument) or ()
    )
    return {
        setting.say(
            "column.code_in_group", answer=label, group=setting.wording.of(group.title)
        ): setting.numbers.percent(share.value)
        for group, share in found
        if share is not None
    }


def _most_frequent(results: Sequence[ScaleResult], setting: Setting) -> SpecialCode | None:
    """The answer off the scale that is given most over all topics; None where none is given."""
    totals = {
        code.id: sum(one.share for r in results for one in r.codes if one.code == code.id)
        for code in setting.instrument.special_codes
    }
    if not totals or max(totals.values()) == 0:
        return None
    most = max(totals, key=lambda code: totals[code])
    return next(code for code in setting.instrument.special_codes if code.id == most)


def _gap_cells(groups: GroupDifference, setting: Setting) -> tuple[str, ...]:
    none = setting.say("word.not_shown")
    means = (groups.first_mean, groups.second_mean)
    return (
        *(setting.numbers.score(mean.value) if mean else none for mean in means),
        setting.numbers.signed(groups.difference.value),
        signed_span(groups.difference.interval, setting),
    )


def _groups_absent(results: Sequence[ScaleResult], setting: Setting) -> str | None:
    if any(result.groups for result in results):
        return None
    asked = compared_groups(setting.instrument) is not None
    return setting.say("comparative.groups_absent" if asked else "comparative.groups_unasked")


def _groups_barred(programme: Programme, setting: Setting) -> tuple[str, ...]:
    """Topics on which the groups may not be set beside each other, with the reason."""
    reasons = barred_by_gates(programme.tables.gates, "groups", setting)
    return tuple(
        setting.say("comparative.groups_barred", topic=r.title, reason=reasons[r.scale.id])
        for r in programme.results
        if r.scale.id in reasons and r.groups is None
    )


def codes_view(results: Sequence[ScaleResult], setting: Setting) -> ChartWithTable | None:
    """The most frequent answer off the scale as bars, and all such answers as a table."""
    by_scale = [(r.title, {code.code: code.share for code in r.codes}) for r in results if r.codes]
    most = _most_frequent(results, setting)
    if most is None:
        return None
    labels = {c.id: setting.wording.of(c.label) for c in setting.instrument.special_codes}
    bars = [(title, shares.get(most.id, 0.0)) for title, shares in by_scale]
    sentence = setting.say("comparative.codes_sentence", answer=labels[most.id])
    title = setting.say("comparative.codes_title", answer=labels[most.id])
    return ChartWithTable(
        chart=bar_chart("programme-codes", title, sentence, bars, setting.numbers),
        sentence=sentence,
        table=_codes_table(by_scale, labels, setting),
        method="",
    )


def _codes_table(
    by_scale: Sequence[tuple[str, Mapping[str, float]]],
    labels: Mapping[str, str],
    setting: Setting,
) -> ShownTable:
    none = setting.say("word.not_shown")
    rows = [
        (
            title,
            [setting.numbers.percent(shares[code]) if code in shares else none for code in labels],
        )
        for title, shares in by_scale
    ]
    headings = [setting.say("column.topic"), *labels.values()]
    return shown_table(setting.say("comparative.codes_caption"), headings, rows)
