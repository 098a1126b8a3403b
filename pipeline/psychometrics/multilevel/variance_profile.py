r"""Likelihood of a random-intercept model as a function of one number, the ratio of its variances.

With :math:`\theta = \tau / \sigma^2` (variance between over variance within) the covariance matrix
of the :math:`n_j` scores of a group is :math:`\sigma^2 (I + \theta J)`, whose inverse needs only
sums by group. With :math:`w_j = n_j / (1 + n_j \theta)`, :math:`W` the cross-products within groups
of covariates and score and :math:`m_j` their means in group :math:`j`,

.. math:: M(\theta) = W + \sum_j w_j m_j m_j'

holds everything: its block of the covariates :math:`C`, the coefficients
:math:`\beta = C^{-1} M_{xy}`, and the weighted residual sum of squares
:math:`r = M_{yy} - \beta' M_{xy}`. Minus twice the profiled log-likelihood is

.. math::
    d_{ML} &= N (1 + \log(2 \pi r / N)) + \sum_j \log(1 + n_j \theta) \\
    d_{REML} &= (N - p) (1 + \log(2 \pi r / (N - p))) + \sum_j \log(1 + n_j \theta) + \log |C|

and its slope, with :math:`e_j` the residual of the mean of group :math:`j`,

.. math::
    d' = -\nu \frac{\sum_j w_j^2 e_j^2}{r} + \sum_j w_j
        \;\left[- \sum_j w_j^2 x_j' C^{-1} x_j \text{ for REML}\right],
    \qquad \nu = N \text{ or } N - p.

Bates, Maechler, Bolker & Walker (2015). Journal of Statistical Software, 67(1); Harville (1977).
Journal of the American Statistical Association, 72, 320-338.
"""

from collections.abc import Callable
from math import inf, isinf, log, pi
from typing import Literal, NamedTuple

import numpy as np
import scipy

from pipeline.psychometrics._responses import FloatArray

Estimator = Literal["REML", "ML"]

RATIOS = np.concatenate([[0.0], np.logspace(-8, 18, 79)])
"""Where the likelihood is looked at first, so that the highest of several hills is climbed."""

RELATIVE = 4 * float(np.finfo(np.float64).eps)
"""How close to a root the search stops, the closest that numbers allow."""


class Moments(NamedTuple):
    """What the likelihood needs to know of the data.

    Attributes
    ----------
    sizes : ndarray, shape (n_groups,)
        Respondents of each group.
    means : ndarray, shape (n_groups, n_fixed + 1)
        Means of the covariates, the constant first, and of the score, which is last.
    within : ndarray, shape (n_fixed + 1, n_fixed + 1)
        Their cross-products within groups.
    estimator : {"REML", "ML"}
        Which likelihood.
    """

    sizes: FloatArray
    means: FloatArray
    within: FloatArray
    estimator: Estimator

    @property
    def n_fixed(self) -> int:
        """Number of coefficients, the intercept among them."""
        return int(self.means.shape[1]) - 1

    @property
    def df(self) -> float:
        """By what the residual sum of squares is divided."""
        n = float(self.sizes.sum())
        return n - self.n_fixed if self.estimator == "REML" else n


class Fit(NamedTuple):
    """The model at one ratio of its variances.

    Attributes
    ----------
    ratio : float
        Variance between over variance within.
    variance_between, variance_within : float
        The variances.
    coefficients : ndarray, shape (n_fixed,)
        Intercept and coefficients.
    covariance : ndarray, shape (n_fixed, n_fixed)
        Their sampling covariances.
    reliability : ndarray, shape (n_groups,)
        Of the mean of each group.
    residuals : ndarray, shape (n_groups,)
        Mean of each group less what the covariates predict.
    deviance : float
        Minus twice the log-likelihood.
    """

    ratio: float
    variance_between: float
    variance_within: float
    coefficients: FloatArray
    covariance: FloatArray
    reliability: FloatArray
    residuals: FloatArray
    deviance: float


class _Weighted(NamedTuple):
    """Sums of squares with the weights that belong to one ratio."""

    weights: FloatArray
    cross: FloatArray
    coefficients: FloatArray
    residuals: FloatArray
    residual_square: float


def best_fit(moments: Moments) -> Fit:
    """The model at the ratio that makes the likelihood highest, to the last digits.

    Where members of a group have the same score but for what covariates predict, the ratio is
    infinite and so is the likelihood.
    """
    if _is_exact_within(moments):
        return _fit_of_means(moments)
    deviances = [_deviance(moments, ratio) for ratio in RATIOS]
    place = int(np.argmin(deviances))
    below = next((ratio for ratio in RATIOS[:place][::-1] if _slope(moments, ratio) < 0), 0.0)
    above = next((ratio for ratio in RATIOS[place + 1 :] if _slope(moments, ratio) > 0), inf)
    if _slope(moments, below) >= 0:
        return fit_at(moments, 0.0)
    if isinf(above):
        return fit_at(moments, float(RATIOS[-1]))
    return fit_at(moments, _root(lambda ratio: _slope(moments, ratio), below, above))


