"""Means with the composition of sites taken out, as rows of the table of estimates."""

from __future__ import annotations

import numpy as np
import pandas as pd


def adjusted_means(by_site: pd.DataFrame, method: str) -> pd.DataFrame:
    """The adjusted mean of each site on one scale, and the spread its interval is made from.

    Parameters
    ----------
    by_site : DataFrame
        A row a site: group, n, adjusted_mean, adjusted_se.
    method : str
        How the means were adjusted.

    Returns
    -------
    DataFrame
        ``mean_adjusted`` and ``sd_adjusted`` of each site: the standard deviation that would give
        the mean of as many people the standard error of the adjusted mean.
    """
    n = by_site["n"].to_numpy(dtype=float)
    spread = by_site["adjusted_se"].to_numpy(dtype=float) * np.sqrt(n)
    shared = {"site": by_site["group"], "n_respondents": by_site["n"], "method": method}
    means = pd.DataFrame(
        {
            **shared,
            "statistic": "mean_adjusted",
            "estimate": by_site["adjusted_mean"],
            "se": by_site["adjusted_se"],
        }
    )
    spreads = pd.DataFrame({**shared, "statistic": "sd_adjusted", "estimate": spread})
    return pd.concat([means, spreads], ignore_index=True)
