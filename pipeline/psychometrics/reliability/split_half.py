"""Reliability from two halves of a scale: all ways to halve it, and odd against even items."""

from dataclasses import dataclass
from itertools import combinations
from math import comb, nan

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, complete_rows, unusable
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.correlation import CorrelationMatrix
from pipeline.psychometrics.reliability.two_items import OPPOSITE, spearman_brown
from pipeline.psychometrics.reliability.usable_answers import covariance_problem, several_items
from pipeline.psychometrics.result import Result

MOST_SPLITS = 10_000
"""So many ways to halve a scale are all tried; of more, as many are drawn (17 items or more)."""


@dataclass(frozen=True, slots=True, eq=False)
class SplitHalves(Result):
    """Reliabilities of a scale from the ways to split it into halves.

    Attributes
    ----------
    mean, median, minimum, maximum : float
        Of `coefficients`.
    coefficients : ndarray, shape (n_splits,)
        One reliability a split, by the places of the items in the first half in ascending order,
        or as drawn.
    all_splits : bool
        Whether every split was tried.
    n_respondents, n_total : int
        Respondents the correlations rest on, and respondents given.
    n_items : int
        Number of items.
    method : str
        How they were computed.
    condition : str or None
        ``item_without_answers``, ``too_few_respondents``, ``constant_item``, ``no_variation``,
        ``undefined_correlation``: no estimate.
    """

    mean: float
    median: float
    minimum: float
    maximum: float
    coefficients: FloatArray
    all_splits: bool
    n_respondents: int
    n_total: int
    n_items: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row for the mean, the median, the smallest and the largest."""
        return long_table(
            [
                {"statistic": f"split_half_{name}", "estimate": getattr(self, name)}
                for name in ("mean", "median", "minimum", "maximum")
            ],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


@dataclass(frozen=True, slots=True)
class OddEven(Result):
    """Reliability of a scale from its odd against its even items.

    Attributes
    ----------
    correlation : float
        Of the two sums.
    spearman_brown : float
        Reliability of the whole if the halves are parallel and of the same length.
    horst : float
        The same for halves of different length.
    rulon : float
        Reliability of the whole without the assumption that both vary equally.
    n_respondents, n_total : int
        Respondents who answered every item, and respondents given.
    n_items : int
        Number of items.
    method : str
        How it was computed.
    condition : str or None
        ``item_without_answers``, ``too_few_respondents``, ``constant_item``: no estimate.
        ``no_variation``: a half, or the sum of both, does not vary.
    """

    correlation: float
    spearman_brown: float
    horst: float
    rulon: float
    n_respondents: int
    n_total: int
    n_items: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row for the correlation and one for each of the reliabilities."""
        return long_table(
            [
                {"statistic": f"odd_even_{name}", "estimate": getattr(self, name)}
                for name in ("correlation", "spearman_brown", "horst", "rulon")
            ],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


def split_halves(
    items: pd.DataFrame | CorrelationMatrix,
    rng: np.random.Generator | None = None,
    standardised: bool = True,
) -> SplitHalves:
    r"""Reliabilities of a scale from all ways to split its items into halves.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or CorrelationMatrix
        Keyed answers, numbers or missing, or their correlations; two items or more.
    rng : Generator, optional
        Draws the splits of 17 items or more, of which there are too many to try all.
    standardised : bool, optional
        Bring all items to the same variance first, as R psych does.

    Returns
    -------
    SplitHalves

    Raises
    ------
    ValueError
        If there are fewer than two items, answers are not numbers, or there are 17 items or more
        and no `rng`.

    Notes
    -----
    .. math:: r = \frac{4\, s_{AB}}{1'S1}

    with :math:`s_{AB}` the covariance of the sums of both halves [1]_: for halves of equal
    variance it is Spearman and Brown's. Of an odd number of items the first half has one less. For
    an even number the mean over all splits of the same items is alpha. R psych's ``splitHalf``
    gives the same numbers, but for an odd number of items takes in only the first half of the
    splits: ``tests/oracles/psych_reliability``. Respondents who answered every item.

    References
    ----------
    .. [1] Rulon (1939). Harvard Educational Review, 9, 99-103.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 3, 2, 4], "c": [2, 1, 4, 4]})
    >>> split_halves(answers).coefficients.round(2).tolist()
    [0.94, 0.64, 0.62]
    """
    matrix, n_used, n_total, kind, condition = _matrix_of(items, standardised)
    k = len(matrix)
    halves = _halves(k, rng)
    coefficients = np.full(len(halves), nan)
    if condition is None:
        total = halves @ matrix
        coefficients = 4 * (total * (1 - halves)).sum(axis=1) / matrix.sum()
    coefficients.setflags(write=False)
    every = _n_splits(k) <= MOST_SPLITS
    which = "all splits" if every else f"{MOST_SPLITS} splits drawn"
    return SplitHalves(
        mean=float(coefficients.mean()),
        median=float(np.median(coefficients)),
        minimum=float(coefficients.min()),
        maximum=float(coefficients.max()),
        coefficients=coefficients,
        all_splits=every,
        n_respondents=n_used,
        n_total=n_total,
        n_items=k,
        method=f"Rulon's split-half reliability on {kind}, {which}",
        condition=condition,
    )


def odd_even(items: pd.DataFrame) -> OddEven:
    r"""Reliability of a scale from the sums of its odd and of its even items.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers, numbers or missing, in the order in which they were asked.

    Returns
    -------
    OddEven

    Raises
    ------
    ValueError
        If there are fewer than two items or answers are not numbers.

    Notes
    -----
    With the correlation :math:`r` of both sums and the share :math:`p` of items in the first,

    .. math:: r_{SB} = \frac{2r}{1 + r}, \quad
              r_H = \frac{r \{\sqrt{r^2 + 4p(1-p)(1-r^2)} - r\}}{2p(1-p)(1-r^2)}, \quad
              r_R = \frac{4 s_{AB}}{s^2_{A+B}}

    [1]_ [2]_. Respondents who answered every item. Agrees with the same formulas in R:
    ``tests/oracles/psych_reliability``.

    References
    ----------
    .. [1] Horst (1951). Educational and Psychological Measurement, 11(3), 368-371.
    .. [2] Rulon (1939). Harvard Educational Review, 9, 99-103.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 3, 2, 4]})
    >>> round(odd_even(answers).spearman_brown, 3)
    0.889
    """
    numbers = several_items(items)
    used = complete_rows(numbers)
    condition = unusable(numbers, used)
    correlation = rulon = nan
    if condition is None:
        correlation, rulon, condition = _of_halves(np.cov(used, rowvar=False))
    return OddEven(
        correlation=correlation,
        spearman_brown=spearman_brown(correlation),
        horst=_horst(correlation, (numbers.shape[1] + 1) // 2 / numbers.shape[1]),
        rulon=rulon,
        n_respondents=len(used),
        n_total=len(numbers),
        n_items=numbers.shape[1],
        method="odd against even items, Pearson, listwise",
        condition=condition,
    )


def _matrix_of(
    items: pd.DataFrame | CorrelationMatrix, standardised: bool
) -> tuple[FloatArray, int, int, str, str | None]:
    """Matrix to split, respondents used and given, what the matrix is, and what is wrong."""
    if isinstance(items, CorrelationMatrix):
        if len(items.labels) < 2:
            raise ValueError("reliability needs at least 2 items, got 1")
        problem = covariance_problem(items.values)
        kind = f"correlations ({items.method})"
        return items.values, items.n_respondents, items.n_respondents, kind, problem
    numbers = several_items(items)
    used = complete_rows(numbers)
    problem = unusable(numbers, used)
    k = numbers.shape[1]
    matrix = np.full((k, k), nan)
    if problem is None:
        matrix = np.asarray(np.cov(used, rowvar=False))
        sd = np.sqrt(np.diag(matrix))
        matrix = matrix / np.outer(sd, sd) if standardised else matrix
        problem = covariance_problem(matrix)
    kind = "Pearson correlations" if standardised else "covariances"
    return matrix, len(used), len(numbers), f"{kind}, listwise", problem


def _n_splits(k: int) -> int:
    """Ways to split `k` items into halves; for an even number each split occurs once."""
    return comb(k, k // 2) // (1 if k % 2 else 2)


def _halves(k: int, rng: np.random.Generator | None) -> FloatArray:
    """Which items are in the first half of each split, as zeros and ones."""
    if _n_splits(k) > MOST_SPLITS:
        if rng is None:
            raise ValueError(f"{k} items have too many halves to try all: give rng to draw some")
        order = np.argsort(rng.random((MOST_SPLITS, k)), axis=1)[:, : k // 2]
    else:
        chosen = combinations(range(k), k // 2)
        order = np.array([half for half in chosen if k % 2 or half[0] == 0])
    halves = np.zeros((len(order), k))
    np.put_along_axis(halves, order, 1.0, axis=1)
    return halves


def _of_halves(items: FloatArray) -> tuple[float, float, str | None]:
    """Correlation of odd and even sums, Rulon's reliability, and why there is none."""
    odd = np.arange(len(items)) % 2 == 0
    halves = np.array([odd, ~odd], dtype=np.float64)
    covariance = halves @ items @ halves.T
    variances, smallest = np.diag(covariance), 1e-12 * np.trace(items)
    if (variances <= smallest).any():
        return nan, nan, "no_variation"
    correlation = float(np.clip(covariance[0, 1] / np.sqrt(variances.prod()), -1, 1))
    if covariance.sum() <= smallest:
        return correlation, nan, "no_variation"
    return correlation, float(4 * covariance[0, 1] / covariance.sum()), None


def _horst(r: float, p: float) -> float:
    """Reliability of a whole whose halves have the shares `p` and 1 - `p`."""
    if np.isnan(r) or r <= OPPOSITE:
        return nan
    return float(2 * r / (np.sqrt(r**2 + 4 * p * (1 - p) * (1 - r**2)) + r))
