"""The page for evaluators of a programme: all sites side by side, none of them ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.instrument.model import Scale, Section, SpecialCode
from pipeline.report.charts import (
    Axis,
    BarChart,
    DotChart,
    DotDatum,
    Point,
    bar_chart,
    dot_chart,
)
from pipeline.report.estimates import Estimate, Estimates, estimates_of
from pipeline.report.pages import Frame, Link, Setting, frame_of, render, site_address
from pipeline.report.phrases import load_phrases
from pipeline.report.programme_change import ProgrammeChange, programme_change
from pipeline.report.programme_clusters import ClusterView, clusters_view
from pipeline.report.programme_response import ProgrammeResponse, programme_response
from pipeline.report.results import (
    GroupDifference,
    ScaleResult,
    compared_groups,
    scale_result,
)
from pipeline.report.site_comparison import (
    Comparisons,
    ScaleView,
    barred_by_gates,
    comparisons_of,
    scale_view,
)
from pipeline.report.site_map import HeatCell, HeatMap, HeatRow, marked_cell
from pipeline.report.site_page import SiteEntry, has_results, site_entries
from pipeline.report.site_place import PLAIN
from pipeline.report.site_profile import Counters, counters
from pipeline.report.site_topics import span
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


@dataclass(frozen=True, slots=True)
class ProgrammeTables:
    """Tables about sites, groups and survey rounds beside each other, each by its contract.

    Attributes
    ----------
    site_comparisons, scale_comparisons, gates, site_changes, response, clusters : DataFrame
        By the contracts of these names; each may be empty.
    """

    site_comparisons: pd.DataFrame
    scale_comparisons: pd.DataFrame
    gates: pd.DataFrame
    site_changes: pd.DataFrame
    response: pd.DataFrame
    clusters: pd.DataFrame


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
    views: tuple[ScaleView, ...]
    groups: ChartWithTable | None
    groups_absent: str | None
    groups_barred: tuple[str, ...]
    codes: ChartWithTable | None
    counters: tuple[Counters, ...]
    change: ProgrammeChange | None
    response: ProgrammeResponse | None
    clusters: ClusterView | None
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
    compared: Comparisons
    tables: ProgrammeTables


def render_comparative_page(
    released: pd.DataFrame,
    withheld: pd.DataFrame,
    sites: pd.DataFrame,
    variance: pd.DataFrame,
    tables: ProgrammeTables,
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
    tables : ProgrammeTables
        Sites, groups and survey rounds beside each other.
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
        compared=comparisons_of(
            tables.site_comparisons, tables.scale_comparisons, tables.gates, setting
        ),
        tables=tables,
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
    everyone = tuple(programme.sites.values())
    change = _change(results, programme, setting)
    response = programme_response(programme.tables.response, everyone, setting)
    clusters = clusters_view(programme.tables.clusters, results, setting)
    parts = {"change": change, "response": response, "clusters": clusters}
    return ComparativePage(
        frame=_frame({name for name, part in parts.items() if part}, setting),
        programme=_programme_table(results, programme, setting),
        method=_method((result.own for result in results), setting),
        heat_maps=tuple(_heat_map(section, programme, setting) for section in scored),
        views=tuple(
            scale_view(scale, programme.shown, programme.compared, setting)
            for section in scored
            for scale in setting.instrument.scales_in(section)
            if scale.has_score
        ),
        groups=_groups(results, programme, setting),
        groups_absent=_groups_absent(results, setting),
        groups_barred=_groups_barred(results, programme, setting),
        codes=_codes(results, setting),
        counters=tuple(view for view in found if view),
        change=change,
        response=response,
        clusters=clusters,
        variance=_variance_table(programme, setting),
        variance_sentence=_variance_sentence(programme, setting),
        absent_sentence=_absent_sentence(programme, setting),
        absent=_absent(programme),
        withheld=withheld_table(apart_from_working_numbers(held), setting),
    )


def _change(
    results: Sequence[ScaleResult], programme: Programme, setting: Setting
) -> ProgrammeChange | None:
    """Change of the programme on all scales, and of sites on those on which they are compared."""
    sections = (one for one in setting.instrument.sections if one.display == "scores")
    scored = {scale for section in sections for scale in section.scale_ids}
    comparable = [
        result
        for result in results
        if result.scale.id in scored and result.scale.id not in programme.compared.barred
    ]
    changes = programme.tables.site_changes
    return programme_change(changes, results, comparable, programme.shown, setting)


PARTS = (
    "bear",
    "programme",
    "map",
    "sites",
    "groups",
    "codes",
    "change",
    "response",
    "clusters",
    "variance",
    "absent",
)
"""Parts of the page in their order; those of NOT_ALWAYS are left out where there is nothing."""

NOT_ALWAYS = ("change", "response", "clusters")


def _frame(there: Set[str], setting: Setting) -> Frame:
    names = (name for name in PARTS if name in there or name not in NOT_ALWAYS)
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
        setting.numbers.score(own.value) if own else none,
        span(own.interval if own else None, setting),
        span(result.middle_range, setting),
        setting.numbers.count(sites.value) if sites else none,
        none if own is None or own.n is None else setting.numbers.count(own.n),
    )


# ------------------------------------------------------------------ sites side by side


def _heat_map(section: Section, programme: Programme, setting: Setting) -> HeatMap:
    scales = [scale for scale in setting.instrument.scales_in(section) if scale.has_score]
    means = (programme.released.at("mean", scale=scale.id) for scale in scales)
    none = setting.say("word.not_shown")
    return HeatMap(
        caption=setting.say("map.caption", section=setting.wording.of(section.title)),
        headings=tuple(setting.wording.of(scale.title) for scale in scales),
        programme=tuple(setting.numbers.score(mean.value) if mean else none for mean in means),
        rows=tuple(_heat_row(entry, scales, programme, setting) for entry in programme.shown),
    )


def _heat_row(
    entry: SiteEntry, scales: Sequence[Scale], programme: Programme, setting: Setting
) -> HeatRow:
    cells = tuple(_heat_cell(entry, scale, programme, setting) for scale in scales)
    return HeatRow(Link(site_address(entry.slug), entry.label), cells)


def _heat_cell(entry: SiteEntry, scale: Scale, programme: Programme, setting: Setting) -> HeatCell:
    """The mean of a site, marked where its word is higher or lower; none where gates are closed."""
    if scale.id in programme.compared.barred:
        return HeatCell(setting.say("untold.gate_closed"), "none", "", "")
    mean = programme.released.at("mean", site=entry.site, scale=scale.id)
    if mean is None:
        return HeatCell(setting.say("word.not_shown"), "none", "", "")
    compared = programme.compared.sites.get((entry.site, scale.id, PLAIN))
    side = compared.side if compared else 0
    words = {1: setting.say("map.higher"), -1: setting.say("map.lower"), 0: ""}
    return marked_cell(setting.numbers.score(mean.value), side, words[side])


# ------------------------------------------------------------------ groups and other answers


def _groups(
    results: Sequence[ScaleResult], programme: Programme, setting: Setting
) -> ChartWithTable | None:
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
        table=_groups_table(results, programme, setting),
        method=_method((groups.difference for _, groups in compared), setting),
    )


def _reach(difference: Estimate) -> float:
    ends = difference.interval or (difference.value, difference.value)
    return max(abs(end) for end in (*ends, difference.value))


def _gap_datum(title: str, groups: GroupDifference, setting: Setting) -> DotDatum:
    difference = groups.difference
    point = Point(difference.value, difference.interval, quiet=not difference.excludes(0.0))
    return DotDatum(title, setting.numbers.signed(difference.value), (point,), reference=0.0)


def _groups_table(
    results: Sequence[ScaleResult], programme: Programme, setting: Setting
) -> ShownTable:
    """Means and their difference; beside them how often each group answered off the scale."""
    compared = [(result, result.groups) for result in results if result.groups]
    off_scale = [_off_scale(result, results, programme, setting) for result, _ in compared]
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


def _off_scale(
    result: ScaleResult, results: Sequence[ScaleResult], programme: Programme, setting: Setting
) -> dict[str, str]:
    """Share of the most frequent answer off the scale in each group, under its heading."""
    most = _most_frequent(results, setting)
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
    interval = groups.difference.interval
    likely = none
    if interval:
        low, high = (setting.numbers.signed(end) for end in interval)
        likely = setting.say("word.span", low=low, high=high)
    return (
        *(setting.numbers.score(mean.value) if mean else none for mean in means),
        setting.numbers.signed(groups.difference.value),
        likely,
    )


def _groups_absent(results: Sequence[ScaleResult], setting: Setting) -> str | None:
    if any(result.groups for result in results):
        return None
    asked = compared_groups(setting.instrument) is not None
    return setting.say("comparative.groups_absent" if asked else "comparative.groups_unasked")


def _groups_barred(
    results: Sequence[ScaleResult], programme: Programme, setting: Setting
) -> tuple[str, ...]:
    """Topics on which the groups may not be set beside each other, with the reason."""
    reasons = barred_by_gates(programme.tables.gates, "groups", setting)
    return tuple(
        setting.say("comparative.groups_barred", topic=r.title, reason=reasons[r.scale.id])
        for r in results
        if r.scale.id in reasons and r.groups is None
    )


def _codes(results: Sequence[ScaleResult], setting: Setting) -> ChartWithTable | None:
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
        low, high = (setting.numbers.coefficient(end) for end in interval)
        likely = setting.say("word.span", low=low, high=high)
    return (
        setting.numbers.coefficient(between.value) if between else none,
        likely,
        setting.numbers.coefficient(means.value) if means else none,
        setting.numbers.count(sites.value) if sites else none,
    )


def _variance_sentence(programme: Programme, setting: Setting) -> str:
    found = [
        estimate.value
        for scale in setting.instrument.scored_scales
        if (estimate := programme.variance.at(ICC1, scale=scale.id))
    ]
    if not found:
        return setting.say("comparative.variance_absent")
    low, high = (setting.numbers.percent(max(0.0, end)) for end in (min(found), max(found)))
    return setting.say("comparative.variance_sentence", low=low, high=high)


def _absent(programme: Programme) -> tuple[str, ...]:
    shown = {entry.site for entry in programme.shown}
    return tuple(entry.label for entry in programme.sites.values() if entry.site not in shown)


def _absent_sentence(programme: Programme, setting: Setting) -> str:
    absent = _absent(programme)
    total = setting.numbers.count(len(programme.sites))
    if not absent:
        return setting.say("absent.none", total=total)
    return setting.say(
        "absent.some",
        number=setting.numbers.count(len(absent)),
        total=total,
        minimum=setting.numbers.count(setting.study.minimum_n),
    )
