"""The contracts of the files between rules."""

from pipeline.tables.batches import batch_of_sites, write_if_changed
from pipeline.tables.catalogue import (
    ESTIMATES,
    LEDGER_CELLS,
    LEDGER_COLUMNS,
    LEDGER_ROWS,
    MANIFEST,
    MISSING,
    RELEASE_FIGURES,
    RELEASE_MEMBERS,
    RELEASED,
    SCREENING,
    SITE_CONTEXT,
    SITES,
    WITHHELD,
    responses_table,
    scores_table,
)
from pipeline.tables.estimates import gather_rows, label_rows
from pipeline.tables.io import read_table, replace_folder, write_table, write_text
from pipeline.tables.schema import Column, Table, TableError, conform

__all__ = [
    "ESTIMATES",
    "LEDGER_CELLS",
    "LEDGER_COLUMNS",
    "LEDGER_ROWS",
    "MANIFEST",
    "MISSING",
    "RELEASED",
    "RELEASE_FIGURES",
    "RELEASE_MEMBERS",
    "SCREENING",
    "SITES",
    "SITE_CONTEXT",
    "WITHHELD",
    "Column",
    "Table",
    "TableError",
    "batch_of_sites",
    "conform",
    "gather_rows",
    "label_rows",
    "read_table",
    "replace_folder",
    "responses_table",
    "scores_table",
    "write_if_changed",
    "write_table",
    "write_text",
]
