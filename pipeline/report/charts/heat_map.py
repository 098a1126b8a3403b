"""A matrix of correlations as cells, each with its number, in the order of the questionnaire."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report import formatting
from pipeline.report.formatting import NumberFormat

STEPS = (0.15, 0.30, 0.45, 0.60, 0.75)
"""Sizes at which the shade of a cell becomes stronger."""

NO_NUMBER = "\N{EN DASH}"
LONGEST_ITEM = 12
RIGHT_MARGIN = 56


@dataclass(frozen=True, slots=True)
class Size:
    """Measures of a heat map in pixels; widths of letters are those of a wide font."""

    name: str
    cell_width: int
    cell_height: int
    letter_width: float
    bold_width: float


SMALL = Size("small", 23, 15, 6.6, 8.0)
MEDIUM = Size("medium", 30, 19, 7.3, 8.6)
LARGE = Size("large", 44, 30, 8.2, 9.2)


def size_for(n_items: int) -> Size:
    """The largest size in which the drawing of so many items fits on a screen."""
    if n_items <= 16:
        return LARGE
    return MEDIUM if n_items <= 36 else SMALL


@dataclass(frozen=True, slots=True)
class HeatGroup:
    """The items of one scale: its code, what it is called, and its items."""

    code: str
    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A correlation; `shade` is its size in steps, `side` tells positive, negative and none."""

    x: float
    y: float
    text_x: float
    text_y: float
    side: str
    shade: int
    text: str


@dataclass(frozen=True, slots=True)
class HeatLabel:
    """A text beside the cells."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class HeatLine:
    """A border between two scales."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class HeatArea:
    """All cells of one side and strength of shade, as one line around each."""

    side: str
    shade: int
    line: str


@dataclass(frozen=True, slots=True)
class HeatNumbers:
    """The numbers in all cells of one strength of shade."""

    shade: int
    labels: tuple[HeatLabel, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The lower half of a matrix of correlations."""

    id: str
    title: str
    description: str
    size: str
    width: int
    height: int
    cell_width: int
    cell_height: int
    cells: tuple[HeatCell, ...]
    diagonal: tuple[HeatLabel, ...]
    row_labels: tuple[HeatLabel, ...]
    column_labels: tuple[HeatLabel, ...]
    group_labels: tuple[HeatLabel, ...]
    borders: tuple[HeatLine, ...]

    @property
    def areas(self) -> tuple[HeatArea, ...]:
        """The cells, those that look alike together: a large map stays a small file."""
        kinds = sorted({(cell.side, cell.shade) for cell in self.cells})
        return tuple(HeatArea(side, shade, self._around(side, shade)) for side, shade in kinds)

    def _around(self, side: str, shade: int) -> str:
        alike = (cell for cell in self.cells if (cell.side, cell.shade) == (side, shade))
        box = f"h{self.cell_width}v{self.cell_height}h-{self.cell_width}z"
        return "".join(f"M{cell.x:g} {cell.y:g}{box}" for cell in alike)

    @property
    def numbers(self) -> tuple[HeatNumbers, ...]:
        """The numbers in the cells, by the strength of the shade behind them."""
        by_shade: dict[int, list[HeatLabel]] = {}
        for cell in self.cells:
            if cell.text:
                label = HeatLabel(cell.text_x, cell.text_y, cell.text)
                by_shade.setdefault(cell.shade, []).append(label)
        return tuple(HeatNumbers(shade, tuple(by_shade[shade])) for shade in sorted(by_shade))


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where rows and columns are."""

    size: Size
    left: int
    n_items: int

    def across(self, place: int) -> float:
        return self.left + self.size.cell_width * place

    def down(self, place: int) -> float:
        return self.size.cell_height * place

    @property
    def middle(self) -> tuple[float, float]:
        return self.size.cell_width / 2, self.size.cell_height / 2


def heat_map(
    chart_id: str,
    title: str,
    description: str,
    groups: Sequence[HeatGroup],
    values: Sequence[Sequence[float | None]],
    numbers: NumberFormat,
) -> HeatMap:
    """Cells below the diagonal; the code of every scale stands beside its first item.

    Parameters
    ----------
    chart_id, title, description : str
        As in every chart.
    groups : sequence of HeatGroup
        Scales and their items, in the order in which they are drawn.
    values : sequence of sequence of float or None
        A row an item in that order; the numbers below the diagonal are used.
    numbers : NumberFormat
        How the language of the report writes numbers.
    """
    items = [item for group in groups for item in group.items]
    size = size_for(len(items))
    labels = [formatting.shorten(item, LONGEST_ITEM) for item in items]
    longest = round(size.letter_width * max(map(len, labels), default=0)) + 10
    plan = _Plan(size, longest, len(items))
    starts = list(itertools.accumulate((len(group.items) for group in groups), initial=0))[:-1]
    return HeatMap(
        id=chart_id,
        title=title,
        description=description,
        size=size.name,
        width=round(plan.across(len(items))) + RIGHT_MARGIN,
        height=round(plan.down(len(items))) + longest + 4,
        cell_width=size.cell_width,
        cell_height=size.cell_height,
        cells=_cells(values, plan, numbers),
        diagonal=tuple(HeatLabel(plan.across(i), plan.down(i), "") for i in range(len(items))),
        row_labels=tuple(
            HeatLabel(plan.left - 6, plan.down(i) + plan.middle[1], label)
            for i, label in enumerate(labels)
        ),
        column_labels=tuple(
            HeatLabel(plan.across(i) + plan.middle[0], plan.down(len(items)) + 6, label)
            for i, label in enumerate(labels)
        ),
        group_labels=tuple(
            _group_label(start, group, plan) for start, group in zip(starts, groups, strict=True)
        ),
        borders=tuple(line for start in starts if start for line in _borders(start, plan)),
    )


def shade_of(value: float) -> int:
    """How strong the shade of a correlation is, by its size as it is written."""
    return sum(round(abs(value), 2) >= step for step in STEPS)


def _cells(
    values: Sequence[Sequence[float | None]], plan: _Plan, numbers: NumberFormat
) -> tuple[HeatCell, ...]:
    return tuple(
        _cell(row, column, values[row][column], plan, numbers)
        for row in range(plan.n_items)
        for column in range(row)
    )


def _cell(
    row: int, column: int, value: float | None, plan: _Plan, numbers: NumberFormat
) -> HeatCell:
    x, y = plan.across(column), plan.down(row)
    side, shade, text = "absent", 0, NO_NUMBER
    if value is not None:
        shade, text = shade_of(value), numbers.bare_coefficient(value)
        side = "against" if value < 0 and shade else "heat"
    return HeatCell(x, y, x + plan.middle[0], y + plan.middle[1], side, shade, text)


def _group_label(start: int, group: HeatGroup, plan: _Plan) -> HeatLabel:
    """Code and name to the right of the diagonal, as far as there is room."""
    x = plan.across(start + 1) + 6
    room = plan.across(plan.n_items) + RIGHT_MARGIN - x
    letters = max(len(group.code), int(room / plan.size.bold_width))
    text = formatting.shorten(f"{group.code} {group.title}".strip(), letters)
    return HeatLabel(x, plan.down(start) + plan.middle[1], text)


def _borders(start: int, plan: _Plan) -> tuple[HeatLine, HeatLine]:
    x, y = plan.across(start), plan.down(start)
    return (
        HeatLine(plan.across(0), y, x, y),
        HeatLine(x, y, x, plan.down(plan.n_items)),
    )
