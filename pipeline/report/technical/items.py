"""Item analysis: how every item was answered, and how it goes with the rest of its scale."""

from __future__ import annotations

from pipeline.report.estimates import Estimates
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.tables import Evidence, file_name, shown_table
from pipeline.report.technical.evidence import (
    Columns,
    Found,
    cell,
    evidence,
    headings_of,
    on_record,
    people,
    remark,
)

ANSWERS: Columns = (
    ("n_missing", NumberFormat.count),
    ("mean", NumberFormat.coefficient),
    ("sd", NumberFormat.coefficient),
    ("skewness", NumberFormat.coefficient),
    ("excess_kurtosis", NumberFormat.coefficient),
    ("floor_share", NumberFormat.percent),
    ("ceiling_share", NumberFormat.percent),
)

TOGETHER: Columns = (
    ("item_rest_correlation", NumberFormat.coefficient),
    ("item_rest_polyserial", NumberFormat.coefficient),
    ("alpha_if_dropped", NumberFormat.coefficient),
)


def item_tables(table: Estimates, setting: Setting) -> tuple[Evidence, ...]:
    """Two tables a scale: the answers to its items, and how each item goes with the others."""
    kinds = (("items", ANSWERS), ("items_together", on_record(TOGETHER, table)))
    return tuple(
        _table(name, columns, scale_id, table, setting)
        for scale_id in setting.instrument.by_id
        for name, columns in kinds
    )


def _table(
    name: str, columns: Columns, scale_id: str, table: Estimates, setting: Setting
) -> Evidence:
    scale = setting.instrument.by_id[scale_id]
    every: list[Found] = []
    rows = []
    for item in scale.items:
        found = [table.on_record(one, scale=scale_id, item=item.id) for one, _ in columns]
        every.extend(found)
        cells = [cell(one, write, setting) for one, (_, write) in zip(found, columns, strict=True)]
        text = setting.wording.of(item.text)
        rows.append((item.id, (text, people(found, setting), *cells, remark(found, setting))))
    names = ("item", "text", "n", *(one for one, _ in columns), "remarks")
    headings = headings_of(names, setting)
    title = setting.wording.of(scale.title)
    caption = setting.phrases.say(f"technical.{name}_caption", scale=scale_id, title=title)
    shown = shown_table(caption, headings, rows, words=[1, len(headings) - 1])
    return evidence(file_name(name, scale_id), shown, every, setting)
