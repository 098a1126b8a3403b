"""How many factors to keep, by rules that need not agree."""

from pipeline.psychometrics.retention.average_partial import (
    MinimumAveragePartial,
    minimum_average_partial,
)
from pipeline.psychometrics.retention.empirical_kaiser import (
    EmpiricalKaiser,
    empirical_kaiser_criterion,
)
from pipeline.psychometrics.retention.hull import HullComparison, HullCurve, hull_method
from pipeline.psychometrics.retention.parallel import (
    EigenvalueComparison,
    ParallelAnalysis,
    parallel_analysis,
)
from pipeline.psychometrics.retention.sequential import SequentialFit, sequential_fit
from pipeline.psychometrics.retention.suggestions import FactorSuggestions, suggest_factors

__all__ = [
    "EigenvalueComparison",
    "EmpiricalKaiser",
    "FactorSuggestions",
    "HullComparison",
    "HullCurve",
    "MinimumAveragePartial",
    "ParallelAnalysis",
    "SequentialFit",
    "empirical_kaiser_criterion",
    "hull_method",
    "minimum_average_partial",
    "parallel_analysis",
    "sequential_fit",
    "suggest_factors",
]
