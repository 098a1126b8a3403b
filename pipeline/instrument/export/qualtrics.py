"""Qualtrics: the text format for import that it calls Advanced Format.

A tag stands alone in its line, and every text fills exactly one line: a line break inside a text
becomes ``<br>``. The statements of a grid have no names of their own in this format; they come
back as the code of the grid and their place in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
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
    prompt_of,
    wording_problems,
)
from pipeline.problems import Problem

NAME = "qualtrics"
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
TAG = re.compile(r"\[\[|\]\]")
PIPED = re.compile(r"[$#@]\{")
START_ID = "start"
HEADINGS_OF_A_RESPONSE = frozenset(
    {
        *("startdate", "enddate", "status", "ipaddress", "progress", "finished", "recorddate"),
        *("recordeddate", "responseid", "responseset", "recipientlastname", "recipientfirstname"),
        *("recipientemail", "externalreference", "externaldatareference", "locationlatitude"),
        *("locationlongitude", "locationaccuracy", "distributionchannel", "userlanguage"),
    }
)


def write(questionnaire: Questionnaire) -> PlatformFiles:
    """The questionnaire as text: a block for each title, page breaks inside a block."""
    lines = ["[[AdvancedFormat]]", ""]
    for block, pages in groupby(questionnaire.pages, key=lambda page: page.title):
        lines += [f"[[Block:{' '.join(block.split())}]]", ""]
        for place, page in enumerate(pages):
            lines += ["[[PageBreak]]", ""] if place > 0 else []
            lines += _page(page, questionnaire)
    columns = {
        column: heading
        for entry in questionnaire.entries
        for column, heading in zip(columns_of(entry), _headings(entry), strict=True)
    }
    ticks = {
        row.column: {1: "1", 0: ""}
        for entry in questionnaire.entries
        if isinstance(entry, Ticks)
        for row in entry.rows
    }
    return PlatformFiles({"questionnaire.txt": "\n".join(lines).encode("utf-8")}, columns, ticks)


def problems(questionnaire: Questionnaire) -> list[Problem]:
    """Codes and texts that the format cannot hold, or that Qualtrics reads as a command."""
    return [
        *wording_problems(questionnaire, NAME),
        *forbidden_sign(questionnaire, NAME, TAG, "is a sign of the file format"),
        *forbidden_sign(questionnaire, NAME, PIPED, "would be replaced by another text"),
        *_code_problems(questionnaire),
        *(p for entry in questionnaire.entries for p in _number_problems(entry)),
    ]


def _page(page: Page, questionnaire: Questionnaire) -> Iterator[str]:
    if page is questionnaire.pages[0]:
        words = in_lines(*questionnaire.notes)
        yield from _question("DB", START_ID, _headed(questionnaire.title, words))
    yield from _question("DB", page.code, _headed(page.title, in_lines(page.intro)))
    for entry in page.entries:
        yield from _entry(entry, questionnaire)


def _headed(title: str, text: str) -> str:
    return in_lines(f"<strong>{in_lines(title)}</strong>", text)


def _entry(entry: Entry, questionnaire: Questionnaire) -> Iterator[str]:
    text = in_lines(entry.text, instruction(entry, questionnaire))
    if isinstance(entry, Grid):
        prompt = in_lines(prompt_of(entry, questionnaire))
        yield from _question("Matrix", entry.code, prompt, _grid_lists(entry))
    elif isinstance(entry, Choice):
        answers = _numbered("Choice", entry.answers)
        yield from _question("MC:SingleAnswer:Vertical", entry.column, text, answers)
    elif isinstance(entry, Ticks):
        boxes = zip(entry.values, entry.rows, strict=True)
        answers = _numbered("Choice", [Answer(value, row.text) for value, row in boxes])
        yield from _question("MC:MultipleAnswer:Vertical", entry.code, text, answers)
    elif isinstance(entry, Counters):
        yield from _question("DB", entry.code, text)
        for row in entry.rows:
            yield from _question("TE:SingleLine", row.column, in_lines(row.text))
    else:
        is_long = isinstance(entry, OpenText) and entry.long
        yield from _question(f"TE:{'Essay' if is_long else 'SingleLine'}", entry.column, text)


def _grid_lists(grid: Grid) -> list[str]:
    statements = [Answer(place, row.text) for place, row in enumerate(grid.rows, start=1)]
    return [*_numbered("Choice", statements), *_numbered("Answer", grid.answers)]


def _question(kind: str, code: str, text: str, lists: Sequence[str] = ()) -> list[str]:
    return [f"[[Question:{kind}]]", f"[[ID:{code}]]", text, *lists, ""]


def _numbered(tag: str, answers: Sequence[Answer]) -> list[str]:
    """A list whose numbers are written out, so that Qualtrics does not count for itself."""
    lines = [f"[[Advanced{tag}s]]"]
    for answer in answers:
        lines += [f"[[{tag}:{answer.value}]]", in_lines(answer.label)]
    return lines


def _headings(entry: Entry) -> list[str]:
    if isinstance(entry, Grid):
        return [f"{entry.code}_{place}" for place in range(1, len(entry.rows) + 1)]
    if isinstance(entry, Ticks):
        return [f"{entry.code}_{value}" for value in entry.values]
    return list(columns_of(entry))


def _code_problems(questionnaire: Questionnaire) -> Iterator[Problem]:
    entries = questionnaire.entries
    codes = [START_ID, *(page.code for page in questionnaire.pages)]
    for entry in entries:
        codes += [code_of(entry)]
        codes += [row.column for row in entry.rows] if isinstance(entry, Counters) else []
    for code in dict.fromkeys(codes):
        if not CODE.fullmatch(code):
            cure = "a code has letters, digits and underscores and starts with a letter; rename it"
            yield Problem(NAME, cure, column=code)
        if code.lower() in HEADINGS_OF_A_RESPONSE:
            cure = "Qualtrics exports something else under this heading; give it another id"
            yield Problem(NAME, cure, column=code)
    lists = [e for e in entries if isinstance(e, Grid | Ticks)]
    headings = codes + [heading for entry in lists for heading in _headings(entry)]
    for heading, times in Counter(heading.lower() for heading in headings).items():
        if times > 1:
            cure = "two answers would come back under this heading; give one of them another id"
            yield Problem(NAME, cure, column=heading)


def _number_problems(entry: Entry) -> Iterator[Problem]:
    values: tuple[int, ...] = ()
    if isinstance(entry, Grid | Choice):
        values = tuple(answer.value for answer in entry.answers)
    elif isinstance(entry, Ticks):
        values = entry.values
    for value, times in Counter(values).items():
        if value < 0:
            cure = f"the number {value} has a minus sign, which the format does not take; change it"
            yield Problem(NAME, cure, column=code_of(entry))
        if times > 1:
            cure = f"two answers have the number {value}; change one"
            yield Problem(NAME, cure, column=code_of(entry))


QUALTRICS = Exporter(
    name=NAME,
    title="Qualtrics",
    write=write,
    problems=problems,
    steps=(
        "Make an empty survey, open 'Tools', 'Import/Export', 'Import survey', and give it "
        "`questionnaire.txt`.",
        "Compare what Qualtrics made with `name_map.csv`: every question label, and the recode "
        "values of every question (they must be the numbers in the column `value`).",
        "Set up what the file cannot say (next section).",
        "Answer the survey yourself from the first page to the last, once with every kind of "
        "answer, before you publish it.",
        "For the pipeline, use 'Export data', CSV, with 'Use numeric values', with 'Split "
        "multi-value fields into columns', and, if you want to know which questions were seen and "
        "left out, with 'Recode seen but unanswered questions as -99'. Leave the three rows of "
        "headings as they are and keep `name_map.csv` beside the export.",
    ),
    by_hand=(
        "The constant sum: the file asks for its parts as single numbers, and Qualtrics does not "
        "refuse a wrong total. If you want the total to be checked, add validation by hand, or "
        "make a question of the type 'Constant sum' and tell the pipeline its headings.",
        "Numbers: allow whole numbers only (content validation) in the constant sum and in "
        "questions for a number, and set their range.",
        "Ticks with a limit: set the most choices in the validation of the question.",
        "Nothing is set to 'Force response', because respondents may leave out any question. "
        "Leave it so.",
        "The site: respondents type its name or code. With one link for each site you can put it "
        "into an embedded data field instead and hide the question.",
        "The last page: write the thanks and the credit line below into the end-of-survey message.",
        "Anonymous answers: switch on 'Anonymize responses', which leaves out addresses and "
        "locations.",
        "Other languages: one file holds one language. Add the translation in Qualtrics and put in "
        "the texts from `name_map.csv`.",
        "Display logic, random order, consent, invitations, and how long answers are kept.",
    ),
    tested=(
        "The file against a strict checker of the written rules of the format, and read back: the "
        "text holds every page, question, answer and number that went in.",
    ),
    untested=(
        "The file was not imported into Qualtrics, for which an account is needed. If Qualtrics "
        "refuses it or changes a number, send us its message.",
        "How the pages look on a screen, on a phone and with a screen reader.",
    ),
)
