"""The contracts of the files between rules."""

from pipeline.tables.catalogue import (
    ESTIMATES,
    LEDGER_CELLS,
    LEDGER_COLUMNS,
    LEDGER_ROWS,
    MISSING,
    RELEASED,
    SCREENING,
    SITE_CONTEXT,
    SITES,
    WITHHELD,
    responses_table,
    scores_table,
)
from pipeline.tables.io import read_table, write_table, write_text
from pipeline.tables.schema import Column, Table, TableError, conform

__all__ = [
    "ESTIMATES",
    "LEDGER_CELLS",
    "LEDGER_COLUMNS",
    "LEDGER_ROWS",
    "MISSING",
    "RELEASED",
    "SCREENING",
    "SITES",
    "SITE_CONTEXT",
    "WITHHELD",
    "Column",
    "Table",
    "TableError",
    "conform",
    "read_table",
    "responses_table",
    "scores_table",
    "write_table",
    "write_text",
]
