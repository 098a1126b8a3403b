"""Exploratory factor analysis of a correlation matrix."""

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.correlation import CorrelationMatrix
from pipeline.psychometrics.efa._factor_analyzer import (
    SMALLEST_UNIQUENESS,
    Extraction,
    Rotated,
    Rotation,
    extract,
    rotate,
)
from pipeline.psychometrics.result import Result


@dataclass(frozen=True, slots=True, eq=False)
class ExploratorySolution(Result):
    """An exploratory factor solution; its factors are sorted by the variance they explain.

    Attributes
    ----------
    items, factors : tuple of str
        Names of the rows and columns; factors are called F1, F2, ...
    pattern : ndarray, shape (n_items, n_factors)
        Weights of the factors in each item (pattern loadings).
    structure : ndarray, shape (n_items, n_factors)
        Correlations of items and factors.
    factor_correlations : ndarray, shape (n_factors, n_factors)
        Correlations of the factors.
    communalities : ndarray, shape (n_items,)
        Share of each item's variance the factors explain together.
    proportion_of_variance : ndarray, shape (n_factors,)
        Share of the variance of all items, per factor; they add up to the mean communality.
    rmsr : float
        Root mean square of the residual correlations off the diagonal.
    extraction, rotation : str
        Method, and rotation applied.
    n_respondents, smallest_pair_n : int
        Those of the correlations.
    method : str
        Method, rotation and kind of correlation.
    condition : str or None
        That of the correlations; ``heywood_case``, ``not_converged``: a solution with a
        reservation. ``undefined_correlation``, ``too_many_factors``: no solution.
    """

    items: tuple[str, ...]
    factors: tuple[str, ...]
    pattern: FloatArray
    structure: FloatArray
    factor_correlations: FloatArray
    communalities: FloatArray
    proportion_of_variance: FloatArray
    rmsr: float
    extraction: Extraction
    rotation: Rotation
    n_respondents: int
    smallest_pair_n: int
    method: str
    condition: str | None

    @property
    def is_defined(self) -> bool:
        """Whether there is a solution."""
        return bool(np.isfinite(self.pattern).all())

    def to_rows(self) -> pd.DataFrame:
        """Rows for pattern, structure, communalities, factors, their correlations, and fit."""
        loadings = [
            {"item": item, "factor": factor, "statistic": name, "estimate": values[i, j]}
            for name, values in (("pattern", self.pattern), ("structure", self.structure))
            for i, item in enumerate(self.items)
            for j, factor in enumerate(self.factors)
        ]
        communalities = [
            {"item": item, "statistic": "communality", "estimate": value}
            for item, value in zip(self.items, self.communalities, strict=True)
        ]
        return long_table(
            [*loadings, *communalities, *self._factor_rows()],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )

    def _factor_rows(self) -> list[dict[str, Any]]:
        variance = [
            {"factor": factor, "statistic": "proportion_of_variance", "estimate": value}
            for factor, value in zip(self.factors, self.proportion_of_variance, strict=True)
        ]
        fit = {"statistic": "rmsr", "estimate": self.rmsr}
        return [*variance, *factor_correlation_rows(self.factors, self.factor_correlations), fit]


