"""What the headings of a SurveyMonkey export say about each column, in each of its layouts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.ingest.platforms.surveymonkey_layouts import (
    ANSWER_WORDS,
    LEAST_ALIKE,
    has_spss_names,
    has_two_rows,
    is_record_heading,
    second_row,
    spss_name,
    titles_of,
)
from pipeline.ingest.sheet import Sheet
from pipeline.ingest.wording import one_line, without_invisible, wording_key

FREE_TEXT = "open ended response"
MOST_COLUMNS = 3
"""Of a question with one answer: the answer, other words, and a comment."""
BETWEEN = " - "


@dataclass(frozen=True, slots=True)
class Heading:
    """What is said about one column.

    Attributes
    ----------
    position : int
        Place in the file, from 1.
    heading : str
        What the first row says, or what stands there for it in a column that goes on with a
        question.
    question, part : str
        Wording of the question, and of the row or choice; empty where they are not told.
    number : int
        Which question of the file it is, from 1; 0 for what describes the response.
    is_free_text : bool
        Is told to hold one's own words.
    code, subcode : str, optional
        Names of the question and of its part where the platform wrote names.
    labels : mapping
        What a statistics file says about its values.
    """

    position: int
    heading: str
    question: str = ""
    part: str = ""
    number: int = 0
    is_free_text: bool = False
    code: str | None = None
    subcode: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


def headings_of(sheet: Sheet) -> tuple[Heading, ...]:
    """What the headings say about every column, in the layout that the file has."""
    if has_spss_names(sheet):
        return _named_headings(sheet)
    return _two_rows(sheet) if has_two_rows(sheet) else _one_row(sheet)


def _two_rows(sheet: Sheet) -> tuple[Heading, ...]:
    """A question goes on over blank cells of the first row until the next text."""
    titles, parts = titles_of(sheet), second_row(sheet)
    lead = _lead(titles, parts)
    found: list[Heading] = []
    for position, (title, part) in enumerate(zip(titles, parts, strict=True), start=1):
        is_record = position <= lead or (is_record_heading(title) and not part)
        if is_record or not (title or part or _is_filled(sheet, position - 1, 2)):
            found.append(Heading(position, sheet.headings[position - 1]))
        else:
            found.append(_next(position, title, part, found))
    return _without_answer_words(found)


def _lead(titles: Sequence[str], parts: Sequence[str]) -> int:
    """How many of the first columns describe the response: nothing stands below their heading.

    A column without a heading before the first of them numbers the rows.
    """
    lead = 0
    for title, part in zip(titles, parts, strict=True):
        if title and part:
            break
        lead += 1
    return lead if any(titles[:lead]) else 0


def _next(position: int, title: str, part: str, found: Sequence[Heading]) -> Heading:
    """The heading of a column after others: it goes on with their last question or starts one."""
    before = found[-1] if found else Heading(0, "")
    starts = wording_key(part) in ANSWER_WORDS
    if before.number and not starts and (not title or _same(title, before)):
        return Heading(position, before.question, before.question, part, before.number)
    number = 1 + max((heading.number for heading in found), default=0)
    return Heading(position, title, title, part, number)


def _same(title: str, before: Heading) -> bool:
    return wording_key(title) == wording_key(before.question)


def _is_filled(sheet: Sheet, place: int, heading_rows: int) -> bool:
    return any(without_invisible(text) for text in sheet.texts_below(place, heading_rows))


def _without_answer_words(found: Sequence[Heading]) -> tuple[Heading, ...]:
    """Headings without the word for *Response*, which is no part of a question."""
    firsts = {heading.number: heading for heading in reversed(found) if heading.number}
    words = ANSWER_WORDS | _words_for_response(found, list(firsts.values()))
    return tuple(
        replace(h, part="", is_free_text=wording_key(h.part) == FREE_TEXT)
        if h is firsts.get(h.number) and wording_key(h.part) in words
        else h
        for h in found
    )


def _words_for_response(found: Sequence[Heading], firsts: Sequence[Heading]) -> set[str]:
    """The word for *Response* in the language of the account.

    It comes first below several short questions, and below one of them it is alone.
    """
    columns = Counter(heading.number for heading in found)
    short = [first for first in firsts if columns[first.number] <= MOST_COLUMNS and first.part]
    times = Counter(wording_key(first.part) for first in short)
    alone = {wording_key(first.part) for first in short if columns[first.number] == 1}
    return {word for word in alone if times[word] >= LEAST_ALIKE}


def _one_row(sheet: Sheet) -> tuple[Heading, ...]:
    """Question and part in one cell, with a hyphen between them."""
    titles = titles_of(sheet)
    asked = {
        position: title
        for position, title in enumerate(titles, start=1)
        if not _describes(titles, position) and (title or _is_filled(sheet, position - 1, 1))
    }
    questions = _questions_in(list(asked.values()))
    numbers: dict[str, int] = {}
    found = []
    for position, title in enumerate(titles, start=1):
        if position not in asked:
            found.append(Heading(position, sheet.headings[position - 1]))
            continue
        question = questions[title]
        part = title[len(question) :].strip().removeprefix(BETWEEN.strip()).strip()
        number = numbers.setdefault(wording_key(question), len(numbers) + 1)
        found.append(Heading(position, title, question.strip(), part, number))
    return tuple(found)


def _describes(titles: Sequence[str], position: int) -> bool:
    """Whether a column of a file with one row of headings describes the response."""
    title = titles[position - 1]
    return is_record_heading(title) or (position == 1 and not title)


def _questions_in(titles: Sequence[str]) -> Mapping[str, str]:
    """The question that each heading names: the longest beginning that most others share.

    A beginning ends before a hyphen; it must be a heading itself or that of several headings.
    """
    beginnings = {title: _beginnings(title) for title in titles}
    times = Counter(beginning for title in titles for beginning in beginnings[title])
    whole = set(titles)
    return {
        title: max(
            (b for b in beginnings[title] if times[b] >= LEAST_ALIKE or b in whole),
            key=lambda beginning: (times[beginning] + (beginning in whole), len(beginning)),
            default=title,
        )
        for title in titles
    }


def _beginnings(title: str) -> list[str]:
    return [title[: found.start()] for found in re.finditer(re.escape(BETWEEN), title)]


def _named_headings(sheet: Sheet) -> tuple[Heading, ...]:
    """Names such as ``q0007_0001``; their wordings only where a statistics file tells them."""
    numbers: dict[str, int] = {}
    found = []
    for position, title in enumerate(sheet.headings, start=1):
        name = spss_name(title)
        if name is None and _describes(sheet.headings, position):
            found.append(Heading(position, title))
            continue
        code, subcode = (title, None) if name is None else (name[1], name[2])
        number = numbers.setdefault(code.casefold(), len(numbers) + 1)
        found.append(Heading(position, title, number=number, code=code, subcode=subcode))
    return tuple(_labelled(found, sheet)) if sheet.variables else tuple(found)


def _labelled(found: Sequence[Heading], sheet: Sheet) -> list[Heading]:
    """Headings with the labels of their variables; that of a part may repeat the question."""
    told = {h.position: one_line(sheet.variables[h.position - 1].label) for h in found}
    questions = _questions_in([told[h.position] for h in found if h.subcode is not None])
    labelled = []
    for heading in found:
        variable, label = sheet.variables[heading.position - 1], told[heading.position]
        question = label if heading.subcode is None else questions[label]
        part = "" if question == label else label[len(question) + len(BETWEEN) :]
        if heading.subcode is not None and not part:
            question, part = "", label
        labelled.append(replace(heading, question=question, part=part, labels=variable.labels))
    return labelled
