"""The score of every respondent on every scale."""

from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.score import score_responses
from pipeline.tables import MISSING, read_table, responses_table, scores_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)

responses = read_table(snakemake.input.responses, responses_table(instrument))
missing = read_table(snakemake.input.missing, MISSING)
scores = score_responses(responses, missing, instrument)
write_table(scores, snakemake.output.scores, scores_table(instrument))
