"""Which mean of a site is compared: of everybody, or of its respondent groups with set weights.

Everything here is made from released numbers, so it discloses nothing and can be computed again by
every reader.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

SOME_SITES_UNTOLD = "some_sites_untold"
MEANING_OF_CONDITION: dict[str, str] = {
    SOME_SITES_UNTOLD: "The site list does not say for every site how many people of each group "
    "were invited; the weights are those of the sites for which it does.",
}

KEYS = ["wave", "site", "scale"]
NUMBERS = ["mean", "ci_low", "ci_high", "confidence_level"]
COLUMNS = ["wave", "site", "scale", "basis", "n_respondents", "n_effective", *NUMBERS, "condition"]


def site_means(
    released: pd.DataFrame, order_of_groups: Sequence[str], invited: pd.DataFrame | None
) -> pd.DataFrame:
    r"""The means of every site, and of the programme, on every basis there is.

    Parameters
    ----------
    released : DataFrame
        By the contract RELEASED.
    order_of_groups : sequence of str
        The two respondent groups; with any other number of them there is no mean by group.
    invited : DataFrame, optional
        By the contract INVITED.

    Returns
    -------
    DataFrame
        Columns wave, site (empty for the programme), scale, basis, n_respondents, n_effective,
        mean, ci_low, ci_high, confidence_level, condition; sorted by basis (in the order of the
        contract), wave, site and scale. What has no number has no row: a mean by group is missing
        where one of the groups is withheld, a weighted one also where the site list does not say
        how many people of each group were invited.

    Notes
    -----
    ``plain`` is the released mean of everybody, ``adjusted`` the released mean with the
    composition of the site taken out. With the released means :math:`m_1, m_2` of the two groups
    and the half widths :math:`h_1, h_2` of their intervals,

    .. math:: m = w_1 m_1 + w_2 m_2, \qquad h = \sqrt{w_1^2 h_1^2 + w_2^2 h_2^2},

    with :math:`w_1 = w_2 = 1/2` for ``role_balanced``, and for ``weighted`` the shares of the
    groups among those invited, as post-stratification does [1]_. The groups are other people, so
    their means are independent; adding half widths like standard errors makes the interval
    a little too wide where groups are small. People in neither group do not count here. The
    weights are those of the present survey round in every round, so that a change is not one of
    the weights. ``n_effective`` is the number of people whose plain mean would be as exact,
    :math:`1 / (w_1^2 / n_1 + w_2^2 / n_2)`.

    References
    ----------
    .. [1] Holt & Smith (1979). Journal of the Royal Statistical Society A, 142(1), 33-46.
    """
    of_scales = released[released["item"].isna() & released["scale"].notna()]
    parts = [_as_released(of_scales, "mean", "plain")]
    if len(order_of_groups) == 2:
        pair = _pair_of_groups(of_scales, order_of_groups)
        parts.append(_mixed(pair, np.full(len(pair), 0.5)).assign(basis="role_balanced"))
        if invited is not None:
            parts.append(_weighted(pair, _invited_of_pair(invited, order_of_groups), released))
    parts.append(_as_released(of_scales, "mean_adjusted", "adjusted"))
    return pd.concat([_typed(part) for part in parts], ignore_index=True)


def _as_released(of_scales: pd.DataFrame, statistic: str, basis: str) -> pd.DataFrame:
    rows = of_scales[(of_scales["statistic"] == statistic) & of_scales["group"].isna()]
    return rows.rename(columns={"estimate": "mean"}).assign(
        basis=basis, n_effective=rows["n_respondents"]
    )


def _pair_of_groups(of_scales: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Released means of the two groups side by side, where both may be shown."""
    means = of_scales[of_scales["statistic"] == "mean"].rename(columns={"estimate": "mean"})
    columns = [*KEYS, "n_respondents", *NUMBERS, "condition"]
    first, second = (means.loc[means["group"] == group, columns] for group in order)
    return first.merge(second, on=KEYS, suffixes=("_1", "_2"))


def _mixed(pair: pd.DataFrame, weight: Numbers) -> pd.DataFrame:
    """The mean of both groups, the first with `weight`, the second with the rest."""
    first, second = (_mean_and_half(pair, place) for place in (1, 2))
    mean = weight * first[0] + (1 - weight) * second[0]
    half = np.hypot(weight * first[1], (1 - weight) * second[1])
    n = [pair[f"n_respondents_{place}"].to_numpy(dtype=float, na_value=np.nan) for place in (1, 2)]
    return pair[KEYS].assign(
        n_respondents=pair["n_respondents_1"] + pair["n_respondents_2"],
        n_effective=1 / (weight**2 / n[0] + (1 - weight) ** 2 / n[1]),
        mean=np.round(mean, 6),
        ci_low=np.round(mean - half, 6),
        ci_high=np.round(mean + half, 6),
        confidence_level=pair["confidence_level_1"],
        condition=pair["condition_1"].fillna(pair["condition_2"]),
    )


def _mean_and_half(pair: pd.DataFrame, place: int) -> tuple[Numbers, Numbers]:
    mean, low, high = (
        pair[f"{name}_{place}"].to_numpy(dtype=float, na_value=np.nan)
        for name in ("mean", "ci_low", "ci_high")
    )
    return mean, (high - low) / 2


def _invited_of_pair(invited: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """People of both groups that each site invited, for the sites that tell both."""
    first, second = (
        invited.loc[invited["group"] == group, ["site", "invited"]].dropna() for group in order
    )
    told = first.merge(second, on="site", suffixes=("_1", "_2"))
    return told[told["invited_1"] + told["invited_2"] > 0]


def _weighted(pair: pd.DataFrame, told: pd.DataFrame, released: pd.DataFrame) -> pd.DataFrame:
    """Means with the weights of the groups among those invited; of sites, then of the programme."""
    parts = [pair[pair["site"].notna()].merge(told, on="site")]
    if len(told):
        whole = {name: told[name].sum() for name in ("invited_1", "invited_2")}
        parts.append(pair[pair["site"].isna()].assign(**whole))
    rows = pd.concat(parts, ignore_index=True)
    first, second = (rows[name].to_numpy(dtype=float) for name in ("invited_1", "invited_2"))
    mixed = _mixed(rows, first / (first + second)).assign(basis="weighted")
    untold = set(released["site"].dropna()) - set(told["site"])
    told_in_part = mixed["site"].isna() & mixed["condition"].isna() & bool(untold)
    return mixed.assign(condition=mixed["condition"].mask(told_in_part, SOME_SITES_UNTOLD))


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    texts = dict.fromkeys(["wave", "site", "scale", "basis", "condition"], "string")
    numbers = dict.fromkeys(NUMBERS, "Float64")
    counts = {"n_respondents": "Int64", "n_effective": "Float64"}
    known = rows.reindex(columns=COLUMNS).astype({**texts, **numbers, **counts})
    known = known[known["mean"].notna()]
    return known.sort_values(KEYS, na_position="first", kind="stable")
