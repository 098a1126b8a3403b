"""The words of a questionnaire one by one, and what platforms that read HTML make of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.instrument.export.questionnaire import (
    Choice,
    Counters,
    Entry,
    Grid,
    OpenText,
    Questionnaire,
    Ticks,
    WholeNumber,
)
from pipeline.problems import Problem

MARKUP = re.compile(r"<\S|&(?:#\w+|[A-Za-z]\w*);")
"""What a browser takes for a tag or for a coded sign."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A text that respondents read, and the question, page or phrase it belongs to.

    `may_be_empty` holds for prompts and introductions, which not every grid and page has.
    """

    place: str
    text: str
    may_be_empty: bool = False


def wordings(questionnaire: Questionnaire) -> Iterator[Wording]:
    """Every text of a questionnaire, in order."""
    yield Wording("title", questionnaire.title)
    yield from (Wording("notes", note) for note in questionnaire.notes)
    closing = questionnaire.phrases.get("closing", "")
    yield Wording("closing", closing, may_be_empty=True)
    for page in questionnaire.pages:
        yield Wording(page.code, page.title)
        yield Wording(page.code, page.intro, may_be_empty=True)
        for entry in page.entries:
            yield from _wordings_of(entry)
            yield Wording(code_of(entry), instruction(entry, questionnaire), may_be_empty=True)


def _wordings_of(entry: Entry) -> Iterator[Wording]:
    yield Wording(code_of(entry), entry.text, may_be_empty=isinstance(entry, Grid))
    if isinstance(entry, Grid | Ticks | Counters):
        yield from (Wording(row.column, row.text) for row in entry.rows)
    if isinstance(entry, Grid | Choice):
        yield from (Wording(code_of(entry), answer.label) for answer in entry.answers)


def code_of(entry: Entry) -> str:
    """The code of a grid, of boxes to tick or of a constant sum; else the answer column."""
    return entry.code if isinstance(entry, Grid | Ticks | Counters) else entry.column


def instruction(entry: Entry, questionnaire: Questionnaire) -> str:
    """How an entry is answered, in the words of the questionnaire.

    Empty where a screen shows it anyway: one answer of a list, any number of boxes.
    """
    name, number = "", 0
    if isinstance(entry, Ticks) and entry.at_most:
        name, number = "at_most", entry.at_most
    elif isinstance(entry, Counters):
        name, number = "share_out", entry.total
    elif isinstance(entry, WholeNumber):
        name = "whole_number"
    elif isinstance(entry, OpenText) and entry.long:
        name = "own_words"
    return questionnaire.phrases.get(name, "").replace("{number}", str(number))


def prompt_of(grid: Grid, questionnaire: Questionnaire) -> str:
    """What stands above a grid: its prompt, or how it is answered."""
    return grid.text or questionnaire.phrases.get("one_in_each_row", "")


def in_lines(*texts: str) -> str:
    """Texts in one line: a line break becomes a tag, and so does the gap between two texts."""
    return "<br><br>".join("<br>".join(text.splitlines()) for text in texts if text)


def wording_problems(questionnaire: Questionnaire, platform: str) -> Iterator[Problem]:
    """Texts that are missing, or that a platform which reads HTML would change.

    Parameters
    ----------
    questionnaire : Questionnaire
        What will be written.
    platform : str
        Name of the exporter, told as the file of the problem.
    """
    for wording in wordings(questionnaire):
        if not (wording.text.strip() or wording.may_be_empty):
            yield Problem(platform, "there is no text here; write one", column=wording.place)
        found = MARKUP.search(wording.text)
        if found:
            cure = f"'{found[0]}' would be read as HTML; say it in words"
            yield Problem(platform, cure, column=wording.place)


def forbidden_sign(
    questionnaire: Questionnaire, platform: str, sign: re.Pattern[str], reason: str
) -> Iterator[Problem]:
    """Texts that hold a sign which a platform reads as a command.

    Parameters
    ----------
    questionnaire, platform
        As for :func:`wording_problems`.
    sign : pattern
        The sign.
    reason : str
        What the platform makes of it.
    """
    for wording in wordings(questionnaire):
        found = sign.search(wording.text)
        if found:
            cure = f"'{found[0]}' {reason}; write the text without it"
            yield Problem(platform, cure, column=wording.place)
