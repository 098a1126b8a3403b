"""What a general factor beside group factors makes of scores: bifactor indices."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, require_items, to_numbers
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.result import Result

_OF_FACTOR = (
    "omega",
    "omega_hierarchical",
    "explained_common_variance",
    "explained_common_variance_within",
    "general_variance_within",
    "construct_replicability",
    "determinacy",
)


@dataclass(frozen=True, slots=True)
class FactorIndices:
    """What one factor of a bifactor model stands for.

    Attributes
    ----------
    factor : str
        The general factor or a group factor.
    items : tuple of str
        The items that load on it; all items for the general factor.
    omega : float
        Part of the variance of the sum of these items that all factors together explain.
    omega_hierarchical : float
        Part that this factor alone explains: omega hierarchical of the general factor, omega
        hierarchical subscale of a group factor.
    explained_common_variance : float
        This factor's part of the squared loadings of all items (ECV).
    explained_common_variance_within : float
        This factor's part of the squared loadings of its own items.
    general_variance_within : float
        The general factor's part of the squared loadings of these items.
    construct_replicability : float
        H: how well the items, best weighted, stand for the factor; above .80 it is expected to be
        found again in other samples.
    determinacy : float
        Correlation of the factor with its regression scores.
    """

    factor: str
    items: tuple[str, ...]
    omega: float
    omega_hierarchical: float
    explained_common_variance: float
    explained_common_variance_within: float
    general_variance_within: float
    construct_replicability: float
    determinacy: float


@dataclass(frozen=True, slots=True, eq=False)
class BifactorIndices(Result):
    """How far scores stand for a general factor, and what group factors add.

    Attributes
    ----------
    items : tuple of str
        The items.
    factors : tuple of FactorIndices
        The general factor, then the group factors.
    relative_omega : float
        Omega hierarchical as a part of omega.
    uncontaminated_correlations : float
        Share of the pairs of items that have no group factor in common (PUC).
    item_explained_common_variance : dict of str to float
        The general factor's part of the communality of each item (I-ECV).
    uniquenesses : dict of str to float
        Variance of each item that no factor explains.
    n_respondents : int or None
        Respondents the loadings rest on, where that is known.
    method : str
        Where the loadings come from.
    condition : str or None
        ``heywood_case``: a uniqueness or a loading is impossible; what rests on it is missing.
    """

    items: tuple[str, ...]
    factors: tuple[FactorIndices, ...]
    relative_omega: float
    uncontaminated_correlations: float
    item_explained_common_variance: dict[str, float]
    uniquenesses: dict[str, float]
    n_respondents: int | None
    method: str
    condition: str | None

    @property
    def general(self) -> FactorIndices:
        """Indices of the general factor."""
        return self.factors[0]

    def of(self, factor: str) -> FactorIndices:
        """Indices of one factor.

        Raises
        ------
        ValueError
            If there is no such factor.
        """
        for own in self.factors:
            if own.factor == factor:
                return own
        raise ValueError(f"no factor {factor!r}; there are {[own.factor for own in self.factors]}")

    def to_rows(self) -> pd.DataFrame:
        """A row per index of the whole, of each factor and of each item."""
        return long_table(
            self._rows(),
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )

    def _rows(self) -> Iterator[dict[str, Any]]:
        yield {"statistic": "relative_omega", "estimate": self.relative_omega}
        yield {
            "statistic": "uncontaminated_correlations",
            "estimate": self.uncontaminated_correlations,
        }
        for own in self.factors:
            for name in _OF_FACTOR:
                yield {"factor": own.factor, "statistic": name, "estimate": getattr(own, name)}
        for name in ("item_explained_common_variance", "uniquenesses"):
            statistic = name.replace("uniquenesses", "uniqueness")
            for item, value in getattr(self, name).items():
                yield {"item": item, "statistic": statistic, "estimate": value}


def bifactor_indices(
    loadings: pd.DataFrame,
    general: str,
    groups: Mapping[str, Sequence[str]] | None = None,
    n_respondents: int | None = None,
    method: str = "table of loadings",
    condition: str | None = None,
) -> BifactorIndices:
    r"""Indices of a bifactor solution from its standardised loadings.

    Parameters
    ----------
    loadings : DataFrame, shape (n_items, n_factors)
        Standardised loadings, items in rows, uncorrelated factors in columns; missing is zero.
    general : str
        Column of the general factor.
    groups : mapping of str to sequence of str, optional
        Items of each group factor. Without it, those whose loading is not zero, which is right for
        a confirmatory solution; for an exploratory one, name them.
    n_respondents : int, optional
        Respondents the loadings rest on.
    method, condition : str, optional
        Where the loadings come from, and what is to be said of them.

    Returns
    -------
    BifactorIndices

    Raises
    ------
    ValueError
        With everything that is wrong with the table, the general factor or the groups.

    Notes
    -----
    With uniquenesses :math:`\psi_i = 1 - \sum_f \lambda_{if}^2` and, over the items S of a factor,
    the variance of their sum :math:`V_S = \sum_f (\sum_{i \in S} \lambda_{if})^2 +
    \sum_{i \in S} \psi_i`,

    .. math::
        \omega_S &= \frac{V_S - \sum_S \psi_i}{V_S}, \qquad
        \omega_{h} = \frac{(\sum_{S} \lambda_{if})^2}{V_S}, \qquad
        \text{ECV}_f = \frac{\sum_i \lambda_{if}^2}{\sum_{ik} \lambda_{ik}^2} \\
        H_f &= \Big(1 + \Big[\sum_i \frac{\lambda_{if}^2}{1 - \lambda_{if}^2}\Big]^{-1}\Big)^{-1},
        \qquad \text{FD}_f = \sqrt{[\Lambda' \Sigma^{-1} \Lambda]_{ff}}

    [1]_. PUC is the share of pairs of items without a common group factor.

    References
    ----------
    .. [1] Rodriguez, Reise & Haviland (2016). Psychological Methods, 21(2), 137-150.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"g": [0.6] * 6, "x": [0.4] * 3 + [0] * 3, "y": [0] * 3 + [0.4] * 3}, list("abcdef")
    ... )
    >>> found = bifactor_indices(table, "g")
    >>> round(found.general.omega_hierarchical, 3), found.uncontaminated_correlations
    (0.692, 0.6)
    """
    _require_table(loadings, general, groups)
    group_factors = [name for name in loadings.columns if name != general]
    values = np.nan_to_num(to_numbers(loadings[[general, *group_factors]]))
    items = tuple(str(item) for item in loadings.index)
    member = _membership(values, items, group_factors, groups)
    uniqueness = 1 - (values**2).sum(axis=1)
    implied = values @ values.T + np.diag(uniqueness)
    impossible = (uniqueness <= 0).any() or (np.abs(values) >= 1).any()
    solution = _Solution(
        items, values, implied, member, _determinacies(values, implied, uniqueness)
    )
    indices = tuple(
        _of_factor(str(name), place, solution)
        for place, name in enumerate([general, *group_factors])
    )
    total = indices[0]
    return BifactorIndices(
        items=items,
        factors=indices,
        relative_omega=_ratio(total.omega_hierarchical, total.omega),
        uncontaminated_correlations=_uncontaminated(member[:, 1:]),
        item_explained_common_variance={
            item: explained_common_variance(row[None])[0]
            for item, row in zip(items, values, strict=True)
        },
        uniquenesses=dict(zip(items, uniqueness.tolist(), strict=True)),
        n_respondents=n_respondents,
        method=f"bifactor indices, {method}",
        condition=joined([condition, "heywood_case" if impossible else None]),
    )


def share_of_sum(loadings: FloatArray, variance: float) -> float:
    r"""Part of the variance of a sum of items that one factor explains; missing without variance.

    Parameters
    ----------
    loadings : ndarray, shape (n_items,)
        Loadings of the items on the factor.
    variance : float
        Of the sum.

    Notes
    -----
    .. math:: (\sum_i \lambda_i)^2 / V
    """
    return _ratio(float(loadings.sum()) ** 2, variance)


def explained_common_variance(loadings: FloatArray) -> tuple[float, ...]:
    """Each factor's part of the squared loadings, shape (n_items, n_factors)."""
    squares = (loadings**2).sum(axis=0)
    return tuple(_ratio(float(own), float(squares.sum())) for own in squares)


