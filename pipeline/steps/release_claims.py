"""What may leave about the claims, and what follows for the hypotheses."""

from typing import TYPE_CHECKING

from pipeline.benchmark.disclosure import DisclosureRules
from pipeline.benchmark.disclosure.claims import release_claims
from pipeline.instrument import load_hypotheses, load_instrument
from pipeline.provenance import log_to
from pipeline.tables import CLAIMS, GATES, HYPOTHESES, judge_hypotheses, read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
whole = load_instrument(study.instrument_folder)
hypotheses = load_hypotheses(study.instrument_folder, whole)

rules = DisclosureRules(minimum_n=study.minimum_n, override_reason=study.override_reason or "")
claims = read_table(snakemake.input.claims, CLAIMS)
released = release_claims(claims, read_table(snakemake.input.gates, GATES), rules)
write_table(released, snakemake.output.claims, CLAIMS)
judged = judge_hypotheses(released, hypotheses, study.wave)
write_table(judged, snakemake.output.hypotheses, HYPOTHESES)
