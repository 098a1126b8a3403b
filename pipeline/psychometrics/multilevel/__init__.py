"""Scores of people in groups: what differs between groups, and the mean of each group."""

from pipeline.psychometrics.multilevel.case_mix import CaseMix, case_mix
from pipeline.psychometrics.multilevel.covariates import Coefficient, LeftOut
from pipeline.psychometrics.multilevel.intraclass import (
    IntraclassCorrelation,
    intraclass_correlation,
    intraclass_correlations,
)
from pipeline.psychometrics.multilevel.random_intercept import (
    RandomIntercept,
    n_for_reliability,
    random_intercept,
    random_intercepts,
)

__all__ = [
    "CaseMix",
    "Coefficient",
    "IntraclassCorrelation",
    "LeftOut",
    "RandomIntercept",
    "case_mix",
    "intraclass_correlation",
    "intraclass_correlations",
    "n_for_reliability",
    "random_intercept",
    "random_intercepts",
]
