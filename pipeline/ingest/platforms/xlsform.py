"""The XLSForm of a survey on KoBoToolbox or ODK: its questions, groups and choices."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.ingest.definition_tables import tables_of_definition
from pipeline.problems import InputError, Problem, did_you_mean, refuse_if_any

MOST_BYTES = 50 * 1024**2
NOT_A_FORM = (
    "is not an XLSForm, which is a workbook with a sheet 'survey' and a sheet 'choices'; "
    "download the form as XLSX from the platform"
)
SURVEY, CHOICES = "survey", "choices"
NO_LANGUAGE = ""
_LABEL = re.compile(r"(?:label|caption)(?:\s*::?\s*(.+))?", re.IGNORECASE)
_OTHER = re.compile(r"\s+or[ _](?:specify[ _])?other$", re.IGNORECASE)

NAME_HEADINGS = ("name", "value")
LIST_HEADINGS = ("list_name", "list name", "listname")
SELECTS = {
    "select one external": "select_one_external",
    "select one from file": "select_from_file",
    "select multiple from file": "select_from_file",
    "select all that apply from": "select_multiple",
    "select all that apply": "select_multiple",
    "add select multiple prompt using": "select_multiple",
    "add select one prompt using": "select_one",
    "select multiple": "select_multiple",
    "select one from": "select_one",
    "select one": "select_one",
    "select1": "select_one",
    "rank": "rank",
}
"""How a question with choices may be typed, spaces for underscores, and what it is here."""

OWN_CHOICES = frozenset({"select_one", "select_multiple", "rank"})
YES = frozenset({"yes", "true", "1", "true()"})

Wordings = tuple[tuple[str, str], ...]
"""Language and text, for every text there is; the language is empty where none is named."""

Row = Mapping[str, str]
Cell = tuple[int, Row]
"""Row of the sheet, and its cells by heading in small letters."""


@dataclass(frozen=True, slots=True)
class FormChoice:
    """A choice of a list: its name and its labels."""

    name: str
    labels: Wordings = ()


@dataclass(frozen=True, slots=True)
class FormGroup:
    """A group of questions: its name and its labels."""

    name: str
    labels: Wordings = ()
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """A row of the form that leaves a column in an export.

    Attributes
    ----------
    name, kind : str
        Its name, and its type with underscores and without the name of a list.
    labels : tuple of (str, str)
        Language and wording.
    groups : tuple of FormGroup
        From the outermost to the one it stands in.
    choices : tuple of FormChoice
        Those of its list, where the form itself holds it; a name stands there once.
    has_other : bool
        People may write another answer, which leaves a column of its own.
    """

    name: str
    kind: str
    labels: Wordings = ()
    groups: tuple[FormGroup, ...] = ()
    choices: tuple[FormChoice, ...] = ()
    has_other: bool = False

    @property
    def is_repeated(self) -> bool:
        """Whether it is asked several times, and so stands in another table than the responses."""
        return any(group.is_repeated for group in self.groups)


@dataclass(frozen=True, slots=True)
class XlsForm:
    """A form: its file, its languages, and its questions in order."""

    file: str
    languages: tuple[str, ...]
    questions: tuple[FormQuestion, ...]


def read_xlsform(path: Path) -> XlsForm:
    """The questions of an XLSForm in every language.

    Raises
    ------
    InputError
        If it is no XLSForm, a group is not closed, or a list of choices is not there.
    """
    file = path.as_posix()
    tables = tables_of_definition(path, MOST_BYTES, NOT_A_FORM)
    survey = _rows(tables.get(SURVEY, []))
    columns = set(survey[0][1]) if survey else set()
    if "type" not in columns or not columns & set(NAME_HEADINGS):
        raise InputError([Problem(file, NOT_A_FORM)])
    lists = _lists(_rows(tables.get(CHOICES, [])))
    refuse_if_any([*_group_problems(survey, file), *_list_problems(survey, lists, file)])
    return XlsForm(file, _languages(columns), tuple(_questions(survey, lists)))


# ----------------------------------------------------------------------------- its sheets


def _rows(table: Sequence[Sequence[str]]) -> list[Cell]:
    """The filled rows below the first filled one, which holds the headings."""
    filled = [(number, row) for number, row in enumerate(table, start=1) if any(row)]
    if len(filled) < 2:
        return []
    headings = [_heading(cell) for cell in filled[0][1]]
    return [(number, dict(zip(headings, row, strict=False))) for number, row in filled[1:]]


def _heading(cell: str) -> str:
    """In small letters, except for the name of a language."""
    plain = " ".join(cell.split())
    return plain if _LABEL.fullmatch(plain) else plain.casefold()


# ----------------------------------------------------------------------------- its rows


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the type of a row says."""

    kind: str
    list_name: str = ""
    has_other: bool = False
    role: Literal["question", "begin", "end", "select"] = "question"


