"""Exploratory factor analysis, and how its factors match those that were meant."""

from pipeline.psychometrics.efa.congruence import tucker_congruence
from pipeline.psychometrics.efa.explore import ExploratorySolution, explore_factors
from pipeline.psychometrics.efa.target import AlignedItem, AlignedSolution, align_to_target

__all__ = [
    "AlignedItem",
    "AlignedSolution",
    "ExploratorySolution",
    "align_to_target",
    "explore_factors",
    "tucker_congruence",
]
