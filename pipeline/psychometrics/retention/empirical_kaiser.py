"""Empirical Kaiser criterion: eigenvalues against what sampling error and factors before leave."""

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FEWEST_RESPONDENTS, FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.correlation import CorrelationMatrix
from pipeline.psychometrics.factorability import problem_of
from pipeline.psychometrics.result import Result
from pipeline.psychometrics.retention.suggested import (
    respondents_of,
    source_of_n,
    suggested_row,
    values_by_number,
)


@dataclass(frozen=True, slots=True, eq=False)
class EmpiricalKaiser(Result):
    """Empirical Kaiser criterion.

    Attributes
    ----------
    eigenvalues, reference : ndarray, shape (n_items,)
        Eigenvalues of the correlations in descending order, and what each is held against.
    suggested : int or None
        How many leading eigenvalues exceed their reference; None without an answer.
    n_respondents : int
        Respondents counted with.
    method : str
        Which correlations, and which n.
    condition : str or None
        That of the correlations; ``too_few_respondents``, ``undefined_correlation`` or
        ``one_item`` without an answer.
    """

    eigenvalues: FloatArray
    reference: FloatArray
    suggested: int | None
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """The suggestion, and rows per rank (the column factor): eigenvalue and reference."""
        rows = [
            suggested_row("empirical_kaiser", self.suggested),
            *values_by_number("ekc_eigenvalue", self.eigenvalues, first=1),
            *values_by_number("ekc_reference_eigenvalue", self.reference, first=1),
        ]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


def empirical_kaiser_criterion(
    correlation: CorrelationMatrix, n: int | None = None
) -> EmpiricalKaiser:
    r"""How many eigenvalues are larger than those that earlier factors and chance would leave.

    Parameters
    ----------
    correlation : CorrelationMatrix
        Correlations of at least two items.
    n : int, optional
        Number of respondents; the smallest pairwise number unless given.

    Returns
    -------
    EmpiricalKaiser

    Raises
    ------
    ValueError
        If `n` is less than one.

    Notes
    -----
    Kept are the leading eigenvalues :math:`l_j` above

    .. math:: l_j^{*} = \max\left(
              \frac{p - \sum_{i < j} l_i}{p - j + 1} \left(1 + \sqrt{p / n}\right)^2, 1\right)

    for :math:`p` items and :math:`n` respondents [1]_. The theory behind the reference is that of
    Pearson correlations; with polychoric ones it is a rule of thumb. Agrees with the reference
    numbers in ``tests/oracles/psych_factorability``.

    References
    ----------
    .. [1] Braeken & van Assen (2017). Psychological Methods, 22(3), 450-466.

    Examples
    --------
    >>> from pipeline.psychometrics.correlation import pearson_correlations
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(300, 1)) + rng.normal(size=(300, 6)))
    >>> empirical_kaiser_criterion(pearson_correlations(answers)).suggested
    1
    """
    used = respondents_of(correlation, n)
    few = "too_few_respondents" if used < FEWEST_RESPONDENTS else None
    problem = problem_of(correlation) or few
    n_items = len(correlation.labels)
    eigenvalues = reference = np.full(n_items, nan)
    if problem is None:
        eigenvalues = np.asarray(np.linalg.eigvalsh(correlation.values)[::-1], np.float64)
        reference = _reference(eigenvalues, used)
    above = np.logical_and.accumulate(eigenvalues > reference)
    return EmpiricalKaiser(
        eigenvalues=eigenvalues,
        reference=reference,
        suggested=None if problem else int(above.sum()),
        n_respondents=used,
        method=f"empirical Kaiser criterion, {source_of_n(n)}; {correlation.method}",
        condition=joined([correlation.condition, problem]),
    )


def _reference(eigenvalues: FloatArray, n: int) -> FloatArray:
    n_items = len(eigenvalues)
    left = n_items - (np.cumsum(eigenvalues) - eigenvalues)
    average = left / np.arange(n_items, 0, -1)
    return np.asarray(np.maximum(average * (1 + np.sqrt(n_items / n)) ** 2, 1.0))
