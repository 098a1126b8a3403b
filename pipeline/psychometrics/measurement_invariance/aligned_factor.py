"""What alignment found: factors of many groups on a common scale."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import in_group, long_table
from pipeline.psychometrics.measurement_invariance.invariant_sets import BoolArray
from pipeline.psychometrics.result import Result


@dataclass(frozen=True, slots=True, eq=False)
class AlignedFactor(Result):
    """One factor whose groups were brought to a common scale.

    Attributes
    ----------
    factor : str
        Name of the factor.
    groups, items : tuple of str
        Names; the first group has mean 0 and standard deviation 1.
    n_of_groups : tuple of int
        Respondents in each group.
    means, mean_se, mean_low, mean_high : ndarray, shape (G,)
        Means of the factor; no error and interval for the first group.
    mean_covariance : ndarray, shape (G, G)
        Covariances of the errors of the means, for comparisons of any two groups.
    sds, sd_se, sd_low, sd_high : ndarray, shape (G,)
        Standard deviations of the factor.
    loadings, loading_se, intercepts, intercept_se : ndarray, shape (G, p)
        Aligned parameters and their standard errors.
    loading_is_invariant, intercept_is_invariant : ndarray of bool, shape (G, p)
        Whether a group belongs to those that share the parameter.
    item_r_square_loadings, item_r_square_intercepts : ndarray, shape (p,)
        Of the differences between the configural parameters of groups, the share that means and
        standard deviations of the factor explain. It says little where there are few differences.
    r_square_loadings, r_square_intercepts : float
        The same over all items, of the parameters themselves rather than of their differences.
    item_share_non_invariant : ndarray, shape (p,)
        Share of the loadings and intercepts of each item that differ.
    share_non_invariant_loadings, share_non_invariant_intercepts, share_non_invariant : float
        Share of all loadings, all intercepts, and both, that differ.
    loss : float
        The criterion, per group and item.
    share_of_starts : float
        Share of the starts of the search that led to this solution.
    confidence_level : float
        Coverage of the intervals.
    n_respondents : int
        Respondents in all groups.
    method : str
        How it was computed.
    condition : str or None
        ``not_converged``; ``much_non_invariance``: means are not to be relied on; and what stood in
        the way of the configural model.
    """

    factor: str
    groups: tuple[str, ...]
    items: tuple[str, ...]
    n_of_groups: tuple[int, ...]
    means: FloatArray
    mean_se: FloatArray
    mean_low: FloatArray
    mean_high: FloatArray
    mean_covariance: FloatArray
    sds: FloatArray
    sd_se: FloatArray
    sd_low: FloatArray
    sd_high: FloatArray
    loadings: FloatArray
    loading_se: FloatArray
    intercepts: FloatArray
    intercept_se: FloatArray
    loading_is_invariant: BoolArray | None
    intercept_is_invariant: BoolArray | None
    item_r_square_loadings: FloatArray
    item_r_square_intercepts: FloatArray
    r_square_loadings: float
    r_square_intercepts: float
    item_share_non_invariant: FloatArray
    share_non_invariant_loadings: float
    share_non_invariant_intercepts: float
    share_non_invariant: float
    loss: float
    share_of_starts: float
    confidence_level: float
    n_respondents: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """Means and standard deviations by group, parameters by group, then shares by item."""
        return long_table(
            [*self._rows_of_groups(), *self._rows_of_parameters(), *self._rows_of_items()],
            factor=self.factor,
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )

    def _rows_of_groups(self) -> list[dict[str, Any]]:
        """Mean and standard deviation of each group."""
        kinds = (
            ("aligned_mean", self.means, self.mean_se, self.mean_low, self.mean_high),
            ("aligned_sd", self.sds, self.sd_se, self.sd_low, self.sd_high),
        )
        return [
            {
                "factor": in_group(self.factor, group),
                "statistic": name,
                "estimate": float(estimates[place]),
                "se": float(se[place]),
                "ci_low": float(low[place]),
                "ci_high": float(high[place]),
                "confidence_level": self.confidence_level,
                "n_respondents": self.n_of_groups[place],
            }
            for name, estimates, se, low, high in kinds
            for place, group in enumerate(self.groups)
        ]

    def _rows_of_parameters(self) -> list[dict[str, Any]]:
        """Loadings and intercepts of each group, and whether they differ."""
        kinds = (
            ("aligned_loading", self.loadings, self.loading_se, self.loading_is_invariant),
            ("aligned_intercept", self.intercepts, self.intercept_se, self.intercept_is_invariant),
        )
        rows = []
        for name, estimates, errors, is_invariant in kinds:
            for (g, i), estimate in np.ndenumerate(estimates):
                own: dict[str, Any] = {
                    "item": self.items[i],
                    "factor": in_group(self.factor, self.groups[g]),
                    "n_respondents": self.n_of_groups[g],
                }
                se = float(errors[g, i])
                rows.append({**own, "statistic": name, "estimate": estimate, "se": se})
                if is_invariant is not None:
                    differs = float(not is_invariant[g, i])
                    rows.append({**own, "statistic": f"{name}_differs", "estimate": differs})
        return rows

    def _rows_of_items(self) -> list[dict[str, Any]]:
        """Shares of each item, then of all items."""
        by_item = {
            "r_square_loadings": self.item_r_square_loadings,
            "r_square_intercepts": self.item_r_square_intercepts,
            "share_non_invariant": self.item_share_non_invariant,
        }
        rows = [
            {"item": item, "statistic": name, "estimate": float(values[place])}
            for name, values in by_item.items()
            for place, item in enumerate(self.items)
        ]
        names = (
            "r_square_loadings",
            "r_square_intercepts",
            "share_non_invariant_loadings",
            "share_non_invariant_intercepts",
            "share_non_invariant",
        )
        return rows + [{"statistic": name, "estimate": getattr(self, name)} for name in names]


@dataclass(frozen=True, slots=True, eq=False)
class Alignment(Result):
    """All factors of a model, each aligned on its own.

    Attributes
    ----------
    factors : tuple of AlignedFactor
        In the order of the model.
    """

    factors: tuple[AlignedFactor, ...]

    def of_factor(self, name: str) -> AlignedFactor:
        """One factor.

        Raises
        ------
        ValueError
            If the model has none of this name.
        """
        for one in self.factors:
            if one.factor == name:
                return one
        raise ValueError(
            f"there is no factor {name!r}; there are {[one.factor for one in self.factors]}"
        )

    def to_rows(self) -> pd.DataFrame:
        """The rows of all factors."""
        return pd.concat([one.to_rows() for one in self.factors], ignore_index=True)
