"""One half of the respondents to explore factors in, and one to confirm them."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics import equivalent_halves
from pipeline.score import factor_items
from pipeline.tables import (
    ESTIMATES,
    HALVES,
    gather_rows,
    halves_of,
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
sections = factor_items(responses, instrument)
in_first, rows = None, []
if sections and len(responses) >= study.split_from:
    items = pd.concat(sections.values(), axis=1)
    halves = equivalent_halves(items, np.random.default_rng(study.seed), responses["site"])
    in_first = halves.first
    rows = [label_rows(halves.to_rows(), wave=study.wave)]

write_table(halves_of(responses["respondent"], in_first), snakemake.output.halves, HALVES)
write_table(gather_rows(rows), snakemake.output.equivalence, ESTIMATES)
