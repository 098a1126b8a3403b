"""What item sheets in a workbook have in common: lists of answers, names, and the file itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from pipeline.instrument.export.questionnaire import Choice, Entry, Grid, Questionnaire, Ticks
from pipeline.instrument.export.wording import (
    code_of,
    forbidden_sign,
    instruction,
    wording_problems,
    wordings,
)
from pipeline.problems import Problem

ALWAYS_THE_SAME_DATE = datetime(2000, 1, 1)
"""Date of creation of every workbook, so that the same questionnaire gives the same bytes."""

LONGEST_CELL = 32767
"""Characters that a cell of a workbook holds; what is longer is cut off without a word."""

MARKDOWN = re.compile(
    r"[`*\\]|~~|(?<!\w)_(?=\w)|\]\(|^\s*(?:#|>|[-+]\s|\d+[.)]\s|=+\s*$|-+\s*$)", re.MULTILINE
)
"""Signs that turn into bold type, headings, lists or code where texts are read as Markdown."""

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""Signs that nobody sees and no workbook may hold."""

Row = dict[str, str]
"""A row of a sheet by heading; headings that are left out are empty cells."""

Choices = tuple[tuple[int, str], ...]
"""The number and the label of each answer that can be chosen, in order."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of text cells."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def write_workbook(sheets: Mapping[str, Sheet]) -> bytes:
    """The workbook as .xlsx; every cell is text, nothing is read as a formula or a link."""
    from xlsxwriter import Workbook

    content = BytesIO()
    workbook = Workbook(content, {"in_memory": True})
    workbook.set_properties({"created": ALWAYS_THE_SAME_DATE})
    bold = workbook.add_format({"bold": True})
    for name, sheet in sheets.items():
        page = workbook.add_worksheet(name)
        page.freeze_panes(1, 0)
        for place, heading in enumerate(sheet.headings):
            page.write_string(0, place, heading, bold)
            for number, row in enumerate(sheet.rows, start=1):
                if row.get(heading):
                    page.write_string(number, place, row[heading])
    workbook.close()
    return content.getvalue()


def file_stem(questionnaire: Questionnaire) -> str:
    """Name of the file without its ending: lower-case letters, digits and underscores."""
    parts = (questionnaire.instrument_id, questionnaire.form, questionnaire.language)
    return re.sub(r"[^a-z0-9]+", "_", " ".join(parts).lower()).strip("_")


def choices_of(entry: Entry) -> Choices:
    """What can be chosen in an entry; nothing where a number or a text is written."""
    if isinstance(entry, Grid | Choice):
        return tuple((answer.value, answer.label) for answer in entry.answers)
    if isinstance(entry, Ticks):
        texts = (row.text for row in entry.rows)
        return tuple(zip(entry.values, texts, strict=True))
    return ()


def choice_lists(questionnaire: Questionnaire) -> dict[Choices, str]:
    """Name of every list of answers; questions with the same answers share a list."""
    asked = dict.fromkeys(map(choices_of, questionnaire.entries))
    lists = [choices for choices in asked if choices]
    return {choices: f"answers{number:02d}" for number, choices in enumerate(lists, start=1)}


def help_text(entry: Entry, questionnaire: Questionnaire) -> str:
    """How an entry is answered, where boxes on a screen do not show it by themselves."""
    if isinstance(entry, Ticks) and entry.at_most is None:
        return ""
    return instruction(entry, questionnaire)


def choices_sheet(lists: Mapping[Choices, str]) -> Sheet:
    """The sheet ``choices``: list, number and label of every answer."""
    rows = (
        {"list_name": name, "name": str(value), "label": label}
        for choices, name in lists.items()
        for value, label in choices
    )
    return Sheet(("list_name", "name", "label"), tuple(rows))


def sheet_problems(
    questionnaire: Questionnaire,
    rows: Sequence[Row],
    platform: str,
    name: re.Pattern[str],
    reserved: Collection[str],
) -> list[Problem]:
    """What keeps a questionnaire from becoming an item sheet.

    Parameters
    ----------
    questionnaire : Questionnaire
        What will be written.
    rows : sequence of dict
        The rows of its sheet ``survey``.
    platform : str
        Name of the exporter, told as the file of each problem.
    name : pattern
        What a name has to look like.
    reserved : collection of str
        Names, in small letters, that the platform keeps for itself.
    """
    names = [row["name"] for row in rows if row.get("name")]
    return [
        *_name_problems(names, platform, name, reserved),
        *_choice_problems(questionnaire, platform),
        *wording_problems(questionnaire, platform),
        *forbidden_sign(questionnaire, platform, MARKDOWN, "would be read as Markdown"),
        *forbidden_sign(questionnaire, platform, CONTROL, "is a sign that nobody sees"),
        *_length_problems(questionnaire, platform),
    ]


def _name_problems(
    names: Iterable[str], platform: str, pattern: re.Pattern[str], reserved: Collection[str]
) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name in names:
        folded = name.lower()
        if not pattern.fullmatch(name):
            cure = (
                f"'{name}' cannot be a name here; begin with a letter, then use letters, digits "
                "and underscores only, at most 64 signs"
            )
            yield Problem(platform, cure, column=name)
        if folded in reserved:
            cure = f"'{name}' is a name that the platform keeps for itself; choose another id"
            yield Problem(platform, cure, column=name)
        if folded in seen:
            cure = f"'{name}' and '{seen[folded]}' are the same name here; choose another id"
            yield Problem(platform, cure, column=name)
        seen.setdefault(folded, name)


def _choice_problems(questionnaire: Questionnaire, platform: str) -> Iterator[Problem]:
    for entry in questionnaire.entries:
        values = [value for value, _ in choices_of(entry)]
        for value in sorted({value for value in values if values.count(value) > 1}):
            cure = f"two answers have the number {value}; give each its own"
            yield Problem(platform, cure, column=code_of(entry))


def _length_problems(questionnaire: Questionnaire, platform: str) -> Iterator[Problem]:
    for wording in wordings(questionnaire):
        if len(wording.text) > LONGEST_CELL:
            cure = f"the text is longer than {LONGEST_CELL} signs; shorten it"
            yield Problem(platform, cure, column=wording.place)
