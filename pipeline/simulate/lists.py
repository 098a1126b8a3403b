"""Chance of its own for every list of single conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


def generators_of_lists(
    lists: Sequence[str], rng: np.random.Generator
) -> Mapping[str, np.random.Generator]:
    """A generator for each list, apart from `rng`, the last list first.

    What `rng` draws afterwards is the same with any lists and with none, and a list draws the
    same whether or not lists before it in the questionnaire are asked.
    """
    (apart,) = rng.spawn(1)
    each = (apart, *apart.spawn(len(lists)))
    return dict(zip(reversed(lists), each, strict=False))
