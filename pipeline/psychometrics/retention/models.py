"""Factor models with more and more factors, and how well each of them fits."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeline.psychometrics._pairwise import smoothed
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.correlation import CorrelationMatrix
from pipeline.psychometrics.efa.extraction import ExtractionMethod, extract
from pipeline.psychometrics.efa.fit import FactorFit, degrees_of_freedom, factor_fit
from pipeline.psychometrics.factorability import adequacy, problem_of


class FactorModel(NamedTuple):
    """A model with some number of factors."""

    n_factors: int
    fit: FactorFit
    common_part: float
    """Share of the common variance accounted for (CAF): 1 less the adequacy of the residuals."""
    converged: bool
    heywood: bool

    @property
    def reservation(self) -> str | None:
        """What to hold against the model."""
        if not self.converged:
            return "not_converged"
        return "heywood_case" if self.heywood else None


def most_factors_of(n_items: int, n_respondents: int) -> int:
    """The largest number of factors with which a model can be tested.

    Degrees of freedom are left, and respondents more than Bartlett's correction takes off.
    """
    testable = [
        number
        for number in range(n_items)
        if degrees_of_freedom(n_items, number) > 0
        and n_respondents - 1 - (2 * n_items + 5) / 6 - 2 * number / 3 > 0
    ]
    return max(testable, default=0)


def reason_against_models(correlation: CorrelationMatrix, n_respondents: int) -> str | None:
    """Why not even one factor can be tested, if it cannot."""
    problem = problem_of(correlation)
    n_items = len(correlation.labels)
    if problem or most_factors_of(n_items, n_respondents) > 0:
        return problem
    if degrees_of_freedom(n_items, 1) > 0:
        return "too_few_respondents"
    return "two_items" if n_items == 2 else "too_many_factors"


def factor_models(
    correlations: FloatArray, n_respondents: int, method: ExtractionMethod, most_factors: int
) -> Iterator[FactorModel]:
    """Models with 0, 1, 2, ... factors; each is estimated when it is asked for."""
    nothing = np.zeros_like(correlations)
    yield _model(correlations, nothing, 0, n_respondents, converged=True, heywood=False)
    for n_factors in range(1, most_factors + 1):
        found = extract(correlations, n_factors, method)
        yield _model(
            correlations,
            found.loadings @ found.loadings.T,
            n_factors,
            n_respondents,
            converged=found.converged,
            heywood=found.at_bound,
        )


def _model(
    correlations: FloatArray,
    reproduced: FloatArray,
    n_factors: int,
    n_respondents: int,
    converged: bool,
    heywood: bool,
) -> FactorModel:
    residuals = correlations - reproduced
    np.fill_diagonal(residuals, 1.0)
    return FactorModel(
        n_factors=n_factors,
        fit=factor_fit(correlations, reproduced, n_factors, n_respondents),
        common_part=1 - adequacy(smoothed(residuals))[0],
        converged=converged,
        heywood=heywood,
    )
