"""What may be compared: every gate of every scale in one table."""

from typing import TYPE_CHECKING

from pipeline.benchmark.gates import (
    every_gate,
    judge_aggregation,
    judge_reliability,
    judge_structure,
)
from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.tables import ESTIMATES, GATES, MODEL_ESTIMATES, read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)
scales = [scale.id for scale in instrument.scored_scales]

estimates = read_table(snakemake.input.estimates, MODEL_ESTIMATES)
alone = estimates[estimates["model"].isna() & (estimates["sample"] == "all")]
reliability, variance, agreement = (
    read_table(snakemake.input[name], ESTIMATES)
    for name in ("reliability", "variance", "agreement")
)
parts = (
    judge_structure(alone, scales, study.wave),
    judge_reliability(reliability, scales, study.wave),
    read_table(snakemake.input.groups, GATES),
    read_table(snakemake.input.sites, GATES),
    judge_aggregation(variance, agreement, scales, study.wave),
)
write_table(every_gate(parts, scales, study.wave), snakemake.output.gates, GATES)
