"""The released tables as a workbook: typed cells, headings that stay in sight, and notes first."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipeline.instrument import Instrument
from pipeline.report.pages import Setting, foot_of, notices_of
from pipeline.report.phrases import load_phrases
from pipeline.report.study import Study
from pipeline.report.technical.settings import disclosure_rules
from pipeline.report.withholding import reason
from pipeline.report.wording import wording_of
from pipeline.tables import catalogue
from pipeline.tables.schema import Column, Table

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

CONTRACTS: Mapping[str, Table] = {
    "released": catalogue.RELEASED,
    "withheld": catalogue.WITHHELD,
    "site_comparisons": catalogue.SITE_COMPARISONS,
    "scale_comparisons": catalogue.SCALE_COMPARISONS,
    "site_changes": catalogue.SITE_CHANGES,
    "response": catalogue.RESPONSE,
    "clusters": catalogue.CLUSTERS,
    "gates": catalogue.GATES,
}
"""The tables of a workbook in the order of its sheets: all of them may leave."""

MOST_ROWS = 1_048_575
"""Rows that fit on a sheet below its heading."""
NARROWEST, WIDEST = 8, 48
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""The same tables make the same bytes, so no workbook tells when it was made."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A sheet before it is written: headings, and rows of values of one kind a column."""

    name: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


def make_workbook(
    tables: Mapping[str, pd.DataFrame], sites: pd.DataFrame, instrument: Instrument, study: Study
) -> bytes:
    """The workbook of a study.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By the names and contracts of CONTRACTS; a table that is not given has no sheet.
    sites : DataFrame
        By the contract SITES, for the names of sites.
    instrument : Instrument
        The questionnaire.
    study : Study
        What every report says about the study.

    Returns
    -------
    bytes
        An XLSX file. A table with more rows than a sheet holds goes on on a further sheet.
    """
    from xlsxwriter import Workbook

    wording = wording_of(instrument, study)
    setting = Setting(instrument, study, wording, load_phrases(study.language))
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(target, {**options, "strings_to_numbers": False}) as book:
        book.set_properties({"title": study.title, "created": NO_DATE})
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        _write_notes(book, tables, setting)
        for cells in _sheets(tables, sites, setting):
            _write_sheet(book.add_worksheet(cells.name), cells, heading)
    return target.getvalue()


def _sheets(
    tables: Mapping[str, pd.DataFrame], sites: pd.DataFrame, setting: Setting
) -> Iterator[Cells]:
    given = {name: table for name, table in CONTRACTS.items() if name in tables}
    yield _columns_sheet(given, setting)
    rules = tables["withheld"]["rule"].unique() if "withheld" in tables else ()
    yield _names_sheet(sites, sorted(map(str, rules)), setting)
    for name, table in given.items():
        yield from _table_sheets(name, table, tables[name])


def _table_sheets(name: str, table: Table, frame: pd.DataFrame) -> Iterator[Cells]:
    headings = tuple(table.column_names)
    columns = [_plain(frame[column.name]) for column in table.columns]
    rows = list(zip(*columns, strict=True))
    for part, start in enumerate(range(0, max(len(rows), 1), MOST_ROWS), start=1):
        sheet = name if part == 1 else f"{name} {part}"
        yield Cells(sheet, headings, rows[start : start + MOST_ROWS])


def _plain(column: pd.Series) -> list[Any]:
    values = column.astype(object).tolist()
    return [None if empty else value for value, empty in zip(values, column.isna(), strict=True)]


# ------------------------------------------------------------------ what the tables mean


def _columns_sheet(given: Mapping[str, Table], setting: Setting) -> Cells:
    names = ("table", "column", "kind", "meaning")
    headings = tuple(setting.phrases.say(f"workbook.{name}") for name in names)
    rows = [
        (name, column.name, _kind(column), _meaning(column))
        for name, table in given.items()
        for column in table.columns
    ]
    return Cells(setting.say("workbook.columns"), headings, rows)


def _kind(column: Column) -> str:
    return column.kind.replace("_", "/")


def _meaning(column: Column) -> str:
    if not column.categories:
        return column.description
    return f"{column.description} ({', '.join(column.categories)})"


def _names_sheet(sites: pd.DataFrame, rules: Sequence[str], setting: Setting) -> Cells:
    """What the ids of sites, scales, items, groups and rules stand for."""
    of, wording = setting.instrument, setting.wording
    ordered = sites.sort_values("label", key=lambda labels: labels.str.casefold())
    rows = [
        *(("site", *pair) for pair in zip(ordered["site"], ordered["label"], strict=True)),
        *(("scale", scale.id, wording.of(scale.title)) for scale in of.scales),
        *(("item", item.id, wording.of(item.text)) for item in of.items.values()),
        *(("group", group.id, wording.of(group.title)) for group in _groups(of)),
        *(("rule", rule, reason(rule, setting)) for rule in rules),
    ]
    names = ("column", "id", "name")
    headings = tuple(setting.phrases.say(f"workbook.{name}") for name in names)
    return Cells(setting.say("workbook.names"), headings, rows)


def _groups(instrument: Instrument) -> tuple[Any, ...]:
    return instrument.grouping.groups if instrument.grouping else ()


# ------------------------------------------------------------------ writing


def _write_notes(book: Workbook, tables: Mapping[str, pd.DataFrame], setting: Setting) -> None:
    """The first sheet: what this is, what to bear in mind, and what each sheet holds."""
    sheet = book.add_worksheet(setting.say("workbook.notes"))
    strong, wrapped = (
        book.add_format({"bold": True, "font_size": 14}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100, wrapped)
    lines = [
        ("", setting.say("page.kicker", programme=setting.study.title, wave=setting.study.wave)),
        *(("", notice.text) for notice in notices_of(setting)),
        ("", setting.say("workbook.intro")),
        *(("", rule) for rule in disclosure_rules(setting)),
        *((name, table.description) for name, table in CONTRACTS.items() if name in tables),
        *(("", line) for line in foot_of(setting)),
    ]
    sheet.write_string(0, 0, setting.study.title, strong)
    for place, (name, line) in enumerate(lines, start=1):
        sheet.write_string(place, 0, name)
        sheet.write_string(place, 1, line, wrapped)


def _write_sheet(sheet: Worksheet, cells: Cells, heading: Format) -> None:
    for place, name in enumerate(cells.headings):
        sheet.write_string(0, place, name, heading)
        sheet.set_column(place, place, _width(name, [row[place] for row in cells.rows]))
    for line, row in enumerate(cells.rows, start=1):
        for place, value in enumerate(row):
            _write_cell(sheet, line, place, value)
    sheet.freeze_panes(1, 0)
    if cells.rows:
        sheet.autofilter(0, 0, len(cells.rows), len(cells.headings) - 1)


def _write_cell(sheet: Worksheet, line: int, place: int, value: Any) -> None:
    """A value as what it is; text is text, whatever it begins with."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, str(value))


def _width(name: str, values: Sequence[Any], looked_at: int = 200) -> int:
    longest = max((len(str(value)) for value in values[:looked_at] if value is not None), default=0)
    return min(max(len(name) + 2, longest + 1, NARROWEST), WIDEST)
