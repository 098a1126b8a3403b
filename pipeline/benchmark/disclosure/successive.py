"""The complement rule across releases of one survey round.

A late answer, a corrected one or a withdrawn one makes two releases differ by a few people, whose
answers are then the one release minus the other. For every figure that an earlier release showed,
the difference to that release is an interval, because both are rounded; all such intervals about
the same figure, those of the site, its groups, the programme and its groups, and those between any
two earlier releases, are put together. Where this locates fewer than ``minimum_n`` people the new
figure is rounded to the next coarser unit, and withheld when no unit helps.

A site or group that was hidden in one release and is shown in another is in no such difference,
but its few people can be told by what else is released of them: the programme tells who is new, so
the site minus the new ones is who was hidden. So all released sums of a figure are also looked at
together (:mod:`pipeline.benchmark.disclosure.few_people`), people who were there before included.

Covered are, for each statistic of each item and scale, all differences of any two releases of any
site, group, or of the programme, and what follows from them and from the released sums together.
Of shares only sums that follow exactly are looked at. Not covered are the released numbers of
clusters (see :mod:`pipeline.benchmark.disclosure.clusters`), and putting
different statistics together (an item's mean with its shares, a scale's mean with those of its
items) beyond each being protected by itself; subtracting three releases or more when people were
taken out and put back in between; and the spread that can be read from the width of an interval.
People of different survey rounds have different keys: releases of other rounds are not compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.atoms import (
    FIGURE,
    KIND_OF_FAMILY,
    NOBODY,
    Atoms,
    atoms_of,
    with_same_keys,
)
from pipeline.benchmark.disclosure.differences import (
    Difference,
    Limits,
    classes_of,
    difference,
    is_protected,
    pairs_of,
)
from pipeline.benchmark.disclosure.few_people import Evidence, evidence_of, is_safe_together
from pipeline.benchmark.disclosure.history import Cell, History, View
from pipeline.benchmark.disclosure.past import PastRelease
from pipeline.benchmark.disclosure.permitted import PARENT, WHOLE_SCALE, WITHOUT_UNITS
from pipeline.benchmark.disclosure.pools import SHARES, Measure
from pipeline.benchmark.disclosure.rules import DisclosureRules, Rule
from pipeline.benchmark.disclosure.verdicts import FAMILIES

Numbers = NDArray[np.float64]
Key = tuple[str, str, str, str]
"""Family, wave, scale, item; the item is empty for what belongs to the whole scale."""

COARSE_COUNTERS = (0.5, 1.0)
"""Units of mean counters where the usual tenth tells too much."""
SAME_FIGURE = ["family", "wave", "scale", "figure"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The unit for each view that is shown, and the views that are withheld."""

    unit: Mapping[View, float]
    withheld: frozenset[View]


def protect_differences(
    known: pd.DataFrame,
    members: pd.DataFrame,
    past: Sequence[PastRelease],
    measures: Mapping[str, Measure],
    rules: DisclosureRules,
) -> pd.DataFrame:
    """The rows with ``rule`` and ``unit`` such that no difference to `past` locates a few people.

    Parameters
    ----------
    known : DataFrame
        Every row of sites and programme, with what was decided about it as if it were the first
        release; ``rule`` is empty where the row is shown.
    members : DataFrame
        By the contract RELEASE_MEMBERS, of the new release.
    past : sequence of PastRelease
        In any order.
    measures : mapping
        The range of each scale.
    """
    waves = set(known["wave"].dropna())
    earlier = [one for one in past if waves & set(one.figures["wave"])]
    if not earlier:
        return known.assign(compared=False)
    people = [with_same_keys(_of_waves(one.members, waves), members) for one in earlier]
    tables = [_past_table(_of_waves(one.figures, waves)) for one in earlier]
    tables.append(_new_table(known))
    atoms = atoms_of([*people, members], _shown_otherwise(tables))
    histories = _histories(tables, atoms, measures, members, rules)
    outcomes = _decide(histories, rules)
    return _follow_ups(_applied(known, histories, outcomes))


def _of_waves(frame: pd.DataFrame, waves: set[str]) -> pd.DataFrame:
    return frame[frame["wave"].isin(waves)]


