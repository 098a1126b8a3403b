"""What was expected of the answers beforehand, held against them."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from pipeline.instrument import load_hypotheses, load_instrument
from pipeline.provenance import log_to
from pipeline.psychometrics.claims import (
    FACT,
    Asked,
    ClaimSample,
    estimate_claim,
    reliability_of_means,
    reliability_within,
)
from pipeline.score import FEWEST_SITES, claim_variables, treatment_of_missing
from pipeline.tables import (
    CLAIMS,
    MISSING,
    SITE_CONTEXT,
    gather_rows,
    judge_claim,
    read_table,
    responses_table,
    rows_of_wave,
    statistic_in_words,
    write_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])
study = snakemake.params.study
whole = load_instrument(study.instrument_folder)
instrument = load_instrument(study.instrument_folder, study.form, study.added_sections)
hypotheses = load_hypotheses(study.instrument_folder, whole)
everyone = read_table(snakemake.input.responses, responses_table(instrument))
missing = read_table(snakemake.input.missing, MISSING)
responses = rows_of_wave(everyone, study.wave)
asked_of = missing[missing["respondent"].isin(responses["respondent"])]
context = read_table(snakemake.input.site_context, SITE_CONTEXT)
known = claim_variables(responses, asked_of, context, hypotheses, instrument, study.minimum_n)

within = {
    name: reliability_within(items, known.site_of, treatment_of_missing(items))
    for name, items in known.items.items()
}
facts = dict.fromkeys(known.facts, FACT)
of_means = {name: reliability_of_means(known.people[name], known.site_of) for name in known.items}
sites = np.unique(known.site_of.to_numpy(dtype=str), return_inverse=True)[1]
rows = []
claims = [(one.id, claim) for one in hypotheses.hypotheses for claim in one.claims]
for hypothesis, declared in claims:
    claim = known.with_facets(declared)
    of_sites, absent = claim.level == "site", known.absent_for(claim)
    values = known.values_for(claim)
    reliabilities = of_means if of_sites else within
    sample = ClaimSample(
        values=values,
        strata=sites if claim.level == "within_site" else np.zeros(len(values), dtype=np.int64),
        members=known.members_for(claim),
        fewest=FEWEST_SITES if of_sites else study.minimum_n,
        reliabilities=facts | {name: found for name, found in reliabilities.items() if found},
    )
    asked = Asked(
        kind=claim.kind,
        variables=claim.variables,
        against=claim.against,
        given=claim.given,
        absolute=claim.absolute,
        corrected=claim.corrected,
        high=claim.high,
        low=claim.low,
        ordered_by=claim.ordered_by,
        order=claim.order,
    )
    found = () if absent else estimate_claim(asked, sample, study.confidence_level)
    rows.append(
        judge_claim(
            claim,
            [asdict(one) for one in found],
            absent,
            wave=study.wave,
            hypothesis=hypothesis,
            statistic=statistic_in_words(declared),
            scales=" ".join(known.scales_of(claim)),
            shortfall=known.shortfall(hypotheses.evidence[claim.evidence], claim),
        )
    )

write_table(gather_rows(rows, CLAIMS), snakemake.output.claims, CLAIMS)
