"""What every result can do: become a table, JSON, or a few lines to read."""

import json
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics.conditions import MEANING_OF_CONDITION

MOST_ROWS_SHOWN = 40
_SAID_ONCE = ("confidence_level", "n_respondents", "method", "condition")


class Result:
    """A frozen result of an analysis; ``print`` shows a summary, ``to_rows()`` all of it."""

    __slots__ = ()

    def to_rows(self) -> pd.DataFrame:
        """One row an estimate, with the columns of every other result."""
        raise NotImplementedError

    def to_json(self) -> str:
        """Every field by its name, at full precision; what is undefined is null."""
        return json.dumps(_plain(self), allow_nan=False, ensure_ascii=False)

    def __str__(self) -> str:
        """A summary to read: the method, what stood in the way, and the estimates."""
        rows = self.to_rows()
        return "\n".join([*_said_once(rows), "", _table(rows)])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a notebook a result shows its summary."""
        printer.text("..." if cycle else str(self))


def readable(table: pd.DataFrame) -> str:
    """A table as lines of text with three decimals; empty columns are left out."""
    shown = table.dropna(axis=1, how="all")
    return (
        shown.astype(object)
        .where(shown.notna(), "")
        .to_string(index=False, float_format=lambda value: f"{value:.3f}", na_rep="")
    )


def _table(rows: pd.DataFrame) -> str:
    own = [name for name in rows.columns if name not in _SAID_ONCE or len(_values(rows[name])) > 1]
    lines = readable(rows.head(MOST_ROWS_SHOWN)[own])
    left = len(rows) - MOST_ROWS_SHOWN
    return f"{lines}\n... {left} more rows in to_rows()" if left > 0 else lines


def _said_once(rows: pd.DataFrame) -> list[str]:
    """What holds for every row, and what each condition means."""
    say = {"method": "{}", "n_respondents": "n = {}", "confidence_level": "{:.0%} intervals"}
    values = {name: _values(rows[name]) for name in say}
    lines = [say[name].format(found[0]) for name, found in values.items() if len(found) == 1]
    words = dict.fromkeys(word for entry in rows["condition"].dropna() for word in entry.split())
    return lines + [f"{word}: {MEANING_OF_CONDITION[word]}" for word in words]


def _values(column: pd.Series) -> list[Any]:
    """The different values of a column."""
    return list(column.dropna().unique())


def _plain(value: Any) -> Any:
    """The value in the types that JSON has."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
