"""Exploratory factor analysis, and how its factors match those that were meant."""

from pipeline.psychometrics.efa.bootstrap import (
    BootstrapLoadings,
    BootstrapSpread,
    bootstrap_loadings,
)
from pipeline.psychometrics.efa.congruence import tucker_congruence
from pipeline.psychometrics.efa.explore import ExploratorySolution, explore_factors
from pipeline.psychometrics.efa.extraction import Extraction, extract
from pipeline.psychometrics.efa.fit import FactorFit, factor_fit
from pipeline.psychometrics.efa.rotation import Rotated, rotate
from pipeline.psychometrics.efa.schmid_leiman import (
    OmegaHierarchical,
    OmegaOfGroup,
    SchmidLeiman,
    omega_hierarchical,
    schmid_leiman,
)
from pipeline.psychometrics.efa.target import AlignedItem, AlignedSolution, align_to_target

__all__ = [
    "AlignedItem",
    "AlignedSolution",
    "BootstrapLoadings",
    "BootstrapSpread",
    "ExploratorySolution",
    "Extraction",
    "FactorFit",
    "OmegaHierarchical",
    "OmegaOfGroup",
    "Rotated",
    "SchmidLeiman",
    "align_to_target",
    "bootstrap_loadings",
    "explore_factors",
    "extract",
    "factor_fit",
    "omega_hierarchical",
    "rotate",
    "schmid_leiman",
    "tucker_congruence",
]
