"""Change of a site's results since earlier survey rounds."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.report import formatting
from pipeline.report.pages import Setting
from pipeline.report.results import ScaleResult
from pipeline.report.tables import ShownTable, shown_table

PLAIN, BALANCED, LINKED = "plain", "role_balanced", "linked"
GATE_CLOSED, UNTESTED = "gate_closed", "wave_untested"


@dataclass(frozen=True, slots=True)
class Change:
    """A row of SITE_CHANGES that tells a change, or why there is none."""

    before: float | None
    now: float | None
    change: float | None
    interval: tuple[float, float] | None
    smallest: float | None
    n: int | None
    share_higher: float | None
    share_lower: float | None
    verdict: str
    condition: str


Changes = Mapping[tuple[str, str, str], Change]
"""Changes of one site by earlier round, scale and basis."""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """What the page says about change since one earlier round, or about the next round."""

    title: str
    sentences: tuple[str, ...]
    table: ShownTable | None
    note: str
    linked: ShownTable | None


def changes_by_site(changes: pd.DataFrame, wave: str) -> dict[str, Changes]:
    """The rows of SITE_CHANGES about sites, by site; the order of rows does not matter."""
    own = changes[(changes["wave"] == wave) & changes["site"].notna()]
    found: dict[str, dict[tuple[str, str, str], Change]] = {}
    for row in own.astype(object).where(own.notna(), None).to_dict("records"):
        key = str(row["earlier_wave"]), str(row["scale"]), str(row["basis"])
        found.setdefault(str(row["site"]), {})[key] = _change_of(row)
    return dict(found)


def _change_of(row: Mapping[Hashable, object]) -> Change:
    low, high = _number(row["ci_low"]), _number(row["ci_high"])
    n = _number(row["n_now"])
    return Change(
        before=_number(row["mean_before"]),
        now=_number(row["mean_now"]),
        change=_number(row["change"]),
        interval=None if low is None or high is None else (low, high),
        smallest=_number(row["smallest_detectable"]),
        n=None if n is None else round(n),
        share_higher=_number(row["share_higher"]),
        share_lower=_number(row["share_lower"]),
        verdict=str(row["verdict"] or ""),
        condition=str(row["condition"] or ""),
    )


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def means_before(changes: Changes, setting: Setting) -> dict[str, float]:
    """Means of the round before this one, by scale, where they may be set beside each other."""
    latest = setting.study.earlier_waves[-1:]
    return {
        scale: change.before
        for (wave, scale, basis), change in changes.items()
        if (wave,) == latest
        and basis == PLAIN
        and change.change is not None
        and change.before is not None
    }


def change_views(
    shown: Sequence[ScaleResult], changes: Changes, setting: Setting
) -> tuple[ChangeView, ...]:
    """A part for each earlier round with a change, the latest first; else one about the next.

    Empty where no topic is shown.
    """
    found = changes_since(shown, changes, setting)
    if found:
        return found
    first = _first_round(shown, changes, setting)
    return (first,) if first else ()


def changes_since(
    shown: Sequence[ScaleResult], changes: Changes, setting: Setting
) -> tuple[ChangeView, ...]:
    """A part for each earlier round with a change, or with a bar to it, the latest first."""
    views = (
        _since(wave, shown, changes, setting) for wave in reversed(setting.study.earlier_waves)
    )
    return tuple(view for view in views if view)


# ------------------------------------------------------------------ since an earlier round


def _since(
    wave: str, shown: Sequence[ScaleResult], changes: Changes, setting: Setting
) -> ChangeView | None:
    rows = [
        (result, change)
        for result in shown
        if (change := changes.get((wave, result.scale.id, PLAIN)))
    ]
    told = [(result, change) for result, change in rows if change.change is not None]
    linked = _linked_table(wave, shown, changes, setting)
    barred = [result.title for result, change in rows if change.condition == GATE_CLOSED]
    if not told and not linked and (not barred or len(barred) < len(rows)):
        return None
    return ChangeView(
        title=setting.say("change.since", wave=wave),
        sentences=(
            *change_sentences(wave, shown, changes, setting),
            *_reservations([change for _, change in told], barred, setting),
        ),
        table=_change_table(wave, told, changes, setting) if told else None,
        note=setting.say("change.note") if told else "",
        linked=linked,
    )


def change_sentences(
    wave: str, shown: Sequence[ScaleResult], changes: Changes, setting: Setting
) -> tuple[str, ...]:
    """On which topics the mean is higher or lower than in an earlier round."""
    judged = [
        (result.title, changes[key].verdict)
        for result in shown
        if (key := (wave, result.scale.id, PLAIN)) in changes and changes[key].verdict
    ]
    if not judged:
        return ()
    higher, lower = (
        [title for title, given in judged if given == verdict] for verdict in ("higher", "lower")
    )
    if not higher and not lower:
        return (setting.say("change.none_clear", wave=wave),)
    parts = [_moved(wave, higher, lower, setting)]
    if len(higher) + len(lower) < len(judged):
        parts.append(setting.say("change.rest_unclear"))
    return (" ".join(parts),)


def _moved(wave: str, higher: Sequence[str], lower: Sequence[str], setting: Setting) -> str:
    word = setting.say("word.and")
    up, down = (formatting.in_words(topics, word) for topics in (higher, lower))
    if not lower:
        return setting.say("change.higher", wave=wave, higher=up)
    if not higher:
        return setting.say("change.lower", wave=wave, lower=down)
    return setting.say("change.both", wave=wave, higher=up, lower=down)


def _reservations(told: Sequence[Change], barred: Sequence[str], setting: Setting) -> Iterator[str]:
    if any(change.condition == UNTESTED for change in told):
        yield setting.say("change.untested")
    if barred:
        topics = formatting.in_words(barred, setting.say("word.and"))
        yield setting.say("change.barred", topics=topics)


def _change_table(
    wave: str,
    told: Sequence[tuple[ScaleResult, Change]],
    changes: Changes,
    setting: Setting,
) -> ShownTable:
    balanced = {
        result.scale.id: found
        for result, _ in told
        if (found := changes.get((wave, result.scale.id, BALANCED))) and found.change is not None
    }
    names = ["topic", "before", "now", "change", "range", "verdict"]
    if balanced:
        names.append("change_balanced")
    rows = []
    for result, change in told:
        cells = _change_cells(change, setting)
        if balanced:
            other = balanced.get(result.scale.id)
            cells = (*cells, _signed(other.change if other else None, 2, setting))
        rows.append((result.title, cells))
    headings = [setting.say(f"column.{name}") for name in names]
    return shown_table(setting.say("change.caption", wave=wave), headings, rows, words=[5])


def _change_cells(change: Change, setting: Setting) -> tuple[str, ...]:
    none = setting.say("word.not_shown")
    before, now = (
        none if mean is None else setting.numbers.decimals(mean, 2)
        for mean in (change.before, change.now)
    )
    return (
        before,
        now,
        _signed(change.change, 2, setting),
        _ends(change, 2, setting),
        _verdict(change, setting),
    )


# ------------------------------------------------------------------ the same people


def _linked_table(
    wave: str, shown: Sequence[ScaleResult], changes: Changes, setting: Setting
) -> ShownTable | None:
    rows = [
        (result.title, _linked_cells(change, setting))
        for result in shown
        if (change := changes.get((wave, result.scale.id, LINKED))) and change.change is not None
    ]
    if not rows:
        return None
    names = ["topic", "change", "range", "verdict", "share_higher", "share_lower", "people"]
    headings = [setting.say(f"column.{name}") for name in names]
    return shown_table(setting.say("change.linked_caption", wave=wave), headings, rows, words=[3])


def _linked_cells(change: Change, setting: Setting) -> tuple[str, ...]:
    none = setting.say("word.not_shown")
    shares = (
        none if share is None else setting.numbers.percent(share)
        for share in (change.share_higher, change.share_lower)
    )
    people = none if change.n is None else setting.numbers.count(change.n)
    return (
        _signed(change.change, 1, setting),
        _ends(change, 1, setting),
        _verdict(change, setting),
        *shares,
        people,
    )


def _verdict(change: Change, setting: Setting) -> str:
    if not change.verdict:
        return setting.say("word.not_shown")
    return setting.say(f"verdict.{change.verdict}")


def _signed(value: float | None, places: int, setting: Setting) -> str:
    return setting.say("word.not_shown") if value is None else setting.numbers.signed(value, places)


def _ends(change: Change, places: int, setting: Setting) -> str:
    if change.interval is None:
        return setting.say("word.not_shown")
    low, high = (setting.numbers.signed(end, places) for end in change.interval)
    return setting.say("word.span", low=low, high=high)


# ------------------------------------------------------------------ nothing before


def _first_round(
    shown: Sequence[ScaleResult], changes: Changes, setting: Setting
) -> ChangeView | None:
    smallest = [
        (result.title, size)
        for result in shown
        if (size := _smallest_next(result, changes)) is not None
    ]
    if not smallest:
        return None
    sizes = [size for _, size in smallest]
    low, high = (setting.numbers.distance(size) for size in (min(sizes), max(sizes)))
    key = "change.next_one" if low == high else "change.next"
    sizes_said = {"size": low} if low == high else {"low": low, "high": high}
    rows = [(title, (setting.numbers.distance(size),)) for title, size in smallest]
    headings = [setting.say("column.topic"), setting.say("column.smallest")]
    return ChangeView(
        title=setting.say("change.first_title"),
        sentences=(setting.say("change.first"), setting.say(key, **sizes_said)),
        table=shown_table(setting.say("change.smallest_caption"), headings, rows),
        note="",
        linked=None,
    )


def _smallest_next(result: ScaleResult, changes: Changes) -> float | None:
    r"""The change that the next round would have to show to be more than chance.

    From the table where there is one (it is the same for every earlier round); for a study
    without an earlier round by the same formula, :math:`\sqrt{2}` times half the released interval
    of the mean.
    """
    known = [
        change.smallest
        for (_, scale, basis), change in changes.items()
        if scale == result.scale.id and basis == PLAIN
    ]
    if known:
        return known[0]
    if result.own is None or result.own.interval is None:
        return None
    low, high = result.own.interval
    return math.sqrt(2) * (high - low) / 2
