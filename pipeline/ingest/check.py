"""A look at one export before a study is run: what is in it, and what has to be mended."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from pipeline.ingest.answers import (
    RefusedCells,
    may_be_shown,
    read_answers,
    refusal_problems,
)
from pipeline.ingest.detect import platform_of
from pipeline.ingest.findings import (
    ColumnsFound,
    ExportCheck,
    OutsideScale,
    RowsFound,
    SitesFound,
)
from pipeline.ingest.forms import fitting_forms
from pipeline.ingest.ledger import LONGEST_OF_AN_ANSWER, account_columns
from pipeline.ingest.match import AnswerNames, Matching, find_columns, looks_personal
from pipeline.ingest.name_map import NameMap, read_name_map
from pipeline.ingest.opening import Opened, opened, read_raw
from pipeline.ingest.pool import Part, pool_answers
from pipeline.ingest.pooling import without_careless
from pipeline.ingest.raw import ExportColumn, Platform, RawExport, translate
from pipeline.ingest.read_file import read_sheet
from pipeline.ingest.rows import no_row_left
from pipeline.ingest.screening import ScreeningRules
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.showing import shortened, shown_heading
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import may_identify, one_line, without_invisible, wording_key
from pipeline.instrument import Instrument
from pipeline.problems import InputError

MOST_EXAMPLES = 3
THIS_WAVE = "this survey round"
MOST_ODD = 1 / 3
"""With more item columns missing, or asked by other forms only, the form may be another."""
OTHER_FORM = "other_form"
ROWS_A_SITE = 2
"""With fewer rows a site than this the column may tell people apart; spellings are not shown."""
NOT_TOLD, OTHER_LANGUAGE = "not told", "other"
_LANGUAGE = re.compile(r"[a-z]{2,3}([-_][a-z0-9]{2,8}){0,2}")


def check_export(source: ExportSource, instrument: Instrument, whole: Instrument) -> ExportCheck:
    """What is in an export, and everything the pipeline would refuse it for.

    Parameters
    ----------
    source : ExportSource
        The export and what goes with it.
    instrument : Instrument
        The questionnaire in the form that was asked.
    whole : Instrument
        The questionnaire with all its forms, to tell which of them fits.
    """
    known = ExportCheck(source.name)
    try:
        sheet = read_sheet(source.file, source.encoding)
        platform = platform_of(sheet, source)
        signs = _signs(platform, sheet, source)
        known = replace(known, platform=platform.name, signs=signs)
        raw = read_raw(platform, sheet, source)
        names = None if source.name_map is None else read_name_map(source.name_map, instrument)
    except InputError as error:
        return replace(known, problems=error.problems)
    return replace(check_raw(platform, raw, source, instrument, whole, names), signs=signs)


def check_raw(
    platform: Platform,
    raw: RawExport,
    source: ExportSource,
    instrument: Instrument,
    whole: Instrument,
    names: NameMap | None = None,
) -> ExportCheck:
    """As :func:`check_export`, for rows that are read already."""
    matching, problems = find_columns(raw, instrument, source, names)
    export = opened(platform, raw, names, matching, source, THIS_WAVE)
    reasons = export.reasons
    counted = reasons.index[reasons.isna()]
    typed, refused, recoded = read_answers(export.raw, matching, counted, instrument, source, names)
    problems = [
        *problems,
        *export.problems,
        *recoded,
        *refusal_problems(raw.file, refused),
    ]
    told = reasons
    if not problems:
        part = Part(export, export.site_names, 0)
        pooled = pool_answers([part], [typed], instrument)
        decided, _ = without_careless(pooled, instrument, ScreeningRules())
        told = decided.reasons_of(part)
        problems = [] if told.isna().any() else [no_row_left(raw.file, told)]
    return ExportCheck(
        file=raw.file,
        platform=raw.platform,
        layout=raw.layout,
        notes=raw.notes,
        form="" if names is None else names.form,
        version="" if names is None else names.version,
        read_with="" if names is None else instrument.version,
        rows=_rows(export, told, not problems),
        columns=_columns(raw, matching, instrument, whole, source, names),
        sites=_sites(raw, matching, source, export.site_names.loc[counted]),
        outside=tuple(_outside(refused)),
        problems=tuple(problems),
    )


def _signs(platform: Platform, sheet: Sheet, source: ExportSource) -> tuple[str, ...]:
    named = source.platform is not None
    mapped = not named and source.mapping is not None
    chosen = ("named by you",) if named else ("a mapping file is given",) if mapped else ()
    return (*chosen, *platform.signature(sheet).reasons)


def _rows(export: Opened, after: pd.Series, is_ready: bool) -> RowsFound:
    """`after` says why responses are left out once their answers are read."""
    raw, before = export.raw, export.reasons
    counted = before.isna()
    record = raw.record[counted]
    finished, days = record["finished"], record["day"].dropna()
    ids = raw.record["response_id"]
    shared = ids[counted | (before == "NO_SITE")].dropna()
    return RowsFound(
        n_rows=export.n_rows,
        n_joined=len(export.joined),
        reasons={str(reason): int(n) for reason, n in after.value_counts().items()},
        n_unfinished=None if finished.isna().all() else int((~finished.fillna(True)).sum()),
        n_shared_ids=int(shared[shared.duplicated()].nunique()),
        n_equal_without_id=int(raw.cells[counted & ids.isna()].duplicated().sum()),
        languages=_languages(record["language"]),
        days=(str(days.min()), str(days.max())) if len(days) else None,
        n_analysed=int(after.isna().sum()) if is_ready else None,
    )


def _languages(codes: pd.Series) -> dict[str, int]:
    """Rows of each language, most first; whatever is no code of a language is not repeated."""
    counts = Counter(
        NOT_TOLD if pd.isna(code) else code if _LANGUAGE.fullmatch(code) else OTHER_LANGUAGE
        for code in codes
    )
    if set(counts) <= {NOT_TOLD}:
        return {}
    return dict(sorted(counts.items(), key=lambda counted: (-counted[1], counted[0])))


def _columns(
    raw: RawExport,
    matching: Matching,
    instrument: Instrument,
    whole: Instrument,
    source: ExportSource,
    names: NameMap | None,
) -> ColumnsFound:
    asked = [item for item in instrument.items if names is None or item in names.columns]
    missing = tuple(item for item in asked if item not in matching.answers)
    used = _by_use(raw, matching, source, AnswerNames.of(whole))
    odd = max(len(missing), len(used[OTHER_FORM])) > MOST_ODD * len(asked)
    named = [column for column in used["dropped_personal"] if looks_personal(column)]
    has_headings = bool(matching.answers)
    return ColumnsFound(
        n_questions=len(raw.questions),
        n_worded=len(matching.worded),
        n_items=len(asked),
        missing=missing,
        n_not_mapped=len(instrument.items) - len(asked),
        forms=tuple(fitting_forms(_named(raw, whole), whole)) if odd and names is None else (),
        n_other_form=len(used[OTHER_FORM]),
        unknown=_headings(used["dropped"]) if has_headings else None,
        personal=_headings(named) if has_headings else None,
        n_like_text=len(used["dropped_personal"]) - len(named),
        n_open=len(matching.open_answers),
    )


def _by_use(
    raw: RawExport, matching: Matching, source: ExportSource, whole: AnswerNames
) -> Mapping[str, list[ExportColumn]]:
    """The columns by what the pipeline would use them for; those of other forms are apart."""
    columns: dict[str, list[ExportColumn]] = defaultdict(list)
    for column, use in zip(raw.columns, account_columns(raw, matching, source)["use"], strict=True):
        dropped = str(use).startswith("dropped")
        known = dropped and whole.answer_column(column.code, column.subcode) is not None
        columns[OTHER_FORM if known else str(use)].append(column)
    return columns


def _headings(columns: Sequence[ExportColumn]) -> tuple[str, ...]:
    return tuple(shown_heading(column) for column in columns)


def _named(raw: RawExport, whole: Instrument) -> set[str]:
    """Answer columns that the codes of an export name."""
    known = AnswerNames.of(whole)
    named = (known.answer_column(column.code, column.subcode) for column in raw.columns)
    return {name for name in named if name is not None}


def _sites(
    raw: RawExport, matching: Matching, source: ExportSource, names: pd.Series
) -> SitesFound | None:
    """The sites of the rows that count; None where the column that tells them is not there."""
    if matching.site is None:
        return None if source.site_column else SitesFound(None, (len(names),), (), 0)
    column = raw.columns[matching.site - 1]
    sizes = translate(names, wording_key, "string").value_counts().sort_values().to_list()
    spellings = sorted({one_line(str(name)) for name in names})
    hidden = len(names) < ROWS_A_SITE * len(sizes) or looks_personal(column)
    shown = () if hidden else tuple(name for name in spellings if not _may_be_personal(name))
    return SitesFound(
        heading=shown_heading(column),
        sizes=tuple(int(size) for size in sizes),
        spellings=shown,
        n_hidden=len(spellings) - len(shown),
    )


def _may_be_personal(text: str) -> bool:
    return len(text) > LONGEST_OF_AN_ANSWER or may_identify(text)


def _outside(refused: Sequence[RefusedCells]) -> Iterator[OutsideScale]:
    """Columns with the same fault together; boxes that share a column are told once."""
    by_fault: dict[tuple[str, tuple[str, ...]], list[tuple[str, int]]] = defaultdict(list)
    for column in {column.position: column for column in refused}.values():
        fault = column.allowed, _examples(column.cells)
        by_fault[fault].append((shortened(one_line(column.column)), len(column.cells)))
    for (allowed, examples), columns in by_fault.items():
        yield OutsideScale(tuple(columns), allowed, examples)


def _examples(cells: pd.Series) -> tuple[str, ...]:
    if not may_be_shown(cells):
        return ()
    return tuple(sorted({without_invisible(str(text)) for text in cells})[:MOST_EXAMPLES])
