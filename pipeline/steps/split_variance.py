"""How much of each score differs between sites."""

from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics.multilevel import intraclass_correlations, random_intercepts
from pipeline.tables import (
    ESTIMATES,
    gather_rows,
    label_rows,
    read_table,
    rows_of_wave,
    scores_table,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)

scores = rows_of_wave(read_table(snakemake.input.scores, scores_table(instrument)), study.wave)
scales = [scale.id for scale in instrument.scored_scales]
level = study.confidence_level
plain = intraclass_correlations(scores[scales], scores["site"], level)
mixed = random_intercepts(scores[scales], scores["site"], confidence_level=level)
rows = [
    label_rows(split.to_rows(), wave=study.wave, scale=scale)
    for scale in scales
    for split in (plain[scale], mixed[scale])
]
write_table(gather_rows(rows), snakemake.output.variance, ESTIMATES)
