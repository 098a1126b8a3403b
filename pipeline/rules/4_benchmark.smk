RELEASES = f"{STUDY.data_folder}/releases"
"""A record of everything published so far: read before a release, added to by `publish`."""


rule estimate_sites:
    """Means, gaps and shares of one batch of sites. Exact, so restricted."""
    input:
        unpack(slices_of),
        instrument=INSTRUMENT,
    output:
        estimates="<data>/4_benchmark/site_estimates/{batch}.csv",
    log:
        "<logs>/estimate_sites/{batch}.log",
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "benchmark", "tables"),
    message:
        "Estimating the sites of batch {wildcards.batch}"
    script:
        "../steps/estimate_sites.py"


rule link_people:
    """Change of the people who answered in the two latest survey rounds. Restricted."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
        scores="<data>/2_score/scores.parquet",
        reliability="<data>/3_psychometrics/reliability.csv",
    output:
        people="<data>/4_benchmark/linked_people.parquet",
    log:
        "<logs>/link_people.log",
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "benchmark", "tables"),
    message:
        "Linking people of two survey rounds"
    script:
        "../steps/link_people.py"


rule decide_gates:
    """What may be compared: every gate of every scale in one table."""
    input:
        instrument=INSTRUMENT,
        estimates="<data>/3_psychometrics/model_estimates.csv",
        reliability="<data>/3_psychometrics/reliability.csv",
        variance="<data>/3_psychometrics/variance.csv",
        agreement="<data>/3_psychometrics/agreement.csv",
        groups="<data>/3_psychometrics/gates_of_groups.csv",
        sites="<data>/3_psychometrics/gates_of_sites.csv",
    output:
        gates="<data>/4_benchmark/gates.csv",
    log:
        "<logs>/decide_gates.log",
    params:
        study=STUDY,
        code=code_fingerprint("benchmark", "instrument", "tables"),
    message:
        "Deciding what may be compared"
    script:
        "../steps/decide_gates.py"


checkpoint disclose:
    """Figures of the programme, then disclosure control: the one place where numbers get out."""
    input:
        estimates=estimates_of_every_batch,
        manifest="<data>/2_score/manifest.csv",
        responses="<data>/1_ingest/responses.parquet",
        missing="<data>/1_ingest/missing.parquet",
        scores="<data>/2_score/scores.parquet",
        gates="<data>/4_benchmark/gates.csv",
        agreement="<data>/3_psychometrics/agreement.csv",
        case_mix="<data>/3_psychometrics/case_mix.csv",
        linked="<data>/4_benchmark/linked_people.parquet",
        instrument=INSTRUMENT,
    output:
        released="<data>/4_benchmark/released.csv",
        withheld="<data>/4_benchmark/withheld.csv",
        figures="<data>/4_benchmark/release/figures.parquet",
        members="<data>/4_benchmark/release/members.parquet",
    log:
        "<logs>/disclose.log",
    params:
        study=STUDY,
        releases=RELEASES,
        code=code_fingerprint("instrument", "benchmark", "tables"),
    message:
        "Deciding what may be shown"
    script:
        "../steps/disclose.py"


rule compare_sites:
    """Every site beside the others, from what is released and nothing else."""
    input:
        released="<data>/4_benchmark/released.csv",
        figures="<data>/4_benchmark/release/figures.parquet",
        variance="<data>/4_benchmark/psychometrics/variance.csv",
        gates="<data>/4_benchmark/gates.csv",
        invited="<data>/1_ingest/invited.csv",
        instrument=INSTRUMENT,
    output:
        sites="<data>/4_benchmark/site_comparisons.csv",
        scales="<data>/4_benchmark/scale_comparisons.csv",
    log:
        "<logs>/compare_sites.log",
    params:
        study=STUDY,
        code=code_fingerprint("benchmark", "instrument", "tables"),
    message:
        "Comparing the sites"
    script:
        "../steps/compare_sites.py"


rule compare_waves:
    """Change since earlier survey rounds, from what is released and nothing else."""
    input:
        released="<data>/4_benchmark/released.csv",
        gates="<data>/4_benchmark/gates.csv",
        invited="<data>/1_ingest/invited.csv",
        instrument=INSTRUMENT,
    output:
        changes="<data>/4_benchmark/site_changes.csv",
    log:
        "<logs>/compare_waves.log",
    params:
        study=STUDY,
        code=code_fingerprint("benchmark", "instrument", "tables"),
    message:
        "Comparing survey rounds"
    script:
        "../steps/compare_waves.py"


rule summarise_response:
    """Who was invited and who answered, by site, respondent group and survey round."""
    input:
        released="<data>/4_benchmark/released.csv",
        sites="<data>/1_ingest/sites.csv",
        invited="<data>/1_ingest/invited.csv",
        instrument=INSTRUMENT,
    output:
        response="<data>/4_benchmark/response.csv",
    log:
        "<logs>/summarise_response.log",
    params:
        study=STUDY,
        code=code_fingerprint("benchmark", "instrument", "tables"),
    message:
        "Counting who was invited and who answered"
    script:
        "../steps/summarise_response.py"


rule roll_up_clusters:
    """Means of clusters of sites, as they may leave."""
    input:
        estimates=estimates_of_every_batch,
        figures="<data>/4_benchmark/release/figures.parquet",
        members="<data>/4_benchmark/release/members.parquet",
        gates="<data>/4_benchmark/gates.csv",
        sites="<data>/1_ingest/sites.csv",
    output:
        clusters="<data>/4_benchmark/clusters.csv",
    log:
        "<logs>/roll_up_clusters.log",
    params:
        study=STUDY,
        releases=RELEASES,
        code=code_fingerprint("benchmark", "tables"),
    message:
        "Rolling sites up to clusters"
    script:
        "../steps/roll_up_clusters.py"


rule release_psychometrics:
    """What may leave about the analyses of all answers together."""
    input:
        estimates=estimates_of_every_batch,
        figures="<data>/4_benchmark/release/figures.parquet",
        item_analysis="<data>/3_psychometrics/item_analysis.csv",
        reliability="<data>/3_psychometrics/reliability.csv",
        correlations="<data>/3_psychometrics/correlations.csv",
        retention="<data>/3_psychometrics/retention.csv",
        equivalence="<data>/3_psychometrics/equivalence.csv",
        factors="<data>/3_psychometrics/factors.csv",
        variance="<data>/3_psychometrics/variance.csv",
        agreement="<data>/3_psychometrics/agreement.csv",
        case_mix="<data>/3_psychometrics/case_mix.csv",
    output:
        item_analysis="<data>/4_benchmark/psychometrics/item_analysis.csv",
        reliability="<data>/4_benchmark/psychometrics/reliability.csv",
        correlations="<data>/4_benchmark/psychometrics/correlations.csv",
        retention="<data>/4_benchmark/psychometrics/retention.csv",
        equivalence="<data>/4_benchmark/psychometrics/equivalence.csv",
        factors="<data>/4_benchmark/psychometrics/factors.csv",
        variance="<data>/4_benchmark/psychometrics/variance.csv",
        agreement="<data>/4_benchmark/psychometrics/agreement.csv",
        case_mix="<data>/4_benchmark/psychometrics/case_mix.csv",
    log:
        "<logs>/release_psychometrics.log",
    params:
        study=STUDY,
        code=code_fingerprint("benchmark", "tables"),
    message:
        "Deciding what may be shown of the pooled analyses"
    script:
        "../steps/release_psychometrics.py"


rule release_models:
    """What may leave about the models of the items, and what groups and sites mean by them."""
    input:
        estimates=estimates_of_every_batch,
        figures="<data>/4_benchmark/release/figures.parquet",
        models="<data>/3_psychometrics/models.csv",
        model_estimates="<data>/3_psychometrics/model_estimates.csv",
        comparability="<data>/3_psychometrics/comparability.csv",
        invariance="<data>/3_psychometrics/measurement_invariance.csv",
        group_differences="<data>/3_psychometrics/group_differences.csv",
        falsifiers="<data>/3_psychometrics/falsifiers.csv",
        gates="<data>/4_benchmark/gates.csv",
    output:
        models="<data>/4_benchmark/psychometrics/models.csv",
        model_estimates="<data>/4_benchmark/psychometrics/model_estimates.csv",
        comparability="<data>/4_benchmark/psychometrics/comparability.csv",
        invariance="<data>/4_benchmark/psychometrics/measurement_invariance.csv",
        group_differences="<data>/4_benchmark/psychometrics/group_differences.csv",
        falsifiers="<data>/4_benchmark/psychometrics/falsifiers.csv",
    log:
        "<logs>/release_models.log",
    params:
        study=STUDY,
        code=code_fingerprint("benchmark", "tables"),
    message:
        "Deciding what may be shown of the models"
    script:
        "../steps/release_models.py"


rule release_claims:
    """What may leave about what was expected beforehand, and the verdicts that follow."""
    input:
        instrument=INSTRUMENT,
        expectations=EXPECTATIONS,
        claims="<data>/3_psychometrics/claims.csv",
        gates="<data>/4_benchmark/gates.csv",
    output:
        claims="<data>/4_benchmark/psychometrics/claims.csv",
        hypotheses="<data>/4_benchmark/psychometrics/hypotheses.csv",
    log:
        "<logs>/release_claims.log",
    params:
        study=STUDY,
        code=code_fingerprint("benchmark", "instrument", "tables"),
    message:
        "Deciding what may be shown of what was expected"
    script:
        "../steps/release_claims.py"


rule release_screening:
    """What may leave about careless answering and missing answers."""
    input:
        estimates=estimates_of_every_batch,
        figures="<data>/4_benchmark/release/figures.parquet",
        counts="<data>/3_psychometrics/screening_counts.csv",
        effect="<data>/3_psychometrics/screening_effect.csv",
        missing_data="<data>/3_psychometrics/missing_data.csv",
    output:
        counts="<data>/4_benchmark/psychometrics/screening_counts.csv",
        effect="<data>/4_benchmark/psychometrics/screening_effect.csv",
        missing_data="<data>/4_benchmark/psychometrics/missing_data.csv",
    log:
        "<logs>/release_screening.log",
    params:
        study=STUDY,
        code=code_fingerprint("benchmark", "tables"),
    message:
        "Deciding what may be shown of careless and missing answers"
    script:
        "../steps/release_screening.py"
