"""Two-level models: respondents in sites, what differs within sites and what between them."""

from pipeline.psychometrics.two_level.comparability import (
    RULES,
    SiteComparability,
    comparability,
)
from pipeline.psychometrics.two_level.cross_level import (
    CrossLevelInvariance,
    CrossLevelStep,
    cross_level_invariance,
)
from pipeline.psychometrics.two_level.fit import two_level_cfa
from pipeline.psychometrics.two_level.shares import BetweenShare, LevelOmega
from pipeline.psychometrics.two_level.solution import TwoLevelParameter, TwoLevelSolution

__all__ = [
    "RULES",
    "BetweenShare",
    "CrossLevelInvariance",
    "CrossLevelStep",
    "LevelOmega",
    "SiteComparability",
    "TwoLevelParameter",
    "TwoLevelSolution",
    "comparability",
    "cross_level_invariance",
    "two_level_cfa",
]
