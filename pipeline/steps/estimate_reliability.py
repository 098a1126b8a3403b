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
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form)

responses = read_table(snakemake.input.responses, responses_table(instrument))
rows = []
for scale_id, items in keyed_scales(responses, instrument).items():
    results = {
        "reflective": lambda items: (
            cronbach_alpha(items, study.confidence_level),
            omega_total(items),
            standard_error_of_measurement(items, study.confidence_level),
        ),
        "pair": lambda items: (inter_item_correlation(items, study.confidence_level),),
    }.get(instrument.by_id[scale_id].treatment, lambda items: ())(items)
    rows += [label_rows(r.to_rows(), wave=study.wave, scale=scale_id) for r in results]

write_table(gather_rows(rows), snakemake.output.reliability, ESTIMATES)
