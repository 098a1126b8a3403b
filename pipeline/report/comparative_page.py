"""The page for evaluators of a programme: all sites side by side, none of them ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.instrument.model import Scale, Section
from pipeline.report import formatting
from pipeline.report.charts import (
    Axis,
    BarChart,
    DotChart,
    DotDatum,
    Point,
    StripChart,
    bar_chart,
    dot_chart,
    strip_chart,
)
from pipeline.report.estimates import Estimate, Estimates, estimates_of
from pipeline.report.headlines import ends_of, side_of_programme
from pipeline.report.pages import Frame, Link, Setting, frame_of, render, site_address
from pipeline.report.phrases import load_phrases
from pipeline.report.results import (
    GroupDifference,
    ScaleResult,
    compared_groups,
    scale_result,
)
from pipeline.report.site_page import SiteEntry, has_results, site_entries
from pipeline.report.site_profile import Counters, counters
from pipeline.report.site_topics import axis_of, span
from pipeline.report.study import Study
from pipeline.report.tables import ShownTable, shown_table
from pipeline.report.withholding import (
    Withholding,
    apart_from_working_numbers,
    withheld_table,
    withholding_of,
)
from pipeline.report.wording import wording_of

ICC1 = "icc1_anova_n0"
ICC2 = "icc2_anova"
SIDES = {1: "higher", -1: "lower", 0: "like"}


@dataclass(frozen=True, slots=True)
class HeatCell:
    """The mean of a site on a scale, and on which side of the programme its range lies."""

    text: str
    side: str
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A site in the table of all sites."""

    link: Link
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """All sites by all scales of a section."""

    caption: str
    headings: tuple[str, ...]
    programme: tuple[str, ...]
    rows: tuple[HeatRow, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """One scale over all sites."""

    title: str
    chart: StripChart
    low_end: str
    high_end: str
    table: ShownTable
    sentence: str


@dataclass(frozen=True, slots=True)
class ChartWithTable:
    """A chart of the programme and its numbers."""

    chart: DotChart | BarChart
    sentence: str
    table: ShownTable
    method: str


@dataclass(frozen=True, slots=True)
class ComparativePage:
    """Everything that the comparative page shows."""

    frame: Frame
    programme: ShownTable
    method: str
    heat_maps: tuple[HeatMap, ...]
    strips: tuple[Strip, ...]
    groups: ChartWithTable | None
    groups_absent: str | None
    codes: ChartWithTable | None
    counters: tuple[Counters, ...]
    variance: ShownTable
    variance_sentence: str
    absent_sentence: str
    absent: tuple[str, ...]
    withheld: ShownTable | None


@dataclass(frozen=True, slots=True)
class Programme:
    """What the comparative page is made from."""

    released: Estimates
    withheld: Withholding
    sites: Mapping[str, SiteEntry]
    shown: tuple[SiteEntry, ...]
    variance: Estimates


def render_comparative_page(
    released: pd.DataFrame,
    withheld: pd.DataFrame,
    sites: pd.DataFrame,
    variance: pd.DataFrame,
    instrument: Instrument,
    study: Study,
) -> str:
    """The comparative page as HTML.

    Parameters
    ----------
    released, withheld, sites : DataFrame
        As the contracts of these names say.
    variance : DataFrame
        Variance between and within sites, as the contract of estimates says; may be empty.
    instrument : Instrument
        The questionnaire.
    study : Study
        What every report says about the study.
    """
    wording = wording_of(instrument, study)
    setting = Setting(instrument, study, wording, load_phrases(study.language))
    estimates = estimates_of(released, study.wave)
    entries = site_entries(sites)
    programme = Programme(
        released=estimates,
        withheld=withholding_of(withheld, study.wave),
        sites=entries,
        shown=tuple(e for e in entries.values() if has_results(e.site, estimates, instrument)),
        variance=estimates_of(variance, study.wave),
    )
    return render("comparative.html.j2", setting, comparative_page(programme, setting))


def comparative_page(programme: Programme, setting: Setting) -> ComparativePage:
    """Everything that the comparative page shows."""
    scored = [s for s in setting.instrument.sections if s.display == "scores"]
    results = [
        scale_result(setting.instrument, scale, programme.released, setting.wording, None)
        for scale in setting.instrument.scored_scales
    ]
    found = (
        counters(section, None, programme.released, setting)
        for section in setting.instrument.sections
    )
    held = [one for all_held in programme.withheld.by_site.values() for one in all_held]
    return ComparativePage(
        frame=_frame(setting),
        programme=_programme_table(results, programme, setting),
        method=_method((result.own for result in results), setting),
        heat_maps=tuple(_heat_map(section, programme, setting) for section in scored),
        strips=tuple(
            strip
            for section in scored
            for scale in setting.instrument.scales_in(section)
            if (strip := _strip(scale, programme, setting))
        ),
        groups=_groups(results, setting),
        groups_absent=_groups_absent(results, setting),
        codes=_codes(results, setting),
        counters=tuple(view for view in found if view),
        variance=_variance_table(programme, setting),
        variance_sentence=_variance_sentence(programme, setting),
        absent_sentence=_absent_sentence(programme, setting),
        absent=_absent(programme),
        withheld=withheld_table(apart_from_working_numbers(held), setting),
    )


def _frame(setting: Setting) -> Frame:
    names = ("bear", "programme", "map", "strips", "groups", "codes", "variance", "absent")
    contents = tuple(Link(f"#{name}", setting.phrases.say(f"comparative.{name}")) for name in names)
    return frame_of(setting, setting.say("comparative.heading"), contents, root="")


def _programme_table(
    results: Sequence[ScaleResult], programme: Programme, setting: Setting
) -> ShownTable:
    names = ["topic", "mean", "range", "middle_range", "sites", "people"]
    rows = [(result.title, _programme_cells(result, programme, setting)) for result in results]
    headings = [setting.phrases.say(f"column.{name}") for name in names]
    return shown_table(setting.say("comparative.programme_caption"), headings, rows)


def _method(estimates: Iterable[Estimate | None], setting: Setting) -> str:
    """How the estimates were made, as their table says; empty where it does not say."""
    methods = sorted({one.method for one in estimates if one is not None and one.method})
    return setting.say("computed.method", method="; ".join(methods)) if methods else ""


def _programme_cells(
    result: ScaleResult, programme: Programme, setting: Setting
) -> tuple[str, ...]:
    none, own = setting.say("word.not_shown"), result.own
    sites = programme.released.at("n_sites", scale=result.scale.id)
    return (
        formatting.score(own.value) if own else none,
        span(own.interval if own else None, setting),
        span(result.middle_range, setting),
        formatting.count(sites.value) if sites else none,
        none if own is None or own.n is None else formatting.count(own.n),
    )


# ------------------------------------------------------------------ sites side by side


def _heat_map(section: Section, programme: Programme, setting: Setting) -> HeatMap:
    scales = setting.instrument.scales_in(section)
    means = (programme.released.at("mean", scale=scale.id) for scale in scales)
    none = setting.say("word.not_shown")
    return HeatMap(
        caption=setting.say("map.caption", section=setting.wording.of(section.title)),
        headings=tuple(setting.wording.of(scale.title) for scale in scales),
        programme=tuple(formatting.score(mean.value) if mean else none for mean in means),
        rows=tuple(_heat_row(entry, scales, programme, setting) for entry in programme.shown),
    )


def _heat_row(
    entry: SiteEntry, scales: Sequence[Scale], programme: Programme, setting: Setting
) -> HeatRow:
    results = (
        scale_result(setting.instrument, scale, programme.released, setting.wording, entry.site)
        for scale in scales
    )
    cells = tuple(_heat_cell(result, setting) for result in results)
    return HeatRow(Link(site_address(entry.slug), entry.label), cells)


def _heat_cell(result: ScaleResult, setting: Setting) -> HeatCell:
    if result.own is None:
        return HeatCell(setting.say("word.not_shown"), "none", "", "")
    side = side_of_programme(result)
    signs = {1: "\N{BLACK UP-POINTING TRIANGLE}", -1: "\N{BLACK DOWN-POINTING TRIANGLE}", 0: ""}
    words = {1: setting.say("map.higher"), -1: setting.say("map.lower"), 0: ""}
    return HeatCell(formatting.score(result.own.value), SIDES[side], signs[side], words[side])


def _strip(scale: Scale, programme: Programme, setting: Setting) -> Strip | None:
    found = [
        (entry, mean)
        for entry in programme.shown
        if (mean := programme.released.at("mean", site=entry.site, scale=scale.id))
    ]
    if not found:
        return None
    centre = programme.released.at("mean", scale=scale.id)
    title = setting.wording.of(scale.title)
    low_end, high_end = ends_of(scale.response_scale, setting)
    sites = [(entry.label, _strip_point(mean, centre)) for entry, mean in found]
    sentence = _strip_sentence(len(found), centre, setting)
    return Strip(
        title=title,
        chart=strip_chart(
            f"strip-{scale.id.lower()}",
            setting.say("strips.title", topic=title),
            setting.say("strips.description", topic=title, sentence=sentence),
            axis_of(scale.response_scale),
            sites,
            centre.value if centre else None,
        ),
        low_end=low_end,
        high_end=high_end,
        table=_strip_table(found, setting),
        sentence=sentence,
    )


def _strip_point(mean: Estimate, centre: Estimate | None) -> Point:
    quiet = centre is None or not mean.excludes(centre.value)
    return Point(mean.value, mean.interval, quiet=quiet)


def _strip_sentence(number: int, centre: Estimate | None, setting: Setting) -> str:
    sites = formatting.count(number)
    if centre is None:
        return setting.say("strips.sentence_alone", sites=sites)
    mean = formatting.score(centre.value)
    return setting.say("strips.sentence", sites=sites, mean=mean)


def _strip_table(found: Sequence[tuple[SiteEntry, Estimate]], setting: Setting) -> ShownTable:
    none = setting.say("word.not_shown")
    rows = [
        (
            entry.label,
            (
                formatting.score(mean.value),
                span(mean.interval, setting),
                none if mean.n is None else formatting.count(mean.n),
            ),
        )
        for entry, mean in found
    ]
    headings = [
        setting.phrases.say(f"column.{name}") for name in ("site", "mean", "range", "people")
    ]
    return shown_table(setting.say("strips.table_caption"), headings, rows)


# ------------------------------------------------------------------ groups and other answers


def _groups(results: Sequence[ScaleResult], setting: Setting) -> ChartWithTable | None:
    compared = [(result.title, result.groups) for result in results if result.groups]
    if not compared:
        return None
    names = {"first": compared[0][1].first, "second": compared[0][1].second}
    widest = max(_reach(groups.difference) for _, groups in compared)
    limit = max(0.5, -(-widest // 0.5) * 0.5)
    axis = Axis(-limit, limit, (-limit, -limit / 2, 0.0, limit / 2, limit), places=2)
    data = [_gap_datum(title, groups) for title, groups in compared]
    sentence = setting.say("comparative.groups_sentence", **names)
    title = setting.say("comparative.groups_title", **names)
    return ChartWithTable(
        chart=dot_chart("programme-groups", title, sentence, axis, data),
        sentence=sentence,
        table=_groups_table(compared, setting),
        method=_method((groups.difference for _, groups in compared), setting),
    )


def _reach(difference: Estimate) -> float:
    ends = difference.interval or (difference.value, difference.value)
    return max(abs(end) for end in (*ends, difference.value))


def _gap_datum(title: str, groups: GroupDifference) -> DotDatum:
    difference = groups.difference
    point = Point(difference.value, difference.interval, quiet=not difference.excludes(0.0))
    return DotDatum(title, formatting.signed(difference.value), (point,), reference=0.0)


def _groups_table(compared: Sequence[tuple[str, GroupDifference]], setting: Setting) -> ShownTable:
    first, second = compared[0][1].first, compared[0][1].second
    rows = [(title, _gap_cells(groups, setting)) for title, groups in compared]
    names = ("topic", "difference", "range")
    topic, difference, likely = (setting.phrases.say(f"column.{name}") for name in names)
    headings = [topic, first, second, difference, likely]
    return shown_table(setting.say("comparative.groups_caption"), headings, rows)


def _gap_cells(groups: GroupDifference, setting: Setting) -> tuple[str, ...]:
    none = setting.say("word.not_shown")
    means = (groups.first_mean, groups.second_mean)
    interval = groups.difference.interval
    likely = none
    if interval:
        low, high = (formatting.signed(end) for end in interval)
        likely = setting.say("word.span", low=low, high=high)
    return (
        *(formatting.score(mean.value) if mean else none for mean in means),
        formatting.signed(groups.difference.value),
        likely,
    )


def _groups_absent(results: Sequence[ScaleResult], setting: Setting) -> str | None:
    if any(result.groups for result in results):
        return None
    asked = compared_groups(setting.instrument) is not None
    return setting.say("comparative.groups_absent" if asked else "comparative.groups_unasked")


def _codes(results: Sequence[ScaleResult], setting: Setting) -> ChartWithTable | None:
    """The most frequent answer off the scale as bars, and all such answers as a table."""
    by_scale = [(r.title, {code.code: code.share for code in r.codes}) for r in results if r.codes]
    totals = {
        code.id: sum(shares.get(code.id, 0.0) for _, shares in by_scale)
        for code in setting.instrument.special_codes
    }
    if not by_scale or max(totals.values()) == 0:
        return None
    most = max(totals, key=lambda code: totals[code])
    labels = {c.id: setting.wording.of(c.label) for c in setting.instrument.special_codes}
    bars = [(title, shares.get(most, 0.0)) for title, shares in by_scale]
    sentence = setting.say("comparative.codes_sentence", answer=labels[most])
    title = setting.say("comparative.codes_title", answer=labels[most])
    return ChartWithTable(
        chart=bar_chart("programme-codes", title, sentence, bars),
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
        (title, [formatting.percent(shares[code]) if code in shares else none for code in labels])
        for title, shares in by_scale
    ]
    headings = [setting.say("column.topic"), *labels.values()]
    return shown_table(setting.say("comparative.codes_caption"), headings, rows)


# ------------------------------------------------------------------ variance, absent sites


def _variance_table(programme: Programme, setting: Setting) -> ShownTable:
    rows = [
        (setting.wording.of(scale.title), _variance_cells(scale, programme.variance, setting))
        for scale in setting.instrument.scored_scales
    ]
    names = ["topic", "icc1", "range", "icc2", "sites"]
    headings = [setting.phrases.say(f"column.{name}") for name in names]
    return shown_table(setting.say("comparative.variance_caption"), headings, rows)


def _variance_cells(scale: Scale, variance: Estimates, setting: Setting) -> tuple[str, ...]:
    none = setting.say("word.not_computed")
    between, means = variance.at(ICC1, scale=scale.id), variance.at(ICC2, scale=scale.id)
    sites = variance.at("n_groups", scale=scale.id)
    interval = between.interval if between else None
    likely = none
    if interval:
        low, high = (formatting.coefficient(end) for end in interval)
        likely = setting.say("word.span", low=low, high=high)
    return (
        formatting.coefficient(between.value) if between else none,
        likely,
        formatting.coefficient(means.value) if means else none,
        formatting.count(sites.value) if sites else none,
    )


def _variance_sentence(programme: Programme, setting: Setting) -> str:
    found = [
        estimate.value
        for scale in setting.instrument.scored_scales
        if (estimate := programme.variance.at(ICC1, scale=scale.id))
    ]
    if not found:
        return setting.say("comparative.variance_absent")
    low, high = (formatting.percent(max(0.0, end)) for end in (min(found), max(found)))
    return setting.say("comparative.variance_sentence", low=low, high=high)


def _absent(programme: Programme) -> tuple[str, ...]:
    shown = {entry.site for entry in programme.shown}
    return tuple(entry.label for entry in programme.sites.values() if entry.site not in shown)


def _absent_sentence(programme: Programme, setting: Setting) -> str:
    absent = _absent(programme)
    total = formatting.count(len(programme.sites))
    if not absent:
        return setting.say("absent.none", total=total)
    return setting.say(
        "absent.some",
        number=formatting.count(len(absent)),
        total=total,
        minimum=formatting.count(setting.study.minimum_n),
    )
