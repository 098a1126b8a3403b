"""The one door: what may leave, and a list of everything that may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.decisions import SHOWN, decide_programme, decide_sites
from pipeline.benchmark.disclosure.past import PastRelease, figures_of
from pipeline.benchmark.disclosure.pools import Measure
from pipeline.benchmark.disclosure.rounding import round_rows, with_units
from pipeline.benchmark.disclosure.rounds import barred_by_pooling
from pipeline.benchmark.disclosure.rules import DisclosureRules, Rule
from pipeline.benchmark.disclosure.successive import protect_differences
from pipeline.benchmark.disclosure.verdicts import judge_sites, measures_of
from pipeline.benchmark.gates import closed_gate
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
    figures : DataFrame
        By the contract RELEASE_FIGURES: exact counts and units, restricted, for the record that
        later releases are compared with.
    """

    released: pd.DataFrame
    withheld: pd.DataFrame
    override_reason: str
    figures: pd.DataFrame


def as_told(withheld: pd.DataFrame) -> pd.DataFrame:
    """The withheld rows as readers may see them.

    That nearly everyone agreed is what :attr:`Rule.CLASS_DISCLOSURE` keeps back, so its name
    would tell it: these rows bear the name of the rule that withholds other sites along with them.
    """
    told = withheld["rule"].mask(withheld["rule"] == Rule.CLASS_DISCLOSURE, Rule.COMPLEMENT)
    return withheld.assign(rule=told)


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
    site_estimates: pd.DataFrame,
    programme_estimates: pd.DataFrame,
    rules: DisclosureRules,
    members: pd.DataFrame | None = None,
    past: Sequence[PastRelease] = (),
    gates: pd.DataFrame | None = None,
    waves: Sequence[str] = (),
) -> Disclosed:
    """Release what may leave, rounded; withhold everything else, each with its rule.

    Parameters
    ----------
    site_estimates : DataFrame
        From :func:`~pipeline.benchmark.estimate_sites`.
    programme_estimates : DataFrame
        From :func:`~pipeline.benchmark.estimate_programme` with the sites that count under the
        same rules.
    members : DataFrame, optional
        By the contract RELEASE_MEMBERS; needed as soon as there is a past release.
    past : sequence of PastRelease
        Every earlier release of the same survey round, in any order. What this one tells together
        with them is protected: see :mod:`pipeline.benchmark.disclosure.successive`.
    gates : DataFrame, optional
        By the contract GATES: what a closed gate forbids is withheld under its name, whatever
        privacy would allow. See :mod:`pipeline.benchmark.gates`.
    waves : sequence of str
        Survey rounds of the study, oldest first, where two of them are pooled for small sites: see
        :mod:`pipeline.benchmark.disclosure.rounds`.

    Raises
    ------
    ValueError
        When the programme was pooled over other sites, or `past` comes without `members`.
    """
    verdicts = judge_sites(site_estimates, rules)
    sites = decide_sites(site_estimates, verdicts, rules)
    programme = decide_programme(programme_estimates, verdicts, rules)
    known = pd.concat([sites, programme], ignore_index=True)
    if gates is not None:
        known["rule"] = _with_gates(known, gates)
    barred = barred_by_pooling(known, past, waves) & (known["rule"] == SHOWN).to_numpy(dtype=bool)
    known["rule"] = known["rule"].mask(pd.Series(barred, index=known.index), Rule.COMPLEMENT)
    known = known.merge(_incomplete(known), on=["wave", "site", "scale"], how="left")
    known["incomplete"] = (
        known["incomplete"].eq(True) & known["item"].notna() & known["site"].notna()
    )
    place = {group: number for number, group in enumerate(order_of_groups(site_estimates), 1)}
    known["place"] = known["group"].map(place)
    known = with_units(known, rules).assign(compared=False)
    if past:
        known = _compared_with(known, members, past, measures_of(site_estimates), rules)
    withheld = known[known["rule"] != SHOWN]
    rounded = round_rows(known[known["rule"] == SHOWN], known, rules)
    released = in_order(conform(rounded[RELEASED.column_names], RELEASED))
    return Disclosed(
        released,
        in_order(conform(withheld[WITHHELD.column_names], WITHHELD)),
        rules.override_reason,
        figures_of(known, released),
    )


def _with_gates(known: pd.DataFrame, gates: pd.DataFrame) -> NDArray[np.object_]:
    """The rules, with the gate that forbids it for each row that would be shown."""
    rule, gate = known["rule"].to_numpy(dtype=object), closed_gate(known, gates)
    names = np.array([Rule(f"gate_{name}") if name else SHOWN for name in gate], dtype=object)
    return np.where(rule == SHOWN, names, rule)


def _compared_with(
    known: pd.DataFrame,
    members: pd.DataFrame | None,
    past: Sequence[PastRelease],
    measures: Mapping[str, Measure],
    rules: DisclosureRules,
) -> pd.DataFrame:
    if members is None:
        raise ValueError("past releases can only be compared with when the members are known")
    return protect_differences(known, members, past, measures, rules)


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


__all__ = ["Disclosed", "Rule", "as_told", "counting_sites", "disclose"]
