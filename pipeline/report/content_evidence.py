"""What people said about the content of the items, told without giving single raters away.

Ratings and sorts are personal too. Nothing is shown that fewer than three people stand behind,
item by item; groups are shown only where that holds for every group, since a small one could be
had by taking the others from all raters together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.instrument.evidence import ASPECTS, DECISIONS, NOWHERE, groups_of
from pipeline.report.estimates import Estimate, Estimates, estimates_of
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.tables import (
    Evidence,
    ShownTable,
    evidence_of,
    file_name,
    shown_table,
)

FEWEST_PEOPLE = 3
"""Raters or sorters behind every item of a shown number."""

PRESENT = "present"
BELOW = "below_criterion"


@dataclass(frozen=True, slots=True)
class ContentEvidence:
    """Sentences, then tables; no tables where nobody has said anything yet."""

    sentences: tuple[str, ...]
    tables: tuple[Evidence, ...]


def content_evidence(tables: Mapping[str, pd.DataFrame], setting: Setting) -> ContentEvidence:
    """The part of the technical page on the content of the items.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``content_validity``, ``placement`` and ``item_decisions``, as their contracts say.
    setting : Setting
        What the making of any page needs to know.
    """
    if all(table.empty for table in tables.values()):
        return ContentEvidence((setting.say("content.none"),), ())
    present = {name: table[table["wording"] == PRESENT] for name, table in tables.items()}
    shown = {
        "content.not_rated": list(_ratings(present["content_validity"], setting)),
        "content.not_sorted": list(_sorts(present["placement"], setting)),
        "content.not_interviewed": list(_decisions(present["item_decisions"], setting)),
    }
    absent = (setting.phrases.say(key) for key, found in shown.items() if not found)
    privacy = setting.say("content.privacy", fewest=setting.numbers.count(FEWEST_PEOPLE))
    return ContentEvidence(
        sentences=(setting.say("content.intro"), privacy, *absent),
        tables=tuple(table for found in shown.values() for table in found),
    )


# ------------------------------------------------------------------ ratings


def _ratings(frame: pd.DataFrame, setting: Setting) -> Iterable[Evidence]:
    for aspect in ASPECTS:
        found = estimates_of(frame[frame["aspect"] == aspect], None)
        if found.addresses():
            name = setting.phrases.say(f"content.{aspect}")
            rated, low = f"ratings-of-{aspect}", f"rated-low-on-{aspect}"
            yield _evidence(rated, _rated_scales(found, name, setting), found, setting)
            yield _evidence(low, _items_rated_low(found, name, setting), found, setting)


def _rated_scales(found: Estimates, aspect: str, setting: Setting) -> ShownTable:
    rows = [
        (_scale_label(scale, setting), _rated_cells(found, scale, group, setting))
        for scale in _scales(found, setting)
        for group in (None, *_shown_groups(found, scale, setting))
    ]
    names = ("scale", "group", "raters", "items", "s_cvi_ave", "s_cvi_ua", "items_below")
    caption = setting.say("content.ratings_caption", aspect=aspect)
    return shown_table(caption, _headings(names, setting), rows, words=[1])


def _rated_cells(
    found: Estimates, scale: str, group: str | None, setting: Setting
) -> tuple[str, ...]:
    label = _group_label(group, setting)
    if not _enough(found, "fewest_raters", scale, group):
        return label, *[setting.say("word.not_shown")] * 5
    average = found.at("s_cvi_ave", scale=scale, group=group)
    numbers = [
        _number(found.at(name, scale=scale, group=group), setting, counted=counted)
        for name, counted in (
            ("n_items_rated", True),
            ("s_cvi_ave", False),
            ("s_cvi_ua", False),
            ("n_items_below_criterion", True),
        )
    ]
    return label, _people(average, setting), *numbers


def _shown_groups(found: Estimates, scale: str, setting: Setting) -> tuple[str, ...]:
    """The groups of raters of a scale, if each of them is large enough."""
    groups = tuple(
        group
        for group in groups_of(setting.instrument)
        if found.at("fewest_raters", scale=scale, group=group)
    )
    large = all(_enough(found, "fewest_raters", scale, group) for group in groups)
    return groups if large else ()


def _items_rated_low(found: Estimates, aspect: str, setting: Setting) -> ShownTable:
    rows = []
    for scale, item in _items_below("i_cvi", "fewest_raters", found, setting):
        index, kappa, v = (
            found.at(name, scale=scale, item=item)
            for name in ("i_cvi", "modified_kappa", "aiken_v")
        )
        numbers = [_number(one, setting) for one in (index, kappa, v)]
        rows.append((item, (scale, _text(item, setting), _people(index, setting), *numbers)))
    names = ("item", "scale", "text", "raters", "i_cvi", "modified_kappa", "aiken_v")
    caption = setting.say("content.low_caption", aspect=aspect)
    return _table_of_items(caption, names, rows, setting)


# ------------------------------------------------------------------ sorts


def _sorts(frame: pd.DataFrame, setting: Setting) -> Iterable[Evidence]:
    found = estimates_of(frame.rename(columns={"place": "factor"}), None)
    if found.addresses():
        yield _evidence("sorted-scales", _sorted_scales(found, setting), found, setting)
        yield _evidence("sorted-elsewhere", _items_misplaced(found, setting), found, setting)


def _sorted_scales(found: Estimates, setting: Setting) -> ShownTable:
    scales = _scales(found, setting)
    shown = [scale for scale in scales if _enough(found, "fewest_sorters", scale)]
    rows = [
        (_scale_label(scale, setting), _sorted_cells(found, scale, scale in shown, setting))
        for scale in scales
    ]
    if len(shown) == len(scales):
        overall, kappa = found.at("placement_rate"), _number(found.at("fleiss_kappa"), setting)
        cells = (_people(overall, setting), _number(overall, setting), setting.say("word.none"))
        rows.append((setting.say("content.all_items", kappa=kappa), cells))
    names = ("scale", "sorters", "placement_rate", "items_below")
    return shown_table(setting.say("content.sorts_caption"), _headings(names, setting), rows)


def _sorted_cells(
    found: Estimates, scale: str, is_shown: bool, setting: Setting
) -> tuple[str, ...]:
    if not is_shown:
        return (setting.say("word.not_shown"),) * 3
    rate = found.at("placement_rate", scale=scale)
    below = found.at("n_items_below_criterion", scale=scale)
    return _people(rate, setting), _number(rate, setting), _number(below, setting, counted=True)


def _items_misplaced(found: Estimates, setting: Setting) -> ShownTable:
    rows = []
    for scale, item in _items_below("placement_rate", "fewest_sorters", found, setting):
        rate = found.at("placement_rate", scale=scale, item=item)
        wrong = _wrong_places(found, item, setting)
        cells = (scale, _text(item, setting), _people(rate, setting), _number(rate, setting), wrong)
        rows.append((item, cells))
    names = ("item", "scale", "text", "sorters", "placement_rate", "wrong_places")
    return _table_of_items(setting.say("content.misplaced_caption"), names, rows, setting)


def _wrong_places(found: Estimates, item: str, setting: Setting) -> str:
    places = [
        (place, one)
        for group, scale, place in _places(found, item)
        if group is None
        and (one := found.at("wrong_place_share", scale=scale, item=item, factor=place))
    ]
    nowhere = setting.say("content.nowhere")
    return ", ".join(
        f"{nowhere if place == NOWHERE else place} {setting.numbers.percent(one.value)}"
        for place, one in places
    )


def _places(found: Estimates, item: str) -> Iterable[tuple[str | None, str | None, str]]:
    for _, group, scale, about, place, statistic in found.by_address:
        if about == item and statistic == "wrong_place_share" and place:
            yield group, scale, place


# ------------------------------------------------------------------ interviews


def _decisions(frame: pd.DataFrame, setting: Setting) -> Iterable[Evidence]:
    if frame.empty:
        return
    numbers = Counter(str(decision) for decision in frame["decision"])
    rows = [
        (setting.phrases.say(f"content.{decision}"), (setting.numbers.count(numbers[decision]),))
        for decision in DECISIONS
    ]
    headings = _headings(("decision", "items"), setting)
    shown = shown_table(setting.say("content.decisions_caption"), headings, rows)
    method = setting.say("content.decisions_method")
    yield evidence_of("decisions", shown, setting, methods=[method])


# ------------------------------------------------------------------ what the tables share


def _scales(found: Estimates, setting: Setting) -> tuple[str, ...]:
    """The scales that something was said about, those of the form first."""
    named = {scale for _, _, scale, *_ in found.addresses() if scale}
    known = [scale for scale in setting.instrument.by_id if scale in named]
    return (*known, *sorted(named - set(known)))


def _enough(found: Estimates, statistic: str, scale: str, group: str | None = None) -> bool:
    fewest = found.at(statistic, scale=scale, group=group)
    return fewest is not None and fewest.value >= FEWEST_PEOPLE


def _items_below(
    statistic: str, fewest: str, found: Estimates, setting: Setting
) -> list[tuple[str, str]]:
    """Scale and item of what lies below its criterion, as far as it may be shown."""
    below = {
        (scale, item)
        for (_, group, scale, item, _, name), (one, *_) in found.by_address.items()
        if name == statistic and group is None and scale and item and BELOW in one.condition.split()
    }
    shown = [scale for scale in _scales(found, setting) if _enough(found, fewest, scale)]
    return sorted(
        (pair for pair in below if pair[0] in shown), key=lambda p: (shown.index(p[0]), p)
    )


def _table_of_items(
    caption: str,
    names: Sequence[str],
    rows: Sequence[tuple[str, Sequence[str]]],
    setting: Setting,
) -> ShownTable:
    """A table whose rows are items; one row says so where there is none."""
    none = setting.say("word.none")
    words = [place for place, name in enumerate(names) if name in ("scale", "text", "wrong_places")]
    filled = rows or [(none, [none] * (len(names) - 1))]
    return shown_table(caption, _headings(names, setting), filled, words=words)


def _evidence(name: str, table: ShownTable, found: Estimates, setting: Setting) -> Evidence:
    """The table as it is shown is its file too: what single raters said stands in the records."""
    every = [one for ones in found.by_address.values() for one in ones]
    return evidence_of(file_name(name), table, setting, methods=[one.method for one in every])


def _headings(names: Sequence[str], setting: Setting) -> list[str]:
    return [setting.phrases.say(f"content.column_{name}") for name in names]


def _scale_label(scale: str, setting: Setting) -> str:
    if scale not in setting.instrument.by_id:
        return scale
    title = setting.wording.of(setting.instrument.by_id[scale].title)
    return setting.say("technical.scale", scale=scale, title=title)


def _group_label(group: str | None, setting: Setting) -> str:
    grouping = setting.instrument.grouping
    titles = {one.id: one.title for one in grouping.groups} if grouping else {}
    if group is None:
        return setting.say("content.everyone")
    if group in titles:
        return setting.wording.of(titles[group])
    return setting.say("content.other_group")


def _text(item: str, setting: Setting) -> str:
    known = setting.instrument.items.get(item)
    return setting.wording.of(known.text) if known else setting.say("content.not_in_form")


def _people(found: Estimate | None, setting: Setting) -> str:
    return setting.numbers.count(found.n or 0) if found else ""


def _number(found: Estimate | None, setting: Setting, *, counted: bool = False) -> str:
    if found is None:
        return setting.say("word.not_computed")
    write = NumberFormat.count if counted else NumberFormat.coefficient
    value = write(setting.numbers, found.value)
    if found.interval is None:
        return value
    low, high = (write(setting.numbers, end) for end in found.interval)
    return setting.say("word.with_range", value=value, low=low, high=high)
