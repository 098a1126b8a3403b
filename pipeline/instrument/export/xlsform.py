"""The questionnaire as an XLSForm, for KoBoToolbox, ODK Central and Enketo."""

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
from pipeline.instrument.export.wording import code_of, forbidden_sign
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

PLATFORM = "xlsform"
SURVEY_HEADINGS = (
    "type",
    "name",
    "label",
    "hint",
    "appearance",
    "constraint",
    "constraint_message",
    "calculation",
    "relevant",
)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
RESERVED = frozenset(
    {"meta", "instanceid", "instancename", "formhub", "start", "end", "today", "deviceid"}
    | {"username", "submissiondate", "key", "status", "edits", "formversion", "reviewstate"}
)
"""Names in small letters that pyxform, KoBoToolbox or ODK Central use for their own columns."""

REFERENCE = re.compile(r"\$\{")
"""Begins the name of another question inside a text."""

END_GROUP: Row = {"type": "end_group"}
TIMES: tuple[Row, ...] = ({"type": "start", "name": "start"}, {"type": "end", "name": "end"})
"""When somebody began and ended, which the device notes by itself."""


def write(questionnaire: Questionnaire) -> PlatformFiles:
    """The form, and the headings of an export with XML names and without group names."""
    lists = choice_lists(questionnaire)
    sheets = {
        "survey": Sheet(SURVEY_HEADINGS, (*TIMES, *_survey_rows(questionnaire, lists))),
        "choices": choices_sheet(lists),
        "settings": _settings(questionnaire),
    }
    columns = {
        column: heading
        for entry in questionnaire.entries
        for column, heading in zip(columns_of(entry), _headings(entry), strict=True)
    }
    return PlatformFiles({f"{file_stem(questionnaire)}.xlsx": write_workbook(sheets)}, columns)


def problems(questionnaire: Questionnaire) -> list[Problem]:
    """What keeps the questionnaire from being an XLSForm."""
    rows = list(_survey_rows(questionnaire, choice_lists(questionnaire)))
    return [
        *sheet_problems(questionnaire, rows, PLATFORM, NAME, RESERVED),
        *forbidden_sign(questionnaire, PLATFORM, REFERENCE, "would be read as another question"),
    ]


def _headings(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, Ticks):
        return tuple(f"{entry.code}/{value}" for value in entry.values)
    return columns_of(entry)


def _settings(questionnaire: Questionnaire) -> Sheet:
    row = {
        "form_title": f"{questionnaire.title}: {questionnaire.form_title}",
        "form_id": file_stem(questionnaire),
        "version": f"{questionnaire.version}-{questionnaire.form}",
        "default_language": questionnaire.language,
        "style": "pages",
    }
    return Sheet(tuple(row), (row,))


def _survey_rows(questionnaire: Questionnaire, lists: Mapping[Choices, str]) -> Iterator[Row]:
    """One group for each page; notes stand first, thanks and credit last."""
    first, last = questionnaire.pages[0], questionnaire.pages[-1]
    for page in questionnaire.pages:
        yield {
            "type": "begin_group",
            "name": page.code,
            "label": page.title,
            "appearance": "field-list",
        }
        if page is first:
            for number, note in enumerate(questionnaire.notes, start=1):
                yield _note(f"notes{number:02d}", note)
        yield from _page_rows(page, questionnaire, lists)
        if page is last:
            if "closing" in questionnaire.phrases:
                yield _note("closing", questionnaire.phrases["closing"])
            yield _note("credit", questionnaire.citation)
        yield END_GROUP


def _page_rows(
    page: Page, questionnaire: Questionnaire, lists: Mapping[Choices, str]
) -> Iterator[Row]:
    if page.intro:
        yield _note(f"{page.code}_intro", page.intro)
    for entry in page.entries:
        yield from _entry_rows(entry, questionnaire, lists)


def _entry_rows(
    entry: Entry, questionnaire: Questionnaire, lists: Mapping[Choices, str]
) -> Iterator[Row]:
    if isinstance(entry, Grid):
        yield from _grid_rows(entry, lists)
    elif isinstance(entry, Counters):
        yield from _counter_rows(entry, questionnaire)
    else:
        yield _question_row(entry, lists) | {"hint": help_text(entry, questionnaire)}


def _note(name: str, text: str) -> Row:
    return {"type": "note", "name": name, "label": text}


def _grid_rows(grid: Grid, lists: Mapping[Choices, str]) -> Iterator[Row]:
    """Statements under one heading, one below the other, so that a phone can show them."""
    yield {"type": "begin_group", "name": grid.code, "label": grid.text}
    for row in grid.rows:
        listed = f"select_one {lists[choices_of(grid)]}"
        yield {"type": listed, "name": row.column, "label": row.text}
    yield END_GROUP


