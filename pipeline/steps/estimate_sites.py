"""Means, gaps and shares of one batch of sites. Exact, so restricted."""

from typing import TYPE_CHECKING

from pipeline.benchmark import estimate_sites
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

responses = read_table(snakemake.input.responses, responses_table(instrument))
missing = read_table(snakemake.input.missing, MISSING)
scores = read_table(snakemake.input.scores, scores_table(instrument))
estimates = estimate_sites(responses, missing, scores, instrument, study.confidence_level)
write_table(estimates, snakemake.output.estimates, ESTIMATES)
