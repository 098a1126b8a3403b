"""Exploratory factor analysis of a correlation matrix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.correlation import CorrelationMatrix, require_correlations
from pipeline.psychometrics.efa.extraction import (
    EXTRACTION_METHODS,
    SMALLEST_UNIQUENESS,
    Extraction,
    ExtractionMethod,
    extract,
)
from pipeline.psychometrics.efa.fit import (
    FactorFit,
    degrees_of_freedom,
    factor_fit,
    undefined_fit,
)
from pipeline.psychometrics.efa.rotation import (
    ROTATIONS,
    Rotated,
    Rotation,
    has_empty_factor,
    rotate,
)
from pipeline.psychometrics.result import Result

Target = Mapping[str, Sequence[str]] | pd.DataFrame
"""Items of each factor, or loadings aimed at."""


@dataclass(frozen=True, slots=True, eq=False)
class ExploratorySolution(Result):
    """An exploratory factor solution.

    Factors are sorted by the variance they explain; those rotated to a target stay in its order.

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
    uniquenesses : ndarray, shape (n_items,)
        The rest of each item's variance.
    proportion_of_variance : ndarray, shape (n_factors,)
        Share of the variance of all items, per factor; they add up to the mean communality.
    fit : FactorFit
        How well the factors reproduce the correlations.
    n_starts, n_optima : int
        Starts of the rotation, and how many different optima they led to.
    rotation_criterion : float
        The lowest value of what the rotation makes small; NaN where it searches none.
    extraction, rotation : str
        Method, and rotation applied.
    n_respondents, smallest_pair_n : int
        Those of the correlations.
    method : str
        Method, rotation and kind of correlation.
    condition : str or None
        That of the correlations; ``heywood_case``, ``not_converged``, ``factor_without_loadings``:
        a solution with a reservation. ``undefined_correlation``, ``too_many_factors``,
        ``not_positive_definite``: no solution.
    """

    items: tuple[str, ...]
    factors: tuple[str, ...]
    pattern: FloatArray
    structure: FloatArray
    factor_correlations: FloatArray
    communalities: FloatArray
    uniquenesses: FloatArray
    proportion_of_variance: FloatArray
    fit: FactorFit
    n_starts: int
    n_optima: int
    rotation_criterion: float
    extraction: ExtractionMethod
    rotation: Rotation
    n_respondents: int
    smallest_pair_n: int
    method: str
    condition: str | None

    @property
    def is_defined(self) -> bool:
        """Whether there is a solution."""
        return bool(np.isfinite(self.pattern).all())

    @property
    def rmsr(self) -> float:
        """Root mean square of the residual correlations off the diagonal."""
        return self.fit.rmsr

    @property
    def reproduced(self) -> FloatArray:
        """Correlations that the factors imply; communalities are on the diagonal."""
        return self.structure @ self.pattern.T

    def to_rows(self) -> pd.DataFrame:
        """Rows for pattern, structure, communalities, factors, their correlations, and fit."""
        loadings = [
            {"item": item, "factor": factor, "statistic": name, "estimate": values[i, j]}
            for name, values in (("pattern", self.pattern), ("structure", self.structure))
            for i, item in enumerate(self.items)
            for j, factor in enumerate(self.factors)
        ]
        shares = [
            {"item": item, "statistic": name, "estimate": value}
            for name, values in (
                ("communality", self.communalities),
                ("uniqueness", self.uniquenesses),
            )
            for item, value in zip(self.items, values, strict=True)
        ]
        return long_table(
            [*loadings, *shares, *self._factor_rows(), *self._fit_rows(), *self._rotation_rows()],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )

    def _factor_rows(self) -> list[dict[str, Any]]:
        variance = [
            {"factor": factor, "statistic": "proportion_of_variance", "estimate": value}
            for factor, value in zip(self.factors, self.proportion_of_variance, strict=True)
        ]
        return [*variance, *factor_correlation_rows(self.factors, self.factor_correlations)]

    def _fit_rows(self) -> list[dict[str, Any]]:
        return [
            {**row, "condition": joined([self.condition, row["condition"]])}
            for row in self.fit.rows()
        ]

    def _rotation_rows(self) -> list[dict[str, Any]]:
        """How the search among several optima went; nothing where there was one start."""
        if self.n_starts == 1:
            return []
        numbers = {
            "rotation_starts": self.n_starts,
            "rotation_optima": self.n_optima,
            "rotation_criterion": self.rotation_criterion,
        }
        return [{"statistic": name, "estimate": float(value)} for name, value in numbers.items()]


def explore_factors(
    correlation: CorrelationMatrix,
    n_factors: int,
    method: ExtractionMethod = "minres",
    rotation: Rotation = "oblimin",
    target: Target | None = None,
    rng: np.random.Generator | None = None,
) -> ExploratorySolution:
    r"""Factors that account for the correlations of items.

    Parameters
    ----------
    correlation : CorrelationMatrix
        Correlations of the items, Pearson's or polychoric.
    n_factors : int
        Number of factors.
    method : {"minres", "ml", "pa"}, optional
        Least squares of the residual correlations, maximum likelihood, or principal axis.
    rotation : str, optional
        ``oblimin`` (gamma 0, which is quartimin), ``geomin`` (epsilon .01), ``target``,
        ``promax`` (as R psych's "promax"), ``promax_unweighted`` (as R's ``stats::promax``),
        ``varimax`` or ``none``.
    target : mapping of str to sequence of str, or DataFrame, optional
        For ``target``: the items of each factor, whose other loadings are aimed at zero; or a table
        of the loadings aimed at, a row per item and a column per factor, NaN where any will do.
    rng : Generator, optional
        Draws the starts of ``oblimin``, ``geomin`` and ``target``, which can have several optima;
        seeded with 0 where none is given.

    Returns
    -------
    ExploratorySolution

    Raises
    ------
    ValueError
        If there are fewer than one factor, an option is unknown, or a target is missing, not
        needed, or does not fit the items and the number of factors.

    Notes
    -----
    .. math:: R \approx L \Phi L' + \Psi, \qquad h^2 = \operatorname{diag}(L \Phi L'), \qquad
              S = L \Phi

    with pattern :math:`L`, factor correlations :math:`\Phi`, communalities :math:`h^2` and
    structure :math:`S` [1]_, [2]_. Each factor points to where its loadings add up to more than
    zero. Chi-square, RMSEA and BIC count every respondent with an answer, as R psych's ``fa`` does;
    where many answers are missing that is too many. All numbers agree with those of ``fa``:
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
    require_correlations(correlation)
    _check(n_factors, method, rotation)
    aim = _aim(correlation.labels, n_factors, rotation, target)
    problem = _problem(correlation, n_factors, method)
    if problem:
        return _solution(correlation, _nothing(correlation, n_factors), method, rotation, problem)
    found = extract(correlation.values, n_factors, method)
    rotated = _presentable(rotate(found.loadings, rotation, aim, rng), aim)
    empty = has_empty_factor(found.loadings)
    reservations = [
        "factor_without_loadings" if empty else None,
        None if found.converged and (rotated.converged or empty) else "not_converged",
        "heywood_case" if _is_heywood(found) else None,
    ]
    return _solution(correlation, rotated, method, rotation, joined(reservations))


