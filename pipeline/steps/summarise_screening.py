"""What careless answering and missing answers come to, with and without those left out."""

from typing import TYPE_CHECKING

import pandas as pd

from pipeline.ingest import ScreeningRules
from pipeline.ingest.screening.summary import (
    count_flags,
    effect_on_scales,
    missing_data_rows,
    not_asked_like_others,
)
from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics import cronbach_alpha
from pipeline.score import items_asked, keyed_scales, score_responses
from pipeline.tables import (
    MISSING,
    MISSING_DATA,
    SCREENING,
    SCREENING_COUNTS,
    SCREENING_EFFECT,
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
scored = [scale.id for scale in instrument.scored_scales]
with_alpha = [
    scale.id
    for scale in instrument.scored_scales
    if scale.treatment == "reflective" and len(scale.items) > 1
]
usual = ScreeningRules()
rules = ScreeningRules(
    exclude_from_flags=study.exclude_from_flags,
    strong=usual.strong if study.strong_flags is None else study.strong_flags,
)

contract = responses_table(instrument)
everyone = read_table(snakemake.input.responses, contract)
every_reason = read_table(snakemake.input.missing, MISSING)
responses = rows_of_wave(everyone, study.wave)
set_aside = rows_of_wave(read_table(snakemake.input.set_aside, contract), study.wave)
screening = rows_of_wave(read_table(snakemake.input.screening, SCREENING), study.wave)
missing = every_reason[every_reason["respondent"].isin(responses["respondent"])]

both = pd.concat([responses, set_aside], ignore_index=True)
not_asked = not_asked_like_others(set_aside, everyone, every_reason)
reasons = pd.concat([missing, not_asked], ignore_index=True)
keyed = keyed_scales(both, instrument)
effect = effect_on_scales(
    score_responses(both, reasons, instrument)[scored],
    both["respondent"].isin(set_aside["respondent"]),
    {scale: keyed[scale] for scale in with_alpha},
    lambda items: cronbach_alpha(items, study.confidence_level).estimate,
)
answers = keyed_scales(responses, instrument)
gaps = missing_data_rows(
    {scale: answers[scale] for scale in scored},
    score_responses(responses, missing, instrument)[scored],
    items_asked(responses, missing, instrument),
)

target, labels = snakemake.output, {"wave": study.wave, "condition": None}
write_table(count_flags(screening, rules).assign(**labels), target.counts, SCREENING_COUNTS)
write_table(effect.assign(**labels), target.effect, SCREENING_EFFECT)
write_table(gaps.assign(wave=study.wave), target.missing_data, MISSING_DATA)
