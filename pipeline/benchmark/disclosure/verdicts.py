"""Every decision about the sites of a study, from the table of estimates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.figures import Figure, Verdict, judge_figure
from pipeline.benchmark.disclosure.groups import GroupVerdict, Part, judge_groups
from pipeline.benchmark.disclosure.permitted import PARENT, minimum_of, with_family
from pipeline.benchmark.disclosure.pools import SHARES, Measure
from pipeline.benchmark.disclosure.rules import DisclosureRules
from pipeline.benchmark.programme import order_of_groups

Numbers = NDArray[np.float64]
Key = tuple[str, str, str, str]
"""Family, wave, scale, item; the item is empty for what belongs to the whole scale."""

FAMILIES = (
    "score",
    "adjusted",
    "agreement",
    "linked",
    "scale_codes",
    "counters",
    "item_mean",
    "three",
    "five",
    "item_codes",
    "dispersion",
)
"""In the order in which they are judged: parents first."""

WITH_GROUPS = ("score", "counters")

NOT_JUDGED = ("adjusted", "dispersion")
"""Families that say nothing of how people shared out over answers beyond what their parent says."""

NOT_SHARES = ("n_respondents", "answers_put", "linked_change")
"""Columns beside the shares, or means, that a figure is judged by."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is decided about every figure, and about the groups of every scale."""

    figures: dict[Key, Verdict]
    groups: dict[Key, GroupVerdict]


def judge_sites(site_estimates: pd.DataFrame, rules: DisclosureRules) -> Verdicts:
    """Judge every figure of every site; the order of rows does not matter."""
    known = with_family(site_estimates)
    measures = measures_of(site_estimates)
    figures: dict[Key, Verdict] = {}
    groups: dict[Key, GroupVerdict] = {}
    for family in FAMILIES:
        for key, figure in _figures(known, family, measures, rules):
            figures[key] = judge_figure(figure, _parent(key, figures), rules)
    order = order_of_groups(site_estimates)
    if len(order) == 2:
        for key, parts, step in _parts(known, order):
            total = figures[key]
            measure = measures[key[2]]
            everyone, first, second = (_on_sites(part, total.sites) for part in parts)
            groups[key] = judge_groups(everyone, (first, second), total, measure, step, rules)
    return Verdicts(figures, groups)


def _parent(key: Key, figures: dict[Key, Verdict]) -> Verdict | None:
    """The verdict on the figure above; items of a list stand under no score."""
    family, wave, scale, item = key
    parent = PARENT.get(family)
    if parent is None:
        return None
    return figures.get((parent, wave, scale, "" if parent in WITH_GROUPS else item))


def measures_of(estimates: pd.DataFrame) -> dict[str, Measure]:
    """The range of each scale and constant sum."""
    ends = estimates[estimates["statistic"].isin(["lowest_possible", "highest_possible"])]
    wide = ends.drop_duplicates(["scale", "statistic"]).pivot(  # noqa: PD010
        index="scale", columns="statistic", values="estimate"
    )
    wide = wide.reindex(columns=["lowest_possible", "highest_possible"])
    return {
        str(scale): Measure(float(low), float(high), shares=False)
        for scale, low, high in zip(
            wide.index, wide["lowest_possible"], wide["highest_possible"], strict=True
        )
    }


def _wide(known: pd.DataFrame, family: str) -> pd.DataFrame:
    """A row a site and figure: people, and a column a value."""
    family_of_values = "three" if family == "five" else family
    rows = known[(known["family"] == family_of_values) & (known["rounding"] != "never")]
    if family == "scale_codes":
        rows = known[known["family"] == family]
    item = rows["item"].fillna("")
    rows = rows.assign(
        value_of=rows["statistic"].mask(pd.Series(family == "counters", index=rows.index), item),
        figure=item.where(pd.Series(family != "counters", index=rows.index), ""),
    )
    keys = ["wave", "scale", "figure", "group", "site"]
    rows = rows.assign(group=rows["group"].fillna(""))
    values = rows.assign(estimate=rows["estimate"].astype(float)).pivot(  # noqa: PD010
        index=keys, columns="value_of", values="estimate"
    )
    n = rows.groupby(keys)["n_respondents"].first().astype(float)
    return values.assign(n_respondents=n)


