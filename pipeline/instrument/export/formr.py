"""The questionnaire as an item sheet for formr."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipeline.instrument.export.platform import Exporter, PlatformFiles
from pipeline.instrument.export.questionnaire import (
    Choice,
    Counters,
    Entry,
    Grid,
    OpenText,
    Page,
    Questionnaire,
    Ticks,
    WholeNumber,
    columns_of,
)
from pipeline.instrument.export.wording import code_of
from pipeline.instrument.export.workbook import (
    Choices,
    Row,
    Sheet,
    choice_lists,
    choices_of,
    choices_sheet,
    file_stem,
    help_text,
    sheet_problems,
    write_workbook,
)
from pipeline.problems import Problem

PLATFORM = "formr"
SURVEY_HEADINGS = ("type", "name", "label", "optional", "showif", "class")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,63}")
RESERVED = frozenset(
    {"session_id", "created", "modified", "ended", "id", "study_id", "session", "expired"}
)
"""Names that formr refuses, or uses for columns of its own in an export of results."""

LARGEST_ANSWER = 255
"""formr keeps a chosen answer in one byte."""

LARGEST_NUMBER = 10_000_000
"""The limit of formr's own number field."""

STACKED = "answer_below_label mc_vertical"
"""Answers under the question and under each other, as they fit on a phone."""

OPTIONAL = "*"
NEXT_PAGE = "→"


def write(questionnaire: Questionnaire) -> PlatformFiles:
    """The item sheet; boxes to tick come back together in one column."""
    lists = choice_lists(questionnaire)
    sheets = {
        "survey": Sheet(SURVEY_HEADINGS, tuple(_survey_rows(questionnaire, lists))),
        "choices": choices_sheet(lists),
        "settings": _settings(),
    }
    columns: dict[str, str] = {}
    codes: dict[str, dict[int, str]] = {}
    for entry in questionnaire.entries:
        if isinstance(entry, Ticks):
            for row, value in zip(entry.rows, entry.values, strict=True):
                columns[row.column] = entry.code
                codes[row.column] = {1: str(value), 0: ""}
        else:
            columns |= {column: column for column in columns_of(entry)}
    files = {f"{file_stem(questionnaire)}.xlsx": write_workbook(sheets)}
    return PlatformFiles(files, columns, codes)


def problems(questionnaire: Questionnaire) -> list[Problem]:
    """What keeps the questionnaire from being an item sheet of formr."""
    rows = list(_survey_rows(questionnaire, choice_lists(questionnaire)))
    found = sheet_problems(questionnaire, rows, PLATFORM, NAME, RESERVED)
    for entry in questionnaire.entries:
        cures = _answer_cures(entry)
        found += [Problem(PLATFORM, cure, column=code_of(entry)) for cure in cures]
    return found


def _answer_cures(entry: Entry) -> Iterator[str]:
    choices = choices_of(entry)
    labels = [label for _, label in choices]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        yield f"two answers are called '{label}', which formr refuses; give each its own words"
    for value, _ in choices:
        if not 0 <= value <= LARGEST_ANSWER:
            yield f"formr cannot keep the answer {value}; use numbers from 0 to {LARGEST_ANSWER}"
        if value == 0 and isinstance(entry, Ticks):
            yield "formr loses a ticked box with the number 0; number the boxes from 1"
    if isinstance(entry, WholeNumber) and (entry.highest or 0) > LARGEST_NUMBER:
        yield f"formr takes numbers up to {LARGEST_NUMBER}; lower the highest number"


def _settings() -> Sheet:
    """Show every item to everybody, in the layout in which formr writes settings itself."""
    shown = {"maximum_number_displayed": "0", "displayed_percentage_maximum": "100"}
    rows = ({"item": item, "value": value} for item, value in shown.items())
    return Sheet(("item", "value"), tuple(rows))


def _survey_rows(questionnaire: Questionnaire, lists: Mapping[Choices, str]) -> Iterator[Row]:
    """Pages that end in a button; notes stand first, thanks and credit last."""
    yield _note("opening", f"# {questionnaire.title}: {questionnaire.form_title}")
    for number, text in enumerate(questionnaire.notes, start=1):
        yield _note(f"notes{number:02d}", text)
    for page in questionnaire.pages:
        yield from _page_rows(page, questionnaire, lists)
        if page is questionnaire.pages[-1]:
            if "closing" in questionnaire.phrases:
                yield _note("closing", questionnaire.phrases["closing"])
            yield _note("credit", questionnaire.citation)
        yield {"type": "submit", "name": f"{page.code}_next", "label": NEXT_PAGE}


