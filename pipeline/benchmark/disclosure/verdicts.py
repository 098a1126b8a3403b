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


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is decided about every figure, and about the groups of every scale."""

    figures: dict[Key, Verdict]
    groups: dict[Key, GroupVerdict]


def judge_sites(site_estimates: pd.DataFrame, rules: DisclosureRules) -> Verdicts:
    """Judge every figure of every site; the order of rows does not matter."""
    known = with_family(site_estimates)
    measures = _measures(site_estimates)
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
    family, wave, scale, item = key
    parent = PARENT.get(family)
    if parent is None:
        return None
    return figures[parent, wave, scale, "" if parent in WITH_GROUPS else item]


def _measures(estimates: pd.DataFrame) -> dict[str, Measure]:
    ends = estimates[estimates["statistic"].isin(["lowest_possible", "highest_possible"])]
    wide = ends.drop_duplicates(["scale", "statistic"]).pivot(  # noqa: PD010
        index="scale", columns="statistic", values="estimate"
    )
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
    rows = known[known["group"].isna()]
    wide = _wide(rows, family)
    minimum = minimum_of(family, rules)
    for (wave, scale, item), block in wide.groupby(level=["wave", "scale", "figure"]):
        values = block.drop(columns=["n_respondents", "answers_put"], errors="ignore")
        is_mean = family in ("score", "item_mean", "counters")
        numbers = values.dropna(axis=1, how="all").to_numpy(dtype=float)
        yield (
            (family, str(wave), str(scale), str(item)),
            Figure(
                block.index.get_level_values("site"),
                block["n_respondents"].fillna(0).to_numpy(dtype=float),
                numbers[:, :0] if family == "dispersion" else numbers,
                measures[str(scale)] if is_mean else SHARES,
                minimum,
            ),
        )


def _parts(
    known: pd.DataFrame, order: list[str]
) -> Iterator[tuple[Key, list[pd.DataFrame], float]]:
    """Everyone and each group of a scale or constant sum, and the step of sums of scores."""
    put = _wide(known, "scale_codes")
    n_items = known[known["family"] == "item_mean"].groupby("scale")["item"].nunique()
    for family in WITH_GROUPS:
        wide = _wide(known, family)
        for (wave, scale, item), block in wide.groupby(level=["wave", "scale", "figure"]):
            values = block.dropna(axis=1, how="all")
            parts = [_part(values, put, group) for group in ("", *order)]
            step = 1.0 / float(n_items.get(scale, 1)) if family == "score" else 1.0
            yield (family, str(wave), str(scale), str(item)), parts, step


def _part(block: pd.DataFrame, put: pd.DataFrame, group: str) -> pd.DataFrame:
    """People, means, people asked and items put per site, for one group of a scale."""
    joined = block.copy()
    asked = put.reindex(block.index)
    joined["asked_"] = asked["n_respondents"]
    joined["put_"] = asked["answers_put"]
    of_group = joined[joined.index.get_level_values("group") == group]
    return of_group.droplevel(["wave", "scale", "figure", "group"])


def _on_sites(part: pd.DataFrame, sites: pd.Index) -> Part:
    whole = part.reindex(sites).astype(float).fillna(0.0)
    return Part(
        whole["n_respondents"].to_numpy(),
        whole.drop(columns=["n_respondents", "asked_", "put_"]).to_numpy(),
        whole["asked_"].to_numpy(),
        whole["put_"].to_numpy(),
    )
