"""REDCap: the data dictionary, a CSV file with a row for each field.

Pages that share a title become one instrument, and each page starts with a section header, so
that a survey set to one section a page shows the same pages as every other platform.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import groupby

from pipeline.instrument.export.platform import Exporter, PlatformFiles
from pipeline.instrument.export.questionnaire import (
    Answer,
    Choice,
    Counters,
    Entry,
    Grid,
    OpenText,
    Page,
    Questionnaire,
    Ticks,
    columns_of,
)
from pipeline.instrument.export.wording import (
    code_of,
    forbidden_sign,
    in_lines,
    instruction,
    wording_problems,
)
from pipeline.problems import Problem

NAME = "redcap"
HEADINGS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
RECORD = "record_id"
LONGEST_NAME = 100
FIELD_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
PIPE = re.compile(r"\|")
PIPING = re.compile(r"\[[A-Za-z][\w:-]*\]")


@dataclass(frozen=True, slots=True)
class Field:
    """A row of the dictionary, as far as this questionnaire uses its columns."""

    name: str
    kind: str
    label: str
    choices: str = ""
    note: str = ""
    validation: str = ""
    lowest: str = ""
    highest: str = ""
    matrix: str = ""
    annotation: str = ""

    def row(self, form: str, section: str) -> tuple[str, ...]:
        """The eighteen cells."""
        checks = (self.validation, self.lowest, self.highest)
        empty = ("",) * 5
        return (
            *(self.name, form, section, self.kind, self.label, self.choices, self.note),
            *(*checks, *empty, self.matrix, "", self.annotation),
        )


def write(questionnaire: Questionnaire) -> PlatformFiles:
    """The data dictionary of a questionnaire."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows(_rows(questionnaire))
    return PlatformFiles(
        {"data_dictionary.csv": text.getvalue().encode("utf-8")}, _columns(questionnaire)
    )


def problems(questionnaire: Questionnaire) -> list[Problem]:
    """Names, codes and texts that REDCap refuses or changes."""
    return [
        *wording_problems(questionnaire, NAME),
        *forbidden_sign(questionnaire, NAME, PIPING, "would be replaced by the answer to a field"),
        *_name_problems(questionnaire),
        *(p for entry in questionnaire.entries for p in _code_problems(entry)),
    ]


def _rows(questionnaire: Questionnaire) -> Iterator[tuple[str, ...]]:
    first = True
    for form, pages in _forms(questionnaire):
        if first:
            yield Field(RECORD, "text", "Record ID").row(form, "")
        for page in pages:
            section = "" if first else _section_header(page)
            for place, field in enumerate(_page_fields(page, questionnaire, opens=first)):
                yield field.row(form, section if place == 0 else "")
            first = False


def _forms(questionnaire: Questionnaire) -> Iterator[tuple[str, tuple[Page, ...]]]:
    runs = groupby(questionnaire.pages, key=lambda page: page.title)
    for number, (_, pages) in enumerate(runs, start=1):
        yield f"part{number:02d}", tuple(pages)


def _section_header(page: Page) -> str:
    """Title, introduction, and the prompt if the page starts with a grid."""
    entry = page.entries[0]
    return in_lines(page.title, page.intro, entry.text if isinstance(entry, Grid) else "")


def _page_fields(page: Page, questionnaire: Questionnaire, opens: bool) -> Iterator[Field]:
    """The fields of a page; the page that opens the questionnaire says what has to be said."""
    if opens:
        words = in_lines(questionnaire.title, *questionnaire.notes, page.title, page.intro)
        yield Field(f"{page.code}_text", "descriptive", words)
    for place, entry in enumerate(page.entries):
        under_header = place == 0 and not opens
        if isinstance(entry, Grid) and entry.text and not under_header:
            yield Field(f"{entry.code}_text", "descriptive", in_lines(entry.text))
        yield from _fields(entry, questionnaire)


def _fields(entry: Entry, questionnaire: Questionnaire) -> Iterator[Field]:
    note = in_lines(instruction(entry, questionnaire))
    if isinstance(entry, Grid):
        for row in entry.rows:
            label, choices = in_lines(row.text), _choices(entry.answers)
            yield Field(row.column, "radio", label, choices, matrix=entry.code)
    elif isinstance(entry, Choice):
        yield Field(entry.column, "radio", in_lines(entry.text), _choices(entry.answers))
    elif isinstance(entry, Ticks):
        yield _checkbox(entry, note)
    elif isinstance(entry, Counters):
        yield from _counters(entry, note, questionnaire.phrases.get("total", ""))
    elif isinstance(entry, OpenText):
        kind = "notes" if entry.long else "text"
        yield Field(entry.column, kind, in_lines(entry.text), note=note)
    else:
        label = in_lines(entry.text)
        yield _integer(entry.column, label, entry.lowest, entry.highest, note)


def _checkbox(entry: Ticks, note: str) -> Field:
    boxes = zip(entry.values, entry.rows, strict=True)
    choices = _choices([Answer(value, row.text) for value, row in boxes])
    limit = f"@MAXCHECKED={entry.at_most}" if entry.at_most else ""
    label = in_lines(entry.text)
    return Field(entry.code, "checkbox", label, choices, note=note, annotation=limit)


