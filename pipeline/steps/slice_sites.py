"""Answers and scores by batch of sites; only slices whose content changed are rewritten."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.problems import refuse_if_any
from pipeline.provenance import log_to
from pipeline.tables import (
    LEDGER_ROWS,
    MANIFEST,
    MISSING,
    SITE_CONTEXT,
    SITES,
    batch_of_sites,
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

contracts = {
    "responses": responses_table(instrument),
    "missing": MISSING,
    "scores": scores_table(instrument),
    "ledger_rows": LEDGER_ROWS,
    "sites": SITES,
    "site_context": SITE_CONTEXT,
}
tables = {name: read_table(snakemake.input[name], table) for name, table in contracts.items()}
for name in ("responses", "scores"):
    tables[name] = rows_of_waves(tables[name], study.waves)
answered = set(tables["responses"]["wave"])
refuse_if_any(list(study.unanswered_waves(answered)))
site_of = tables["responses"].set_index("respondent")["site"]
manifest = batch_of_sites(tables["sites"]["site"], study.batches)
folder = Path(snakemake.output.manifest).parent / "batches"

for batch, sites in manifest.groupby("batch")["site"]:
    for name, table in tables.items():
        owner = table["respondent"].map(site_of) if name == "missing" else table["site"]
        suffix = "parquet" if name in ("responses", "missing", "scores") else "csv"
        target = folder / str(batch) / f"{name}.{suffix}"
        write_if_changed(table[owner.isin(sites)], target, contracts[name])

write_table(manifest, snakemake.output.manifest, MANIFEST)
