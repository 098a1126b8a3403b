"""Two omegas, one for each denominator, and what belongs to both kinds of them."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import pandas as pd

from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.result import Result


class Omegas(NamedTuple):
    """A number for each of the two denominators."""

    model_implied: Any
    observed: Any


@dataclass(frozen=True, slots=True)
class OmegaEstimates(Result):
    """Omega by two denominators with intervals; see the classes made from it."""

    statistic: ClassVar[str]
    statistic_of_loading: ClassVar[str]

    model_implied: float
    model_implied_se: float
    model_implied_low: float
    model_implied_high: float
    observed: float
    observed_se: float
    observed_low: float
    observed_high: float
    standardised_loadings: dict[str, float]
    confidence_level: float
    n_respondents: int
    n_total: int
    n_items: int
    n_clusters: int | None
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row for each of the two omegas and one per loading."""
        omegas = [
            {
                "statistic": f"{self.statistic}_{name}",
                "estimate": getattr(self, name),
                "se": getattr(self, f"{name}_se"),
                "ci_low": getattr(self, f"{name}_low"),
                "ci_high": getattr(self, f"{name}_high"),
                "confidence_level": self.confidence_level,
            }
            for name in Omegas._fields
        ]
        loadings = [
            {"item": item, "statistic": self.statistic_of_loading, "estimate": value}
            for item, value in self.standardised_loadings.items()
        ]
        return long_table(
            [*omegas, *loadings],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )
