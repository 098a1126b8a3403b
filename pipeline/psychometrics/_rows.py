"""The one long table that every result can be turned into."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

COLUMN_TYPES = {
    "item": "string",
    "factor": "string",
    "statistic": "string",
    "estimate": "float64",
    "se": "float64",
    "ci_low": "float64",
    "ci_high": "float64",
    "confidence_level": "float64",
    "n_respondents": "Int64",
    "method": "string",
    "condition": "string",
}


def long_table(rows: Iterable[Mapping[str, Any]], **shared: Any) -> pd.DataFrame:
    """One row per estimate; what `shared` says holds for every row that does not say otherwise."""
    table = pd.DataFrame([{**shared, **row} for row in rows], columns=list(COLUMN_TYPES))
    return table.astype(COLUMN_TYPES)


def in_group(name: str, group: str) -> str:
    """A name with the group it is said of; alone where there are no groups."""
    return f"{name} in {group}" if group else name
