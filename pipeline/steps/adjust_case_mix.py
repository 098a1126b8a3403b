"""Site means with the composition of their respondents taken out, where the study asks for it."""

from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics import case_mix
from pipeline.score import covariates_of
from pipeline.tables import (
    ESTIMATES,
    adjusted_means,
    gather_rows,
    label_rows,
    read_table,
    responses_table,
    rows_of_wave,
    scores_table,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)

rows = []
if study.case_mix:
    everyone = read_table(snakemake.input.responses, responses_table(instrument))
    responses = rows_of_wave(everyone, study.wave)
    scored = read_table(snakemake.input.scores, scores_table(instrument)).set_index("respondent")
    scores = scored.reindex(responses["respondent"]).set_index(responses.index)
    covariates = covariates_of(responses, instrument, study.case_mix, study.minimum_n)
    for scale in instrument.scored_scales:
        found = case_mix(scores[scale.id], responses["site"], covariates, study.confidence_level)
        of_sites = adjusted_means(found.by_group(), found.method)
        level = study.confidence_level
        labels = {"wave": study.wave, "scale": scale.id}
        rows.append(label_rows(found.to_rows(), **labels))
        rows.append(label_rows(of_sites.assign(confidence_level=level), **labels))

write_table(gather_rows(rows), snakemake.output.case_mix, ESTIMATES)