def construct_replicability(loadings: FloatArray) -> float:
    r"""Coefficient H of one factor; missing where a standardised loading is 1 or more.

    Parameters
    ----------
    loadings : ndarray, shape (n_items,)
        Standardised loadings.

    Notes
    -----
    .. math:: H = \frac{r}{1 + r}, \qquad r = \sum_i \frac{\lambda_i^2}{1 - \lambda_i^2}

    [1]_.

    References
    ----------
    .. [1] Hancock & Mueller (2001). In Cudeck et al. (Eds.), Structural equation modeling: Present
       and future (pp. 195-216). Scientific Software International.
    """
    if (np.abs(loadings) >= 1).any():
        return nan
    ratio = float((loadings**2 / (1 - loadings**2)).sum())
    return ratio / (1 + ratio)


def _ratio(part: float, whole: float) -> float:
    """A share; missing where there is nothing to share."""
    return part / whole if whole > 0 else nan


def _require_table(
    loadings: pd.DataFrame, general: str, groups: Mapping[str, Sequence[str]] | None
) -> None:
    """Refuse a table, a general factor or groups that make no bifactor solution."""
    require_items(loadings)
    faults = []
    if general not in loadings.columns:
        faults.append(f"there is no column {general!r}; there are {list(loadings.columns)}")
    elif loadings.shape[1] < 2:
        faults.append("there is no group factor beside the general one")
    if len(loadings) < 2:
        faults.append(f"need at least 2 items in the rows, got {len(loadings)}")
    repeated = list(loadings.index[loadings.index.duplicated()].unique())
    if repeated:
        faults.append(f"two rows have the same name: {repeated}")
    for name, items in (groups or {}).items():
        if name not in loadings.columns or name == general:
            faults.append(f"groups names {name!r}, which is no group factor of the table")
        absent = [item for item in items if item not in loadings.index]
        if absent:
            faults.append(f"group {name!r} names items that are not in the table: {absent}")
    if groups is not None and general in loadings.columns:
        unnamed = [n for n in loadings.columns if n != general and n not in groups]
        if unnamed:
            faults.append(f"groups must name the items of {unnamed} too")
    if faults:
        raise ValueError("; ".join(faults))


