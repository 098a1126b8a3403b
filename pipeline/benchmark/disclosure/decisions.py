"""The rule, or none, for every single row of the estimates."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.benchmark.disclosure.permitted import WHOLE_SCALE, with_family
from pipeline.benchmark.disclosure.rules import DisclosureRules, Rule
from pipeline.benchmark.disclosure.verdicts import WITH_GROUPS, Verdicts
from pipeline.benchmark.rows import in_order

Words = NDArray[np.object_]

SHOWN = ""
FIGURE = ["family", "wave", "scale", "figure"]


def decide_sites(
    site_estimates: pd.DataFrame, verdicts: Verdicts, rules: DisclosureRules
) -> pd.DataFrame:
    """The rows in order, with family, rounding, ``rule``, ``counts`` and ``coarse``.

    ``rule`` is empty where the row is shown. A row about which nothing was decided is withheld.
    """
    known = _with_figure(in_order(site_estimates))
    known = known.merge(_site_verdicts(verdicts), on=[*FIGURE, "site"], how="left")
    known = known.merge(_group_verdicts(verdicts), on=["wave", "scale", "site"], how="left")
    known["coarse"] = known["coarse"].eq(True) & _about_groups(known)
    heads = _headcount_rules(known, rules)
    return known.assign(rule=_rules(known, heads), counts=_counts(known))


def decide_programme(
    programme_estimates: pd.DataFrame, verdicts: Verdicts, rules: DisclosureRules
) -> pd.DataFrame:
    """The same for the rows of the programme; they are never rounded more.

    Raises
    ------
    ValueError
        When the programme was pooled over other people than the counting sites.
    """
    known = _with_figure(in_order(programme_estimates))
    known = known.merge(_programme_verdicts(verdicts), on=FIGURE, how="left")
    known = known.merge(_programme_group_verdicts(verdicts), on=["wave", "scale"], how="left")
    _refuse_other_people(known)
    heads = _headcount_rules(known, rules)
    rule = _rules(known, heads)
    spread = (known["family"] == "spread_of_sites").fillna(False).to_numpy(dtype=bool)
    few = known["n_respondents"].fillna(0).to_numpy(dtype=float) < rules.minimum_n
    rule[spread] = np.where(few[spread], Rule.MINIMUM_N, SHOWN)
    return known.assign(rule=rule, coarse=False)


def _with_figure(estimates: pd.DataFrame) -> pd.DataFrame:
    known = with_family(estimates)
    whole_scale = known["family"].isin(WHOLE_SCALE)
    return known.assign(figure=known["item"].fillna("").mask(whole_scale.fillna(False), ""))


def _about_groups(known: pd.DataFrame) -> pd.Series:
    return (known["group"].notna() | (known["family"] == "gap")).fillna(False).astype(bool)


def _site_verdicts(verdicts: Verdicts) -> pd.DataFrame:
    judged = list(verdicts.figures.items())
    sizes = [len(verdict.sites) for _, verdict in judged]
    keys = {
        name: np.repeat(np.array([key[place] for key, _ in judged], dtype=object), sizes)
        for place, name in enumerate(FIGURE)
    }
    found = {
        "site": [site for _, verdict in judged for site in verdict.sites],
        "figure_rule": [word or SHOWN for _, verdict in judged for word in verdict.rule],
        "figure_counts": [bool(word) for _, verdict in judged for word in verdict.counts],
    }
    return pd.DataFrame({**keys, **found}).astype({"site": "string"})


def _group_verdicts(verdicts: Verdicts) -> pd.DataFrame:
    columns = ["wave", "scale", "site", "group_rule", "group_counts", "coarse"]
    blocks = [
        pd.DataFrame(
            {
                "wave": key[1],
                "scale": key[2],
                "site": verdicts.figures[key].sites,
                "group_rule": [word or SHOWN for word in verdict.rule],
                "group_counts": verdict.counts,
                "coarse": verdict.coarse,
            }
        )
        for key, verdict in verdicts.groups.items()
    ]
    return pd.concat(blocks) if blocks else pd.DataFrame(columns=columns, dtype=object)


def _programme_verdicts(verdicts: Verdicts) -> pd.DataFrame:
    rows = [
        (*key, verdict.programme_rule or SHOWN, verdict.n_programme)
        for key, verdict in verdicts.figures.items()
    ]
    return pd.DataFrame(rows, columns=[*FIGURE, "figure_rule", "n_expected"])


def _programme_group_verdicts(verdicts: Verdicts) -> pd.DataFrame:
    rows = [
        (key[1], key[2], verdict.programme_rule or SHOWN)
        for key, verdict in verdicts.groups.items()
    ]
    return pd.DataFrame(rows, columns=["wave", "scale", "group_rule"], dtype=object)


def _rules(known: pd.DataFrame, heads: Words) -> Words:
    """The rule of each row: of its figure, and for groups of the groups as well."""
    figure = known["figure_rule"].to_numpy(dtype=object)
    group = known["group_rule"].to_numpy(dtype=object)
    family = known["family"].fillna("").to_numpy(dtype=object)
    has_group = known["group"].notna().to_numpy()
    both = np.where(figure == SHOWN, group, figure)
    rule = np.where(has_group, both, figure)
    rule = np.where(family == "gap", group, rule)
    no_groups = has_group & ~np.isin(family, [*WITH_GROUPS, "scale_codes", "respondents"])
    decided = np.array([isinstance(word, str) for word in rule], dtype=bool)
    rule[~decided | no_groups] = Rule.NOT_RELEASED
    rule = np.where(family == "respondents", heads, rule)
    unknown = (rule == SHOWN) & known["estimate"].isna().to_numpy()
    rule[unknown] = Rule.CLASS_DISCLOSURE
    rule[(known["rounding"] == "never").to_numpy(dtype=bool)] = Rule.NOT_RELEASED
    return np.asarray(rule, dtype=object)


def _counts(known: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each row is pooled in the programme."""
    figure = known["figure_counts"].eq(True).to_numpy(dtype=bool)
    group = known["group_counts"].eq(True).to_numpy(dtype=bool)
    of_group = known["group"].notna().to_numpy()
    people = (known["family"] == "respondents").fillna(False).to_numpy(dtype=bool)
    return np.asarray((figure & (group | ~of_group)) | people)


def _headcount_rules(known: pd.DataFrame, rules: DisclosureRules) -> Words:
    """Rules for how many people there are: a group needs a rest that is large enough too."""
    n = known["estimate"].fillna(0).to_numpy(dtype=float)
    heads = (known["family"] == "respondents").fillna(False) & known["group"].isna()
    whole = known.loc[heads, ["wave", "site", "estimate"]].rename(columns={"estimate": "whole"})
    joined = known[["wave", "site"]].merge(whole, on=["wave", "site"], how="left")
    rest = joined["whole"].fillna(0).to_numpy(dtype=float) - n
    of_group = known["group"].notna().to_numpy()
    few = of_group & ((n < rules.minimum_n) | (rest < rules.minimum_n))
    rule = np.where(few, Rule.GROUP_MINIMUM_N, SHOWN).astype(object)
    rule[~of_group & (n < rules.minimum_n)] = Rule.MINIMUM_N
    return np.asarray(rule, dtype=object)


def _refuse_other_people(known: pd.DataFrame) -> None:
    of_all = known["group"].isna() & known["family"].notna() & known["n_expected"].notna()
    found = known.loc[of_all, "n_respondents"].fillna(0).to_numpy(dtype=float)
    if (found != known.loc[of_all, "n_expected"].to_numpy(dtype=float)).any():
        raise ValueError("the programme was not pooled over the sites that count under these rules")
