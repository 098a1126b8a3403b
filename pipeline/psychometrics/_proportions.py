"""Intervals of shares."""

from math import nan, sqrt

from pipeline.psychometrics._distributions import normal_quantile, tails

Interval = tuple[float, float]


def score_interval(share: float, n_trials: int, confidence_level: float) -> Interval:
    r"""The score interval of a share of independent trials; missing where there are none.

    Notes
    -----
    .. math::
        \frac{2 n p + z^2 \mp z \sqrt{4 n p (1 - p) + z^2}}{2 (n + z^2)}

    with :math:`p` the share of :math:`n` trials and :math:`z` the normal quantile [1]_. Both ends
    lie between 0 and 1, also where the share is 0 or 1.

    References
    ----------
    .. [1] Wilson (1927). Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    >>> low, high = score_interval(0.8, 10, 0.95)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    z = normal_quantile(tails(confidence_level)[1])
    if not n_trials:
        return nan, nan
    middle = 2 * n_trials * share + z**2
    half = z * sqrt(4 * n_trials * share * (1 - share) + z**2)
    width = 2 * (n_trials + z**2)
    low = 0.0 if share == 0 else (middle - half) / width
    high = 1.0 if share == 1 else (middle + half) / width
    return low, high
