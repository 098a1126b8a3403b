"""The mixed model the long way: with the covariance matrix of all scores, as a second route."""

import numpy as np
from scipy import optimize


def covariance_of(codes, between, within):
    same = codes[:, None] == codes[None, :]
    return between * same + within * np.eye(len(codes))


def log_likelihood(scores, codes, design, between, within, method):
    """Of the normal distribution; the restricted one is that of all contrasts without the mean."""
    covariance = covariance_of(codes, between, within)
    inverse = np.linalg.inv(covariance)
    information = design.T @ inverse @ design
    coefficients = np.linalg.solve(information, design.T @ inverse @ scores)
    residuals = scores - design @ coefficients
    restricted = method == "REML"
    n = len(scores) - (design.shape[1] if restricted else 0)
    twice = n * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1]
    twice += residuals @ inverse @ residuals
    twice += np.linalg.slogdet(information)[1] if restricted else 0.0
    return -twice / 2


def most_likely_variances(scores, codes, design, method):
    """Variance between and within groups, by a search over both."""
    found = optimize.minimize(
        lambda logs: -log_likelihood(scores, codes, design, *np.exp(logs), method),
        np.log([scores.var() / 4, scores.var()]),
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 4000},
    )
    return np.exp(found.x)


def henderson(scores, codes, design, between, within):
    """Solution and inverse of the mixed-model equations of Henderson (1975)."""
    groups = (codes[:, None] == np.unique(codes)[None, :]).astype(float)
    both = np.hstack([design, groups])
    left = both.T @ both / within
    place = design.shape[1]
    left[place:, place:] += np.eye(groups.shape[1]) / between
    inverse = np.linalg.inv(left)
    return inverse @ (both.T @ scores) / within, inverse
