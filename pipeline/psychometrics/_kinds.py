"""Which correlations an analysis of answers rests on."""

from typing import Literal

import pandas as pd

from pipeline.psychometrics.correlation import CorrelationMatrix, pearson_correlations
from pipeline.psychometrics.polychoric import polychoric_correlations

CorrelationKind = Literal["pearson", "polychoric"]


def correlations_of(responses: pd.DataFrame, kind: CorrelationKind) -> CorrelationMatrix:
    """Correlations of the answers, pairwise complete.

    Raises
    ------
    ValueError
        If answers are not numbers, or the kind is unknown.
    """
    if kind == "pearson":
        return pearson_correlations(responses)
    if kind == "polychoric":
        return polychoric_correlations(responses).correlation
    raise ValueError(f"unknown correlation {kind!r}; there are polychoric and pearson")
