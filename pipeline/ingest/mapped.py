"""How the cells of matched columns are read: by the questionnaire, a map of names, or as a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from pipeline.ingest.codebook import (
    ANSWERED,
    REFUSED,
    Codebook,
    Reading,
    codebooks_of,
    in_words,
    special_readings,
    whole_number,
    without_ambiguity,
)
from pipeline.ingest.map_rows import WITHOUT_VALUES
from pipeline.ingest.match import Matching
from pipeline.ingest.name_map import MappedColumn, NameMap
from pipeline.ingest.raw import ExportColumn, RawExport
from pipeline.ingest.source import ExportSource, Recodes
from pipeline.ingest.ticks import Tick, TickList
from pipeline.ingest.wording import wording_key
from pipeline.instrument import Instrument
from pipeline.problems import Problem


class Book(Protocol):
    """What says which answer a text is."""

    @property
    def allowed(self) -> str:
        """The answers in words."""

    def read(self, text: str) -> Reading:
        """What a text that is not blank says."""


def books_of(
    raw: RawExport,
    matching: Matching,
    instrument: Instrument,
    source: ExportSource,
    names: NameMap | None,
) -> tuple[Mapping[str, Book], list[Problem]]:
    """What reads the cells of each matched answer column, and answers stored as another number."""
    mapped = {} if names is None else names.columns
    single = [name for name in matching.answers if name not in matching.lists]
    books: dict[str, Book] = {}
    problems: list[Problem] = []
    shared: dict[tuple[int, object, object], Codebook] = {}
    for name, book in codebooks_of(single, instrument).items():
        told = mapped.get(name)
        if told is not None and told.kind not in WITHOUT_VALUES:
            key = id(book), told.codes, told.labels
            if key not in shared:
                shared[key] = mapped_codebook(book, told)
            books[name] = shared[key]
            continue
        column = raw.columns[matching.answers[name] - 1]
        books[name], recoded = labelled_codebook(book, column, source.recodes)
        problems += recode_problems(raw.file, column, recoded, source)
    return books | tick_lists(raw, matching, instrument, names), problems


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


def labelled_codebook(
    book: Codebook, column: ExportColumn, recodes: Recodes
) -> tuple[Codebook, tuple[str, ...]]:
    """A codebook that also knows what the export says its own codes stand for.

    A code that the questionnaire does not know is read by its label. A code whose label is that
    of another answer was recoded on the platform; it is read by its label where the study says so.

    Returns
    -------
    book : Codebook
        With the codes that are read by their label.
    recoded : tuple of str
        Codes whose label stands for another answer, and which are not read by their label.
    """
    meant = {text: _meaning(labels, book) for text, labels in column.labels.items()}
    told = {text: reading for text, reading in meant.items() if reading is not None}
    unknown = {t: r for t, r in told.items() if book.read(t).outcome == REFUSED}
    other = {t: r for t, r in told.items() if t not in unknown and not _same(book.read(t), r)}
    undone = {} if recodes == "refuse" else other
    learnt = unknown | undone
    known = replace(book, texts={**book.texts, **learnt}) if learnt else book
    return known, tuple(text for text in other if text not in undone)


def _meaning(labels: Sequence[str], book: Codebook) -> Reading | None:
    """What the labels of a code stand for; None where they are not known or do not agree."""
    found = [book.labels.get(book.key(label)) for label in labels]
    known = [reading for reading in found if reading is not None and reading.outcome != REFUSED]
    agree = known and all(_same(known[0], reading) for reading in known)
    return known[0] if agree else None


def _same(first: Reading, second: Reading) -> bool:
    both_answers = first.outcome == second.outcome == ANSWERED
    return first.outcome == second.outcome and (not both_answers or first.value == second.value)


def recode_problems(
    file: str, column: ExportColumn, recoded: Sequence[str], source: ExportSource
) -> Iterator[Problem]:
    """Answers that an export stores under the number of another one."""
    if recoded:
        told = file if source.definition is None else source.definition.as_posix()
        cure = (
            f"the code {recoded[0]} has a label that stands for another number in the "
            "instrument; make the codes of both the same, or write `recodes: undo` for this "
            "export to read its answers by their labels"
        )
        yield Problem(told, cure, column=column.code or column.heading)


def tick_lists(
    raw: RawExport, matching: Matching, instrument: Instrument, names: NameMap | None
) -> dict[str, Book]:
    """What reads each box whose column holds all ticks of its question."""
    mapped = {} if names is None else names.columns
    labels = {
        column: tuple(option.label.by_language.values())
        for question in instrument.person_questions
        for column, option in question.columns.items()
        if option is not None
    }
    together: dict[int, list[str]] = defaultdict(list)
    for name in matching.lists:
        together[matching.answers[name]].append(name)
    books: dict[str, Book] = {}
    for position, boxes in together.items():
        worded = {
            box: (*labels.get(box, ()), *(label for label, _ in mapped[box].labels))
            if box in mapped
            else labels.get(box, ())
            for box in boxes
        }
        listed = _tick_list(raw, raw.columns[position - 1], matching, worded, instrument)
        books |= {box: Tick(box, listed) for box in boxes}
    return books


def _tick_list(
    raw: RawExport,
    column: ExportColumn,
    matching: Matching,
    worded: Mapping[str, Sequence[str]],
    instrument: Instrument,
) -> TickList:
    keys = [(wording_key(matching.lists[box]), box) for box in worded]
    keys += [(wording_key(label), box) for box, labels in worded.items() for label in labels]
    by_key = _of_one(keys)
    for text, labels in column.labels.items():
        keys += [
            (wording_key(text), box) for label in labels if (box := by_key.get(wording_key(label)))
        ]
    codes = sorted((matching.lists[box] for box in worded), key=lambda code: (len(code), code))
    return TickList(
        boxes=_of_one(keys),
        separator=raw.tick_separator or ",",
        allowed=f"{', '.join(codes)}, several of them with a comma between",
        special=special_readings(instrument),
    )


def _of_one(keys: Sequence[tuple[str, str]]) -> dict[str, str | None]:
    """The box of each key; None where two boxes have it."""
    boxes: dict[str, set[str]] = defaultdict(set)
    for key, box in keys:
        boxes[key].add(box)
    return {key: next(iter(found)) if len(found) == 1 else None for key, found in boxes.items()}