# ------------------------------------------------------------------ figures of all releases


def _past_table(figures: pd.DataFrame) -> pd.DataFrame:
    return _labelled(figures.assign(shown=figures["estimate"].notna(), row=-1))


def _new_table(known: pd.DataFrame) -> pd.DataFrame:
    figures = known.assign(row=np.arange(len(known)), shown=known["rule"] == "")
    kept = known["family"].isin(FAMILIES) & (known["rounding"] != "never")
    return _labelled(figures[kept.fillna(False).astype(bool)])


def _labelled(figures: pd.DataFrame) -> pd.DataFrame:
    """Plain columns: the figure a row is part of, its view, and which of its numbers it is."""
    of_scale = figures["family"].isin(WHOLE_SCALE)
    item = figures["item"].fillna(NOBODY)
    labels = {
        "figure": item.mask(of_scale, NOBODY),
        "column": item.where(figures["family"] == "counters", figures["statistic"]),
        "site": figures["site"].fillna(NOBODY),
        "group": figures["group"].fillna(NOBODY),
        "counts": figures["counts"].eq(True),
    }
    names = ["family", "wave", "scale", *labels, "row", "estimate", "unit", "denominator", "shown"]
    plain = figures.assign(**labels)[names].astype({"shown": bool, "counts": bool})
    numbers = dict.fromkeys(["estimate", "unit", "denominator"], float)
    return plain.astype(numbers).sort_values(["site", "group", "column"], kind="stable")


