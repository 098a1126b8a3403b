"""What each item shows on its own and with the others of its scale, for all and by group."""

from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics import analyse_items
from pipeline.score import items_read_together, treatment_of_missing
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
groups = [(None, responses), *responses.dropna(subset="group").groupby("group")]
rows = []
for group, members in groups:
    for scale_id, items in items_read_together(members, instrument):
        values = instrument.by_id[scale_id].response_scale.values
        found = analyse_items(items, values, treatment_of_missing(items), study.confidence_level)
        rows.append(label_rows(found.to_rows(), wave=study.wave, group=group, scale=scale_id))
write_table(gather_rows(rows), snakemake.output.item_analysis, ESTIMATES)
