"""The criterion of alignment: few parameters differ between groups, the others hardly.

Arrays in, arrays out. A configural model gives every group its own loadings and intercepts with a
factor of mean 0 and standard deviation 1. Another mean and standard deviation of the factor in a
group turns them into others that fit the same; the criterion says which of them are simplest.
"""

from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import scipy

from pipeline.psychometrics._responses import FloatArray

LARGEST_SLOPE = 1e-6
"""The search has arrived when no slope of the criterion is steeper than this."""

SAME_LOSS = 1e-6
"""Starts whose criterion differs by less than this arrived at the same solution."""

SMALLEST_SLOPE = 1e-12
"""Newton's steps end where no slope of the criterion is steeper than this."""

SMOOTHER = (1000.0, 100.0, 10.0)
"""One start is led to the criterion through smoother ones, with so many times its smoothing."""

SMALLEST_LOADING = 0.1
"""An item is a start if its smallest loading is more than this share of its largest."""

MOST_NEWTON_STEPS = 50


Scale = Literal["product", "first"]
"""What fixes the unit of the factor while the criterion is made small: the product of the standard
deviations of all groups is 1, or that of the first group is. The first group has mean 0."""


class Configural(NamedTuple):
    """Loadings and intercepts (G, p) with the weights (G,) of the groups, smoothing and scale."""

    loadings: FloatArray
    intercepts: FloatArray
    weights: FloatArray
    smoothing: float
    scale: Scale

    @property
    def n_groups(self) -> int:
        """Groups."""
        return len(self.loadings)

    @property
    def log_sds(self) -> FloatArray:
        """Logarithms of the standard deviations from those that are free, (G, G - 1)."""
        free = np.eye(self.n_groups)[:, 1:]
        return free - free.mean(axis=0) if self.scale == "product" else free


class Found(NamedTuple):
    """The simplest means and standard deviations of the factor, and how sure they were found."""

    free: FloatArray
    loss: float
    converged: bool
    share_of_starts: float
    """Of the starts, how many led to this solution."""


class Alignable:
    """A configural model at means (G,) and standard deviations (G,) of the factor.

    The free parameters are the means of all groups but the first, then the logarithms of their
    standard deviations before these are brought to the scale.
    """

    def __init__(self, configural: Configural, free: FloatArray) -> None:
        self.configural = configural
        self.free = free
        half = configural.n_groups - 1
        self.means = np.concatenate([[0.0], free[:half]])
        self.sds = np.exp(configural.log_sds @ free[half:])

    @cached_property
    def loadings(self) -> FloatArray:
        """Aligned loadings, shape (G, p)."""
        return np.asarray(self.configural.loadings / self.sds[:, None])

    @cached_property
    def intercepts(self) -> FloatArray:
        """Aligned intercepts, shape (G, p)."""
        return np.asarray(self.configural.intercepts - self.means[:, None] * self.loadings)

    @cached_property
    def _of_loadings(self) -> "Dissimilarity":
        return Dissimilarity(self.loadings, self.configural)

    @cached_property
    def _of_intercepts(self) -> "Dissimilarity":
        return Dissimilarity(self.intercepts, self.configural)

    def loss(self) -> float:
        """The criterion, per group and item."""
        return self._of_loadings.value + self._of_intercepts.value

    def gradient(self) -> FloatArray:
        """Slopes of the criterion in the free parameters, shape (2G - 2,)."""
        by_loading, by_intercept = self._of_loadings.slope, self._of_intercepts.slope
        by_mean = -(by_intercept * self.loadings).sum(axis=1)
        by_log = (by_intercept * self.means[:, None] - by_loading) * self.loadings
        return np.concatenate([by_mean[1:], self.configural.log_sds.T @ by_log.sum(axis=1)])

    def hessian(self) -> FloatArray:
        """Second slopes of the criterion in the free parameters, shape (2G - 2, 2G - 2)."""
        own, means = self.loadings, self.means
        n_groups = len(own)
        of_loadings, of_intercepts = self._of_loadings.curvature, self._of_intercepts.curvature
        shifted = own * means[:, None]
        mean_mean = np.einsum("ghp,gp,hp->gh", of_intercepts, own, own)
        mean_log = -np.einsum("ghp,gp,hp->gh", of_intercepts, own, shifted)
        log_log = np.einsum("ghp,gp,hp->gh", of_loadings, own, own)
        log_log += np.einsum("ghp,gp,hp->gh", of_intercepts, shifted, shifted)
        by_loading, by_intercept = self._of_loadings.slope, self._of_intercepts.slope
        at = np.arange(n_groups)
        mean_log[at, at] += (by_intercept * own).sum(axis=1)
        log_log[at, at] += (by_loading * own - by_intercept * shifted).sum(axis=1)
        full = np.block([[mean_mean, mean_log], [mean_log.T, log_log]])
        to_free = self._to_free()
        return np.asarray(to_free.T @ full @ to_free)

    def slope_in_configural(self) -> FloatArray:
        """How the gradient moves with configural loadings, then intercepts, (2G - 2, 2Gp)."""
        own, means, sds = self.loadings, self.means, self.sds
        n_groups, n_items = own.shape
        of_loadings, of_intercepts = self._of_loadings.curvature, self._of_intercepts.curvature
        shifted, ratio = own * means[:, None], (means / sds)[None, :, None]
        mean_nu = -of_intercepts * own[:, None, :]
        mean_lambda = of_intercepts * own[:, None, :] * ratio
        log_nu = of_intercepts * shifted[:, None, :]
        log_lambda = -of_loadings * own[:, None, :] / sds[None, :, None]
        log_lambda -= of_intercepts * shifted[:, None, :] * ratio
        by_loading, by_intercept = self._of_loadings.slope, self._of_intercepts.slope
        at = np.arange(n_groups)
        mean_lambda[at, at] -= by_intercept / sds[:, None]
        log_lambda[at, at] += (by_intercept * means[:, None] - by_loading) / sds[:, None]
        shape = n_groups, n_groups * n_items
        blocks = [[mean_lambda, mean_nu], [log_lambda, log_nu]]
        full = np.block([[block.reshape(shape) for block in row] for row in blocks])
        return np.asarray(self._to_free().T @ full)

    def _to_free(self) -> FloatArray:
        """How means and logarithms of standard deviations follow from the free, (2G, 2G - 2)."""
        means = np.eye(self.configural.n_groups)[:, 1:]
        return np.asarray(scipy.linalg.block_diag(means, self.configural.log_sds))


