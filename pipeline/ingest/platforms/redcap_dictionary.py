"""REDCap: the data dictionary of a project read from its file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.ingest.platforms.redcap_project import (
    CHECKBOXES,
    FIELD_TYPES,
    FIXED_CHOICES,
    LISTS,
    Dictionary,
    DictionaryField,
    dictionary_of,
)
from pipeline.ingest.raw import folded_set
from pipeline.ingest.read_file import read_sheet
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import one_line
from pipeline.problems import InputError, Problem, refuse_if_any

MOST_PROBLEMS = 5
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("variable field name", "field name"),
    "form": ("form name",),
    "section": ("section header",),
    "kind": ("field type",),
    "label": ("field label",),
    "choices": (
        "choices calculations or slider labels",
        "select choices or calculations",
        "choices or calculations",
    ),
    "identifier": ("identifier",),
    "matrix": ("matrix group name",),
}
"""What a dictionary calls its columns, on the page and in the interface for programs."""
USUAL_PLACES = {
    **{"name": 0, "form": 1, "section": 2, "kind": 3, "label": 4, "choices": 5},
    **{"identifier": 10, "matrix": 15},
}
"""Where the page has them, for a page in another language."""
LEAST_COLUMNS = 15
_FIELD_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
_CHOICE = re.compile(r"([^,]+?)\s*,(.*)", re.DOTALL)


def read_dictionary(path: Path) -> Dictionary:
    """The data dictionary of a project, with the headings of the page or of the interface.

    Raises
    ------
    InputError
        If it is no data dictionary, describes no field, names a field twice, or has a field of an
        unknown type or choices that are not written as ``code, label | code, label``.
    """
    sheet = read_sheet(path)
    places = dictionary_places(sheet)
    if places is None:
        cure = (
            "is not a REDCap data dictionary, whose first heading is 'Variable / Field Name'; "
            "download the data dictionary of the project as CSV"
        )
        raise InputError([Problem(sheet.file, cure)])
    problems: list[Problem] = []
    fields = _fields(sheet, places, problems)
    problems += _name_problems(sheet, places)
    if not fields and not problems:
        problems = [Problem(sheet.file, "describes no field; download the data dictionary again")]
    refuse_if_any(_few(problems))
    return dictionary_of(sheet.file, fields)


def dictionary_places(sheet: Sheet) -> Mapping[str, int] | None:
    """Place, from 0, of each column of a data dictionary; None if the sheet is none."""
    folded = [re.sub(r"[^a-z0-9]+", " ", heading.casefold()).strip() for heading in sheet.headings]
    places = {
        what: folded.index(name)
        for what, names in HEADINGS.items()
        for name in reversed(names)
        if name in folded
    }
    if {"name", "kind"} <= set(places):
        return places
    return USUAL_PLACES if _is_in_another_language(sheet) else None


def _is_in_another_language(sheet: Sheet) -> bool:
    """Whether names and types of fields stand where the page has them."""
    kind = USUAL_PLACES["kind"]
    if len(sheet.columns) < LEAST_COLUMNS or sheet.n_rows < 2:
        return False
    if sheet.row(1)[kind].strip().casefold() not in FIELD_TYPES:
        return False
    names = sheet.texts_below(USUAL_PLACES["name"])
    kinds = folded_set(sheet.texts_below(kind))
    return kinds <= FIELD_TYPES and all(map(_FIELD_NAME.fullmatch, names))


def _fields(
    sheet: Sheet, places: Mapping[str, int], problems: list[Problem]
) -> list[DictionaryField]:
    """Every row as a field; adds the problems of all of them."""
    fields: list[DictionaryField] = []
    rows = list(sheet.rows())[1:]
    headers: dict[tuple[str, str], str] = {}
    for number, row in zip(sheet.numbers[1:], rows, strict=True):
        told = {what: row[place].strip() for what, place in places.items()}
        kind = told["kind"].casefold()
        if kind not in FIELD_TYPES:
            cure = f"'{one_line(told['kind'])[:40]}' is no field type of REDCap; correct it"
            problems.append(Problem(sheet.file, cure, int(number), "Field Type"))
            continue
        group = told.get("form", ""), told.get("matrix", "")
        header = headers.setdefault(group, told.get("section", "")) if group[1] else ""
        fields.append(
            DictionaryField(
                name=told["name"],
                form=group[0],
                kind=kind,
                label=told.get("label", ""),
                choices=_choices_of(sheet.file, int(number), kind, told, problems),
                header=header,
                is_identifier=told.get("identifier", "").casefold() in {"y", "yes", "1"},
            )
        )
    return fields


def _choices_of(
    file: str, row: int, kind: str, told: Mapping[str, str], problems: list[Problem]
) -> tuple[tuple[str, str], ...]:
    """Code and label of each choice of a field; adds a problem where they are not written so."""
    if kind in FIXED_CHOICES:
        return FIXED_CHOICES[kind]
    if kind not in LISTS | CHECKBOXES:
        return ()
    pieces = [piece.strip() for piece in told.get("choices", "").split("|")]
    found = [_CHOICE.fullmatch(piece) for piece in pieces if piece]
    if None in found:
        cure = (
            f"the choices of '{told['name']}' are not written as `code, label | code, label`; "
            "download the data dictionary again"
        )
        problems.append(Problem(file, cure, row, "Choices, Calculations, OR Slider Labels"))
    return tuple((match[1], match[2].strip()) for match in found if match is not None)


def _name_problems(sheet: Sheet, places: Mapping[str, int]) -> Iterator[Problem]:
    """Rows without the name of a field, and names that stand in two rows."""
    first: dict[str, int] = {}
    names = sheet.columns[places["name"]][1:]
    for number, text in zip(sheet.numbers[1:], names, strict=True):
        name = str(text).strip().casefold()
        if not name:
            cure = "the name of the field is empty; download the data dictionary again"
            yield Problem(sheet.file, cure, int(number), "Variable / Field Name")
        elif name in first:
            cure = f"'{one_line(name)[:40]}' is also the field of row {first[name]}; keep one"
            yield Problem(sheet.file, cure, int(number), "Variable / Field Name")
        first.setdefault(name, int(number))


def _few(problems: Sequence[Problem]) -> list[Problem]:
    more = len(problems) - MOST_PROBLEMS
    if more <= 0:
        return list(problems)
    rest = f"{more} more rows cannot be read; download the data dictionary again"
    return [*problems[:MOST_PROBLEMS], Problem(problems[0].file, rest)]
