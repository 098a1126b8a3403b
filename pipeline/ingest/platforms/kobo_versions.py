"""Several versions of a form in one export of KoBoToolbox: a question may have more columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.ingest.platforms.kobo_columns import is_version
from pipeline.ingest.raw import ExportColumn
from pipeline.ingest.wording import without_invisible


def version_of(columns: Sequence[ExportColumn], cells: pd.DataFrame) -> pd.Series | None:
    """The version of the form of each row; None where there are no two of them."""
    for column in columns:
        if is_version(column.heading) and len(versions_in(cells[column.position])) > 1:
            return cells[column.position]
    return None


def versions_in(cells: pd.Series) -> list[str]:
    """The versions of the form that a column tells."""
    return [str(text) for text in cells.unique() if without_invisible(str(text))]


def repeated_columns(columns: Sequence[ExportColumn], cells: pd.DataFrame) -> dict[int, int]:
    """Columns that hold a question again, because the form changed: the position of the first.

    Two columns of the same name are the same question in several versions of a form where no
    version fills both of them.

    Parameters
    ----------
    columns : sequence of ExportColumn
        All columns of the export.
    cells : DataFrame of Categorical
        Columns are positions.
    """
    version = version_of(columns, cells)
    if version is None:
        return {}
    by_name: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for column in columns:
        if column.code is not None and not column.is_record:
            by_name[column.code, column.subcode].append(column.position)
    repeated: dict[int, int] = {}
    for first, *others in (positions for positions in by_name.values() if len(positions) > 1):
        filled = _versions_with_answers(cells[first], version)
        for position in others:
            more = _versions_with_answers(cells[position], version)
            if not filled & more:
                repeated[position] = first
                filled |= more
    return repeated


def brought_together(cells: pd.DataFrame, repeated: Mapping[int, int]) -> pd.DataFrame:
    """The cells with the answers of each repeated column in the first column of its question."""
    together: dict[Hashable, pd.Series] = {position: cells[position] for position in cells}
    for position, first in repeated.items():
        more = cells[position].astype(object)
        merged = together[first].astype(object).mask(is_filled(cells[position]), more)
        together[first] = merged.astype("category")
    return cells if not repeated else pd.DataFrame(together, index=cells.index)


def _versions_with_answers(cells: pd.Series, version: pd.Series) -> set[str]:
    return {str(told) for told in version[is_filled(cells)].unique()}


def is_filled(cells: pd.Series) -> pd.Series:
    """Which cells of a column hold something."""
    visible = np.array([without_invisible(t) != "" for t in cells.cat.categories], dtype=bool)
    return pd.Series(visible[cells.cat.codes], index=cells.index)
