"""How far the moments of the answers are from those of a model, as root mean squares."""

from math import sqrt

import numpy as np

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.confirmatory.fit_indices import Residuals
from pipeline.psychometrics.confirmatory.implied import at_moments
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares, implied_values
from pipeline.psychometrics.confirmatory.maximum_likelihood import NormalTheory
from pipeline.psychometrics.confirmatory.sample import as_correlations


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
    """Of the thresholds and correlations of one group."""
    sample, table = objective.samples[group], objective.table
    at = objective.models[group].matrices(values)
    implied = implied_values(at, at_moments(at), sample, table)
    squares = (sample.moments - implied) ** 2
    of_pairs = float(np.sum(squares[sample.n_thresholds :]))
    n_pairs, p = len(implied) - sample.n_thresholds, len(table.items)
    return Residuals(sqrt(of_pairs / (n_pairs + p)), sqrt(float(np.mean(squares))))


def _of_continuous(objective: NormalTheory, group: int, values: FloatArray) -> Residuals:
    """Of the covariances, and means if they are modelled, of one group."""
    sample = objective.samples[group]
    covariance, mean = at_moments(objective.models[group].matrices(values))
    deviation = np.sqrt(np.diag(sample.covariance))
    standardised = (sample.covariance - covariance) / np.outer(deviation, deviation)
    with_diagonal, without = np.tril_indices(len(deviation)), np.tril_indices(len(deviation), -1)
    of_covariances = standardised[with_diagonal]
    of_correlations = (sample.correlations() - as_correlations(covariance))[without]
    of_means = (sample.mean - mean) / deviation if objective.table.has_means else np.empty(0)
    return Residuals(
        _root_mean_square(np.concatenate([of_covariances, of_means])),
        _root_mean_square(np.concatenate([of_correlations, of_means])),
    )


def _root_mean_square(values: FloatArray) -> float:
    """Root of the mean of the squares; 0 of no values."""
    return sqrt(float(np.mean(values**2))) if len(values) else 0.0
