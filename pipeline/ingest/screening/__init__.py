"""Signs of careless answering: indices, flags, who is left out, and what is missing together."""

from pipeline.ingest.screening.attention import fail_attention
from pipeline.ingest.screening.duplicates import DuplicateGroups, are_varied, find_duplicates
from pipeline.ingest.screening.effect import screening_effect
from pipeline.ingest.screening.even_odd import even_odd_consistency
from pipeline.ingest.screening.flags import FLAGS, Flag
from pipeline.ingest.screening.item_pairs import (
    ItemCorrelations,
    correlate_items,
    find_pairs,
    pair_consistency,
)
from pipeline.ingest.screening.items import Items, ReflectiveScale, describe_items
from pipeline.ingest.screening.mahalanobis import (
    Distances,
    distances_where_judged,
    squared_mahalanobis,
)
from pipeline.ingest.screening.mcar import MCARTest, little_mcar
from pipeline.ingest.screening.normal import NormalMoments, estimate_normal
from pipeline.ingest.screening.patterns import missing_patterns
from pipeline.ingest.screening.person_fit import (
    GuttmanErrors,
    count_guttman_errors,
    person_total_correlations,
)
from pipeline.ingest.screening.rules import ScreeningRules
from pipeline.ingest.screening.runs import IdenticalRuns, identical_runs
from pipeline.ingest.screening.screen import screen
from pipeline.ingest.screening.spread import intra_individual_sd
from pipeline.ingest.screening.time_taken import seconds_per_item, share_of_site_median

__all__ = [
    "FLAGS",
    "Distances",
    "DuplicateGroups",
    "Flag",
    "GuttmanErrors",
    "IdenticalRuns",
    "ItemCorrelations",
    "Items",
    "MCARTest",
    "NormalMoments",
    "ReflectiveScale",
    "ScreeningRules",
    "are_varied",
    "correlate_items",
    "count_guttman_errors",
    "describe_items",
    "distances_where_judged",
    "estimate_normal",
    "even_odd_consistency",
    "fail_attention",
    "find_duplicates",
    "find_pairs",
    "identical_runs",
    "intra_individual_sd",
    "little_mcar",
    "missing_patterns",
    "pair_consistency",
    "person_total_correlations",
    "screen",
    "screening_effect",
    "seconds_per_item",
    "share_of_site_median",
    "squared_mahalanobis",
]
