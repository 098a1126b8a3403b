"""What people who rated, sorted or were interviewed about the items had to say."""

from typing import TYPE_CHECKING

from pipeline.instrument import load_instrument
from pipeline.instrument.evidence import read_evidence
from pipeline.provenance import log_to
from pipeline.psychometrics import content_validity_index, placement_rates
from pipeline.tables import (
    CONTENT_VALIDITY,
    ITEM_DECISIONS,
    PLACEMENT,
    gather_rows,
    item_decisions,
    label_placements,
    label_ratings,
    rating_panels,
    sorting_panels,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

LEAST_PLACED_AT_HOME = 0.70

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder)
evidence = read_evidence(study.instrument_folder, instrument)

rated = [
    label_ratings(content_validity_index(panel.ratings, study.confidence_level).to_rows(), panel)
    for panel in rating_panels(evidence.ratings, instrument)
]
placed = [
    label_placements(
        placement_rates(
            panel.placements, panel.home, LEAST_PLACED_AT_HOME, study.confidence_level
        ).to_rows(),
        panel,
    )
    for panel in sorting_panels(evidence.sorts, instrument)
]
decided = item_decisions(evidence.findings, instrument)

target = snakemake.output
write_table(gather_rows(rated, CONTENT_VALIDITY), target.content_validity, CONTENT_VALIDITY)
write_table(gather_rows(placed, PLACEMENT), target.placement, PLACEMENT)
write_table(decided, target.item_decisions, ITEM_DECISIONS)
