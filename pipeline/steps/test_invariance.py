"""Whether the items of each scale mean the same in groups, languages, platforms and rounds."""

import logging
from typing import TYPE_CHECKING

from pipeline.benchmark.gates import cannot_be_fitted, groups_missing, judge_groups
from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics.group_differences import group_differences
from pipeline.psychometrics.measurement_invariance.ladder import invariance
from pipeline.psychometrics.obstacles import in_short
from pipeline.score import scales_with_factor, treatment_of_missing
from pipeline.tables import (
    GATES,
    INVARIANCE,
    LEDGER_ROWS,
    MODEL_ESTIMATES,
    gather_rows,
    invariance_rows,
    label_estimates,
    large_groups,
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
ledger = read_table(snakemake.input.ledger_rows, LEDGER_ROWS)
platforms = ledger.drop_duplicates("export").set_index("export")["platform"]
now = rows_of_wave(everyone, study.wave)
groupings = {
    "role": (now, now["group"]),
    "language": (now, now["language"]),
    "platform": (now, now["export"].map(platforms)),
    "wave": (everyone, everyone["wave"]),
}

ladders, differences, gates = [], [], []
for gate, (responses, grouping) in groupings.items():
    for scale_id, items in scales_with_factor(responses, instrument):
        about = (study.wave, scale_id, gate)
        groups = large_groups(items, grouping, study.group_minimum)
        if len(groups.kept) < 2:
            gates.append(groups_missing(len(groups.kept), study.group_minimum, *about))
            continue
        compared = grouping.isin(groups.kept)
        data = items.assign(group=grouping.astype(object), site=responses["site"])[compared]
        model, missing = {scale_id: list(items.columns)}, treatment_of_missing(items)
        try:
            ladder = invariance(model, data, "group", missing=missing, cluster="site")
        except ValueError as fault:
            gates.append(cannot_be_fitted(*about, in_short(fault)))
            continue
        for merged in ladder.merged:
            logging.info("%s by %s: %s", scale_id, gate, merged)
        told = group_differences(ladder, model, data, "group", missing, "site")
        labels = {"wave": study.wave, "scale": scale_id, "sample": "all", "grouping": gate}
        differences.append(label_estimates(told, **labels))
        steps = ladder.table()
        ladders.append(invariance_rows(steps, groups, ladder.n_respondents, *about))
        gates.append(judge_groups(steps, *about))

write_table(gather_rows(ladders, INVARIANCE), snakemake.output.invariance, INVARIANCE)
write_table(gather_rows(differences, MODEL_ESTIMATES), snakemake.output.estimates, MODEL_ESTIMATES)
write_table(gather_rows(gates, GATES), snakemake.output.gates, GATES)
