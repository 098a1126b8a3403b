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


checkpoint disclose:
    """Figures of the programme, then disclosure control: the one place where numbers get out."""
    input:
        estimates=estimates_of_every_batch,
        manifest="<data>/2_score/manifest.csv",
    output:
        released="<data>/4_benchmark/released.csv",
        withheld="<data>/4_benchmark/withheld.csv",
    log:
        "<logs>/disclose.log",
    params:
        study=STUDY,
        code=code_fingerprint("benchmark", "tables"),
    message:
        "Deciding what may be shown"
    script:
        "../steps/disclose.py"
