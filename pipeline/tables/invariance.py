"""Groups that are large enough to be compared, and the ladder of models as rows."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from pipeline.tables.catalogue import INVARIANCE


class LargeGroups(NamedTuple):
    """Which groups have enough respondents, and which have not; sorted by name."""

    kept: tuple[str, ...]
    left_out: tuple[str, ...]


def large_groups(items: pd.DataFrame, groups: pd.Series[str], fewest: int) -> LargeGroups:
    """The groups in which enough respondents answered any of the items.

    Parameters
    ----------
    items : DataFrame
        Answers, a row a respondent.
    groups : Series
        Group of each respondent; missing where a respondent belongs to none.
    fewest : int
        Respondents a group needs.
    """
    answered = groups[items.notna().any(axis=1)].dropna().astype(str)
    sizes = answered.value_counts()
    names = sorted(sizes.index)
    return LargeGroups(
        tuple(name for name in names if sizes[name] >= fewest),
        tuple(name for name in names if sizes[name] < fewest),
    )


def invariance_rows(
    ladder: pd.DataFrame,
    groups: LargeGroups,
    n_respondents: int,
    wave: str,
    scale: str,
    grouping: str,
) -> pd.DataFrame:
    """The steps of a ladder, by the contract INVARIANCE.

    Parameters
    ----------
    ladder : DataFrame
        A row a step, with the columns of the contract that are its own.
    groups : LargeGroups
        The groups that were compared.
    n_respondents : int
        Respondents in them.
    wave, scale, grouping : str
        What it is about.
    """
    labelled = ladder.assign(
        wave=wave,
        scale=scale,
        grouping=grouping,
        groups=", ".join(groups.kept),
        left_out=", ".join(groups.left_out),
        n_respondents=n_respondents,
    )
    rows = labelled.reindex(columns=INVARIANCE.column_names)
    texts = ["equal", "free", "left_out", "limits", "condition"]
    rows[texts] = rows[texts].astype(object).where(rows[texts] != "", None)
    return rows
