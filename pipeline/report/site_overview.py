"""The means of several scales beside each other, as a chart and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.instrument.model import ResponseScale
from pipeline.report.charts import Axis, DotChart, DotDatum, Point, dot_chart
from pipeline.report.headlines import ends_of
from pipeline.report.pages import Setting
from pipeline.report.results import ResultGroup, ScaleResult
from pipeline.report.site_place import BALANCED, Places
from pipeline.report.tables import ShownTable, shown_table


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


def axis_of(answers: ResponseScale) -> Axis:
    """The axis of a response scale, a tick an answer."""
    return Axis(answers.lowest, answers.highest, tuple(float(value) for value in answers.values))


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