def _figures(
    known: pd.DataFrame, family: str, measures: dict[str, Measure], rules: DisclosureRules
) -> Iterator[tuple[Key, Figure]]:
    wide = _wide(known[known["group"].isna()], family)
    minimum = minimum_of(family, rules)
    is_mean = family in ("score", "item_mean", "counters")
    columns = [name for name in wide if name not in NOT_SHARES]
    numbers = wide[[] if family in NOT_JUDGED else columns].to_numpy(dtype=float)
    n = wide["n_respondents"].fillna(0).to_numpy(dtype=float)
    sites = wide.index.get_level_values("site")
    for (wave, scale, item), rows in _positions(wide):
        values = numbers[rows]
        if family == "agreement":
            values = _closeness(
                wide["average_deviation"].to_numpy(dtype=float)[rows], measures[scale]
            )
        yield (
            (family, wave, scale, item),
            Figure(
                sites[rows],
                n[rows],
                values[:, ~np.isnan(values).all(axis=0)],
                measures[scale] if is_mean else SHARES,
                minimum,
            ),
        )


def _closeness(deviations: Numbers, measure: Measure) -> Numbers:
    """One minus the average deviation in parts of the largest there can be, half the range.

    Where nearly everyone gave the same answers it is nearly 1: by it, agreement that tells what
    everybody said is withheld like a share of answers.
    """
    return 1 - np.nan_to_num(deviations)[:, None] / (measure.width / 2)


def _positions(wide: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], NDArray[np.intp]]]:
    """The rows of each wave, scale and figure."""
    if wide.empty:
        return
    by_figure = wide.groupby(level=["wave", "scale", "figure"], sort=True)
    numbers = by_figure.ngroup().to_numpy()
    keys = wide.index.to_frame(index=False)[["wave", "scale", "figure"]].to_numpy(dtype=object)
    starts = np.flatnonzero(np.diff(numbers, prepend=-1) != 0)
    for start, rows in zip(starts, np.split(np.arange(len(numbers)), starts[1:]), strict=True):
        wave, scale, item = keys[start]
        yield (str(wave), str(scale), str(item)), rows


def _parts(
    known: pd.DataFrame, order: list[str]
) -> Iterator[tuple[Key, list[pd.DataFrame], float]]:
    """Everyone and each group of a scale or constant sum, and the step of sums of scores."""
    put = _wide(known, "scale_codes")
    n_items = known[known["family"] == "item_mean"].groupby("scale")["item"].nunique()
    for family in WITH_GROUPS:
        wide = _wide(known, family)
        asked = put.reindex(wide.index)
        wide = wide.assign(asked_=asked["n_respondents"], put_=asked["answers_put"])
        names, sites = (wide.index.get_level_values(level) for level in ("group", "site"))
        plain = wide.reset_index(drop=True).astype(float)
        for (wave, scale, item), rows in _positions(wide):
            block = plain.iloc[rows]
            block = block.loc[:, block.notna().any() | block.columns.isin(["asked_", "put_"])]
            parts = [
                block[names[rows] == group].set_axis(sites[rows][names[rows] == group])
                for group in ("", *order)
            ]
            step = 1.0 / float(n_items.get(scale, 1)) if family == "score" else 1.0
            yield (family, wave, scale, item), parts, step


def _on_sites(part: pd.DataFrame, sites: pd.Index) -> Part:
    whole = part.reindex(sites).fillna(0.0)
    return Part(
        whole["n_respondents"].to_numpy(),
        whole.drop(columns=["n_respondents", "asked_", "put_"]).to_numpy(),
        whole["asked_"].to_numpy(),
        whole["put_"].to_numpy(),
    )
