"""A general factor above the factors found, and how much of a total score it makes up."""

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.bifactor import explained_common_variance, share_of_sum
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.correlation import CorrelationMatrix
from pipeline.psychometrics.efa.explore import ExploratorySolution, Target, explore_factors
from pipeline.psychometrics.efa.extraction import ExtractionMethod, extract
from pipeline.psychometrics.efa.rotation import Rotation
from pipeline.psychometrics.result import Result


@dataclass(frozen=True, slots=True, eq=False)
class SchmidLeiman(Result):
    """Loadings on a general factor, and on group factors from which it has been taken out.

    Attributes
    ----------
    items, factors : tuple of str
        The items, and the factors of the solution.
    second_order : ndarray, shape (n_factors,)
        Loadings of the factors on the general factor.
    general : ndarray, shape (n_items,)
        Loadings of the items on the general factor.
    group : ndarray, shape (n_items, n_factors)
        Loadings of the items on the group factors, which are uncorrelated.
    communalities, uniquenesses : ndarray, shape (n_items,)
        Those of the solution.
    general_share : ndarray, shape (n_items,)
        Part of each communality that the general factor explains.
    explained_common_variance : float
        Part of the squared loadings that is the general factor's (ECV).
    n_respondents : int
        That of the solution.
    method : str
        That of the solution, and how the general factor was found.
    condition : str or None
        That of the solution; ``two_factors``, ``heywood_case``, ``not_converged``: numbers with a
        reservation. ``one_factor``, ``uncorrelated_factors``: no general factor.
    """

    items: tuple[str, ...]
    factors: tuple[str, ...]
    second_order: FloatArray
    general: FloatArray
    group: FloatArray
    communalities: FloatArray
    uniquenesses: FloatArray
    general_share: FloatArray
    explained_common_variance: float
    n_respondents: int
    method: str
    condition: str | None

    @property
    def is_defined(self) -> bool:
        """Whether there is a general factor."""
        return bool(np.isfinite(self.general).all())

    def to_rows(self) -> pd.DataFrame:
        """Rows for the loadings of factors and items, and the shares of the general factor."""
        of_items = {
            "general_loading": self.general,
            "communality": self.communalities,
            "uniqueness": self.uniquenesses,
            "general_share": self.general_share,
        }
        rows: list[dict[str, Any]] = [
            {"item": item, "statistic": name, "estimate": value}
            for name, values in of_items.items()
            for item, value in zip(self.items, values.tolist(), strict=True)
        ]
        rows += [
            {
                "item": item,
                "factor": factor,
                "statistic": "group_loading",
                "estimate": self.group[i, j],
            }
            for i, item in enumerate(self.items)
            for j, factor in enumerate(self.factors)
        ]
        rows += [
            {"factor": factor, "statistic": "second_order_loading", "estimate": value}
            for factor, value in zip(self.factors, self.second_order.tolist(), strict=True)
        ]
        rows += [
            {
                "statistic": "explained_common_variance",
                "estimate": self.explained_common_variance,
            }
        ]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