def _shown_otherwise(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Kind, wave, scale and figure of what not all releases show, or count, at the same sites."""
    rows = pd.concat(tables)
    rows = rows.assign(kind=rows["family"].map(KIND_OF_FAMILY))
    view = [*SAME_FIGURE, "kind", "site", "group", "column"]
    times = rows.groupby([*view, "shown", "counts"]).size().rename("times").reset_index()
    return times.loc[times["times"] < len(tables), FIGURE].drop_duplicates()


def _histories(
    tables: Sequence[pd.DataFrame],
    atoms: Mapping[Key, Atoms],
    measures: Mapping[str, Measure],
    members: pd.DataFrame,
    rules: DisclosureRules,
) -> dict[Key, History]:
    """Every figure whose people or answers are not the same in all releases, parents first."""
    rows = pd.concat([table.assign(release=place) for place, table in enumerate(tables)])
    n_items = members[members["kind"] == "item"].groupby("scale")["item"].nunique()
    histories: dict[Key, History] = {}
    for names, block in rows.groupby(SAME_FIGURE, sort=True):
        family, wave, scale, figure = (str(name) for name in names)
        found = atoms.get((KIND_OF_FAMILY[family], wave, scale, figure))
        if found is not None:
            limits = _limits(family, measures.get(scale, SHARES), int(n_items.get(scale, 1)), rules)
            step = 0.0 if family == "score" else 1.0
            histories[family, wave, scale, figure] = _history(
                block, found, len(tables), limits, step
            )
    return dict(sorted(histories.items(), key=lambda pair: (FAMILIES.index(pair[0][0]), pair[0])))


def _limits(family: str, measure: Measure, n_items: int, rules: DisclosureRules) -> Limits:
    """A code of a scale may be given as often as there are items; shares are of one answer."""
    if family in ("score", "item_mean", "counters"):
        return Limits(measure, measure.low, measure.high, rules)
    return Limits(SHARES, 0.0, float(n_items) if family == "scale_codes" else 1.0, rules)


def _history(
    block: pd.DataFrame, atoms: Atoms, releases: int, limits: Limits, step: float
) -> History:
    columns = sorted(block["column"].unique())
    counted = [
        frozenset(zip(of_release["site"], of_release["group"], strict=True))
        for of_release in (
            block[(block["release"] == place) & block["counts"]] for place in range(releases)
        )
    ]
    cells = dict(_cells(block, columns))
    return History(
        atoms, classes_of(atoms.site, atoms.group, atoms.present), cells, counted, limits, step
    )


def _cells(rows: pd.DataFrame, columns: list[str]) -> Iterator[tuple[tuple[View, int], Cell]]:
    """The numbers of each view and release, in the order of `columns`."""
    place = np.searchsorted(columns, rows["column"].to_numpy(dtype=str))
    row, shown = rows["row"].to_numpy(dtype=int), rows["shown"].to_numpy(dtype=bool)
    numbers = rows[["estimate", "unit", "denominator"]].to_numpy(dtype=float).T
    keys = rows[["site", "group", "release"]].to_numpy(dtype=object)
    for found in rows.reset_index().groupby(["site", "group", "release"]).indices.values():
        values = np.full((3, len(columns)), np.nan)
        values[:, place[found]] = numbers[:, found]
        site, group, release = keys[found[0]]
        estimate, unit, denominator = values
        of_rows = tuple(int(one) for one in row[found])
        cell = Cell(of_rows, estimate, unit, denominator, bool(shown[found].any()))
        yield ((str(site), str(group)), int(release)), cell


# ------------------------------------------------------------------ decisions


def _decide(histories: Mapping[Key, History], rules: DisclosureRules) -> dict[Key, Outcome]:
    outcomes: dict[Key, Outcome] = {}
    for key, history in histories.items():
        family, wave, scale, figure = key
        parent = PARENT.get(family)
        above = None
        if parent is not None:
            above = outcomes.get((parent, wave, scale, "" if parent in WHOLE_SCALE else figure))
        hidden = above.withheld if above is not None else frozenset()
        outcomes[key] = _judge(history, _units(family, rules), hidden)
    return outcomes


def _units(family: str, rules: DisclosureRules) -> tuple[float, ...]:
    """Units to try, finest first; 0 stands for the usual one."""
    if family in ("score", "item_mean"):
        return 0.0, rules.coarse_mean_unit, 2 * rules.coarse_mean_unit
    if family == "counters":
        return 0.0, *COARSE_COUNTERS
    return () if family in WITHOUT_UNITS else (0.0, *sorted(rules.share_units))


def _judge(history: History, units: Sequence[float], hidden: frozenset[View]) -> Outcome:
    """Sites first, then their groups, then the programme: who comes later is rounded more."""
    known, evidence = list(_between_earlier(history)), evidence_of(history)
    unit: dict[View, float] = {}
    withheld = set(hidden)
    for views in _together(history.views):
        if not all(history.cells[view, history.now].shown for view in views):
            continue
        found = None
        if not _follows_hidden(views, withheld):
            found = _finest(evidence, views, units, known, unit)
        if found is None:
            withheld |= set(views)
            continue
        known.extend(found[1])
        unit |= dict.fromkeys(views, found[0])
    return Outcome(unit, frozenset(withheld))


def _together(views: Sequence[View]) -> Iterator[tuple[View, ...]]:
    """Views that are shown together or not at all: the groups of a site are."""
    seen: dict[tuple[bool, str, bool], list[View]] = {}
    for site, group in views:
        seen.setdefault((not site, site, bool(group)), []).append((site, group))
    order = sorted(seen, key=lambda place: (place[0], place[2], place[1]))
    return (tuple(seen[place]) for place in order)


def _follows_hidden(views: tuple[View, ...], withheld: set[View]) -> bool:
    return any(view in withheld or (view[0], NOBODY) in withheld for view in views)


def _finest(
    evidence: Evidence,
    views: tuple[View, ...],
    units: Sequence[float],
    known: list[Difference],
    shown: Mapping[View, float],
) -> tuple[float, list[Difference]] | None:
    """The finest unit that protects, with the differences that are then known; None without.

    Where there are no units to try, a difference of a few people is never shown.
    """
    history = evidence.history
    if not units:
        few = any(one.few for view in views for one in _to_earlier(history, view, 0.0))
        return None if few else (0.0, [])
    finest = min(float(np.nanmin(history.cells[view, history.now].unit)) for view in views)
    for unit in (unit for unit in units if unit == 0 or unit > finest):
        added = [one for view in views for one in _to_earlier(history, view, unit)]
        if is_protected(known, added, history.classes, history.limits) and is_safe_together(
            evidence, {**shown, **dict.fromkeys(views, unit)}, views
        ):
            return unit, added
    return None


def _between_earlier(history: History) -> Iterator[Difference]:
    """What was known before the new release."""
    for view in sorted({view for view, _ in history.cells}):
        for first, second in pairs_of(history.now):
            if history.is_shown(view, first) and history.is_shown(view, second):
                found = _difference(history, view, first, (second, history.cells[view, second]))
                if found is not None:
                    yield found


def _to_earlier(history: History, view: View, unit: float) -> Iterator[Difference]:
    """What would be known with the new figure rounded to a unit."""
    cell = history.cells[view, history.now].rounded_to(unit)
    for place in range(history.now):
        if history.is_shown(view, place):
            found = _difference(history, view, place, (history.now, cell))
            if found is not None:
                yield found


def _difference(
    history: History, view: View, first: int, second: tuple[int, Cell]
) -> Difference | None:
    place, cell = second
    return difference(
        (history.inside(view, first), history.inside(view, place)),
        (history.ends(history.cells[view, first]), history.ends(cell)),
        (history.atoms.person, history.classes),
        history.limits.rules,
    )


# ------------------------------------------------------------------ what follows for the rows


def _applied(
    known: pd.DataFrame, histories: Mapping[Key, History], outcomes: Mapping[Key, Outcome]
) -> pd.DataFrame:
    rule, unit = known["rule"].to_numpy(dtype=object).copy(), known["unit"].to_numpy(float).copy()
    compared, newly = (np.zeros(len(known), dtype=bool) for _ in range(2))
    for key, outcome in outcomes.items():
        history = histories[key]
        for view in outcome.withheld:
            cell = history.cells.get((view, history.now))
            if cell is not None and cell.shown:
                newly[[row for row in cell.rows if rule[row] == ""]] = True
        for view, at_least in outcome.unit.items():
            rows = list(history.cells[view, history.now].rows)
            compared[rows] = unit[rows] < at_least
            unit[rows] = np.maximum(unit[rows], at_least)
    rule[newly] = Rule.COMPLEMENT
    return known.assign(rule=rule, unit=unit, compared=compared, newly=newly)


def _follow_ups(known: pd.DataFrame) -> pd.DataFrame:
    """Numbers made of other numbers: differences of two groups, the spread of site means."""
    means = known[(known["family"] == "score") & (known["statistic"] == "mean")]
    groups = means[means["group"].notna()].assign(site=lambda rows: rows["site"].fillna(NOBODY))
    sites = means[means["group"].isna() & means["site"].notna()]
    keys = ["wave", "site", "scale"]
    known = _like_their_means(known, known["family"] == "gap", groups, keys)
    return _like_their_means(known, known["family"] == "spread_of_sites", sites, ["wave", "scale"])


def _like_their_means(
    known: pd.DataFrame, these: pd.Series, means: pd.DataFrame, keys: list[str]
) -> pd.DataFrame:
    """Withheld where one of the means is withheld for an earlier release; as coarse as they are."""
    at_least = means["unit"].where(means["compared"], 0.0).astype(float)
    touched = means.assign(hidden=means["newly"], least=at_least)
    found = touched.groupby(keys)[["hidden", "least"]].max().reset_index()
    rows = known[keys].assign(site=known["site"].fillna(NOBODY)) if "site" in keys else known[keys]
    joined = rows.merge(found, on=keys, how="left")
    these_rows = these.fillna(False).to_numpy(dtype=bool)
    hidden = joined["hidden"].eq(True).to_numpy(dtype=bool) & these_rows
    hidden &= (known["rule"] == "").to_numpy(dtype=bool)
    least = joined["least"].fillna(0.0).to_numpy(dtype=float)
    unit = known["unit"].to_numpy(dtype=float)
    of_means = these_rows & (known["rounding"] == "mean").to_numpy(dtype=bool) & (unit < least)
    return known.assign(
        rule=known["rule"].mask(pd.Series(hidden, index=known.index), Rule.COMPLEMENT),
        unit=np.where(of_means, least, unit),
        compared=known["compared"].to_numpy(dtype=bool) | of_means,
    )
