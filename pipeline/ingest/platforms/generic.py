"""Any CSV, TSV or XLSX file, with a mapping file that says which heading is which answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from pipeline.ingest.raw import (
    NO_WORDS,
    YES_WORDS,
    ExportColumn,
    Platform,
    RawExport,
    RecordKind,
    Sheet,
    Signature,
    cells_below,
    record_of,
    seconds_in,
    signature_of,
    text_or_missing,
    translate,
    yes_or_no,
)
from pipeline.ingest.read_text import read_text
from pipeline.ingest.source import ExportSource
from pipeline.ingest.wording import did_you_mean, without_invisible, wording_key
from pipeline.instrument import Instrument
from pipeline.problems import InputError, Problem, refuse_if_any

SCHEMA = Path(__file__).parents[1] / "mapping.schema.yaml"
RECORD_KEYS = ("respondent", "finished", "seconds")


class _LoaderWithoutRepeats(yaml.SafeLoader):
    """Safe YAML in which a key may stand only once, without references to other places."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """The next node; raises ComposerError for a reference."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "references (*name) are not used", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """The mapping; raises ConstructorError when a key is repeated."""
        seen: list[Any] = []
        for key, _ in node.value:
            if key.value in seen:
                told = f"'{key.value}' is written twice"
                raise yaml.constructor.ConstructorError(None, None, told, key.start_mark)
            seen.append(key.value)
        return super().construct_mapping(node, deep)


def signature(sheet: Sheet) -> Signature:
    """Nothing marks such a file; the study names it or gives a mapping."""
    return signature_of()


def read(sheet: Sheet, source: ExportSource, instrument: Instrument) -> RawExport:
    """The rows of any file; without a mapping its headings are the codes of the answers."""
    mapping = {} if source.mapping is None else _read_mapping(source.mapping, instrument)
    refuse_if_any(list(_heading_problems(sheet, mapping)))
    cells = cells_below(sheet, 1)
    record_cells = {
        key: cells[sheet.headings.index(without_invisible(mapping[key])) + 1]
        for key in RECORD_KEYS
        if key in mapping
    }
    refuse_if_any(_finished_problems(sheet, mapping, record_cells))
    return RawExport(
        file=sheet.file,
        platform="generic",
        columns=_columns(sheet, mapping),
        cells=cells,
        record=_record(cells.index, record_cells),
        blank_texts=frozenset(mapping.get("blank", ())),
    )


def _columns(sheet: Sheet, mapping: Mapping[str, Any]) -> tuple[ExportColumn, ...]:
    answers = {
        without_invisible(heading): answer for answer, heading in mapping.get("columns", {}).items()
    }
    records = {without_invisible(mapping[key]) for key in RECORD_KEYS if key in mapping}
    return tuple(
        ExportColumn(
            position=position,
            heading=heading,
            code=None if heading in records else _code(heading, answers),
            is_record=heading in records,
        )
        for position, heading in enumerate(sheet.headings, start=1)
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
    }
    columns = {
        readings[key][0]: translate(values, readings[key][1], readings[key][2])
        for key, values in cells.items()
    }
    return record_of(index, **columns)


def _read_mapping(path: Path, instrument: Instrument) -> dict[str, Any]:
    try:
        mapping = yaml.load(read_text(path), Loader=_LoaderWithoutRepeats)  # a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        row = None if mark is None else mark.line + 1
        reason = getattr(error, "problem", None) or "cannot be read"
        cure = f"is not valid YAML: {reason}"
        raise InputError([Problem(path.as_posix(), cure, row=row)]) from error
    refuse_if_any(list(_mapping_problems(path, mapping, instrument)))
    return dict(mapping)


@cache
def _schema() -> Any:
    return yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))


def _mapping_problems(path: Path, mapping: Any, instrument: Instrument) -> Iterator[Problem]:
    from jsonschema import Draft202012Validator

    known_keys = _schema()["properties"]
    for key in mapping if isinstance(mapping, dict) else ():
        if key not in known_keys:
            hint = did_you_mean(str(key), known_keys)
            cure = f"this key is not known{hint or '; keys are ' + ', '.join(known_keys)}"
            yield Problem(path.as_posix(), cure, column=str(key))
    for error in sorted(
        Draft202012Validator(_schema()).iter_errors(mapping), key=lambda error: error.json_path
    ):
        if error.validator != "additionalProperties":
            where = error.json_path.removeprefix("$").removeprefix(".") or None
            yield Problem(path.as_posix(), error.message, column=where)
    columns = mapping.get("columns") if isinstance(mapping, dict) else None
    for answer in columns if isinstance(columns, dict) else ():
        if answer not in instrument.answer_columns:
            hint = did_you_mean(str(answer), instrument.answer_columns)
            cure = f"the instrument has no such answer column{hint or '; take it out'}"
            yield Problem(path.as_posix(), cure, column=f"columns.{answer}")


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
) -> list[Problem]:
    if "finished" not in cells:
        return []
    unclear = ~translate(cells["finished"], wording_key, "string").isin([*YES_WORDS, *NO_WORDS, ""])
    if not unclear.any():
        return []
    cure = f"{int(unclear.sum())} rows say neither yes nor no; write 1 for finished and 0 for not"
    row = int(unclear.index[unclear][0])
    return [Problem(sheet.file, cure, row=row, column=mapping["finished"])]


GENERIC = Platform(
    name="generic",
    signature=signature,
    read=read,
    decisive="a mapping file",
)
