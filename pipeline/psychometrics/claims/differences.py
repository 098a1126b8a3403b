"""Differences between two groups within strata: of means, of rates, and of differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.psychometrics._distributions import student_quantile, tails
from pipeline.psychometrics._responses import FloatArray
from pipeline.psychometrics.claims.correlations import without_sign
from pipeline.psychometrics.claims.influence import Influenced, Interval, place_of
from pipeline.psychometrics.claims.pairs import centred
from pipeline.psychometrics.claims.sample import Asked, ClaimEstimate, ClaimSample, no_estimate

COHEN = "Cohen's d within strata; t interval"
OF_D = "differences of Cohen's d within strata; interval from the influence of each unit"
RANK_OF_D = "place by Cohen's d within strata; places that chance leaves open"
RATES = "difference of rates within strata; t interval from the influence of each unit"
RANK_OF_RATES = "place by rate; places that chance leaves open"

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class GroupDifference:
    """How a variable differs between two groups.

    Attributes
    ----------
    raw, standardised : Influenced
        Difference of means, and Cohen's d.
    se_of_d : float
        Standard error of d under equal variances.
    df : int
        Degrees of freedom of the variance within groups.
    """

    raw: Influenced
    standardised: Influenced
    se_of_d: float
    df: int


def group_difference(
    values: FloatArray, high: BoolArray, low: BoolArray, strata: npt.NDArray[np.int64]
) -> GroupDifference | None:
    r"""The mean of one group minus that of another, units compared within their stratum.

    Returns
    -------
    GroupDifference or None
        None where no stratum has both groups, or nothing varies within groups.

    Notes
    -----
    With :math:`\tilde g` membership in the first group minus its mean in the stratum,

    .. math:: \delta = \frac{\sum_i \tilde g_i y_i}{\sum_i \tilde g_i^2},\quad
              d = \frac{\delta}{s},\quad
              \mathrm{SE}_d^2 = \frac{1}{\sum_i \tilde g_i^2} + \frac{d^2}{2n}

    with :math:`s` the standard deviation within strata and groups. With one stratum this is
    Cohen's d [1]_ with the standard error of Hedges and Olkin [2]_. The influence of a unit with
    residual :math:`e` is :math:`\tilde g e / \sum \tilde g^2` on :math:`\delta`, and on :math:`d`
    that over :math:`s` minus :math:`d (e^2 / s^2 - 1) / 2n`.

    References
    ----------
    .. [1] Cohen (1988). Statistical Power Analysis for the Behavioral Sciences, 2nd ed.
    .. [2] Hedges & Olkin (1985). Statistical Methods for Meta-Analysis, p. 86.
    """
    used = ~np.isnan(values) & (high ^ low)
    codes, own, member = strata[used], values[used], high[used].astype(np.float64)
    n, n_strata = int(used.sum()), len(np.unique(codes))
    contrast = centred(member, codes) if n else member
    weight, df = float(contrast @ contrast), n - n_strata - 1
    if df < 1 or weight < np.sqrt(np.finfo(np.float64).eps):
        return None
    within = centred(own, codes)
    delta = float(contrast @ within) / weight
    left = within - delta * contrast
    spread = sqrt(float(left @ left) / df)
    if spread < np.sqrt(np.finfo(np.float64).eps):
        return None
    effect, scale = delta / spread, sqrt(n / df)
    of_raw, of_d = np.zeros(len(values)), np.zeros(len(values))
    of_raw[used] = scale * contrast * left / weight
    of_d[used] = of_raw[used] / spread - scale * effect * ((left / spread) ** 2 - 1) / (2 * n)
    return GroupDifference(
        raw=Influenced(delta, of_raw, n),
        standardised=Influenced(effect, of_d, n),
        se_of_d=sqrt(1 / weight + effect**2 / (2 * n)),
        df=df,
    )


# ------------------------------------------------------------------ of means


def mean_difference(
    name: str, asked: Asked, sample: ClaimSample, confidence_level: float
) -> ClaimEstimate:
    """Cohen's d of a variable between the two groups of a claim."""
    return _effect(name, _groups(asked, sample), asked, sample, confidence_level)


def trend(name: str, asked: Asked, sample: ClaimSample, confidence_level: float) -> ClaimEstimate:
    """Cohen's d between the last and the first answer to a question, and whether means rise."""
    answers = sample.numbers(str(asked.ordered_by))
    groups = [answers == answer for answer in asked.order]
    found = _effect(name, (groups[-1], groups[0]), asked, sample, confidence_level)
    values = sample.numbers(name)
    own = [values[group & ~np.isnan(values)] for group in groups]
    if found.condition or min(len(group) for group in own) < sample.fewest:
        return no_estimate(name, found.n, COHEN, found.condition or "too_few")
    means = [float(group.mean()) for group in own]
    rises = all(later > earlier for earlier, later in pairwise(means))
    return found if rises else replace(found, condition="not_rising")


