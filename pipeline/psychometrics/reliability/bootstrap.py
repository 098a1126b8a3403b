"""Intervals of reliabilities by resampling respondents, or the clusters in which they sit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from pipeline.psychometrics._distributions import (
    normal_below,
    student_quantile,
    tails,
)
from pipeline.psychometrics._responses import FloatArray, IntArray, few_groups, unusable
from pipeline.psychometrics._rows import long_table
from pipeline.psychometrics.conditions import joined
from pipeline.psychometrics.one_factor import fit_one_factor
from pipeline.psychometrics.reliability.alpha import alpha_of
from pipeline.psychometrics.reliability.guttman import lambda2_of
from pipeline.psychometrics.reliability.omega import (
    complete_with_clusters,
    omegas_of,
    one_factor_problem,
    reservation_of,
)
from pipeline.psychometrics.reliability.one_factor_slopes import refit_one_factor
from pipeline.psychometrics.reliability.resampling import (
    resampled_cluster_covariances,
    resampled_covariances,
)
from pipeline.psychometrics.reliability.usable_answers import covariance_problem, several_items
from pipeline.psychometrics.result import Result

Coefficient = Literal[
    "cronbach_alpha", "guttman_lambda2", "omega_total_model_implied", "omega_total_observed"
]
COEFFICIENTS: tuple[Coefficient, ...] = get_args(Coefficient)
OF_ONE_FACTOR: tuple[Coefficient, ...] = ("omega_total_model_implied", "omega_total_observed")

FEWEST_REPLICATIONS = 40
"""With fewer the limits of a 95 % interval would be the smallest and the largest value."""


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapInterval:
    """Percentile interval of one coefficient.

    Attributes
    ----------
    coefficient : str
        Its name.
    estimate : float
        In the answers as given.
    se : float
        Standard deviation over the replications.
    ci_low, ci_high : float
        Percentiles of the replications.
    monte_carlo_error_low, monte_carlo_error_high : float
        Standard error of either percentile that comes from drawing no more replications.
    replications : ndarray, shape (n_replications,)
        The coefficient in each; NaN where it has no value.
    n_undefined : int
        How many have none; the interval rests on the others.
    condition : str or None
        ``two_items``, ``not_positive_definite``, ``no_variation`` or that of the whole: no
        estimate. ``undefined_replications``, ``few_groups``, ``heywood_case``, ``not_converged``: a
        reservation.
    """

    coefficient: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    monte_carlo_error_low: float
    monte_carlo_error_high: float
    replications: FloatArray
    n_undefined: int
    condition: str | None


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapReliability(Result):
    """Percentile intervals of reliabilities from resampling.

    Attributes
    ----------
    intervals : tuple of BootstrapInterval
        One a coefficient.
    n_replications : int
        Sets drawn.
    n_clusters : int or None
        Clusters that were drawn; None where respondents were.
    confidence_level : float
        Coverage of the intervals.
    n_respondents, n_total : int
        Respondents who answered every item (and have a cluster), and respondents given.
    n_items : int
        Number of items.
    method : str
        How they were computed.
    condition : str or None
        ``item_without_answers``, ``too_few_respondents``, ``constant_item``, ``too_few_groups``:
        nothing could be drawn.
    """

    intervals: tuple[BootstrapInterval, ...]
    n_replications: int
    n_clusters: int | None
    confidence_level: float
    n_respondents: int
    n_total: int
    n_items: int
    method: str
    condition: str | None

    def to_rows(self) -> pd.DataFrame:
        """A row per coefficient, and one on the Monte-Carlo error of its limits."""
        rows = [row for own in self.intervals for row in self._rows_of(own)]
        return long_table(rows, n_respondents=self.n_respondents, method=self.method)

    def of(self, coefficient: str) -> BootstrapInterval:
        """The interval of one coefficient.

        Raises
        ------
        ValueError
            If it was not asked for.
        """
        for own in self.intervals:
            if own.coefficient == coefficient:
                return own
        raise ValueError(f"no interval of {coefficient!r} was computed")

    def _rows_of(self, own: BootstrapInterval) -> list[dict[str, Any]]:
        estimate = {
            "statistic": own.coefficient,
            "estimate": own.estimate,
            "se": own.se,
            "ci_low": own.ci_low,
            "ci_high": own.ci_high,
            "confidence_level": self.confidence_level,
            "condition": own.condition,
        }
        error = {
            "statistic": f"{own.coefficient}_monte_carlo_error",
            "estimate": float(np.fmax(own.monte_carlo_error_low, own.monte_carlo_error_high)),
            "condition": own.condition,
        }
        return [estimate, error]


class Computed(NamedTuple):
    """A coefficient in the whole sample and in the replications, and what is to be said of it."""

    estimate: float
    replications: FloatArray
    condition: str | None


def bootstrap_reliability(
    items: pd.DataFrame,
    rng: np.random.Generator,
    n_replications: int = 1000,
    coefficients: Sequence[Coefficient] = COEFFICIENTS,
    clusters: "pd.Series[Any] | None" = None,
    confidence_level: float = 0.95,
) -> BootstrapReliability:
    r"""Percentile intervals of alpha, lambda 2 and omega from resampling.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers, numbers or missing; two items or more.
    rng : Generator
        Draws the replications; the same seed gives the same numbers.
    n_replications : int, optional
        How many sets of respondents to draw, at least 40.
    coefficients : sequence of str, optional
        Any of ``cronbach_alpha``, ``guttman_lambda2``, ``omega_total_model_implied``,
        ``omega_total_observed``.
    clusters : Series, shape (n_respondents,), optional
        Site or group of each respondent. Whole clusters are then drawn, since respondents of one
        site resemble each other.
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    BootstrapReliability

    Raises
    ------
    ValueError
        If there are fewer than two items, answers are not numbers, a coefficient is unknown,
        clusters belong to others, or there are fewer than 40 replications.

    Notes
    -----
    The coefficient is computed in sets of as many respondents (or clusters), drawn with
    replacement; the limits are percentiles [1]_, a little further out where there are few
    respondents or clusters (see ``expanded_tails``). All replications are computed together: their
    covariances are weighted sums, and the one-factor models are fitted by Newton steps from the
    model of the whole sample. The Monte-Carlo error of a limit is half the distance between the
    percentiles :math:`p \pm \sqrt{p(1 - p)/R}` of :math:`R` replications. Respondents who answered
    every item.

    References
    ----------
    .. [1] Efron & Tibshirani (1993). An introduction to the bootstrap. Chapman & Hall.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(200, 1)) + rng.normal(size=(200, 4)))
    >>> result = bootstrap_reliability(answers, rng, coefficients=["cronbach_alpha"])
    >>> round(result.of("cronbach_alpha").ci_low, 1)
    0.7
    """
    require_draws(coefficients, COEFFICIENTS, n_replications)

    def computed(used: FloatArray, groups: IntArray | None) -> Mapping[Any, Computed]:
        return _computed(coefficients, used, _drawn(used, groups, rng, n_replications))

    return resampled(
        items, coefficients, n_replications, clusters, confidence_level, "Pearson", computed
    )


def resampled(
    items: pd.DataFrame,
    coefficients: Sequence[str],
    n_replications: int,
    clusters: "pd.Series[Any] | None",
    confidence_level: float,
    correlation: str,
    compute: Callable[[FloatArray, IntArray | None], Mapping[Any, Computed]],
) -> BootstrapReliability:
    """Percentile intervals of what `compute` makes of the complete answers and their clusters.

    Where the answers or clusters do not allow for any, nothing is computed and the reason is named.
    """
    numbers = several_items(items)
    used, groups = complete_with_clusters(numbers, items, clusters)
    n_clusters = None if groups is None else int(groups.max(initial=-1)) + 1
    probabilities = expanded_tails(confidence_level, n_clusters or len(used))
    condition = unusable(numbers, used)
    if condition is None and n_clusters is not None and n_clusters < 2:
        condition = "too_few_groups"
    nothing = Computed(nan, np.full(n_replications, nan), condition)
    found = dict.fromkeys(coefficients, nothing) if condition else compute(used, groups)
    return BootstrapReliability(
        intervals=tuple(
            percentile_interval(name, found[name], probabilities, few_groups(n_clusters))
            for name in coefficients
        ),
        n_replications=n_replications,
        n_clusters=n_clusters,
        confidence_level=confidence_level,
        n_respondents=len(used),
        n_total=len(numbers),
        n_items=numbers.shape[1],
        method=f"{n_replications} replications of "
        + ("respondents" if n_clusters is None else f"{n_clusters} clusters")
        + f", expanded percentile interval; {correlation}, listwise",
        condition=condition,
    )


def expanded_tails(confidence_level: float, n_units: int) -> tuple[float, float]:
    r"""Probabilities of the percentiles that make an interval wide enough for few units.

    Parameters
    ----------
    confidence_level : float
        Coverage the interval is to have.
    n_units : int
        Respondents or clusters that were drawn.

    Returns
    -------
    tuple of float

    Notes
    -----
    .. math:: \Phi\left(\pm \sqrt{\frac{n}{n - 1}}\, t_{n - 1}\right)

    in place of the tails of the interval [1]_: the spread of resampled means is too small by
    :math:`\sqrt{(n - 1)/n}`, and it is an estimate, so that t takes the place of z.

    References
    ----------
    .. [1] Hesterberg (2015). The American Statistician, 69(4), 371-386.

    Examples
    --------
    >>> low, high = expanded_tails(0.95, 20)
    >>> round(low, 4), round(high, 4)
    (0.0159, 0.9841)
    """
    low_tail, high_tail = tails(confidence_level)
    if n_units < 2:
        return low_tail, high_tail
    width = np.sqrt(n_units / (n_units - 1)) * student_quantile(high_tail, n_units - 1)
    return normal_below(-width), normal_below(width)


def require_draws(
    coefficients: Sequence[str], possible: Sequence[str], n_replications: int
) -> None:
    """Refuse coefficients that there are not, and too few replications.

    Raises
    ------
    ValueError
        In either case.
    """
    unknown = set(coefficients) - set(possible)
    if unknown or not len(coefficients) or len(set(coefficients)) < len(coefficients):
        raise ValueError(f"coefficients must be some of {possible}, got {list(coefficients)}")
    if n_replications < FEWEST_REPLICATIONS:
        raise ValueError(
            f"an interval needs {FEWEST_REPLICATIONS} replications or more, got {n_replications}"
        )


def _drawn(
    used: FloatArray, groups: IntArray | None, rng: np.random.Generator, n_replications: int
) -> FloatArray:
    """Covariance matrices of the replications."""
    if groups is None:
        return resampled_covariances(used, rng, n_replications)
    return resampled_cluster_covariances(used, groups, rng, n_replications)


def _computed(
    coefficients: Sequence[Coefficient], used: FloatArray, drawn: FloatArray
) -> dict[Coefficient, Computed]:
    """Each coefficient in the whole sample and in every replication."""
    whole = np.cov(used, rowvar=False)
    found: dict[Coefficient, Computed] = {}
    if "cronbach_alpha" in coefficients:
        found["cronbach_alpha"] = _of_covariances(alpha_of, whole, drawn)
    if "guttman_lambda2" in coefficients:
        found["guttman_lambda2"] = _of_covariances(lambda2_of, whole, drawn)
    if not set(coefficients).isdisjoint(OF_ONE_FACTOR):
        found.update(zip(OF_ONE_FACTOR, _of_one_factor(used, whole, drawn), strict=True))
    return found


def _of_covariances(
    compute: Callable[[FloatArray], FloatArray], whole: FloatArray, drawn: FloatArray
) -> Computed:
    problem = covariance_problem(whole)
    if problem:
        return Computed(nan, np.full(len(drawn), nan), problem)
    varies = drawn.sum(axis=(1, 2)) > 1e-12 * whole.trace()
    values = np.full(len(drawn), nan)
    values[varies] = compute(drawn[varies])
    return Computed(float(compute(whole)), values, None)


def _of_one_factor(used: FloatArray, whole: FloatArray, drawn: FloatArray) -> list[Computed]:
    """Omega with the model-implied and with the observed denominator."""
    problem = one_factor_problem(used, used)
    if problem:
        return [Computed(nan, np.full(len(drawn), nan), problem)] * 2
    model = fit_one_factor(whole)
    estimates = omegas_of(model.loadings, model.unique_variances, whole)
    values = omegas_of(*refit_one_factor(drawn, model), drawn)
    return [
        Computed(float(estimate), own, reservation_of(model))
        for estimate, own in zip(estimates, values, strict=True)
    ]


def percentile_interval(
    coefficient: str,
    computed: Computed,
    probabilities: tuple[float, float],
    reservation: str | None = None,
) -> BootstrapInterval:
    """Interval of one coefficient from its replications, and what to hold against all of them."""
    replications = computed.replications
    defined = np.sort(replications[np.isfinite(replications)])
    enough = len(defined) >= FEWEST_REPLICATIONS
    low, high = (_percentile(defined, p) if enough else nan for p in probabilities)
    error_low, error_high = (_error(defined, p) if enough else nan for p in probabilities)
    n_undefined = len(replications) - len(defined)
    words = [reservation, "undefined_replications" if n_undefined else None]
    replications.setflags(write=False)
    return BootstrapInterval(
        coefficient=coefficient,
        estimate=computed.estimate,
        se=float(defined.std(ddof=1)) if enough else nan,
        ci_low=low,
        ci_high=high,
        monte_carlo_error_low=error_low,
        monte_carlo_error_high=error_high,
        replications=replications,
        n_undefined=n_undefined,
        condition=computed.condition
        if np.isnan(computed.estimate)
        else joined([computed.condition, *words]),
    )


def _percentile(values: FloatArray, probability: float) -> float:
    return float(np.quantile(values, probability))


def _error(values: FloatArray, probability: float) -> float:
    """Monte-Carlo standard error of a percentile."""
    spread = np.sqrt(probability * (1 - probability) / len(values))
    around = np.clip([probability - spread, probability + spread], 0, 1)
    below, above = np.quantile(values, around)
    return float((above - below) / 2)
