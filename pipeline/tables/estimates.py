"""Putting estimates of several analyses into one long table."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pipeline.tables.catalogue import ESTIMATES
from pipeline.tables.schema import Table


def label_rows(rows: pd.DataFrame, **labels: str | None) -> pd.DataFrame:
    """The rows with columns such as ``wave`` or ``scale`` filled in, in the order of the contract.

    Columns of the contract that the rows do not have are left empty.
    """
    return rows.assign(**labels).reindex(columns=ESTIMATES.column_names)


def gather_rows(parts: Iterable[pd.DataFrame], contract: Table = ESTIMATES) -> pd.DataFrame:
    """One table of estimates from several, with the columns of the contract."""
    tables = [part.reindex(columns=contract.column_names) for part in parts]
    filled = [table.dropna(axis=1, how="all") for table in tables if len(table)]
    if not filled:
        return pd.DataFrame(columns=contract.column_names)
    return pd.concat(filled, ignore_index=True).reindex(columns=contract.column_names)