def difference_of_differences(
    name: str, asked: Asked, sample: ClaimSample, confidence_level: float
) -> ClaimEstimate:
    """Cohen's d of a variable minus that of another, from the same units."""
    names = (name, asked.against[0])
    about, found = " minus ".join(names), _differences(names, asked, sample)
    if isinstance(found, Obstacle):
        return no_estimate(about, found.n, OF_D, found.condition)
    difference = found[0].standardised.minus(found[1].standardised)
    interval = difference.interval(confidence_level)
    return ClaimEstimate(about, difference.value, *interval, confidence_level, difference.n, OF_D)


def rank_of_difference(
    name: str, asked: Asked, sample: ClaimSample, confidence_level: float
) -> ClaimEstimate:
    """The place of a variable among others by Cohen's d between the two groups."""
    names = (name, *(other for other in asked.against if other != name))
    found = _differences(names, asked, sample)
    if isinstance(found, Obstacle):
        return no_estimate(name, found.n, RANK_OF_D, found.condition)
    target, *rest = (each.standardised for each in found)
    place = place_of(target, rest, confidence_level)
    n = min(one.n for one in (target, *rest))
    return ClaimEstimate(name, *place, confidence_level, n, RANK_OF_D)


# ------------------------------------------------------------------ of rates


def rate_difference(
    name: str, asked: Asked, sample: ClaimSample, confidence_level: float
) -> ClaimEstimate:
    """The rate of one group minus that of another, in the unit of the values."""
    found = _difference(name, _groups(asked, sample), sample)
    if isinstance(found, Obstacle):
        return no_estimate(name, found.n, RATES, found.condition)
    half = student_quantile(tails(confidence_level)[1], found.df) * found.raw.se
    interval = Interval(found.raw.value - half, found.raw.value + half)
    return ClaimEstimate(name, found.raw.value, *interval, confidence_level, found.raw.n, RATES)


def rank_of_rate(
    name: str, asked: Asked, sample: ClaimSample, confidence_level: float
) -> ClaimEstimate:
    """The place of a rate among others."""
    others = [other for other in asked.against if other != name]
    rates = [_rate(sample.numbers(one)) for one in (name, *others)]
    n = min(rate.n for rate in rates)
    if n < sample.fewest:
        return no_estimate(name, n, RANK_OF_RATES, "too_few")
    place = place_of(rates[0], rates[1:], confidence_level)
    return ClaimEstimate(name, *place, confidence_level, n, RANK_OF_RATES)


def _rate(values: FloatArray) -> Influenced:
    known = ~np.isnan(values)
    n = int(known.sum())
    mean = float(values[known].mean()) if n else float("nan")
    return Influenced(mean, np.where(known, values - mean, 0.0) / max(n, 1), n)


# ------------------------------------------------------------------ shared


class Obstacle(NamedTuple):
    """Why there is no difference, and how many units there were."""

    condition: str
    n: int


def _groups(asked: Asked, sample: ClaimSample) -> tuple[BoolArray, BoolArray]:
    return sample.in_group(str(asked.high)), sample.in_group(str(asked.low))


def _effect(
    name: str,
    groups: tuple[BoolArray, BoolArray],
    asked: Asked,
    sample: ClaimSample,
    confidence_level: float,
) -> ClaimEstimate:
    found = _difference(name, groups, sample)
    if isinstance(found, Obstacle):
        return no_estimate(name, found.n, COHEN, found.condition)
    effect = found.standardised.value
    half = student_quantile(tails(confidence_level)[1], found.df) * found.se_of_d
    interval = Interval(effect - half, effect + half)
    if asked.absolute:
        effect, interval = abs(effect), without_sign(interval)
    return ClaimEstimate(name, effect, *interval, confidence_level, found.raw.n, COHEN)


def _differences(
    names: Sequence[str], asked: Asked, sample: ClaimSample
) -> list[GroupDifference] | Obstacle:
    """The differences of several variables, or why one of them has none."""
    groups = _groups(asked, sample)
    found = []
    for name in names:
        one = _difference(name, groups, sample)
        if isinstance(one, Obstacle):
            return one
        found.append(one)
    return found


def _difference(
    name: str, groups: tuple[BoolArray, BoolArray], sample: ClaimSample
) -> GroupDifference | Obstacle:
    """The difference, where each group has as many units as it needs."""
    values = sample.numbers(name)
    sizes = [int((group & ~np.isnan(values)).sum()) for group in groups]
    if min(sizes) < sample.fewest:
        return Obstacle("too_few", sum(sizes))
    found = group_difference(values, *groups, sample.strata)
    return found or Obstacle("no_variation", sum(sizes))
