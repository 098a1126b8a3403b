"""Confirmatory factor analysis: models with factors that are named beforehand."""

from pipeline.psychometrics.confirmatory.model_text import Parameter, parameters_of

__all__ = ["Parameter", "parameters_of"]
