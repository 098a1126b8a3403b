"""Records that span rows: events and repeated forms of one person put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.ingest.match import Matching
from pipeline.ingest.raw import NO_WORDS, RawExport, translate
from pipeline.ingest.wording import one_line, wording_key
from pipeline.problems import Problem

MOST_PROBLEMS = 5
BETWEEN = "\x1f"
"""Parts the form from the number of a repetition in what a platform tells about a row."""


@dataclass(frozen=True, slots=True)
class JoinedRows:
    """The responses of an export, each in one row.

    Attributes
    ----------
    raw : RawExport
        With one row for each response: the first one of its record that holds an answer.
    joined : Index
        The other rows of the same records; what they hold is now in the first one.
    waves : Series
        Survey round of every row, those that were joined as well.
    """

    raw: RawExport
    joined: pd.Index
    waves: pd.Series


def join_rows(
    raw: RawExport, matching: Matching, wave: str, occasions: Mapping[str, str]
) -> tuple[JoinedRows, list[Problem]]:
    """One row for each response of each record.

    A response is what a record holds for one survey round and, where the questionnaire is in a
    repeated form, for one repetition. What rows of the record without an answer of their own hold,
    such as the site or the role, is filled in where the row of the response is blank.

    Parameters
    ----------
    raw : RawExport
        The export.
    matching : Matching
        Which columns hold answers.
    wave : str
        Survey round of the export.
    occasions : mapping
        Survey round by occasion, for exports that hold several of them.

    Returns
    -------
    joined : JoinedRows
        The responses.
    problems : list of Problem
        Occasions that are not known, records that were answered on several occasions of which
        nobody says which survey round they are, and cells of one response that differ.
    """
    told = raw.record["occasion"]
    waves = pd.Series(wave, index=told.index, dtype="string")
    if occasions:
        waves = told.map(dict(occasions)).astype("string").fillna(wave)
    problems = _occasion_problems(raw, occasions)
    record = raw.record["record"]
    if record.isna().all() or not record.duplicated().any():
        return JoinedRows(raw, raw.cells.index[:0], waves), problems
    answers = _answers(raw, matching)
    belonging = _belonging(raw, waves, answers)
    together = _together(raw, belonging, answers)
    problems += _differing(raw, belonging, answers, bool(occasions))
    kept = together.cells.index
    return JoinedRows(together, raw.cells.index.difference(kept), waves), problems


def _occasion_problems(raw: RawExport, occasions: Mapping[str, str]) -> list[Problem]:
    """Occasions that the study names and the export does not have."""
    known = set(raw.record["occasion"].dropna())
    cure = "the export has no such occasion; it has {}"
    there = ", ".join(sorted(map(one_line, known))) or "none at all"
    return [
        Problem(raw.file, cure.format(there), column=f"occasions.{name}")
        for name in occasions
        if name not in known
    ]


def _answers(raw: RawExport, matching: Matching) -> pd.DataFrame:
    """The text of every answer cell; missing where it is blank, or an empty box to tick."""
    positions = sorted({*matching.answers.values(), *matching.open_answers.values()})
    ticks = {position for position in positions if _is_tick(raw.cells[position])}
    return pd.DataFrame(
        {
            position: translate(
                raw.cells[position], _ticked if position in ticks else _written, "string"
            )
            for position in positions
        },
        index=raw.cells.index,
    )


def _is_tick(cells: pd.Series) -> bool:
    """Whether a column says yes or no only, so that its *no* may mean that nobody asked."""
    texts = {wording_key(str(text)) for text in cells.cat.categories}
    return "0" in texts and texts <= {"", "1", *NO_WORDS, "yes", "checked"}


def _written(text: str) -> object:
    return text if wording_key(text) else pd.NA


def _ticked(text: str) -> object:
    return text if wording_key(text) not in {"", *NO_WORDS} else pd.NA


@dataclass(frozen=True, slots=True)
class _Belonging:
    """Which record and survey round, and which response in it, each row belongs to."""

    base: pd.Series
    response: pd.Series

    @property
    def in_base(self) -> pd.Series:
        """Rows that belong to their record as a whole, not to one repetition."""
        return self.response == self.base

    @property
    def repeated(self) -> set[str]:
        """Records with repetitions that hold answers."""
        return set(self.base[~self.in_base])


def _belonging(raw: RawExport, waves: pd.Series, answers: pd.DataFrame) -> _Belonging:
    answered = answers.notna().any(axis=1)
    number = raw.record["instance"].str.split(BETWEEN, regex=False).str[-1].fillna("")
    base = raw.record["record"].fillna("") + BETWEEN + waves
    response = base.where(~answered | (number == ""), base + BETWEEN + number)
    return _Belonging(base, response)


def _together(raw: RawExport, belonging: _Belonging, answers: pd.DataFrame) -> RawExport:
    """The rows of each response in one, with what the rest of its record tells filled in."""
    response, base = belonging.response, belonging.base
    late = answers.isna().all(axis=1).to_numpy()
    kept = ~(belonging.in_base & base.isin(belonging.repeated)).to_numpy()
    order = np.lexsort((raw.cells.index.to_numpy(), late))
    ranked = response.iloc[order]
    leads = ranked[kept[order]].drop_duplicates().index.sort_values()
    columns = {
        position: _filled(raw.cells[position].iloc[order], ranked, base.iloc[order], leads)
        for position in raw.cells.columns
    }
    cells = pd.DataFrame(columns, index=leads)
    return replace(raw, cells=cells, record=raw.record.loc[leads])


def _filled(cells: pd.Series, response: pd.Series, base: pd.Series, leads: pd.Index) -> pd.Series:
    """The first text of each response in a column, else that of its record, else what is there."""
    told = translate(cells, _ticked if _is_tick(cells) else _written, "string").dropna()
    of_response = told.groupby(response.loc[told.index]).first()
    whole = told[response.loc[told.index] == base.loc[told.index]]
    of_record = whole.groupby(base.loc[whole.index]).first()
    found = response.loc[leads].map(of_response).astype("string")
    found = found.fillna(base.loc[leads].map(of_record).astype("string"))
    return found.fillna(cells.loc[leads].astype("string")).astype(object).astype("category")


def _differing(
    raw: RawExport, belonging: _Belonging, answers: pd.DataFrame, has_occasions: bool
) -> list[Problem]:
    """Columns in which a response, or a response and its record, hold two different answers."""
    found: list[Problem] = []
    for position in map(int, answers.columns):
        rows = _rows_that_differ(answers[position].dropna(), belonging)
        if len(rows):
            cure = _cure(rows, raw.record["occasion"], has_occasions)
            found.append(Problem(raw.file, cure, int(rows[1]), _heading(raw, position)))
    more = len(found) - MOST_PROBLEMS
    if more > 0:
        told = Problem(raw.file, f"{more} more columns differ within one record")
        return [*found[:MOST_PROBLEMS], told]
    return found


def _rows_that_differ(told: pd.Series, belonging: _Belonging) -> list[int]:
    """The rows of the first response whose texts are not all one and the same."""
    response, base = belonging.response.loc[told.index], belonging.base.loc[told.index]
    whole = told[response == base]
    of_record = base.map(whole.groupby(base.loc[whole.index]).first()).astype("string")
    first = told.groupby(response).transform("first")
    differs = (told != first) | (told != of_record.fillna(told))
    if not differs.any():
        return []
    place = told.index[differs][0]
    same = base.index[base == base.loc[place]]
    other = next(row for row in same if told.loc[row] != told.loc[place])
    return sorted([int(other), int(place)])


def _cure(rows: Sequence[int], told: pd.Series, has_occasions: bool) -> str:
    known = sorted(map(one_line, told.loc[list(rows)].dropna().unique()))
    if len(known) > 1 and not has_occasions:
        named = ", ".join(f"{name}: ..." for name in known)
        return (
            f"answered on several occasions of one record ({', '.join(known)}); write under "
            f"`occasions: {{{named}}}` of this export which survey round each of them is"
        )
    return (
        f"rows {rows[0]} and {rows[1]} of one record hold different answers to this question; "
        "keep one of them"
    )


def _heading(raw: RawExport, position: int) -> str:
    return one_line(raw.columns[position - 1].heading)
