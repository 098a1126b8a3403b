"""Polyserial correlations of one item with one score, and of many with many."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.psychometrics._fisher import fisher_interval
from pipeline.psychometrics._responses import FloatArray, IntArray, labels_of, to_numbers
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.polyserial.cells import Pair, coded, pair_of
from pipeline.psychometrics.polyserial.estimate import estimate_pairs
from pipeline.psychometrics.result import Result

METHOD = (
    "polyserial, two-step maximum likelihood, pairwise; standard error with thresholds and "
    "standardisation estimated, interval by Fisher's z"
)


@dataclass(frozen=True, slots=True)
class PolyserialCorrelation(Result):
    """Correlation of the normal variable behind an ordered item with a score.

    Attributes
    ----------
    item, score : str
        Names of the two; ``item`` and ``score`` where they have none.
    estimate : float
        The correlation.
    se : float
        Its standard error, with the estimation of the thresholds and of the mean and standard
        deviation of the score taken into account.
    ci_low, ci_high : float
        Interval, symmetric in Fisher's z.
    confidence_level : float
        Coverage of the interval.
    categories : tuple of float
        Answers that somebody gave, ascending.
    thresholds : tuple of float
        Where the normal variable passes from each of them to the next.
    n_respondents, n_total : int
        Respondents with both item and score, and respondents given.
    method : str
        How it was computed.
    condition : str or None
        ``item_without_answers``, ``too_few_respondents``, ``constant_item``, ``no_variation`` (of
        the score): no estimate. ``correlation_at_boundary``: an estimate without standard error.
    """

    item: str
    score: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    confidence_level: float
    categories: tuple[float, ...]
    thresholds: tuple[float, ...]
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row for the correlation and one for each threshold, numbered from the lowest."""
        correlation = {
            "item": f"{self.item} with {self.score}",
            "statistic": "polyserial_correlation",
            "estimate": self.estimate,
            "se": self.se,
            "ci_low": self.ci_low,
            "ci_high": self.ci_high,
            "confidence_level": self.confidence_level,
        }
        thresholds = [
            {
                "item": self.item,
                "factor": str(place),
                "statistic": "threshold",
                "estimate": value,
            }
            for place, value in enumerate(self.thresholds, start=1)
        ]
        return long_table(
            [correlation, *thresholds],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


@dataclass(frozen=True, slots=True, eq=False)
class PolyserialCorrelations(Result):
    """Correlations of the normal variables behind ordered items with scores.

    Attributes
    ----------
    items, scores : tuple of str
        Rows and columns.
    values, se, ci_low, ci_high : ndarray, shape (n_items, n_scores)
        Correlations, standard errors and intervals; NaN where there is none.
    pair_n : ndarray of int, shape (n_items, n_scores)
        Respondents with both.
    conditions : tuple of tuple of (str or None)
        What stood in the way of each of them, as in :class:`PolyserialCorrelation`.
    confidence_level : float
        Coverage of the intervals.
    n_respondents : int
        Respondents given.
    method : str
        How they were computed.
    condition : str or None
        All `conditions` together.
    """

    items: tuple[str, ...]
    scores: tuple[str, ...]
    values: FloatArray
    se: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    pair_n: IntArray
    conditions: tuple[tuple[str | None, ...], ...]
    confidence_level: float
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row per item and score, named "item with score"."""
        rows = [
            {
                "item": f"{item} with {score}",
                "statistic": "polyserial_correlation",
                "estimate": self.values[i, j],
                "se": self.se[i, j],
                "ci_low": self.ci_low[i, j],
                "ci_high": self.ci_high[i, j],
                "n_respondents": self.pair_n[i, j],
                "condition": self.conditions[i][j],
            }
            for i, item in enumerate(self.items)
            for j, score in enumerate(self.scores)
        ]
        return long_table(rows, confidence_level=self.confidence_level, method=self.method)


def polyserial_correlation(
    item: pd.Series, score: pd.Series, confidence_level: float = 0.95
) -> PolyserialCorrelation:
    r"""Correlation of the normal variable behind an ordered item with a score.

    Parameters
    ----------
    item : Series, shape (n_respondents,)
        Ordered answers, numbers or missing; only their order matters.
    score : Series, shape (n_respondents,)
        Numbers or missing, a row for each row of `item`.
    confidence_level : float, optional
        Coverage of the interval.

    Returns
    -------
    PolyserialCorrelation

    Raises
    ------
    ValueError
        If the two have different rows, an entry is not a number, or the level is not between 0
        and 1.

    Notes
    -----
    Item and score are taken to come from a bivariate normal distribution, of which the item shows
    between which two thresholds it lies. In two steps [1]_, the thresholds follow from the shares
    of the answers and the score is standardised (divisor :math:`n`), then the correlation maximises

    .. math:: \sum_r \log\left\{
              \Phi\left(\frac{\tau_{c_r} - \rho z_r}{\sqrt{1 - \rho^2}}\right) -
              \Phi\left(\frac{\tau_{c_r - 1} - \rho z_r}{\sqrt{1 - \rho^2}}\right)\right\}

    with :math:`c_r` the answer and :math:`z_r` the score of respondent :math:`r`. Two categories
    give the biserial correlation. Answers that nobody gave have no threshold, so they change
    nothing. The standard error follows from the equations of both steps taken together [2]_, with
    the answers that the model expects at the scores observed, which in small samples serves better
    than the answers themselves; the interval is
    :math:`\tanh\{\operatorname{artanh}\hat\rho \pm q \, \mathrm{SE} / (1 - \hat\rho^2)\}` with the
    normal quantile :math:`q`. Where the score tells the answer without fail, the correlation is
    at the boundary of the search, 1 - 1e-6, and has neither.

    References
    ----------
    .. [1] Olsson, Drasgow & Dorans (1982). Psychometrika, 47(3), 337-347.
    .. [2] Newey & McFadden (1994). Handbook of Econometrics, 4, 2111-2245, section 6.

    Examples
    --------
    >>> item = pd.Series([1, 1, 2, 2, 3, 3, 1, 2], name="a")
    >>> score = pd.Series([0.1, 1.0, 0.8, 2.0, 1.9, 3.1, 0.4, 1.2], name="rest")
    >>> round(polyserial_correlation(item, score).estimate, 3)
    0.916
    """
    together = _side_by_side(item, score)
    pair = pair_of(*(coded(column) for column in together.T))
    estimates = estimate_pairs([pair])
    estimate, se = estimates.correlation[0], estimates.se[0]
    low, high = fisher_interval(estimate, se / (1 - estimate**2), confidence_level)
    return PolyserialCorrelation(
        item="item" if item.name is None else str(item.name),
        score="score" if score.name is None else str(score.name),
        estimate=float(estimate),
        se=float(se),
        ci_low=float(low),
        ci_high=float(high),
        confidence_level=confidence_level,
        categories=tuple(pair.categories.tolist()),
        thresholds=tuple(pair.thresholds.tolist()),
        n_respondents=pair.n,
        n_total=len(together),
        method=METHOD,
        condition=estimates.condition[0],
    )


def polyserial_correlations(
    items: pd.DataFrame, scores: pd.DataFrame, confidence_level: float = 0.95
) -> PolyserialCorrelations:
    """Polyserial correlations of every item with every score, each over those who have both.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Ordered answers, numbers or missing.
    scores : DataFrame, shape (n_respondents, n_scores)
        Numbers or missing, a row for each row of `items`.
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    PolyserialCorrelations

    Raises
    ------
    ValueError
        If the two have different rows, entries are not numbers, names are repeated, or the level is
        not between 0 and 1.

    Notes
    -----
    The method is that of :func:`polyserial_correlation`, on all pairs at once.

    Examples
    --------
    >>> items = pd.DataFrame({"a": [1, 1, 2, 2, 3, 3, 1, 2], "b": [1, 2, 1, 2, 2, 3, 1, 3]})
    >>> scores = pd.DataFrame({"rest": [0.1, 1.0, 0.8, 2.0, 1.9, 3.1, 0.4, 1.2]})
    >>> polyserial_correlations(items, scores).values.round(3)
    array([[0.916],
           [0.812]])
    """
    if not items.index.equals(scores.index):
        raise ValueError("items and scores must have the same rows in the same order")
    ordered = [coded(column) for column in to_numbers(items).T]
    values = [coded(column) for column in to_numbers(scores).T]
    pairs = [pair_of(item, score) for item in ordered for score in values]
    return _all_correlations(
        labels_of(items), labels_of(scores), pairs, len(items), confidence_level
    )


def _side_by_side(item: pd.Series, score: pd.Series) -> FloatArray:
    """Both columns as numbers, shape (n_respondents, 2)."""
    for name, column in (("item", item), ("score", score)):
        if not isinstance(column, pd.Series):
            raise ValueError(f"{name} must be a Series, got {type(column).__name__}")
    if not item.index.equals(score.index):
        raise ValueError("item and score must have the same rows in the same order")
    columns = (to_numbers(column.to_frame("column"))[:, 0] for column in (item, score))
    return np.column_stack(tuple(columns))


def _all_correlations(
    items: tuple[str, ...],
    scores: tuple[str, ...],
    pairs: list[Pair],
    n_respondents: int,
    confidence_level: float,
) -> PolyserialCorrelations:
    estimates, shape = estimate_pairs(pairs), (len(items), len(scores))
    se_of_z = estimates.se / (1 - estimates.correlation**2)
    low, high = fisher_interval(estimates.correlation, se_of_z, confidence_level)
    conditions = np.array(estimates.condition, dtype=object).reshape(shape)
    return PolyserialCorrelations(
        items=items,
        scores=scores,
        values=estimates.correlation.reshape(shape),
        se=estimates.se.reshape(shape),
        ci_low=low.reshape(shape),
        ci_high=high.reshape(shape),
        pair_n=np.array([pair.n for pair in pairs], dtype=np.int64).reshape(shape),
        conditions=tuple(tuple(row) for row in conditions),
        confidence_level=confidence_level,
        n_respondents=n_respondents,
        method=METHOD,
        condition=joined(estimates.condition),
    )
