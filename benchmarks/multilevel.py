"""Intraclass correlations and mixed models of nine scores of 500,000 people in 1,000 sites.

Beside each the seconds that R took for the same analysis of a file of the same shape, and the most
memory that the analysis took on top of the scores.
"""

import tracemalloc
from collections.abc import Callable
from time import perf_counter

import numpy as np
import pandas as pd

from pipeline.psychometrics.multilevel import (
    case_mix,
    intraclass_correlations,
    random_intercept,
    random_intercepts,
)

N_SITES, N_EACH, N_SCORES = 1_000, 500, 9
SHARE_BETWEEN = 0.10

RECORDED = {
    "intraclass_correlations": ("aov, ICC1, ICC2: ONE score", 159.9),
    "random_intercepts": ("lmer, ranef(condVar)", 13.5),
}
"""Seconds of R 4.2.2 with multilevel 2.7 and lme4 1.1-31 for the analysis alone, on two cores (AMD
EPYC, virtual) shared with other work, so upper bounds. ``aov`` took 8 GB."""


def simulated() -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
    """Scores, sites as text, and two covariates."""
    rng = np.random.default_rng(7)
    site = np.repeat(np.arange(N_SITES), N_EACH)
    effects = rng.normal(size=(N_SITES, N_SCORES)) * np.sqrt(SHARE_BETWEEN)
    noise = rng.normal(size=(len(site), N_SCORES)) * np.sqrt(1 - SHARE_BETWEEN)
    names = [f"s{number}" for number in range(1, N_SCORES + 1)]
    scores = pd.DataFrame(3 + effects[site] + noise, columns=names)
    covariates = pd.DataFrame(
        {
            "role": rng.choice(["lived", "staff", "lead"], len(site)),
            "age": rng.normal(size=len(site)),
        }
    )
    return scores, "site " + pd.Series(site).astype(str), covariates


def seconds_of(analysis: Callable[[], object]) -> float:
    """Least of five runs."""
    times = []
    for _ in range(5):
        start = perf_counter()
        analysis()
        times.append(perf_counter() - start)
    return min(times)


def megabytes_of(analysis: Callable[[], object]) -> float:
    """Most memory taken at a time, the data not counted."""
    tracemalloc.start()
    analysis()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


if __name__ == "__main__":
    scores, sites, covariates = simulated()
    analyses: dict[str, Callable[[], object]] = {
        "intraclass_correlations": lambda: intraclass_correlations(scores, sites),
        "random_intercepts": lambda: random_intercepts(scores, sites),
        "random_intercept with covariates, one score": lambda: random_intercept(
            scores["s1"], sites, covariates
        ),
        "case_mix, one score": lambda: case_mix(scores["s1"], sites, covariates),
    }
    print(f"{'analysis':45}{'ours, s':>9}{'MB':>6}{'R, s':>8}{'ratio':>8}  what R did")
    for name, analysis in analyses.items():
        analysis()  # what is loaded once is not timed
        ours, memory = seconds_of(analysis), megabytes_of(analysis)
        what, theirs = RECORDED.get(name, ("", 0.0))
        compared = f"{theirs:8.1f}{theirs / ours:8.0f}  {what}" if theirs else ""
        print(f"{name:45}{ours:9.3f}{memory:6.0f}{compared}")
