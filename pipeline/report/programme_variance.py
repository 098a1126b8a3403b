"""How much of the differences in answers goes with the site, and how much with the person."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.instrument.model import Scale
from pipeline.report.charts import Axis, DotChart, DotDatum, Point, dot_chart
from pipeline.report.estimates import Estimate, Estimates
from pipeline.report.pages import Setting
from pipeline.report.programme import Programme, methods_said
from pipeline.report.tables import ShownTable, shown_table

ICC1 = "icc1_anova_n0"
ICC2 = "icc2_anova"
WIDEST = (0.25, 0.5, 1.0)
"""Ends of the axis: the smallest that holds every likely range is taken."""


@dataclass(frozen=True, slots=True)
class VarianceView:
    """Shares of the variance between sites as dots and as a table, and a sentence over them."""

    sentence: str
    chart: DotChart | None
    table: ShownTable
    method: str


def variance_view(programme: Programme, setting: Setting) -> VarianceView:
    """Variance between and within sites, a row a topic."""
    found = [
        (setting.wording.of(scale.title), share)
        for scale in setting.instrument.scored_scales
        if (share := programme.variance.at(ICC1, scale=scale.id))
    ]
    return VarianceView(
        sentence=_sentence([share for _, share in found], setting),
        chart=_chart(found, setting) if found else None,
        table=_table(programme.variance, setting),
        method=methods_said((share for _, share in found), setting),
    )


def _sentence(found: list[Estimate], setting: Setting) -> str:
    if not found:
        return setting.say("comparative.variance_absent")
    values = [share.value for share in found]
    low, high = (setting.numbers.percent(max(0.0, end)) for end in (min(values), max(values)))
    return setting.say("comparative.variance_sentence", low=low, high=high)


def _chart(found: list[tuple[str, Estimate]], setting: Setting) -> DotChart:
    furthest = max(share.interval[1] if share.interval else share.value for _, share in found)
    high = next((end for end in WIDEST if furthest <= end), WIDEST[-1])
    axis = Axis(0.0, high, (0.0, high / 2, high), places=3 if high == WIDEST[0] else 2)
    data = [
        DotDatum(title, setting.numbers.coefficient(share.value), (_point(share),))
        for title, share in found
    ]
    return dot_chart(
        "programme-variance",
        setting.say("comparative.variance_title"),
        setting.say("comparative.variance_description"),
        axis,
        data,
        setting.numbers,
    )


def _point(share: Estimate) -> Point:
    """Hollow where the likely range takes in zero."""
    return Point(share.value, share.interval, quiet=not share.excludes(0.0))


def _table(variance: Estimates, setting: Setting) -> ShownTable:
    rows = [
        (setting.wording.of(scale.title), _cells(scale, variance, setting))
        for scale in setting.instrument.scored_scales
    ]
    names = ["topic", "icc1", "range", "icc2", "sites"]
    headings = [setting.phrases.say(f"column.{name}") for name in names]
    return shown_table(setting.say("comparative.variance_caption"), headings, rows)


def _cells(scale: Scale, variance: Estimates, setting: Setting) -> tuple[str, ...]:
    none = setting.say("word.not_computed")
    between, means = variance.at(ICC1, scale=scale.id), variance.at(ICC2, scale=scale.id)
    sites = variance.at("n_groups", scale=scale.id)
    likely = none
    if between and between.interval:
        low, high = (setting.numbers.coefficient(end) for end in between.interval)
        likely = setting.say("word.span", low=low, high=high)
    return (
        setting.numbers.coefficient(between.value) if between else none,
        likely,
        setting.numbers.coefficient(means.value) if means else none,
        setting.numbers.count(sites.value) if sites else none,
    )
