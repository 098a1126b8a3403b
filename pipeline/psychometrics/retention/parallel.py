"""Parallel analysis: eigenvalues against those of data without any correlation."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._kinds import CorrelationKind, correlations_of
from pipeline.psychometrics._responses import FloatArray, labels_of, to_numbers
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics._threads import one_blas_thread
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.correlation import CorrelationMatrix
from pipeline.psychometrics.factorability import problem_of
from pipeline.psychometrics.result import Result
from pipeline.psychometrics.retention.eigenvalues import (
    Communalities,
    component_and_factor_eigenvalues,
)
from pipeline.psychometrics.retention.permutation import (
    null_correlations,
)

_WORDS = {
    "one_factor": "communalities of one minres factor",
    "multiple_correlations": "squared multiple correlations",
}


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
        Of the correlation matrix with communalities on the diagonal.
    n_replications : int
        Data sets drawn.
    percentile : float
        The percentile of the second rule.
    n_respondents : int
        Respondents who answered at least one item.
    method : str
        How the data without correlation were made, and which correlations were observed.
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
    correlation: CorrelationKind = "pearson",
    observed: CorrelationMatrix | None = None,
    communalities: Communalities = "one_factor",
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
    correlation : {"pearson", "polychoric"}, optional
        The kind of correlation, of the answers and of the data sets drawn.
    observed : CorrelationMatrix, optional
        The correlations of `responses` where they are at hand, so that every step of an analysis
        works on the same ones. They are of the kind `correlation` and over the same respondents:
        give complete rows with a listwise matrix.
    communalities : {"one_factor", "multiple_correlations"}, optional
        What stands on the diagonal for the common factors.

    Returns
    -------
    ParallelAnalysis

    Raises
    ------
    ValueError
        If answers are not numbers, an option is out of range or unknown, or `observed` holds
        other items, other respondents or another kind of correlation.

    Notes
    -----
    Kept are the leading eigenvalues with :math:`\lambda_m > \lambda_m^{*}`, where
    :math:`\lambda^{*}` is the mean [1]_ or a percentile [2]_ over data sets in which the answers to
    every item are shuffled among those who answered it: marginals and missing answers stay where
    they are, correlations go. Correlations are pairwise complete, smoothed where needed; a pair
    that shuffling leaves without a correlation counts as zero.

    *Components* are eigenvalues of :math:`R`. *Factors* are eigenvalues of :math:`R` with
    communalities on the diagonal. Those of a minres solution with one factor are taken as a rule,
    as R psych's ``fa.parallel`` does; a draw in which the solution puts one item on a factor of
    its own raises the first simulated eigenvalue, the more so the fewer items there are. Squared
    multiple correlations [3]_ do not have this, but take more factors the more respondents there
    are (8 instead of 6 for 25 items of bfi and for 19 of lq2002); they are there for comparison.
    Agrees with ``fa.parallel``: ``tests/oracles/psych_factorability``.

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
    _check_options(n_replications, percentile, correlation, communalities)
    with one_blas_thread():
        matrix = correlations_of(responses, correlation) if observed is None else observed
        _check_same_data(matrix, responses, correlation)
        problem = problem_of(matrix)
        draws = np.full((n_replications, 2, len(matrix.labels)), nan)
        found = draws[0]
        if problem is None:
            found = component_and_factor_eigenvalues(matrix.values[None], communalities)[0]
            stacks = null_correlations(responses, correlation, rng, n_replications)
            drawn = [component_and_factor_eigenvalues(stack, communalities) for stack in stacks]
            draws = np.concatenate(drawn)
    mean, high = draws.mean(axis=0), np.percentile(draws, percentile, axis=0)
    return ParallelAnalysis(
        components=_compare(found[0], mean[0], high[0]),
        factors=_compare(found[1], mean[1], high[1]),
        n_replications=n_replications,
        percentile=percentile,
        n_respondents=matrix.n_respondents,
        method=f"Horn, {n_replications} column permutations, percentile {percentile:g}, factors "
        f"with {_WORDS[communalities]}; {matrix.method}",
        condition=joined([matrix.condition, problem]),
    )


def _check_options(
    n_replications: int, percentile: float, correlation: str, communalities: str
) -> None:
    if n_replications < 1 or not 0 <= percentile <= 100:
        raise ValueError(
            "need n_replications of 1 or more and a percentile from 0 to 100, "
            f"got {n_replications} and {percentile}"
        )
    if correlation not in ("pearson", "polychoric"):
        raise ValueError(f"correlation must be 'pearson' or 'polychoric', got {correlation!r}")
    if communalities not in _WORDS:
        raise ValueError(f"communalities must be one of {list(_WORDS)}, got {communalities!r}")


def _check_same_data(
    observed: CorrelationMatrix, responses: pd.DataFrame, correlation: CorrelationKind
) -> None:
    answered = (~np.isnan(to_numbers(responses))).astype(np.float32)
    if observed.labels != labels_of(responses):
        raise ValueError("observed and responses must hold the same items in the same order")
    if not np.array_equal(observed.pair_n, (answered.T @ answered).round()):
        raise ValueError(
            "observed rests on other respondents than responses; with a listwise matrix give "
            "responses.dropna()"
        )
    if ("polychoric" in observed.method.lower()) != (correlation == "polychoric"):
        raise ValueError(f"correlation is {correlation!r}, but observed is {observed.method!r}")


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
