rule render_site_pages:
    """The pages of one batch of sites, on screen and paper, from released figures only."""
    input:
        unpack(facts_of),
        site_comparisons="<data>/4_benchmark/site_comparisons.csv",
        site_changes="<data>/4_benchmark/site_changes.csv",
        response="<data>/4_benchmark/response.csv",
        instrument=INSTRUMENT,
        texts=REPORT_TEXTS,
    output:
        pages=directory("<data>/5_report/pages/{batch}"),
    log:
        "<logs>/render_site_pages/{batch}.log",
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "report", "study", "tables"),
    message:
        "Writing the site pages of batch {wildcards.batch}"
    script:
        "../steps/render_site_pages.py"


rule render_overview_pages:
    """The index, the comparative and the technical page, with the files that it offers."""
    input:
        instrument=INSTRUMENT,
        released="<data>/4_benchmark/released.csv",
        withheld="<data>/4_benchmark/withheld.csv",
        sites="<data>/1_ingest/sites.csv",
        site_comparisons="<data>/4_benchmark/site_comparisons.csv",
        scale_comparisons="<data>/4_benchmark/scale_comparisons.csv",
        site_changes="<data>/4_benchmark/site_changes.csv",
        response="<data>/4_benchmark/response.csv",
        clusters="<data>/4_benchmark/clusters.csv",
        ledger_rows="<data>/1_ingest/ledger_rows.csv",
        ledger_cells="<data>/1_ingest/ledger_cells.csv",
        ledger_columns="<data>/1_ingest/ledger_columns.csv",
        screening_counts="<data>/4_benchmark/psychometrics/screening_counts.csv",
        screening_effect="<data>/4_benchmark/psychometrics/screening_effect.csv",
        missing_data="<data>/4_benchmark/psychometrics/missing_data.csv",
        item_analysis="<data>/4_benchmark/psychometrics/item_analysis.csv",
        reliability="<data>/4_benchmark/psychometrics/reliability.csv",
        correlations="<data>/4_benchmark/psychometrics/correlations.csv",
        retention="<data>/4_benchmark/psychometrics/retention.csv",
        equivalence="<data>/4_benchmark/psychometrics/equivalence.csv",
        factors="<data>/4_benchmark/psychometrics/factors.csv",
        variance="<data>/4_benchmark/psychometrics/variance.csv",
        agreement="<data>/4_benchmark/psychometrics/agreement.csv",
        case_mix="<data>/4_benchmark/psychometrics/case_mix.csv",
        content_validity="<data>/3_psychometrics/content_validity.csv",
        placement="<data>/3_psychometrics/placement.csv",
        item_decisions="<data>/3_psychometrics/item_decisions.csv",
        models="<data>/4_benchmark/psychometrics/models.csv",
        model_estimates="<data>/4_benchmark/psychometrics/model_estimates.csv",
        comparability="<data>/4_benchmark/psychometrics/comparability.csv",
        invariance="<data>/4_benchmark/psychometrics/measurement_invariance.csv",
        group_differences="<data>/4_benchmark/psychometrics/group_differences.csv",
        falsifiers="<data>/4_benchmark/psychometrics/falsifiers.csv",
        claims="<data>/4_benchmark/psychometrics/claims.csv",
        hypotheses="<data>/4_benchmark/psychometrics/hypotheses.csv",
        gates="<data>/4_benchmark/gates.csv",
        texts=REPORT_TEXTS,
    output:
        index="<data>/5_report/index.html",
        comparative="<data>/5_report/comparative.html",
        technical="<data>/5_report/technical.html",
        offered=directory("<data>/5_report/technical"),
    log:
        "<logs>/render_overview_pages.log",
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "report", "study", "tables"),
    message:
        "Writing the pages of the programme"
    script:
        "../steps/render_overview_pages.py"


rule publish:
    """Record what is released, then put the finished pages in the place of the last ones."""
    input:
        released="<data>/4_benchmark/released.csv",
        figures="<data>/4_benchmark/release/figures.parquet",
        members="<data>/4_benchmark/release/members.parquet",
        index="<data>/5_report/index.html",
        comparative="<data>/5_report/comparative.html",
        technical="<data>/5_report/technical.html",
        offered="<data>/5_report/technical",
        pages=pages_of_every_batch,
    output:
        index="<reports>/index.html",
    log:
        "<logs>/publish.log",
    params:
        code=code_fingerprint("benchmark", "tables"),
        releases=RELEASES,
    message:
        "Putting the reports in place"
    script:
        "../steps/publish.py"


rule workbook:
    """The released tables for a spreadsheet program; on request: snakemake workbook."""
    input:
        published="<reports>/index.html",
        instrument=INSTRUMENT,
        released="<data>/4_benchmark/released.csv",
        withheld="<data>/4_benchmark/withheld.csv",
        sites="<data>/1_ingest/sites.csv",
        site_comparisons="<data>/4_benchmark/site_comparisons.csv",
        scale_comparisons="<data>/4_benchmark/scale_comparisons.csv",
        site_changes="<data>/4_benchmark/site_changes.csv",
        response="<data>/4_benchmark/response.csv",
        clusters="<data>/4_benchmark/clusters.csv",
        gates="<data>/4_benchmark/gates.csv",
        texts=REPORT_TEXTS,
    output:
        workbook="<reports>/office/workbook.xlsx",
    log:
        "<logs>/workbook.log",
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "report", "study", "tables"),
    message:
        "Writing the workbook of the released tables"
    script:
        "../steps/workbook.py"


rule slides:
    """Slides for the programme and for each site; on request: snakemake slides."""
    input:
        published="<reports>/index.html",
        instrument=INSTRUMENT,
        released="<data>/4_benchmark/released.csv",
        withheld="<data>/4_benchmark/withheld.csv",
        sites="<data>/1_ingest/sites.csv",
        site_context="<data>/1_ingest/site_context.csv",
        ledger_rows="<data>/1_ingest/ledger_rows.csv",
        site_comparisons="<data>/4_benchmark/site_comparisons.csv",
        scale_comparisons="<data>/4_benchmark/scale_comparisons.csv",
        site_changes="<data>/4_benchmark/site_changes.csv",
        response="<data>/4_benchmark/response.csv",
        texts=REPORT_TEXTS,
    output:
        slides=directory("<reports>/office/slides"),
    log:
        "<logs>/slides.log",
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "report", "study", "tables"),
    message:
        "Writing the slides"
    script:
        "../steps/slides.py"


rule documents:
    """The report of each site as a text document; on request: snakemake documents."""
    input:
        published="<reports>/index.html",
        instrument=INSTRUMENT,
        released="<data>/4_benchmark/released.csv",
        withheld="<data>/4_benchmark/withheld.csv",
        sites="<data>/1_ingest/sites.csv",
        site_context="<data>/1_ingest/site_context.csv",
        ledger_rows="<data>/1_ingest/ledger_rows.csv",
        site_comparisons="<data>/4_benchmark/site_comparisons.csv",
        site_changes="<data>/4_benchmark/site_changes.csv",
        response="<data>/4_benchmark/response.csv",
        texts=REPORT_TEXTS,
    output:
        documents=directory("<reports>/office/documents"),
    log:
        "<logs>/documents.log",
    params:
        study=STUDY,
        code=code_fingerprint("instrument", "report", "study", "tables"),
    message:
        "Writing the site reports as text documents"
    script:
        "../steps/documents.py"
