"""Every site beside the others, from what is released and nothing else."""

from typing import TYPE_CHECKING

from pipeline.benchmark.comparison import compare_sites, not_rounded_up
from pipeline.benchmark.disclosure import DisclosureRules
from pipeline.benchmark.site_means import site_means
from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.tables import (
    ESTIMATES,
    GATES,
    INVITED,
    RELEASE_FIGURES,
    RELEASED,
    SCALE_COMPARISONS,
    SITE_COMPARISONS,
    read_table,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)
groups = [group.id for group in instrument.grouping.groups] if instrument.grouping else []

means = site_means(
    read_table(snakemake.input.released, RELEASED),
    groups,
    read_table(snakemake.input.invited, INVITED),
)
figures = read_table(snakemake.input.figures, RELEASE_FIGURES)
found = compare_sites(
    not_rounded_up(means, figures, DisclosureRules().five_categories_from),
    read_table(snakemake.input.variance, ESTIMATES),
    read_table(snakemake.input.gates, GATES),
    instrument,
    study.wave,
    study.seed,
    study.confidence_level,
)
write_table(found.sites, snakemake.output.sites, SITE_COMPARISONS)
write_table(found.scales, snakemake.output.scales, SCALE_COMPARISONS)
