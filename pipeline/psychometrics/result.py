"""What every result can do: become a table, JSON, or a few lines to read."""

import json
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from pipeline.psychometrics.conditions import MEANING_OF_CONDITION

MOST_ROWS_SHOWN = 40
MOST_COLUMNS = 20
_SAID_ONCE = ("confidence_level", "n_respondents", "method", "condition")


class Result:
    """A frozen result of an analysis; ``print`` shows a summary, ``to_rows()`` all of it."""

    __slots__ = ()

    def to_rows(self) -> pd.DataFrame:
        """One row an estimate, with the columns of every other result."""
        raise NotImplementedError

    def to_json(self) -> str:
        """Every field by its name, at full precision; what is undefined is null.

        What a result only carries along for further analyses is left out.
        """
        return json.dumps(_plain(self), allow_nan=False, ensure_ascii=False)

    def __str__(self) -> str:
        """A summary to read: the method, what stood in the way, and the estimates."""
        rows = self.to_rows()
        return "\n\n".join(["\n".join(_said_once(rows)), *_tables(rows)])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a notebook a result shows its summary."""
        printer.text("..." if cycle else str(self))


def readable(table: pd.DataFrame) -> str:
    """A table as lines of text with three decimals; empty columns are left out."""
    return _lines(table.dropna(axis=1, how="all"), index=False)


def _lines(table: pd.DataFrame, index: bool) -> str:
    shown = table.astype(object).where(table.notna(), "")
    return shown.to_string(index=index, float_format=lambda value: f"{value:.3f}", na_rep="")


def _tables(rows: pd.DataFrame) -> list[str]:
    """The estimates: a matrix for what belongs to an item and a factor or to two items."""
    matrices = {
        str(statistic): matrix
        for statistic, own in rows.groupby("statistic", sort=False)
        if (matrix := _matrix(own)) is not None
    }
    others = rows[~rows["statistic"].isin(list(matrices))]
    shown = [f"{name}\n{_lines(matrix, index=True)}" for name, matrix in matrices.items()]
    return [*shown, _list(others)] if len(others) else shown


def _matrix(rows: pd.DataFrame) -> pd.DataFrame | None:
    """Rows of one statistic as a matrix in their order, if they make one that can be read."""
    pairs = rows["item"].str.split(" with ", expand=True)
    if pairs.shape[1] == 2 and pairs.notna().all(axis=None):
        places = pairs.set_axis(["column", "row"], axis=1)
    else:
        places = pd.DataFrame({"row": rows["item"], "column": rows["factor"]})
    names = [list(places[side].dropna().unique()) for side in ("row", "column")]
    n_cells = len(names[0]) * len(names[1])
    if places.isna().any(axis=None) or not (1 < len(names[1]) <= MOST_COLUMNS):
        return None
    if 2 * len(rows) <= n_cells and not pairs.notna().all(axis=None):
        return None
    wide = rows.assign(**places).pivot_table(
        index="row", columns="column", values="estimate", aggfunc="first", dropna=False
    )
    return wide.reindex(index=names[0], columns=names[1]).rename_axis(index=None, columns=None)


def _list(rows: pd.DataFrame) -> str:
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
        return {
            field.name: _plain(getattr(value, field.name))
            for field in fields(value)
            if field.metadata.get("in_json", True)
        }
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