def schmid_leiman(solution: ExploratorySolution) -> SchmidLeiman:
    r"""Take a general factor out of correlated factors.

    Parameters
    ----------
    solution : ExploratorySolution
        Factors after an oblique rotation; three or more.

    Returns
    -------
    SchmidLeiman

    Notes
    -----
    One factor is extracted from the factor correlations by minres, :math:`\Phi \approx gg'`. With
    pattern :math:`L`, loadings are

    .. math:: \lambda_{general} = Lg, \qquad
              \lambda_{group} = L \operatorname{diag}\sqrt{1 - g^2}

    [1]_. Two factors have one correlation, which two loadings reproduce in many ways: both are then
    given the same size, as in R psych's ``schmid``. Agrees with it: ``tests/oracles/psych_omega``.

    References
    ----------
    .. [1] Schmid & Leiman (1957). Psychometrika, 22(1), 53-61.

    Examples
    --------
    >>> from pipeline.psychometrics.correlation import pearson_correlations
    >>> rng = np.random.default_rng(1)
    >>> factors = 0.7 * rng.normal(size=(500, 1)) + 0.7 * rng.normal(size=(500, 3))
    >>> answers = pd.DataFrame(np.repeat(factors, 3, axis=1) + rng.normal(size=(500, 9)))
    >>> solution = explore_factors(pearson_correlations(answers), n_factors=3)
    >>> round(schmid_leiman(solution).explained_common_variance, 1)
    0.5
    """
    second_order, condition = _second_order(solution)
    general = solution.pattern @ second_order
    sign = -1.0 if general.sum() < 0 else 1.0
    group = solution.pattern * np.sqrt(np.maximum(1 - second_order**2, 0))
    explained = explained_common_variance(np.column_stack([general, group]))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = general**2 / solution.communalities
    return SchmidLeiman(
        items=solution.items,
        factors=solution.factors,
        second_order=second_order * sign,
        general=general * sign,
        group=group,
        communalities=solution.communalities,
        uniquenesses=solution.uniquenesses,
        general_share=share,
        explained_common_variance=explained[0],
        n_respondents=solution.n_respondents,
        method=f"Schmid-Leiman, general factor by minres; {solution.method}",
        condition=joined([solution.condition, condition]),
    )


def _second_order(solution: ExploratorySolution) -> tuple[FloatArray, str | None]:
    """Loadings of the factors on the general factor, and what stands in their way."""
    phi = solution.factor_correlations
    n_factors = len(phi)
    nothing = np.full(n_factors, nan)
    if not solution.is_defined:
        return nothing, None
    if n_factors == 1:
        return nothing, "one_factor"
    if (phi[~np.eye(n_factors, dtype=np.bool_)] == 0).all():
        return nothing, "uncorrelated_factors"
    if n_factors == 2:
        size = np.sqrt(abs(phi[0, 1]))
        return np.array([size, np.sign(phi[0, 1]) * size]), "two_factors"
    found = extract(phi, 1, "minres")
    reservations = [
        "heywood_case" if found.at_bound else None,
        None if found.converged else "not_converged",
    ]
    return found.loadings[:, 0], joined(reservations)


@dataclass(frozen=True, slots=True)
class OmegaOfGroup:
    """What a score of the items of one group factor is made of.

    Attributes
    ----------
    factor : str
        The group factor.
    items : tuple of str
        The items that load more on it than on any other group factor.
    omega_total : float
        Part of the variance of their sum that both factors below explain.
    omega_general : float
        Part that the general factor explains.
    omega_hierarchical : float
        Part that the group factor explains beside it (omega hierarchical subscale).
    """

    factor: str
    items: tuple[str, ...]
    omega_total: float
    omega_general: float
    omega_hierarchical: float


