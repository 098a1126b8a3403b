"""Whether scales measure different things: correlations between against correlations within."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import nan
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import tails
from pipeline.psychometrics._kinds import CorrelationKind
from pipeline.psychometrics._pairwise import pairwise_correlations
from pipeline.psychometrics._responses import FloatArray, IntArray, few_groups, require_items
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.heterotrait.acceleration import accelerations, corrected_probabilities
from pipeline.psychometrics.heterotrait.blocks import Blocks, Ratio
from pipeline.psychometrics.heterotrait.replications import (
    UsedAnswers,
    drawn_correlations,
    used_answers,
)
from pipeline.psychometrics.polychoric import polychoric_correlations
from pipeline.psychometrics.reliability.bootstrap import (
    FEWEST_REPLICATIONS,
    BootstrapInterval,
    Computed,
    expanded_tails,
    percentile_interval,
)
from pipeline.psychometrics.result import Result

Interval = Literal["percentile", "bca"]

FEWEST_UNITS = 2
"""Of one cluster or respondent every replication is the sample itself."""

WORDS_OF_RATIO = {"htmt": "HTMT, arithmetic means", "htmt2": "HTMT2, geometric means"}
WORDS_OF_CORRELATION = {"pearson": "absolute Pearson", "polychoric": "absolute polychoric"}


@dataclass(frozen=True, slots=True, eq=False)
class HeterotraitRatios(Result):
    """Correlations between scales relative to those within them, for every two scales.

    Attributes
    ----------
    scales : tuple of str
        The scales, in the order of rows and columns.
    ratio : {"htmt", "htmt2"}
        Arithmetic or geometric means of correlations.
    values : ndarray, shape (n_scales, n_scales)
        The ratios, 1 on the diagonal; near 1 the two scales cannot be told apart.
    mean_correlations : ndarray, shape (n_scales, n_scales)
        Mean absolute correlation of the items of two scales, or on the diagonal of one scale.
    se, ci_low, ci_high : ndarray, shape (n_scales, n_scales)
        Spread over the replications, and limits; NaN on the diagonal or without replications.
    n_undefined : ndarray of int, shape (n_scales, n_scales)
        Replications without a value.
    pair_conditions : tuple of tuple of (str or None)
        What is to be said of each ratio: ``one_item``: no ratio. ``negative_within_scale``,
        ``undefined_replications``: a reservation.
    confidence_level : float
        Coverage of the intervals.
    n_replications : int
        Sets drawn; 0 without intervals.
    n_clusters : int or None
        Clusters that were drawn; None where respondents were.
    n_respondents, n_total : int
        Respondents who answered every item (and have a cluster), and respondents given.
    method : str
        How it was computed.
    condition : str or None
        ``item_without_answers``, ``too_few_respondents``, ``constant_item``: no ratios.
        ``too_few_groups``: no intervals. ``few_groups``, ``correlation_at_boundary``: a
        reservation.
    """

    scales: tuple[str, ...]
    ratio: Ratio
    values: FloatArray
    mean_correlations: FloatArray
    se: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    n_undefined: IntArray
    pair_conditions: tuple[tuple[str | None, ...], ...]
    confidence_level: float
    n_replications: int
    n_clusters: int | None
    n_respondents: int
    n_total: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row per ratio, and one per mean correlation within or between scales."""
        return long_table(
            [*self._ratio_rows(), *self._mean_rows()],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )

    def _ratio_rows(self) -> Iterator[dict[str, Any]]:
        for i, j in combinations(range(len(self.scales)), 2):
            yield {
                "factor": f"{self.scales[i]} with {self.scales[j]}",
                "statistic": self.ratio,
                "estimate": self.values[i, j],
                "se": self.se[i, j],
                "ci_low": self.ci_low[i, j],
                "ci_high": self.ci_high[i, j],
                "confidence_level": self.confidence_level if self.n_replications else nan,
                "condition": joined([self.condition, self.pair_conditions[i][j]]),
            }

    def _mean_rows(self) -> Iterator[dict[str, Any]]:
        for i, scale in enumerate(self.scales):
            yield {
                "factor": scale,
                "statistic": "mean_correlation_within",
                "estimate": self.mean_correlations[i, i],
                "condition": joined([self.condition, self.pair_conditions[i][i]]),
            }
        for i, j in combinations(range(len(self.scales)), 2):
            yield {
                "factor": f"{self.scales[i]} with {self.scales[j]}",
                "statistic": "mean_correlation_between",
                "estimate": self.mean_correlations[i, j],
            }


