"""What people wrote in their own words, kept apart from everything else about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from pipeline.ingest.ledger import EXCLUDED_ROW, JOINED_ROW, LedgerError, RowsRead
from pipeline.ingest.match import Matching
from pipeline.ingest.opening import Opened
from pipeline.ingest.raw import RawExport, translate
from pipeline.ingest.wording import without_invisible

KEPT_APART, NO_TEXT = "KEPT_APART", "NO_TEXT"
"""Outcomes of a cell of an open question."""


def open_answers(export: Opened, sites: pd.Series, analysed: pd.Index) -> pd.DataFrame:
    """Every text of the analysed rows of an export with its site and question, and nothing else.

    Parameters
    ----------
    export : Opened
        The export.
    sites : Series
        Id of the site of each row.
    analysed : Index
        The rows that are analysed.

    Returns
    -------
    DataFrame
        ``site``, ``wave``, ``question``, ``text``; still in the order of the rows.
    """
    parts = [
        pd.DataFrame(
            {
                "site": sites.loc[analysed],
                "wave": export.waves.loc[analysed],
                "question": question,
                "text": texts,
            }
        )
        for question, texts in _texts(export.raw, export.matching, analysed)
    ]
    columns = ["site", "wave", "question", "text"]
    found = pd.concat(parts) if parts else pd.DataFrame(columns=columns, dtype="string")
    return found.dropna(subset="text").reset_index(drop=True)


def account_open_answers(export: Opened, analysed: pd.Index) -> pd.DataFrame:
    """How many cells of each open question hold a text, none, or stand in a row left out."""
    counts: list[tuple[str, str, str, int]] = []
    n_joined = len(export.joined)
    for question, texts in _texts(export.raw, export.matching, analysed):
        written = int(texts.notna().sum())
        numbers = {
            KEPT_APART: written,
            NO_TEXT: len(texts) - written,
            JOINED_ROW: n_joined,
            EXCLUDED_ROW: export.n_rows - n_joined - len(texts),
        }
        counts += [
            (export.raw.file, question, name, number) for name, number in numbers.items() if number
        ]
    return pd.DataFrame(counts, columns=["export", "column", "outcome", "cells"])


def check_open_answers(
    read: Mapping[str, RowsRead], ledger_columns: pd.DataFrame, booked: pd.DataFrame, n_texts: int
) -> None:
    """Check that the cells of open questions add up.

    Parameters
    ----------
    read : mapping
        Rows of answers counted in each file when it was opened.
    ledger_columns : DataFrame
        The account of columns; tells which of them hold open answers.
    booked : DataFrame
        The account of their cells.
    n_texts : int
        Texts that are handed on.

    Raises
    ------
    LedgerError
        If cells are not the sum of their outcomes, or a text is lost.
    """
    faults = list(_cell_faults(read, ledger_columns, booked))
    kept = int(booked.loc[booked["outcome"] == KEPT_APART, "cells"].sum())
    if kept != n_texts:
        faults.append(f"{kept} open answers booked, {n_texts} found")
    if faults:
        raise LedgerError("the account does not add up: " + "; ".join(faults))


def _cell_faults(
    read: Mapping[str, RowsRead], ledger_columns: pd.DataFrame, booked: pd.DataFrame
) -> Iterator[str]:
    held = ledger_columns[ledger_columns["use"] == "open_answer"]
    totals = booked.groupby("export")["cells"].sum()
    for export, rows in read.items():
        cells = rows.n_rows * int((held["export"] == export).sum())
        if int(totals.get(export, 0)) != cells:
            yield f"{export} has {cells} cells of open questions but {totals.get(export, 0)} booked"


def _texts(raw: RawExport, matching: Matching, rows: pd.Index) -> Iterator[tuple[str, pd.Series]]:
    """Each open question, and the text in each of some rows; missing where there is none."""
    nothing = sorted(raw.blank_texts | raw.seen_texts | {""})
    for question, position in matching.open_answers.items():
        cells = translate(raw.cells.loc[rows, position], _as_written, "string")
        yield question, cells.mask(cells.isin(nothing))


def _as_written(text: str) -> str:
    """The text with one kind of line ends, and without marks nobody sees."""
    return without_invisible(text.replace("\r\n", "\n").replace("\r", "\n"))
