rule analyse_items:
    """What each item shows on its own and with the others of its scale."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
    output:
        item_analysis="<data>/3_psychometrics/item_analysis.csv",
    log:
        "<logs>/analyse_items.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "score", "psychometrics", "tables"),
    message:
        "Analysing the items"
    script:
        "../steps/analyse_items.py"


rule estimate_reliability:
    """Internal consistency of every scale."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
    output:
        reliability="<data>/3_psychometrics/reliability.csv",
    log:
        "<logs>/estimate_reliability.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "score", "psychometrics", "tables"),
    message:
        "Estimating reliability"
    script:
        "../steps/estimate_reliability.py"


rule correlate_items:
    """How the items go together, as ordered answers."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
    output:
        correlations="<data>/3_psychometrics/correlations.csv",
    log:
        "<logs>/correlate_items.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "score", "psychometrics", "tables"),
    message:
        "Correlating the items"
    script:
        "../steps/correlate_items.py"


rule suggest_factors:
    """How well the items can be factored, and into how many factors."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
    output:
        retention="<data>/3_psychometrics/retention.csv",
    log:
        "<logs>/suggest_factors.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "score", "psychometrics", "tables"),
    message:
        "Asking how many factors there are"
    script:
        "../steps/suggest_factors.py"


rule halve_sample:
    """One half of the respondents to explore factors in, and one to confirm them."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
    output:
        halves="<data>/3_psychometrics/halves.parquet",
        equivalence="<data>/3_psychometrics/equivalence.csv",
    log:
        "<logs>/halve_sample.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "score", "psychometrics", "tables"),
    message:
        "Splitting the sample for exploring and confirming"
    script:
        "../steps/halve_sample.py"


rule explore_factors:
    """Exploratory factors of every section that expects one factor a scale."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
        halves="<data>/3_psychometrics/halves.parquet",
    output:
        factors="<data>/3_psychometrics/factors.csv",
    log:
        "<logs>/explore_factors.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "score", "psychometrics", "tables"),
    message:
        "Exploring the factors"
    script:
        "../steps/explore_factors.py"


rule compare_models:
    """The models that the items may follow, held against the answers side by side."""
    input:
        instrument=INSTRUMENT,
        expectations=EXPECTATIONS,
        responses="<data>/1_ingest/responses.parquet",
        halves="<data>/3_psychometrics/halves.parquet",
    output:
        models="<data>/3_psychometrics/models.csv",
        falsifiers="<data>/3_psychometrics/falsifiers.csv",
        estimates="<data>/3_psychometrics/model_estimates.csv",
    log:
        "<logs>/compare_models.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "score", "psychometrics", "tables"),
    message:
        "Comparing models of the items"
    script:
        "../steps/compare_models.py"


rule judge_claims:
    """What was expected of the answers beforehand, held against them."""
    input:
        instrument=INSTRUMENT,
        expectations=EXPECTATIONS,
        responses="<data>/1_ingest/responses.parquet",
        missing="<data>/1_ingest/missing.parquet",
        site_context="<data>/1_ingest/site_context.csv",
    output:
        claims="<data>/3_psychometrics/claims.csv",
    log:
        "<logs>/judge_claims.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "score", "psychometrics", "tables"),
    message:
        "Holding what was expected against the answers"
    script:
        "../steps/judge_claims.py"


rule test_invariance:
    """Whether the items mean the same in groups, languages, platforms and survey rounds."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
        ledger_rows="<data>/1_ingest/ledger_rows.csv",
    output:
        invariance="<data>/3_psychometrics/measurement_invariance.csv",
        estimates="<data>/3_psychometrics/group_differences.csv",
        gates="<data>/3_psychometrics/gates_of_groups.csv",
    log:
        "<logs>/test_invariance.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint(
            "benchmark", "instrument", "score", "psychometrics", "tables"
        ),
    message:
        "Testing whether groups can be compared"
    script:
        "../steps/test_invariance.py"


rule check_sites_comparable:
    """Whether what differs between sites is what differs between people."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
    output:
        estimates="<data>/3_psychometrics/comparability.csv",
        gates="<data>/3_psychometrics/gates_of_sites.csv",
    log:
        "<logs>/check_sites_comparable.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint(
            "benchmark", "instrument", "score", "psychometrics", "tables"
        ),
    message:
        "Testing whether sites can be compared"
    script:
        "../steps/check_sites_comparable.py"


rule estimate_agreement:
    """How closely people of a site agree, and whether chance would do as well."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
    output:
        agreement="<data>/3_psychometrics/agreement.csv",
    log:
        "<logs>/estimate_agreement.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "score", "psychometrics", "tables"),
    message:
        "Estimating agreement within sites"
    script:
        "../steps/estimate_agreement.py"


rule adjust_case_mix:
    """Site means with the composition of their respondents taken out, if the study asks for it."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
        scores="<data>/2_score/scores.parquet",
    output:
        case_mix="<data>/3_psychometrics/case_mix.csv",
    log:
        "<logs>/adjust_case_mix.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "score", "psychometrics", "tables"),
    message:
        "Adjusting site means for who answered"
    script:
        "../steps/adjust_case_mix.py"


rule split_variance:
    """How much of each score differs between sites."""
    input:
        instrument=INSTRUMENT,
        scores="<data>/2_score/scores.parquet",
    output:
        variance="<data>/3_psychometrics/variance.csv",
    log:
        "<logs>/split_variance.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "score", "psychometrics", "tables"),
    message:
        "Splitting variance between and within sites"
    script:
        "../steps/split_variance.py"


rule summarise_content_evidence:
    """What people who rated, sorted or were interviewed about the items had to say."""
    input:
        instrument=INSTRUMENT,
        evidence=EVIDENCE,
    output:
        content_validity="<data>/3_psychometrics/content_validity.csv",
        placement="<data>/3_psychometrics/placement.csv",
        item_decisions="<data>/3_psychometrics/item_decisions.csv",
    log:
        "<logs>/summarise_content_evidence.log",
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "psychometrics", "tables"),
    message:
        "Summing up what people said about the items"
    script:
        "../steps/summarise_content_evidence.py"


rule summarise_screening:
    """Signs of careless answering, results with and without it, and missing answers."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
        set_aside="<data>/1_ingest/set_aside.parquet",
        missing="<data>/1_ingest/missing.parquet",
        screening="<data>/1_ingest/screening.csv",
    output:
        counts="<data>/3_psychometrics/screening_counts.csv",
        effect="<data>/3_psychometrics/screening_effect.csv",
        missing_data="<data>/3_psychometrics/missing_data.csv",
    log:
        "<logs>/summarise_screening.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint(
            "ingest", "instrument", "score", "psychometrics", "tables"
        ),
    message:
        "Summing up careless and missing answers"
    script:
        "../steps/summarise_screening.py"
