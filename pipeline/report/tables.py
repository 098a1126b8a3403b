"""Tables as they are shown: text cells, a caption, headings with their scope.

Tables of statistics come with what it takes to judge and repeat them, said in one place for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.report.pages import Setting
from pipeline.report.table_words import say_of_table

Record = Mapping[str, str]
"""A row of a released table, as text: the value by the name of the column."""

BY_CHANCE = re.compile(
    r"\b(bootstrap|permutations?|replications?|draws?|drawn|random (groups|splits))\b"
)
"""Words in the name of a method whose numbers depend on drawing by chance, and so on the seed."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column heading; numbers are set to the right."""

    text: str
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """What the row is about, and its cells."""

    head: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table with its caption; the first heading is that of the row heads."""

    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A table with what it takes to judge and to repeat it.

    Attributes
    ----------
    name : str
        Of its file; unlike that of any other table of the page.
    table : ShownTable
        The table as it is shown.
    basis : tuple of str
        Method, people, version and seed, a sentence each; those that apply.
    remarks : tuple of str
        What the remarks in the table mean.
    records : tuple of Record
        The rows of released tables that it shows; empty where the cells shown are all there is.
    """

    name: str
    table: ShownTable
    basis: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()


def shown_table(
    caption: str,
    headings: Sequence[str],
    rows: Sequence[tuple[str, Sequence[str]]],
    words: Sequence[int] = (),
) -> ShownTable:
    """A table whose columns hold numbers, but for the first and those listed in `words`."""
    return ShownTable(
        caption=caption,
        headings=tuple(
            Heading(text, numeric=place not in (0, *words)) for place, text in enumerate(headings)
        ),
        rows=tuple(Row(head, tuple(cells)) for head, cells in rows),
    )


def evidence_of(
    name: str,
    table: ShownTable,
    setting: Setting,
    *,
    methods: Iterable[str] = (),
    people: Iterable[int | None] = (),
    remarks: Iterable[str] = (),
    records: Iterable[Record] = (),
) -> Evidence:
    """A table with its method, its people, the version, and the seed where chance plays a part.

    Parameters
    ----------
    name : str
        Of its file, made by :func:`file_name`.
    table : ShownTable
        The table as it is shown.
    setting : Setting
        As everywhere.
    methods : iterable of str
        Names of methods, any number of times.
    people : iterable of int or None
        People behind numbers, as released; None where that is not known.
    remarks, records
        As in :class:`Evidence`.
    """
    return Evidence(
        name, table, _basis(set(methods) - {""}, people, setting), tuple(remarks), tuple(records)
    )


def _basis(
    methods: Iterable[str], people: Iterable[int | None], setting: Setting
) -> tuple[str, ...]:
    used = sorted(methods)
    clauses = dict.fromkeys(
        clause for one in used for clause in say_of_table(one, setting).split("; ")
    )
    method = "; ".join(clauses) or setting.say("technical.method_unknown")
    known = sorted({number for number in people if number is not None})
    told = [setting.say("technical.method", method=method)]
    if known:
        told.append(setting.say("technical.people", number=number_range(known, setting)))
    told.append(setting.say("technical.version", version=setting.study.product_version))
    if any(BY_CHANCE.search(one) for one in used):
        told.append(setting.say("technical.seed", seed=str(setting.study.settings.seed)))
    return tuple(told)


def number_range(known: Sequence[int], setting: Setting) -> str:
    """The one number, or the smallest and the largest of several that stand in order."""
    ends = [setting.numbers.count(number) for number in dict.fromkeys((known[0], known[-1]))]
    return "\N{EN DASH}".join(ends)


def in_order(records: Iterable[Record]) -> list[Record]:
    """Records by their values from the first column to the last."""
    return sorted(records, key=lambda record: tuple(record.values()))


def file_name(*parts: str | None) -> str:
    """The name of a file from what it is about: small letters, digits and hyphens."""
    words = (re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts if part)
    return "-".join(word for word in words if word)
