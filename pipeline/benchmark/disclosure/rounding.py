"""Released numbers: rounded, with intervals that do not give exact counts away."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.groups import coarse_share_unit
from pipeline.benchmark.disclosure.rules import DisclosureRules
from pipeline.benchmark.intervals import (
    NO_SPREAD,
    hedges_se,
    t_half_width,
    welch_half_width,
)

Numbers = NDArray[np.float64]

SPREAD_OF_SITE = "spread_of_site"
EARLIER_RELEASE = "earlier_release"
MEANING_OF_CONDITION: dict[str, str] = {
    SPREAD_OF_SITE: "A few people are in neither group: rounded more, and the interval uses the "
    "standard deviation of the whole site.",
    EARLIER_RELEASE: "Rounded more: an earlier release differs by a few people, who could "
    "otherwise be told by subtracting it.",
}
TENTH = 0.1
COUNTS_UNCERTAIN_BY = 2.0
CELL = ["wave", "site", "group", "scale", "item"]
MEAN_OF_DEVIATION: dict[str, str] = {
    "sd": "mean",
    "sd_counters": "mean_counters",
    "sd_adjusted": "mean_adjusted",
    "sd_linked_change": "linked_change",
}
"""The mean that each standard deviation belongs to."""


def to_unit(values: Numbers, unit: Numbers) -> Numbers:
    """Values as the nearest multiple of their unit."""
    return np.round(np.rint(values / unit) * unit, 6)


def up_to_unit(values: Numbers, unit: Numbers) -> Numbers:
    """Half widths as the next multiple of their unit, at least one: nothing looks certain."""
    return np.round(np.maximum(np.ceil(values / unit - 1e-9), 1) * unit, 6)


def share_unit(denominator: Numbers, rules: DisclosureRules) -> Numbers:
    """The finest unit at which a share leaves at least two counts possible."""
    units = sorted(rules.share_units)
    fine = [denominator * unit >= COUNTS_UNCERTAIN_BY for unit in units]
    return np.asarray(np.select(fine, units, default=units[-1]), dtype=float)


def count_down(n: Numbers, rules: DisclosureRules) -> Numbers:
    """Counts for intervals: never more than there are."""
    return np.floor(n / rules.round_counts_to) * rules.round_counts_to


def with_units(known: pd.DataFrame, rules: DisclosureRules) -> pd.DataFrame:
    """The rows with ``unit``, and ``denominator``: the people or answers a number is a mean of."""
    rows = known.merge(_items_put(known), on=CELL[:4], how="left")
    of_items = rows["item"].notna().to_numpy()
    codes = (rows["family"] == "scale_codes").fillna(False).to_numpy(dtype=bool)
    n, put = _floats(rows["n_respondents"]), _floats(rows["put"])
    denominator = np.where(codes & ~of_items, put, n)
    units = _units(rows, denominator, rules)
    return rows.assign(unit=units, denominator=denominator).drop(columns="put")


def round_rows(shown: pd.DataFrame, known: pd.DataFrame, rules: DisclosureRules) -> pd.DataFrame:
    """The shown rows as they are released.

    Means are rounded to their unit, differences are those of the rounded means, and intervals
    lie evenly around them, so that neither tells more about a mean than the mean itself. Half
    widths use counts rounded down, and are rounded up.

    Parameters
    ----------
    shown : DataFrame
        Rows that may be shown, with ``rounding``, ``coarse``, ``unit`` and ``compared`` (the unit
        is coarser for the sake of an earlier release).
    known : DataFrame
        All rows, for standard deviations and denominators.
    """
    rows = shown.merge(_deviations(known), on=[*CELL, "statistic"], how="left")
    rows = _use_spread_of_site(rows, known)
    unit = _floats(rows["unit"])
    n = _floats(rows["n_respondents"])
    rows = rows.assign(
        n_down=count_down(n, rules),
        estimate=to_unit(_floats(rows["estimate"]), unit),
        n_respondents=to_unit(n, np.full(len(n), float(rules.round_counts_to))),
    )
    rows = _with_mean_intervals(rows)
    return _with_gaps(rows)


def _floats(column: pd.Series) -> Numbers:
    return column.to_numpy(dtype=float, na_value=np.nan)


def _deviations(known: pd.DataFrame) -> pd.DataFrame:
    """Standard deviations, each beside the mean it belongs to."""
    rows = known[known["statistic"].isin(list(MEAN_OF_DEVIATION))]
    named = rows.assign(statistic=rows["statistic"].map(MEAN_OF_DEVIATION).astype("string"))
    return named[[*CELL, "statistic", "estimate"]].rename(columns={"estimate": "sd"})


def _items_put(known: pd.DataFrame) -> pd.DataFrame:
    rows = known[known["statistic"] == "answers_put"]
    return rows[[*CELL[:4], "estimate"]].rename(columns={"estimate": "put"})


def _use_spread_of_site(rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Where a few people are in neither group, the spread of a group would help to locate them."""
    deviations = _deviations(known)
    of_site = deviations[deviations["group"].isna()].drop(columns="group")
    keys = ["wave", "site", "scale", "item", "statistic"]
    joined = rows.merge(of_site.rename(columns={"sd": "site_sd"}), on=keys, how="left")
    coarse = joined["coarse"].astype(bool)
    interval = joined["rounding"].isin(["mean", "tenth"])
    condition = joined["condition"].mask(joined["condition"] == NO_SPREAD)
    return joined.assign(
        sd=joined["sd"].mask(coarse, joined["site_sd"]),
        condition=condition.mask(coarse & interval, SPREAD_OF_SITE).mask(
            joined["compared"].astype(bool), EARLIER_RELEASE
        ),
    )


