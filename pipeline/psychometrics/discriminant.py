"""Whether scales can be told apart, two at a time, so that a long form loses few respondents."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from pipeline.psychometrics.heterotrait import Ratio, heterotrait_monotrait

RATIOS: tuple[Ratio, ...] = ("htmt", "htmt2")
FEWEST_ITEMS = 2
"""A scale of one item has no correlations of its own that others could be held against."""


def ratios_of_pairs(
    data: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    cluster: str | None,
    rng: np.random.Generator,
    n_replications: int = 200,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """HTMT and HTMT2 of every two scales, from those who answered every item of these two.

    Parameters
    ----------
    data : DataFrame
        Keyed answers, and the column named in `cluster`.
    scales : mapping of str to sequence of str
        Items of each scale. Those of fewer than two items, and those that share an item with
        another, have no ratio.
    cluster : str or None
        Column of sites; whole ones are drawn for the intervals.
    rng : Generator
        Draws the replications.
    n_replications : int
        How many.
    confidence_level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        Rows of :meth:`HeterotraitRatios.to_rows` with statistic ``htmt`` or ``htmt2``; each two
        scales have respondents of their own. Empty with fewer than two scales.
    """
    pairs = combinations(_usable(scales), 2)
    found = [
        heterotrait_monotrait(
            data,
            {name: list(scales[name]) for name in pair},
            ratio,
            rng=rng,
            n_replications=n_replications,
            cluster=cluster,
            confidence_level=confidence_level,
        ).to_rows()
        for pair in pairs
        for ratio in RATIOS
    ]
    if not found:
        return pd.DataFrame()
    rows = pd.concat(found, ignore_index=True)
    method = rows["method"].str.replace(r" of \d+ ", " of whole ", regex=True)
    return rows.assign(method=method)[rows["statistic"].isin(RATIOS)].reset_index(drop=True)


def _usable(scales: Mapping[str, Sequence[str]]) -> list[str]:
    times = Counter(item for items in scales.values() for item in items)
    return [
        name
        for name, items in scales.items()
        if len(items) >= FEWEST_ITEMS and all(times[item] == 1 for item in items)
    ]
