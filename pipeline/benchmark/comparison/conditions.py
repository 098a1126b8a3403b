"""Short words for why a site has no word, no probability or no interval of its rank."""

from __future__ import annotations

GATE_CLOSED = "gate_closed"
NO_VARIANCE = "no_variance"
NO_MEAN = "no_mean"
TOO_FEW_SITES = "too_few_sites"
GATE_UNTESTED = "gate_untested"
TOO_FEW_FOR_BAND = "too_few_for_band"
MEAN_NOT_RELIABLE = "mean_not_reliable"
RANK_UNCERTAIN = "rank_uncertain"

FEWEST_SITES = 10
"""Fewer sites do not show what is usual among them, so none can be called unusual, and a fifth of
them is hardly a group (our number)."""

FEWEST_FOR_BAND = 30
"""Fewer people behind a mean get no word for its place (our number, the same as for showing the
distribution of answers)."""

LEAST_RELIABILITY = 0.70
"""Below this, more than three tenths of what means differ by is chance (Bliese 2000)."""

MEANING_OF_CONDITION: dict[str, str] = {
    GATE_CLOSED: "A gate that the comparison of sites has to pass is closed.",
    NO_VARIANCE: "How much people differ within sites, or sites from each other, is not known or "
    "is nothing, so chance cannot be told from difference.",
    NO_MEAN: "The mean of the site is not shown, so it is not compared.",
    TOO_FEW_SITES: f"Fewer than {FEWEST_SITES} sites are compared.",
    GATE_UNTESTED: "A gate that has to be passed for a word has not been tested.",
    TOO_FEW_FOR_BAND: f"Fewer than {FEWEST_FOR_BAND} people are behind the mean.",
    MEAN_NOT_RELIABLE: f"The reliability of the mean is below {LEAST_RELIABILITY:.2f}.",
    RANK_UNCERTAIN: "The interval of the rank holds half of the sites or more, so it says nothing.",
}
"""The words, in the order in which they take precedence."""
