"""Whether scales measure different things: correlations between against correlations within."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement
from math import nan
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import normal_below, normal_quantile, tails
from pipeline.psychometrics._kinds import CorrelationKind
from pipeline.psychometrics._pairwise import pairwise_correlations
from pipeline.psychometrics._responses import (
    FloatArray,
    IntArray,
    few_groups,
    require_items,
    to_numbers,
    unusable,
)
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.counts import count_answers
from pipeline.psychometrics.polychoric import polychoric_correlations
from pipeline.psychometrics.polychoric.estimate import (
    as_matrix,
    diagonal_of,
    estimate_pairs,
    stacked,
)
from pipeline.psychometrics.reliability.bootstrap import (
    FEWEST_REPLICATIONS,
    BootstrapInterval,
    Computed,
    expanded_tails,
    percentile_interval,
)
from pipeline.psychometrics.reliability.omega import complete_with_clusters
from pipeline.psychometrics.reliability.resampling import (
    distinct_answers,
    drawn_clusters,
    drawn_counts,
    resampled_cluster_covariances,
    resampled_covariances,
)
from pipeline.psychometrics.result import Result

Ratio = Literal["htmt", "htmt2"]
Interval = Literal["percentile", "bca"]

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
    blocks = _Blocks.of([len(items) for items in scales.values()])
    own = [item for items in scales.values() for item in items]
    used = _used(responses[own], None if cluster is None else responses[cluster])
    found, condition = _correlations(used, correlations)
    drawn, problem = _drawn(used, found, rng, n_replications, correlations, blocks, ratio)
    values = blocks.ratios(found[None], ratio)[0]
    accelerations = None
    if interval == "bca" and drawn is not None:
        accelerations = _accelerations(used, found, blocks, ratio)
    tail = expanded_tails(confidence_level, used.n_units)
    intervals = {
        pair: _interval(values[pair], drawn, pair, tail, accelerations)
        for pair in combinations(range(len(scales)), 2)
    }
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
        condition=joined([condition, problem]),
    )


def _require_setting(
    ratio: str,
    correlations: str,
    interval: str,
    rng: np.random.Generator | None,
    n_replications: int,
) -> None:
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


class _Used(NamedTuple):
    """Complete answers, the cluster of each respondent, and why they may not be usable."""

    answers: FloatArray
    clusters: IntArray | None
    problem: str | None

    @property
    def n_clusters(self) -> int | None:
        return None if self.clusters is None else int(self.clusters.max(initial=-1)) + 1

    @property
    def n_units(self) -> int:
        return len(self.answers) if self.n_clusters is None else self.n_clusters

    def words(self, n_replications: int) -> str:
        units = "respondents" if self.n_clusters is None else f"{self.n_clusters} clusters"
        return f"{n_replications} replications of {units}"


def _used(items: pd.DataFrame, clusters: "pd.Series[Any] | None") -> _Used:
    """The respondents who answered every item, and have a cluster where there are any."""
    numbers = to_numbers(items)
    used, groups = complete_with_clusters(numbers, items, clusters)
    return _Used(used, groups, unusable(numbers, used))


def _correlations(used: _Used, kind: CorrelationKind) -> tuple[FloatArray, str | None]:
    """Correlations as estimated, not smoothed, and what is to be said of them."""
    k = used.answers.shape[1]
    if used.problem is not None:
        return np.full((k, k), nan), used.problem
    if kind == "pearson":
        return pairwise_correlations(used.answers)[0], None
    found = polychoric_correlations(pd.DataFrame(used.answers))
    words = (found.condition or "").split()
    return found.unsmoothed, joined(w for w in words if w != "not_positive_definite_smoothed")


class _Blocks(NamedTuple):
    """Pairs of items, sorted by the two scales they belong to.

    ``first``, ``second`` the items of each pair; ``start`` where each block of pairs begins,
    ``size`` how many pairs it has and ``scales`` (2, n_blocks) its scales.
    """

    of_item: IntArray
    first: IntArray
    second: IntArray
    start: IntArray
    size: IntArray
    scales: IntArray

    @classmethod
    def of(cls, lengths: Sequence[int]) -> "_Blocks":
        of_item = np.repeat(np.arange(len(lengths)), lengths)
        first, second = np.triu_indices(len(of_item), k=1)
        number = of_item[first] * len(lengths) + of_item[second]
        order = np.argsort(number, kind="stable")
        blocks, start, size = np.unique(number[order], return_index=True, return_counts=True)
        scales = np.array(np.divmod(blocks, len(lengths)))
        return cls(of_item, first[order], second[order], start, size, scales)

    @property
    def n_scales(self) -> int:
        return int(self.of_item[-1]) + 1

    def means(self, matrices: FloatArray) -> FloatArray:
        """Mean of every block in each of a stack of matrices; NaN where there are no pairs."""
        values = matrices[:, self.first, self.second]
        sums = np.add.reduceat(values, self.start, axis=1)
        result = np.full((len(matrices), self.n_scales, self.n_scales), nan)
        result[:, *self.scales] = sums / self.size
        result[:, *self.scales[::-1]] = result[:, *self.scales]
        return result

    def ratios(self, correlations: FloatArray, ratio: Ratio) -> FloatArray:
        """Ratios in each of a stack of correlation matrices, with 1 on the diagonal."""
        sizes = np.abs(correlations)
        with np.errstate(divide="ignore", invalid="ignore"):
            means = self.means(sizes) if ratio == "htmt" else np.exp(self.means(np.log(sizes)))
            within = np.sqrt(np.diagonal(means, axis1=1, axis2=2))
            result = means / (within[:, :, None] * within[:, None, :])
        result[~np.isfinite(result)] = nan
        diagonal = np.arange(self.n_scales)
        result[:, diagonal, diagonal] = 1.0
        return np.asarray(result)

    def reservations(self, correlations: FloatArray) -> tuple[str | None, ...]:
        """What is to be said of each scale."""
        within = np.diag(self.means(correlations[None])[0])
        single = np.bincount(self.of_item) == 1
        return tuple(
            "one_item" if alone else "negative_within_scale" if mean <= 0 else None
            for alone, mean in zip(single, within, strict=True)
        )


def _drawn(
    used: _Used,
    found: FloatArray,
    rng: np.random.Generator | None,
    n_replications: int,
    kind: CorrelationKind,
    blocks: _Blocks,
    ratio: Ratio,
) -> tuple[FloatArray | None, str | None]:
    """Ratios in every replication, and what is to be said of them or why there are none."""
    if rng is None or used.problem is not None:
        return None, None
    if used.n_units < 2:
        return None, "too_few_groups"
    if kind == "polychoric":
        tables = _drawn_tables(used, rng, n_replications)
        ratios = [blocks.ratios(own[None], ratio)[0] for own in tables]
        return np.array(ratios), few_groups(used.n_clusters)
    if used.clusters is None:
        covariances = resampled_covariances(used.answers, rng, n_replications)
    else:
        covariances = resampled_cluster_covariances(
            used.answers, used.clusters, rng, n_replications
        )
    return blocks.ratios(_as_correlations(covariances), ratio), few_groups(used.n_clusters)


def _as_correlations(covariances: FloatArray) -> FloatArray:
    """Correlations of a stack of covariances; NaN where an item does not vary."""
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    scale = np.where(variances > 1e-12 * variances.max(axis=0), variances, nan) ** -0.5
    return np.asarray(covariances * scale[:, :, None] * scale[:, None, :])


def _drawn_tables(
    used: _Used, rng: np.random.Generator, n_replications: int
) -> Iterator[FloatArray]:
    """Polychoric correlations of each replication, from its two-way tables."""
    whole = count_answers(pd.DataFrame(used.answers))
    distinct = distinct_answers(used.answers)
    rows = distinct.rows if used.clusters is None else used.answers
    chosen = np.column_stack(
        [rows[:, place] == answer for place, own in enumerate(whole.categories) for answer in own]
    ).astype(np.float64)
    if used.clusters is None:
        counts = drawn_counts(distinct.counts, rng, n_replications)
    else:
        drawn = drawn_clusters(used.n_units, rng, n_replications)
        counts = iter([drawn[:, used.clusters]])
    for block in counts:
        for weights in block:
            table = ((chosen * weights[:, None]).T @ chosen).round().astype(np.int64)
            margins, pairs = stacked(table, whole.n_categories, "two_by_two")
            estimated = estimate_pairs(pairs, margins).correlation
            yield as_matrix(estimated, pairs, diagonal_of(margins))


def _accelerations(
    used: _Used, found: FloatArray, blocks: _Blocks, ratio: Ratio
) -> dict[tuple[int, int], float]:
    r"""Skewness of the influence of respondents or clusters on the logarithm of each ratio.

    A respondent with standardised answers z moves a correlation by
    :math:`z_i z_j - r_{ij}(z_i^2 + z_j^2)/2`.
    """
    z = (used.answers - used.answers.mean(axis=0)) / used.answers.std(axis=0)
    means = blocks.means(np.abs(found)[None])[0]
    moved: dict[tuple[int, int], FloatArray] = {}
    for i, j in combinations_with_replacement(range(blocks.n_scales), 2):
        own = np.ix_(blocks.of_item == i, blocks.of_item == j)
        weights = np.sign(found[own]) / means[i, j] if ratio == "htmt" else 1 / found[own]
        if i == j:
            weights = weights - np.diag(np.diag(weights))
        moved[i, j] = _movement(
            z[:, blocks.of_item == i], z[:, blocks.of_item == j], weights, found[own]
        )
    return {
        (i, j): _skewness(used, moved[i, j] - (moved[i, i] + moved[j, j]) / 2)
        for i, j in combinations(range(blocks.n_scales), 2)
    }


def _movement(
    first: FloatArray, second: FloatArray, weights: FloatArray, found: FloatArray
) -> FloatArray:
    """How each respondent moves the mean of a block of weighted correlations."""
    pull = weights * found / 2
    moved = ((first @ weights) * second).sum(axis=1)
    moved -= first**2 @ pull.sum(axis=1) + second**2 @ pull.sum(axis=0)
    return np.asarray(moved / np.count_nonzero(weights))


def _skewness(used: _Used, influence: FloatArray) -> float:
    """A sixth of the skewness of sums over clusters, which is the acceleration."""
    parts: FloatArray = influence
    if used.clusters is not None:
        parts = np.bincount(used.clusters, weights=influence).astype(np.float64)
    spread = float((parts**2).sum())
    return float((parts**3).sum() / (6 * spread**1.5)) if spread > 0 else 0.0


def corrected_probabilities(
    estimate: float,
    replications: FloatArray,
    acceleration: float,
    probabilities: tuple[float, float],
) -> tuple[float, float]:
    r"""Which percentiles make an interval that is corrected for bias and acceleration.

    Parameters
    ----------
    estimate : float
        In the whole sample.
    replications : ndarray, shape (n_replications,)
        In the samples drawn; NaN where there was none.
    acceleration : float
        How fast the spread grows with the value.
    probabilities : tuple of float
        Percentiles of the interval without correction.

    Returns
    -------
    tuple of float

    Notes
    -----
    .. math:: \Phi\left(z_0 + \frac{z_0 + z_p}{1 - a(z_0 + z_p)}\right)

    with :math:`z_0` the normal quantile of the share of replications below the estimate (those
    equal to it count half) [1]_.

    References
    ----------
    .. [1] Efron (1987). Journal of the American Statistical Association, 82(397), 171-185.

    Examples
    --------
    >>> low, high = corrected_probabilities(0.0, np.array([-1.0, 1.0]), 0.0, (0.025, 0.975))
    >>> round(low, 3), round(high, 3)
    (0.025, 0.975)
    """
    defined = replications[np.isfinite(replications)]
    if not len(defined) or not np.isfinite(acceleration):
        return probabilities
    below = ((defined < estimate).sum() + (defined == estimate).sum() / 2) / len(defined)
    bias = normal_quantile(float(np.clip(below, 0.5 / len(defined), 1 - 0.5 / len(defined))))
    quantiles = [bias + normal_quantile(p) for p in probabilities]
    low, high = (normal_below(bias + q / (1 - acceleration * q)) for q in quantiles)
    return low, high


def _interval(
    estimate: float,
    drawn: FloatArray | None,
    pair: tuple[int, int],
    tail: tuple[float, float],
    accelerations: Mapping[tuple[int, int], float] | None,
) -> BootstrapInterval:
    """Interval of one ratio, corrected for bias and acceleration where that is known."""
    replications = np.empty(0) if drawn is None else drawn[:, *pair].copy()
    if accelerations is not None:
        tail = corrected_probabilities(estimate, replications, accelerations[pair], tail)
    return percentile_interval("", Computed(estimate, replications, None), tail)


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
