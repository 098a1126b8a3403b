"""Who must not be located by all releases of a figure together, and whether a new number does.

Protected is every set of fewer than ``minimum_n`` people that is at one site and told apart by
groups and releases: those of a site, a group, a group's rest or of neither group who are in a
release, who joined or left between two, and who are in both. So are the hidden people of several
sites, when those who came to, or left, what is hidden but counted are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.differences import Classes, classes_of
from pipeline.benchmark.disclosure.history import Cell, History, View
from pipeline.benchmark.disclosure.together import FewPeople, Sums, is_nobody_located

Numbers = NDArray[np.float64]
Words = NDArray[np.object_]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a figure before the new release, and who is protected.

    Attributes
    ----------
    site : ndarray of str, shape (n_classes,)
        Where the people of each class are.
    classes : Classes
        People of the same site and releases; of the same group, where any group is shown.
    before : Sums
        Everything the earlier releases showed.
    few : FewPeople
        Sets of people of one site.
    views_changed : bool
        Whether the releases do not all show the same views, or count other sites.
    """

    history: History
    site: Words
    classes: Classes
    before: Sums
    few: FewPeople
    views_changed: bool


def evidence_of(history: History) -> Evidence:
    """What the earlier releases of a figure showed, and who is protected."""
    atoms = history.atoms
    with_groups = any(group for _, group in history.cells)
    group = atoms.group if with_groups else np.full(len(atoms.group), "", dtype=object)
    classes = classes_of(atoms.site, group, atoms.present)
    first = np.unique(classes.of_atom, return_index=True)[1]
    site, group, present = atoms.site[first], group[first], atoms.present[first].astype(bool)
    shown = [
        (view, place, cell)
        for (view, place), cell in sorted(history.cells.items(), key=lambda pair: pair[0])
        if place != history.now and cell.shown
    ]
    fewest = history.limits.rules.minimum_n
    weights = _few_at_sites(site, group, present, classes.sizes, fewest)
    few = FewPeople(weights, weights @ classes.sizes)
    before = _sums(history, classes, shown)
    return Evidence(history, site, classes, before, few, _views_changed(history))


def is_safe_together(
    evidence: Evidence, units: Mapping[View, float], views: tuple[View, ...]
) -> bool:
    """Whether nobody protected is located once `views` are shown.

    Parameters
    ----------
    units : mapping
        All views of the new release that are shown, `views` included, and their units.
    """
    history, sizes = evidence.history, evidence.classes.sizes
    if all(_is_old(history, view, units[view]) for view in views):
        return True
    own = _sums(
        history,
        evidence.classes,
        [
            (view, history.now, history.cells[view, history.now].rounded_to(unit))
            for view, unit in units.items()
        ],
    )
    site, _ = views[0]
    few = evidence.few
    if not site:
        few = _joined(few, _few_in_pools(evidence, units, views))
        return is_nobody_located(evidence.before, own, few, sizes, history.limits)
    here = (evidence.site == site).astype(bool)
    if evidence.views_changed:
        touched = here | np.isin(evidence.site.astype(str), _sites_with_pools(history))
        chosen = few.weights[:, touched].any(axis=1)
        few = FewPeople(few.weights[chosen], few.people[chosen])
        return is_nobody_located(evidence.before, own, few, sizes, history.limits)
    few = _few_here(few, here)
    before, own = _sums_here(evidence.before, here), _sums_here(own, here)
    return is_nobody_located(before, own, few, sizes[here], history.limits)


def _sites_with_pools(history: History) -> list[str]:
    """Sites of which a release counts a view in the programme that it does not show."""
    return sorted(
        {
            view[0]
            for place, counted in enumerate(history.counted)
            for view in counted
            if view[0] and not history.is_shown(view, place)
        }
    )


def _is_old(history: History, view: View, unit: float) -> bool:
    """Whether an earlier release showed the same numbers of the same people and answers."""
    inside, cell = (
        history.inside(view, history.now),
        history.cells[view, history.now].rounded_to(unit),
    )
    return any(
        history.is_shown(view, place)
        and (history.inside(view, place) == inside).all()
        and np.array_equal(history.cells[view, place].unit, cell.unit, equal_nan=True)
        for place in range(history.now)
    )


