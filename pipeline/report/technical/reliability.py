"""How well the items of each scale hold together: in words, as a forest, and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.instrument.model import Scale
from pipeline.report import formatting
from pipeline.report.charts import (
    Forest,
    ForestDatum,
    Point,
    coefficient_axis,
    forest_chart,
    forest_panels,
)
from pipeline.report.estimates import Estimate, Estimates
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.tables import Evidence, shown_table
from pipeline.report.technical.evidence import (
    Columns,
    Found,
    cell,
    evidence,
    headings_of,
    on_record,
    people,
    remark,
    scope_label,
)
from pipeline.report.technical.reliability_in_words import REFERENCES, in_words

COEFFICIENTS = (
    "categorical_omega_model_implied",
    "categorical_omega_observed",
    "omega_total_model_implied",
    "omega_total_observed",
    "cronbach_alpha",
    "ordinal_alpha",
    "guttman_lambda2",
    "split_half_mean",
    "spearman_brown",
)
"""Coefficients of the forest; the place of a coefficient is the shape of its mark."""

OTHERS: Columns = (
    ("standard_error_of_measurement", NumberFormat.coefficient),
    ("smallest_detectable_change", NumberFormat.coefficient),
    ("split_half_minimum", NumberFormat.coefficient),
    ("split_half_maximum", NumberFormat.coefficient),
    ("inter_item_correlation", NumberFormat.coefficient),
)

LONGEST_LABEL = 32


@dataclass(frozen=True, slots=True)
class InWords:
    """What is said about one scale."""

    scale: str
    text: str


@dataclass(frozen=True, slots=True)
class Shape:
    """An entry of the key of the forest."""

    kind: int
    label: str


@dataclass(frozen=True, slots=True)
class ForestView:
    """A part of the forest, and its numbers."""

    chart: Forest
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Reliability:
    """Everything about reliability."""

    in_words: tuple[InWords, ...]
    shapes: tuple[Shape, ...]
    forests: tuple[ForestView, ...]
    coefficients: Evidence | None
    others: Evidence


def reliability_of(table: Estimates, setting: Setting) -> Reliability:
    """What the page shows about reliability.

    The coefficients stand beside the forest; scales that should have a coefficient and have none
    to draw stand in a table of their own.
    """
    scales = tuple(setting.instrument.by_id.values())
    drawn = [scale for scale in scales if _points(scale.id, table)]
    left = [scale for scale in scales if scale not in drawn and scale.has_score]
    return Reliability(
        in_words=tuple(
            InWords(scope_label(scale.id, setting), in_words(scale, table, setting))
            for scale in scales
        ),
        shapes=_shapes(table, setting),
        forests=_forests(drawn, table, setting),
        coefficients=_without_numbers(left, table, setting) if left else None,
        others=_others(scales, table, setting),
    )


# ------------------------------------------------------------------ forest


def _points(scale: str, table: Estimates) -> tuple[Point, ...]:
    found = ((shape, table.on_record(name, scale=scale)) for shape, name in enumerate(COEFFICIENTS))
    return tuple(
        Point(one.value, one.interval, shape) for shape, one in found if isinstance(one, Estimate)
    )


def _shapes(table: Estimates, setting: Setting) -> tuple[Shape, ...]:
    drawn = {p.series for scale in setting.instrument.by_id for p in _points(scale, table)}
    return tuple(
        Shape(kind, label_of_coefficient(kind, setting))
        for kind in range(len(COEFFICIENTS))
        if kind in drawn
    )


def label_of_coefficient(kind: int, setting: Setting) -> str:
    """The name of the coefficient that has this shape in the forest."""
    return setting.phrases.say(f"statistic.{COEFFICIENTS[kind]}")


def _forests(scales: Sequence[Scale], table: Estimates, setting: Setting) -> tuple[ForestView, ...]:
    points = {scale.id: _points(scale.id, table) for scale in scales}
    ends = [e for some in points.values() for p in some for e in (p.value, *(p.interval or ()))]
    data = [ForestDatum(scale, "", points[scale]) for scale in points]
    panels = forest_panels(data)
    axis = coefficient_axis(ends)
    views = []
    for number, panel in enumerate(panels, start=1):
        title = setting.say("technical.forest_title")
        if len(panels) > 1:
            total = str(len(panels))
            title = setting.say("technical.part", title=title, number=str(number), total=total)
        rows = [_row(datum, table, setting) for datum in panel]
        description = setting.say("technical.forest_description")
        chart = forest_chart(
            f"forest-{number}", title, description, axis, rows, REFERENCES, setting.numbers
        )
        shown = [setting.instrument.by_id[datum.label] for datum in panel]
        views.append(ForestView(chart, _coefficients(chart.id, title, shown, table, setting)))
    return tuple(views)


def _row(datum: ForestDatum, table: Estimates, setting: Setting) -> ForestDatum:
    found = [table.on_record(COEFFICIENTS[p.series], scale=datum.label) for p in datum.points]
    label = formatting.shorten(scope_label(datum.label, setting), LONGEST_LABEL)
    return ForestDatum(
        label, setting.say("technical.forest_n", n=people(found, setting)), datum.points
    )


# ------------------------------------------------------------------ tables


def _without_numbers(scales: Sequence[Scale], table: Estimates, setting: Setting) -> Evidence:
    caption = setting.say("technical.reliability_absent_caption")
    return _coefficients("scales-without-coefficient", caption, scales, table, setting)


def _coefficients(
    file: str, caption: str, scales: Sequence[Scale], table: Estimates, setting: Setting
) -> Evidence:
    """A row a coefficient that is on record, within each scale; one row where none is."""
    every: list[Found] = []
    rows = []
    for scale in scales:
        for name, one in _on_record(scale.id, table):
            every.append(one)
            label = setting.phrases.say(f"statistic.{name}") if name else setting.say("word.none")
            value = cell(one, NumberFormat.coefficient, setting)
            row = (label, people([one], setting), value, remark([one], setting))
            rows.append((scope_label(scale.id, setting), row))
    headings = headings_of(("scale", "coefficient", "n", "value", "remarks"), setting)
    return evidence(file, shown_table(caption, headings, rows, words=[1, 4]), every, setting)


def _on_record(scale: str, table: Estimates) -> list[tuple[str, Found]]:
    found: list[tuple[str, Found]] = [
        (name, table.on_record(name, scale=scale)) for name in COEFFICIENTS
    ]
    return [(name, one) for name, one in found if one is not None] or [("", None)]


def _others(scales: Sequence[Scale], table: Estimates, setting: Setting) -> Evidence:
    columns = on_record(OTHERS, table)
    every: list[Found] = []
    rows = []
    for scale in scales:
        found = [table.on_record(name, scale=scale.id) for name, _ in columns]
        every.extend(found)
        cells = [cell(one, write, setting) for one, (_, write) in zip(found, columns, strict=True)]
        counts = (setting.numbers.count(len(scale.items)), people(found, setting))
        rows.append((scope_label(scale.id, setting), (*counts, *cells, remark(found, setting))))
    names = ("scale", "n_items", "n", *(name for name, _ in columns), "remarks")
    headings = headings_of(names, setting)
    caption = setting.say("technical.reliability_caption")
    shown = shown_table(caption, headings, rows, words=[len(headings) - 1])
    return evidence("reliability-other-numbers", shown, every, setting)
