"""What of a model is drawn, and where: columns, rows of items, and heights of factors."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from pipeline.report.charts.path_plan import Path, PathPlan

WIDEST = 800
MARGIN = 6
FACTOR_HALF_WIDTH, FACTOR_HALF_HEIGHT = 46, 17
FAN, WIDE_FAN, LEAD = 76, 150, 42
MOST_IN_FAN = 12
NUMBER_WIDTH = 28
ITEM_ROW, NUMBER_ROW, BETWEEN = 18, 13, 12
NARROWEST_ITEM, WIDEST_ITEM = 92, 240
ROOM_FOR_RESIDUAL = 40
LETTER = 6.6
ITEM_ARCS = 54

MOST_CURVES = 4
"""Factors up to which all their correlations are drawn; of more, only those that are too high."""

TOO_HIGH = 0.90
"""Correlation from which two factors can hardly be told apart."""

MOST_ARCS = 6
MOST_ITEM_ARCS = 12
MOST_ARRIVALS = 3


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns stand: middles of factors, both sides of the boxes, and the whole width."""

    above: float
    homes: float
    box: float
    box_width: float
    across: float
    width: int

    @property
    def box_end(self) -> float:
        """The right side of the boxes."""
        return self.box + self.box_width


@dataclass(frozen=True, slots=True)
class Drawn:
    """The paths that are drawn, by place."""

    plan: PathPlan
    left: Mapping[str, tuple[Path, ...]]
    right: Mapping[str, tuple[Path, ...]]
    upper: tuple[Path, ...]
    curves: tuple[Path, ...]
    item_curves: tuple[Path, ...]

    def n(self) -> int:
        """How many numbers are drawn, residuals aside."""
        single = sum(map(len, (*self.left.values(), *self.right.values())))
        return single + len(self.upper) + len(self.curves) + len(self.item_curves)

    def is_dense(self, side: Mapping[str, tuple[Path, ...]]) -> bool:
        """Whether a factor of this side has so many arrows that they nearly touch."""
        starts = Counter(path.start for arrivals in side.values() for path in arrivals)
        return max(starts.values(), default=0) > MOST_IN_FAN

    def fan(self, side: Mapping[str, tuple[Path, ...]]) -> int:
        """Room for the arrows of this side."""
        return WIDE_FAN if self.is_dense(side) else FAN

    def row_height(self, item: str) -> int:
        """Room for the arrows that come in from the fuller side."""
        return max(ITEM_ROW, NUMBER_ROW * max(len(self.left[item]), len(self.right[item])))


# ------------------------------------------------------------------ what is drawn


def drawn_paths(plan: PathPlan, paths: Sequence[Path]) -> Drawn:
    """The paths that fit into a picture: the largest of those that are too many."""
    loadings = [path for path in paths if path.kind == "loading"]
    curves = [path for path in paths if is_correlated(path)]
    items = set(plan.items)
    left = {item: _arrivals(item, plan, plan.homes, loadings) for item in plan.items}
    right = {item: _arrivals(item, plan, plan.across, loadings) for item in plan.items}
    return Drawn(
        plan=plan,
        left=left,
        right=right,
        upper=tuple(p for p in loadings if p.start in plan.above and p.end in plan.homes),
        curves=_factor_curves(plan.above or plan.homes, curves),
        item_curves=_largest([p for p in curves if {p.start, p.end} <= items], MOST_ITEM_ARCS),
    )


def _arrivals(
    item: str, plan: PathPlan, factors: Sequence[str], loadings: Sequence[Path]
) -> tuple[Path, ...]:
    """The largest loadings of an item on factors of one side, in the order of the factors."""
    found = [path for path in loadings if path.end == item and path.start in factors]
    own = [path for path in found if item in plan.items_of.get(path.start, ())]
    others = _largest([path for path in found if path not in own], MOST_ARRIVALS - len(own))
    return tuple(sorted((*own, *others), key=lambda path: factors.index(path.start)))


def _factor_curves(factors: Sequence[str], curves: Sequence[Path]) -> tuple[Path, ...]:
    own = [path for path in curves if {path.start, path.end} <= set(factors)]
    if len(factors) <= MOST_CURVES:
        return tuple(own)
    return _largest([path for path in own if is_too_high(path)], MOST_ARCS)


def is_correlated(path: Path) -> bool:
    """Whether a path is a correlation that is not held at 0."""
    return path.kind == "correlation" and path.estimate != 0


def is_too_high(path: Path) -> bool:
    """Whether a correlation, as it is written, is so high that two factors are hardly two."""
    return round(path.size, 2) >= TOO_HIGH


