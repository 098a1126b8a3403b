"""Figures of the programme, then disclosure control: the one place where numbers get out."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.benchmark import estimate_programme
from pipeline.benchmark.disclosure import DisclosureRules, counting_sites, disclose
from pipeline.provenance import log_to
from pipeline.tables import (
    ESTIMATES,
    MANIFEST,
    RELEASED,
    WITHHELD,
    gather_rows,
    read_table,
    write_if_changed,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study

sites = gather_rows(read_table(path, ESTIMATES) for path in snakemake.input.estimates)
rules = DisclosureRules(minimum_n=study.minimum_n, override_reason=study.override_reason or "")
programme = estimate_programme(sites, counting_sites(sites, rules), study.confidence_level)
outcome = disclose(sites, programme, rules)

manifest = read_table(snakemake.input.manifest, MANIFEST)
folder = Path(snakemake.output.released).parent / "batches"
for batch, members in manifest.groupby("batch")["site"]:
    for name, frame, table in (
        ("released", outcome.released, RELEASED),
        ("withheld", outcome.withheld, WITHHELD),
    ):
        of_batch = frame[frame["site"].isin(members) | frame["site"].isna()]
        write_if_changed(of_batch, folder / str(batch) / f"{name}.csv", table)

write_table(outcome.released, snakemake.output.released, RELEASED)
write_table(outcome.withheld, snakemake.output.withheld, WITHHELD)
