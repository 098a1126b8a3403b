"""How probable it is that a site belongs to the highest or lowest fifth, and where its rank lies.

The true means of sites are drawn from what the observed ones leave open; each draw puts the sites
in an order, and what is counted over draws are probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.benchmark.comparison.precision import sampling_variances

Numbers = NDArray[np.float64]

N_DRAWS = 4000
"""The largest Monte-Carlo standard error of a probability is then .008."""

FEWEST_SITES_IN_FIFTHS = 5
N_CELLS = 200
NEGLIGIBLE = -14.0
"""Logarithm of the density, against its highest, below which a spread is left out."""
BLOCK = 1000


@dataclass(frozen=True, slots=True)
class Spreads:
    """What the means leave open about the spread of true means and their centre.

    Attributes
    ----------
    tau, weight : ndarray, shape (n_cells,)
        Standard deviations between sites, and the posterior probability of each.
    centre, centre_variance : ndarray, shape (n_cells,)
        Posterior mean and variance of the centre, given each spread.
    """

    tau: Numbers
    weight: Numbers
    centre: Numbers
    centre_variance: Numbers


@dataclass(frozen=True, slots=True)
class FifthsAndRanks:
    """Probabilities about the order of the true means; arrays have an entry a site.

    Attributes
    ----------
    top_fifth, bottom_fifth : ndarray
        Probability of being among the highest, and the lowest, fifth.
    rank_low, rank_high : ndarray
        Interval of the rank; 1 is the highest true mean.
    n_in_fifth : int
        Sites that make a fifth: the nearest whole number, halves upwards.
    confidence_level : float
        Coverage of the intervals of ranks.
    n_draws : int
        Draws.
    """

    top_fifth: Numbers
    bottom_fifth: Numbers
    rank_low: Numbers
    rank_high: Numbers
    n_in_fifth: int
    confidence_level: float
    n_draws: int

    @property
    def says_nothing(self) -> NDArray[np.bool_]:
        """Whether the interval of a rank holds half of the sites or more."""
        held = self.rank_high - self.rank_low + 1
        return np.asarray(2 * held >= len(held), dtype=bool)

    @property
    def monte_carlo_error(self) -> float:
        """The largest standard error that a probability can have from the number of draws."""
        return float(0.5 / np.sqrt(self.n_draws))


def fifths_and_ranks(
    mean: ArrayLike,
    n: ArrayLike,
    variance_within: float,
    rng: np.random.Generator,
    n_draws: int = N_DRAWS,
    confidence_level: float = 0.90,
) -> FifthsAndRanks:
    r"""Probability of the highest and lowest fifth, and intervals of ranks, for the true means.

    Parameters
    ----------
    mean, n : array_like, shape (n_sites,)
        Mean of each site and the people behind it; five sites or more.
    variance_within : float
        Variance :math:`\sigma^2` of people within sites.
    rng : Generator
        Where the draws come from.
    n_draws : int, optional
        Draws; the Monte-Carlo standard error of a probability is at most half the inverse of
        their square root.
    confidence_level : float, optional
        Coverage of the intervals of ranks.

    Raises
    ------
    ValueError
        If there are fewer than five sites, shapes differ, a mean is missing, a site has nobody, or
        people within sites do not differ.

    Notes
    -----
    The model is :math:`m_i \sim N(\theta_i, \sigma^2 / n_i)`, :math:`\theta_i \sim N(\mu, \tau^2)`
    with flat priors on :math:`\mu` and on :math:`\tau \ge 0`. The posterior of :math:`\tau`,

    .. math:: p(\tau \mid m) \propto \Big(\sum_i w_i\Big)^{-1/2} \prod_i w_i^{1/2}
        \exp\Big(-\tfrac12 \sum_i w_i (m_i - \hat\mu)^2\Big),
        \quad w_i = \frac{1}{\sigma^2 / n_i + \tau^2},

    is taken on a grid; then :math:`\mu \mid \tau, m \sim N(\hat\mu, 1 / \sum_i w_i)` and

    .. math:: \theta_i \mid \mu, \tau, m \sim N(\mu + \lambda_i (m_i - \mu),\;
        \lambda_i \sigma^2 / n_i), \quad \lambda_i = \tau^2 w_i

    [1]_. Ranks of true means are those of their draws [2]_. Grid values of :math:`\tau` are the
    middles of cells, so none is 0 and draws have no ties.

    References
    ----------
    .. [1] Gelman et al. (2013). Bayesian data analysis, 3rd ed., section 5.4.
    .. [2] Goldstein & Spiegelhalter (1996). Journal of the Royal Statistical Society A, 159(3),
       385-443.
    """
    means, variances = np.asarray(mean, dtype=float), sampling_variances(mean, n, variance_within)
    n_sites = len(means)
    if n_sites < FEWEST_SITES_IN_FIFTHS:
        raise ValueError(f"fifths need {FEWEST_SITES_IN_FIFTHS} sites or more, got {n_sites}")
    if not (n_draws >= 1 and 0 < confidence_level < 1):
        raise ValueError("n_draws must be 1 or more and confidence_level between 0 and 1")

    counts = _counts_of_ranks(means, variances, rng, n_draws)
    n_in_fifth = int(np.floor(n_sites / 5 + 0.5))
    low, high = _quantiles_of_ranks(counts, (1 - confidence_level) / 2)
    return FifthsAndRanks(
        top_fifth=counts[:, :n_in_fifth].sum(axis=1) / n_draws,
        bottom_fifth=counts[:, n_sites - n_in_fifth :].sum(axis=1) / n_draws,
        rank_low=low,
        rank_high=high,
        n_in_fifth=n_in_fifth,
        confidence_level=confidence_level,
        n_draws=n_draws,
    )


def spreads_left_open(mean: Numbers, variances: Numbers) -> Spreads:
    """The posterior of the spread between sites on a grid that holds all but a negligible part.

    The grid is drawn closer twice to where the density is not negligible.

    Parameters
    ----------
    mean, variances : ndarray, shape (n_sites,)
        Mean of each site, and its variance by chance; three sites or more.
    """
    low, high = 0.0, 2 * float(np.ptp(mean)) + 4 * float(np.sqrt(variances.max()))
    while _log_density(np.linspace(0.0, high, N_CELLS), mean, variances)[-1] > NEGLIGIBLE:
        high *= 2
    for _ in range(2):
        grid = np.linspace(low, high, N_CELLS + 1)
        inside = np.flatnonzero(_log_density(grid, mean, variances) > NEGLIGIBLE)
        low, high = grid[max(inside[0] - 1, 0)], grid[min(inside[-1] + 1, N_CELLS)]
    edges = np.linspace(low, high, N_CELLS + 1)
    tau = (edges[:-1] + edges[1:]) / 2
    weight = np.exp(_log_density(tau, mean, variances))
    centre, centre_variance, _ = _given_spread(tau, mean, variances)
    return Spreads(tau, weight / weight.sum(), centre, centre_variance)


def _given_spread(
    tau: Numbers, mean: Numbers, variances: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Centre and its variance for each spread, and the precision of each site (a row a spread)."""
    precision = 1 / (variances + tau[:, None] ** 2)
    total = precision.sum(axis=1)
    return precision @ mean / total, 1 / total, precision


