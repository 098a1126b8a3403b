"""Two rounds of a site shown together, and what was published of it before.

Let a site be shown over two rounds together, because each has too few people. If one of the rounds
is, or was, published by itself, the difference of the two is the people of the other round, less
or plus the few in whom the releases differ. So a site is shown either by rounds or over both, and
what was published first stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.past import PastRelease
from pipeline.benchmark.pooled_waves import JOINED_BY, pooled_label


def barred_by_pooling(
    known: pd.DataFrame, past: Sequence[PastRelease], waves: Sequence[str]
) -> NDArray[np.bool_]:
    """Rows of sites that were published the other way: by one round, or over two.

    What counts are the labels of what was published, not the rounds of the study: a round that has
    since been left out of the configuration, or been followed by another one, is not forgotten.

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
        True for rows over two rounds of a site of which one of these rounds was published, and for
        rows of a round of a site that was published over this round and another.
    """
    label = pooled_label(waves)
    by_round = _published(past, lambda published: published in waves[-2:])
    barred = (known["wave"] == label) & known["site"].isin(by_round)
    for wave in sorted(set(known["wave"].dropna()) - {label}):
        over_two = _published(past, partial(_is_part_of, wave))
        barred |= (known["wave"] == wave) & known["site"].isin(over_two)
    return np.asarray(barred.fillna(value=False).to_numpy(dtype=bool))


def _is_part_of(wave: str, label: str) -> bool:
    """Whether a label is that of this round and another."""
    return label.startswith(f"{wave}{JOINED_BY}") or label.endswith(f"{JOINED_BY}{wave}")


def _published(past: Sequence[PastRelease], is_meant: Callable[[str], bool]) -> set[str]:
    """Sites of which anything was published under such a label."""
    found: set[str] = set()
    for release in past:
        figures = release.figures
        labels = [label for label in figures["wave"].dropna().unique() if is_meant(str(label))]
        shown = figures["wave"].isin(labels) & figures["estimate"].notna() & figures["site"].notna()
        found |= set(figures.loc[shown, "site"])
    return found