def heterotrait_monotrait(
    responses: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    ratio: Ratio = "htmt",
    correlations: CorrelationKind = "pearson",
    rng: np.random.Generator | None = None,
    n_replications: int = 1000,
    cluster: str | None = None,
    interval: Interval = "percentile",
    confidence_level: float = 0.95,
) -> HeterotraitRatios:
    r"""Heterotrait-monotrait ratio of correlations for every two scales.

    Parameters
    ----------
    responses : DataFrame, shape (n_respondents, n_columns)
        Keyed answers, numbers or missing, and a column of clusters where there are any.
    scales : mapping of str to sequence of str
        The items of each scale; two scales or more.
    ratio : {"htmt", "htmt2"}, optional
        Arithmetic means as first proposed, or geometric means, which do not assume that all items
        of a scale are equally good.
    correlations : {"pearson", "polychoric"}, optional
        Which correlations.
    rng : Generator, optional
        Draws the replications; without it there are no intervals.
    n_replications : int, optional
        How many sets of respondents to draw, at least 40.
    cluster : str, optional
        Column that names the site or group of each respondent; whole ones are then drawn.
    interval : {"percentile", "bca"}, optional
        Percentiles, or those corrected for bias and acceleration (Pearson correlations only).
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    HeterotraitRatios

    Raises
    ------
    ValueError
        With everything that is wrong with scales or settings, or if answers are not numbers.

    Notes
    -----
    With absolute correlations :math:`|r|`, means over items of both or of one scale,

    .. math:: \text{HTMT}_{ij} = \frac{\overline{|r|}_{ij}}
              {\sqrt{\overline{|r|}_{ii}\,\overline{|r|}_{jj}}}

    [1]_; HTMT2 takes geometric means [2]_. Respondents who answered every item. Agrees with
    ``semTools::htmt``: ``tests/oracles/semtools_validity``. All replications are computed together.
    Percentiles are expanded for few units (see :func:`bootstrap_reliability`); the acceleration of
    the BCa interval comes from the exact influence of each respondent or cluster [3]_. Absolute
    values hide items that are keyed against their scale: where a mean correlation within a scale
    is not positive, ``negative_within_scale`` says so.

    References
    ----------
    .. [1] Henseler, Ringle & Sarstedt (2015). Journal of the Academy of Marketing Science, 43(1),
       115-135.
    .. [2] Roemer, Schuberth & Henseler (2021). Industrial Management & Data Systems, 121(12),
       2637-2650.
    .. [3] Efron (1987). Journal of the American Statistical Association, 82(397), 171-185.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> factors = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=2000)
    >>> answers = factors[:, [0, 0, 0, 1, 1, 1]] + rng.normal(size=(2000, 6))
    >>> table = pd.DataFrame(answers, columns=list("abcdef"))
    >>> found = heterotrait_monotrait(table, {"X": list("abc"), "Y": list("def")})
    >>> round(found.values[0, 1], 1)
    np.float64(0.5)
    """
    _require_setting(ratio, correlations, interval, rng, n_replications)
    _require_scales(responses, scales, cluster)
    tails(confidence_level)
    blocks = Blocks.of([len(items) for items in scales.values()])
    own = [item for items in scales.values() for item in items]
    used = used_answers(responses[own], None if cluster is None else responses[cluster])
    found, condition = _correlations(used, correlations)
    drawn = np.empty((0, len(scales), len(scales)))
    if rng is not None and used.problem is None and used.n_units >= FEWEST_UNITS:
        stacks = drawn_correlations(used, correlations, rng, n_replications)
        drawn = np.concatenate([blocks.ratios(stack, ratio) for stack in stacks])
    values = blocks.ratios(found[None], ratio)[0]
    speed = None
    if interval == "bca" and len(drawn):
        speed = accelerations(used, found, blocks, ratio)
    intervals = _intervals(values, drawn, speed, expanded_tails(confidence_level, used.n_units))
    return HeterotraitRatios(
        scales=tuple(str(name) for name in scales),
        ratio=ratio,
        values=values,
        mean_correlations=blocks.means(np.abs(found)[None])[0],
        se=_symmetric(intervals, "se", len(scales)),
        ci_low=_symmetric(intervals, "ci_low", len(scales)),
        ci_high=_symmetric(intervals, "ci_high", len(scales)),
        n_undefined=_symmetric(intervals, "n_undefined", len(scales), 0).astype(np.int64),
        pair_conditions=_pair_conditions(blocks.reservations(found), intervals),
        confidence_level=confidence_level,
        n_replications=0 if rng is None else n_replications,
        n_clusters=used.n_clusters,
        n_respondents=len(used.answers),
        n_total=len(responses),
        method=f"{WORDS_OF_RATIO[ratio]} of {WORDS_OF_CORRELATION[correlations]} correlations, "
        "listwise"
        + ("" if rng is None else f"; {used.words(n_replications)}, {interval} interval"),
        condition=joined([condition, None if rng is None else _reservation(used)]),
    )


