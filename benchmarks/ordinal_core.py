"""Polychoric correlations and their sampling covariances, beside lavaan and psych.

Forty-five five-point items of nine correlated factors. Every case runs in a process of its own, so
that its peak memory is its own. With R and lavaan installed the same file is given to ``lavCor`` in
the same run; else its recorded time is shown.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

LOADINGS = (0.60, 0.66, 0.72, 0.78, 0.84)
RECORDED = {1_000: (0.9, 3.9), 10_000: (1.8, 3.3), 100_000: (10.9, 3.6), 1_000_000: (106.8, 12.0)}
"""Seconds of lavaan 0.6-14 and psych 2.2.9 under R 4.2.2 with OpenBLAS on two cores, for the
analysis alone; a machine shared with other work, so upper bounds."""

LAVAAN = """
suppressMessages(library(lavaan)); d <- read.csv(commandArgs(TRUE)[1]); start <- proc.time()
R <- suppressWarnings(lavCor(d, ordered = names(d), output = "cor"))
cat((proc.time() - start)[["elapsed"]], mean(R[lower.tri(R)]))
"""


def simulated(n_respondents: int, n_items: int, missing: float) -> pd.DataFrame:
    """Five-point answers; factors of five items correlate .55 within a block of three, else .35."""
    rng = np.random.default_rng(7)
    n_factors = -(-n_items // len(LOADINGS))
    phi = np.full((n_factors, n_factors), 0.35)
    for start in range(0, n_factors, 3):
        phi[start : start + 3, start : start + 3] = 0.55
    np.fill_diagonal(phi, 1.0)
    root = np.linalg.cholesky(phi)
    cuts = np.array([-1.7, -1.0, -0.2, 0.9])
    answers = np.empty((n_respondents, n_items), dtype=np.int8, order="F")
    for start in range(0, n_respondents, 100_000):
        part = slice(start, min(start + 100_000, n_respondents))
        factors = rng.standard_normal((part.stop - part.start, n_factors)) @ root.T
        for item in range(n_items):
            weight = LOADINGS[item % len(LOADINGS)]
            noise = rng.standard_normal(len(factors)) * np.sqrt(1 - weight**2)
            latent = weight * factors[:, item // len(LOADINGS)] + noise
            answers[part, item] = 1 + np.digitize(latent, cuts + 0.25 * np.sin(1.7 * item))
    table = pd.DataFrame(answers, columns=[f"q{item + 1:03d}" for item in range(n_items)])
    return table.mask(rng.random(table.shape) < missing) if missing else table


def measure(case: str, n_respondents: int, n_items: int, missing: float) -> dict[str, float]:
    """Median seconds of repeated runs, and peak memory on top of that of the answers."""
    from pipeline.psychometrics import polychoric_correlations, polychoric_covariance

    answers = simulated(n_respondents, n_items, missing)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    analyse = polychoric_covariance if case == "covariance" else polychoric_correlations
    seconds = []
    for _ in range(3 if n_respondents >= 100_000 else 7):
        start = perf_counter()
        found = analyse(answers)
        seconds.append(perf_counter() - start)
    correlations = getattr(found, "polychoric", found).unsmoothed
    return {
        "first": seconds[0],
        "seconds": float(np.median(seconds)),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "data_mb": before / 1024,
        "mean_r": float(correlations[np.tril_indices(n_items, k=-1)].mean()),
    }


def in_a_process(*case: object) -> dict[str, float]:
    """The measurement of a case in a process of its own."""
    command = [sys.executable, __file__, "--case", *map(str, case)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def seconds_of_lavaan(n_respondents: int) -> tuple[float, str]:
    """Seconds of ``lavCor`` on the same answers, and where the number comes from."""
    rscript = shutil.which("Rscript")
    if rscript:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "answers.csv")
            simulated(n_respondents, 45, 0).to_csv(path, index=False)
            done = subprocess.run(
                [rscript, "-e", LAVAAN, str(path)], capture_output=True, text=True
            )
        if done.returncode == 0:
            return float(done.stdout.split()[0]), "same run"
    return RECORDED[n_respondents][0], "recorded"


def report() -> None:
    """Print both tables."""
    print("45 items       n   missing  first s  median s  peak MB   mean r   lavaan s      ratio")
    for n_respondents in RECORDED:
        for missing in (0, 0.05):
            own = in_a_process("correlations", n_respondents, 45, missing)
            line = (
                f"{n_respondents:16,} {missing:9} {own['first']:8.3f} {own['seconds']:9.3f} "
                f"{own['peak_mb']:8.0f} {own['mean_r']:8.5f}"
            )
            if not missing:
                seconds, source = seconds_of_lavaan(n_respondents)
                line += f" {seconds:10.1f} {seconds / own['seconds']:8.0f} ({source})"
            print(line)
    print("full covariance, 45 items")
    for n_respondents in (1_000, 10_000, 100_000):
        own = in_a_process("covariance", n_respondents, 45, 0)
        print(f"{n_respondents:16,} {own['seconds']:28.3f} {own['peak_mb']:8.0f}")
    print("correlations, 10,000 respondents, by number of items")
    for n_items in (10, 20, 45, 90, 180):
        own = in_a_process("correlations", 10_000, n_items, 0)
        print(f"{n_items:16} {own['seconds']:28.3f} {own['peak_mb']:8.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", nargs=4)
    chosen = parser.parse_args().case
    if chosen:
        name, n, items, missing = chosen
        print(json.dumps(measure(name, int(n), int(items), float(missing))))
    else:
        report()
