"""Every rule for the number of factors, on one and the same correlation matrix."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.psychometrics._kinds import CorrelationKind, correlations_of
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics._threads import one_blas_thread
from pipeline.psychometrics.conditions import MEANING_OF_CONDITION, joined
from pipeline.psychometrics.correlation import CorrelationMatrix
from pipeline.psychometrics.efa.extraction import ExtractionMethod
from pipeline.psychometrics.result import Result, readable
from pipeline.psychometrics.retention.average_partial import (
    MinimumAveragePartial,
    minimum_average_partial,
)
from pipeline.psychometrics.retention.empirical_kaiser import (
    EmpiricalKaiser,
    empirical_kaiser_criterion,
)
from pipeline.psychometrics.retention.hull import HullComparison, hull_method
from pipeline.psychometrics.retention.parallel import (
    ParallelAnalysis,
    parallel_analysis,
)
from pipeline.psychometrics.retention.sequential import SequentialFit, sequential_fit
from pipeline.psychometrics.retention.suggested import suggested_row


@dataclass(frozen=True, slots=True, eq=False)
class FactorSuggestions(Result):
    """How many factors each rule suggests; which of them to follow is not decided here.

    Attributes
    ----------
    suggested : dict of str to (int or None)
        Number of factors by rule; None without an answer.
    parallel, average_partial, empirical_kaiser, hull, sequential
        The results of the rules.
    n_respondents : int
        That of the correlations.
    method : str
        That of the correlations.
    condition : str or None
        All conditions of the rules.
    """

    suggested: dict[str, int | None]
    parallel: ParallelAnalysis
    average_partial: MinimumAveragePartial
    empirical_kaiser: EmpiricalKaiser
    hull: HullComparison
    sequential: SequentialFit
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """The suggestions (the column factor: the rule), then the numbers behind them.

        Rows of the parallel analysis are those of a scree plot; in the others the column factor is
        the number of factors.
        """
        behind = self.rows_behind_suggestions()
        return pd.concat([self.suggestion_rows(), *behind], ignore_index=True)

    def suggestion_rows(self) -> pd.DataFrame:
        """A row per rule."""
        results = self._result_of_rule()
        return long_table(
            [
                suggested_row(
                    rule,
                    number,
                    method=results[rule].method,
                    condition=results[rule].condition,
                    n_respondents=results[rule].n_respondents,
                )
                for rule, number in self.suggested.items()
            ]
        )

    def rows_behind_suggestions(self) -> list[pd.DataFrame]:
        """The values of each rule, a table each."""
        results = (
            self.parallel,
            self.average_partial,
            self.empirical_kaiser,
            self.hull,
            self.sequential,
        )
        tables = [result.to_rows() for result in results]
        return [table[table["statistic"] != "suggested_factors"] for table in tables]

    def _result_of_rule(self) -> dict[str, "_RuleResult"]:
        return {
            "parallel_components_mean": self.parallel,
            "parallel_components_percentile": self.parallel,
            "parallel_factors_mean": self.parallel,
            "parallel_factors_percentile": self.parallel,
            "map_squared": self.average_partial,
            "map_fourth": self.average_partial,
            "empirical_kaiser": self.empirical_kaiser,
            "hull_cfi": self.hull,
            "hull_caf": self.hull,
            "sequential_chi_square": self.sequential,
            "sequential_rmsea": self.sequential,
        }

    def __str__(self) -> str:
        """A table of the rules and how each was computed; no winner is announced."""
        rows = self.suggestion_rows().rename(columns={"factor": "rule"})
        rows["factors"] = ["none" if pd.isna(x) else f"{x:.0f}" for x in rows["estimate"]]
        words = (self.condition or "").split()
        meanings = [f"{word}: {MEANING_OF_CONDITION[word]}" for word in words]
        shown = readable(rows[["statistic", "rule", "factors", "condition"]])
        head = [self.method, f"n = {self.n_respondents}", *meanings]
        return "\n".join([*head, "", shown, "", *rows["method"].unique()])


_RuleResult = (
    ParallelAnalysis | MinimumAveragePartial | EmpiricalKaiser | HullComparison | SequentialFit
)


def suggest_factors(
    responses: pd.DataFrame,
    rng: np.random.Generator,
    correlation: CorrelationKind = "polychoric",
    n_replications: int = 200,
    percentile: float = 95,
    observed: CorrelationMatrix | None = None,
    method: ExtractionMethod = "ml",
    significance_level: float = 0.05,
) -> FactorSuggestions:
    """How many factors to keep, by eleven rules on the same correlations.

    Parameters
    ----------
    responses : DataFrame, shape (n_respondents, n_items)
        Numbers or missing.
    rng : Generator
        Source of randomness; the same state gives the same result.
    correlation : {"polychoric", "pearson"}, optional
        The kind of correlation.
    n_replications, percentile : optional
        As for :func:`parallel_analysis`.
    observed : CorrelationMatrix, optional
        The correlations of `responses` where they are at hand; see :func:`parallel_analysis`.
    method : {"ml", "minres", "pa"}, optional
        Extraction for the Hull method and for sequential fit.
    significance_level : float, optional
        That of the sequence of chi-square tests.

    Returns
    -------
    FactorSuggestions

    Raises
    ------
    ValueError
        As :func:`parallel_analysis` does.

    Notes
    -----
    The rules answer different questions: parallel analysis and the empirical Kaiser criterion which
    factors stand out from chance, minimum average partial when components stop to take out what
    items share, Hull where fit stops to improve, sequential fit when a model is no longer
    contradicted. Agreement of several is better evidence than any one of them. Hull tries up to
    one more than the components that parallel analysis finds above the mean.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(300, 1)) + rng.normal(size=(300, 6))).round()
    >>> suggest_factors(answers, rng, "pearson", n_replications=20).suggested["map_squared"]
    1
    """
    with one_blas_thread():
        matrix = correlations_of(responses, correlation) if observed is None else observed
        parallel = parallel_analysis(
            responses, rng, n_replications, percentile, correlation, matrix
        )
        partial, kaiser = minimum_average_partial(matrix), empirical_kaiser_criterion(matrix)
        hull = hull_method(matrix, (parallel.components.suggested_by_mean or 0) + 1, method=method)
        fit = sequential_fit(matrix, method=method, significance_level=significance_level)
    results = (parallel, partial, kaiser, hull, fit)
    return FactorSuggestions(
        suggested=_suggested(*results),
        parallel=parallel,
        average_partial=partial,
        empirical_kaiser=kaiser,
        hull=hull,
        sequential=fit,
        n_respondents=matrix.n_respondents,
        method=f"number of factors; {matrix.method}",
        condition=joined(result.condition for result in results),
    )


def _suggested(
    parallel: ParallelAnalysis,
    partial: MinimumAveragePartial,
    kaiser: EmpiricalKaiser,
    hull: HullComparison,
    fit: SequentialFit,
) -> dict[str, int | None]:
    return {
        "parallel_components_mean": parallel.components.suggested_by_mean,
        "parallel_components_percentile": parallel.components.suggested_by_percentile,
        "parallel_factors_mean": parallel.factors.suggested_by_mean,
        "parallel_factors_percentile": parallel.factors.suggested_by_percentile,
        "map_squared": partial.suggested_squared,
        "map_fourth": partial.suggested_fourth,
        "empirical_kaiser": kaiser.suggested,
        "hull_cfi": hull.cfi.suggested,
        "hull_caf": hull.caf.suggested,
        "sequential_chi_square": fit.suggested_by_chi_square,
        "sequential_rmsea": fit.suggested_by_rmsea,
    }
