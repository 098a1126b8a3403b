"""Whether scales measure different things: heterotrait-monotrait ratios of correlations."""

from pipeline.psychometrics.heterotrait.blocks import Ratio
from pipeline.psychometrics.heterotrait.ratios import HeterotraitRatios, heterotrait_monotrait

__all__ = ["HeterotraitRatios", "Ratio", "heterotrait_monotrait"]
