"""Means against the number of people behind them, between limits that narrow with that number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from pipeline.report import formatting
from pipeline.report.charts.axis import Axis, Tick, ticks_of
from pipeline.report.formatting import NumberFormat

INNER, OUTER = 0.95, 0.998
"""Coverage of the inner and the outer limits (Spiegelhalter, 2005)."""

PLOT_TOP, PLOT_HEIGHT = 10, 300
"""Pixels from the upper edge to the highest value, and to the lowest."""
FUNNEL_TRACK = (6.0, 88.0)
LEFT_OF_CENTRE = 55.0
"""Right of this, in per cent of the width, a label stands to the left of its mark."""
AXIS_HEIGHT = 42
N_STEPS = 60
LETTER = 7.2
LINE = 14
LONGEST_LABEL = 24
NARROWEST = 560
"""Pixels of the narrowest drawing: labels keep clear of each other from this width on."""
CURVE_WIDTH = 1000


@dataclass(frozen=True, slots=True)
class FunnelDatum:
    """A site before it is drawn; `label` is empty for one whose name is not written."""

    label: str
    n: float
    value: float


@dataclass(frozen=True, slots=True)
class FunnelSpread:
    """What limits are made of: variance of people within sites, and between sites."""

    centre: float
    within: float
    added: float

    def half_width(self, n: float, coverage: float) -> float:
        r"""Distance of a limit from the centre for `n` people.

        Notes
        -----
        .. math:: z \sqrt{\sigma^2 / n + \tau^2}

        with the normal quantile z of the coverage, the variance within sites :math:`\sigma^2` and
        the variance :math:`\tau^2` between sites that is allowed for (Spiegelhalter, 2005,
        Statistics in Medicine, 24, 1185-1202).
        """
        z = NormalDist().inv_cdf((1 + coverage) / 2)
        return z * math.sqrt(self.within / n + self.added)

    def of_chance(self) -> FunnelSpread:
        """The same, sites taken to differ by chance alone."""
        return FunnelSpread(self.centre, self.within, 0.0)


@dataclass(frozen=True, slots=True)
class Curve:
    """A limit as a path in the units of the plot; `kind` tells limits apart."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class FunnelMark:
    """A site as it is drawn; `anchor` is the end of its label that is next to the mark.

    `curve_x` is its place in the units of the limits.
    """

    x: str
    y: str
    curve_x: int
    is_outside: bool
    label: str
    label_y: str
    label_dx: int
    anchor: str


