"""The index, the comparative and the technical page, with the files that the last one offers."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.report import (
    ProgrammeTables,
    render_comparative_page,
    render_index,
    render_technical_report,
)
from pipeline.tables import (
    CLAIMS,
    CLUSTERS,
    CONTENT_VALIDITY,
    ESTIMATES,
    FALSIFIERS,
    GATES,
    HYPOTHESES,
    INVARIANCE,
    ITEM_DECISIONS,
    LEDGER_CELLS,
    LEDGER_COLUMNS,
    LEDGER_ROWS,
    MISSING_DATA,
    MODEL_ESTIMATES,
    PLACEMENT,
    RELEASED,
    RESPONSE,
    RIVAL_MODELS,
    SCALE_COMPARISONS,
    SCREENING_COUNTS,
    SCREENING_EFFECT,
    SITE_CHANGES,
    SITE_COMPARISONS,
    SITES,
    WITHHELD,
    read_table,
    write_text,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)

released = read_table(snakemake.input.released, RELEASED)
withheld = read_table(snakemake.input.withheld, WITHHELD)
sites = read_table(snakemake.input.sites, SITES)
names = (
    "item_analysis",
    "reliability",
    "correlations",
    "retention",
    "equivalence",
    "factors",
    "variance",
    "agreement",
    "case_mix",
)
psychometrics = {name: read_table(snakemake.input[name], ESTIMATES) for name in names}
contracts = {
    "content_validity": CONTENT_VALIDITY,
    "placement": PLACEMENT,
    "item_decisions": ITEM_DECISIONS,
}
content = {name: read_table(snakemake.input[name], table) for name, table in contracts.items()}
screened = {
    "screening_counts": SCREENING_COUNTS,
    "screening_effect": SCREENING_EFFECT,
    "missing_data": MISSING_DATA,
}
screening = {name: read_table(snakemake.input[name], table) for name, table in screened.items()}
of_models = {
    "models": RIVAL_MODELS,
    "model_estimates": MODEL_ESTIMATES,
    "comparability": MODEL_ESTIMATES,
    "invariance": INVARIANCE,
    "group_differences": MODEL_ESTIMATES,
    "falsifiers": FALSIFIERS,
    "claims": CLAIMS,
    "hypotheses": HYPOTHESES,
    "gates": GATES,
}
models = {name: read_table(snakemake.input[name], table) for name, table in of_models.items()}
described = study.for_reports()

tables = ProgrammeTables(
    site_comparisons=read_table(snakemake.input.site_comparisons, SITE_COMPARISONS),
    scale_comparisons=read_table(snakemake.input.scale_comparisons, SCALE_COMPARISONS),
    gates=models["gates"],
    site_changes=read_table(snakemake.input.site_changes, SITE_CHANGES),
    response=read_table(snakemake.input.response, RESPONSE),
    clusters=read_table(snakemake.input.clusters, CLUSTERS),
)
comparative = render_comparative_page(
    released, withheld, sites, psychometrics["variance"], tables, instrument, described
)
technical = render_technical_report(
    read_table(snakemake.input.ledger_rows, LEDGER_ROWS),
    read_table(snakemake.input.ledger_cells, LEDGER_CELLS),
    read_table(snakemake.input.ledger_columns, LEDGER_COLUMNS),
    screening,
    psychometrics,
    content,
    withheld,
    instrument,
    described,
    models,
)
write_text(render_index(released, sites, instrument, described), snakemake.output.index)
write_text(comparative, snakemake.output.comparative)
write_text(technical.page, snakemake.output.technical)
for address, text in technical.files.items():
    write_text(text, Path(snakemake.output.technical).parent / address)