def _sums(history: History, classes: Classes, shown: list[tuple[View, int, Cell]]) -> Sums:
    columns = next(iter(history.cells.values())).estimate.shape[0]
    ends = [history.ends(cell) for _, _, cell in shown]
    weights = [_of_classes(classes, history.inside(view, place)) for view, place, _ in shown]
    return Sums(
        np.array(weights, dtype=float).reshape(-1, len(classes.sizes)),
        np.array([low for low, _ in ends], dtype=float).reshape(-1, columns),
        np.array([high for _, high in ends], dtype=float).reshape(-1, columns),
    )


def _of_classes(classes: Classes, inside: NDArray[np.int64]) -> Numbers:
    """1 for the classes whose people are inside; all people of a class are or none."""
    weights = np.zeros(len(classes.sizes))
    weights[classes.of_atom] = inside
    return weights


def _views_changed(history: History) -> bool:
    views = {view for view, _ in history.cells}
    if len(set(history.counted)) > 1:
        return True
    places = range(history.now + 1)
    return any(len({history.is_shown(view, place) for place in places}) > 1 for view in views)


# ------------------------------------------------------------------ who is protected


def _few_at_sites(site: Words, group: Words, present: Mask, sizes: Numbers, fewest: int) -> Numbers:
    """Sets of people of one site, shape (n_sets, n_classes)."""
    when = np.array(list(_times(present)))
    found = [np.zeros((0, len(sizes)), dtype=bool)]
    for name in np.unique(site.astype(str)):
        for part in _parts(site == name, group):
            sets = when & part
            n = sets @ sizes
            found.append(sets[(n > 0) & (n < fewest)])
    return np.unique(np.concatenate(found), axis=0).astype(float)


def _times(present: Mask) -> Iterator[Mask]:
    """In a release; in one and not in another; in both."""
    yield from present.T
    for first, second in permutations(present.T, 2):
        yield first & ~second
        yield first & second


def _parts(here: Mask, group: Words) -> Iterator[Mask]:
    """Everyone of a site, each group with those in neither, and each one's rest."""
    yield here
    for name in np.unique(group[here].astype(str)):
        yield here & (group == name)
        yield here & (group != name)


def _few_in_pools(
    evidence: Evidence, units: Mapping[View, float], views: tuple[View, ...]
) -> FewPeople:
    """Few people by whom the hidden ones that count differ between two releases.

    They are those who came, those who left, and the ones minus the others.
    """
    history, sizes = evidence.history, evidence.classes.sizes
    fewest = history.limits.rules.minimum_n
    found = [np.zeros((0, len(sizes)))]
    for view in views:
        pools = np.array([_pool(evidence, view, place, units) for place in range(history.now + 1)])
        for first, second in permutations(pools, 2):
            came, left = np.maximum(second - first, 0), np.maximum(first - second, 0)
            if max(came @ sizes, left @ sizes) < fewest:
                found.append(np.array([came, left, came - left]))
    weights = np.unique(np.concatenate(found), axis=0)
    weights = weights[weights.any(axis=1)]
    return FewPeople(weights, np.minimum(np.abs(weights) @ sizes, fewest - 1))


def _pool(evidence: Evidence, view: View, place: int, units: Mapping[View, float]) -> Numbers:
    """Classes that a figure of the programme counts and no site shows."""
    history, classes, (_, group) = evidence.history, evidence.classes, view
    pool = _of_classes(classes, history.inside(view, place))
    for one in {one for one, _ in history.cells if one[0] and one[1] == group}:
        shown = one in units if place == history.now else history.is_shown(one, place)
        if shown:
            pool = pool * (1 - _of_classes(classes, history.inside(one, place)))
    return pool


def _joined(first: FewPeople, second: FewPeople) -> FewPeople:
    return FewPeople(
        np.vstack([first.weights, second.weights]), np.concatenate([first.people, second.people])
    )


def _few_here(few: FewPeople, here: Mask) -> FewPeople:
    chosen = few.weights[:, here].any(axis=1)
    return FewPeople(few.weights[np.ix_(chosen, here)], few.people[chosen])


def _sums_here(sums: Sums, here: Mask) -> Sums:
    """Sums over nobody but the people of a site."""
    chosen = ~sums.weights[:, ~here].any(axis=1)
    return Sums(sums.weights[np.ix_(chosen, here)], sums.low[chosen], sums.high[chosen])
