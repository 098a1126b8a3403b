"""The sites of a programme beside each other on one scale: drawn, and in a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

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
from pipeline.report.headlines import ends_of
from pipeline.report.pages import Setting
from pipeline.report.short_reasons import in_full, short_reason
from pipeline.report.site_page import SiteEntry
from pipeline.report.site_place import BALANCED, HIGHER, LOWER, PLAIN
from pipeline.report.site_topics import axis_of
from pipeline.report.tables import ShownTable, shown_table
from pipeline.report.withholding import reason as reason_of
from pipeline.tables import GATE_FORBIDS

SITES_A_CHART = 40
"""Rows of a chart that fit on a page of paper."""

MOST_NAMED = 12
"""Sites that a sentence names; of more it tells the number."""


@dataclass(frozen=True, slots=True)
class ComparedSite:
    """A mean of a site with what tells it from others; None where it is not told.

    Attributes
    ----------
    n, mean : float or None
        People behind the mean, rounded, and the mean.
    interval, pair, shrunken : (float, float) or None
        Interval of the mean by itself; one for comparing two sites; that of the shrunken mean.
    shrunken_mean : float or None
        The mean drawn towards that of the programme.
    band : str
        The place in a word; empty where there is none.
    condition : str
        Why there is no word; empty where nothing is to be said.
    top_fifth, bottom_fifth : float or None
        Chances of being among the highest and the lowest fifth of the sites.
    ranks : (float, float) or None
        Interval of the rank; 1 is the highest mean.
    rank_condition : str
        Why there is no such interval.
    """

    n: float | None
    mean: float | None
    interval: tuple[float, float] | None
    pair: tuple[float, float] | None
    shrunken_mean: float | None
    shrunken: tuple[float, float] | None
    band: str
    condition: str
    top_fifth: float | None
    bottom_fifth: float | None
    ranks: tuple[float, float] | None
    rank_condition: str

    @property
    def side(self) -> int:
        """1 or -1 where the word is higher or lower, else 0."""
        return (self.band in HIGHER) - (self.band in LOWER)


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The tables of comparison of one survey round, looked up by what they are about.

    Attributes
    ----------
    sites : mapping of (site, scale, basis) to ComparedSite
        From SITE_COMPARISONS.
    spreads : mapping of str to FunnelSpread
        How far sites lie apart by scale, basis plain, from SCALE_COMPARISONS.
    barred : mapping of str to str
        For each scale on which sites may not be compared: the reasons of its closed gates.
    """

    sites: Mapping[tuple[str, str, str], ComparedSite]
    spreads: Mapping[str, FunnelSpread]
    barred: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Funnel:
    """The funnel of a scale with the sentence under it."""

    chart: FunnelChart
    sentence: str


@dataclass(frozen=True, slots=True)
class ScaleView:
    """Everything the page says about the sites on one scale.

    `reason` stands in place of all else where the sites may not be compared or nothing is shown.
    """

    title: str
    reason: str
    funnel: Funnel | None
    charts: tuple[StripChart, ...]
    sentence: str
    low_end: str
    high_end: str
    table: ShownTable | None
    differs: str
    remarks: tuple[str, ...]


# ------------------------------------------------------------------ reading the tables


def comparisons_of(
    sites: pd.DataFrame, scales: pd.DataFrame, gates: pd.DataFrame, setting: Setting
) -> Comparisons:
    """The comparisons of the survey round of a study; the order of rows does not matter.

    Parameters
    ----------
    sites, scales, gates : DataFrame
        By the contracts SITE_COMPARISONS, SCALE_COMPARISONS and GATES.
    setting : Setting
        Has the survey round, and the words for the reasons of gates.
    """
    wave = setting.study.wave
    return Comparisons(
        sites={
            (str(row["site"]), str(row["scale"]), str(row["basis"])): _compared_site(row)
            for row in _records(sites, wave)
        },
        spreads=dict(_spreads(scales, wave)),
        barred=barred_by_gates(gates, "sites", setting),
    )


