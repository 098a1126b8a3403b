"""Time taken for an item, by itself and beside others at the site."""

from __future__ import annotations

import numpy as np
import pandas as pd


def seconds_per_item(seconds: pd.Series, n_answered: pd.Series) -> pd.Series:
    """Seconds divided by items answered, as floats; NaN without a time or an answer.

    Parameters
    ----------
    seconds : Series
        Time taken for the whole questionnaire; a negative time counts as none.
    n_answered : Series
        Items answered, same index.

    References
    ----------
    .. [1] Huang, Curran, Keeney, Poposki & DeShon (2012). Journal of Business and Psychology,
       27(1), 99-114 (two seconds an item).
    """
    time = pd.Series(seconds.to_numpy(dtype=np.float64, na_value=np.nan), index=n_answered.index)
    return time.where(time >= 0) / n_answered.where(n_answered > 0)


def share_of_site_median(per_item: pd.Series, site: pd.Series, least_people: int = 10) -> pd.Series:
    """Time an item divided by the median of everybody timed at the same site.

    Parameters
    ----------
    per_item : Series
        Seconds an item.
    site : Series
        Site of each respondent, same index.
    least_people : int
        Fewest people with a time at the site.

    Returns
    -------
    Series
        One over Leiner's relative speed index [1]_; NaN at sites with fewer people, or without one.

    References
    ----------
    .. [1] Leiner (2019). Survey Research Methods, 13(3), 229-248.
    """
    sites = per_item.groupby(site.to_numpy(), dropna=True)
    median = sites.transform("median")
    judged = (sites.transform("count") >= least_people) & (median > 0)
    return per_item / median.where(judged)
