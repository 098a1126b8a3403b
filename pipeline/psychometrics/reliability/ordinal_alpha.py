"""Alpha of polychoric correlations."""

from dataclasses import dataclass
from math import nan
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FEWEST_RESPONDENTS, FloatArray
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.counts import AnswerCounts, Missing
from pipeline.psychometrics.reliability.alpha import alpha_of
from pipeline.psychometrics.reliability.interval import IntervalEstimate, reliability_interval
from pipeline.psychometrics.reliability.ordered_answers import ordered_answers
from pipeline.psychometrics.reliability.usable_answers import covariance_problem


@dataclass(frozen=True, slots=True)
class OrdinalAlpha(IntervalEstimate):
    """Alpha of the normal variables that ordered answers stand for.

    Attributes
    ----------
    estimate, ci_low, ci_high : float
        Alpha of the polychoric correlations, and its delta-method interval.
    confidence_level : float
        Coverage of the interval.
    n_respondents, n_total : int
        Respondents the estimate rests on, and respondents given.
    n_items : int
        Number of items.
    method : str
        How it was computed.
    condition : str or None
        ``item_without_answers``, ``too_few_respondents``, ``constant_item``,
        ``undefined_correlation``, ``no_variation``: no estimate. ``correlation_at_boundary``: no
        interval. Others that the correlations have.
    """

    statistic: ClassVar[str] = "ordinal_alpha"


def ordinal_alpha(
    answers: pd.DataFrame | AnswerCounts,
    confidence_level: float = 0.95,
    missing: Missing = "listwise",
    clusters: "pd.Series[Any] | None" = None,
) -> OrdinalAlpha:
    r"""Alpha of the normal variables that ordered answers stand for.

    Parameters
    ----------
    answers : DataFrame, shape (n_respondents, n_items), or AnswerCounts
        Keyed answers, numbers or missing, or how often they were given; two items or more. The
        interval needs the answers.
    confidence_level : float, optional
        Coverage of the interval.
    missing : {"listwise", "pairwise"}, optional
        Use respondents who answered every item, or every pair of answers. Counts have been
        counted one way already.
    clusters : Series, shape (n_respondents,), optional
        Site or group of each respondent, by the index of `answers`. The interval then allows for
        respondents of one site being alike.

    Returns
    -------
    OrdinalAlpha

    Raises
    ------
    ValueError
        If there are fewer than two items, answers are not numbers, or an item has more than 100
        different answers.

    Notes
    -----
    .. math:: \alpha = \frac{k}{k - 1} \left(1 - \frac{k}{1'R1}\right)

    with the polychoric correlations :math:`R`, not smoothed [1]_. It belongs to variables that
    nobody has observed: the sum of the answers as given is less reliable, and a report on that sum
    should state :func:`categorical_omega` or :func:`cronbach_alpha` [2]_. The interval is that of
    :math:`\ln(1 - \alpha)` by the delta method with the covariances of the correlations.

    References
    ----------
    .. [1] Zumbo, Gadermann & Zeisser (2007). Journal of Modern Applied Statistical Methods, 6(1),
       21-29.
    .. [2] Chalmers (2018). Educational and Psychological Measurement, 78(6), 1056-1071.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> latent = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> answers = pd.DataFrame(np.digitize(latent, [-1, 1]), columns=list("abcd"))
    >>> round(ordinal_alpha(answers).estimate, 1)
    0.8
    """
    given = ordered_answers(answers, missing, clusters)
    found, covariance = given.polychoric, given.covariance
    width = given.width(confidence_level)
    condition, few = given.condition, found.n_respondents < FEWEST_RESPONDENTS
    estimate = se = nan
    if "item_without_answers" not in (condition or "") and few:
        condition = "too_few_respondents"
    elif np.isfinite(found.unsmoothed).all():
        condition = joined([covariance_problem(found.unsmoothed), condition])
        if "no_variation" not in (condition or ""):
            estimate = float(alpha_of(found.unsmoothed))
            se = nan if covariance is None else _standard_error(found.unsmoothed, covariance)
    low, high = reliability_interval(estimate, se, width)
    return OrdinalAlpha(
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        confidence_level=confidence_level,
        n_respondents=found.n_respondents,
        n_total=given.n_total,
        n_items=len(found.items),
        method=f"alpha of correlations, {found.method}{given.method_of_interval}",
        condition=condition,
    )


def _standard_error(correlations: FloatArray, covariance: FloatArray) -> float:
    k = len(correlations)
    n_pairs = k * (k - 1) // 2
    of_correlations = covariance[-n_pairs:, -n_pairs:]
    slope = 2 * k**2 / (k - 1) / correlations.sum() ** 2
    return float(slope * np.sqrt(of_correlations.sum()))
