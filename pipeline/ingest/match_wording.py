"""Columns of an export found by the wording of their question, in any language there is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pipeline.ingest.map_rows import SITE
from pipeline.ingest.raw import ExportColumn
from pipeline.ingest.wording import wording_key
from pipeline.instrument import Instrument, Text

SITE_QUESTION = "site_question"
_FILL_IN = re.compile(r"\{\w+\}")
_NUMBER_IN_FRONT = re.compile(
    r"\s*(?:q|question|item|fr[a\u00e5]ga)?\s*[0-9]{1,3}\s*[.:)\-\u2013]\s*(?=\D)", re.I
)
_CODE_IN_FRONT = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*[.:)\]\-\u2013 ]\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What one column asks: a question, and the row or choice within it where it has some."""

    answer: str
    question: Text | None
    part: Text | None


class Wordings:
    """The wordings of a questionnaire, and what each of them asks.

    A statement is known by itself; a part of a constant sum and a box to tick only together with
    their question, because other questions have parts of the same name. Words of a site that stand
    in place of a fill-in may be any.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._open: list[tuple[re.Pattern[str], str]] = []
        self.boxes: dict[str, dict[str, str]] = {}
        for asked in _asked(instrument):
            for wording in _wordings(asked):
                self._add(wording, asked.answer)
        for question in instrument.person_questions:
            if question.kind == "multiple":
                boxes = {str(o.value): c for c, o in question.columns.items() if o is not None}
                self.boxes[question.id] = boxes
                for text in question.text.by_language.values():
                    self._add(text, question.id)

    def _add(self, wording: str, answer: str) -> None:
        self._exact[wording_key(wording)].add(answer)
        if not _FILL_IN.search(wording):
            return
        pieces = [re.escape(_key_or_nothing(piece)) for piece in _FILL_IN.split(wording)]
        self._open.append((re.compile(" ?.+? ?".join(pieces)), answer))

    def of(self, text: str) -> set[str]:
        """Answer columns, questions with boxes and open questions that a wording stands for."""
        key = wording_key(text)
        if not key:
            return set()
        exact = self._exact.get(key)
        return exact or {answer for pattern, answer in self._open if pattern.fullmatch(key)}


def claims_by_wording(
    columns: Sequence[ExportColumn], wordings: Wordings, known: Collection[str]
) -> tuple[dict[str, list[ExportColumn]], list[tuple[ExportColumn, tuple[str, ...]]]]:
    """The columns that ask each answer, and the columns whose wording two answers share.

    Parameters
    ----------
    columns : sequence of ExportColumn
        Those that no code tells.
    wordings : Wordings
        What the questionnaire asks.
    known : collection of str
        Answers whose column is known already; a wording that they share with one other is its.

    Returns
    -------
    claims : dict of list of ExportColumn
        By answer column, by open question, by question whose boxes share a column, or ``site``.
    shared : list of (ExportColumn, tuple of str)
        Columns that could be several answers; none of them is taken.
    """
    claims: dict[str, list[ExportColumn]] = defaultdict(list)
    shared: list[tuple[ExportColumn, tuple[str, ...]]] = []
    for column in columns:
        found = answers_asked(column, wordings) - set(known)
        if len(found) == 1:
            claims[found.pop()].append(column)
        elif found:
            shared.append((column, tuple(sorted(found))))
    return dict(claims), shared


def answers_asked(column: ExportColumn, wordings: Wordings) -> set[str]:
    """The answers that a column may hold by its wording; the most telling wording decides."""
    if column.is_record:
        return set()
    for text in _texts_of(column):
        for shorter in dict.fromkeys((text, _NUMBER_IN_FRONT.sub("", text, count=1))):
            if found := wordings.of(shorter):
                return found
    return set()


def _texts_of(column: ExportColumn) -> Iterator[str]:
    """Question with part first, then the part, then the question where it has no parts."""
    pairs = [(q, p) for q in column.question for p in column.part]
    yield from (_pair(question, part) for question, part in pairs)
    yield from column.part
    if not column.part:
        yield from column.question
        yield column.heading


def _asked(instrument: Instrument) -> Iterator[Asked]:
    yield from (Asked(item.id, None, item.text) for item in instrument.items.values())
    for column, (allocation, part) in instrument.allocation_columns.items():
        both = {
            language: f"{title}. {part.description.by_language[language]}"
            for language, title in part.title.by_language.items()
            if language in part.description.by_language
        }
        yield Asked(column, allocation.prompt, part.title)
        yield Asked(column, allocation.prompt, Text(both))
    for question in instrument.person_questions:
        for column, option in question.columns.items():
            yield Asked(column, question.text, None if option is None else option.label)
    site = instrument.phrases.get(SITE_QUESTION)
    if site is not None:
        yield Asked(SITE, site, None)


def _wordings(asked: Asked) -> Iterator[str]:
    if asked.question is None or asked.part is None:
        whole = asked.question or asked.part
        yield from () if whole is None else whole.by_language.values()
        return
    for language, question in asked.question.by_language.items():
        if language in asked.part.by_language:
            yield _pair(question, asked.part.by_language[language])


def _key_or_nothing(piece: str) -> str:
    """The key of a piece of a wording; nothing for a full stop between two fill-ins."""
    return wording_key(piece) if any(char.isalnum() for char in piece) else ""


def _pair(question: str, part: str) -> str:
    return f"{question} {part}"


def code_in_front(column: ExportColumn, known: Collection[str]) -> str | None:
    """A known code that a heading begins with, such as ``ini101`` in *ini101. The leaders ...*."""
    found = _CODE_IN_FRONT.match(column.heading)
    return found[1].casefold() if found is not None and found[1].casefold() in known else None