def _units(rows: pd.DataFrame, denominator: Numbers, rules: DisclosureRules) -> Numbers:
    rounding = rows["rounding"].to_numpy(dtype=object)
    coarse = rows["coarse"].to_numpy(dtype=bool)
    shares = share_unit(np.nan_to_num(denominator), rules)
    shares = np.where(coarse, np.maximum(shares, coarse_share_unit(rules)), shares)
    rough = coarse | rows["incomplete"].to_numpy(dtype=bool)
    means = np.where(rough, rules.coarse_mean_unit, rules.mean_unit)
    return np.select(
        [rounding == "mean", rounding == "share", rounding == "tenth", rounding == "count"],
        [means, shares, np.full(len(rows), TENTH), np.full(len(rows), rules.round_counts_to)],
        default=1.0,
    ).astype(float)


def _with_mean_intervals(rows: pd.DataFrame) -> pd.DataFrame:
    is_mean = rows["statistic"].isin(MEAN_OF_DEVIATION.values()).to_numpy(dtype=bool)
    level = _floats(rows["confidence_level"])
    has_interval = is_mean & ~np.isnan(level)
    half = np.full(len(rows), np.nan)
    for one in np.unique(level[has_interval]):
        these = has_interval & (level == one)
        n, sd = rows["n_down"].to_numpy(dtype=float)[these], _floats(rows["sd"])[these]
        half[these] = t_half_width(sd, n, float(one))
    return _around(rows, half)


def _around(rows: pd.DataFrame, half: Numbers) -> pd.DataFrame:
    estimate, unit = _floats(rows["estimate"]), _floats(rows["unit"])
    half = up_to_unit(half, unit)
    return rows.assign(
        ci_low=np.round(estimate - half, 6),
        ci_high=np.round(estimate + half, 6),
    )


def _with_gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """Differences computed anew from the released means of the two groups."""
    is_gap = (rows["family"] == "gap").to_numpy(dtype=bool)
    if not is_gap.any():
        return rows
    gaps = _joined_groups(rows[is_gap], rows)
    done = [
        _gap(gaps[(gaps["statistic"] == statistic) & (gaps["level"] == level)], statistic, level)
        for statistic in ("gap", "gap_standardised")
        for level in gaps["level"].dropna().unique()
    ]
    return pd.concat([rows[~is_gap], *done])


def _joined_groups(gaps: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    means = rows[(rows["family"] == "score") & rows["group"].notna()]
    keys = ["wave", "site", "scale"]
    joined = gaps.assign(level=gaps["confidence_level"].astype(float))
    for place in (1, 2):
        group = means[means["place"] == place][[*keys, "estimate", "sd", "n_down", "coarse"]]
        names = {name: f"{name}_{place}" for name in ("estimate", "sd", "n_down", "coarse")}
        joined = joined.merge(group.rename(columns=names), on=keys, how="left")
    return joined


def _gap(gaps: pd.DataFrame, statistic: str, level: float) -> pd.DataFrame:
    from scipy import stats

    n = (_floats(gaps["n_down_1"]), _floats(gaps["n_down_2"]))
    sd = (_floats(gaps["sd_1"]), _floats(gaps["sd_2"]))
    difference = _floats(gaps["estimate_1"]) - _floats(gaps["estimate_2"])
    if statistic == "gap":
        return _around(
            gaps.assign(estimate=np.round(difference, 6)), welch_half_width(sd, n, level)[1]
        )
    df = n[0] + n[1] - 2
    together = np.sqrt(((n[0] - 1) * sd[0] ** 2 + (n[1] - 1) * sd[1] ** 2) / df)
    exact = (1 - 3 / (4 * df - 1)) * difference / together
    g = to_unit(exact, _floats(gaps["unit"]))
    half = stats.norm.ppf((1 + level) / 2) * hedges_se(g, n)
    return _around(gaps.assign(estimate=g), half)
