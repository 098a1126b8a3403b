"""Who was invited and who answered, from released counts and the site list alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.tables import RESPONSE, conform

Numbers = NDArray[np.float64]
Words = NDArray[np.object_]

INVITED_UNTOLD = "invited_untold"
NONE_INVITED = "none_invited"
WITHHELD = "respondents_withheld"
TOO_FEW_TO_SHOW = "too_few_to_show"
MORE_THAN_INVITED = "more_than_invited"
MISSING_VOICES = "missing_voices"
SOME_SITES_UNTOLD = "some_sites_untold"
MEANING_OF_CONDITION: dict[str, str] = {
    INVITED_UNTOLD: "The site list does not say how many people were invited to this round.",
    NONE_INVITED: "Nobody of this group was invited, and no number of respondents is shown.",
    WITHHELD: "How many answered is not shown: too few did, here or among everybody else.",
    TOO_FEW_TO_SHOW: "People of this group were invited, but too few of them, or of everybody else "
    "at the site, answered for a number to be shown.",
    MORE_THAN_INVITED: "More people answered than the site list says were invited.",
    MISSING_VOICES: "The share of this group among those who answered is less than half of its "
    "share among those invited.",
    SOME_SITES_UNTOLD: "Only sites for which invited and answered are both known are added up; "
    "how many are not is seen from the rows of the sites.",
}

COUNTED_TO = 5
"""Released counts are multiples of this."""
RATE_UNIT = 0.05
SHARE_UNIT = 0.01
EVERYONE = ""


def response_table(
    released: pd.DataFrame,
    sites: pd.DataFrame,
    invited: pd.DataFrame | None,
    order_of_groups: Sequence[str],
    waves: Sequence[str],
) -> pd.DataFrame:
    """Invited and answered of the programme, of every site, and of its respondent groups.

    Parameters
    ----------
    released : DataFrame
        By the contract RELEASED.
    sites : DataFrame
        By the contract SITES.
    invited : DataFrame, optional
        By the contract INVITED; its row without a group stands before the column of `sites`.
    order_of_groups : sequence of str
        The respondent groups.
    waves : sequence of str
        Survey rounds, oldest first. How many were invited is known of the last one only.

    Returns
    -------
    DataFrame
        By the contract RESPONSE: for each wave the programme, then the sites in the order of
        `sites`; for each everybody, then the groups.

    Notes
    -----
    The rate is the rounded count in those invited, rounded to .05 and 1 at most. Shares are those
    among people of the groups, so that people in neither group change nothing; both are made of
    the numbers of this table. The programme is the released count where the numbers invited are
    known of all sites; otherwise counts are added up over the sites for which both are known
    (in a group: of every group), with the condition ``some_sites_untold``.
    """
    asked = _invited_by_site(sites, invited, order_of_groups)
    rounds = [
        _round(released[released["wave"] == wave], asked if wave == waves[-1] else asked * np.nan)
        for wave in waves
    ]
    if not rounds:
        return conform(pd.DataFrame(columns=RESPONSE.column_names), RESPONSE)
    table = pd.concat(
        [rows.assign(wave=wave) for wave, rows in zip(waves, rounds, strict=True)],
        ignore_index=True,
    )
    table[["site", "group"]] = table[["site", "group"]].replace({EVERYONE: None})
    return conform(table[RESPONSE.column_names], RESPONSE)


def _invited_by_site(
    sites: pd.DataFrame, invited: pd.DataFrame | None, order: Sequence[str]
) -> pd.DataFrame:
    """People invited: a row a site, a column for everybody and each group; NaN where not told."""
    ids = sites["site"].astype(str)
    everyone = sites["invited"].to_numpy(dtype=float, na_value=np.nan)
    asked = pd.DataFrame(np.nan, index=ids, columns=[EVERYONE, *order])
    asked[EVERYONE] = everyone
    if invited is None:
        return asked
    told = invited.assign(group=invited["group"].fillna(EVERYONE)).dropna(subset=["invited"])
    for group in asked.columns:
        own = told[told["group"] == group].set_index("site")["invited"].astype(float)
        asked[group] = own.reindex(ids).fillna(asked[group])
    return asked


def _round(released: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """One survey round: programme, then sites."""
    counts = _counts(released, asked)
    programme, answered = counts.iloc[0], counts.iloc[1:]
    whole, partial = _programme(programme, answered, asked)
    blocks = [_rows(EVERYONE, *whole, partial)]
    blocks += [_rows(str(site), answered.loc[site], asked.loc[site], {}) for site in asked.index]
    return pd.concat(blocks, ignore_index=True)


def _counts(released: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Released counts of people: a row a site, the programme without a name; NaN where withheld."""
    people = released[released["statistic"] == "respondents"]
    keyed = people.fillna({"site": EVERYONE, "group": EVERYONE})
    wide = keyed.assign(estimate=keyed["estimate"].astype(float)).pivot(  # noqa: PD010
        index="site", columns="group", values="estimate"
    )
    return wide.reindex(index=[EVERYONE, *asked.index], columns=asked.columns).astype(float)


