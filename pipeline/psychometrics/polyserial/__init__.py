"""Correlation of the continuous variable behind an ordered item with a score."""

from pipeline.psychometrics.polyserial.correlate import (
    PolyserialCorrelation,
    PolyserialCorrelations,
    polyserial_correlation,
    polyserial_correlations,
)

__all__ = [
    "PolyserialCorrelation",
    "PolyserialCorrelations",
    "polyserial_correlation",
    "polyserial_correlations",
]
