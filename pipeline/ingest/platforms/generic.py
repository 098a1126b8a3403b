"""Any table of answers, with a mapping file that says which heading is which answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.ingest.mapping import read_mapping
from pipeline.ingest.moments import days_of, is_ambiguous
from pipeline.ingest.raw import (
    NO_WORDS,
    YES_WORDS,
    ExportColumn,
    Platform,
    RawExport,
    RecordKind,
    Signature,
    cells_below,
    language_code,
    record_of,
    seconds_in,
    signature_of,
    text_or_missing,
    translate,
    yes_or_no,
)
from pipeline.ingest.sheet import Sheet, Variable
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import did_you_mean, without_invisible, wording_key
from pipeline.problems import Problem, refuse_if_any

RECORD_KEYS = ("respondent", "finished", "seconds", "language", "date")


def signature(sheet: Sheet) -> Signature:
    """Nothing marks such a file; the study names it or gives a mapping."""
    return signature_of()


def read(sheet: Sheet, source: ExportSource) -> RawExport:
    """The rows of any file; without a mapping its headings are codes or question texts.

    Raises
    ------
    InputError
        If the mapping is not valid or does not fit the file, or the file has no rows of answers.
    """
    mapping = {} if source.mapping is None else read_mapping(source.mapping)
    refuse_if_any(list(_heading_problems(sheet, mapping)))
    cells = cells_below(sheet, mapping.get("heading_rows", 1))
    record_cells = {
        key: cells[_position(sheet, mapping[key])] for key in RECORD_KEYS if key in mapping
    }
    refuse_if_any(
        [
            *_finished_problems(sheet, mapping, record_cells),
            *_date_problems(sheet, mapping, record_cells),
        ]
    )
    return RawExport(
        file=sheet.file,
        platform="generic",
        columns=_columns(sheet, mapping),
        cells=cells,
        record=_record(cells.index, record_cells),
        layout=_layout(sheet, mapping),
        blank_texts=_texts(mapping, "blank"),
        seen_texts=_texts(mapping, "seen"),
        tick_separator=mapping.get("ticks"),
        promised={
            answer: _position(sheet, heading)
            for answer, heading in mapping.get("columns", {}).items()
        },
        notes=_notes(mapping, record_cells),
    )


def _position(sheet: Sheet, heading: str) -> int:
    return sheet.headings.index(without_invisible(heading)) + 1


def _texts(mapping: Mapping[str, Any], key: str) -> frozenset[str]:
    return frozenset(str(text) for text in mapping.get(key, ()))


def _columns(sheet: Sheet, mapping: Mapping[str, Any]) -> tuple[ExportColumn, ...]:
    answers = {
        without_invisible(heading): answer for answer, heading in mapping.get("columns", {}).items()
    }
    records = {without_invisible(mapping[key]) for key in RECORD_KEYS if key in mapping}
    below = [sheet.row(number) for number in range(1, mapping.get("heading_rows", 1))]
    return tuple(
        ExportColumn(place + 1, heading, is_record=True)
        if heading in records
        else _asked(sheet, place, answers, [row[place] for row in below])
        for place, heading in enumerate(sheet.headings)
    )


def _asked(
    sheet: Sheet, place: int, answers: Mapping[str, str], headings_below: list[str]
) -> ExportColumn:
    """A column that may hold answers, with what the file says about it."""
    heading = sheet.headings[place]
    variable = sheet.variables[place] if sheet.variables else Variable()
    wordings = (variable.label, *headings_below, heading)
    return ExportColumn(
        position=place + 1,
        heading=heading,
        code=_code(heading, answers),
        other_names=(answers[heading],) if heading in answers else (),
        question=tuple(dict.fromkeys(text for text in map(without_invisible, wordings) if text)),
        labels={text: (label,) for text, label in variable.labels.items()},
    )


def _code(heading: str, answers: Mapping[str, str]) -> str:
    """The answer column the mapping gives to a heading, or the heading itself.

    A heading that is the code of an answer mapped to another heading is not taken for it.
    """
    if heading in answers:
        return answers[heading]
    return "" if heading.casefold() in set(answers.values()) else heading


def _record(index: pd.Index, cells: Mapping[str, pd.Series]) -> pd.DataFrame:
    readings: dict[str, tuple[str, Callable[[str], object], RecordKind]] = {
        "respondent": ("response_id", text_or_missing, "string"),
        "finished": ("finished", yes_or_no, "boolean"),
        "seconds": ("seconds", seconds_in, "Float64"),
        "language": ("language", language_code, "string"),
    }
    columns = {
        name: translate(cells[key], read_text, kind)
        for key, (name, read_text, kind) in readings.items()
        if key in cells
    }
    return record_of(index, day=days_of(cells["date"]) if "date" in cells else None, **columns)


def _layout(sheet: Sheet, mapping: Mapping[str, Any]) -> str:
    rows = mapping.get("heading_rows", 1)
    headings = "one heading row" if rows == 1 else f"{rows} heading rows"
    labels = ", variables with labels" if sheet.variables else ""
    return headings + labels + ("" if mapping else ", without a mapping file")


def _notes(mapping: Mapping[str, Any], cells: Mapping[str, pd.Series]) -> tuple[str, ...]:
    if "date" not in cells or not is_ambiguous(cells["date"]):
        return ()
    told = "could have the day or the month first, so the days of the responses are missing"
    return (f"the dates in '{mapping['date']}' {told}; write them as 2026-03-01",)


def _heading_problems(sheet: Sheet, mapping: Mapping[str, Any]) -> Iterator[Problem]:
    wanted = [
        *mapping.get("columns", {}).values(),
        *(mapping[k] for k in RECORD_KEYS if k in mapping),
    ]
    for heading in wanted:
        times = sheet.headings.count(without_invisible(heading))
        if times == 0:
            hint = did_you_mean(heading, sheet.headings)
            cure = f"the mapping names this heading but the file has none such{hint}"
            yield Problem(sheet.file, cure, column=heading)
        if times > 1:
            cure = f"{times} columns have this heading; give each its own and name one"
            yield Problem(sheet.file, cure, column=heading)
    for heading in sorted({name for name in wanted if wanted.count(name) > 1}):
        cure = "the mapping uses this heading more than once; each column has one meaning"
        yield Problem(sheet.file, cure, column=heading)


def _finished_problems(
    sheet: Sheet, mapping: Mapping[str, Any], cells: Mapping[str, pd.Series]
) -> Iterator[Problem]:
    if "finished" not in cells:
        return
    unclear = ~translate(cells["finished"], wording_key, "string").isin([*YES_WORDS, *NO_WORDS, ""])
    if unclear.any():
        cure = (
            f"{int(unclear.sum())} rows say neither yes nor no; write 1 for finished and 0 for not"
        )
        row = int(unclear.index[unclear][0])
        yield Problem(sheet.file, cure, row=row, column=mapping["finished"])


def _date_problems(
    sheet: Sheet, mapping: Mapping[str, Any], cells: Mapping[str, pd.Series]
) -> Iterator[Problem]:
    """A column of dates in which no date can be read at all."""
    if "date" not in cells or is_ambiguous(cells["date"]):
        return
    filled = translate(cells["date"], text_or_missing, "string").notna()
    if filled.any() and not days_of(cells["date"]).notna().any():
        cure = "no dates written in one way are found here; write all of them as 2026-03-01"
        row = int(filled.index[filled][0])
        yield Problem(sheet.file, cure, row=row, column=mapping["date"])


GENERIC = Platform(
    name="generic",
    signature=signature,
    read=read,
    decisive="a mapping file",
)
