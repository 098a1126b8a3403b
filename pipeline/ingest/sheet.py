"""The cells of a file as text, column by column, each distinct text stored once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.ingest.wording import without_invisible


@dataclass(frozen=True, slots=True)
class Variable:
    """What a statistics file says about one of its variables.

    Attributes
    ----------
    label : str
        What was asked.
    labels : mapping
        Label of each value, by the value as it stands in a cell.
    """

    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a file as text, without its empty rows.

    Attributes
    ----------
    file : str
        The file, as the study names it.
    numbers : ndarray of int, shape (n_rows,)
        Row of a spreadsheet for each row; the first row holds the headings.
    columns : tuple of Categorical
        Every column with its heading, all of the length of `numbers`; its categories are the
        texts that occur in it.
    variables : tuple of Variable
        What a statistics file says about each column; empty for files that say nothing.
    notes : tuple of str
        What a person should know about how the file was read.
    """

    file: str
    numbers: NDArray[np.int64]
    columns: tuple[pd.Categorical, ...]
    variables: tuple[Variable, ...] = ()
    notes: tuple[str, ...] = ()
    _headings: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Know the headings, which are asked for again and again."""
        object.__setattr__(self, "_headings", tuple(map(without_invisible, self.row(0))))

    @classmethod
    def of_rows(cls, file: str, rows: Iterable[tuple[int, Sequence[str]]]) -> Sheet:
        """A sheet of a few rows, each with its number; all of the width of the first."""
        numbered = list(rows)
        columns = zip(*(cells for _, cells in numbered), strict=True)
        return cls(
            file=file,
            numbers=np.array([number for number, _ in numbered], dtype=np.int64),
            columns=tuple(coded(column) for column in columns),
        )

    @property
    def headings(self) -> list[str]:
        """The first row, without invisible marks."""
        return list(self._headings)

    @property
    def n_rows(self) -> int:
        """Rows, that of the headings counted."""
        return len(self.numbers)

    def row(self, place: int) -> list[str]:
        """The cells of a row, counted from 0; nothing where there is no such row."""
        return [str(column[place]) for column in self.columns] if place < self.n_rows else []

    def rows(self) -> Iterator[list[str]]:
        """The cells of every row; for short files, because it makes them anew."""
        for cells in zip(*(column.astype(object) for column in self.columns), strict=True):
            yield list(cells)

    def texts_below(self, place: int, heading_rows: int = 1) -> set[str]:
        """Every text that a column, counted from 0, holds below the headings."""
        column = self.columns[place]
        below = column.codes[heading_rows:]
        above = {int(code) for code in column.codes[:heading_rows]}
        only_above = [code for code in above if not (below == code).any()]
        return set(column.categories) - set(column.categories[only_above])

    def without_empty_rows(self) -> Sheet:
        """The rows that hold more than marks nobody sees."""
        filled = np.zeros(self.n_rows, dtype=bool)
        for column in sorted(self.columns, key=lambda column: len(column.categories)):
            visible = np.array([without_invisible(t) != "" for t in column.categories], dtype=bool)
            filled |= visible[column.codes]
            if filled.all():
                return self
        columns = tuple(c[filled].remove_unused_categories() for c in self.columns)
        return replace(self, numbers=self.numbers[filled], columns=columns)


def coded(texts: Iterable[str]) -> pd.Categorical:
    """Texts with each distinct one stored once, in the order of their first appearance."""
    codes, distinct = pd.factorize(np.array(list(texts), dtype=object))
    return pd.Categorical.from_codes(codes, categories=pd.Index(distinct, dtype=object))
