"""Earlier releases, as far as they are needed to protect the people in whom a new one differs."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipeline.benchmark.disclosure.atoms import KIND_OF_FAMILY
from pipeline.tables import RELEASE_FIGURES, conform

CELL = ["wave", "site", "group", "scale", "item", "statistic"]


@dataclass(frozen=True, slots=True)
class PastRelease:
    """What was published, and who stood behind it.

    Attributes
    ----------
    figures : DataFrame
        By the contract RELEASE_FIGURES.
    members : DataFrame
        By the contract RELEASE_MEMBERS.
    """

    figures: pd.DataFrame
    members: pd.DataFrame


def figures_of(known: pd.DataFrame, released: pd.DataFrame) -> pd.DataFrame:
    """The record of a release, by the contract RELEASE_FIGURES.

    Parameters
    ----------
    known : DataFrame
        Every row that was decided about, with ``family``, ``rule``, ``unit``,
        ``denominator`` and ``counts``.
    released : DataFrame
        By the contract RELEASED.
    """
    rows = known[known["family"].isin(list(KIND_OF_FAMILY)) & (known["rounding"] != "never")]
    shown = released[[*CELL, "estimate"]]
    figures = rows.drop(columns="estimate").merge(shown, on=CELL, how="left")
    rule = figures["rule"].mask(figures["rule"] == "")
    figures = figures.assign(counts=figures["counts"].eq(True), rule=rule)
    return conform(
        figures[RELEASE_FIGURES.column_names]
        .sort_values(CELL, na_position="first", kind="stable")
        .reset_index(drop=True),
        RELEASE_FIGURES,
    )
