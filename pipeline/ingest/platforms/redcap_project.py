"""REDCap: the fields of a project, and the columns that they become in an export."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

FREE_TEXT_TYPES = frozenset({"text", "textarea", "notes", "file", "signature"})
LISTS = frozenset({"radio", "dropdown", "select"})
CHECKBOXES = frozenset({"checkbox", "advcheckbox"})
FIXED_CHOICES = {
    "yesno": (("1", "Yes"), ("0", "No")),
    "truefalse": (("1", "True"), ("0", "False")),
}
NEVER_EXPORTED = "descriptive"
FIELD_TYPES = (
    FREE_TEXT_TYPES | LISTS | CHECKBOXES | {"calc", "slider", "sql", *FIXED_CHOICES, NEVER_EXPORTED}
)


@dataclass(frozen=True, slots=True)
class DictionaryField:
    """A row of the dictionary."""

    name: str
    form: str
    kind: str
    label: str
    choices: tuple[tuple[str, str], ...]
    header: str
    is_identifier: bool


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """A column of an export, as the dictionary describes it.

    Attributes
    ----------
    names : tuple of str
        What an export with field names calls it.
    heading : str
        What an export with field labels calls it.
    code, subcode : str, optional
        Name of the field, and code of the choice where there is a column for each.
    form : str
        Name of its form.
    question, part : tuple of str
        Wording of the question, and of the row of the matrix or the choice within it.
    choices : tuple of (code, label)
        What its cells stand for.
    is_personal : bool
        Marked as an identifier, or a text that can hold anything.
    """

    names: tuple[str, ...]
    heading: str
    code: str
    subcode: str | None
    form: str
    question: tuple[str, ...]
    part: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The data dictionary of a project.

    Attributes
    ----------
    file : str
        Where it was read.
    forms : tuple of str
        Names of the forms, in the order of the project.
    record : FieldColumn
        The field that holds the id of the record.
    columns : tuple of FieldColumn
        Every other column an export may have, one for each box to tick.
    lists : tuple of FieldColumn
        The columns of questions with boxes where an export has all ticks in one cell.
    """

    file: str
    forms: tuple[str, ...]
    record: FieldColumn
    columns: tuple[FieldColumn, ...]
    lists: tuple[FieldColumn, ...]

    def by_name(self) -> dict[str, FieldColumn]:
        """The columns by every name of theirs, without regard to case."""
        everything = (*self.lists, *self.columns, self.record)
        return {name.casefold(): column for column in everything for name in column.names}


def export_code(code: str) -> str:
    """How the code of a choice stands in the heading of its box: ``-1`` is ``_1``."""
    underscored = code.lower().replace("-", "_").replace(".", "_")
    return re.sub(r"[^a-z0-9_]", "", underscored)


def dictionary_of(file: str, fields: Sequence[DictionaryField]) -> Dictionary:
    """What the fields of a project, at least one, become in an export; the first is the record."""
    forms = tuple(dict.fromkeys(one.form for one in fields if one.form))
    record, *others = fields
    exported = [one for one in others if one.kind != NEVER_EXPORTED]
    boxes = [one for one in exported if one.kind in CHECKBOXES]
    return Dictionary(
        file=file,
        forms=forms,
        record=replace(_single(record), is_personal=record.is_identifier),
        columns=tuple(column for one in exported for column in _columns(one)),
        lists=tuple(_single(one) for one in boxes),
    )


def _columns(one: DictionaryField) -> Iterator[FieldColumn]:
    """The columns of a field: one for each box to tick, one for everything else."""
    if one.kind not in CHECKBOXES:
        yield _single(one)
        return
    codes: dict[str, list[str]] = defaultdict(list)
    for code, label in one.choices:
        codes[code].append(label)
    for code, labels in codes.items():
        suffixes = dict.fromkeys((export_code(code), export_code(code.replace(".", ""))))
        yield replace(
            _single(one),
            names=tuple(f"{one.name}___{suffix}" for suffix in suffixes),
            heading=f"{one.label} (choice={labels[0]})",
            subcode=code,
            question=_told(one.label),
            part=_told(*labels),
            choices=(),
        )


def _single(one: DictionaryField) -> FieldColumn:
    """The field as one column; in a matrix its label is a row below the header."""
    is_row = bool(one.header) and one.kind not in CHECKBOXES
    return FieldColumn(
        names=(one.name,),
        heading=one.label,
        code=one.name,
        subcode=None,
        form=one.form,
        question=_told(one.header if is_row else one.label),
        part=_told(one.label) if is_row else (),
        choices=one.choices,
        is_personal=one.is_identifier or one.kind in FREE_TEXT_TYPES,
    )


def _told(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
