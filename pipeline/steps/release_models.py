"""What may leave about the models of the items, and what groups and sites mean by them."""

from typing import TYPE_CHECKING

from pipeline.benchmark.disclosure import (
    DisclosureRules,
    release_group_differences,
    release_invariance,
    release_pooled,
)
from pipeline.benchmark.gates import without_counts
from pipeline.provenance import log_to
from pipeline.tables import (
    ESTIMATES,
    FALSIFIERS,
    GATES,
    INVARIANCE,
    MODEL_ESTIMATES,
    RELEASE_FIGURES,
    RIVAL_MODELS,
    gather_rows,
    read_table,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study

sites = gather_rows(read_table(path, ESTIMATES) for path in snakemake.input.estimates)
rules = DisclosureRules(minimum_n=study.minimum_n, override_reason=study.override_reason or "")
figures = read_table(snakemake.input.figures, RELEASE_FIGURES)
for name in ("model_estimates", "comparability"):
    pooled = read_table(snakemake.input[name], MODEL_ESTIMATES)
    released = release_pooled(pooled, sites, rules, figures)
    write_table(released, snakemake.output[name], MODEL_ESTIMATES)

models = read_table(snakemake.input.models, RIVAL_MODELS)
obstacles = models["obstacle"].map(without_counts, na_action="ignore")
told = models.assign(obstacle=obstacles)
write_table(told, snakemake.output.models, RIVAL_MODELS)
steps = read_table(snakemake.input.invariance, INVARIANCE)
write_table(release_invariance(steps, rules), snakemake.output.invariance, INVARIANCE)

differences = read_table(snakemake.input.group_differences, MODEL_ESTIMATES)
gates = read_table(snakemake.input.gates, GATES)
shown = release_group_differences(differences, gates, rules)
write_table(shown, snakemake.output.group_differences, MODEL_ESTIMATES)
falsifiers = read_table(snakemake.input.falsifiers, FALSIFIERS)
write_table(falsifiers, snakemake.output.falsifiers, FALSIFIERS)
