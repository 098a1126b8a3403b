rule score_scales:
    """The score of every respondent on every scale."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
        missing="<data>/1_ingest/missing.parquet",
    output:
        scores="<data>/2_score/scores.parquet",
    log:
        "<logs>/score_scales.log",
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "score", "tables"),
    message:
        "Scoring the scales"
    script:
        "../steps/score_scales.py"


checkpoint slice_sites:
    """Answers and scores by batch of sites; only slices whose content changed are rewritten."""
    input:
        instrument=INSTRUMENT,
        responses="<data>/1_ingest/responses.parquet",
        missing="<data>/1_ingest/missing.parquet",
        sites="<data>/1_ingest/sites.csv",
        site_context="<data>/1_ingest/site_context.csv",
        ledger_rows="<data>/1_ingest/ledger_rows.csv",
        scores="<data>/2_score/scores.parquet",
    output:
        manifest="<data>/2_score/manifest.csv",
    log:
        "<logs>/slice_sites.log",
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "tables"),
    message:
        "Sorting the answers by site"
    script:
        "../steps/slice_sites.py"
