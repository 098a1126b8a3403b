"""Sites drawn from known parameters."""

import numpy as np

SIGMA = 0.8
"""Spread of people within sites, as scores of five-point items commonly have."""


def sizes(rng, n_sites, fewest=3, most=300):
    """People at each site, evenly spread on a logarithmic scale."""
    return np.rint(np.exp(rng.uniform(np.log(fewest), np.log(most), n_sites)))


def normal_sites(rng, n, tau):
    """True means, observed means and the variance within sites."""
    true = 3.4 + tau * rng.standard_normal(np.shape(n))
    return true, true + SIGMA / np.sqrt(n) * rng.standard_normal(np.shape(n)), SIGMA**2


def five_point_sites(rng, n, tau):
    """The same for whole numbers from 1 to 5; the variance within sites is estimated."""
    place = 3.4 + tau * rng.standard_normal(len(n))
    site = np.repeat(np.arange(len(n)), n.astype(int))
    answers = np.clip(np.rint(place[site] + rng.standard_normal(len(site))), 1, 5)
    mean = np.bincount(site, answers) / n
    within = ((answers - mean[site]) ** 2).sum() / (len(site) - len(n))
    return _mean_of_answers(place), mean, within


def _mean_of_answers(place):
    from scipy.special import ndtr

    limits = np.array([1.5, 2.5, 3.5, 4.5])
    return 1 + ndtr(place[:, None] - limits).sum(axis=1)