def explore_factors(
    correlation: CorrelationMatrix,
    n_factors: int,
    method: Extraction = "minres",
    rotation: Rotation = "oblimin",
) -> ExploratorySolution:
    r"""Factors that account for the correlations of items.

    Parameters
    ----------
    correlation : CorrelationMatrix
        Correlations of the items.
    n_factors : int
        Number of factors.
    method : {"minres", "ml"}, optional
        Least squares of the residual correlations, or maximum likelihood.
    rotation : {"oblimin", "varimax", "none"}, optional
        Oblimin is that with gamma 0 (quartimin), without Kaiser's normalisation.

    Returns
    -------
    ExploratorySolution

    Raises
    ------
    ValueError
        If there are fewer than one factor, or an option is unknown.

    Notes
    -----
    .. math:: R \approx L \Phi L' + \Psi, \qquad h^2 = \operatorname{diag}(L \Phi L'), \qquad
              S = L \Phi

    with pattern :math:`L`, factor correlations :math:`\Phi`, communalities :math:`h^2` and
    structure :math:`S` [1]_, [2]_. Each factor points to where its loadings add up to more than
    zero. Loadings are factor_analyzer's; all else is computed here. Agrees with R psych's ``fa``:
    ``tests/oracles/psych_efa``.

    References
    ----------
    .. [1] Harman & Jones (1966). Psychometrika, 31(3), 351-368.
    .. [2] Jennrich (2002). Psychometrika, 67(1), 7-19.

    Examples
    --------
    >>> from pipeline.psychometrics.correlation import pearson_correlations
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(300, 1)) + rng.normal(size=(300, 5)))
    >>> explore_factors(pearson_correlations(answers), n_factors=1).communalities.mean().round(1)
    np.float64(0.5)
    """
    if n_factors < 1:
        raise ValueError(f"n_factors must be at least 1, got {n_factors}")
    if method not in ("minres", "ml") or rotation not in ("oblimin", "varimax", "none"):
        raise ValueError(f"unknown method or rotation: {method!r}, {rotation!r}")
    problem = _problem(correlation, n_factors)
    if problem:
        shape = len(correlation.labels), n_factors
        rotated = Rotated(np.full(shape, nan), np.full((n_factors, n_factors), nan), True)
        return _solution(correlation, rotated, method, rotation, problem)
    loadings, found = extract(correlation.values, n_factors, method)
    rotated = _ordered(rotate(loadings, rotation))
    reservation = None if found and rotated.converged else "not_converged"
    return _solution(correlation, rotated, method, rotation, reservation)


def factor_correlation_rows(factors: tuple[str, ...], values: FloatArray) -> list[dict[str, Any]]:
    """A row per pair of factors, named "first with second"."""
    first, second = np.triu_indices(len(factors), k=1)
    return [
        {
            "factor": f"{factors[i]} with {factors[j]}",
            "statistic": "factor_correlation",
            "estimate": values[i, j],
        }
        for i, j in zip(first, second, strict=True)
    ]


def _problem(correlation: CorrelationMatrix, n_factors: int) -> str | None:
    n_items = len(correlation.labels)
    if not correlation.is_defined:
        return "undefined_correlation"
    degrees_of_freedom = ((n_items - n_factors) ** 2 - n_items - n_factors) / 2
    return "too_many_factors" if degrees_of_freedom < 0 or n_factors >= n_items else None


def _ordered(rotated: Rotated) -> Rotated:
    """Factors by explained variance, each pointing to where most of its loadings are positive."""
    variance = _explained(rotated.pattern, rotated.factor_correlations)
    order = np.argsort(-variance, kind="stable")
    pattern = rotated.pattern[:, order]
    sign = np.where(pattern.sum(axis=0) < 0, -1.0, 1.0)
    correlations = rotated.factor_correlations[np.ix_(order, order)] * np.outer(sign, sign)
    return Rotated(pattern * sign, correlations, rotated.converged)


def _explained(pattern: FloatArray, factor_correlations: FloatArray) -> FloatArray:
    """Variance per factor: the diagonal of Phi L'L, whose sum is that of the communalities."""
    return np.asarray(np.diag(factor_correlations @ pattern.T @ pattern))


def _solution(
    correlation: CorrelationMatrix,
    rotated: Rotated,
    extraction: Extraction,
    rotation: Rotation,
    reservation: str | None,
) -> ExploratorySolution:
    pattern, phi = rotated.pattern, rotated.factor_correlations
    structure = pattern @ phi
    communalities = (structure * pattern).sum(axis=1)
    heywood = bool((communalities >= 1 - SMALLEST_UNIQUENESS - 1e-6).any())
    return ExploratorySolution(
        items=correlation.labels,
        factors=tuple(f"F{j}" for j in range(1, pattern.shape[1] + 1)),
        pattern=pattern,
        structure=structure,
        factor_correlations=phi,
        communalities=communalities,
        proportion_of_variance=_explained(pattern, phi) / len(pattern),
        rmsr=_rmsr(correlation.values, structure @ pattern.T),
        extraction=extraction,
        rotation=rotation,
        n_respondents=correlation.n_respondents,
        smallest_pair_n=correlation.smallest_pair_n,
        method=f"{extraction}, {rotation}; {correlation.method}",
        condition=joined([correlation.condition, reservation, "heywood_case" if heywood else None]),
    )


def _rmsr(observed: FloatArray, implied: FloatArray) -> float:
    apart = (observed - implied)[np.triu_indices(len(observed), k=1)]
    return float(np.sqrt((apart**2).mean())) if len(apart) else nan