def _question_row(
    entry: Choice | Ticks | WholeNumber | OpenText, lists: Mapping[Choices, str]
) -> Row:
    row = {"name": code_of(entry), "label": entry.text}
    if isinstance(entry, Choice):
        return row | {"type": f"select_one {lists[choices_of(entry)]}"}
    if isinstance(entry, Ticks):
        return row | {"type": f"select_multiple {lists[choices_of(entry)]}"} | _at_most(entry)
    if isinstance(entry, WholeNumber):
        return row | {"type": "integer"} | _range(entry.lowest, entry.highest)
    return row | {"type": "text", "appearance": "multiline" if entry.long else ""}


def _at_most(ticks: Ticks) -> Row:
    if ticks.at_most is None:
        return {}
    return {
        "constraint": f"count-selected(.) <= {ticks.at_most}",
        "constraint_message": f"≤ {ticks.at_most}",
    }


def _range(lowest: int | None, highest: int | None) -> Row:
    bounds = {"≥": lowest, "≤": highest}
    given = {sign: bound for sign, bound in bounds.items() if bound is not None}
    operators = {"≥": ">=", "≤": "<="}
    return {
        "constraint": " and ".join(f". {operators[sign]} {bound}" for sign, bound in given.items()),
        "constraint_message": ", ".join(f"{sign} {bound}" for sign, bound in given.items()),
    }


def _counter_rows(counters: Counters, questionnaire: Questionnaire) -> Iterator[Row]:
    """A number for each part; the sum is shown, and has to be right when the last is written."""
    explained = help_text(counters, questionnaire)
    columns = columns_of(counters)
    yield {"type": "begin_group", "name": counters.code, "label": counters.text}
    if explained:
        yield _note(f"{counters.code}_how", explained)
    for row in counters.rows:
        limits = _range(0, counters.total)
        if row.column == columns[-1]:
            limits["constraint"] += f" and {_sum([*columns[:-1]], '.')} = {counters.total}"
            limits["constraint_message"] = explained or f"= {counters.total}"
        yield {"type": "integer", "name": row.column, "label": row.text} | limits
    total = f"{counters.code}_sum"
    yield {"type": "calculate", "name": total, "calculation": _sum([*columns])}
    so_far = f"{questionnaire.phrases.get('total', '')} ${{{total}}} / {counters.total}".strip()
    written = " or ".join(f"${{{column}}} != ''" for column in columns)
    yield _note(f"{counters.code}_check", so_far) | {"relevant": written}
    yield END_GROUP


def _sum(columns: list[str], *more: str) -> str:
    """The sum of answers, where an empty one counts as nothing."""
    return " + ".join([*(f"coalesce(${{{column}}}, 0)" for column in columns), *more])


XLSFORM = Exporter(
    name=PLATFORM,
    title="KoBoToolbox and ODK (XLSForm)",
    write=write,
    problems=problems,
    steps=(
        "KoBoToolbox: make a new project, choose to upload an XLSForm, and pick the .xlsx file. "
        "ODK Central: make a new form in your project and upload the same file.",
        "Fill in the form once from beginning to end, on the kind of phone or computer that "
        "respondents will use, and look at the answers that come back. Delete them afterwards.",
        "Deploy the form (KoBoToolbox) or publish it (ODK Central), and give out the link.",
        "To change a word later, change the file and upload it as a new version of the same form. "
        "Never rename a question while answers are coming in.",
        "KoBoToolbox export: choose CSV, value and header format 'XML values and headers', all "
        "versions, no group names in the headers, and a separate column for each choice of a "
        "question with several answers. Such a question comes back empty when it was skipped.",
        "ODK Central export: choose to remove group names and to split questions with several "
        "answers into columns. With group names, a heading is page, group and question joined by "
        "a hyphen, such as page02-grid01- followed by the item, and no longer fits the map of "
        "names. In ODK Central a question with several answers holds 0 in each of its columns "
        "even if it was never shown.",
        "Leave the other columns of the export as they are. 'start' and 'end' tell how long "
        "somebody took; those that end in '_sum' are sums and hold no answers.",
    ),
    by_hand=(
        "Who may open the form, one answer per person, invitations and reminders.",
        "The site: if each site has its own link, give the first question a default value there.",
        "A second language: this file holds one. Make one project for each language, or add the "
        "other language as a translation in KoBoToolbox and check every text.",
        "Tables: each statement has its own list of answers, which phones can show. For a table on "
        "wide screens write 'table-list' in the column 'appearance' of the groups named grid01 and "
        "so on.",
        "The sum of a share-out question is checked when its last line is filled in. If that line "
        "is left empty the sum is shown, but a wrong one is let through.",
    ),
    tested=(
        "Every form was converted with pyxform without a warning, and ODK Validate called the "
        "result valid.",
        "Names stay unique when group names are left out of the headings.",
    ),
    untested=(
        "The file was not uploaded to KoBoToolbox or ODK Central, and not opened in ODK Collect "
        "or Enketo.",
        "The names of the export options are those of the documentation; no export of this form "
        "was seen.",
    ),
)
"""The exporter."""
