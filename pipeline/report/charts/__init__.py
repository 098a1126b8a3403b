"""Places of the marks of every chart. Nothing here knows a colour; nothing here judges.

Horizontal places are percentages of the width of the drawing, so that a chart fits a phone, a
screen and paper without its letters changing size; vertical places are pixels. Heat maps and path
diagrams have a fixed size, as their letters must fit into cells and boxes.
"""

from pipeline.report.charts.axis import Axis
from pipeline.report.charts.bars import BarChart, bar_chart
from pipeline.report.charts.diverging import DivergingBar, diverging_bar, reach_of
from pipeline.report.charts.dots import DotChart, DotDatum, dot_chart
from pipeline.report.charts.forest import (
    Forest,
    ForestDatum,
    coefficient_axis,
    forest_chart,
    forest_panels,
)
from pipeline.report.charts.funnel import (
    FunnelChart,
    FunnelDatum,
    FunnelSpread,
    funnel_chart,
    is_outside,
)
from pipeline.report.charts.heat_map import NO_NUMBER, STEPS, HeatGroup, HeatMap, heat_map
from pipeline.report.charts.lines import LineChart, line_chart
from pipeline.report.charts.loadings import (
    ItemLoading,
    LoadingGroup,
    LoadingPlot,
    loading_axis,
    loading_panels,
    loading_plot,
)
from pipeline.report.charts.marks import Point
from pipeline.report.charts.misfit import MARKS, misfit_map, misfit_step
from pipeline.report.charts.path_diagram import PathDiagram, path_diagram
from pipeline.report.charts.path_layout import MOST_CURVES, is_too_high
from pipeline.report.charts.path_plan import Path, plan_of
from pipeline.report.charts.stacked import StackedChart, stacked_chart
from pipeline.report.charts.strips import StripChart, strip_chart

__all__ = [
    "MARKS",
    "MOST_CURVES",
    "NO_NUMBER",
    "STEPS",
    "Axis",
    "BarChart",
    "DivergingBar",
    "DotChart",
    "DotDatum",
    "Forest",
    "ForestDatum",
    "FunnelChart",
    "FunnelDatum",
    "FunnelSpread",
    "HeatGroup",
    "HeatMap",
    "ItemLoading",
    "LineChart",
    "LoadingGroup",
    "LoadingPlot",
    "Path",
    "PathDiagram",
    "Point",
    "StackedChart",
    "StripChart",
    "bar_chart",
    "coefficient_axis",
    "diverging_bar",
    "dot_chart",
    "forest_chart",
    "forest_panels",
    "funnel_chart",
    "heat_map",
    "is_outside",
    "is_too_high",
    "line_chart",
    "loading_axis",
    "loading_panels",
    "loading_plot",
    "misfit_map",
    "misfit_step",
    "path_diagram",
    "plan_of",
    "reach_of",
    "stacked_chart",
    "strip_chart",
]
