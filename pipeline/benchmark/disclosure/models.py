"""What may leave about models of the items that is not a table of estimates."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.pooled_analyses import WITHHELD
from pipeline.benchmark.disclosure.rules import DisclosureRules
from pipeline.tables import GATE_FORBIDS

NUMBERS = (
    "chi_square",
    "cfi",
    "tli",
    "rmsea",
    "srmr",
    "chi_square_difference",
    "p_value",
    "change_cfi",
    "change_rmsea",
    "change_srmr",
)


OF_ITEMS = re.compile(r"freed_(p_adjusted|d_macs)|d_macs|(un)?signed_difference|n_tests")
"""How an item works in groups of equal standing: nothing of how often an answer was given."""

OF_GROUPS = "latent_mean"
"""How a group stands beside another one: a comparison, which the gates may forbid."""

COMPARISON_OF = {"role": "groups", "wave": "waves"}
"""Groupings whose means are compared. Languages and platforms are tested because sites differ in
them; the mean of a platform may be that of one site, and says nothing anybody asked for."""

VALUES = ["estimate", "se", "ci_low", "ci_high"]


def release_group_differences(
    estimates: pd.DataFrame, gates: pd.DataFrame, rules: DisclosureRules
) -> pd.DataFrame:
    """Differences between groups, with what may not leave held back.

    Every row stays; a number that is held back is missing and its condition says ``withheld``.
    Statistics that are not named here are withheld, and those about groups with fewer than
    ``minimum_n`` people (the smallest of them counts). Means of groups leave only where groups of
    this kind are compared, and no gate of the scale that has to be passed for it is closed.

    Parameters
    ----------
    estimates : DataFrame
        By the contract MODEL_ESTIMATES, with the people of the smallest group.
    gates : DataFrame
        By the contract GATES.
    rules : DisclosureRules
        What may leave.
    """
    statistic = estimates["statistic"]
    means = (statistic == OF_GROUPS).to_numpy(dtype=bool)
    of_items = statistic.str.fullmatch(OF_ITEMS.pattern).fillna(value=False).to_numpy(dtype=bool)
    few = ~estimates["n_respondents"].ge(rules.minimum_n).fillna(value=False).to_numpy(dtype=bool)
    shown = ~few & (of_items | (means & _may_be_compared(estimates, gates)))
    withheld = pd.Series(~shown, index=estimates.index)
    released = estimates.copy()
    released[VALUES] = released[VALUES].mask(withheld)
    released["condition"] = released["condition"].mask(withheld, WITHHELD)
    unit = rules.round_counts_to
    released["n_respondents"] = (released["n_respondents"] / unit).round().astype("Int64") * unit
    return released


def _may_be_compared(estimates: pd.DataFrame, gates: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows of groupings whose groups are compared, and that no closed gate forbids."""
    closed = gates[gates["verdict"] == "closed"]
    forbidden = {
        (wave, scale, comparison)
        for wave, scale, gate in zip(closed["wave"], closed["scale"], closed["gate"], strict=True)
        for comparison in GATE_FORBIDS[str(gate)]
    }
    rows = zip(estimates["wave"], estimates["scale"], estimates["grouping"], strict=True)
    compared = [(wave, scale, COMPARISON_OF.get(str(grouping))) for wave, scale, grouping in rows]
    return np.array([one[2] is not None and one not in forbidden for one in compared], dtype=bool)


def release_invariance(steps: pd.DataFrame, rules: DisclosureRules) -> pd.DataFrame:
    """The steps of ladders with counts rounded, and without numbers about too few people.

    Parameters
    ----------
    steps : DataFrame
        By the contract INVARIANCE.
    rules : DisclosureRules
        What may leave.
    """
    released = steps.copy()
    few = ~steps["n_respondents"].ge(rules.minimum_n).fillna(False).astype(bool)
    released[list(NUMBERS)] = released[list(NUMBERS)].mask(few)
    released["condition"] = released["condition"].mask(few, WITHHELD)
    unit = rules.round_counts_to
    released["n_respondents"] = (released["n_respondents"] / unit).round().astype("Int64") * unit
    return released
