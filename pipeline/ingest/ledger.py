"""The account of every row, cell and column, and the check that it adds up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.ingest.match import Matching, attention_positions, looks_personal
from pipeline.ingest.opening import Opened
from pipeline.ingest.people import person_position
from pipeline.ingest.raw import ExportColumn, RawExport
from pipeline.ingest.source import ExportSource

EXCLUDED_ROW, JOINED_ROW = "EXCLUDED_ROW", "JOINED_ROW"
"""What cells are booked as that stand in a row which is left out, or joined to another."""
LONGEST_OF_AN_ANSWER = 40


class LedgerError(Exception):
    """The account does not add up: a fault of the program, never of the person's data."""


@dataclass(frozen=True, slots=True)
class RowsRead:
    """What was counted when a file was opened: rows of answers, those joined, and columns."""

    n_rows: int
    n_joined: int
    n_columns: int


def account_rows(export: Opened, sites: pd.Series, reasons: pd.Series) -> pd.DataFrame:
    """What became of every row: its site and survey round, and why it was left out if it was.

    Parameters
    ----------
    export : Opened
        The export.
    sites : Series
        Id of the site of each response.
    reasons : Series
        Why a response is left out; missing for those that are analysed.
    """
    responses = pd.DataFrame(
        {
            "row": reasons.index,
            "site": sites.to_numpy(),
            "outcome": np.where(reasons.isna(), "analysed", "excluded"),
            "reason": reasons.to_numpy(),
        }
    )
    joined = pd.DataFrame({"row": export.joined, "outcome": "joined"})
    both = pd.concat([responses, joined], ignore_index=True) if len(joined) else responses
    waves = export.waves.loc[both["row"]].to_numpy()
    return both.assign(export=export.raw.file, platform=export.raw.platform, wave=waves)


def account_cells(
    export: Opened, columns: Sequence[str], kept: NDArray[np.int8], names: Sequence[str]
) -> pd.DataFrame:
    """How many cells of each answer column had each outcome.

    Parameters
    ----------
    export : Opened
        The export; every row of it counts.
    columns : sequence of str
        Answer columns of the questionnaire.
    kept : ndarray of int, shape (n_analysed, n_columns)
        Outcome of each cell of the responses that are analysed.
    names : sequence of str
        Name of each outcome.
    """
    left_out = {JOINED_ROW: len(export.joined)}
    left_out[EXCLUDED_ROW] = export.n_rows - len(export.joined) - len(kept)
    counts: list[tuple[str, str, str, int]] = []
    for place, column in enumerate(columns):
        found = np.bincount(kept[:, place], minlength=len(names))
        counts += [(export.raw.file, column, names[k], int(n)) for k, n in enumerate(found) if n]
        counts += [(export.raw.file, column, name, n) for name, n in left_out.items() if n]
    return pd.DataFrame(counts, columns=["export", "column", "outcome", "cells"])


def account_columns(raw: RawExport, matching: Matching, source: ExportSource) -> pd.DataFrame:
    """What every column of an export was used as; unknown columns are dropped."""
    answer_at: dict[int, str] = {}
    own = dict.fromkeys(attention_positions(raw, source).values(), "attention_check")
    if (person := person_position(raw, source)) is not None:
        own[person] = "person"
    for name, position in [*matching.answers.items(), *matching.open_answers.items()]:
        answer_at[position] = f"{answer_at[position]}, {name}" if position in answer_at else name
    rows = [
        (
            raw.file,
            column.position,
            column.heading or "(no heading)",
            _use(column, raw, matching, answer_at, own),
            answer_at.get(column.position, pd.NA),
        )
        for column in raw.columns
    ]
    return pd.DataFrame(rows, columns=["export", "position", "heading", "use", "answer_column"])


def _use(
    column: ExportColumn,
    raw: RawExport,
    matching: Matching,
    answer_at: Mapping[int, str],
    own: Mapping[int, str],
) -> str:
    if column.position in matching.open_answers.values():
        return "open_answer"
    if column.position in answer_at:
        return "answer"
    if column.position == matching.site:
        return "site"
    if column.position in own:
        return own[column.position]
    if column.is_record and not column.is_personal:
        return "record"
    personal = looks_personal(column) or _holds_free_text(raw.cells[column.position])
    return "dropped_personal" if personal else "dropped"


def _holds_free_text(cells: pd.Series) -> bool:
    """Whether some cell is longer than an answer, or holds a mail address."""
    return any(len(text) > LONGEST_OF_AN_ANSWER or "@" in text for text in cells.unique())


