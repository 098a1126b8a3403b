"""What each item shows on its own and with the others of its scale."""

from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics import analyse_items
from pipeline.score import items_read_together
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
analyses = [
    (scale_id, analyse_items(items, instrument.by_id[scale_id].response_scale.values))
    for scale_id, items in items_read_together(responses, instrument)
]
rows = [label_rows(a.to_rows(), wave=study.wave, scale=scale) for scale, a in analyses]
write_table(gather_rows(rows), snakemake.output.item_analysis, ESTIMATES)
