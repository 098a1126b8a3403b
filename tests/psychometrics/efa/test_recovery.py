"""Known factors, many samples: how far estimates lie from the truth, and how often inside."""

import numpy as np
import pandas as pd
import pytest

from pipeline.psychometrics import align_to_target, explore_factors, tucker_congruence
from pipeline.psychometrics.efa import bootstrap_loadings, omega_hierarchical
from pipeline.psychometrics.polychoric import polychoric_correlations

THRESHOLDS = [-1.2, -0.3, 0.5, 1.3]
ITEMS = [f"i{k:02d}" for k in range(12)]
MEMBERSHIP = {f"P{k}": ITEMS[4 * k : 4 * k + 4] for k in range(3)}
PATTERN = np.kron(np.eye(3), [[0.8], [0.7], [0.7], [0.6]])
PHI = np.array([[1, 0.5, 0.2], [0.5, 1, 0.4], [0.2, 0.4, 1]])


def draw(rng, n, pattern=PATTERN, phi=PHI, n_sites=0, icc=0.0):
    """Five-point answers to items with these factors; with sites, part of the factors is theirs."""
    half = np.linalg.cholesky(phi).T
    factors = np.sqrt(1 - icc) * rng.normal(size=(n, len(phi))) @ half
    if n_sites:
        own = np.sqrt(icc) * rng.normal(size=(n_sites, len(phi))) @ half
        factors += own[np.arange(n) % n_sites]
    unique = 1 - np.einsum("ij,jk,ik->i", pattern, phi, pattern)
    continuous = factors @ pattern.T + rng.normal(size=(n, len(pattern))) * np.sqrt(unique)
    return pd.DataFrame(np.digitize(continuous, THRESHOLDS) + 1.0, columns=ITEMS[: len(pattern)])


@pytest.mark.slow
def test_loadings_and_factor_correlations_are_recovered_from_five_point_answers():
    """Loadings within .01; oblimin draws factor correlations to zero, ever less as n grows."""
    rng = np.random.default_rng(20260301)
    pull = {}
    for n in (500, 2000):
        patterns, correlations = [], []
        for _ in range(200):
            matrix = polychoric_correlations(draw(rng, n)).correlation
            found = align_to_target(explore_factors(matrix, 3), MEMBERSHIP)
            patterns.append(found.pattern)
            correlations.append(found.factor_correlations)
        bias, error = _bias(patterns, PATTERN)
        pull[n], error_phi = _bias(correlations, PHI)
        print(
            f"n = {n}: bias of loadings at most {bias:.4f} (Monte-Carlo error {error:.4f}), "
            f"of factor correlations {pull[n]:.4f} ({error_phi:.4f})"
        )
        assert bias < 0.01 + 3 * error
    assert pull[500] < 0.035
    assert pull[2000] < pull[500] / 2 + 0.002


def _bias(estimates, truth):
    """The largest mean deviation from the truth, and the largest Monte-Carlo error of a mean."""
    error = np.std(estimates, axis=0) / np.sqrt(len(estimates))
    return np.abs(np.mean(estimates, axis=0) - truth).max(), error.max()


@pytest.mark.slow
@pytest.mark.parametrize(("n_sites", "icc"), [(0, 0.0), (60, 0.10)])
def test_bootstrap_intervals_hold_the_truth_as_often_as_they_say(n_sites, icc):
    """95 % intervals hold it in 93 to 97 %, over 100 samples; sites drawn whole.

    Loadings and factor correlations; two Monte-Carlo errors are allowed for.
    """
    rng = np.random.default_rng(20260302)
    clusters = pd.Series(np.arange(600) % n_sites) if n_sites else None
    truth = np.diag(tucker_congruence(PATTERN, PATTERN > 0))
    inside, own, phi, congruence = [], [], [], []
    for _ in range(100):
        found = bootstrap_loadings(
            draw(rng, 600, n_sites=n_sites, icc=icc),
            3,
            rng,
            MEMBERSHIP,
            clusters,
            n_replications=150,
        )
        held = (found.pattern.ci_low <= PATTERN) & (found.pattern.ci_high >= PATTERN)
        inside.append(held.mean())
        own.append(held[PATTERN > 0].mean())
        limits = np.array([(c.ci_low, c.ci_high) for c in found.congruence.values()]).T
        congruence.append(((limits[0] <= truth) & (truth <= limits[1])).mean())
        spread = found.factor_correlations
        phi.append(((spread.ci_low <= PHI) & (spread.ci_high >= PHI))[np.triu_indices(3, 1)].mean())
    mean, error = np.mean(inside), np.std(inside) / np.sqrt(len(inside))
    print(
        f"coverage of loadings {mean:.3f} (Monte-Carlo error {error:.3f}), of those on the own "
        f"factor {np.mean(own):.3f}, of factor correlations {np.mean(phi):.3f}, of congruence "
        f"{np.mean(congruence):.3f}"
    )
    assert 0.93 - 2 * error < mean < 0.97 + 2 * error
    error = np.std(phi) / np.sqrt(len(phi))
    assert 0.93 - 2 * error < np.mean(phi) < 0.97 + 2 * error


@pytest.mark.slow
def test_omega_hierarchical_is_recovered():
    """From polychoric correlations, at n = 1,000, over 100 samples."""
    above = np.array([0.8, 0.7, 0.6])
    phi = np.outer(above, above)
    np.fill_diagonal(phi, 1)
    correlations = PATTERN @ phi @ PATTERN.T
    np.fill_diagonal(correlations, 1)
    truth = (PATTERN @ above).sum() ** 2 / correlations.sum()
    rng = np.random.default_rng(20260303)
    found = [
        omega_hierarchical(
            polychoric_correlations(draw(rng, 1000, phi=phi)).correlation, 3
        ).estimate
        for _ in range(100)
    ]
    error = np.std(found) / 10
    print(f"omega hierarchical {truth:.4f}, estimated {np.mean(found):.4f} (error {error:.4f})")
    assert abs(np.mean(found) - truth) < 0.01 + 3 * error
