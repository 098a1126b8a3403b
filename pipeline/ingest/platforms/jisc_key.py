"""The key of a coded Jisc Online Surveys export: its questions, and the choice of every code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.ingest.definition import DefinedColumn, Definition
from pipeline.ingest.platforms.jisc_headings import coded_name, coded_path, is_response_number
from pipeline.ingest.read_file import read_sheet
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import without_invisible
from pipeline.problems import InputError, Problem, refuse_if_any

KEY_CURE = (
    "is not the key of a coded export of Jisc Online Surveys; export the key file, with names "
    "such as Q1 and the codes of their choices below"
)


@dataclass(frozen=True, slots=True)
class _Question:
    """A question of the key, and the choices below it by their code."""

    path: tuple[str, ...]
    label: str
    choices: Mapping[str, str]


def read_key(path: Path) -> Definition:
    """The key that is exported beside a coded export, as CSV, TSV or XLSX.

    Raises
    ------
    InputError
        If it is no key, or gives a code of a question two choices.
    """
    sheet = read_sheet(path)
    rows = [[without_invisible(cell) for cell in row[:2]] for row in sheet.rows()]
    starts = [place for place, row in enumerate(rows) if coded_path(row[0])]
    above = rows[: starts[0]] if starts else rows
    if len(sheet.columns) < 2 or not starts or not all(is_response_number(*row) for row in above):
        raise InputError([Problem(sheet.file, KEY_CURE)])
    ends = [*starts[1:], len(rows)]
    refuse_if_any(list(_repetitions(sheet, rows, list(zip(starts, ends, strict=True)))))
    questions = [
        _Question(coded_path(rows[start][0]), rows[start][1], dict(rows[start + 1 : end]))
        for start, end in zip(starts, ends, strict=True)
    ]
    by_path = {question.path: question for question in questions}
    defined = (column for question in questions for column in _defined(question, by_path))
    return Definition(sheet.file, tuple(defined))


def _repetitions(
    sheet: Sheet, rows: Sequence[Sequence[str]], spans: Sequence[tuple[int, int]]
) -> Iterator[Problem]:
    """Codes that stand twice below a question."""
    for start, end in spans:
        codes = [row[0] for row in rows[start + 1 : end]]
        for place, code in enumerate(codes):
            if code in codes[:place]:
                row = int(sheet.numbers[start + 1 + place])
                yield Problem(
                    sheet.file, "this code stands twice below its question; keep one", row=row
                )


def _defined(
    question: _Question, by_path: Mapping[tuple[str, ...], _Question]
) -> Iterator[DefinedColumn]:
    """The column of a question, and one for each choice where choices may be ticked."""
    name = coded_name(question.path)
    labels = {code: (label,) for code, label in question.choices.items()}
    parent = _parent(question.path, by_path)
    told = _told(question.label)
    if parent is None:
        yield DefinedColumn((name,), told, labels=labels)
        for code, label in question.choices.items():
            path = (*question.path, code)
            if path not in by_path:
                yield DefinedColumn((coded_name(path),), told, _told(label))
    else:
        yield DefinedColumn((name,), _told(parent.label), told, labels)


def _parent(path: Sequence[str], by_path: Mapping[tuple[str, ...], _Question]) -> _Question | None:
    """The question that a row stands in; a question that is asked after a choice has none."""
    above = (tuple(path[:length]) for length in range(len(path) - 1, 0, -1))
    nearest = next((by_path[shorter] for shorter in above if shorter in by_path), None)
    return nearest if nearest is not None and not nearest.choices else None


def _told(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
