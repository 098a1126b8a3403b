"""Correlations, what they leave when something is held constant, and how they compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from math import nan, sqrt

import numpy as np

from pipeline.psychometrics._fisher import fisher_interval
from pipeline.psychometrics.claims.influence import Influenced, Interval, mean_of, place_of
from pipeline.psychometrics.claims.pairs import PooledCorrelation, within_correlation
from pipeline.psychometrics.claims.sample import Asked, ClaimEstimate, ClaimSample, no_estimate

FISHER = "Pearson correlation; Fisher's z interval"
DELTA = "Pearson correlations; interval from the influence of each unit"
RANK = "place by Pearson correlation; places that chance leaves open"
CORRECTED = "corrected for unreliability, which is taken as known"

Pair = tuple[str, str]


class Correlations:
    """Every correlation that a claim needs, each computed once, corrected if that is asked."""

    def __init__(self, sample: ClaimSample, *, corrected: bool, absolute: bool = False) -> None:
        self.sample = sample
        self.corrected = corrected
        self.absolute = absolute
        self._found: dict[frozenset[str], PooledCorrelation] = {}

    def raw(self, pair: Pair) -> PooledCorrelation:
        """The correlation as the answers have it."""
        key = frozenset(pair)
        if key not in self._found:
            first, second = (self.sample.numbers(name) for name in sorted(pair))
            self._found[key] = within_correlation(first, second, self.sample.strata)
        return self._found[key]

    def factor(self, pair: Pair) -> float:
        """What a correlation is multiplied with to correct it, for what is known."""
        known = self.sample.reliabilities if self.corrected else {}
        return 1 / sqrt(float(np.prod([known[name].estimate for name in pair if name in known])))

    def of(self, pair: Pair) -> Influenced:
        """The correlation, corrected and without its sign if that is asked."""
        found = self.raw(pair).found.times(self.factor(pair))
        return found.magnitude() if self.absolute else found

    def obstacle(self, pairs: Iterable[Pair]) -> str | None:
        """Why one of the pairs has no correlation; nothing if all have one."""
        return next((found for pair in pairs if (found := self._obstacle(pair))), None)

    def smallest_n(self, pairs: Iterable[Pair]) -> int:
        """Units behind the pair that has fewest of them."""
        return min(self.raw(pair).found.n for pair in pairs)

    def _obstacle(self, pair: Pair) -> str | None:
        found = self.raw(pair).found
        if found.n < self.sample.fewest:
            return "too_few"
        if np.isnan(found.value):
            return "no_variation"
        return "too_few" if self._is_nearly_alike(pair) else None

    def _is_nearly_alike(self, pair: Pair) -> bool:
        """Whether fewer units than needed gave another answer than the most frequent one."""
        values = [self.sample.numbers(name) for name in pair]
        both = ~np.isnan(values[0]) & ~np.isnan(values[1])
        times = [np.unique(own[both], return_counts=True)[1].max() for own in values]
        return bool(both.sum() - max(times) < self.sample.fewest)

    def correction(self, pairs: Iterable[Pair]) -> str:
        """Which reliabilities were used, in words; nothing where nothing is corrected."""
        known = self.sample.reliabilities if self.corrected else {}
        names = dict.fromkeys(name for pair in pairs for name in pair if name in known)
        return "; ".join(
            f"{name} {known[name].estimate:.2f} ({known[name].method})" for name in names
        )

    def uncorrected(self, pairs: Iterable[Pair]) -> tuple[str, ...]:
        """Variables that should be corrected for, and whose reliability is not known."""
        if not self.corrected:
            return ()
        names = dict.fromkeys(name for pair in pairs for name in pair)
        return tuple(name for name in names if name not in self.sample.reliabilities)

    def unevenness(self, pairs: Iterable[Pair]) -> str | None:
        """What to say where some pairs lack a correction that others have."""
        return "uneven" if len({self.uncorrected([pair]) for pair in pairs}) > 1 else None

    def method(self, name: str) -> str:
        """The name of a method, with the correction if there is one."""
        return f"{name}; {CORRECTED}" if self.corrected else name


# ------------------------------------------------------------------ one correlation each


def each_correlation(
    pairs: Sequence[Pair], asked: Asked, sample: ClaimSample, confidence_level: float
) -> Iterator[ClaimEstimate]:
    r"""The correlation of each pair.

    Notes
    -----
    Fisher's interval with :math:`\mathrm{SE}_z = 1 / \sqrt{n - k - 2}` for :math:`n` units in
    :math:`k` strata. A corrected correlation is :math:`r / \sqrt{r_{xx} r_{yy}}` [1]_ with both
    ends divided likewise [2]_: the reliabilities are taken as known.

    References
    ----------
    .. [1] Spearman (1904). American Journal of Psychology, 15(1), 72-101.
    .. [2] Hunter & Schmidt (2004). Methods of Meta-Analysis, 2nd ed., chapter 3.
    """
    table = Correlations(sample, corrected=asked.corrected)
    for pair in pairs:
        about, method = " with ".join(pair), table.method(FISHER)
        found = table.raw(pair)
        if condition := table.obstacle([pair]):
            yield no_estimate(about, found.found.n, method, condition)
            continue
        se = 1 / sqrt(found.df - 2) if found.df > 2 else nan
        ends = fisher_interval(found.found.value, se, confidence_level)
        factor = table.factor(pair)
        value = factor * found.found.value
        interval = Interval(*(factor * float(end) for end in ends))
        if asked.absolute:
            value, interval = abs(value), without_sign(interval)
        yield ClaimEstimate(
            about,
            value,
            *interval,
            confidence_level,
            found.found.n,
            method,
            table.correction([pair]),
            table.uncorrected([pair]),
        )


def without_sign(interval: Interval) -> Interval:
    """The sizes that an interval holds."""
    ends = sorted(abs(end) for end in interval)
    return Interval(0.0 if interval.low < 0 < interval.high else ends[0], ends[1])


# ------------------------------------------------------------------ several correlations


def mean_correlation(asked: Asked, sample: ClaimSample, confidence_level: float) -> ClaimEstimate:
    """The mean correlation of every pair of variables."""
    table = Correlations(sample, corrected=asked.corrected, absolute=asked.absolute)
    pairs = list(combinations(asked.variables, 2))
    found = _combined("mean of all pairs", pairs, table, _mean, confidence_level)
    return replace(found, uncorrected=table.uncorrected(pairs))


def difference_of_correlations(
    asked: Asked, sample: ClaimSample, confidence_level: float
) -> ClaimEstimate:
    """The correlation of one pair minus that of another, from the same units."""
    table = Correlations(sample, corrected=asked.corrected, absolute=asked.absolute)
    pairs = [pair_of(asked.variables), pair_of(asked.against)]
    about = " minus ".join(" with ".join(pair) for pair in pairs)
    found = _combined(about, pairs, table, _difference, confidence_level)
    return _if_even(found, pairs, table)


def _mean(found: Sequence[Influenced]) -> Influenced:
    return mean_of(found)


def _difference(found: Sequence[Influenced]) -> Influenced:
    first, second = found
    return first.minus(second)


def _combined(
    about: str,
    pairs: Sequence[Pair],
    table: Correlations,
    combine: Callable[[Sequence[Influenced]], Influenced],
    confidence_level: float,
) -> ClaimEstimate:
    """One number from several correlations, with the interval that their influences give."""
    method, n = table.method(DELTA), table.smallest_n(pairs)
    if condition := table.obstacle(pairs):
        return no_estimate(about, n, method, condition)
    found = combine([table.of(pair) for pair in pairs])
    interval = found.interval(confidence_level)
    return ClaimEstimate(
        about, found.value, *interval, confidence_level, n, method, table.correction(pairs)
    )


# ------------------------------------------------------------------ places


def rank_of_correlation(
    asked: Asked, sample: ClaimSample, confidence_level: float
) -> ClaimEstimate:
    """The place of the second variable among others by its correlation with the first."""
    own = pair_of(asked.variables)
    others = [(own[0], name) for name in asked.against if name not in own]
    return _ranked(own, others, asked, sample, confidence_level)


def rank_of_pair(asked: Asked, sample: ClaimSample, confidence_level: float) -> ClaimEstimate:
    """The place of a pair among all pairs of several variables."""
    own = pair_of(asked.variables)
    others = [pair for pair in combinations(asked.against, 2) if set(pair) != set(own)]
    return _ranked(own, others, asked, sample, confidence_level)


def _ranked(
    own: Pair,
    others: Sequence[Pair],
    asked: Asked,
    sample: ClaimSample,
    confidence_level: float,
) -> ClaimEstimate:
    table = Correlations(sample, corrected=asked.corrected, absolute=asked.absolute)
    about, pairs = " with ".join(own), [own, *others]
    method, n = table.method(RANK), table.smallest_n(pairs)
    if condition := table.obstacle(pairs):
        return no_estimate(about, n, method, condition)
    place = place_of(table.of(own), [table.of(pair) for pair in others], confidence_level)
    found = ClaimEstimate(about, *place, confidence_level, n, method, table.correction(pairs))
    even = _if_even(found, pairs, table)
    return even if even.condition else found


def _if_even(found: ClaimEstimate, pairs: Sequence[Pair], table: Correlations) -> ClaimEstimate:
    """A comparison with a remark where its sides could not be corrected alike."""
    uneven = found.condition or table.unevenness(pairs)
    return replace(found, uncorrected=table.uncorrected(pairs), condition=uneven)


def pair_of(names: Sequence[str]) -> Pair:
    """The two names of a pair."""
    first, second = names
    return first, second
