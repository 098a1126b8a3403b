"""The constant-sum questions: how counters are shared out, and how that shifts."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.instrument.model import Allocation, Part, RespondentGroup, Section
from pipeline.report import formatting
from pipeline.report.charts import StackedChart, stacked_chart
from pipeline.report.estimates import Estimate, Estimates
from pipeline.report.headlines import in_words
from pipeline.report.pages import Setting
from pipeline.report.results import compared_groups
from pipeline.report.tables import ShownTable, shown_table


@dataclass(frozen=True, slots=True)
class PartEntry:
    """One of the pictures that counters are shared among."""

    kind: str
    letter: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Counters:
    """The chart of the constant-sum questions of a section, in words and numbers too."""

    intro: str
    legend: tuple[PartEntry, ...]
    chart: StackedChart
    sentences: tuple[str, ...]
    table: ShownTable
    by_group: CountersByGroup | None


@dataclass(frozen=True, slots=True)
class CountersByGroup:
    """The same questions, the two respondent groups one below the other."""

    chart: StackedChart
    table: ShownTable


@dataclass(frozen=True, slots=True)
class SharedOut:
    """The mean counters of one constant-sum question, in the order of its parts."""

    allocation: Allocation
    title: str
    parts: tuple[tuple[Part, Estimate], ...]


def allocations_of(section: Section, setting: Setting) -> tuple[Allocation, ...]:
    """The constant-sum questions of a section, in its order."""
    by_id = {allocation.id: allocation for allocation in setting.instrument.allocations}
    return tuple(by_id[name] for name in section.allocation_ids if name in by_id)


def counters(
    section: Section, site: str | None, released: Estimates, setting: Setting
) -> Counters | None:
    """The constant-sum questions of a section; None where none of them may be shown."""
    found = shared_out(section, site, released, setting)
    if not found:
        return None
    legend = _legend(found[0].allocation, setting)
    total = setting.numbers.count(found[0].allocation.total)
    rows = [(shared.title, _lettered(shared, legend)) for shared in found]
    return Counters(
        intro=setting.say("counters.intro", total=total),
        legend=legend,
        chart=stacked_chart(
            f"counters-{section.id}",
            setting.say("counters.title"),
            setting.say("counters.description", listed=_listed(found, setting)),
            rows,
            setting.numbers,
        ),
        sentences=_shifts(found, setting) + _spreads(found, site, released, setting),
        table=_table(found, setting),
        by_group=_by_group(section, site, legend, released, setting),
    )


def shared_out(
    section: Section, site: str | None, released: Estimates, setting: Setting
) -> tuple[SharedOut, ...]:
    """The mean counters of the constant-sum questions of a section that may be shown."""
    found = (
        _shared_out(allocation, site, None, released, setting)
        for allocation in allocations_of(section, setting)
    )
    return tuple(shared for shared in found if shared)


def _by_group(
    section: Section,
    site: str | None,
    legend: Sequence[PartEntry],
    released: Estimates,
    setting: Setting,
) -> CountersByGroup | None:
    """Questions that both groups may be shown for; None where there is none."""
    groups = compared_groups(setting.instrument) or ()
    found = [
        of_groups
        for allocation in allocations_of(section, setting)
        if (of_groups := _of_groups(allocation, site, groups, released, setting))
    ]
    if not found:
        return None
    listed = [shared for of_groups in found for shared in of_groups]
    return CountersByGroup(
        chart=stacked_chart(
            f"counters-groups-{section.id}",
            setting.say("counters.groups_title"),
            setting.say("counters.groups_description", listed=_listed(listed, setting)),
            [(shared.title, _lettered(shared, legend)) for shared in listed],
            setting.numbers,
        ),
        table=_table(listed, setting, "counters.groups_caption"),
    )


def _of_groups(
    allocation: Allocation,
    site: str | None,
    groups: Sequence[RespondentGroup],
    released: Estimates,
    setting: Setting,
) -> tuple[SharedOut, ...]:
    """One question as each of the groups answered it; nothing where one of them is not shown."""
    shared = [_shared_out(allocation, site, group, released, setting) for group in groups]
    shown = tuple(one for one in shared if one)
    return shown if len(shown) == len(groups) else ()


def _shared_out(
    allocation: Allocation,
    site: str | None,
    group: RespondentGroup | None,
    released: Estimates,
    setting: Setting,
) -> SharedOut | None:
    parts = []
    for column, part in allocation.columns.items():
        mean = released.at(
            "mean_counters",
            site=site,
            group=group.id if group else None,
            scale=allocation.id,
            item=column,
        )
        if mean is None:
            return None
        parts.append((part, mean))
    title = setting.wording.of(allocation.title)
    if group is not None:
        of_group = setting.wording.of(group.title)
        title = setting.say("counters.of_group", question=title, group=of_group)
    return SharedOut(allocation, title, tuple(parts))


def _legend(allocation: Allocation, setting: Setting) -> tuple[PartEntry, ...]:
    return tuple(
        PartEntry(
            kind=f"part-{number + 1}",
            letter=string.ascii_uppercase[number % 26],
            title=setting.wording.of(part.title),
            description=setting.wording.of(part.description),
        )
        for number, part in enumerate(allocation.parts)
    )


def _lettered(shared: SharedOut, legend: Sequence[PartEntry]) -> list[tuple[str, float]]:
    return [
        (entry.letter, mean.value) for entry, (_, mean) in zip(legend, shared.parts, strict=True)
    ]


def _listed(found: Sequence[SharedOut], setting: Setting) -> str:
    return " ".join(
        setting.say(
            "counters.row",
            question=shared.title,
            listed=", ".join(
                f"{setting.wording.of(part.title)} {setting.numbers.counters(mean.value)}"
                for part, mean in shared.parts
            ),
        )
        for shared in found
    )


def _shifts(found: Sequence[SharedOut], setting: Setting) -> tuple[str, ...]:
    return tuple(
        _shift(before, after, setting)
        for before, after in pairwise(found)
        if before.allocation.parts == after.allocation.parts
    )


def _shift(before: SharedOut, after: SharedOut, setting: Setting) -> str:
    changes = [
        (setting.wording.of(part.title), new.value - old.value)
        for (part, old), (_, new) in zip(before.parts, after.parts, strict=True)
    ]
    more = [
        _change("counters.more", *change, setting) for change in changes if _moves(change[1], 1)
    ]
    fewer = [
        _change("counters.fewer", *change, setting) for change in changes if _moves(change[1], -1)
    ]
    values = {"first": before.title, "second": after.title}
    if not more and not fewer:
        return setting.say("counters.same", **values)
    listed = in_words([*more, *fewer], setting)
    return setting.say("counters.shift", listed=listed, **values)


def _moves(change: float, direction: int) -> bool:
    return formatting.is_shown(change) and change * direction > 0


def _change(key: str, title: str, change: float, setting: Setting) -> str:
    return setting.say(key, part=title, number=setting.numbers.counters(abs(change)))


def _spreads(
    found: Sequence[SharedOut], site: str | None, released: Estimates, setting: Setting
) -> tuple[str, ...]:
    listed = [
        setting.say(
            "counters.spread_row",
            question=shared.title,
            here=setting.numbers.counters(here.value),
            programme=setting.numbers.counters(everywhere.value),
        )
        for shared in found
        if site is not None
        and (here := released.at("dispersion", site=site, scale=shared.allocation.id))
        and (everywhere := released.at("dispersion", scale=shared.allocation.id))
    ]
    return (setting.say("counters.spread", listed="; ".join(listed)),) if listed else ()


def _table(
    found: Sequence[SharedOut], setting: Setting, caption: str = "counters.table_caption"
) -> ShownTable:
    headings = [setting.say("column.part"), *(shared.title for shared in found)]
    rows = [
        (
            setting.wording.of(part.title),
            [_with_range(shared.parts[place][1], setting) for shared in found],
        )
        for place, part in enumerate(found[0].allocation.parts)
    ]
    return shown_table(setting.say(caption), headings, rows)


def _with_range(mean: Estimate, setting: Setting) -> str:
    if mean.interval is None:
        return setting.numbers.counters(mean.value)
    low, high = (setting.numbers.counters(end) for end in mean.interval)
    return f"{setting.numbers.counters(mean.value)} ({low}\N{EN DASH}{high})"
