"""How strongly items go together: correlations as a heat map."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.charts import STEPS, HeatGroup, HeatMap, heat_map
from pipeline.report.estimates import Estimate, Estimates
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.tables import Evidence, shown_table
from pipeline.report.technical.evidence import (
    Found,
    cell,
    chart_id,
    conditions,
    evidence,
    is_withheld,
    meaning,
    people,
    scope_label,
    scopes_of,
)

CORRELATION = "polychoric_correlation"
CHANGE = "largest_change_by_smoothing"


@dataclass(frozen=True, slots=True)
class Shade:
    """A step of the key of a heat map."""

    number: int
    label: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """The correlations of one set of items; without a number, only sentences."""

    title: str
    sentences: tuple[str, ...]
    chart: HeatMap | None
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class _Pairs:
    """What is on record about every pair of items, in the order of the questionnaire."""

    groups: tuple[HeatGroup, ...]
    rows: tuple[tuple[Found, ...], ...]

    @property
    def items(self) -> tuple[str, ...]:
        return tuple(item for group in self.groups for item in group.items)

    @property
    def below_diagonal(self) -> tuple[Found, ...]:
        return tuple(one for i, row in enumerate(self.rows) for one in row[:i])


def shades(setting: Setting, steps: Sequence[float] = STEPS) -> tuple[Shade, ...]:
    """The key of a heat map: the size of a correlation at each strength of shade."""
    ends = [setting.numbers.bare_coefficient(step) for step in steps]
    below = [setting.numbers.bare_coefficient(step - 0.01) for step in steps]
    between = [
        setting.say("word.span", low=low, high=high)
        for low, high in zip(ends, below[1:], strict=False)
    ]
    labels = [
        setting.say("word.under", number=ends[0]),
        *between,
        setting.say("word.or_more", number=ends[-1]),
    ]
    return tuple(Shade(number, label) for number, label in enumerate(labels))


def correlation_matrices(table: Estimates, setting: Setting) -> tuple[Matrix, ...]:
    """A matrix for each set of items that the table has correlations of."""
    found = (_pairs(scope, table, setting) for scope in scopes_of(table, setting))
    return tuple(
        _matrix(scope, pairs, table, setting)
        for scope, pairs in zip(scopes_of(table, setting), found, strict=True)
        if pairs.groups
    )


def _pairs(scope: str | None, table: Estimates, setting: Setting) -> _Pairs:
    known = {
        item
        for _, _, scale, item, _, statistic in table.addresses()
        if scale == scope and statistic == CORRELATION and item
    }
    by_pair = {
        pair: table.on_record(CORRELATION, scale=scope, item=f"{pair[0]} with {pair[1]}")
        for pair in itertools.permutations(setting.instrument.items, 2)
        if f"{pair[0]} with {pair[1]}" in known
    }
    present = {item for pair in by_pair for item in pair}
    groups = tuple(
        HeatGroup(scale.id, setting.wording.of(scale.title), items)
        for scale in setting.instrument.by_id.values()
        if (items := tuple(item for item in scale.item_ids if item in present))
    )
    order = [item for group in groups for item in group.items]
    rows = tuple(tuple(by_pair.get((a, b)) or by_pair.get((b, a)) for b in order) for a in order)
    return _Pairs(groups, rows)


def _matrix(scope: str | None, pairs: _Pairs, table: Estimates, setting: Setting) -> Matrix:
    title = setting.say("technical.heat_title", items=scope_label(scope, setting))
    found = pairs.below_diagonal
    values = [[one.value if isinstance(one, Estimate) else None for one in r] for r in pairs.rows]
    if not any(isinstance(one, Estimate) for one in found):
        return Matrix(title, (_why_none(found, setting),), None, None)
    change = table.on_record(CHANGE, scale=scope)
    chart = heat_map(
        chart_id("heat", scope),
        title,
        setting.say("technical.heat_description", number=setting.numbers.count(len(pairs.items))),
        pairs.groups,
        values,
        setting.numbers,
    )
    return Matrix(
        title,
        _sentences(found, change, setting),
        chart,
        _table(chart.id, title, pairs, setting),
    )


def _why_none(found: Sequence[Found], setting: Setting) -> str:
    if any(is_withheld(one) for one in found):
        return setting.say("technical.heat_withheld", n=people(found, setting))
    reasons = [meaning(word, setting) for word in conditions(found)]
    return " ".join([setting.say("technical.heat_absent"), *reasons])


def _sentences(found: Sequence[Found], change: Found, setting: Setting) -> tuple[str, ...]:
    numbers = sorted(one.value for one in found if isinstance(one, Estimate))
    low, high = (setting.numbers.bare_coefficient(end) for end in (numbers[0], numbers[-1]))
    told = [setting.say("technical.heat_range", low=low, high=high, n=people(found, setting))]
    missing = len(found) - len(numbers)
    if missing:
        told.append(setting.say("technical.heat_holes", number=setting.numbers.count(missing)))
    if isinstance(change, Estimate) and change.value:
        by = setting.numbers.decimals(change.value, 3)
        told.append(setting.say("technical.heat_smoothed", change=by))
    return tuple(told)


def _table(name: str, title: str, pairs: _Pairs, setting: Setting) -> Evidence:
    rows = []
    for place, (item, found) in enumerate(zip(pairs.items, pairs.rows, strict=True)):
        cells = [cell(one, NumberFormat.coefficient, setting, interval=False) for one in found]
        cells[place] = setting.numbers.coefficient(1.0)
        rows.append((item, cells))
    shown = shown_table(title, [setting.say("statistic.item"), *pairs.items], rows)
    return evidence(name, shown, pairs.below_diagonal, setting)
