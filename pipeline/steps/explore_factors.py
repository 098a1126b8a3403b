"""Exploratory factors of every section that expects one factor a scale."""

from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics import align_to_target, explore_factors, pearson_correlations
from pipeline.score import factor_items
from pipeline.tables import (
    ESTIMATES,
    gather_rows,
    label_rows,
    read_table,
    responses_table,
    rows_of_wave,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)

everyone = read_table(snakemake.input.responses, responses_table(instrument))
responses = rows_of_wave(everyone, study.wave)
items_of = factor_items(responses, instrument)
rows = []
for section in (section for section in instrument.sections if section.factor_model):
    solution = explore_factors(pearson_correlations(items_of[section.id]), len(section.scale_ids))
    membership = {scale.id: scale.item_ids for scale in instrument.scales_in(section)}
    aligned = align_to_target(solution, membership)
    rows.append(label_rows(aligned.to_rows(), wave=study.wave, scale=section.id))

write_table(gather_rows(rows), snakemake.output.factors, ESTIMATES)
