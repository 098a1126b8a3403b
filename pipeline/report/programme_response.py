"""Who answered in the programme and at its sites: by respondent group, and compared with before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.instrument.model import RespondentGroup
from pipeline.report import formatting
from pipeline.report.pages import Setting
from pipeline.report.short_reasons import in_full, short_reason
from pipeline.report.site_page import SiteEntry
from pipeline.report.site_response import (
    DRIFT,
    MISSING_VOICES,
    Answered,
    Response,
    response_by_site,
    response_sentences,
    response_table,
)
from pipeline.report.site_tables import COUNT, SiteTable, site_table
from pipeline.report.tables import ShownTable, shown_table

PROGRAMME = ""
"""Stands for the programme among the ids of sites, none of which is empty."""

MOST_NAMED = 12
"""Sites that a sentence names; of more it tells the number and leaves the names to the tables."""

BySite = Mapping[str, Response]


@dataclass(frozen=True, slots=True)
class ProgrammeResponse:
    """Who answered; a table of the groups, and tables of the sites for all and for each group."""

    sentences: tuple[str, ...]
    groups: ShownTable | None
    sites: tuple[SiteTable, ...]
    remarks: tuple[str, ...]


def programme_response(
    table: pd.DataFrame, entries: Sequence[SiteEntry], setting: Setting
) -> ProgrammeResponse | None:
    """Who answered, of the programme and at every site; None where nothing is told.

    Parameters
    ----------
    table : DataFrame
        By the contract RESPONSE.
    entries : sequence of SiteEntry
        All sites, in their order.
    setting : Setting
        What the making of any page needs.
    """
    named = table.assign(site=table["site"].astype(object).fillna(PROGRAMME))
    by_site = response_by_site(named)
    own = by_site.get(PROGRAMME, {})
    tables = _tables(by_site, entries, setting)
    if not own and not tables:
        return None
    return ProgrammeResponse(
        sentences=(
            *response_sentences(own, setting),
            *_sites_with_missing_voices(by_site, entries, setting),
            *_sites_that_drifted(by_site, entries, setting),
        ),
        groups=response_table(own, setting),
        sites=tables,
        remarks=in_full(_conditions(by_site, entries, setting), setting),
    )


def _groups(setting: Setting) -> tuple[RespondentGroup, ...]:
    return setting.instrument.grouping.groups if setting.instrument.grouping else ()


def _now(by_site: BySite, entry: SiteEntry, group: str | None, setting: Setting) -> Answered | None:
    return by_site.get(entry.site, {}).get((setting.study.wave, group))


# ------------------------------------------------------------------ sentences over all sites


def _sites_with_missing_voices(
    by_site: BySite, entries: Sequence[SiteEntry], setting: Setting
) -> Iterator[str]:
    for group in _groups(setting):
        found = [(entry, _now(by_site, entry, group.id, setting)) for entry in entries]
        missing = [e.label for e, a in found if a and a.condition == MISSING_VOICES]
        if missing:
            yield setting.say(
                "comparative.missing_voices",
                group=setting.wording.of(group.title),
                number=setting.numbers.count(len(missing)),
                listed=_named(missing, setting),
            )


def _sites_that_drifted(
    by_site: BySite, entries: Sequence[SiteEntry], setting: Setting
) -> Iterator[str]:
    for wave in reversed(setting.study.earlier_waves):
        found = [(entry, _drift(by_site, entry, wave, setting)) for entry in entries]
        known = [(entry, drift) for entry, drift in found if drift is not None]
        moved = [entry.label for entry, drift in known if round(drift, 6) >= DRIFT]
        if moved:
            yield setting.say(
                "comparative.drifted",
                wave=wave,
                number=setting.numbers.count(len(moved)),
                total=setting.numbers.count(len(known)),
                points=setting.numbers.percent(DRIFT),
                listed=_named(moved, setting),
            )


def _named(labels: Sequence[str], setting: Setting) -> str:
    if len(labels) > MOST_NAMED:
        return setting.say("comparative.in_tables")
    return formatting.in_words(labels, setting.say("word.and"))


def _drift(by_site: BySite, entry: SiteEntry, wave: str, setting: Setting) -> float | None:
    """The largest change in the share of a group; None where no share is known of both rounds."""
    pairs = (
        (_share(by_site, entry, wave, group), _share(by_site, entry, setting.study.wave, group))
        for group in _groups(setting)
    )
    moves = [abs(now - before) for before, now in pairs if before is not None and now is not None]
    return max(moves, default=None)


def _share(by_site: BySite, entry: SiteEntry, wave: str, group: RespondentGroup) -> float | None:
    answered = by_site.get(entry.site, {}).get((wave, group.id))
    return answered.share if answered else None


# ------------------------------------------------------------------ tables of the sites


def _tables(
    by_site: BySite, entries: Sequence[SiteEntry], setting: Setting
) -> tuple[SiteTable, ...]:
    everyone = _table(None, setting.say("comparative.response_everyone"), by_site, entries, setting)
    of_groups = (
        _table(group, setting.wording.of(group.title), by_site, entries, setting)
        for group in _groups(setting)
    )
    return tuple(table for table in (everyone, *of_groups) if table)


def _table(
    group: RespondentGroup | None,
    title: str,
    by_site: BySite,
    entries: Sequence[SiteEntry],
    setting: Setting,
) -> SiteTable | None:
    """A row a site; what is not known of any site has no column. None where no site has a row."""
    name = group.id if group else None
    rows = [
        (entry, answered) for entry in entries if (answered := _now(by_site, entry, name, setting))
    ]
    if not rows:
        return None
    of_each = {
        setting.say("column.invited"): [_count(a.invited, setting) for _, a in rows],
        setting.say("column.people"): [_count(a.respondents, setting) for _, a in rows],
        setting.say("column.rate"): [_percent(a.rate, setting) for _, a in rows],
        setting.say("column.share_invited"): [_percent(a.share_invited, setting) for _, a in rows],
        setting.say("column.share"): [_percent(a.share, setting) for _, a in rows],
        **(_shares_before(group, by_site, rows, setting) if group else {}),
        setting.say("column.remark"): [short_reason(a.condition, setting) for _, a in rows],
    }
    kept = [heading for heading, cells in of_each.items() if any(cells)]
    none = {setting.say("column.remark"): setting.say("word.none")}
    body = [
        (
            entry.label,
            [of_each[h][place] or none.get(h, setting.say("word.not_shown")) for h in kept],
        )
        for place, (entry, _) in enumerate(rows)
    ]
    words = [place for place, heading in enumerate(kept, start=1) if heading in none]
    caption = setting.say("comparative.response_caption", group=title)
    shown = shown_table(caption, [setting.say("column.site"), *kept], body, words)
    counts = ("invited", "people", "rate")
    return site_table(shown, {setting.say(f"column.{name}"): COUNT for name in counts})


def _shares_before(
    group: RespondentGroup,
    by_site: BySite,
    rows: Sequence[tuple[SiteEntry, Answered]],
    setting: Setting,
) -> dict[str, list[str]]:
    """The share of the group among those who answered in each earlier round, the latest first."""
    return {
        setting.say("column.share_before", wave=wave): [
            _percent(_share(by_site, entry, wave, group), setting) for entry, _ in rows
        ]
        for wave in reversed(setting.study.earlier_waves)
    }


def _conditions(by_site: BySite, entries: Sequence[SiteEntry], setting: Setting) -> Iterator[str]:
    names = (None, *(group.id for group in _groups(setting)))
    for entry in entries:
        for name in names:
            answered = _now(by_site, entry, name, setting)
            if answered:
                yield answered.condition


def _count(number: float | None, setting: Setting) -> str:
    return "" if number is None else setting.numbers.count(number)


def _percent(share: float | None, setting: Setting) -> str:
    return "" if share is None else setting.numbers.percent(share)
