"""What is left of a correlation when others are held constant, and products of variables."""

from __future__ import annotations

from itertools import combinations
from math import sqrt

import numpy as np

from pipeline.psychometrics._distributions import student_quantile, tails
from pipeline.psychometrics._fisher import fisher_interval
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.claims.correlations import Correlations, without_sign
from pipeline.psychometrics.claims.influence import Interval
from pipeline.psychometrics.claims.pairs import centred
from pipeline.psychometrics.claims.sample import Asked, ClaimEstimate, ClaimSample, no_estimate

PARTIAL = "partial correlation; Fisher's z interval"
PRODUCT = "least squares within strata, standardised; t interval"
STEP = 1e-6
"""Width of the step by which a partial correlation is differentiated."""


def partial_correlation(
    asked: Asked, sample: ClaimSample, confidence_level: float
) -> ClaimEstimate:
    r"""The correlation of two variables with others held constant.

    Notes
    -----
    .. math:: r_{xy \cdot z} = -\frac{p_{xy}}{\sqrt{p_{xx} p_{yy}}}

    with :math:`P` the inverse of the correlations of all units that have every variable [1]_.
    Fisher's interval has :math:`\mathrm{SE}_z = 1 / \sqrt{n - k - 2 - q}`, :math:`q` variables
    being held constant in :math:`k` strata [2]_. Of corrected correlations the standard error is
    that of their influences, taken through the formula, over :math:`1 - r^2`. A variable that
    should be corrected and cannot be leaves the result uneven: what is held constant is then not
    held constant in full.

    References
    ----------
    .. [1] Whittaker (1990). Graphical Models in Applied Multivariate Statistics, section 5.8.
    .. [2] Fisher (1924). Metron, 3, 329-332.
    """
    names = (*asked.variables, *asked.given)
    complete = _complete(sample, names)
    table = Correlations(complete, corrected=asked.corrected)
    pairs = list(combinations(names, 2))
    about = f"{' with '.join(asked.variables)} given {' and '.join(asked.given)}"
    method, n = table.method(PARTIAL), table.smallest_n(pairs)
    if condition := table.obstacle(pairs):
        return no_estimate(about, n, method, condition)
    found = [table.of(pair) for pair in pairs]
    correlations = np.array([one.value for one in found])
    value = partial_of(correlations, len(names))
    df = table.raw(pairs[0]).df - 2 - len(asked.given)
    if np.isnan(value) or df < 1:
        return no_estimate(about, n, method, "undefined" if np.isnan(value) else "too_few")
    se = 1 / sqrt(df)
    if asked.corrected:
        slopes = _slopes(correlations, len(names))
        se = float(np.linalg.norm(slopes @ np.array([one.influence for one in found])))
        se /= 1 - value**2
    ends = Interval(*(float(end) for end in fisher_interval(value, se, confidence_level)))
    missing = table.uncorrected(pairs)
    return ClaimEstimate(
        about,
        value,
        *ends,
        confidence_level,
        n,
        method,
        table.correction(pairs),
        missing,
        "uneven" if missing else None,
    )


def partial_of(correlations: FloatArray, n_variables: int) -> float:
    """The partial correlation of the first two variables; NaN if the correlations contradict.

    `correlations` holds those of every pair, in the order of :func:`itertools.combinations`.
    """
    matrix = np.eye(n_variables)
    matrix[np.triu_indices(n_variables, k=1)] = correlations
    matrix = np.triu(matrix) + np.triu(matrix, k=1).T
    if np.linalg.eigvalsh(matrix)[0] <= np.sqrt(np.finfo(np.float64).eps):
        return float("nan")
    inverse = np.linalg.inv(matrix)
    return float(-inverse[0, 1] / np.sqrt(inverse[0, 0] * inverse[1, 1]))


def _slopes(correlations: FloatArray, n_variables: int) -> FloatArray:
    """How the partial correlation changes with each correlation."""
    steps = STEP * np.eye(len(correlations))
    ends = [
        [partial_of(correlations + side * step, n_variables) for step in steps] for side in (1, -1)
    ]
    return np.asarray((np.array(ends[0]) - np.array(ends[1])) / (2 * STEP))


def _complete(sample: ClaimSample, names: tuple[str, ...]) -> ClaimSample:
    """The units that have every variable."""
    has_all = sample.values[list(names)].notna().all(axis=1).to_numpy()
    return ClaimSample(
        sample.values[has_all],
        sample.strata[has_all],
        sample.members[has_all],
        sample.fewest,
        sample.reliabilities,
    )


def interaction(asked: Asked, sample: ClaimSample, confidence_level: float) -> ClaimEstimate:
    r"""The standardised weight of the product of two variables for an outcome.

    Notes
    -----
    Outcome and variables are centred in their stratum and divided by their standard deviation,
    then the product is formed and centred, and the outcome is regressed on all three [1]_. The
    weight :math:`b` of the product has :math:`\mathrm{SE}^2 = s^2 (X'X)^{-1}_{33}` with
    :math:`n - k - 3` degrees of freedom in :math:`k` strata.

    References
    ----------
    .. [1] Friedrich (1982). American Journal of Political Science, 26(4), 797-833.
    """
    names = (*asked.variables, *asked.against)
    complete = _complete(sample, names)
    n, codes = len(complete.values), complete.strata
    about = f"product of {' and '.join(asked.variables)} for {asked.against[0]}"
    table = Correlations(complete, corrected=False)
    if condition := table.obstacle(combinations(names, 2)):
        return no_estimate(about, n, PRODUCT, condition)
    first, second, outcome = (_standard(complete.numbers(name), codes) for name in names)
    predictors = np.column_stack([first, second, centred(first * second, codes)])
    df = n - len(np.unique(codes)) - predictors.shape[1]
    weights, _, rank, _ = np.linalg.lstsq(predictors, outcome)
    if rank < predictors.shape[1] or df < 1:
        return no_estimate(about, n, PRODUCT, "no_variation")
    left = outcome - predictors @ weights
    variance = (left @ left) / df * np.linalg.inv(predictors.T @ predictors)[-1, -1]
    half = student_quantile(tails(confidence_level)[1], df) * sqrt(variance)
    value = float(weights[-1])
    interval = Interval(value - half, value + half)
    if asked.absolute:
        value, interval = abs(value), without_sign(interval)
    return ClaimEstimate(about, value, *interval, confidence_level, n, PRODUCT)


def _standard(values: FloatArray, strata: np.ndarray) -> FloatArray:
    own = centred(values, strata)
    df = len(own) - len(np.unique(strata))
    return np.asarray(own / np.sqrt(own @ own / df))
