"""Chi-square tests of a model against one it is nested in."""

from math import nan, sqrt
from typing import Literal, NamedTuple

import numpy as np
import scipy

from pipeline.psychometrics._distributions import chi_square_tail
from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.chi_square import LeastSquaresSandwich
from pipeline.psychometrics.confirmatory.full_information import FullInformation
from pipeline.psychometrics.confirmatory.implied import Moments
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares
from pipeline.psychometrics.confirmatory.maximum_likelihood import (
    NormalTheory,
    of_clusters,
    scores_of,
    summed,
)
from pipeline.psychometrics.confirmatory.solution import ConfirmatorySolution

DifferenceMethod = Literal["satorra_2000", "satorra_bentler_2001"]


class DifferenceTest(NamedTuple):
    """A test of what the more restricted of two models adds.

    ``chi_square`` on ``df`` degrees of freedom with ``p_value``; NaN where there is nothing to
    test. ``method`` says how it was corrected.
    """

    chi_square: float
    df: int
    p_value: float
    method: str


def difference_test(
    restricted: ConfirmatorySolution,
    general: ConfirmatorySolution,
    method: DifferenceMethod | None = None,
) -> DifferenceTest:
    r"""Whether `restricted` fits worse than `general`, in which it is nested.

    Parameters
    ----------
    restricted, general : ConfirmatorySolution
        Two models of the same answers.
    method : {"satorra_2000", "satorra_bentler_2001"}, optional
        Correction where the estimator needs one: as in lavaan the second for robust maximum
        likelihood unless said otherwise, always the first for least squares.

    Returns
    -------
    DifferenceTest

    Raises
    ------
    ValueError
        If the two are not models of the same answers by the same estimator, or the restricted one
        has fewer degrees of freedom.

    Notes
    -----
    Plain ML: the difference of the two chi-squares. Satorra (2000) [1]_: with :math:`P` the
    information of the general model, :math:`M` the variance of its scores and :math:`H` the
    projection of the slopes of the restricted on those of the general model, both at their own
    estimates (the "delta" method of lavaan), the difference :math:`T` of plain statistics is held
    against :math:`Q M`, :math:`Q = P^{-1} - H (H' P H)^{-1} H'`: :math:`aT + df - a\,tr(QM)` with
    :math:`a = \sqrt{df / tr[(QM)^2]}`, so that mean and variance fit. Satorra and Bentler
    (2001): :math:`T (df_0 - df_1) / (df_0 c_0 - df_1 c_1)`.

    References
    ----------
    .. [1] Satorra (2000). In Heijmans et al. (Eds.), Innovations in multivariate statistical
       analysis (pp. 233-247). Kluwer.
    """
    _require_comparable(restricted, general)
    df = restricted.fit.df - general.fit.df
    if df == 0:
        return DifferenceTest(nan, 0, nan, "nothing to test")
    plain = restricted.fit.chi_square - general.fit.chi_square
    if general.sandwich is None or restricted.sandwich is None:
        return _tested(plain, df, "difference of chi-squares")
    if method != "satorra_2000" and isinstance(general.objective, NormalTheory):
        scale = restricted.fit.df * restricted.fit.scaling_factor
        scale = (scale - _times(general.fit.df, general.fit.scaling_factor)) / df
        return _tested(plain / scale if scale > 0 else nan, df, "Satorra and Bentler (2001)")
    if isinstance(general.objective, FullInformation):
        raise ValueError(
            "the correction of Satorra (2000) needs complete answers; with missing='fiml' use "
            "method='satorra_bentler_2001'"
        )
    first, second = _traces(restricted, general)
    stretch = sqrt(df / second)
    statistic = plain * stretch + df - stretch * first
    return _tested(statistic, df, "Satorra (2000), scaled and shifted")


def _times(df: int, factor: float) -> float:
    return df * factor if df else 0.0


def _tested(statistic: float, df: int, method: str) -> DifferenceTest:
    statistic = max(statistic, 0.0)
    return DifferenceTest(statistic, df, chi_square_tail(statistic, df), method)


