"""Which rows of an export count."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.ingest.codebook import ANSWERED, NOT_ASKED
from pipeline.ingest.raw import RawExport
from pipeline.instrument import Instrument
from pipeline.problems import Problem

MOST_PROBLEMS = 5


def exclude_before_reading(
    raw: RawExport, sites: pd.Series, digests: pd.Series, has_unique_ids: bool
) -> tuple[pd.Series, list[Problem]]:
    """Why rows are left out before their answers are read, and ids with several answers.

    Parameters
    ----------
    raw : RawExport
        The export.
    sites : Series
        Name of the site of each row; missing where the cell is empty.
    digests : Series of uint64
        Of the id of each row.
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
    repeated, problems = _repeated_rows(raw, reasons.isna(), digests)
    for left_out, reason in ((repeated, "DUPLICATE_ROW"), (sites.isna(), "NO_SITE")):
        if left_out.any():
            reasons = reasons.mask(reasons.isna() & left_out, reason)
    return reasons, [] if has_unique_ids else problems


def no_row_left(file: str, reasons: pd.Series) -> Problem:
    """The problem of an export of which every row is left out; counts the reasons."""
    counts = reasons.value_counts().sort_index()
    why = ", ".join(f"{reason} {n}" for reason, n in counts.items())
    cure = f"no row is left to analyse: of {len(reasons)} rows all are excluded ({why})"
    return Problem(file, f"{cure}; check the export")


def reach_no_scale(
    outcomes: Mapping[str, NDArray[np.int8]], instrument: Instrument
) -> NDArray[np.bool_]:
    """Whether a response has too few answers on every scale whose items belong together.

    Only the items that were asked are counted on, because a booklet asks a part of them.

    Parameters
    ----------
    outcomes : mapping of ndarray, shape (n_responses,)
        Outcomes of the cells of each item.
    instrument : Instrument
        The questionnaire.

    Returns
    -------
    ndarray of bool, shape (n_responses,)
    """
    scales = [s for s in instrument.scales if s.treatment == "reflective"] or instrument.scales
    too_few = np.ones(len(next(iter(outcomes.values()))), dtype=bool)
    for scale in scales:
        cells = [outcomes[item] for item in scale.item_ids]
        n_asked = np.add.reduce([item != NOT_ASKED for item in cells], dtype=np.int16)
        n_answered = np.add.reduce([item == ANSWERED for item in cells], dtype=np.int16)
        needed = np.array([scale.answers_needed(n) for n in range(len(cells) + 1)], dtype=np.int16)
        too_few &= (n_asked == 0) | (n_answered < needed[n_asked])
    return too_few


def _repeated_rows(
    raw: RawExport, counted: pd.Series, digests: pd.Series
) -> tuple[pd.Series, list[Problem]]:
    """Rows equal in every cell to an earlier one with their id; problems where cells differ."""
    ids = raw.record["response_id"]
    if digests.is_unique:
        return pd.Series(False, index=ids.index), []
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
