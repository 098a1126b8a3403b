# From survey exports to reports. Run `snakemake --cores 2`; another study: `--configfile FILE`.


include: "pipeline/rules/common.smk"
include: "pipeline/rules/1_ingest.smk"
include: "pipeline/rules/2_score.smk"
include: "pipeline/rules/3_psychometrics.smk"
include: "pipeline/rules/4_benchmark.smk"
include: "pipeline/rules/5_report.smk"


rule all:
    """Every report of the study."""
    default_target: True
    input:
        "<reports>/index.html",


onstart:
    forget_problems()


onsuccess:
    tell_where_the_reports_are()


onerror:
    tell_problems()
