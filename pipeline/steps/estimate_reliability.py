"""Internal consistency of every scale."""

from typing import TYPE_CHECKING

import numpy as np

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics import (
    categorical_omega,
    cronbach_alpha,
    guttman_bounds,
    inter_item_correlation,
    omega_total,
    ordinal_alpha,
    smallest_detectable_change,
    split_halves,
    standard_error_of_measurement,
)
from pipeline.score import keyed_scales, treatment_of_missing
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

PAIR = 2

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)

everyone = read_table(snakemake.input.responses, responses_table(instrument))
responses = rows_of_wave(everyone, study.wave)
keyed = keyed_scales(responses, instrument)
level, sites = study.confidence_level, responses["site"]
rows = []
for scale in instrument.scales:
    items = keyed[scale.id]
    missing = treatment_of_missing(items)
    results = []
    if scale.treatment == "reflective" and len(scale.items) > 1:
        results = [
            cronbach_alpha(items, level, missing),
            ordinal_alpha(items, level, missing, sites),
            omega_total(items, level, sites),
            categorical_omega(items, level, missing, sites),
            guttman_bounds(items),
            split_halves(items, np.random.default_rng(study.seed), standardised=False),
            standard_error_of_measurement(items, level),
            smallest_detectable_change(items, confidence_level=level),
        ]
    elif scale.has_score and len(scale.items) == PAIR:
        results = [inter_item_correlation(items, level)]
    rows += [label_rows(r.to_rows(), wave=study.wave, scale=scale.id) for r in results]

write_table(gather_rows(rows), snakemake.output.reliability, ESTIMATES)
