"""The two groups of a site set side by side: when they may be shown, and when they count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.figures import Verdict
from pipeline.benchmark.disclosure.pools import Measure, all_alike, is_enough, pooled
from pipeline.benchmark.disclosure.rules import DisclosureRules, Rule

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
Words = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Part:
    """Everyone of each site, or one of its groups.

    Attributes
    ----------
    n : ndarray, shape (n_sites,)
        People with a score; 0 where the group is absent.
    values : ndarray, shape (n_sites, n_columns)
        Means; 0 where there is nobody.
    asked : ndarray, shape (n_sites,)
        People who were asked an item of the scale.
    put : ndarray, shape (n_sites,)
        Items put to them.
    """

    n: Numbers
    values: Numbers
    asked: Numbers
    put: Numbers

    def minus(self, first: Part, second: Part) -> Part:
        """Those in neither group."""
        n = self.n - first.n - second.n
        sums = self.n[:, None] * self.values
        for group in (first, second):
            sums = sums - group.n[:, None] * group.values
        return Part(
            n,
            sums / np.where(n > 0, n, 1)[:, None],
            self.asked - first.asked - second.asked,
            self.put - first.put - second.put,
        )


@dataclass(frozen=True, slots=True)
class GroupVerdict:
    """For each site: the rule that hides its groups; whether they count; whether to round more.

    Both groups are shown or neither: what one of them leaves over is then never a question.
    """

    rule: Words
    counts: Mask
    coarse: Mask
    programme_rule: Rule | None


def judge_groups(
    everyone: Part,
    groups: tuple[Part, Part],
    total: Verdict,
    measure: Measure,
    step: float,
    rules: DisclosureRules,
) -> GroupVerdict:
    """Decide where both groups are shown, and which sites count in the groups of the programme.

    Shown where the site is, where each group (and so the rest of the site) has ``minimum_n``
    people, is not all alike, and where those in neither group are none, or ``minimum_n`` or more,
    or cannot be located although the site is known exactly, because the groups are rounded to
    ``coarse_mean_unit``.

    Counted are sites whose groups are shown, unless their few ungrouped people together could be
    located; and sites whose groups are hidden, if in each group, and among the ungrouped, they
    form a pool that is large enough and does not locate a group, or what a group leaves over.

    Parameters
    ----------
    step : float
        Sums of scores are multiples of this when everyone answered every item: an attacker may
        use it against rounding.
    """
    left_over = everyone.minus(*groups)
    rule = np.array(total.rule, dtype=object)
    open_ = total.shown
    coarse = _few(left_over.n, rules) | _few(left_over.asked, rules)
    safe = np.array(
        [
            not coarse[site] or _rounding_protects(site, everyone, groups, measure, step, rules)
            for site in range(len(coarse))
        ]
    )
    rule[open_ & ~safe] = Rule.PRECISION
    for group in groups:
        rule[open_ & all_alike_present(group, measure, rules)] = Rule.CLASS_DISCLOSURE
        rule[open_ & (group.n < rules.minimum_n)] = Rule.GROUP_MINIMUM_N
    shown = np.array([word is None for word in rule], dtype=bool)
    counts = _counting(everyone, groups, left_over, total, shown, coarse, measure, rules)
    return GroupVerdict(rule, counts, coarse, _programme_rule(groups, counts, measure, rules))


def _few(n: Numbers, rules: DisclosureRules) -> Mask:
    return np.asarray((n > 0) & (n < rules.minimum_n))


def all_alike_present(group: Part, measure: Measure, rules: DisclosureRules) -> Mask:
    """Groups that have people, nearly all of whom answered alike."""
    return np.asarray((group.n > 0) & all_alike(group.values, measure, rules))


def _rounding_protects(
    site: int,
    everyone: Part,
    groups: tuple[Part, Part],
    measure: Measure,
    step: float,
    rules: DisclosureRules,
) -> bool:
    """Whether the few in neither group stay unlocated, the site taken as known exactly.

    Their sum is the site's minus those of the groups. Means: the interval that is left, within
    the scale, must be half the range wide. Shares of codes: the width before any count is known.
    """
    n = everyone.n[site] - groups[0].n[site] - groups[1].n[site]
    if 0 < n < rules.minimum_n:
        total = everyone.n[site] * everyone.values[site]
        low, high = total.copy(), total.copy()
        for group in groups:
            ends = _ends(group.n[site], group.values[site], measure, step, rules)
            low, high = low - ends[1], high - ends[0]
        width = np.minimum(high, n * measure.high) - np.maximum(low, n * measure.low)
        if (width / n < rules.protected_width * measure.width).any():
            return False
    put = everyone.put[site] - groups[0].put[site] - groups[1].put[site]
    asked = everyone.asked[site] - groups[0].asked[site] - groups[1].asked[site]
    if 0 < asked < rules.minimum_n:
        grouped = groups[0].put[site] + groups[1].put[site]
        return bool(grouped * coarse_share_unit(rules) / put >= rules.protected_width)
    return True


def coarse_share_unit(rules: DisclosureRules) -> float:
    """Unit for shares of codes in groups where a few people are in neither."""
    return max(unit for unit in rules.share_units if unit <= 0.05)


def _ends(
    n: float, values: Numbers, measure: Measure, step: float, rules: DisclosureRules
) -> tuple[Numbers, Numbers]:
    """Lowest and highest sum that rounds to the mean that would be shown."""
    unit = rules.coarse_mean_unit
    shown = np.rint(values / unit) * unit
    low = n * np.maximum(shown - unit / 2, measure.low)
    high = n * np.minimum(shown + unit / 2, measure.high)
    return np.ceil(low / step - 1e-6) * step, np.floor(high / step + 1e-6) * step


def _counting(
    everyone: Part,
    groups: tuple[Part, Part],
    left_over: Part,
    total: Verdict,
    shown: Mask,
    coarse: Mask,
    measure: Measure,
    rules: DisclosureRules,
) -> Mask:
    counts = total.counts & (groups[0].n + groups[1].n > 0)
    rounded = counts & shown & coarse
    if not _pool_is_safe(left_over, rounded, None, total.shown, measure, rules):
        counts = counts & ~rounded
    hidden = counts & ~shown
    pools = [(groups[0], everyone), (groups[1], everyone), (left_over, None)]
    if not all(
        _pool_is_safe(part, hidden, whole, total.shown, measure, rules) for part, whole in pools
    ):
        counts = counts & ~hidden
    return counts


def _pool_is_safe(
    part: Part,
    sites: Mask,
    whole: Part | None,
    published: Mask,
    measure: Measure,
    rules: DisclosureRules,
) -> bool:
    people = part.n[sites]
    within = None if whole is None else (whole.n[sites], whole.values[sites], published[sites])
    values = part.values[sites]
    if not is_enough(people, values, measure, rules.minimum_n, rules, within):
        return False
    if people.sum() > 0 and all_alike(pooled(people, values), measure, rules)[0]:
        return False
    nothing = np.empty((int(sites.sum()), 0))
    return is_enough(part.asked[sites], nothing, measure, rules.minimum_n, rules)


def _programme_rule(
    groups: tuple[Part, Part], counts: Mask, measure: Measure, rules: DisclosureRules
) -> Rule | None:
    for group in groups:
        n = group.n[counts]
        if n.sum() < rules.minimum_n:
            return Rule.GROUP_MINIMUM_N
        if all_alike(pooled(n, group.values[counts]), measure, rules)[0]:
            return Rule.CLASS_DISCLOSURE
    return None
