"""The map of names: under which heading and code each answer comes back from a platform."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO

from pipeline.instrument.export.platform import PlatformFiles
from pipeline.instrument.export.questionnaire import (
    Choice,
    Counters,
    Entry,
    Grid,
    OpenText,
    Questionnaire,
    Ticks,
)

NAME_MAP_FILE = "name_map.csv"
FIXED_HEADINGS = (
    "instrument",
    "instrument_version",
    "form",
    "language",
    "platform",
    "column",
    "kind",
    "platform_column",
    "value",
    "platform_value",
)
TICKED = {1: "1", 0: "0"}


@dataclass(frozen=True, slots=True)
class Name:
    """One answer of one column: what we call it and what stands in the questionnaire.

    `value` and `label` are None where any number or text may be written.
    """

    column: str
    kind: str
    text: str
    value: int | None = None
    label: str | None = None


def name_map(
    questionnaires: Mapping[str, Questionnaire], language: str, platform: str, made: PlatformFiles
) -> bytes:
    """The map as CSV, one row for each answer of each column.

    Parameters
    ----------
    questionnaires : mapping
        The form in every language there is, by language.
    language : str
        The language that was written for the platform.
    platform : str
        Name of the exporter.
    made : PlatformFiles
        What the exporter made.
    """
    asked = questionnaires[language]
    languages = sorted(questionnaires)
    rows = [
        {
            "instrument": asked.instrument_id,
            "instrument_version": asked.version,
            "form": asked.form,
            "language": language,
            "platform": platform,
            "column": name.column,
            "kind": name.kind,
            "platform_column": made.columns[name.column],
            "value": "" if name.value is None else str(name.value),
            "platform_value": _platform_value(name, made),
        }
        for name in names_of(asked)
    ]
    for code in languages:
        state = questionnaires[code].translation
        for row, name in zip(rows, names_of(questionnaires[code]), strict=True):
            row |= {f"state_{code}": state} if state else {}
            row[f"text_{code}"] = " ".join(name.text.split())
            row[f"label_{code}"] = " ".join((name.label or "").split())
    return _as_csv(rows)


def names_of(questionnaire: Questionnaire) -> Iterator[Name]:
    """Every answer of every column, in the order of the questionnaire."""
    for entry in questionnaire.entries:
        yield from _names(entry)


def _names(entry: Entry) -> Iterator[Name]:
    if isinstance(entry, Grid):
        for row in entry.rows:
            for answer in entry.answers:
                yield Name(row.column, "grid", row.text, answer.value, answer.label)
    elif isinstance(entry, Choice):
        for answer in entry.answers:
            yield Name(entry.column, "choice", entry.text, answer.value, answer.label)
    elif isinstance(entry, Ticks):
        for row in entry.rows:
            for value in TICKED:
                yield Name(row.column, "tick", entry.text, value, row.text)
    elif isinstance(entry, OpenText):
        yield Name(entry.column, "text", entry.text)
    elif isinstance(entry, Counters):
        for row in entry.rows:
            yield Name(row.column, "number", row.text)
    else:
        yield Name(entry.column, "number", entry.text)


def _platform_value(name: Name, made: PlatformFiles) -> str:
    if name.value is None:
        return ""
    return made.codes.get(name.column, {}).get(name.value, str(name.value))


def _as_csv(rows: list[dict[str, str]]) -> bytes:
    text = StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")
