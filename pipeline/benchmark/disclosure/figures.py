"""One figure: the same number of every site. Which sites show it, and which count in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.pools import Measure, all_alike, is_enough, pooled
from pipeline.benchmark.disclosure.rules import DisclosureRules, Rule

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
Words = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, or the numbers that belong together, of every site of a wave.

    Attributes
    ----------
    sites : Index
        Ids, sorted.
    n : ndarray, shape (n_sites,)
        People behind it; 0 where there are none.
    values : ndarray, shape (n_sites, n_columns)
        Means, or shares of categories.
    measure : Measure
        What the values are.
    minimum : int
        Fewest people by the ladder.
    """

    sites: pd.Index
    n: Numbers
    values: Numbers
    measure: Measure
    minimum: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided about a figure.

    Attributes
    ----------
    sites : Index
        Ids, sorted.
    rule : ndarray of str or None, shape (n_sites,)
        The rule that hides the figure of a site.
    counts : ndarray of bool, shape (n_sites,)
        Whether the site counts in the figure of the programme.
    programme_rule : str or None
        The rule that hides the figure of the programme.
    n_programme : float
        People behind the figure of the programme.
    """

    sites: pd.Index
    rule: Words
    counts: Mask
    programme_rule: Rule | None
    n_programme: float

    @property
    def shown(self) -> Mask:
        """Which sites show the figure."""
        return ~_hidden(self.rule)


def judge_figure(figure: Figure, parent: Verdict | None, rules: DisclosureRules) -> Verdict:
    """Decide which sites show a figure and which count in that of the programme.

    1. Hidden are sites with too few people, sites where nearly all answered alike, and sites
       hidden in the parent.
    2. The hidden sites that count form a pool whose sum is the programme minus the shown sites.
       When the pool is not large enough, its sites with too few people do not count.
    3. When the pool still gives a site away (one site only, or nearly all alike in the pool),
       further sites are hidden, those with fewest people first, until it does not; when that
       does not help, the pool does not count. None of this is needed when the figure of the
       programme is itself withheld for being all alike.
    """
    rule, counts = _start(figure, parent, rules)
    pool = counts & _hidden(rule)
    if not _enough(figure, pool, rules):
        counts = counts & ~(pool & (figure.n < figure.minimum))
    if not _alike(figure, counts, rules):
        rule = _hide_more(figure, rule, counts, rules)
        pool = counts & _hidden(rule)
        if not _is_safe(figure, pool, rules):
            counts = counts & ~pool
    return Verdict(figure.sites, rule, counts, *_programme(figure, counts, rules))


def _hidden(rule: Words) -> Mask:
    return np.array([word is not None for word in rule], dtype=bool)


def _programme(figure: Figure, counts: Mask, rules: DisclosureRules) -> tuple[Rule | None, float]:
    n = float(figure.n[counts].sum())
    if n < rules.minimum_n:
        return Rule.MINIMUM_N, n
    if n < figure.minimum:
        return Rule.LADDER, n
    return (Rule.CLASS_DISCLOSURE if _alike(figure, counts, rules) else None), n


def _start(figure: Figure, parent: Verdict | None, rules: DisclosureRules) -> tuple[Words, Mask]:
    rule = np.full(len(figure.n), None, dtype=object)
    counts = figure.n > 0
    rule[all_alike(figure.values, figure.measure, rules)] = Rule.CLASS_DISCLOSURE
    if parent is not None:
        place = parent.sites.get_indexer(figure.sites)
        inherited = np.where(place >= 0, parent.rule[place], Rule.MINIMUM_N)
        rule = np.where(inherited != None, inherited, rule)  # noqa: E711
        counts = counts & (place >= 0) & parent.counts[place]
    rule[figure.n < figure.minimum] = Rule.LADDER
    rule[figure.n < rules.minimum_n] = Rule.MINIMUM_N
    return rule, counts


def _enough(figure: Figure, pool: Mask, rules: DisclosureRules) -> bool:
    return is_enough(figure.n[pool], figure.values[pool], figure.measure, figure.minimum, rules)


def _alike(figure: Figure, pool: Mask, rules: DisclosureRules) -> bool:
    if not pool.any() or figure.values.shape[1] == 0:
        return False
    together = pooled(figure.n[pool], figure.values[pool])
    return bool(all_alike(together, figure.measure, rules)[0])


def _is_safe(figure: Figure, pool: Mask, rules: DisclosureRules) -> bool:
    return _enough(figure, pool, rules) and not _alike(figure, pool, rules)


def _hide_more(figure: Figure, rule: Words, counts: Mask, rules: DisclosureRules) -> Words:
    rule, pool = rule.copy(), counts & _hidden(rule)
    candidates = np.flatnonzero(counts & ~pool)
    for site in candidates[np.argsort(figure.n[candidates], kind="stable")]:
        if _is_safe(figure, pool, rules):
            break
        rule[site] = Rule.COMPLEMENT
        pool[site] = True
    return rule
