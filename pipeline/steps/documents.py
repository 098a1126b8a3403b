"""The report of each site as a text document."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.report import ComparisonTables, pages_of_sites
from pipeline.report.office.document import site_documents
from pipeline.tables import (
    LEDGER_ROWS,
    RELEASED,
    RESPONSE,
    SITE_CHANGES,
    SITE_COMPARISONS,
    SITE_CONTEXT,
    SITES,
    WITHHELD,
    read_table,
    write_bytes,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)

sites = read_table(snakemake.input.sites, SITES)
compared = ComparisonTables(
    read_table(snakemake.input.site_comparisons, SITE_COMPARISONS),
    read_table(snakemake.input.site_changes, SITE_CHANGES),
    read_table(snakemake.input.response, RESPONSE),
)
views = pages_of_sites(
    list(sites["site"]),
    read_table(snakemake.input.released, RELEASED),
    read_table(snakemake.input.withheld, WITHHELD),
    sites,
    read_table(snakemake.input.site_context, SITE_CONTEXT),
    read_table(snakemake.input.ledger_rows, LEDGER_ROWS),
    compared,
    instrument,
    study.for_reports(),
)
folder = Path(snakemake.output.documents)
for slug, made in site_documents(views):
    write_bytes(made, folder / f"{slug}.docx")