def _programme(
    released: pd.Series, answered: pd.DataFrame, asked: pd.DataFrame
) -> tuple[tuple[pd.Series, pd.Series], dict[str, bool]]:
    """Answered and invited in the programme, and in which columns only some sites are added up."""
    everyone = [EVERYONE]
    groups = [name for name in asked.columns if name != EVERYONE]
    counts, invited = released.copy(), asked.sum(min_count=1)
    partial: dict[str, bool] = {}
    for columns in (everyone, groups):
        told = asked[columns].notna().all(axis=1)
        if told.all() or not told.any():
            invited[columns] = asked.loc[told, columns].sum(min_count=1)
            continue
        both = told & answered[columns].notna().all(axis=1)
        counts[columns] = answered.loc[both, columns].sum(min_count=1)
        invited[columns] = asked.loc[both, columns].sum(min_count=1)
        partial |= dict.fromkeys(columns, True)
    return (counts, invited), partial


def _rows(
    site: str, answered: pd.Series, asked: pd.Series, partial: dict[str, bool]
) -> pd.DataFrame:
    """The rows of a site: everybody, then the groups."""
    n, invited = answered.to_numpy(dtype=float), asked.to_numpy(dtype=float)
    of_groups = np.array([name != EVERYONE for name in asked.index])
    share, share_invited = _shares(n, of_groups), _shares(invited, of_groups)
    ratio = np.divide(n, invited, out=np.full(len(n), np.nan), where=invited > 0)
    words = _conditions(n, invited, share, share_invited)
    in_part = np.array([partial.get(str(name), False) for name in asked.index])
    words[in_part & (words == None)] = SOME_SITES_UNTOLD  # noqa: E711
    return pd.DataFrame(
        {
            "site": site,
            "group": list(asked.index),
            "invited": invited,
            "respondents": n,
            "response_rate": np.minimum(_to_unit(ratio, RATE_UNIT), 1.0),
            "share": _to_unit(share, SHARE_UNIT),
            "share_invited": _to_unit(share_invited, SHARE_UNIT),
            "condition": words,
        }
    )


def _shares(counts: Numbers, of_groups: NDArray[np.bool_]) -> Numbers:
    """Parts of all people of the groups; missing where one of the counts is."""
    total = counts[of_groups].sum() if of_groups.any() else 0.0
    shares = counts / total if total > 0 else np.full(len(counts), np.nan)
    return np.where(of_groups, shares, np.nan)


def _to_unit(values: Numbers, unit: float) -> Numbers:
    return np.round(np.floor(values / unit + 0.5 + 1e-9) * unit, 6)


def _conditions(n: Numbers, invited: Numbers, share: Numbers, share_invited: Numbers) -> Words:
    """What the reader must know about each row; the last that holds has the word."""
    untold, hidden = np.isnan(invited), np.isnan(n)
    of_group = np.arange(len(n)) > 0
    words = np.full(len(n), None, dtype=object)
    words[share < share_invited / 2] = MISSING_VOICES
    words[n - COUNTED_TO / 2 > invited] = MORE_THAN_INVITED
    words[untold] = INVITED_UNTOLD
    words[hidden] = WITHHELD
    words[hidden & of_group & (invited > 0)] = TOO_FEW_TO_SHOW
    words[hidden & (invited == 0)] = NONE_INVITED
    return words