def _require_setting(
    ratio: str,
    correlations: str,
    interval: str,
    rng: np.random.Generator | None,
    n_replications: int,
) -> None:
    """Refuse settings that do not exist or do not go together."""
    faults = [
        f"{name} must be one of {list(possible)}, got {given!r}"
        for name, given, possible in (
            ("ratio", ratio, get_args(Ratio)),
            ("correlations", correlations, get_args(CorrelationKind)),
            ("interval", interval, get_args(Interval)),
        )
        if given not in possible
    ]
    if interval == "bca" and correlations == "polychoric":
        faults.append("interval 'bca' needs Pearson correlations; take 'percentile'")
    if rng is not None and n_replications < FEWEST_REPLICATIONS:
        faults.append(
            f"an interval needs {FEWEST_REPLICATIONS} replications or more, got {n_replications}"
        )
    if faults:
        raise ValueError("; ".join(faults))


def _require_scales(
    responses: pd.DataFrame, scales: Mapping[str, Sequence[str]], cluster: str | None
) -> None:
    """Refuse scales that the table does not have, or that share items."""
    require_items(responses)
    if not isinstance(scales, Mapping):
        raise ValueError("scales must name the items of each scale: {'trust': ['a', 'b'], ...}")
    named = [item for items in scales.values() if not isinstance(items, str) for item in items]
    repeated = [item for item, times in Counter(named).items() if times > 1]
    absent = [item for item in dict.fromkeys(named) if item not in responses.columns]
    faults = [
        f"items of scale {n!r} must be a list" for n, own in scales.items() if isinstance(own, str)
    ]
    faults += [f"scale {name!r} has no items" for name, items in scales.items() if not len(items)]
    if len(scales) < 2:
        faults.append(f"need at least 2 scales, got {len(scales)}")
    if repeated:
        faults.append(f"an item may stand in one scale only, once: {repeated}")
    if absent:
        faults.append(f"not among the columns: {absent}")
    if cluster is not None and cluster not in responses.columns:
        faults.append(f"there is no column {cluster!r} of clusters")
    if cluster in named:
        faults.append(f"the column of clusters {cluster!r} is an item too")
    if faults:
        raise ValueError("; ".join(faults))


def _correlations(used: UsedAnswers, kind: CorrelationKind) -> tuple[FloatArray, str | None]:
    """Correlations as estimated, not smoothed, and what is to be said of them."""
    k = used.answers.shape[1]
    if used.problem is not None:
        return np.full((k, k), nan), used.problem
    if kind == "pearson":
        return pairwise_correlations(used.answers)[0], None
    found = polychoric_correlations(pd.DataFrame(used.answers))
    words = (found.condition or "").split()
    return found.unsmoothed, joined(w for w in words if w != "not_positive_definite_smoothed")


def _reservation(used: UsedAnswers) -> str | None:
    """What is to be said of replications, or why there are none."""
    if used.problem is not None:
        return None
    return "too_few_groups" if used.n_units < FEWEST_UNITS else few_groups(used.n_clusters)


def _intervals(
    values: FloatArray,
    drawn: FloatArray,
    speed: Mapping[tuple[int, int], float] | None,
    tail: tuple[float, float],
) -> dict[tuple[int, int], BootstrapInterval]:
    """Interval of the ratio of every two scales, corrected where accelerations are given."""
    result = {}
    for pair in combinations(range(len(values)), 2):
        own, replications = float(values[pair]), drawn[:, *pair].copy()
        limits = tail
        if speed is not None:
            limits = corrected_probabilities(own, replications, speed[pair], tail)
        result[pair] = percentile_interval("", Computed(own, replications, None), limits)
    return result


def _symmetric(
    intervals: Mapping[tuple[int, int], BootstrapInterval],
    name: str,
    n_scales: int,
    diagonal: float = nan,
) -> FloatArray:
    """What each interval has under a name, as a matrix of scales."""
    result = np.full((n_scales, n_scales), float(diagonal))
    for pair, own in intervals.items():
        result[pair] = result[pair[::-1]] = getattr(own, name)
    return result


def _pair_conditions(
    of_scale: tuple[str | None, ...], intervals: Mapping[tuple[int, int], BootstrapInterval]
) -> tuple[tuple[str | None, ...], ...]:
    """What is to be said of each ratio; on the diagonal of each scale."""
    n_scales = len(of_scale)

    def say(i: int, j: int) -> str | None:
        if i == j:
            return of_scale[i]
        own = intervals[min(i, j), max(i, j)].condition
        return joined([of_scale[i], of_scale[j], own])

    return tuple(tuple(say(i, j) for j in range(n_scales)) for i in range(n_scales))
