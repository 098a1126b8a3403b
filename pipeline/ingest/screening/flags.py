"""What the signs are taken to mean, and which of them are the same evidence twice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.ingest.screening.items import Items
from pipeline.ingest.screening.matrix import Answers
from pipeline.ingest.screening.rules import ScreeningRules


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that can be said about a respondent's answers.

    Attributes
    ----------
    name : str
        Its column.
    family : str
        Flags of one family rest on the same evidence and count once.
    meaning : str
        What it says, in words.
    """

    name: str
    family: str
    meaning: str


FLAGS = (
    Flag("straight_line", "pattern", "the same answer to every item, reversed ones included"),
    Flag("long_run", "pattern", "the same answer to half of the items in a row, reversed included"),
    Flag("no_spread", "pattern", "the same answer to every item"),
    Flag("inconsistent", "pattern", "several of the signs of inconsistent answers together"),
    Flag("low_even_odd", "pattern", "the two halves of the scales say different things"),
    Flag("low_synonyms", "pattern", "different answers to items that others answer alike"),
    Flag("high_antonyms", "pattern", "the same answers to items that others answer oppositely"),
    Flag("low_person_total", "pattern", "agrees with what others reject, and the reverse"),
    Flag("high_guttman", "pattern", "agrees with what is hard and not with what is easy to accept"),
    Flag("far_from_others", "pattern", "a combination of answers that is rare among others"),
    Flag("speeding", "time", "less time than the text takes to read"),
    Flag("fast_for_site", "time", "much faster than most people at the same site"),
    Flag("duplicate", "copy", "exactly the answers of another row"),
    Flag("near_duplicate", "copy", "nearly the answers of another row"),
    Flag("attention_failed", "attention", "another answer than the one a question asked for"),
)
"""Every flag, in the order of the columns. All that is seen in the answers alone is one family:
a straight line is inconsistent by necessity, so the two are not independent."""

INCONSISTENCY = (
    "low_even_odd",
    "low_synonyms",
    "high_antonyms",
    "low_person_total",
    "high_guttman",
    "far_from_others",
)


def raise_flags(
    signs: pd.DataFrame, answers: Answers, items: Items, attention: pd.Series, rules: ScreeningRules
) -> pd.DataFrame:
    """The flags of each respondent, a nullable boolean column each; missing where not judged.

    Parameters
    ----------
    signs : DataFrame
        From :func:`~pipeline.ingest.screening.signs.compute_signs`.
    answers : ndarray, shape (n_people, n_items)
        Answers as given.
    items : Items
        Tells which items are reversed.
    attention : Series of boolean
        Whether an attention check was failed.
    rules : ScreeningRules
        Cut-offs.
    """
    enough = signs["n_answered"] >= rules.least_items
    both_ways = enough & _answered_both_ways(answers, items)
    same = signs["individual_sd"] == 0
    long = signs["run_across_keying"] >= rules.long_run_share * signs["n_answered"]
    long &= signs["run_across_keying"] >= rules.least_items
    flags = pd.DataFrame(
        {
            "straight_line": _judge(same, both_ways),
            "long_run": _judge(long, both_ways),
            "no_spread": _judge(same, enough),
            "low_even_odd": _below(signs["even_odd"], rules.even_odd, enough),
            "low_synonyms": _below(signs["synonyms"], rules.synonyms, enough),
            "high_antonyms": _below(-signs["antonyms"], -rules.antonyms, enough),
            "low_person_total": _below(signs["person_total"], rules.person_total, enough),
            "high_guttman": _below(-signs["guttman"], -rules.guttman, enough),
            "far_from_others": _below(signs["mahalanobis_p"], rules.mahalanobis_p, enough),
            "speeding": _below(signs["seconds_per_item"], rules.seconds_per_item),
            "fast_for_site": _below(signs["share_of_site_median"], rules.share_of_site_median),
            "duplicate": _judge(signs["duplicates"] > 1, signs["duplicates"] > 0),
            "near_duplicate": _judge(signs["near_duplicates"] > 1, signs["near_duplicates"] > 0),
            "attention_failed": attention,
        }
    )
    flags["inconsistent"] = _several(flags[list(INCONSISTENCY)], rules.inconsistent_from)
    return flags[[flag.name for flag in FLAGS]]


def count_families(flags: pd.DataFrame, strong: Collection[str]) -> pd.Series:
    """In how many families each respondent has a strong flag."""
    families = {flag.family: None for flag in FLAGS if flag.name in strong}
    counts = np.zeros(len(flags), dtype=np.int64)
    for family in families:
        names = [flag.name for flag in FLAGS if flag.family == family and flag.name in strong]
        counts += flags[names].fillna(False).to_numpy(dtype=bool).any(axis=1)
    return pd.Series(counts, index=flags.index)


def name_reasons(flags: pd.DataFrame, strong: Collection[str], rows: pd.Series) -> pd.Series:
    """Names of the strong flags of the respondents chosen by `rows`, ``; `` joined; else empty."""
    names = np.array([flag.name for flag in FLAGS if flag.name in strong], dtype=object)
    reasons = pd.Series("", index=flags.index, dtype="string")
    raised = flags.loc[rows, list(names)].fillna(False).to_numpy(dtype=bool)
    kinds, kind_of = np.unique(raised, axis=0, return_inverse=True)
    texts = np.array(["; ".join(names[kind]) for kind in kinds], dtype=object)
    if len(raised):
        reasons[rows] = texts[kind_of.ravel()]
    return reasons


def _judge(flag: pd.Series, judged: pd.Series) -> pd.Series:
    return flag.astype("boolean").where(judged, pd.NA)


def _below(sign: pd.Series, cut_off: float, judged: pd.Series | bool = True) -> pd.Series:
    return _judge(sign < cut_off, sign.notna() & judged)


def _several(flags: pd.DataFrame, least: int) -> pd.Series:
    """Whether at least so many flags are raised; missing where fewer than that can be judged."""
    raised = flags.fillna(False).astype(bool).sum(axis=1)
    return _judge(raised >= least, flags.notna().sum(axis=1) >= least)


def _answered_both_ways(answers: Answers, items: Items) -> np.ndarray:
    given = ~np.isnan(answers)
    up, down = items.directions > 0, items.directions < 0
    return np.asarray(given[:, up].any(axis=1) & given[:, down].any(axis=1))
