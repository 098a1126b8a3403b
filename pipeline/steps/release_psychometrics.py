"""What may leave about the analyses of all answers together."""

from typing import TYPE_CHECKING

from pipeline.benchmark.disclosure import DisclosureRules, release_pooled
from pipeline.provenance import log_to
from pipeline.tables import ESTIMATES, RELEASE_FIGURES, gather_rows, read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study

sites = gather_rows(read_table(path, ESTIMATES) for path in snakemake.input.estimates)
rules = DisclosureRules(minimum_n=study.minimum_n, override_reason=study.override_reason or "")
figures = read_table(snakemake.input.figures, RELEASE_FIGURES)
for name, target in snakemake.output.items():
    pooled = read_table(snakemake.input[name], ESTIMATES)
    of_programme = pooled[pooled["site"].isna()]
    write_table(release_pooled(of_programme, sites, rules, figures), target, ESTIMATES)