def target_loadings(items: tuple[str, ...], n_factors: int, target: Target) -> FloatArray:
    """Loadings aimed at, in the order of the items; NaN where any loading will do.

    Raises
    ------
    ValueError
        If the target does not fit the items or the number of factors.
    """
    table = target if isinstance(target, pd.DataFrame) else _aim_at_zero(items, target)
    if set(table.index) != set(items) or table.shape != (len(items), n_factors):
        raise ValueError(
            f"the target needs a row for each of the {len(items)} items and a column for each of "
            f"the {n_factors} factors, got shape {table.shape}"
        )
    return table.loc[list(items)].to_numpy(dtype=np.float64, na_value=nan)


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


def _check(n_factors: int, method: str, rotation: str) -> None:
    if n_factors < 1:
        raise ValueError(f"n_factors must be at least 1, got {n_factors}")
    if method not in EXTRACTION_METHODS or rotation not in ROTATIONS:
        raise ValueError(
            f"unknown method or rotation: {method!r}, {rotation!r}; there are "
            f"{', '.join(EXTRACTION_METHODS)}, and {', '.join(ROTATIONS)}"
        )


def _aim(
    items: tuple[str, ...], n_factors: int, rotation: Rotation, target: Target | None
) -> FloatArray | None:
    if (rotation == "target") != (target is not None):
        raise ValueError("give a target with rotation 'target', and with no other")
    return None if target is None else target_loadings(items, n_factors, target)