def _page_rows(
    page: Page, questionnaire: Questionnaire, lists: Mapping[Choices, str]
) -> Iterator[Row]:
    yield _note(page.code, _paragraphs(f"## {page.title}", page.intro))
    for entry in page.entries:
        if isinstance(entry, Grid):
            yield from _grid_rows(entry, lists)
        elif isinstance(entry, Counters):
            yield from _counter_rows(entry, questionnaire)
        else:
            yield _question_row(entry, help_text(entry, questionnaire), lists)


def _note(name: str, text: str) -> Row:
    return {"type": "note", "name": name, "label": text}


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)


def _answered(kind: str, name: str, label: str) -> Row:
    """A question that may be left out."""
    row = {"type": kind, "name": name, "label": label}
    return row | {"optional": OPTIONAL, "class": STACKED}


def _grid_rows(grid: Grid, lists: Mapping[Choices, str]) -> Iterator[Row]:
    if grid.text:
        yield _note(grid.code, grid.text)
    for row in grid.rows:
        yield _answered(f"mc {lists[choices_of(grid)]}", row.column, row.text)


def _counter_rows(counters: Counters, questionnaire: Questionnaire) -> Iterator[Row]:
    yield _note(counters.code, _paragraphs(counters.text, help_text(counters, questionnaire)))
    for row in counters.rows:
        yield _answered(_number_type(0, counters.total), row.column, row.text)


def _question_row(
    entry: Choice | Ticks | WholeNumber | OpenText, how: str, lists: Mapping[Choices, str]
) -> Row:
    label = _paragraphs(entry.text, how)
    return _answered(_type_of(entry, lists), code_of(entry), label)


def _type_of(entry: Choice | Ticks | WholeNumber | OpenText, lists: Mapping[Choices, str]) -> str:
    if isinstance(entry, Choice):
        return f"mc {lists[choices_of(entry)]}"
    if isinstance(entry, Ticks):
        return f"mc_multiple {lists[choices_of(entry)]}"
    if isinstance(entry, WholeNumber):
        return _number_type(entry.lowest, entry.highest)
    return "textarea" if entry.long else "text"


def _number_type(lowest: int | None, highest: int | None) -> str:
    """A number field, or digits in a text field where 0 may be written.

    An optional number field of formr turns 0 into an empty answer; a text field keeps it.
    """
    if lowest is not None and lowest > 0:
        return f"number {lowest},{highest or LARGEST_NUMBER},1"
    largest = max(abs(lowest or 0), abs(LARGEST_NUMBER if highest is None else highest))
    sign = "" if lowest == 0 else "-?"
    return f"text {sign}[0-9]{{1,{len(str(largest))}}}"


FORMR = Exporter(
    name=PLATFORM,
    title="formr",
    write=write,
    problems=problems,
    steps=(
        "Make a new survey in formr and upload the .xlsx file. Its name becomes the name of the "
        "survey: letters, digits and underscores only.",
        "Read what formr says about the upload. It names the columns it used and skips none of "
        "ours; it reads the sheets 'survey' and 'choices'.",
        "Put the survey into a run, and end the run with a page that thanks people. Fill it in "
        "once from beginning to end with a test session.",
        "Set the run to public or private, and give out its link.",
        "Export the results of the survey as CSV (not the detailed item table). A question with "
        "several answers is one column that holds the numbers of the ticked boxes, joined by a "
        "comma and a space, such as '1, 3'. It comes back empty when nothing is ticked, and also "
        "when it was never shown.",
    ),
    by_hand=(
        "The settings of the survey: formr may not read the sheet 'settings'. Show all items, on "
        "as many pages as there are buttons.",
        "How many boxes may be ticked at most: the words say it, formr does not count.",
        "The sum of a share-out question: the words say it, formr does not add up.",
        "The range of a number that may be 0: only the number of digits is checked, because "
        "formr's own number field loses an answer of 0.",
        "The site: if each site has its own run or link, give the first question a preset value.",
        "Who may take part, one answer per person, invitations and reminders.",
    ),
    tested=(
        "Every form passed a strict check of item sheets: known types, unique names, lists that "
        "exist, answers that are told apart. The check accepts formr's own example sheet.",
        "The rules were taken from formr's published source and documentation.",
    ),
    untested=(
        "The file was not uploaded to formr, and no export of it was seen.",
        "formr changes from release to release; the source that was read may be older than the "
        "one you use.",
    ),
)
"""The exporter."""
