"""A thousand bootstrap replications of alpha and of omega, beside R.

Five five-point items of one factor. With R, psych and lavaan installed the same file is given to
them in the same run; else the times recorded for R are shown.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from pipeline.psychometrics import reliability

SIZES = (1_000, 10_000, 100_000)
N_REPLICATIONS = 1000
LOADINGS = np.array([0.60, 0.66, 0.72, 0.78, 0.84])
CUTS = np.array([-1.7, -1.0, -0.2, 0.9])
COEFFICIENTS = ("cronbach_alpha", "omega_total_model_implied")

RECORDED = {
    ("cronbach_alpha", 10_000): 3.1,
    ("omega_total_model_implied", 1_000): 14.3,
    ("omega_total_model_implied", 10_000): 16.2,
}
"""Seconds of ``psych::alpha(n.iter = 1000)`` and of a thousand ``lavaan::cfa`` on two cores, psych
2.2.9 and lavaan 0.6-14 under R 4.2.2 with OpenBLAS, for the analysis alone, on two cores (AMD EPYC,
virtual) shared with other work, so upper bounds. Five items of a file of the same kind."""

R_SCRIPT = """
suppressMessages({library(psych); library(lavaan)}); options(mc.cores = 2)
d <- read.csv(commandArgs(TRUE)[1])
omega <- function(x) {
  e <- lavInspect(cfa(paste("f =~", paste(names(x), collapse = "+")), x, std.lv = TRUE, se = "none",
                      test = "none", baseline = FALSE), "est")
  sum(e$lambda)^2 / (sum(e$lambda)^2 + sum(diag(e$theta)))
}
start <- proc.time()
if (commandArgs(TRUE)[2] == "cronbach_alpha") {
  invisible(suppressWarnings(alpha(d, n.iter = 1000)))
} else {
  invisible(parallel::mclapply(1:1000, function(i) omega(d[sample(nrow(d), replace = TRUE), ])))
}
cat((proc.time() - start)[["elapsed"]])
"""


def simulated(n_respondents: int) -> pd.DataFrame:
    """Five-point answers to five items."""
    rng = np.random.default_rng(7)
    noise = rng.normal(size=(n_respondents, 5)) * np.sqrt(1 - LOADINGS**2)
    latent = rng.normal(size=(n_respondents, 1)) * LOADINGS + noise
    return pd.DataFrame(1 + np.digitize(latent, CUTS), columns=[f"q{i}" for i in range(1, 6)])


def seconds_of(answers: pd.DataFrame, coefficient: str) -> float:
    """Least of five runs."""
    times = []
    for _ in range(5):
        start = perf_counter()
        reliability.bootstrap_reliability(
            answers, np.random.default_rng(1), N_REPLICATIONS, [coefficient]
        )
        times.append(perf_counter() - start)
    return min(times)


def seconds_of_r(answers: pd.DataFrame, coefficient: str) -> tuple[float | None, str]:
    """Seconds measured now where R and its packages are there, else those recorded."""
    if shutil.which("Rscript"):
        with tempfile.TemporaryDirectory() as folder:
            path, script = Path(folder, "answers.csv"), Path(folder, "bootstrap.R")
            answers.to_csv(path, index=False)
            script.write_text(R_SCRIPT, encoding="utf-8")
            command = ["Rscript", str(script), str(path), coefficient]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return float(done.stdout), "measured"
    return RECORDED.get((coefficient, len(answers))), "recorded"


if __name__ == "__main__":
    reliability.cronbach_alpha(simulated(100))  # what is loaded once is not timed
    print(f"{'coefficient':27}{'N':>9}{'ours, s':>10}{'R, s':>8}  {'R was':10}{'ratio':>7}")
    for coefficient in COEFFICIENTS:
        for size in SIZES:
            answers = simulated(size)
            ours = seconds_of(answers, coefficient)
            theirs, how = seconds_of_r(answers, coefficient)
            compared = f"{theirs:8.1f}  {how:10}{theirs / ours:7.0f}" if theirs else ""
            print(f"{coefficient:27}{size:9}{ours:10.3f}{compared}")
