"""The R syntax that belongs to a LimeSurvey export: names, labels and answers, column by column.

It is read as text and never run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.ingest.definition import DefinedColumn
from pipeline.ingest.platforms.limesurvey_headings import part_wordings, split_label
from pipeline.problems import InputError, Problem

_STRING = r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'"
_ONE = rf"(?:{_STRING}|[^\s\"',()]+)"
_VALUES = rf"c\(\s*((?:{_ONE}(?:\s*,\s*{_ONE})*)?)\s*\)"
_NAME = re.compile(rf"names\(data\)\[(\d+)\]\s*<-\s*({_STRING})", re.DOTALL)
_LABEL = re.compile(rf"attributes\(data\)\$variable\.labels\[(\d+)\]\s*<-\s*({_STRING})", re.DOTALL)
_FACTOR = re.compile(
    rf"data\[,\s*(\d+)\]\s*<-\s*factor\(data\[,\s*\d+\],\s*levels\s*=\s*{_VALUES}\s*,"
    rf"\s*labels\s*=\s*{_VALUES}\s*\)",
    re.DOTALL,
)
_VALUE = re.compile(_ONE, re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SIGNS = {"n": "\n", "t": "\t", "r": "\r"}


def is_syntax(text: str) -> bool:
    """Whether a text is the R syntax of an export."""
    return _NAME.search(text) is not None


def variables_of_syntax(text: str, file: str) -> tuple[DefinedColumn, ...]:
    """Every column in the order of the data, its name first.

    Raises
    ------
    InputError
        If a column has no name, or an answer no label.
    """
    names = {int(place): _plain(name) for place, name in _NAME.findall(text)}
    labels = {int(place): _plain(label) for place, label in _LABEL.findall(text)}
    if sorted(names) != list(range(1, len(names) + 1)):
        missing = next(place for place in range(1, len(names) + 2) if place not in names)
        cure = f"tells no name for column {missing} of the data; export both files again"
        raise InputError([Problem(file, cure)])
    answers = _answers(text, file)
    return tuple(
        _variable(names[place], labels.get(place, ""), answers.get(place, {}))
        for place in range(1, len(names) + 1)
    )


def _answers(text: str, file: str) -> dict[int, dict[str, tuple[str, ...]]]:
    answers: dict[int, dict[str, tuple[str, ...]]] = {}
    for place, levels, labels in _FACTOR.findall(text):
        codes, wordings = _values(levels), _values(labels)
        if len(codes) != len(wordings):
            cure = f"has {len(codes)} answers and {len(wordings)} labels; export it again"
            raise InputError([Problem(file, cure, column=place)])
        answers[int(place)] = {c: (w,) for c, w in zip(codes, wordings, strict=True) if w}
    return answers


def _variable(name: str, label: str, labels: Mapping[str, tuple[str, ...]]) -> DefinedColumn:
    question, part = split_label(label)
    return DefinedColumn(
        names=(name,),
        question=(question,) if question else (),
        part=part_wordings(part),
        labels=labels,
    )


def _values(listed: str) -> list[str]:
    return [_plain(value) for value in _VALUE.findall(listed)]


def _plain(value: str) -> str:
    """A value without its quotation marks."""
    if value[:1] not in ("'", '"'):
        return value
    return _ESCAPED.sub(lambda found: _SIGNS.get(found[1], found[1]), value[1:-1])
