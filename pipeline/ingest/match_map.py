"""Columns of an export found by the headings that a map of names gives."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ingest.name_map import MappedColumn, NameMap
from pipeline.ingest.raw import ExportColumn, RawExport
from pipeline.problems import Problem

MOST_NAMES = 10
BEFORE_CHOICE = "/"
"""Parts the name of a question from that of a choice in headings of KoBoToolbox and ODK."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The columns that claim to be each answer, and the code of each box that shares a column."""

    columns: Mapping[str, Sequence[ExportColumn]]
    codes: Mapping[str, str]


def claims_by_map(raw: RawExport, names: NameMap) -> Claims:
    """Every column that the map names and the export has.

    A column is known by its heading or by its other names. Boxes to tick that share a heading are
    read from one cell; so are all boxes of a question of which some have no column of their own,
    where the platform also writes all ticks into one cell.
    """
    by_name = _columns_by_name(raw)
    found = {
        name: by_name.get(column.heading.casefold(), []) for name, column in names.columns.items()
    }
    times = Counter(column.heading.casefold() for column in names.columns.values())
    codes = {
        name: column.ticked
        for name, column in names.columns.items()
        if found[name] and times[column.heading.casefold()] > 1
    }
    for question, boxes in _boxes_apart(names).items() if raw.tick_separator is not None else ():
        together = by_name.get(question.casefold(), [])
        if together and not all(found[name] for name in boxes):
            found |= dict.fromkeys(boxes, together)
            codes |= boxes
    return Claims({name: columns for name, columns in found.items() if columns}, codes)


def _boxes_apart(names: NameMap) -> dict[str, dict[str, str]]:
    """The boxes of each question that have a column each, and the code of each box."""
    boxes: dict[str, dict[str, str]] = defaultdict(dict)
    for name, column in names.columns.items():
        question, slash, code = column.heading.rpartition(BEFORE_CHOICE)
        if column.kind == "tick" and slash:
            boxes[question][name] = code
    return boxes


def missing_problems(raw: RawExport, names: NameMap, claims: Claims) -> Iterator[Problem]:
    """Answers that the map names and the export lacks; open questions and the site may be absent.

    Texts are often taken out of an export on purpose, and the site can be told in another way.
    """
    lacking = [
        column
        for name, column in names.columns.items()
        if column.kind != "text" and name not in claims.columns
    ]
    if not lacking:
        return
    told = ", ".join(map(_told, lacking[:MOST_NAMES]))
    if len(lacking) > MOST_NAMES:
        told += f" and {len(lacking) - MOST_NAMES} more"
    if len(lacking) == _answers_in(names):
        told = f"all of them ({told})"
    cure = (
        f"columns that {names.file} names are missing: {told}; export again with all questions "
        "and their codes, or give the map of the form that was used"
    )
    yield Problem(raw.file, cure)


def _answers_in(names: NameMap) -> int:
    return sum(column.kind != "text" for column in names.columns.values())


def _told(column: MappedColumn) -> str:
    same = column.heading.casefold() == column.name.casefold()
    return column.name if same else f"{column.heading} ({column.name})"


def _columns_by_name(raw: RawExport) -> Mapping[str, list[ExportColumn]]:
    """Columns by each of their names, without case."""
    found: dict[str, list[ExportColumn]] = defaultdict(list)
    for column in raw.columns:
        for name in dict.fromkeys(name.casefold() for name in column.names):
            found[name].append(column)
    return found
