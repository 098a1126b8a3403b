"""Guttman's lower bounds of reliability."""

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, complete_rows, unusable
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.reliability.usable_answers import covariance_problem, several_items
from pipeline.psychometrics.result import Result

SMALLEST_EIGENVALUE = 1e-8
"""Items whose correlations have a smaller eigenvalue than this determine one another."""


@dataclass(frozen=True, slots=True)
class GuttmanBounds(Result):
    """Two of Guttman's lower bounds of the reliability of a sum.

    Attributes
    ----------
    lambda2 : float
        At least alpha, never more than the reliability (apart from sampling error).
    lambda6 : float
        From what each item shares with all others together.
    n_respondents, n_total : int
        Respondents who answered every item, and respondents given.
    n_items : int
        Number of items.
    method : str
        How they were computed.
    condition : str or None
        ``item_without_answers``, ``too_few_respondents``, ``constant_item``, ``no_variation``:
        no estimate. ``not_positive_definite``: no lambda 6.
    """

    lambda2: float
    lambda6: float
    n_respondents: int
    n_total: int
    n_items: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row for each of the two."""
        return long_table(
            [
                {"statistic": "guttman_lambda2", "estimate": self.lambda2},
                {"statistic": "guttman_lambda6", "estimate": self.lambda6},
            ],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


def guttman_bounds(items: pd.DataFrame) -> GuttmanBounds:
    r"""Guttman's lambda 2 and lambda 6 of a set of keyed items.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers, numbers or missing; two items or more.

    Returns
    -------
    GuttmanBounds

    Raises
    ------
    ValueError
        If there are fewer than two items or answers are not numbers.

    Notes
    -----
    .. math:: \lambda_2 = \frac{\sum_{i \ne j} s_{ij}
              + \sqrt{\frac{k}{k - 1} \sum_{i \ne j} s_{ij}^2}}{1'S1}, \qquad
              \lambda_6 = 1 - \frac{\sum_i (1 - R_i^2) s_{ii}}{1'S1}

    on the covariances [1]_ of respondents who answered every item, with :math:`R_i^2` the squared
    multiple correlation of an item with the others. For intervals see
    :func:`bootstrap_reliability`. Agrees with the same formulas in R:
    ``tests/oracles/psych_reliability``. R psych's ``guttman`` standardises the items first.

    References
    ----------
    .. [1] Guttman (1945). Psychometrika, 10(4), 255-282.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 3, 2, 4], "c": [2, 1, 4, 4]})
    >>> round(guttman_bounds(answers).lambda2, 3)
    0.837
    """
    numbers = several_items(items)
    used = complete_rows(numbers)
    condition = unusable(numbers, used)
    lambda2 = lambda6 = nan
    if condition is None:
        covariance = np.cov(used, rowvar=False)
        condition = covariance_problem(covariance)
        if condition is None:
            lambda2 = float(lambda2_of(covariance))
            lambda6 = _lambda6_of(covariance)
            condition = joined(["not_positive_definite" if np.isnan(lambda6) else None])
    return GuttmanBounds(
        lambda2=lambda2,
        lambda6=lambda6,
        n_respondents=len(used),
        n_total=len(numbers),
        n_items=numbers.shape[1],
        method="Guttman's bounds on covariances, listwise",
        condition=condition,
    )


def lambda2_of(covariance: FloatArray) -> FloatArray:
    """Lambda 2 of one covariance matrix, or of each in a stack of them, shape (..., k, k)."""
    k = covariance.shape[-1]
    total = covariance.sum(axis=(-2, -1))
    diagonal = np.diagonal(covariance, axis1=-2, axis2=-1)
    shared = total - diagonal.sum(axis=-1)
    squares = (covariance**2).sum(axis=(-2, -1)) - (diagonal**2).sum(axis=-1)
    return np.asarray((shared + np.sqrt(k / (k - 1) * np.maximum(squares, 0))) / total)


def _lambda6_of(covariance: FloatArray) -> float:
    sd = np.sqrt(np.diag(covariance))
    if np.linalg.eigvalsh(covariance / np.outer(sd, sd))[0] < SMALLEST_EIGENVALUE:
        return nan
    return float(1 - (1 / np.diag(np.linalg.inv(covariance))).sum() / covariance.sum())