def _aim_at_zero(items: tuple[str, ...], membership: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Zero for every loading of an item outside its factors; an item of no factor is free."""
    unknown = sorted({item for listed in membership.values() for item in listed} - set(items))
    if unknown:
        raise ValueError(f"the target has items that are not in the solution: {unknown}")
    member = pd.DataFrame(
        {factor: [item in listed for item in items] for factor, listed in membership.items()},
        index=list(items),
    )
    free = member | ~member.any(axis=1).to_numpy()[:, None]
    return pd.DataFrame(np.where(free, nan, 0.0), index=member.index, columns=member.columns)


def _problem(
    correlation: CorrelationMatrix, n_factors: int, method: ExtractionMethod
) -> str | None:
    n_items = len(correlation.labels)
    if not correlation.is_defined:
        return "undefined_correlation"
    if degrees_of_freedom(n_items, n_factors) < 0 or n_factors >= n_items:
        return "too_many_factors"
    if method == "ml" and np.linalg.eigvalsh(correlation.values)[0] <= 0:
        return "not_positive_definite"
    return None


def _nothing(correlation: CorrelationMatrix, n_factors: int) -> Rotated:
    """The loadings of a solution that does not exist."""
    shape = len(correlation.labels), n_factors
    return Rotated(np.full(shape, nan), np.full((n_factors, n_factors), nan), False)


def _is_heywood(found: Extraction) -> bool:
    communalities = (found.loadings**2).sum(axis=1)
    return found.at_bound or bool((communalities >= 1 - SMALLEST_UNIQUENESS - 1e-6).any())


def _presentable(rotated: Rotated, aim: FloatArray | None) -> Rotated:
    """Factors by explained variance, or by the target, each pointing to its positive loadings."""
    pattern, phi = rotated.pattern, rotated.factor_correlations
    if aim is None:
        order = np.argsort(-_explained(pattern, phi), kind="stable")
        weights = np.ones_like(pattern)
    else:
        order, aimed = np.arange(pattern.shape[1]), np.nan_to_num(aim)
        weights = np.where(aimed.any(axis=0), aimed, np.isnan(aim))
    sign = np.where((weights * pattern).sum(axis=0) < 0, -1.0, 1.0)[order]
    correlations = phi[np.ix_(order, order)] * np.outer(sign, sign)
    return rotated._replace(pattern=pattern[:, order] * sign, factor_correlations=correlations)


def _explained(pattern: FloatArray, factor_correlations: FloatArray) -> FloatArray:
    """Variance per factor: the diagonal of Phi L'L, whose sum is that of the communalities."""
    return np.asarray(np.diag(factor_correlations @ pattern.T @ pattern))


def _solution(
    correlation: CorrelationMatrix,
    rotated: Rotated,
    extraction: ExtractionMethod,
    rotation: Rotation,
    reservation: str | None,
) -> ExploratorySolution:
    pattern, phi = rotated.pattern, rotated.factor_correlations
    structure = pattern @ phi
    communalities = (structure * pattern).sum(axis=1)
    return ExploratorySolution(
        items=correlation.labels,
        factors=tuple(f"F{j}" for j in range(1, pattern.shape[1] + 1)),
        pattern=pattern,
        structure=structure,
        factor_correlations=phi,
        communalities=communalities,
        uniquenesses=1 - communalities,
        proportion_of_variance=_explained(pattern, phi) / len(pattern),
        fit=_fit(correlation, structure @ pattern.T, pattern.shape[1]),
        n_starts=rotated.n_starts,
        n_optima=rotated.n_optima,
        rotation_criterion=rotated.criterion,
        extraction=extraction,
        rotation=rotation,
        n_respondents=correlation.n_respondents,
        smallest_pair_n=correlation.smallest_pair_n,
        method=f"{extraction}, {rotation}; {correlation.method}",
        condition=joined([correlation.condition, reservation]),
    )


def _fit(correlation: CorrelationMatrix, reproduced: FloatArray, n_factors: int) -> FactorFit:
    if np.isnan(reproduced).any():
        return undefined_fit(len(reproduced), n_factors)
    return factor_fit(correlation.values, reproduced, n_factors, correlation.n_respondents)
