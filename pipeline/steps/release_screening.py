"""What may leave about careless answering and missing answers."""

from typing import TYPE_CHECKING

from pipeline.benchmark.disclosure import DisclosureRules
from pipeline.benchmark.disclosure.screening import (
    release_missing_data,
    release_screening_counts,
    release_screening_effect,
)
from pipeline.provenance import log_to
from pipeline.tables import (
    ESTIMATES,
    MISSING_DATA,
    RELEASE_FIGURES,
    SCREENING_COUNTS,
    SCREENING_EFFECT,
    gather_rows,
    read_table,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
source, target = snakemake.input, snakemake.output

sites = gather_rows(read_table(path, ESTIMATES) for path in source.estimates)
figures = read_table(source.figures, RELEASE_FIGURES)
rules = DisclosureRules(minimum_n=study.minimum_n, override_reason=study.override_reason or "")

counts = release_screening_counts(read_table(source.counts, SCREENING_COUNTS), rules)
effect = release_screening_effect(
    read_table(source.effect, SCREENING_EFFECT), sites, rules, figures
)
gaps = release_missing_data(read_table(source.missing_data, MISSING_DATA), rules)
write_table(counts, target.counts, SCREENING_COUNTS)
write_table(effect, target.effect, SCREENING_EFFECT)
write_table(gaps, target.missing_data, MISSING_DATA)
