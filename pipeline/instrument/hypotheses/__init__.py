"""What is expected of real answers before there are any: hypotheses, rival models, falsifiers."""

from pipeline.instrument.hypotheses.about import hypotheses_about, items_named
from pipeline.instrument.hypotheses.load import load_hypotheses
from pipeline.instrument.hypotheses.model import (
    Band,
    Claim,
    Criterion,
    Falsifier,
    Hypotheses,
    Hypothesis,
    RivalModel,
)

__all__ = [
    "Band",
    "Claim",
    "Criterion",
    "Falsifier",
    "Hypotheses",
    "Hypothesis",
    "RivalModel",
    "hypotheses_about",
    "items_named",
    "load_hypotheses",
]
