"""Change since earlier survey rounds, of the programme and of its sites beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.report.pages import Link, Setting, site_address
from pipeline.report.results import ScaleResult
from pipeline.report.short_reasons import in_full, short_reason
from pipeline.report.site_change import (
    BALANCED,
    LINKED,
    PLAIN,
    Change,
    Changes,
    ChangeView,
    changes_by_site,
    changes_since,
)
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
from pipeline.report.site_tables import (
    HUNDREDTHS,
    SIDE,
    VERDICT,
    Column,
    SiteTable,
    is_long,
    site_table,
    stretch_of,
)
from pipeline.report.tables import shown_table

PROGRAMME = ""
"""Stands for the programme among the ids of sites, none of which is empty."""

SIDES = {"higher": 1, "lower": -1}


@dataclass(frozen=True, slots=True)
class SitesSince:
    """Change at the sites since one earlier round: all at a glance, and a table for each topic."""

    title: str
    overview: HeatMap
    tables: tuple[SiteTable, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeChange:
    """Change of the programme and of its sites; `absent` is said where there is nothing."""

    programme: tuple[ChangeView, ...]
    sites: tuple[SitesSince, ...]
    absent: str


ChangesBySite = Mapping[str, Changes]


def programme_change(
    table: pd.DataFrame,
    results: Sequence[ScaleResult],
    comparable: Sequence[ScaleResult],
    entries: Sequence[SiteEntry],
    setting: Setting,
) -> ProgrammeChange | None:
    """Change since each earlier round, the latest first; None for a study of one round.

    Parameters
    ----------
    table : DataFrame
        By the contract SITE_CHANGES.
    results : sequence of ScaleResult
        The scales of the programme, in the order of the questionnaire.
    comparable : sequence of ScaleResult
        Those on which sites may stand beside each other.
    entries : sequence of SiteEntry
        The sites that are shown, in their order.
    setting : Setting
        What the making of any page needs.
    """
    study = setting.study
    if not study.earlier_waves:
        return None
    named = table.assign(site=table["site"].astype(object).fillna(PROGRAMME))
    changes = changes_by_site(named, study.wave)
    programme = changes_since(results, changes.get(PROGRAMME, {}), setting)
    found = (
        _sites_since(wave, changes, comparable, entries, setting)
        for wave in reversed(study.earlier_waves)
    )
    sites = tuple(view for view in found if view)
    absent = "" if programme or sites else setting.say("comparative.change_absent")
    return ProgrammeChange(programme, sites, absent)


def _sites_since(
    wave: str,
    changes: ChangesBySite,
    results: Sequence[ScaleResult],
    entries: Sequence[SiteEntry],
    setting: Setting,
) -> SitesSince | None:
    told = [
        entry
        for entry in entries
        if any(
            (change := _change(changes, entry.site, wave, result, PLAIN))
            and change.change is not None
            for result in results
        )
    ]
    if not told:
        return None
    return SitesSince(
        title=setting.say("comparative.sites_since", wave=wave),
        overview=_overview(wave, changes, results, told, setting),
        tables=tuple(
            _table(wave, changes, result, rows, setting)
            for result in results
            if (rows := _rows(wave, changes, result, told))
        ),
        remarks=in_full(_conditions(wave, changes, results, told), setting),
    )


def _change(
    changes: ChangesBySite, site: str, wave: str, result: ScaleResult, basis: str
) -> Change | None:
    return changes.get(site, {}).get((wave, result.scale.id, basis))


# ------------------------------------------------------------------ all at a glance


def _overview(
    wave: str,
    changes: ChangesBySite,
    results: Sequence[ScaleResult],
    told: Sequence[SiteEntry],
    setting: Setting,
) -> HeatMap:
    own = [_change(changes, PROGRAMME, wave, result, PLAIN) for result in results]
    of_sites = {
        entry.site: [_change(changes, entry.site, wave, result, PLAIN) for result in results]
        for entry in told
    }
    every = (one for found in of_sites.values() for one in found)
    reach = reach_of((one.interval, 0.0) for one in every if one and one.interval)
    return HeatMap(
        caption=setting.say("comparative.sites_since_caption", wave=wave),
        facts=(),
        topics=tuple(Column(result.title, SIDE) for result in results),
        whole_facts=(),
        whole=tuple(_cell(change, reach, setting).text for change in own),
        rows=tuple(
            HeatRow(
                Link(site_address(entry.slug), entry.label),
                (),
                tuple(_cell(change, reach, setting) for change in of_sites[entry.site]),
            )
            for entry in told
        ),
        is_long=is_long(told),
    )


def _cell(change: Change | None, reach: float, setting: Setting) -> HeatCell:
    """A change over its likely range, on a line that has no change in its middle."""
    if change is None or change.change is None:
        why = short_reason(change.condition if change else "", setting)
        return untold_cell(why or setting.say("word.not_shown"))
    side, ends = SIDES.get(change.verdict, 0), change.interval
    return marked_cell(
        setting.numbers.signed(change.change, 2),
        side,
        setting.say(f"verdict.{change.verdict}") if side else "",
        is_apart=ends is not None and not ends[0] <= 0 <= ends[1],
        stretch=stretch_of(ends, around(0.0, reach), HUNDREDTHS) if ends else None,
    )


# ------------------------------------------------------------------ a table a topic


@dataclass(frozen=True, slots=True)
class _Row:
    """What is told of change at one site on one scale."""

    label: str
    plain: Change
    balanced: Change | None
    linked: Change | None


def _rows(
    wave: str, changes: ChangesBySite, result: ScaleResult, told: Sequence[SiteEntry]
) -> list[_Row]:
    rows = []
    for entry in told:
        plain, balanced, linked = (
            _change(changes, entry.site, wave, result, basis) for basis in (PLAIN, BALANCED, LINKED)
        )
        if plain is not None and plain.change is not None:
            rows.append(_Row(entry.label, plain, balanced, linked))
    return rows


def _table(
    wave: str,
    changes: ChangesBySite,
    result: ScaleResult,
    rows: Sequence[_Row],
    setting: Setting,
) -> SiteTable:
    """A row a site; what is not known of any site has no column."""
    of_each = {
        "before": [_mean(row.plain.before, setting) for row in rows],
        "now": [_mean(row.plain.now, setting) for row in rows],
        "change": [_signed(row.plain, setting) for row in rows],
        "range": [_range(row.plain, setting) for row in rows],
        "verdict": [_verdict(row.plain, setting) for row in rows],
        "change_balanced": [_signed(row.balanced, setting) for row in rows],
        "change_linked": [_linked(row.linked, setting) for row in rows],
    }
    kept = [name for name, cells in of_each.items() if any(cells)]
    none = setting.say("word.not_shown")
    body = [
        (row.label, [of_each[name][place] or none for name in kept])
        for place, row in enumerate(rows)
    ]
    headings = [setting.say(f"column.{name}") for name in ("site", *kept)]
    caption = setting.say("comparative.since_caption", topic=result.title, wave=wave)
    words = [place for place, name in enumerate(kept, start=1) if name == "verdict"]
    shown = shown_table(caption, headings, body, words)
    return site_table(shown, {setting.say("column.verdict"): VERDICT})


def _mean(value: float | None, setting: Setting) -> str:
    return "" if value is None else setting.numbers.decimals(value, 2)


def _signed(change: Change | None, setting: Setting) -> str:
    if change is None or change.change is None:
        return ""
    return setting.numbers.signed(change.change, 2)


def _range(change: Change, setting: Setting, places: int = 2) -> str:
    if change.interval is None:
        return ""
    low, high = (setting.numbers.signed(end, places) for end in change.interval)
    return setting.say("word.span", low=low, high=high)


def _verdict(change: Change, setting: Setting) -> str:
    return setting.say(f"verdict.{change.verdict}") if change.verdict else ""


def _linked(change: Change | None, setting: Setting) -> str:
    """Change of the people who answered both times, to a tenth, with its range."""
    if change is None or change.change is None:
        return ""
    value = setting.numbers.signed(change.change)
    if change.interval is None:
        return value
    low, high = (setting.numbers.signed(end) for end in change.interval)
    return setting.say("word.with_range", value=value, low=low, high=high)


def _conditions(
    wave: str,
    changes: ChangesBySite,
    results: Sequence[ScaleResult],
    told: Sequence[SiteEntry],
) -> Iterator[str]:
    for entry in told:
        for result in results:
            change = _change(changes, entry.site, wave, result, PLAIN)
            if change and change.change is None:
                yield change.condition
