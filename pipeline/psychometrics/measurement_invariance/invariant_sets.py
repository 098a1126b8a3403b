"""Which groups share a parameter, by the rule of Asparouhov and Muthen."""

import numpy as np
import numpy.typing as npt

from pipeline.psychometrics._distributions import normal_quantile
from pipeline.psychometrics._responses import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

LEVEL_OF_PAIRS = 0.01
"""Two groups are connected if a test of their difference has a larger p than this."""

LEVEL_OF_MEMBERS = 0.001
"""A group belongs to the set if a test of its distance from the mean has a larger p than this."""

MOST_CHANGES = 1000


def invariant_sets(estimates: FloatArray, covariances: FloatArray) -> BoolArray:
    """Whether each group belongs to the largest set of groups that share a parameter.

    Parameters
    ----------
    estimates : ndarray, shape (n_groups, n_items)
        One kind of aligned parameter.
    covariances : ndarray, shape (n_items, n_groups, n_groups)
        Covariances of their errors between groups.

    Returns
    -------
    ndarray of bool, shape (n_groups, n_items)

    Notes
    -----
    The rule of [1]_ (their section on approximate invariance): two groups are connected if their
    difference is not significant at .01; the set begins with the most groups that are connected
    with one another, directly or through others. Then the group that is furthest from the mean of
    the set leaves it if a test of the difference is significant at .001, or the one that is nearest
    among those outside joins it if it is not, one at a time until nothing changes. The tests are
    not corrected further for their number; with so strict a level about one parameter in a thousand
    is called different by chance.

    References
    ----------
    .. [1] Asparouhov & Muthen (2014). Structural Equation Modeling, 21(4), 495-508.
    """
    return np.column_stack(
        [_set_of_item(own, spread) for own, spread in zip(estimates.T, covariances, strict=True)]
    )


def _set_of_item(estimates: FloatArray, covariance: FloatArray) -> BoolArray:
    """Which groups share one parameter, (n_groups,)."""
    members = _largest_connected(estimates, covariance)
    seen = set()
    limit = -normal_quantile(LEVEL_OF_MEMBERS / 2)
    for _ in range(MOST_CHANGES):
        distance = _distances(estimates, covariance, members)
        leaving = np.where(members, distance, -np.inf)
        joining = np.where(members, np.inf, distance)
        if leaving.max() > limit and members.sum() > 1:
            changed = int(leaving.argmax())
        elif joining.min() <= limit:
            changed = int(joining.argmin())
        else:
            break
        members = members.copy()
        members[changed] = not members[changed]
        if members.tobytes() in seen:
            break
        seen.add(members.tobytes())
    return members


def _distances(estimates: FloatArray, covariance: FloatArray, members: BoolArray) -> FloatArray:
    """How many standard errors each group is from the mean of the members."""
    mean = members / members.sum()
    contrasts = np.eye(len(estimates)) - mean
    errors = np.sqrt(np.maximum(np.einsum("gh,hk,gk->g", contrasts, covariance, contrasts), 0))
    return _ratio(np.abs(contrasts @ estimates), errors)


def _largest_connected(estimates: FloatArray, covariance: FloatArray) -> BoolArray:
    """The largest set of groups connected with one another; the first of several."""
    own = np.diag(covariance)
    errors = np.sqrt(np.maximum(own[:, None] + own[None, :] - 2 * covariance, 0))
    apart = _ratio(np.abs(estimates[:, None] - estimates[None, :]), errors)
    linked = apart < -normal_quantile(LEVEL_OF_PAIRS / 2)
    labels: IntArray = np.arange(len(estimates))
    for _ in range(len(estimates)):
        labels = np.array([labels[row].min() for row in linked | np.eye(len(linked), dtype=bool)])
    counts = np.bincount(labels)
    return np.asarray(labels == counts.argmax())


def _ratio(distance: FloatArray, error: FloatArray) -> FloatArray:
    """Distances in standard errors; without error any distance at all is infinite."""
    tiny = distance < 1e-12
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(tiny, 0.0, distance / error))
