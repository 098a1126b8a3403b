rule ingest_exports:
    """Read every export and account for every row and cell."""
    input:
        instrument=INSTRUMENT,
        exports=STUDY.input_files,
    output:
        responses="<data>/1_ingest/responses.parquet",
        set_aside="<data>/1_ingest/set_aside.parquet",
        missing="<data>/1_ingest/missing.parquet",
        sites="<data>/1_ingest/sites.csv",
        invited="<data>/1_ingest/invited.csv",
        site_context="<data>/1_ingest/site_context.csv",
        ledger_rows="<data>/1_ingest/ledger_rows.csv",
        ledger_cells="<data>/1_ingest/ledger_cells.csv",
        ledger_columns="<data>/1_ingest/ledger_columns.csv",
        screening="<data>/1_ingest/screening.csv",
        open_answers="<data>/1_ingest/open_answers.parquet",
    log:
        "<logs>/ingest_exports.log",
    resources:
        mem_mb=2000,
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "ingest", "tables"),
    message:
        "Reading the exports"
    script:
        "../steps/ingest_exports.py"
