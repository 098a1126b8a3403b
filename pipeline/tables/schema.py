"""What a table between two rules must look like, and the check that it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

Kind = Literal["text", "answer", "integer", "number", "yes_no"]

DTYPES: dict[Kind, str] = {
    "text": "string",
    "answer": "Int16",
    "integer": "Int64",
    "number": "Float64",
    "yes_no": "boolean",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds, and whether a cell may be empty."""

    name: str
    kind: Kind
    description: str
    required: bool = False
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The contract of a file: its columns, and the columns that tell its rows apart."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = field(default=())

    @property
    def column_names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]


class TableError(Exception):
    """A table that breaks its contract: a fault of the program, never of the person's data."""


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The frame with the columns, order and types of its contract, rows untouched.

    Raises
    ------
    TableError
        Naming every column that is missing, unknown, of another type, empty where it may not be,
        outside its categories, and every repeated key.
    """
    if faults := list(_name_faults(frame, table)):
        raise TableError(f"{table.name}: {'; '.join(faults)}")
    typed = frame[table.column_names].reset_index(drop=True)
    try:
        typed = typed.astype({column.name: DTYPES[column.kind] for column in table.columns})
    except (TypeError, ValueError) as error:
        raise TableError(f"{table.name}: a column has another type") from error
    if faults := list(_content_faults(typed, table)):
        raise TableError(f"{table.name}: {'; '.join(faults)}")
    return typed


def _name_faults(frame: pd.DataFrame, table: Table) -> Iterator[str]:
    names, wanted = set(frame.columns), set(table.column_names)
    for name in sorted(wanted - names):
        yield f"column '{name}' is missing"
    for name in sorted(str(name) for name in names - wanted):
        yield f"column '{name}' is not in the contract"


def _content_faults(frame: pd.DataFrame, table: Table) -> Iterator[str]:
    for column in table.columns:
        values = frame[column.name]
        if column.required and values.isna().any():
            yield f"column '{column.name}' has {int(values.isna().sum())} empty cells"
        if column.categories and not values.dropna().isin(column.categories).all():
            yield f"column '{column.name}' holds something outside its categories"
    if table.key and frame.duplicated(list(table.key)).any():
        yield f"rows are not told apart by {', '.join(table.key)}"
