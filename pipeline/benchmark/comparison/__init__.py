"""Sites set beside one another fairly: what chance explains, and what it leaves.

Everything is computed from released means and counts and from variance components of the pooled
answers, so it discloses nothing of its own and every reader can compute it again.
"""

from pipeline.benchmark.comparison.compare import Comparison, compare
from pipeline.benchmark.comparison.conditions import MEANING_OF_CONDITION
from pipeline.benchmark.comparison.funnel import Funnel, draw_funnel, place_in_funnel
from pipeline.benchmark.comparison.over_dispersion import OverDispersion, over_dispersion
from pipeline.benchmark.comparison.pairs import PairComparison, compare_pair
from pipeline.benchmark.comparison.study import compare_sites, not_rounded_up

__all__ = [
    "MEANING_OF_CONDITION",
    "Comparison",
    "Funnel",
    "OverDispersion",
    "PairComparison",
    "compare",
    "compare_pair",
    "compare_sites",
    "draw_funnel",
    "not_rounded_up",
    "over_dispersion",
    "place_in_funnel",
]
