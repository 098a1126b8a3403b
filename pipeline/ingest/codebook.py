"""What each text in an answer column stands for: a number, a tick, or a special code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from pipeline.ingest.raw import NO_WORDS, YES_WORDS
from pipeline.ingest.wording import wording_key
from pipeline.instrument import Instrument, Option, Question, Text

ANSWERED, SKIPPED, NOT_REACHED, NOT_SHOWN, NOT_ASKED, UNKNOWN = range(6)
FIXED_OUTCOMES = ("ANSWERED", "SKIPPED", "NOT_REACHED", "NOT_SHOWN", "NOT_ASKED", "UNKNOWN")
BLANK, SEEN, REFUSED = -1, -2, -3
"""States of a cell before its reason is known: empty, seen and left, not an answer at all."""

_WHOLE_NUMBER = re.compile(r"([+-]?[0-9]{1,9})(?:[.,]0+)?")
_NUMBERED_LABEL = re.compile(r"\(?([0-9]{1,4})\)?\s*[-\u2013\u2014.:=)]*\s*(\D.*)", re.DOTALL)


class Reading(NamedTuple):
    """What a cell says: a number (or NaN) and the outcome, an index into the outcome names."""

    value: float
    outcome: int


REFUSAL = Reading(np.nan, REFUSED)


def outcome_names(instrument: Instrument) -> tuple[str, ...]:
    """Names of the outcomes of a cell: answered, the reasons for a blank, the special codes."""
    return (*FIXED_OUTCOMES, *(code.id for code in instrument.special_codes))


@dataclass(frozen=True, slots=True)
class Codebook:
    """The numbers and labels that one answer column accepts.

    Attributes
    ----------
    numbers : mapping
        What each whole number stands for.
    labels : mapping
        What each wording stands for, by its key; labels of two answers are refused.
    allowed : str
        The numbers in words, such as ``1-5 and 98``.
    texts : mapping
        What the codes of a platform stand for, exactly as they are written.
    span : (int or None, int or None), optional
        Range in which any whole number is an answer; None where there is no end to it.
    """

    numbers: Mapping[int, Reading]
    labels: Mapping[str, Reading]
    allowed: str
    texts: Mapping[str, Reading] = field(default_factory=dict)
    span: tuple[int | None, int | None] | None = None

    @staticmethod
    def key(label: str) -> str:
        """The form in which labels are compared."""
        return wording_key(label)

    def read(self, text: str) -> Reading:
        """What a text that is not blank says: codes first, then numbers, then labels."""
        if text in self.texts:
            return self.texts[text]
        plain = unicodedata.normalize("NFKC", text).strip()
        number = whole_number(plain)
        if number is not None and number in self.numbers:
            return self.numbers[number]
        if number is not None and self.span is not None and _lies_in(number, self.span):
            return Reading(float(number), ANSWERED)
        labelled = self.labels.get(self.key(text))
        if labelled is not None:
            return labelled
        return self._read_numbered_label(plain)

    def _read_numbered_label(self, plain: str) -> Reading:
        """A label with a number in front of it, which must be the number of that label."""
        found = _NUMBERED_LABEL.fullmatch(plain)
        if found is None:
            return REFUSAL
        labelled = self.labels.get(self.key(found[2]))
        agrees = labelled is not None and self.numbers.get(int(found[1])) == labelled
        return labelled if agrees and labelled is not None else REFUSAL


def whole_number(text: str) -> int | None:
    """The whole number that a text is, or None."""
    found = _WHOLE_NUMBER.fullmatch(text)
    return None if found is None else int(found[1])


def codebook_of(column: str, instrument: Instrument) -> Codebook:
    """The codebook of an answer column."""
    if column in instrument.items:
        options = instrument.scale_of_item[column].response_scale.options
        return _codebook(_option_readings(options), _option_labels(options), instrument)
    if column in instrument.allocation_columns:
        total = instrument.allocation_columns[column][0].total
        numbers = {value: Reading(float(value), ANSWERED) for value in range(total + 1)}
        return _codebook(numbers, [], instrument)
    question, option = _question_of(column, instrument)
    return question_codebook(question, instrument) if option is None else _ticks(option, instrument)


def codebooks_of(columns: Iterable[str], instrument: Instrument) -> dict[str, Codebook]:
    """The codebook of each answer column; items of one response scale share theirs."""
    shared: dict[str, Codebook] = {}
    books: dict[str, Codebook] = {}
    for column in columns:
        scale = instrument.scale_of_item.get(column)
        key = column if scale is None else f" {scale.response_scale.id}"
        if key not in shared:
            shared[key] = codebook_of(column, instrument)
        books[column] = shared[key]
    return books


def question_codebook(question: Question, instrument: Instrument) -> Codebook:
    """The codebook of the choices of a question, or of its range where it asks for a number."""
    if question.kind == "number":
        return _numbers(question, instrument)
    return _codebook(
        _option_readings(question.options), _option_labels(question.options), instrument
    )


def special_readings(instrument: Instrument) -> dict[str, Reading]:
    """What the ids and labels of the special codes stand for, by the key of their wording."""
    return dict(_codebook({}, [], instrument).labels)


def in_words(numbers: Iterable[int]) -> str:
    """Numbers as ranges: ``1-5 and 98``."""
    ranges: list[list[int]] = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    words = [str(low) if low == high else f"{low}-{high}" for low, high in ranges]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _question_of(column: str, instrument: Instrument) -> tuple[Question, Option | None]:
    return next(
        (question, question.columns[column])
        for question in instrument.person_questions
        if column in question.columns
    )


def _numbers(question: Question, instrument: Instrument) -> Codebook:
    """Any whole number in the range; a special code only where its number is outside it."""
    span = question.lowest, question.highest
    book = _codebook({}, [], instrument)
    outside = {value: told for value, told in book.numbers.items() if not _lies_in(value, span)}
    lowest = "" if question.lowest is None else f" from {question.lowest}"
    highest = "" if question.highest is None else f" up to {question.highest}"
    allowed = f"whole numbers{lowest}{highest}" + (f", and {in_words(outside)}" if outside else "")
    return Codebook(outside, book.labels, allowed, span=span)


def _lies_in(number: int, span: tuple[int | None, int | None]) -> bool:
    lowest, highest = span
    return (lowest is None or number >= lowest) and (highest is None or number <= highest)


def _ticks(option: Option, instrument: Instrument) -> Codebook:
    numbers = {value: Reading(float(value), ANSWERED) for value in (0, 1)}
    labels = [
        *((word, numbers[1]) for word in sorted(YES_WORDS - {"1"})),
        *((word, numbers[0]) for word in sorted(NO_WORDS - {"0"})),
        *((wording, numbers[1]) for wording in option.label.by_language.values()),
    ]
    return _codebook(numbers, labels, instrument)


def _option_readings(options: Sequence[Option]) -> dict[int, Reading]:
    return {option.value: Reading(float(option.value), ANSWERED) for option in options}


def _option_labels(options: Sequence[Option]) -> list[tuple[str, Reading]]:
    readings = _option_readings(options)
    return [
        (wording, readings[option.value])
        for option in options
        for wording in _wordings(option.label)
    ]


def _wordings(text: Text) -> Iterator[str]:
    yield from text.by_language.values()


def _codebook(
    numbers: Mapping[int, Reading],
    labels: Sequence[tuple[str, Reading]],
    instrument: Instrument,
) -> Codebook:
    """Answers and special codes together; a number that is an answer is never a special code."""
    accepted = dict(numbers)
    worded = list(labels)
    for place, code in enumerate(instrument.special_codes):
        reading = Reading(np.nan, len(FIXED_OUTCOMES) + place)
        accepted.setdefault(code.value, reading)
        worded += [(wording, reading) for wording in (code.id, *_wordings(code.label))]
    return Codebook(accepted, without_ambiguity(worded), in_words(accepted))


def without_ambiguity(labels: Iterable[tuple[str, Reading]]) -> dict[str, Reading]:
    """Labels by key; one that stands for two answers is refused rather than guessed."""
    meanings: dict[str, Reading] = {}
    for label, reading in labels:
        key = wording_key(label)
        known = meanings.get(key, reading)
        same = known.outcome == reading.outcome and (
            known.value == reading.value or reading.outcome != ANSWERED
        )
        meanings[key] = known if same else REFUSAL
    return meanings
