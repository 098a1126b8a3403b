"""Whether what differs between sites is what differs between people, for each scale."""

from typing import TYPE_CHECKING

from pipeline.benchmark.gates import (
    SitesNeeded,
    cannot_be_fitted,
    count_sites,
    judge_sites_gate,
    sites_missing,
)
from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics.obstacles import in_short
from pipeline.psychometrics.two_level.comparability import (
    FEWEST_ANSWERS,
    FEWEST_SITES,
    comparability,
)
from pipeline.score import scales_with_factor
from pipeline.tables import (
    GATES,
    MODEL_ESTIMATES,
    gather_rows,
    label_estimates,
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

rows, gates = [], []
for scale_id, items in scales_with_factor(responses, instrument):
    data = items.assign(site=responses["site"].astype(object))
    n_large, n_sites = count_sites(items, data["site"], FEWEST_ANSWERS)
    if n_large < FEWEST_SITES:
        need = SitesNeeded(n_large, n_sites, FEWEST_SITES, FEWEST_ANSWERS)
        gates.append(sites_missing(need, study.wave, scale_id))
        continue
    try:
        found = comparability({scale_id: list(items.columns)}, data, "site", study.confidence_level)
    except ValueError as fault:
        obstacle = in_short(fault)
        gates.append(cannot_be_fitted(study.wave, scale_id, "sites", obstacle))
        continue
    labels = {"wave": study.wave, "scale": scale_id, "sample": "all", "grouping": "site"}
    rows.append(label_estimates(found.to_rows(), **labels))
    gates.append(
        judge_sites_gate(found.verdict, found.reason, found.residual_share, study.wave, scale_id)
    )

write_table(gather_rows(rows, MODEL_ESTIMATES), snakemake.output.estimates, MODEL_ESTIMATES)
write_table(gather_rows(gates, GATES), snakemake.output.gates, GATES)
