"""Chi-square tests of a model against one it is nested in."""

from math import nan, sqrt
from typing import Literal, NamedTuple, get_args

import numpy as np
import scipy

from pipeline.psychometrics._distributions import chi_square_tail
from pipeline.psychometrics._responses import FloatArray, IntArray
from pipeline.psychometrics.confirmatory.full_information import FullInformation, slopes_of_moments
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares
from pipeline.psychometrics.confirmatory.maximum_likelihood import (
    NormalTheory,
    of_clusters,
    scores_of,
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
        If the two are not models of the same answers by the same estimator, the restricted one has
        fewer degrees of freedom, or the correction does not exist or go with missing answers.

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

    Examples
    --------
    >>> import pandas as pd
    >>> from pipeline.psychometrics.confirmatory.estimate import cfa
    >>> rng = np.random.default_rng(3)
    >>> answers = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> table = pd.DataFrame(answers, columns=list("abcd"))
    >>> free = cfa("f =~ a + b + c + d", table, "ML")
    >>> equal = cfa("f =~ a + same*b + same*c + same*d", table, "ML")
    >>> found = difference_test(equal, free)
    >>> found.df, found.p_value > 0.05
    (2, True)
    """
    _require_comparable(restricted, general, method)
    df = restricted.fit.df - general.fit.df
    if df == 0:
        return DifferenceTest(nan, 0, nan, "nothing to test")
    plain = restricted.fit.chi_square - general.fit.chi_square
    if general.sandwich is None or restricted.sandwich is None:
        return _tested(plain, df, "difference of chi-squares")
    if method != "satorra_2000" and isinstance(general.objective, NormalTheory):
        scale = (_expected(restricted) - _expected(general)) / df
        return _tested(plain / scale if scale > 0 else nan, df, "Satorra and Bentler (2001)")
    first, second = _traces(restricted, general)
    stretch = sqrt(df / second)
    statistic = plain * stretch + df - stretch * first
    return _tested(statistic, df, "Satorra (2000), scaled and shifted")


def _expected(solution: ConfirmatorySolution) -> float:
    """Expected value of the plain statistic: the scaling factor for each degree of freedom."""
    return solution.fit.df * solution.fit.scaling_factor if solution.fit.df else 0.0


def _tested(statistic: float, df: int, method: str) -> DifferenceTest:
    """The test of a statistic, which is not below 0."""
    statistic = max(statistic, 0.0)
    return DifferenceTest(statistic, df, chi_square_tail(statistic, df), method)


def _require_comparable(
    restricted: ConfirmatorySolution, general: ConfirmatorySolution, method: str | None
) -> None:
    """Refuse two models that no test can compare."""
    if method not in (None, *get_args(DifferenceMethod)):
        raise ValueError(f"method must be one of {get_args(DifferenceMethod)}, got {method!r}")
    same = (
        restricted.estimator == general.estimator
        and restricted.missing == general.missing
        and restricted.table.items == general.table.items
        and restricted.n_of_groups == general.n_of_groups
    )
    if not same:
        raise ValueError(
            "the two models must be of the same answers, by the same estimator; fit both to the "
            "same data in the same way"
        )
    if restricted.fit.df < general.fit.df:
        raise ValueError(
            "the first model must be the more restricted one, with more degrees of freedom; "
            "exchange the two"
        )
    if method == "satorra_2000" and isinstance(general.objective, FullInformation):
        raise ValueError(
            "the correction of Satorra (2000) needs complete answers; with missing='fiml' use "
            "method='satorra_bentler_2001'"
        )


def _traces(restricted: ConfirmatorySolution, general: ConfirmatorySolution) -> tuple[float, float]:
    """Traces of Q M and of its square."""
    inverse, meat = _bread_and_meat(general)
    information = np.linalg.inv(inverse)
    n_restricted = restricted.table.n_free
    projection = _projected(_slopes(general), _slopes(restricted), len(meat), n_restricted)
    inner = projection.T @ information @ projection
    reduced = scipy.linalg.solve(inner, projection.T @ meat, assume_a="pos")
    product = inverse @ meat - projection @ reduced
    return float(np.trace(product)), float(np.sum(product * product.T))


def _bread_and_meat(solution: ConfirmatorySolution) -> tuple[FloatArray, FloatArray]:
    """Inverse information, and variance of the scores about the moments of the sample."""
    if solution.sandwich is None:
        raise TypeError("a model without robust errors has no sandwich")
    if isinstance(solution.objective, LeastSquares):
        return solution.sandwich.bread, solution.sandwich.meat
    return solution.sandwich.bread, _meat(solution.objective, solution.values)


def _slopes(solution: ConfirmatorySolution) -> list[tuple[IntArray, FloatArray]]:
    """Slopes of the moments of each group, with the free parameters they belong to."""
    objective, values = solution.objective, solution.values
    if isinstance(objective, LeastSquares):
        return [(own.free, own.slopes) for own in objective.slopes(values)]
    return [
        (model.free, slopes_of_moments(model.moments(values), model.free))
        for model in objective.models
    ]


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


def _meat(objective: NormalTheory, values: FloatArray) -> FloatArray:
    """Variance of the scores about the moments of the sample, all respondents together."""
    meat = np.zeros((objective.n_free, objective.n_free))
    for model, sample in zip(objective.models, objective.samples, strict=True):
        moments = model.moments(values)
        scores = scores_of(sample.rows, sample.mean, moments, model.free)
        own = of_clusters(scores - scores.mean(axis=0), sample.clusters)
        meat[np.ix_(model.free, model.free)] += own.T @ own
    return meat
