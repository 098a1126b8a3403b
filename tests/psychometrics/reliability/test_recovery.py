"""Bias and coverage of the intervals over simulated samples with known reliability.

Coverage is held to 93-97 %, widened by three Monte-Carlo standard errors of a proportion of 95 %.
"""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics import cronbach_alpha, omega_total
from pipeline.psychometrics.reliability import (
    bootstrap_reliability,
    categorical_omega,
    ordinal_alpha,
    retest_reliability,
)
from pipeline.psychometrics.reliability.categorical_omega import _variances
from pipeline.psychometrics.reliability.ordinal_sum import cut_variables

pytestmark = pytest.mark.slow

LOADINGS = np.array([0.8, 0.7, 0.6, 0.5, 0.7])
OMEGA = LOADINGS.sum() ** 2 / (LOADINGS.sum() ** 2 + (1 - LOADINGS**2).sum())


def latent(rng, n):
    return rng.normal(size=(n, 1)) * LOADINGS + rng.normal(size=(n, 5)) * np.sqrt(1 - LOADINGS**2)


def check(name, true, estimates, intervals, bias):
    """Print what was found, and hold the bias and the coverage to their limits."""
    estimates, (low, high) = np.array(estimates), np.array(intervals).T
    covered = ((low < true) & (true < high)).mean()
    error = np.sqrt(0.95 * 0.05 / len(estimates))
    found = estimates.mean() - true
    noise = estimates.std() / np.sqrt(len(estimates))
    print(
        f"{name}: bias {found:+.4f} (Monte-Carlo error {noise:.4f}), "
        f"coverage {covered:.3f} (Monte-Carlo error {error:.3f}), {len(estimates)} samples"
    )
    assert abs(found) < bias
    assert 0.93 - 3 * error < covered < 0.97 + 3 * error


@pytest.mark.parametrize("n", [200, 1000])
def test_omega_by_delta_method_with_normal_answers(n):
    rng = np.random.default_rng(n)
    found = [omega_total(pd.DataFrame(latent(rng, n))) for _ in range(2000)]
    for name in ("model_implied", "observed"):
        check(
            f"omega {name}, normal, n = {n}",
            OMEGA,
            [getattr(own, name) for own in found],
            [(getattr(own, f"{name}_low"), getattr(own, f"{name}_high")) for own in found],
            bias=0.003,
        )


def test_omega_by_delta_method_with_heavy_tails():
    rng = np.random.default_rng(3)
    found = []
    for _ in range(2000):
        factor, noise = rng.standard_t(6, size=(500, 1)), rng.standard_t(6, size=(500, 5))
        answers = factor * LOADINGS + noise * np.sqrt(1 - LOADINGS**2)
        found.append(omega_total(pd.DataFrame(answers)))
    intervals = [(own.model_implied_low, own.model_implied_high) for own in found]
    estimates = [own.model_implied for own in found]
    check("omega, t with 6 df, n = 500", OMEGA, estimates, intervals, bias=0.003)


def test_omega_by_delta_method_with_sites():
    rng = np.random.default_rng(4)
    sites = pd.Series(np.repeat(np.arange(40), 15))
    found = []
    for _ in range(1500):
        common = np.sqrt(0.2) * rng.normal(size=(40, 1))[sites]
        factor = common + np.sqrt(0.8) * rng.normal(size=(600, 1))
        answers = factor * LOADINGS + rng.normal(size=(600, 5)) * np.sqrt(1 - LOADINGS**2)
        found.append(omega_total(pd.DataFrame(answers), clusters=sites))
    intervals = [(own.model_implied_low, own.model_implied_high) for own in found]
    estimates = [own.model_implied for own in found]
    check("omega, 40 sites of 15", OMEGA, estimates, intervals, bias=0.004)


