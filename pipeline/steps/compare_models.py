"""The models that the items may follow, side by side, and one factor for each scale."""

from typing import TYPE_CHECKING

import numpy as np

from pipeline.instrument import load_hypotheses, load_instrument
from pipeline.instrument.rival_models import models_of_section, with_items
from pipeline.provenance import log_to
from pipeline.psychometrics.rivals import ModelToFit, compare_models, hold_against
from pipeline.score import (
    FEWEST_ITEMS_FOR_FIT,
    factor_items,
    items_that_vary,
    scales_with_factor,
    treatment_of_missing,
)
from pipeline.tables import (
    FALSIFIERS,
    HALVES,
    MODEL_ESTIMATES,
    RIVAL_MODELS,
    describe_models,
    gather_rows,
    judge_falsifiers,
    label_estimates,
    read_table,
    responses_table,
    rows_of_wave,
    samples_of,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
whole = load_instrument(study.instrument_folder)
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)
hypotheses = load_hypotheses(study.instrument_folder, whole)
everyone = read_table(snakemake.input.responses, responses_table(instrument))
halves = read_table(snakemake.input.halves, HALVES)
rng = np.random.default_rng(study.seed)

described, estimates, falsified = [], [], []
for sample, responses in samples_of(rows_of_wave(everyone, study.wave), halves):
    items_of, sites = factor_items(responses, instrument), responses["site"]
    for section in (section for section in instrument.sections if section.factor_model):
        items = items_that_vary(items_of[section.id])
        rivals = [
            with_items(model, instrument, items.columns, sites.nunique())
            for model in models_of_section(section, hypotheses, whole)
        ]
        preferred = next((rival for rival in rivals if rival.model.use == "preferred"), None)
        found = compare_models(
            {
                rival.model.id: ModelToFit(
                    rival.text,
                    rival.between,
                    {**rival.factors, **rival.wording},
                    rival.general,
                )
                for rival in rivals
                if rival.reason is None
            },
            items.assign(site=sites),
            treatment_of_missing(items),
            "site",
            study.confidence_level,
            preferred.model.id if preferred else None,
            study.cutoff_draws,
            rng,
            study.bootstrap_replications,
        )
        labels = {"wave": study.wave, "scale": section.id, "sample": sample}
        parts = (label_estimates(one.rows, model=name, **labels) for name, one in found.items())
        own = gather_rows(parts, MODEL_ESTIMATES)
        obstacles = {name: one.obstacle for name, one in found.items()}
        described.append(describe_models(rivals, obstacles, own, study.wave, section.id, sample))
        estimates.append(own)
        falsified.append(
            judge_falsifiers(hypotheses.falsifiers, preferred, own, study.wave, section.id, sample)
        )
    for scale_id, items in scales_with_factor(responses, instrument, FEWEST_ITEMS_FOR_FIT):
        one_factor = {scale_id: list(items.columns)}
        missing = treatment_of_missing(items)
        held = hold_against(one_factor, items.assign(site=sites), missing, "site")
        labels = {"wave": study.wave, "scale": scale_id, "sample": sample}
        estimates.append(label_estimates(held.to_rows(), **labels))

write_table(gather_rows(described, RIVAL_MODELS), snakemake.output.models, RIVAL_MODELS)
write_table(gather_rows(falsified, FALSIFIERS), snakemake.output.falsifiers, FALSIFIERS)
write_table(gather_rows(estimates, MODEL_ESTIMATES), snakemake.output.estimates, MODEL_ESTIMATES)
