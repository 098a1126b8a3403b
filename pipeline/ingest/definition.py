"""What the definition of a survey, exported by its platform, says about its columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.ingest.raw import ExportColumn


@dataclass(frozen=True, slots=True)
class DefinedColumn:
    """A column as the definition of its survey describes it.

    Attributes
    ----------
    names : tuple of str
        Everything an export may call it: heading, id, code with sub-code.
    question, part : tuple of str
        Wordings of the question, and of the row or choice within it, in every language.
    labels : mapping
        Wordings of each answer in every language, by what an export writes for it.
    is_personal : bool
        Marked as identifying, or a text that can hold anything.
    form : str, optional
        Form of a project of several forms.
    """

    names: tuple[str, ...]
    question: tuple[str, ...] = ()
    part: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_personal: bool = False
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """The definition of a survey: its file, its columns, and texts that stand for no answer."""

    file: str
    columns: tuple[DefinedColumn, ...]


def described(
    columns: Sequence[ExportColumn], definition: Definition | None
) -> tuple[ExportColumn, ...]:
    """The columns with what the definition says of them.

    A column is known by its heading or another name, without regard to case; a name that two
    columns of the definition share tells nothing. What the export itself says is kept beside it.
    """
    if definition is None:
        return tuple(columns)
    by_name: dict[str, list[DefinedColumn]] = defaultdict(list)
    for defined in definition.columns:
        for name in dict.fromkeys(name.casefold() for name in defined.names):
            by_name[name].append(defined)
    known = {name: found[0] for name, found in by_name.items() if len(found) == 1}
    return tuple(_described(column, known) for column in columns)


def _described(column: ExportColumn, known: Mapping[str, DefinedColumn]) -> ExportColumn:
    named = (known.get(name.casefold()) for name in column.names)
    defined = next((found for found in named if found is not None), None)
    if defined is None or column.is_record:
        return column
    texts = {*column.labels, *defined.labels}
    return replace(
        column,
        is_personal=column.is_personal or defined.is_personal,
        question=_together(column.question, defined.question),
        part=_together(column.part, defined.part),
        labels={
            text: _together(column.labels.get(text, ()), defined.labels.get(text, ()))
            for text in sorted(texts)
        },
        form=column.form or defined.form,
    )


def _together(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *second]))