@dataclass(frozen=True, slots=True, eq=False)
class OmegaHierarchical(Result):
    """How much of the variance of a total score is due to one general factor.

    Attributes
    ----------
    estimate : float
        Omega hierarchical: the part of the variance of the sum of standardised items that the
        general factor explains.
    omega_total : float
        The part that all factors explain.
    omega_limit : float
        `estimate` as a part of `omega_total`.
    explained_common_variance : float
        The general factor's part of the squared loadings.
    groups : tuple of OmegaOfGroup
        Likewise for the items of each group factor.
    schmid_leiman : SchmidLeiman
        The loadings all this rests on.
    n_respondents : int
        Respondents with an answer.
    method : str
        That of `schmid_leiman`.
    condition : str or None
        That of `schmid_leiman`.
    """

    estimate: float
    omega_total: float
    omega_limit: float
    explained_common_variance: float
    groups: tuple[OmegaOfGroup, ...]
    schmid_leiman: SchmidLeiman
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row per coefficient, of the total and of the items of each group factor."""
        of_total = {
            "omega_hierarchical": self.estimate,
            "omega_total": self.omega_total,
            "omega_limit": self.omega_limit,
            "explained_common_variance": self.explained_common_variance,
        }
        rows: list[dict[str, Any]] = [
            {"statistic": name, "estimate": value} for name, value in of_total.items()
        ]
        rows += [
            {"factor": group.factor, "statistic": f"group_{name}", "estimate": getattr(group, name)}
            for group in self.groups
            for name in ("omega_total", "omega_general", "omega_hierarchical")
        ]
        return long_table(
            rows, n_respondents=self.n_respondents, method=self.method, condition=self.condition
        )


def omega_hierarchical(
    correlation: CorrelationMatrix,
    n_factors: int,
    method: ExtractionMethod = "minres",
    rotation: Rotation = "oblimin",
    target: Target | None = None,
    rng: np.random.Generator | None = None,
) -> OmegaHierarchical:
    r"""Omega hierarchical and omega total from a Schmid-Leiman solution.

    Parameters
    ----------
    correlation, n_factors, method, rotation, target, rng
        As for :func:`explore_factors`; the rotation has to be oblique, and three factors are
        needed for a general factor that the correlations determine.

    Returns
    -------
    OmegaHierarchical

    Raises
    ------
    ValueError
        As :func:`explore_factors` does.

    Notes
    -----
    With :math:`R` the observed correlations, :math:`\psi` the uniquenesses and :math:`S_j` the
    items that load more on group factor :math:`j` than on any other

    .. math::
        \omega_h &= \frac{(\sum_i \lambda_{ig})^2}{1'R1}, \qquad
        \omega_t = 1 - \frac{\sum_i \psi_i}{1'R1} \\
        \omega_{hs,j} &= \frac{(\sum_{i \in S_j} \lambda_{ij})^2}
                              {\sum_{i, k \in S_j} r_{ik}}

    [1]_, [2]_. Omega total of a group adds the parts of the general factor and of its own group
    factor, as R psych's ``omega`` does; numbers agree with it: ``tests/oracles/psych_omega``.

    References
    ----------
    .. [1] Zinbarg, Revelle, Yovel & Li (2005). Psychometrika, 70(1), 123-133.
    .. [2] Reise (2012). Multivariate Behavioral Research, 47(5), 667-696.

    Examples
    --------
    >>> from pipeline.psychometrics.correlation import pearson_correlations
    >>> rng = np.random.default_rng(1)
    >>> factors = 0.7 * rng.normal(size=(500, 1)) + 0.7 * rng.normal(size=(500, 3))
    >>> answers = pd.DataFrame(np.repeat(factors, 3, axis=1) + rng.normal(size=(500, 9)))
    >>> round(omega_hierarchical(pearson_correlations(answers), n_factors=3).estimate, 1)
    0.6
    """
    solution = explore_factors(correlation, n_factors, method, rotation, target, rng)
    found = schmid_leiman(solution)
    observed = correlation.values
    general = share_of_sum(found.general, float(observed.sum()))
    total = 1 - float(found.uniquenesses.sum()) / float(observed.sum())
    return OmegaHierarchical(
        estimate=general,
        omega_total=total,
        omega_limit=general / total if total else nan,
        explained_common_variance=found.explained_common_variance,
        groups=tuple(_group_omegas(found, observed)),
        schmid_leiman=found,
        n_respondents=correlation.n_respondents,
        method=f"omega from {found.method}",
        condition=found.condition,
    )


def _group_omegas(found: SchmidLeiman, observed: FloatArray) -> list[OmegaOfGroup]:
    """What the sums of the items of each group factor are made of."""
    own = np.abs(found.group).argmax(axis=1)
    groups = []
    for place, factor in enumerate(found.factors):
        member = np.flatnonzero(own == place) if found.is_defined else np.array([], dtype=np.int64)
        variance = float(observed[np.ix_(member, member)].sum()) if len(member) else nan
        general = share_of_sum(found.general[member], variance)
        group = share_of_sum(found.group[member, place], variance)
        items = tuple(found.items[i] for i in member)
        groups.append(OmegaOfGroup(factor, items, general + group, general, group))
    return groups
