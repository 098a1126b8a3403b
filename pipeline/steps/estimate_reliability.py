"""Internal consistency of every scale."""

from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics import (
    cronbach_alpha,
    inter_item_correlation,
    omega_total,
    standard_error_of_measurement,
)
from pipeline.score import keyed_scales
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
rows = []
for scale in instrument.scales:
    items = keyed[scale.id]
    tables = []
    if scale.treatment == "reflective" and len(scale.items) > 1:
        tables = [
            cronbach_alpha(items, study.confidence_level).to_rows(),
            omega_total(items).to_rows(),
            standard_error_of_measurement(items, study.confidence_level).to_rows(),
        ]
    elif scale.has_score and len(scale.items) == PAIR:
        tables = [inter_item_correlation(items, study.confidence_level).to_rows()]
    rows += [label_rows(table, wave=study.wave, scale=scale.id) for table in tables]

write_table(gather_rows(rows), snakemake.output.reliability, ESTIMATES)
