"""Change of the people who answered in the two latest survey rounds. Restricted."""

from typing import TYPE_CHECKING

from pipeline.benchmark.change import linked_people
from pipeline.instrument import load_instrument
from pipeline.provenance import log_to
from pipeline.tables import (
    ESTIMATES,
    LINKED_PEOPLE,
    read_table,
    responses_table,
    scores_table,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)

people = linked_people(
    read_table(snakemake.input.responses, responses_table(instrument)),
    read_table(snakemake.input.scores, scores_table(instrument)),
    read_table(snakemake.input.reliability, ESTIMATES),
    study.waves,
    study.confidence_level,
)
write_table(people, snakemake.output.people, LINKED_PEOPLE)
