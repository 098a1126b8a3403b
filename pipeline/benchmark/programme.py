"""The programme as a whole, pooled from the estimates of its sites without any loss."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.comparisons import Described, gap_rows
from pipeline.benchmark.intervals import T_INTERVAL
from pipeline.benchmark.rows import KEYS, Rows, estimates_table, in_order, mean_rows, rows

Numbers = NDArray[np.float64]

CELL = ["wave", "group", "scale", "item"]
"""What is pooled over sites, for one statistic."""

POOLED = "; respondents of the counting sites pooled, that they come from sites not allowed for"
NOT_ADJUSTED = "; groups pooled over sites, not adjusted for site"
POOLED_SHARE = "answers of the counting sites pooled"
OWN_CENTRE = "mean of the dispersions of sites, weighted by respondents: distance to own site"
OF_SITE_MEANS = "percentile of the site means that may be shown, linear interpolation"
SITES_SHOWN = "sites whose mean may be shown"


def estimate_programme(
    site_estimates: pd.DataFrame, counting: pd.DataFrame, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Estimates of the programme, by the contract ESTIMATES, with an empty ``site``.

    Parameters
    ----------
    site_estimates : DataFrame
        From :func:`~pipeline.benchmark.estimate_sites`.
    counting : DataFrame
        The keys of every row of `site_estimates`, with ``counts`` (it is pooled) and ``shown``
        (it may be shown, and so is among the site means that are summarised).
    confidence_level : float
        Coverage of the intervals.

    Notes
    -----
    Counts, means, standard deviations and shares are those of all respondents of the counting
    sites together: with :math:`n_i, m_i, s_i` of site :math:`i`, the mean is
    :math:`M = \\sum n_i m_i / N` and the variance
    :math:`(\\sum (n_i - 1) s_i^2 + \\sum n_i (m_i - M)^2) / (N - 1)`; a share is the sum of its
    numerators over the sum of its denominators.
    """
    judged = in_order(site_estimates).merge(counting, on=KEYS, how="left", validate="1:1")
    used = judged[judged["counts"].fillna(False).astype(bool)]
    parts = [
        *_pooled_means(used, "mean", "sd", confidence_level),
        *_pooled_means(used, "mean_counters", "sd_counters", confidence_level),
        *_pooled_gaps(used, order_of_groups(site_estimates), confidence_level),
        *_pooled_shares(used),
        *_pooled_counts(used),
        *_spread_of_sites(judged),
    ]
    return estimates_table(parts)


def _of_statistic(estimates: pd.DataFrame, statistic: str) -> pd.DataFrame:
    return estimates[estimates["statistic"] == statistic]


def _numbers(frame: pd.DataFrame, column: str) -> Numbers:
    return frame[column].to_numpy(dtype=float, na_value=np.nan)


def _pool(cells: pd.DataFrame) -> tuple[pd.DataFrame, Described]:
    """Count, mean and standard deviation over sites; `cells` has n, mean and sd per site."""
    with_answers = cells[cells["n"] > 0].assign(total=lambda c: c["n"] * c["mean"])
    by_cell = with_answers.groupby(CELL, dropna=False, sort=True)
    sums = by_cell[["n", "total"]].sum()
    overall = (sums["total"] / sums["n"]).rename("overall")
    joined = with_answers.merge(overall.reset_index(), on=CELL, how="left")
    within = (joined["n"] - 1) * joined["sd"].fillna(0.0) ** 2
    between = joined["n"] * (joined["mean"] - joined["overall"]) ** 2
    squares = joined.assign(squares=within + between).groupby(CELL, dropna=False, sort=True)
    n = sums["n"].to_numpy(dtype=float)
    sd = np.sqrt(squares["squares"].sum().to_numpy(dtype=float) / np.where(n > 1, n - 1, np.nan))
    return overall.index.to_frame(index=False), (n, overall.to_numpy(dtype=float), sd)


def _cells(used: pd.DataFrame, mean: str, sd: str) -> pd.DataFrame:
    """Count, mean and standard deviation of every site in one row."""
    means, deviations = _of_statistic(used, mean), _of_statistic(used, sd)
    left = means[["site", *CELL]].assign(
        n=_numbers(means, "n_respondents"), mean=_numbers(means, "estimate")
    )
    right = deviations[["site", *CELL]].assign(sd=_numbers(deviations, "estimate"))
    return left.merge(right, on=["site", *CELL], how="left")


