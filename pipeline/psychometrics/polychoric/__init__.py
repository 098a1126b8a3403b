"""Correlations of the continuous variables that ordered answers stand for."""

from pipeline.psychometrics.polychoric.correlations import (
    PolychoricCorrelations,
    polychoric_correlations,
)
from pipeline.psychometrics.polychoric.covariance import (
    PolychoricCovariance,
    polychoric_covariance,
)

__all__ = [
    "PolychoricCorrelations",
    "PolychoricCovariance",
    "polychoric_correlations",
    "polychoric_covariance",
]