@pytest.mark.parametrize("n", [300, 1000])
def test_categorical_omega_and_ordinal_alpha_by_delta_method(n):
    rng = np.random.default_rng(n)
    cuts = [np.array(cut) for cut in ([-1, 0, 1], [-2, -1, 0, 1], [0, 1], [-0.5, 0.5], [-1.5, 0])]
    categories = [range(len(cut) + 1) for cut in cuts]
    implied = np.outer(LOADINGS, LOADINGS)
    np.fill_diagonal(implied, 1.0)
    variances = _variances(cut_variables(cuts, categories), LOADINGS, implied)
    alpha = 5 / 4 * (1 - 5 / implied.sum())
    omegas, alphas = [], []
    for _ in range(1000):
        draws = latent(rng, n)
        answers = [np.digitize(draws[:, i], cut) for i, cut in enumerate(cuts)]
        table = pd.DataFrame(dict(enumerate(answers)))
        omegas.append(categorical_omega(table))
        alphas.append(ordinal_alpha(table))
    for name in ("model_implied", "observed"):
        check(
            f"categorical omega {name}, n = {n}",
            variances.common / variances.implied,
            [getattr(own, name) for own in omegas],
            [(getattr(own, f"{name}_low"), getattr(own, f"{name}_high")) for own in omegas],
            bias=0.006,
        )
    check(
        f"ordinal alpha, n = {n}",
        alpha,
        [own.estimate for own in alphas],
        [(own.ci_low, own.ci_high) for own in alphas],
        bias=0.006,
    )


def test_bootstrap_of_respondents():
    rng = np.random.default_rng(6)
    names = ["cronbach_alpha", "omega_total_model_implied"]
    found = [
        bootstrap_reliability(pd.DataFrame(latent(rng, 300)), rng, 400, names) for _ in range(1000)
    ]
    alpha = 5 / 4 * (1 - 5 / (5 + LOADINGS.sum() ** 2 - (LOADINGS**2).sum()))
    for name, true in zip(names, (alpha, OMEGA), strict=True):
        own = [result.of(name) for result in found]
        intervals = [(entry.ci_low, entry.ci_high) for entry in own]
        check(f"bootstrap of {name}, n = 300", true, [e.estimate for e in own], intervals, 0.004)


def test_bootstrap_of_sites():
    rng = np.random.default_rng(7)
    sites, found = pd.Series(np.repeat(np.arange(40), 15)), []
    for _ in range(1500):
        factor = np.sqrt(0.2) * rng.normal(size=(40, 1))[sites]
        factor = factor + np.sqrt(0.8) * rng.normal(size=(600, 1))
        answers = factor * LOADINGS + rng.normal(size=(600, 5)) * np.sqrt(1 - LOADINGS**2)
        result = bootstrap_reliability(
            pd.DataFrame(answers), rng, 400, ["omega_total_model_implied"], clusters=sites
        )
        found.append(result.intervals[0])
    intervals = [(own.ci_low, own.ci_high) for own in found]
    check("bootstrap of 40 sites of 15", OMEGA, [own.estimate for own in found], intervals, 0.004)


def test_feldt_interval_of_parallel_items():
    rng = np.random.default_rng(8)
    found = [
        cronbach_alpha(pd.DataFrame(rng.normal(size=(100, 1)) + rng.normal(size=(100, 5))))
        for _ in range(2000)
    ]
    intervals = [(own.ci_low, own.ci_high) for own in found]
    check("Feldt, n = 100", 5 / 6, [own.estimate for own in found], intervals, bias=0.006)


def test_interval_of_retest_agreement():
    rng = np.random.default_rng(9)
    found = []
    for _ in range(1000):
        shift = np.sqrt(0.05) * rng.normal(size=(1, 4))
        scores = rng.normal(size=(60, 1)) + shift + np.sqrt(0.45) * rng.normal(size=(60, 4))
        found.append(retest_reliability(pd.DataFrame(scores)).agreement)
    intervals = [(own.ci_low, own.ci_high) for own in found]
    check("ICC(A,1), 60 by 4", 2 / 3, [own.estimate for own in found], intervals, bias=0.01)
