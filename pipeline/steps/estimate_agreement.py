"""How closely people of a site agree on every scale, held against people dealt at random."""

from typing import TYPE_CHECKING

import numpy as np

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics import agreement_by_chance, within_group_agreement
from pipeline.score import keyed_scales
from pipeline.tables import (
    ESTIMATES,
    agreement_of_sites,
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
keyed, sites = keyed_scales(responses, instrument), responses["site"].astype("category")
rows = []
for scale in instrument.scored_scales:
    ends = scale.response_scale.lowest, scale.response_scale.highest
    within = within_group_agreement(keyed[scale.id], sites, *ends)
    rng = np.random.default_rng(study.seed)
    by_chance = agreement_by_chance(keyed[scale.id], sites, *ends, rng)
    results = within.to_rows(), by_chance.to_rows()
    of_programme = [part[part["item"].isna()] for part in results]
    of_sites = agreement_of_sites(within.by_group(), by_chance.by_group())
    labels = {"wave": study.wave, "scale": scale.id}
    rows += [label_rows(part, **labels) for part in (*of_programme, of_sites)]

write_table(gather_rows(rows), snakemake.output.agreement, ESTIMATES)
