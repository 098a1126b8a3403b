"""Intervals of the reliability of ordered answers by resampling respondents or clusters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from pipeline.psychometrics._responses import FloatArray, IntArray, labels_of
from pipeline.psychometrics.counts import AnswerCounts, count_answers
from pipeline.psychometrics.reliability.bootstrap import (
    BootstrapReliability,
    Computed,
    require_draws,
    resampled,
)
from pipeline.psychometrics.reliability.categorical_omega import categorical_omega
from pipeline.psychometrics.reliability.ordinal_alpha import ordinal_alpha
from pipeline.psychometrics.reliability.resampling import resampled_tables

OrdinalCoefficient = Literal[
    "ordinal_alpha", "categorical_omega_model_implied", "categorical_omega_observed"
]
ORDINAL_COEFFICIENTS: tuple[OrdinalCoefficient, ...] = get_args(OrdinalCoefficient)


def bootstrap_ordinal_reliability(
    items: pd.DataFrame,
    rng: np.random.Generator,
    n_replications: int = 400,
    coefficients: Sequence[OrdinalCoefficient] = ORDINAL_COEFFICIENTS,
    clusters: "pd.Series[Any] | None" = None,
    confidence_level: float = 0.95,
) -> BootstrapReliability:
    """Percentile intervals of ordinal alpha and categorical omega from resampling.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        Keyed answers, numbers or missing; two items or more.
    rng : Generator
        Draws the replications; the same seed gives the same numbers.
    n_replications : int, optional
        How many sets of respondents to draw, at least 40.
    coefficients : sequence of str, optional
        Any of ``ordinal_alpha``, ``categorical_omega_model_implied``,
        ``categorical_omega_observed``.
    clusters : Series, shape (n_respondents,), optional
        Site or group of each respondent; whole clusters are then drawn.
    confidence_level : float, optional
        Coverage of the intervals.

    Returns
    -------
    BootstrapReliability

    Raises
    ------
    ValueError
        If there are fewer than two items, answers are not numbers, an item has more than 100
        different answers, a coefficient is unknown, clusters belong to others, or there are fewer
        than 40 replications.

    Notes
    -----
    As :func:`bootstrap_reliability`: the two-way tables of a drawn set are sums of those of its
    respondents or clusters, and all steps (thresholds, polychoric correlations, weights, loadings)
    are taken anew from them. Without clusters the delta-method intervals of
    :func:`categorical_omega` and :func:`ordinal_alpha` say the same in a hundredth of the time.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> latent = rng.normal(size=(200, 1)) + rng.normal(size=(200, 3))
    >>> answers = pd.DataFrame(np.digitize(latent, [-1, 1]))
    >>> result = bootstrap_ordinal_reliability(answers, rng, 40, ["ordinal_alpha"])
    >>> result.of("ordinal_alpha").n_undefined
    0
    """
    require_draws(coefficients, ORDINAL_COEFFICIENTS, n_replications)

    def computed(used: FloatArray, groups: IntArray | None) -> Mapping[Any, Computed]:
        whole = count_answers(pd.DataFrame(used, columns=labels_of(items)))
        drawn = resampled_tables(whole, used, groups, rng, n_replications)
        return _computed(coefficients, whole, drawn)

    return resampled(
        items, coefficients, n_replications, clusters, confidence_level, "polychoric", computed
    )


def _computed(
    coefficients: Sequence[OrdinalCoefficient], whole: AnswerCounts, drawn: Iterator[FloatArray]
) -> dict[OrdinalCoefficient, Computed]:
    """Each coefficient in the whole sample and in every replication."""
    estimates, conditions = _estimates(coefficients, whole)
    values = np.array([_estimates(coefficients, _with_table(whole, table))[0] for table in drawn])
    return {
        name: Computed(estimates[place], values[:, place].copy(), conditions[place])
        for place, name in enumerate(coefficients)
    }


def _with_table(whole: AnswerCounts, table: FloatArray) -> AnswerCounts:
    """The counts of a replication, from its two-way tables."""
    counts = table.round().astype(np.int64)
    first = int(whole.starts[1])
    n = int(np.diag(counts)[:first].sum())
    return replace(whole, table=counts, n_respondents=n, n_complete=n, n_total=n)


def _estimates(
    coefficients: Sequence[OrdinalCoefficient], counts: AnswerCounts
) -> tuple[list[float], list[str | None]]:
    """The coefficients from counts, and what is to be said of each."""
    found: dict[OrdinalCoefficient, tuple[float, str | None]] = {}
    if "ordinal_alpha" in coefficients:
        alpha = ordinal_alpha(counts)
        found["ordinal_alpha"] = alpha.estimate, alpha.condition
    if set(coefficients) - {"ordinal_alpha"}:
        omega = categorical_omega(counts)
        found["categorical_omega_model_implied"] = omega.model_implied, omega.condition
        found["categorical_omega_observed"] = omega.observed, omega.condition
    return [found[name][0] for name in coefficients], [found[name][1] for name in coefficients]
