"""Parallel analysis against the loop over ``DataFrame.corr`` that a user would write."""

from time import perf_counter

import numpy as np
import pandas as pd

from pipeline.psychometrics import parallel_analysis

N_RESPONDENTS, N_ITEMS, N_REPLICATIONS = 700, 50, 100


def answers(rng: np.random.Generator) -> pd.DataFrame:
    """Five-point answers to correlated items, eight in a hundred missing."""
    common = rng.normal(size=(N_RESPONDENTS, 1))
    values = np.clip(np.rint(3 + common + rng.normal(size=(N_RESPONDENTS, N_ITEMS))), 1, 5)
    frame = pd.DataFrame(values, columns=[f"i{number:02d}" for number in range(N_ITEMS)])
    return frame.mask(rng.random(frame.shape) < 0.08)


def by_loop(responses: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Mean eigenvalues of permuted columns, one correlation matrix after the other."""
    found = [
        np.linalg.eigvalsh(responses.apply(lambda c: rng.permutation(c.to_numpy())).corr())[::-1]
        for _ in range(N_REPLICATIONS)
    ]
    return np.mean(found, axis=0)


if __name__ == "__main__":
    responses = answers(np.random.default_rng(1))
    start = perf_counter()
    ours = parallel_analysis(responses, np.random.default_rng(2), N_REPLICATIONS)
    ours_seconds = perf_counter() - start
    start = perf_counter()
    theirs = by_loop(responses, np.random.default_rng(2))
    loop_seconds = perf_counter() - start
    apart = np.abs(np.asarray(ours.components.simulated_mean) - theirs).max()
    print(f"{N_RESPONDENTS} respondents, {N_ITEMS} items, {N_REPLICATIONS} replications")
    print(f"ours {ours_seconds:.2f} s (components and common factors), loop {loop_seconds:.2f} s")
    print(f"ratio {loop_seconds / ours_seconds:.1f}, largest difference of means {apart:.3f}")