def _require_comparable(restricted: ConfirmatorySolution, general: ConfirmatorySolution) -> None:
    same = (
        restricted.estimator == general.estimator
        and restricted.table.items == general.table.items
        and restricted.n_of_groups == general.n_of_groups
    )
    if not same:
        raise ValueError("the two models must be of the same answers, by the same estimator")
    if restricted.fit.df < general.fit.df:
        raise ValueError(
            "the first model must be the more restricted one, with more degrees of freedom"
        )


def _traces(restricted: ConfirmatorySolution, general: ConfirmatorySolution) -> tuple[float, float]:
    """Traces of Q M and of its square."""
    if isinstance(general.objective, LeastSquares):
        sandwich = general.sandwich
        if not isinstance(sandwich, LeastSquaresSandwich):
            return nan, nan
        inverse, meat = sandwich.bread, sandwich.meat
        slopes = [(own.free, own.slopes) for own in sandwich.slopes]
        of_restricted = [
            (own.free, own.slopes) for own in _least_squares(restricted).slopes(restricted.values)
        ]
        information = np.linalg.inv(inverse)
    else:
        objective = general.objective
        slopes = _slopes_of_likelihood(objective, general.values)
        of_restricted = _slopes_of_likelihood(_likelihood(restricted), restricted.values)
        meat = _meat(objective, general.values)
        inverse = general.sandwich.bread if general.sandwich is not None else np.zeros_like(meat)
        information = np.linalg.inv(inverse)
    projection = _projected(slopes, of_restricted, len(information), restricted.table.n_free)
    inner = projection.T @ information @ projection
    reduced = scipy.linalg.solve(inner, projection.T @ meat, assume_a="pos")
    product = inverse @ meat - projection @ reduced
    return float(np.trace(product)), float(np.sum(product * product.T))


def _least_squares(solution: ConfirmatorySolution) -> LeastSquares:
    if not isinstance(solution.objective, LeastSquares):
        raise TypeError("the model was not fitted by least squares")
    return solution.objective


def _likelihood(solution: ConfirmatorySolution) -> NormalTheory:
    if not isinstance(solution.objective, NormalTheory):
        raise TypeError("the model was not fitted by maximum likelihood")
    return solution.objective


def _projected(
    slopes: list[tuple[IntArray, FloatArray]],
    of_restricted: list[tuple[IntArray, FloatArray]],
    n_general: int,
    n_restricted: int,
) -> FloatArray:
    """Slopes of the restricted model as combinations of those of the general one."""
    own = np.zeros((n_general, n_general))
    crossed = np.zeros((n_general, n_restricted))
    for (free, general), (others, restricted) in zip(slopes, of_restricted, strict=True):
        own[np.ix_(free, free)] += general.T @ general
        crossed[np.ix_(free, others)] += general.T @ restricted
    size = np.sqrt(np.diag(own))
    solved = scipy.linalg.solve(own / np.outer(size, size), crossed / size[:, None], assume_a="pos")
    return np.asarray(solved / size[:, None])


def _slopes_of_likelihood(
    objective: NormalTheory, values: FloatArray
) -> list[tuple[IntArray, FloatArray]]:
    """Slopes of means and covariances of each group."""
    found = []
    for model in objective.models:
        moments = model.moments(values)
        slopes = np.vstack([moments.mean_slope, _slopes_of_covariances(moments)])
        found.append((model.free, summed(slopes, moments.free, model.free)))
    return found


def _slopes_of_covariances(moments: Moments) -> FloatArray:
    first, second = np.triu_indices(len(moments.covariance))
    return np.asarray(
        moments.left[first] * moments.right[second] + moments.right[first] * moments.left[second]
    )


def _meat(objective: NormalTheory, values: FloatArray) -> FloatArray:
    """Variance of the scores about the moments of the sample, all respondents together."""
    meat = np.zeros((objective.n_free, objective.n_free))
    for model, sample in zip(objective.models, objective.samples, strict=True):
        moments = model.moments(values)
        scores = scores_of(sample.rows, sample.mean, moments, model.free)
        own = of_clusters(scores - scores.mean(axis=0), sample.clusters)
        meat[np.ix_(model.free, model.free)] += own.T @ own
    return meat
