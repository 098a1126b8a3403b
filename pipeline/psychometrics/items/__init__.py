"""Each item of a scale: how it was answered, and how it goes with the others."""

from pipeline.psychometrics.items.analysis import InterItemPair, ItemAnalysis, analyse_items
from pipeline.psychometrics.items.statistics import ItemEstimate, ItemStatistics

__all__ = [
    "InterItemPair",
    "ItemAnalysis",
    "ItemEstimate",
    "ItemStatistics",
    "analyse_items",
]
