"""Clusters of sites, such as regions, each with the mean of all its people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.report.pages import Setting
from pipeline.report.results import ScaleResult
from pipeline.report.site_overview import span
from pipeline.report.tables import ShownTable, shown_table
from pipeline.report.withholding import reason


@dataclass(frozen=True, slots=True)
class ClusterView:
    """A table of all clusters, a column a topic, and why numbers are not shown."""

    table: ShownTable
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """A number of a cluster, or the rule that withholds it."""

    value: float | None
    ends: tuple[float, float] | None
    rule: str


_Known = Mapping[tuple[str, str | None, str], _Told]
"""By cluster, scale and statistic."""


def clusters_view(
    table: pd.DataFrame, results: Sequence[ScaleResult], setting: Setting
) -> ClusterView | None:
    """Clusters in the order of their names, each after the one it is part of; None without any.

    Parameters
    ----------
    table : DataFrame
        By the contract CLUSTERS.
    results : sequence of ScaleResult
        The scales, in the order of the questionnaire.
    setting : Setting
        What the making of any page needs.
    """
    rows = _rows(table, setting.study.wave)
    known = {
        (str(row["cluster"]), _text(row["scale"]), str(row["statistic"])): _told(row)
        for row in rows
    }
    parents = {str(row["cluster"]): _text(row["parent"]) for row in rows}
    if not parents:
        return None
    scales = [r for r in results if any(scale == r.scale.id for _, scale, _ in known)]
    body = [
        (cluster, _cells(cluster, parents[cluster], scales, known, setting))
        for cluster in _wholes_before_parts(parents)
    ]
    names = ("cluster", "part_of", "sites", "people")
    headings = [*(setting.say(f"column.{name}") for name in names), *(r.title for r in scales)]
    caption = setting.say("comparative.clusters_caption")
    rules = sorted({told.rule for told in known.values()} - {""})
    return ClusterView(
        shown_table(caption, headings, body, words=[1]),
        tuple(reason(rule, setting) for rule in rules),
    )


def _rows(table: pd.DataFrame, wave: str) -> list[dict[str, object]]:
    own = table[table["wave"] == wave]
    plain = own.astype(object).where(own.notna(), None)
    return [{str(name): cell for name, cell in row.items()} for row in plain.to_dict("records")]


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell)


def _told(row: Mapping[str, object]) -> _Told:
    value, low, high = (
        None if row[name] is None else float(str(row[name]))
        for name in ("estimate", "ci_low", "ci_high")
    )
    ends = None if low is None or high is None else (low, high)
    return _Told(value, ends, str(row["rule"] or ""))


def _wholes_before_parts(parents: Mapping[str, str | None]) -> list[str]:
    """Every cluster followed by its parts, at each level by name."""
    ordered: list[str] = []
    waiting = sorted((c for c, p in parents.items() if p not in parents), reverse=True)
    while waiting:
        cluster = waiting.pop()
        ordered.append(cluster)
        waiting.extend(sorted((c for c, p in parents.items() if p == cluster), reverse=True))
    return ordered


def _cells(
    cluster: str,
    parent: str | None,
    scales: Sequence[ScaleResult],
    known: _Known,
    setting: Setting,
) -> tuple[str, ...]:
    counts = (known.get((cluster, None, name)) for name in ("n_sites", "respondents"))
    none = setting.say("word.not_shown")
    return (
        parent or setting.say("word.programme"),
        *(setting.numbers.count(n.value) if n and n.value is not None else none for n in counts),
        *(_mean(known.get((cluster, result.scale.id, "mean")), setting) for result in scales),
    )


def _mean(told: _Told | None, setting: Setting) -> str:
    if told is None or told.value is None:
        return setting.say("word.not_shown")
    mean = setting.numbers.decimals(told.value, 2)
    return mean if told.ends is None else f"{mean} ({span(told.ends, setting)})"
