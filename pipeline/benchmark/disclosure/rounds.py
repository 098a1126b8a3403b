"""Two rounds of a site shown together, and what was published of it before.

Let a site be shown over two rounds together, because each has too few people. If one of the rounds
is, or was, published by itself, the difference of the two is the people of the other round, less
or plus the few in whom the releases differ. So a site is shown either by rounds or over both, and
what was published first stays.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.past import PastRelease
from pipeline.benchmark.pooled_waves import pooled_label


def barred_by_pooling(
    known: pd.DataFrame, past: Sequence[PastRelease], waves: Sequence[str]
) -> NDArray[np.bool_]:
    """Rows of sites that were published the other way: by one round, or over both.

    Parameters
    ----------
    known : DataFrame
        With wave and site.
    past : sequence of PastRelease
        In any order.
    waves : sequence of str
        Rounds of the study, oldest first; the two latest can be pooled.

    Returns
    -------
    ndarray of bool
        True for rows over both rounds of a site of which one of these rounds was published, and
        for rows of one of these rounds of a site that was published over both.
    """
    label, single = pooled_label(waves), list(waves[-2:])
    by_round = _published(past, single)
    over_both = _published(past, [label] if label else [])
    wave, site = known["wave"], known["site"]
    barred = (wave == label) & site.isin(by_round)
    barred |= wave.isin(single) & site.isin(over_both)
    return np.asarray(barred.fillna(value=False).to_numpy(dtype=bool))


def _published(past: Sequence[PastRelease], waves: list[str]) -> set[str]:
    """Sites of which anything was published under one of these labels."""
    found: set[str] = set()
    for release in past:
        figures = release.figures
        shown = figures["wave"].isin(waves) & figures["estimate"].notna() & figures["site"].notna()
        found |= set(figures.loc[shown, "site"])
    return found
