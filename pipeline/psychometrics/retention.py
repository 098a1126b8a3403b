"""How many factors to keep: eigenvalues against those of data without any correlation."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._pairwise import (
    pairwise_correlations,
    smoothed,
    squared_multiple_correlations,
)
from pipeline.psychometrics._responses import FEWEST_RESPONDENTS, FloatArray, to_numbers
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.correlation import CorrelationMatrix, pearson_correlations
from pipeline.psychometrics.result import Result


@dataclass(frozen=True, slots=True, eq=False)
class EigenvalueComparison:
    """Eigenvalues beside those of data without any correlation.

    Attributes
    ----------
    observed, simulated_mean, simulated_percentile : ndarray, shape (n_items,)
        Eigenvalues in descending order: of the answers, and mean and percentile over replications.
    suggested_by_mean, suggested_by_percentile : int or None
        How many leading eigenvalues exceed the mean and the percentile; None without an answer.
    """

    observed: FloatArray
    simulated_mean: FloatArray
    simulated_percentile: FloatArray
    suggested_by_mean: int | None
    suggested_by_percentile: int | None


@dataclass(frozen=True, slots=True, eq=False)
class ParallelAnalysis(Result):
    """Horn's parallel analysis.

    Attributes
    ----------
    components : EigenvalueComparison
        Of the correlation matrix.
    factors : EigenvalueComparison
        Of the correlation matrix with squared multiple correlations on the diagonal.
    n_replications : int
        Data sets drawn.
    percentile : float
        The percentile of the second rule.
    n_respondents : int
        Respondents who answered at least one item.
    method : str
        How the data without correlation were made.
    condition : str or None
        That of the correlations. ``undefined_correlation`` or ``one_item``: no answer.
    """

    components: EigenvalueComparison
    factors: EigenvalueComparison
    n_replications: int
    percentile: float
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """Rows per kind and rank (the column factor): observed, simulated; then the suggestions."""
        kinds = {"components": self.components, "factors": self.factors}
        rows = [row for kind, found in kinds.items() for row in _rows_of(kind, found)]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


def parallel_analysis(
    responses: pd.DataFrame,
    rng: np.random.Generator,
    n_replications: int = 200,
    percentile: float = 95,
) -> ParallelAnalysis:
    r"""How many factors stand out from what chance alone would show.

    Parameters
    ----------
    responses : DataFrame, shape (n_respondents, n_items)
        Numbers or missing.
    rng : Generator
        Source of randomness; the same state gives the same result.
    n_replications : int, optional
        Data sets to draw.
    percentile : float, optional
        Percentile of the simulated eigenvalues for the stricter rule.

    Returns
    -------
    ParallelAnalysis

    Raises
    ------
    ValueError
        If answers are not numbers, or an option is out of range.

    Notes
    -----
    Kept are the leading eigenvalues with :math:`\lambda_m > \lambda_m^{*}`, where
    :math:`\lambda^{*}` is the mean [1]_ or a percentile [2]_ over data sets in which every column
    is shuffled on its own: marginals and number of missing answers stay, correlations go.
    Correlations are Pearson's, pairwise complete, smoothed where needed; a pair that shuffling
    leaves without a correlation counts as zero.

    *Components* are eigenvalues of :math:`R`; they agree with R psych's ``fa.parallel``:
    ``tests/oracles/psych_factorability``. *Factors* are eigenvalues of :math:`R` with squared
    multiple correlations on the diagonal [3]_. ``fa.parallel`` puts the communalities of a
    one-factor minres solution there, so its factors are not comparable.

    References
    ----------
    .. [1] Horn (1965). Psychometrika, 30(2), 179-185.
    .. [2] Buja & Eyuboglu (1992). Multivariate Behavioral Research, 27(4), 509-540.
    .. [3] Humphreys & Montanelli (1975). Multivariate Behavioral Research, 10(2), 193-205.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(200, 1)) + rng.normal(size=(200, 6)))
    >>> parallel_analysis(answers, rng, n_replications=20).components.suggested_by_percentile
    1
    """
    if n_replications < 1 or not 0 <= percentile <= 100:
        raise ValueError(
            "need n_replications of 1 or more and a percentile from 0 to 100, "
            f"got {n_replications} and {percentile}"
        )
    numbers, observed = to_numbers(responses), pearson_correlations(responses)
    problem = _problem(observed)
    draws = np.full((n_replications, 2, numbers.shape[1]), nan)
    if problem is None:
        for draw in draws:
            draw[:] = _eigenvalues(_null_correlations(rng.permuted(numbers, axis=0)))
    found = _eigenvalues(observed.values) if problem is None else draws[0]
    mean, high = draws.mean(axis=0), np.percentile(draws, percentile, axis=0)
    return ParallelAnalysis(
        components=_compare(found[0], mean[0], high[0]),
        factors=_compare(found[1], mean[1], high[1]),
        n_replications=n_replications,
        percentile=percentile,
        n_respondents=observed.n_respondents,
        method=f"Horn, {n_replications} column permutations, percentile {percentile:g}; "
        f"{observed.method}",
        condition=joined([observed.condition, problem]),
    )


def _problem(observed: CorrelationMatrix) -> str | None:
    if len(observed.labels) < 2:
        return "one_item"
    return None if observed.is_defined else "undefined_correlation"


def _null_correlations(shuffled: FloatArray) -> FloatArray:
    correlations, n = pairwise_correlations(shuffled)
    correlations[(n < FEWEST_RESPONDENTS) | np.isnan(correlations)] = 0
    np.fill_diagonal(correlations, 1)
    return smoothed(correlations)


def _eigenvalues(correlations: FloatArray) -> FloatArray:
    """Descending eigenvalues of components and of factors, shape (2, n_items)."""
    reduced = correlations.copy()
    np.fill_diagonal(reduced, squared_multiple_correlations(correlations))
    both = [np.linalg.eigvalsh(matrix)[::-1] for matrix in (correlations, reduced)]
    return np.stack(both)


def _compare(observed: FloatArray, mean: FloatArray, high: FloatArray) -> EigenvalueComparison:
    return EigenvalueComparison(
        observed, mean, high, _leading(observed, mean), _leading(observed, high)
    )


def _leading(observed: FloatArray, threshold: FloatArray) -> int | None:
    """How many eigenvalues exceed theirs before the first that does not."""
    if np.isnan(observed).any():
        return None
    return int(np.logical_and.accumulate(observed > threshold).sum())


def _rows_of(kind: str, found: EigenvalueComparison) -> list[Mapping[str, Any]]:
    eigenvalues = {
        "observed_eigenvalue": found.observed,
        "simulated_mean_eigenvalue": found.simulated_mean,
        "simulated_percentile_eigenvalue": found.simulated_percentile,
    }
    suggested = {
        "suggested_by_mean": found.suggested_by_mean,
        "suggested_by_percentile": found.suggested_by_percentile,
    }
    ranked: list[Mapping[str, Any]] = [
        {"factor": str(rank), "statistic": f"{name}_{kind}", "estimate": value}
        for name, values in eigenvalues.items()
        for rank, value in enumerate(values.tolist(), start=1)
    ]
    numbers = [
        {"statistic": f"{kind}_{name}", "estimate": nan if number is None else number}
        for name, number in suggested.items()
    ]
    return [*ranked, *numbers]
