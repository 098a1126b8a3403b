"""Polychoric correlations of ordered items, with thresholds and standard errors."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._pairwise import smoothed
from pipeline.psychometrics._responses import FEWEST_RESPONDENTS, FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.correlation import CorrelationMatrix
from pipeline.psychometrics.counts import AnswerCounts, Categories, Missing, count_answers
from pipeline.psychometrics.polychoric.estimate import (
    EmptyCells,
    Margins,
    PairEstimates,
    Pairs,
    as_matrix,
    diagonal_of,
    estimate_pairs,
    stacked,
)
from pipeline.psychometrics.polychoric.influence import (
    pair_influence,
    small_sample_factor,
    variance_of_pairs,
    variance_of_thresholds,
)
from pipeline.psychometrics.result import Result

WORDS_OF_POLICY = {
    "two_by_two": "0.5 added to a lone empty cell of a 2 x 2 table",
    "all": "0.5 added to empty cells",
    "none": "empty cells left empty",
}


@dataclass(frozen=True, slots=True, eq=False)
class PolychoricCorrelations(Result):
    """Polychoric correlations of ordered items.

    Attributes
    ----------
    items : tuple of str
        The items.
    categories : dict of str to tuple of float
        The categories of each item that somebody chose; thresholds lie between them.
    thresholds, threshold_se : dict of str to ndarray, shape (n_categories - 1,)
        Thresholds of each item in standard-normal units, and their standard errors.
    correlation : CorrelationMatrix
        The correlations, smoothed if they are not positive definite.
    unsmoothed : ndarray, shape (n_items, n_items)
        The correlations as estimated.
    se : ndarray, shape (n_items, n_items)
        Standard errors of `unsmoothed`, with the uncertainty of the thresholds; NaN at the
        boundary.
    at_boundary : tuple of (str, str)
        Pairs whose correlation is 1 or -1, or as close to it as the search goes.
    n_pairs_with_empty_cells : int
        Pairs with an empty cell among the categories that were chosen.
    n_respondents : int
        Respondents counted.
    method : str
        How they were computed.
    condition : str or None
        That of `correlation`; ``empty_category`` (left out), ``correlation_at_boundary``,
        ``not_converged``.
    """

    items: tuple[str, ...]
    categories: dict[str, tuple[float, ...]]
    thresholds: dict[str, FloatArray]
    threshold_se: dict[str, FloatArray]
    correlation: CorrelationMatrix
    unsmoothed: FloatArray
    se: FloatArray
    at_boundary: tuple[tuple[str, str], ...]
    n_pairs_with_empty_cells: int
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row per pair, named "first with second", a row per threshold, and on smoothing."""
        change = {
            "statistic": "largest_change_by_smoothing",
            "estimate": self.correlation.largest_change_by_smoothing,
        }
        empty = {
            "statistic": "n_pairs_with_empty_cells",
            "estimate": self.n_pairs_with_empty_cells,
        }
        return long_table(
            [*self._pair_rows(), *self._threshold_rows(), change, empty],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )

    def _pair_rows(self) -> list[dict[str, Any]]:
        first, second = np.triu_indices(len(self.items), k=1)
        return [
            {
                "item": f"{self.items[i]} with {self.items[j]}",
                "statistic": "polychoric_correlation",
                "estimate": self.correlation.values[i, j],
                "se": self.se[i, j],
                "n_respondents": self.correlation.pair_n[i, j],
            }
            for i, j in zip(first, second, strict=True)
        ]

    def _threshold_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "item": item,
                "factor": str(place),
                "statistic": "threshold",
                "estimate": value,
                "se": self.threshold_se[item][place - 1],
            }
            for item, values in self.thresholds.items()
            for place, value in enumerate(values.tolist(), start=1)
        ]


