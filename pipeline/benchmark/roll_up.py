"""Sites rolled up by a tree: means of the answers of all sites of a cluster together."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
import pandas as pd

from pipeline.benchmark.disclosure import DisclosureRules, PastRelease, Rule, as_told
from pipeline.benchmark.disclosure.clusters import Cluster, decided_means, judge_clusters
from pipeline.benchmark.disclosure.rounding import count_down, to_unit, up_to_unit
from pipeline.benchmark.gates import closed_gate
from pipeline.benchmark.intervals import T_INTERVAL, t_half_width
from pipeline.benchmark.programme import estimate_programme
from pipeline.benchmark.rows import KEYS
from pipeline.tables import CLUSTERS, conform

CELL = ["wave", "site", "group", "scale", "item"]
OF_COUNTING = "; respondents pooled of all sites of the cluster that count in the programme"
OF_SEEN = (
    "; respondents pooled of the sites of the cluster whose own mean is shown, as the others could "
    "be told by subtraction"
)
CLOSEST = 3
"""Site ids that are named beside one that is not known."""


def unlisted_sites(clusters: Sequence[Cluster], sites: Sequence[str]) -> list[str]:
    """A sentence for every site of the tree that there is not, with the ids that are close to it.

    Parameters
    ----------
    clusters : sequence of Cluster
        The tree.
    sites : sequence of str
        Ids of all sites of the study.
    """
    known = list(sites)
    named = {site for cluster in clusters for site in cluster.sites}
    return [_unlisted(site, known) for site in sorted(named - set(known))]


def _unlisted(site: str, known: list[str]) -> str:
    close = " or ".join(f"'{name}'" for name in get_close_matches(site, known, n=CLOSEST))
    hint = f"did you mean {close}?" if close else "write the id that the site list has"
    return f"there is no site '{site}'; {hint}"


def roll_up(
    site_estimates: pd.DataFrame,
    figures: pd.DataFrame,
    clusters: Sequence[Cluster],
    rules: DisclosureRules,
    gates: pd.DataFrame | None = None,
    members: pd.DataFrame | None = None,
    past: Sequence[PastRelease] = (),
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """What may leave about every cluster, by the contract CLUSTERS.

    Parameters
    ----------
    site_estimates : DataFrame
        From :func:`~pipeline.benchmark.estimate_sites`.
    figures : DataFrame
        By the contract RELEASE_FIGURES, of this release.
    clusters : sequence of Cluster
        A tree, wholes before their parts.
    rules : DisclosureRules
        Those of this release.
    gates : DataFrame, optional
        By the contract GATES: where sites may not be compared, clusters may not either.
    members, past
        As for :func:`~pipeline.benchmark.disclosure.clusters.judge_clusters`, which decides what is
        shown.
    confidence_level : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        For each wave and cluster, in the order of `clusters`: ``n_sites`` (of the tree),
        ``respondents`` (rounded), and the mean of every scale, or the rule that withholds it.

    Notes
    -----
    A cluster is pooled from the sites of it that count in the programme, or only from those whose
    own mean is shown where the others could be told (``method`` says so), by the formulas of
    :func:`~pipeline.benchmark.estimate_programme`; rounding and intervals are those of all released
    means.
    """
    if not clusters:
        return conform(pd.DataFrame(columns=CLUSTERS.column_names), CLUSTERS)
    verdicts = _with_gates(
        judge_clusters(site_estimates, figures, clusters, rules, members, past), gates
    )
    needed = site_estimates[
        site_estimates["item"].isna()
        & site_estimates["group"].isna()
        & site_estimates["statistic"].isin(["mean", "sd", "respondents"])
    ]
    counting = _counting(needed, figures)
    parts = [
        _of_cluster(cluster, needed, counting, verdicts, (rules, confidence_level))
        for cluster in clusters
    ]
    table = pd.concat(parts, ignore_index=True)
    table = as_told(table.sort_values("wave", kind="stable"))
    return conform(table[CLUSTERS.column_names], CLUSTERS)


def _with_gates(verdicts: pd.DataFrame, gates: pd.DataFrame | None) -> pd.DataFrame:
    """The verdicts, with the gate that forbids to compare sites where nothing else withholds."""
    if gates is None or verdicts.empty:
        return verdicts
    like_sites = verdicts.assign(site=verdicts["cluster"], group=None, item=None, statistic="mean")
    gate = closed_gate(like_sites, gates)
    names = np.array([Rule(f"gate_{name}") if name else "" for name in gate], dtype=object)
    return verdicts.assign(rule=verdicts["rule"].where(verdicts["rule"] != "", names))


def _counting(needed: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Which rows of sites count in the programme, and which of them are ``seen``."""
    scores = decided_means(figures)
    decided = scores[[*CELL, "counts", "shown"]].rename(columns={"shown": "seen"})
    joined = needed[KEYS].merge(decided, on=CELL, how="left")
    flags = joined[["counts", "seen"]].astype("boolean").fillna(False).astype(bool)
    people = (joined["statistic"] == "respondents").to_numpy(dtype=bool)
    return joined.assign(
        counts=flags["counts"].to_numpy() | people, seen=flags["seen"].to_numpy() | people
    )


