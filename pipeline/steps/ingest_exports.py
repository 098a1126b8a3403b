"""Read every export and account for every row and cell."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.ingest import (
    ExportSource,
    ScreeningRules,
    ingest_exports,
    read_secret,
    read_site_list,
)
from pipeline.ingest.forms import optional_among
from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.tables import (
    INVITED,
    LEDGER_CELLS,
    LEDGER_COLUMNS,
    LEDGER_ROWS,
    MISSING,
    OPEN_ANSWERS,
    SCREENING,
    SITE_CONTEXT,
    SITES,
    responses_table,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)


def asked_in(form: str | None) -> frozenset[str] | None:
    """Answer columns of a form that is not the one of the study."""
    if form is None:
        return None
    whole = load_instrument(study.instrument_folder)
    added = optional_among(study.added_sections, form, whole)
    return frozenset(load_instrument(study.instrument_folder, form, added).answer_columns)


sources = [
    ExportSource(
        file=Path(export.file),
        site_column=export.site_column,
        platform=export.platform,
        definition=Path(export.definition) if export.definition else None,
        mapping=Path(export.mapping) if export.mapping else None,
        name_map=Path(export.name_map) if export.name_map else None,
        encoding=export.encoding,
        wave=export.wave,
        occasions=export.occasions,
        person_column=export.person_column,
        recodes=export.recodes,
        attention_checks=study.attention_checks,
        asked=asked_in(export.form),
    )
    for export in study.exports
]
site_list = read_site_list(Path(study.sites), instrument) if study.sites else None
usual = ScreeningRules()
rules = ScreeningRules(
    exclude_from_flags=study.exclude_from_flags,
    strong=usual.strong if study.strong_flags is None else study.strong_flags,
    seconds_per_item=study.seconds_per_item,
)
secret = read_secret(Path(study.secret_file)) if study.secret_file else b""
ingested = ingest_exports(
    sources, instrument, site_list, study.wave, rules, study.same_person, secret
)

write_table(ingested.responses, snakemake.output.responses, responses_table(instrument))
write_table(ingested.set_aside, snakemake.output.set_aside, responses_table(instrument))
write_table(ingested.missing, snakemake.output.missing, MISSING)
write_table(ingested.sites, snakemake.output.sites, SITES)
write_table(ingested.invited, snakemake.output.invited, INVITED)
write_table(ingested.site_context, snakemake.output.site_context, SITE_CONTEXT)
write_table(ingested.ledger_rows, snakemake.output.ledger_rows, LEDGER_ROWS)
write_table(ingested.ledger_cells, snakemake.output.ledger_cells, LEDGER_CELLS)
write_table(ingested.ledger_columns, snakemake.output.ledger_columns, LEDGER_COLUMNS)
write_table(ingested.screening, snakemake.output.screening, SCREENING)
write_table(ingested.open_answers, snakemake.output.open_answers, OPEN_ANSWERS)
