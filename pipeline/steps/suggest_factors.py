"""How well the items can be factored, and into how many factors."""

from typing import TYPE_CHECKING

import numpy as np

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics import (
    bartlett_sphericity,
    kaiser_meyer_olkin,
    polychoric_correlations,
    suggest_factors,
)
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
rows = []
for section_id, items in factor_items(responses, instrument).items():
    observed = polychoric_correlations(items).correlation
    rng = np.random.default_rng(study.seed)
    results = (
        kaiser_meyer_olkin(observed),
        bartlett_sphericity(observed),
        suggest_factors(items, rng, n_replications=study.parallel_replications, observed=observed),
    )
    rows += [label_rows(r.to_rows(), wave=study.wave, scale=section_id) for r in results]

write_table(gather_rows(rows), snakemake.output.retention, ESTIMATES)
