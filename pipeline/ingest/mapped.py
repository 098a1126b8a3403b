"""How the cells of matched columns are read: by the questionnaire, a map of names, or as a list."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from pipeline.ingest.codebook import (
    ANSWERED,
    REFUSAL,
    Codebook,
    Reading,
    codebooks_of,
    in_words,
    whole_number,
    without_ambiguity,
)
from pipeline.ingest.map_rows import WITHOUT_VALUES
from pipeline.ingest.match import Matching
from pipeline.ingest.name_map import MappedColumn, NameMap
from pipeline.instrument import Instrument

_BETWEEN_TICKS = re.compile(r"[,;\s]+")


class Book(Protocol):
    """What says which answer a text is."""

    @property
    def allowed(self) -> str:
        """The answers in words."""

    def read(self, text: str) -> Reading:
        """What a text that is not blank says."""


@dataclass(frozen=True, slots=True)
class TickList:
    """One box of a question whose ticks stand in one cell, such as ``1, 3``.

    Attributes
    ----------
    code : str
        What stands in the cell when this box is ticked.
    codes : frozenset of str
        The codes of all boxes of the question.
    allowed : str
        The codes in words.
    """

    code: str
    codes: frozenset[str]
    allowed: str

    def read(self, text: str) -> Reading:
        """1 or 0; a cell with anything else in it is refused."""
        ticked = set(filter(None, _BETWEEN_TICKS.split(text)))
        if not ticked or not ticked <= self.codes:
            return REFUSAL
        return Reading(float(self.code in ticked), ANSWERED)


def books_of(
    matching: Matching, instrument: Instrument, names: NameMap | None
) -> Mapping[str, Book]:
    """What reads the cells of each matched answer column."""
    mapped = {} if names is None else names.columns
    single = [name for name in matching.answers if name not in matching.lists]
    books: dict[str, Book] = {}
    shared: dict[tuple[int, object, object], Codebook] = {}
    for name, book in codebooks_of(single, instrument).items():
        column = mapped.get(name)
        if column is None or column.kind in WITHOUT_VALUES:
            books[name] = book
            continue
        key = id(book), column.codes, column.labels
        if key not in shared:
            shared[key] = mapped_codebook(book, column)
        books[name] = shared[key]
    return books | _tick_lists(matching)


def mapped_codebook(book: Codebook, column: MappedColumn) -> Codebook:
    """A codebook in which the codes of the platform, and only they, stand for the answers.

    Special codes of the questionnaire that the platform does not use for something else are still
    known, and so are its labels.
    """
    readings = {code: book.numbers[value] for code, value in column.codes if code}
    counted = {code: whole_number(code) for code in readings}
    numbers = {number: readings[code] for code, number in counted.items() if number is not None}
    kept = book.numbers if column.kind == "tick" else _special(book)
    numbers = {**kept, **numbers}
    worded = without_ambiguity((label, book.numbers[value]) for label, value in column.labels)
    plain = all(number is not None for number in counted.values())
    return replace(
        book,
        numbers=numbers,
        labels={**book.labels, **worded},
        allowed=in_words(numbers) if plain else ", ".join(readings),
        texts=readings,
    )


def _special(book: Codebook) -> dict[int, Reading]:
    return {
        number: reading for number, reading in book.numbers.items() if bool(np.isnan(reading.value))
    }


def _tick_lists(matching: Matching) -> dict[str, Book]:
    codes: dict[int, set[str]] = defaultdict(set)
    for name, code in matching.lists.items():
        codes[matching.answers[name]].add(code)
    return {
        name: _tick_list(code, frozenset(codes[matching.answers[name]]))
        for name, code in matching.lists.items()
    }


def _tick_list(code: str, codes: frozenset[str]) -> TickList:
    told = sorted(codes, key=lambda known: (len(known), known))
    return TickList(code, codes, f"{', '.join(told)}, several of them with a comma between")
