"""The rules of disclosure control, and the names they are reported under."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

LOWEST_MINIMUM_N = 5
USUAL_MINIMUM_N = 11


class Rule(StrEnum):
    """Why a number is withheld."""

    MINIMUM_N = "minimum_n"
    LADDER = "ladder"
    GROUP_MINIMUM_N = "group_minimum_n"
    COMPLEMENT = "complement"
    CLASS_DISCLOSURE = "class_disclosure"
    PRECISION = "precision"
    NOT_RELEASED = "not_released"
    GATE_STRUCTURE = "gate_structure"
    GATE_RELIABILITY = "gate_reliability"
    GATE_ROLE = "gate_role"
    GATE_LANGUAGE = "gate_language"
    GATE_PLATFORM = "gate_platform"
    GATE_WAVE = "gate_wave"
    GATE_SITES = "gate_sites"
    GATE_AGGREGATION = "gate_aggregation"


MEANING_OF_RULE: dict[Rule, str] = {
    Rule.MINIMUM_N: "Too few people answered.",
    Rule.LADDER: "Enough people for an overall mean, too few for this much detail.",
    Rule.GROUP_MINIMUM_N: "Too few people in one of the groups, or in the rest of the site.",
    Rule.COMPLEMENT: "Together with other numbers, of this release or an earlier one, it "
    "could tell what a few people answered.",
    Rule.CLASS_DISCLOSURE: "Nearly everyone gave the same answer.",
    Rule.PRECISION: "Even rounded it would give away what a few people answered.",
    Rule.NOT_RELEASED: "Numbers of this kind are never published.",
    Rule.GATE_STRUCTURE: "The items do not show one factor.",
    Rule.GATE_RELIABILITY: "The score is more chance than signal.",
    Rule.GATE_ROLE: "The items do not mean the same in the groups.",
    Rule.GATE_LANGUAGE: "The items do not mean the same in all languages.",
    Rule.GATE_PLATFORM: "The items do not mean the same on all survey platforms.",
    Rule.GATE_WAVE: "The items do not mean the same in all survey rounds.",
    Rule.GATE_SITES: "The items do not mean the same at all sites.",
    Rule.GATE_AGGREGATION: "Sites differ too little, or people of a site too much, for one number "
    "to stand for a site.",
}


@dataclass(frozen=True, slots=True)
class DisclosureRules:
    """What may leave. The numbers in brackets are those of the rules of the project.

    Attributes
    ----------
    minimum_n : int
        People behind any number of a site or group (1). Never below 5.
    three_categories_from, five_categories_from : int
        People from whom item means and three-category shares, and five-category shares and
        spread, may be shown (2).
    round_counts_to : int
        Counts are multiples of this; intervals use n rounded down to it (6).
    class_share : float
        A distribution with this share or more in one category is withheld (4).
    mean_unit, coarse_mean_unit : float
        Means are multiples of the first; of the second where a few people could otherwise be
        told from the rest (7).
    share_units : tuple of float
        Units a share may be rounded to, finest first (7).
    protected_width : float
        Part of the range of a scale within which nobody may be located (7).
    override_reason : str
        Why `minimum_n` is below 11; printed on the first page of every report.

    Raises
    ------
    ValueError
        When `minimum_n` is below 5, below 11 without a reason, or a number is out of its range.
    """

    minimum_n: int = USUAL_MINIMUM_N
    three_categories_from: int = 20
    five_categories_from: int = 30
    round_counts_to: int = 5
    class_share: float = 0.90
    mean_unit: float = 0.01
    coarse_mean_unit: float = 0.1
    share_units: tuple[float, ...] = (0.01, 0.02, 0.05, 0.1, 0.2)
    protected_width: float = 0.5
    override_reason: str = ""

    def __post_init__(self) -> None:
        if self.minimum_n < LOWEST_MINIMUM_N:
            raise ValueError(
                f"{Rule.MINIMUM_N}: at least {LOWEST_MINIMUM_N} people must stand behind a "
                f"number, whatever the reason; got {self.minimum_n}"
            )
        if self.minimum_n < USUAL_MINIMUM_N and not self.override_reason.strip():
            raise ValueError(
                f"{Rule.MINIMUM_N}: {self.minimum_n} is below {USUAL_MINIMUM_N}; give the reason "
                "in override_reason, it is printed in every report"
            )
        if not self.minimum_n <= self.three_categories_from <= self.five_categories_from:
            raise ValueError(
                f"{Rule.LADDER}: minimum_n, three_categories_from and five_categories_from must "
                "not fall"
            )
        if not 0.5 < self.class_share <= 0.95:
            raise ValueError(f"{Rule.CLASS_DISCLOSURE}: class_share must be above .5, at most .95")
        if self.round_counts_to < 5 or self.round_counts_to > self.minimum_n:
            raise ValueError("round_counts_to must be from 5 to minimum_n")
        self._refuse_fine_units()

    def _refuse_fine_units(self) -> None:
        finest = min(self.mean_unit, *self.share_units)
        if finest < 0.01 or self.coarse_mean_unit < 0.1 or self.protected_width < 0.5:
            raise ValueError(
                f"{Rule.PRECISION}: units below .01 (.1 for coarse means) or a protected width "
                "below .5 are refused"
            )

    @property
    def smallest_pool(self) -> int:
        """Fewest people that hidden sites or groups must have together to count.

        With :math:`N` people whose sum is known, the mean of :math:`n` of them is known to
        :math:`(N - n) / n` of the range; for the largest protected set, ``minimum_n - 1``, this
        reaches the protected width at this number.
        """
        largest = self.minimum_n - 1
        return max(self.minimum_n, math.ceil((1 + self.protected_width) * largest))
