"""Which rows of an export count."""

from __future__ import annotations

import pandas as pd

from pipeline.ingest.raw import RawExport
from pipeline.instrument import Instrument
from pipeline.problems import Problem

MOST_PROBLEMS = 5


def exclude_before_reading(
    raw: RawExport, sites: pd.Series, has_unique_ids: bool
) -> tuple[pd.Series, list[Problem]]:
    """Why rows are left out before their answers are read, and ids with several answers.

    Parameters
    ----------
    raw : RawExport
        The export.
    sites : Series
        Name of the site of each row; missing where the cell is empty.
    has_unique_ids : bool
        The platform gives out the ids, so that rows with one id are one response, of which the
        rule of the study keeps one. Ids that people type may be the same by mistake.

    Returns
    -------
    reasons : Series
        What the platform itself sets apart, repeated rows, rows without a site; missing for the
        others.
    problems : list of Problem
        One for each typed response id that stands in rows with different cells.
    """
    reasons = raw.record["excluded"].copy()
    repeated, problems = _repeated_rows(raw, reasons.isna())
    reasons = reasons.mask(reasons.isna() & repeated, "DUPLICATE_ROW")
    reasons = reasons.mask(reasons.isna() & sites.isna(), "NO_SITE")
    return reasons, [] if has_unique_ids else problems


def no_row_left(file: str, reasons: pd.Series) -> Problem:
    """The problem of an export of which every row is left out; counts the reasons."""
    counts = reasons.value_counts().sort_index()
    why = ", ".join(f"{reason} {n}" for reason, n in counts.items())
    cure = f"no row is left to analyse: of {len(reasons)} rows all are excluded ({why})"
    return Problem(file, f"{cure}; check the export")


def reach_no_scale(answers: pd.DataFrame, asked: pd.DataFrame, instrument: Instrument) -> pd.Series:
    """Whether a response has too few answers on every scale whose items belong together.

    Only the items that were asked are counted on, because a booklet asks a part of them.

    Parameters
    ----------
    answers : DataFrame
        Answers to the items, missing where there is none.
    asked : DataFrame of bool
        Whether each item was asked of each response, same shape.
    instrument : Instrument
        The questionnaire.
    """
    scales = [s for s in instrument.scales if s.treatment == "reflective"] or instrument.scales
    enough = pd.Series(False, index=answers.index)
    for scale in scales:
        items = list(scale.item_ids)
        n_answered = answers[items].notna().sum(axis=1)
        n_asked = asked[items].sum(axis=1)
        needed = n_asked.map({n: scale.answers_needed(n) for n in n_asked.unique() if n})
        enough |= (n_answered >= needed).fillna(False)
    return ~enough


def _repeated_rows(raw: RawExport, counted: pd.Series) -> tuple[pd.Series, list[Problem]]:
    """Rows equal in every cell to an earlier one with their id; problems where cells differ."""
    ids = raw.record["response_id"]
    shared = ids[counted & ids.notna() & ids.where(counted).duplicated(keep=False)]
    rows = raw.cells.loc[shared.index].assign(response_id=shared)
    repeated = pd.Series(False, index=ids.index)
    repeated.loc[shared.index] = rows.duplicated(keep="first")
    different = shared[~repeated.loc[shared.index]]
    groups = [list(group) for group in different.groupby(different).groups.values()]
    return repeated, _id_problems(raw.file, sorted(group for group in groups if len(group) > 1))


def _id_problems(file: str, groups: list[list[int]]) -> list[Problem]:
    problems = []
    for rows in groups[:MOST_PROBLEMS]:
        places = ", ".join(str(row) for row in rows[:-1]) + f" and {rows[-1]}"
        cure = f"response id appears in rows {places} with different answers; keep one of them"
        problems.append(Problem(file, cure, row=int(rows[-1])))
    if len(groups) > MOST_PROBLEMS:
        more = len(groups) - MOST_PROBLEMS
        problems.append(Problem(file, f"{more} more response ids appear with different answers"))
    return problems