def _counting_in(counting: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Which rows are pooled in a cluster: hidden ones where its verdict says that they count."""
    joined = counting.merge(
        verdicts[["wave", "scale", "with_hidden"]], on=["wave", "scale"], how="left"
    )
    with_hidden = joined["with_hidden"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    pooled = joined["counts"] & (joined["seen"] | with_hidden)
    return joined[KEYS].assign(counts=pooled, shown=False)


def _of_cluster(
    cluster: Cluster,
    needed: pd.DataFrame,
    counting: pd.DataFrame,
    verdicts: pd.DataFrame,
    options: tuple[DisclosureRules, float],
) -> pd.DataFrame:
    rules, confidence_level = options
    own_rows = needed[needed["site"].isin(cluster.sites)]
    own = verdicts[verdicts["cluster"] == cluster.name]
    pooled = estimate_programme(own_rows, _counting_in(counting, own), confidence_level)
    parts = [
        _sizes(cluster, needed, pooled, rules),
        _means(pooled, own, rules, confidence_level),
    ]
    return pd.concat([part.reindex(columns=CLUSTERS.column_names) for part in parts]).assign(
        cluster=cluster.name, parent=cluster.parent
    )


def _sizes(
    cluster: Cluster, needed: pd.DataFrame, pooled: pd.DataFrame, rules: DisclosureRules
) -> pd.DataFrame:
    """How many sites the tree gives the cluster, and how many people answered there."""
    waves = pd.DataFrame({"wave": sorted(needed["wave"].dropna().unique())})
    n_sites = waves.assign(
        statistic="n_sites", estimate=float(len(cluster.sites)), method="sites of the tree"
    )
    found = pooled[pooled["statistic"] == "respondents"][["wave", "estimate"]]
    n = waves.merge(found, on="wave", how="left")["estimate"].fillna(0).to_numpy(dtype=float)
    rounded = to_unit(n, np.full(len(n), float(rules.round_counts_to)))
    few = n < rules.minimum_n
    people = waves.assign(
        statistic="respondents",
        estimate=np.where(few, np.nan, rounded),
        n_respondents=np.where(few, np.nan, rounded),
        method="count",
        rule=pd.Series(str(Rule.MINIMUM_N), index=waves.index).where(few),
    )
    return pd.concat([n_sites, people])


def _means(
    pooled: pd.DataFrame, own: pd.DataFrame, rules: DisclosureRules, confidence_level: float
) -> pd.DataFrame:
    """The mean of every scale, rounded, with its interval; or the rule that withholds it."""
    means, sds = (pooled[pooled["statistic"] == name] for name in ("mean", "sd"))
    exact = means[["wave", "scale", "estimate", "n_respondents"]].merge(
        sds[["wave", "scale", "estimate"]].rename(columns={"estimate": "sd"}), on=["wave", "scale"]
    )
    rows = own.merge(exact, on=["wave", "scale"], how="left").assign(statistic="mean")
    n, sd, mean = (
        rows[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("n_respondents", "sd", "estimate")
    )
    unit = np.full(len(rows), rules.mean_unit)
    half = up_to_unit(t_half_width(sd, count_down(n, rules), confidence_level), unit)
    estimate = to_unit(mean, unit)
    numbers = {
        "estimate": estimate,
        "ci_low": np.round(estimate - half, 6),
        "ci_high": np.round(estimate + half, 6),
        "confidence_level": np.where(np.isnan(half), np.nan, confidence_level),
        "n_respondents": to_unit(n, np.full(len(n), float(rules.round_counts_to))),
    }
    shown = (rows["rule"] == "").to_numpy(dtype=bool)
    return rows.assign(
        **{name: np.where(shown, values, np.nan) for name, values in numbers.items()},
        method=np.where(rows["with_hidden"], T_INTERVAL + OF_COUNTING, T_INTERVAL + OF_SEEN),
        rule=rows["rule"].where(~shown),
    )


__all__ = ["roll_up", "unlisted_sites"]
