"""A model as a picture: factors as ellipses, items as boxes, and the numbers between them.

Drawn in its own units. Arrows fan out from a factor and are interrupted by their numbers before
they reach an item, so that no arrow crosses a number, however many items there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.report import formatting
from pipeline.report.charts.heat_map import NO_NUMBER
from pipeline.report.charts.path_layout import (
    FACTOR_HALF_HEIGHT,
    FACTOR_HALF_WIDTH,
    ITEM_ARCS,
    ITEM_ROW,
    LEAD,
    LETTER,
    NUMBER_ROW,
    NUMBER_WIDTH,
    ROOM_FOR_RESIDUAL,
    Columns,
    Drawn,
    columns_of,
    drawn_paths,
    factor_heights,
    height_of,
    is_correlated,
    is_too_high,
    item_heights,
    reach_of_arc,
)
from pipeline.report.charts.path_plan import Path, PathPlan, plan_of
from pipeline.report.formatting import NumberFormat

LONGEST_FACTOR = 10
NUMBER_HEIGHT = 13
WEAK, STRONG = 0.40, 0.70


@dataclass(frozen=True, slots=True)
class Ellipse:
    """A factor; `note` is the share that the factor above leaves unexplained."""

    x: float
    y: float
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Box:
    """An item with its residual variance."""

    y: float
    label: str
    residual: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A loading; `weight` tells its size and `is_against` a negative one.

    `fan` leads from the factor to the number, `stub` from there to the item. A fan of many arrows
    is drawn thin: then the stub alone tells the size.
    """

    fan: str
    stub: str
    head: str
    x: float
    y: float
    text: str
    weight: str
    is_against: bool
    is_dense: bool


@dataclass(frozen=True, slots=True)
class Arc:
    """A correlation; one of factors that is too high is marked."""

    line: str
    head: str
    x: float
    y: float
    text: str
    is_too_high: bool


@dataclass(frozen=True, slots=True)
class Strokes:
    """All lines of loadings of one weight and sign."""

    weight: str
    is_against: bool
    line: str