class Dissimilarity:
    """How unlike the groups are in one kind of aligned parameter, (G, p), and its slopes.

    Of two groups the fourth root of their squared difference plus the smoothing, [1]_ of
    :func:`align_factor`; per group and item, and each two groups once.
    """

    def __init__(self, aligned: FloatArray, configural: Configural) -> None:
        self._difference = aligned[:, None, :] - aligned[None, :, :]
        self._squares = self._difference**2
        self._smoothed = self._squares + configural.smoothing
        root = np.sqrt(self._smoothed)
        self._fourth_root = np.sqrt(root)
        self._cubed = root * self._fourth_root
        own = configural.weights
        self._weights = (np.outer(own, own) - np.diag(own**2))[:, :, None] / aligned.size

    @property
    def value(self) -> float:
        """Sum over items and pairs of groups."""
        return float((self._weights * self._fourth_root).sum() / 2)

    @cached_property
    def slope(self) -> FloatArray:
        """Slopes in the aligned parameters, shape (G, p)."""
        return np.asarray((self._weights * self._difference / self._cubed).sum(axis=1) / 2)

    @cached_property
    def curvature(self) -> FloatArray:
        """Second slopes in the aligned parameters of two groups, item by item, (G, G, p)."""
        second = (0.5 - 0.75 * self._squares / self._smoothed) / self._cubed * self._weights
        at = np.arange(len(second))
        result = -second
        result[at, at] = second.sum(axis=1)
        return np.asarray(result)


def align_factor(configural: Configural) -> Found:
    r"""The means and standard deviations of the factor that make the criterion smallest.

    Notes
    -----
    .. math:: \frac{1}{Gp} \sum_i \sum_{g < h} w_g w_h [f(\lambda_{ig} - \lambda_{ih})
              + f(\nu_{ig} - \nu_{ih})], \quad f(x) = \sqrt{\sqrt{x^2 + \epsilon}}

    with aligned loadings and intercepts [1]_. It has several valleys. The search sets out from
    the averages over items, led through smoother criteria, and from each item alone as if it were
    the same in all groups. The best place is refined by Newton's steps with exact second slopes.
    With the unit of the first group the criterion falls without end as all other standard
    deviations grow, so that only the valley next to the averages is looked at.

    References
    ----------
    .. [1] Asparouhov & Muthen (2014). Structural Equation Modeling, 21(4), 495-508.
    """
    ends = [_descend(configural, start) for start in _starts(configural)]
    losses = np.array([Alignable(configural, end).loss() for end in ends])
    best = _refine(configural, ends[int(losses.argmin())])
    at = Alignable(configural, best)
    loss = at.loss()
    arrived = np.abs(at.gradient()).max() < LARGEST_SLOPE
    arrived &= np.linalg.eigvalsh(at.hessian())[0] > 0
    share = float((losses < loss + SAME_LOSS * max(loss, 1.0)).mean())
    return Found(best, loss, bool(arrived), share)


