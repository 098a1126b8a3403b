"""Figures that stand alone: a chart with its title, its key, and a style of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.report.charts import Forest, HeatMap, LineChart, LoadingPlot, PathDiagram
from pipeline.report.pages import TEMPLATES, Setting
from pipeline.report.technical.reliability import label_of_coefficient

WIDTH = 760
"""Width in pixels of a chart that is drawn in shares of its width."""

MARGIN = 12
HEAD, KEY_ROW = 30, 22
"""Pixels for the title above a chart, and for each line of the key below it."""

LETTER = 9.5
"""Width in pixels of a letter of the title in a wide font."""

Chart = Forest | HeatMap | LineChart | LoadingPlot | PathDiagram

START, END = "/* charts: from here */", "/* charts: to here */"


@dataclass(frozen=True, slots=True)
class Key:
    """A mark of the chart and what it stands for; `kind` tells marks of one symbol apart."""

    symbol: str
    kind: int
    label: str
    y: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as a file: `kind` is the way it is drawn, `style` its rules in light colours."""

    name: str
    kind: str
    chart: Chart
    key: tuple[Key, ...]
    width: int
    chart_width: int
    chart_height: int
    height: int
    head: int
    margin: int
    style: str


def figure_of(chart: Chart, setting: Setting) -> Figure:
    """The chart with the measures, the key and the style of a file."""
    width = chart.width if isinstance(chart, HeatMap | PathDiagram) else WIDTH
    kinds = {
        Forest: "forest",
        HeatMap: "heat",
        LineChart: "lines",
        LoadingPlot: "loadings",
        PathDiagram: "paths",
    }
    key = _key_of(chart, setting)
    return Figure(
        name=chart.id,
        kind=kinds[type(chart)],
        chart=chart,
        key=key,
        width=max(width, round(LETTER * len(chart.title))),
        chart_width=width,
        chart_height=chart.height,
        height=HEAD + chart.height + KEY_ROW * len(key),
        head=HEAD,
        margin=MARGIN,
        style=style_of_charts(),
    )


def _key_of(chart: Chart, setting: Setting) -> tuple[Key, ...]:
    """What the marks of a chart stand for; maps and models have their numbers written in."""
    marks: list[tuple[str, int, str]] = []
    if isinstance(chart, Forest):
        drawn = {mark.series for row in chart.rows for mark in row.marks}
        marks = [("shape", k, label_of_coefficient(k, setting)) for k in sorted(drawn)]
        marks.append(("line", 0, setting.say("technical.forest_references")))
    if isinstance(chart, LineChart):
        marks = [("series", series.kind, series.name) for series in chart.series]
    if isinstance(chart, LoadingPlot):
        marks = [
            ("mark", 0, setting.say("technical.loading_own")),
            ("mark", 1, setting.say("technical.loading_other")),
            ("line", 0, setting.say("technical.loading_references")),
        ]
    top = HEAD + chart.height + 4
    return tuple(Key(*mark, top + KEY_ROW * place) for place, mark in enumerate(marks))


@cache
def style_of_charts() -> str:
    """The rules for charts of the style sheet, with light colours in place of their names."""
    sheet = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    rules = sheet.split(START)[1].split(END)[0].strip()
    light = dict(re.findall(r"(--[\w-]+): ([^;]+);", sheet.split("}", 1)[0]))
    return re.sub(r"var\((--[\w-]+)\)", lambda found: light[found[1]], rules)
