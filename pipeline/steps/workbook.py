"""The released tables as a workbook."""

from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.report.office.workbook import CONTRACTS, make_workbook
from pipeline.tables import SITES, read_table, write_bytes

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)

tables = {name: read_table(snakemake.input[name], table) for name, table in CONTRACTS.items()}
sites = read_table(snakemake.input.sites, SITES)
book = make_workbook(tables, sites, instrument, study.for_reports())
write_bytes(book, snakemake.output.workbook)
