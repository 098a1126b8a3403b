"""A fitted model: its estimates with their errors, its fit, and what further analyses need."""

from dataclasses import dataclass, field
from math import nan
from typing import Literal

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import normal_below, normal_reach
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.confirmatory.categories import MergedCategory
from pipeline.psychometrics.confirmatory.chi_square import LeastSquaresSandwich, SandwichParts
from pipeline.psychometrics.confirmatory.fit_indices import FitIndices
from pipeline.psychometrics.confirmatory.least_squares import LeastSquares
from pipeline.psychometrics.confirmatory.maximum_likelihood import NormalTheory
from pipeline.psychometrics.confirmatory.parameter_names import ParameterName, kind_of, place_of
from pipeline.psychometrics.confirmatory.parameter_table import ParameterTable
from pipeline.psychometrics.result import Result

Estimator = Literal["ML", "MLR", "ULSMV", "WLSMV"]
Missing = Literal["listwise", "pairwise", "fiml"]

ORDERED: tuple[Estimator, ...] = ("ULSMV", "WLSMV")


@dataclass(frozen=True, slots=True, eq=False)
class ConfirmatorySolution(Result):
    """A fitted model.

    Attributes
    ----------
    table : ParameterTable
        The complete model.
    values : ndarray, shape (n_free,)
        Estimates of the free parameters.
    covariance : ndarray, shape (n_free, n_free)
        Covariances of their sampling errors; NaN if they are undetermined.
    groups : tuple of str
        Names of the groups; one empty name if there are none.
    n_of_groups : tuple of int
        Respondents in each group.
    n_respondents, n_left_out, n_clusters : int
        Respondents used and not used; clusters, missing where respondents are independent.
    merged : tuple of MergedCategory
        Categories that were merged because a group did not use them.
    fit : FitIndices
        Fit of the model.
    estimator, missing, confidence_level
        As asked for.
    objective : NormalTheory or LeastSquares
        What was made small, with the answers of each group (not part of the JSON).
    sandwich : SandwichParts or LeastSquaresSandwich or None
        What robust errors are made of (not part of the JSON).
    method, condition : str
        How it was computed; what stood in the way.
    """

    table: ParameterTable
    values: FloatArray
    covariance: FloatArray
    groups: tuple[str, ...]
    n_of_groups: tuple[int, ...]
    n_respondents: int
    n_left_out: int
    n_clusters: int | None
    merged: tuple[MergedCategory, ...]
    fit: FitIndices
    estimator: Estimator
    missing: str
    confidence_level: float
    objective: NormalTheory | LeastSquares = field(metadata={"in_json": False})
    sandwich: SandwichParts | LeastSquaresSandwich | None = field(metadata={"in_json": False})
    method: str
    condition: str | None

    @property
    def is_found(self) -> bool:
        """Whether the search arrived, and the answers determine every parameter."""
        return not {"not_converged", "not_identified"} & set((self.condition or "").split())

    def covariance_in(self, group: int) -> FloatArray:
        """Covariances of the errors of the free parameters of one group, ``GroupModel.free``."""
        free = self.objective.models[group].free
        return self.covariance[np.ix_(free, free)]

    def parameters(self) -> pd.DataFrame:
        """Every parameter with its standard error, z, p and interval; fixed ones without."""
        errors = np.sqrt(np.diag(self.covariance))
        reach = normal_reach(self.confidence_level)
        rows = []
        for row in self.table.rows:
            estimate = float(self.values[row.free]) if row.is_free else row.value
            se = float(errors[row.free]) if row.is_free else nan
            z = estimate / se if se > 0 else nan
            rows.append(
                {
                    "left": row.left,
                    "operator": row.operator,
                    "right": row.right,
                    "group": self.groups[row.group],
                    "label": row.label,
                    "is_free": row.is_free,
                    "estimate": estimate,
                    "se": se,
                    "z": z,
                    "p_value": 2 * normal_below(-abs(z)),
                    "ci_low": estimate - reach * se,
                    "ci_high": estimate + reach * se,
                }
            )
        return pd.DataFrame(rows)

    def to_rows(self) -> pd.DataFrame:
        """Indices of fit, then a row per parameter; ``in`` names the group."""
        latent = set(self.table.latent)
        names = [ParameterName.of(row, self.groups[row.group]) for row in self.table.rows]
        rows = [
            {
                **place_of(name, latent),
                "statistic": kind_of(name, latent),
                **{
                    column: getattr(p, column) for column in ("estimate", "se", "ci_low", "ci_high")
                },
            }
            for name, p in zip(names, self.parameters().itertuples(), strict=True)
        ]
        own = long_table(
            rows,
            confidence_level=self.confidence_level,
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )
        return pd.concat([self.fit.to_rows(), own], ignore_index=True)
