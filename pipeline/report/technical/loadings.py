"""Loadings of items on the factor of their scale, with intervals, as a plot and its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.report.charts import (
    ItemLoading,
    LoadingGroup,
    LoadingPlot,
    Point,
    loading_axis,
    loading_panels,
    loading_plot,
)
from pipeline.report.estimates import Address, Estimate, Estimates
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.tables import Evidence, shown_table
from pipeline.report.technical.evidence import (
    Found,
    cell,
    chart_id,
    evidence,
    headings_of,
    people,
    remark,
    scope_label,
)

REFERENCES = (-0.40, -0.30, 0.30, 0.40)


@dataclass(frozen=True, slots=True)
class OwnLoading:
    """An item: its loading on the factor of its scale, and the largest of its other loadings."""

    item: str
    scale: str
    own: Found
    other: Found
    other_factor: str | None
    communality: Found
    general: Found

    @property
    def found(self) -> tuple[Found, ...]:
        """Everything on record about the item."""
        return self.own, self.other, self.communality, self.general


@dataclass(frozen=True, slots=True)
class LoadingView:
    """A part of the loading plot, and its numbers."""

    chart: LoadingPlot
    evidence: Evidence


def own_loadings(scope: str | None, table: Estimates, setting: Setting) -> tuple[OwnLoading, ...]:
    """Every item with a loading on record, in the order of the questionnaire."""
    factors = factor_names(scope, table, setting)
    analysed = addresses_by_item(scope, table)
    found = (
        _own_loading(item, scope, factors, table, setting)
        for item in setting.instrument.items
        if item in analysed
    )
    return tuple(one for one in found if one.own is not None or one.other is not None)


def _own_loading(
    item: str, scope: str | None, factors: Sequence[str], table: Estimates, setting: Setting
) -> OwnLoading:
    scale = setting.instrument.scale_of_item[item].id
    pattern = {
        factor: table.on_record("pattern", scale=scope, item=item, factor=factor)
        for factor in factors
    }
    own = pattern.pop(scale, None) or table.on_record(
        "target_loading", scale=scope, item=item, factor=scale
    )
    largest = _largest(pattern)
    second = table.on_record("second_loading", scale=scope, item=item)
    return OwnLoading(
        item=item,
        scale=scale,
        own=own,
        other=second if largest is None else pattern[largest],
        other_factor=largest,
        communality=table.on_record("communality", scale=scope, item=item),
        general=table.on_record("general_loading", scale=scope, item=item),
    )


def _largest(loadings: Mapping[str, Found]) -> str | None:
    """The factor with the largest loading, whatever its sign."""
    sizes = {name: abs(one.value) for name, one in loadings.items() if isinstance(one, Estimate)}
    return max(sizes, key=lambda name: (sizes[name], name), default=None)


def addresses_by_item(scope: str | None, table: Estimates) -> dict[str, list[Address]]:
    """What a table has rows about, by item, within one set of items."""
    by_item: dict[str, list[Address]] = {}
    for address in table.addresses():
        if address[0] is None and address[2] == scope and address[3] is not None:
            by_item.setdefault(address[3], []).append(address)
    return by_item


def factor_names(scope: str | None, table: Estimates, setting: Setting) -> tuple[str, ...]:
    """Factors with loadings: those named after a scale in its order, then the others."""
    found = {
        factor
        for _, _, scale, item, factor, statistic in table.addresses()
        if statistic == "pattern" and item and factor and scale == scope
    }
    named = [scale.id for scale in setting.instrument.scales if scale.id in found]
    others = sorted(
        factor for factor in found if factor not in named and (not named or "other" in factor)
    )
    return (*named, *others)


def loading_plots(scope: str | None, table: Estimates, setting: Setting) -> tuple[LoadingView, ...]:
    """The loading plot of a set of items, in parts that fit on a page; none without a number."""
    items = own_loadings(scope, table, setting)
    groups = _groups([one for one in items if isinstance(one.own, Estimate)], setting)
    values = [
        end
        for group in groups
        for item in group.items
        for point in (item.own, item.other)
        if point is not None
        for end in (point.value, *(point.interval or ()))
    ]
    panels = loading_panels(groups)
    axis = loading_axis(values)
    views = []
    for number, panel in enumerate(panels, start=1):
        title = _title(scope, number, len(panels), setting)
        description = setting.say("technical.loading_description")
        identity = chart_id("loadings", scope, str(number))
        chart = loading_plot(identity, title, description, axis, panel, REFERENCES, setting.numbers)
        drawn = {item.item for group in panel for item in group.items}
        shown = [one for one in items if one.item in drawn]
        views.append(LoadingView(chart, _plot_table(identity, title, shown, setting)))
    return tuple(views)


def _title(scope: str | None, number: int, total: int, setting: Setting) -> str:
    title = setting.say("technical.loading_title", items=scope_label(scope, setting))
    if total == 1:
        return title
    return setting.say("technical.part", title=title, number=str(number), total=str(total))


def _groups(items: Sequence[OwnLoading], setting: Setting) -> tuple[LoadingGroup, ...]:
    by_scale: dict[str, list[ItemLoading]] = {}
    for one in items:
        drawn = ItemLoading(one.item, _point(one.own), _point(one.other, quiet=True))
        by_scale.setdefault(one.scale, []).append(drawn)
    return tuple(
        LoadingGroup(scope_label(scale, setting), tuple(drawn)) for scale, drawn in by_scale.items()
    )


def _point(found: Found, *, quiet: bool = False) -> Point | None:
    """The filled mark has its interval; the hollow one beside it has not, as it would hide it."""
    if not isinstance(found, Estimate):
        return None
    return Point(found.value, None if quiet else found.interval, quiet=quiet)


def _plot_table(name: str, title: str, items: Sequence[OwnLoading], setting: Setting) -> Evidence:
    extra = [
        more
        for more in ("communality", "general")
        if any(getattr(one, more) is not None for one in items)
    ]
    rows = []
    for one in items:
        other = setting.say("word.none") if one.other_factor is None else one.other_factor
        more = [cell(getattr(one, other), NumberFormat.coefficient, setting) for other in extra]
        loadings = [
            cell(found, NumberFormat.coefficient, setting) for found in (one.own, one.other)
        ]
        cells = (one.scale, people(one.found, setting), *loadings, other, *more)
        rows.append((one.item, (*cells, remark(one.found, setting))))
    names = ("item", "target", "n", "own_loading", "other_loading", "other_factor", *extra)
    headings = headings_of((*names, "remarks"), setting)
    shown = shown_table(title, headings, rows, words=[1, 5, len(headings) - 1])
    return evidence(name, shown, [found for one in items for found in one.found], setting)
