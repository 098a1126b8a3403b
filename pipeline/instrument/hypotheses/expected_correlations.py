"""Whether expected correlations, such as those of a simulation, agree with the claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from pipeline.instrument.hypotheses.model import Claim, Hypotheses

Correlations = Mapping[frozenset[str], float]
"""Correlation of each pair of variables."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A value that lies outside the band of a claim."""

    claim: Claim
    value: float


def pairwise(table: Mapping[str, Mapping[str, float]]) -> Correlations:
    """The correlations of a table, one way or both ways round, by pair."""
    return {
        frozenset((one, other)): float(value)
        for one, row in table.items()
        for other, value in row.items()
        if one != other
    }


def expected_values(claim: Claim, correlations: Correlations) -> tuple[float, ...]:
    """The statistic of a claim in a table of correlations.

    Returns
    -------
    tuple of float
        One value for each pair the claim is about, each of which has to lie in its band. Empty if
        the claim is not about correlations, or about one that the table lacks.
    """
    statistic = STATISTICS.get(claim.kind)
    pairs = map(frozenset, combinations({*claim.variables, *claim.against}, 2))
    if statistic is None or not all(pair in correlations for pair in pairs):
        return ()
    return statistic(claim, correlations)


def claims_at_odds(hypotheses: Hypotheses, correlations: Correlations) -> tuple[Disagreement, ...]:
    """Every value of a table of correlations that a claim does not allow.

    Parameters
    ----------
    hypotheses : Hypotheses
        Claims about variables that the table lacks are passed over.
    correlations : mapping
        Latent correlations by pair, as :func:`pairwise` gives them.
    """
    return tuple(
        Disagreement(claim, value)
        for claim in hypotheses.claims
        for value in expected_values(claim, correlations)
        if not (claim.band.holds(value) and _is_below_its_limit(claim, value))
    )


def _is_below_its_limit(claim: Claim, value: float) -> bool:
    return claim.interval_below is None or value < claim.interval_below


def _of_pairs(
    claim: Claim, correlations: Correlations, pairs: Iterable[tuple[str, str]]
) -> tuple[float, ...]:
    values = (correlations[frozenset(pair)] for pair in pairs)
    return tuple(abs(value) if claim.absolute else value for value in values)


def _correlations_among(claim: Claim, correlations: Correlations) -> tuple[float, ...]:
    return _of_pairs(claim, correlations, combinations(claim.variables, 2))


def _mean_correlation(claim: Claim, correlations: Correlations) -> tuple[float, ...]:
    return (fmean(_correlations_among(claim, correlations)),)


def _correlations_with(claim: Claim, correlations: Correlations) -> tuple[float, ...]:
    (variable,) = claim.variables
    return _of_pairs(claim, correlations, ((variable, other) for other in claim.against))


def _difference(claim: Claim, correlations: Correlations) -> tuple[float, ...]:
    pairs = ((claim.variables[0], claim.variables[1]), (claim.against[0], claim.against[1]))
    first, second = _of_pairs(claim, correlations, pairs)
    return (first - second,)


def _rank_of_correlation(claim: Claim, correlations: Correlations) -> tuple[float, ...]:
    """Place of the second variable among its competitors, by correlation with the first."""
    first, second = claim.variables
    own, *others = _of_pairs(
        claim, correlations, ((first, name) for name in (second, *claim.against) if name != first)
    )
    return (_rank(own, others),)


def _rank_of_pair(claim: Claim, correlations: Correlations) -> tuple[float, ...]:
    """Place of a pair among all pairs of its competitors."""
    own = _of_pairs(claim, correlations, [(claim.variables[0], claim.variables[1])])[0]
    return (_rank(own, _of_pairs(claim, correlations, combinations(claim.against, 2))),)


def _rank(own: float, others: Iterable[float]) -> float:
    return 1.0 + sum(other > own for other in others)


STATISTICS: Mapping[str, Callable[[Claim, Correlations], tuple[float, ...]]] = {
    "correlation": _correlations_among,
    "correlations_with": _correlations_with,
    "correlations_among": _correlations_among,
    "mean_correlation": _mean_correlation,
    "difference_of_correlations": _difference,
    "rank_of_correlation": _rank_of_correlation,
    "rank_of_pair": _rank_of_pair,
}
"""How the kinds of claims that are about correlations alone are worked out."""
