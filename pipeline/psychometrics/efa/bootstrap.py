"""How far loadings would move in other samples: bootstrap intervals of a factor solution."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from pipeline.psychometrics._distributions import normal_quantile, tails
from pipeline.psychometrics._kinds import CorrelationKind, correlations_of
from pipeline.psychometrics._pairwise import pairwise_correlations, smoothed
from pipeline.psychometrics._responses import (
    FloatArray,
    IntArray,
    few_groups,
    require_clusters,
    to_numbers,
)
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics._threads import one_blas_thread
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.counts import encode
from pipeline.psychometrics.efa.congruence import tucker_congruence
from pipeline.psychometrics.efa.explore import (
    ExploratorySolution,
    Target,
    explore_factors,
    target_loadings,
)
from pipeline.psychometrics.efa.extraction import ExtractionMethod, extract
from pipeline.psychometrics.efa.rotation import (
    Rotation,
    criterion_of,
    descend,
    has_empty_factor,
    rotate,
    towards,
)
from pipeline.psychometrics.efa.target import AlignedSolution, align_to_target, membership_matrix
from pipeline.psychometrics.polychoric.estimate import correlations_of_codes
from pipeline.psychometrics.result import Result

FEWEST_SAMPLES = 20
"""From fewer bootstrap samples no interval is taken."""

_ALMOST_ONE = 1 - 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapSpread:
    """Standard error and interval of each number of an array, over the bootstrap samples."""

    se: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapLoadings(Result):
    """A factor solution with the spread of its numbers over bootstrap samples.

    Attributes
    ----------
    solution : ExploratorySolution
        The solution of the full sample.
    aligned : AlignedSolution or None
        The same with its factors named after their targets, where there is a membership. The
        spreads are in the order of its factors.
    pattern : BootstrapSpread, shape (n_items, n_factors)
        Spread of the pattern loadings.
    factor_correlations : BootstrapSpread, shape (n_factors, n_factors)
        Spread of the correlations of the factors.
    communalities : BootstrapSpread, shape (n_items,)
        Spread of the communalities.
    congruence : dict of str to BootstrapSpread
        Spread of the congruence of each target with its factor; empty without a membership.
    n_replications, n_not_converged, n_undefined : int
        Bootstrap samples drawn; dropped because extraction or rotation did not arrive; dropped
        because a correlation was undefined.
    n_heywood : int
        Samples with a uniqueness at its bound; they are used.
    n_clusters : int or None
        Clusters drawn as a whole; missing where respondents were drawn one by one.
    confidence_level : float
        Coverage aimed at.
    n_respondents : int
        Respondents in the full sample.
    method : str
        Method, rotation, kind of correlation, and how samples were drawn.
    condition : str or None
        That of the solution; ``undefined_replications``, ``too_few_groups``, ``few_groups``.
    """

    solution: ExploratorySolution
    aligned: AlignedSolution | None
    pattern: BootstrapSpread
    factor_correlations: BootstrapSpread
    communalities: BootstrapSpread
    congruence: dict[str, BootstrapSpread]
    n_replications: int
    n_not_converged: int
    n_undefined: int
    n_heywood: int
    n_clusters: int | None
    confidence_level: float
    n_respondents: int
    method: str
    condition: str | None

    @property
    def share_dropped(self) -> float:
        """Part of the bootstrap samples that gave no solution."""
        return (self.n_not_converged + self.n_undefined) / self.n_replications

    def to_rows(self) -> pd.DataFrame:
        """The rows of the solution, with standard errors and intervals where there are any."""
        rows = self._rows_of_solution()
        spread = self._spread_by_row()
        keys = zip(
            rows["statistic"], rows["item"].fillna(""), rows["factor"].fillna(""), strict=True
        )
        found = pd.DataFrame(
            [spread.get(key, (nan, nan, nan)) for key in keys], columns=["se", "ci_low", "ci_high"]
        )
        with_spread = rows.assign(**found, method=self.method)
        with_spread["confidence_level"] = np.where(
            found["se"].notna(), self.confidence_level, rows["confidence_level"]
        )
        fitted = found["se"].isna()
        with_spread.loc[fitted, ["ci_low", "ci_high"]] = rows.loc[fitted, ["ci_low", "ci_high"]]
        return pd.concat([with_spread, self._rows_about_samples()], ignore_index=True)

    def _rows_of_solution(self) -> pd.DataFrame:
        """Rows of the solution; factors by the names of their targets, where there are targets."""
        rows = self.solution.to_rows()
        if self.aligned is None:
            return rows
        not_of_a_factor = rows[rows["factor"].isna()]
        return pd.concat([self.aligned.to_rows(), not_of_a_factor], ignore_index=True)

    def _spread_by_row(self) -> dict[tuple[str, str, str], tuple[float, float, float]]:
        """Standard error and limits by statistic, item and factor."""
        items = self.solution.items
        factors = self.solution.factors if self.aligned is None else self.aligned.factors
        return {
            **{
                ("pattern", item, factor): _at(self.pattern, (i, j))
                for i, item in enumerate(items)
                for j, factor in enumerate(factors)
            },
            **{
                ("communality", item, ""): _at(self.communalities, (i,))
                for i, item in enumerate(items)
            },
            **{
                ("factor_correlation", "", f"{one} with {other}"): _at(
                    self.factor_correlations, (i, j)
                )
                for i, one in enumerate(factors)
                for j, other in enumerate(factors)
                if i < j
            },
            **{
                ("congruence", "", target): _at(spread, ())
                for target, spread in self.congruence.items()
            },
        }

    def _rows_about_samples(self) -> pd.DataFrame:
        counts = {
            "bootstrap_samples": self.n_replications,
            "bootstrap_samples_not_converged": self.n_not_converged,
            "bootstrap_samples_undefined": self.n_undefined,
            "bootstrap_samples_heywood": self.n_heywood,
        }
        return long_table(
            [{"statistic": name, "estimate": number} for name, number in counts.items()],
            n_respondents=self.n_respondents,
            method=self.method,
            condition=self.condition,
        )


def bootstrap_loadings(
    responses: pd.DataFrame,
    n_factors: int,
    rng: np.random.Generator,
    membership: Mapping[str, Sequence[str]] | None = None,
    clusters: pd.Series | None = None,
    correlation: CorrelationKind = "polychoric",
    method: ExtractionMethod = "minres",
    rotation: Rotation = "oblimin",
    target: Target | None = None,
    n_replications: int = 500,
    confidence_level: float = 0.95,
) -> BootstrapLoadings:
    r"""Factors of items, with bootstrap intervals of loadings and factor correlations.

    Parameters
    ----------
    responses : DataFrame, shape (n_respondents, n_items)
        Numbers or missing.
    n_factors : int
        Number of factors.
    rng : Generator
        Draws the samples.
    membership : mapping of str to sequence of str, optional
        Items of each factor that was meant, as for :func:`align_to_target`.
    clusters : Series, optional
        The site of each respondent. Whole sites are then drawn with replacement; otherwise
        respondents are.
    correlation : {"polychoric", "pearson"}, optional
        Kind of correlation; answers missing pairwise.
    method, rotation, target : optional
        As for :func:`explore_factors`.
    n_replications : int, optional
        Number of samples.
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    BootstrapLoadings

    Raises
    ------
    ValueError
        As :func:`explore_factors` and :func:`align_to_target` do; if `clusters` does not name one
        cluster for every respondent, or there is less than one sample.

    Notes
    -----
    Every sample is analysed as the full sample was, from correlations to rotation. Its columns are
    put in the order and turned to the sign for which their total congruence with the columns of the
    full sample is largest [1]_, [2]_. Extraction and rotation start at the solution of the full
    sample, so that a criterion with several optima stays with the same one. Samples in which an
    item does not vary, or in which a search does not arrive, are dropped and counted.

    The standard error is the standard deviation over samples. Intervals are normal,
    :math:`\hat\theta \pm z\, s_{\theta^*}` for loadings, and

    .. math:: 2 \hat\theta - \overline{\theta^*} \pm
              z \sqrt{\tfrac{1}{R - 1} \textstyle\sum (\theta^* - \hat\theta)^2}

    for factor correlations and the roots of communalities, on Fisher's scale. Rotation draws factor
    correlations to zero, in samples of the sample once more, which is why plain percentiles miss
    the truth too often: bias is taken off. Because an estimated bias adds error of its own, the
    width is that of the distances from the estimate, not from the mean. Sampling error only ever
    adds to the difference from a target, so the limits of a congruence are the percentiles turned
    round the estimate, :math:`2 \hat\theta - \theta^*_{(q)}` [3]_, stretched to hold it where it is
    above them all.

    References
    ----------
    .. [1] Ichikawa & Konishi (1995). Psychometrika, 60(1), 77-93.
    .. [2] Zhang, Preacher & Luo (2010). Multivariate Behavioral Research, 45(1), 104-134.
    .. [3] Davison & Hinkley (1997). Bootstrap Methods and their Application, chapter 5.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> factors = np.repeat(rng.normal(size=(300, 2)), 3, axis=1)
    >>> answers = pd.DataFrame(factors + rng.normal(size=(300, 6)), columns=list("abcdef"))
    >>> found = bootstrap_loadings(
    ...     answers,
    ...     2,
    ...     rng,
    ...     membership={"one": list("abc"), "two": list("def")},
    ...     correlation="pearson",
    ...     n_replications=50,
    ... )
    >>> bool(found.pattern.ci_low[0, 0] < 0.7 < found.pattern.ci_high[0, 0])
    True
    """
    tails(confidence_level)
    if n_replications < 1:
        raise ValueError(f"n_replications must be at least 1, got {n_replications}")
    members = _members(clusters, responses)
    matrix = correlations_of(responses, correlation)
    solution = explore_factors(matrix, n_factors, method, rotation, target)
    aligned = None if membership is None else align_to_target(solution, membership)
    samples = _Samples(0, 0, 0, *_no_estimates(solution))
    if solution.is_defined and not (members is not None and len(members) < 2):
        aim = None if target is None else target_loadings(solution.items, n_factors, target)
        reference = solution.pattern if aligned is None else aligned.pattern
        again = _analysis(responses, correlation)
        draws = (_draw(len(responses), members, rng) for _ in range(n_replications))
        with one_blas_thread():
            samples = _analyse([again(rows) for rows in draws], solution, reference, aim)
    return _result(
        solution, aligned, membership, samples, members, n_replications, confidence_level
    )


class _Samples(NamedTuple):
    """What the bootstrap samples gave; a first axis with a usable sample each."""

    n_not_converged: int
    n_undefined: int
    n_heywood: int
    pattern: FloatArray
    factor_correlations: FloatArray


def _no_estimates(solution: ExploratorySolution) -> tuple[FloatArray, FloatArray]:
    n_items, n_factors = solution.pattern.shape
    return np.empty((0, n_items, n_factors)), np.empty((0, n_factors, n_factors))


def _members(clusters: pd.Series | None, responses: pd.DataFrame) -> list[IntArray] | None:
    """Places of the respondents of each cluster."""
    if clusters is None:
        return None
    require_clusters(clusters, responses)
    codes, names = pd.factorize(clusters)
    by_cluster = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(names)))[:-1]
    return [np.asarray(part, dtype=np.int64) for part in np.split(by_cluster, ends)]


def _draw(n_respondents: int, members: list[IntArray] | None, rng: np.random.Generator) -> IntArray:
    """Places of the respondents of one bootstrap sample."""
    if members is None:
        return rng.integers(0, n_respondents, n_respondents)
    drawn = rng.integers(0, len(members), len(members))
    return np.concatenate([members[place] for place in drawn])


def _analysis(responses: pd.DataFrame, kind: CorrelationKind) -> Callable[[IntArray], FloatArray]:
    """The function from the places of respondents to their correlations, NaN where undefined."""
    if kind == "pearson":
        numbers = to_numbers(responses)
        return lambda rows: pairwise_correlations(numbers[rows])[0]
    codes = encode(responses)
    sizes = np.array([len(own) for own in codes.categories])
    return lambda rows: correlations_of_codes(codes.values[rows], sizes)


def _analyse(
    matrices: list[FloatArray],
    solution: ExploratorySolution,
    reference: FloatArray,
    aim: FloatArray | None,
) -> _Samples:
    """Factors of every sample, in the order and with the signs of the reference."""
    n_factors = reference.shape[1]
    defined = [smoothed(matrix) for matrix in matrices if np.isfinite(matrix).all()]
    found = [
        extract(matrix, n_factors, solution.extraction, start=solution.uniquenesses)
        for matrix in defined
    ]
    usable = [e for e in found if e.converged and not has_empty_factor(e.loadings)]
    if not usable:
        return _Samples(len(found), len(matrices) - len(defined), 0, *_no_estimates(solution))
    loadings = np.stack([entry.loadings for entry in usable])
    pattern, correlations, arrived = _rotated(loadings, solution.rotation, reference, aim)
    pattern, correlations = _matched(pattern[arrived], correlations[arrived], reference)
    return _Samples(
        n_not_converged=len(found) - len(pattern),
        n_undefined=len(matrices) - len(defined),
        n_heywood=sum(entry.at_bound for entry, used in zip(usable, arrived, strict=True) if used),
        pattern=pattern,
        factor_correlations=correlations,
    )


def _rotated(
    loadings: FloatArray, rotation: Rotation, reference: FloatArray, aim: FloatArray | None
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Patterns and factor correlations of all samples, and which of the rotations arrived."""
    if rotation in ("oblimin", "geomin", "target") and reference.shape[1] > 1:
        ended = descend(loadings, towards(loadings, reference), criterion_of(rotation, aim))
        return ended.pattern, ended.factor_correlations, ended.converged
    each = [rotate(entry, rotation, aim) for entry in loadings]
    return (
        np.stack([entry.pattern for entry in each]),
        np.stack([entry.factor_correlations for entry in each]),
        np.array([entry.converged for entry in each]),
    )


