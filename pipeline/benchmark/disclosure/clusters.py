"""Which means of clusters of sites may be shown beside those of sites and of the programme.

A cluster pools the sites below it in a tree. Nothing about sites or the programme is changed for
its sake. If it can be done safely, it pools all its sites that count in the programme, hidden ones
included; otherwise only those whose own mean is shown, which tells nothing that is not told
already; where these are too few, it is withheld.

Everyone. Clusters are nested or apart. So subtracting, in any order, shown sites and clusters from
clusters and from the programme always ends at the same numbers: each hidden site that counts
belongs to one pool, that of the innermost cluster around it which pools hidden sites (or of the
programme, where there is none), and known is the sum of every pool, and nothing that does not
follow from these sums. The pools are apart, so what is known of one says nothing about another.
Once a cluster makes or splits pools, every pool has to be as safe as that of the programme has to
be without clusters (:func:`~pipeline.benchmark.disclosure.pools.is_enough`, not all alike), and may
not locate any set of whole groups of its sites of fewer than ``minimum_n`` people within
``protected_width`` of the range.

Groups. The programme shows sums of respondent groups, which cut across pools. What these sums and
those of the pools tell together is computed exactly
(:mod:`pipeline.benchmark.disclosure.margins`): no set of fewer than ``minimum_n`` people that
consists of whole groups of a site, or of a pool, may be located within ``protected_width`` of the
range, unless it is so without clusters, and then no better; and no way of adding and subtracting
sums may leave fewer than ``smallest_pool`` people, unless it leaves as few without clusters.

Order. Clusters are taken one by one, parts before wholes; hidden sites of each count in it if
everything that is shown so far stays safe together. Numbers rounded to the usual unit are taken as
known exactly.

Earlier releases. Where an earlier release of the survey round is of other people or answers of the
scale, or counted other sites, or showed more of them, a cluster pools only sites that are shown,
with the usual unit: its mean then follows from numbers that were protected against the earlier
releases. It is withheld where one of its shown sites is rounded more. So all differences of this
release to earlier ones are covered. Not covered is what a later release tells together with
clusters of this one, when answers of hidden sites, or the tree, were changed in between: later
numbers of sites and of the programme are not compared with earlier ones of clusters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.atoms import with_same_keys
from pipeline.benchmark.disclosure.margins import (
    FIRST,
    FIRST_APART,
    N_KINDS,
    NEITHER,
    SECOND,
    SECOND_APART,
    People,
    few_of_pools,
    few_of_sites,
    fewest_left,
    widths,
)
from pipeline.benchmark.disclosure.past import PastRelease
from pipeline.benchmark.disclosure.pools import TOLERANCE, Measure, all_alike, is_enough, pooled
from pipeline.benchmark.disclosure.rules import DisclosureRules, Rule
from pipeline.benchmark.disclosure.verdicts import measures_of
from pipeline.benchmark.programme import order_of_groups
from pipeline.tables import RELEASE_MEMBERS

Numbers = NDArray[np.float64]
Integers = NDArray[np.intp]
Mask = NDArray[np.bool_]
Scale = tuple[str, str]
"""Survey round and scale."""

Release = tuple[pd.DataFrame, pd.DataFrame]
"""Means of scores as they were decided about, and the scores of people."""

SAME_FIGURE = ["wave", "scale", "site", "group"]
EXACT = 1e-7
"""Sums closer than this are the same."""


class Cluster(Protocol):
    """A part of the programme: its name, the cluster it is part of, and all sites below it."""

    @property
    def name(self) -> str:
        """As reports show it."""

    @property
    def parent(self) -> str | None:
        """Cluster it is part of; None for the programme."""

    @property
    def sites(self) -> tuple[str, ...]:
        """Every site of it, those of its parts included."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one scale in one survey round, at the sites that count in the programme.

    Attributes
    ----------
    sites : ndarray of str
        Ids, sorted.
    people : People
        By site and respondent group.
    usual : ndarray of bool, shape (n_sites,)
        Whether a shown mean has the usual unit.
    measure : Measure
        The range of the scale.
    programme_shown : bool
        Whether the mean of the programme is shown.
    """

    sites: NDArray[np.object_]
    people: People
    usual: Mask
    measure: Measure
    programme_shown: bool


def judge_clusters(
    site_estimates: pd.DataFrame,
    figures: pd.DataFrame,
    clusters: Sequence[Cluster],
    rules: DisclosureRules,
    members: pd.DataFrame | None = None,
    past: Sequence[PastRelease] = (),
) -> pd.DataFrame:
    """Decide which clusters show the mean of which scale.

    Parameters
    ----------
    site_estimates : DataFrame
        From :func:`~pipeline.benchmark.estimate_sites`.
    figures : DataFrame
        By the contract RELEASE_FIGURES: what this release decided about sites and programme.
    clusters : sequence of Cluster
        A tree, wholes before their parts; every site is in one lowest cluster at most.
    rules : DisclosureRules
        Those of this release.
    members : DataFrame, optional
        By the contract RELEASE_MEMBERS; needed as soon as there is a past release.
    past : sequence of PastRelease
        Every earlier release, in any order.

    Returns
    -------
    DataFrame
        A row each wave, scale and cluster, in the order of `clusters`: wave, scale, cluster,
        ``rule`` (empty where the mean may be shown), ``with_hidden`` (whether the hidden sites that
        count in the programme count in it).

    Raises
    ------
    ValueError
        When `past` comes without `members`.
    """
    if past and members is None:
        raise ValueError("past releases can only be compared with when the members are known")
    means, own = decided_means(figures), _scores_in(members)
    earlier = [(decided_means(one.figures), _scores_in(one.members)) for one in past]
    rows: list[tuple[str, str, str, str, bool]] = []
    for scale, scores in _scores_by_scale(site_estimates, means, rules):
        is_same = _is_the_same(scale, (means, own), earlier)
        found = _verdicts_of(scores, clusters, rules, is_same)
        rows += [(*scale, one.name, *verdict) for one, verdict in zip(clusters, found, strict=True)]
    return pd.DataFrame(rows, columns=["wave", "scale", "cluster", "rule", "with_hidden"])


# ------------------------------------------------------------------ what is known of sites


def decided_means(figures: pd.DataFrame) -> pd.DataFrame:
    """Means of scores with ``shown``: whether privacy lets them be; a closed gate may open again.

    Parameters
    ----------
    figures : DataFrame
        By the contract RELEASE_FIGURES.
    """
    rows = figures[(figures["family"] == "score") & (figures["statistic"] == "mean")]
    rule = rows["rule"].fillna("").astype(str)
    return rows.assign(shown=(rule == "") | rule.str.startswith("gate_"))


def _scores_by_scale(
    site_estimates: pd.DataFrame, means: pd.DataFrame, rules: DisclosureRules
) -> Iterator[tuple[Scale, Scores]]:
    """What is needed to judge the clusters of each scale, in the order of waves and scales."""
    measures = measures_of(site_estimates)
    order = order_of_groups(site_estimates)
    cells = _cells(site_estimates, means)
    programme = means[means["site"].isna()]
    for (wave, scale), block in cells.groupby(["wave", "scale"], sort=True):
        own = programme[(programme["wave"] == wave) & (programme["scale"] == scale)]
        shown = set(own.loc[own["shown"], "group"].fillna(""))
        of_scale = _scores(block, order, shown, measures[str(scale)], rules.mean_unit)
        yield (str(wave), str(scale)), of_scale


def _cells(site_estimates: pd.DataFrame, means: pd.DataFrame) -> pd.DataFrame:
    """People, sum of scores, and what was decided, for everybody and each group of every site."""
    exact = site_estimates[
        (site_estimates["statistic"] == "mean")
        & site_estimates["item"].isna()
        & site_estimates["scale"].notna()
    ]
    exact = exact[[*SAME_FIGURE, "estimate", "n_respondents"]]
    decided = means[[*SAME_FIGURE, "unit", "counts", "shown"]]
    cells = exact.merge(decided, on=SAME_FIGURE, how="left")
    n = cells["n_respondents"].fillna(0).to_numpy(dtype=float)
    mean = cells["estimate"].fillna(0.0).to_numpy(dtype=float)
    return cells.assign(
        group=cells["group"].fillna(""),
        n=n,
        mean=mean,
        unit=cells["unit"].to_numpy(dtype=float, na_value=np.nan),
        counts=_is_true(cells["counts"]) & (n > 0),
        shown=_is_true(cells["shown"]),
    )


def _is_true(column: pd.Series) -> Mask:
    return column.astype("boolean").fillna(False).to_numpy(dtype=bool)


def _scores(
    block: pd.DataFrame, order: list[str], shown: set[str], measure: Measure, usual_unit: float
) -> Scores:
    everyone = block[(block["group"] == "") & block["counts"]].sort_values("site")
    sites = everyone["site"].to_numpy(dtype=object)
    two = order if len(order) == 2 else []
    kinds = np.zeros((4, len(sites), N_KINDS))
    for group, places in zip(two, ((FIRST, FIRST_APART), (SECOND, SECOND_APART)), strict=False):
        of_group = block[block["group"] == group].set_index("site").reindex(sites)
        counted = _is_true(of_group["counts"])
        cells = _cells_of_group(of_group, measure, usual_unit)
        kinds[:, :, places[0]], kinds[:, :, places[1]] = cells * counted, cells * ~counted
    n, mean = (everyone[name].to_numpy(dtype=float) for name in ("n", "mean"))
    neither = n - kinds[0].sum(axis=1)
    rest = n * mean - kinds[1].sum(axis=1)
    kinds[:, :, NEITHER] = neither, rest, neither * measure.low, neither * measure.high
    columns = (bool(two) and two[0] in shown, bool(two) and two[1] in shown)
    everybody = everyone["shown"].to_numpy(dtype=bool)
    people = People(kinds[0], kinds[1], kinds[2], kinds[3], everybody, columns)
    usual = everyone["unit"].to_numpy(dtype=float) <= usual_unit + TOLERANCE
    return Scores(sites, people, usual, measure, "" in shown)


def _cells_of_group(group: pd.DataFrame, measure: Measure, usual_unit: float) -> Numbers:
    """People, their sum, and between which sums it lies by itself: shape (4, n_sites)."""
    n, mean = (group[name].fillna(0.0).to_numpy(dtype=float) for name in ("n", "mean"))
    low, high = _bounds_of_group(group, measure, usual_unit)
    return np.array([n, n * mean, n * low, n * high])


def _bounds_of_group(
    group: pd.DataFrame, measure: Measure, usual_unit: float
) -> tuple[Numbers, Numbers]:
    """Lowest and highest mean of a group at each site, from its released mean if there is one.

    A mean with the usual unit is taken as exact, one that is rounded more as its interval.
    """
    mean = group["mean"].fillna(0.0).to_numpy(dtype=float)
    unit = group["unit"].to_numpy(dtype=float)
    shown = _is_true(group["shown"])
    is_rough = shown & (unit > usual_unit + TOLERANCE)
    told = np.where(is_rough, np.rint(mean / unit) * unit, mean)
    half = np.where(is_rough, unit / 2, 0.0)
    low = np.where(shown, np.maximum(told - half, measure.low), measure.low)
    high = np.where(shown, np.minimum(told + half, measure.high), measure.high)
    return np.asarray(low), np.asarray(high)


# ------------------------------------------------------------------ decisions


def _verdicts_of(
    scores: Scores, clusters: Sequence[Cluster], rules: DisclosureRules, is_same: bool
) -> list[tuple[str, bool]]:
    """The rule of each cluster, empty where its mean may be shown, and whether hidden sites count.

    Parameters
    ----------
    is_same : bool
        Whether no earlier release forbids that hidden sites count.
    """
    inside = [np.isin(scores.sites, list(cluster.sites)) for cluster in clusters]
    found = [("", False)] * len(clusters)
    pooling: list[int] = []
    for number in reversed(range(len(clusters))):
        everybody, seen = inside[number], inside[number] & scores.people.shown
        rule = _own_rule(scores, everybody, rules)
        is_whole = (everybody == seen).all()
        safe = is_whole or (is_same and is_safe(scores, inside, [*pooling, number], rules))
        if not rule and safe:
            pooling.append(number)
            found[number] = "", True
            continue
        of_seen = _own_rule(scores, seen, rules)
        few = of_seen == Rule.MINIMUM_N and rule != Rule.MINIMUM_N
        found[number] = (Rule.COMPLEMENT if few else of_seen), False
    return found


def _own_rule(scores: Scores, inside: Mask, rules: DisclosureRules) -> str:
    """Why these sites together may not be shown whatever else is shown."""
    n, mean = _by_site(scores.people, inside)
    if n.sum() < rules.minimum_n:
        return Rule.MINIMUM_N
    if all_alike(pooled(n, mean), scores.measure, rules)[0]:
        return Rule.CLASS_DISCLOSURE
    is_rough = (scores.people.shown & ~scores.usual)[inside].any()
    return Rule.COMPLEMENT if is_rough or not scores.programme_shown else ""


def _by_site(people: People, of: Mask) -> tuple[Numbers, Numbers]:
    """People and means, shape (n, 1), of some sites."""
    n = people.n[of].sum(axis=1)
    return n, (people.total[of].sum(axis=1) / n)[:, None]


def is_safe(
    scores: Scores, inside: Sequence[Mask], shown: Sequence[int], rules: DisclosureRules
) -> bool:
    """Whether sites, programme and the clusters `shown`, each with its hidden sites, are safe.

    The programme is shown; `inside` holds the sites of every cluster.
    """
    people = scores.people
    alone, row = _rows(people, inside, ()), _rows(people, inside, shown)
    pools = [~people.shown & (row == pool) for pool in np.unique(row[~people.shown])]
    if len(pools) < 2:  # the same sums as without clusters
        return True
    if not all(_is_safe_pool(scores, pool, rules) for pool in pools):
        return False
    left, left_alone = fewest_left(people, row), fewest_left(people, alone)
    if ((left > 0) & (left < np.minimum(rules.smallest_pool, left_alone))).any():
        return False
    return _none_located(scores, row, alone, rules)


def _rows(people: People, inside: Sequence[Mask], shown: Sequence[int]) -> Integers:
    """The row of each site: of its own where it is shown, else that of its pool.

    Rows of pools are numbered from 0, the one of the programme; wholes come before their parts,
    so the innermost shown cluster has the last word.
    """
    row = np.zeros(len(people.shown), dtype=np.intp)
    for number in sorted(shown):
        row[inside[number]] = number + 1
    own = len(inside) + 1 + np.arange(len(row), dtype=np.intp)
    return np.where(people.shown, own, row)


def _is_safe_pool(scores: Scores, pool: Mask, rules: DisclosureRules) -> bool:
    n, mean = _by_site(scores.people, pool)
    if not is_enough(n, mean, scores.measure, rules.minimum_n, rules):
        return False
    if all_alike(pooled(n, mean), scores.measure, rules)[0]:
        return False
    total = float((n * (mean[:, 0] - scores.measure.low)).sum() / scores.measure.width)
    return _sets_are_wide(scores.people.n[pool].ravel(), total, rules)


def _sets_are_wide(n: Numbers, total: float, rules: DisclosureRules) -> bool:
    """Whether no groups of sites of fewer than ``minimum_n`` people together are located too well.

    With the sum of the pool in parts of the range, :math:`t`, :math:`k` of its :math:`N` people
    are known to :math:`\\min(k, t) - \\max(0, t - N + k)`; as a part of :math:`k` this falls with
    :math:`k`, so the largest such set is looked at.
    """
    largest = max(_sizes_of_sets(n, rules.minimum_n - 1))
    width = min(largest, total) - max(0.0, total - float(n.sum()) + largest)
    return width >= rules.protected_width * largest - TOLERANCE


def _sizes_of_sets(n: Numbers, most: int) -> set[int]:
    sizes = {0}
    for count in n[n <= most]:
        sizes |= {size + int(count) for size in sizes if size + count <= most}
    return sizes


def _none_located(scores: Scores, row: Integers, alone: Integers, rules: DisclosureRules) -> bool:
    """Whether no few people are located within half the range, unless they are without clusters."""
    people = scores.people
    of_sites = few_of_sites(people, rules.minimum_n)
    of_pools = few_of_pools(people, row, rules.minimum_n)
    wanted = rules.protected_width * scores.measure.width
    too_narrow = widths(people, row, of_pools) < wanted * of_pools.n - EXACT
    if too_narrow.any():
        return False
    now = widths(people, row, of_sites.within(row))
    before = widths(people, alone, of_sites.within(alone))
    return not ((now < wanted * of_sites.n - EXACT) & (now < before - EXACT)).any()


# ------------------------------------------------------------------ earlier releases


def _scores_in(members: pd.DataFrame | None) -> pd.DataFrame:
    if members is None:
        return pd.DataFrame(columns=RELEASE_MEMBERS.column_names)
    return members[members["kind"] == "score"]


def _is_the_same(scale: Scale, now: Release, earlier: Sequence[Release]) -> bool:
    """Whether every earlier release was of the same scores, counted alike, and showed no more."""
    return all(
        _told_no_more(scale, now[0], means) and _same_scores(scale, now[1], scores)
        for means, scores in earlier
        if scale[0] in set(means["wave"].dropna())
    )


def _told_no_more(scale: Scale, now: pd.DataFrame, earlier: pd.DataFrame) -> bool:
    first, second = (
        {
            (row.site, row.group): (bool(row.counts), bool(row.shown))
            for row in _of_scale(means, scale)
            .astype({"site": object, "group": object})
            .fillna({"site": "", "group": ""})
            .itertuples()
        }
        for means in (now, earlier)
    )
    return first.keys() == second.keys() and all(
        first[view][0] == counts and first[view][1] >= shown
        for view, (counts, shown) in second.items()
    )


def _same_scores(scale: Scale, now: pd.DataFrame, earlier: pd.DataFrame) -> bool:
    own, past = _of_scale(now, scale), _of_scale(earlier, scale)
    names = ["respondent", "site", "group", "value"]
    first, second = (
        rows[names].sort_values(names).reset_index(drop=True)
        for rows in (own, with_same_keys(past, own))
    )
    return bool(first.equals(second))


def _of_scale(rows: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    return rows[(rows["wave"] == scale[0]) & (rows["scale"] == scale[1])]


__all__ = ["Cluster", "decided_means", "judge_clusters"]
