"""Means, gaps and shares of one batch of sites. Exact, so restricted."""

from typing import TYPE_CHECKING

from pipeline.benchmark import estimate_sites
from pipeline.benchmark.pooled_waves import Answers, with_pooled_waves
from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.tables import (
    ESTIMATES,
    MISSING,
    read_table,
    responses_table,
    scores_table,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)

single = Answers(
    read_table(snakemake.input.responses, responses_table(instrument)),
    read_table(snakemake.input.missing, MISSING),
    read_table(snakemake.input.scores, scores_table(instrument)),
)
both = with_pooled_waves(single, study.waves, study.minimum_n)
estimates = estimate_sites(
    both.responses, both.missing, both.scores, instrument, study.confidence_level
)
write_table(estimates, snakemake.output.estimates, ESTIMATES)
