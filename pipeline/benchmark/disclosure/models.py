"""What may leave about models of the items that is not a table of estimates."""

from __future__ import annotations

import pandas as pd

from pipeline.benchmark.disclosure.pooled_analyses import WITHHELD
from pipeline.benchmark.disclosure.rules import DisclosureRules

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