def _largest(paths: Sequence[Path], number: int) -> tuple[Path, ...]:
    kept = sorted(paths, key=lambda path: -path.size)[:number]
    return tuple(path for path in paths if path in kept)


# ------------------------------------------------------------------ places


def columns_of(drawn: Drawn) -> Columns:
    """Where the columns stand; boxes are as wide as the longest name needs and the page allows."""
    plan, diameter = drawn.plan, 2 * FACTOR_HALF_WIDTH
    start = MARGIN + _room_for_arcs(drawn)
    above = start + FACTOR_HALF_WIDTH
    first = start + (diameter + FAN + LEAD if plan.above else 0)
    box = first + diameter + drawn.fan(drawn.left) + LEAD
    strip = ITEM_ARCS if drawn.item_curves else 0
    after = MARGIN + strip + (LEAD + drawn.fan(drawn.right) + diameter if plan.across else 0)
    longest = max(map(len, plan.items), default=0)
    wanted = min(max(LETTER * longest + ROOM_FOR_RESIDUAL + 14, NARROWEST_ITEM), WIDEST_ITEM)
    box_width = min(wanted, max(NARROWEST_ITEM, WIDEST - box - after))
    width = round(box + box_width + after)
    across = width - MARGIN - FACTOR_HALF_WIDTH
    return Columns(above, first + FACTOR_HALF_WIDTH, box, box_width, across, width)


def _room_for_arcs(drawn: Drawn) -> float:
    reaches = [reach_of_arc(path, drawn) for path in drawn.curves]
    return 0.75 * max(reaches) + NUMBER_WIDTH / 2 if reaches else 0


def reach_of_arc(path: Path, drawn: Drawn) -> float:
    """How far the control points of a curve lie from its factors: further for factors apart."""
    factors = drawn.plan.above or drawn.plan.homes
    apart = abs(factors.index(path.start) - factors.index(path.end))
    return 44 + (apart - 1) * (38 if len(factors) <= MOST_CURVES else 12)


def _block_height(home: str, drawn: Drawn) -> int:
    rows = sum(drawn.row_height(item) for item in drawn.plan.items_of[home])
    return max(rows, 2 * FACTOR_HALF_HEIGHT + 2)


def height_of(drawn: Drawn) -> int:
    """Height of the whole drawing."""
    blocks = [_block_height(home, drawn) + BETWEEN for home in drawn.plan.homes]
    others = max(len(drawn.plan.above), len(drawn.plan.across)) * 3 * FACTOR_HALF_HEIGHT
    return max(sum(blocks) - BETWEEN, others) + 2 * MARGIN


def item_heights(drawn: Drawn) -> dict[str, float]:
    """The middle of the row of every item; few items are centred on their factor."""
    places: dict[str, float] = {}
    block = float(MARGIN)
    for home in drawn.plan.homes:
        heights = [drawn.row_height(item) for item in drawn.plan.items_of[home]]
        first = block + (_block_height(home, drawn) - sum(heights)) / 2
        tops = itertools.accumulate(heights, initial=first)
        for item, top, height in zip(drawn.plan.items_of[home], tops, heights, strict=False):
            places[item] = top + height / 2
        block += _block_height(home, drawn) + BETWEEN
    return places


def factor_heights(drawn: Drawn, rows: Mapping[str, float]) -> dict[str, float]:
    """The middle of every factor: beside its items, factors above and across at their mean."""
    places: dict[str, float] = {}
    block = float(MARGIN)
    for home in drawn.plan.homes:
        places[home] = block + _block_height(home, drawn) / 2
        block += _block_height(home, drawn) + BETWEEN
    over = {f: [places[p.end] for p in drawn.upper if p.start == f] for f in drawn.plan.above}
    beside = {
        f: [rows[p.end] for arrivals in drawn.right.values() for p in arrivals if p.start == f]
        for f in drawn.plan.across
    }
    height = height_of(drawn)
    for column, step in ((over, 3.0 * FACTOR_HALF_HEIGHT), (beside, height / 3)):
        means = {factor: fmean(found or [0.0]) for factor, found in column.items()}
        places |= _kept_apart(means, step, height)
    return places


def _kept_apart(wanted: Mapping[str, float], step: float, height: int) -> dict[str, float]:
    """Places at least a step apart, within the drawing."""
    order = sorted(wanted, key=lambda name: wanted[name])
    highest = MARGIN + FACTOR_HALF_HEIGHT
    lowest = height - highest
    places: dict[str, float] = {}
    for rank, name in enumerate(order):
        before = places[order[rank - 1]] + step if rank else highest
        room = lowest - step * (len(order) - 1 - rank)
        places[name] = min(max(wanted[name], before), room)
    return places
