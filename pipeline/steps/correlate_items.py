"""How the items go together, as ordered answers."""

from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics import polychoric_correlations
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
rows = [
    label_rows(polychoric_correlations(items).to_rows(), wave=study.wave, scale=section_id)
    for section_id, items in factor_items(responses, instrument).items()
]
write_table(gather_rows(rows), snakemake.output.correlations, ESTIMATES)