def _matched(
    pattern: FloatArray, correlations: FloatArray, reference: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Columns of every sample in the order and with the sign of those of the reference."""
    matched, turned = np.empty_like(pattern), np.empty_like(correlations)
    for place, (own, own_correlations) in enumerate(zip(pattern, correlations, strict=True)):
        congruence = tucker_congruence(reference, own)
        first, order = scipy.optimize.linear_sum_assignment(-np.abs(congruence))
        sign = np.where(congruence[first, order] < 0, -1.0, 1.0)
        matched[place] = own[:, order] * sign
        turned[place] = own_correlations[np.ix_(order, order)] * np.outer(sign, sign)
    return matched, turned


def _result(
    solution: ExploratorySolution,
    aligned: AlignedSolution | None,
    membership: Mapping[str, Sequence[str]] | None,
    samples: _Samples,
    members: list[IntArray] | None,
    n_replications: int,
    confidence_level: float,
) -> BootstrapLoadings:
    drawn = "respondents" if members is None else f"{len(members)} clusters as a whole"
    base = solution if aligned is None else aligned
    structure = samples.pattern @ samples.factor_correlations
    n_dropped = samples.n_not_converged + samples.n_undefined
    n_clusters = None if members is None else len(members)
    few = n_clusters is not None and n_clusters < 2
    return BootstrapLoadings(
        solution=solution,
        aligned=aligned,
        pattern=_spread(base.pattern, samples.pattern, confidence_level, _OF_LOADINGS),
        factor_correlations=_spread(
            base.factor_correlations,
            samples.factor_correlations,
            confidence_level,
            _OF_CORRELATIONS,
        ),
        communalities=_spread(
            solution.communalities,
            (structure * samples.pattern).sum(axis=2),
            confidence_level,
            _OF_SHARES,
        ),
        congruence=_congruence(samples.pattern, aligned, membership, confidence_level),
        n_replications=n_replications,
        n_not_converged=samples.n_not_converged,
        n_undefined=samples.n_undefined,
        n_heywood=samples.n_heywood,
        n_clusters=n_clusters,
        confidence_level=confidence_level,
        n_respondents=solution.n_respondents,
        method=f"{base.method}; {n_replications} bootstrap samples of {drawn}",
        condition=joined(
            [
                base.condition,
                "too_few_groups" if few else few_groups(n_clusters),
                "undefined_replications" if n_dropped else None,
            ]
        ),
    )


class _Scale(NamedTuple):
    """A scale on which a number varies evenly, the way back, and whether bias is taken off."""

    there: Callable[[FloatArray], FloatArray]
    back: Callable[[FloatArray], FloatArray]
    less_bias: bool


_OF_LOADINGS = _Scale(np.asarray, np.asarray, less_bias=False)
_OF_CORRELATIONS = _Scale(
    lambda r: np.arctanh(np.clip(r, -_ALMOST_ONE, _ALMOST_ONE)), np.tanh, less_bias=True
)
_OF_SHARES = _Scale(
    lambda h: np.arctanh(np.sqrt(np.clip(h, 0, _ALMOST_ONE))),
    lambda z: np.tanh(np.maximum(z, 0)) ** 2,
    less_bias=True,
)


def _spread(
    estimate: FloatArray, values: FloatArray, confidence_level: float, scale: _Scale
) -> BootstrapSpread:
    """Over the first axis; NaN where there are too few samples for an interval."""
    if len(values) < FEWEST_SAMPLES:
        nothing = np.full(values.shape[1:], nan)
        return BootstrapSpread(nothing, nothing, nothing)
    moved = scale.there(values)
    own = scale.there(estimate)
    centre = 2 * own - moved.mean(axis=0) if scale.less_bias else own
    around = own if scale.less_bias else moved.mean(axis=0)
    width = np.sqrt(((moved - around) ** 2).sum(axis=0) / (len(moved) - 1))
    reach = normal_quantile((1 + confidence_level) / 2) * width
    return BootstrapSpread(
        values.std(axis=0, ddof=1), scale.back(centre - reach), scale.back(centre + reach)
    )


def _congruence(
    pattern: FloatArray,
    aligned: AlignedSolution | None,
    membership: Mapping[str, Sequence[str]] | None,
    confidence_level: float,
) -> dict[str, BootstrapSpread]:
    """Spread of the congruence of each target that found a factor."""
    if aligned is None or membership is None:
        return {}
    target = membership_matrix(aligned.items, membership)
    spread = {}
    for place, name in enumerate(membership):
        if name in aligned.factors:
            column = pattern[:, :, aligned.factors.index(name)]
            own = tucker_congruence(column.T, target[:, [place]])[:, 0]
            spread[name] = _reflected(aligned.congruence[name], own, confidence_level)
    return spread


def _reflected(estimate: float, values: FloatArray, confidence_level: float) -> BootstrapSpread:
    """Percentiles turned round the estimate, stretched to hold it, and 1 at most."""
    if len(values) < FEWEST_SAMPLES:
        return BootstrapSpread(np.array(nan), np.array(nan), np.array(nan))
    high, low = 2 * estimate - np.quantile(values, tails(confidence_level))
    return BootstrapSpread(
        np.asarray(values.std(ddof=1)),
        np.asarray(min(low, estimate)),
        np.asarray(min(max(high, estimate), 1.0)),
    )


def _at(spread: BootstrapSpread, place: tuple[int, ...]) -> tuple[float, float, float]:
    return float(spread.se[place]), float(spread.ci_low[place]), float(spread.ci_high[place])