@dataclass(frozen=True, slots=True)
class FunnelChart:
    """Means against people, with the centre and limits above and below it."""

    id: str
    title: str
    description: str
    height: int
    plot_height: int
    plot_start: str
    plot_end: str
    plot_width: str
    curve_width: int
    x_title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    centre: str
    curves: tuple[Curve, ...]
    marks: tuple[FunnelMark, ...]

    @property
    def inside(self) -> str:
        """A point for each place where a site lies between the inner limits, as one path."""
        quiet = (mark for mark in self.marks if not mark.is_outside)
        return "".join(dict.fromkeys(f"M{mark.curve_x} {mark.y}h.01" for mark in quiet))

    @property
    def outside(self) -> tuple[FunnelMark, ...]:
        """The sites beyond the inner limits."""
        return tuple(mark for mark in self.marks if mark.is_outside)


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where people and means lie."""

    people: Axis
    means: Axis

    def across(self, n: float) -> float:
        """Per cent of the width."""
        start, end = FUNNEL_TRACK
        return start + (end - start) * n / self.people.high

    def down(self, value: float) -> float:
        """Pixels from the upper edge; what lies outside the axis is drawn at its end."""
        inside = min(max(value, self.means.low), self.means.high)
        share = (self.means.high - inside) / (self.means.high - self.means.low)
        return round(PLOT_TOP + share * (PLOT_HEIGHT - PLOT_TOP), 1)

    def pixels(self, n: float) -> float:
        return self.across(n) / 100 * NARROWEST


def funnel_chart(
    chart_id: str,
    title: str,
    description: str,
    x_title: str,
    sites: Sequence[FunnelDatum],
    spread: FunnelSpread,
    ends: tuple[float, float],
    numbers: NumberFormat,
) -> FunnelChart:
    """A mark for each site, the centre, limits that narrow with people, and those of chance.

    A site outside the inner limits is drawn filled. Its label is written where there is room: no
    label is drawn over another.

    Parameters
    ----------
    chart_id, title, description : str
        As in every chart.
    x_title : str
        What the horizontal axis counts.
    sites : sequence of FunnelDatum
        At least one.
    spread : FunnelSpread
        What the limits are made of.
    ends : (float, float)
        Lowest and highest possible mean; no limit is drawn beyond them.
    numbers : NumberFormat
        How the language of the report writes numbers.
    """
    plot = _Plot(_people_axis(sites), _mean_axis(sites, spread, ends))
    return FunnelChart(
        id=chart_id,
        title=title,
        description=description,
        height=PLOT_HEIGHT + AXIS_HEIGHT,
        plot_height=PLOT_HEIGHT,
        plot_start=formatting.percentage(FUNNEL_TRACK[0]),
        plot_end=formatting.percentage(FUNNEL_TRACK[1]),
        plot_width=formatting.percentage(FUNNEL_TRACK[1] - FUNNEL_TRACK[0]),
        curve_width=CURVE_WIDTH,
        x_title=x_title,
        x_ticks=ticks_of(plot.people, FUNNEL_TRACK, numbers),
        y_ticks=tuple(
            Tick(str(plot.down(value)), numbers.decimals(value, plot.means.places))
            for value in plot.means.ticks
        ),
        centre=str(plot.down(spread.centre)),
        curves=_curves(min(site.n for site in sites), spread, plot),
        marks=_marks(sites, spread, plot),
    )


def is_outside(site: FunnelDatum, spread: FunnelSpread) -> bool:
    """Whether a site lies beyond the inner limits for its number of people."""
    return abs(site.value - spread.centre) > spread.half_width(site.n, INNER)


# ------------------------------------------------------------------ axes


def _people_axis(sites: Sequence[FunnelDatum]) -> Axis:
    """From 0 to a round number above the largest site."""
    step = _round_step(max(site.n for site in sites) / 5)
    high = step * math.ceil(max(site.n for site in sites) / step)
    return Axis(0, high, tuple(step * place for place in range(round(high / step) + 1)))


def _mean_axis(
    sites: Sequence[FunnelDatum], spread: FunnelSpread, ends: tuple[float, float]
) -> Axis:
    """Room for every mean, and for the outer limits of the smallest site."""
    widest = spread.half_width(min(site.n for site in sites), OUTER)
    shown = [site.value for site in sites]
    low = max(ends[0], min(*shown, spread.centre - widest))
    high = min(ends[1], max(*shown, spread.centre + widest))
    step = max(0.1, _round_step((high - low) / 5))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(step * place for place in range(first, max(last, first + 1) + 1))
    return Axis(ticks[0], ticks[-1], ticks, places=0 if step >= 1 else 1)


def _round_step(wanted: float) -> float:
    """The number of 1, 2 and 5 times a power of ten that is next above."""
    power = 10.0 ** math.floor(math.log10(max(wanted, 1e-6)))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= wanted * (1 - 1e-9))


# ------------------------------------------------------------------ limits and marks


def _curves(fewest: float, spread: FunnelSpread, plot: _Plot) -> tuple[Curve, ...]:
    chance = spread.of_chance()
    kinds = (("outer", spread, OUTER), ("inner", spread, INNER), ("chance", chance, INNER))
    steps = _steps(fewest, plot.people.high)
    return tuple(
        Curve(
            kind, _path([(n, of.centre + side * of.half_width(n, coverage)) for n in steps], plot)
        )
        for kind, of, coverage in kinds
        for side in (1, -1)
    )


def _steps(fewest: float, most: float) -> tuple[float, ...]:
    """Numbers of people, close together where limits bend most."""
    if fewest >= most:
        return (most, most)
    ratio = (most / fewest) ** (1 / N_STEPS)
    return (*(fewest * ratio**step for step in range(N_STEPS)), most)


def _path(points: Sequence[tuple[float, float]], plot: _Plot) -> str:
    places = (f"{CURVE_WIDTH * n / plot.people.high:.1f} {plot.down(value)}" for n, value in points)
    return f"M{'L'.join(places)}"


def _marks(
    sites: Sequence[FunnelDatum], spread: FunnelSpread, plot: _Plot
) -> tuple[FunnelMark, ...]:
    taken: list[tuple[float, float, float]] = []
    return tuple(_mark(site, is_outside(site, spread), plot, taken) for site in sites)


def _mark(
    site: FunnelDatum, outside: bool, plot: _Plot, taken: list[tuple[float, float, float]]
) -> FunnelMark:
    y = plot.down(site.value)
    side = 1 if plot.across(site.n) < LEFT_OF_CENTRE else -1
    label = formatting.shorten(site.label, LONGEST_LABEL) if outside else ""
    label_y = _free_place(plot.pixels(site.n), y, side, len(label) * LETTER, taken)
    return FunnelMark(
        x=formatting.percentage(plot.across(site.n)),
        y=str(y),
        curve_x=round(CURVE_WIDTH * site.n / plot.people.high),
        is_outside=outside,
        label=label if label_y is not None else "",
        label_y=str(label_y if label_y is not None else y),
        label_dx=9 * side,
        anchor="start" if side > 0 else "end",
    )


def _free_place(
    x: float, y: float, side: int, width: float, taken: list[tuple[float, float, float]]
) -> float | None:
    """The height next to the mark at which a label has room; `taken` learns of it."""
    if not width:
        return None
    start, end = sorted((x + 9 * side, x + (9 + width) * side))
    for shift in (0, -LINE, LINE):
        middle = min(max(y + shift, LINE / 2), PLOT_HEIGHT - LINE / 2)
        if all(
            abs(middle - other) >= LINE or end < left or start > right
            for left, right, other in taken
        ):
            taken.append((start, end, middle))
            return round(middle, 1)
    return None
