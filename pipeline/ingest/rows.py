"""Which rows of an export count, and a key for each respondent."""

from __future__ import annotations

from hashlib import blake2b

import pandas as pd

from pipeline.ingest.answers import TypedAnswers
from pipeline.ingest.codebook import NOT_ASKED
from pipeline.ingest.raw import RawExport
from pipeline.ingest.screen import screen
from pipeline.ingest.source import ScreeningRules
from pipeline.instrument import Instrument
from pipeline.problems import Problem

MOST_PROBLEMS = 5


def exclude_before_reading(raw: RawExport, sites: pd.Series) -> tuple[pd.Series, list[Problem]]:
    """Why rows are left out before their answers are read, and ids with several answers.

    Parameters
    ----------
    raw : RawExport
        The export.
    sites : Series
        Name of the site of each row; missing where the cell is empty.

    Returns
    -------
    reasons : Series
        What the platform itself sets apart, repeated rows, rows without a site; missing for the
        others.
    problems : list of Problem
        One for each response id that stands in rows with different cells.
    """
    reasons = raw.record["excluded"].copy()
    repeated, problems = _repeated_rows(raw, reasons.isna())
    reasons = reasons.mask(reasons.isna() & repeated, "DUPLICATE_ROW")
    return reasons.mask(reasons.isna() & sites.isna(), "NO_SITE"), problems


def exclude_after_reading(
    raw: RawExport,
    typed: TypedAnswers,
    reasons: pd.Series,
    instrument: Instrument,
    rules: ScreeningRules,
) -> tuple[pd.Series, pd.DataFrame]:
    """Why rows are left out once their answers are read, and the signs of careless answering.

    Parameters
    ----------
    raw, typed : RawExport, TypedAnswers
        The export, and the answers of the rows that had no reason before.
    reasons : Series
        Why rows are left out before their answers are read.
    instrument : Instrument
        The questionnaire in the form that was asked.
    rules : ScreeningRules
        When a respondent counts as careless.

    Returns
    -------
    reasons : Series
        With too few answers and careless answering added; missing for rows that are analysed.
    signs : DataFrame
        Those of :func:`~pipeline.ingest.screen.screen`, for every row with enough answers.
    """
    enough = ~reach_no_scale(typed, instrument)
    answers = pd.DataFrame(typed.values, index=typed.rows, columns=list(typed.columns))
    signs = screen(
        answers.loc[enough, list(instrument.items)],
        raw.record["seconds"].loc[typed.rows[enough]],
        instrument,
        rules,
    )
    told = reasons.copy()
    told.loc[enough.index[~enough]] = "TOO_FEW_ANSWERS"
    told.loc[signs.index[signs["excluded"]]] = "CARELESS"
    return told, signs


def no_row_left(file: str, reasons: pd.Series) -> Problem:
    """The problem of an export of which every row is left out; counts the reasons."""
    counts = reasons.value_counts().sort_index()
    why = ", ".join(f"{reason} {n}" for reason, n in counts.items())
    cure = f"no row is left to analyse: of {len(reasons)} rows all are excluded ({why})"
    return Problem(file, f"{cure}; check the export")


def reach_no_scale(typed: TypedAnswers, instrument: Instrument) -> pd.Series:
    """Whether a response has too few answers on every scale whose items belong together.

    Only the items that the export has are counted on, because a booklet asks a part of them.
    """
    scales = [s for s in instrument.scales if s.treatment == "reflective"] or instrument.scales
    enough = pd.Series(False, index=typed.rows)
    answers = pd.DataFrame(typed.values, index=typed.rows, columns=list(typed.columns))
    asked = set(answers.columns[(typed.outcomes != NOT_ASKED).any(axis=0)])
    for scale in scales:
        items = [item for item in scale.item_ids if item in asked]
        if items:
            enough |= answers[items].notna().sum(axis=1) >= scale.answers_needed(len(items))
    return ~enough


def respondent_keys(raw: RawExport, rows: pd.Index) -> pd.Series:
    """A short key for each row, from the file and the response id.

    Where the platform gives no id it is the row of the spreadsheet that tells rows apart.
    """
    ids = raw.record["response_id"].loc[rows]
    told = [f"row\x1f{row}" if pd.isna(i) else f"id\x1f{i}" for row, i in ids.items()]
    return pd.Series([_key(raw.file, name) for name in told], index=rows, dtype="string")


def _key(file: str, name: str) -> str:
    return blake2b(f"{file}\x1f{name}".encode(), digest_size=8).hexdigest()


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
