"""Parallel analysis, Pearson and polychoric: seconds and memory as respondents and items grow.

Every case runs in a process of its own. The ratio is against R's psych and lavaan on the same
answers where Rscript is there, else against figures recorded once for 45 items and 1,000
respondents (R 4.2.2, psych 2.2.9, lavaan 0.6-14, two cores, Debian 12).
"""

import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from pipeline.psychometrics import parallel_analysis

N_REPLICATIONS = 100
CASES = [
    ("pearson", 1_000, 45),
    ("pearson", 1_000, 15),
    ("pearson", 1_000, 90),
    ("pearson", 10_000, 45),
    ("pearson", 100_000, 45),
    ("polychoric", 1_000, 45),
    ("polychoric", 1_000, 15),
    ("polychoric", 1_000, 90),
    ("polychoric", 10_000, 45),
    ("polychoric", 100_000, 45),
]
RECORDED_SECONDS = {("pearson", 1_000, 45): 1.1, ("polychoric", 1_000, 45): 34.7}
R_OF_KIND = {
    "pearson": "psych::fa.parallel(d, n.iter = {n}, sim = FALSE, quant = .95, plot = FALSE)",
    "polychoric": "for (i in 1:{n}) eigen(unclass(lavaan::lavCor(as.data.frame(lapply(d, sample)), "
    "ordered = names(d), output = 'cor')), only.values = TRUE)",
}


def answers(n_respondents: int, n_items: int) -> pd.DataFrame:
    """Five-point answers with five items a factor; factors are correlated .45."""
    rng = np.random.default_rng(1)
    common = np.sqrt(0.45) * rng.normal(size=(n_respondents, 1))
    own = np.sqrt(0.55) * rng.normal(size=(n_respondents, n_items // 5))
    behind = 0.7 * np.repeat(common + own, 5, axis=1)
    behind += np.sqrt(0.51) * rng.normal(size=behind.shape)
    values = np.digitize(behind, [-1.7, -1.0, -0.2, 0.9]) + 1
    return pd.DataFrame(values, columns=[f"i{number:02d}" for number in range(n_items)])


def seconds_of_r(kind: str, responses: pd.DataFrame) -> float | None:
    """Seconds of the R packages, without loading and reading; None where R is not installed."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.csv"
        responses.to_csv(path, index=False)
        run = R_OF_KIND[kind].format(n=N_REPLICATIONS)
        code = f"d <- read.csv('{path}'); cat('s', system.time(capture.output({run}))[['elapsed']])"
        done = subprocess.run([rscript, "-e", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def measure(kind: str, n_respondents: int, n_items: int) -> None:
    """Print seconds (the best of three, or one if there are many answers) and peak memory."""
    responses = answers(n_respondents, n_items)
    taken = []
    for _ in range(3 if responses.size < 100_000 else 1):
        start = perf_counter()
        rng = np.random.default_rng(2)
        found = parallel_analysis(responses, rng, N_REPLICATIONS, correlation=kind)
        taken.append(perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(min(taken), peak, found.components.suggested_by_mean, found.factors.suggested_by_mean)


def in_own_process(kind: str, n_respondents: int, n_items: int) -> str:
    """A line of the table."""
    command = [sys.executable, __file__, kind, str(n_respondents), str(n_items)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, peak, components, factors = done.stdout.split()
    theirs = None
    if (kind, n_respondents, n_items) in RECORDED_SECONDS:
        recorded = RECORDED_SECONDS[kind, n_respondents, n_items]
        theirs = seconds_of_r(kind, answers(n_respondents, n_items)) or recorded
    ratio = "" if theirs is None else f"{theirs / float(seconds):.0f}"
    return (
        f"{kind:<11}{n_respondents:>9}{n_items:>6}{float(seconds):>9.2f}{float(peak):>8.0f}"
        f"{components:>5}{factors:>5}{ratio:>7}"
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    else:
        print(f"{N_REPLICATIONS} replications, components and common factors")
        print("correlation        n items  seconds      MB comp fact R/ours")
        for case in CASES:
            print(in_own_process(*case), flush=True)