def _kind_of(text: str) -> _Kind:
    plain = " ".join(text.split())
    folded = plain.casefold().replace("_", " ")
    if folded.startswith(("begin ", "end ")):
        role, _, what = folded.partition(" ")
        return _Kind(what, role="begin" if role == "begin" else "end")
    for alias in sorted(SELECTS, key=len, reverse=True):
        if folded.startswith(f"{alias} "):
            rest = plain[len(alias) :].strip()
            listed = _OTHER.sub("", rest)
            return _Kind(SELECTS[alias], listed, listed != rest, "select")
    return _Kind(folded.replace(" ", "_"))


def _active(survey: Sequence[Cell]) -> Iterator[tuple[int, _Kind, Row]]:
    """Rows with a type that are not disabled."""
    for number, row in survey:
        if row.get("type") and row.get("disabled", "").casefold() not in YES:
            yield number, _kind_of(row["type"]), row


def _questions(
    survey: Sequence[Cell], lists: Mapping[str, Sequence[FormChoice]]
) -> Iterator[FormQuestion]:
    groups: list[FormGroup] = []
    for _, told, row in _active(survey):
        if told.role == "begin":
            repeated = told.kind in ("repeat", "loop")
            groups.append(FormGroup(_name(row), _labels(row), repeated))
        elif told.role == "end":
            groups.pop()
        elif _name(row):
            yield FormQuestion(
                name=_name(row),
                kind=told.kind,
                labels=_labels(row),
                groups=tuple(groups),
                choices=tuple(lists.get(told.list_name, ())),
                has_other=told.has_other,
            )


def _lists(choices: Sequence[Cell]) -> dict[str, list[FormChoice]]:
    """The choices of each list; the labels of a name that stands there twice are put together."""
    lists: dict[str, dict[str, FormChoice]] = defaultdict(dict)
    for _, row in choices:
        listed = next((row[heading] for heading in LIST_HEADINGS if row.get(heading)), "")
        name = _name(row)
        if not listed or not name:
            continue
        known = lists[listed].get(name, FormChoice(name))
        labels = tuple(dict.fromkeys([*known.labels, *_labels(row)]))
        lists[listed][name] = replace(known, labels=labels)
    return {listed: list(by_name.values()) for listed, by_name in lists.items()}


def _name(row: Row) -> str:
    return next((row[heading] for heading in NAME_HEADINGS if row.get(heading)), "")


def _labels(row: Row) -> Wordings:
    found = ((_LABEL.fullmatch(heading), text) for heading, text in row.items() if text)
    return tuple((match[1] or NO_LANGUAGE, text) for match, text in found if match is not None)


def _languages(headings: set[str]) -> tuple[str, ...]:
    found = (_LABEL.fullmatch(heading) for heading in sorted(headings))
    return tuple(dict.fromkeys(match[1] or NO_LANGUAGE for match in found if match is not None))


# ----------------------------------------------------------------------------- what is wrong


def _group_problems(survey: Sequence[Cell], file: str) -> Iterator[Problem]:
    opened: list[tuple[int, str]] = []
    for number, told, row in _active(survey):
        if told.role == "begin":
            opened.append((number, _name(row)))
        elif told.role == "end" and opened:
            opened.pop()
        elif told.role == "end":
            cure = "this group ends but never begins; take the row out or add where it begins"
            yield Problem(file, cure, row=number, column="type")
    for number, name in opened:
        cure = f"the group '{name}' never ends; add a row 'end_group'"
        yield Problem(file, cure, row=number, column="type")


def _list_problems(
    survey: Sequence[Cell], lists: Mapping[str, Sequence[FormChoice]], file: str
) -> Iterator[Problem]:
    """Lists that the sheet of choices does not have; those of earlier answers are never there."""
    for number, told, _ in _active(survey):
        missing = told.role == "select" and told.list_name not in lists
        if missing and told.kind in OWN_CHOICES and not told.list_name.startswith("${"):
            hint = did_you_mean(told.list_name, lists)
            cure = f"the sheet 'choices' has no list '{told.list_name}'{hint or '; add it'}"
            yield Problem(file, cure, row=number, column="type")
