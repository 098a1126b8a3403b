"""Statistics of questionnaire answers: arrays in, results out.

Answers are a table with a respondent per row and an item per column, numbers or missing, already
keyed so that high means more. Every result is a frozen object with ``to_rows()``. Nothing here
reads, writes, prints or knows the instrument; what could not be estimated is named in a result's
``condition``.
"""

from pipeline.psychometrics.bifactor import BifactorIndices, FactorIndices, bifactor_indices
from pipeline.psychometrics.conditions import MEANING_OF_CONDITION
from pipeline.psychometrics.confirmatory.categories import MergedCategory
from pipeline.psychometrics.confirmatory.estimate import cfa
from pipeline.psychometrics.confirmatory.fit_indices import FitIndices
from pipeline.psychometrics.confirmatory.modification import (
    ModificationIndices,
    ScoreTests,
    modification_indices,
    score_tests,
)
from pipeline.psychometrics.confirmatory.reliability import (
    ModelCoefficient,
    ModelReliability,
    bifactor_indices_of,
    model_reliability,
)
from pipeline.psychometrics.confirmatory.residuals import (
    ResidualCorrelations,
    residual_correlations,
)
from pipeline.psychometrics.confirmatory.scores import FactorScores, factor_scores
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution
from pipeline.psychometrics.confirmatory.standardised import (
    StandardisedSolution,
    standardised_solution,
)
from pipeline.psychometrics.confirmatory.syntax import lavaan_syntax
from pipeline.psychometrics.content_validity import (
    ContentValidity,
    ItemContentValidity,
    content_validity_index,
)
from pipeline.psychometrics.correlation import CorrelationMatrix, pearson_correlations
from pipeline.psychometrics.counts import AnswerCounts, count_answers, count_answers_by_group
from pipeline.psychometrics.cutoffs import SimulatedCutoffs, simulated_cutoffs
from pipeline.psychometrics.discriminant import ratios_of_pairs
from pipeline.psychometrics.efa import (
    AlignedItem,
    AlignedSolution,
    BootstrapLoadings,
    BootstrapSpread,
    ExploratorySolution,
    FactorFit,
    OmegaHierarchical,
    OmegaOfGroup,
    SchmidLeiman,
    align_to_target,
    bootstrap_loadings,
    explore_factors,
    omega_hierarchical,
    schmid_leiman,
    tucker_congruence,
)
from pipeline.psychometrics.factorability import (
    BartlettSphericity,
    KaiserMeyerOlkin,
    bartlett_sphericity,
    kaiser_meyer_olkin,
)
from pipeline.psychometrics.group_differences import group_differences
from pipeline.psychometrics.halves import Halves, equivalent_halves
from pipeline.psychometrics.heterotrait import HeterotraitRatios, heterotrait_monotrait
from pipeline.psychometrics.items import (
    InterItemPair,
    ItemAnalysis,
    ItemEstimate,
    ItemStatistics,
    analyse_items,
)
from pipeline.psychometrics.measurement_invariance.align import align
from pipeline.psychometrics.measurement_invariance.aligned_factor import AlignedFactor, Alignment
from pipeline.psychometrics.measurement_invariance.alignment import alignment
from pipeline.psychometrics.measurement_invariance.difference import DifferenceTest, difference_test
from pipeline.psychometrics.measurement_invariance.effect_sizes import (
    ItemEffect,
    NonInvarianceEffects,
    ScaleEffect,
    expected_score_differences,
    noninvariance_effects,
)
from pipeline.psychometrics.measurement_invariance.ladder import (
    InvarianceLadder,
    InvarianceStep,
    invariance,
)
from pipeline.psychometrics.measurement_invariance.partial import (
    FreedParameter,
    PartialInvariance,
    PartialStep,
    partial_invariance,
)
from pipeline.psychometrics.multilevel import IntraclassCorrelation, intraclass_correlation
from pipeline.psychometrics.polychoric import (
    PolychoricCorrelations,
    PolychoricCovariance,
    polychoric_correlations,
    polychoric_covariance,
)
from pipeline.psychometrics.polyserial import (
    PolyserialCorrelation,
    PolyserialCorrelations,
    polyserial_correlation,
    polyserial_correlations,
)
from pipeline.psychometrics.reliability import (
    BootstrapInterval,
    BootstrapReliability,
    CategoricalOmega,
    CronbachAlpha,
    GuttmanBounds,
    InterItemCorrelation,
    OddEven,
    OmegaTotal,
    OrdinalAlpha,
    RetestCorrelation,
    RetestReliability,
    SmallestDetectableChange,
    SplitHalves,
    StandardErrorOfMeasurement,
    alpha_from_counts,
    bootstrap_ordinal_reliability,
    bootstrap_reliability,
    categorical_omega,
    cronbach_alpha,
    guttman_bounds,
    inter_item_correlation,
    odd_even,
    omega_total,
    ordinal_alpha,
    retest_reliability,
    smallest_detectable_change,
    split_halves,
    standard_error_of_measurement,
)
from pipeline.psychometrics.result import Result
from pipeline.psychometrics.retention import (
    EigenvalueComparison,
    EmpiricalKaiser,
    FactorSuggestions,
    HullComparison,
    HullCurve,
    MinimumAveragePartial,
    ParallelAnalysis,
    SequentialFit,
    empirical_kaiser_criterion,
    hull_method,
    minimum_average_partial,
    parallel_analysis,
    sequential_fit,
    suggest_factors,
)
from pipeline.psychometrics.rivals import (
    ComparedModel,
    HeldAgainst,
    ModelToFit,
    compare_models,
    hold_against,
)
from pipeline.psychometrics.sorting import (
    ItemPlacement,
    Placement,
    PlacementRate,
    ScalePlacement,
    placement_rates,
)
from pipeline.psychometrics.two_level import (
    BetweenShare,
    CrossLevelInvariance,
    CrossLevelStep,
    LevelOmega,
    SiteComparability,
    TwoLevelParameter,
    TwoLevelSolution,
    comparability,
    cross_level_invariance,
    two_level_cfa,
)

