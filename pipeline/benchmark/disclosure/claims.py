"""What may leave about claims that were laid down before the data."""

from __future__ import annotations

import pandas as pd

from pipeline.benchmark.disclosure.pooled_analyses import MATRIX_FROM
from pipeline.benchmark.disclosure.rules import DisclosureRules
from pipeline.tables import GATE_FORBIDS

OF_MEANS = (
    "mean_difference",
    "equivalence",
    "trend",
    "difference_of_differences",
    "rank_of_difference",
)
"""Kinds of claims that compare means, which the gates may forbid."""

OF_RATES = "rate_difference"
OF_GROUPS = (*OF_MEANS, OF_RATES, "rank_of_rate")
"""Kinds of claims that are about means and rates; all others are about correlations."""

NUMBERS = ["estimate", "ci_low", "ci_high"]
NOT_JUDGED = "not judged"
POINTS = 1.0
"""Rates leave in whole points of per cent."""


def release_claims(
    claims: pd.DataFrame, gates: pd.DataFrame, rules: DisclosureRules
) -> pd.DataFrame:
    """Claims held against answers, with what may not leave held back.

    Every row stays. A number behind which there are fewer than ``minimum_n`` people is missing, a
    correlation behind which there are fewer than 100 (claims are about single items too), and a
    comparison of means that a closed gate forbids for one of its scales; none of them is judged,
    and the row says why. Counts of people are rounded, rates to whole points.

    Parameters
    ----------
    claims : DataFrame
        By the contract CLAIMS.
    gates : DataFrame
        By the contract GATES.
    rules : DisclosureRules
        What may leave.
    """
    released = claims.copy()
    of_people = claims["unit"].eq("people")
    of_groups = claims["kind"].isin(OF_GROUPS)
    needed = of_groups.map({True: rules.minimum_n, False: max(rules.minimum_n, MATRIX_FROM)})
    few = of_people & claims["n"].lt(needed.astype("Int64")).fillna(value=False)
    _hold_back(released, few, "too few people")
    closed = claims["kind"].isin(OF_MEANS) & _is_forbidden(claims, gates)
    _hold_back(released, closed & ~few, "these means may not be compared: a gate is closed")
    rates = claims["kind"].eq(OF_RATES)
    released.loc[rates, NUMBERS] = (released.loc[rates, NUMBERS] / POINTS).round() * POINTS
    step = rules.round_counts_to
    rounded = (released["n"] / step).round().astype("Int64") * step
    released["n"] = released["n"].mask(of_people, rounded)
    return released


def _hold_back(released: pd.DataFrame, withheld: pd.Series[bool], reason: str) -> None:
    """Take the numbers and the verdict out of the rows, which are those of a copy."""
    withheld = withheld.astype(bool)
    released.loc[withheld, NUMBERS] = pd.NA
    released.loc[withheld, "verdict"] = NOT_JUDGED
    released.loc[withheld, "reason"] = reason


def _is_forbidden(claims: pd.DataFrame, gates: pd.DataFrame) -> pd.Series[bool]:
    """Rows that compare what a closed gate of one of their scales forbids to compare."""
    closed = gates[gates["verdict"] == "closed"]
    forbidden = {
        (wave, scale, comparison)
        for wave, scale, gate in zip(closed["wave"], closed["scale"], closed["gate"], strict=True)
        for comparison in GATE_FORBIDS[str(gate)]
    }
    compared = claims["level"].eq("site").map({True: "sites", False: "groups"})
    rows = zip(claims["wave"], claims["scales"].fillna(""), compared, strict=True)
    found = [
        any((wave, scale, comparison) in forbidden for scale in scales.split())
        for wave, scales, comparison in rows
    ]
    return pd.Series(found, index=claims.index, dtype=bool)
