"""Which statistic each kind of claim is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations

from pipeline.psychometrics.claims.correlations import (
    difference_of_correlations,
    each_correlation,
    mean_correlation,
    pair_of,
    rank_of_correlation,
    rank_of_pair,
)
from pipeline.psychometrics.claims.differences import (
    difference_of_differences,
    mean_difference,
    rank_of_difference,
    rank_of_rate,
    rate_difference,
    trend,
)
from pipeline.psychometrics.claims.regressions import interaction, partial_correlation
from pipeline.psychometrics.claims.sample import Asked, ClaimEstimate, ClaimSample

OfClaim = Callable[[Asked, ClaimSample, float], ClaimEstimate]
OfVariable = Callable[[str, Asked, ClaimSample, float], ClaimEstimate]

ONE_NUMBER: Mapping[str, OfClaim] = {
    "mean_correlation": mean_correlation,
    "difference_of_correlations": difference_of_correlations,
    "rank_of_correlation": rank_of_correlation,
    "rank_of_pair": rank_of_pair,
    "partial_correlation": partial_correlation,
    "interaction": interaction,
}
"""Kinds with one number for the whole claim."""

BY_VARIABLE: Mapping[str, OfVariable] = {
    "mean_difference": mean_difference,
    "equivalence": mean_difference,
    "trend": trend,
    "difference_of_differences": difference_of_differences,
    "rank_of_difference": rank_of_difference,
    "rate_difference": rate_difference,
    "rank_of_rate": rank_of_rate,
}
"""Kinds with a number for each variable."""


def estimate_claim(
    asked: Asked, sample: ClaimSample, confidence_level: float = 0.95
) -> tuple[ClaimEstimate, ...]:
    """The statistics that a claim is about, one for each variable or pair that it names.

    Parameters
    ----------
    asked : Asked
        What is looked at; its variables and groups are columns of the sample.
    sample : ClaimSample
        The answers.
    confidence_level : float, optional
        Coverage of the intervals; twice the tails for an equivalence, whose two one-sided tests
        it stands for (Schuirmann, 1987, Journal of Pharmacokinetics and Biopharmaceutics, 15(6),
        657-680).

    Returns
    -------
    tuple of ClaimEstimate
        A number that could not be had says why in its `condition`. Empty for a kind that answers
        cannot tell, such as the time taken for an item.

    Raises
    ------
    KeyError
        If a variable or group is not in the sample.
    """
    level = 1 - 2 * (1 - confidence_level) if asked.kind == "equivalence" else confidence_level
    if asked.kind in ONE_NUMBER:
        return (ONE_NUMBER[asked.kind](asked, sample, level),)
    if asked.kind in BY_VARIABLE:
        estimate = BY_VARIABLE[asked.kind]
        return tuple(estimate(name, asked, sample, level) for name in asked.variables)
    if asked.kind not in PAIRS:
        return ()
    return tuple(each_correlation(PAIRS[asked.kind](asked), asked, sample, level))


def _own_pair(asked: Asked) -> list[tuple[str, str]]:
    return [pair_of(asked.variables)]


def _with_each(asked: Asked) -> list[tuple[str, str]]:
    return [(name, other) for name in asked.variables for other in asked.against if name != other]


def _among(asked: Asked) -> list[tuple[str, str]]:
    return list(combinations(asked.variables, 2))


PAIRS: Mapping[str, Callable[[Asked], list[tuple[str, str]]]] = {
    "correlation": _own_pair,
    "correlations_with": _with_each,
    "correlations_among": _among,
}
"""Kinds with a correlation for each pair."""