@dataclass(frozen=True, slots=True)
class PathDiagram:
    """The drawing of a model; `n_undrawn` numbers stand in the table only."""

    id: str
    title: str
    description: str
    width: int
    height: int
    rx: int
    ry: int
    box_x: float
    box_width: float
    box_height: int
    ellipses: tuple[Ellipse, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    factor_arcs: tuple[Arc, ...]
    item_arcs: tuple[Arc, ...]
    n_undrawn: int

    @property
    def strokes(self) -> tuple[Strokes, ...]:
        """The lines of all loadings, those that look alike together."""
        alike: dict[tuple[str, bool], list[str]] = {}
        for arrow in self.arrows:
            fan = "weak" if arrow.is_dense else arrow.weight
            alike.setdefault((fan, arrow.is_against), []).append(arrow.fan)
            alike.setdefault((arrow.weight, arrow.is_against), []).append(arrow.stub)
        return tuple(Strokes(*kind, "".join(lines)) for kind, lines in alike.items())

    @property
    def frames(self) -> str:
        """The frames of all boxes."""
        around = f"h{_short(self.box_width)}v{self.box_height}h-{_short(self.box_width)}z"
        corners = (_at(self.box_x, box.y - self.box_height / 2) for box in self.boxes)
        return "".join(f"M{corner}{around}" for corner in corners)

    @property
    def heads(self) -> str:
        """The heads of all loadings."""
        return "".join(arrow.head for arrow in self.arrows)

    @property
    def has_residuals(self) -> bool:
        """Whether any box holds the share that is left unexplained."""
        return any(box.residual for box in self.boxes)

    @property
    def has_negative(self) -> bool:
        """Whether a loading is negative."""
        return any(arrow.is_against for arrow in self.arrows)

    @property
    def has_usual_arc(self) -> bool:
        """Whether factors have a correlation that is not too high."""
        return any(not arc.is_too_high for arc in self.factor_arcs)

    @property
    def has_high_arc(self) -> bool:
        """Whether factors have a correlation that is too high."""
        return any(arc.is_too_high for arc in self.factor_arcs)


def path_diagram(
    chart_id: str, title: str, description: str, paths: Sequence[Path], numbers: NumberFormat
) -> PathDiagram:
    """A diagram of a model with any number of factors.

    Factors of factors stand at the left, then factors, then their items in one column; a general
    factor or one of the way of asking stands at the right. Correlations of more than four factors
    are not drawn, but for those of .90 and more: they fit in a matrix.

    Parameters
    ----------
    chart_id, title, description : str
        As in every chart.
    paths : sequence of Path
        At least one loading; factors and items are drawn in the order in which they are named.
    numbers : NumberFormat
        How the language of the report writes numbers.
    """
    drawn = drawn_paths(plan_of(paths), paths)
    residuals = {path.start: path.estimate for path in paths if path.kind == "residual"}
    columns = columns_of(drawn)
    rows = item_heights(drawn)
    places = factor_heights(drawn, rows)
    height = height_of(drawn)
    n_numbers = sum(path.kind == "loading" or is_correlated(path) for path in paths)
    return PathDiagram(
        id=chart_id,
        title=title,
        description=description,
        width=columns.width,
        height=height,
        rx=FACTOR_HALF_WIDTH,
        ry=FACTOR_HALF_HEIGHT,
        box_x=columns.box,
        box_width=columns.box_width,
        box_height=ITEM_ROW - 3,
        ellipses=tuple(_ellipses(drawn.plan, columns, places, residuals, numbers)),
        boxes=tuple(
            _box(item, rows[item], columns, residuals, numbers) for item in drawn.plan.items
        ),
        arrows=tuple(_arrows(drawn, columns, rows, places, numbers)),
        factor_arcs=_factor_arcs(drawn, columns, places, numbers),
        item_arcs=_item_arcs(drawn, columns, rows, numbers),
        n_undrawn=n_numbers - drawn.n(),
    )


def _ellipses(
    plan: PathPlan,
    columns: Columns,
    places: Mapping[str, float],
    residuals: Mapping[str, float | None],
    numbers: NumberFormat,
) -> Iterator[Ellipse]:
    by_column = ((columns.above, plan.above), (columns.homes, plan.homes))
    for x, factors in (*by_column, (columns.across, plan.across)):
        for factor in factors:
            label = formatting.shorten(factor, LONGEST_FACTOR)
            note = residuals.get(factor) if plan.above and factor in plan.homes else None
            text = _written(note, numbers) if note is not None else ""
            yield Ellipse(x, places[factor], label, text)


def _box(
    item: str,
    y: float,
    columns: Columns,
    residuals: Mapping[str, float | None],
    numbers: NumberFormat,
) -> Box:
    letters = int((columns.box_width - ROOM_FOR_RESIDUAL) / LETTER)
    residual = residuals.get(item)
    text = "" if residual is None else _written(residual, numbers)
    return Box(y, _within(item, letters), text)


def _within(name: str, letters: int) -> str:
    """A name that fits, cut in its middle: names of items often differ at their end."""
    if len(name) <= letters:
        return name
    tail = letters // 3
    return f"{name[: letters - 1 - tail]}\N{HORIZONTAL ELLIPSIS}{name[-tail:]}"


def _arrows(
    drawn: Drawn,
    columns: Columns,
    rows: Mapping[str, float],
    places: Mapping[str, float],
    numbers: NumberFormat,
) -> Iterator[Arrow]:
    for path in drawn.upper:
        start = columns.above + FACTOR_HALF_WIDTH, places[path.start]
        end = columns.homes - FACTOR_HALF_WIDTH, places[path.end]
        yield _arrow(path, start, end, numbers)
    shift = ITEM_ARCS if drawn.item_curves else 0
    sides = (
        (drawn.left, columns.homes + FACTOR_HALF_WIDTH, columns.box, 0),
        (drawn.right, columns.across - FACTOR_HALF_WIDTH, columns.box_end, shift),
    )
    for side, start_x, end_x, along in sides:
        is_dense = drawn.is_dense(side)
        for item, y in rows.items():
            for path, height in zip(side[item], _spread(y, side[item]), strict=True):
                start, end = (start_x, places[path.start]), (end_x, height)
                yield _arrow(path, start, end, numbers, along, is_dense=is_dense)


def _spread(y: float, arrivals: Sequence[Path]) -> list[float]:
    middle = (len(arrivals) - 1) / 2
    return [y + NUMBER_ROW * (place - middle) for place in range(len(arrivals))]


def _arrow(
    path: Path,
    start: tuple[float, float],
    end: tuple[float, float],
    numbers: NumberFormat,
    along: float = 0,
    *,
    is_dense: bool = False,
) -> Arrow:
    """A line that bends where its number stands, and runs level from there."""
    toward = 1 if start[0] < end[0] else -1
    bend = end[0] - toward * (LEAD + along)
    return Arrow(
        fan=f"M{_at(*start)}L{_at(bend, end[1])}",
        stub=f"M{_at(bend + toward * NUMBER_WIDTH, end[1])}H{_short(end[0] - toward * 6)}",
        head=_head(end, toward),
        x=round(bend + toward * NUMBER_WIDTH / 2, 1),
        y=round(end[1], 1),
        text=_written(path.estimate, numbers),
        weight="weak" if path.size < WEAK else "strong" if path.size >= STRONG else "middle",
        is_against=(path.estimate or 0) < 0,
        is_dense=is_dense,
    )


def _factor_arcs(
    drawn: Drawn, columns: Columns, places: Mapping[str, float], numbers: NumberFormat
) -> tuple[Arc, ...]:
    x = (columns.above if drawn.plan.above else columns.homes) - FACTOR_HALF_WIDTH
    arcs = [
        _arc(
            path,
            x,
            places[path.start],
            places[path.end],
            -reach_of_arc(path, drawn),
            numbers,
            between_factors=True,
        )
        for path in drawn.curves
    ]
    return tuple(_apart(arcs))


def _item_arcs(
    drawn: Drawn, columns: Columns, rows: Mapping[str, float], numbers: NumberFormat
) -> tuple[Arc, ...]:
    arcs = []
    for path in drawn.item_curves:
        ends = rows[path.start], rows[path.end]
        reach = min(ITEM_ARCS - 8.0, 24 + abs(ends[0] - ends[1]) / 4)
        arcs.append(_arc(path, columns.box_end, *ends, reach, numbers, between_factors=False))
    return tuple(_apart(arcs))


def _arc(
    path: Path,
    x: float,
    first: float,
    second: float,
    reach: float,
    numbers: NumberFormat,
    *,
    between_factors: bool,
) -> Arc:
    toward = 1 if reach < 0 else -1
    line = (
        f"M{_at(x - toward * 5, first)}C{_at(x + reach, first)} {_at(x + reach, second)} "
        f"{_at(x - toward * 5, second)}"
    )
    return Arc(
        line=line,
        head=_head((x, first), toward) + _head((x, second), toward),
        x=round(x + 0.75 * reach, 1),
        y=round((first + second) / 2, 1),
        text=_written(path.estimate, numbers),
        is_too_high=between_factors and is_too_high(path),
    )


def _apart(arcs: Sequence[Arc]) -> list[Arc]:
    """Numbers moved down along their curves until none covers another."""
    placed: list[Arc] = []
    for arc in sorted(arcs, key=lambda one: (one.y, one.x)):
        moved = arc
        while any(_covers(moved, other) for other in placed):
            moved = _lower(moved)
        placed.append(moved)
    return placed


def _covers(one: Arc, other: Arc) -> bool:
    near = abs(one.x - other.x) < NUMBER_WIDTH
    return near and abs(one.y - other.y) < NUMBER_HEIGHT


def _lower(arc: Arc) -> Arc:
    return replace(arc, y=arc.y + 1)


def _head(end: tuple[float, float], toward: int) -> str:
    back = _short(-7 * toward)
    return f"M{_at(*end)}l{back} -3v6z"


def _at(x: float, y: float) -> str:
    return f"{_short(x)} {_short(y)}"


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _written(value: float | None, numbers: NumberFormat) -> str:
    return NO_NUMBER if value is None else numbers.bare_coefficient(value)
