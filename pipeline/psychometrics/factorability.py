"""Whether items have enough in common to look for factors."""

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import chi_square_tail
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.correlation import CorrelationMatrix, require_correlations
from pipeline.psychometrics.result import Result


@dataclass(frozen=True, slots=True, eq=False)
class KaiserMeyerOlkin(Result):
    """Measure of sampling adequacy of a set of items and of each of them.

    Attributes
    ----------
    overall : float
        Adequacy of the set, between 0 and 1.
    item_adequacy : dict of str to float
        Adequacy of each item.
    n_respondents : int
        Smallest number of respondents behind a correlation.
    method : str
        Which correlations.
    condition : str or None
        That of the correlations; ``undefined_correlation`` or ``one_item`` without an answer.
    """

    overall: float
    item_adequacy: dict[str, float]
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row for the set and one per item."""
        overall = {"statistic": "kmo", "estimate": self.overall}
        items = [
            {"item": item, "statistic": "kmo", "estimate": value}
            for item, value in self.item_adequacy.items()
        ]
        return long_table(
            [overall, *items],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


@dataclass(frozen=True, slots=True)
class BartlettSphericity(Result):
    """Test that no two items are correlated in the population.

    Attributes
    ----------
    chi_square : float
        Test statistic.
    df : int
        Its degrees of freedom.
    p_value : float
        Probability of a larger value if all correlations were zero.
    n_respondents : int
        Respondents counted in the test.
    method : str
        Which correlations, and which n.
    condition : str or None
        That of the correlations; ``too_few_respondents``, ``undefined_correlation`` or
        ``one_item`` without an answer.
    """

    chi_square: float
    df: int
    p_value: float
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row each for the chi-square, its degrees of freedom and its p value."""
        values = {
            "bartlett_chi_square": self.chi_square,
            "bartlett_df": self.df,
            "bartlett_p_value": self.p_value,
        }
        rows = [{"statistic": name, "estimate": value} for name, value in values.items()]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


def kaiser_meyer_olkin(correlation: CorrelationMatrix) -> KaiserMeyerOlkin:
    r"""How much of the correlation between items is not owed to just the two of them.

    Parameters
    ----------
    correlation : CorrelationMatrix
        Correlations of at least two items.

    Returns
    -------
    KaiserMeyerOlkin

    Notes
    -----
    .. math:: \mathrm{KMO}_i = \frac{\sum_{j \ne i} r_{ij}^2}
              {\sum_{j \ne i} r_{ij}^2 + \sum_{j \ne i} q_{ij}^2}

    with :math:`q_{ij}` the partial correlation given all other items [1]_; overall with the sums
    over all items. Items without any correlation get the limit of correlations going to zero, .5.
    Agrees with R psych's ``KMO``, on Pearson and on polychoric correlations:
    ``tests/oracles/psych_factorability``.

    References
    ----------
    .. [1] Kaiser & Rice (1974). Educational and Psychological Measurement, 34(1), 111-117.

    Examples
    --------
    >>> from pipeline.psychometrics.correlation import pearson_correlations
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [1, 3, 2, 4, 4], "c": [2, 1, 4, 5, 1]})
    >>> round(kaiser_meyer_olkin(pearson_correlations(answers)).overall, 3)
    0.484
    """
    require_correlations(correlation)
    problem = problem_of(correlation)
    if problem:
        overall, items = nan, np.full(len(correlation.labels), nan)
    else:
        overall, items = adequacy(correlation.values)
    return KaiserMeyerOlkin(
        overall=overall,
        item_adequacy=dict(zip(correlation.labels, items.tolist(), strict=True)),
        n_respondents=correlation.smallest_pair_n,
        method=f"Kaiser-Meyer-Olkin; {correlation.method}",
        condition=joined([correlation.condition, problem]),
    )


def bartlett_sphericity(correlation: CorrelationMatrix, n: int | None = None) -> BartlettSphericity:
    r"""Test of the hypothesis that the items have nothing in common at all.

    Parameters
    ----------
    correlation : CorrelationMatrix
        Correlations of at least two items.
    n : int, optional
        Number of respondents; the smallest pairwise number unless given.

    Returns
    -------
    BartlettSphericity

    Raises
    ------
    ValueError
        If `n` is less than one.

    Notes
    -----
    .. math:: \chi^2 = -\left(n - 1 - \frac{2p + 5}{6}\right) \ln |R|,
              \quad df = \frac{p(p-1)}{2}

    for :math:`p` items [1]_. With pairwise correlations no single :math:`n` is right; the smallest
    is on the safe side. The distribution is that of Pearson correlations; those of polychoric ones
    vary more, so that with them the test rejects too often. Agrees with R psych's
    ``cortest.bartlett``: ``tests/oracles/psych_factorability``.

    References
    ----------
    .. [1] Bartlett (1951). Biometrika, 38(3/4), 337-344.

    Examples
    --------
    >>> from pipeline.psychometrics.correlation import pearson_correlations
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [1, 3, 2, 4, 4]})
    >>> round(bartlett_sphericity(pearson_correlations(answers)).chi_square, 3)
    3.188
    """
    require_correlations(correlation)
    if n is not None and n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    used = correlation.smallest_pair_n if n is None else n
    n_items = len(correlation.labels)
    df = n_items * (n_items - 1) // 2
    factor = used - 1 - (2 * n_items + 5) / 6
    problem = problem_of(correlation) or ("too_few_respondents" if factor <= 0 else None)
    chi_square = nan if problem else float(-factor * np.linalg.slogdet(correlation.values)[1])
    source = "smallest pairwise n" if n is None else "n given by the caller"
    return BartlettSphericity(
        chi_square=chi_square,
        df=df,
        p_value=nan if problem else chi_square_tail(chi_square, df),
        n_respondents=used,
        method=f"Bartlett's test, {source}; {correlation.method}",
        condition=joined([correlation.condition, problem]),
    )


def problem_of(correlation: CorrelationMatrix) -> str | None:
    """Why correlations say nothing about common factors, if they do not."""
    if len(correlation.labels) < 2:
        return "one_item"
    return None if correlation.is_defined else "undefined_correlation"


def adequacy(values: FloatArray) -> tuple[float, FloatArray]:
    """Kaiser-Meyer-Olkin measure of a positive definite matrix: of the whole, and of each item."""
    inverse = np.linalg.inv(values)
    scale = np.sqrt(np.diag(inverse))
    apart = ~np.eye(len(values), dtype=bool)
    simple = (values**2).sum(axis=0, where=apart)
    partial = ((inverse / np.outer(scale, scale)) ** 2).sum(axis=0, where=apart)
    total = simple + partial
    items = np.divide(simple, total, out=np.full(len(total), 0.5), where=total > 0)
    return (float(simple.sum() / total.sum()) if total.sum() > 0 else 0.5), items