def _starts(configural: Configural) -> list[FloatArray]:
    """Averages of all items, then each item that loads in every group, as what is compared."""
    loadings = np.column_stack([configural.loadings.mean(axis=1), configural.loadings])
    intercepts = np.column_stack([configural.intercepts.mean(axis=1), configural.intercepts])
    starts = [
        np.concatenate([(intercept - intercept[0])[1:] / own[0], np.log(own / own[0])[1:]])
        for own, intercept in zip(loadings.T, intercepts.T, strict=True)
        if own.min() > SMALLEST_LOADING * own.max() > 0
    ]
    starts = starts or [np.zeros(2 * configural.n_groups - 2)]
    led = _led(configural, starts[0])
    return [led] if configural.scale == "first" else [led, *starts]


def _led(configural: Configural, start: FloatArray) -> FloatArray:
    """Where a start is led through smoother criteria."""
    for times in SMOOTHER:
        smoother = configural._replace(smoothing=configural.smoothing * times)
        start = _descend(smoother, start)
    return start


def _descend(configural: Configural, start: FloatArray) -> FloatArray:
    """The bottom of the valley in which a start lies, nearly."""
    found = scipy.optimize.minimize(
        _value_and_slope,
        start,
        args=(configural,),
        jac=True,
        method="L-BFGS-B",
        options={"ftol": 1e-10, "gtol": 1e-6, "maxiter": 1000, "maxfun": 2000, "maxcor": 20},
    )
    return np.asarray(found.x)


def _value_and_slope(free: FloatArray, configural: Configural) -> tuple[float, FloatArray]:
    """The criterion and its slopes, as a search wants them."""
    at = Alignable(configural, free)
    return at.loss(), at.gradient()


def _refine(configural: Configural, place: FloatArray) -> FloatArray:
    """Newton's steps, shorter where needed, as long as they make the criterion smaller."""
    at = Alignable(configural, place)
    for _ in range(MOST_NEWTON_STEPS):
        slope = at.gradient()
        if np.abs(slope).max() < SMALLEST_SLOPE:
            break
        eigenvalues, vectors = np.linalg.eigh(at.hessian())
        size = np.maximum(np.abs(eigenvalues), 1e-6 * np.abs(eigenvalues).max())
        step = -vectors @ ((vectors.T @ slope) / size)
        shorter = (Alignable(configural, place + step * 0.5**halving) for halving in range(12))
        following = next((other for other in shorter if other.loss() < at.loss()), None)
        if following is None:
            break
        place, at = following.free, following
    return place


class Aligned(NamedTuple):
    """Aligned parameters in the unit of the first group, and how they move with configural ones.

    ``means``, ``sds`` (G,); ``loadings``, ``intercepts`` (G, p). ``of_means``, ``of_log_sds``
    (G, 2Gp); ``of_loadings``, ``of_intercepts`` (Gp, 2Gp): slopes in the configural loadings, then
    intercepts, group by group.
    """

    means: FloatArray
    sds: FloatArray
    loadings: FloatArray
    intercepts: FloatArray
    of_means: FloatArray
    of_log_sds: FloatArray
    of_loadings: FloatArray
    of_intercepts: FloatArray


def aligned_parameters(configural: Configural, free: FloatArray) -> Aligned:
    r"""What the configural parameters become, in the unit of the first group.

    Notes
    -----
    The gradient of the criterion is 0 at every solution, so by the implicit function theorem
    :math:`d\eta / d\theta = -F_{\eta\eta}^{-1} F_{\eta\theta}`.
    """
    at = Alignable(configural, free)
    n_groups, n_items = at.loadings.shape
    moved = -np.linalg.lstsq(at.hessian(), at.slope_in_configural(), rcond=None)[0]
    of_logs = configural.log_sds @ moved[n_groups - 1 :]
    of_means = np.vstack([np.zeros_like(moved[:1]), moved[: n_groups - 1]])
    means, sds, unit = at.means / at.sds[0], at.sds / at.sds[0], at.sds[0]
    of_means = of_means / unit - np.outer(means, of_logs[0])
    of_logs = of_logs - of_logs[0]
    one, zero = np.eye(n_groups * n_items), np.zeros((n_groups * n_items,) * 2)
    each_sd, each_mean = (np.repeat(own, n_items)[:, None] for own in (sds, means))
    loadings = at.loadings * unit
    flat = loadings.reshape(-1, 1)
    of_loadings = np.hstack([one / each_sd, zero]) - flat * np.repeat(of_logs, n_items, axis=0)
    of_intercepts = np.hstack([zero, one]) - each_mean * of_loadings
    of_intercepts -= flat * np.repeat(of_means, n_items, axis=0)
    return Aligned(
        means, sds, loadings, at.intercepts, of_means, of_logs, of_loadings, of_intercepts
    )


def aligned_from(configural: Configural, start: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Means and standard deviations in the unit of the first group, searched from one start."""
    at = Alignable(configural, _descend(configural, start))
    return at.means / at.sds[0], at.sds / at.sds[0]