def _membership(
    values: FloatArray,
    items: Sequence[str],
    group_factors: Sequence[str],
    groups: Mapping[str, Sequence[str]] | None,
) -> npt.NDArray[np.bool_]:
    """Which items belong to which factor, shape (n_items, n_factors); all to the general one."""
    member = values != 0
    if groups is not None:
        own = [{str(item) for item in groups[name]} for name in group_factors]
        named = [[item in group for group in own] for item in items]
        member = np.column_stack([np.ones(len(items), dtype=bool), np.array(named)])
    member[:, 0] = True
    return np.asarray(member)


def _determinacies(values: FloatArray, implied: FloatArray, uniqueness: FloatArray) -> FloatArray:
    """Correlation of each factor with its regression scores; missing in impossible solutions."""
    if (uniqueness <= 0).any():
        return np.full(values.shape[1], nan)
    explained = np.einsum("if,if->f", values, np.linalg.solve(implied, values))
    return np.asarray(np.sqrt(explained))


class _Solution(NamedTuple):
    """Loadings and ``member`` (n_items, n_factors), implied correlations of the items."""

    items: Sequence[str]
    loadings: FloatArray
    implied: FloatArray
    member: npt.NDArray[np.bool_]
    determinacy: FloatArray


def _of_factor(name: str, place: int, solution: _Solution) -> FactorIndices:
    """Indices of one factor and of the sum of its items."""
    own = np.flatnonzero(solution.member[:, place]).tolist()
    loadings = solution.loadings[own]
    variance = float(solution.implied[np.ix_(own, own)].sum())
    shares = [share_of_sum(column, variance) for column in loadings.T]
    within = explained_common_variance(loadings)
    return FactorIndices(
        factor=name,
        items=tuple(solution.items[i] for i in own),
        omega=sum(shares),
        omega_hierarchical=shares[place],
        explained_common_variance=explained_common_variance(solution.loadings)[place],
        explained_common_variance_within=within[place],
        general_variance_within=within[0],
        construct_replicability=construct_replicability(solution.loadings[:, place]),
        determinacy=float(solution.determinacy[place]),
    )


def _uncontaminated(member: npt.NDArray[np.bool_]) -> float:
    """Share of the pairs of items that have no group factor in common."""
    common = member.astype(np.float64) @ member.T.astype(np.float64)
    first, second = np.triu_indices(len(member), k=1)
    return float((common[first, second] == 0).mean())