def check_ledger(
    read: Mapping[str, RowsRead],
    answer_columns: Sequence[str],
    ledger_rows: pd.DataFrame,
    ledger_cells: pd.DataFrame,
    ledger_columns: pd.DataFrame,
    responses: pd.DataFrame,
    missing: pd.DataFrame,
) -> None:
    """Check that rows, columns and cells add up, each counted on two independent ways.

    Parameters
    ----------
    read : mapping
        Rows of answers counted in each file when it was opened.
    answer_columns : sequence of str
        Answer columns of the questionnaire.
    ledger_rows, ledger_cells, ledger_columns : DataFrame
        The account.
    responses, missing : DataFrame
        What is handed on; counted here once more.

    Raises
    ------
    LedgerError
        If raw rows are not analysed plus excluded plus joined, raw cells not the sum of their
        outcomes, or a column of a file does not have exactly one use.
    """
    faults = [
        *_row_faults(read, ledger_rows, responses),
        *_column_faults(read, ledger_columns),
        *_total_faults(read, len(answer_columns), ledger_cells),
        *_cell_faults(read, answer_columns, ledger_cells, responses, missing),
    ]
    if faults:
        raise LedgerError("the account does not add up: " + "; ".join(faults))


def _row_faults(
    read: Mapping[str, RowsRead], ledger_rows: pd.DataFrame, responses: pd.DataFrame
) -> Iterator[str]:
    analysed = responses["export"].value_counts()
    excluded = ledger_rows.dropna(subset="reason").groupby("export")["row"].nunique()
    outcomes = ledger_rows.groupby(["export", "outcome"]).size()
    for export, rows in read.items():
        n_analysed, n_excluded = int(analysed.get(export, 0)), int(excluded.get(export, 0))
        listed = int(outcomes.get((export, "analysed"), 0))
        joined = int(outcomes.get((export, "joined"), 0))
        if rows.n_rows != n_analysed + n_excluded + joined or listed != n_analysed:
            yield (
                f"{export} has {rows.n_rows} rows but {n_analysed} analysed, {n_excluded} "
                f"excluded and {joined} joined"
            )
        if joined != rows.n_joined:
            yield f"{export} has {rows.n_joined} joined rows but {joined} in the ledger"


def _column_faults(read: Mapping[str, RowsRead], ledger_columns: pd.DataFrame) -> Iterator[str]:
    """Columns without a use, or with two."""
    for export, counted in read.items():
        positions = ledger_columns.loc[ledger_columns["export"] == export, "position"].tolist()
        if sorted(positions) != list(range(1, counted.n_columns + 1)):
            yield f"{export} has {counted.n_columns} columns but {len(positions)} in the ledger"


def _total_faults(
    read: Mapping[str, RowsRead], n_columns: int, ledger_cells: pd.DataFrame
) -> Iterator[str]:
    totals = ledger_cells.groupby("export")["cells"].sum()
    for export, rows in read.items():
        if int(totals.get(export, 0)) != rows.n_rows * n_columns:
            cells = rows.n_rows * n_columns
            yield f"{export} has {cells} cells but {totals.get(export, 0)} in the ledger"


def _cell_faults(
    read: Mapping[str, RowsRead],
    answer_columns: Sequence[str],
    ledger_cells: pd.DataFrame,
    responses: pd.DataFrame,
    missing: pd.DataFrame,
) -> Iterator[str]:
    """Counts taken from the answers and reasons handed on, against those of the ledger."""
    booked = ledger_cells.groupby(["export", "column", "outcome"])["cells"].sum().astype("int64")
    counted = _counted_again(read, answer_columns, responses, missing)
    both = pd.concat([booked.rename("booked"), counted.rename("counted")], axis=1).fillna(0)
    for key, row in both[both["booked"] != both["counted"]].iterrows():
        yield f"{key}: {row['booked']} booked, {row['counted']} found"


def _counted_again(
    read: Mapping[str, RowsRead],
    answer_columns: Sequence[str],
    responses: pd.DataFrame,
    missing: pd.DataFrame,
) -> pd.Series:
    places = pd.Index(responses["respondent"]).get_indexer(pd.Index(missing["respondent"]))
    cells = missing[["column", "reason"]].assign(export=responses["export"].array.take(places))
    sizes = cells.groupby(["export", "column", "reason"]).size()
    counts = {tuple(map(str, key)): int(n) for key, n in zip(sizes.index, sizes, strict=True)}
    answered = responses[list(answer_columns)].notna().groupby(responses["export"]).sum()
    analysed = responses["export"].value_counts()
    for export, rows in read.items():
        excluded = rows.n_rows - rows.n_joined - int(analysed.get(export, 0))
        for column in answer_columns:
            there = int(answered[column].get(export, 0))
            counts[export, column, "ANSWERED"] = there
            counts[export, column, EXCLUDED_ROW] = excluded
            counts[export, column, JOINED_ROW] = rows.n_joined
    index = pd.MultiIndex.from_tuples(list(counts), names=["export", "column", "outcome"])
    totals = pd.Series(list(counts.values()), index=index)
    return totals[totals > 0]
