"""What may be released at all: a line each. What has no line is never released."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from pipeline.benchmark.disclosure.rules import DisclosureRules

Place = Literal["site", "scale", "item"]
Rounding = Literal["mean", "share", "tenth", "count", "exact", "never"]


@dataclass(frozen=True, slots=True)
class Permitted:
    """One kind of number.

    Attributes
    ----------
    statistic : str
        Regular expression for the whole name.
    place : str
        Whether it belongs to a whole site, a scale (no item) or an item.
    family : str
        Numbers of a family are shown, counted or withheld together.
    rounding : str
        How it is rounded; ``never`` means it is computed with the family, never released.
    minimum : str
        Field of :class:`DisclosureRules` with the fewest people.
    """

    statistic: str
    place: Place
    family: str
    rounding: Rounding
    minimum: str


PERMITTED = (
    Permitted("respondents", "site", "respondents", "count", "minimum_n"),
    Permitted("mean", "scale", "score", "mean", "minimum_n"),
    Permitted("sd", "scale", "score", "never", "minimum_n"),
    Permitted("mean_adjusted", "scale", "adjusted", "tenth", "minimum_n"),
    Permitted("sd_adjusted", "scale", "adjusted", "never", "minimum_n"),
    Permitted("average_deviation|rwg_j", "scale", "agreement", "tenth", "five_categories_from"),
    Permitted("closer_than_chance", "scale", "agreement", "share", "five_categories_from"),
    Permitted("linked_change", "scale", "linked", "tenth", "three_categories_from"),
    Permitted("sd_linked_change", "scale", "linked", "never", "three_categories_from"),
    Permitted(
        "linked_higher|linked_lower|linked_no_clear_change",
        "scale",
        "linked",
        "share",
        "three_categories_from",
    ),
    Permitted("gap", "scale", "gap", "mean", "minimum_n"),
    Permitted("gap_standardised", "scale", "gap", "tenth", "minimum_n"),
    Permitted("site_p10|site_p90", "scale", "spread_of_sites", "mean", "minimum_n"),
    Permitted("n_sites", "scale", "spread_of_sites", "exact", "minimum_n"),
    Permitted("share_[A-Z][A-Z0-9_]*", "scale", "scale_codes", "share", "minimum_n"),
    Permitted("answers_put", "scale", "scale_codes", "never", "minimum_n"),
    Permitted("mean", "item", "item_mean", "mean", "three_categories_from"),
    Permitted("sd", "item", "item_mean", "never", "three_categories_from"),
    Permitted("share_(low|middle|high)", "item", "three", "share", "three_categories_from"),
    Permitted(r"share_-?\d+", "item", "five", "share", "five_categories_from"),
    Permitted("share_[A-Z][A-Z0-9_]*", "item", "item_codes", "share", "three_categories_from"),
    Permitted("mean_counters", "item", "counters", "tenth", "minimum_n"),
    Permitted("sd_counters", "item", "counters", "never", "minimum_n"),
    Permitted("dispersion", "scale", "dispersion", "tenth", "five_categories_from"),
)

PARENT = {
    "adjusted": "score",
    "agreement": "score",
    "linked": "score",
    "item_mean": "score",
    "three": "item_mean",
    "five": "three",
    "dispersion": "counters",
}
"""What is hidden in, or left out of, the parent is so in the child: else the parent could be
worked out from the child."""

WITHOUT_UNITS = ("adjusted", "agreement", "linked", "dispersion")
"""Families that are no plain means or shares of answers: no coarser unit is known to protect them,
so they are never shown again where a few people differ from an earlier release."""

WHOLE_SCALE = ("score", "adjusted", "agreement", "linked", "scale_codes", "counters", "dispersion")
"""Families that belong to a scale or constant sum as a whole, not to one of its items."""


def minimum_of(family: str, rules: DisclosureRules) -> int:
    """Fewest people behind a number of a family."""
    field = next(line.minimum for line in PERMITTED if line.family == family)
    return int(getattr(rules, field))


def family_of(statistic: str, place: str) -> Permitted | None:
    """The line for a statistic; None when it is never released."""
    matches = (
        line
        for line in PERMITTED
        if line.place == place and re.fullmatch(line.statistic, statistic)
    )
    return next(matches, None)


def with_family(estimates: pd.DataFrame) -> pd.DataFrame:
    """The rows with ``family`` and ``rounding``; empty and ``never`` where there is no line.

    Rows of a factor analysis have no line either.
    """
    place = pd.Series("item", index=estimates.index)
    place = place.mask(estimates["item"].isna(), "scale").mask(estimates["scale"].isna(), "site")
    names = place + " " + estimates["statistic"].astype(object)
    numbers, pairs = pd.factorize(names)
    lines = [family_of(*reversed(pair.split(" ", 1))) for pair in pairs]
    plain = estimates["factor"].isna()
    families = np.array([line.family if line else None for line in lines], dtype=object)
    roundings = np.array([line.rounding if line else "never" for line in lines], dtype=object)
    family = pd.Series(families[numbers], index=estimates.index, dtype="string")
    rounding = pd.Series(roundings[numbers], index=estimates.index, dtype="string")
    return estimates.assign(family=family.where(plain), rounding=rounding.where(plain, "never"))
