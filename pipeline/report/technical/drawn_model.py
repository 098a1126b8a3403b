"""One model as it is drawn: its path diagram, the correlations of its factors, and its misfit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from pipeline.report import formatting
from pipeline.report.charts import (
    MOST_CURVES,
    HeatGroup,
    HeatMap,
    Path,
    PathDiagram,
    heat_map,
    is_too_high,
    misfit_map,
    misfit_step,
    path_diagram,
    plan_of,
)
from pipeline.report.estimates import Address, Estimate, Estimates
from pipeline.report.formatting import NumberFormat
from pipeline.report.pages import Setting
from pipeline.report.tables import Evidence, shown_table
from pipeline.report.technical.evidence import (
    Found,
    cell,
    evidence,
    headings_of,
    is_withheld,
    people,
    remark,
)

BETWEEN = " with "
MISFIT = "residual_of_correlation"

Kind = Literal["loading", "correlation", "residual"]

KINDS: Mapping[str, Kind] = {
    "standardised_loading": "loading",
    "factor_correlation": "correlation",
    "residual_correlation": "correlation",
    "unexplained_item_variance": "residual",
    "unexplained_factor_variance": "residual",
}
"""What of a standardised solution is drawn, by the name of the statistic."""


@dataclass(frozen=True, slots=True)
class DrawnMatrix:
    """A matrix with a cell for each pair, and what it says in words."""

    sentences: tuple[str, ...]
    chart: HeatMap
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class DrawnModel:
    """A model with its numbers, as far as they are known."""

    title: str
    sentences: tuple[str, ...]
    chart: PathDiagram | None
    undrawn: str
    evidence: Evidence
    correlations: DrawnMatrix | None
    misfit: DrawnMatrix | None


@dataclass(frozen=True, slots=True)
class _OnPath:
    """A path with what is on record about it."""

    path: Path
    found: Found


def drawn_model(name: str, title: str, table: Estimates, setting: Setting) -> DrawnModel:
    """Everything that can be drawn of one fitted model.

    Parameters
    ----------
    name : str
        Of the charts, unlike that of any other model.
    title : str
        Title of the model.
    table : Estimates
        Its estimates; standardised ones are drawn.
    setting : Setting
        As everywhere.
    """
    known = _paths(table, setting)
    paths = [one.path for one in known]
    has_numbers = any(p.kind == "loading" and p.estimate is not None for p in paths)
    chart = _diagram(name, title, paths, setting) if has_numbers else None
    undrawn = setting.numbers.count(chart.n_undrawn) if chart and chart.n_undrawn else ""
    return DrawnModel(
        title=title,
        sentences=_sentences(known, setting) if has_numbers else (_why_none(known, setting),),
        chart=chart,
        undrawn=setting.say("models.undrawn", number=undrawn) if undrawn else "",
        evidence=_path_table(f"paths-{name}", title, known, setting),
        correlations=_correlations(name, title, known, setting) if has_numbers else None,
        misfit=_misfit(name, title, table, setting),
    )


# ------------------------------------------------------------------ paths


def has_paths(table: Estimates) -> bool:
    """Whether a table knows a standardised solution, or that one is held back."""
    return bool(_addresses(table))


def _addresses(table: Estimates) -> list[Address]:
    return [a for a in table.addresses() if a[1] is None and a[5] in KINDS and (a[3] or a[4])]


def _paths(table: Estimates, setting: Setting) -> list[_OnPath]:
    """Loadings in the order of the questionnaire, then correlations, then residuals."""
    found = [_OnPath(_path(one, table), _found(one, table)) for one in _addresses(table)]
    order = _order_of_names([one.path for one in found], setting)
    kinds = list(dict.fromkeys(KINDS.values()))

    def place(one: _OnPath) -> tuple[int, int, int]:
        return kinds.index(one.path.kind), order[one.path.start], order[one.path.end]

    return sorted(found, key=place)


def _path(address: Address, table: Estimates) -> Path:
    *_, item, factor, statistic = address
    sides = [factor, item] if factor and item else str(factor or item).split(BETWEEN)
    found = _found(address, table)
    number = found if isinstance(found, Estimate) else None
    return Path(
        start=str(sides[0]),
        end=str(sides[-1]),
        kind=KINDS[statistic],
        estimate=number.value if number else None,
        interval=number.interval if number else None,
    )


def _found(address: Address, table: Estimates) -> Found:
    _, _, scale, item, factor, statistic = address
    return table.on_record(statistic, scale=scale, item=item, factor=factor)


def _order_of_names(paths: Sequence[Path], setting: Setting) -> dict[str, int]:
    """Items as in the questionnaire, factors by their first item, then by their name."""
    names = {name for path in paths for name in (path.start, path.end)}
    items = [item for item in setting.instrument.items if item in names]
    place = {item: rank for rank, item in enumerate(items)}
    below = {f: [p.end for p in paths if p.kind == "loading" and p.start == f] for f in names}

    def first(name: str, depth: int = 0) -> int:
        inner = [first(one, depth + 1) for one in below[name]] if depth < 3 else []
        return place.get(name, min(inner, default=len(items)))

    others = sorted(names - set(items), key=lambda name: (first(name), -len(below[name]), name))
    return {name: rank for rank, name in enumerate([*items, *others])}


def _diagram(name: str, title: str, paths: Sequence[Path], setting: Setting) -> PathDiagram:
    plan = plan_of(paths)
    factors = [*plan.above, *plan.homes, *plan.across]
    description = setting.say(
        "models.diagram_description",
        factors=setting.numbers.count(len(factors)),
        items=setting.numbers.count(len(plan.items)),
    )
    return path_diagram(f"paths-{name}", title, description, paths, setting.numbers)


def _why_none(known: Sequence[_OnPath], setting: Setting) -> str:
    if any(is_withheld(one.found) for one in known):
        return setting.say("models.withheld")
    return setting.say("models.no_numbers")


def _sentences(known: Sequence[_OnPath], setting: Setting) -> tuple[str, ...]:
    paths = [one.path for one in known]
    factors = {path.start for path in paths if path.kind == "loading"}
    correlations = [p for p in paths if p.kind == "correlation" and {p.start, p.end} <= factors]
    high = [path for path in correlations if is_too_high(path)]
    if high:
        pairs = formatting.in_words(
            [_pair(path, setting) for path in high], setting.say("word.and")
        )
        return (setting.say("models.too_high", pairs=pairs),)
    return (setting.say("models.none_too_high"),) if correlations else ()


def _pair(path: Path, setting: Setting) -> str:
    number = setting.numbers.bare_coefficient(path.estimate or 0.0)
    return setting.say("models.pair", first=path.start, second=path.end, number=number)


def _path_table(name: str, title: str, known: Sequence[_OnPath], setting: Setting) -> Evidence:
    rows = []
    for one in known:
        path = one.path
        kind = setting.phrases.say(f"models.kind_{path.kind}")
        value = cell(one.found, NumberFormat.coefficient, setting)
        cells = (kind, path.end, people([one.found], setting), value, remark([one.found], setting))
        rows.append((path.start, cells))
    headings = headings_of(("from", "path", "to", "n", "value", "remarks"), setting)
    caption = setting.say("models.paths_caption", model=title)
    shown = shown_table(caption, headings, rows or [_nothing(headings, setting)], words=[1, 2, 5])
    return evidence(name, shown, [one.found for one in known], setting)


def _nothing(headings: Sequence[str], setting: Setting) -> tuple[str, tuple[str, ...]]:
    word = setting.say("word.not_computed")
    return word, (word,) * (len(headings) - 1)


# ------------------------------------------------------------------ matrices


def _correlations(
    name: str, title: str, known: Sequence[_OnPath], setting: Setting
) -> DrawnMatrix | None:
    """The correlations of factors that are too many for curves."""
    plan = plan_of([one.path for one in known])
    factors = plan.above or plan.homes
    by_pair = {
        frozenset((one.path.start, one.path.end)): one.found
        for one in known
        if one.path.kind == "correlation"
    }
    pairs = [by_pair.get(frozenset(pair)) for pair in combinations(factors, 2)]
    if len(factors) <= MOST_CURVES or not any(isinstance(one, Estimate) for one in pairs):
        return None
    found = [[by_pair.get(frozenset((a, b))) for b in factors] for a in factors]
    caption = setting.say("models.factor_matrix", model=title)
    description = setting.say("models.factor_matrix_description")
    values = [[_number(one) for one in row] for row in found]
    groups = [HeatGroup("", "", tuple(factors))]
    chart = heat_map(f"factors-{name}", caption, description, groups, values, setting.numbers)
    return DrawnMatrix((), chart, _matrix_table(chart.id, caption, factors, found, setting))


def _misfit(name: str, title: str, table: Estimates, setting: Setting) -> DrawnMatrix | None:
    """The residual correlations of items; None where the table has none."""
    by_pair = {
        frozenset(str(address[3]).split(BETWEEN)): _found(address, table)
        for address in table.addresses()
        if address[5] == MISFIT and address[1] is None and BETWEEN in str(address[3])
    }
    groups = _groups({item for pair in by_pair for item in pair}, setting)
    items = [item for group in groups for item in group.items]
    found = [[by_pair.get(frozenset((a, b))) for b in items] for a in items]
    values = [[_number(one) for one in row] for row in found]
    below = [(values[i][j], items[j], items[i]) for i in range(len(items)) for j in range(i)]
    if not any(number is not None for number, *_ in below):
        return None
    caption = setting.say("models.misfit", model=title)
    description = setting.say("models.misfit_description")
    chart = misfit_map(f"misfit-{name}", caption, description, groups, values, setting.numbers)
    told = _misfit_in_words([(abs(n), n, a, b) for n, a, b in below if n is not None], setting)
    return DrawnMatrix((told,), chart, _matrix_table(chart.id, caption, items, found, setting))


def _groups(items: set[str], setting: Setting) -> tuple[HeatGroup, ...]:
    return tuple(
        HeatGroup(scale.id, setting.wording.of(scale.title), own)
        for scale in setting.instrument.by_id.values()
        if (own := tuple(item for item in scale.item_ids if item in items))
    )


def _misfit_in_words(pairs: Sequence[tuple[float, float, str, str]], setting: Setting) -> str:
    marked = [pair for pair in pairs if misfit_step(pair[1])]
    total = setting.numbers.count(len(pairs))
    if not marked:
        return setting.say("models.misfit_none", total=total)
    _, value, first, second = max(marked)
    number = setting.numbers.bare_coefficient(value)
    largest = setting.say("models.pair", first=first, second=second, number=number)
    marks = setting.numbers.count(len(marked))
    return setting.say("models.misfit_some", marked=marks, total=total, largest=largest)


def _number(found: Found) -> float | None:
    return found.value if isinstance(found, Estimate) else None


def _matrix_table(
    name: str,
    caption: str,
    names: Sequence[str],
    found: Sequence[Sequence[Found]],
    setting: Setting,
) -> Evidence:
    rows = []
    for place, (about, row) in enumerate(zip(names, found, strict=True)):
        cells = [cell(one, NumberFormat.coefficient, setting, interval=False) for one in row]
        cells[place] = "\N{EN DASH}"
        rows.append((about, cells))
    shown = shown_table(caption, [setting.say("statistic.of"), *names], rows)
    below = [one for place, row in enumerate(found) for one in row[:place]]
    return evidence(name, shown, below, setting)