def _counters(entry: Counters, note: str, total: str) -> Iterator[Field]:
    """A number for each part, and a field that shows what they come to."""
    yield Field(f"{entry.code}_text", "descriptive", in_lines(entry.text, note))
    for row in entry.rows:
        yield _integer(row.column, in_lines(row.text), 0, entry.total)
    names = ", ".join(f"[{row.column}]" for row in entry.rows)
    yield Field(f"{entry.code}_total", "calc", total or entry.code, f"sum({names})")


def _integer(
    name: str, label: str, lowest: int | None, highest: int | None, note: str = ""
) -> Field:
    limits = ["" if limit is None else str(limit) for limit in (lowest, highest)]
    return Field(
        name,
        "text",
        label,
        note=note,
        validation="integer",
        lowest=limits[0],
        highest=limits[1],
    )


def _choices(answers: Sequence[Answer]) -> str:
    return " | ".join(f"{answer.value}, {in_lines(answer.label)}" for answer in answers)


def _columns(questionnaire: Questionnaire) -> dict[str, str]:
    columns: dict[str, str] = {}
    for entry in questionnaire.entries:
        if isinstance(entry, Ticks):
            boxes = zip(entry.rows, entry.values, strict=True)
            columns |= {row.column: f"{entry.code}___{value}" for row, value in boxes}
        else:
            columns |= {column: column for column in columns_of(entry)}
    return columns


def _field_names(questionnaire: Questionnaire) -> Iterator[str]:
    """Every name that has to be unique in the project."""
    place = HEADINGS.index("Variable / Field Name")
    yield from (row[place] for row in _rows(questionnaire))
    for form, _ in _forms(questionnaire):
        yield from (f"{form}_complete", f"{form}_timestamp")


def _name_problems(questionnaire: Questionnaire) -> Iterator[Problem]:
    names = list(_field_names(questionnaire))
    for name, times in Counter(name.lower() for name in names).items():
        if times > 1:
            cure = "two fields of the project would have this name; give one of them another id"
            yield Problem(NAME, cure, column=name)
    grids = [e.code for e in questionnaire.entries if isinstance(e, Grid)]
    for name in dict.fromkeys([*names, *grids]):
        if not FIELD_NAME.fullmatch(name):
            cure = (
                "a field name has lower-case letters, digits and single underscores and starts "
                "with a letter; give it another id"
            )
            yield Problem(NAME, cure, column=name)
        if len(name) > LONGEST_NAME:
            cure = f"a field name has at most {LONGEST_NAME} characters; give it a shorter id"
            yield Problem(NAME, cure, column=name)
        if name.startswith("redcap_"):
            yield Problem(
                NAME, "REDCap keeps names that start with redcap_; rename it", column=name
            )


def _code_problems(entry: Entry) -> Iterator[Problem]:
    code = code_of(entry)
    values: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    if isinstance(entry, Grid | Choice):
        values = tuple(answer.value for answer in entry.answers)
        labels = tuple(answer.label for answer in entry.answers)
    elif isinstance(entry, Ticks):
        values, labels = entry.values, tuple(row.text for row in entry.rows)
    for value, times in Counter(values).items():
        if times > 1:
            yield Problem(NAME, f"two answers have the number {value}; change one", column=code)
        if value < 0:
            cure = f"answer {value} has a minus sign, which names another column; change it"
            yield Problem(NAME, cure, column=code)
    for label in labels:
        if PIPE.search(label):
            cure = f"the answer '{label}' holds a |, which parts two answers; write it without"
            yield Problem(NAME, cure, column=code)


REDCAP = Exporter(
    name=NAME,
    title="REDCap",
    write=write,
    problems=problems,
    steps=(
        "Make a new, empty project in development status. A data dictionary replaces every "
        "instrument that a project has, so never upload it to a project that holds other forms.",
        "On the page 'Data Dictionary' upload `data_dictionary.csv`, read the list of changes that "
        "REDCap shows, and commit them.",
        "Set up what the file cannot say (next section).",
        "Answer the survey yourself from the first page to the last, once with every kind of "
        "answer, and delete these test records before the first real one.",
        "Move the project to production before you send out the link.",
        "For the pipeline, export the data as 'CSV / Microsoft Excel (raw data)', never as labels: "
        "labels lose the codes. Keep `name_map.csv` beside the export.",
    ),
    by_hand=(
        "Surveys: switch surveys on for the project and for every instrument (they are called "
        "part01, part02 and so on; the titles that respondents see are yours to write), choose "
        "'One section per page', and let each survey continue to the next one automatically.",
        "The last page: write the thanks and the credit line below into the survey completion "
        "text of the last instrument.",
        "The constant sum: REDCap shows the total under the numbers, and does not refuse a "
        "wrong one.",
        "Nothing is a required field, because respondents may leave out any question. Leave it so.",
        "Other languages: one file holds one language. Use the page 'Multi-Language Management' "
        "and the texts in `name_map.csv`, or one project for each language.",
        "The site: respondents type its name or code. With one data access group for each site, "
        "or one project for each site, you can delete this field.",
        "Random order, invitations, consent and how long answers are kept.",
    ),
    tested=(
        "The file against a strict checker of the written rules of data dictionaries: the 18 "
        "headings, names, types, choices, matrix groups, order of forms. The same checker accepts "
        "dictionaries that REDCap itself wrote, and refuses broken ones.",
    ),
    untested=(
        "The file was not uploaded to REDCap, which can only be run under a licence. If REDCap "
        "refuses it, send us its message.",
        "How the pages look on a screen, on a phone and with a screen reader.",
    ),
)