def _records(frame: pd.DataFrame, wave: str) -> list[dict[str, object]]:
    own = frame[frame["wave"] == wave]
    plain = own.astype(object).where(own.notna(), None)
    return [{str(name): cell for name, cell in row.items()} for row in plain.to_dict("records")]


def _compared_site(row: Mapping[str, object]) -> ComparedSite:
    return ComparedSite(
        n=_number(row["n_respondents"]),
        mean=_number(row["mean"]),
        interval=_ends(row, "ci_low", "ci_high"),
        pair=_ends(row, "pair_low", "pair_high"),
        shrunken_mean=_number(row["shrunken_mean"]),
        shrunken=_ends(row, "shrunken_low", "shrunken_high"),
        band=str(row["band"] or ""),
        condition=str(row["condition"] or ""),
        top_fifth=_number(row["top_fifth"]),
        bottom_fifth=_number(row["bottom_fifth"]),
        ranks=_ends(row, "rank_low", "rank_high"),
        rank_condition=str(row["rank_condition"] or ""),
    )


def _number(cell: object) -> float | None:
    return None if cell is None else float(str(cell))


def _ends(row: Mapping[str, object], low: str, high: str) -> tuple[float, float] | None:
    ends = _number(row[low]), _number(row[high])
    return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])


def _spreads(scales: pd.DataFrame, wave: str) -> Iterator[tuple[str, FunnelSpread]]:
    for row in _records(scales, wave):
        centre, within, added = (
            _number(row[name]) for name in ("centre", "variance_within", "variance_added")
        )
        if row["basis"] == PLAIN and None not in (centre, within, added):
            yield str(row["scale"]), FunnelSpread(centre or 0.0, within or 0.0, added or 0.0)


def barred_by_gates(gates: pd.DataFrame, comparison: str, setting: Setting) -> dict[str, str]:
    """For each scale on which a comparison is forbidden: why, for each of its closed gates.

    Parameters
    ----------
    gates : DataFrame
        By the contract GATES.
    comparison : str
        What is compared: sites, groups or waves, as in GATE_FORBIDS.
    setting : Setting
        Has the survey round and the words. The numbers behind a verdict stand on the technical
        page.
    """
    closed = {
        (str(row["scale"]), str(row["gate"]))
        for row in _records(gates, setting.study.wave)
        if row["verdict"] == "closed"
    }
    reasons: dict[str, list[str]] = {}
    for gate, forbidden in GATE_FORBIDS.items():
        for scale, name in sorted(closed):
            if name == gate and comparison in forbidden:
                reasons.setdefault(scale, []).append(reason_of(f"gate_{gate}", setting))
    return {scale: " ".join(dict.fromkeys(found)) for scale, found in reasons.items()}


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
    return ScaleView(
        title=setting.wording.of(scale.title),
        reason="",
        funnel=_funnel(scale, rows, spread, setting) if spread else None,
        charts=_charts(scale, rows, spread, setting),
        sentence=setting.say("compare.pairs" if _has_pairs(rows) else "compare.own_ranges"),
        low_end=low_end,
        high_end=high_end,
        table=_table(rows, setting),
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
    scale: Scale, rows: Sequence[_Row], spread: FunnelSpread | None, setting: Setting
) -> tuple[StripChart, ...]:
    """A row for each site, in as many charts as paper needs."""
    starts = range(0, len(rows), SITES_A_CHART)
    return tuple(
        _chart(scale, rows, start, spread.centre if spread else None, setting) for start in starts
    )


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
    ends = [(row.own.pair if _has_pairs(rows) else row.own.interval) for row in part]
    return strip_chart(
        f"sites-{scale.id.lower()}-{start // SITES_A_CHART + 1}",
        setting.say("compare.chart_title", **numbers),
        setting.say("compare.chart_description"),
        axis_of(scale.response_scale),
        [(row.label, Point(row.mean, end)) for row, end in zip(part, ends, strict=True)],
        centre,
        setting.numbers,
    )


# ------------------------------------------------------------------ the table


def _table(rows: Sequence[_Row], setting: Setting) -> ShownTable:
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
    return shown_table(setting.say("compare.table_caption"), headings, body, words)


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
