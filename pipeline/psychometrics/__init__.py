"""Statistics of questionnaire answers: arrays in, results out.

Answers are a table with a respondent per row and an item per column, numbers or missing, already
keyed so that high means more. Every result is a frozen object with ``to_rows()``. Nothing here
reads, writes, prints or knows the instrument; what could not be estimated is named in a result's
``condition``.
"""

from pipeline.psychometrics.conditions import MEANING_OF_CONDITION
from pipeline.psychometrics.content_validity import (
    ContentValidity,
    ItemContentValidity,
    content_validity_index,
)
from pipeline.psychometrics.correlation import CorrelationMatrix, pearson_correlations
from pipeline.psychometrics.efa import (
    AlignedItem,
    AlignedSolution,
    ExploratorySolution,
    align_to_target,
    explore_factors,
    tucker_congruence,
)
from pipeline.psychometrics.factorability import (
    BartlettSphericity,
    KaiserMeyerOlkin,
    bartlett_sphericity,
    kaiser_meyer_olkin,
)
from pipeline.psychometrics.items import ItemAnalysis, ItemStatistics, analyse_items
from pipeline.psychometrics.multilevel import IntraclassCorrelation, intraclass_correlation
from pipeline.psychometrics.reliability import (
    CronbachAlpha,
    InterItemCorrelation,
    OmegaTotal,
    StandardErrorOfMeasurement,
    cronbach_alpha,
    inter_item_correlation,
    omega_total,
    standard_error_of_measurement,
)
from pipeline.psychometrics.retention import (
    EigenvalueComparison,
    ParallelAnalysis,
    parallel_analysis,
)
from pipeline.psychometrics.sorting import (
    ItemPlacement,
    Placement,
    PlacementRate,
    ScalePlacement,
    placement_rates,
)

__all__ = [
    "MEANING_OF_CONDITION",
    "AlignedItem",
    "AlignedSolution",
    "BartlettSphericity",
    "ContentValidity",
    "CorrelationMatrix",
    "CronbachAlpha",
    "EigenvalueComparison",
    "ExploratorySolution",
    "InterItemCorrelation",
    "IntraclassCorrelation",
    "ItemAnalysis",
    "ItemContentValidity",
    "ItemPlacement",
    "ItemStatistics",
    "KaiserMeyerOlkin",
    "OmegaTotal",
    "ParallelAnalysis",
    "Placement",
    "PlacementRate",
    "ScalePlacement",
    "StandardErrorOfMeasurement",
    "align_to_target",
    "analyse_items",
    "bartlett_sphericity",
    "content_validity_index",
    "cronbach_alpha",
    "explore_factors",
    "inter_item_correlation",
    "intraclass_correlation",
    "kaiser_meyer_olkin",
    "omega_total",
    "parallel_analysis",
    "pearson_correlations",
    "placement_rates",
    "standard_error_of_measurement",
    "tucker_congruence",
]
