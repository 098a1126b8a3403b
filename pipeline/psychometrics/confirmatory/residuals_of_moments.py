"""How far the moments of the answers are from those of a model, as root mean squares."""

from math import sqrt

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.fit_indices import Residuals
from pipeline.psychometrics.confirmatory.least_squares import (
    LeastSquares,
    at_moments,
    implied_values,
)
from pipeline.psychometrics.confirmatory.maximum_likelihood import NormalTheory


def residuals_of(objective: NormalTheory | LeastSquares, values: FloatArray) -> Residuals:
    r"""Standardised root mean square residuals, weighted by the size of groups.

    Notes
    -----
    SRMR (Bentler): differences of covariances over the standard deviations of the sample, with
    variances and, if means are modelled, means; of ordered items, differences of correlations
    divided as if variances were among them. CRMR: differences of correlations (and of means over
    standard deviations of the sample), without variances; of ordered items with thresholds, as in
    lavaan.
    """
    n = sum(sample.n for sample in objective.samples)
    srmr = crmr = 0.0
    for group in range(len(objective.models)):
        if isinstance(objective, LeastSquares):
            own = _of_ordered(objective, group, values)
        else:
            own = _of_continuous(objective, group, values)
        share = objective.samples[group].n / n
        srmr += share * own.srmr
        crmr += share * own.crmr
    return Residuals(srmr, crmr)


def _of_ordered(objective: LeastSquares, group: int, values: FloatArray) -> Residuals:
    sample, table = objective.samples[group], objective.table
    at = objective.models[group].matrices(values)
    implied = implied_values(at, at_moments(at), sample, table)
    squares = (sample.moments - implied) ** 2
    of_pairs = float(np.sum(squares[sample.n_thresholds :]))
    n_pairs, p = len(implied) - sample.n_thresholds, len(table.items)
    return Residuals(sqrt(of_pairs / (n_pairs + p)), sqrt(float(np.mean(squares))))


def _of_continuous(objective: NormalTheory, group: int, values: FloatArray) -> Residuals:
    sample = objective.samples[group]
    covariance, mean = at_moments(objective.models[group].matrices(values))
    deviation = np.sqrt(np.diag(sample.covariance))
    implied_deviation = np.sqrt(np.diag(covariance))
    difference = (sample.covariance - covariance) / np.outer(deviation, deviation)
    correlations = sample.covariance / np.outer(deviation, deviation)
    correlations = correlations - covariance / np.outer(implied_deviation, implied_deviation)
    p = len(deviation)
    lower = np.tril_indices(p)
    strict = np.tril_indices(p, -1)
    srmr, crmr = float(np.sum(difference[lower] ** 2)), float(np.sum(correlations[strict] ** 2))
    n_srmr, n_crmr = len(lower[0]), len(strict[0])
    if objective.table.has_means:
        srmr += float(np.sum(((sample.mean - mean) / deviation) ** 2))
        crmr += float(np.sum(((sample.mean - mean) / deviation) ** 2))
        n_srmr, n_crmr = n_srmr + p, n_crmr + p
    return Residuals(sqrt(srmr / n_srmr), sqrt(crmr / n_crmr) if n_crmr else 0.0)
