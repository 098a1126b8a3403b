"""Keys by which people are known to be the same in two survey rounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.simulate.design import SMALL_SITE

SECRET = "made up for the synthetic example; a study of your own needs a secret of its own\n"
"""What the keys of the example are hashed with. It protects nobody, since nobody is real."""
_LEFT_OUT = 0.06
"""Share of the people who do not fill their key in."""
_LOWEST, _HIGHEST = 10_000, 99_999


def draw_keys(rounds: Sequence[pd.DataFrame], rng: np.random.Generator) -> list[pd.Series]:
    """A key for everybody in every round; the latest round comes first.

    Parameters
    ----------
    rounds : sequence of DataFrame
        The people of each round; ``same_as`` tells the row of the same person in the latest one.
    """
    people = sum(len(of_round) for of_round in rounds)
    pool = _LOWEST + rng.choice(_HIGHEST - _LOWEST + 1, people, replace=False)
    starts = np.cumsum([0, *map(len, rounds)])
    own = [
        pd.Series([f"K{number}" for number in pool[start:end]], index=of_round.index)
        for start, end, of_round in zip(starts, starts[1:], rounds, strict=False)
    ]
    latest = own[0]
    return [
        keys.where(of_round["same_as"].isna(), of_round["same_as"].map(latest))
        for keys, of_round in zip(own, rounds, strict=True)
    ]


def leave_some_out(keys: pd.Series, sites: pd.Series, rng: np.random.Generator) -> pd.Series:
    """The keys, some of them empty; small sites are spared."""
    large = sites.map(sites.value_counts()) >= SMALL_SITE
    return keys.mask((rng.random(len(keys)) < _LEFT_OUT) & large, "")
