"""Slides as plain facts, and how they become a presentation with charts that can be edited."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipeline.report.office.archive import without_dates

if TYPE_CHECKING:
    from pptx.chart.chart import Chart
    from pptx.presentation import Presentation
    from pptx.slide import Slide as Page
    from pptx.text.text import TextFrame

WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.6
"""Inches."""
TITLE_HEIGHT = 1.25
COLOURS = ("0B5563", "96400A", "8A3768", "5A5F66")
"""Of the series, dark enough for white letters; told apart in grey by their order and names."""
LONGEST_TITLE = 110
FIRST_COLUMN = 1.8
"""Width of the first column of a table, seen from the others."""
MANY_ROWS = 7
"""Rows of a table that fit in larger letters."""
LANGUAGES = {"en": 2057, "sv": 1053}
"""Numbers of British English and Swedish for spelling and for screen readers."""
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
NO_DATE = datetime(2000, 1, 1)
TITLE_ONLY, TITLE_AND_TEXT = 5, 1
"""Layouts of the presentation that python-pptx starts from."""


@dataclass(frozen=True, slots=True)
class Series:
    """One row of bars: values in the order of the categories, with half-open ends if known."""

    name: str
    values: tuple[float | None, ...]
    ranges: tuple[tuple[float, float] | None, ...] = ()


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars that lie; a description for those who cannot see them."""

    description: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    lowest: float
    highest: float
    number_format: str
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first row is its heading."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: a title that says it, and lines, a chart or a table below."""

    title: str
    lines: tuple[str, ...] = ()
    chart: BarChart | None = None
    grid: Grid | None = None
    foot: str = ""


