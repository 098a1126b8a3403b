"""From survey exports to the pooled answers of a study, with the account of everything in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.ingest.codebook import ANSWERED, outcome_names
from pipeline.ingest.ledger import (
    RowsRead,
    account_cells,
    account_columns,
    account_rows,
    check_ledger,
)
from pipeline.ingest.open_answers import account_open_answers, check_open_answers, open_answers
from pipeline.ingest.pool import PASSED, Part, Pooled, pool_exports
from pipeline.ingest.rows import no_row_left
from pipeline.ingest.screening import ScreeningRules, describe_items, screen
from pipeline.ingest.sites import SiteList, invited_frame, site_context_frame, sites_frame
from pipeline.ingest.source import ExportSource, SamePerson
from pipeline.instrument import Instrument
from pipeline.problems import Problem, refuse_if_any
from pipeline.tables import (
    INVITED,
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
    set_aside: pd.DataFrame
    missing: pd.DataFrame
    sites: pd.DataFrame
    invited: pd.DataFrame
    site_context: pd.DataFrame
    ledger_rows: pd.DataFrame
    ledger_cells: pd.DataFrame
    ledger_columns: pd.DataFrame
    screening: pd.DataFrame
    open_answers: pd.DataFrame


def ingest_exports(
    sources: Sequence[ExportSource],
    instrument: Instrument,
    site_list: SiteList | None,
    wave: str,
    rules: ScreeningRules,
    rule: SamePerson = "most_answers",
    secret: bytes = b"",
) -> Ingested:
    """The typed answers of every export, and what became of every row, cell and column.

    Parameters
    ----------
    sources : sequence of ExportSource
        The exports of a study.
    instrument : Instrument
        The questionnaire in the form that is analysed.
    site_list : SiteList, optional
        The sites; without it every way of writing a site that differs by more than case, spaces
        and punctuation is one.
    wave : str
        Label of the survey round of exports that do not tell theirs.
    rules : ScreeningRules
        When a respondent counts as careless.
    rule : {"most_answers", "first", "last"}
        Which response counts when one person gave several in a survey round and site.
    secret : bytes
        With which keys of persons are hashed.

    Raises
    ------
    InputError
        With every problem of every file.
    LedgerError
        If the account does not add up.
    """
    pooled, sites = pool_exports(sources, instrument, site_list, wave, rule, secret)
    decided, signs = without_careless(pooled, instrument, rules)
    if not decided.reasons.isna().any():
        refuse_if_any([_nothing_left(part, decided) for part in decided.parts])
    return _accounted(decided, signs, sites, instrument)


def without_careless(
    pooled: Pooled, instrument: Instrument, rules: ScreeningRules
) -> tuple[Pooled, pd.DataFrame]:
    """The responses without careless ones, and the signs of every one that counted before."""
    counted = pooled.reasons.isna()
    answers = pd.concat([pooled.answers(list(instrument.items)), pooled.attention], axis=1)
    people = pooled.people[counted]
    signs = screen(
        answers[counted],
        people["seconds"],
        people["site"],
        describe_items(instrument),
        replace(rules, attention_checks=dict.fromkeys(pooled.attention.columns, PASSED)),
    )
    signs = signs.assign(reasons=signs["reasons"].mask(signs["reasons"] == ""))
    careless = pd.Series(False, index=pooled.people.index)
    careless.loc[signs.index[signs["excluded"]]] = True
    return pooled.excluding(careless, "CARELESS"), signs


def _nothing_left(part: Part, pooled: Pooled) -> Problem:
    return no_row_left(part.opened.raw.file, pooled.reasons_of(part))


def _accounted(
    pooled: Pooled, signs: pd.DataFrame, sites: SiteList, instrument: Instrument
) -> Ingested:
    """The tables of all exports together, in an order that no row order can change."""
    reasons = [(part, pooled.reasons_of(part)) for part in pooled.parts]
    opened = [part.opened for part in pooled.parts]
    responses = _responses(pooled, pooled.reasons.isna(), instrument)
    screening = pooled.people.loc[signs.index, ["respondent", "site", "wave"]].join(signs)
    cells = [_cells(part, pooled, instrument) for part in pooled.parts]
    open_cells = [
        account_open_answers(part.opened, told.index[told.isna()]) for part, told in reasons
    ]
    texts = [
        open_answers(part.opened, part.sites, told.index[told.isna()]) for part, told in reasons
    ]
    rows = [account_rows(part.opened, part.sites, told) for part, told in reasons]
    columns = [account_columns(export.raw, export.matching, export.source) for export in opened]
    ingested = Ingested(
        responses=responses,
        set_aside=_responses(pooled, pooled.reasons == "CARELESS", instrument),
        missing=_missing(pooled, instrument),
        sites=conform(sites_frame(sites), SITES),
        invited=conform(invited_frame(sites), INVITED),
        site_context=conform(site_context_frame(sites), SITE_CONTEXT),
        ledger_rows=_ordered(rows, ["export", "row"], LEDGER_ROWS),
        ledger_cells=_ordered([*cells, *open_cells], ["export"], LEDGER_CELLS),
        ledger_columns=_ordered(columns, ["export", "position"], LEDGER_COLUMNS),
        screening=_ordered([screening], ["respondent"], SCREENING),
        open_answers=_ordered(texts, ["site", "wave", "question", "text"], OPEN_ANSWERS),
    )
    read = {
        export.raw.file: RowsRead(export.n_rows, len(export.joined), len(export.raw.columns))
        for export in opened
    }
    _check(ingested, read, instrument)
    return ingested


def _responses(pooled: Pooled, wanted: pd.Series, instrument: Instrument) -> pd.DataFrame:
    """Some of the responses with their answers, ordered by their keys."""
    places = _in_order(pooled, wanted)
    people = pooled.people.drop(columns=["digest", "row", "response", "day"]).iloc[places]
    answers = {
        name: pd.arrays.IntegerArray(pooled.values[places, place].astype(np.int32), ~given)
        for place, name in enumerate(pooled.columns)
        for given in [pooled.outcomes[places, place] == ANSWERED]
    }
    whole = pd.concat([people.reset_index(drop=True), pd.DataFrame(answers, copy=False)], axis=1)
    return conform(whole, responses_table(instrument))


def _in_order(pooled: Pooled, wanted: pd.Series) -> NDArray[np.int64]:
    """Places of some responses, ordered by their keys."""
    places = np.flatnonzero(wanted.to_numpy(dtype=bool, na_value=False))
    return places[np.argsort(pooled.people["digest"].to_numpy()[places], kind="stable")]


def _missing(pooled: Pooled, instrument: Instrument) -> pd.DataFrame:
    """A row for every cell of an analysed respondent that holds no answer."""
    order = _in_order(pooled, pooled.reasons.isna())
    outcomes = pooled.outcomes[order]
    rows, places = outcomes.nonzero()
    reasons = outcomes[rows, places]
    keys = pooled.people["respondent"].iloc[order].array
    frame = pd.DataFrame(
        {
            "respondent": keys.take(rows),
            "column": pd.array(pooled.columns, dtype="string").take(places),
            "reason": pd.array(outcome_names(instrument), dtype="string").take(reasons),
        },
        copy=False,
    )
    return conform(frame, MISSING)


def _cells(part: Part, pooled: Pooled, instrument: Instrument) -> pd.DataFrame:
    """What became of the answer cells of an export."""
    export = part.opened
    here = slice(part.start, part.start + int(export.reasons.isna().sum()))
    kept = pooled.outcomes[here][pooled.reasons.iloc[here].isna().to_numpy(dtype=bool)]
    return account_cells(export, pooled.columns, kept, outcome_names(instrument))


def _check(ingested: Ingested, read: Mapping[str, RowsRead], instrument: Instrument) -> None:
    """Check that rows, cells and open answers add up."""
    numbers = ingested.ledger_cells["column"].isin(instrument.answer_columns)
    check_ledger(
        read,
        instrument.answer_columns,
        ingested.ledger_rows,
        ingested.ledger_cells[numbers],
        ingested.ledger_columns,
        ingested.responses,
        ingested.missing,
    )
    booked = ingested.ledger_cells[~numbers]
    check_open_answers(read, ingested.ledger_columns, booked, len(ingested.open_answers))


def _ordered(frames: Sequence[pd.DataFrame], by: Sequence[str], table: Table) -> pd.DataFrame:
    return conform(pd.concat(frames).sort_values(list(by), kind="stable"), table)
