"""The study and what all rules share."""

import atexit
import sys
from pathlib import Path

from pipeline.problems import InputError
from pipeline.provenance import PROBLEMS_FILE, code_fingerprint
from pipeline.study import read_study

if not workflow.configfiles:

    configfile: "config/config.yaml"


try:
    STUDY = read_study(
        config,
        ", ".join(str(Path(file)) for file in workflow.configfiles),
        with_phrases=workflow.is_main_process,
    )
except InputError as error:
    sys.exit(f"The configuration cannot be used:\n{error}")


pathvars:
    data=STUDY.data_folder,
    reports=STUDY.reports_folder,
    logs=f"{STUDY.data_folder}/logs",


wildcard_constraints:
    batch=r"\d{3}",


INSTRUMENT = STUDY.instrument_files
EVIDENCE = STUDY.evidence_files
EXPECTATIONS = STUDY.expectation_files
REPORT_TEXTS = sorted(
    path.as_posix()
    for folder in ("reports/templates", "reports/templates/typst", "reports/captions")
    for path in Path(folder).glob("*.*")
)


def forget_problems():
    """Start a run without the problems of the last one."""
    Path(STUDY.data_folder, "logs", PROBLEMS_FILE).unlink(missing_ok=True)


def tell_problems():
    """End a failed run with what went wrong, in plain lines, and what to do."""
    logs = Path(STUDY.data_folder, "logs")
    lines = f"a step was stopped before it could say why; run again, or see {logs.as_posix()}"
    if (problems := logs / PROBLEMS_FILE).exists():
        lines = problems.read_text(encoding="utf-8")
    say_last(f"\nNo new reports were made. What is wrong:\n{lines}")


def tell_where_the_reports_are():
    """End a run with the page to open."""
    say_last(
        f"\nThe reports are ready, open this page:\n{STUDY.reports_folder}/index.html"
    )


def say_last(message):
    """Print a message after everything that Snakemake has to say."""
    atexit.register(print, message, file=sys.stderr)


def slices_of(wildcards):
    """The answers of one batch of sites, once they have been sliced."""
    checkpoints.slice_sites.get()
    folder = f"{STUDY.data_folder}/2_score/batches/{wildcards.batch}"
    return {
        name: f"{folder}/{name}.parquet" for name in ("responses", "missing", "scores")
    }


def facts_of(wildcards):
    """What is known about the sites of one batch, and what may leave about them."""
    checkpoints.slice_sites.get()
    checkpoints.disclose.get()
    facts = f"{STUDY.data_folder}/2_score/batches/{wildcards.batch}"
    figures = f"{STUDY.data_folder}/4_benchmark/batches/{wildcards.batch}"
    return {
        "sites": f"{facts}/sites.csv",
        "site_context": f"{facts}/site_context.csv",
        "ledger_rows": f"{facts}/ledger_rows.csv",
        "released": f"{figures}/released.csv",
        "withheld": f"{figures}/withheld.csv",
    }


def batches_in(manifest):
    """The batches that hold at least one site."""
    lines = Path(manifest).read_text(encoding="utf-8").splitlines()[1:]
    return sorted({line.split(",", maxsplit=1)[0] for line in lines})


def estimates_of_every_batch(wildcards):
    """The estimates of all batches of sites."""
    batches = batches_in(checkpoints.slice_sites.get().output.manifest)
    return [
        f"{STUDY.data_folder}/4_benchmark/site_estimates/{batch}.csv"
        for batch in batches
    ]


def pages_of_every_batch(wildcards):
    """The site pages of all batches."""
    batches = batches_in(checkpoints.slice_sites.get().output.manifest)
    return [f"{STUDY.data_folder}/5_report/pages/{batch}" for batch in batches]