def fit_at(moments: Moments, ratio: float) -> Fit:
    """The model at this ratio of its variances."""
    own = _weighted(moments, ratio)
    variance = own.residual_square / moments.df
    return Fit(
        ratio=ratio,
        variance_between=ratio * variance,
        variance_within=variance,
        coefficients=own.coefficients,
        covariance=variance * np.asarray(np.linalg.inv(own.cross), dtype=np.float64),
        reliability=ratio * own.weights,
        residuals=own.residuals,
        deviance=_deviance(moments, ratio),
    )


def likely_ratios(moments: Moments, best: Fit, drop: float) -> tuple[float, float]:
    """Ratios at which the deviance is by `drop` larger than at the best; 0 where it never is."""
    if isinf(best.ratio):
        return inf, inf

    def excess(ratio: float) -> float:
        return _deviance(moments, ratio) - best.deviance - drop

    high = max(2 * best.ratio, float(RATIOS[1]))
    while excess(high) < 0 and high < RATIOS[-1]:
        high *= 4
    above = _root(excess, best.ratio, high) if excess(high) > 0 else inf
    below = _root(excess, 0.0, best.ratio) if best.ratio > 0 and excess(0.0) > 0 else 0.0
    return below, above


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where the function is 0 between two places at which it has different signs (Brent)."""
    tiny = float(np.finfo(np.float64).tiny)
    root = scipy.optimize.brentq(function, low, high, xtol=tiny, rtol=RELATIVE, maxiter=1000)
    return float(root)


def _weighted(moments: Moments, ratio: float) -> _Weighted:
    weights = moments.sizes / (1 + moments.sizes * ratio)
    total = moments.within + (moments.means * weights[:, None]).T @ moments.means
    cross = total[:-1, :-1]
    coefficients = np.asarray(np.linalg.solve(cross, total[:-1, -1]), dtype=np.float64)
    contrast = np.append(-coefficients, 1.0)
    residuals = moments.means @ contrast
    square = contrast @ moments.within @ contrast + weights @ residuals**2
    return _Weighted(weights, cross, coefficients, residuals, float(square))


def _deviance(moments: Moments, ratio: float) -> float:
    own, df = _weighted(moments, ratio), moments.df
    fixed = np.linalg.slogdet(own.cross)[1] if moments.estimator == "REML" else 0.0
    spread = float(np.log1p(moments.sizes * ratio).sum())
    return df * (1 + log(2 * pi * own.residual_square / df)) + spread + float(fixed)


def _slope(moments: Moments, ratio: float) -> float:
    """How fast the deviance rises with the ratio."""
    own = _weighted(moments, ratio)
    squared = own.weights**2
    slope = own.weights.sum() - moments.df * (squared @ own.residuals**2) / own.residual_square
    if moments.estimator == "REML":
        covariates = moments.means[:, :-1]
        spread = np.linalg.solve(own.cross, (covariates * squared[:, None]).T @ covariates)
        slope -= np.trace(spread)
    return float(slope)


def _is_exact_within(moments: Moments) -> bool:
    """Whether covariates predict what differs within groups without error."""
    within, score = moments.within, moments.within[-1, -1]
    coefficients = np.linalg.lstsq(within[:-1, :-1], within[:-1, -1])[0]
    left = score - coefficients @ within[:-1, -1]
    total = score + moments.sizes @ moments.means[:, -1] ** 2
    return bool(left <= 1e-14 * total)


def _fit_of_means(moments: Moments) -> Fit:
    """The model without variance within groups: a regression of the means of the groups."""
    covariates, scores = moments.means[:, :-1], moments.means[:, -1]
    inverse = np.asarray(np.linalg.pinv(covariates.T @ covariates), dtype=np.float64)
    coefficients = inverse @ (covariates.T @ scores)
    rank = int(np.linalg.matrix_rank(covariates))
    residuals = scores - covariates @ coefficients
    df = len(scores) - (rank if moments.estimator == "REML" else 0)
    variance = float(residuals @ residuals) / df if df else 0.0
    return Fit(
        ratio=inf,
        variance_between=variance,
        variance_within=0.0,
        coefficients=coefficients,
        covariance=variance * inverse,
        reliability=np.ones(len(scores)),
        residuals=residuals,
        deviance=-inf,
    )
