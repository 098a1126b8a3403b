"""Agreement within groups and random groups for nine scales of five items, beside R multilevel.

A thousand groups of 500 people, or of 3 to 300. Every case runs in a process of its own, so that
its peak memory is its own. With R and multilevel installed the same answers are given to ``rwg.j``
in the same run; else the time recorded for R is shown.
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
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.psychometrics.agreement import agreement_by_chance, within_group_agreement

N_GROUPS = 1_000
N_SCALES = 9
PER_SCALE = 5
CUTS = np.array([-1.7, -1.0, -0.2, 0.9])

MULTILEVEL = """
suppressMessages(library(multilevel)); d <- read.csv(commandArgs(TRUE)[1]); g <- factor(d$group)
start <- proc.time()
for (f in 1:9) rwg.j(d[, (f - 1) * 5 + 1:5], g, ranvar = 2)
cat((proc.time() - start)[["elapsed"]])
"""


class Case(NamedTuple):
    """What is computed, for groups of which size, and the seconds recorded for R."""

    what: str
    sizes: str
    seconds: float | None = None


CASES = (
    Case("within groups", "500", 1.9),
    Case("within groups, all indices as rows", "500"),
    Case("within groups, names of groups as text", "500"),
    Case("1,000 draws", "500"),
    Case("within groups", "about 500"),
    Case("1,000 draws", "about 500"),
    Case("within groups", "3 to 300"),
    Case("1,000 draws", "3 to 300"),
)
"""multilevel 2.7 under R 4.2.2, on a machine shared with other work, so an upper bound."""


def groups_of(case: Case) -> pd.Series:
    """The group of each respondent, in no order."""
    rng = np.random.default_rng(11)
    if case.sizes == "about 500":
        codes = rng.integers(0, N_GROUPS, 500 * N_GROUPS)
    else:
        sizes = np.full(N_GROUPS, 500) if case.sizes == "500" else rng.integers(3, 301, N_GROUPS)
        codes = rng.permutation(np.repeat(np.arange(N_GROUPS), sizes))
    names = pd.Series([f"site {number:04}" for number in range(N_GROUPS)], dtype="category")
    groups = pd.Series(pd.Categorical.from_codes(codes, names.cat.categories))
    return groups.astype("string") if "text" in case.what else groups


def scales_of(n_respondents: int) -> list[pd.DataFrame]:
    """Five-point answers to nine scales of one factor each."""
    rng = np.random.default_rng(7)
    scales = []
    for number in range(N_SCALES):
        factor = rng.standard_normal((n_respondents, 1), dtype=np.float32)
        noise = rng.standard_normal((n_respondents, PER_SCALE), dtype=np.float32)
        answers = 1 + np.digitize(0.7 * factor + 0.71 * noise, CUTS)
        names = [f"q{number * PER_SCALE + place + 1}" for place in range(PER_SCALE)]
        scales.append(pd.DataFrame(answers.astype(np.int8), columns=names))
    return scales


def analysis_of(case: Case, scales: list[pd.DataFrame], groups: pd.Series) -> Callable[[], object]:
    """What is timed."""
    if case.what == "1,000 draws":
        rng = np.random.default_rng(3)
        return lambda: [agreement_by_chance(items, groups, 1, 5, rng) for items in scales]
    if "rows" in case.what:
        return lambda: [within_group_agreement(items, groups, 1, 5).to_rows() for items in scales]
    return lambda: [within_group_agreement(items, groups, 1, 5) for items in scales]


def measure(case: Case) -> dict[str, float]:
    """Median seconds of repeated runs after a small one, and peak memory."""
    groups = groups_of(case)
    scales = scales_of(len(groups))
    analysis_of(case, [items[:100] for items in scales], groups[:100])()
    analyse = analysis_of(case, scales, groups)
    seconds: list[float] = []
    while not seconds or (sum(seconds) < 3 and len(seconds) < 7):
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


def of_multilevel(case: Case) -> tuple[float | None, str]:
    """Seconds of multilevel for the same answers, and where the number comes from."""
    rscript = shutil.which("Rscript")
    if rscript is None or case.seconds is None:
        return case.seconds, "recorded" if case.seconds else ""
    groups = groups_of(case)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "answers.csv")
        pd.concat(scales_of(len(groups)), axis=1).assign(group=groups).to_csv(path, index=False)
        command = [rscript, "-e", MULTILEVEL, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (float(done.stdout), "same run") if done.returncode == 0 else (case.seconds, "recorded")


def report() -> None:
    """Print the table."""
    print(f"{'nine scales':40}{'group size':12}{'seconds':>9}{'peak MB':>9}{'R, s':>7}{'ratio':>7}")
    for case in CASES:
        own = in_a_process(case)
        line = f"{case.what:40}{case.sizes:12}{own['seconds']:9.3f}{own['peak_mb']:9.0f}"
        seconds, source = of_multilevel(case)
        ratio = (
            "" if seconds is None else f"{seconds:7.1f}{seconds / own['seconds']:7.0f}  {source}"
        )
        print(f"{line}{ratio}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case")
    chosen = parser.parse_args().case
    if chosen:
        print(json.dumps(measure(Case(*json.loads(chosen)))))
    else:
        report()
