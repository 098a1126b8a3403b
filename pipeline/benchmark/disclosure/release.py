"""The one door: what may leave, and a list of everything that may not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.benchmark.disclosure.decisions import SHOWN, decide_programme, decide_sites
from pipeline.benchmark.disclosure.rounding import round_rows
from pipeline.benchmark.disclosure.rules import DisclosureRules, Rule
from pipeline.benchmark.disclosure.verdicts import judge_sites
from pipeline.benchmark.programme import order_of_groups
from pipeline.benchmark.rows import KEYS, in_order
from pipeline.tables import RELEASED, WITHHELD, conform


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What came through the door.

    Attributes
    ----------
    released : DataFrame
        By the contract RELEASED.
    withheld : DataFrame
        By the contract WITHHELD; with `released` it holds every estimate exactly once.
    override_reason : str
        Why fewer than 11 people may stand behind a number; empty when they may not.
    """

    released: pd.DataFrame
    withheld: pd.DataFrame
    override_reason: str


def counting_sites(site_estimates: pd.DataFrame, rules: DisclosureRules) -> pd.DataFrame:
    """Which estimates of sites count in the programme, and which may be shown.

    Returns
    -------
    DataFrame
        The keys of every row, ``counts``, ``shown`` and ``rule`` (empty where shown).
    """
    decided = decide_sites(site_estimates, judge_sites(site_estimates, rules), rules)
    return decided[[*KEYS, "counts", "rule"]].assign(shown=decided["rule"] == SHOWN)


def disclose(
    site_estimates: pd.DataFrame, programme_estimates: pd.DataFrame, rules: DisclosureRules
) -> Disclosed:
    """Release what may leave, rounded; withhold everything else, each with its rule.

    Parameters
    ----------
    site_estimates : DataFrame
        From :func:`~pipeline.benchmark.estimate_sites`.
    programme_estimates : DataFrame
        From :func:`~pipeline.benchmark.estimate_programme` with the sites that count under the
        same rules.

    Raises
    ------
    ValueError
        When the programme was pooled over other sites.
    """
    verdicts = judge_sites(site_estimates, rules)
    sites = decide_sites(site_estimates, verdicts, rules)
    programme = decide_programme(programme_estimates, verdicts, rules)
    known = pd.concat([sites, programme], ignore_index=True)
    known = known.merge(_incomplete(known), on=["wave", "site", "scale"], how="left")
    known["incomplete"] = (
        known["incomplete"].eq(True) & known["item"].notna() & known["site"].notna()
    )
    place = {group: number for number, group in enumerate(order_of_groups(site_estimates), 1)}
    known["place"] = known["group"].map(place)
    withheld = known[known["rule"] != SHOWN]
    released = round_rows(known[known["rule"] == SHOWN], known, rules)
    return Disclosed(
        in_order(conform(released[RELEASED.column_names], RELEASED)),
        in_order(conform(withheld[WITHHELD.column_names], WITHHELD)),
        rules.override_reason,
    )


def _incomplete(known: pd.DataFrame) -> pd.DataFrame:
    """Scales of a site in which somebody left an item without a number.

    The mean of the scale minus those of its items then says something about these people, so the
    items are rounded more.
    """
    everyone = known[known["group"].isna()]
    asked = everyone[everyone["statistic"] == "answers_put"]
    items = everyone[(everyone["family"] == "item_mean") & (everyone["statistic"] == "mean")]
    keys = ["wave", "site", "scale"]
    answered = items.groupby(keys, dropna=False)["n_respondents"].sum().rename("answered")
    joined = asked[[*keys, "estimate"]].merge(answered.reset_index(), on=keys, how="left")
    fewer = joined["answered"].fillna(0).astype(float) != joined["estimate"].astype(float)
    return joined[keys].assign(incomplete=np.asarray(fewer, dtype=bool))


__all__ = ["Disclosed", "Rule", "counting_sites", "disclose"]
