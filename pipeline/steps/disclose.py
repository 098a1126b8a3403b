"""Figures of the programme, then disclosure control: the one place where numbers get out."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.benchmark import estimate_programme
from pipeline.benchmark.change import (
    counting_people,
    linked_estimates,
    linked_members,
    linked_of_programme,
)
from pipeline.benchmark.disclosure import (
    DisclosureRules,
    as_told,
    counting_sites,
    disclose,
    members_of,
    read_releases,
)
from pipeline.benchmark.gates import gates_of_waves
from pipeline.benchmark.pooled_waves import Answers, pooled_label, with_pooled_waves
from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.tables import (
    ESTIMATES,
    GATES,
    LINKED_PEOPLE,
    MANIFEST,
    MISSING,
    RELEASE_FIGURES,
    RELEASE_MEMBERS,
    RELEASED,
    WITHHELD,
    gather_rows,
    read_table,
    responses_table,
    rows_of_waves,
    scores_table,
    write_if_changed,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)

level, waves = study.confidence_level, study.waves
answers = with_pooled_waves(
    Answers(
        rows_of_waves(read_table(snakemake.input.responses, responses_table(instrument)), waves),
        read_table(snakemake.input.missing, MISSING),
        rows_of_waves(read_table(snakemake.input.scores, scores_table(instrument)), waves),
    ),
    waves,
    study.minimum_n,
)
linked = read_table(snakemake.input.linked, LINKED_PEOPLE)
of_answers = members_of(answers.responses, answers.missing, answers.scores, instrument)
members = gather_rows([of_answers, linked_members(linked)], RELEASE_MEMBERS)
of_sites = [*snakemake.input.estimates, snakemake.input.agreement, snakemake.input.case_mix]
estimates = gather_rows(read_table(path, ESTIMATES) for path in of_sites)
before = waves[-2] if len(waves) > 1 else ""
sites = gather_rows([estimates[estimates["site"].notna()], linked_estimates(linked, before, level)])
rules = DisclosureRules(minimum_n=study.minimum_n, override_reason=study.override_reason or "")
counting = counting_sites(sites, rules)
of_all = estimate_programme(sites, counting, level)
of_linked = linked_of_programme(counting_people(linked, counting), before, level)
# Rounds are only pooled for small sites: there is no programme of them.
pooled = pooled_label(waves)
programme = gather_rows([of_all[of_all["wave"] != pooled], of_linked])
# What was published before is no input of the rule: it is added to by the run itself, after this
# step, and the same answers released once more must not set off another release.
past = read_releases(Path(snakemake.params.releases))
gates = read_table(snakemake.input.gates, GATES)
shown_waves = [*waves, pooled] if pooled else waves
gates = gates_of_waves(gates, shown_waves)
outcome = disclose(sites, programme, rules, members, past, gates, waves)
withheld = as_told(outcome.withheld)

manifest = read_table(snakemake.input.manifest, MANIFEST)
folder = Path(snakemake.output.released).parent / "batches"
for batch, sites_of_batch in manifest.groupby("batch")["site"]:
    for name, frame, table in (
        ("released", outcome.released, RELEASED),
        ("withheld", withheld, WITHHELD),
    ):
        of_batch = frame[frame["site"].isin(sites_of_batch) | frame["site"].isna()]
        write_if_changed(of_batch, folder / str(batch) / f"{name}.csv", table)

write_table(outcome.released, snakemake.output.released, RELEASED)
write_table(withheld, snakemake.output.withheld, WITHHELD)
write_table(outcome.figures, snakemake.output.figures, RELEASE_FIGURES)
write_table(members, snakemake.output.members, RELEASE_MEMBERS)
