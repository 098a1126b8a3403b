"""Statistics that somebody expected to have a certain value, each with an interval.

What is asked is told by names alone; which answers stand behind a name is settled before.
"""

from pipeline.psychometrics.claims.estimate import estimate_claim
from pipeline.psychometrics.claims.reliability import (
    FACT,
    ScoreReliability,
    reliability_of_means,
    reliability_within,
)
from pipeline.psychometrics.claims.sample import Asked, ClaimEstimate, ClaimSample

__all__ = [
    "FACT",
    "Asked",
    "ClaimEstimate",
    "ClaimSample",
    "ScoreReliability",
    "estimate_claim",
    "reliability_of_means",
    "reliability_within",
]
