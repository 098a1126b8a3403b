"""What screening and missing answers come to over all respondents of a survey round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from pipeline.ingest.screening.effect import screening_effect
from pipeline.ingest.screening.flags import FLAGS, Flag
from pipeline.ingest.screening.mcar import little_mcar
from pipeline.ingest.screening.patterns import missing_patterns
from pipeline.ingest.screening.rules import ScreeningRules

NOT_ASKED = "NOT_ASKED"
MOST_PATTERNS = 20
"""Patterns of missing scores with a row of their own."""

Row = dict[str, object]


def not_asked_like_others(
    set_aside: pd.DataFrame, responses: pd.DataFrame, missing: pd.DataFrame
) -> pd.DataFrame:
    """Which items people who were left out were not asked, told by the others of their export.

    What an export asks does not differ between its rows, and why answers are missing is on record
    for those who are analysed only.

    Parameters
    ----------
    set_aside, responses : DataFrame
        People who were left out and people who are analysed: ``respondent``, ``export``.
    missing : DataFrame
        Why answers of the analysed are missing: ``respondent``, ``column``, ``reason``.

    Returns
    -------
    DataFrame
        ``respondent``, ``column`` and ``reason`` (``NOT_ASKED``), a row an item that nobody of the
        same export was asked. Empty for exports of which nobody is analysed.
    """
    export_of = responses.set_index("respondent")["export"]
    absent = missing.loc[missing["reason"] == NOT_ASKED, ["respondent", "column"]]
    absent = absent.assign(export=absent["respondent"].map(export_of)).dropna(subset=["export"])
    counted = absent.groupby(["export", "column"]).size().rename("n").reset_index()
    of_nobody = counted["n"] == counted["export"].map(export_of.value_counts())
    found = set_aside[["respondent", "export"]].merge(counted[of_nobody], on="export")
    return found[["respondent", "column"]].assign(reason=NOT_ASKED)


def count_flags(screening: pd.DataFrame, rules: ScreeningRules) -> pd.DataFrame:
    """How many respondents show each flag, for how many it could be judged, and who was left out.

    Parameters
    ----------
    screening : DataFrame
        From :func:`~pipeline.ingest.screening.screen.screen`.
    rules : ScreeningRules
        Which flags are strong, and how many families lead to being left out.

    Returns
    -------
    DataFrame
        First a row about everybody (no ``flag``, any of them counts), then a row a flag:
        ``flag``, ``family``, ``strong``, ``families_needed``, ``n_judged``, ``n_flagged``,
        ``n_excluded``.
    """
    raised = screening[[flag.name for flag in FLAGS]].fillna(False).astype(bool)
    excluded = screening["excluded"].fillna(False).astype(bool)
    everybody: Row = {
        "flag": None,
        "family": None,
        "strong": False,
        "n_judged": len(screening),
        "n_flagged": int(raised.any(axis=1).sum()),
        "n_excluded": int(excluded.sum()),
    }
    rows = [everybody, *(_count_flag(flag, screening, raised, rules) for flag in FLAGS)]
    return pd.DataFrame(rows).assign(families_needed=rules.exclude_from_flags)


def _count_flag(
    flag: Flag, screening: pd.DataFrame, raised: pd.DataFrame, rules: ScreeningRules
) -> Row:
    strong = flag.name in rules.strong
    left_out = screening["excluded"].fillna(False).astype(bool) & raised[flag.name]
    return {
        "flag": flag.name,
        "family": flag.family,
        "strong": strong,
        "n_judged": int(screening[flag.name].notna().sum()),
        "n_flagged": int(raised[flag.name].sum()),
        "n_excluded": int(left_out.sum()) if strong else 0,
    }


def effect_on_scales(
    scores: pd.DataFrame,
    excluded: pd.Series,
    items: Mapping[str, pd.DataFrame],
    alpha: Callable[[pd.DataFrame], float],
) -> pd.DataFrame:
    """Results with and without those left out, with the people and the spread behind them.

    Parameters
    ----------
    scores, excluded, items, alpha
        As for :func:`~pipeline.ingest.screening.effect.screening_effect`.

    Returns
    -------
    DataFrame
        Its columns, and ``sd_with`` (standard deviation of everybody's scores),
        ``n_complete_with`` and ``n_complete_without`` (people who answered every item; missing for
        scales that are not among `items`).
    """
    table = screening_effect(scores, excluded, items, alpha)
    stays = ~excluded.to_numpy(dtype=bool)
    complete = {scale: keyed.notna().all(axis=1) for scale, keyed in items.items()}
    counts = {
        "n_complete_with": {scale: int(rows.sum()) for scale, rows in complete.items()},
        "n_complete_without": {scale: int(rows[stays].sum()) for scale, rows in complete.items()},
    }
    spread = scores.astype("float64").std(ddof=1)
    for name, by_scale in counts.items():
        table[name] = pd.array([by_scale.get(scale) for scale in table["scale"]], dtype="Int64")
    return table.assign(sd_with=table["scale"].map(spread).astype("float64"))


def missing_data_rows(
    items: Mapping[str, pd.DataFrame], scores: pd.DataFrame, n_asked: pd.DataFrame
) -> pd.DataFrame:
    """Little's test on the items of each scale, and the patterns of scores that are missing.

    Patterns are over scores and not over items: with dozens of items nearly everybody has a
    pattern of their own, and a score that is missing is what the results are without.

    Parameters
    ----------
    items : mapping of str to DataFrame
        Answers to the items of each scale with a score.
    scores : DataFrame
        A column a scale, a row a respondent; missing where there is no score.
    n_asked : DataFrame
        How many items of each scale a respondent was asked, same index and columns. A scale of
        which no item was asked is not missing.

    Returns
    -------
    DataFrame
        ``scale``, ``pattern``, ``statistic``, ``estimate``, ``n_respondents`` and ``condition``
        (why there is no test), a row an estimate.
    """
    lacking = scores.astype("float64").mask(n_asked[scores.columns] == 0, 0.0)
    rows = [row for scale, answers in items.items() for row in _test_rows(scale, answers)]
    columns = ["scale", "pattern", "statistic", "estimate", "n_respondents", "condition"]
    return pd.DataFrame([*rows, *_pattern_rows(lacking)], columns=columns)


def _test_rows(scale: str, answers: pd.DataFrame) -> Iterator[Row]:
    test = little_mcar(answers)
    estimates = {
        "little_chi_square": test.statistic,
        "little_df": None if test.reason else test.df,
        "little_p_value": test.p,
        "n_patterns": test.n_patterns,
    }
    for statistic, estimate in estimates.items():
        yield {
            "scale": scale,
            "statistic": statistic,
            "estimate": estimate,
            "n_respondents": test.n,
            "condition": test.reason or None,
        }


def _pattern_rows(lacking: pd.DataFrame) -> Iterator[Row]:
    patterns = missing_patterns(lacking, MOST_PATTERNS)
    is_other = patterns["missing"].isna()
    for n, names, other in zip(patterns["n"], patterns["missing"], is_other, strict=True):
        if other:
            about: Row = {"statistic": "respondents_with_other_pattern"}
        elif names:
            about = {"statistic": "respondents_with_pattern", "pattern": names}
        else:
            about = {"statistic": "respondents_complete"}
        yield {**about, "estimate": n, "n_respondents": len(lacking)}