def _pooled_means(
    used: pd.DataFrame, mean: str, sd: str, confidence_level: float
) -> Iterator[Rows]:
    labels, described = _pool(_cells(used, mean, sd))
    yield from mean_rows(labels, described, confidence_level, (mean, sd), T_INTERVAL + POOLED)


def _pooled_gaps(used: pd.DataFrame, order: list[str], confidence_level: float) -> Iterator[Rows]:
    labels, (n, mean, sd) = _pool(_cells(used, "mean", "sd"))
    described = labels.assign(n=n, mean=mean, sd=sd)
    halves = [described[described["group"] == group] for group in order]
    if len(halves) == 2:
        pair = halves[0].merge(halves[1], on=["wave", "scale"], suffixes=("_1", "_2"))
        first, second = _described(pair, 1), _described(pair, 2)
        yield from gap_rows(pair[["wave", "scale"]], first, second, confidence_level, NOT_ADJUSTED)


def _described(pair: pd.DataFrame, place: int) -> Described:
    n, mean, sd = (_numbers(pair, f"{name}_{place}") for name in ("n", "mean", "sd"))
    return n, mean, sd


def order_of_groups(site_estimates: pd.DataFrame) -> list[str]:
    """The two groups, the one first that a gap subtracts from; empty without a grouping."""
    places = _of_statistic(site_estimates, "place_in_gap")
    order = places.drop_duplicates(["group", "estimate"]).sort_values("estimate")
    return [str(group) for group in order["group"]]


def _pooled_shares(used: pd.DataFrame) -> Iterator[Rows]:
    shares = used[used["statistic"].str.startswith("share_")]
    put = _of_statistic(used, "answers_put")[["wave", "site", "group", "scale", "estimate"]]
    shares = shares.merge(
        put.rename(columns={"estimate": "put"}), on=["wave", "site", "group", "scale"], how="left"
    )
    of_items = shares["item"].notna()
    denominator = np.where(of_items, _numbers(shares, "n_respondents"), _numbers(shares, "put"))
    numerator = np.rint(np.nan_to_num(_numbers(shares, "estimate")) * denominator)
    counted = shares.assign(numerator=numerator, denominator=denominator)
    by_cell = counted.groupby([*CELL, "statistic"], dropna=False, sort=True)
    sums = by_cell[["numerator", "denominator", "n_respondents"]].sum().astype(float)
    labels = sums.index.to_frame(index=False)
    total = _numbers(sums, "denominator")
    share = _numbers(sums, "numerator") / np.where(total > 0, total, np.nan)
    statistic = labels["statistic"].to_numpy()
    yield rows(labels, statistic, POOLED_SHARE, share, _numbers(sums, "n_respondents"))


def _pooled_counts(used: pd.DataFrame) -> Iterator[Rows]:
    for statistic in ("respondents", "answers_put"):
        counts = _of_statistic(used, statistic)
        sums = counts.groupby(CELL, dropna=False, sort=True)[["estimate", "n_respondents"]].sum()
        labels, both = sums.index.to_frame(index=False), sums.to_numpy(dtype=float)
        yield rows(labels, statistic, "count", both[:, 0], both[:, 1])
    labels, (n, mean, _) = _pool(_cells(used, "dispersion", "none"))
    yield rows(labels, "dispersion", OWN_CENTRE, mean, n)


def _spread_of_sites(judged: pd.DataFrame) -> Iterator[Rows]:
    """The tenth and ninetieth percentile of the site means that may be shown, and their number."""
    means = _of_statistic(judged, "mean")
    of_scales = means["group"].isna() & means["item"].isna()
    shown = means[of_scales & means["shown"].fillna(False).astype(bool)]
    by_scale = shown.astype({"estimate": float}).groupby(["wave", "scale"], sort=True)
    n_sites = by_scale.size().astype(float)
    labels = n_sites.index.to_frame(index=False)
    n = by_scale["n_respondents"].sum().to_numpy(dtype=float)
    yield rows(labels, "n_sites", SITES_SHOWN, np.asarray(n_sites, dtype=float), n)
    for statistic, level in (("site_p10", 0.1), ("site_p90", 0.9)):
        value = by_scale["estimate"].quantile(level).to_numpy(dtype=float)
        yield rows(labels, statistic, OF_SITE_MEANS, value, n)
