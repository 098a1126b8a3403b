"""The pages of one batch of sites, for the screen and on paper, from released figures only."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.report import ComparisonTables, pages_of_sites, write_pages
from pipeline.report.paper import set_site_pages
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
    write_text,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
gc.disable()  # all views live until the end: looking for others takes a quarter of the time
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)

sites = read_table(snakemake.input.sites, SITES)
tables = (
    read_table(snakemake.input.site_comparisons, SITE_COMPARISONS),
    read_table(snakemake.input.site_changes, SITE_CHANGES),
    read_table(snakemake.input.response, RESPONSE),
)
compared = ComparisonTables(*(table[table["site"].isin(sites["site"])] for table in tables))
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
folder = Path(snakemake.output.pages)
for slug, page in write_pages(views).items():
    write_text(page, folder / f"{slug}.html")
for slug, paper in set_site_pages(views):
    write_bytes(paper, folder / f"{slug}.pdf")