def make_presentation(slides: Sequence[Slide], title: str, language: str) -> bytes:
    """The slides as a PPTX file; the same slides make the same bytes."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    told = deck.core_properties
    told.title, told.language, told.author, told.last_modified_by = written(title), language, "", ""
    told.created = told.modified = NO_DATE
    for slide in slides:
        _add(deck, slide, language)
    target = io.BytesIO()
    deck.save(target)
    return without_dates(target.getvalue())


def written(text: str) -> str:
    """The text with a space for each sign that the format cannot hold."""
    return _UNWRITABLE.sub(" ", text)


def _add(deck: Presentation, slide: Slide, language: str) -> None:
    layout = TITLE_AND_TEXT if slide.lines else TITLE_ONLY
    page = deck.slides.add_slide(deck.slide_layouts[layout])
    _set_title(page, slide.title, language)
    has_figure = slide.chart is not None or slide.grid is not None
    if slide.lines:
        body = page.placeholders[1]
        _place(body, TITLE_HEIGHT + MARGIN, 1.6 if has_figure else _body_height())
        _fill(body.text_frame, slide.lines, _size_for(slide.lines, has_figure), language)
    top = TITLE_HEIGHT + MARGIN + (1.7 if slide.lines else 0.0)
    if slide.chart is not None:
        _add_chart(page, slide.chart, top)
    if slide.grid is not None:
        _add_grid(page, slide.grid, top, language)
    if slide.foot:
        _add_foot(page, slide.foot, language)


def _body_height() -> float:
    return HEIGHT - TITLE_HEIGHT - 2 * MARGIN - 0.3


def _place(shape: Any, top: float, height: float) -> None:
    from pptx.util import Inches

    shape.left, shape.width = Inches(MARGIN), Inches(WIDTH - 2 * MARGIN)
    shape.top, shape.height = Inches(top), Inches(height)


def _set_title(page: Page, title: str, language: str) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

    shape = page.shapes.title
    _place(shape, MARGIN / 2, TITLE_HEIGHT)
    size = 30 if len(title) <= LONGEST_TITLE / 2 else 24 if len(title) <= LONGEST_TITLE else 18
    _fill(shape.text_frame, (title,), size, language, bold=True)
    shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    shape.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT


def _size_for(lines: Sequence[str], has_figure: bool) -> int:
    letters = sum(len(line) for line in lines)
    if has_figure:
        return 16
    return 24 if letters < 450 else 20 if letters < 800 else 16 if letters < 1300 else 13


def _fill(
    frame: TextFrame, lines: Sequence[str], size: int, language: str, *, bold: bool = False
) -> None:
    from pptx.enum.lang import MSO_LANGUAGE_ID
    from pptx.util import Pt

    frame.word_wrap = True
    for place, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = written(line)
        run.font.size, run.font.bold = Pt(size), bold
        if language in LANGUAGES:
            run.font.language_id = MSO_LANGUAGE_ID(LANGUAGES[language])
        paragraph.space_after = Pt(size / 2)


def _add_foot(page: Page, text: str, language: str) -> None:
    from pptx.util import Inches

    box = page.shapes.add_textbox(
        Inches(MARGIN), Inches(HEIGHT - 0.55), Inches(WIDTH - 2 * MARGIN), Inches(0.4)
    )
    _fill(box.text_frame, (text,), 11, language)


# ------------------------------------------------------------------ charts and tables


def _add_chart(page: Page, chart: BarChart, top: float) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    data = CategoryChartData(number_format=chart.number_format)
    data.categories = [written(category) for category in chart.categories]
    for series in chart.series:
        data.add_series(written(series.name), series.values)
    kind = XL_CHART_TYPE.BAR_STACKED if chart.stacked else XL_CHART_TYPE.BAR_CLUSTERED
    height = HEIGHT - top - MARGIN
    frame = page.shapes.add_chart(
        kind, Inches(MARGIN), Inches(top), Inches(WIDTH - 2 * MARGIN), Inches(height), data
    )
    _describe(frame, chart.description)
    _style(frame.chart, chart)


def _describe(frame: Any, description: str) -> None:
    """The text that a screen reader says in place of a chart or table."""
    frame._element._nvXxPr.cNvPr.set("descr", written(description))


def _style(drawn: Chart, chart: BarChart) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
    from pptx.util import Pt

    drawn.has_title = False
    drawn.has_legend = len(chart.series) > 1
    if drawn.has_legend:
        drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    drawn.font.size = Pt(14)
    values, categories = drawn.value_axis, drawn.category_axis
    values.minimum_scale, values.maximum_scale = chart.lowest, chart.highest
    values.tick_labels.number_format_is_linked = False
    values.tick_labels.number_format = chart.number_format
    values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    categories.reverse_order = True
    categories.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    plot = drawn.plots[0]
    plot.gap_width, plot.overlap = 40, 100 if chart.stacked else -5
    for place, (series, told) in enumerate(zip(plot.series, chart.series, strict=True)):
        fill = series.format.fill
        fill.solid()
        fill.fore_color.rgb = RGBColor.from_string(COLOURS[place % len(COLOURS)])
        labels = series.data_labels
        labels.show_value, labels.number_format_is_linked = True, False
        labels.number_format = chart.number_format
        labels.position = (
            XL_LABEL_POSITION.CENTER if chart.stacked else XL_LABEL_POSITION.INSIDE_BASE
        )
        labels.font.size, labels.font.color.rgb = Pt(12), RGBColor.from_string("FFFFFF")
        if any(told.ranges):
            _add_ranges(series, told)


def _add_ranges(series: Any, told: Series) -> None:
    """Likely ranges as error bars, a length up and a length down for each bar."""
    from pptx.oxml import parse_xml

    ends = [
        (0.0, 0.0) if value is None or ends is None else (value - ends[0], ends[1] - value)
        for value, ends in zip(told.values, told.ranges, strict=True)
    ]
    down, up = ([f"{length:.4f}" for length in lengths] for lengths in zip(*ends, strict=True))
    bars = parse_xml(
        '<c:errBars xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        '<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"<c:plus>{_literal(up)}</c:plus><c:minus>{_literal(down)}</c:minus></c:errBars>"
    )
    series._element.find(f"{{{series._element.nsmap['c']}}}cat").addprevious(bars)


def _literal(numbers: Sequence[str]) -> str:
    points = "".join(
        f'<c:pt idx="{place}"><c:v>{number}</c:v></c:pt>' for place, number in enumerate(numbers)
    )
    return f'<c:numLit><c:ptCount val="{len(numbers)}"/>{points}</c:numLit>'


def _add_grid(page: Page, grid: Grid, top: float, language: str) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches

    n_rows, n_columns = len(grid.rows), len(grid.rows[0])
    height = min(HEIGHT - top - MARGIN, 0.75 * n_rows)
    frame = page.shapes.add_table(
        n_rows,
        n_columns,
        Inches(MARGIN),
        Inches(top),
        Inches(WIDTH - 2 * MARGIN),
        Inches(height),
    )
    _describe(frame, ", ".join(grid.rows[0]))
    step = (WIDTH - 2 * MARGIN) / (FIRST_COLUMN + n_columns - 1)
    for place, column in enumerate(frame.table.columns):
        column.width = Inches(step if place else FIRST_COLUMN * step)
    size = 14 if n_rows <= MANY_ROWS else 12
    for line, row in enumerate(grid.rows):
        for place, text in enumerate(row):
            cell = frame.table.cell(line, place)
            _fill(cell.text_frame, (text,), size, language, bold=line == 0)
            if line == 0:
                cell.fill.solid()
                cell.fill.fore_color.rgb = RGBColor.from_string(COLOURS[0])