def _log_density(tau: Numbers, mean: Numbers, variances: Numbers) -> Numbers:
    """Logarithm of the posterior density of each spread, against the highest of them."""
    centre, centre_variance, precision = _given_spread(tau, mean, variances)
    squares = (precision * (mean - centre[:, None]) ** 2).sum(axis=1)
    found = 0.5 * (np.log(precision).sum(axis=1) + np.log(centre_variance) - squares)
    return np.asarray(found - found.max(), dtype=float)


def _counts_of_ranks(
    mean: Numbers, variances: Numbers, rng: np.random.Generator, n_draws: int
) -> NDArray[np.int64]:
    """How many draws gave each site (row) each rank (column, the highest first)."""
    n_sites = len(mean)
    spreads = spreads_left_open(mean, variances)
    places = (np.arange(n_draws) + rng.random()) / n_draws
    cells = np.searchsorted(np.cumsum(spreads.weight), places).clip(max=N_CELLS - 1)
    counts = np.zeros(n_sites * n_sites, dtype=np.int64)
    for start in range(0, n_draws, BLOCK):
        drawn = _draw_true_means(cells[start : start + BLOCK], spreads, mean, variances, rng)
        order = np.argsort(-drawn, axis=1)
        cell = order * n_sites + np.arange(n_sites)
        counts += np.bincount(cell.ravel(), minlength=len(counts))
    return counts.reshape(n_sites, n_sites)


def _draw_true_means(
    cells: NDArray[np.intp],
    spreads: Spreads,
    mean: Numbers,
    variances: Numbers,
    rng: np.random.Generator,
) -> Numbers:
    """True means of all sites, a row a draw, one draw for each cell of the grid of spreads."""
    noise = rng.standard_normal(len(cells))
    centre = spreads.centre[cells] + np.sqrt(spreads.centre_variance[cells]) * noise
    between = spreads.tau[cells, None] ** 2
    share = between / (between + variances)
    middle = centre[:, None] + share * (mean - centre[:, None])
    return np.asarray(
        middle + np.sqrt(share * variances) * rng.standard_normal(share.shape), dtype=float
    )


def _quantiles_of_ranks(counts: NDArray[np.int64], tail: float) -> tuple[Numbers, Numbers]:
    """Smallest interval ends with no more than `tail` of the draws beyond either."""
    below = np.cumsum(counts, axis=1) / counts.sum(axis=1, keepdims=True)
    low = (below <= tail).sum(axis=1) + 1
    above = np.cumsum(counts[:, ::-1], axis=1) / counts.sum(axis=1, keepdims=True)
    high = counts.shape[1] - (above <= tail).sum(axis=1)
    return low.astype(float), high.astype(float)
