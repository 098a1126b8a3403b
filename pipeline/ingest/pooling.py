"""From survey exports to the pooled answers of a study, with the account of everything in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.ingest.answers import TypedAnswers, type_answers
from pipeline.ingest.codebook import outcome_names
from pipeline.ingest.ledger import account_cells, account_columns, account_rows, check_ledger
from pipeline.ingest.open_answers import account_open_answers, check_open_answers, open_answers
from pipeline.ingest.opening import Opened, listed_twice, open_all
from pipeline.ingest.raw import RawExport
from pipeline.ingest.rows import exclude_after_reading, no_row_left, respondent_keys
from pipeline.ingest.sites import (
    SiteList,
    resolve_sites,
    site_context_frame,
    sites_frame,
    sites_from_spellings,
)
from pipeline.ingest.source import ExportSource, ScreeningRules
from pipeline.instrument import Instrument
from pipeline.problems import InputError, Problem, refuse_if_any
from pipeline.tables import (
    LEDGER_CELLS,
    LEDGER_COLUMNS,
    LEDGER_ROWS,
    MISSING,
    OPEN_ANSWERS,
    SCREENING,
    SITE_CONTEXT,
    SITES,
    Table,
    conform,
    responses_table,
)


@dataclass(frozen=True, slots=True)
class Ingested:
    """The answers of a study and their account; each frame keeps the contract of its table."""

    responses: pd.DataFrame
    missing: pd.DataFrame
    sites: pd.DataFrame
    site_context: pd.DataFrame
    ledger_rows: pd.DataFrame
    ledger_cells: pd.DataFrame
    ledger_columns: pd.DataFrame
    screening: pd.DataFrame
    open_answers: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Accounted:
    """The tables of one export."""

    n_read: int
    responses: pd.DataFrame
    missing: pd.DataFrame
    screening: pd.DataFrame
    rows: pd.DataFrame
    cells: pd.DataFrame
    columns: pd.DataFrame
    open_answers: pd.DataFrame
    open_cells: pd.DataFrame


def ingest_exports(
    sources: Sequence[ExportSource],
    instrument: Instrument,
    site_list: SiteList | None,
    wave: str,
    rules: ScreeningRules,
) -> Ingested:
    """The typed answers of every export, and what became of every row, cell and column.

    Parameters
    ----------
    sources : sequence of ExportSource
        The exports of one survey round.
    instrument : Instrument
        The questionnaire in the form that was asked.
    site_list : SiteList, optional
        The sites; without it every way of writing a site that differs by more than case, spaces
        and punctuation is one.
    wave : str
        Label of the survey round.
    rules : ScreeningRules
        When a respondent counts as careless.

    Raises
    ------
    InputError
        With every problem of every file.
    LedgerError
        If the account does not add up.
    """
    problems = listed_twice(sources)
    opened = open_all(sources, instrument, problems)
    known = site_list if site_list is not None else _sites_in(opened)
    parts = _account_all(opened, known, instrument, rules, problems)
    refuse_if_any(problems)
    refuse_if_any(_nothing_left(parts))
    return _pooled(parts, known, instrument, wave)


def _sites_in(opened: Sequence[Opened]) -> SiteList:
    """The sites of the rows that may be analysed."""
    names = [export.site_names[export.reasons.isna()] for export in opened]
    return sites_from_spellings(name for series in names for name in series.unique())


def _account_all(
    opened: Sequence[Opened],
    sites: SiteList,
    instrument: Instrument,
    rules: ScreeningRules,
    problems: list[Problem],
) -> list[_Accounted]:
    """The tables of every export without problems; adds the problems of the others."""
    parts = []
    for export in opened:
        ids, unlisted = _site_ids(export, sites)
        problems.extend(unlisted)
        try:
            rows = _rows_to_read(export)
            typed = type_answers(export.raw, export.matching, rows, instrument, export.names)
        except InputError as error:
            problems.extend(error.problems)
            continue
        if not unlisted:
            parts.append(_account(export, typed, ids, instrument, rules))
    return parts


def _rows_to_read(export: Opened) -> pd.Index:
    return export.reasons.index[export.reasons.isna()]


def _site_ids(export: Opened, sites: SiteList) -> tuple[pd.Series, list[Problem]]:
    """Site of every row; a site that is not listed matters only where the row counts."""
    counted = export.reasons.isna()
    column = export.site_heading
    ids, problems = resolve_sites(export.site_names[counted], sites, export.raw.file, column)
    others, _ = resolve_sites(export.site_names[~counted], sites, export.raw.file, column)
    return pd.concat([ids, others]).reindex(export.site_names.index), problems


def _account(
    export: Opened,
    typed: TypedAnswers,
    sites: pd.Series,
    instrument: Instrument,
    rules: ScreeningRules,
) -> _Accounted:
    raw = export.raw
    people = _respondents(raw, typed, sites, instrument)
    reasons, signs = exclude_after_reading(raw, typed, export.reasons, instrument, rules)
    analysed = reasons.loc[typed.rows].isna()
    names = outcome_names(instrument)
    return _Accounted(
        n_read=len(raw.cells),
        responses=people[analysed],
        missing=_reasons_of_blanks(typed, people["respondent"], analysed, names),
        screening=people.loc[signs.index, ["respondent", "site"]].join(signs),
        rows=account_rows(raw, sites, reasons),
        cells=account_cells(raw, typed, analysed, names),
        columns=account_columns(raw, export.matching),
        open_answers=open_answers(raw, export.matching, sites, typed.rows[analysed]),
        open_cells=account_open_answers(raw, export.matching, typed.rows[analysed]),
    )


def _respondents(
    raw: RawExport, typed: TypedAnswers, sites: pd.Series, instrument: Instrument
) -> pd.DataFrame:
    """Every row that was read, as in the table of responses but for the wave."""
    answers = pd.DataFrame(typed.values, index=typed.rows, columns=list(typed.columns))
    record = raw.record.loc[typed.rows, ["language", "finished", "seconds"]]
    described = pd.DataFrame(
        {
            "respondent": respondent_keys(raw, typed.rows),
            "site": sites.loc[typed.rows],
            "group": _groups(answers, instrument),
            "export": raw.file,
        },
        index=typed.rows,
    )
    return pd.concat([described, record, answers], axis=1)


def _groups(answers: pd.DataFrame, instrument: Instrument) -> pd.Series:
    if instrument.grouping is None:
        return pd.Series(pd.NA, index=answers.index, dtype="string")
    group_of = instrument.grouping.group_of()
    return answers[instrument.grouping.question].map(group_of).astype("string")


def _reasons_of_blanks(
    typed: TypedAnswers, respondents: pd.Series, analysed: pd.Series, names: Sequence[str]
) -> pd.DataFrame:
    """A row for every cell of an analysed respondent that holds no answer."""
    kept = analysed.to_numpy(dtype=bool)
    outcomes = typed.outcomes[kept]
    rows, places = outcomes.nonzero()
    return pd.DataFrame(
        {
            "respondent": respondents[kept].to_numpy()[rows],
            "column": pd.array(typed.columns, dtype="string")[places],
            "reason": pd.array(names, dtype="string")[outcomes[rows, places]],
        }
    )


def _nothing_left(parts: Sequence[_Accounted]) -> list[Problem]:
    """A problem for every export when not one row of the whole study can be analysed."""
    if any(len(part.responses) for part in parts):
        return []
    return [no_row_left(str(part.rows["export"].iloc[0]), part.rows["reason"]) for part in parts]


def _pooled(
    parts: Sequence[_Accounted], sites: SiteList, instrument: Instrument, wave: str
) -> Ingested:
    """The tables of all exports together, in an order that no row order can change."""
    people = pd.concat([part.responses for part in parts]).assign(wave=wave)
    order = {name: place for place, name in enumerate(instrument.answer_columns)}
    missing = pd.concat([part.missing for part in parts])
    missing = missing.iloc[missing["column"].map(order).argsort(kind="stable")]
    cells = [part.cells for part in parts]
    open_cells = [part.open_cells for part in parts]
    pooled = Ingested(
        responses=_ordered(people, ["respondent"], responses_table(instrument)),
        missing=_ordered(missing, ["respondent"], MISSING),
        sites=conform(sites_frame(sites), SITES),
        site_context=conform(site_context_frame(sites), SITE_CONTEXT),
        ledger_rows=_ordered(
            pd.concat([part.rows for part in parts]), ["export", "row"], LEDGER_ROWS
        ),
        ledger_cells=_ordered(pd.concat([*cells, *open_cells]), ["export"], LEDGER_CELLS),
        ledger_columns=_ordered(
            pd.concat([part.columns for part in parts]), ["export", "position"], LEDGER_COLUMNS
        ),
        screening=_ordered(
            pd.concat([part.screening for part in parts]), ["respondent"], SCREENING
        ),
        open_answers=_ordered(
            pd.concat([part.open_answers for part in parts]).assign(wave=wave),
            ["site", "wave", "question", "text"],
            OPEN_ANSWERS,
        ),
    )
    _check(pooled, {str(part.rows["export"].iloc[0]): part.n_read for part in parts}, instrument)
    return pooled


def _check(pooled: Ingested, rows_read: Mapping[str, int], instrument: Instrument) -> None:
    """Check that rows, cells and open answers add up."""
    numbers = pooled.ledger_cells["column"].isin(instrument.answer_columns)
    check_ledger(
        rows_read,
        instrument.answer_columns,
        pooled.ledger_rows,
        pooled.ledger_cells[numbers],
        pooled.responses,
        pooled.missing,
    )
    booked = pooled.ledger_cells[~numbers]
    check_open_answers(rows_read, pooled.ledger_columns, booked, len(pooled.open_answers))


def _ordered(frame: pd.DataFrame, by: Sequence[str], table: Table) -> pd.DataFrame:
    return conform(frame.sort_values(list(by), kind="stable"), table)
