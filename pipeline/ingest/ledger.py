"""The account of every row, cell and column, and the check that it adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.ingest.answers import TypedAnswers
from pipeline.ingest.match import Matching, looks_personal
from pipeline.ingest.raw import ExportColumn, RawExport

EXCLUDED_ROW = "EXCLUDED_ROW"
LONGEST_OF_AN_ANSWER = 40


class LedgerError(Exception):
    """The account does not add up: a fault of the program, never of the person's data."""


def account_rows(raw: RawExport, sites: pd.Series, reasons: pd.Series) -> pd.DataFrame:
    """What became of every row: its site, and why it was left out if it was."""
    return pd.DataFrame(
        {
            "export": raw.file,
            "platform": raw.platform,
            "row": raw.cells.index.to_numpy(),
            "site": sites.to_numpy(),
            "outcome": np.where(reasons.isna(), "analysed", "excluded"),
            "reason": reasons.to_numpy(),
        }
    )


def account_cells(
    raw: RawExport, typed: TypedAnswers, analysed: pd.Series, names: Sequence[str]
) -> pd.DataFrame:
    """How many cells of each answer column had each outcome.

    Parameters
    ----------
    raw : RawExport
        The export; every row of it counts.
    typed : TypedAnswers
        Answers of the rows that were read.
    analysed : Series of bool
        Which of these rows are analysed; all other rows are excluded.
    names : sequence of str
        Name of each outcome.
    """
    kept = typed.outcomes[analysed.to_numpy(dtype=bool)]
    counts: list[tuple[str, str, str, int]] = []
    for place, column in enumerate(typed.columns):
        found = np.bincount(kept[:, place], minlength=len(names))
        counts += [(raw.file, column, names[k], int(n)) for k, n in enumerate(found) if n]
        if excluded := len(raw.cells) - len(kept):
            counts.append((raw.file, column, EXCLUDED_ROW, excluded))
    return pd.DataFrame(counts, columns=["export", "column", "outcome", "cells"])


def account_columns(raw: RawExport, matching: Matching) -> pd.DataFrame:
    """What every column of an export was used as; unknown columns are dropped."""
    answer_at: dict[int, str] = {}
    for name, position in [*matching.answers.items(), *matching.open_answers.items()]:
        answer_at[position] = f"{answer_at[position]}, {name}" if position in answer_at else name
    rows = [
        (
            raw.file,
            column.position,
            column.heading or "(no heading)",
            _use(column, raw, matching, answer_at),
            answer_at.get(column.position, pd.NA),
        )
        for column in raw.columns
    ]
    return pd.DataFrame(rows, columns=["export", "position", "heading", "use", "answer_column"])


def _use(
    column: ExportColumn, raw: RawExport, matching: Matching, answer_at: Mapping[int, str]
) -> str:
    if column.position in matching.open_answers.values():
        return "open_answer"
    if column.position in answer_at:
        return "answer"
    if column.position == matching.site:
        return "site"
    if column.is_record:
        return "record"
    personal = looks_personal(column) or _holds_free_text(raw.cells[column.position])
    return "dropped_personal" if personal else "dropped"


def _holds_free_text(cells: pd.Series) -> bool:
    """Whether some cell is longer than an answer, or holds a mail address."""
    return any(len(text) > LONGEST_OF_AN_ANSWER or "@" in text for text in cells.unique())


def check_ledger(
    rows_read: Mapping[str, int],
    answer_columns: Sequence[str],
    ledger_rows: pd.DataFrame,
    ledger_cells: pd.DataFrame,
    responses: pd.DataFrame,
    missing: pd.DataFrame,
) -> None:
    """Check that rows and cells add up, each counted on two independent ways.

    Parameters
    ----------
    rows_read : mapping
        Rows of answers counted in each file when it was opened.
    answer_columns : sequence of str
        Answer columns of the questionnaire.
    ledger_rows, ledger_cells : DataFrame
        The account.
    responses, missing : DataFrame
        What is handed on; counted here once more.

    Raises
    ------
    LedgerError
        If raw rows are not analysed plus excluded, or raw cells not the sum of their outcomes.
    """
    faults = [
        *_row_faults(rows_read, ledger_rows, responses),
        *_total_faults(rows_read, len(answer_columns), ledger_cells),
        *_cell_faults(rows_read, answer_columns, ledger_cells, responses, missing),
    ]
    if faults:
        raise LedgerError("the account does not add up: " + "; ".join(faults))


def _row_faults(
    rows_read: Mapping[str, int], ledger_rows: pd.DataFrame, responses: pd.DataFrame
) -> Iterator[str]:
    for export, read in rows_read.items():
        analysed = int((responses["export"] == export).sum())
        of_export = ledger_rows[ledger_rows["export"] == export]
        excluded = int(of_export.groupby("reason")["row"].nunique().sum())
        listed = int((of_export["outcome"] == "analysed").sum())
        if read != analysed + excluded or listed != analysed:
            yield f"{export} has {read} rows but {analysed} analysed and {excluded} excluded"


def _total_faults(
    rows_read: Mapping[str, int], n_columns: int, ledger_cells: pd.DataFrame
) -> Iterator[str]:
    totals = ledger_cells.groupby("export")["cells"].sum()
    for export, read in rows_read.items():
        if int(totals.get(export, 0)) != read * n_columns:
            yield f"{export} has {read * n_columns} cells but {totals.get(export, 0)} in the ledger"


def _cell_faults(
    rows_read: Mapping[str, int],
    answer_columns: Sequence[str],
    ledger_cells: pd.DataFrame,
    responses: pd.DataFrame,
    missing: pd.DataFrame,
) -> Iterator[str]:
    """Counts taken from the answers and reasons handed on, against those of the ledger."""
    booked = ledger_cells.groupby(["export", "column", "outcome"])["cells"].sum().astype("int64")
    counted = _counted_again(rows_read, answer_columns, responses, missing)
    both = pd.concat([booked.rename("booked"), counted.rename("counted")], axis=1).fillna(0)
    for key, row in both[both["booked"] != both["counted"]].iterrows():
        yield f"{key}: {row['booked']} booked, {row['counted']} found"


def _counted_again(
    rows_read: Mapping[str, int],
    answer_columns: Sequence[str],
    responses: pd.DataFrame,
    missing: pd.DataFrame,
) -> pd.Series:
    exports = responses.set_index("respondent")["export"]
    export_of_cell = missing["respondent"].map(exports).astype("string")
    counts: dict[tuple[str, str, str], int] = Counter(
        zip(export_of_cell, missing["column"], missing["reason"], strict=True)
    )
    for export, read in rows_read.items():
        rows = responses[responses["export"] == export]
        for column, answered in rows[list(answer_columns)].notna().sum().items():
            counts[export, str(column), "ANSWERED"] = int(answered)
            counts[export, str(column), EXCLUDED_ROW] = read - len(rows)
    index = pd.MultiIndex.from_tuples(list(counts), names=["export", "column", "outcome"])
    found = pd.Series(list(counts.values()), index=index)
    return found[found > 0]
