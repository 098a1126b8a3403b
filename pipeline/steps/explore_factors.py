"""Exploratory factors of every section that expects one factor a scale."""

from typing import TYPE_CHECKING

import numpy as np

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics import (
    bootstrap_loadings,
    omega_hierarchical,
    polychoric_correlations,
)
from pipeline.score import factor_items
from pipeline.tables import (
    ESTIMATES,
    HALVES,
    for_exploring,
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
halves = read_table(snakemake.input.halves, HALVES)
responses = for_exploring(rows_of_wave(everyone, study.wave), halves)
items_of = factor_items(responses, instrument)
rows = []
for section in (section for section in instrument.sections if section.factor_model):
    items, n_factors = items_of[section.id], len(section.scale_ids)
    results = (
        bootstrap_loadings(
            items,
            n_factors,
            np.random.default_rng(study.seed),
            membership={scale.id: scale.item_ids for scale in instrument.scales_in(section)},
            clusters=responses["site"],
            n_replications=study.bootstrap_replications,
            confidence_level=study.confidence_level,
        ),
        omega_hierarchical(polychoric_correlations(items).correlation, n_factors),
    )
    rows += [label_rows(r.to_rows(), wave=study.wave, scale=section.id) for r in results]

write_table(gather_rows(rows), snakemake.output.factors, ESTIMATES)
