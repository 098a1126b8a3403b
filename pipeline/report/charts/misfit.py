"""What a model leaves unexplained: residual correlations as cells, only the larger ones marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.report.charts.heat_map import NO_NUMBER, HeatCell, HeatGroup, HeatMap, heat_map
from pipeline.report.formatting import NumberFormat

MARKS = (0.10, 0.15, 0.20, 0.25, 0.30)
"""Sizes at which the shade of a cell becomes stronger; under the first one a cell stays empty."""


def misfit_map(
    chart_id: str,
    title: str,
    description: str,
    groups: Sequence[HeatGroup],
    residuals: Sequence[Sequence[float | None]],
    numbers: NumberFormat,
) -> HeatMap:
    """Residual correlations below the diagonal.

    A cell of .10 or more, in size, as it is written, has a shade and its number with its sign, so
    that it can be read without colour.

    Parameters
    ----------
    chart_id, title, description, groups
        As for :func:`heat_map`.
    residuals : sequence of sequence of float or None
        A row an item in the order of the groups; the numbers below the diagonal are used.
    numbers : NumberFormat
        How the language of the report writes numbers.
    """
    drawn = heat_map(chart_id, title, description, groups, residuals, numbers)
    found = (residuals[row][column] for row in range(len(residuals)) for column in range(row))
    cells = tuple(
        _marked(cell, value, numbers) for cell, value in zip(drawn.cells, found, strict=True)
    )
    return replace(drawn, cells=cells)


def misfit_step(value: float) -> int:
    """How strong the shade of a residual correlation is; 0 where it is not marked."""
    return sum(round(abs(value), 2) >= mark for mark in MARKS)


def _marked(cell: HeatCell, value: float | None, numbers: NumberFormat) -> HeatCell:
    if value is None:
        return replace(cell, side="absent", shade=0, text=NO_NUMBER)
    step = misfit_step(value)
    side = "against" if value < 0 and step else "heat"
    return replace(
        cell, side=side, shade=step, text=numbers.bare_coefficient(value) if step else ""
    )
