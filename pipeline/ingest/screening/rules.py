"""When a sign of careless answering becomes a flag, and when flags lead to exclusion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STRONG = (
    "straight_line",
    "long_run",
    "inconsistent",
    "speeding",
    "duplicate",
    "attention_failed",
)
"""The flags that can lead to exclusion unless a study says otherwise."""


@dataclass(frozen=True, slots=True)
class ScreeningRules:
    """Cut-offs and the rule of exclusion.

    Attributes
    ----------
    exclude_from_flags : int
        Respondents with strong flags from at least this many families are left out.
    strong : tuple of str
        Names of the strong flags.
    seconds_per_item : float
        ``speeding`` below this (Huang and others 2012: two seconds).
    share_of_site_median : float
        ``fast_for_site`` below this share of the median time of the site (Leiner 2019: twice as
        fast as others).
    long_run_share : float
        ``long_run`` when identical answers in a row, to items of either direction, make up this
        share of the answers (Curran 2016: half of them).
    even_odd : float
        ``low_even_odd`` below this (Jackson's .30, in Johnson 2005).
    pair_correlation : float
        Items correlated as strongly are synonyms, or antonyms (Meade and Craig 2012: .60).
    synonyms : float
        ``low_synonyms`` below this (DeSimone, Harms and DeSimone 2015: .22).
    antonyms : float
        ``high_antonyms`` above this (Johnson 2005: -.03).
    person_total : float
        ``low_person_total`` below this: against what others find easy and hard to agree with.
    guttman : float
        ``high_guttman`` above this. No source: see the note.
    mahalanobis_p : float
        ``far_from_others`` where the distance is less probable under normality (Meade and Craig
        2012 and others: .001).
    inconsistent_from : int
        ``inconsistent`` with at least this many of the six signs above. No source: see the note.
    least_items : int
        Fewest answers for a flag that looks at them.
    least_pairs : int
        Fewest pairs of synonyms, or antonyms.
    least_at_site : int
        Fewest people with a time at a site for its median.
    least_people, people_per_item : int
        Fewest people for anything that needs means or correlations over people, and, for a
        covariance, for each item.
    duplicate_items : int
        Fewest answers of a duplicate, and fewest in common of a near duplicate.
    near_share : float
        Share of the answers in common that are the same in a near duplicate.
    most_same : float
        No duplicates are looked for among people of whose answers, as given or keyed, a larger
        share is one and the same.
    attention_checks : mapping of str to float
        The answer asked for, by column.

    Notes
    -----
    Two cut-offs are ours. They were set on simulated answers to mixed-keyed scales so that few
    careful respondents are flagged; see ``tests/ingest/screening/test_screen.py``.
    """

    exclude_from_flags: int = 2
    strong: tuple[str, ...] = STRONG
    seconds_per_item: float = 2.0
    share_of_site_median: float = 0.5
    long_run_share: float = 0.5
    even_odd: float = 0.30
    pair_correlation: float = 0.60
    synonyms: float = 0.22
    antonyms: float = -0.03
    person_total: float = 0.0
    guttman: float = 0.3
    mahalanobis_p: float = 0.001
    inconsistent_from: int = 3
    least_items: int = 10
    least_pairs: int = 5
    least_at_site: int = 10
    least_people: int = 50
    people_per_item: int = 5
    duplicate_items: int = 20
    near_share: float = 0.95
    most_same: float = 0.8
    attention_checks: Mapping[str, float] = field(default_factory=dict)