__all__ = [
    "MEANING_OF_CONDITION",
    "AlignedFactor",
    "AlignedItem",
    "AlignedSolution",
    "Alignment",
    "AnswerCounts",
    "BartlettSphericity",
    "BetweenShare",
    "BifactorIndices",
    "BootstrapInterval",
    "BootstrapLoadings",
    "BootstrapReliability",
    "BootstrapSpread",
    "CategoricalOmega",
    "ComparedModel",
    "ConfirmatorySolution",
    "ContentValidity",
    "CorrelationMatrix",
    "CronbachAlpha",
    "CrossLevelInvariance",
    "CrossLevelStep",
    "DifferenceTest",
    "EigenvalueComparison",
    "EmpiricalKaiser",
    "ExploratorySolution",
    "FactorFit",
    "FactorIndices",
    "FactorScores",
    "FactorSuggestions",
    "FitIndices",
    "FreedParameter",
    "GuttmanBounds",
    "Halves",
    "HeldAgainst",
    "HeterotraitRatios",
    "HullComparison",
    "HullCurve",
    "InterItemCorrelation",
    "InterItemPair",
    "IntraclassCorrelation",
    "InvarianceLadder",
    "InvarianceStep",
    "ItemAnalysis",
    "ItemContentValidity",
    "ItemEffect",
    "ItemEstimate",
    "ItemPlacement",
    "ItemStatistics",
    "KaiserMeyerOlkin",
    "LevelOmega",
    "MergedCategory",
    "MinimumAveragePartial",
    "ModelCoefficient",
    "ModelReliability",
    "ModelToFit",
    "ModificationIndices",
    "NonInvarianceEffects",
    "OddEven",
    "OmegaHierarchical",
    "OmegaOfGroup",
    "OmegaTotal",
    "OrdinalAlpha",
    "ParallelAnalysis",
    "PartialInvariance",
    "PartialStep",
    "Placement",
    "PlacementRate",
    "PolychoricCorrelations",
    "PolychoricCovariance",
    "PolyserialCorrelation",
    "PolyserialCorrelations",
    "ResidualCorrelations",
    "Result",
    "RetestCorrelation",
    "RetestReliability",
    "ScaleEffect",
    "ScalePlacement",
    "SchmidLeiman",
    "ScoreTests",
    "SequentialFit",
    "SimulatedCutoffs",
    "SiteComparability",
    "SmallestDetectableChange",
    "SplitHalves",
    "StandardErrorOfMeasurement",
    "StandardisedSolution",
    "TwoLevelParameter",
    "TwoLevelSolution",
    "align",
    "align_to_target",
    "alignment",
    "alpha_from_counts",
    "analyse_items",
    "bartlett_sphericity",
    "bifactor_indices",
    "bifactor_indices_of",
    "bootstrap_loadings",
    "bootstrap_ordinal_reliability",
    "bootstrap_reliability",
    "categorical_omega",
    "cfa",
    "comparability",
    "compare_models",
    "content_validity_index",
    "count_answers",
    "count_answers_by_group",
    "cronbach_alpha",
    "cross_level_invariance",
    "difference_test",
    "empirical_kaiser_criterion",
    "equivalent_halves",
    "expected_score_differences",
    "explore_factors",
    "factor_scores",
    "group_differences",
    "guttman_bounds",
    "heterotrait_monotrait",
    "hold_against",
    "hull_method",
    "inter_item_correlation",
    "intraclass_correlation",
    "invariance",
    "kaiser_meyer_olkin",
    "lavaan_syntax",
    "minimum_average_partial",
    "model_reliability",
    "modification_indices",
    "noninvariance_effects",
    "odd_even",
    "omega_hierarchical",
    "omega_total",
    "ordinal_alpha",
    "parallel_analysis",
    "partial_invariance",
    "pearson_correlations",
    "placement_rates",
    "polychoric_correlations",
    "polychoric_covariance",
    "polyserial_correlation",
    "polyserial_correlations",
    "ratios_of_pairs",
    "residual_correlations",
    "retest_reliability",
    "schmid_leiman",
    "score_tests",
    "sequential_fit",
    "simulated_cutoffs",
    "smallest_detectable_change",
    "split_halves",
    "standard_error_of_measurement",
    "standardised_solution",
    "suggest_factors",
    "tucker_congruence",
    "two_level_cfa",
]
