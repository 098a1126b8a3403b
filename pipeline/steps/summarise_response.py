"""Who was invited and who answered, by site, respondent group and survey round."""

from typing import TYPE_CHECKING

from pipeline.benchmark.response import response_table
from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.tables import INVITED, RELEASED, RESPONSE, SITES, read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)
groups = [group.id for group in instrument.grouping.groups] if instrument.grouping else []

response = response_table(
    read_table(snakemake.input.released, RELEASED),
    read_table(snakemake.input.sites, SITES),
    read_table(snakemake.input.invited, INVITED),
    groups,
    study.waves,
)
write_table(response, snakemake.output.response, RESPONSE)
