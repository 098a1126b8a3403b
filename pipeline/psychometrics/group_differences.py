"""What is left when groups do not answer alike: which items differ, by how much, and the means."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import pandas as pd

from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.measurement_invariance.effect_sizes import noninvariance_effects
from pipeline.psychometrics.measurement_invariance.ladder import InvarianceLadder
from pipeline.psychometrics.measurement_invariance.partial import (
    PartialInvariance,
    partial_invariance,
)

STEPS_FOR_MEANS = ("thresholds", "metric", "scalar")
"""Steps that have to hold, at least for a part of the items, before means are compared."""

WITH_MEANS = ("scalar", "strict")
"""Steps whose model puts the means of factors on one scale."""

MOST_CANDIDATES = 60
"""Items to let go, counted once for each step of the ladder: a search among more takes too long."""

OF_FREED = ("p_adjusted", "d_macs")
OF_EFFECT = ("d_macs", "signed_difference", "unsigned_difference")


class _Reached(NamedTuple):
    """The model in which groups are compared, the name of its step, and its method."""

    solution: ConfirmatorySolution
    step: str
    method: str
    condition: str | None


def group_differences(
    ladder: InvarianceLadder,
    model: Mapping[str, Sequence[str]],
    data: pd.DataFrame,
    group: str,
    missing: Literal["listwise", "pairwise"],
    cluster: str | None = None,
) -> pd.DataFrame:
    """Items that differ between groups, effects in points of the scale, and means of factors.

    Parameters
    ----------
    ladder : InvarianceLadder
        Of the same model, answers and groups.
    model, data, group, missing, cluster
        As for :func:`invariance`.

    Returns
    -------
    DataFrame
        Long, with columns ``group`` and ``step`` besides. ``freed_p_adjusted`` and
        ``freed_d_macs`` of each item that :func:`partial_invariance` lets go, ``d_macs``,
        ``signed_difference`` and ``unsigned_difference`` of such an item in each group against
        the first, ``latent_mean`` of each group in standard deviations of the first group, and
        ``n_tests`` of the search. Where all steps hold nothing is searched. Where the search would
        have more than 60 candidates it is left out: ``too_many_candidates``.
    """
    verdicts = {step.name: step.verdict for step in ladder.steps if step.name in STEPS_FOR_MEANS}
    if set(verdicts.values()) <= {"holds"}:
        own = _Reached(ladder.step("scalar").solution, "scalar", ladder.method, ladder.condition)
        return _table(ladder, list(_means(own)))
    if "untested" in verdicts.values():
        return pd.DataFrame()
    n_items = sum(len(items) for items in model.values())
    if n_items * (len(ladder.steps) - 1) > MOST_CANDIDATES:
        left_out = {"statistic": "n_tests", "estimate": 0.0, "condition": "too_many_candidates"}
        return _table(ladder, [{**left_out, "method": ladder.method}])
    found = partial_invariance(model, data, group, missing=missing, cluster=cluster)
    reached = _Reached(found.solution, found.reached, found.method, found.condition)
    rows = [*_freed(found)]
    if found.reached in WITH_MEANS:
        rows += [*_effects(found), *_means(reached)]
    return _table(ladder, rows)


def _table(ladder: InvarianceLadder, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """As other results, with two more columns."""
    smallest = min(ladder.n_of_groups)
    shown = long_table(
        [
            {name: cell for name, cell in row.items() if name not in ("group", "step")}
            for row in rows
        ],
        n_respondents=smallest,
    )
    for name in ("group", "step"):
        shown[name] = pd.Series([row.get(name) for row in rows], index=shown.index, dtype="string")
    return shown


def _freed(found: PartialInvariance) -> Iterator[dict[str, Any]]:
    yield {
        "statistic": "n_tests",
        "estimate": float(found.n_tests),
        "step": found.reached,
        "method": found.method,
        "condition": found.condition,
    }
    for freed in found.freed:
        for name in OF_FREED:
            yield {
                "item": freed.item,
                "factor": freed.factor,
                "statistic": f"freed_{name}",
                "estimate": float(getattr(freed, name)),
                "step": freed.step,
                "method": found.method,
                "condition": found.condition,
            }


def _effects(found: PartialInvariance) -> Iterator[dict[str, Any]]:
    """Effects of the items that were let go and stay so, in each group against the first."""
    held = {freed.item for freed in found.freed if freed.parameter in found.free}
    if not held:
        return
    effects = noninvariance_effects(found.solution)
    for effect in effects.items:
        for name in OF_EFFECT if effect.item in held else ():
            yield {
                "item": effect.item,
                "factor": effect.factor,
                "group": effect.group,
                "statistic": name,
                "estimate": float(getattr(effect, name)),
                "step": found.reached,
                "method": effects.method,
                "condition": effects.condition,
            }


def _means(reached: _Reached) -> Iterator[dict[str, Any]]:
    """Means of factors in all groups but the first, in standard deviations of the first."""
    solution = reached.solution
    rows = solution.parameters()
    latent = rows["left"].isin(solution.table.latent)
    for _, row in rows[(rows["operator"] == "~1") & latent & rows["is_free"]].iterrows():
        yield {
            "factor": row["left"],
            "group": row["group"],
            "statistic": "latent_mean",
            **{name: row[name] for name in ("estimate", "se", "ci_low", "ci_high")},
            "confidence_level": solution.confidence_level,
            "step": reached.step,
            "method": reached.method,
            "condition": joined([reached.condition, solution.condition]),
        }