def polychoric_correlations(
    answers: pd.DataFrame | AnswerCounts,
    missing: Missing = "pairwise",
    empty_cells: EmptyCells = "two_by_two",
    categories: Categories | None = None,
) -> PolychoricCorrelations:
    r"""Correlations of the normal variables that ordered answers are taken to stand for.

    Parameters
    ----------
    answers : DataFrame, shape (n_respondents, n_items), or AnswerCounts
        Numbers or missing, or how often they were given. Two categories make the correlation
        tetrachoric.
    missing : {"pairwise", "listwise"}, optional
        Use every pair of answers, or only respondents who answered every item. Counts have been
        counted one way already.
    empty_cells : {"two_by_two", "all", "none"}, optional
        Add 0.5 to a lone empty cell of a 2 x 2 table, with the margins kept, as lavaan does; to
        these and to every empty cell of a larger table; or to none.
    categories : optional
        As for :func:`count_answers`. Categories that nobody chose are left out of the estimation
        and named.

    Returns
    -------
    PolychoricCorrelations

    Raises
    ------
    ValueError
        As :func:`count_answers` does, or if an option is unknown.

    Notes
    -----
    Two steps [1]_: the thresholds are the normal quantiles of the cumulative shares of each item,
    :math:`\tau_k = \Phi^{-1}(c_k)`; with these each correlation maximises

    .. math:: \ell(\rho) = \sum_{ab} n_{ab} \ln \pi_{ab}(\rho)

    over its own two-way table, with :math:`\pi_{ab}` the probability of a rectangle under the
    bivariate normal distribution. All tables are solved together by Newton's steps between two
    bounds that close in on the root of the slope. Standard errors: [2]_, see ``influence``. With
    pairwise answers thresholds come from everybody who answered the item. Agrees with lavaan's
    ``lavCor`` to 1e-6: ``tests/oracles/lavaan_polychoric``.

    References
    ----------
    .. [1] Olsson (1979). Psychometrika, 44(4), 443-460.
    .. [2] Muthen (1984). Psychometrika, 49(1), 115-132.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 1, 2, 2, 3, 3, 3], "b": [1, 2, 1, 2, 2, 3, 3]})
    >>> result = polychoric_correlations(answers)
    >>> result.correlation.values[0, 1].round(3), result.thresholds["a"].round(3).tolist()
    (np.float64(0.817), [-0.566, 0.18])
    """
    if empty_cells not in WORDS_OF_POLICY:
        raise ValueError(f"empty_cells must be one of {list(WORDS_OF_POLICY)}, got {empty_cells!r}")
    counts = (
        answers
        if isinstance(answers, AnswerCounts)
        else count_answers(answers, categories, missing)
    )
    margins, pairs = stacked(counts.table, counts.n_categories, empty_cells)
    found = estimate_pairs(pairs, margins)
    raw = as_matrix(found.correlation, pairs, diagonal_of(margins))
    method = (
        f"polychoric, two-step maximum likelihood, {counts.missing}; {WORDS_OF_POLICY[empty_cells]}"
    )
    correlation = _matrix(counts, raw, method, _condition(counts, margins, raw, found))
    factor = np.sqrt(small_sample_factor(counts.n_respondents))
    thresholds, threshold_se = _of_items(margins)
    return PolychoricCorrelations(
        items=counts.items,
        categories=_used_categories(counts),
        thresholds=dict(zip(counts.items, thresholds, strict=True)),
        threshold_se={
            item: own * factor for item, own in zip(counts.items, threshold_se, strict=True)
        },
        correlation=correlation,
        unsmoothed=raw,
        se=_standard_errors(found, pairs, margins) * factor,
        at_boundary=tuple(
            (counts.items[i], counts.items[j])
            for i, j in zip(
                pairs.first[found.at_boundary], pairs.second[found.at_boundary], strict=True
            )
        ),
        n_pairs_with_empty_cells=_with_empty_cells(counts),
        n_respondents=counts.n_respondents,
        method=method,
        condition=correlation.condition,
    )


def _matrix(
    counts: AnswerCounts, raw: FloatArray, method: str, condition: str | None
) -> CorrelationMatrix:
    values = smoothed(raw) if np.isfinite(raw).all() else raw
    pair_n = counts.pair_n
    for array in (values, raw, pair_n):
        array.setflags(write=False)
    smoothing = "not_positive_definite_smoothed" if values is not raw else None
    return CorrelationMatrix(
        labels=counts.items,
        values=values,
        pair_n=pair_n,
        n_respondents=counts.n_respondents,
        smallest_pair_n=int(pair_n.min()),
        method=method,
        condition=joined([condition, smoothing]),
        largest_change_by_smoothing=float(np.nanmax(np.abs(values - raw), initial=0.0)),
    )


def _standard_errors(found: PairEstimates, pairs: Pairs, margins: Margins) -> FloatArray:
    inner = np.flatnonzero(np.isfinite(found.correlation) & ~found.at_boundary)
    own = Pairs(pairs.first[inner], pairs.second[inner], pairs.counts[inner])
    influence = pair_influence(found.correlation[inner], own, margins)
    values = np.full(len(pairs.first), np.nan)
    values[inner] = np.sqrt(variance_of_pairs(influence, own, margins))
    return as_matrix(values, pairs, np.where(np.isfinite(diagonal_of(margins)), 0.0, np.nan))


def _of_items(margins: Margins) -> tuple[list[FloatArray], list[FloatArray]]:
    """Thresholds of each item without those that are filled up, and their standard errors."""
    used = (margins.counts > 0).sum(axis=1)
    se = np.sqrt(variance_of_thresholds(margins))
    return (
        [own[: max(n - 1, 0)] for own, n in zip(margins.thresholds, used, strict=True)],
        [own[: max(n - 1, 0)] for own, n in zip(se, used, strict=True)],
    )


def _used_categories(counts: AnswerCounts) -> dict[str, tuple[float, ...]]:
    chosen = iter((np.diag(counts.table) > 0).tolist())
    return {
        item: tuple(category for category in own if next(chosen))
        for item, own in zip(counts.items, counts.categories, strict=True)
    }


def _with_empty_cells(counts: AnswerCounts) -> int:
    """Pairs of items with a cell that nobody is in, among the categories that were chosen."""
    chosen = np.diag(counts.table) > 0
    empty = (counts.table == 0) & np.outer(chosen, chosen)
    starts = counts.starts[:-1]
    blocks = np.logical_or.reduceat(np.logical_or.reduceat(empty, starts, axis=0), starts, axis=1)
    return int(np.triu(blocks, k=1).sum())


def _condition(
    counts: AnswerCounts, margins: Margins, raw: FloatArray, found: PairEstimates
) -> str | None:
    used = (margins.counts > 0).sum(axis=1)
    varies = used > 1
    block = np.ix_(varies, varies)
    few = counts.pair_n[block] < FEWEST_RESPONDENTS
    flags = {
        "item_without_answers": (used == 0).any(),
        "constant_item": (used == 1).any(),
        "empty_category": bool((np.diag(counts.table) == 0).any() and (used > 0).all()),
        "too_few_respondents": few.any(),
        "undefined_correlation": (np.isnan(raw[block]) & ~few).any(),
        "correlation_at_boundary": found.at_boundary.any(),
        "not_converged": (~found.converged).any(),
    }
    return joined(word for word, holds in flags.items() if holds)
