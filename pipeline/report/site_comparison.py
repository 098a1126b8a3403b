"""The sites of a programme beside each other on one scale: drawn, and in a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.instrument.model import Scale
from pipeline.report.charts import (
    FunnelChart,
    FunnelDatum,
    FunnelSpread,
    Point,
    StripChart,
    funnel_chart,
    is_outside,
    strip_chart,
)
from pipeline.report.compared_sites import ComparedSite, Comparisons
from pipeline.report.headlines import ends_of
from pipeline.report.pages import Setting
from pipeline.report.short_reasons import in_full, short_reason
from pipeline.report.site_overview import axis_of
from pipeline.report.site_page import SiteEntry
from pipeline.report.site_place import BALANCED, PLAIN
from pipeline.report.site_tables import (
    BAND,
    COUNT,
    THOUSANDTHS,
    Bars,
    SiteTable,
    site_table,
    stretch_of,
)
from pipeline.report.tables import shown_table

SITES_A_CHART = 40
"""Rows of a chart that fit on a page of paper."""

MOST_DRAWN = 3 * SITES_A_CHART
"""Sites that are drawn in charts; the bars of more are drawn in their table."""

MOST_NAMED = 12
"""Sites that a sentence names; of more it tells the number."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """The funnel of a scale with the sentence under it."""

    chart: FunnelChart
    sentence: str


@dataclass(frozen=True, slots=True)
class ScaleView:
    """Everything the page says about the sites on one scale.

    `reason` stands in place of all else where the sites may not be compared or nothing is shown.
    Of very many sites there are no `charts`: their bars stand in the table, which is searched.
    """

    title: str
    reason: str
    funnel: Funnel | None
    charts: tuple[StripChart, ...]
    sentence: str
    low_end: str
    high_end: str
    table: SiteTable | None
    differs: str
    remarks: tuple[str, ...]


# ------------------------------------------------------------------ one scale


@dataclass(frozen=True, slots=True)
class _Row:
    """A site with a mean on the scale, and what its groups with equal weight make of it."""

    label: str
    own: ComparedSite
    mean: float
    balanced: ComparedSite | None


def scale_view(
    scale: Scale, entries: Sequence[SiteEntry], compared: Comparisons, setting: Setting
) -> ScaleView:
    """What is shown of the sites on one scale, sites in the order of `entries`."""
    rows = _rows(scale, entries, compared)
    reason = _reason(scale, rows, compared, setting)
    if reason:
        return _without_numbers(scale, reason, setting)
    low_end, high_end = ends_of(scale.response_scale, setting)
    spread = compared.spreads.get(scale.id)
    centre = spread.centre if spread else None
    are_drawn = len(rows) <= MOST_DRAWN
    return ScaleView(
        title=setting.wording.of(scale.title),
        reason="",
        funnel=_funnel(scale, rows, spread, setting) if spread else None,
        charts=_charts(scale, rows, centre, setting) if are_drawn else (),
        sentence=setting.say("compare.pairs" if _has_pairs(rows) else "compare.own_ranges"),
        low_end=low_end,
        high_end=high_end,
        table=_table(rows, None if are_drawn else _bars(rows, centre, setting), setting),
        differs=_words_that_differ(rows, setting),
        remarks=_remarks(rows, setting),
    )


def _without_numbers(scale: Scale, reason: str, setting: Setting) -> ScaleView:
    title = setting.wording.of(scale.title)
    return ScaleView(title, reason, None, (), "", "", "", None, "", ())


def _rows(scale: Scale, entries: Sequence[SiteEntry], compared: Comparisons) -> tuple[_Row, ...]:
    found = ((entry, compared.sites.get((entry.site, scale.id, PLAIN))) for entry in entries)
    return tuple(
        _Row(entry.label, own, own.mean, compared.sites.get((entry.site, scale.id, BALANCED)))
        for entry, own in found
        if own is not None and own.mean is not None
    )


def _reason(scale: Scale, rows: Sequence[_Row], compared: Comparisons, setting: Setting) -> str:
    """Why nothing is shown on this scale; empty where something is."""
    if scale.id in compared.barred:
        return setting.say("compare.barred", reason=compared.barred[scale.id])
    return "" if rows else setting.say("compare.nothing")


def _has_pairs(rows: Sequence[_Row]) -> bool:
    return all(row.own.pair for row in rows)


# ------------------------------------------------------------------ drawings


def _funnel(
    scale: Scale, rows: Sequence[_Row], spread: FunnelSpread, setting: Setting
) -> Funnel | None:
    data = [FunnelDatum(row.label, row.own.n, row.mean) for row in rows if row.own.n]
    if not data:
        return None
    topic = setting.wording.of(scale.title)
    answers = scale.response_scale
    sentence = _funnel_sentence(data, spread, setting)
    chart = funnel_chart(
        f"funnel-{scale.id.lower()}",
        setting.say("funnel.title", topic=topic),
        setting.say("funnel.description", sentence=sentence),
        setting.say("column.people"),
        data,
        spread,
        (answers.lowest, answers.highest),
        setting.numbers,
    )
    return Funnel(chart, sentence)


def _funnel_sentence(data: Sequence[FunnelDatum], spread: FunnelSpread, setting: Setting) -> str:
    numbers = {
        "sites": setting.numbers.count(len(data)),
        "centre": setting.numbers.decimals(spread.centre, 2),
        "outside": setting.numbers.count(sum(is_outside(one, spread) for one in data)),
        "chance": setting.numbers.count(sum(is_outside(one, spread.of_chance()) for one in data)),
    }
    return setting.say("funnel.sentence", **numbers)


def _charts(
    scale: Scale, rows: Sequence[_Row], centre: float | None, setting: Setting
) -> tuple[StripChart, ...]:
    """A row for each site, in as many charts as paper needs."""
    starts = range(0, len(rows), SITES_A_CHART)
    return tuple(_chart(scale, rows, start, centre, setting) for start in starts)


def _chart(
    scale: Scale, rows: Sequence[_Row], start: int, centre: float | None, setting: Setting
) -> StripChart:
    part = rows[start : start + SITES_A_CHART]
    numbers = {
        "topic": setting.wording.of(scale.title),
        "first": setting.numbers.count(start + 1),
        "last": setting.numbers.count(start + len(part)),
        "total": setting.numbers.count(len(rows)),
    }
    ends = _ends(rows)[start : start + SITES_A_CHART]
    return strip_chart(
        f"sites-{scale.id.lower()}-{start // SITES_A_CHART + 1}",
        setting.say("compare.chart_title", **numbers),
        setting.say("compare.chart_description"),
        axis_of(scale.response_scale),
        [(row.label, Point(row.mean, end)) for row, end in zip(part, ends, strict=True)],
        centre,
        setting.numbers,
    )


def _ends(rows: Sequence[_Row]) -> list[tuple[float, float] | None]:
    """The bars for comparing two sites, or likely ranges where there are none."""
    has_pairs = _has_pairs(rows)
    return [row.own.pair if has_pairs else row.own.interval for row in rows]


def _bars(rows: Sequence[_Row], centre: float | None, setting: Setting) -> Bars:
    """The same as a column of the table, on a line as long as the furthest of them."""
    bars = _ends(rows)
    values = [end for ends in bars if ends for end in ends] + [row.mean for row in rows]
    low, high = math.floor(min(values)), math.ceil(max(values))
    line = (float(low), float(max(high, low + 1)))
    return Bars(
        heading=setting.say(
            "compare.bars",
            low=setting.numbers.decimals(line[0], 0),
            high=setting.numbers.decimals(line[1], 0),
        ),
        centre=None if centre is None else stretch_of((centre, centre), line, THOUSANDTHS).start,
        stretches=tuple(stretch_of(ends, line, THOUSANDTHS) if ends else None for ends in bars),
    )


# ------------------------------------------------------------------ the table


def _table(rows: Sequence[_Row], bars: Bars | None, setting: Setting) -> SiteTable:
    """A row a site; what is not known of any site has no column."""
    of_each = {
        "people": [setting.numbers.count(row.own.n) if row.own.n else "" for row in rows],
        "mean": [setting.numbers.decimals(row.mean, 2) for row in rows],
        "range": [_range(row.own.interval, setting) for row in rows],
        "balanced": [_mean_of(row.balanced, setting) for row in rows],
        "drawn_in": [_drawn_in(row.own, setting) for row in rows],
        "word": [_word(row.own, setting) for row in rows],
        "highest_fifth": [_chance(row.own.top_fifth, setting) for row in rows],
        "lowest_fifth": [_chance(row.own.bottom_fifth, setting) for row in rows],
        "places": [_places(row.own, setting) for row in rows],
    }
    kept = [name for name, cells in of_each.items() if name == "mean" or any(cells)]
    none = setting.say("word.not_shown")
    body = [
        (row.label, [of_each[name][place] or none for name in kept])
        for place, row in enumerate(rows)
    ]
    headings = [setting.say(f"column.{name}") for name in ("site", *kept)]
    words = [place for place, name in enumerate(kept, start=1) if name in ("word", "places")]
    shown = shown_table(setting.say("compare.table_caption"), headings, body, words)
    sorts = {setting.say("column.people"): COUNT, setting.say("column.word"): BAND}
    return site_table(shown, sorts, bars)


def _mean_of(compared: ComparedSite | None, setting: Setting) -> str:
    if compared is None or compared.mean is None:
        return ""
    return setting.numbers.decimals(compared.mean, 2)


def _range(ends: tuple[float, float] | None, setting: Setting) -> str:
    if ends is None:
        return ""
    low, high = (setting.numbers.decimals(end, 2) for end in ends)
    return setting.say("word.span", low=low, high=high)


def _drawn_in(compared: ComparedSite, setting: Setting) -> str:
    if compared.shrunken_mean is None or compared.shrunken is None:
        return ""
    low, high = (setting.numbers.decimals(end, 2) for end in compared.shrunken)
    value = setting.numbers.decimals(compared.shrunken_mean, 2)
    return setting.say("word.with_range", value=value, low=low, high=high)


def _word(compared: ComparedSite, setting: Setting) -> str:
    if compared.band:
        return setting.say(f"band.{compared.band}")
    return short_reason(compared.condition, setting)


def _chance(probability: float | None, setting: Setting) -> str:
    if probability is None:
        return ""
    if probability < 0.005:
        return setting.say("word.under", number=setting.numbers.percent(0.01))
    if probability >= 0.995:
        return setting.say("word.over", number=setting.numbers.percent(0.99))
    return setting.numbers.percent(probability)


def _places(compared: ComparedSite, setting: Setting) -> str:
    if compared.ranks is None:
        return short_reason(compared.rank_condition, setting)
    low, high = (setting.numbers.count(end) for end in compared.ranks)
    return low if low == high else setting.say("word.span", low=low, high=high)


# ------------------------------------------------------------------ below the table


def _words_that_differ(rows: Sequence[_Row], setting: Setting) -> str:
    """The sites whose word hangs on which mean is taken; empty where there are none."""
    differing = [
        setting.say(
            "compare.differs_row",
            site=row.label,
            plain=setting.say(f"band.{row.own.band}"),
            balanced=setting.say(f"band.{row.balanced.band}"),
        )
        for row in rows
        if row.balanced and row.own.band and row.balanced.band
        if row.own.band != row.balanced.band
    ]
    if len(differing) > MOST_NAMED:
        number, total = (setting.numbers.count(len(some)) for some in (differing, rows))
        return setting.say("compare.differs_much", number=number, total=total)
    return setting.say("compare.differs", listed="; ".join(differing)) if differing else ""


def _remarks(rows: Sequence[_Row], setting: Setting) -> tuple[str, ...]:
    without_word = (row.own.condition for row in rows if not row.own.band)
    without_places = (row.own.rank_condition for row in rows if row.own.ranks is None)
    return in_full((*without_word, *without_places), setting)
