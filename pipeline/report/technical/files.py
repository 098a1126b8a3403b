"""What the technical page offers for downloading: tables as CSV, figures as SVG, syntax for R."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import chain
from typing import TypeVar

from pipeline.report.charts import Forest, HeatMap, LineChart, LoadingPlot, PathDiagram
from pipeline.report.pages import Setting, render
from pipeline.report.tables import Evidence, ShownTable
from pipeline.report.technical.figures import Chart, Figure, figure_of
from pipeline.report.technical.syntax import Script

FORMULA = re.compile(r"\s*[=+\-@|%]")
"""What a spreadsheet program would take for a formula, if it is no number."""

OF_ANSWERS = ("mean", "sd", "floor_share", "ceiling_share")
"""Statistics of single items: simple sums of answers, so they get fewer decimals."""

DECIMALS_OF_ANSWERS, DECIMALS = 2, 3

_IN_FULL = re.compile(r"[+-]?\d*\.\d+(e[+-]?\d+)?|[+-]?\d+e[+-]?\d+")

Kind = TypeVar("Kind")


def files_of(page: object, setting: Setting) -> dict[str, str]:
    """Every file that a page leads to, by its address beside the page, in order.

    Parameters
    ----------
    page : object
        A view: frozen dataclasses, tuples of them, and text.
    setting : Setting
        As everywhere.

    Raises
    ------
    ValueError
        If two tables or two figures of the page have the same name.
    """
    tables = _by_name((one.name, csv_of(one)) for one in parts_of(page, Evidence))
    figures = _by_name((figure.name, _svg(figure, setting)) for figure in _figures(page, setting))
    scripts = _by_name((one.name, one.text) for one in parts_of(page, Script))
    return {
        **{f"technical/tables/{name}.csv": text for name, text in tables.items()},
        **{f"technical/figures/{name}.svg": text for name, text in figures.items()},
        **{f"technical/syntax/{name}.R": text for name, text in scripts.items()},
    }


def _by_name(named: Iterator[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in named:
        if name in found:
            raise ValueError(f"two files would have the name '{name}'")
        found[name] = text
    return dict(sorted(found.items()))


def parts_of(view: object, kind: type[Kind]) -> Iterator[Kind]:
    """Every part of a view that is of a kind, in the order in which the view holds them."""
    if isinstance(view, kind):
        yield view
    elif isinstance(view, tuple):
        for one in view:
            yield from parts_of(one, kind)
    elif is_dataclass(view):
        for field in fields(view):
            yield from parts_of(getattr(view, field.name), kind)


# ------------------------------------------------------------------ tables


def csv_of(found: Evidence) -> str:
    """A table as CSV: the released rows where there are any, else the cells as shown.

    UTF-8, commas, ``\\n``; a header and no comments; columns without a value are left out. Numbers
    have no more decimals than the page shows: from a mean in full the exact number of people and
    the sum of their answers could be worked out.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if found.records:
        names = _columns(found.records)
        writer.writerow(names)
        writer.writerows(
            [_plain(_rounded(row.get(name, ""), row)) for name in names] for row in found.records
        )
    else:
        writer.writerows([_plain(cell) for cell in row] for row in _cells(found.table))
    return buffer.getvalue()


def _columns(records: tuple[Mapping[str, str], ...]) -> list[str]:
    names = dict.fromkeys(name for row in records for name in row)
    return [name for name in names if any(row.get(name) for row in records)]


def _cells(table: ShownTable) -> Iterator[tuple[str, ...]]:
    yield tuple(heading.text for heading in table.headings)
    for row in table.rows:
        yield (row.head, *row.cells)


def _rounded(cell: str, row: Mapping[str, str]) -> str:
    places = DECIMALS_OF_ANSWERS if row.get("statistic") in OF_ANSWERS else DECIMALS
    if not _IN_FULL.fullmatch(cell):
        return cell
    return repr(round(float(cell), places))


def _plain(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if FORMULA.match(cell) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[+-]?\d*\.?\d+(e[+-]?\d+)?", cell) is not None


# ------------------------------------------------------------------ figures


def _figures(page: object, setting: Setting) -> Iterator[Figure]:
    charts: Iterator[Chart] = chain(
        parts_of(page, Forest),
        parts_of(page, HeatMap),
        parts_of(page, LineChart),
        parts_of(page, LoadingPlot),
        parts_of(page, PathDiagram),
    )
    return (figure_of(chart, setting) for chart in charts)


def _svg(figure: Figure, setting: Setting) -> str:
    return render("figure.svg.j2", setting, figure)
