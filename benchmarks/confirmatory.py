"""Confirmatory factor analysis and ladders of invariance, beside lavaan and semTools.

Five-point items, five a factor, nine factors unless said. Every case runs in a process of its own,
so that its peak memory is its own. With R, lavaan and semTools installed the same file is given to
them in the same run (cut off after four minutes, as they were when their times were recorded); else
the recorded time is shown.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from ordinal_core import simulated

PER_FACTOR = 5
CUT_OFF = 240

LAVAAN = """
suppressMessages({library(lavaan); library(semTools)})
q <- function(e) suppressMessages(suppressWarnings(e))
args <- commandArgs(TRUE); d <- read.csv(args[1]); what <- args[2]
items <- grep("^q", names(d), value = TRUE); k <- length(items) / 5
model <- paste(sapply(seq_len(k), function(f)
  paste0("f", f, " =~ ", paste(items[(f - 1) * 5 + 1:5], collapse = " + "))), collapse = "\\n")
W <- c("thresholds", "loadings", "intercepts", "residuals")
start <- proc.time()
if (what == "wlsmv") { f <- q(cfa(model, d, ordered = items, estimator = "WLSMV", std.lv = TRUE))
  x <- fitMeasures(f); s <- standardizedSolution(f) }
if (what == "mlr") { f <- q(cfa(model, d, estimator = "MLR", std.lv = TRUE))
  x <- fitMeasures(f); s <- standardizedSolution(f) }
if (what == "indices") { f <- q(cfa(model, d, ordered = items, estimator = "WLSMV", std.lv = TRUE))
  start <- proc.time(); m <- modindices(f) }
if (what == "ladder_wlsmv") { fits <- lapply(0:4, function(i) q(measEq.syntax(
    configural.model = model, data = d, ordered = items, parameterization = "theta",
    ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016", group = "group",
    group.equal = W[seq_len(i)], return.fit = TRUE)))
  for (i in 2:5) q(lavTestLRT(fits[[i - 1]], fits[[i]])); x <- lapply(fits, fitMeasures) }
if (what == "ladder_ml") { E <- c("loadings", "intercepts", "residuals")
  fits <- lapply(0:3, function(i) q(cfa(model, d, group = "group", group.equal = E[seq_len(i)])))
  x <- q(do.call(lavTestLRT, fits)) }
cat((proc.time() - start)[["elapsed"]])
"""


class Case(NamedTuple):
    """What is analysed, of how many, and the seconds and megabytes recorded for R."""

    what: str
    n_respondents: int
    n_factors: int = 9
    n_groups: int = 1
    seconds: float | None = None
    note: str = ""


CASES = (
    Case("wlsmv", 1_000, seconds=3.4, note="315 MB"),
    Case("wlsmv", 10_000, seconds=8.3, note="463 MB"),
    Case("wlsmv", 100_000, seconds=61.0, note="3330 MB"),
    Case("mlr", 1_000),
    Case("fiml", 1_000),
    Case("indices", 1_000),
    Case("ladder_wlsmv", 5_000, 3, 5, seconds=60.6, note="581 MB"),
    Case("ladder_wlsmv", 5_000, 9, 5, note="not finished at 240 s, 2699 MB"),
    Case("ladder_ml", 10_000, 9, 20, note="not finished at 280 s, 6068 MB"),
)
"""lavaan 0.6-14 and semTools 0.5-6 under R 4.2.2 with OpenBLAS on two cores, for the analysis
alone; a machine shared with other work, so upper bounds."""

GROWTH = (
    *(Case("wlsmv", n) for n in (500, 2_000, 50_000)),
    *(Case("wlsmv", 2_000, n_factors) for n_factors in (3, 6, 12, 18)),
    *(Case("ladder_wlsmv", 1_000 * groups, 3, groups) for groups in (2, 4, 8, 16)),
)


def answers_of(case: Case) -> pd.DataFrame:
    """Answers with a column of groups."""
    answers = simulated(case.n_respondents, case.n_factors * PER_FACTOR, 0)
    return answers.assign(group=np.arange(case.n_respondents) % case.n_groups)


def analysis_of(case: Case, answers: pd.DataFrame) -> Callable[[], Any]:
    """What is timed."""
    from pipeline.psychometrics import cfa, invariance, modification_indices, standardised_solution

    items = [name for name in answers.columns if name != "group"]
    model = {
        f"f{factor + 1}": items[factor * PER_FACTOR : (factor + 1) * PER_FACTOR]
        for factor in range(case.n_factors)
    }
    if case.what == "wlsmv":
        return lambda: standardised_solution(cfa(model, answers, std_lv=True))
    if case.what == "mlr":
        return lambda: standardised_solution(cfa(model, answers, "MLR", std_lv=True))
    if case.what == "fiml":
        holes = answers.mask(np.random.default_rng(5).random(answers.shape) < 0.05)
        return lambda: cfa(model, holes, "MLR", missing="fiml", std_lv=True)
    if case.what == "indices":
        solution = cfa(model, answers, std_lv=True)
        return lambda: modification_indices(solution)
    estimator = "WLSMV" if case.what == "ladder_wlsmv" else "ML"
    return lambda: invariance(model, answers, group="group", estimator=estimator)


def measure(case: Case) -> dict[str, float]:
    """Median seconds of repeated runs after a small one, and peak memory."""
    answers = answers_of(case)
    small = case._replace(n_factors=1, what="wlsmv", n_respondents=500)
    analysis_of(small, answers_of(small))()
    analyse = analysis_of(case, answers)
    seconds: list[float] = []
    while not seconds or (sum(seconds) < 5 and len(seconds) < 7):
        start = perf_counter()
        analyse()
        seconds.append(perf_counter() - start)
    return {
        "seconds": float(np.median(seconds)),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def in_a_process(case: Case) -> dict[str, float]:
    """The measurement of a case in a process of its own, with one thread for linear algebra."""
    command = [sys.executable, __file__, "--case", json.dumps(case)]
    limits = {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, **limits}
    )
    return dict(json.loads(done.stdout))


def of_lavaan(case: Case) -> tuple[float | None, str]:
    """Seconds of lavaan for the same answers, and where the number comes from."""
    rscript = shutil.which("Rscript")
    if rscript is None or case.what == "fiml":
        return case.seconds, f"recorded {case.note}".strip() if case.seconds else case.note
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "answers.csv")
        answers_of(case).to_csv(path, index=False)
        command = [rscript, "-e", LAVAAN, str(path), case.what]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=CUT_OFF)
        except subprocess.TimeoutExpired:
            return None, f"not finished at {CUT_OFF} s"
    return (float(done.stdout), "same run") if done.returncode == 0 else (case.seconds, case.note)


def report() -> None:
    """Print both tables."""
    print("case                 n  factors groups  seconds  peak MB   lavaan s   ratio")
    for case in (*CASES, *GROWTH):
        own = in_a_process(case)
        line = (
            f"{case.what:13} {case.n_respondents:8,} {case.n_factors:8} {case.n_groups:6} "
            f"{own['seconds']:8.3f} {own['peak_mb']:8.0f}"
        )
        if case in CASES:
            seconds, source = of_lavaan(case)
            ratio = "" if seconds is None else f"{seconds:10.1f} {seconds / own['seconds']:7.0f}"
            line = f"{line} {ratio} {source}"
        print(line.rstrip(), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case")
    chosen = parser.parse_args().case
    if chosen:
        print(json.dumps(measure(Case(*json.loads(chosen)))))
    else:
        report()
