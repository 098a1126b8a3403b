"""Agreement at each site as rows of the table of estimates."""

from __future__ import annotations

import pandas as pd

WITHIN = "people of the site who answered every item of the scale"
BY_CHANCE = "share of groups of as many people, dealt at random, that agree less closely"


def agreement_of_sites(within: pd.DataFrame, by_chance: pd.DataFrame) -> pd.DataFrame:
    """Agreement at each site on one scale, and how it compares with chance.

    Parameters
    ----------
    within : DataFrame
        A row a site: group, n, ad_mean, rwg_j_uniform, condition.
    by_chance : DataFrame
        A row a site: group, p_ad_mean.

    Returns
    -------
    DataFrame
        Three rows a site: ``average_deviation``, ``rwg_j`` and ``closer_than_chance``; columns
        site, statistic, estimate, n_respondents, method, condition.
    """
    both = within.merge(by_chance[["group", "p_ad_mean"]], on="group", validate="1:1")
    told = {
        "average_deviation": (both["ad_mean"], f"average deviation from the mean; {WITHIN}"),
        "rwg_j": (both["rwg_j_uniform"], f"rwg(j) with a uniform null; {WITHIN}"),
        "closer_than_chance": (1 - both["p_ad_mean"], f"{BY_CHANCE}; {WITHIN}"),
    }
    rows = [
        pd.DataFrame(
            {
                "site": both["group"],
                "statistic": name,
                "estimate": estimate,
                "n_respondents": both["n"],
                "method": method,
                "condition": both["condition"],
            }
        )
        for name, (estimate, method) in told.items()
    ]
    return pd.concat(rows, ignore_index=True)
