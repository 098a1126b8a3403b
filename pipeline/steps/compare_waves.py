"""Change since earlier survey rounds, from what is released and nothing else."""

from typing import TYPE_CHECKING

from pipeline.benchmark.change import compare_waves
from pipeline.benchmark.site_means import site_means
from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.tables import (
    GATES,
    INVITED,
    RELEASED,
    SITE_CHANGES,
    read_table,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)
groups = [group.id for group in instrument.grouping.groups] if instrument.grouping else []

released = read_table(snakemake.input.released, RELEASED)
means = site_means(released, groups, read_table(snakemake.input.invited, INVITED))
gates = read_table(snakemake.input.gates, GATES)
changes = compare_waves(means, released, gates, study.waves)
write_table(changes, snakemake.output.changes, SITE_CHANGES)
