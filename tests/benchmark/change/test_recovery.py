"""Intervals and words of change hold what they promise, by simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipeline.benchmark.change import compare_waves
from pipeline.tables import GATES, RELEASED, conform

pytestmark = pytest.mark.slow

SCALES = [f"S{place}" for place in range(9)]
N_SITES = 40
REPLICATIONS = 100
WAVES = ("2025", "2026")


def released_means(rng, wave, n, true, correlation):
    """Means of five-point-like scores of every site and scale, rounded as they are released."""
    rows = []
    for site, size in enumerate(n):
        person = rng.normal(0, np.sqrt(correlation), (size, 1))
        own = person + rng.normal(0, np.sqrt(1 - correlation), (size, len(SCALES)))
        scores = np.clip(3.4 + true[site] + 0.65 * own, 1, 5)
        mean, sd = scores.mean(axis=0).round(2), scores.std(axis=0, ddof=1)
        down = size // 5 * 5
        half = np.ceil(stats.t.ppf(0.975, down - 1) * sd / np.sqrt(down) * 100) / 100
        rows += [
            (wave, f"s{site:02d}", scale, m, m - h, m + h)
            for scale, m, h in zip(SCALES, mean, half, strict=True)
        ]
    table = pd.DataFrame(rows, columns=["wave", "site", "scale", "mean", "ci_low", "ci_high"])
    return table.assign(basis="plain", n_respondents=40, confidence_level=0.95)


def gates():
    rows = [
        {"wave": "2026", "scale": scale, "gate": "wave", "verdict": "open", "reason": "So it is."}
        for scale in SCALES
    ]
    return conform(pd.DataFrame(rows).reindex(columns=GATES.column_names), GATES)


def changes(rng, change):
    n = rng.integers(11, 301, N_SITES)
    level = rng.normal(0, 0.3, (N_SITES, len(SCALES)))
    means = pd.concat(
        [
            released_means(rng, wave, n, level + shift, 0.4)
            for wave, shift in zip(WAVES, (0.0, change), strict=True)
        ]
    )
    empty = conform(pd.DataFrame(columns=RELEASED.column_names), RELEASED)
    return compare_waves(means, empty, gates(), WAVES)


@pytest.fixture(scope="module")
def unchanged():
    rng = np.random.default_rng(11)
    return [changes(rng, 0.0) for _ in range(REPLICATIONS)]


def test_intervals_of_change_hold_the_true_change(unchanged):
    """36,000 intervals; Monte-Carlo error .0011 if they were independent."""
    covered = np.mean([(one["ci_low"] <= 0) & (one["ci_high"] >= 0) for one in unchanged])
    assert 0.95 <= covered <= 0.975


def test_few_sites_without_any_change_get_a_word(unchanged):
    """Share of sites with any word over nine scales; Monte-Carlo error .003."""
    worded = [
        (one["verdict"] != "no_clear_change").groupby(one["site"]).any().mean() for one in unchanged
    ]
    assert np.mean(worded) <= 0.05 + 3 * 0.0035


def test_intervals_hold_a_change_that_is_there():
    rng = np.random.default_rng(12)
    found = pd.concat([changes(rng, 0.3) for _ in range(30)])
    inside = ((found["ci_low"] <= 0.3) & (found["ci_high"] >= 0.3)).mean()
    # Scores are cut off at the ends of the scale, so the mean moves by a little less than .3.
    assert 0.93 <= inside <= 0.98
    assert (found["verdict"] == "higher").mean() > 0.5
